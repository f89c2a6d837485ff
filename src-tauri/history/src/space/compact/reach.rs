//! The objects that versions lead to: all of the history, and all that a pointer in it stands for.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use undercroft_foundation::{Code, Error, Job, Result, text};

use crate::objects::pointer::object_of;
use crate::store::{HistoryStore, ObjectKind, TreeMode};
use crate::tree::names::SIDECAR;
use crate::version::GitId;

/// No pointer is longer.
const POINTER_MAX: usize = 200;

/// The beginning of each of them.
const POINTER_HEAD: &[u8] = b"version https://git-lfs.github.com/spec/v1\noid sha256:";

/// The objects that versions lead to.
#[derive(Debug, Default)]
pub(crate) struct Reached {
    /// In the history.
    pub(crate) objects: HashSet<GitId>,
    /// In the object store, by digest.
    pub(crate) contents: HashSet<[u8; 32]>,
}

/// An object that was met for the first time.
pub(crate) struct ReachedObject<'a> {
    pub(crate) id: GitId,
    /// The stored path at which it was met.
    pub(crate) path: &'a [u8],
    /// Whether it is a file or link of the user's, and neither a tree nor part of the sidecar.
    pub(crate) is_file: bool,
    /// The bytes of a blob.
    pub(crate) size: u64,
    /// The object that it stands for, when it is the first pointer to that.
    pub(crate) content: Option<[u8; 32]>,
}

impl Reached {
    /// Walks all that `root` leads to and that was not reached before, and tells of each.
    ///
    /// # Errors
    /// [`Code::Damaged`] for a tree that cannot be read or a blob that is missing.
    pub(crate) fn walk(
        &mut self,
        store: &HistoryStore,
        root: GitId,
        job: &Job,
        mut met: impl FnMut(ReachedObject<'_>),
    ) -> Result<()> {
        // Each tree with its path, and whether it belongs to the sidecar.
        let mut open = vec![(root, Vec::new(), false)];
        while let Some((tree, path, in_sidecar)) = open.pop() {
            if !self.objects.insert(tree) {
                continue;
            }
            job.check_cancelled()?;
            met(ReachedObject { id: tree, path: &path, is_file: false, size: 0, content: None });
            for line in store.tree(tree)? {
                let in_sidecar = in_sidecar || (tree == root && line.name == SIDECAR);
                let path = join(&path, &line.name);
                if line.mode == TreeMode::Folder {
                    open.push((line.id, path, in_sidecar));
                } else if self.objects.insert(line.id) {
                    let size = size_of(store, line.id)?;
                    let content = self.content(store, line.id, size)?;
                    let (is_file, size) = (!in_sidecar, size as u64);
                    met(ReachedObject { id: line.id, path: &path, is_file, size, content });
                }
            }
        }
        Ok(())
    }

    /// The object that a blob stands for, when it is the first pointer to that.
    fn content(
        &mut self,
        store: &HistoryStore,
        id: GitId,
        size: usize,
    ) -> Result<Option<[u8; 32]>> {
        if size > POINTER_MAX {
            return Ok(None);
        }
        let text = store.read(ObjectKind::Blob, id)?;
        let digest = text.starts_with(POINTER_HEAD).then(|| object_of(&text)).flatten();
        Ok(digest.filter(|digest| self.contents.insert(*digest)))
    }
}

fn join(path: &[u8], name: &[u8]) -> Vec<u8> {
    if path.is_empty() { name.to_vec() } else { [path, b"/", name].concat() }
}

/// The size of a blob, which costs no reading of it.
fn size_of(store: &HistoryStore, id: GitId) -> Result<usize> {
    let damaged = |why: &str| {
        Error::new(
            Code::Damaged,
            text!("Cannot read the object {id} of the history", id = id.to_string()),
        )
        .why(why.to_owned())
        .next("Run `undercroft history check` to see which versions it touches")
    };
    store.with_reader(|repository| {
        let odb = repository.odb().map_err(|source| damaged(source.message()))?;
        // git2 panics where a damaged pack says that an object is of no kind.
        let header = catch_unwind(AssertUnwindSafe(|| odb.read_header(id.oid())))
            .map_err(|_| damaged("It is of no kind that there is"))?;
        header.map(|(size, _)| size).map_err(|source| damaged(source.message()))
    })
}
