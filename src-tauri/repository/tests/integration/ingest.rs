//! Content that is no walk of the disk: stored, published, read again, and forgotten.

use crate::support;

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::{fs, thread};

use sha2::{Digest, Sha256};
use support::{Gate, Scene, ids, password};
use undercroft_foundation::{Clock as _, Code, Job, Result, World};
use undercroft_repository::check::{CheckOptions, ReadData};
use undercroft_repository::ingest::{Ingest, SnapshotOrder, StoredContent};
use undercroft_repository::prune::PruneOptions;
use undercroft_repository::{Forget, Node, NodeKind, Repository, Snapshot, Tree};
use undercroft_testkit::{
    FailingProvider, Fault, Operation, RecordingProvider, random_bytes, simulated_world, text_bytes,
};

fn store(ingest: &Ingest<'_>, content: &[u8]) -> Result<StoredContent> {
    ingest.store(|writer| {
        writer.content_writer()?.store(&mut Cursor::new(content), Path::new("content"))
    })
}

fn file(name: &str, content: &StoredContent) -> Node {
    Node {
        mode: 0o600,
        size: content.size,
        content: Some(content.blobs.clone()),
        ..Node::new(name, NodeKind::File)
    }
}

/// Stores contents as files of one folder and makes a snapshot of it.
fn publish(ingest: &Ingest<'_>, contents: &[(&str, &[u8])]) -> Result<Snapshot> {
    let tree = ingest.store(|writer| {
        let mut contents_writer = writer.content_writer()?;
        let store = |(name, bytes): &(&str, &[u8])| {
            let stored = contents_writer.store(&mut Cursor::new(bytes), Path::new(name))?;
            Ok(file(name, &stored))
        };
        let nodes = contents.iter().map(store).collect::<Result<Vec<_>>>()?;
        writer.store_tree(&Tree { nodes })
    })?;
    let paths = vec!["/objects".to_owned()];
    ingest.publish(SnapshotOrder { tree, paths, tags: vec!["project:1".into()], time: None })
}

fn read(repository: &Repository, content: &StoredContent) -> Vec<u8> {
    let mut bytes = Vec::new();
    repository.open_content(&content.blobs).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn what_was_published_is_restored_by_restic() {
    let scene = Scene::new();
    let repository = scene.init();
    let contents: [(&str, Vec<u8>); 4] = [
        ("empty", Vec::new()),
        ("large", random_bytes(1, 5 << 20)),
        ("small", b"one line\n".to_vec()),
        ("text", text_bytes(2, 3_000_000)),
    ];
    let lent: Vec<_> = contents.iter().map(|(name, bytes)| (*name, &bytes[..])).collect();
    let ingest = repository.begin_ingest().unwrap();
    let snapshot = publish(&ingest, &lent).unwrap();
    drop(ingest);
    assert_eq!(snapshot.tags, ["project:1"]);
    assert_eq!(repository.read_snapshot(snapshot.id).unwrap(), snapshot);
    scene.restic().check();
    let target = scene.path("target");
    scene.restic().restore(&snapshot.id.to_string(), &target);
    for (name, bytes) in &contents {
        assert!(fs::read(target.join(name)).unwrap() == *bytes, "{name}");
    }

    repository.forget(&[snapshot.id], Forget::ForGood).unwrap();
    repository.forget(&[snapshot.id], Forget::ForGood).unwrap();
    assert!(ids(&repository).is_empty());
    scene.restic().check();
}

#[test]
fn content_is_known_by_its_digest_and_what_is_there_takes_no_room() {
    let scene = Scene::new();
    let repository = scene.init();
    let ingest = repository.begin_ingest().unwrap();
    let mut bytes = random_bytes(1, 64 << 20);
    let first = store(&ingest, &bytes).unwrap();
    assert_eq!(first.size, bytes.len() as u64);
    assert_eq!(first.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
    assert!(first.stored_bytes >= first.size);
    assert_eq!(store(&ingest, &bytes).unwrap(), StoredContent { stored_bytes: 0, ..first.clone() });

    let middle = bytes.len() / 2;
    bytes[middle..middle + 1024].copy_from_slice(&random_bytes(2, 1024));
    let changed = store(&ingest, &bytes).unwrap();
    assert!(changed.stored_bytes < 17 << 20, "{}", changed.stored_bytes);
    assert_ne!(changed.sha256, first.sha256);
    assert!(read(&repository, &changed) == bytes);

    let empty = store(&ingest, b"").unwrap();
    assert_eq!((empty.size, empty.stored_bytes, empty.blobs.len()), (0, 0, 0));
    assert_eq!(empty.sha256, <[u8; 32]>::from(Sha256::digest(b"")));
    assert_eq!(read(&repository, &empty), b"");
    assert_eq!(repository.open_content(&[]).unwrap().size(), 0);
}

/// Yields some bytes, then fails.
struct Breaking(usize);

impl Read for Breaking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::other("the cable was pulled"));
        }
        let length = buffer.len().min(self.0);
        buffer[..length].fill(7);
        self.0 -= length;
        Ok(length)
    }
}

