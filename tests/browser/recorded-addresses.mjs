/** The addresses of all pages, over what the engine was recorded to answer. */

import { replied } from '../pictures/recorded-site.mjs';

const projects = replied('project_list');
const destinations = replied('destination_list');
const snapshots = replied('snapshot_list');
const [plan, otherPlan] = replied('plan_list');
const [{ id: project }] = projects;
const lost = projects.find((/** @type {any} */ one) => one.name === 'ledger-migration').id;
const [{ id: destination }, { id: second }] = destinations;
const [workspace] = replied('workspace_list', { project });
const versions = replied('version_list', { workspace: workspace.id });
const held = snapshots.filter((/** @type {any} */ one) => one.project === project && one.destination === destination);
const run = replied('run_list').find((/** @type {any} */ one) => one.kind === 'plan');
/** One of `ui/src/test/fixtures/archives.ts`. */
const archive = 'a-1';

export const ids = {
  project,
  lost,
  destination,
  second,
  workspace: workspace.id,
  snapshot: held[0].id,
  plan: plan.id,
  run: run.id,
  archive,
};

export const inProject = `#/projects/${project}`;
export const atDestination = `#/backups/${destination}`;
export const inBackup = `#/browse/${destination}/${held[0].id}?project=${project}`;

/** Each page that asks the engine for something. */
export const asking = [
  '#/',
  '#/projects',
  inProject,
  `${inProject}/files/main/now`,
  `${inProject}/history/main`,
  `${inProject}/file-history/main/README.md`,
  `${inProject}/diff/main?from=${versions[4].id}&to=${versions[0].id}`,
  `${inProject}/workspaces`,
  `${inProject}/git/main`,
  `${inProject}/rules`,
  inBackup,
  '#/backups',
  ...[
    atDestination,
    ...['trash', 'verification', 'keys', 'maintenance'].map((view) => `${atDestination}?view=${view}`),
  ],
  `#/plans/${plan.id}`,
  '#/plans/new',
  '#/search?text=main',
  '#/archive',
  '#/archive?show=trash',
  `#/archive/${archive}?view=files`,
  ...['picture', 'findings', 'growth', 'trend'].map((view) => `#/storage?view=${view}`),
  '#/cleanup',
  ...['runs', 'events', 'calendar', 'undo'].map((show) => `#/activity?show=${show}`),
  '#/doctor',
];

/** Each page. */
export const pages = [
  ...asking,
  `${inProject}/files/main/${versions[3].id}`,
  `${inProject}/files/main/now/src?file=main.rs`,
  `#/archive/${archive}?view=files&file=README.md`,
  `#/activity?show=runs&run=${run.id}`,
  '#/recover',
  '#/help',
  '#/help/parity',
  '#/settings',
  '#/nowhere',
];

/** Two places of the same kind, the first of which is left before it is answered. @type {{ what: string, first: string, then: string, about: string }[]} */
export const pairs = [
  [inProject, `#/projects/${lost}`, project],
  [`${inProject}/files/main/now`, `#/projects/${lost}/files/main/now`, project],
  [`${inProject}/history/main`, `#/projects/${lost}/history/main`, project],
  [`${inProject}/files/main/${versions[3].id}`, `${inProject}/files/main/${versions[5].id}`, versions[3].id],
  [atDestination, `#/backups/${second}`, destination],
  [`#/plans/${plan.id}`, `#/plans/${otherPlan.id}`, plan.id],
  [`#/browse/${destination}/${held[0].id}`, `#/browse/${destination}/${held[1].id}`, held[0].id],
  [inProject, '#/backups', project],
].map(([first = '', then = '', about = '']) => ({ what: `${first} then ${then}`, first, then, about }));
