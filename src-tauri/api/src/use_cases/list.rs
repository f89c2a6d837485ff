//! The list itself: each use case with its request, its reply and its words.

/// Hands the list to the macro `$expand`: what it does, its name, request and reply, who may ask
/// for it, and the same on the command line (empty when there is no such thing), in which what
/// stands in brackets is left out without a value, and repeated for several.
macro_rules! with_use_cases {
    ($expand:ident) => {
        $expand! {
            /// Shows the program, its library, and what this face can do.
            app_info(Nothing) -> AppInfo, Everyone, "undercroft --version";
            /// Opens a dialog to point out a folder; nothing when the user cancels it.
            place_pick(PlacePick) -> Option<Place>, Window, "";
            /// Points out a folder by its path.
            place_type(PlaceType) -> Place, Typist, "";
            /// Lists the drives that backups could go to.
            drive_list(Nothing) -> Vec<Drive>, Everyone, "undercroft destination drives";
            /// Finds folders that look like projects, below the home folder or at a place.
            project_find(ProjectFind) -> ProjectFinds, Everyone, "undercroft project find [{path}]";
            /// Lists the projects.
            project_list(ProjectFilter) -> Vec<Project>, Everyone, "undercroft project list";
            /// Shows one project with its backups and what was done with it.
            project_show(ProjectRef) -> ProjectDetail, Everyone, "undercroft project show {project}";
            /// Makes a folder a project, and starts counting what is in it.
            project_add(ProjectAdd) -> Project, Everyone, "undercroft project add {path} [--name {name}] [--tag {tags}]";
            /// Gives a project another name.
            project_rename(ProjectRename) -> Project, Everyone, "undercroft project rename {project} {name}";
            /// Records the new folder of a project that was moved.
            project_move(ProjectMove) -> Project, Everyone, "undercroft project move {project} {path}";
            /// Adds and removes tags of a project.
            project_tag(ProjectTag) -> Project, Everyone, "undercroft project tag {project} +{tag}";
            /// Forgets a project; its folder and its backups stay as they are.
            project_forget(ProjectRef) -> Project, Everyone, "undercroft project remove {project}";
            /// Brings a forgotten project back.
            project_recall(ProjectRef) -> Project, Everyone, "undercroft project recall {project}";
            /// Previews what deleting a project for good removes, and what still holds it.
            project_delete_preview(ProjectRef) -> DeletePlan, Everyone, "undercroft project delete {project} --dry-run";
            /// Moves a project with its folder to the trash.
            project_trash(ProjectRef) -> Project, Everyone, "undercroft project trash {project}";
            /// Deletes a project in the trash for good, with its versions.
            project_delete(ProjectDelete) -> JobView, Everyone, "undercroft project delete {project}";
            /// Makes a new project, empty or from a template.
            project_create(ProjectCreate) -> JobView, Everyone, "undercroft project create {name} [--template {template}]";
            /// Shows what importing an archive or a folder would make.
            import_look(ImportLook) -> ImportPlan, Everyone, "undercroft project import {path} --dry-run";
            /// Makes a project from an archive, or from a copy of a folder.
            project_import(ProjectImport) -> JobView, Everyone, "undercroft project import {path} [--name {name}]";
            /// Copies a project's files to a place, whether it is in use or archived.
            project_extract(ProjectExtract) -> JobView, Everyone, "undercroft project extract {project} {path}";
            /// Lists the templates.
            template_list(Nothing) -> Vec<Template>, Everyone, "undercroft template list";
            /// Makes a template from a project.
            template_make(TemplateMake) -> Template, Everyone, "undercroft template make {project} {name}";
            /// Removes a template that the user made.
            template_remove(TemplateRef) -> Nothing, Everyone, "undercroft template remove {template}";
            /// Lists the archives.
            archive_list(ArchiveFilter) -> Vec<Archive>, Everyone, "undercroft archive list";
            /// Shows an archive.
            archive_show(ArchiveRef) -> ArchiveDetail, Everyone, "undercroft archive show {archive}";
            /// Previews which projects would be archived, and what that frees.
            archive_preview(ArchiveMake) -> ArchivePlan, Everyone, "undercroft archive make [{projects}] --dry-run";
            /// Archives projects: each becomes one file, which is compared before its folder is freed.
            archive_make(ArchiveMake) -> JobView, Everyone, "undercroft archive make [{projects}]";
            /// Lists a folder in an archive.
            archive_browse(ArchiveAt) -> ArchiveListing, Everyone, "undercroft archive browse {archive} {path}";
            /// Shows a file of an archive.
            archive_file(ArchiveAt) -> Preview, Everyone, "undercroft archive file {archive} {path}";
            /// Looks for names in archives.
            archive_search(ArchiveSearch) -> Vec<ArchiveHit>, Everyone, "undercroft archive search {text}";
            /// Previews the restore of an archive; nothing is written.
            archive_restore_preview(ArchiveRestore) -> ArchiveRestorePlan, Everyone, "undercroft archive restore {archive} [{paths}] [--target {target}] [--taken {taken}] [{keep_archive}] --dry-run";
            /// Gets an archived project, or parts of it, back.
            archive_restore(ArchiveRestore) -> JobView, Everyone, "undercroft archive restore {archive} [{paths}] [--target {target}] [--taken {taken}] [{keep_archive}]";
            /// Reads an archive whole, and compares.
            archive_check(ArchiveRef) -> JobView, Everyone, "undercroft archive check {archive}";
            /// Moves an archive to a destination, or back to this disk.
            archive_move(ArchiveMove) -> JobView, Everyone, "undercroft archive move {archive} --to {destination}";
            /// Moves an archive to the trash.
            archive_trash(ArchiveRef) -> Archive, Everyone, "undercroft archive trash {archive}";
            /// Takes an archive out of the trash.
            archive_recall(ArchiveRef) -> Archive, Everyone, "undercroft archive recall {archive}";
            /// Shows the use of the storage at a glance.
            usage_overview(Nothing) -> UsageOverview, Everyone, "undercroft usage";
            /// Shows what takes space below a place in the picture of the storage.
            usage_show(UsageAt) -> UsageView, Everyone, "undercroft usage {key} --by {by}";
            /// Counts the files of all projects anew.
            usage_scan(Nothing) -> JobView, Everyone, "undercroft usage --scan";
            /// Shows the past of what something takes, and how it will go on.
            usage_trend(UsageTrendOf) -> UsageTrend, Everyone, "undercroft usage trend {subject}";
            /// Shows what made something grow between two times.
            usage_growth(UsageGrowthOf) -> UsageGrowth, Everyone, "undercroft usage growth {key}";
            /// Lists the largest files, folders that can be made again, and duplicates.
            usage_findings(UsageAt) -> UsageFindings, Everyone, "undercroft usage findings {key}";
            /// Searches for files of equal content.
            usage_duplicates(Nothing) -> JobView, Everyone, "undercroft usage findings --duplicates";
            /// Previews what freeing files and folders of a project does.
            usage_free_preview(UsageFree) -> UsageFreePlan, Everyone, "undercroft usage free {project} {paths} --dry-run";
            /// Frees files and folders of a project; what is held nowhere else goes to the trash.
            usage_free(UsageFree) -> JobView, Everyone, "undercroft usage free {project} {paths}";
            /// Previews a clean-up of the library, step by step.
            library_cleanup_preview(LibraryCleanup) -> LibraryCleanupPlan, Everyone, "undercroft cleanup --dry-run [--step {steps}]";
            /// Cleans the library up, and reports what that freed.
            library_cleanup(LibraryCleanup) -> JobView, Everyone, "undercroft cleanup [--step {steps}]";
            /// Looks at a project's folder anew: languages, frameworks, size.
            project_refresh(ProjectRef) -> JobView, Everyone, "undercroft project refresh {project}";
            /// Counts what the first version of a project would hold.
            history_preview(ProjectRef) -> JobView, Everyone, "undercroft history preview {project}";
            /// Shows what was counted last of what the first version would hold.
            history_plan(ProjectRef) -> HistoryPlan, Everyone, "undercroft history preview {project}";
            /// Makes the first version of a project, whose changes are noticed from then on.
            history_start(ProjectRef) -> JobView, Everyone, "undercroft history start {project}";
            /// Leaves changes unnoticed, of a project or of all.
            history_pause(WatchFilter) -> Vec<WatchState>, Everyone, "undercroft history pause {project}";
            /// Notices changes again; what happened in between becomes a version.
            history_resume(WatchFilter) -> Vec<WatchState>, Everyone, "undercroft history resume {project}";
            /// Lists how the watching of every workspace goes.
            watch_list(Nothing) -> Vec<WatchState>, Everyone, "undercroft history status";
            /// Shows what of a project is versioned, and where it goes.
            rules_show(ProjectRef) -> Rules, Everyone, "undercroft history rules {project}";
            /// Changes what of a project is versioned, and where it goes.
            rules_change(RulesChange) -> Rules, Everyone, "undercroft history rules {project}";
            /// Lists the versions of a project that thinning would drop.
            thin_preview(ProjectRef) -> ThinPlan, Everyone, "undercroft version thin {project} --dry-run";
            /// Drops the versions of a project that the rule no longer keeps.
            thin(ProjectRef) -> JobView, Everyone, "undercroft version thin {project}";
            /// Stores the versions of a project in less room.
            history_compact(ProjectRef) -> JobView, Everyone, "undercroft history compact {project}";
            /// Reads all that the versions of a project lead to, and says what a damage touches.
            history_check(ProjectRef) -> JobView, Everyone, "undercroft history check {project}";
            /// Lists the workspaces of a project.
            workspace_list(ProjectRef) -> Vec<Workspace>, Everyone, "undercroft workspace list {project}";
            /// Shows one workspace.
            workspace_show(WorkspaceRef) -> Workspace, Everyone, "undercroft workspace show {workspace}";
            /// Makes a workspace the one that the user works in.
            workspace_switch(WorkspaceRef) -> Workspace, Everyone, "undercroft workspace switch {workspace}";
            /// Changes the description of a workspace.
            workspace_describe(WorkspaceDescribe) -> Workspace, Everyone, "undercroft workspace describe {workspace} {text}";
            /// Opens a version as another workspace beside those that are there.
            workspace_open(WorkspaceOpen) -> JobView, Everyone, "undercroft workspace open {version} {name} [--target {target}]";
            /// Looks through all of a workspace for changes that nobody noticed.
            workspace_refresh(WorkspaceRef) -> JobView, Everyone, "undercroft workspace refresh {workspace}";
            /// Closes a workspace after a last version of it.
            workspace_close(WorkspaceRef) -> JobView, Everyone, "undercroft workspace close {workspace}";
            /// Shows the project and the workspace that the user works in.
            current(Nothing) -> Current, Everyone, "undercroft workspace current";
            /// Lists the versions of a workspace, newest first.
            version_list(VersionFilter) -> Vec<Version>, Everyone, "undercroft version list --workspace {workspace}";
            /// Counts the versions of a workspace by day and hour.
            version_days(VersionDays) -> Vec<Day>, Everyone, "undercroft version days --workspace {workspace}";
            /// Shows a version and what it changed.
            version_show(VersionRef) -> VersionDetail, Everyone, "undercroft version show {version}";
            /// Saves all changes of a workspace as a version.
            version_save(VersionSave) -> JobView, Everyone, "undercroft version save --workspace {workspace} [--message {message}]";
            /// Names, remarks on, pins or unpins a version.
            version_mark(VersionMark) -> Version, Everyone, "undercroft version mark {version} --name {name}";
            /// Compares two versions, or one with what is on disk.
            version_compare(VersionCompare) -> Comparison, Everyone, "undercroft version compare {from} {to}";
            /// Counts the lines that versions added and removed, as far as that is cheap.
            version_lines(VersionLinesOf) -> Vec<VersionLines>, Everyone, "undercroft version lines {versions}";
            /// Shows the storage that a version takes and no other version needs.
            version_sizes(VersionRef) -> VersionSizes, Everyone, "undercroft version sizes {version}";
            /// Gets a version, or parts of it, back.
            version_restore(VersionRestore) -> JobView, Everyone, "undercroft version restore {version} [{paths}] [--target {target}] [{keep_extra}]";
            /// Previews the restore of a version; nothing is written.
            version_restore_preview(VersionRestore) -> RestorePlan, Everyone, "undercroft version restore {version} [{paths}] [--target {target}] [{keep_extra}] --dry-run";
            /// Goes back behind the last restore or deletion in a workspace.
            undo(WorkspaceRef) -> JobView, Everyone, "undercroft undo --workspace {workspace}";
            /// Lists what can be undone, newest first.
            undo_list(Nothing) -> Vec<Undoable>, Everyone, "undercroft undo --list";
            /// Lists a folder in a version, or on disk.
            file_list(FileAt) -> FileListing, Everyone, "undercroft file list {version} {path}";
            /// Lists what a folder had once, and a version lacks.
            file_deleted(FileAt) -> DeletedFiles, Everyone, "undercroft file list {version} {path} --deleted";
            /// Shows a file of a version: its text, its picture, or its first bytes.
            file_preview(FileAt) -> Preview, Everyone, "undercroft file show {version} {path}";
            /// Shows some bytes of a file of a version, from an offset on.
            file_bytes(FileBytesAt) -> FileBytes, Everyone, "undercroft file bytes {version} {path} --offset {offset}";
            /// Gives the whole content of a file of a version.
            file_load(FileAt) -> FileContent, Everyone, "undercroft file load {version} {path}";
            /// Lists the versions that did something to a file, newest first.
            file_history(FileRef) -> Vec<FileVersion>, Everyone, "undercroft file history {path} --workspace {workspace}";
            /// Compares two files, or two versions of one.
            file_diff(FileCompare) -> FileDiff, Everyone, "undercroft file diff {from} {to} {path}";
            /// Takes one change of a text file back, counted as the comparison shows them.
            file_restore_lines(FileRestoreLines) -> Saved, Everyone, "undercroft file restore-lines {version} {path} --change {change} --workspace {workspace}";
            /// Looks for files in a version by their paths or in their text.
            file_search(FileSearch) -> Vec<FileHit>, Everyone, "undercroft file search {version} {text}";
            /// Saves a file of a workspace and makes a version.
            file_save(FileSave) -> Saved, Everyone, "undercroft file save {path} --workspace {workspace}";
            /// Deletes a file or folder of a workspace and makes a version.
            file_delete(FileDelete) -> Saved, Everyone, "undercroft file delete {path} --workspace {workspace}";
            /// Copies files and folders into a workspace and makes one version of them.
            file_upload(FileUpload) -> JobView, Everyone, "undercroft file upload {path} --workspace {workspace}";
            /// Shows how the memory is used.
            memory_stats(Nothing) -> MemoryStats, Everyone, "undercroft memory stats";
            /// Copies all session work to a new file.
            memory_export(MemoryTransfer) -> MemoryTransferred, Everyone, "undercroft memory export {path}";
            /// Brings session work back from such a file.
            memory_import(MemoryTransfer) -> MemoryTransferred, Everyone, "undercroft memory import {path}";
            /// Keeps a draft: work of a session that is in no version yet.
            draft_save(DraftSave) -> Draft, Everyone, "undercroft draft save {project} {name}";
            /// Lists the drafts of a project.
            draft_list(ProjectRef) -> Vec<Draft>, Everyone, "undercroft draft list {project}";
            /// Gives the content of a draft.
            draft_read(DraftRef) -> DraftContent, Everyone, "undercroft draft read {project} {name}";
            /// Throws a draft away.
            draft_delete(DraftRef) -> Nothing, Everyone, "undercroft draft delete {project} {name}";
            /// Shows the state of a workspace's own git repository.
            git_status(WorkspaceRef) -> GitStatus, Everyone, "undercroft git status --workspace {workspace}";
            /// Makes a git repository in a workspace.
            git_create(GitCreate) -> GitStatus, Everyone, "undercroft git create --workspace {workspace}";
            /// Commits what has changed.
            git_commit(GitCommitNew) -> GitCommit, Everyone, "undercroft git commit --workspace {workspace} --message {message}";
            /// Commits the present state of a workspace.
            git_sync(GitSync) -> JobView, Everyone, "undercroft git sync --workspace {workspace}";
            /// Lists the branches of a workspace's git repository.
            git_branches(WorkspaceRef) -> Vec<GitBranch>, Everyone, "undercroft git branches --workspace {workspace}";
            /// Makes a branch.
            git_branch_create(GitBranchCreate) -> GitBranch, Everyone, "undercroft git branch --workspace {workspace} {name}";
            /// Switches to a branch; nothing that is not committed is overwritten.
            git_branch_switch(GitBranchSwitch) -> GitStatus, Everyone, "undercroft git switch --workspace {workspace} {name}";
            /// Lists commits, newest first.
            git_log(GitLog) -> Vec<GitCommit>, Everyone, "undercroft git log --workspace {workspace}";
            /// Compares two commits, or one with what is on disk.
            git_diff(GitCompare) -> GitDiff, Everyone, "undercroft git diff --workspace {workspace}";
            /// Sends commits to a repository elsewhere.
            git_push(GitTransfer) -> JobView, Everyone, "undercroft git push --workspace {workspace}";
            /// Takes commits from a repository elsewhere.
            git_pull(GitTransfer) -> JobView, Everyone, "undercroft git pull --workspace {workspace}";
            /// Makes a repository elsewhere known.
            git_remote_set(GitRemoteSet) -> GitStatus, Everyone, "undercroft git remote --workspace {workspace} {name} {url}";
            /// Writes the versions of a workspace into its git repository as a branch of their own.
            git_export_history(GitExport) -> JobView, Everyone, "undercroft git export --workspace {workspace}";
            /// Lists the destinations.
            destination_list(Nothing) -> Vec<Destination>, Everyone, "undercroft destination list";
            /// Makes a folder a destination of backups.
            destination_add(DestinationAdd) -> Destination, Everyone, "undercroft destination add {path} [--name {name}] [--key-file {file}] [{generate}]";
            /// Forgets a destination; the backups in it stay.
            destination_forget(DestinationRef) -> Destination, Everyone, "undercroft destination remove {destination}";
            /// Shows a destination with its keys and what its backups take.
            destination_show(DestinationRef) -> DestinationDetail, Everyone, "undercroft destination show {destination}";
            /// Gives a destination another name.
            destination_rename(DestinationRename) -> Destination, Everyone, "undercroft destination rename {destination} {name}";
            /// Records the new place of a destination that was moved.
            destination_move(DestinationMove) -> Destination, Everyone, "undercroft destination move {destination} {path}";
            /// Moves a destination to another drive: copied, compared, and used there from then on.
            destination_transfer(DestinationTransfer) -> JobView, Everyone, "undercroft destination transfer {destination} {path}";
            /// Removes locks that programs left which are gone.
            destination_unlock(DestinationRef) -> Destination, Everyone, "undercroft destination unlock {destination}";
            /// Copies backups to another destination.
            destination_copy(DestinationCopy) -> JobView, Everyone, "undercroft destination copy {from} {to}";
            /// Lets another password open a destination, too.
            key_add(KeyNew) -> Keys, Everyone, "undercroft destination key add {destination} [--key-file {file}] [{generate}]";
            /// Removes a key; its password opens the destination no more.
            key_remove(KeyRemove) -> Keys, Everyone, "undercroft destination key remove {destination} {key}";
            /// Changes the password that is kept for a destination.
            password_change(KeyNew) -> Keys, Everyone, "undercroft destination password {destination} [--key-file {file}] [{generate}]";
            /// Tries whether a password opens a destination.
            password_try(PasswordTry) -> PasswordTried, Everyone, "undercroft destination key test {destination} --other";
            /// Makes the page to print and put away: what is where, its key, and how to get it back.
            recovery_kit(DestinationRef) -> RecoveryKit, Everyone, "undercroft destination kit {destination}";
            /// Writes that page into a folder, and says which file it is.
            recovery_kit_save(RecoveryKitSave) -> Place, Everyone, "undercroft destination kit {destination} --target {path}";
            /// Shows a destination as a folder.
            mount_start(MountRef) -> Mount, Everyone, "undercroft destination mount {destination} {path}";
            /// Shows a destination as a folder no longer.
            mount_stop(MountRef) -> Nothing, Everyone, "";
            /// Lists the destinations that are shown as folders.
            mount_list(Nothing) -> Vec<Mount>, Everyone, "";
            /// Lists the plans.
            plan_list(Nothing) -> Vec<Plan>, Everyone, "undercroft plan list";
            /// Shows one plan.
            plan_show(PlanRef) -> Plan, Everyone, "undercroft plan show {plan}";
            /// Proposes a plan that suits most: all projects, daily, kept for years, proven.
            plan_propose(Nothing) -> PlanDraft, Everyone, "undercroft plan add {name} --to {destination} --dry-run";
            /// Keeps a plan, new or changed.
            plan_save(PlanSave) -> Plan, Everyone, "undercroft plan add {name} --to {destination}";
            /// Asks the user whether a plan may start its commands that wait for that.
            plan_confirm_hooks(PlanRef) -> Plan, Everyone, "undercroft plan hooks {plan} --confirm";
            /// Counts what a plan would back up and what it would leave out.
            plan_preview(PlanDraft) -> PlanPreview, Everyone, "undercroft plan preview {plan}";
            /// Lets a plan run by itself, or no longer.
            plan_enable(PlanEnable) -> Plan, Everyone, "undercroft plan enable {plan}";
            /// Removes a plan; its backups stay.
            plan_delete(PlanRef) -> Plan, Everyone, "undercroft plan remove {plan}";
            /// Carries a plan out now.
            plan_run(PlanRef) -> JobView, Everyone, "undercroft plan run {plan}";
            /// Lists the runs to come.
            schedule_upcoming(Upcoming) -> Vec<PlannedRun>, Everyone, "undercroft plan upcoming";
            /// Shows whether backups begin by themselves.
            schedule_state(Nothing) -> ScheduleState, Everyone, "undercroft plan status";
            /// Lets no backup begin by itself for a while.
            schedule_pause(PauseRequest) -> ScheduleState, Everyone, "undercroft plan pause";
            /// Lets backups begin by themselves again.
            schedule_resume(Nothing) -> ScheduleState, Everyone, "undercroft plan resume";
            /// Backs a project up.
            backup_run(BackupRun) -> JobView, Everyone, "undercroft backup run {project} --to {destination}";
            /// Backs every project up to every destination.
            backup_run_all(Nothing) -> Vec<JobView>, Everyone, "undercroft backup run --all";
            /// Lists backups, newest first.
            snapshot_list(SnapshotFilter) -> Vec<Snapshot>, Everyone, "undercroft backup list {project}";
            /// Lists a folder inside a backup.
            snapshot_browse(Browse) -> Listing, Everyone, "undercroft backup browse {snapshot} {path} --from {destination}";
            /// Previews a file inside a backup.
            snapshot_file(Browse) -> Preview, Everyone, "undercroft backup file {snapshot} {path} --from {destination}";
            /// Gets a backup, or a part of it, back.
            restore(Restore) -> JobView, Everyone, "undercroft restore {snapshot} [{paths}] --from {destination} [--target {target}] [--overwrite {overwrite}]";
            /// Previews the restore of a backup; nothing is written.
            restore_preview(Restore) -> SnapshotRestorePlan, Everyone, "undercroft restore {snapshot} [{paths}] --from {destination} [--target {target}] [--overwrite {overwrite}] --dry-run";
            /// Looks for files, also ones that are gone, in all versions, backups and archives.
            search(Search) -> SearchResult, Everyone, "undercroft search {text}";
            /// Lists all that is kept of one file, in the history, in every backup and archive, newest first.
            file_everywhere(FileEverywhere) -> FileCopies, Everyone, "undercroft file everywhere {project} {path}";
            /// Looks for names in all backups.
            snapshot_search(SnapshotSearch) -> Vec<SnapshotHit>, Everyone, "undercroft backup search {text}";
            /// Compares two backups, or one with what is on disk.
            snapshot_compare(SnapshotCompare) -> SnapshotDifference, Everyone, "undercroft backup compare {from} {to} --from {destination}";
            /// Pins a backup, so that no policy drops it, or lets it go with the others again.
            snapshot_pin(SnapshotPin) -> Snapshot, Everyone, "undercroft backup pin {snapshot} --from {destination}";
            /// Previews what forgetting these backups would remove and free.
            snapshot_forget_preview(SnapshotsRef) -> ForgetPlan, Everyone, "undercroft backup forget {snapshots} --from {destination} --dry-run";
            /// Moves backups to the destination's trash.
            snapshot_forget(SnapshotsRef) -> JobView, Everyone, "undercroft backup forget {snapshots} --from {destination}";
            /// Previews what a policy keeps, and why, and what it lets go.
            retention_preview(RetentionRequest) -> ForgetPlan, Everyone, "undercroft retention preview {destination}";
            /// Lets go what a policy does not keep, to the trash.
            retention_apply(RetentionRequest) -> JobView, Everyone, "undercroft retention apply {destination}";
            /// Lists the backups in a destination's trash.
            trash_list(DestinationRef) -> Vec<TrashedSnapshot>, Everyone, "undercroft retention trash {destination}";
            /// Takes backups out of the trash.
            trash_restore(SnapshotsRef) -> Vec<Snapshot>, Everyone, "undercroft retention restore {destination} {snapshot}";
            /// Empties a destination's trash.
            trash_empty(DestinationRef) -> JobView, Everyone, "undercroft retention empty {destination}";
            /// Previews how much a clean-up of a destination would free.
            cleanup_preview(DestinationRef) -> CleanupPlan, Everyone, "undercroft destination cleanup {destination} --dry-run";
            /// Frees what no backup of a destination needs any more.
            cleanup(DestinationRef) -> JobView, Everyone, "undercroft destination cleanup {destination}";
            /// Shows how far the destinations are proven.
            proof_list(Nothing) -> Vec<DestinationProof>, Everyone, "undercroft destination proof";
            /// Reads a destination back, whole or a share.
            destination_check(CheckRequest) -> JobView, Everyone, "undercroft destination check {destination}";
            /// Restores random files of a destination on trial, and compares.
            drill(DestinationRef) -> JobView, Everyone, "undercroft destination drill {destination}";
            /// Mends a destination.
            destination_repair(RepairRequest) -> JobView, Everyone, "undercroft destination repair {destination} {what}";
            /// Protects a destination against damage of its drive.
            parity_change(ParityChange) -> JobView, Everyone, "undercroft destination parity {destination} {percent}";
            /// Lists what looked unusual, newest first.
            guard_list(Nothing) -> Vec<GuardAlert>, Everyone, "undercroft retention alerts";
            /// Shows what of an alert is gone, and the newest that has all of it.
            guard_loss(GuardRef) -> GuardLoss, Everyone, "undercroft retention lost {alert}";
            /// Brings back what of an alert is gone, where it was.
            guard_restore(GuardRef) -> JobView, Everyone, "undercroft retention lost {alert} --restore";
            /// Answers such an alert, or takes the answer back.
            guard_answer(GuardReply) -> GuardAlert, Everyone, "undercroft retention answer {alert} {answer}";
            /// Lists the libraries that a destination can give back.
            recovery_look(RecoveryLook) -> Vec<RecoverableLibrary>, Everyone, "undercroft library recover {path} --list";
            /// Gets a whole library back; the program must be started anew afterwards.
            library_recover(LibraryRecover) -> JobView, Everyone, "undercroft library recover {path}";
            /// Lists the places that a recovered library records, and which of them are confirmed.
            library_places(Nothing) -> Vec<RecordedPlace>, Everyone, "undercroft library places";
            /// Asks the user whether a recovered library may use the places that it records.
            library_places_confirm(PlacesConfirm) -> Vec<RecordedPlace>, Everyone, "undercroft library places [{path}] --confirm";
            /// Starts the program anew.
            app_restart(Nothing) -> Nothing, Window, "";
            /// Lists the jobs that run, and those that ended lately.
            job_list(Nothing) -> Vec<JobView>, Everyone, "undercroft job list";
            /// Asks a job to stop.
            job_cancel(JobRef) -> JobView, Everyone, "";
            /// Tells a job to wait.
            job_pause(JobRef) -> JobView, Everyone, "";
            /// Lets a job that waits go on.
            job_resume(JobRef) -> JobView, Everyone, "";
            /// Lists what was done, newest first.
            run_list(RunFilter) -> Vec<Run>, Everyone, "undercroft run list";
            /// Shows a run with its parts and its log.
            run_show(RunRef) -> RunDetail, Everyone, "undercroft run show {run}";
            /// Gives a run's log as a file.
            run_export(RunExport) -> RunExported, Everyone, "undercroft run export {run}";
            /// Lists what happened, oldest first.
            event_list(EventsAfter) -> Vec<Event>, Everyone, "undercroft events";
            /// Shows the whole at a glance.
            dashboard(Nothing) -> Dashboard, Everyone, "undercroft status";
            /// Says that a concern is known, so that it is not told of again, or that it is to be.
            concern_known(ConcernKnown) -> Dashboard, Everyone, "undercroft status --dismiss {concern}";
            /// Looks for whatever could keep Undercroft from doing its work.
            doctor(Nothing) -> Vec<Finding>, Everyone, "undercroft doctor";
            /// Does what the doctor proposes.
            doctor_fix(FindingFix) -> Vec<Finding>, Everyone, "undercroft doctor --fix {id}";
            /// Shows what would be in the diagnostics; nothing is written.
            diagnostics_show(DiagnosticsAsk) -> Diagnostics, Everyone, "undercroft diagnostics {file} --dry-run";
            /// Saves diagnostics that were shown, and says which file they are.
            diagnostics_save(DiagnosticsSave) -> Place, Everyone, "undercroft diagnostics {file}";
            /// Gives diagnostics that were shown as a file.
            diagnostics_load(DiagnosticsRef) -> DiagnosticsFile, Everyone, "undercroft diagnostics {file}";
            /// Reads a command in words, and answers one that only asks; nothing is changed.
            console_preview(ConsoleWords) -> ConsoleAnswer, Everyone, "undercroft say {words} --dry-run";
            /// Carries out a command in words, and answers it.
            console_run(ConsoleWords) -> ConsoleAnswer, Everyone, "undercroft say {words}";
            /// Shows the settings, and where each comes from.
            settings_show(Nothing) -> SettingsView, Everyone, "undercroft settings show";
            /// Changes settings.
            settings_change(SettingsChange) -> SettingsView, Everyone, "undercroft settings set {key} {value}";
            /// Gives all settings as a file, without any password.
            settings_export(SettingsExport) -> SettingsExported, Everyone, "undercroft settings export";
            /// Previews what importing a file of settings would change.
            settings_import_preview(SettingsImport) -> SettingsImportPlan, Everyone, "undercroft settings import {file} --dry-run";
            /// Changes the settings to those of a file.
            settings_import(SettingsImport) -> SettingsView, Everyone, "undercroft settings import {file}";
        }
    };
}
pub(crate) use with_use_cases;
