import { describe, expect, it } from 'vitest';
import { commandFor, passwordForCommand, pathForCommand, quoteForShell } from './command-hint';
import { findCommands, firstOf } from './commands';
import type { Command } from './commands';
import { hueOf } from './hue';
import { passwordStrength } from './password';
import { splitTags } from './tags';
import { pluralIn } from './words/plural';
import Folder from '@lucide/svelte/icons/folder';

describe('command hints', () => {
  it('fill in what is known and quote what a shell would split', () => {
    expect(commandFor('project_rename', { project: 'my app' })).toBe(
      "undercroft project rename 'my app' {name}",
    );
    expect(quoteForShell("it's")).toBe("'it'\\''s'");
    expect(quoteForShell('$(rm -rf ~)')).toBe("'$(rm -rf ~)'");
    expect(commandFor('job_cancel')).toBe('');
  });

  it('says what the dialog would do, no less and no more', () => {
    const version = { version: '3f2a' };
    expect(commandFor('version_restore', version)).toBe('undercroft version restore 3f2a');
    expect(
      commandFor('version_restore', { ...version, paths: ['a b', pathForCommand(['-x'])] }),
    ).toBe("undercroft version restore 3f2a 'a b' ./-x");
    expect(commandFor('version_restore', { ...version, paths: ['src'], target: '/t' })).toBe(
      'undercroft version restore 3f2a src --target /t',
    );
    const backup = { snapshot: '81d0', destination: 'disk', target: '/t' };
    expect(commandFor('restore', { ...backup, paths: [], overwrite: 'never' })).toBe(
      'undercroft restore 81d0 --from disk --target /t --overwrite never',
    );
    expect(commandFor('restore', { ...backup, paths: ['a/b'], overwrite: 'always' })).toBe(
      'undercroft restore 81d0 a/b --from disk --target /t --overwrite always',
    );
    expect(commandFor('project_add', { path: '/p', name: '', tags: ['a', 'b'] })).toBe(
      'undercroft project add /p --tag a --tag b',
    );
    expect(
      commandFor('destination_add', { path: '/d', ...passwordForCommand({ type: 'generated' }) }),
    ).toBe('undercroft destination add /d --generate');
    expect(commandFor('snapshot_forget', { snapshots: ['a', 'b'], destination: 'disk' })).toBe(
      'undercroft backup forget a b --from disk',
    );
  });
});

describe('the palette', () => {
  const command = (id: string, label: string, group: Command['group'] = 'act'): Command => ({
    id,
    label,
    group,
    icon: Folder,
    hint: '',
    run: () => undefined,
  });
  const commands = [
    command('a', 'Add project'),
    command('b', 'Back up everything'),
    command('p', 'apse', 'projects'),
    command('g', 'Go to Backups', 'navigate'),
  ];
  const ids = (search: string) =>
    findCommands(commands, search).flatMap(([, found]) => found.map((one) => one.id));

  it('shows everything in a fixed order before anything is typed', () => {
    expect(ids('')).toEqual(['a', 'b', 'g', 'p']);
  });

  it('finds by words in any order, the starts of words first, and by initials', () => {
    expect(ids('project add')).toEqual(['a']);
    expect(ids('back')).toEqual(['b', 'g']);
    expect(ids('bue')).toEqual(['b']);
    expect(ids('zebra')).toEqual([]);
  });

  it('finds by other words after what is called so', () => {
    const kit = { ...command('k', 'Show the recovery kit'), also: 'password backups' };
    const found = findCommands([kit, ...commands], 'back').flatMap(([, all]) => all);
    expect(found.map(({ id }) => id)).toEqual(['b', 'k', 'g']);
  });

  it('keeps the first of all groups together', () => {
    const first = firstOf(findCommands(commands, ''), 3);
    expect(first.map(([group, kept]) => [group, kept.length])).toEqual([
      ['act', 2],
      ['navigate', 1],
    ]);
  });
});

describe('small rules', () => {
  it('a tag line is split by commas and spaces, each tag once', () => {
    expect(splitTags(' #client, desktop client,,')).toEqual(['client', 'desktop']);
  });

  it('a password gets stronger with what is hard to guess, not with repeats or common words', () => {
    expect(passwordStrength('abc')).toBe(0);
    expect(passwordStrength('password1')).toBe(1);
    expect(passwordStrength('aaaaaaaaaaaaaaaaaaaa')).toBe(1);
    expect(passwordStrength('correct horse battery staple')).toBe(4);
    expect(passwordStrength('xk7Q-mw2Lr')).toBeGreaterThanOrEqual(3);
  });

  it('plural forms follow the language', () => {
    const plural = pluralIn('en');
    expect(plural(1, { one: '1 file', other: '# files' })).toBe('1 file');
    expect(plural(12_000, { one: '1 file', other: '# files' })).toBe('12,000 files');
  });

  it('a name keeps its colour', () => {
    expect(hueOf('Rust')).toBe(hueOf('Rust'));
    expect(hueOf('Svelte')).not.toBe(hueOf('TypeScript'));
  });
});
