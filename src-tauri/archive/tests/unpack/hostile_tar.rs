//! Tars that lie: nothing is written outside, and what is left out is told.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use undercroft_foundation::Code;

use crate::support::{Scene, TarBytes, names, pax};

/// Unpacks, and returns the names that were left out with the reasons.
fn left_out(scene: &Scene, bytes: &[u8]) -> Vec<(String, String)> {
    let report = scene.unpack_bytes(bytes).unwrap();
    assert_eq!(report.left_out, report.warnings.len() as u64);
    report.warnings.into_iter().map(|warning| (warning.item, warning.message.into())).collect()
}

#[test]
fn names_that_lead_out_are_left_out() {
    for name in [
        "../outside",
        "/outside",
        "a/../../outside",
        "..\\outside",
        "a\\..\\..\\x",
        "C:\\x",
        "C:/x",
        "\\\\host\\x",
        "..",
    ] {
        let scene = Scene::new();
        let bytes = TarBytes::default().file("keep/a", "a").file(name, "evil").file("keep/b", "b");
        let bytes = bytes.finish();
        let plan = scene.inspect_bytes(&bytes);
        assert_eq!((plan.left_out, plan.refusal), (1, None), "{name}");
        assert_eq!(left_out(&scene, &bytes).len(), 1, "{name}");
        assert_eq!(names(&scene.target()), ["a", "b"]);
    }
}

#[test]
fn a_long_name_leads_out_no_more_than_a_short_one() {
    let scene = Scene::new();
    let bytes = TarBytes::default()
        .add(b'L', "././@LongLink", "", b"../outside\0")
        .file("harmless", "evil")
        .add(b'x', "pax", "", &pax(&[("path", "../outside")]))
        .file("harmless", "evil")
        .file("a", "a");
    assert_eq!(left_out(&scene, &bytes.finish()).len(), 2);
    assert_eq!(names(&scene.target()), ["a"]);
}

#[test]
fn no_name_goes_through_a_link() {
    let scene = Scene::new();
    fs::create_dir(scene.path("elsewhere")).unwrap();
    let bytes = TarBytes::default()
        .file("real/a", "a")
        .add(b'2', "inner", "real", b"")
        .file("inner/b", "b")
        .add(b'5', "inner/c", "", b"")
        .add(b'1', "hard", "inner/a", b"");
    let told = left_out(&scene, &bytes.finish());
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(names(&scene.target().join("real")), ["a"]);
}

#[test]
fn links_that_lead_out_are_left_out() {
    let leading_out =
        ["/etc/passwd", "../outside", "../../outside", "real/../../outside", "real/..", ""];
    for target in leading_out {
        let scene = Scene::new();
        let bytes = TarBytes::default().file("real/a", "a").add(b'2', "link", target, b"").finish();
        assert_eq!(scene.inspect_bytes(&bytes).left_out, 1, "{target}");
        assert_eq!(left_out(&scene, &bytes)[0].0, "link", "{target}");
    }
}

#[test]
fn links_through_links_cannot_add_up_to_a_way_out() {
    let scene = Scene::new();
    // `up` is the root; `out` would be the folder above, which its text does not show.
    let bytes = TarBytes::default()
        .file("p/q/a", "a")
        .add(b'2', "p/q/up", "../..", b"")
        .add(b'2', "out", "p/q/up/..", b"")
        .file("out/outside", "evil")
        .file("b", "b");
    let told = left_out(&scene, &bytes.finish());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(fs::read_link(scene.target().join("p/q/up")).is_ok());
    assert!(scene.target().join("out").is_dir());
}

#[test]
fn a_link_through_a_layer_that_goes_is_left_out() {
    let scene = Scene::new();
    let bytes = TarBytes::default()
        .file("top/sub/a", "a")
        .add(b'2', "top/sub/inside", "../sub/a", b"")
        .add(b'2', "top/sub/out", "../../top/sub/a", b"");
    let told = left_out(&scene, &bytes.finish());
    assert_eq!(told.len(), 1);
    assert_eq!(names(&scene.target().join("sub")), ["a", "inside"]);
}

#[test]
fn hard_links_lead_to_files_of_the_archive_alone() {
    let scene = Scene::new();
    let outside = scene.path("outside");
    let bytes = TarBytes::default()
        .file("a", "a")
        .add(b'1', "ok", "a", b"")
        .add(b'1', "self", "self", b"")
        .add(b'1', "later", "z", b"")
        .add(b'1', "up", "../../outside", b"")
        .add(b'1', "absolute", outside.to_str().unwrap(), b"")
        .add(b'2', "soft", "a", b"")
        .add(b'1', "of-link", "soft", b"")
        .file("z", "z");
    assert_eq!(left_out(&scene, &bytes.finish()).len(), 5);
    assert_eq!(names(&scene.target()), ["a", "ok", "soft", "z"]);
}

#[test]
fn writing_to_a_hard_link_again_does_not_change_the_other() {
    let scene = Scene::new();
    let bytes = TarBytes::default().file("a", "one").add(b'1', "b", "a", b"").file("b", "two");
    scene.unpack_bytes(&bytes.finish()).unwrap();
    assert_eq!((scene.read("a").as_str(), scene.read("b").as_str()), ("one", "two"));
}

