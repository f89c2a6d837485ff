//! Everything, and what is in no single project.

use undercroft_archive::Archive;
use undercroft_foundation::{Result, TreePath, escape_name};
use undercroft_usage::{Age, FileClass, RowKind, Tree};

use super::rows::{Rows, can_open, file_at, layer_sums, row_sums};
use super::{Subject, plain_row};
use crate::Api;
use crate::usage::convert::{age_text, class_text, layer_text};
use crate::usage::counting::layer_in_library;
use crate::usage::key::{Filter, Key, age_name, class_name, class_of};
use crate::usage::summary::{ProjectSums, Summary, Sums};
use crate::usage::wire::{UsageBy, UsageKind, UsageLayer, UsageRow};

/// The layers that lie in the library or are projects' own.
const LAYERS: [UsageLayer; 9] = [
    UsageLayer::Working,
    UsageLayer::Versions,
    UsageLayer::Objects,
    UsageLayer::Drafts,
    UsageLayer::Archives,
    UsageLayer::Trash,
    UsageLayer::Backups,
    UsageLayer::Cache,
    UsageLayer::Catalog,
];

impl Api {
    pub(super) fn whole(&self, by: UsageBy, summary: &Summary) -> Result<Subject> {
        let mut rows = Rows::default();
        match by {
            UsageBy::Place => {
                for row in self.project_rows(summary)? {
                    rows.add(row);
                }
                for layer in LAYERS {
                    if layer != UsageLayer::Backups {
                        rows.add(layer_row(layer, summary, unowned(layer, summary)));
                    }
                }
                for row in self.destination_rows(summary)? {
                    rows.add(row);
                }
            }
            UsageBy::Layer => {
                for layer in LAYERS {
                    rows.add(layer_row(layer, summary, summary.layer(layer)));
                }
            }
            UsageBy::Type => {
                for class in FileClass::OF_FILES {
                    let sums = over(summary, |project| project.types.get(class_name(class)));
                    let key = Key::Class(class).to_string();
                    let row = plain_row(key, class_text(class), UsageKind::Type, sums);
                    rows.add(UsageRow { class: class.into(), can_open: true, ..row });
                }
            }
            UsageBy::Age => {
                for age in Age::ALL {
                    let sums = over(summary, |project| project.ages.get(age_name(age)));
                    let key = Key::Age(age).to_string();
                    let row = plain_row(key, age_text(age), UsageKind::Age, sums);
                    rows.add(UsageRow { can_open: true, ..row });
                }
            }
        }
        let mut subject = Subject::of_rows(UsageKind::Library, rows);
        subject.reclaimable = summary.reclaimable();
        Ok(subject)
    }

    /// Each project with all that goes with it.
    fn project_rows(&self, summary: &Summary) -> Result<Vec<UsageRow>> {
        let mut rows = Vec::new();
        for project in self.counted_projects()? {
            let Some(sums) = summary.projects.get(&project.id) else { continue };
            let key = Key::Project(project.id).to_string();
            let row = plain_row(key, &project.name, UsageKind::Project, sums.total());
            rows.push(UsageRow {
                layer: sums.is_trashed.then_some(UsageLayer::Trash),
                class: class_of(&sums.class).map_or(row.class, Into::into),
                reclaimable_bytes: sums.reclaimable(),
                can_open: true,
                project: Some(project.id.to_string()),
                ..row
            });
        }
        Ok(rows)
    }

    fn destination_rows(&self, summary: &Summary) -> Result<Vec<UsageRow>> {
        let mut rows = Vec::new();
        for destination in self.0.backups.destinations().list()? {
            let id = destination.id.to_string();
            let Some(known) = summary.destinations.get(&id) else { continue };
            let key = Key::Destination(destination.id).to_string();
            let row = plain_row(key, &destination.name, UsageKind::Destination, known.sums);
            rows.push(UsageRow { layer: Some(UsageLayer::Backups), ..row });
        }
        Ok(rows)
    }

