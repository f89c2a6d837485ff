//! The list of all use cases: what can be asked of Undercroft, each declared once.
//!
//! The dispatcher, the TypeScript and the names, hints and hosts below all expand from it. A use
//! case that is declared here and implemented nowhere does not compile.

/// Hands the list to the macro `$expand`: what it does, its name, request and reply, who may ask
/// for it, and the same on the command line (empty when there is no such thing).
macro_rules! with_use_cases {
    ($expand:ident) => {
        $expand! {
            /// Says what runs here and what this face can do.
            app_info(Nothing) -> AppInfo, Everyone, "undercroft --version";
            /// Opens a dialog to point out a folder; nothing when the user cancels it.
            place_pick(PlacePick) -> Option<Place>, Window, "";
            /// Points out a folder by its path.
            place_type(PlaceType) -> Place, Typist, "";
            /// Lists the projects.
            project_list(ProjectFilter) -> Vec<Project>, Everyone, "undercroft project list";
            /// Shows one project with its backups and what was done with it.
            project_show(ProjectRef) -> ProjectDetail, Everyone, "undercroft project show {project}";
            /// Makes a folder a project, and starts counting what is in it.
            project_add(ProjectAdd) -> Project, Everyone, "undercroft project add {path}";
            /// Gives a project another name.
            project_rename(ProjectRename) -> Project, Everyone, "undercroft project rename {project} {name}";
            /// Adds and removes tags of a project.
            project_tag(ProjectTag) -> Project, Everyone, "undercroft project tag {project} +{tag}";
            /// Forgets a project; its folder and its backups stay as they are.
            project_forget(ProjectRef) -> Project, Everyone, "undercroft project remove {project}";
            /// Brings a forgotten project back.
            project_recall(ProjectRef) -> Project, Everyone, "undercroft project recall {project}";
            /// Looks at a project's folder anew: languages, frameworks, size.
            project_refresh(ProjectRef) -> JobView, Everyone, "undercroft project refresh {project}";
            /// Lists the destinations.
            destination_list(Nothing) -> Vec<Destination>, Everyone, "undercroft destination list";
            /// Makes a folder a destination of backups.
            destination_add(DestinationAdd) -> Destination, Everyone, "undercroft destination add {path}";
            /// Forgets a destination; the backups in it stay.
            destination_forget(DestinationRef) -> Destination, Everyone, "undercroft destination remove {destination}";
            /// Backs a project up.
            backup_run(BackupRun) -> JobView, Everyone, "undercroft backup run {project} --to {destination}";
            /// Backs every project up to every destination.
            backup_run_all(Nothing) -> Vec<JobView>, Everyone, "undercroft backup run --all";
            /// Lists backups, newest first.
            snapshot_list(SnapshotFilter) -> Vec<Snapshot>, Everyone, "undercroft backup list {project}";
            /// Lists a folder inside a backup.
            snapshot_browse(Browse) -> Listing, Everyone, "undercroft backup browse {snapshot} {path} --from {destination}";
            /// Gets a backup, or a part of it, back.
            restore(Restore) -> JobView, Everyone, "undercroft restore {snapshot} --from {destination} --target {path}";
            /// Lists the jobs that run, and those that ended lately.
            job_list(Nothing) -> Vec<JobView>, Everyone, "undercroft job list";
            /// Asks a job to stop.
            job_cancel(JobRef) -> JobView, Everyone, "";
            /// Lists what was done, newest first.
            run_list(RunFilter) -> Vec<Run>, Everyone, "undercroft run list";
            /// Lists what happened, oldest first.
            event_list(EventsAfter) -> Vec<Event>, Everyone, "undercroft events";
            /// Shows the whole at a glance.
            dashboard(Nothing) -> Dashboard, Everyone, "undercroft status";
            /// Looks for whatever could keep Undercroft from doing its work.
            doctor(Nothing) -> Vec<Finding>, Everyone, "undercroft doctor";
            /// Shows the settings, and where each comes from.
            settings_show(Nothing) -> SettingsView, Everyone, "undercroft settings show";
            /// Changes settings.
            settings_change(SettingsChange) -> SettingsView, Everyone, "undercroft settings set {key} {value}";
        }
    };
}
pub(crate) use with_use_cases;

/// Who may ask for a use case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Every face.
    Everyone,
    /// A face that can open a dialog.
    Window,
    /// A face whose caller may name paths.
    Typist,
}

/// What is known of a use case without calling it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UseCase {
    /// The name that a face calls it by.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub purpose: &'static str,
    /// The same on the command line, with `{placeholders}`; empty when there is no such thing.
    pub hint: &'static str,
    /// Who may ask for it.
    pub audience: Audience,
}

macro_rules! catalogue {
    ($(#[doc = $doc:literal] $name:ident($request:ty) -> $reply:ty, $audience:ident, $hint:literal;)*) => {
        /// Every use case, in the order of declaration.
        pub const USE_CASES: &[UseCase] = &[$(UseCase {
            name: stringify!($name),
            purpose: $doc.trim_ascii(),
            hint: $hint,
            audience: Audience::$audience,
        },)*];
    };
}
with_use_cases!(catalogue);

/// The use case of this name.
pub fn find_use_case(name: &str) -> Option<&'static UseCase> {
    USE_CASES.iter().find(|use_case| use_case.name == name)
}
