//! How things stand in one sentence, and what runs in another: what every face shows.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use undercroft_foundation::{Text, TextValue, text};

use super::health::is_under_way;
use super::wire::{Concern, Health, WaitingPlan};
use crate::jobs::wire::JobView;
use crate::plans::wire::ScheduleState;

/// The facts that the sentence is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing<'a> {
    /// The health, whatever runs.
    pub(super) health: Health,
    pub(super) projects: u64,
    pub(super) protected: u64,
    pub(super) concerns: &'a [Concern],
    pub(super) waiting: Option<&'a WaitingPlan>,
    pub(super) schedule: &'a ScheduleState,
    pub(super) last_backup: Option<Timestamp>,
    pub(super) last_proven: Option<Timestamp>,
    pub(super) now: Timestamp,
}

impl Standing<'_> {
    /// How things stand.
    pub(super) fn sentence(&self) -> Text {
        let protected = match self.protected {
            0 => text!("No project protected"),
            count => text!("{projects} protected", projects = TextValue::count(count, "project")),
        };
        match self.health {
            Health::Error => match self.concerns.first() {
                Some(Concern { subject, reason, .. }) => {
                    text!("Work may be lost: {subject}, {reason}", subject, reason)
                }
                None => protected,
            },
            Health::Paused => text!("{paused}. {protected}", paused = self.paused(), protected),
            Health::Warning => match self.concerns.len() as u64 {
                1 => text!("{protected}, 1 thing needs attention", protected),
                count => text!("{protected}, {count} things need attention", protected, count),
            },
            Health::Waiting => match self.waiting {
                Some(WaitingPlan { name, waiting }) => {
                    text!("{protected}. {name} {waits}", protected, name, waits = waiting.text)
                }
                None => protected,
            },
            Health::Protected => self.all_well(),
            Health::Running | Health::Empty => match self.projects {
                0 => text!("No projects yet"),
                _ => protected,
            },
        }
    }

    fn paused(&self) -> Text {
        if self.schedule.by_setting {
            return text!("Backups are off in the settings");
        }
        match self.schedule.until {
            Some(until) => text!("Backups are paused until {until}", until = self.moment(until)),
            None => text!("Backups are paused"),
        }
    }

    fn all_well(&self) -> Text {
        let mut sentence = match self.projects {
            1 => text!("1 project is protected"),
            all if all == self.protected => text!("All {all} projects are protected", all),
            all => text!("{some} of {all} projects are protected", some = self.protected, all),
        };
        if let Some(backup) = self.last_backup {
            sentence += text!(". Last backup {backup}", backup = self.moment(backup));
            sentence += match self.last_proven {
                Some(proven) => text!(", last verified {proven}", proven = self.moment(proven)),
                None => text!(", not verified yet"),
            };
        }
        sentence
    }

    /// A moment as people say it: the time today, else the day and the time.
    fn moment(&self, moment: Timestamp) -> Text {
        let zone = TimeZone::system();
        let (then, now) = (moment.to_zoned(zone.clone()), self.now.to_zoned(zone));
        let time = then.strftime("%H:%M").to_string();
        if then.date() == now.date() {
            return text!("today at {time}", time);
        }
        let has_year = then.year() != now.year();
        let day = TextValue::Day(then.date(), has_year);
        if has_year { text!("{day}", day) } else { text!("{day}, {time}", day, time) }
    }
}

/// The work that is under way, and how far it is once that is known.
pub(super) fn running(jobs: &[JobView]) -> Option<Text> {
    let running: Vec<&JobView> = jobs.iter().filter(|job| is_under_way(job)).collect();
    let what = match running.as_slice() {
        [] => return None,
        [job] => job.title.to_text(),
        several => text!("{jobs} running", jobs = TextValue::count(several.len() as u64, "job")),
    };
    Some(match percent(&running) {
        Some(percent) => text!("{what}, {percent} %", what, percent),
        None => what,
    })
}

