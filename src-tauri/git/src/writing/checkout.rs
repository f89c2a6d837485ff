//! Checkouts: the files of a commit, where nothing that is not committed is in the way.

use std::cell::RefCell;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use git2::build::CheckoutBuilder;
use git2::{CheckoutNotificationType, Commit, ObjectType, Oid, Repository, Tree};
use undercroft_foundation::{Code, Error, Result, escape_path, reach_write_point, text};

use crate::reading::filters::check_unfiltered;
use crate::repository::errors::GitContext;
use crate::repository::lookup::last_commit;

/// The number of files that an error names.
const NAMED: usize = 5;
/// The modes of git's trees for kinds of files.
const FILE: i32 = 0o100_644;
const PROGRAM: i32 = 0o100_755;
const LINK: i32 = 0o120_000;

/// Makes the files those of `commit`, unless something that is not committed, ignored files
/// included, would be overwritten; then it touches nothing.
pub(crate) fn check_out(repository: &Repository, commit: &Commit<'_>) -> Result<()> {
    let tree = commit.tree().when("read the commit")?;
    let last = last_commit(repository)?.map(|last| last.tree().when("read the last commit"));
    check_unfiltered(repository, last.transpose()?.as_ref(), &tree)?;
    let (done, in_the_way) = write_files(repository, &tree, false);
    if in_the_way.is_empty() {
        done.when("check out the files")?;
    } else {
        // A checkout that was killed left files that are as they shall be.
        let is_other = |path: &&PathBuf| !is_as_in(repository, &tree, path);
        let others: Vec<_> = in_the_way.iter().filter(is_other).collect();
        if !others.is_empty() {
            return Err(conflict(&others));
        }
        write_files(repository, &tree, true).0.when("check out the files")?;
        let mut index = repository.index().when("write the index")?;
        for path in &in_the_way {
            index.add_path(path).when("write the index")?;
        }
        index.write().when("write the index")?;
    }
    reach_write_point("git.files-written");
    Ok(())
}

/// Writes the files, and says which could not be because of what is there: then none is written,
/// unless these are to be passed over.
fn write_files(
    repository: &Repository,
    tree: &Tree<'_>,
    passes_over: bool,
) -> (Result<(), git2::Error>, Vec<PathBuf>) {
    let in_the_way = RefCell::new(Vec::new());
    let mut options = CheckoutBuilder::new();
    options.safe().overwrite_ignored(false).allow_conflicts(passes_over);
    options.notify_on(CheckoutNotificationType::CONFLICT);
    options.notify(|_, path: Option<&Path>, _, _, _| {
        in_the_way.borrow_mut().push(path.unwrap_or(Path::new("")).to_owned());
        true
    });
    let done = repository.checkout_tree(tree.as_object(), Some(&mut options));
    drop(options);
    (done, in_the_way.into_inner())
}

fn is_as_in(repository: &Repository, tree: &Tree<'_>, path: &Path) -> bool {
    let (Ok(entry), Some(root)) = (tree.get_path(path), repository.workdir()) else {
        return false;
    };
    let file = root.join(path);
    let Ok(found) = file.symlink_metadata() else { return false };
    let is_program = found.permissions().mode() & 0o100 != 0;
    let hash = match entry.filemode() {
        LINK if found.is_symlink() => {
            let target = fs::read_link(&file).unwrap_or_default();
            Oid::hash_object(ObjectType::Blob, target.as_os_str().as_bytes())
        }
        FILE if found.is_file() && !is_program => Oid::hash_file(ObjectType::Blob, &file),
        PROGRAM if found.is_file() && is_program => Oid::hash_file(ObjectType::Blob, &file),
        _ => return false,
    };
    hash.is_ok_and(|hash| hash == entry.id())
}

fn conflict(in_the_way: &[&PathBuf]) -> Error {
    let names = in_the_way.iter().take(NAMED).map(|path| escape_path(path));
    let mut names = names.collect::<Vec<_>>().join(", ");
    if in_the_way.len() > NAMED {
        names.push_str(&format!(" and {} more", in_the_way.len() - NAMED));
    }
    Error::new(Code::Invalid, "Uncommitted changes are in the way")
        .why(text!("These would be overwritten: {names}", names))
        .next("Commit them, or move them away; nothing was changed")
}
