import { describe, expect, it } from 'vitest';
import { activityRoute, formatRoute, parseRoute, projectsRoute } from './routing';
import type { Route } from './routing';

const routes: Route[] = [
  { page: 'dashboard' },
  projectsRoute(),
  projectsRoute('p-1', { text: 'a b/c', protection: 'attention' }),
  { page: 'snapshots', project: 'p-1' },
  {
    page: 'browse',
    destination: 'd-1',
    snapshot: 'ab12',
    path: ['a/b', '50%', 'bad\\xff', 'שלום', '..', '?x#y'],
    project: 'p-1',
  },
  { page: 'backups', destination: null },
  { page: 'backups', destination: 'd-1' },
  activityRoute({ show: 'runs', run: 'r-1', state: 'failed' }),
  { page: 'settings' },
];

describe('an address', () => {
  it.each(routes)('leads back to its route: $page', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it.each(['#/nowhere', '#/projects/a/b/c', '#/settings/more', '#/browse/only'])(
    'that leads nowhere says so: %s',
    (hash) => {
      expect(parseRoute(hash).page).toBe('missing');
    },
  );

  it('survives a broken escape', () => {
    expect(parseRoute('#/projects/%zz')).toEqual(projectsRoute('%zz'));
  });
});
