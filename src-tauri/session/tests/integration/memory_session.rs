//! Session work: scratch files and drafts, their rules, export and import.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use proptest::prelude::*;
use tempfile::TempDir;
use undercroft_foundation::{Code, ProjectId, TreePath, World};
use undercroft_session::{Imported, SessionKey, SessionKind, SessionRules, SessionWork};
use undercroft_testkit::{ManualClock, simulated_world};

struct Bench {
    library: TempDir,
    world: World,
    clock: Arc<ManualClock>,
    projects: [ProjectId; 2],
}

impl Bench {
    fn new() -> Self {
        let (world, clock) = simulated_world(7);
        let project = || ProjectId::new(&*world.clock, &*world.random);
        let mut projects = [project(), project()];
        projects.sort_unstable();
        Self { library: tempfile::tempdir().unwrap(), world, clock, projects }
    }

    fn open(&self) -> SessionWork {
        self.open_with(SessionRules::default())
    }

    fn open_with(&self, rules: SessionRules) -> SessionWork {
        SessionWork::open(self.library.path(), &self.world, rules).unwrap()
    }

    fn key(&self, project: usize, kind: SessionKind, path: &[u8]) -> SessionKey {
        SessionKey { project: self.projects[project], kind, path: TreePath::new(path).unwrap() }
    }

    fn draft(&self, path: &str) -> SessionKey {
        self.key(0, SessionKind::Draft, path.as_bytes())
    }
}

fn text(work: &SessionWork, key: &SessionKey) -> Option<String> {
    let found = work.read(key).unwrap()?;
    Some(String::from_utf8(found.content.to_vec()).unwrap())
}

#[test]
fn work_is_written_read_listed_and_deleted() {
    let bench = Bench::new();
    let work = bench.open();
    let draft = bench.draft("src/a.rs");
    let scratch = bench.key(0, SessionKind::Scratch, b"src/a.rs");
    let other = bench.key(1, SessionKind::Draft, b"src/\xff\n.rs");
    assert!(work.read(&draft).unwrap().is_none());
    for (key, content) in [(&draft, "one"), (&scratch, ""), (&other, "three")] {
        assert_eq!(work.write(key, content.as_bytes()).unwrap(), []);
        bench.clock.advance(Duration::from_millis(1500));
    }
    work.write(&draft, b"four").unwrap();
    assert_eq!(text(&work, &draft).as_deref(), Some("four"));
    assert_eq!(text(&work, &scratch).as_deref(), Some(""));
    let listed = work.list(Some(bench.projects[0])).unwrap();
    let keys: Vec<_> = listed.iter().map(|entry| &entry.key).collect();
    assert_eq!(keys, [&scratch, &draft]);
    assert_eq!((listed[1].size_bytes, listed[1].modified), (4, bench.world.clock.now()));
    assert_eq!(
        listed[1].expires.duration_since(listed[1].modified),
        SignedDuration::from_hours(30 * 24)
    );
    assert_eq!(work.list(None).unwrap().len(), 3);
    drop(work);

    let work = bench.open();
    assert_eq!(work.list(Some(bench.projects[0])).unwrap(), listed, "as it was");
    assert!(work.delete(&draft).unwrap());
    assert!(!work.delete(&draft).unwrap());
    assert_eq!(work.delete_project(bench.projects[0]).unwrap(), 1);
    drop(work);
    let work = bench.open();
    assert_eq!(work.list(None).unwrap().len(), 1);
    assert_eq!(text(&work, &other).as_deref(), Some("three"));
}

#[test]
fn what_is_too_large_is_refused_and_nothing_changes() {
    let bench = Bench::new();
    let rules = SessionRules { size_bytes: 100, total_bytes: 150, ..SessionRules::default() };
    let work = bench.open_with(rules);
    let (a, b) = (bench.draft("a"), bench.key(1, SessionKind::Draft, b"b"));
    work.write(&a, &[b'a'; 100]).unwrap();
    assert_eq!(work.write(&a, &[b'a'; 101]).unwrap_err().code(), Code::Invalid);
    assert_eq!(work.write(&b, &[b'b'; 51]).unwrap_err().code(), Code::StorageFull);
    work.write(&b, &[b'b'; 50]).unwrap();
    work.write(&a, &[b'c'; 100]).unwrap();
    for path in [TreePath::root(), TreePath::new(&[b'x'; 5000]).unwrap()] {
        let key = SessionKey { path, ..b.clone() };
        assert_eq!(work.write(&key, b"").unwrap_err().code(), Code::Invalid);
    }
    assert_eq!(work.list(None).unwrap().len(), 2);
}

