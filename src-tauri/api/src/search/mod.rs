//! One search: every file, there or gone, in versions, backups and archives, by its name or by the
//! text of the newest versions. Places are looked through side by side and within a set time; one
//! that cannot be read costs itself, and is named.

mod asking;
mod found;
mod places;
pub(crate) mod wire;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crossbeam_channel::{Receiver, after, select, unbounded};
use undercroft_foundation::{Code, Error, Job, NameQuery, ProjectId, Result, answer_within};
use undercroft_history::TreePath;
use undercroft_library::{Project, ProjectFilter, ProjectStatus};

pub(crate) use asking::Searches;

use crate::Api;
use crate::base::names::names;
use found::{AllFound, Found};
use places::{Place, SearchOrder};
use wire::{HitState, Search, SearchHit, SearchResult, UnreadPlace};

/// The number of hits that are given when nobody says, and at most.
const HITS: (u32, u32) = (100, 1_000);
/// A search ends after this time, whatever is left to look through.
const MOST_TIME: Duration = Duration::from_secs(10);
/// A search that was cancelled ends within this time.
const TICK: Duration = Duration::from_millis(50);
/// Places get this time to hand over what they have when a search ends early.
const GRACE: Duration = Duration::from_millis(300);
/// A disk gets this time to tell which files are there.
const DISK_TIME: Duration = Duration::from_secs(1);

/// The answer of a place, by its number.
type Told = (usize, Result<(Vec<Found>, bool)>);

impl Api {
    /// Looks for files in the versions, backups and archives of all projects, also for ones that
    /// are gone. Places that cannot be read are told of.
    ///
    /// # Errors
    /// [`Code::Invalid`] for nothing to look for, [`Code::NotFound`] for a project that there is
    /// not, [`Code::Cancelled`] when the same asker began another search.
    pub fn search(&self, request: Search) -> Result<SearchResult> {
        let order = SearchOrder {
            query: NameQuery::new(&request.text)?,
            project: request.project.as_deref().map(|it| self.project_of(it)).transpose()?,
            content: request.content,
            limit: request.limit.unwrap_or(HITS.0).clamp(1, HITS.1) as usize,
            text: request.text,
        };
        let projects = self.projects_by_id()?;
        let groups = self.places_to_search(&order, request.quick, &projects)?;
        let asker = request.asker.as_deref();
        let (number, job) = self.0.searches.begin(asker);
        let gathered = self.gather(groups, &order, job);
        if self.0.searches.end(asker, number) {
            return Err(Error::new(Code::Cancelled, "Another search was begun"));
        }
        let (found, unread, more) = gathered;
        let mut all = found.into_sorted();
        let more = more || all.len() > order.limit;
        all.truncate(order.limit);
        self.look_on_disk(&mut all, &projects);
        all.sort_by_key(Found::order);
        let hits = all.into_iter().map(|found| hit(found, &projects)).collect();
        Ok(SearchResult { hits, unread, more })
    }

    /// A project, or one that lives on in archives alone.
    fn project_of(&self, text: &str) -> Result<ProjectId> {
        self.find_project(text).map(|project| project.id).or_else(|error| {
            let archive = self.0.archives.find(text).map_err(|_| error)?;
            Ok(archive.manifest.project.id)
        })
    }

    fn projects_by_id(&self) -> Result<BTreeMap<ProjectId, Project>> {
        let all = [ProjectStatus::Active, ProjectStatus::Archived, ProjectStatus::Trashed];
        let mut projects = BTreeMap::new();
        for status in all {
            let filter = ProjectFilter { status: Some(status), ..ProjectFilter::default() };
            let listed = self.0.library.projects().list(&filter)?;
            projects.extend(listed.into_iter().map(|project| (project.id, project)));
        }
        Ok(projects)
    }

    /// The places, in groups that are looked through one after another.
    fn places_to_search(
        &self,
        order: &SearchOrder,
        quick: bool,
        projects: &BTreeMap<ProjectId, Project>,
    ) -> Result<Vec<Vec<Place>>> {
        let is_meant = |id| order.project.is_none_or(|wanted| wanted == id);
        let has_versions = |it: &&Project| is_meant(it.id) && self.0.history.is_begun(it.id);
        let begun = projects.values().filter(has_versions).cloned();
        let mut groups = vec![begun.map(Place::Versions).collect::<Vec<_>>()];
        if !order.content {
            let mut archives = self.0.archives.list()?;
            archives.retain(|it| it.manifest.trashed.is_none() && is_meant(it.manifest.project.id));
            let (here, away): (Vec<_>, Vec<_>) =
                archives.into_iter().partition(|it| it.manifest.location.is_none() || it.is_there);
            let place = |archive| Place::Archive(Box::new(archive));
            groups.push(here.into_iter().map(place).collect());
            if !quick {
                groups.push(away.into_iter().map(place).collect());
                let destinations = self.0.backups.destinations().list()?;
                groups.extend(destinations.into_iter().map(|it| vec![Place::Backups(it)]));
            }
        }
        groups.retain(|group| !group.is_empty());
        Ok(groups)
    }

