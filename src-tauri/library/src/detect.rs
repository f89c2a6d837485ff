//! The nature of a folder of work: its languages, its frameworks, where its git repository is
//! pushed to, how many files it has. Read only, no symlink followed, nobody's program run.

mod frameworks;
mod git;
mod languages;
mod manifest;

use std::collections::VecDeque;
use std::fs::{self, Metadata};
use std::path::Path;

use jiff::Timestamp;
use undercroft_foundation::{Job, Result, escape_path, mount_points};
use walkdir::WalkDir;

use languages::Tally;

/// A quick scan looks at this many entries, in each folder at this many, and no deeper than this.
const GLANCE_ENTRIES: usize = 2000;
const GLANCE_ENTRIES_EACH: usize = 200;
const GLANCE_DEPTH: usize = 4;
/// The depth to which manifests are looked for that name frameworks.
const MANIFEST_DEPTH: usize = 3;

/// The finds in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Detected {
    pub languages: Vec<String>,
    pub frameworks: Vec<String>,
    pub git_remote: Option<String>,
    pub files: u64,
    pub size_bytes: u64,
    /// When the newest file was changed.
    pub newest: Option<Timestamp>,
}

/// A quick scan, whatever the size of the folder: the upper levels first, each folder in part, so
/// that no corner of a large tree speaks for all of it. It does not count.
pub(crate) fn quick_scan(root: &Path) -> Detected {
    let mut finds = Finds::default();
    let mut folders = VecDeque::from([(root.to_owned(), 0)]);
    let mut left = GLANCE_ENTRIES;
    // What is mounted may not answer.
    let mounts = mount_points();
    while let Some((folder, depth)) = folders.pop_front() {
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        for entry in entries.take(GLANCE_ENTRIES_EACH) {
            if left == 0 {
                return finds.into_detected(root);
            }
            left -= 1;
            let path = entry.path();
            if mounts.contains(&path) {
                continue;
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if depth + 1 < GLANCE_DEPTH && !is_others_work(&path) {
                    folders.push_back((path, depth + 1));
                }
            } else if let Some(metadata) = entry.metadata().ok().filter(Metadata::is_file) {
                finds.take(&path, depth + 1, metadata.len());
            }
        }
    }
    finds.into_detected(root)
}

/// A scan of the whole folder. What cannot be read becomes a warning.
///
/// # Errors
/// [`undercroft_foundation::Code::Cancelled`].
pub(crate) fn full_scan(root: &Path, job: &Job) -> Result<Detected> {
    let mut finds = Finds::default();
    let (mut files, mut size_bytes) = (0, 0);
    let mut newest = None;
    // The depth at which other people's work began, while the walk is inside it.
    let mut others: Option<usize> = None;
    for entry in WalkDir::new(root) {
        job.check_cancelled()?;
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                warn(job, root, &error);
                continue;
            }
        };
        others = others.filter(|depth| entry.depth() > *depth);
        if entry.file_type().is_dir() {
            if others.is_none() && entry.depth() > 0 && is_others_work(entry.path()) {
                others = Some(entry.depth());
            }
            continue;
        }
        files += 1;
        let size = match entry.metadata() {
            Ok(metadata) if metadata.is_file() => {
                newest = newest.max(metadata.modified().ok());
                metadata.len()
            }
            Ok(_) => 0,
            Err(error) => {
                warn(job, root, &error);
                continue;
            }
        };
        size_bytes += size;
        job.add_total(1, size);
        job.add_files_done(1);
        job.add_bytes_done(size);
        if files % 512 == 0 {
            job.set_current(escape_path(entry.path().strip_prefix(root).unwrap_or(entry.path())));
        }
        if others.is_none() && entry.file_type().is_file() {
            finds.take(entry.path(), entry.depth(), size);
        }
    }
    job.settle_totals();
    let newest = newest.and_then(|time| Timestamp::try_from(time).ok());
    Ok(Detected { files, size_bytes, newest, ..finds.into_detected(root) })
}

fn warn(job: &Job, root: &Path, error: &walkdir::Error) {
    let item = escape_path(error.path().unwrap_or(root));
    let message = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    job.warn(item, message);
}

#[derive(Default)]
struct Finds {
    tally: Tally,
    frameworks: Vec<&'static str>,
}

impl Finds {
    fn take(&mut self, path: &Path, depth: usize, size: u64) {
        self.tally.take(path.file_name().unwrap_or_default(), size);
        if depth <= MANIFEST_DEPTH {
            frameworks::read(path, &mut self.frameworks);
        }
    }

    fn into_detected(mut self, root: &Path) -> Detected {
        self.frameworks.sort_unstable_by_key(|name| name.to_lowercase());
        self.frameworks.dedup();
        Detected {
            languages: self.tally.into_languages(),
            frameworks: self.frameworks.into_iter().map(str::to_owned).collect(),
            git_remote: git::remote_of(root),
            files: 0,
            size_bytes: 0,
            newest: None,
        }
    }
}

/// Whether a folder holds what others wrote or what a program made: it says nothing about the
/// languages that the user works in.
fn is_others_work(folder: &Path) -> bool {
    let beside = |name: &str| {
        folder.parent().is_some_and(|above| above.join(name).symlink_metadata().is_ok())
    };
    match folder.file_name().and_then(|name| name.to_str()) {
        Some(
            ".git" | ".hg" | ".svn" | ".jj" | "node_modules" | "bower_components" | ".venv"
            | ".tox" | "__pycache__" | "site-packages" | ".next" | ".nuxt" | ".svelte-kit"
            | ".gradle" | ".idea" | ".vscode" | ".cache" | "Pods" | "DerivedData",
        ) => true,
        Some("target") => beside("Cargo.toml") || beside("pom.xml"),
        Some("vendor") => beside("go.mod") || beside("composer.json") || beside("Gemfile"),
        Some("dist" | "build") => beside("package.json"),
        Some("venv" | "env") => folder.join("pyvenv.cfg").symlink_metadata().is_ok(),
        _ => false,
    }
}
