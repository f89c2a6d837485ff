//! Opens the repository of a folder, and only that: none above it, none elsewhere that does not
//! know the folder, and none whose own files are links or pipes. libgit2's check of who owns it
//! stays on.

use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use git2::{Repository, RepositoryOpenFlags};
use undercroft_foundation::{Code, Error, IoContext, Result, escape_path, text};
use walkdir::{DirEntry, WalkDir};

use super::errors::GitContext;

/// The longest file that names a folder.
const POINTER_BYTES: u64 = 8192;

/// The longest configuration that is looked through.
const CONFIG_BYTES: u64 = 1 << 20;

/// Below these, git keeps what is read here by nobody, links included.
const LEFT_ALONE: [&str; 5] = ["hooks", "modules", "lfs", "annex", "worktrees"];

/// The repository whose working tree is `root`; nothing when there is none.
pub(crate) fn open(root: &Path) -> Result<Option<Repository>> {
    let root = fs::canonicalize(root).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::new(Code::SourceMissing, text!("{root} is not there", root = escape_path(root)))
        }
        _ => Error::io("read", root, error),
    })?;
    let dot_git = root.join(".git");
    let Ok(found) = dot_git.symlink_metadata() else { return no_repository(&root) };
    let folder = if found.is_dir() {
        dot_git
    } else if found.is_file() {
        folder_named_by(&dot_git, b"gitdir:")?
    } else {
        return Err(leads_elsewhere(&dot_git));
    };
    let commons = common_folder(&folder)?;
    check_shape(&folder)?;
    if commons != folder {
        check_shape(&commons)?;
    }
    check_includes(&folder)?;
    check_includes(&commons)?;
    let repository = open_exactly(&root)?;
    check_place(&repository, &root, &folder)?;
    check_named_files(&repository, &root)?;
    Ok(Some(repository))
}

/// The repository at `path`, bare or with a working tree, without looking above it.
pub(crate) fn open_any(path: &Path) -> Result<Repository> {
    if path.join(".git").symlink_metadata().is_ok() {
        return open(path)?.ok_or_else(|| missing(path));
    }
    let path = fs::canonicalize(path).map_err(|error| missing(path).because(error))?;
    check_shape(&path)?;
    check_includes(&path)?;
    open_exactly(&path)
}

fn missing(path: &Path) -> Error {
    Error::new(
        Code::NotFound,
        text!("There is no git repository at {path}", path = escape_path(path)),
    )
}

fn open_exactly(path: &Path) -> Result<Repository> {
    let nowhere: [&Path; 0] = [];
    Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, nowhere)
        .when(&format!("open the git repository in {}", escape_path(path)))
}

fn no_repository(root: &Path) -> Result<Option<Repository>> {
    let is_bare = root.join("HEAD").is_file() && root.join("objects").is_dir();
    if is_bare && root.join("refs").is_dir() {
        let what = text!("{root} is itself a bare git repository", root = escape_path(root));
        return Err(Error::new(Code::Unsupported, what)
            .why("It has no working files that could be compared or committed")
            .next("Clone it and use the clone"));
    }
    Ok(None)
}

/// A working tree made by `git worktree` shares refs and objects with another folder.
fn common_folder(folder: &Path) -> Result<PathBuf> {
    match folder.join("commondir").symlink_metadata() {
        Ok(_) => folder_named_by(&folder.join("commondir"), b""),
        Err(_) => Ok(folder.to_owned()),
    }
}

/// The folder that the one line of `file` names, behind `key`.
fn folder_named_by(file: &Path, key: &[u8]) -> Result<PathBuf> {
    if !file.symlink_metadata().at("read", file)?.is_file() {
        return Err(leads_elsewhere(file));
    }
    let mut text = Vec::new();
    let opened = fs::File::open(file).at("read", file)?;
    opened.take(POINTER_BYTES).read_to_end(&mut text).at("read", file)?;
    let name = text.strip_prefix(key).map(<[u8]>::trim_ascii).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| {
        Error::new(Code::Damaged, text!("{file} does not name a folder", file = escape_path(file)))
    })?;
    let path = file.parent().unwrap_or(file).join(std::ffi::OsStr::from_bytes(name));
    fs::canonicalize(&path).at("open", &path)
}

