/** The line below a drive in a list of them: its folder for backups, its room, and whether backups are there. */
import type { Drive } from './backend/bindings';
import { formatSize } from './format/size';
import { words } from './words';

export function driveHint({ place, freeBytes, totalBytes }: Drive): string {
  const text = words.firstRun;
  const held = place.state === 'repository' ? [text.holds] : [];
  return [place.display, text.room(formatSize(freeBytes), formatSize(totalBytes)), ...held].join(
    ' · ',
  );
}
