//! The sources as one tree: `/home/ann/a` and `/home/bob` share the folder `home`.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use undercroft_foundation::{Code, Error, IoContext, Result, escape_path, text};

/// The folders that lead to the sources, by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Branches(pub(super) BTreeMap<Vec<u8>, Branch>);

/// One step on the way to sources, or a source.
#[derive(Debug, Clone)]
pub(super) enum Branch {
    /// Everything here is wanted.
    All,
    /// Only these below.
    Some(Branches),
}

/// The sources of a backup, in the shape of the snapshot.
#[derive(Debug)]
pub(super) struct Sources {
    /// The absolute paths, for the snapshot.
    pub(super) paths: Vec<String>,
    /// The same as the system knows them.
    pub(super) absolute: Vec<PathBuf>,
    /// The path of the snapshot's root: `/`, or the current folder.
    pub(super) base: PathBuf,
    /// The wanted parts of it; everything when `None`.
    pub(super) branches: Option<Branches>,
}

impl Sources {
    /// Arranges sources. Relative ones without `..` keep their relative path in the snapshot, if
    /// all are so.
    pub(super) fn of(sources: &[&PathBuf]) -> Result<Self> {
        let current = std::env::current_dir().at("find", Path::new("."))?;
        let stays_below = |path: &Path| {
            path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        };
        let relative = sources.iter().all(|path| stays_below(path));
        let base = if relative { current.clone() } else { PathBuf::from("/") };
        let (mut paths, mut all) = (Vec::new(), Vec::new());
        let mut branches = Some(Branches::default());
        for source in sources {
            let absolute = clean(&current.join(source));
            all.push(absolute.clone());
            let text = absolute.to_string_lossy().into_owned();
            if !paths.contains(&text) {
                paths.push(text);
            }
            let below = absolute.strip_prefix(&base).map_err(|_| {
                Error::new(
                    Code::Internal,
                    text!("Cannot place {source}", source = escape_path(source)),
                )
            })?;
            let names: Vec<_> =
                below.components().map(|part| part.as_os_str().as_bytes().to_vec()).collect();
            branches = branches.and_then(|branches| branches.with(&names));
        }
        paths.sort();
        Ok(Self { paths, absolute: all, base, branches })
    }
}

impl Branches {
    /// These and one more; `None` when all is wanted.
    fn with(mut self, names: &[Vec<u8>]) -> Option<Self> {
        let (first, rest) = names.split_first()?;
        let branch = match self.0.remove(first) {
            Some(Branch::All) => Branch::All,
            Some(Branch::Some(below)) => below.with(rest).map_or(Branch::All, Branch::Some),
            None => Self::default().with(rest).map_or(Branch::All, Branch::Some),
        };
        self.0.insert(first.clone(), branch);
        Some(self)
    }
}

/// Takes out `.` and `..` by the text alone, as restic does.
fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                cleaned.pop();
            }
            part => cleaned.push(part),
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arranged(sources: &[&str]) -> Sources {
        let sources: Vec<_> = sources.iter().map(PathBuf::from).collect();
        Sources::of(&sources.iter().collect::<Vec<_>>()).expect("arranged")
    }

    #[test]
    fn sources_share_the_folders_that_lead_to_them() {
        let sources = arranged(&["/home/ann/a", "/home/bob", "/home/ann", "/home/bob/x/../y"]);
        assert_eq!(sources.base, Path::new("/"));
        assert_eq!(sources.paths, ["/home/ann", "/home/ann/a", "/home/bob", "/home/bob/y"]);
        let Some(Branches(top)) = sources.branches else { panic!("not all is wanted") };
        let Some(Branch::Some(Branches(home))) = top.get(&b"home"[..]) else { panic!("home") };
        assert!(matches!(home[&b"ann"[..]], Branch::All));
        assert!(matches!(home[&b"bob"[..]], Branch::All));
    }

    #[test]
    fn relative_sources_keep_their_path_and_a_root_is_everything() {
        let sources = arranged(&["a/./b"]);
        assert_eq!(sources.base, std::env::current_dir().expect("a current folder"));
        let Some(Branches(top)) = sources.branches else { panic!("not all is wanted") };
        assert!(matches!(&top[&b"a"[..]], Branch::Some(Branches(a)) if a.contains_key(&b"b"[..])));
        assert!(arranged(&["."]).branches.is_none());
        assert!(arranged(&["/"]).branches.is_none());
        assert_eq!(arranged(&["a", "../b"]).base, Path::new("/"));
    }
}
