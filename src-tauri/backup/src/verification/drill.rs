//! The trial restore: random files of the newest backups are restored, compared, and timed.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use undercroft_foundation::{
    Code, DestinationId, Error, IoContext, Job, ProjectId, Random, Result, Text, TextValue,
    escape_name, escape_path, text,
};
use undercroft_library::{JobKind, JobSpec, JobView, NewEvent};
use undercroft_repository::{
    BlobId, Node, NodeKind, Repository, RestoreRequest, Snapshot, SnapshotId,
};

use super::{Proofs, table};
use crate::snapshots::CachedSnapshot;

/// The number of files that a trial restores.
const FILES: usize = 24;
/// The most bytes that a trial restores; one file may be larger.
const BYTES: u64 = 256 << 20;
/// The number of times that it looks for a file before it is content with fewer: folders may be
/// empty.
const TRIES: usize = FILES * 8;
/// Folders inside folders; deeper ones are passed over.
const DEPTH: usize = 256;

/// A trial restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// When.
    pub time: Timestamp,
    /// The project, when all files were of one.
    pub project: Option<ProjectId>,
    /// Files that were restored.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The time that it took.
    pub milliseconds: u64,
    /// Files that were compared with the disk, too, where they had not changed since.
    pub compared_with_disk: u64,
    /// The problems that were found.
    pub problems: Vec<Text>,
}

/// A file that was chosen.
struct Chosen {
    snapshot: Snapshot,
    path: Vec<Vec<u8>>,
    node: Node,
}

impl Proofs {
    /// Puts a trial restore on the board of jobs.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn start_drill(&self, destination: DestinationId) -> Result<JobView> {
        let name = self.destinations.get(destination)?.name;
        let spec = JobSpec::new(JobKind::Drill, text!("Restore from {name} on trial", name))
            .with_destination(destination);
        let proofs = self.clone();
        self.library.jobs().spawn(spec, move |job| proofs.drill(destination, job))
    }

    /// Restores random files of each project's newest backup into a folder of its own, compares
    /// them with what was backed up and, where they have not changed since, with the disk.
    /// Returns a sentence.
    ///
    /// # Errors
    /// [`Code::Damaged`] when a file did not come back as it was; it is kept. The errors of the
    /// destination, [`Code::Unavailable`] also when it went away in the middle.
    pub fn drill(&self, destination: DestinationId, job: &Job) -> Result<Text> {
        let destination = self.destinations.get(destination)?;
        let repository = self.destinations.repository_of(&destination)?;
        repository.refresh_index()?;
        let world = self.library.world();
        let snapshots = newest_of_each(&repository)?;
        let chosen = choose(&repository, &snapshots, &*world.random, job)?;
        if chosen.is_empty() {
            return Ok(text!(
                "{destination} holds no file to restore on trial",
                destination = destination.name
            ));
        }
        let mut drill = Drill {
            time: world.clock.now(),
            project: project_of(&chosen, destination.id),
            files: 0,
            bytes: 0,
            milliseconds: 0,
            compared_with_disk: 0,
            problems: Vec::new(),
        };
        let began = world.clock.steady();
        let scratch = Scratch::make(&self.library.root().join("cache"), destination.id)?;
        for (n, file) in chosen.iter().enumerate() {
            job.check_cancelled()?;
            self.try_file(&repository, file, &scratch.0.join(n.to_string()), &mut drill, job)?;
        }
        if !drill.problems.is_empty() {
            self.destinations.require_still_there(&destination, &repository)?;
        }
        let took = world.clock.steady().saturating_sub(began);
        drill.milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.library.catalog().write(|transaction| {
            table::keep_drill(transaction, destination.id, &drill)?;
            let what = if drill.problems.is_empty() { "proven" } else { "drill-failed" };
            let event =
                NewEvent::new(format!("destination.{what}"), sentence(&destination.name, &drill));
            let event = event.of_destination(Some(destination.id)).of_project(drill.project);
            self.library.events().append(transaction, &event).map(drop)
        })?;
        match drill.problems.first() {
            None => Ok(sentence(&destination.name, &drill)),
            Some(first) => Err(Error::new(Code::Damaged, sentence(&destination.name, &drill))
                .why(first.clone())
                .next("Check the destination and mend it; make a new backup meanwhile")),
        }
    }

    fn try_file(
        &self,
        repository: &Repository,
        file: &Chosen,
        target: &Path,
        drill: &mut Drill,
        job: &Job,
    ) -> Result<()> {
        let shown = shown(&file.path);
        job.set_current(shown.clone());
        let request = RestoreRequest {
            target: target.to_owned(),
            subpath: file.path.clone(),
            verify: true,
            ..RestoreRequest::default()
        };
        // Its own counters: a file that fails is a finding, no warning of this job.
        let own = Job::new();
        let restored = repository.restore(&file.snapshot, &request, &own);
        let complaint = match restored {
            Err(error) if error.code() == Code::Cancelled => return Err(error),
            Err(error) => Some(error.sentence()),
            Ok(_) => own.warnings().into_iter().next().map(|warning| warning.message),
        };
        if let Some(complaint) = complaint {
            drill.problems.push(text!("{shown}: {complaint}", shown, complaint));
            return Ok(());
        }
        let name = file.path.last().map(Vec::as_slice).unwrap_or_default();
        let copy = target.join(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(name));
        let size = fs::metadata(&copy).at("look at", &copy)?.len();
        if size != file.node.size {
            let problem = text!(
                "{shown}: {size} bytes came back of {all}",
                shown,
                size,
                all = file.node.size
            );
            drill.problems.push(problem);
            return Ok(());
        }
        drill.files += 1;
        drill.bytes += size;
        match still_on_disk(file, &copy)? {
            Some(true) => drill.compared_with_disk += 1,
            Some(false) => {
                drill.problems.push(text!("{shown}: it differs from the file on disk", shown));
            }
            None => {}
        }
        fs::remove_file(&copy).at("remove", &copy)
    }
}

