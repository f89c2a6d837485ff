//! A look at a workspace before its first version: what would be versioned and where, what would
//! be left out and why, which secrets are among it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use undercroft_foundation::{Code, Error, IoContext, Job, Result, TreePath, escape_path, text};

use super::gitignore::NotFollowed;
use super::layers::{HEAD_BYTES, choose_layer, choose_unseen};
use super::{Decision, FolderRules, LeaveOut, LeaveOutReason, Rules, secrets};
use crate::version::Layer;

/// Of what is left out, of secrets, and of lists that are not followed, this many are named.
const NAMED: usize = 500;
/// The job hears where the survey is after this many files.
const FILES_BETWEEN_NEWS: u64 = 512;

/// Something that is left out, with all that is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The path.
    pub path: TreePath,
    /// Why.
    pub why: LeaveOutReason,
    /// The number of files that it has.
    pub files: u64,
    /// The size of them all.
    pub size_bytes: u64,
}

/// Files and their size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// The number of files.
    pub files: u64,
    /// The size of them all.
    pub size_bytes: u64,
}

impl Amount {
    fn add(&mut self, size_bytes: u64) {
        self.files += 1;
        self.size_bytes += size_bytes;
    }
}

/// The content that a version of the workspace would have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// The files that are versioned.
    pub kept: Amount,
    /// The part of them that goes to git; links do, too.
    pub git: Amount,
    /// The part of them that goes to the object store.
    pub objects: Amount,
    /// The things that are left out, largest first; the first of many.
    pub left_out: Vec<LeftOut>,
    /// All that is left out.
    pub left_out_total: Amount,
    /// The number of things that are left out, a folder counted once.
    pub left_out_count: u64,
    /// Files with secrets among what is versioned; the first of many.
    pub secrets: Vec<TreePath>,
    /// The number of secrets.
    pub secrets_count: u64,
    /// Lists that are not followed although the rules say to follow them; the first of many.
    pub not_followed: Vec<(TreePath, NotFollowed)>,
}

/// Surveys the workspace at `root`. What cannot be read becomes a warning of the job. Whether a
/// small file is text is told by its name where that says enough.
///
/// # Errors
/// [`Code::SourceMissing`] when the folder is not there, [`Code::Cancelled`].
pub fn survey(root: &Path, rules: &Rules, job: &Job) -> Result<Survey> {
    let top = fs::symlink_metadata(root);
    if top
        .as_ref()
        .map_or_else(|error| error.kind() == io::ErrorKind::NotFound, |top| !top.is_dir())
    {
        let what = text!("Cannot look through {root}", root = escape_path(root));
        return Err(Error::new(Code::SourceMissing, what));
    }
    let mut walk =
        Walk { root, rules, job, seen: 0, tally: Survey::default(), heap: Largest::new() };
    let top = LeaveOut::new(root, rules).root();
    let mut folders = Vec::new();
    walk.list(&top, &mut folders).at("read", root)?;
    while let Some((parent, name)) = folders.pop() {
        walk.visit(&parent, &name, &mut folders)?;
    }
    job.check_cancelled()?;
    job.settle_totals();
    let mut survey = walk.tally;
    survey.left_out = walk.heap.into_sorted_vec().into_iter().map(|Reverse(item)| item.0).collect();
    survey.secrets.sort_unstable();
    Ok(survey)
}

/// Folders that are still to be visited: each as a name and the folder that it is in, which is
/// less than the rules for each would be.
type Folders = Vec<(FolderRules, Vec<u8>)>;

/// The largest of what is left out; the smallest of them is the first to go.
type Largest = BinaryHeap<Reverse<BySize>>;

#[derive(PartialEq, Eq)]
struct BySize(LeftOut);

impl Ord for BySize {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |item: &Self| (item.0.size_bytes, item.0.files);
        key(self).cmp(&key(other)).then_with(|| other.0.path.cmp(&self.0.path))
    }
}

impl PartialOrd for BySize {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

struct Walk<'a> {
    root: &'a Path,
    rules: &'a Rules,
    job: &'a Job,
    seen: u64,
    tally: Survey,
    heap: Largest,
}

