import { describe, expect, it } from 'vitest';
import { clockMarks, dayPitch, partOfDay, ZOOM, zoomBy } from './zoom';

describe('the zoom of the timeline', () => {
  it('shows the day whole, or half of it around a place, within the day', () => {
    expect(partOfDay(0, 0.3)).toEqual({ from: 0, until: 1 });
    expect(partOfDay(-2, 0.3)).toEqual({ from: 0, until: 1 });
    expect(partOfDay(1, 0.5)).toEqual({ from: 0.25, until: 0.75 });
    expect(partOfDay(1, 0.1)).toEqual({ from: 0, until: 0.5 });
    expect(partOfDay(1, 1)).toEqual({ from: 0.5, until: 1 });
  });

  it('marks the clock as finely as there is room', () => {
    const labels = (zoom: number, around: number) =>
      clockMarks(zoom, partOfDay(zoom, around)).map(({ label }) => label);
    expect(labels(0, 0)).toEqual([
      '0:00',
      '3:00',
      '6:00',
      '9:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
    ]);
    expect(labels(3, 0.5)).toEqual(['10:30', '11:00', '11:30', '12:00', '12:30', '13:00']);
    expect(labels(5, 0)[1]).toBe('0:05');
    for (let zoom = 0; zoom <= ZOOM.nearest; zoom += 1) {
      expect(labels(zoom, 0.77).length).toBeLessThan(14);
      expect(labels(zoom, 0.77).length).toBeGreaterThan(5);
    }
  });

  it('ends at both ends', () => {
    expect(zoomBy(ZOOM.nearest, 1)).toBe(ZOOM.nearest);
    expect(zoomBy(ZOOM.furthest, -1)).toBe(ZOOM.furthest);
    expect(dayPitch(0, 8)).toBe(8);
    expect(dayPitch(3, 8)).toBe(8);
    expect(dayPitch(-2, 8)).toBe(2);
  });
});
