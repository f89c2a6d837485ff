//! Check: whether every object that versions lead to is there and is what its id says, down to the
//! last byte of the object store; and if not, which versions and files that touches. Nothing is
//! changed, and what is sound is served as before.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{self, Read};

use sha2::{Digest, Sha256};
use undercroft_foundation::{Error, Job, ProjectId, Result, TreePath, VersionId};

use crate::consistency::HistoryMaintenance;
use crate::history::History;
use crate::objects::pointer::object_of;
use crate::objects::pointer::pointer;
use crate::store::{HistoryStore, ObjectKind, TreeLine, TreeMode};
use crate::tree::commit::Commit;
use crate::tree::names::{SIDECAR, real_name};
use crate::tree::sidecar::parts::is_part;
use crate::tree::sidecar::{ENTRIES, Entries};
use crate::version::{ContentId, GitId, Version};
use crate::versions::reading::HistoryReader;
use crate::versions::table;

/// So many versions and so many paths are listed of each damage, and the others counted.
const LISTED: usize = 1000;

/// The result of a check of a history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryCheck {
    /// Versions that were looked into.
    pub versions: u64,
    /// Objects that were read, those of the object store included.
    pub objects: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// The objects that are damaged or missing.
    pub damages: Vec<Damage>,
}

impl HistoryCheck {
    /// Whether every version can be had as it was.
    pub fn is_sound(&self) -> bool {
        self.damages.is_empty()
    }
}

/// An object that is damaged or missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// Its id: of git, or a digest in the object store.
    pub object: String,
    /// The fault, in a sentence.
    pub why: String,
    /// The first of the versions that need it, the oldest first.
    pub versions: Vec<VersionId>,
    /// The number of versions that need it.
    pub versions_total: u64,
    /// The first of the files and folders that it touches; the root, when it is all of a version.
    pub paths: Vec<TreePath>,
    /// The number of files and folders that it touches.
    pub paths_total: u64,
}

impl HistoryMaintenance {
    /// Reads all that the versions of a project lead to. Damage is no error.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Cancelled`], or a catalog that cannot be read.
    pub fn check(&self, project: ProjectId, job: &Job) -> Result<HistoryCheck> {
        let store = self.history.store(project)?;
        // What was read before is not asked for again, and may be damaged since.
        store.refresh();
        let versions = self
            .history
            .library()
            .catalog()
            .read(|connection| table::of_project(connection, project))?;
        let mut check = Checking::new(&self.history, &store, project, job);
        for version in &versions {
            job.set_current(version.message.lines().next().unwrap_or_default());
            check.version(version)?;
        }
        Ok(check.report(versions.len() as u64))
    }
}

/// Damages that a tree leads to, each with the stored path from there.
type Findings = Vec<(Vec<u8>, usize)>;

/// A tree that is being looked through.
struct Open {
    id: GitId,
    name: Vec<u8>,
    lines: std::vec::IntoIter<TreeLine>,
    findings: Findings,
}

struct Checking<'a> {
    history: &'a History,
    store: &'a HistoryStore,
    project: ProjectId,
    job: &'a Job,
    report: HistoryCheck,
    paths: Vec<BTreeSet<Vec<u8>>>,
    sound: HashSet<GitId>,
    damaged: HashMap<GitId, Findings>,
    contents: HashMap<[u8; 32], Option<usize>>,
}

impl<'a> Checking<'a> {
    fn new(
        history: &'a History,
        store: &'a HistoryStore,
        project: ProjectId,
        job: &'a Job,
    ) -> Self {
        Self {
            history,
            store,
            project,
            job,
            report: HistoryCheck::default(),
            paths: Vec::new(),
            sound: HashSet::new(),
            damaged: HashMap::new(),
            contents: HashMap::new(),
        }
    }

    fn version(&mut self, version: &Version) -> Result<()> {
        let findings = match Commit::read(self.store, version.commit) {
            Ok(commit) => self.tree(commit.tree)?,
            Err(error) => {
                vec![(Vec::new(), self.damage(version.commit.to_string(), &error))]
            }
        };
        self.report.objects += 1;
        let damages: BTreeSet<usize> = findings.iter().map(|(_, damage)| *damage).collect();
        for at in damages {
            let damage = &mut self.report.damages[at];
            damage.versions_total += 1;
            if damage.versions.len() < LISTED {
                damage.versions.push(version.id);
            }
        }
        for (path, at) in findings {
            self.paths[at].insert(path);
        }
        Ok(())
    }

    fn damage(&mut self, object: String, why: &Error) -> usize {
        self.report.damages.push(Damage { object, why: why.to_string(), ..Damage::default() });
        self.paths.push(BTreeSet::new());
        self.report.damages.len() - 1
    }

    /// The damages that a tree leads to: in a loop, since folders can lie deeper in each other than
    /// a stack is.
    fn tree(&mut self, root: GitId) -> Result<Findings> {
        let mut above: Vec<Open> = Vec::new();
        let mut done = self.enter(root, Vec::new(), &mut above);
        loop {
            self.job.check_cancelled()?;
            if let Some((name, findings)) = done.take() {
                let Some(open) = above.last_mut() else { return Ok(findings) };
                open.findings.extend(
                    findings.into_iter().map(|(path, damage)| (join(&name, &path), damage)),
                );
            }
            let Some(open) = above.last_mut() else { return Ok(Findings::new()) };
            match open.lines.next() {
                Some(line) if line.mode == TreeMode::Folder => {
                    done = self.enter(line.id, line.name, &mut above);
                }
                Some(line) => done = Some((line.name.clone(), self.blob(&line)?)),
                None => {
                    let Some(Open { id, name, findings, .. }) = above.pop() else { continue };
                    if findings.is_empty() {
                        self.sound.insert(id);
                    } else {
                        self.damaged.insert(id, findings.clone());
                    }
                    done = Some((name, findings));
                }
            }
        }
    }

