//! A project: its layers, and the folders and files that it is worked on with.

use std::path::Path;

use jiff::Timestamp;
use undercroft_archive::Archive;
use undercroft_foundation::{ProjectId, Result, TextValue, TreePath, escape_name};
use undercroft_library::Project;
use undercroft_usage::{FileRow, FileSelection, RowKind};

use super::rows::{Rows, can_open, file_at, layer_sums, row_sums};
use super::{Asked, Subject, plain_row};
use crate::Api;
use crate::base::names::names;
use crate::usage::convert::{age_text, class_text, layer_text};
use crate::usage::counting::archive_sums;
use crate::usage::counts::Counted;
use crate::usage::key::{Filter, Key};
use crate::usage::summary::{ProjectSums, Sums};
use crate::usage::wire::{UsageBy, UsageKind, UsageLayer, UsageRow};

/// An ending of names, as people call the files.
pub(super) fn extension_text(extension: &str) -> String {
    if extension.is_empty() { "No ending".to_owned() } else { format!(".{extension}") }
}

impl Api {
    pub(super) fn project_usage(
        &self,
        project: &Project,
        sums: &ProjectSums,
        by: UsageBy,
    ) -> Result<Subject> {
        if matches!(by, UsageBy::Type | UsageBy::Age)
            && let Some(counted) = self.0.counts.project(project)?
        {
            let now = self.0.library.world().clock.now();
            let look = Look { project, counted: &counted, now };
            let mut subject = look.divided(by, &TreePath::root());
            subject.kind = UsageKind::Project;
            return Ok(subject);
        }
        let mut rows = Rows::default();
        let working = Key::Files(project.id, Filter::All, TreePath::root());
        let layers = [
            (UsageLayer::Working, working, sums.rebuildable),
            (UsageLayer::Versions, layer_key(project, UsageLayer::Versions), sums.thinnable),
            (UsageLayer::Objects, layer_key(project, UsageLayer::Objects), 0),
            (UsageLayer::Archives, layer_key(project, UsageLayer::Archives), 0),
            (UsageLayer::Drafts, layer_key(project, UsageLayer::Drafts), 0),
        ];
        for (layer, key, reclaimable) in layers {
            let of_layer = layer_sums(sums, layer);
            let row = plain_row(key.to_string(), layer_text(layer), UsageKind::Layer, of_layer);
            rows.add(UsageRow {
                layer: Some(layer),
                reclaimable_bytes: reclaimable,
                unique_bytes: (layer == UsageLayer::Objects).then_some(sums.objects),
                can_open: can_open(sums, layer),
                project: Some(project.id.to_string()),
                ..row
            });
        }
        let mut subject = Subject::of_rows(UsageKind::Project, rows);
        subject.reclaimable = sums.reclaimable();
        subject.unique = Some(sums.total().bytes);
        Ok(subject)
    }
}

impl Api {
    /// A layer of a project: each archive, or the months of its versions.
    pub(super) fn project_layer(
        &self,
        project: ProjectId,
        layer: UsageLayer,
        sums: &ProjectSums,
    ) -> Result<Subject> {
        let mut rows = Rows::default();
        match layer {
            UsageLayer::Archives => {
                let mut archives = self.0.archives.list()?;
                archives.retain(|it| {
                    it.manifest.project.id == project && it.manifest.trashed.is_none()
                });
                for archive in &archives {
                    let Some((below, sums)) = on_disk(archive, self.root()) else { continue };
                    let name = archive.path.file_name().unwrap_or_default().as_encoded_bytes();
                    let key = Key::Library(layer, below).to_string();
                    rows.add(of_layer(
                        plain_row(key, &escape_name(name), UsageKind::File, sums),
                        project,
                        layer,
                    ));
                }
            }
            UsageLayer::Versions => {
                let mut known = Sums::default();
                for (month, of) in &sums.months {
                    known.add(Sums::of_bytes(of.bytes));
                    let key = Key::Month(project, month.clone()).to_string();
                    let name = format!("{month}, {}", TextValue::count(of.versions, "version"));
                    let row = plain_row(key, &name, UsageKind::Age, Sums::of_bytes(of.bytes));
                    rows.add(of_layer(row, project, layer));
                }
                let rest = sums.versions.bytes.saturating_sub(known.bytes);
                rows.add_rest(Sums::of_bytes(rest));
            }
            _ => return Ok(Subject::leaf(UsageKind::Layer, layer_sums(sums, layer))),
        }
        let mut subject = Subject::of_rows(UsageKind::Layer, rows);
        subject.reclaimable = if layer == UsageLayer::Versions { sums.thinnable } else { 0 };
        subject.sums = layer_sums(sums, layer);
        Ok(subject)
    }
}

fn of_layer(row: UsageRow, project: ProjectId, layer: UsageLayer) -> UsageRow {
    UsageRow { layer: Some(layer), project: Some(project.to_string()), ..row }
}

/// The path of an archive below the library, and what it takes; nothing where it is not there.
fn on_disk(archive: &Archive, library: &Path) -> Option<(TreePath, Sums)> {
    let below = archive.path.strip_prefix(library).ok()?;
    let below = TreePath::new(below.as_os_str().as_encoded_bytes()).ok()?;
    Some((below, archive_sums(archive)?))
}

fn layer_key(project: &Project, layer: UsageLayer) -> Key {
    Key::ProjectLayer(project.id, layer)
}

/// A look into the files of a project.
pub(super) struct Look<'a> {
    pub(super) project: &'a Project,
    pub(super) counted: &'a Counted,
    pub(super) now: Timestamp,
}

