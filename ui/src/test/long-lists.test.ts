/** Lists of a million rows: a screen of them is drawn, and the last one is reached. */
import { createRawSnippet } from 'svelte';
import { fireEvent, render, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import DataGrid from '$lib/components/base/DataGrid.svelte';
import { GridState } from '$lib/components/base/grid.svelte';
import { ScrollMap, TALLEST } from '$lib/components/base/scroll-map';

const ROW = 36;

function open(count: number) {
  const rows = Array.from({ length: count }, (_, index) => index);
  const grid = new GridState<number>({
    rows: () => rows,
    key: String,
    columns: [{ id: 'name', label: 'Name', width: '1fr' }],
  });
  const cell = createRawSnippet<[number, unknown, boolean]>((row) => ({
    render: () => `<span>row ${row()}</span>`,
  }));
  render(DataGrid<number>, { grid, cell, label: 'Rows', rowHeight: ROW, rowTestId: 'row' });
  return screen.getByRole('grid');
}
/** The rows that are drawn, from 0. */
const drawn = () =>
  screen.getAllByTestId('row').map((row) => Number(row.getAttribute('aria-rowindex')) - 2);

describe.each([1_000_000, 100_000, 10_000])('a list of %i rows', (count) => {
  it('draws a screen of them, and the last one at its end', async () => {
    const list = open(count);
    expect(drawn().length).toBeLessThan(60);
    expect(drawn()[0]).toBe(0);
    list.scrollTop = Math.min(count * ROW + 32, TALLEST);
    await fireEvent.scroll(list);
    expect(drawn().length).toBeLessThan(60);
    expect(drawn()).toContain(count - 1);
  });

  it('is gone through by keys, to both ends', async () => {
    const list = open(count);
    await fireEvent.keyDown(list, { key: 'End' });
    expect(drawn()).toContain(count - 1);
    await fireEvent.keyDown(list, { key: 'ArrowUp' });
    expect(drawn()).toContain(count - 2);
    await fireEvent.keyDown(list, { key: 'Home' });
    expect(drawn()).toContain(0);
  });
});

describe('the places on the scroll bar', () => {
  const heights = { total: 36_000_032, view: 700 };

  it('are in proportion, and a turn of the wheel is not', () => {
    const map = new ScrollMap();
    expect(map.scrolled(TALLEST / 2, heights)).toBeCloseTo(18_000_000, -4);
    const before = map.scrolled(TALLEST / 2, heights);
    expect(map.scrolled(TALLEST / 2 + 100, heights) - before).toBe(100);
    expect(map.scrolled(TALLEST - 700, heights)).toBe(heights.total - 700);
    map.scrolled(0, heights);
    // A browser may round the lowest place up or down.
    expect(map.scrolled(TALLEST - 700.5, heights)).toBe(heights.total - 700);
    expect(map.scrolled(0, heights)).toBe(0);
  });

  it('lead back to where they came from', () => {
    const map = new ScrollMap();
    const top = 12_345_678;
    const scrollTop = map.scrollTopOf(top, heights);
    expect(scrollTop).toBeLessThan(TALLEST);
    expect(map.scrolled(scrollTop, heights)).toBeCloseTo(top, 0);
  });

  it('are those of the browser for a list that it can draw', () => {
    const map = new ScrollMap();
    expect(map.scrolled(4321, { total: 100_000, view: 700 })).toBe(4321);
  });
});
