//! Makes a repository with many snapshots of one file that changes all the time, for the benches:
//! `many_snapshots REPOSITORY FOLDER COUNT`, with the password in `UNDERCROFT_PASSWORD`.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "it is a measurement")]

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{Job, Result, World};
use undercroft_providers::DiskProvider;
use undercroft_repository::prune::PruneOptions;
use undercroft_repository::{BackupRequest, Parent, Password, Repository};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [repository, folder, count] = &arguments[..] else { panic!("three arguments are needed") };
    let count = count.parse().expect("a count");
    let password = std::env::var("UNDERCROFT_PASSWORD").expect("a password");
    make(Path::new(repository), Path::new(folder), count, &Password::new(password)).unwrap();
}

fn make(repository: &Path, folder: &Path, count: u32, password: &Password) -> Result<()> {
    let provider = Arc::new(DiskProvider::create(repository)?);
    let repository = Repository::init(provider, password, &World::real())?;
    std::fs::create_dir_all(folder).unwrap();
    for n in 0..count {
        let time = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(1) * i32::try_from(n).unwrap();
        std::fs::write(folder.join("file"), format!("as it was at {time}")).unwrap();
        let request = BackupRequest {
            sources: vec![folder.to_owned()],
            parent: Parent::None,
            time: Some(time),
            ..BackupRequest::default()
        };
        repository.backup(&request, &Job::new())?;
        // As a repository that is looked after: not one pack and one index for each.
        if (n + 1) % 500 == 0 || n + 1 == count {
            repository.prune(&PruneOptions::default(), &Job::new())?;
        }
    }
    Ok(())
}
