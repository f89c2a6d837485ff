//! The saved scans of one project: the newest whole, and ever fewer older ones, thinned.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use undercroft_foundation::{Code, Error, IoContext, Result, make_folders};

use crate::tree::Tree;

use super::format::{load, save};

const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;
/// One scan a day is kept for so long, and one a week for so long.
const DAYS: i64 = 14 * DAY;
const WEEKS: i64 = 26 * WEEK;

const WHOLE: &str = "scan";
const THIN: &str = "thin";

/// The folder of a project's saved scans.
#[derive(Debug, Clone)]
pub struct Scans {
    folder: PathBuf,
}

/// A saved scan: its time in seconds, and whether it is thinned.
type Saved = (i64, bool);

impl Scans {
    /// The scans in this folder, which is made when the first is saved.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Keeps a scan, lets older ones go that are too many, and thins those that stay.
    ///
    /// # Errors
    /// Whatever keeps it from being written; older scans are then as they were.
    pub fn save(&self, tree: &Tree) -> Result<()> {
        make_folders(&self.folder)?;
        let now = tree.scanned().as_second();
        save(tree, &self.path((now, tree.is_thinned())))?;
        let all = self.saved()?;
        let kept = kept(&all, now);
        for scan in all {
            let path = self.path(scan);
            if !kept.contains(&scan.0) || (scan.1 && scan.0 == now && !tree.is_thinned()) {
                fs::remove_file(&path).at("remove", &path)?;
            } else if !scan.1 && scan.0 != now {
                self.thin(scan.0, &path)?;
            }
        }
        Ok(())
    }

    /// The times of the scans, oldest first.
    ///
    /// # Errors
    /// Whatever keeps the folder from being read.
    pub fn list(&self) -> Result<Vec<Timestamp>> {
        let mut times: Vec<_> = self.saved()?.into_iter().map(|(time, _)| time).collect();
        times.dedup();
        Ok(times.into_iter().filter_map(|time| Timestamp::from_second(time).ok()).collect())
    }

    /// The scan that is nearest to this time; none where there are none.
    ///
    /// # Errors
    /// As [`load`].
    pub fn nearest(&self, time: Timestamp) -> Result<Option<Tree>> {
        let distance = |scan: &Saved| (scan.0.abs_diff(time.as_second()), scan.1);
        let nearest = self.saved()?.into_iter().min_by_key(distance);
        nearest.map(|scan| load(&self.path(scan))).transpose()
    }

    /// The newest scan; none where there are none.
    ///
    /// # Errors
    /// As [`load`].
    pub fn newest(&self) -> Result<Option<Tree>> {
        let newest = self.saved()?.into_iter().max_by_key(|(time, is_thin)| (*time, !is_thin));
        newest.map(|scan| load(&self.path(scan))).transpose()
    }

    /// A scan that is damaged tells nothing, and goes.
    fn thin(&self, time: i64, path: &Path) -> Result<()> {
        match load(path) {
            Ok(tree) => save(&tree.thin(), &self.path((time, true)))?,
            Err(error) if error.code() == Code::Damaged => {
                tracing::warn!(%error, "a saved scan is damaged and is removed");
            }
            Err(error) => return Err(error),
        }
        fs::remove_file(path).at("remove", path)
    }

    fn path(&self, (time, is_thin): Saved) -> PathBuf {
        self.folder.join(format!("{time}.{}", if is_thin { THIN } else { WHOLE }))
    }

    /// The scans by time; of one time the whole one first.
    fn saved(&self) -> Result<Vec<Saved>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(Error::io("list", &self.folder, source)),
        };
        let mut saved = Vec::new();
        for entry in entries {
            let name = entry.at("list", &self.folder)?.file_name();
            let Some((time, kind)) = name.to_str().and_then(|name| name.split_once('.')) else {
                continue;
            };
            if let (Ok(time), WHOLE | THIN) = (time.parse(), kind) {
                saved.push((time, kind == THIN));
            }
        }
        saved.sort_unstable();
        Ok(saved)
    }
}

/// The times that stay: this one, and the last of each day and week near it. Times after it, as a
/// clock that was set back leaves them, are kept as those before it are.
fn kept(all: &[Saved], now: i64) -> BTreeSet<i64> {
    let mut kept = BTreeSet::from([now]);
    let (mut days, mut weeks) = (BTreeSet::new(), BTreeSet::new());
    for (time, _) in all.iter().rev() {
        let age = now.abs_diff(*time) as i64;
        let is_of_day = age < DAYS && days.insert(time.div_euclid(DAY));
        let is_of_week = age < WEEKS && weeks.insert(time.div_euclid(WEEK));
        if is_of_day || is_of_week {
            kept.insert(*time);
        }
    }
    kept
}