#[test]
fn a_reader_that_fails_midway_publishes_nothing() {
    let scene = Scene::new();
    let repository = scene.init();
    let ingest = repository.begin_ingest().unwrap();
    let failed = ingest.store(|writer| {
        writer.content_writer()?.store(&mut Breaking(20 << 20), Path::new("/mnt/film"))
    });
    let error = failed.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(error.to_string().contains("/mnt/film"), "{error}");
    assert!(error.to_string().contains("cable"), "{error}");
    // The same ingest goes on.
    let snapshot = publish(&ingest, &[("whole", b"whole")]).unwrap();
    drop(ingest);
    assert_eq!(ids(&repository), [snapshot.id]);
    scene.restic().check();
}

#[test]
fn a_tree_out_of_order_and_a_snapshot_of_no_tree_are_refused() {
    let scene = Scene::new();
    let repository = scene.init();
    let ingest = repository.begin_ingest().unwrap();
    let stored = store(&ingest, b"x").unwrap();
    for names in [["b", "a"], ["a", "a"]] {
        let nodes = names.map(|name| file(name, &stored)).to_vec();
        let refused = ingest.store(|writer| writer.store_tree(&Tree { nodes }));
        assert_eq!(refused.map_err(|e| e.code()), Err(Code::Invalid));
    }
    let tree = stored.blobs[0];
    let order = SnapshotOrder { tree, paths: Vec::new(), tags: Vec::new(), time: None };
    assert_eq!(ingest.publish(order).map_err(|e| e.code()), Err(Code::Invalid));
    assert!(ids(&repository).is_empty());
}

#[test]
fn any_place_of_a_content_can_be_read_from_several_threads() {
    let scene = Scene::new();
    let repository = scene.init();
    let bytes = random_bytes(3, 9_000_000);
    let stored = store(&repository.begin_ingest().unwrap(), &bytes).unwrap();
    assert!(stored.blobs.len() > 2);
    let fresh = scene.open();
    thread::scope(|scope| {
        for seed in 0..3 {
            let (fresh, stored, bytes) = (&fresh, &stored, &bytes);
            scope.spawn(move || {
                let mut reader = fresh.open_content(&stored.blobs).unwrap();
                assert_eq!(reader.size(), stored.size);
                let mut buffer = vec![0; 700_000];
                for step in 0..20usize {
                    let offset = (step * 977_321 + seed * 311) % (bytes.len() + 10_000);
                    let read = reader.read_at(offset as u64, &mut buffer).unwrap();
                    let from = offset.min(bytes.len());
                    let expected = &bytes[from..bytes.len().min(offset + buffer.len()).max(from)];
                    assert!(buffer[..read] == *expected, "from {offset}");
                }
                assert_eq!(reader.seek(SeekFrom::End(-3)).unwrap(), stored.size - 3);
                let mut end = Vec::new();
                reader.read_to_end(&mut end).unwrap();
                assert_eq!(end, bytes[bytes.len() - 3..]);
                assert!(reader.seek(SeekFrom::Current(-i64::MAX)).is_err());
            });
        }
    });
}

