/** The wire types of history, files, workspaces and git. */
import type { EntryKind, JobView, Nothing, ProjectRef } from './bindings';

export type WorkspaceRef = {
  workspace: string;
};
export type WorkspaceOpen = {
  version: string;
  name: string;
  to?: string | null;
};
export type WorkspaceDescribe = {
  workspace: string;
  text: string;
};
export type Workspace = {
  id: string;
  project: string;
  projectName: string;
  name: string;
  description: string;
  path: string;
  present: boolean;
  main: boolean;
  current: boolean;
  openedFrom?: string | null;
  created: string;
  versions: number;
  lastVersion?: string | null;
  watch: WatchStatus;
};
export type Current = {
  project?: string | null;
  workspace?: string | null;
};
export type Trigger = 'manual' | 'automatic' | 'beforeRestore' | 'import';
export type Layer = 'git' | 'objects' | 'memory';
export type LayerReason = 'wish' | 'rule' | 'session' | 'large' | 'binary' | 'pointer' | 'text';
export type Version = {
  id: string;
  shortId: string;
  project: string;
  workspace: string;
  seq: number;
  time: string;
  author: string;
  message: string;
  trigger: Trigger;
  name?: string | null;
  note?: string | null;
  pinned: boolean;
  parent?: string | null;
  commit: string;
  files: number;
  sizeBytes: number;
  storedBytes: number;
  added: number;
  modified: number;
  removed: number;
  renamed: number;
};
export type ChangeKind = 'added' | 'modified' | 'removed' | 'renamed' | 'metadata';
export type Change = {
  path: string[];
  from?: string[] | null;
  kind: ChangeKind;
  sizeBytes?: number | null;
  layer?: Layer | null;
};
export type VersionRef = {
  version: string;
};
export type VersionFilter = {
  workspace: string;
  before?: number | null;
  limit?: number | null;
  from?: string | null;
  until?: string | null;
  trigger?: Trigger | null;
  text?: string | null;
};
export type VersionDays = {
  workspace: string;
  timeZone?: string | null;
};
export type Day = {
  date: string;
  versions: number;
  changes: number;
  hours: number[];
};
export type VersionDetail = {
  version: Version;
  changes: Change[];
  changesTotal: number;
};
export type VersionSave = {
  workspace: string;
  message?: string | null;
};
export type VersionMark = {
  version: string;
  name?: string | null;
  note?: string | null;
  pinned?: boolean | null;
};
export type VersionCompare = {
  from: string;
  to: string;
  path?: string[];
};
export type Comparison = {
  changes: Change[];
  changesTotal: number;
};
export type VersionSizes = {
  uniqueBytes: number;
  reclaimableBytes: number;
  largest: SizedPath[];
};
export type SizedPath = {
  path: string[];
  sizeBytes: number;
};
export type ThinPlan = {
  keep: number;
  drop: ThinDrop[];
  freesBytes: number;
  lostFiles: number;
};
export type ThinDrop = {
  version: Version;
  why: string;
};
export type HistoryPlan = {
  counted: string;
  files: number;
  sizeBytes: number;
  leftOut: LeftOut[];
  secrets: string[][];
  layers: LayerTotals;
};
export type LeftOut = {
  path: string[];
  why: string;
  files: number;
  sizeBytes: number;
};
export type LayerTotals = {
  gitFiles: number;
  gitBytes: number;
  objectFiles: number;
  objectBytes: number;
};
export type WatchFilter = {
  project?: string | null;
};
export type WatchStatus = 'off' | 'importing' | 'watching' | 'limited' | 'paused' | 'missing';
export type WatchState = {
  project: string;
  workspace: string;
  name: string;
  state: WatchStatus;
  why?: string | null;
  pendingChanges: number;
  lastVersion?: string | null;
};
export type Rules = {
  project: string;
  followGitignore: boolean;
  leaveOut: string[];
  keep: string[];
  layers: LayerRule[];
};
export type LayerRule = {
  pattern: string;
  layer: Layer;
};
export type RulesChange = {
  project: string;
  followGitignore?: boolean | null;
  leaveOut?: string[] | null;
  keep?: string[] | null;
  layers?: LayerRule[] | null;
};
export type VersionRestore = {
  version: string;
  paths?: string[][];
  to?: string | null;
};
export type RestorePlan = {
  restore: number;
  overwrite: number;
  identical: number;
  remove: number;
  bytes: number;
  first: Change[];
};
export type FileVersion = {
  version: Version;
  path: string[];
  kind: ChangeKind;
  entry?: EntryKind | null;
  sizeBytes?: number | null;
  layer?: Layer | null;
};
export type FileAt = {
  version: string;
  path?: string[];
};
export type FileRef = {
  workspace: string;
  path: string[];
};
export type FileListing = {
  version?: string | null;
  path: string[];
  entries: FileEntry[];
};
export type FileEntry = {
  name: string;
  kind: EntryKind;
  sizeBytes: number;
  modified: string;
  mode: string;
  layer?: Layer | null;
  reason?: LayerReason | null;
  target?: string | null;
};
export type PreviewKind = 'text' | 'image' | 'binary' | 'tooLarge' | 'link' | 'folder';
export type Preview = {
  kind: PreviewKind;
  text?: string | null;
  language?: string | null;
  mime?: string | null;
  base64?: string | null;
  hex?: string | null;
  sizeBytes: number;
  truncated: boolean;
};
export type FileCompare = {
  from?: FileAt | null;
  to?: FileAt | null;
};
export type DiffKind = 'text' | 'image' | 'binary' | 'tooLarge' | 'same';
export type FileDiff = {
  kind: DiffKind;
  hunks: Hunk[];
  old?: Preview | null;
  new?: Preview | null;
  addedLines: number;
  removedLines: number;
  truncated: boolean;
};
export type Hunk = {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  lines: Line[];
};
export type Line = {
  tag: LineTag;
  text: string;
  old?: number | null;
  new?: number | null;
  spans: [number, number][];
};
export type LineTag = 'same' | 'removed' | 'added';
export type FileSearch = {
  version: string;
  text: string;
  inContent?: boolean;
  limit?: number | null;
};
export type FileHit = {
  path: string[];
  line?: number | null;
  preview?: string | null;
};
export type FileSave = {
  workspace: string;
  path: string[];
  base64: string;
  message?: string | null;
  layer?: Layer | null;
};
export type FileDelete = {
  workspace: string;
  path: string[];
  message?: string | null;
};
export type Saved = {
  version?: Version | null;
  changed: boolean;
};
export type Conflict = 'ask' | 'replace' | 'keepBoth' | 'skip';
export type FileUpload = {
  workspace: string;
  folder?: string[];
  places: string[];
  conflict?: Conflict;
};
export type GitStatus = {
  present: boolean;
  branch?: string | null;
  head?: string | null;
  upstream?: string | null;
  ahead: number;
  behind: number;
  remotes: GitRemote[];
  changes: Change[];
  changesTotal: number;
};
export type GitRemote = {
  name: string;
  url: string;
};
export type GitCreate = {
  workspace: string;
  branch?: string | null;
};
export type GitCommitNew = {
  workspace: string;
  message: string;
  author?: string | null;
};
export type GitCommit = {
  id: string;
  shortId: string;
  author: string;
  time: string;
  summary: string;
  message: string;
  parents: string[];
};
export type GitBranch = {
  name: string;
  current: boolean;
  commit: GitCommit;
  upstream?: string | null;
  ahead: number;
  behind: number;
};
export type GitBranchCreate = {
  workspace: string;
  name: string;
  from?: string | null;
};
export type GitBranchSwitch = {
  workspace: string;
  name: string;
};
export type GitLog = {
  workspace: string;
  from?: string | null;
  limit?: number | null;
};
export type GitCompare = {
  workspace: string;
  from?: string | null;
  to?: string | null;
};
export type GitDiff = {
  changes: Change[];
  text: string;
  truncated: boolean;
};
export type GitSync = {
  workspace: string;
  message?: string | null;
};
export type GitTransfer = {
  workspace: string;
  remote?: string | null;
  branch?: string | null;
};
export type GitRemoteSet = {
  workspace: string;
  name: string;
  url: string;
};
export type GitExport = {
  workspace: string;
  branch: string;
};
export type MemoryStats = {
  capacityBytes: number;
  usedBytes: number;
  entries: number;
  hits: number;
  misses: number;
  evictions: number;
  drafts: number;
  draftBytes: number;
  journalBytes: number;
};
export type MemoryTransfer = {
  place: string;
};
export type MemoryTransferred = {
  drafts: number;
  sizeBytes: number;
};
export type DraftSave = {
  project: string;
  name: string;
  base64: string;
  expiresSeconds?: number | null;
};
export type DraftRef = {
  project: string;
  name: string;
};
export type Draft = {
  project: string;
  name: string;
  sizeBytes: number;
  saved: string;
  expires?: string | null;
};
export type DraftContent = {
  draft: Draft;
  base64: string;
};

