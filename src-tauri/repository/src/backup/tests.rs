//! The memory of a backup does not grow with a folder.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use undercroft_foundation::{Job, World};
use undercroft_providers::MemoryProvider;

use super::run::{Run, read};
use super::sources::Sources;
use super::{BackupRequest, WriterProfile};
use crate::format::crypto::Password;
use crate::store::repository::Repository;
use crate::store::write::{BlobWriter, WriteMode};

#[test]
fn of_a_wide_folder_few_files_are_held_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("wide");
    fs::create_dir_all(source.join("a/b")).unwrap();
    for n in 0..20_000 {
        fs::write(source.join(format!("{n}")), "").unwrap();
    }
    // All the others wait for the first.
    fs::File::create(source.join("0")).unwrap().set_len(200 << 20).unwrap();
    let provider = Arc::new(MemoryProvider::new());
    let password = Password::new("vault".to_owned());
    let repository = Repository::init(provider, &password, &World::real()).unwrap();
    let request = BackupRequest { sources: vec![source.clone()], ..BackupRequest::default() };
    let (job, sources) = (Job::new(), Sources::of(&[&source]).unwrap());
    let profile = WriterProfile::of(&repository.config, &[]).unwrap();
    let ((root, counts), _) = BlobWriter::run(&repository, None, WriteMode::Add, |writer| {
        Run::new(&repository, writer, &request, profile, &job)?.walk(sources, None, 0)
    })
    .unwrap();
    assert_eq!(read(&counts.files_new), 20_000);
    let most = read(&counts.tasks_most);
    assert!(most < 3000, "{most} tasks at once");
    let most = read(&counts.entries_most);
    assert!(most < 5000, "{most} entries at once");
    let mut tree = repository.tree(&root).unwrap();
    for name in source.iter().skip(1) {
        let below = tree.find(name.as_bytes()).unwrap().subtree.unwrap();
        tree = repository.tree(&below).unwrap();
    }
    assert_eq!(tree.nodes.len(), 20_001);
    assert!(tree.nodes.is_sorted_by(|a, b| a.name < b.name));
    assert_eq!(tree.nodes[0].size, 200 << 20);
}
