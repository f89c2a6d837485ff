//! Snapshots that no honest program writes.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use undercroft_foundation::{Job, Warning, World};
use undercroft_providers::MemoryProvider;

use super::{RestoreRequest, RestoreSummary};
use crate::format::blob::{BlobEncoder, BlobKind, Compression};
use crate::format::crypto::Password;
use crate::format::id::{BlobId, SnapshotId};
use crate::format::snapshot::Snapshot;
use crate::format::tree::{Node, NodeKind, NodeTime, encode_tree};
use crate::maintain::check::{CheckOptions, ProblemKind, ReadData};
use crate::store::repository::Repository;
use crate::store::write::{BlobWriter, WriteMode};

fn repository() -> Repository {
    let password = Password::new("vault".to_owned());
    Repository::init(Arc::new(MemoryProvider::new()), &password, &World::real()).unwrap()
}

fn node(name: &[u8], kind: NodeKind) -> Node {
    let content = (kind == NodeKind::File).then(Vec::new);
    Node {
        mode: 0o644 | if kind == NodeKind::Dir { 1 << 31 | 0o111 } else { 0 },
        mtime: NodeTime { seconds: 1_000_000, nanoseconds: 1 },
        atime: NodeTime { seconds: 1_000_000, nanoseconds: 1 },
        uid: rustix::process::getuid().as_raw(),
        gid: rustix::process::getgid().as_raw(),
        content,
        ..Node::new(name, kind)
    }
}

/// Stores what `build` puts, and a snapshot of the tree of the nodes that it returns.
fn snapshot(
    repository: &Repository,
    build: impl FnOnce(&mut dyn FnMut(BlobKind, &[u8]) -> BlobId) -> Vec<Node>,
) -> Snapshot {
    let mut encoder = BlobEncoder::new(Compression::Auto).unwrap();
    let written = BlobWriter::run(repository, None, WriteMode::Add, |writer| {
        let mut put = |kind, bytes: &[u8]| writer.put(&mut encoder, kind, bytes).unwrap();
        let nodes = build(&mut put);
        Ok(put(BlobKind::Tree, &encode_tree(nodes.iter())))
    });
    let snapshot = Snapshot {
        id: SnapshotId([0; 32]),
        time: jiff::Timestamp::UNIX_EPOCH,
        offset: jiff::tz::Offset::UTC,
        tree: written.unwrap().0,
        paths: vec!["/".to_owned()],
        hostname: "hostile".to_owned(),
        username: String::new(),
        uid: 0,
        gid: 0,
        tags: Vec::new(),
        excludes: Vec::new(),
        parent: None,
        original: None,
        program_version: String::new(),
        summary: None,
    };
    repository.write_snapshot(None, snapshot).unwrap()
}

fn restore(
    repository: &Repository,
    snapshot: &Snapshot,
    target: &Path,
) -> (RestoreSummary, Vec<Warning>) {
    let job = Job::new();
    let request = RestoreRequest { target: target.to_owned(), ..RestoreRequest::default() };
    let summary = repository.restore(snapshot, &request, &job).unwrap();
    (summary, job.warnings())
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (target, outside) = (folder.path().join("target"), folder.path().join("outside"));
    fs::create_dir(&outside).unwrap();
    let repository = repository();
    let absolute = outside.join("planted").into_os_string().into_encoded_bytes();
    let hostile: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b".".to_vec(),
        b"..".to_vec(),
        b"../outside/planted".to_vec(),
        b"a\0b".to_vec(),
        absolute,
        b"good".to_vec(),
    ];
    let snapshot = snapshot(&repository, |put| {
        let inner = put(BlobKind::Tree, &encode_tree([node(b"planted", NodeKind::File)].iter()));
        let folders = hostile.iter().map(|name| {
            let mut folder = node(name, NodeKind::Dir);
            folder.subtree = Some(inner);
            folder
        });
        let mut nodes: Vec<Node> = folders.collect();
        nodes.extend(hostile.iter().map(|name| node(&[name, &b"2"[..]].concat(), NodeKind::File)));
        nodes.extend(hostile.iter().map(|name| node(name, NodeKind::Symlink)));
        nodes
    });
    let (_, warnings) = restore(&repository, &snapshot, &target);
    assert!(warnings.len() >= 10, "{warnings:#?}");
    assert!(names_in(&outside).is_empty());
    assert_eq!(names_in(folder.path()), ["outside", "target"]);
    assert_eq!(names_in(&target), ["..2", ".2", "2", "good", "good2"]);
    assert_eq!(names_in(&target.join("good")), ["planted"]);

    let report = repository.check(&CheckOptions { read: ReadData::All }, &Job::new()).unwrap();
    assert!(report.errors.len() >= 10, "{report:#?}");
    assert!(report.errors.iter().all(|problem| problem.kind == ProblemKind::Tree));
    assert_eq!(report.affected.len(), 1);
}

