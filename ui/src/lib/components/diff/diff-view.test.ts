import { fireEvent } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Hunk, Line } from '$lib/backend/bindings';
import type { Restore } from './diff-lines';
import { showDiff } from './diff-view';
import type { DiffMode, DiffView } from './diff-view';

/** Lines as `diff -u` shows them. What stands between asterisks is a word that differs. */
function hunkOf(shown: readonly string[]): Hunk {
  let oldLines = 0;
  let newLines = 0;
  const lines = shown.map((text): Line => {
    const tag = text[0] === '+' ? 'added' : text[0] === '-' ? 'removed' : 'same';
    const [before = '', word, after = ''] = text.slice(1).split('*');
    return {
      tag,
      text: before + (word ?? '') + after,
      old: tag === 'added' ? null : ++oldLines,
      new: tag === 'removed' ? null : ++newLines,
      spans: word === undefined ? [] : [[before.length, before.length + word.length]],
    };
  });
  const start = (count: number) => (count > 0 ? 1 : 0);
  return { oldStart: start(oldLines), oldLines, newStart: start(newLines), newLines, lines };
}

const SHOWN = Array.from({ length: 40 }, (_, index) => ` let line${index + 1} = 1;`)
  .toSpliced(38, 0, '+new();')
  .toSpliced(30, 2, '-let line31 = 1;', '-let line32 = 1;')
  .toSpliced(19, 1, '-let line20 = *1*;', '+let line20 = *2*;');

describe('a diff of two texts', () => {
  let view: DiffView | undefined;
  let parent: HTMLElement;

  function show(mode: DiffMode, shown: readonly string[] = SHOWN, onrestore?: Restore): void {
    parent = document.body.appendChild(document.createElement('div'));
    const hunk = hunkOf(shown);
    const after = hunk.lines.filter(({ tag }) => tag !== 'removed');
    const text = after.map((line) => `${line.text}\n`).join('');
    view = showDiff(parent, { text, hunks: [hunk], name: 'main.ts' }, mode, onrestore);
  }
  const all = (selector: string) => [...parent.querySelectorAll<HTMLElement>(selector)];
  const texts = (selector: string) => all(selector).map((one) => one.textContent);
  const folds = () => texts('.cm-fold button');

  afterEach(() => {
    view?.destroy();
    parent.remove();
  });

  it('is shown side by side, each side with its lines and the words that differ', () => {
    show('split');
    expect(texts('mark')).toEqual(['1', '2']);
    expect(texts('[data-tag="removed"]')).toEqual([
      'Removed: let line20 = 1;',
      'Removed: let line31 = 1;',
      'Removed: let line32 = 1;',
    ]);
    expect(texts('[data-tag="added"]')).toEqual(['Added: let line20 = 2;', 'Added: new();']);
    const [before, after] = all('[role="textbox"]');
    expect(before?.getAttribute('aria-label')).toBe('Changes of main.ts: Before');
    expect(after?.getAttribute('aria-label')).toBe('Changes of main.ts: After');
    expect(all('[data-tag="added"]').map((one) => one.dataset['numbers'])).toEqual([
      '20 +',
      '37 +',
    ]);
  });

  it('is shown as one text, the removed lines above what came in their place', () => {
    show('inline');
    expect(texts('mark')).toEqual(['1', '2']);
    const changed = all('[data-tag]').map((one) => [one.dataset['numbers'], one.textContent]);
    expect(changed).toEqual([
      ['20    −', 'Removed: let line20 = 1;'],
      ['   20 +', 'Added: let line20 = 2;'],
      ['31    −', 'Removed: let line31 = 1;'],
      ['32    −', 'Removed: let line32 = 1;'],
      ['   37 +', 'Added: new();'],
    ]);
    const next = all('.cm-line').find((one) => one.textContent === 'let line33 = 1;');
    expect(next?.dataset['numbers']).toBe('33 31  ');
  });

  it.each(['split', 'inline'] as const)('unfolds unchanged lines for good: %s', async (mode) => {
    show(mode);
    const sides = mode === 'split' ? 2 : 1;
    const first = 'Show 16 unchanged lines';
    expect(folds().filter((text) => text === first)).toHaveLength(sides);
    expect(parent.textContent).not.toContain('line5 ');
    const count = folds().length;
    const [button] = all('.cm-fold button:not([tabindex="-1"])');
    await fireEvent.click(button as HTMLElement);
    expect(folds()).toHaveLength(count - sides);
    expect(texts('.cm-line').filter((text) => text?.includes('line5 '))).toHaveLength(sides);
    expect(document.activeElement?.getAttribute('role')).toBe('textbox');
  });

  it.each(['split', 'inline'] as const)('marks the change that one stepped to: %s', (mode) => {
    show(mode);
    const here = () => texts('[data-here="true"]');
    expect(here()).toEqual([]);
    view?.goTo(1);
    expect(here()).toEqual(['Removed: let line31 = 1;', 'Removed: let line32 = 1;']);
    view?.goTo(2);
    expect(here()).toEqual(['Added: new();']);
    view?.goTo(-1);
    expect(here()).toEqual([]);
  });

  it.each(['split', 'inline'] as const)('shows a text that came or went whole: %s', (mode) => {
    show(mode, ['+a', '+b']);
    expect(texts('[data-tag]')).toEqual(['Added: a', 'Added: b']);
    view?.destroy();
    parent.remove();
    show(mode, ['-a', '-']);
    expect(texts('[data-tag]')).toEqual(['Removed: a', 'Removed: ']);
    view?.goTo(0);
  });

  it('draws many removed lines by and by', async () => {
    const removed = Array.from({ length: 2500 }, (_, index) => `-gone ${index}`);
    show('inline', [' first', ...removed, ' last']);
    const more = () => all('button').find((one) => one.textContent?.startsWith('Show more'));
    expect(all('.cm-removedLine')).toHaveLength(1000);
    expect(more()?.textContent).toBe('Show more (1500 lines)');
    await fireEvent.click(more() as HTMLElement);
    expect(all('.cm-removedLine')).toHaveLength(2000);
    await fireEvent.click(more() as HTMLElement);
    expect(texts('.cm-removedLine').at(-1)).toBe('Removed: gone 2499');
    expect(more()).toBeUndefined();
  });

  it('is in the colours of its language, also where lines are gone', async () => {
    show('inline');
    await vi.waitFor(() => expect(texts('.cm-removedLine .tok-keyword')).toContain('let'));
    expect(texts('.cm-line .tok-keyword')).toContain('let');
    expect(texts('mark')).toEqual(['1', '2']);
  });

  it.each(['split', 'inline'] as const)('takes each change back by a button: %s', async (mode) => {
    const taken: number[] = [];
    show(mode, SHOWN, (change) => taken.push(change));
    const buttons = all('[data-testid="restore-change"]');
    expect(buttons.map((button) => button.ariaLabel)).toEqual([
      'Restore change 1',
      'Restore change 2',
      'Restore change 3',
    ]);
    for (const button of buttons) await fireEvent.click(button);
    expect(taken).toEqual([0, 1, 2]);
    view?.destroy();
    show(mode);
    expect(all('[data-testid="restore-change"]')).toHaveLength(0);
  });
});