export interface HistoryUseCases {
  workspace_list: { request: ProjectRef; reply: Workspace[] };
  workspace_open: { request: WorkspaceOpen; reply: JobView };
  workspace_show: { request: WorkspaceRef; reply: Workspace };
  workspace_switch: { request: WorkspaceRef; reply: Workspace };
  workspace_refresh: { request: WorkspaceRef; reply: JobView };
  workspace_close: { request: WorkspaceRef; reply: JobView };
  workspace_describe: { request: WorkspaceDescribe; reply: Workspace };
  current: { request: Nothing; reply: Current };
  history_preview: { request: ProjectRef; reply: JobView };
  history_plan: { request: ProjectRef; reply: HistoryPlan };
  history_start: { request: ProjectRef; reply: JobView };
  history_pause: { request: WatchFilter; reply: WatchState[] };
  history_resume: { request: WatchFilter; reply: WatchState[] };
  watch_list: { request: Nothing; reply: WatchState[] };
  rules_show: { request: ProjectRef; reply: Rules };
  rules_change: { request: RulesChange; reply: Rules };
  version_list: { request: VersionFilter; reply: Version[] };
  version_days: { request: VersionDays; reply: Day[] };
  version_show: { request: VersionRef; reply: VersionDetail };
  version_save: { request: VersionSave; reply: JobView };
  version_mark: { request: VersionMark; reply: Version };
  version_compare: { request: VersionCompare; reply: Comparison };
  version_sizes: { request: VersionRef; reply: VersionSizes };
  thin_preview: { request: ProjectRef; reply: ThinPlan };
  thin: { request: ProjectRef; reply: JobView };
  history_compact: { request: ProjectRef; reply: JobView };
  history_check: { request: ProjectRef; reply: JobView };
  file_list: { request: FileAt; reply: FileListing };
  file_preview: { request: FileAt; reply: Preview };
  file_history: { request: FileRef; reply: FileVersion[] };
  file_diff: { request: FileCompare; reply: FileDiff };
  file_search: { request: FileSearch; reply: FileHit[] };
  file_save: { request: FileSave; reply: Saved };
  file_delete: { request: FileDelete; reply: Saved };
  file_upload: { request: FileUpload; reply: JobView };
  version_restore: { request: VersionRestore; reply: JobView };
  version_restore_preview: { request: VersionRestore; reply: RestorePlan };
  undo: { request: WorkspaceRef; reply: JobView };
  memory_stats: { request: Nothing; reply: MemoryStats };
  git_status: { request: WorkspaceRef; reply: GitStatus };
  git_create: { request: GitCreate; reply: GitStatus };
  git_commit: { request: GitCommitNew; reply: GitCommit };
  git_sync: { request: GitSync; reply: JobView };
  git_branches: { request: WorkspaceRef; reply: GitBranch[] };
  git_branch_create: { request: GitBranchCreate; reply: GitBranch };
  git_branch_switch: { request: GitBranchSwitch; reply: GitStatus };
  git_log: { request: GitLog; reply: GitCommit[] };
  git_diff: { request: GitCompare; reply: GitDiff };
  git_push: { request: GitTransfer; reply: JobView };
  git_pull: { request: GitTransfer; reply: JobView };
  git_remote_set: { request: GitRemoteSet; reply: GitStatus };
  git_export_history: { request: GitExport; reply: JobView };
}

export const historyHints = {
  workspace_list: 'undercroft workspace list {project}',
  workspace_open: 'undercroft workspace open {version} {name}',
  version_save: 'undercroft version save {workspace} -m {message}',
  version_restore: 'undercroft version restore {version} {path}',
  history_start: 'undercroft history start {project}',
  history_pause: 'undercroft history pause {project}',
  history_resume: 'undercroft history resume {project}',
  rules_show: 'undercroft history rules {project}',
  thin_preview: 'undercroft version thin {project} --dry-run',
  version_list: 'undercroft version list {workspace}',
  file_list: 'undercroft file list {version} {path}',
  undo: 'undercroft undo {workspace}',
  git_create: 'undercroft git create {workspace}',
  memory_stats: 'undercroft memory stats',
};
