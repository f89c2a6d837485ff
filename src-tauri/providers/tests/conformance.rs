//! The promises of every provider, asked of each of them.

use std::fs::File;
use std::sync::Arc;

use std::time::Duration;

use undercroft_foundation::{Clock, Code, Error, Job, is_remote};
use undercroft_providers::{
    AnchoredProvider, DiskProvider, MemoryProvider, ObjectMeta, Provider, ThrottledProvider,
};
use undercroft_testkit::ManualClock;

fn each_provider(ask: impl Fn(Arc<dyn Provider>)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    ask(Arc::new(MemoryProvider::new()));
    ask(Arc::new(DiskProvider::create(&folder.path().join("a/b")).expect("a disk provider")));
    let anchored = folder.path().join("c");
    std::fs::create_dir(&anchored).expect("made");
    std::fs::write(anchored.join("config"), "x").expect("written");
    ask(Arc::new(AnchoredProvider::open(&anchored, "config").expect("an anchored provider")));
    let clock = Arc::new(ManualClock::default());
    ask(Arc::new(ThrottledProvider::new(
        Arc::new(MemoryProvider::new()),
        clock,
        1 << 20,
        &Job::new(),
    )));
}

#[test]
fn a_throttled_provider_moves_no_more_than_it_may() {
    let clock = Arc::new(ManualClock::default());
    let (inner, job) = (Arc::new(MemoryProvider::new()), Job::new());
    let throttled = ThrottledProvider::new(inner, clock.clone(), 1000, &job);
    for key in ["a", "b", "c"] {
        throttled.write(key, &[&[0; 1500], &[0; 500]]).expect("written");
    }
    assert_eq!(clock.steady(), Duration::from_secs(6));
    throttled.read("a").expect("read");
    assert_eq!(clock.steady(), Duration::from_secs(8));
    // What was saved up in an idle hour is good for a second.
    clock.advance(Duration::from_secs(3600));
    let idle = clock.steady();
    throttled.read_range("b", 0, 1500).expect("read");
    assert_eq!(clock.steady() - idle, Duration::from_millis(500));
    // Who is to stop moves what is left without waiting.
    job.interrupt();
    throttled.write("d", &[&[0; 1 << 20]]).expect("written");
    assert_eq!(clock.steady() - idle, Duration::from_millis(500));
}

#[test]
fn nothing_is_written_to_another_drive_at_the_place_of_an_anchored_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path().join("place");
    let drive = |text: &str| {
        std::fs::create_dir(&place).expect("made");
        std::fs::write(place.join("config"), text).expect("written");
    };
    drive("ours");
    let provider = AnchoredProvider::open(&place, "config").expect("opened");
    provider.write("data/1", &[b"1"]).expect("written");
    std::fs::rename(&place, folder.path().join("away")).expect("pulled");
    let gone = [
        provider.write("data/2", &[b"2"]),
        provider.read("data/1").map(drop),
        provider.list("data").map(drop),
        provider.size("data/1").map(drop),
    ];
    drive("else");
    std::fs::create_dir(place.join("data")).expect("made");
    let other = [
        provider.write("data/2", &[b"2"]),
        provider.remove("config"),
        provider.create_folder("index"),
        provider.list("data").map(drop),
        provider.remove_all(&["config".to_owned()]),
        provider.rename_all(&[("config".to_owned(), "data/config".to_owned())]),
    ];
    for refused in gone.into_iter().chain(other) {
        assert_eq!(refused.expect_err("refused").code(), Code::Unavailable);
    }
    assert_eq!(std::fs::read_dir(place.join("data")).expect("listed").count(), 0);
    std::fs::remove_dir_all(&place).expect("pulled");
    std::fs::rename(folder.path().join("away"), &place).expect("back");
    provider.write("data/2", &[b"2"]).expect("written again");
}

#[test]
fn what_lies_around_a_disk_tells_of_it_what_the_disk_tells() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("config"), "x").expect("written");
    let disk = DiskProvider::open(folder.path()).expect("opened");
    assert_eq!(disk.is_strongly_consistent(), !is_remote(folder.path()));
    let anchored = AnchoredProvider::open(folder.path(), "config").expect("opened");
    let anchored: Arc<dyn Provider> = Arc::new(anchored);
    let clock = Arc::new(ManualClock::default());
    let throttled = Arc::new(ThrottledProvider::new(anchored.clone(), clock, 1 << 20, &Job::new()));
    for around in [anchored, throttled] {
        assert_eq!(around.is_strongly_consistent(), disk.is_strongly_consistent());
        assert!(around.free_bytes().expect("told") > Some(0));
    }
    assert!(!MemoryProvider::new().is_strongly_consistent());
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
        let mut buffer = *b".....";
        provider.read_range_into("data/ab/abc", 3, &mut buffer).expect("filled");
        assert_eq!(&buffer, b"lo wo");
        let short =
            provider.read_range_into("data/ab/abc", 7, &mut buffer).expect_err("past the end");
        assert_eq!(short.code(), Code::Damaged);
        provider.write("data/ab/abc", &[b"new"]).expect("replaced");
        assert_eq!(provider.read("data/ab/abc").expect("read"), b"new");
    });
}

#[test]
fn what_comes_in_parts_is_kept_whole_or_not_at_all() {
    each_provider(|provider| {
        let mut parts = ["one ", "", "two"].map(|part| part.as_bytes().to_vec()).into_iter();
        provider.write_stream("a/parts", &mut || Ok(parts.next())).unwrap();
        assert_eq!(provider.read("a/parts").unwrap(), b"one two");
        let mut count = 0;
        let broken = provider.write_stream("a/parts", &mut || {
            count += 1;
            let broken = || Error::new(Code::Cancelled, "Cancelled");
            if count < 3 { Ok(Some(vec![0; 9])) } else { Err(broken()) }
        });
        assert_eq!(broken.unwrap_err().code(), Code::Cancelled);
        assert_eq!(provider.read("a/parts").unwrap(), b"one two");
        assert_eq!(provider.list("a").unwrap().len(), 1);
        assert_eq!(provider.sweep_leftovers().unwrap(), 0);
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
        let expected = [("data/a/1", 1), ("data/b/2", 2)]
            .map(|(key, size)| ObjectMeta { key: key.into(), size });
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
    let left = |name: &str, age: Duration| {
        let path = folder.path().join("data/ab").join(name);
        let file = File::create(&path).expect("made");
        let now = file.metadata().and_then(|made| made.modified()).expect("its time");
        file.set_modified(now - age).expect("dated");
        path
    };
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").expect("a boot");
    let boot: String = boot.chars().filter(char::is_ascii_hexdigit).take(16).collect();
    let (hour, days) = (Duration::from_secs(3600), Duration::from_secs(2 * 86400));
    let own = left(&format!("abd.undercroft-tmp-{boot}-1-1"), Duration::ZERO);
    // No lock tells of a writer on another machine, nor of the writer of an older program.
    let foreign = left("abe.undercroft-tmp-0123456789abcdef-1-1", hour);
    let forgotten = left("abf.undercroft-tmp-0123456789abcdef-1-1", days);
    let (older, oldest) =
        (left("abg.undercroft-tmp-1-1", hour), left("abh.undercroft-tmp-1-1", days));
    assert_eq!(disk.list("data").expect("listed").len(), 1);
    assert_eq!(disk.sweep_leftovers().expect("swept"), 3);
    assert!(!own.exists() && !forgotten.exists() && !oldest.exists());
    assert!(foreign.exists() && older.exists());
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 1);
    assert_eq!(disk.read("data/ab/abc").expect("read"), b"x");
}