/// The newest snapshot of each set of paths and machine.
fn newest_of_each(repository: &Repository) -> Result<Vec<Snapshot>> {
    let mut newest: Vec<Snapshot> = Vec::new();
    for snapshot in repository.snapshots()? {
        match newest.iter_mut().find(|known| {
            known.paths == snapshot.paths
                && known.hostname == snapshot.hostname
                && known.tags == snapshot.tags
        }) {
            Some(known) => *known = snapshot,
            None => newest.push(snapshot),
        }
    }
    Ok(newest)
}

/// Files found by walking down from the roots by chance, each once.
fn choose(
    repository: &Repository,
    snapshots: &[Snapshot],
    random: &dyn Random,
    job: &Job,
) -> Result<Vec<Chosen>> {
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut bytes = 0;
    for _ in 0..TRIES {
        if chosen.len() >= FILES || bytes >= BYTES || snapshots.is_empty() {
            break;
        }
        job.check_cancelled()?;
        let snapshot = &snapshots[below(random, snapshots.len())];
        let Some((path, node)) = descend(repository, snapshot.tree, random)? else { continue };
        let known = |file: &Chosen| file.snapshot.id == snapshot.id && file.path == path;
        if chosen.iter().any(known) || (!chosen.is_empty() && bytes + node.size > BYTES) {
            continue;
        }
        bytes += node.size;
        job.add_total(1, node.size);
        chosen.push(Chosen { snapshot: snapshot.clone(), path, node });
    }
    job.settle_totals();
    Ok(chosen)
}

