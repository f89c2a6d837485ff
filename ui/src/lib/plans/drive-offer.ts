/** The drive that is offered for backups while all that there are would be lost with the disk of the work. */
import type { Dashboard, Destination, Drive, Plan } from '$lib/backend/bindings';

/** A drive with less room is not offered; the engine proposes none either. */
const LEAST_FREE_BYTES = 2 ** 30;

/** Whether there is work, and no plan brings it to another disk. What the dashboard was told to forget counts as one. */
export function needsDrive(
  { projects, concerns }: Pick<Dashboard, 'projects' | 'concerns'>,
  plans: readonly Plan[],
): boolean {
  const shared = concerns.filter(({ kind }) => kind === 'sameDisk');
  const isShared = (id: string) => shared.some(({ destination }) => destination === id);
  const stays = ({ draft }: Plan) => draft.targets.every((target) => isShared(target.destination));
  return projects > 0 && plans.every(stays);
}

/** The best drive on another disk that is no destination yet, and that the user did not decline. */
export function offeredDrive(
  drives: readonly Drive[],
  destinations: readonly Destination[],
  declined: readonly string[],
): Drive | undefined {
  const taken = [...destinations.map(({ display }) => display), ...declined];
  return drives.find(
    ({ place, isHome, freeBytes }) =>
      !isHome && !place.sameDisk && freeBytes >= LEAST_FREE_BYTES && !taken.includes(place.display),
  );
}
