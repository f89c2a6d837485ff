//! Finding folders that look like projects: those with a repository or a manifest in them. Nothing
//! is added and nothing written, no link is followed, and the search ends in time.

use std::collections::{HashSet, VecDeque};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use undercroft_foundation::{
    Code, Error, Mount, Result, answer_within, canonicalize_missing, configuration_folder,
    mount_points,
};

use super::measured::{Measured, measure};
use super::{OccupiedFolder, Project, ProjectStatus, Projects, folder, table};
use crate::detect;
use crate::overlap::{Overlap, identity, overlap};

/// Names whose folders begin a project. `*.x` is any name that ends so.
const SIGNS: &[&str] = &[
    ".git",
    ".hg",
    ".jj",
    ".svn",
    "Cargo.toml",
    "package.json",
    "deno.json",
    "pyproject.toml",
    "setup.py",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "Gemfile",
    "composer.json",
    "mix.exs",
    "pubspec.yaml",
    "Package.swift",
    "CMakeLists.txt",
    "meson.build",
    "build.zig",
    "dune-project",
    "stack.yaml",
    "project.godot",
    "flake.nix",
    "*.cabal",
    "*.sln",
    "*.csproj",
];
/// Folders of other people's work, and of what programs keep.
const PASSED_OVER: &[&str] = &[
    "node_modules",
    "bower_components",
    "target",
    "vendor",
    "site-packages",
    "__pycache__",
    "lost+found",
    "snap",
    "go/pkg",
];
/// The folders in a home that hold a little of everything.
const SHELVES: &[&str] =
    &["Desktop", "Documents", "Downloads", "Music", "Pictures", "Public", "Templates", "Videos"];
/// A project that was not changed for longer is found, but not suggested.
const RECENT_DAYS: i64 = 400;
/// This many names of a folder are looked at.
const NAMES_EACH: usize = 10_000;
/// A folder that is in use gets this time to tell what it is.
const LIMIT: Duration = Duration::from_secs(1);

/// How far a search goes.
#[derive(Debug, Clone, Copy)]
pub struct FindLimits {
    /// How many folders below the first.
    pub depth: usize,
    /// How many folders are looked into.
    pub folders: usize,
    /// How many projects are found.
    pub projects: usize,
    /// How long the looking takes; counting what was found takes as long again at most.
    pub time: Duration,
}

impl Default for FindLimits {
    fn default() -> Self {
        Self { depth: 6, folders: 20_000, projects: 200, time: Duration::from_millis(1500) }
    }
}

/// A search for projects.
#[derive(Debug, Clone)]
pub struct FindProjects<'a> {
    /// The folder below which they are looked for.
    pub below: PathBuf,
    /// The user's home folder: it is never a project itself.
    pub home: Option<PathBuf>,
    /// Folders that are passed over: backups' destinations.
    pub apart_from: &'a [OccupiedFolder],
    /// How far it goes.
    pub limits: FindLimits,
}

/// A folder that looks like a project, or that the user means to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundProject {
    /// The folder, canonical.
    pub root: PathBuf,
    /// Its programming languages, the most used first.
    pub languages: Vec<String>,
    /// The counts of its files.
    pub measured: Measured,
    /// Whether it is worked on, as far as can be told: changed in the last year or so, and no
    /// download.
    pub is_suggested: bool,
}

/// The projects that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectFinds {
    /// The suggested ones first, then the newest change first.
    pub projects: Vec<FoundProject>,
    /// Whether the search ended before it had been everywhere.
    pub is_partial: bool,
    /// The folders that could not be read.
    pub unread: u64,
}

/// A folder that the user pointed out, and the projects around it.
#[derive(Debug, Clone, Default)]
pub struct FolderLook {
    /// The project that it is, or is in, already.
    pub known: Option<Project>,
    /// The outermost folder above it that looks like a project.
    pub within: Option<FoundProject>,
    /// The folder itself, unless it cannot be a project.
    pub folder: Option<FoundProject>,
    /// The projects in it, if it is none itself.
    pub below: ProjectFinds,
}

