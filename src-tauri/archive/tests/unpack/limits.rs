//! Limits: archives beyond them are refused and leave nothing.

use std::io::Write;

use undercroft_foundation::Code;
use undercroft_testkit::SmallDisk;

use crate::support::{Scene, TarBytes, ZipEntry, zip_bytes};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn both(entries: &[(&str, &[u8])]) -> [Vec<u8>; 3] {
    let mut tar = TarBytes::default();
    for (name, content) in entries {
        tar = tar.add(b'0', name, "", content);
    }
    let tar = tar.finish();
    let zip: Vec<_> =
        entries.iter().map(|(name, content)| ZipEntry::new(name, content).deflated()).collect();
    [gzip(&tar), tar, zip_bytes(&zip)]
}

fn refused(bytes: &[u8], change: impl Fn(&mut undercroft_archive::unpack::UnpackLimits)) -> String {
    let mut scene = Scene::new();
    change(&mut scene.options.limits);
    let error = scene.unpack_bytes(bytes).unwrap_err();
    assert_eq!(error.code(), Code::Invalid, "{error}");
    assert_eq!(scene.inspect_bytes(bytes).refusal.as_deref(), Some(error.why_text()));
    error.why_text().to_owned()
}

#[test]
fn the_number_of_entries() {
    for bytes in both(&[("a", b"a"), ("b", b"b"), ("c", b"c")]) {
        assert!(refused(&bytes, |limits| limits.entries = 2).contains("2 entries"));
    }
}

#[test]
fn the_bytes() {
    for bytes in both(&[("a", &[1; 60_000]), ("b", &[2; 60_000])]) {
        assert!(refused(&bytes, |limits| limits.bytes = 100_000).contains("100.0 kB"));
    }
}

#[test]
fn the_depth_and_the_length_of_paths() {
    for bytes in both(&[("a/b/c/d", b"x")]) {
        assert!(refused(&bytes, |limits| limits.depth = 3).contains("deep"));
        assert!(refused(&bytes, |limits| limits.path_bytes = 6).contains("longer"));
    }
}

#[test]
fn the_ratio() {
    let [gzip, _, zip] = both(&[("a", &vec![0; 3_000_000])]);
    for bytes in [gzip, zip] {
        let small = |limits: &mut undercroft_archive::unpack::UnpackLimits| {
            (limits.ratio, limits.ratio_from) = (100, 1_000_000);
        };
        assert!(refused(&bytes, small).contains("fill disks"));
        Scene::new().unpack_bytes(&bytes).unwrap();
    }
}

#[test]
fn a_real_bomb_is_refused_before_it_bursts() {
    // Gzip packs a thousand to one at best: a gzip in a gzip is what bursts, and zstd.
    let tar = TarBytes::default().add(b'0', "a", "", &vec![0; 300_000_000]).finish();
    let bomb = zstd::stream::encode_all(&tar[..], 3).unwrap();
    let scene = Scene::new();
    let error = scene.unpack_bytes(&bomb).unwrap_err();
    assert!(error.why_text().contains("fill disks"), "{error}");
}

#[test]
fn a_disk_that_is_nearly_full() {
    let Some(disk) = SmallDisk::mount(8 << 20) else { return };
    for bytes in both(&[("p/a", &vec![3; 4 << 20]), ("p/b", &vec![4; 8 << 20])]) {
        let mut scene = Scene::new();
        scene.options.limits.free_bytes = 1 << 20;
        let archive = scene.archive(&bytes);
        let target = disk.path().join("project");
        let job = undercroft_foundation::Job::new();
        let error = undercroft_archive::unpack::unpack(&archive, &target, &scene.options, &job)
            .unwrap_err();
        assert_eq!(error.code(), Code::StorageFull, "{error}");
        assert!(crate::support::names(disk.path()).iter().all(|name| !name.contains("project")));
    }
}
