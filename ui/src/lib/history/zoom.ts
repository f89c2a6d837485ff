/** How near the timeline is looked at: the days and the part of a day that it shows. */

/** From the most days that fit to the smallest part of a day; 0 shows one day whole. */
export const ZOOM = { furthest: -2, nearest: 5 } as const;
/** A part of a day, both ends from 0 to 1. */
export type DayPart = { from: number; until: number };
/** A mark of the clock, and where in its day it is, from 0 to 1. */
export type ClockMark = { at: number; label: string };

const MINUTES = 24 * 60;
/** The minutes between two marks, by how near it is. */
const BETWEEN = [180, 60, 60, 30, 15, 5] as const;

export function zoomBy(zoom: number, by: number): number {
  return Math.min(ZOOM.nearest, Math.max(ZOOM.furthest, zoom + by));
}

/** The part of a day around a place in it; further away than one day it is all of it. */
export function partOfDay(zoom: number, around: number): DayPart {
  const share = 1 / 2 ** Math.max(0, zoom);
  const from = Math.min(1 - share, Math.max(0, around - share / 2));
  return { from, until: from + share };
}

/** The marks in a part of a day. */
export function clockMarks(zoom: number, { from, until }: DayPart): ClockMark[] {
  const between = BETWEEN[Math.max(0, zoom)] ?? BETWEEN[0];
  const first = Math.ceil((from * MINUTES) / between);
  const last = Math.ceil((until * MINUTES) / between);
  return Array.from({ length: last - first }, (_, index) => {
    const minute = (first + index) * between;
    const two = (figure: number) => String(figure).padStart(2, '0');
    const hour = Math.floor(minute / 60);
    return { at: minute / MINUTES, label: `${hour}:${two(minute % 60)}` };
  });
}

/** How wide a day is drawn, in pixels: what fits by itself, or less where more days are wanted. */
export function dayPitch(zoom: number, fitting: number): number {
  return fitting / 2 ** Math.max(0, -zoom);
}
