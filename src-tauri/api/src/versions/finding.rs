//! The version or the side that a text means.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use undercroft_foundation::{Code, Error, Result, text};
use undercroft_history::{self as history, VersionFilter};

use crate::Api;

/// The side on which a file is looked at.
pub(crate) enum Side {
    /// In a version.
    Version(history::Version),
    /// On disk.
    Disk(history::Workspace),
}

impl Api {
    /// The version that `text` means: its id, the beginning or the end of one, its name,
    /// `latest:WORKSPACE`, or `WORKSPACE@TIME` for how it was then.
    pub(crate) fn find_version(&self, text: &str) -> Result<history::Version> {
        if let Ok(id) = text.parse() {
            return self.0.history.version(id);
        }
        if let Some(workspace) = text.strip_prefix("latest:") {
            return self.version_at(workspace, None);
        }
        if text.trim().is_empty() {
            return Err(Error::new(Code::Invalid, "No version is named")
                .why("The name is empty")
                .next("List the versions that there are: `undercroft version list`"));
        }
        let mut found = self.0.history.find_versions(None, text)?;
        if found.len() > 1 && found.iter().any(|version| version.name.as_deref() == Some(text)) {
            found.retain(|version| version.name.as_deref() == Some(text));
        }
        match (found.len(), found.pop()) {
            (1, Some(version)) => Ok(version),
            (0, _) => match text.rsplit_once('@') {
                Some((workspace, when)) => {
                    let when = moment(
                        when,
                        &self.0.library.world().clock.now().to_zoned(TimeZone::system()),
                    )?;
                    self.version_at(workspace, Some(when))
                }
                None => Err(Error::new(
                    Code::NotFound,
                    text!("There is no version {text}", text = format!("{text:?}")),
                )
                .next("List the versions that there are: `undercroft version list`")),
            },
            (count, last) => {
                let shown = |it: &history::Version| format!("{} ({})", it.id, it.message);
                let list: Vec<_> = found.iter().chain(&last).map(shown).collect();
                Err(Error::new(
                    Code::Invalid,
                    text!("{text} may mean {count} versions", text = format!("{text:?}"), count),
                )
                .why(text!("It could be {candidates}", candidates = list.join(", ")))
                .next("Give more of the id, or the whole of it"))
            }
        }
    }

    /// The newest version of a workspace, or the newest that there was at a moment.
    fn version_at(&self, workspace: &str, when: Option<Timestamp>) -> Result<history::Version> {
        let workspace = self.find_workspace(workspace)?;
        // Up to and with the moment.
        let until =
            when.map(|when| when.saturating_add(Span::new().milliseconds(1)).unwrap_or(when));
        let filter = VersionFilter { until, limit: 1, ..VersionFilter::default() };
        let found = self.0.history.versions(workspace.id, &filter)?.pop();
        found.ok_or_else(|| {
            let what = match when {
                Some(when) => format!("There was no version yet at {when}"),
                None => "There is no version yet".to_owned(),
            };
            Error::new(Code::NotFound, what).next("Make one: `undercroft version save`")
        })
    }

    /// The side that `text` means: a version, or what is on disk of a workspace. `now` alone is the
    /// disk of the workspace that the version `beside` is of.
    pub(crate) fn find_side(&self, text: &str, beside: Option<&str>) -> Result<Side> {
        if let Some(workspace) = text.strip_prefix("now:") {
            return Ok(Side::Disk(self.find_workspace(workspace)?));
        }
        match (text, beside) {
            ("now", Some(other)) => {
                let workspace = self.find_version(other)?.workspace;
                Ok(Side::Disk(self.0.history.workspace(workspace)?))
            }
            _ => Ok(Side::Version(self.find_version(text)?)),
        }
    }
}

/// A moment as people write it: a date, a date and time, or how long ago (`2h`).
fn moment(text: &str, now: &Zoned) -> Result<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let zone = now.time_zone().clone();
    if let Ok(date) = text.parse::<jiff::civil::DateTime>()
        && let Ok(moment) = date.to_zoned(zone)
    {
        return Ok(moment.timestamp());
    }
    if let Ok(span) = text.parse::<Span>()
        && let Ok(then) = now.checked_sub(span.abs())
    {
        return Ok(then.timestamp());
    }
    Err(Error::new(Code::Invalid, text!("{text} is no moment", text = format!("{text:?}"))).next(
        "Write a date such as 2026-03-09, a time such as 2026-03-09T14:00, or how long ago: 2h, 3d",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        let now: Zoned = "2026-03-09T14:00:00+01:00[Europe/Berlin]".parse().unwrap();
        let read = |text: &str| moment(text, &now).map(|it| it.to_string());
        assert_eq!(read("2h").unwrap(), "2026-03-09T11:00:00Z");
        assert_eq!(read("1d").unwrap(), "2026-03-08T13:00:00Z");
        assert_eq!(read("2026-03-08").unwrap(), "2026-03-07T23:00:00Z");
        assert_eq!(read("2026-03-08T10:30").unwrap(), "2026-03-08T09:30:00Z");
        assert_eq!(read("2026-03-08T10:30:00Z").unwrap(), "2026-03-08T10:30:00Z");
        assert!(read("yesterday-ish").is_err() && read("").is_err());
    }
}