#[test]
fn the_last_of_several_with_one_name_wins() {
    let scene = Scene::new();
    let bytes = TarBytes::default()
        .file("a", "one")
        .file("./a", "two")
        .add(b'2', "link", "a", b"")
        .file("link", "file")
        .add(b'5', "empty", "", b"")
        .add(b'2', "empty", "a", b"")
        .file("full/x", "x")
        .add(b'2', "full", "a", b"")
        .file("was-file", "x")
        .add(b'5', "was-file", "", b"")
        .file("was-file/in", "y");
    let told = left_out(&scene, &bytes.finish());
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((scene.read("a").as_str(), scene.read("link").as_str()), ("two", "file"));
    assert_eq!((scene.read("empty").as_str(), scene.read("full/x").as_str()), ("two", "x"));
    assert_eq!(scene.read("was-file/in"), "y");
}

#[test]
fn devices_and_pipes_are_left_out_and_rights_are_not_lent() {
    let scene = Scene::new();
    let bytes = TarBytes::default()
        .add(b'3', "null", "", b"")
        .add(b'4', "disk", "", b"")
        .add(b'6', "pipe", "", b"")
        .add(b'Z', "unknown", "", b"")
        .add_raw(b'0', b"setuid", b"", b"x", 0o6755)
        .add_raw(b'5', b"sticky", b"", b"", 0o1777);
    assert_eq!(left_out(&scene, &bytes.finish()).len(), 4);
    let mode = |name| fs::metadata(scene.target().join(name)).unwrap().permissions().mode();
    assert_eq!((mode("setuid") & 0o7777, mode("sticky") & 0o7777), (0o755, 0o777));
}

#[test]
fn a_cut_off_tar_is_told_and_leaves_nothing() {
    let whole = TarBytes::default().file("a", &"x".repeat(2000)).file("b", "b").finish();
    // Within a header, within content, after an entry, before the mark of the end.
    for length in [600, 1700, 2560, 2560 + 700, whole.len() - 1024] {
        let scene = Scene::new();
        let error = scene.unpack_bytes(&whole[..length]).unwrap_err();
        assert_eq!(error.code(), Code::Damaged, "{length}");
        assert!(error.why_text().contains("cut off"), "{error}");
        assert!(scene.inspect_bytes(&whole[..length]).refusal.unwrap().contains("cut off"));
    }
}

#[test]
fn damaged_headers_and_lying_sizes_are_refused() {
    let mut damaged = TarBytes::default().file("a", "a").file("b", "b").finish();
    damaged[1024] ^= 1;
    let bad_size = pax(&[("size", "99999999999999999999")]);
    let huge = pax(&[("size", "9223372036854775807")]);
    let global = pax(&[("path", "everything")]);
    let sparse = pax(&[("GNU.sparse.map", "0,1,0,1"), ("GNU.sparse.size", "1")]);
    let with = |kind: u8, content: &[u8]| {
        TarBytes::default().add(kind, "x", "", content).file("a", "aa").finish()
    };
    let cases = [
        damaged,
        with(b'x', &bad_size),
        with(b'x', &huge),
        with(b'g', &global),
        with(b'x', &sparse),
        with(b'x', b"nonsense"),
        with(b'x', b"999 path=x\n"),
        with(b'M', b""),
    ];
    for (number, bytes) in cases.iter().enumerate() {
        let error = Scene::new().unpack_bytes(bytes).unwrap_err();
        assert!(matches!(error.code(), Code::Damaged | Code::Invalid), "{number}: {error}");
        assert!(Scene::new().inspect_bytes(bytes).refusal.is_some(), "{number}");
    }
}

#[test]
fn an_endless_name_takes_no_memory() {
    let scene = Scene::new();
    let header = TarBytes::default().add(b'L', "x", "", b"").unfinished();
    let mut header = tar::Header::from_byte_slice(&header[..512]).clone();
    header.set_size(1 << 40);
    header.set_cksum();
    let bytes = TarBytes::default().blocks(header.as_bytes()).finish();
    assert_eq!(scene.unpack_bytes(&bytes).unwrap_err().code(), Code::Invalid);
}

#[test]
fn compressed_tars_that_are_cut_off_or_damaged() {
    use std::io::Write;
    let tar = TarBytes::default().file("a", &"some text ".repeat(50_000)).finish();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&tar).unwrap();
    let gzip = gzip.finish().unwrap();
    let mut zstd = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    zstd.include_checksum(true).unwrap();
    zstd.write_all(&tar).unwrap();
    let zstd = zstd.finish().unwrap();
    let scene = Scene::new();
    fs::write(scene.path("tar"), &tar).unwrap();
    crate::support::run(&scene.path("."), "xz -k tar");
    let xz = fs::read(scene.path("tar.xz")).unwrap();
    for whole in [gzip, zstd, xz] {
        Scene::new().unpack_bytes(&whole).unwrap();
        for length in [whole.len() / 2, whole.len() - 3] {
            let error = Scene::new().unpack_bytes(&whole[..length]).unwrap_err();
            assert_eq!(error.code(), Code::Damaged, "{error}");
        }
        // The sum at the end is looked at, too.
        let mut damaged = whole.clone();
        let last = damaged.len() - 6;
        damaged[last] ^= 0x55;
        assert_eq!(Scene::new().unpack_bytes(&damaged).unwrap_err().code(), Code::Damaged);
    }
}
