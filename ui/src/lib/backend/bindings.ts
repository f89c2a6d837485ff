/** The wire types, as the contract of the backend has them. */

export type ErrorCode =
  | 'not_found'
  | 'already_exists'
  | 'invalid'
  | 'wrong_password'
  | 'repository_missing'
  | 'too_new'
  | 'locked'
  | 'damaged'
  | 'storage_full'
  | 'permission_denied'
  | 'source_missing'
  | 'cancelled'
  | 'unavailable'
  | 'unsupported'
  | 'unauthorized'
  | 'internal';
export type WireError = { code: string; what: string; why: string; next: string };

export type AppInfo = {
  version: string;
  libraryPath: string;
  platform: string;
  canPick: boolean;
  canType: boolean;
  tray: boolean;
};
export type PlacePurpose = 'project' | 'destination' | 'restore';
export type PlaceState = 'folder' | 'file' | 'missing' | 'repository';
export type Place = { id: string; display: string; name: string; state: PlaceState };
export type ProjectStatus = 'active' | 'archived' | 'trashed';
export type ProjectKind = 'generation' | 'migration' | 'other';
export type ProjectFilter = {
  text?: string | null;
  status?: ProjectStatus | null;
  language?: string | null;
  framework?: string | null;
  tag?: string | null;
};
export type ProtectionState = 'protected' | 'attention' | 'running';
export type Protection = {
  state: ProtectionState;
  reason: string;
  lastBackup?: string | null;
  destinations: number;
};
export type Project = {
  id: string;
  name: string;
  kind: ProjectKind;
  status: ProjectStatus;
  path: string;
  present: boolean;
  languages: string[];
  frameworks: string[];
  tags: string[];
  gitRemote?: string | null;
  files: number;
  sizeBytes: number;
  created: string;
  updated: string;
  protection: Protection;
};
export type Destination = {
  id: string;
  name: string;
  display: string;
  repositoryId: string;
  present: boolean;
  freeBytes?: number | null;
  totalBytes?: number | null;
  snapshots: number;
  lastBackup?: string | null;
  added: string;
};
export type Snapshot = {
  id: string;
  shortId: string;
  destination: string;
  destinationName: string;
  project?: string | null;
  time: string;
  host: string;
  user: string;
  paths: string[];
  tags: string[];
  files?: number | null;
  sizeBytes?: number | null;
  addedBytes?: number | null;
};
export type EntryKind = 'folder' | 'file' | 'symlink' | 'other';
export type Entry = {
  name: string;
  kind: EntryKind;
  sizeBytes: number;
  modified: string;
  mode: string;
  target?: string | null;
};
export type Listing = { path: string[]; entries: Entry[] };
export type Overwrite = 'never' | 'changed' | 'always';
export type JobKind = 'backup' | 'restore' | 'refresh' | 'check';
export type JobState = 'queued' | 'running' | 'succeeded' | 'warnings' | 'failed' | 'cancelled';
export type Progress = {
  bytesDone: number;
  bytesTotal: number;
  filesDone: number;
  filesTotal: number;
  totalsSettled: boolean;
  bytesPerSecond: number;
  secondsLeft?: number | null;
};
export type Warning = { item: string; message: string };
export type Outcome = {
  summary: string;
  warnings: Warning[];
  warningsTotal: number;
  error?: WireError | null;
};
export type JobView = {
  id: string;
  kind: JobKind;
  title: string;
  project?: string | null;
  destination?: string | null;
  state: JobState;
  progress: Progress;
  current: string;
  started: string;
  ended?: string | null;
  outcome?: Outcome | null;
};
export type Run = {
  id: string;
  kind: JobKind;
  title: string;
  project?: string | null;
  destination?: string | null;
  state: JobState;
  started: string;
  ended?: string | null;
  outcome?: Outcome | null;
  filesDone: number;
  bytesDone: number;
};
export type Event = {
  seq: number;
  time: string;
  kind: string;
  text: string;
  project?: string | null;
  destination?: string | null;
};
export type ProjectDetail = {
  project: Project;
  destinations: Destination[];
  snapshots: Snapshot[];
  runs: Run[];
};
export type Attention = { project: Project; reason: string };
export type Dashboard = {
  sentence: string;
  protectedProjects: number;
  attentionProjects: number;
  runningJobs: number;
  projects: number;
  sizeBytes: number;
  destinations: Destination[];
  attention: Attention[];
  recentRuns: Run[];
};
export type FindingLevel = 'ok' | 'warning' | 'error';
export type Finding = { level: FindingLevel; area: string; what: string; why: string; next: string };
export type Theme = 'system' | 'light' | 'dark';
export type SettingSource = 'default' | 'file' | 'environment' | 'flag';
export type SettingsView = {
  theme: Theme;
  closeToTray: boolean;
  trayHintShown: boolean;
  libraryPath: string;
  settingsFile: string;
  sources: Record<string, SettingSource>;
};
export type Nothing = Record<string, never>;

