import { describe, expect, it } from 'vitest';
import {
  activityRoute,
  archiveRoute,
  filesRoute,
  formatRoute,
  historyRoute,
  parseRoute,
  projectsRoute,
  searchRoute,
  storageRoute,
} from './routing';
import type { Route } from './routing';

const routes: Route[] = [
  { page: 'dashboard' },
  projectsRoute(),
  projectsRoute('p-1', { text: 'a b/c', protection: 'attention' }),
  {
    page: 'browse',
    destination: 'd-1',
    snapshot: 'ab12',
    path: ['a/b', '50%', 'bad\\xff', 'שלום', '..', '?x#y'],
    project: 'p-1',
  },
  { page: 'backups', destination: null },
  { page: 'backups', destination: null, drive: '/media/mira/blue disk/Undercroft' },
  { page: 'backups', destination: 'd-1' },
  { page: 'backups', destination: 'd-1', view: 'verification' },
  activityRoute({ show: 'runs', run: 'r-1', state: 'failed', plan: 'pn-1', kind: 'drill' }),
  activityRoute({ show: 'calendar', month: '2026-11', destination: 'd-1' }),
  activityRoute({ event: 'project', text: 'a&b c', project: 'p-1' }),
  { page: 'plan', plan: null },
  { page: 'plan', plan: 'pn-1' },
  searchRoute('läyout *.rs'),
  searchRoute('a b', { project: 'p-1', content: true }),
  { page: 'recover' },
  archiveRoute(),
  archiveRoute(null, { trash: true, text: 'a b/c' }),
  archiveRoute('a-1', { view: 'files', path: ['50%', '..', '#?'], file: 'a b' }),
  { page: 'doctor' },
  storageRoute(),
  storageRoute({ view: 'picture', by: 'type' }),
  storageRoute({ view: 'growth', key: 'path:p/a b/50%&#', by: 'age', from: 'x', to: 'y' }),
  storageRoute({ view: 'trend', subject: 'project:p-1' }),
  { page: 'settings' },
  { page: 'settings', section: 'watch' },
  { page: 'settings', find: 'quota-gb' },
  filesRoute('p-1'),
  filesRoute('p-1', { workspace: 'w-1', version: 'v1', path: ['50%', '..', '#?'], file: 'a b' }),
  historyRoute('p-1', 'w-1', { version: 'v1', text: 'a&b', trigger: 'manual' }),
  {
    page: 'fileHistory',
    project: 'p-1',
    workspace: 'w-1',
    path: ['src', 'bad\\xff'],
    from: 'v1',
    to: '',
  },
  {
    page: 'diff',
    project: 'p-1',
    workspace: 'w-1',
    from: 'v1',
    to: 'now',
    path: ['a b', '%2f', '#'],
  },
  { page: 'workspaces', project: 'p-1' },
  { page: 'git', project: 'p-1', workspace: 'main' },
  { page: 'rules', project: 'p-1' },
];

describe('an address', () => {
  it.each(routes)('leads back to its route: $page', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it.each([
    '#/nowhere',
    '#/projects/a/b/c',
    '#/projects/a/snapshots',
    '#/settings/more',
    '#/browse/only',
    '#/projects/a/file-history/main',
  ])('that leads nowhere says so: %s', (hash) => {
    expect(parseRoute(hash).page).toBe('missing');
  });

  it('of former days leads to what took its place', () => {
    expect(parseRoute('#/cleanup')).toEqual(storageRoute());
    expect(parseRoute('#/storage?by=type')).toEqual(storageRoute({ view: 'picture', by: 'type' }));
    expect(parseRoute('#/storage?key=k')).toEqual(storageRoute({ view: 'picture', key: 'k' }));
  });

  it('survives a broken escape', () => {
    expect(parseRoute('#/projects/%zz')).toEqual(projectsRoute('%zz'));
  });
});