impl Projects<'_> {
    /// Finds folders below another one that look like projects and are none yet. A project in a
    /// project belongs to the outer one.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a folder that is not there, and whatever keeps the catalog from being
    /// read.
    pub fn find_below(&self, request: &FindProjects<'_>) -> Result<ProjectFinds> {
        let mut walk = self.walk(request)?;
        let roots = walk.roots()?;
        let mut finds = ProjectFinds {
            projects: walk.describe_all(roots),
            is_partial: walk.is_partial,
            unread: walk.unread,
        };
        finds.projects.sort_by(|a, b| {
            let order = |it: &FoundProject| (it.is_suggested, it.measured.newest);
            order(b).cmp(&order(a)).then_with(|| a.root.cmp(&b.root))
        });
        Ok(finds)
    }

    /// Looks at a folder that the user pointed out: what it is, and what may be meant instead.
    ///
    /// # Errors
    /// The errors of [`Projects::add_linked`] for a folder that cannot be a project and has none
    /// in it.
    pub fn look_at(&self, request: &FindProjects<'_>) -> Result<FolderLook> {
        let checked = folder::check(&request.below, self.library.root(), request.apart_from);
        let root = match &checked {
            Ok(root) => root.clone(),
            Err(_) => canonical(&request.below).unwrap_or_else(|| request.below.clone()),
        };
        let known = self.not_trashed()?.into_iter().find(|project| {
            matches!(overlap(&root, &project.root), Overlap::Same | Overlap::Inside)
        });
        let mut look = FolderLook { known, ..FolderLook::default() };
        if look.known.is_some() {
            return Ok(look);
        }
        let request = FindProjects { below: root.clone(), ..request.clone() };
        let walk = self.walk(&request)?;
        let is_home = walk.home.as_ref() == Some(&root);
        let is_project = !is_home && has_sign(&root);
        if !is_project {
            look.below = self.find_below(&request)?;
        }
        if let Err(error) = checked {
            return if look.below.projects.is_empty() { Err(error) } else { Ok(look) };
        }
        let above: Vec<_> = root.ancestors().skip(1).filter(|it| walk.may_be_root(it)).collect();
        let outermost = above.into_iter().rfind(|above| has_sign(above)).map(Path::to_owned);
        look.within = outermost.and_then(|above| walk.describe_all(vec![above]).pop());
        look.folder = walk.describe_all(vec![root]).pop();
        Ok(look)
    }

    fn walk(&self, request: &FindProjects<'_>) -> Result<Walk<'_>> {
        let mut taken: Vec<_> = self.not_trashed()?.into_iter().map(|it| it.root).collect();
        taken.extend(request.apart_from.iter().map(|occupied| occupied.path.clone()));
        taken.push(self.library.root().to_owned());
        taken.extend(configuration_folder().and_then(|own| canonicalize_missing(&own).ok()));
        let (taken, ids): (Vec<_>, Vec<_>) = taken.into_iter().filter_map(look_up).unzip();
        let home = request.home.as_deref().and_then(canonical);
        Ok(Walk {
            library: self.library,
            below: canonical(&request.below).unwrap_or_else(|| request.below.clone()),
            downloads: home.as_deref().map(downloads).unwrap_or_default(),
            home,
            taken_ids: ids.into_iter().flatten().collect(),
            taken,
            mounts: mount_points(),
            limits: request.limits,
            is_partial: false,
            unread: 0,
        })
    }

    fn not_trashed(&self) -> Result<Vec<Project>> {
        let mut projects = self.library.catalog().read(table::all)?;
        projects.retain(|project| project.status != ProjectStatus::Trashed);
        Ok(projects)
    }
}

struct Walk<'a> {
    library: &'a crate::Library,
    below: PathBuf,
    home: Option<PathBuf>,
    downloads: Vec<PathBuf>,
    /// Folders that are in use: none of them is found, nor one that holds one of them.
    taken: Vec<PathBuf>,
    taken_ids: HashSet<(u64, u64)>,
    /// Other file systems, which are not entered, nor asked for anything.
    mounts: HashSet<PathBuf>,
    limits: FindLimits,
    is_partial: bool,
    unread: u64,
}