#[test]
fn a_flipped_bit_is_noticed_before_a_byte_is_handed_out() {
    let scene = Scene::new();
    let repository = scene.init();
    let stored = store(&repository.begin_ingest().unwrap(), &random_bytes(1, 100_000)).unwrap();
    let failing = Arc::new(FailingProvider::new(scene.disk()));
    let repository = scene.open_through(failing.clone());
    let mut reader = repository.open_content(&stored.blobs).unwrap();
    failing.fail_once(Operation::Read, "data/", 1, Fault::Flip(5000));
    let mut buffer = [0; 10];
    let damaged = reader.read_at(0, &mut buffer);
    assert_eq!((damaged.map_err(|e| e.code()), buffer), (Err(Code::Damaged), [0; 10]));
    assert_eq!(reader.read_at(99_995, &mut buffer).unwrap(), 5);
}

#[test]
fn two_ingests_at_once_lose_nothing_of_each_other() {
    let scene = Scene::new();
    let repository = scene.init();
    let shared = text_bytes(1, 4_000_000);
    thread::scope(|scope| {
        for number in 0..2u64 {
            let (repository, shared) = (&repository, &shared);
            scope.spawn(move || {
                for round in 0..4 {
                    let own = random_bytes(number * 100 + round, 300_000);
                    let ingest = repository.begin_ingest().unwrap();
                    publish(&ingest, &[("own", &own[..]), ("shared", &shared[..])]).unwrap();
                }
            });
        }
    });
    assert_eq!(ids(&repository).len(), 8);
    assert!(
        scene
            .open()
            .check(&CheckOptions { read: ReadData::All }, &Default::default())
            .unwrap()
            .is_sound()
    );
    scene.restic().check();
}

#[test]
fn no_ingest_relies_on_what_another_has_not_indexed_yet() {
    let scene = Scene::new();
    drop(scene.init());
    let gate = Arc::new(Gate::default());
    let repository = scene.open_through(gate.before(scene.disk(), "index/"));
    let bytes = random_bytes(1, 100_000);
    thread::scope(|scope| {
        let slow = scope.spawn(|| store(&repository.begin_ingest().unwrap(), &bytes).unwrap());
        let held = gate.wait_until_reached();
        // Its pack is there and its index is not: another may not take the blob for stored.
        let other = scene.open();
        let found = repository.open_content(&[undercroft_repository::BlobId::of(&bytes)]);
        assert_eq!(found.err().map(|e| e.code()), Some(Code::Damaged));
        let stored = store(&other.begin_ingest().unwrap(), &bytes).unwrap();
        assert!(stored.stored_bytes > 0);
        drop(held);
        slow.join().unwrap();
    });
    scene.restic().check();
}

#[test]
fn several_threads_store_in_one_ingest() {
    let scene = Scene::new();
    let repository = scene.init();
    let contents: Vec<_> = (0..8).map(|n| random_bytes(n, 700_000)).collect();
    let ingest = repository.begin_ingest().unwrap();
    let stored = ingest.store(|writer| {
        thread::scope(|scope| {
            let store = |half: &'_ [Vec<u8>]| {
                let mut content = writer.content_writer()?;
                let store = |bytes| content.store(&mut Cursor::new(bytes), Path::new("x"));
                half.iter().map(store).collect::<Result<Vec<_>>>()
            };
            let threads: Vec<_> =
                contents.chunks(4).map(|half| scope.spawn(move || store(half))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Result<Vec<_>>>()
        })
    });
    for (stored, bytes) in stored.unwrap().concat().iter().zip(&contents) {
        assert!(read(&repository, stored) == *bytes);
    }
}

