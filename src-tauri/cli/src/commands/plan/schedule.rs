//! Schedules as they are typed and shown: `daily 12:30`, `weekly mon,fri 18:00`.

use undercroft_api::wire::Schedule;
use undercroft_foundation::{Code, Error, Result};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The forms of a schedule, for the help.
pub(super) const FORMS: &str = "usual, manual, \"hourly MINUTE\", \"daily HH:MM\", \
     \"weekly mon,fri HH:MM\", \"monthly DAY HH:MM\", \"cron 30 12 * * 1-5\" or \"changes COUNT\"";

/// A schedule from what was typed.
pub(super) fn parse(text: &str) -> Result<Schedule> {
    let words: Vec<_> = text.split_whitespace().collect();
    let understood = match words[..] {
        ["usual"] => Some(Schedule::Usual),
        ["manual"] => Some(Schedule::Manual),
        ["hourly"] => Some(Schedule::Hourly { minute: 0 }),
        ["hourly", minute] => minute.parse().ok().map(|minute| Schedule::Hourly { minute }),
        ["daily", at] => Some(Schedule::Daily { at: at.to_owned() }),
        ["weekly", days, at] => {
            let days = days.split(',').map(day).collect::<Option<Vec<_>>>();
            days.map(|weekdays| Schedule::Weekly { weekdays, at: at.to_owned() })
        }
        ["monthly", day, at] => {
            day.parse().ok().map(|day| Schedule::Monthly { day, at: at.to_owned() })
        }
        ["cron", ..] => Some(Schedule::Cron { expression: words[1..].join(" ") }),
        ["changes", versions] => {
            versions.parse().ok().map(|versions| Schedule::AfterChanges { versions })
        }
        _ => None,
    };
    understood.ok_or_else(|| {
        Error::new(Code::Invalid, format!("Cannot understand the schedule {text:?}"))
            .why("It is none of the forms that there are")
            .next(format!("Write {FORMS}"))
    })
}

/// A schedule as it could be typed.
pub(super) fn shown(schedule: &Schedule) -> String {
    match schedule {
        Schedule::Usual => "usual".to_owned(),
        Schedule::Manual => "manual".to_owned(),
        Schedule::Hourly { minute } => format!("hourly {minute}"),
        Schedule::Daily { at } => format!("daily {at}"),
        Schedule::Weekly { weekdays, at } => {
            let name = |day: &u8| DAYS.get(usize::from(*day).wrapping_sub(1)).copied();
            let days: Vec<_> = weekdays.iter().filter_map(name).collect();
            format!("weekly {} {at}", days.join(","))
        }
        Schedule::Monthly { day, at } => format!("monthly {day} {at}"),
        Schedule::Cron { expression } => format!("cron {expression}"),
        Schedule::AfterChanges { versions } => format!("changes {versions}"),
    }
}

fn day(name: &str) -> Option<u8> {
    let found = DAYS.iter().position(|day| *day == name.to_lowercase())?;
    u8::try_from(found + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed() {
        for text in [
            "usual",
            "manual",
            "hourly 15",
            "daily 12:30",
            "weekly mon,sun 18:00",
            "monthly 31 06:00",
            "cron 30 12 * * 1-5",
            "changes 20",
        ] {
            assert_eq!(shown(&parse(text).unwrap()), text);
        }
        for wrong in ["", "daily", "weekly someday 12:00", "hourly x", "yearly 1", "changes -1"] {
            assert_eq!(parse(wrong).unwrap_err().code(), Code::Invalid, "{wrong}");
        }
    }
}
