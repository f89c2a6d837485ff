//! The journal of session work under crashes, damage and hostile files.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use undercroft_foundation::{Code, ProjectId, TreePath, World};
use undercroft_session::{SessionKey, SessionKind, SessionRules, SessionWork};

const PROJECT: &str = "0193a0a0a0a07000800000000000000a";
/// Tells a copy of this program that it is to write until it is killed.
const WRITER: &str = "UNDERCROFT_TEST_WRITER";

fn open(library: &Path) -> undercroft_foundation::Result<SessionWork> {
    SessionWork::open(library, &World::real(), SessionRules::default())
}

fn key(path: &str) -> SessionKey {
    let project: ProjectId = PROJECT.parse().unwrap();
    SessionKey { project, kind: SessionKind::Draft, path: TreePath::new(path.as_bytes()).unwrap() }
}

fn content(n: usize) -> Vec<u8> {
    format!("content {n} ").repeat(1 + n % 50).into_bytes()
}

/// A library with drafts 0 to `count`, closed, and its journal.
fn library(count: usize) -> (TempDir, Vec<u8>) {
    let library = tempfile::tempdir().unwrap();
    let work = open(library.path()).unwrap();
    for n in 0..count {
        work.write(&key(&n.to_string()), &content(n)).unwrap();
    }
    drop(work);
    let journal = fs::read(library.path().join("session/journal")).unwrap();
    (library, journal)
}

/// Which of the drafts are there; each as it was written.
fn intact(work: &SessionWork, count: usize) -> Vec<usize> {
    let found = |n: &usize| {
        let found = work.read(&key(&n.to_string())).unwrap();
        if let Some(found) = &found {
            assert_eq!(found.content[..], content(*n), "what is there is right");
        }
        found.is_some()
    };
    let intact: Vec<_> = (0..count).filter(found).collect();
    assert_eq!(work.list(None).unwrap().len(), intact.len(), "nothing is made up");
    intact
}