#[test]
fn the_oldest_of_the_same_project_and_kind_makes_room() {
    let bench = Bench::new();
    let work =
        bench.open_with(SessionRules { items: 3, size_bytes: 30, ..SessionRules::default() });
    let others = [bench.key(0, SessionKind::Scratch, b"a"), bench.key(1, SessionKind::Draft, b"a")];
    for other in &others {
        work.write(other, b"x").unwrap();
    }
    let key = |n: u8| bench.key(0, SessionKind::Draft, &[b'a' + n]);
    for n in 0..3 {
        assert_eq!(work.write(&key(n), b"12345").unwrap(), []);
    }
    // The clock goes back: the order of writing counts.
    bench.clock.set_wall(SignedDuration::from_hours(-5));
    work.write(&key(0), b"12345").unwrap();
    assert_eq!(work.write(&key(3), b"12345").unwrap(), [key(1)], "by count");
    assert_eq!(work.write(&key(4), &[b'x'; 22]).unwrap(), [key(2), key(0)], "by bytes");
    assert_eq!(text(&work, &key(3)).as_deref(), Some("12345"));
    for other in &others {
        assert!(work.read(other).unwrap().is_some());
    }
    let stats = work.stats().unwrap();
    let sums: Vec<_> = stats.tallies.iter().map(|sum| (sum.items, sum.size_bytes)).collect();
    assert_eq!(sums, [(1, 1), (2, 27), (1, 1)]);
}

