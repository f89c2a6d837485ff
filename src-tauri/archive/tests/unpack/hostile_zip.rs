//! Zips that lie.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use undercroft_foundation::Code;

use crate::support::{Scene, ZipEntry, names, run, zip_bytes};

fn refused(entries: &[ZipEntry]) -> String {
    let bytes = zip_bytes(entries);
    let (scene, why) = (Scene::new(), Scene::new().inspect_bytes(&bytes).refusal);
    let error = scene.unpack_bytes(&bytes).unwrap_err();
    assert!(matches!(error.code(), Code::Invalid | Code::Damaged), "{error}");
    if let Some(why) = why {
        assert_eq!(why, error.why_text());
    }
    error.why_text().to_owned()
}

#[test]
fn names_that_lead_out_are_left_out() {
    for host in [0, 3] {
        for name in ["../outside", "/outside", "a/../../x", "..\\outside", "\\\\host\\x", "C:\\x"] {
            let scene = Scene::new();
            let evil = ZipEntry { host, ..ZipEntry::new(name, b"evil") };
            let bytes = zip_bytes(&[ZipEntry::new("p/a", b"a"), evil]);
            assert_eq!(scene.inspect_bytes(&bytes).left_out, 1, "{name}");
            assert_eq!(scene.unpack_bytes(&bytes).unwrap().left_out, 1, "{name}");
            assert_eq!(names(&scene.target()), ["a"]);
        }
    }
}

