//! The output of `undercroft plan` for people.

use undercroft_api::Api;
use undercroft_api::wire::{
    Nothing, Plan, PlanDraft, PlanPreview, PlanProjects, PlanTarget, PlannedRun, ProjectRef,
    Retention, ScheduleState,
};

use super::schedule;
use crate::output::format::{count, grouped, local_time, size};
use crate::output::{Align, Output, Table, hooks};

pub(super) fn print_list(plans: &[Plan], out: &Output) {
    let mut table = Table::new(&[
        ("NAME", Align::Left),
        ("PROJECTS", Align::Right),
        ("WHEN", Align::Left),
        ("NEXT", Align::Left),
        ("STATE", Align::Left),
    ]);
    for plan in plans {
        table.row([
            plan.draft.name.clone(),
            grouped(plan.projects_now.len() as u64),
            schedule::shown(&plan.draft.schedule),
            plan.next.map(local_time).unwrap_or_default(),
            plan.sentence.to_string(),
        ]);
    }
    table.print(out, "No plans yet: undercroft plan add NAME --to DESTINATION");
}

pub(super) fn print_one(api: &Api, plan: &Plan, out: &Output) {
    out.line(format!("{} ({})", plan.draft.name, plan.id));
    print_facts(api, &plan.draft, out);
    let next = match (plan.enabled, plan.next) {
        (false, _) => "does not run by itself".to_owned(),
        (true, next) => next.map_or_else(|| "-".to_owned(), local_time),
    };
    out.line(format!("  Next        {next}"));
    out.line(format!("  State       {}", plan.sentence));
    if plan.hooks_wait {
        out.line("  Commands    not started: undercroft plan hooks shows and confirms them");
    }
    for target in &plan.targets_now {
        let last = target.last_complete.map_or_else(|| "never".to_owned(), local_time);
        let away = if target.present { "" } else { ", away" };
        out.line(format!("  Complete    {}: {last}{away}", target.name));
    }
}

pub(super) fn print_hooks(plan: &Plan, out: &Output) {
    for (label, command) in hooks(&plan.draft) {
        out.line(format!("{label:<8}{command}"));
    }
    out.line(match (plan.hooks_wait, plan.draft.before.is_some() || plan.draft.after.is_some()) {
        (true, _) => "Not started until they are confirmed on this machine: --confirm",
        (false, true) => "Confirmed on this machine",
        (false, false) => "No commands",
    });
}

pub(super) fn print_draft(api: &Api, draft: &PlanDraft, out: &Output) {
    out.line(&draft.name);
    print_facts(api, draft, out);
}

fn print_facts(api: &Api, draft: &PlanDraft, out: &Output) {
    for (label, text) in facts(api, draft) {
        out.line(format!("  {label:<12}{text}"));
    }
}

pub(super) fn print_preview(preview: &PlanPreview, out: &Output) {
    let more = if preview.complete { "" } else { ", and more than was counted" };
    out.line(format!(
        "{} ({}) of {} would be backed up{more}",
        count(preview.files, "file"),
        size(preview.size_bytes),
        count(preview.projects, "project")
    ));
    let mut table = Table::new(&[
        ("LEFT OUT", Align::Left),
        ("FILES", Align::Right),
        ("SIZE", Align::Right),
        ("WHY", Align::Left),
    ]);
    for left in &preview.left_out {
        table.row([
            format!("{}/{}", left.project, left.path),
            grouped(left.files),
            size(left.size_bytes),
            left.why.to_string(),
        ]);
    }
    table.print(out, "Nothing would be left out");
}

pub(super) fn print_upcoming(runs: &[PlannedRun], out: &Output) {
    let mut table = Table::new(&[("WHEN", Align::Left), ("PLAN", Align::Left)]);
    for run in runs {
        table.row([local_time(run.at), run.name.clone()]);
    }
    table.print(out, "No plan runs by itself in the next seven days");
}

pub(super) fn show_state(state: &ScheduleState, out: &Output) {
    out.show(state, |state| {
        out.line(match (state.paused, state.until) {
            _ if state.by_setting => "Backups are off: the setting backup says so".to_owned(),
            (true, Some(until)) => format!("Backups are paused until {}", local_time(until)),
            (true, None) => "Backups are paused until they are resumed".to_owned(),
            (false, _) => "Backups begin by themselves".to_owned(),
        });
        if let Some(next) = &state.next {
            out.line(format!("Next is {}, {}", next.name, local_time(next.at)));
        }
    });
}

/// The specification of a plan, line by line.
fn facts(api: &Api, draft: &PlanDraft) -> Vec<(&'static str, String)> {
    let mut projects = match &draft.projects {
        PlanProjects::All => "all".to_owned(),
        PlanProjects::Tagged { tags } => format!("with the tag {}", tags.join(" or ")),
        PlanProjects::Chosen { projects } => {
            let name = |id: &String| {
                let shown = api.project_show(ProjectRef { project: id.clone() });
                shown.map_or_else(|_| id.clone(), |detail| detail.project.name)
            };
            projects.iter().map(name).collect::<Vec<_>>().join(", ")
        }
    };
    projects += if draft.library { ", and the library" } else { "" };
    let mut facts = vec![("Projects", projects)];
    let known = api.destination_list(Nothing {}).unwrap_or_default();
    for PlanTarget { destination, retention } in &draft.targets {
        let found = known.iter().find(|each| each.id == *destination);
        let name = found.map_or(destination, |each| &each.name);
        let kept = retention.as_ref().map_or_else(|| "as usual".to_owned(), kept);
        facts.push(("To", format!("{name}, keeps {kept}")));
    }
    let zone = draft.time_zone.as_ref().map(|zone| format!(" ({zone})")).unwrap_or_default();
    facts.push(("When", schedule::shown(&draft.schedule) + &zone));
    let mut waits = Vec::new();
    waits.extend(draft.conditions.on_power.then(|| "for power".to_owned()));
    waits.extend(draft.conditions.unmetered.then(|| "for a network not metered".to_owned()));
    let quiet = draft.conditions.quiet_hours.as_ref();
    waits.extend(quiet.map(|quiet| format!("from {} until {}", quiet.from, quiet.until)));
    if !waits.is_empty() {
        facts.push(("Waits", waits.join(", ")));
    }
    if !draft.exclude.is_empty() {
        facts.push(("Leaves out", draft.exclude.join(", ")));
    }
    facts.extend(hooks(draft));
    facts
}

fn kept(retention: &Retention) -> String {
    let counts = [
        ("last", retention.last),
        ("hourly", retention.hourly),
        ("daily", retention.daily),
        ("weekly", retention.weekly),
        ("monthly", retention.monthly),
        ("yearly", retention.yearly),
    ];
    let times = [
        ("within", &retention.within),
        ("within-hourly", &retention.within_hourly),
        ("within-daily", &retention.within_daily),
        ("within-weekly", &retention.within_weekly),
        ("within-monthly", &retention.within_monthly),
        ("within-yearly", &retention.within_yearly),
    ];
    let counts = counts.into_iter().filter_map(|(name, count)| Some(format!("{name} {}", count?)));
    let times =
        times.into_iter().filter_map(|(name, time)| Some(format!("{name} {}", time.as_ref()?)));
    let tags = retention.tags.iter().map(|tags| format!("tag {tags}"));
    let budget = retention.budget_bytes.map(|budget| format!("{} at most", size(budget)));
    let all: Vec<_> = counts.chain(times).chain(tags).chain(budget).collect();
    if all.is_empty() { "all".to_owned() } else { all.join(", ") }
}
