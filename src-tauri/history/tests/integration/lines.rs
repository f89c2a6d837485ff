//! The lines that changes added and removed, and changes of a text taken back one by one.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;
use undercroft_foundation::{Code, Error, Job};
use undercroft_history::{
    LineBudget, LineCounts, LinesAfter, LinesBack, SaveOrder, Trigger, UnsavedPolicy,
    VersionFilter, WriteOutcome, content_digest, diff,
};
use undercroft_testkit::write_file;

use crate::support::{Bench, path};

/// Takes a change of `f` back, by the content that it has now.
fn restore(bench: &Bench, before: &[u8], change: u64) -> Result<WriteOutcome, Error> {
    let now = fs::read(bench.work().join("f")).unwrap();
    restore_seen(bench, before, change, &content_digest(&now))
}

fn restore_seen(
    bench: &Bench,
    before: &[u8],
    change: u64,
    seen: &str,
) -> Result<WriteOutcome, Error> {
    let lines = LinesBack { path: &path("f"), before, change, seen: Some(seen) };
    let order = SaveOrder::new(Trigger::Manual, "Restore lines of f");
    let writer = bench.history.writer();
    writer.restore_lines(bench.main().id, lines, order, UnsavedPolicy::Ask, &Job::new())
}

fn now(bench: &Bench) -> Vec<u8> {
    fs::read(bench.work().join("f")).unwrap()
}

fn utf16(text: &str, mark: [u8; 2]) -> Vec<u8> {
    let unit = |unit: u16| if mark[0] == 0xff { unit.to_le_bytes() } else { unit.to_be_bytes() };
    mark.into_iter().chain(text.encode_utf16().flat_map(unit)).collect()
}

#[test]
fn one_change_goes_back_and_the_others_stay() {
    let old: String = (1..=9).map(|n| format!("line {n}\n")).collect();
    let new = old.replace("line 2\n", "two\n").replace("line 5\n", "").replace("line 8", "eight");
    let (bench, _) = Bench::begun(|work| write_file(work.join("f"), &old));
    bench.write("f", &new);
    fs::set_permissions(bench.work().join("f"), fs::Permissions::from_mode(0o750)).unwrap();
    let written = restore(&bench, old.as_bytes(), 2).unwrap();
    assert_eq!(now(&bench), new.replace("line 6\n", "line 5\nline 6\n").as_bytes());
    assert_eq!(fs::metadata(bench.work().join("f")).unwrap().permissions().mode() & 0o777, 0o750);
    // What was there is a version before, and undoing goes back to it.
    assert_eq!(written.version.unwrap().message, "Restore lines of f");
    bench.history.writer().undo(bench.main().id, &Job::new()).unwrap();
    assert_eq!(now(&bench), new.as_bytes());
}

#[test]
fn what_changed_since_it_was_looked_at_is_refused_and_left() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("f"), "1\n2\n3\n"));
    bench.write("f", "1\ntwo\n3\n");
    let seen = content_digest(b"1\ntwo\n3\n");
    bench.write("f", "1\nTWO\n3\n");
    let versions = || bench.history.versions(bench.main().id, &VersionFilter::default()).unwrap();
    let before = versions();
    let refused = restore_seen(&bench, b"1\n2\n3\n", 1, &seen).unwrap_err();
    assert_eq!(refused.code(), Code::Invalid);
    assert_eq!(refused.what_text(), "f has changed since it was looked at");
    assert_eq!((now(&bench), versions()), (b"1\nTWO\n3\n".to_vec(), before));
}

#[test]
fn what_are_no_lines_of_one_text_is_refused() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("f"), "1\n2\n"));
    let wide = utf16("1\ntwo\n", [0xff, 0xfe]);
    for (before, then, what) in [
        (&b"1\n2\n"[..], &b"1\nt\0wo\n"[..], "f is not text on both sides"),
        (b"\x7fELF\0\0", b"1\ntwo\n", "f is not text on both sides"),
        (b"1\n2\n", &wide, "f is in another encoding now"),
        (b"1\n2\n", b"1\ntwo\n", "f has no change 2"),
        (b"1\n2\n", b"1\n2\n", "f has no change 2"),
    ] {
        bench.write("f", then);
        let refused = restore(&bench, before, 2).unwrap_err();
        assert_eq!((refused.code(), refused.what_text()), (Code::Invalid, what));
        assert_eq!(now(&bench), then);
    }
    assert!(restore(&bench, b"1\n", 0).is_err());
    fs::remove_file(bench.work().join("f")).unwrap();
    assert_eq!(restore_seen(&bench, b"1\n", 1, "").unwrap_err().code(), Code::NotFound);
}

const MUCH: LineBudget = LineBudget { files: 100, bytes: 1 << 20 };

