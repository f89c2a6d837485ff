//! The names in an archive, told without unpacking it, whatever it claims.

use std::io::Write;

use proptest::prelude::*;
use undercroft_archive::unpack::{Contents, Format, contents, may_be_archive};

use crate::support::{TarBytes, ZipEntry, zip_bytes};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn told(contents: &Contents) -> Vec<(String, bool, u64)> {
    let entry = |it: &undercroft_archive::unpack::PackedEntry| {
        (String::from_utf8_lossy(&it.name).into_owned(), it.is_folder, it.size_bytes)
    };
    contents.entries.iter().map(entry).collect()
}

#[test]
fn each_kind_of_archive_tells_its_names_and_sizes() {
    let tar = TarBytes::default().add(b'5', "src/", "", b"").file("src/a", "123").finish();
    let zip = zip_bytes(&[ZipEntry::new("src/", b""), ZipEntry::new("src/a", b"123").deflated()]);
    let zst = zstd::encode_all(&tar[..], 1).unwrap();
    let all = [
        (Format::Tar, tar.clone()),
        (Format::TarGz, gzip(&tar)),
        (Format::TarZst, zst),
        (Format::Zip, zip),
    ];
    for (format, bytes) in all {
        assert!(may_be_archive(&bytes), "{format:?}");
        let found = contents(&bytes).unwrap().unwrap();
        assert_eq!((found.format, found.complete), (format, true));
        let expected = [("src/".to_owned(), true, 0), ("src/a".to_owned(), false, 3)];
        assert_eq!(told(&found), expected, "{format:?}");
    }
}

#[test]
fn what_is_no_archive_tells_nothing() {
    for bytes in [&b""[..], b"PK", b"PK\x03\x04 and no more", &gzip(b"a text, and no tar")] {
        assert_eq!(contents(bytes).unwrap(), None);
    }
    assert!(!may_be_archive(b"\x7fELF\0\0"));
}

#[test]
fn a_hostile_archive_is_listed_in_its_bounds() {
    // A tar that is cut off, names that lead out, more entries than anybody reads, and a bomb.
    let tar =
        TarBytes::default().file("../../etc/passwd", "1").file("b", &"x".repeat(5000)).finish();
    let cut = contents(&tar[..1536]).unwrap().unwrap();
    assert_eq!(told(&cut)[0], ("../../etc/passwd".to_owned(), false, 1));
    assert!(!cut.complete);
    let many: Vec<_> = (0..1500).map(|at| format!("file {at}")).collect();
    let mut tar = TarBytes::default();
    for name in &many {
        tar = tar.file(name, "");
    }
    let entries: Vec<_> = many.iter().map(|name| ZipEntry::new(name, b"")).collect();
    for bytes in [tar.finish(), zip_bytes(&entries)] {
        let found = contents(&bytes).unwrap().unwrap();
        assert_eq!((found.entries.len(), found.complete), (1000, false));
    }
    let zeros = vec![0; 200 << 20];
    let bomb = TarBytes::default().add(b'0', "zeros", "", &zeros).file("behind", "").finish();
    let found = contents(&zstd::encode_all(&bomb[..], 1).unwrap()).unwrap().unwrap();
    assert_eq!(told(&found), [("zeros".to_owned(), false, 200 << 20)]);
    assert!(!found.complete);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_at_all_make_it_fail(at in 0usize..4000, byte: u8, cut in 0usize..4000) {
        let tar = TarBytes::default().file("a", "123").add(b'2', "l", "a", b"").finish();
        let zip = zip_bytes(&[ZipEntry::new("a", b"123"), ZipEntry::new("b", &[7; 900]).deflated()]);
        for mut bytes in [gzip(&tar), tar, zip] {
            let length = bytes.len();
            bytes[at % length] = byte;
            bytes.truncate(1 + cut % length);
            contents(&bytes).unwrap();
        }
    }
}