    /// Opens a tree, or gives what is known of it.
    fn enter(
        &mut self,
        id: GitId,
        name: Vec<u8>,
        above: &mut Vec<Open>,
    ) -> Option<(Vec<u8>, Findings)> {
        if self.sound.contains(&id) {
            return Some((name, Findings::new()));
        }
        if let Some(findings) = self.damaged.get(&id) {
            return Some((name, findings.clone()));
        }
        match self.store.tree(id) {
            Ok(lines) => {
                self.report.objects += 1;
                let lines = lines.into_iter();
                above.push(Open { id, name, lines, findings: Findings::new() });
                None
            }
            Err(error) => {
                let findings = vec![(Vec::new(), self.damage(id.to_string(), &error))];
                self.damaged.insert(id, findings.clone());
                Some((name, findings))
            }
        }
    }

    fn blob(&mut self, line: &TreeLine) -> Result<Findings> {
        if self.sound.contains(&line.id) {
            return Ok(Findings::new());
        }
        if let Some(findings) = self.damaged.get(&line.id) {
            return Ok(findings.clone());
        }
        let damage = match self.store.read(ObjectKind::Blob, line.id) {
            Ok(content) => {
                self.count(content.len() as u64);
                if line.name == ENTRIES && content.starts_with(b"undercroft-entries ") {
                    let decoded = Entries::decode(&content);
                    decoded.err().map(|error| self.damage(line.id.to_string(), &error))
                } else {
                    self.content(&content)?
                }
            }
            Err(error) => Some(self.damage(line.id.to_string(), &error)),
        };
        let Some(damage) = damage else {
            self.sound.insert(line.id);
            return Ok(Findings::new());
        };
        let findings = vec![(Vec::new(), damage)];
        self.damaged.insert(line.id, findings.clone());
        Ok(findings)
    }

    fn count(&mut self, bytes: u64) {
        self.report.objects += 1;
        self.report.bytes += bytes;
        self.job.add_bytes_done(bytes);
    }

    /// Reads what a blob stands for, when it is a pointer of ours.
    fn content(&mut self, blob: &[u8]) -> Result<Option<usize>> {
        let size = std::str::from_utf8(blob).ok().and_then(|text| {
            text.lines().find_map(|line| line.strip_prefix("size ")?.parse().ok())
        });
        let Some(digest) = object_of(blob)
            .filter(|digest| size.is_some_and(|size| pointer(digest, size).as_bytes() == blob))
        else {
            return Ok(None);
        };
        if let Some(known) = self.contents.get(&digest) {
            return Ok(*known);
        }
        let damage = match self.read_object(&digest) {
            Ok(bytes) => {
                self.count(bytes);
                None
            }
            Err(error) => {
                self.job.check_cancelled()?;
                Some(self.damage(hex::encode(digest), &error))
            }
        };
        self.contents.insert(digest, damage);
        Ok(damage)
    }

    fn read_object(&self, digest: &[u8; 32]) -> Result<u64> {
        let mut content = HistoryReader::new(self.history)
            .open_content(self.project, &ContentId::Object(*digest))?;
        let mut whole = Sha256::new();
        let mut piece = vec![0; 1 << 20];
        let mut bytes = 0;
        loop {
            self.job.check_cancelled()?;
            let read = content.read(&mut piece).map_err(ours)?;
            if read == 0 {
                break;
            }
            whole.update(&piece[..read]);
            bytes += read as u64;
        }
        if whole.finalize()[..] == digest[..] {
            return Ok(bytes);
        }
        let code = undercroft_foundation::Code::Damaged;
        Err(Error::new(code, "The object has another content than its digest says"))
    }

    fn report(mut self, versions: u64) -> HistoryCheck {
        self.report.versions = versions;
        for (damage, stored) in self.report.damages.iter_mut().zip(self.paths) {
            // A file and its line in the sidecar are one place.
            let places: BTreeMap<TreePath, ()> =
                stored.iter().map(|path| (place_of(path), ())).collect();
            damage.paths_total = places.len() as u64;
            damage.paths = places.into_keys().take(LISTED).collect();
        }
        self.report
    }
}

fn ours(source: io::Error) -> Error {
    match source.downcast::<Error>() {
        Ok(error) => error,
        Err(source) => {
            Error::new(undercroft_foundation::Code::Unavailable, "The object cannot be read")
                .because(source)
        }
    }
}

fn join(name: &[u8], path: &[u8]) -> Vec<u8> {
    match (name.is_empty(), path.is_empty()) {
        (true, _) => path.to_vec(),
        (_, true) => name.to_vec(),
        _ => [name, b"/", path].concat(),
    }
}

/// The real path that a stored one is about; of the sidecar, the folder that it speaks of.
fn place_of(stored: &[u8]) -> TreePath {
    let names: Vec<&[u8]> = stored.split(|byte| *byte == b'/').collect();
    let place = match names.split_first() {
        Some((&SIDECAR, folders)) => TreePath::from_names(
            folders
                .iter()
                .filter(|name| **name != ENTRIES && !is_part(name))
                .map(|name| name.strip_suffix(b".d").unwrap_or(name)),
        ),
        _ => {
            TreePath::from_names(names.iter().filter(|name| !name.is_empty()).map(|n| real_name(n)))
        }
    };
    place.unwrap_or_default()
}
