//! What every provider promises, asked of each of them.

use std::sync::Arc;

use undercroft_foundation::Code;
use undercroft_providers::{DiskProvider, MemoryProvider, Provider, Stored};

fn each_provider(ask: impl Fn(Arc<dyn Provider>)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    ask(Arc::new(MemoryProvider::new()));
    ask(Arc::new(DiskProvider::create(&folder.path().join("a/b")).expect("a disk provider")));
}

#[test]
fn an_object_comes_back_whole_and_in_part() {
    each_provider(|provider| {
        provider.write("data/ab/abc", &[b"hello ", b"", b"world"]).expect("written");
        assert_eq!(provider.read("data/ab/abc").expect("read"), b"hello world");
        assert_eq!(provider.read_range("data/ab/abc", 6, 5).expect("read"), b"world");
        assert_eq!(provider.size("data/ab/abc").expect("size"), Some(11));
        let short = provider.read_range("data/ab/abc", 7, 5).expect_err("past the end");
        assert_eq!(short.code(), Code::Damaged);
        provider.write("data/ab/abc", &[b"new"]).expect("replaced");
        assert_eq!(provider.read("data/ab/abc").expect("read"), b"new");
    });
}

#[test]
fn a_listing_is_sorted_deep_and_never_empty_for_what_is_missing() {
    each_provider(|provider| {
        assert_eq!(provider.list("index").expect_err("missing").code(), Code::NotFound);
        provider.create_folder("index").expect("made");
        assert_eq!(provider.list("index").expect("listed"), []);
        provider.write("data/b/2", &[b"22"]).expect("written");
        provider.write("data/a/1", &[b"1"]).expect("written");
        let expected =
            [("data/a/1", 1), ("data/b/2", 2)].map(|(key, size)| Stored { key: key.into(), size });
        assert_eq!(provider.list("data").expect("listed"), expected);
    });
}

#[test]
fn what_is_removed_is_gone_and_cannot_be_removed_twice() {
    each_provider(|provider| {
        provider.write("locks/1", &[b"x"]).expect("written");
        provider.remove("locks/1").expect("removed");
        assert_eq!(provider.size("locks/1").expect("size"), None);
        assert_eq!(provider.read("locks/1").expect_err("gone").code(), Code::NotFound);
        assert_eq!(provider.remove("locks/1").expect_err("gone").code(), Code::NotFound);
    });
}

#[test]
fn a_key_cannot_leave_the_place() {
    each_provider(|provider| {
        for key in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/.", "a\0b"] {
            assert_eq!(provider.write(key, &[b"x"]).expect_err(key).code(), Code::Invalid);
            assert_eq!(provider.read(key).expect_err(key).code(), Code::Invalid);
        }
    });
}

#[test]
fn leftovers_of_the_dead_are_swept_and_never_listed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let disk = DiskProvider::open(folder.path()).expect("a disk provider");
    disk.write("data/ab/abc", &[b"x"]).expect("written");
    let leftover = folder.path().join("data/ab/abd.undercroft-tmp-1-1");
    std::fs::write(&leftover, b"half").expect("written");
    assert_eq!(disk.list("data").expect("listed").len(), 1);
    assert_eq!(disk.sweep_leftovers().expect("swept"), 1);
    assert!(!leftover.exists());
    assert_eq!(disk.read("data/ab/abc").expect("read"), b"x");
}
