/** The kinds of what can go, in their order, and what each costs: what loses nothing comes first. */
import type { CleanupStep, CleanupStepKind, UsageFinding } from '../backend/bindings';

/** Folders that programs make again, or a step of the clean-up. */
export type ReclaimKind = 'rebuildable' | CleanupStepKind;
/** The steps that concern this disk, and those for which destinations are opened: they take longer. */
export const STEPS_HERE = [
  'clearCaches',
  'compactVersions',
  'archiveIdle',
  'thinVersions',
  'emptyTrash',
] as const satisfies CleanupStepKind[];
export const STEPS_OF_BACKUPS = [
  'pruneBackups',
  'forgetBackups',
] as const satisfies CleanupStepKind[];

/** The order of the list, and whether a kind is something that is lost, at once or after a while. */
const LOSES: Record<CleanupStepKind, boolean> = {
  clearCaches: false,
  compactVersions: false,
  pruneBackups: false,
  archiveIdle: false,
  forgetBackups: true,
  thinVersions: true,
  emptyTrash: true,
};
const ORDER = Object.keys(LOSES) as CleanupStepKind[];

/** Steps in the order of the list. */
export function stepsInOrder(steps: readonly CleanupStep[]): CleanupStep[] {
  return steps.toSorted((left, right) => ORDER.indexOf(left.kind) - ORDER.indexOf(right.kind));
}

/** Whether a step is chosen until the user says otherwise: it runs by itself, and loses nothing. */
export function isChosenAtFirst({ kind, enabled }: CleanupStep): boolean {
  return enabled && !LOSES[kind];
}

export function losesSomething(kind: CleanupStepKind): boolean {
  return LOSES[kind];
}

/** Whether a step has anything to do. */
export function hasWork({ bytes, itemsTotal }: CleanupStep): boolean {
  return bytes > 0 || itemsTotal > 0;
}

/** Whether the size of steps is the most that they can free. */
export function isUpperBound(steps: readonly CleanupStep[]): boolean {
  return steps.some(({ estimated, bytes }) => estimated && bytes > 0);
}

/** The steps to ask for: what thinning lets go takes its space until versions are compacted. */
export function stepsToRun(chosen: readonly CleanupStep[]): CleanupStepKind[] {
  const kinds = chosen.map(({ kind }) => kind);
  const isLeft = kinds.includes('thinVersions') && !kinds.includes('compactVersions');
  return isLeft ? [...kinds, 'compactVersions'] : kinds;
}

/** The step as commands call it. */
export function stepForCommand(kind: CleanupStepKind): string {
  return kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The paths of findings, project by project. */
export function setsOf(
  findings: readonly UsageFinding[],
): { project: string; paths: string[][] }[] {
  return [...new Set(findings.map(({ project }) => project))].map((project) => ({
    project,
    paths: findings.filter((one) => one.project === project).map(({ path }) => [...path]),
  }));
}