/// A link in a repository could lead any write to any file; a pipe would stop the reader.
fn check_shape(folder: &Path) -> Result<()> {
    let is_read = |entry: &DirEntry| {
        entry.depth() != 1 || entry.file_name().to_str().is_none_or(|n| !LEFT_ALONE.contains(&n))
    };
    for entry in WalkDir::new(folder).into_iter().filter_entry(is_read) {
        let Ok(entry) = entry else { continue }; // Other programs work here, too.
        let kind = entry.file_type();
        if !(kind.is_dir() || kind.is_file() || kind.is_socket()) {
            return Err(leads_elsewhere(entry.path()));
        }
    }
    Ok(())
}

/// Included files could be anything, a pipe or a device among it. Somebody who prepared a
/// repository may; hardly anybody else includes files from a repository's own configuration.
fn check_includes(folder: &Path) -> Result<()> {
    for name in ["config", "config.worktree"] {
        let path = folder.join(name);
        let Ok(config) = fs::File::open(&path) else { continue };
        let mut text = Vec::new();
        config.take(CONFIG_BYTES + 1).read_to_end(&mut text).at("read", &path)?;
        let includes = b"[include";
        let has_includes = text.windows(includes.len()).any(|at| at.eq_ignore_ascii_case(includes));
        if has_includes || text.len() as u64 > CONFIG_BYTES {
            let what = text!("{path} is not read", path = escape_path(&path));
            return Err(Error::new(Code::Unsupported, what)
                .why("It includes other files, or is too large")
                .next("Move the settings from the included files into it"));
        }
    }
    Ok(())
}

/// The files that libgit2 opens without a look at what they are.
fn check_named_files(repository: &Repository, root: &Path) -> Result<()> {
    let config = repository.config().when("read the repository's configuration")?;
    let keys = ["core.excludesfile", "core.attributesfile"];
    let named = keys.iter().filter_map(|key| config.get_path(key).ok());
    let usual = [".gitignore", ".gitattributes", ".gitmodules"].map(|name| root.join(name));
    let is_odd = |path: &PathBuf| path.metadata().is_ok_and(|f| !f.is_file() && !f.is_dir());
    named.chain(usual).find(is_odd).map_or(Ok(()), |path| Err(leads_elsewhere(&path)))
}

fn leads_elsewhere(path: &Path) -> Error {
    Error::new(
        Code::Unsupported,
        text!("{path} is not a plain file or folder", path = escape_path(path)),
    )
    .why("What is written to it could end up anywhere")
    .next("Use git itself on this repository, if you trust it")
}

/// The configuration may name another working tree, and `.git` another repository; both must
/// know this folder.
fn check_place(repository: &Repository, root: &Path, folder: &Path) -> Result<()> {
    let what = || format!("The git repository of {} is not its own", escape_path(root));
    let Some(tree) = repository.workdir() else {
        let why = "Its configuration says that it has no working files";
        return Err(Error::new(Code::Unsupported, what()).why(why));
    };
    let is_here = fs::canonicalize(tree).is_ok_and(|tree| tree == root);
    let same = |path: &Path| fs::canonicalize(path).is_ok_and(|path| path == folder);
    if !is_here || !same(repository.path()) {
        let why = text!("Its configuration leads to {tree}", tree = escape_path(tree));
        return Err(Error::new(Code::Unsupported, what()).why(why));
    }
    let knows_us = if repository.is_worktree() {
        let back = folder_named_by(&folder.join("gitdir"), b"");
        let listed = repository.commondir().join("worktrees");
        back.is_ok_and(|back| back == root.join(".git"))
            && fs::canonicalize(listed).is_ok_and(|listed| folder.parent() == Some(&listed))
    } else {
        // That a repository elsewhere names this working tree was just seen.
        let says_where = || repository.config().is_ok_and(|c| c.get_entry("core.worktree").is_ok());
        same(repository.commondir()) && (folder == root.join(".git") || says_where())
    };
    if !knows_us {
        let why = text!(
            "It leads to {folder}, which does not know this folder",
            folder = escape_path(folder)
        );
        return Err(Error::new(Code::Unsupported, what())
            .why(why)
            .next("If you trust it, run `git config core.worktree` there with this folder"));
    }
    Ok(())
}