fn descend(
    repository: &Repository,
    root: BlobId,
    random: &dyn Random,
) -> Result<Option<(Vec<Vec<u8>>, Node)>> {
    let (mut tree, mut path) = (root, Vec::new());
    while path.len() < DEPTH {
        let nodes = repository.tree(&tree)?.nodes;
        if nodes.is_empty() {
            return Ok(None);
        }
        let node = nodes[below(random, nodes.len())].clone();
        path.push(node.name.clone());
        match (&node.kind, node.subtree) {
            (NodeKind::File, _) => return Ok(Some((path, node))),
            (NodeKind::Dir, Some(subtree)) => tree = subtree,
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// A number below `count`, evenly enough for a sample.
fn below(random: &dyn Random, count: usize) -> usize {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    (u64::from_le_bytes(bytes) % count as u64) as usize
}

/// Whether the file on disk is still the one that was backed up, and then whether it is the same;
/// nothing when it changed since, or is gone.
fn still_on_disk(file: &Chosen, copy: &Path) -> Result<Option<bool>> {
    use std::os::unix::ffi::OsStrExt;

    let mut path = PathBuf::from("/");
    path.extend(file.path.iter().map(|name| std::ffi::OsStr::from_bytes(name)));
    let is_unchanged = |path: &Path| {
        let found = fs::symlink_metadata(path).ok()?;
        let modified = Timestamp::try_from(found.modified().ok()?).ok()?;
        (found.is_file()
            && found.len() == file.node.size
            && modified == file.node.mtime.timestamp())
        .then_some(())
    };
    if is_unchanged(&path).is_none() {
        return Ok(None);
    }
    let Ok(theirs) = fs::File::open(&path) else { return Ok(None) };
    let ours = fs::File::open(copy).at("open", copy)?;
    let same = same_content(&theirs, &ours).at("compare", &path)?;
    // It may have been written to while it was read.
    Ok(is_unchanged(&path).map(|()| same))
}

fn same_content(mut a: &fs::File, mut b: &fs::File) -> std::io::Result<bool> {
    const PIECE: u64 = 1 << 16;
    let (mut one, mut other) = (Vec::new(), Vec::new());
    loop {
        one.clear();
        other.clear();
        (&mut a).take(PIECE).read_to_end(&mut one)?;
        (&mut b).take(PIECE).read_to_end(&mut other)?;
        if one != other {
            return Ok(false);
        }
        if one.is_empty() {
            return Ok(true);
        }
    }
}

fn project_of(chosen: &[Chosen], destination: DestinationId) -> Option<ProjectId> {
    let of = |file: &Chosen| CachedSnapshot::of(destination, &file.snapshot).project;
    let first = of(chosen.first()?)?;
    let first_snapshot: SnapshotId = chosen.first()?.snapshot.id;
    chosen
        .iter()
        .all(|file| file.snapshot.id == first_snapshot || of(file) == Some(first))
        .then_some(first)
}

fn shown(path: &[Vec<u8>]) -> String {
    let names: Vec<_> = path.iter().map(|name| escape_name(name)).collect();
    format!("/{}", names.join("/"))
}

fn sentence(destination: &str, drill: &Drill) -> Text {
    let files = TextValue::count(drill.files, "random file");
    let (size, wrong) = (TextValue::Size(drill.bytes), drill.problems.len() as u64);
    if wrong > 0 {
        return text!(
            "{destination}: {files} did not come back as it was",
            destination,
            files = TextValue::count(wrong, "file")
        );
    }
    let compared = match drill.compared_with_disk {
        0 => Text::default(),
        compared => text!(", {compared} of them compared with the disk", compared),
    };
    text!(
        "{destination} is proven: {files} ({size}) restored and right{compared}",
        destination,
        files,
        size,
        compared
    )
}

/// A folder that goes when it is no longer needed.
struct Scratch(PathBuf);

impl Scratch {
    fn make(cache: &Path, destination: DestinationId) -> Result<Self> {
        let folder = cache.join(format!("drill-{destination}"));
        // What a killed trial left.
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            removed => removed.at("remove", &folder)?,
        }
        fs::create_dir_all(&folder).at("make", &folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %escape_path(&self.0), "a trial's files stay");
        }
    }
}