    /// Looks through all places; gives what they hold, those that were not read, and whether there
    /// may be more.
    fn gather(
        &self,
        groups: Vec<Vec<Place>>,
        order: &SearchOrder,
        job: Job,
    ) -> (AllFound, Vec<UnreadPlace>, bool) {
        let mut waiting: BTreeMap<usize, Place> = BTreeMap::new();
        let (send, told) = unbounded::<Told>();
        for group in groups {
            let group: Vec<_> = (waiting.len()..).zip(group).collect();
            waiting.extend(group.iter().cloned());
            let (api, order, job, send) = (self.clone(), order.clone(), job.step(), send.clone());
            let look = move || {
                for (number, place) in group {
                    let found = api.look_in_alone(&place, &order, &job);
                    if send.send((number, found)).is_err() {
                        break;
                    }
                }
            };
            // A thread that does not start tells nothing: its places are named as unread.
            let _ = std::thread::Builder::new().name("search".to_owned()).spawn(look);
        }
        drop(send);
        let mut gathered = (AllFound::default(), Vec::new(), false);
        let others = Some(&job);
        take(&told, &after(MOST_TIME), others, &mut waiting, &mut gathered);
        // Nobody waits for a question that another one took the place of.
        if !waiting.is_empty() && !job.is_cancelled() {
            job.cancel();
            take(&told, &after(GRACE), None, &mut waiting, &mut gathered);
        }
        let (found, mut unread, more) = gathered;
        let is_late = !waiting.is_empty();
        unread.extend(waiting.values().map(|place| place.unread(LATE)));
        (found, unread, more || is_late)
    }

    /// Marks what is in its project's folder though no version holds it now.
    fn look_on_disk(&self, all: &mut [Found], projects: &BTreeMap<ProjectId, Project>) {
        let mut asked: BTreeMap<&Path, Vec<(usize, TreePath)>> = BTreeMap::new();
        for (at, found) in all.iter().enumerate().filter(|(_, found)| !found.is_here) {
            let project = found.project.and_then(|id| projects.get(&id));
            let project = project.filter(|it| it.status == ProjectStatus::Active);
            if let Some(project) = project
                && self.0.library.require_confirmed(&project.root).is_ok()
            {
                asked.entry(&project.root).or_default().push((at, found.path.clone()));
            }
        }
        let mut there = Vec::new();
        for (root, paths) in asked {
            let look = move |root: &Path| {
                let is_there = |path: &TreePath| path.below(root).symlink_metadata().is_ok();
                paths.into_iter().filter(|(_, path)| is_there(path)).map(|(at, _)| at).collect()
            };
            // A drive that does not answer must not hold up the answer.
            there.extend(answer_within::<Vec<_>>(DISK_TIME, root, look).unwrap_or_default());
        }
        for at in there {
            let found = &mut all[at];
            (found.is_here, found.removed, found.renamed_to) = (true, None, None);
        }
    }
}

const LATE: &str = "It could not be searched in time";

/// Takes what places tell until all did, until it is over, or until the job is cancelled.
fn take<T>(
    told: &Receiver<Told>,
    over: &Receiver<T>,
    job: Option<&Job>,
    waiting: &mut BTreeMap<usize, Place>,
    (all, unread, more): &mut (AllFound, Vec<UnreadPlace>, bool),
) {
    while !waiting.is_empty() {
        let (number, found) = select! {
            recv(told) -> told => match told {
                Ok(told) => told,
                Err(_) => return,
            },
            recv(over) -> _ => return,
            default(TICK) => match job {
                Some(job) if job.is_cancelled() => return,
                _ => continue,
            },
        };
        let Some(place) = waiting.remove(&number) else { continue };
        match found {
            Ok((found, has_more)) => {
                *more |= has_more;
                found.into_iter().for_each(|found| all.add(found));
            }
            Err(error) if error.code() == Code::Cancelled => {
                *more = true;
                unread.push(place.unread(LATE));
            }
            Err(error) => unread.push(place.unread(&reason(&error))),
        }
    }
}

fn reason(error: &Error) -> String {
    let why = error.why_text();
    if why.is_empty() { error.what_text().to_owned() } else { why.to_owned() }
}

fn hit(found: Found, projects: &BTreeMap<ProjectId, Project>) -> SearchHit {
    let project = found.project.and_then(|id| projects.get(&id));
    let is_active = project.is_some_and(|it| it.status == ProjectStatus::Active);
    let state = match found.is_here && is_active {
        true => HitState::Here,
        false if !is_active && found.archives > 0 => HitState::Archived,
        false => HitState::Gone,
    };
    SearchHit {
        project: found.project.map(|id| id.to_string()),
        project_name: project.map_or(found.project_name, |project| project.name.clone()),
        workspace: found.workspace,
        path: names(&found.path),
        kind: found.kind,
        state,
        size_bytes: found.copy.size_bytes,
        modified: found.copy.modified,
        removed: found.removed,
        renamed_to: found.renamed_to.as_ref().map(names),
        versions: found.versions,
        backups: found.backups,
        archives: found.archives,
        line: found.line,
        preview: found.preview,
        newest: found.copy,
    }
}
