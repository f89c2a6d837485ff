//! The samples of each subject in a file of lines, which is added to.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use undercroft_foundation::{
    Code, Error, IoContext, Result, escape_name, make_folders, replace_file, sync_folder, text,
};

use super::Sample;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// One sample an hour is kept for so long, and one a day for so long.
const HOURS: i64 = 2 * DAY;
const DAYS: i64 = 2 * 365 * DAY;
/// A file is written anew when so many lines of it are of no use any more.
const USELESS_LINES: usize = 64;

/// The folder of the samples: a file for each subject.
#[derive(Debug, Clone)]
pub struct Samples {
    folder: PathBuf,
}

impl Samples {
    /// The samples in this folder, which is made when the first is added.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Adds a sample of `subject` (`library`, `project:ID`, `destination:ID`); false where the hour
    /// has one already. When it returns, the sample is durable.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a subject that cannot be one, and whatever keeps it from being written.
    pub fn add(&self, subject: &str, sample: &Sample) -> Result<bool> {
        let path = self.path(subject)?;
        make_folders(&self.folder)?;
        let (mut samples, lines) = read(&path)?;
        let hour = |sample: &Sample| sample.time.as_second().div_euclid(HOUR);
        if samples.iter().any(|other| hour(other) == hour(sample)) {
            return Ok(false);
        }
        samples.push(sample.clone());
        let kept = kept(&samples, sample.time);
        if lines + 1 > kept.len() + USELESS_LINES {
            let text = kept.into_iter().map(line).collect::<Result<String>>()?;
            replace_file(&path, text.as_bytes(), 0o600)?;
        } else {
            append(&path, &line(sample)?)?;
        }
        Ok(true)
    }

    /// The samples of `subject` from `since` on, oldest first.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a subject that cannot be one, and whatever keeps it from being read.
    pub fn trend(&self, subject: &str, since: Timestamp) -> Result<Vec<Sample>> {
        let (samples, _) = read(&self.path(subject)?)?;
        let Some(newest) = samples.iter().map(|sample| sample.time).max() else {
            return Ok(samples);
        };
        let kept = kept(&samples, newest).into_iter().filter(|sample| sample.time >= since);
        let mut kept: Vec<_> = kept.cloned().collect();
        kept.sort_by_key(|sample| sample.time);
        Ok(kept)
    }

    /// Forgets a subject that is no more.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a subject that cannot be one, and whatever keeps it from being removed.
    pub fn forget(&self, subject: &str) -> Result<()> {
        let path = self.path(subject)?;
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("remove", &path, source))
            }
            _ => Ok(()),
        }
    }

    fn path(&self, subject: &str) -> Result<PathBuf> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':');
        if subject.is_empty() || subject.len() > 200 || !subject.chars().all(is_plain) {
            let what = text!(
                "{name} is no subject of samples",
                name = format!("{:?}", escape_name(subject.as_bytes()))
            );
            return Err(Error::new(Code::Invalid, what));
        }
        // A colon is not taken by every file system.
        Ok(self.folder.join(format!("{}.jsonl", subject.replace(':', "."))))
    }
}

/// The samples in a file, as they were added, and the number of its lines. A line that was torn by a
/// crash is no sample.
fn read(path: &Path) -> Result<(Vec<Sample>, usize)> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(source) => return Err(Error::io("read", path, source)),
    };
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let samples = lines.clone().filter_map(|line| serde_json::from_slice(line).ok()).collect();
    Ok((samples, lines.count()))
}

fn line(sample: &Sample) -> Result<String> {
    let text = serde_json::to_string(sample);
    let text = text.map_err(|source| {
        Error::new(Code::Internal, "Cannot write down a sample").because(source)
    })?;
    Ok(text + "\n")
}

fn append(path: &Path, line: &str) -> Result<()> {
    let is_new = !path.exists();
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(0o600);
    let mut file = options.open(path).at("open", path)?;
    let text = if ends_torn(&mut file).at("read", path)? {
        // What a crash left of a line stays a line of its own.
        format!("\n{line}")
    } else {
        line.to_owned()
    };
    file.write_all(text.as_bytes()).at("write", path)?;
    file.sync_all().at("sync", path)?;
    match path.parent().filter(|_| is_new) {
        Some(folder) => sync_folder(folder),
        None => Ok(()),
    }
}

fn ends_torn(file: &mut File) -> std::io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The samples that stay at `now`, as they were added: of each hour, or later of each day, the one
/// that was added last. Those of a clock that ran ahead are kept as those before are.
fn kept(samples: &[Sample], now: Timestamp) -> Vec<&Sample> {
    let now = now.as_second();
    let (mut hours, mut days) = (BTreeSet::new(), BTreeSet::new());
    let mut kept: Vec<_> = samples
        .iter()
        .rev()
        .filter(|sample| {
            let time = sample.time.as_second();
            let age = now.abs_diff(time) as i64;
            let is_of_day = age < DAYS && days.insert(time.div_euclid(DAY));
            is_of_day || (age < HOURS && hours.insert(time.div_euclid(HOUR)))
        })
        .collect();
    kept.reverse();
    kept
}