/// The progress of all of them together, once each knows how much it has to do.
fn percent(jobs: &[&JobView]) -> Option<u64> {
    let total: u64 = jobs.iter().map(|job| job.progress.bytes_total).sum();
    let done: u64 = jobs.iter().map(|job| job.progress.bytes_done).sum();
    if total == 0 || jobs.iter().any(|job| !job.progress.totals_settled) {
        return None;
    }
    Some((done.min(total) * 100) / total)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: &str = "2026-01-02T12:00:00Z";

    fn said(health: Health, protected: u64, reasons: &[&str], schedule: &ScheduleState) -> Text {
        let concerns: Vec<Concern> = reasons
            .iter()
            .map(|reason| {
                serde_json::from_value(json!({
                    "key": "k", "kind": "alert", "level": "error", "subject": "Atlas",
                    "reason": reason,
                }))
                .unwrap()
            })
            .collect();
        Standing {
            health,
            projects: 3,
            protected,
            concerns: &concerns,
            waiting: None,
            schedule,
            last_backup: Some("2025-12-24T12:00:00Z".parse().unwrap()),
            last_proven: None,
            now: NOW.parse().unwrap(),
        }
        .sentence()
    }

    #[test]
    fn the_sentence_says_what_the_health_means() {
        let on: ScheduleState = serde_json::from_value(json!({"paused": false})).unwrap();
        let said = |health, protected, reasons: &[&str]| said(health, protected, reasons, &on);
        assert_eq!(said(Health::Error, 3, &["all gone"]), "Work may be lost: Atlas, all gone");
        assert_eq!(
            said(Health::Warning, 2, &["a"]),
            "2 projects protected, 1 thing needs attention"
        );
        assert_eq!(
            said(Health::Warning, 0, &["a", "b"]),
            "No project protected, 2 things need attention"
        );
        let well = said(Health::Protected, 3, &[]);
        assert_eq!(well, "All 3 projects are protected. Last backup 24 Dec 2025, not verified yet");
        assert_eq!(said(Health::Empty, 0, &[]), "No project protected");
    }

    #[test]
    fn a_pause_is_said_with_its_end() {
        let paused = |schedule| {
            let schedule: ScheduleState = serde_json::from_value(schedule).unwrap();
            said(Health::Paused, 3, &[], &schedule)
        };
        let open = paused(json!({"paused": true}));
        assert_eq!(open, "Backups are paused. 3 projects protected");
        let off = paused(json!({"paused": true, "bySetting": true}));
        assert_eq!(off, "Backups are off in the settings. 3 projects protected");
        let ending = paused(json!({"paused": true, "until": "2026-03-02T12:00:00Z"}));
        assert!(ending.starts_with("Backups are paused until 2 Mar, "), "{ending}");
    }

    fn job(kind: &str, state: &str, done: u64, total: u64, settled: bool) -> JobView {
        serde_json::from_value(json!({
            "id": "j", "kind": kind, "title": "Back up Atlas to Shelf", "state": state,
            "progress": {
                "bytesDone": done, "bytesTotal": total, "filesDone": 0, "filesTotal": 0,
                "totalsSettled": settled, "bytesPerSecond": 0,
            },
            "current": "", "started": "2026-01-02T03:04:05Z",
        }))
        .unwrap()
    }

    #[test]
    fn what_runs_is_named_with_its_percentage_once_the_total_is_known() {
        let counting = [job("backup", "running", 5, 10, false)];
        assert_eq!(running(&counting).unwrap(), "Back up Atlas to Shelf");
        let jobs = [
            job("backup", "running", 10, 10, true),
            job("restore", "queued", 0, 30, true),
            job("backup", "succeeded", 7, 7, true),
        ];
        assert_eq!(running(&jobs).unwrap(), "2 jobs running, 25 %");
        assert_eq!(running(&[job("refresh", "running", 0, 0, false)]), None);
    }
}
