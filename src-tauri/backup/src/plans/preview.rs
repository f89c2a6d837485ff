//! A preview of what a plan would back up and what it would leave out: a look at the folders, not
//! at a destination.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use undercroft_foundation::{Result, Text, escape_path, text};
use undercroft_library::{Project, Rebuildable, is_cache, rebuildable};
use undercroft_repository::exclude::Patterns;

use super::{PlanSpec, Plans};

/// Of what is left out, this much is named.
const NAMED: usize = 200;
/// The clock is looked at after so many entries.
const BETWEEN_LOOKS: u64 = 256;

/// A preview of what a plan would back up, and what not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// The number of projects.
    pub projects: u64,
    /// The number of files that would be backed up.
    pub files: u64,
    /// Their size.
    pub size_bytes: u64,
    /// The folders and files that would be left out, the largest first.
    pub left_out: Vec<LeftOut>,
    /// The total that is left out.
    pub left_out_bytes: u64,
    /// Whether everything was counted.
    pub complete: bool,
}

/// Something that a plan leaves out, with all that is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The project's name.
    pub project: String,
    /// The path below it.
    pub path: PathBuf,
    /// Why, as a phrase.
    pub why: Text,
    /// The number of files.
    pub files: u64,
    /// Their size.
    pub size_bytes: u64,
}

impl Plans {
    /// Counts what a plan would back up and what it would leave out, for as long as `patience`
    /// lasts.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a pattern that is none, and whatever keeps the
    /// catalog from being read. What cannot be read counts as nothing.
    pub fn preview(&self, spec: &PlanSpec, patience: Duration) -> Result<Preview> {
        let clock = &self.library.world().clock;
        let end = clock.steady().saturating_add(patience);
        let mut look = Look {
            spec,
            rules: rules(spec)?,
            found: Preview { complete: true, ..Preview::default() },
            entries: 0,
            is_over: &|| clock.steady() >= end,
        };
        for project in self.projects_of(&spec.projects)? {
            look.found.projects += 1;
            look.at_project(&project);
        }
        let Look { mut found, .. } = look;
        found.left_out.sort_by_key(|left| Reverse(left.size_bytes));
        found.left_out.truncate(NAMED);
        Ok(found)
    }
}

/// The folders of a project that a program makes again, which a backup of it may leave out. What
/// cannot be read is passed over: the backup itself will say so.
pub fn rebuildable_folders(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in entries(&folder).filter(is_folder) {
            let path = entry.path();
            if proof(root, &path).is_some() {
                found.push(path);
            } else {
                open.push(path);
            }
        }
    }
    found.sort_unstable();
    found
}

/// The proof that a folder is made again. Where the name alone says little, the folder is kept: to
/// keep too much costs room, to keep too little costs work.
fn proof(root: &Path, folder: &Path) -> Option<Text> {
    if let Some(Rebuildable { manifest, .. }) = rebuildable(root, folder, || false) {
        return Some(text!("it can be made again: there is {manifest}", manifest));
    }
    is_cache(folder).then(|| text!("it is marked as a cache by a CACHEDIR.TAG"))
}

/// A plan's patterns, each with its text.
fn rules(spec: &PlanSpec) -> Result<Vec<(Patterns, String)>> {
    let one = |pattern: &String| Ok((Patterns::parse(&[pattern])?, pattern.clone()));
    spec.exclude.iter().map(one).collect()
}

struct Look<'a> {
    spec: &'a PlanSpec,
    rules: Vec<(Patterns, String)>,
    found: Preview,
    entries: u64,
    is_over: &'a dyn Fn() -> bool,
}

impl Look<'_> {
    fn at_project(&mut self, project: &Project) {
        let mut open = vec![project.root.clone()];
        while let Some(folder) = open.pop() {
            for entry in entries(&folder) {
                if self.has_no_patience() {
                    return;
                }
                let (path, is_folder) = (entry.path(), is_folder(&entry));
                if let Some(why) = self.why_not(&project.root, &path, is_folder) {
                    self.leave_out(project, &path, &entry, why);
                } else if is_folder {
                    open.push(path);
                } else {
                    self.found.files += 1;
                    self.found.size_bytes += size(&entry);
                }
            }
        }
    }

    fn has_no_patience(&mut self) -> bool {
        self.entries += 1;
        if self.found.complete && self.entries.is_multiple_of(BETWEEN_LOOKS) && (self.is_over)() {
            self.found.complete = false;
        }
        !self.found.complete
    }

    fn why_not(&self, root: &Path, path: &Path, is_folder: bool) -> Option<Text> {
        let bytes = path.as_os_str().as_bytes();
        if let Some((_, text)) = self.rules.iter().find(|(rule, _)| rule.matches(bytes)) {
            return Some(text!(
                "the pattern {pattern}",
                pattern = escape_path(Path::new(OsStr::new(text)))
            ));
        }
        (is_folder && self.spec.leave_out_rebuildable).then(|| proof(root, path)).flatten()
    }

    fn leave_out(&mut self, project: &Project, path: &Path, entry: &DirEntry, why: Text) {
        let (mut files, mut size_bytes) = (0, 0);
        if is_folder(entry) {
            let mut open = vec![path.to_owned()];
            while let Some(folder) = open.pop() {
                for entry in entries(&folder) {
                    if self.has_no_patience() {
                        break;
                    }
                    if is_folder(&entry) {
                        open.push(entry.path());
                    } else {
                        files += 1;
                        size_bytes += size(&entry);
                    }
                }
            }
        } else {
            (files, size_bytes) = (1, size(entry));
        }
        self.found.left_out_bytes += size_bytes;
        self.found.left_out.push(LeftOut {
            project: project.name.clone(),
            path: path.strip_prefix(&project.root).unwrap_or(path).to_owned(),
            why,
            files,
            size_bytes,
        });
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = DirEntry> {
    fs::read_dir(folder).into_iter().flatten().flatten()
}

/// A link to a folder is no folder.
fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_dir())
}

fn size(entry: &DirEntry) -> u64 {
    entry.metadata().map_or(0, |found| if found.is_file() { found.len() } else { 0 })
}