#[test]
fn old_work_goes_a_part_a_day() {
    let bench = Bench::new();
    let work = bench.open();
    for n in 0..100 {
        work.write(&bench.draft(&format!("{n:03}")), b"x").unwrap();
        bench.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(work.expire().unwrap(), []);
    bench.clock.advance(Duration::from_secs(31 * 24 * 3600));
    work.write(&bench.draft("new"), b"x").unwrap();
    let gone = work.expire().unwrap();
    assert_eq!(gone.len(), 25);
    assert_eq!(gone[0], bench.draft("000"), "the oldest first");
    drop(work);
    let work = bench.open();
    assert_eq!(work.expire().unwrap(), [], "not twice a day, in no process");
    let mut left = 76;
    while left > 1 {
        bench.clock.advance(Duration::from_secs(24 * 3600));
        let gone = work.expire().unwrap().len();
        assert!(gone > 0 && gone <= 25);
        left -= gone;
    }
    assert_eq!(work.list(None).unwrap().len(), 1, "what is young stays");
}

#[test]
fn two_who_are_open_at_once_see_each_others_work() {
    let bench = Bench::new();
    let (one, two) = (bench.open(), bench.open());
    for n in 0..50 {
        let (key, again) = (bench.draft(&format!("{n}")), bench.draft("shared"));
        one.write(&key, b"one").unwrap();
        assert_eq!(text(&two, &key).as_deref(), Some("one"));
        two.write(&again, format!("{n}").as_bytes()).unwrap();
        assert_eq!(text(&one, &again), Some(n.to_string()));
        assert!(two.delete(&key).unwrap());
        assert!(one.read(&key).unwrap().is_none());
    }
    assert_eq!(one.list(None).unwrap(), two.list(None).unwrap());
}

#[test]
fn many_who_write_at_once_lose_nothing() {
    let bench = Bench::new();
    let works = [bench.open(), bench.open(), bench.open()];
    std::thread::scope(|scope| {
        for (who, work) in works.iter().enumerate() {
            let bench = &bench;
            scope.spawn(move || {
                for n in 0..200 {
                    let key = bench.draft(&format!("{who}/{}", n % 20));
                    work.write(&key, format!("{who} {n}").repeat(100).as_bytes()).unwrap();
                }
            });
        }
    });
    let listed = works[0].list(None).unwrap();
    assert_eq!(listed.len(), 60);
    for (who, work) in works.iter().enumerate() {
        assert_eq!(work.list(None).unwrap(), listed);
        assert_eq!(text(work, &bench.draft("1/19")).unwrap(), "1 199".repeat(100));
        assert_eq!(text(work, &bench.draft(&format!("{who}/0"))).unwrap().len(), 500);
    }
    drop(works);
    let reopened = bench.open();
    let again: Vec<_> = reopened.list(None).unwrap();
    assert_eq!(again, listed);
    assert_eq!(reopened.stats().unwrap().damages, []);
}

#[test]
fn the_journal_is_written_anew_when_most_of_it_is_of_no_use() {
    let bench = Bench::new();
    let (work, other) = (bench.open(), bench.open());
    let journal = bench.library.path().join("session/journal");
    for n in 0..100u8 {
        work.write(&bench.draft("a"), &vec![n; 10_000]).unwrap();
    }
    let length = fs::metadata(&journal).unwrap().len();
    work.write(&bench.draft("a"), &[99; 10_000]).unwrap();
    assert!(fs::metadata(&journal).unwrap().len() < length + 200, "the same again is no news");
    work.write(&bench.draft("b"), b"b").unwrap();
    assert!(fs::metadata(&journal).unwrap().len() > 1_000_000);
    drop(work);
    assert!(fs::metadata(&journal).unwrap().len() < 11_000);
    assert_eq!(other.read(&bench.draft("a")).unwrap().unwrap().content[..], [99; 10_000]);
    other.write(&bench.draft("c"), b"c").unwrap();
    drop(other);
    let work = bench.open();
    assert_eq!(work.list(None).unwrap().len(), 3);
    assert_eq!(work.stats().unwrap().damages, []);
    let left = fs::read_dir(bench.library.path().join("session")).unwrap().count();
    assert_eq!(left, 2, "the journal and its lock");
}

#[test]
fn an_export_comes_back_as_it_was() {
    let (here, there) = (Bench::new(), Bench::new());
    let work = here.open();
    let awkward: &[(&[u8], &[u8])] = &[
        (b"plain", "text \u{1F980} \"quoted\"\n".as_bytes()),
        (b"dir/\xff\n\\x", b"\xff\x00\xfe"),
        (b"empty", b""),
    ];
    for (path, content) in awkward {
        for kind in SessionKind::ALL {
            work.write(&here.key(0, kind, path), content).unwrap();
            here.clock.advance(Duration::from_nanos(1_234_567));
        }
    }
    work.write(&here.key(1, SessionKind::Draft, b"other"), b"x").unwrap();
    let file = here.library.path().join("export");
    let exported = work.export(Some(here.projects[0]), &file).unwrap();
    assert_eq!(exported.items, 6);
    let elsewhere = there.open();
    assert_eq!(elsewhere.import(&file).unwrap(), Imported { taken: 6, kept: 0 });
    assert_eq!(elsewhere.import(&file).unwrap(), Imported { taken: 0, kept: 6 });
    let of_project = work.list(Some(here.projects[0])).unwrap();
    assert_eq!(elsewhere.list(None).unwrap(), of_project, "times included");
    for entry in of_project {
        assert_eq!(elsewhere.read(&entry.key).unwrap(), work.read(&entry.key).unwrap());
    }
    assert_eq!(work.export(None, &file).unwrap().items, 7);
    assert_eq!(elsewhere.import(&file).unwrap(), Imported { taken: 1, kept: 6 });
}

#[test]
fn work_that_comes_back_from_an_archive_is_not_old() {
    let bench = Bench::new();
    let work = bench.open();
    let draft = bench.draft("a");
    work.write(&draft, b"unsaved").unwrap();
    let mut other = draft.clone();
    other.project = bench.projects[1];
    assert_ne!(other.project, draft.project);
    work.write(&other, b"of another").unwrap();
    let file = bench.library.path().join("export");
    work.export(None, &file).unwrap();
    work.delete_project(draft.project).unwrap();
    work.delete_project(other.project).unwrap();
    bench.clock.advance(Duration::from_secs(1000 * 24 * 3600));
    let back = work.import_archived(draft.project, &file).unwrap();
    assert_eq!(back, Imported { taken: 1, kept: 0 });
    assert_eq!(work.expire().unwrap(), []);
    assert_eq!(&*work.read(&draft).unwrap().unwrap().content, b"unsaved");
    assert_eq!(work.read(&other).unwrap(), None);
    // What was written since stays.
    work.write(&draft, b"newer").unwrap();
    let again = work.import_archived(draft.project, &file).unwrap();
    assert_eq!(again, Imported { taken: 0, kept: 1 });
    assert_eq!(&*work.read(&draft).unwrap().unwrap().content, b"newer");
}

#[test]
fn an_import_takes_all_of_a_file_or_nothing() {
    let bench = Bench::new();
    let work = bench.open();
    for n in 0..3 {
        work.write(&bench.draft(&n.to_string()), b"x").unwrap();
    }
    let file = bench.library.path().join("export");
    work.export(None, &file).unwrap();
    let whole = fs::read(&file).unwrap();
    let other = Bench::new();
    let empty = other.open();
    for length in 0..whole.len() - 1 {
        fs::write(&file, &whole[..length]).unwrap();
        let code = empty.import(&file).unwrap_err().code();
        assert!(matches!(code, Code::Invalid | Code::Damaged), "{length}: {code:?}");
    }
    let newer = String::from_utf8(whole.clone()).unwrap().replace("n\":1}", "n\":2}");
    for (text, code) in [
        (newer, Code::TooNew),
        (String::from_utf8([&whole[..], b"{}\n"].concat()).unwrap(), Code::Damaged),
        ("{\"a\": 1}\n".to_owned(), Code::Invalid),
        ("\0\0".to_owned(), Code::Invalid),
    ] {
        fs::write(&file, text).unwrap();
        assert_eq!(empty.import(&file).unwrap_err().code(), code);
    }
    assert_eq!(empty.list(None).unwrap(), []);
}

#[derive(Debug, Clone)]
enum Step {
    Write(u8, Vec<u8>),
    Edit(u8, usize, Vec<u8>),
    Delete(u8),
    Other,
    Reopen,
    Sync,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let content = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        (any::<u8>(), 0usize..90_000).prop_map(|(byte, length)| vec![byte; length]),
    ];
    let step = prop_oneof![
        6 => (0u8..6, content).prop_map(|(key, content)| Step::Write(key, content)),
        6 => (0u8..6, any::<usize>(), prop::collection::vec(any::<u8>(), 0..90))
            .prop_map(|(key, at, put)| Step::Edit(key, at, put)),
        2 => (0u8..6).prop_map(Step::Delete),
        2 => Just(Step::Other),
        1 => Just(Step::Reopen),
        1 => Just(Step::Sync),
    ];
    prop::collection::vec(step, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Two who take turns, reopening as they like, agree with a map after every step.
    #[test]
    fn it_behaves_like_a_map(steps in steps()) {
        let bench = Bench::new();
        let mut works = vec![bench.open(), bench.open()];
        let mut model = BTreeMap::new();
        for step in steps {
            let work = &works[0];
            match step {
                Step::Write(n, content) => {
                    work.write(&bench.draft(&n.to_string()), &content).unwrap();
                    model.insert(bench.draft(&n.to_string()), content);
                }
                Step::Edit(n, at, put) => {
                    let content = model.entry(bench.draft(&n.to_string())).or_default();
                    let at = at.checked_rem(content.len()).unwrap_or(0);
                    let end = (at + put.len() / 2).min(content.len());
                    content.splice(at..end, put);
                    work.write(&bench.draft(&n.to_string()), content).unwrap();
                }
                Step::Delete(n) => {
                    let key = bench.draft(&n.to_string());
                    prop_assert_eq!(work.delete(&key).unwrap(), model.remove(&key).is_some());
                }
                Step::Other => works.swap(0, 1),
                Step::Reopen => {
                    works.remove(0);
                    works.push(bench.open());
                }
                Step::Sync => work.sync().unwrap(),
            }
            for work in &works {
                let listed = work.list(None).unwrap();
                prop_assert_eq!(listed.len(), model.len());
                for (entry, (key, content)) in listed.iter().zip(&model) {
                    prop_assert_eq!(&entry.key, key);
                    let found = work.read(key).unwrap().unwrap();
                    prop_assert_eq!(&found.content[..], &content[..]);
                }
            }
        }
        prop_assert_eq!(works[0].stats().unwrap().damages, []);
    }
}
