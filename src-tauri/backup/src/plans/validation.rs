//! The limits of what a plan may say.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use undercroft_foundation::{Code, Error, Result, Text, text};
use undercroft_repository::exclude::Patterns;
use undercroft_repository::retention::CalendarSpan;

use super::{HookCommand, Plan, PlanProjects, PlanSpec, Plans, Retention};
use crate::names;
use crate::schedule::Schedule;

/// A hook that takes longer than a day was forgotten.
const LONGEST_HOOK_SECONDS: u32 = 24 * 60 * 60;

/// The name of a plan, without spaces around it.
pub(super) fn check_name(name: &str) -> Result<String> {
    names::check_name("plan", name)
}

/// Goes on unless one of `others` has the name.
pub(super) fn refuse_taken<'a>(
    name: &str,
    mut others: impl Iterator<Item = &'a Plan>,
) -> Result<()> {
    match others.find(|other| other.name.to_lowercase() == name.to_lowercase()) {
        None => Ok(()),
        Some(other) => Err(Error::new(
            Code::AlreadyExists,
            text!("Cannot call a plan {name}", name = format!("{name:?}")),
        )
        .why(text!("The plan {other} is called so", other = other.id))
        .next("Choose another name")),
    }
}

impl Plans {
    /// Goes on when a plan may say this.
    ///
    /// # Errors
    /// [`Code::Invalid`] with what is wrong with it, and [`Code::NotFound`] for a project or
    /// destination that there is not.
    pub fn check(&self, spec: &PlanSpec) -> Result<()> {
        self.check_projects(spec)?;
        self.check_targets(spec)?;
        let zone = check_zone(spec.time_zone.as_deref())?;
        check_schedule(&spec.schedule, &zone, self.library.world().clock.now())?;
        check_quiet_hours(spec)?;
        for (when, hook) in [("before", &spec.before), ("after", &spec.after)] {
            hook.as_ref().map_or(Ok(()), |hook| check_hook(when, hook))?;
        }
        if spec.exclude.iter().any(|pattern| pattern.trim().is_empty()) {
            return Err(refuse("A pattern of what is left out is empty", "Take it out"));
        }
        Patterns::parse(&spec.exclude)?;
        check_numbers(spec)
    }

    fn check_projects(&self, spec: &PlanSpec) -> Result<()> {
        match &spec.projects {
            PlanProjects::All => Ok(()),
            PlanProjects::Tagged { tags } if tags.iter().all(|tag| tag.trim().is_empty()) => {
                Err(refuse("It is of the projects with a tag, and names none", "Name a tag"))
            }
            PlanProjects::Tagged { .. } => Ok(()),
            PlanProjects::Chosen { projects } if projects.is_empty() && !spec.library => {
                Err(refuse("It has no project", "Choose at least one project"))
            }
            PlanProjects::Chosen { projects } => {
                projects.iter().try_for_each(|id| self.library.projects().get(*id).map(drop))
            }
        }
    }

    fn check_targets(&self, spec: &PlanSpec) -> Result<()> {
        if spec.targets.is_empty() {
            let next = "Choose at least one destination, best on another drive";
            return Err(refuse("It has no destination", next));
        }
        for (index, target) in spec.targets.iter().enumerate() {
            let destination = self.destinations.get(target.destination)?;
            if spec.targets[..index].iter().any(|other| other.destination == destination.id) {
                let why = text!(
                    "It names the destination {destination} twice",
                    destination = destination.name
                );
                return Err(refuse(why, "Name it once"));
            }
            for (name, length) in target.retention.iter().flat_map(Retention::lengths) {
                if let Some(length) =
                    length.filter(|length| length.parse::<CalendarSpan>().is_err())
                {
                    let why = text!(
                        "{name} is {length}, which is no length of time",
                        name,
                        length = format!("{length:?}")
                    );
                    return Err(refuse(why, "Write it like 1y5m7d2h"));
                }
            }
        }
        Ok(())
    }
}

fn check_zone(name: Option<&str>) -> Result<TimeZone> {
    let Some(name) = name else { return Ok(TimeZone::system()) };
    TimeZone::get(name).map_err(|source| {
        refuse(
            text!("There is no time zone {name}", name = format!("{name:?}")),
            "Name it like Europe/Vienna",
        )
        .because(source)
    })
}

fn check_schedule(schedule: &Schedule, zone: &TimeZone, now: Timestamp) -> Result<()> {
    match schedule {
        Schedule::Hourly { minute } if *minute > 59 => {
            Err(refuse("An hour has no such minute", "Choose a minute from 0 to 59"))
        }
        Schedule::Weekly { weekdays, .. }
            if weekdays.is_empty() || weekdays.iter().any(|day| !(1..=7).contains(day)) =>
        {
            let next = "Choose from 1, for Monday, to 7, for Sunday";
            Err(refuse("It names no day of the week", next))
        }
        Schedule::Monthly { day, .. } if !(1..=31).contains(day) => {
            Err(refuse("A month has no such day", "Choose a day from 1 to 31"))
        }
        Schedule::AfterChanges { versions: 0 } => {
            Err(refuse("It runs after no change at all", "Choose at least 1"))
        }
        Schedule::Cron { expression } => {
            schedule.check_cron()?;
            match schedule.next_after(now, zone) {
                Some(_) => Ok(()),
                None => Err(refuse(
                    text!(
                        "The moment that {expression} means never comes",
                        expression = format!("{expression:?}")
                    ),
                    "Check the day and the month",
                )),
            }
        }
        _ => Ok(()),
    }
}

fn check_quiet_hours(spec: &PlanSpec) -> Result<()> {
    match spec.conditions.quiet_hours {
        Some(quiet) if quiet.from == quiet.until => {
            Err(refuse("Its quiet hours begin when they end", "Choose another beginning or end"))
        }
        _ => Ok(()),
    }
}

fn check_hook(when: &str, hook: &HookCommand) -> Result<()> {
    let Some(program) = hook.command.first() else {
        let why = text!("The command {when} the run is empty", when);
        return Err(refuse(why, "Name a program, or leave the command out"));
    };
    if !Path::new(program).is_absolute() {
        let why = text!(
            "The program {program} is not an absolute path",
            program = format!("{program:?}")
        );
        return Err(refuse(
            why,
            "Write the whole path, such as /usr/bin/pg_dump; no shell is used",
        ));
    }
    if hook.command.iter().any(|word| word.contains('\0')) {
        let why =
            text!("The command {when} the run has a character that no command can have", when);
        return Err(refuse(why, "Take the zero character out"));
    }
    if !(1..=LONGEST_HOOK_SECONDS).contains(&hook.timeout_seconds) {
        let why = text!("The command {when} the run is stopped at no sensible time", when);
        return Err(refuse(why, "Choose from 1 second to a day"));
    }
    Ok(())
}

fn check_numbers(spec: &PlanSpec) -> Result<()> {
    if spec.verification.daily_permille > 1000 {
        return Err(refuse("More than everything would be read back a day", "Choose up to 1000"));
    }
    if spec.limits.bytes_per_second == Some(0) {
        return Err(refuse("No byte a second is too few", "Choose more, or leave the limit out"));
    }
    if spec.limits.threads.is_some_and(|threads| !(1..=256).contains(&threads)) {
        return Err(refuse("Nothing works with so many threads", "Choose from 1 to 256"));
    }
    Ok(())
}

fn refuse(why: impl Into<Text>, next: &str) -> Error {
    Error::new(Code::Invalid, "Cannot keep the plan").why(why).next(next)
}
