//! `undercroft usage`: what takes space, how it grows, and freeing it.

use clap::{Args, Subcommand, ValueEnum};
use undercroft_api::Api;
use undercroft_api::wire::{
    Nothing, ProjectRef, UsageAt, UsageBy, UsageFinding, UsageFindings, UsageForecast, UsageFree,
    UsageFreePlan, UsageGrowth, UsageGrowthOf, UsageHeld, UsageKind, UsageOverview, UsageTrend,
    UsageTrendOf, UsageView,
};
use undercroft_foundation::{Result, escape_name};

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::DryRun;
use crate::output::format::{count, local_time, size};
use crate::output::{Align, Output, Table};
use crate::session::Session;

/// The cells of the longest bar.
const BAR: u64 = 24;

/// Show what takes space, and look into it
///
/// Without a key, all of it. Each row has a key to look into it with: undercroft usage KEY.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Usage {
    #[command(subcommand)]
    command: Option<Command>,
    /// The key of a row, or a project: its name, its id or the beginning of it
    key: Option<String>,
    /// How it is divided
    #[arg(long, value_enum)]
    by: Option<By>,
    /// How many at most
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
    /// Count the files anew first
    #[arg(long)]
    scan: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the past of what something takes, and how it will go on
    Trend(Trend),
    /// Show what made something grow between two counts
    Growth(Growth),
    /// List the largest files, folders that are made again, and duplicates
    Findings(Findings),
    /// Free files and folders of a project
    ///
    /// Files that no version holds go to the trash. Folders that a program makes again are deleted.
    Free(Free),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum By {
    Place,
    Layer,
    Type,
    Age,
}