#[test]
fn any_write_may_fail_and_nothing_that_was_published_is_lost() {
    let scene = Scene::new();
    drop(scene.init());
    let failing = Arc::new(FailingProvider::new(scene.disk()));
    let repository = scene.open_through(failing.clone()).assume_strongly_consistent();
    let mut published = Vec::new();
    for nth in 1..20 {
        let bytes = random_bytes(nth as u64, 200_000);
        failing.fail_once(Operation::Write, "", nth, Fault::Refuse(Code::StorageFull));
        let made = repository.begin_ingest().and_then(|ingest| publish(&ingest, &[("x", &bytes)]));
        failing.heal();
        match made {
            Ok(snapshot) => {
                published.push(snapshot.id);
                break;
            }
            Err(error) => assert_eq!(error.code(), Code::StorageFull),
        }
        // The same object goes on.
        let ingest = repository.begin_ingest().unwrap();
        published.push(publish(&ingest, &[("x", &bytes)]).unwrap().id);
        drop(ingest);
        assert_eq!(ids(&repository).len(), published.len());
    }
    assert!(published.len() > 4);
    scene.restic().check();
}

#[test]
fn prompt_locks_wait_for_nothing_and_are_heeded() {
    let scene = Scene::new();
    drop(scene.init());
    let (world, clock) = simulated_world(1);
    let repository =
        Repository::open(scene.disk(), &password(), &world).unwrap().assume_strongly_consistent();
    let before = clock.steady();
    store(&repository.begin_ingest().unwrap(), b"quick").unwrap();
    assert_eq!(clock.steady(), before, "nobody slept");

    // What another takes for a lock of now must have been written now.
    let repository = scene.open().assume_strongly_consistent();
    let ingest = repository.begin_ingest().unwrap();
    let other = scene.open().assume_strongly_consistent();
    let prune = || other.prune(&PruneOptions::default(), &Job::new()).map_err(|e| e.code());
    assert_eq!(prune(), Err(Code::Locked));
    let refused = scene.restic().output(&["check"]);
    assert!(!refused.status.success());
    drop(ingest);
    prune().unwrap();
    assert_eq!(fs::read_dir(scene.repository().join("locks")).unwrap().count(), 0);
}

#[test]
fn a_small_ingest_costs_a_handful_of_writes() {
    let scene = Scene::new();
    drop(scene.init());
    let recording = Arc::new(RecordingProvider::new(scene.disk()));
    let repository = Repository::open(recording.clone(), &password(), &World::real())
        .unwrap()
        .assume_strongly_consistent();
    publish(&repository.begin_ingest().unwrap(), &[("first", b"first")]).unwrap();
    recording.take();
    publish(&repository.begin_ingest().unwrap(), &[("second", b"second")]).unwrap();
    // Lock, a pack of content, a pack of trees, their index, the snapshot.
    assert_eq!(recording.count(Operation::Write, "").0, 5);
}

#[test]
fn whoever_lists_while_another_replaces_sees_the_one_or_the_other() {
    let scene = Scene::new();
    let repository = scene.init().assume_strongly_consistent();
    let mut last = publish(&repository.begin_ingest().unwrap(), &[("x", b"0")]).unwrap();
    let reading = scene.open();
    thread::scope(|scope| {
        let replacing = scope.spawn(|| {
            for n in 1..30 {
                let next = {
                    let ingest = repository.begin_ingest().unwrap();
                    publish(&ingest, &[("x", n.to_string().as_bytes())]).unwrap()
                };
                repository
                    .forget(&[std::mem::replace(&mut last, next).id], Forget::ForGood)
                    .unwrap();
            }
        });
        while !replacing.is_finished() {
            let seen = reading.snapshots().unwrap();
            assert!(matches!(seen.len(), 1 | 2), "{seen:?}");
        }
    });
}
