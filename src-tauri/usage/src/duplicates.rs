//! Files of equal content: looked for among those of one size, first by their beginning, then by
//! all of it.

use std::collections::{BTreeSet, HashMap};
use std::fs::{File, Metadata};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use sha2::{Digest, Sha256};
use undercroft_foundation::{Job, Result, TreePath};

use crate::tree::Tree;

/// Files whose beginnings of this length differ are not read further.
const BEGINNING: u64 = 64 << 10;
const BUFFER: usize = 1 << 20;

/// The folders that are opened on the way to a file.
const FOLDER: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// A pipe that took the place of a file must not be waited for.
const FILE: OFlags =
    OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

type Hash = [u8; 32];

/// Files of equal content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateSet<I> {
    /// The size of one.
    pub bytes_each: u64,
    /// The space on disk that all but one take.
    pub wasted_bytes: u64,
    /// The SHA-256 of their content.
    pub sha256: [u8; 32],
    /// The files, in the order of the trees.
    pub files: Vec<DuplicateFile<I>>,
}

/// One of several files of equal content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateFile<I> {
    /// The tree that it is in.
    pub tree: I,
    /// Its path below the root of that tree.
    pub path: TreePath,
    /// The space that it takes on disk.
    pub bytes: u64,
}

/// A file that may have an equal.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    size: u64,
    tree: u32,
    file: u32,
}

/// Finds the files of equal content of at least `smallest` bytes, the sets that waste most first.
/// Files that changed or went away since the scan are passed over, and several names of one file
/// are one. The job counts the bytes that are read.
///
/// # Errors
/// [`Code::Cancelled`](undercroft_foundation::Code::Cancelled).
pub fn duplicates<I: Clone>(
    trees: &[(I, &Path, &Tree)],
    smallest: u64,
    job: &Job,
) -> Result<Vec<DuplicateSet<I>>> {
    let mut candidates = candidates(trees, smallest.max(1));
    candidates.sort_unstable_by_key(|it| (it.size, it.tree, it.file));
    let mut search = Search { trees, job, buffer: vec![0; BUFFER], sets: Vec::new() };
    for equal in candidates.chunk_by(|a, b| a.size == b.size).filter(|group| group.len() > 1) {
        search.compare(equal)?;
    }
    let mut sets = search.sets;
    sets.sort_by_key(|set| std::cmp::Reverse(set.wasted_bytes));
    Ok(sets)
}

fn candidates<I>(trees: &[(I, &Path, &Tree)], smallest: u64) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, (_, _, tree)) in trees.iter().enumerate() {
        for at in 0..tree.files.len() {
            let file = tree.files.file(at);
            if file.apparent >= smallest && !file.is_special() && !file.is_extra_link() {
                let (tree, at) = (number as u32, at as u32);
                found.push(Candidate { size: file.apparent, tree, file: at });
            }
        }
    }
    found
}

struct Search<'s, I> {
    trees: &'s [(I, &'s Path, &'s Tree)],
    job: &'s Job,
    buffer: Vec<u8>,
    sets: Vec<DuplicateSet<I>>,
}

impl<I: Clone> Search<'_, I> {
    /// Compares files of one size.
    fn compare(&mut self, equal: &[Candidate]) -> Result<()> {
        let mut inodes = BTreeSet::new();
        let mut by_beginning: HashMap<Hash, Vec<Candidate>> = HashMap::new();
        for candidate in equal {
            let Some((file, found)) = self.open(candidate) else { continue };
            // Two trees may hold two names of one file.
            if !inodes.insert((found.dev(), found.ino())) {
                continue;
            }
            if let Some(hash) = self.hash(file, &found, BEGINNING)? {
                by_beginning.entry(hash).or_default().push(*candidate);
            }
        }
        for (hash, alike) in by_beginning.into_iter().filter(|(_, alike)| alike.len() > 1) {
            if alike[0].size <= BEGINNING {
                self.sets.push(self.set(hash, &alike));
            } else {
                self.compare_wholly(alike)?;
            }
        }
        Ok(())
    }

    /// Compares files of one size and beginning.
    fn compare_wholly(&mut self, alike: Vec<Candidate>) -> Result<()> {
        let mut by_content: HashMap<Hash, Vec<Candidate>> = HashMap::new();
        for candidate in alike {
            let Some((file, found)) = self.open(&candidate) else { continue };
            if let Some(hash) = self.hash(file, &found, u64::MAX)? {
                by_content.entry(hash).or_default().push(candidate);
            }
        }
        for (hash, equal) in by_content.into_iter().filter(|(_, equal)| equal.len() > 1) {
            self.sets.push(self.set(hash, &equal));
        }
        Ok(())
    }

    fn set(&self, sha256: Hash, equal: &[Candidate]) -> DuplicateSet<I> {
        let file = |it: &Candidate| {
            let (id, _, tree) = &self.trees[it.tree as usize];
            let at = it.file as usize;
            let bytes = tree.files.bytes[at];
            DuplicateFile { tree: id.clone(), path: tree.file_path(at), bytes }
        };
        let files: Vec<_> = equal.iter().map(file).collect();
        let all: u64 = files.iter().map(|file| file.bytes).sum();
        let most = files.iter().map(|file| file.bytes).max().unwrap_or(0);
        let bytes_each = equal.first().map_or(0, |it| it.size);
        DuplicateSet { bytes_each, wasted_bytes: all - most, sha256, files }
    }

    /// The file, where it is still the one that was scanned.
    fn open(&self, candidate: &Candidate) -> Option<(File, Metadata)> {
        let (_, root, tree) = &self.trees[candidate.tree as usize];
        let at = candidate.file as usize;
        let file = open_below(root, &tree.file_path(at)).ok()?;
        let found = file.metadata().ok()?;
        let modified = u32::try_from(found.mtime().max(0)).unwrap_or(u32::MAX);
        let is_same =
            found.is_file() && found.len() == candidate.size && modified == tree.files.modified[at];
        is_same.then_some((file, found))
    }

    /// The hash of a file's first bytes; none where it cannot be read or changes meanwhile.
    fn hash(&mut self, mut file: File, before: &Metadata, limit: u64) -> Result<Option<Hash>> {
        let mut hash = Sha256::new();
        let mut left = before.len().min(limit);
        while left > 0 {
            self.job.check_cancelled()?;
            let length = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER);
            let Ok(count) = file.read(&mut self.buffer[..length]) else { return Ok(None) };
            if count == 0 {
                return Ok(None);
            }
            hash.update(&self.buffer[..count]);
            left -= count as u64;
            self.job.add_bytes_done(count as u64);
        }
        let stamp = |found: &Metadata| {
            (found.len(), found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec())
        };
        let is_same = file.metadata().is_ok_and(|after| stamp(&after) == stamp(before));
        Ok(is_same.then(|| hash.finalize().into()))
    }
}

/// Opens a file name by name, never through a symbolic link.
fn open_below(root: &Path, path: &TreePath) -> rustix::io::Result<File> {
    let Some((folders, name)) = path.split() else { return Err(rustix::io::Errno::ISDIR) };
    let start = FOLDER.difference(OFlags::NOFOLLOW);
    let mut folder: OwnedFd = rustix::fs::open(root, start, Mode::empty())?;
    for name in folders.names() {
        folder = rustix::fs::openat(&folder, name, FOLDER, Mode::empty())?;
    }
    Ok(File::from(rustix::fs::openat(&folder, name, FILE, Mode::empty())?))
}