#[derive(Debug, Args)]
pub(crate) struct Trend {
    /// A project, or destination:ID; without it, all
    subject: Option<String>,
    /// So many days back; 90 when left out
    #[arg(long)]
    days: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Growth {
    /// A project, or the key of a folder; without it, all
    key: Option<String>,
    /// The earlier time; a week before the later one when left out
    #[arg(long, value_name = "TIME")]
    earlier: Option<jiff::Timestamp>,
    /// The later time; now when left out
    #[arg(long, value_name = "TIME")]
    later: Option<jiff::Timestamp>,
}

#[derive(Debug, Args)]
pub(crate) struct Findings {
    /// A project, or the key of a folder; without it, all
    key: Option<String>,
    /// Search for duplicates anew first
    #[arg(long)]
    duplicates: bool,
    /// How many at most
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Free {
    /// The project: its name, its id or the beginning of it
    project: String,
    /// The files and folders, below the project's folder
    #[arg(required = true)]
    paths: Vec<std::path::PathBuf>,
    #[command(flatten)]
    dry_run: DryRun,
}

impl Usage {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self.command {
            Some(Command::Trend(trend)) => {
                let subject = key(&api, trend.subject)?;
                let trend = api.usage_trend(UsageTrendOf { subject, days: trend.days })?;
                out.show(&trend, |trend| print_trend(trend, out));
            }
            Some(Command::Growth(Growth { key: of, earlier: from, later: to })) => {
                let grown = api.usage_growth(UsageGrowthOf { key: key(&api, of)?, from, to })?;
                out.show(&grown, |grown| print_growth(grown, out));
            }
            Some(Command::Findings(findings)) => return findings.run(session, &api),
            Some(Command::Free(free)) => return free.run(session, &api),
            None => {
                if self.scan {
                    let job = progress::run(session, &api, || api.usage_scan(Nothing {}))?;
                    let status = exit_status::of_job(&job)?;
                    if out.is_json() {
                        return Ok(status);
                    }
                }
                let by = self.by.map(UsageBy::from);
                let at = UsageAt { key: key(&api, self.key)?, by, limit: self.limit };
                let is_whole = at.key.is_empty();
                let view = api.usage_show(at)?;
                if is_whole && !out.is_json() {
                    print_overview(&api.usage_overview(Nothing {})?, out);
                }
                out.show(&view, |view| print_view(view, out));
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl From<By> for UsageBy {
    fn from(by: By) -> Self {
        match by {
            By::Place => Self::Place,
            By::Layer => Self::Layer,
            By::Type => Self::Type,
            By::Age => Self::Age,
        }
    }
}

/// A key as it is, or that of the project that a word means.
fn key(api: &Api, text: Option<String>) -> Result<String> {
    match text {
        None => Ok(String::new()),
        Some(key) if key.is_empty() || key.contains(':') => Ok(key),
        Some(project) => {
            let found = api.project_show(ProjectRef { project })?;
            Ok(format!("project:{}", found.project.id))
        }
    }
}

impl Findings {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let key = key(api, self.key)?;
        if self.duplicates {
            let job = progress::run(session, api, || api.usage_duplicates(Nothing {}))?;
            let status = exit_status::of_job(&job)?;
            if session.out.is_json() {
                return Ok(status);
            }
        }
        let found = api.usage_findings(UsageAt { key, by: None, limit: self.limit })?;
        session.out.show(&found, |found| print_findings(found, &session.out));
        Ok(ExitStatus::Done)
    }
}

impl Free {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let names = |path: &std::path::PathBuf| {
            let names =
                path.components().map(|name| escape_name(name.as_os_str().as_encoded_bytes()));
            names.collect()
        };
        let paths = self.paths.iter().map(names).collect();
        let request = UsageFree { project: self.project, paths };
        if self.dry_run.dry_run {
            let plan = api.usage_free_preview(request)?;
            session.out.show(&plan, |plan| print_plan(plan, &session.out));
            return Ok(ExitStatus::Done);
        }
        exit_status::of_job(&progress::run(session, api, || api.usage_free(request))?)
    }
}

/// A bar as long as its part of the whole.
fn bar(bytes: u64, whole: u64) -> String {
    let cells = u128::from(bytes) * u128::from(BAR) / u128::from(whole.max(1));
    let cells = usize::try_from(cells).unwrap_or_default().max(usize::from(bytes > 0));
    "#".repeat(cells)
}

fn print_overview(overview: &UsageOverview, out: &Output) {
    out.line(overview.sentence.clone());
    if let Some(disk) = &overview.disk {
        let (free, capacity) = (size(disk.free_bytes), size(disk.capacity_bytes));
        out.line(format!("{free} of {capacity} are free on the disk at {}.", disk.name));
    }
    if let Some(forecast) = &overview.forecast {
        out.line(forecast_text(forecast));
    }
}

fn forecast_text(forecast: &UsageForecast) -> String {
    let a_day = size(forecast.bytes_per_day.unsigned_abs());
    let way = if forecast.bytes_per_day < 0 { "less" } else { "more" };
    match forecast.days_to_full {
        Some(days) => format!("{a_day} {way} each day: full in {}.", count(days, "day")),
        None => format!("{a_day} {way} each day."),
    }
}

fn print_view(view: &UsageView, out: &Output) {
    if !view.key.is_empty() || view.scanned.is_none() {
        out.line(view.sentence.clone());
    }
    if view.scanned.is_none() {
        return out.note("Count the files: undercroft usage --scan");
    }
    let mut table = Table::new(&[
        ("SIZE", Align::Right),
        ("", Align::Left),
        ("FREEABLE", Align::Right),
        ("NAME", Align::Left),
        ("KEY", Align::Left),
    ]);
    for row in &view.rows {
        let freeable = match row.reclaimable_bytes {
            0 => String::new(),
            bytes => size(bytes),
        };
        let slash = if row.kind == UsageKind::Folder { "/" } else { "" };
        let name = format!("{}{slash}", row.name);
        let key = if row.can_open { row.key.clone() } else { String::new() };
        table.row([size(row.bytes), bar(row.bytes, view.bytes), freeable, name, key]);
    }
    table.print(out, "Nothing is in it");
    if let Some(scanned) = view.scanned {
        out.note(format!("As of {}", local_time(scanned)));
    }
}

fn print_trend(trend: &UsageTrend, out: &Output) {
    let most = trend.samples.iter().map(|sample| sample.bytes).max().unwrap_or_default();
    let mut table = Table::new(&[("TIME", Align::Left), ("SIZE", Align::Right), ("", Align::Left)]);
    for sample in &trend.samples {
        table.row([local_time(sample.time), size(sample.bytes), bar(sample.bytes, most)]);
    }
    table.print(out, "It was not counted yet: undercroft usage --scan");
    if let Some(forecast) = &trend.forecast {
        out.line(forecast_text(forecast));
    }
}

fn print_growth(grown: &UsageGrowth, out: &Output) {
    let (from, to) = (local_time(grown.from), local_time(grown.to));
    let (before, after) = (size(grown.bytes_before), size(grown.bytes_after));
    out.line(format!("{from}: {before}, {to}: {after}"));
    let mut table = Table::new(&[
        ("CHANGE", Align::Right),
        ("BEFORE", Align::Right),
        ("AFTER", Align::Right),
        ("NAME", Align::Left),
        ("KEY", Align::Left),
    ]);
    for row in &grown.rows {
        let sign = if row.bytes_after < row.bytes_before { "-" } else { "+" };
        let change = format!("{sign}{}", size(row.bytes_after.abs_diff(row.bytes_before)));
        let key = if row.can_open { row.key.clone() } else { String::new() };
        table.row([change, size(row.bytes_before), size(row.bytes_after), row.name.clone(), key]);
    }
    table.print(out, "Nothing changed");
}

fn print_findings(found: &UsageFindings, out: &Output) {
    out.line("The largest files:");
    print_list(&found.largest, out, "There are none");
    out.line("Folders that a program makes again:");
    print_list(&found.rebuildable, out, "There are none");
    if found.searched.is_none() {
        return out.note("Search for duplicates: undercroft usage findings --duplicates");
    }
    for set in &found.duplicates {
        out.line(format!("The same content, {} too much:", size(set.wasted_bytes)));
        print_list(&set.files, out, "");
    }
}

fn print_list(found: &[UsageFinding], out: &Output, empty: &str) {
    let mut table = Table::new(&[
        ("SIZE", Align::Right),
        ("PROJECT", Align::Left),
        ("PATH", Align::Left),
        ("HELD", Align::Left),
    ]);
    for finding in found {
        let path = finding.path.join("/");
        table.row([size(finding.bytes), finding.project_name.clone(), path, held(finding)]);
    }
    table.print(out, empty);
}

fn held(finding: &UsageFinding) -> String {
    match (finding.held, &finding.rebuilt_by) {
        (UsageHeld::Version, _) => "by a version".to_owned(),
        (UsageHeld::Rebuildable, Some(manifest)) => format!("made again from {manifest}"),
        (UsageHeld::Rebuildable, None) => "made again".to_owned(),
        (UsageHeld::Nowhere, _) => "nowhere else".to_owned(),
    }
}

fn print_plan(plan: &UsageFreePlan, out: &Output) {
    print_list(&plan.items, out, "There is nothing to free");
    out.line(format!("This frees {}", size(plan.bytes)));
    if plan.to_trash > 0 {
        out.line(format!("{} would go to the trash", count(plan.to_trash, "item")));
    }
}