#[test]
fn backslashes_of_windows_separate() {
    let scene = Scene::new();
    let windows = |name| ZipEntry { host: 0, ..ZipEntry::new(name, b"a") };
    scene.unpack_bytes(&zip_bytes(&[windows("p\\sub\\a"), windows("p\\b")])).unwrap();
    assert_eq!(names(&scene.target()), ["b", "sub"]);
    let mode = fs::metadata(scene.target().join("b")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
}

#[test]
fn links_are_made_last_and_never_followed() {
    let scene = Scene::new();
    fs::create_dir(scene.path("elsewhere")).unwrap();
    let link = |name, target: &str| ZipEntry::new(name, target.as_bytes()).mode(0o120_777);
    let elsewhere = scene.path("elsewhere");
    let bytes = zip_bytes(&[
        link("absolute", elsewhere.to_str().unwrap()),
        link("up", "../../elsewhere"),
        link("ok", "real/a"),
        ZipEntry::new("real/a", b"a"),
    ]);
    assert_eq!(scene.inspect_bytes(&bytes).left_out, 2);
    let report = scene.unpack_bytes(&bytes).unwrap();
    assert_eq!((report.left_out, report.symlinks), (2, 1));
    assert_eq!((scene.read("ok").as_str(), names(&elsewhere).len()), ("a", 0));
    let through = [link("real", "other"), ZipEntry::new("real/x", b"evil")];
    let report = Scene::new().unpack_bytes(&zip_bytes(&through));
    assert!(report.is_ok_and(|report| report.left_out == 1));
}

#[test]
fn an_encrypted_zip_is_refused_in_a_sentence() {
    let scene = Scene::new();
    fs::write(scene.path("a.txt"), "secret").unwrap();
    run(&scene.path("."), "zip -q -P password a.zip a.txt");
    let bytes = fs::read(scene.path("a.zip")).unwrap();
    let why = scene.inspect_bytes(&bytes).refusal.unwrap();
    assert!(why.contains("encrypted") && why.contains("a.txt"), "{why}");
    assert_eq!(scene.unpack_bytes(&bytes).unwrap_err().code(), Code::Invalid);
}

#[test]
fn descriptions_that_differ_are_refused() {
    let honest = || ZipEntry::new("a", b"content");
    let cases = [
        ZipEntry { local_name: b"b".into(), ..honest() },
        ZipEntry { local_size: 3, ..honest().deflated() },
        ZipEntry { local_name: b"../".into(), ..honest() },
    ];
    for case in cases {
        assert!(refused(&[case]).contains("two ways"));
    }
}

#[test]
fn wrong_sizes_and_sums_are_refused() {
    let honest = || ZipEntry::new("a", b"content content content").deflated();
    let size = |size| ZipEntry { size, local_size: size, ..honest() };
    assert!(refused(&[size(5)]).contains("longer"));
    assert!(refused(&[size(500)]).contains("shorter"));
    assert!(refused(&[ZipEntry { crc: 1, ..honest() }]).contains("checksum"));
    let mut tail = honest();
    tail.content.extend_from_slice(b"hidden");
    assert!(refused(&[tail]).contains("behind its end"));
    assert!(refused(&[ZipEntry { method: 14, ..honest() }]).contains("method 14"));
    assert!(
        refused(&[ZipEntry { size: 3, local_size: 3, ..ZipEntry::new("a", b"xx") }])
            .contains("two sizes")
    );
}

#[test]
fn entries_that_lie_in_each_other_are_refused() {
    let first = ZipEntry::new("a", &[0; 1000]).deflated();
    let again = ZipEntry { same_as: Some(0), ..first.clone() };
    assert!(refused(&[first, again]).contains("in each other"));
    let inner = zip_bytes(&[ZipEntry::new("inner", b"x")]);
    let outer = ZipEntry::new("outer", &inner[..inner.len() - 22 - 51]);
    let mut bytes =
        zip_bytes(&[outer, ZipEntry { same_as: Some(0), ..ZipEntry::new("inner", b"x") }]);
    // The second record leads into the content of the first.
    let record = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    bytes[record + 42..record + 46].copy_from_slice(&35_u32.to_le_bytes());
    let error = Scene::new().unpack_bytes(&bytes).unwrap_err();
    assert!(error.why_text().contains("in each other"), "{error}");
}

#[test]
fn the_last_of_several_with_one_name_wins() {
    let scene = Scene::new();
    let mut entries: Vec<_> =
        (0..200).map(|number| ZipEntry::new(&format!("p/{number}"), b"x")).collect();
    entries.insert(3, ZipEntry::new("p/twice", b"one"));
    entries.push(ZipEntry::new("p/./twice", b"two"));
    scene.unpack_bytes(&zip_bytes(&entries)).unwrap();
    assert_eq!(scene.read("twice"), "two");
    assert!(refused(&[ZipEntry::new("p/a", b"x"), ZipEntry::new("p/a/b", b"y")]).contains("p/a"));
}

#[test]
fn devices_are_left_out_and_rights_are_not_lent() {
    let scene = Scene::new();
    let bytes = zip_bytes(&[
        ZipEntry::new("p/null", b"").mode(0o020_666),
        ZipEntry::new("p/pipe", b"").mode(0o010_666),
        ZipEntry::new("p/setuid", b"x").mode(0o104_755),
        ZipEntry::new("__MACOSX/p/._a", b"x"),
    ]);
    let report = scene.unpack_bytes(&bytes).unwrap();
    assert_eq!((report.left_out, names(&scene.target())), (3, vec!["setuid".to_owned()]));
    let mode = fs::metadata(scene.target().join("setuid")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o755);
}

#[test]
fn a_zip_that_is_cut_off_or_damaged_leaves_nothing() {
    let entries: Vec<_> = (0..50)
        .map(|number| ZipEntry::new(&format!("p/{number}"), &[b'x'; 5000]).deflated())
        .collect();
    let whole = zip_bytes(&entries);
    for length in [40, whole.len() / 2, whole.len() - 30, whole.len() - 1] {
        let error = Scene::new().unpack_bytes(&whole[..length]).unwrap_err();
        assert_eq!(error.code(), Code::Damaged, "{length}: {error}");
    }
    for at in (0..whole.len()).step_by(97) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        // Whatever a flipped bit does, it may not leave anything but the target.
        let _ = Scene::new().unpack_bytes(&damaged);
    }
}
