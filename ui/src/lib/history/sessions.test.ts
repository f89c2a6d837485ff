/** Sessions of work, in every time zone and over every change of a clock that the tests run in. */
import { describe, expect, it } from 'vitest';
import type { Trigger, Version } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';
import { changesIn, dateOf, groupSessions, namesake, spansOf } from './timeline';
import { rowsOfSessions, standingIn } from './version-rows';

const MINUTE = 60_000;
const template = new RecordedBackend().library.versions[0] as Version;
const blank = { name: null, pinned: false, trigger: 'automatic' as const };

/** Versions of these moments, the newest first. */
const made = (moments: readonly (string | number)[], change: Partial<Version> = {}): Version[] =>
  moments.map((moment, index) => ({
    ...template,
    ...blank,
    id: `v${moments.length - index}`,
    seq: moments.length - index,
    time: new Date(moment).toISOString(),
    ...change,
  }));
const local = (month: number, date: number, hour: number, minute = 0) =>
  new Date(2026, month - 1, date, hour, minute).getTime();
const sizes = (versions: readonly Version[]) =>
  groupSessions(versions).map((session) => session.versions.length);

/** The same figures each time, as if they were drawn: from 0 up to a bound. */
function drawer(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const TRIGGERS: readonly Trigger[] = ['automatic', 'manual', 'beforeRestore', 'import'];
/** In the nights before and after each of them some clock jumps, or a month is a day longer. */
const BEGINNINGS = [
  '2026-03-08T12:00Z',
  '2026-03-29T06:00Z',
  '2026-10-25T06:00Z',
  '2028-03-01T01:00Z',
];

/** A few days of work backwards from a moment, with pauses of all lengths and clocks that go wrong. */
function drawn(seed: number): Version[] {
  const draw = drawer(seed);
  let time = Date.parse(BEGINNINGS[seed % BEGINNINGS.length] ?? '');
  const moments = Array.from({ length: 120 }, () => {
    const pause = draw(10) < 7 ? draw(31) : draw(600);
    return (time -= (draw(20) === 0 ? -pause : pause) * MINUTE);
  });
  return made(moments).map((version) => ({
    ...version,
    trigger: draw(8) > 0 ? 'automatic' : (TRIGGERS[draw(TRIGGERS.length)] ?? 'automatic'),
  }));
}

/** The rule in words: work on one day, at most half an hour apart, and no clock that went back. */
function belong(newer: Version, older: Version): boolean {
  const apart = Date.parse(newer.time) - Date.parse(older.time);
  const isWork = (version: Version) => ['automatic', 'manual'].includes(version.trigger);
  const isOneDay = dateOf(newer.time) === dateOf(older.time);
  return isWork(newer) && isWork(older) && isOneDay && apart >= 0 && apart <= 30 * MINUTE;
}

describe('sessions', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('hold to their rule: %i', (seed) => {
    const versions = drawn(seed);
    const sessions = groupSessions(versions);
    expect(sessions.flatMap((session) => session.versions)).toEqual(versions);
    for (const { versions: inside, newest, oldest } of sessions) {
      expect([inside[0], inside.at(-1)]).toEqual([newest, oldest]);
      inside.slice(1).forEach((older, index) => {
        expect(belong(inside[index] as Version, older)).toBe(true);
      });
    }
    sessions.slice(1).forEach((older, index) => {
      expect(belong(sessions[index]?.oldest as Version, older.newest)).toBe(false);
    });
    expect(sessions.reduce((sum, session) => sum + changesIn(session), 0)).toBe(
      versions.reduce((sum, one) => sum + one.added + one.modified + one.removed + one.renamed, 0),
    );
  });

  it('last as long as no pause is longer than half an hour', () => {
    const at = (minute: number) => local(11, 4, 9, minute);
    expect(sizes(made([at(90), at(60), at(30), at(0)]))).toEqual([4]);
    expect(sizes(made([at(91), at(60), at(30)]))).toEqual([1, 2]);
    expect(groupSessions([])).toEqual([]);
  });

  it('end at midnight, and where a clock went back', () => {
    expect(sizes(made([local(11, 5, 0, 5), local(11, 4, 23, 50)]))).toEqual([1, 1]);
    expect(sizes(made([local(11, 4, 9), local(11, 4, 9, 10), local(11, 4, 9)]))).toEqual([1, 2]);
  });

  it('count the minutes that passed, not those that a clock was put ahead or back', () => {
    // In Los Angeles 01:50 and 03:10, then 01:50 and 01:10 an hour later.
    expect(sizes(made(['2026-03-08T10:10Z', '2026-03-08T09:50Z']))).toEqual([2]);
    expect(sizes(made(['2026-11-01T09:10Z', '2026-11-01T08:50Z']))).toEqual([2]);
  });

  it('leave alone what was imported, and what was saved before a restore', () => {
    const [newest, restored, oldest] = made([3, 2, 1].map((minute) => local(11, 4, 9, minute)));
    const versions = [newest, { ...restored, trigger: 'beforeRestore' as const }, oldest];
    expect(sizes(versions as Version[])).toEqual([1, 1, 1]);
  });

  it('are called by a name, else by what was saved, else by the newest', () => {
    const versions = made([4, 3, 2].map((minute) => local(11, 4, 9, minute)));
    const called = (...changes: Partial<Version>[]) => {
      const [session] = groupSessions(versions.map((one, at) => ({ ...one, ...changes[at] })));
      return session && namesake(session).id;
    };
    expect(called()).toBe('v3');
    expect(called({}, { trigger: 'manual' }, { trigger: 'manual' })).toBe('v2');
    expect(called({ trigger: 'manual' }, {}, { name: 'Shown' })).toBe('v1');
  });

  it('lie in their day as long as they last', () => {
    const versions = made([local(11, 4, 18), local(11, 4, 12, 15), local(11, 4, 12)]);
    expect(spansOf(groupSessions(versions), '2026-11-04')).toEqual([
      { id: 'v1', from: 0.5, until: 0.5 + 1 / 96 },
    ]);
    expect(spansOf(groupSessions(versions), '2026-11-05')).toEqual([]);
  });

  it('hide nothing that has a name, is pinned or was saved', () => {
    const versions = made([5, 4, 3, 2, 1].map((minute) => local(11, 4, 9, minute)));
    const changes: Partial<Version>[] = [
      {},
      { name: 'N' },
      { pinned: true },
      { trigger: 'manual' },
    ];
    const marked = versions.map((one, at) => ({ ...one, ...changes[at] }));
    const [row] = rowsOfSessions(groupSessions(marked));
    expect(row?.inside).toHaveLength(5);
    expect(row && standingIn(row).map(({ key }) => key)).toEqual(['v4', 'v3', 'v2']);
    const [alone] = rowsOfSessions(groupSessions(versions.slice(0, 1)));
    expect([alone?.key, alone?.inside]).toEqual(['v5', null]);
  });
});