/// Not a test by itself: a copy of this program that runs it writes until it is killed.
#[test]
fn writer() {
    let Some(library) = std::env::var_os(WRITER) else { return };
    let work = open(Path::new(&library)).unwrap();
    for n in 0.. {
        work.write(&key(&(n % 300).to_string()), &content(n)).unwrap();
        println!("acknowledged {n}");
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    for round in 0..8 {
        let library = tempfile::tempdir().unwrap();
        let beside = open(library.path()).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                &undercroft_testkit::test_name(module_path!(), "writer"),
                "--exact",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(WRITER, library.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let number =
            |line: &str| line.rsplit_once("acknowledged ").and_then(|(_, n)| n.parse().ok());
        let mut last: usize = 0;
        for line in lines.by_ref().map_while(Result::ok) {
            last = number(&line).unwrap_or(last);
            if last >= 50 + 331 * round {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            last = number(&line).unwrap_or(last);
        }
        let work = open(library.path()).unwrap();
        assert_eq!(work.stats().unwrap().damages, []);
        for name in 0..300.min(last + 1) {
            // The last acknowledged one of this name, or the one that was being written.
            let newest = last - (last - name) % 300;
            let found = work.read(&key(&name.to_string())).unwrap().unwrap();
            let right = [newest, newest + 300].map(content).iter().any(|c| *c == found.content[..]);
            assert!(right, "{name} of {last} after round {round}");
        }
        work.write(&key("after"), b"x").unwrap();
        assert_eq!(
            beside.list(None).unwrap(),
            work.list(None).unwrap(),
            "who was open all the time"
        );
    }
}

#[test]
fn a_journal_cut_anywhere_keeps_all_that_is_whole() {
    let (library, journal) = library(4);
    let path = library.path().join("session/journal");
    let mut whole = 0;
    for length in 0..=journal.len() {
        fs::write(&path, &journal[..length]).unwrap();
        let work = open(library.path()).unwrap();
        let found = intact(&work, 4);
        assert_eq!(found, (0..found.len()).collect::<Vec<_>>(), "the first ones");
        assert!(found.len() >= whole, "{length}");
        whole = found.len();
        assert_eq!(work.stats().unwrap().damages, []);
        work.write(&key("new"), b"new").unwrap();
        drop(work);
        let work = open(library.path()).unwrap();
        assert_eq!(work.read(&key("new")).unwrap().unwrap().content[..], *b"new", "{length}");
        assert_eq!(work.list(None).unwrap().len(), whole + 1);
        assert_eq!(work.stats().unwrap().damages, []);
    }
    assert_eq!(whole, 4);
}

#[test]
fn damage_at_any_byte_costs_one_record_and_is_reported() {
    let (library, journal) = library(5);
    let path = library.path().join("session/journal");
    for at in 0..journal.len() {
        for bit in [0, 3, 7] {
            let mut bent = journal.clone();
            bent[at] ^= 1 << bit;
            fs::write(&path, &bent).unwrap();
            let work = open(library.path()).unwrap();
            let found = intact(&work, 5).len();
            let in_head = at < 30;
            assert!(found == 5 || (found == 4 && !in_head), "byte {at}: {found} are left");
            assert_eq!(work.stats().unwrap().damages.len(), 1, "byte {at}");
            work.write(&key("new"), b"new").unwrap();
            drop(work);
            let again = open(library.path()).unwrap();
            assert!(again.read(&key("new")).unwrap().is_some(), "byte {at}");
            assert_eq!(again.list(None).unwrap().len(), found + 1);
        }
    }
}

#[test]
fn a_draft_with_a_damaged_change_falls_back_to_what_it_was_before() {
    let (library, _) = library(3);
    let work = open(library.path()).unwrap();
    let path = library.path().join("session/journal");
    let text = |n: usize| {
        let numbers: String = (0..n).map(|n| format!(" {n}")).collect();
        [&[b'a'; 5000][..], numbers.as_bytes(), &[b'z'; 5000]].concat()
    };
    let mut ends = Vec::new();
    for n in 0..10 {
        work.write(&key("long"), &text(n)).unwrap();
        ends.push(fs::metadata(&path).unwrap().len() as usize);
    }
    assert!(ends[9] - ends[0] < 9 * 200, "a change costs what changed");
    drop(work);
    let whole = fs::read(&path).unwrap();
    for at in (ends[0]..ends[9]).step_by(7) {
        let mut bent = whole.clone();
        bent[at] ^= 4;
        fs::write(&path, &bent).unwrap();
        let broken = ends.iter().filter(|end| **end <= at).count();
        let work = open(library.path()).unwrap();
        let found = work.read(&key("long")).unwrap().unwrap();
        // Each change here is made from the one before and fits no other.
        let which = (0..10).find(|n| found.content[..] == text(*n));
        assert_eq!(which, Some(broken - 1), "byte {at}");
        assert!(!work.stats().unwrap().damages.is_empty());
        assert_eq!(
            (0..3).filter(|n| work.read(&key(&n.to_string())).unwrap().is_some()).count(),
            3
        );
        work.write(&key("long"), &text(99)).unwrap();
        drop(work);
        let again = open(library.path()).unwrap();
        assert!(again.read(&key("long")).unwrap().unwrap().content[..] == text(99));
    }
}

#[test]
fn bytes_overwritten_in_the_middle_leave_what_is_around_them() {
    let (library, journal) = library(200);
    let path = library.path().join("session/journal");
    let middle = journal.len() / 2;
    for (fill, length) in [(0, 1000), (0xd1, 1000), (0xff, 5000)] {
        let mut bent = journal.clone();
        bent[middle..middle + length].fill(fill);
        fs::write(&path, &bent).unwrap();
        let work = open(library.path()).unwrap();
        let found = intact(&work, 200);
        assert!(found.contains(&0) && found.contains(&199), "{found:?}");
        assert!(found.len() >= 200 - length / 80 - 2 && found.len() < 200, "{found:?}");
        assert!(!work.stats().unwrap().damages.is_empty());
    }
}

#[test]
fn a_damaged_journal_is_kept_aside_before_it_is_written_anew() {
    let (library, mut journal) = library(5);
    let path = library.path().join("session/journal");
    let end = journal.len() - 3;
    journal[end] ^= 1;
    fs::write(&path, &journal).unwrap();
    let work = open(library.path()).unwrap();
    for n in 0..80 {
        work.write(&key("busy"), &vec![n; 10_000]).unwrap();
    }
    drop(work);
    assert!(fs::metadata(&path).unwrap().len() < 20_000, "written anew");
    let aside = fs::read(path.with_extension("damaged")).unwrap();
    assert_eq!(aside[..journal.len()], journal);
    let work = open(library.path()).unwrap();
    assert_eq!((intact_but_busy(&work), work.stats().unwrap().damages), (4, Vec::new()));
}

fn intact_but_busy(work: &SessionWork) -> usize {
    work.list(None).unwrap().len() - 1
}

#[test]
fn a_copy_of_the_journal_in_a_draft_is_never_taken_for_records() {
    let (library, journal) = library(3);
    let work = open(library.path()).unwrap();
    work.write(&key("copy"), &[&journal[..], &journal].concat()).unwrap();
    drop(work);
    let path = library.path().join("session/journal");
    let mut bent = fs::read(&path).unwrap();
    // The header of the record that holds the copy.
    bent[journal.len() + 5] ^= 1;
    fs::write(&path, &bent).unwrap();
    let work = open(library.path()).unwrap();
    assert_eq!(intact(&work, 3).len(), 3);
    assert_eq!(work.stats().unwrap().damages.len(), 1);
}

#[test]
fn what_is_no_journal_is_refused_and_left_as_it_is() {
    type Make<'a> = &'a dyn Fn(&Path);
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("target");
    fs::write(&target, "precious").unwrap();
    let text = "undercroft session 2 ";
    let newer = format!("{text}{:08x}\n", crc32fast::hash(text.as_bytes()));
    let cases: [(&str, Make<'_>, Option<Code>); 5] = [
        ("folder", &|at| fs::create_dir(at).unwrap(), None),
        ("link", &|at| symlink(&target, at).unwrap(), None),
        (
            "pipe",
            &|at| {
                rustix::fs::mkfifoat(rustix::fs::CWD, at, rustix::fs::Mode::from(0o600)).unwrap();
            },
            Some(Code::Damaged),
        ),
        ("newer", &|at| fs::write(at, &newer).unwrap(), Some(Code::TooNew)),
        (
            "huge",
            &|at| {
                let file = OpenOptions::new().write(true).create_new(true).open(at).unwrap();
                file.set_len(1 << 40).unwrap();
            },
            Some(Code::Damaged),
        ),
    ];
    for (name, make, code) in cases {
        let library = tempfile::tempdir().unwrap();
        let path = library.path().join("session/journal");
        fs::create_dir(library.path().join("session")).unwrap();
        make(&path);
        let error = open(library.path()).expect_err(name);
        assert!(code.is_none_or(|code| code == error.code()), "{name}: {error}");
    }
    assert_eq!(fs::read(&target).unwrap(), b"precious");
    for bytes in [&b"x"[..], b"not a journal at all, but text of some length"] {
        let library = tempfile::tempdir().unwrap();
        fs::create_dir(library.path().join("session")).unwrap();
        fs::write(library.path().join("session/journal"), bytes).unwrap();
        let work = open(library.path()).unwrap();
        work.write(&key("a"), b"a").unwrap();
        drop(work);
        assert!(open(library.path()).unwrap().read(&key("a")).unwrap().is_some());
    }
}

#[test]
fn a_full_disk_costs_nothing_that_was_acknowledged() {
    let disk = undercroft_testkit::SmallDisk::mount(512 * 1024);
    let Some(disk) = disk else { return };
    let work = open(disk.path()).unwrap();
    let mut written = 0;
    let error = loop {
        match work.write(&key(&written.to_string()), &vec![7; 20_000]) {
            Ok(_) => written += 1,
            Err(error) => break error,
        }
        assert!(written < 100, "the disk is never full");
    };
    assert_eq!(error.code(), Code::StorageFull);
    assert_eq!(work.list(None).unwrap().len(), written);
    drop(work);
    let work = open(disk.path()).unwrap();
    assert_eq!(work.list(None).unwrap().len(), written);
    assert_eq!(work.stats().unwrap().damages, []);
}
