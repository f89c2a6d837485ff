/** The layers, in the order in which they are drawn everywhere. */
import type { UsageLayer, UsageLayerSum } from '$lib/backend/bindings';

export const LAYERS: readonly UsageLayer[] = [
  'working',
  'versions',
  'objects',
  'archives',
  'backups',
  'drafts',
  'trash',
  'cache',
  'catalog',
];

/** The layers that take space, in their order. */
export function layersInOrder(sums: readonly UsageLayerSum[]): UsageLayerSum[] {
  return sums
    .filter(({ bytes }) => bytes > 0)
    .sort((left, right) => LAYERS.indexOf(left.layer) - LAYERS.indexOf(right.layer));
}

/** The bytes of the backups, which no sum of this disk holds. */
export function bytesOfBackups(sums: readonly UsageLayerSum[]): number {
  return sums.find(({ layer }) => layer === 'backups')?.bytes ?? 0;
}