    /// A layer: what each project has in it, or what lies in the library's folder.
    pub(super) fn layer(&self, layer: UsageLayer, summary: &Summary) -> Result<Subject> {
        let mut rows = Rows::default();
        let of_project = |sums: &ProjectSums| layer_sums(sums, layer);
        match layer {
            UsageLayer::Working
            | UsageLayer::Versions
            | UsageLayer::Objects
            | UsageLayer::Archives
            | UsageLayer::Drafts => {
                let mut owned = Sums::default();
                for project in self.counted_projects()? {
                    let Some(sums) = summary.projects.get(&project.id) else { continue };
                    if layer == UsageLayer::Working && sums.is_trashed {
                        continue;
                    }
                    owned.add(of_project(sums));
                    let key = match layer == UsageLayer::Working {
                        true => Key::Files(project.id, Filter::All, TreePath::root()),
                        false => Key::ProjectLayer(project.id, layer),
                    };
                    let name = &project.name;
                    let row =
                        plain_row(key.to_string(), name, UsageKind::Project, of_project(sums));
                    rows.add(UsageRow {
                        layer: Some(layer),
                        reclaimable_bytes: match layer {
                            UsageLayer::Working => sums.rebuildable,
                            UsageLayer::Versions => sums.thinnable,
                            _ => 0,
                        },
                        can_open: can_open(sums, layer),
                        project: Some(project.id.to_string()),
                        ..row
                    });
                }
                rows.add_rest(less(summary.layer(layer), owned));
            }
            UsageLayer::Backups => {
                for row in self.destination_rows(summary)? {
                    rows.add(row);
                }
            }
            UsageLayer::Trash => {
                let trashed = |archive: &Archive| archive.manifest.trashed.is_some();
                let archives = self.0.archives.list()?;
                let name = match archives.iter().filter(|it| trashed(it)).count() {
                    1 => "An archive".to_owned(),
                    count => format!("{count} archives"),
                };
                let sums = summary.trashed_archives;
                rows.add(plain_row(String::new(), &name, UsageKind::Rest, sums));
                self.add_trashed(summary, &mut rows)?;
                self.add_own(layer, &mut rows)?;
            }
            UsageLayer::Cache | UsageLayer::Catalog => {
                self.add_own(layer, &mut rows)?;
            }
        }
        let mut subject = Subject::of_rows(UsageKind::Layer, rows);
        if layer == UsageLayer::Trash {
            subject.reclaimable = subject.sums.bytes;
        }
        Ok(subject)
    }

    /// Adds the projects in the trash.
    fn add_trashed(&self, summary: &Summary, rows: &mut Rows) -> Result<()> {
        for mut row in self.project_rows(summary)? {
            if row.layer == Some(UsageLayer::Trash) {
                let sums = row.project.as_ref().and_then(|id| id.parse().ok());
                let sums = sums.and_then(|id| summary.projects.get(&id));
                row.bytes = sums.map_or(0, |it| it.working.bytes);
                row.apparent_bytes = sums.map_or(0, |it| it.working.apparent);
                row.files = sums.map_or(0, |it| it.working.files);
                rows.add(row);
            }
        }
        Ok(())
    }

    /// Adds what lies in the library's folder of a layer.
    fn add_own(&self, layer: UsageLayer, rows: &mut Rows) -> Result<()> {
        let Some(counted) = self.0.counts.library()? else { return Ok(()) };
        let Some(view) = counted.tree.folder(&TreePath::root(), usize::MAX) else { return Ok(()) };
        for top in view.children.iter().filter(|row| layer_in_library(&row.name) == layer) {
            let path = TreePath::root().join(&top.name);
            if layer == UsageLayer::Catalog {
                rows.add(library_row(layer, path, top));
            } else if let Some(view) = counted.tree.folder(&path, usize::MAX) {
                view.children.iter().for_each(|row| {
                    rows.add(library_row(layer, path.join(&row.name), row));
                });
                rows.add_own(view.own_bytes);
            }
        }
        if layer == UsageLayer::Catalog {
            rows.add_own(view.own_bytes);
        }
        Ok(())
    }