impl Walk<'_> {
    fn visit(&mut self, parent: &FolderRules, name: &[u8], folders: &mut Folders) -> Result<()> {
        self.job.check_cancelled()?;
        match parent.enter(name) {
            Ok(folder) => {
                if let Err(source) = self.list(&folder, folders) {
                    self.warn(&folder.path().below(self.root), source);
                }
            }
            Err(why) => {
                let path = parent.path().join(name);
                let amount = self.measure(&path.below(self.root))?;
                self.leave_out(path, why, amount);
            }
        }
        Ok(())
    }

    /// Takes in the files of a folder, and notes the folders in it.
    fn list(&mut self, folder: &FolderRules, folders: &mut Folders) -> io::Result<()> {
        for entry in fs::read_dir(folder.path().below(self.root))? {
            if self.job.is_cancelled() {
                break;
            }
            let entry = entry?;
            let name = entry.file_name();
            if entry.file_type()?.is_dir() {
                folders.push((folder.clone(), name.as_bytes().to_vec()));
                continue;
            }
            match entry.metadata() {
                Ok(metadata) => self.take(folder, name.as_bytes(), &metadata),
                // What vanished meanwhile is not there.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => self.warn(&entry.path(), error),
            }
        }
        if self.rules.0.follow_gitignore
            && self.tally.not_followed.len() < NAMED
            && let Some(why) = folder.gitignore_not_followed()
        {
            self.tally.not_followed.push((folder.path().join(b".gitignore"), why));
        }
        Ok(())
    }

    fn take(&mut self, folder: &FolderRules, name: &[u8], metadata: &Metadata) {
        let size_bytes = if metadata.is_file() { metadata.len() } else { 0 };
        let path = || folder.path().join(name);
        self.count(size_bytes, &path);
        if let Decision::LeaveOut(why) = folder.decide(name, false) {
            return self.leave_out(path(), why, Amount { files: 1, size_bytes });
        }
        self.tally.kept.add(size_bytes);
        if metadata.is_file() && secrets::is_secret(name) {
            self.tally.secrets_count += 1;
            if self.tally.secrets.len() < NAMED {
                self.tally.secrets.push(path());
            }
        }
        match metadata.is_file().then(|| self.layer_of(&path(), name, size_bytes)) {
            Some(Layer::Objects) => self.tally.objects.add(size_bytes),
            _ => self.tally.git.add(size_bytes),
        }
    }

    fn layer_of(&self, path: &TreePath, name: &[u8], size_bytes: u64) -> Layer {
        if let Some((layer, _)) = choose_unseen(self.rules, path, size_bytes, None) {
            return layer;
        }
        match kind_by_name(name) {
            Some(layer) => layer,
            None => {
                let head = head_of(&path.below(self.root)).unwrap_or_default();
                choose_layer(self.rules, path, size_bytes, &head, None).0
            }
        }
    }

    fn leave_out(&mut self, path: TreePath, why: LeaveOutReason, amount: Amount) {
        self.tally.left_out_total.files += amount.files;
        self.tally.left_out_total.size_bytes += amount.size_bytes;
        self.tally.left_out_count += 1;
        let Amount { files, size_bytes } = amount;
        self.heap.push(Reverse(BySize(LeftOut { path, why, files, size_bytes })));
        if self.heap.len() > NAMED {
            self.heap.pop();
        }
    }

    /// Counts the content of a folder that is left out, without looking at it.
    fn measure(&mut self, folder: &Path) -> Result<Amount> {
        let mut amount = Amount::default();
        for entry in walkdir::WalkDir::new(folder).min_depth(1) {
            self.job.check_cancelled()?;
            let entry = match entry {
                Ok(entry) if entry.file_type().is_dir() => continue,
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    let why = error.into_io_error().unwrap_or_else(|| io::Error::other("A loop"));
                    self.warn(&path, why);
                    continue;
                }
            };
            let metadata = entry.metadata().ok().filter(Metadata::is_file);
            let size_bytes = metadata.map_or(0, |metadata| metadata.len());
            amount.add(size_bytes);
            self.count(size_bytes, &|| TreePath::of(self.root, entry.path()).unwrap_or_default());
        }
        Ok(amount)
    }

    fn count(&mut self, size_bytes: u64, path: &dyn Fn() -> TreePath) {
        self.seen += 1;
        self.job.add_total(1, size_bytes);
        self.job.add_files_done(1);
        self.job.add_bytes_done(size_bytes);
        if self.seen.is_multiple_of(FILES_BETWEEN_NEWS) {
            self.job.set_current(path().to_string());
        }
    }

    fn warn(&self, path: &Path, error: io::Error) {
        let shown = escape_path(path.strip_prefix(self.root).unwrap_or(path));
        self.job.warn(shown, Error::io("read", path, error).why_text());
    }
}

/// The layer of a small file whose name leaves no doubt; what it then really holds decides when it
/// is saved.
fn kind_by_name(name: &[u8]) -> Option<Layer> {
    const TEXT: &[&str] = &[
        "c", "cc", "cpp", "css", "csv", "go", "h", "hpp", "html", "java", "js", "json", "jsx",
        "kt", "lock", "lua", "md", "mjs", "php", "pl", "py", "rb", "rs", "rst", "scss", "sh",
        "sql", "svelte", "svg", "swift", "toml", "ts", "tsx", "txt", "vue", "xml", "yaml", "yml",
        "S", "dts", "dtsi",
    ];
    const BINARY: &[&str] = &[
        "7z", "avif", "bz2", "class", "dll", "docx", "exe", "gif", "gz", "ico", "jar", "jpeg",
        "jpg", "mp3", "mp4", "o", "ogg", "otf", "pdf", "png", "pyc", "so", "ttf", "wasm", "webp",
        "woff", "woff2", "xlsx", "xz", "zip", "zst",
    ];
    let ending = name.rsplit(|byte| *byte == b'.').next()?;
    let ending = std::str::from_utf8(ending).ok().filter(|ending| ending.len() < name.len())?;
    if TEXT.contains(&ending) {
        Some(Layer::Git)
    } else {
        BINARY.contains(&ending).then_some(Layer::Objects)
    }
}

fn head_of(path: &Path) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let mut head = Vec::with_capacity(HEAD_BYTES);
    file.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}