export type BackendEvent =
  | { type: 'job'; job: JobView }
  | { type: 'event'; event: Event }
  | { type: 'dropped'; places: Place[]; x: number; y: number }
  | { type: 'dragOver'; active: boolean }
  | { type: 'notice'; text: string };

export interface UseCases {
  app_info: { request: Nothing; reply: AppInfo };
  place_pick: { request: { purpose: PlacePurpose }; reply: Place | null };
  place_type: { request: { path: string }; reply: Place };
  project_list: { request: ProjectFilter; reply: Project[] };
  project_show: { request: { project: string }; reply: ProjectDetail };
  project_add: { request: { place: string; name?: string | null; tags: string[] }; reply: Project };
  project_rename: { request: { project: string; name: string }; reply: Project };
  project_tag: { request: { project: string; add: string[]; remove: string[] }; reply: Project };
  project_forget: { request: { project: string }; reply: Project };
  project_recall: { request: { project: string }; reply: Project };
  project_refresh: { request: { project: string }; reply: JobView };
  destination_list: { request: Nothing; reply: Destination[] };
  destination_add: {
    request: { place: string; name?: string | null; password: string; create: boolean };
    reply: Destination;
  };
  destination_forget: { request: { destination: string }; reply: Destination };
  backup_run: { request: { project: string; destination: string }; reply: JobView };
  backup_run_all: { request: Nothing; reply: JobView[] };
  snapshot_list: {
    request: { project?: string | null; destination?: string | null };
    reply: Snapshot[];
  };
  snapshot_browse: {
    request: { destination: string; snapshot: string; path: string[] };
    reply: Listing;
  };
  restore: {
    request: {
      destination: string;
      snapshot: string;
      path: string[];
      to: string;
      overwrite: Overwrite;
    };
    reply: JobView;
  };
  job_list: { request: Nothing; reply: JobView[] };
  job_cancel: { request: { job: string }; reply: JobView };
  run_list: { request: { project?: string | null; limit: number }; reply: Run[] };
  event_list: { request: { after: number; limit: number }; reply: Event[] };
  dashboard: { request: Nothing; reply: Dashboard };
  doctor: { request: Nothing; reply: Finding[] };
  settings_show: { request: Nothing; reply: SettingsView };
  settings_change: {
    request: { theme?: Theme | null; closeToTray?: boolean | null; trayHintShown?: boolean | null };
    reply: SettingsView;
  };
}

export const useCaseHints: Partial<Record<keyof UseCases, string>> = {
  app_info: 'undercroft --version',
  project_list: 'undercroft project list',
  project_show: 'undercroft project show {project}',
  project_add: 'undercroft project add {path}',
  project_rename: 'undercroft project rename {project} {name}',
  project_tag: 'undercroft project tag {project} +{tag}',
  project_forget: 'undercroft project remove {project}',
  project_recall: 'undercroft project recall {project}',
  project_refresh: 'undercroft project refresh {project}',
  destination_list: 'undercroft destination list',
  destination_add: 'undercroft destination add {path}',
  destination_forget: 'undercroft destination remove {destination}',
  backup_run: 'undercroft backup run {project} --to {destination}',
  backup_run_all: 'undercroft backup run --all',
  snapshot_list: 'undercroft backup list {project}',
  snapshot_browse: 'undercroft backup browse {snapshot} {path} --from {destination}',
  restore: 'undercroft restore {snapshot} --from {destination} --target {path}',
  job_list: 'undercroft job list',
  run_list: 'undercroft run list',
  event_list: 'undercroft events',
  dashboard: 'undercroft status',
  doctor: 'undercroft doctor',
  settings_show: 'undercroft settings show',
  settings_change: 'undercroft settings set {key} {value}',
};