impl Walk<'_> {
    /// The outermost folders that look like projects, the upper levels first.
    fn roots(&mut self) -> Result<Vec<PathBuf>> {
        let mount = Mount::of_path(&self.below)
            .map_err(|source| Error::io("look into", &self.below, source).next("Check the path"))?;
        let until = self.now() + self.limits.time;
        let mut roots = Vec::new();
        let mut left = self.limits.folders;
        let mut open = VecDeque::from([(self.below.clone(), 0)]);
        while let Some((folder, depth)) = open.pop_front() {
            if left == 0 || roots.len() == self.limits.projects || self.now() >= until {
                self.is_partial = true;
                break;
            }
            left -= 1;
            let is_mounted = depth > 0 && self.mounts.contains(&folder);
            if is_mounted || Mount::of_path(&folder).ok() != Some(mount) || self.is_taken(&folder) {
                continue;
            }
            let Some(names) = self.names_in(&folder) else { continue };
            if names.is_project && depth > 0 && self.may_be_root(&folder) {
                roots.push(folder);
            } else if depth < self.limits.depth {
                open.extend(names.folders.into_iter().map(|it| (it, depth + 1)));
            } else if !names.folders.is_empty() {
                self.is_partial = true;
            }
        }
        Ok(roots)
    }

    fn names_in(&mut self, folder: &Path) -> Option<Names> {
        let Ok(entries) = fs::read_dir(folder) else {
            self.unread += 1;
            return None;
        };
        let mut names = Names::default();
        for (count, entry) in entries.flatten().enumerate() {
            if count == NAMES_EACH {
                self.is_partial = true;
                break;
            }
            let Ok(kind) = entry.file_type() else { continue };
            let name = entry.file_name();
            names.is_project |= is_sign(name.as_bytes(), kind.is_dir());
            if name == "CACHEDIR.TAG" || name == "conda-meta" {
                return None;
            }
            let path = entry.path();
            let is_hidden = name.as_bytes().starts_with(b".");
            if kind.is_dir() && !is_hidden && !PASSED_OVER.iter().any(|it| path.ends_with(it)) {
                names.folders.push(path);
            }
        }
        names.folders.sort_unstable();
        Some(names)
    }

    fn is_taken(&self, folder: &Path) -> bool {
        self.taken.iter().any(|taken| taken == folder)
            || identity(folder).is_some_and(|id| self.taken_ids.contains(&id))
    }

    /// Whether a folder can be a project, if it looks like one: it is not the home folder, nothing
    /// above that, and holds nothing that is in use.
    fn may_be_root(&self, folder: &Path) -> bool {
        let holds = |path: &Path| path.starts_with(folder);
        let is_shelf = folder.parent().is_some_and(|above| Some(above) == self.home.as_deref())
            && folder.file_name().is_some_and(|name| SHELVES.iter().any(|shelf| name == *shelf));
        folder.parent().is_some()
            && !is_shelf
            && !self.home.as_deref().is_some_and(holds)
            && !self.downloads.iter().any(|path| path == folder)
            && !self.taken.iter().any(|path| holds(path))
    }

    /// Counts folders, each for its share of the time that is left.
    fn describe_all(&self, roots: Vec<PathBuf>) -> Vec<FoundProject> {
        let end = self.now() + self.limits.time;
        let count = roots.len();
        let described = roots.into_iter().enumerate().map(|(index, root)| {
            let share = end.saturating_sub(self.now()) / u32::try_from(count - index).unwrap_or(1);
            let until = self.now() + share;
            let measured = measure(&root, || self.now() >= until);
            FoundProject {
                languages: detect::quick_scan(&root).languages,
                is_suggested: self.is_worked_on(&root, measured.newest),
                measured,
                root,
            }
        });
        described.collect()
    }

    fn is_worked_on(&self, root: &Path, newest: Option<Timestamp>) -> bool {
        let now = self.library.world().clock.now();
        let is_recent = |changed| now.duration_since(changed).as_hours() / 24 <= RECENT_DAYS;
        newest.is_some_and(is_recent) && !self.downloads.iter().any(|it| root.starts_with(it))
    }

    fn now(&self) -> Duration {
        self.library.world().clock.steady()
    }
}

#[derive(Default)]
struct Names {
    is_project: bool,
    /// The folders that are gone into, if this is no project.
    folders: Vec<PathBuf>,
}

fn has_sign(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(NAMES_EACH);
    entries.into_iter().any(|entry| {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        is_sign(entry.file_name().as_bytes(), is_folder)
    })
}

fn is_sign(name: &[u8], is_folder: bool) -> bool {
    SIGNS.iter().any(|sign| match sign.strip_prefix('*') {
        Some(ending) => !is_folder && name.ends_with(ending.as_bytes()),
        // Of git's worktrees and submodules it is a file.
        None => name == sign.as_bytes() && (!is_folder || sign.starts_with('.')),
    })
}

/// The folders for downloads: the usual one, and the one that the desktop is told of.
fn downloads(home: &Path) -> Vec<PathBuf> {
    let mut folders = vec![home.join("Downloads")];
    let told = fs::read_to_string(home.join(".config/user-dirs.dirs")).unwrap_or_default();
    let named = told.lines().find_map(|line| {
        line.strip_prefix("XDG_DOWNLOAD_DIR=\"$HOME/").and_then(|rest| rest.strip_suffix('"'))
    });
    folders.extend(named.filter(|name| !name.is_empty()).map(|name| home.join(name)));
    folders
}

/// The true path of a folder that answers.
fn canonical(path: &Path) -> Option<PathBuf> {
    answer_within(LIMIT, path, |path| fs::canonicalize(path).ok()).flatten()
}

/// The true path of a folder, and its device and inode; nothing where there is none. Of one that does
/// not answer the path alone is known.
fn look_up(path: PathBuf) -> Option<(PathBuf, Option<(u64, u64)>)> {
    let ask = |path: &Path| fs::canonicalize(path).ok().map(|it| (it.clone(), identity(&it)));
    answer_within(LIMIT, &path, ask).unwrap_or(Some((path, None)))
}

/// Why nothing can be found where nobody knows the home folder.
pub fn no_home() -> Error {
    Error::new(Code::NotFound, "Cannot look for projects")
        .why("It is not known where your home folder is: HOME is not set")
        .next("Name a folder to look in")
}
