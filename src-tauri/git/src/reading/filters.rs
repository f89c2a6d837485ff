//! Files that git would send through a program (git-lfs is one) on their way in and out. The
//! program is not run here, so these files are neither committed nor written, and said to be so.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use git2::{AttrCheckFlags, AttrValue, Delta, Diff, Index, Oid, Repository, Tree};
use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, Error, Result, escape_name, text};

use crate::repository::errors::GitContext;

/// The largest size of a pointer by the specification of git-lfs.
const POINTER_BYTES: usize = 1024;
const POINTER_START: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// The program that the attributes name for this path, by the name that the user's configuration
/// has for it.
pub(crate) fn filter_of(repository: &Repository, path: &[u8]) -> Result<Option<String>> {
    let flags = AttrCheckFlags::FILE_THEN_INDEX;
    let path = Path::new(OsStr::from_bytes(path));
    let value = repository.get_attr_bytes(path, "filter", flags).when("read .gitattributes")?;
    Ok(match AttrValue::from_bytes(value) {
        AttrValue::String(name) => Some(name.to_owned()),
        AttrValue::Bytes(name) => Some(escape_name(name)),
        _ => None,
    })
}

/// Whether the file is what the pointer in the index stands for: unchanged, though its bytes differ.
pub(crate) fn is_what_the_pointer_says(
    repository: &Repository,
    index: &Index,
    path: &[u8],
) -> bool {
    let known = index.get_path(Path::new(OsStr::from_bytes(path)), 0);
    let pointer = known.and_then(|entry| pointer(repository, entry.id));
    let file = repository.workdir().map(|root| root.join(OsStr::from_bytes(path)));
    let (Some((hash, size)), Some(file)) = (pointer, file) else { return false };
    let is_size = file.symlink_metadata().is_ok_and(|found| found.is_file() && found.len() == size);
    is_size && sha256_of(&file).is_ok_and(|found| found == hash)
}

/// Whether the blob is a pointer of git-lfs, and to what.
pub(crate) fn pointer(repository: &Repository, blob: Oid) -> Option<(String, u64)> {
    let (size, _) = repository.odb().ok()?.read_header(blob).ok()?;
    if size > POINTER_BYTES {
        return None;
    }
    let blob = repository.find_blob(blob).ok()?;
    let text = std::str::from_utf8(blob.content().strip_prefix(POINTER_START)?).ok()?;
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
    Some((value("oid sha256:")?.to_owned(), value("size ")?.parse().ok()?))
}

fn sha256_of(path: &Path) -> io::Result<String> {
    let (mut file, mut hash, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; 128 * 1024]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

/// Goes on, unless one of the files that differ between the trees goes through a program.
pub(crate) fn check_unfiltered(
    repository: &Repository,
    from: Option<&Tree<'_>>,
    to: &Tree<'_>,
) -> Result<()> {
    let what = "compare two commits";
    let diff: Diff<'_> = repository.diff_tree_to_tree(from, Some(to), None).when(what)?;
    for delta in diff.deltas().filter(|delta| delta.status() != Delta::Deleted) {
        let path = delta.new_file().path_bytes().unwrap_or_default();
        if let Some(filter) = filter_of(repository, path)? {
            let what =
                text!("{path} goes through the filter {filter}", path = escape_name(path), filter);
            return Err(Error::new(Code::Unsupported, what)
                .why("That is a program, and Undercroft runs none of a project's")
                .next("Do this with git itself"));
        }
    }
    Ok(())
}
