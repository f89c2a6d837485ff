//! Looking into the picture of the storage, step by step.

mod project;
mod rows;
mod whole;

use undercroft_foundation::{Code, Error, Result, Text, TextValue, TreePath, escape_name, text};
use undercroft_library::{Project, ProjectFilter, ProjectStatus};

use super::convert::{age_text, class_text, layer_text};
use super::key::{Filter, Key};
use super::summary::{Summary, Sums};
use super::wire::{
    FileClass, UsageAt, UsageBy, UsageKind, UsageLayer, UsageRow, UsageStep, UsageView,
};
use crate::Api;

use rows::Rows;

/// The number of rows, when nobody says.
const ROWS: u32 = 200;
/// More rows than this are no picture any more.
const MOST_ROWS: u32 = 5_000;

/// The question, understood.
struct Asked {
    key: Key,
    by: UsageBy,
    limit: usize,
}

/// The thing that is looked into.
struct Subject {
    kind: UsageKind,
    sums: Sums,
    reclaimable: u64,
    unique: Option<u64>,
    /// Its parts, in any order.
    rows: Rows,
}

impl Api {
    /// Shows what takes space below a place in the picture of the storage.
    ///
    /// # Errors
    /// [`Code::Invalid`] for what is the key of nothing,
    /// [`Code::NotFound`] for what is there no more.
    pub fn usage_show(&self, request: UsageAt) -> Result<UsageView> {
        let key = Key::parse(&request.key)?;
        let asked = Asked {
            key,
            by: request.by.unwrap_or(UsageBy::Place),
            limit: request.limit.unwrap_or(ROWS).clamp(1, MOST_ROWS) as usize,
        };
        let trail = self.usage_trail(&asked.key)?;
        let summary = self.0.counts.summary()?;
        let subject = match &summary {
            Some(summary) => self.look(&asked, summary)?,
            None => None,
        };
        let scanning = self.running_count().map(|job| job.id);
        let name = trail.last().map(|step| step.name.clone()).unwrap_or_default();
        let sentence = match (&subject, &scanning) {
            (Some(subject), _) => told(&asked.key, &name, subject),
            (None, Some(_)) => text!("It is being counted for the first time."),
            (None, None) => text!("It was not counted yet."),
        };
        let scanned = subject.is_some().then(|| summary.map(|it| it.scanned)).flatten();
        let subject = subject.unwrap_or_else(|| Subject {
            kind: kind_of(&asked.key),
            sums: Sums::default(),
            reclaimable: 0,
            unique: None,
            rows: Rows::default(),
        });
        Ok(UsageView {
            key: request.key,
            trail,
            kind: subject.kind,
            by: asked.by,
            bytes: subject.sums.bytes,
            apparent_bytes: subject.sums.apparent,
            files: subject.sums.files,
            reclaimable_bytes: subject.reclaimable,
            unique_bytes: subject.unique,
            rows: subject.rows.largest(asked.limit),
            scanned,
            scanning,
            sentence: sentence.into(),
        })
    }

    fn look(&self, asked: &Asked, summary: &Summary) -> Result<Option<Subject>> {
        let counts = &self.0.counts;
        let subject = match &asked.key {
            Key::Whole => self.whole(asked.by, summary)?,
            Key::Layer(layer) => self.layer(*layer, summary)?,
            Key::Library(layer, path) => {
                let Some(counted) = counts.library()? else { return Ok(None) };
                whole::library_folder(&counted.tree, *layer, path, asked.limit)
                    .ok_or_else(|| gone(&asked.key))?
            }
            Key::Class(class) => self.projects_by(summary, &Filter::Class(*class))?,
            Key::Age(age) => self.projects_by(summary, &Filter::Age(*age))?,
            Key::Destination(id) => {
                let known = summary.destinations.get(&id.to_string());
                let sums = known.map(|it| it.sums).unwrap_or_default();
                Subject::leaf(UsageKind::Destination, sums)
            }
            Key::Project(id) => {
                let project = self.0.library.projects().get(*id)?;
                let Some(sums) = summary.projects.get(id) else { return Ok(None) };
                self.project_usage(&project, sums, asked.by)?
            }
            Key::ProjectLayer(id, layer) => {
                let Some(sums) = summary.projects.get(id) else { return Ok(None) };
                self.project_layer(*id, *layer, sums)?
            }
            Key::Month(id, month) => {
                let Some(sums) = summary.projects.get(id) else { return Ok(None) };
                let known = sums.months.get(month).ok_or_else(|| gone(&asked.key))?;
                Subject::leaf(UsageKind::Age, Sums::of_bytes(known.bytes))
            }
            Key::Files(id, filter, path) => {
                let project = self.0.library.projects().get(*id)?;
                let Some(counted) = counts.project(&project)? else { return Ok(None) };
                let now = self.0.library.world().clock.now();
                let look = project::Look { project: &project, counted: &counted, now };
                look.files(filter, path, asked).ok_or_else(|| gone(&asked.key))?
            }
        };
        Ok(Some(subject))
    }

    /// The projects that are not forgotten, and those in the trash.
    pub(super) fn counted_projects(&self) -> Result<Vec<Project>> {
        let projects = self.0.library.projects();
        let mut all = projects.list(&ProjectFilter::default())?;
        let status = Some(ProjectStatus::Trashed);
        let trashed = projects.list(&ProjectFilter { status, ..ProjectFilter::default() })?;
        all.extend(trashed.into_iter().filter(|project| project.trashed.is_some()));
        Ok(all)
    }