/// The lines that were counted of what a version changed, by path.
fn counted(bench: &Bench, budget: &mut LineBudget) -> Vec<(String, Option<(u64, u64)>)> {
    let version = bench.save().unwrap();
    let changes = bench.history.changes(version.id, 100).unwrap();
    let (before, after) = (version.parent.unwrap(), LinesAfter::Version(version.id));
    let lines = bench.history.reader().line_counts(before, after, &changes, budget);
    let told = lines.into_iter().map(|it| it.map(|LineCounts { added, removed }| (added, removed)));
    changes.iter().map(|change| change.path.to_string()).zip(told).collect()
}

#[test]
fn lines_are_counted_of_small_texts() {
    let (bench, _) = Bench::begun(|work| {
        write_file(work.join("changed"), "1\n2\n3\n");
        write_file(work.join("gone"), "1\n2\n");
        write_file(work.join("wide"), utf16("a\nb\n", [0xff, 0xfe]));
        write_file(work.join("binary"), [0, 1, 2]);
        write_file(work.join("grown"), "short\n");
    });
    bench.write("changed", "1\ntwo\n3\n4\n");
    bench.write("new", "1\n");
    bench.write("wide", utf16("a\nc\n", [0xff, 0xfe]));
    bench.write("binary", [0, 1, 3]);
    bench.write("grown", "long\n".repeat(200_000));
    fs::remove_file(bench.work().join("gone")).unwrap();
    let lines = counted(&bench, &mut MUCH.clone());
    let told: Vec<_> = lines.iter().map(|(path, lines)| (&**path, *lines)).collect();
    assert_eq!(
        told,
        [
            ("binary", None),
            ("changed", Some((2, 1))),
            ("gone", Some((0, 2))),
            ("grown", None),
            ("new", Some((1, 0))),
            ("wide", None),
        ]
    );
}

#[test]
fn counting_lines_ends_with_its_budget() {
    let (bench, _) = Bench::begun(|work| write_file(work.join("a"), "1\n"));
    for name in ["a", "b", "c"] {
        bench.write(name, "1\n2\n3\n");
    }
    let mut few = LineBudget { files: 2, bytes: 1 << 20 };
    let lines: Vec<_> = counted(&bench, &mut few).into_iter().map(|(_, lines)| lines).collect();
    assert_eq!(lines, [Some((2, 0)), Some((3, 0)), None]);
    assert_eq!(few, LineBudget { files: 0, bytes: (1 << 20) - 2 - 6 - 6 });
    bench.write("a", "other\n");
    let mut little = LineBudget { files: 100, bytes: 7 };
    assert_eq!(counted(&bench, &mut little), [("a".to_owned(), None)]);
}

/// Takes all changes back in an order of dice; each puts the lines of its own change back, and no
/// others. What is left may be told by more lines than before: the difference that people read most
/// easily is not always the shortest.
fn all_back(old: &[u8], new: &[u8], dice: &[usize]) {
    let (bench, _) = Bench::begun(|work| write_file(work.join("f"), old));
    bench.write("f", new);
    let compared = |content: &[u8]| {
        undercroft_history::decode_wide(content)
            .map_or_else(|| content.to_vec(), |(text, _)| text.into_bytes())
    };
    let old_text = compared(old);
    for step in 0.. {
        let text = compared(&now(&bench));
        let changes: Vec<_> = (1..).map_while(|n| diff::change(&old_text, &text, n)).collect();
        if changes.is_empty() {
            break;
        }
        assert!(step < 60, "{} changes are left", changes.len());
        let at = dice[step % dice.len()] % changes.len();
        restore(&bench, old, 1 + at as u64).unwrap();
        let (then, there) = changes[at].clone();
        let (before, after) = (lines(&old_text), lines(&text));
        let expected = [&after[..there.start], &before[then], &after[there.end..]].concat();
        assert_eq!(compared(&now(&bench)), expected.concat());
    }
    assert_eq!(now(&bench), old);
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Few different lines, so that texts have much in common; with all ends that lines have.
fn text() -> impl Strategy<Value = String> {
    let line = "(a|b|c|dd|\u{e9}|\u{1f600}|)(\n|\n|\r\n)";
    (prop::collection::vec(line, 0..14), "(|end)").prop_map(|(lines, end)| lines.concat() + &end)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn taking_all_changes_back_one_by_one_gives_the_old_file(
        old in text(),
        new in text(),
        dice in prop::collection::vec(any::<usize>(), 4),
        encoding in 0..4,
    ) {
        let stored = |text: &str| match encoding {
            0 => utf16(text, [0xff, 0xfe]),
            1 => utf16(text, [0xfe, 0xff]),
            2 => text.chars().map(|c| u8::try_from(c).unwrap_or(0xfc)).collect(),
            _ => text.as_bytes().to_vec(),
        };
        all_back(&stored(&old), &stored(&new), &dice);
    }
}