    /// Each project with its files that the filter means.
    pub(super) fn projects_by(&self, summary: &Summary, filter: &Filter) -> Result<Subject> {
        let mut rows = Rows::default();
        for project in self.counted_projects()? {
            let Some(sums) = summary.projects.get(&project.id) else { continue };
            let found = match filter {
                Filter::Class(class) => sums.types.get(class_name(*class)),
                Filter::Age(age) => sums.ages.get(age_name(*age)),
                Filter::All | Filter::Extension(..) => None,
            };
            let key = Key::Files(project.id, filter.clone(), TreePath::root()).to_string();
            let sums = found.copied().unwrap_or_default();
            let row = plain_row(key, &project.name, UsageKind::Project, sums);
            let class = match filter {
                Filter::Class(class) => (*class).into(),
                _ => row.class,
            };
            let project = Some(project.id.to_string());
            rows.add(UsageRow { class, can_open: true, project, ..row });
        }
        let kind = match filter {
            Filter::Age(_) => UsageKind::Age,
            _ => UsageKind::Type,
        };
        Ok(Subject::of_rows(kind, rows))
    }
}

/// A folder of the library's own.
pub(super) fn library_folder(
    tree: &Tree,
    layer: UsageLayer,
    path: &TreePath,
    limit: usize,
) -> Option<Subject> {
    let top = path.names().next()?;
    if layer_in_library(top) != layer {
        return None;
    }
    let Some(view) = tree.folder(path, limit) else { return file_at(tree, path) };
    let mut rows = Rows::default();
    for row in &view.children {
        rows.add(library_row(layer, path.join(&row.name), row));
    }
    rows.add_rest(view.rest.as_ref().map(Sums::from).unwrap_or_default());
    rows.add_own(view.own_bytes);
    let mut subject = Subject::of_rows(UsageKind::Folder, rows);
    if layer == UsageLayer::Trash {
        subject.reclaimable = subject.sums.bytes;
    }
    Some(subject)
}

fn library_row(layer: UsageLayer, path: TreePath, row: &undercroft_usage::Row) -> UsageRow {
    let kind = match row.kind {
        RowKind::Folder => UsageKind::Folder,
        RowKind::File => UsageKind::File,
    };
    let key = Key::Library(layer, path).to_string();
    let shown = plain_row(key, &escape_name(&row.name), kind, row_sums(row));
    UsageRow {
        layer: Some(layer),
        class: row.class.into(),
        reclaimable_bytes: if layer == UsageLayer::Trash { row.bytes } else { 0 },
        can_open: row.kind == RowKind::Folder,
        ..shown
    }
}

fn layer_row(layer: UsageLayer, summary: &Summary, sums: Sums) -> UsageRow {
    let row = plain_row(Key::Layer(layer).to_string(), layer_text(layer), UsageKind::Layer, sums);
    let live = || summary.projects.values().filter(|project| !project.is_trashed);
    let reclaimable = match layer {
        UsageLayer::Trash => sums.bytes,
        UsageLayer::Working => live().map(|project| project.rebuildable).sum(),
        UsageLayer::Versions => live().map(|project| project.thinnable).sum(),
        _ => 0,
    };
    UsageRow {
        layer: Some(layer),
        reclaimable_bytes: reclaimable.min(sums.bytes),
        can_open: true,
        ..row
    }
}

/// The part of a layer that goes with no project.
fn unowned(layer: UsageLayer, summary: &Summary) -> Sums {
    let mut owned = Sums::default();
    for project in summary.projects.values() {
        if project.is_trashed {
            match layer {
                UsageLayer::Trash => owned.add(project.working),
                UsageLayer::Working => {}
                _ => owned.add(layer_sums(project, layer)),
            }
        } else {
            owned.add(layer_sums(project, layer));
        }
    }
    less(summary.layer(layer), owned)
}

fn less(all: Sums, part: Sums) -> Sums {
    Sums {
        bytes: all.bytes.saturating_sub(part.bytes),
        apparent: all.apparent.saturating_sub(part.apparent),
        files: all.files.saturating_sub(part.files),
        newest: all.newest,
    }
}

fn over<'s>(summary: &'s Summary, of: impl Fn(&'s ProjectSums) -> Option<&'s Sums>) -> Sums {
    let mut sums = Sums::default();
    summary.projects.values().filter_map(of).for_each(|each| sums.add(*each));
    sums
}