#[test]
fn a_link_that_is_a_folder_as_well_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (target, outside) = (folder.path().join("target"), folder.path().join("outside"));
    fs::create_dir(&outside).unwrap();
    let repository = repository();
    let both = |first_is_link: bool| {
        snapshot(&repository, |put| {
            let inner =
                put(BlobKind::Tree, &encode_tree([node(b"planted", NodeKind::File)].iter()));
            let mut link = node(b"x", NodeKind::Symlink);
            link.linktarget = outside.clone().into_os_string().into_encoded_bytes();
            let mut folder = node(b"x", NodeKind::Dir);
            folder.subtree = Some(inner);
            if first_is_link { vec![link, folder] } else { vec![folder, link] }
        })
    };
    for snapshot in [both(true), both(false)] {
        let (_, warnings) = restore(&repository, &snapshot, &target);
        assert!(!warnings.is_empty());
        assert!(names_in(&outside).is_empty());
    }
    // And one after the other: the link of the first restore is replaced by the second's folder.
    let folder_only = snapshot(&repository, |put| {
        let inner = put(BlobKind::Tree, &encode_tree([node(b"planted", NodeKind::File)].iter()));
        let mut folder = node(b"x", NodeKind::Dir);
        folder.subtree = Some(inner);
        vec![folder]
    });
    let _ = fs::remove_dir_all(&target);
    restore(&repository, &both(true), &target);
    assert!(target.join("x").is_symlink());
    let (_, warnings) = restore(&repository, &folder_only, &target);
    assert!(warnings.is_empty(), "{warnings:?}");
    assert!(names_in(&outside).is_empty());
    assert_eq!(names_in(&target.join("x")), ["planted"]);
}

#[test]
fn hard_links_of_unlike_content_are_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let repository = repository();
    let snapshot = snapshot(&repository, |put| {
        let linked = |name: &[u8], bytes: &[u8], put: &mut dyn FnMut(BlobKind, &[u8]) -> BlobId| {
            let content = Some(vec![put(BlobKind::Data, bytes)]);
            let size = bytes.len() as u64;
            Node { inode: 7, device_id: 3, links: 2, size, content, ..node(name, NodeKind::File) }
        };
        vec![linked(b"a", b"one", put), linked(b"b", b"another", put), linked(b"c", b"one", put)]
    });
    let (summary, warnings) = restore(&repository, &snapshot, folder.path());
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(summary.files_restored, 3);
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(
        (read("a"), read("b"), read("c")),
        (b"one".into(), b"another".into(), b"one".into())
    );
    let inode = |name: &str| {
        std::os::unix::fs::MetadataExt::ino(&fs::metadata(folder.path().join(name)).unwrap())
    };
    assert_eq!(inode("a"), inode("c"));
    assert_ne!(inode("a"), inode("b"));
}

#[test]
fn what_says_nothing_of_its_content_is_reported_and_the_rest_restored() {
    let folder = tempfile::tempdir().unwrap();
    let repository = repository();
    let snapshot = snapshot(&repository, |_| {
        vec![
            Node { content: None, size: 5, ..node(b"a", NodeKind::File) },
            Node { content: None, ..node(b"b", NodeKind::File) },
            node(b"c", NodeKind::Dir),
            Node { subtree: Some(BlobId([0; 32])), ..node(b"d", NodeKind::Dir) },
            Node {
                content: Some(vec![BlobId::of(b"lost")]),
                size: 4,
                ..node(b"e", NodeKind::File)
            },
            node(b"f", NodeKind::Other("irregular".to_owned())),
            node(b"g", NodeKind::File),
        ]
    });
    let (summary, warnings) = restore(&repository, &snapshot, folder.path());
    assert_eq!(warnings.len(), 5, "{warnings:#?}");
    assert_eq!(summary.files_restored, 2);
    assert_eq!(names_in(folder.path()), ["b", "c", "d", "g"]);

    let report = repository.check(&CheckOptions::default(), &Job::new()).unwrap();
    let found: Vec<_> = report
        .errors
        .iter()
        .map(|problem| (problem.kind, problem.item.rsplit('/').next().unwrap()))
        .collect();
    let tree = ProblemKind::Tree;
    let expected =
        [(ProblemKind::BlobMissing, "e"), (tree, "a"), (tree, "b"), (tree, "c"), (tree, "d")];
    assert_eq!(found, expected, "{report:#?}");
}