impl Look<'_> {
    /// The files that the filter means, in and below a folder; nothing where there is none.
    pub(super) fn files(&self, filter: &Filter, path: &TreePath, asked: &Asked) -> Option<Subject> {
        if !self.counted.tree.contains(path) {
            return None;
        }
        let mut selection = FileSelection { class: None, extension: None, age: None };
        match filter {
            Filter::All if matches!(asked.by, UsageBy::Type | UsageBy::Age) => {
                return Some(self.divided(asked.by, path));
            }
            Filter::All => return self.folder(path, asked.limit),
            Filter::Class(class) => {
                let mut rows = Rows::default();
                for row in self.counted.tree.extensions(path, *class) {
                    let filter = Filter::Extension(*class, row.extension.clone());
                    let name = extension_text(&row.extension);
                    rows.add(self.part(
                        filter,
                        path,
                        &name,
                        UsageKind::Type,
                        Sums::from(&row.sums),
                    ));
                }
                return Some(Subject::of_rows(UsageKind::Type, rows));
            }
            Filter::Extension(class, extension) => {
                selection.class = Some(*class);
                selection.extension = Some(extension);
            }
            Filter::Age(age) => selection.age = Some((*age, self.now)),
        }
        let found = self.counted.tree.files_of(path, &selection, asked.limit);
        let mut rows = Rows::default();
        for row in &found.rows {
            rows.add(self.file(row));
        }
        rows.add_rest(found.rest.as_ref().map(Sums::from).unwrap_or_default());
        let kind = match filter {
            Filter::Age(_) => UsageKind::Age,
            _ => UsageKind::Type,
        };
        Some(Subject::of_rows(kind, rows))
    }

    /// All below a folder by class or age.
    fn divided(&self, by: UsageBy, path: &TreePath) -> Subject {
        let mut rows = Rows::default();
        if by == UsageBy::Age {
            for row in self.counted.tree.ages(path, self.now) {
                let (sums, name) = (Sums::from(&row.sums), age_text(row.age));
                rows.add(self.part(Filter::Age(row.age), path, name, UsageKind::Age, sums));
            }
        } else {
            for row in self.counted.tree.types(path) {
                let (sums, name) = (Sums::from(&row.sums), class_text(row.class));
                rows.add(self.part(Filter::Class(row.class), path, name, UsageKind::Type, sums));
            }
        }
        let mut subject = Subject::of_rows(UsageKind::Folder, rows);
        subject.reclaimable = self.reclaimable(path);
        subject
    }

    fn folder(&self, path: &TreePath, limit: usize) -> Option<Subject> {
        let tree = &self.counted.tree;
        let Some(view) = tree.folder(path, limit) else { return file_at(tree, path) };
        let mut rows = Rows::default();
        for row in &view.children {
            let at = path.join(&row.name);
            let kind = match row.kind {
                RowKind::Folder => UsageKind::Folder,
                RowKind::File => UsageKind::File,
            };
            let key = Key::Files(self.project.id, Filter::All, at.clone()).to_string();
            let shown = plain_row(key, &escape_name(&row.name), kind, row_sums(row));
            let above = self.counted.rebuildable_above(&at);
            rows.add(UsageRow {
                layer: Some(UsageLayer::Working),
                class: row.class.into(),
                reclaimable_bytes: match above {
                    Some(_) => row.bytes,
                    None => self.counted.rebuildable_below(&at),
                },
                can_open: row.kind == RowKind::Folder,
                rebuildable: above.is_some(),
                project: Some(self.project.id.to_string()),
                path: Some(names(&at)),
                ..shown
            });
        }
        rows.add_rest(view.rest.as_ref().map(Sums::from).unwrap_or_default());
        rows.add_own(view.own_bytes);
        let mut subject = Subject::of_rows(UsageKind::Folder, rows);
        subject.reclaimable = self.reclaimable(path);
        Some(subject)
    }

    fn reclaimable(&self, path: &TreePath) -> u64 {
        if self.counted.rebuildable_above(path).is_some() {
            return self.counted.tree.folder(path, 0).map_or(0, |view| view.bytes);
        }
        self.counted.rebuildable_below(path)
    }

    /// A row for files of a kind, below a folder.
    fn part(
        &self,
        filter: Filter,
        path: &TreePath,
        name: &str,
        kind: UsageKind,
        sums: Sums,
    ) -> UsageRow {
        let class = match &filter {
            Filter::Class(class) | Filter::Extension(class, _) => Some((*class).into()),
            _ => None,
        };
        let key = Key::Files(self.project.id, filter, path.clone()).to_string();
        let row = plain_row(key, name, kind, sums);
        UsageRow {
            layer: Some(UsageLayer::Working),
            class: class.unwrap_or(row.class),
            can_open: true,
            project: Some(self.project.id.to_string()),
            path: Some(names(path)),
            ..row
        }
    }

    fn file(&self, row: &FileRow) -> UsageRow {
        let key = Key::Files(self.project.id, Filter::All, row.path.clone()).to_string();
        let name = row.path.names().map(escape_name).collect::<Vec<_>>().join("/");
        let sums =
            Sums { bytes: row.bytes, apparent: row.apparent, files: 1, newest: row.modified };
        let is_rebuildable = self.counted.rebuildable_above(&row.path).is_some();
        let shown = plain_row(key, &name, UsageKind::File, sums);
        UsageRow {
            layer: Some(UsageLayer::Working),
            class: row.class.into(),
            reclaimable_bytes: if is_rebuildable { row.bytes } else { 0 },
            rebuildable: is_rebuildable,
            project: Some(self.project.id.to_string()),
            path: Some(names(&row.path)),
            ..shown
        }
    }
}