    /// The way to a place, the whole first.
    ///
    /// # Errors
    /// [`Code::NotFound`] for a project or destination that is none.
    pub(super) fn usage_trail(&self, key: &Key) -> Result<Vec<UsageStep>> {
        let mut trail = vec![step(&Key::Whole, "Everything")];
        match key {
            Key::Whole => {}
            Key::Layer(layer) => trail.push(step(key, layer_text(*layer))),
            Key::Library(layer, path) => {
                trail.push(step(&Key::Layer(*layer), layer_text(*layer)));
                let mut above = TreePath::root();
                for name in path.names() {
                    above = above.join(name);
                    // The folder of the layer itself was named.
                    if above.names().count() > 1 || *layer == UsageLayer::Catalog {
                        let key = Key::Library(*layer, above.clone());
                        trail.push(step(&key, &escape_name(name)));
                    }
                }
            }
            Key::Class(class) => trail.push(step(key, class_text(*class))),
            Key::Age(age) => trail.push(step(key, age_text(*age))),
            Key::Destination(id) => {
                trail.push(step(key, &self.0.backups.destinations().get(*id)?.name));
            }
            Key::Project(id) => trail.push(step(key, &self.0.library.projects().get(*id)?.name)),
            Key::ProjectLayer(id, layer) => {
                let name = self.0.library.projects().get(*id)?.name;
                trail.push(step(&Key::Project(*id), &name));
                trail.push(step(key, layer_text(*layer)));
            }
            Key::Month(id, month) => {
                let name = self.0.library.projects().get(*id)?.name;
                trail.push(step(&Key::Project(*id), &name));
                let layer = UsageLayer::Versions;
                trail.push(step(&Key::ProjectLayer(*id, layer), layer_text(layer)));
                trail.push(step(key, month));
            }
            Key::Files(id, filter, path) => {
                let name = self.0.library.projects().get(*id)?.name;
                trail.push(step(&Key::Project(*id), &name));
                let root = TreePath::root;
                trail.push(step(
                    &Key::Files(*id, Filter::All, root()),
                    layer_text(UsageLayer::Working),
                ));
                let mut above = root();
                for name in path.names() {
                    above = above.join(name);
                    let key = Key::Files(*id, Filter::All, above.clone());
                    trail.push(step(&key, &escape_name(name)));
                }
                match filter {
                    Filter::All => {}
                    Filter::Class(class) => trail.push(step(key, class_text(*class))),
                    Filter::Age(age) => trail.push(step(key, age_text(*age))),
                    Filter::Extension(class, extension) => {
                        let above = Key::Files(*id, Filter::Class(*class), path.clone());
                        trail.push(step(&above, class_text(*class)));
                        trail.push(step(key, &project::extension_text(extension)));
                    }
                }
            }
        }
        Ok(trail)
    }
}

impl Subject {
    /// Something that has no parts that are known.
    fn leaf(kind: UsageKind, sums: Sums) -> Self {
        Self { kind, sums, reclaimable: 0, unique: None, rows: Rows::default() }
    }

    /// Something that is all of its parts.
    fn of_rows(kind: UsageKind, rows: Rows) -> Self {
        let (sums, reclaimable) = rows.sums();
        Self { kind, sums, reclaimable, unique: None, rows }
    }
}

fn step(key: &Key, name: &str) -> UsageStep {
    UsageStep { key: key.to_string(), name: name.to_owned() }
}

fn kind_of(key: &Key) -> UsageKind {
    match key {
        Key::Whole => UsageKind::Library,
        Key::Layer(_) | Key::ProjectLayer(..) => UsageKind::Layer,
        Key::Library(..) => UsageKind::Folder,
        Key::Class(_) => UsageKind::Type,
        Key::Age(_) | Key::Month(..) => UsageKind::Age,
        Key::Destination(_) => UsageKind::Destination,
        Key::Project(_) => UsageKind::Project,
        Key::Files(_, filter, _) => match filter {
            Filter::All => UsageKind::Folder,
            Filter::Class(_) | Filter::Extension(..) => UsageKind::Type,
            Filter::Age(_) => UsageKind::Age,
        },
    }
}

fn told(key: &Key, name: &str, subject: &Subject) -> Text {
    let Sums { bytes, files, .. } = subject.sums;
    let size = TextValue::Size(bytes);
    let mut text = match key {
        Key::Whole => text!("The projects, the library and the backups take {size}", size),
        Key::Layer(_) | Key::Class(_) | Key::Age(_) | Key::ProjectLayer(..) => {
            text!("{name}: {size}", name, size)
        }
        _ => text!("{name} takes {size}", name, size),
    };
    if files > 0 {
        text += text!(" in {files}", files = TextValue::count(files, "file"));
    }
    text += text!(".");
    if subject.reclaimable > 0 {
        let size = TextValue::Size(subject.reclaimable);
        text += text!(" {size} of it can be had back without losing work.", size);
    }
    text
}

fn gone(key: &Key) -> Error {
    let what = text!("Nothing was counted at {key}", key = key.to_string());
    Error::new(Code::NotFound, what)
        .why("It was not there when the files were last counted")
        .next("Count the storage again")
}

/// A row with nothing but its name and size.
fn plain_row(key: String, name: &str, kind: UsageKind, sums: Sums) -> UsageRow {
    UsageRow {
        key,
        name: name.to_owned(),
        kind,
        layer: None,
        class: FileClass::Mixed,
        bytes: sums.bytes,
        apparent_bytes: sums.apparent,
        files: sums.files,
        reclaimable_bytes: 0,
        unique_bytes: None,
        modified: sums.newest,
        can_open: false,
        rebuildable: false,
        project: None,
        path: None,
    }
}
