/** Verdicts on a chosen place, as the field of the place shows them. */
import type { Place } from './backend/bindings';
import type { Tone } from './tone';
import { words } from './words';

export type PlaceVerdict = { tone: Tone; text: string };

/** The verdict where a folder is wanted that exists. */
export function verdictOnFolder({ state }: Place): PlaceVerdict {
  return { tone: state === 'folder' ? 'good' : 'warn', text: words.place.states[state] };
}

/** The verdict where a file or a folder is wanted to import. */
export function verdictOnImport({ state }: Place): PlaceVerdict {
  if (state === 'file') return { tone: 'good', text: words.importProject.found };
  return { tone: state === 'folder' ? 'good' : 'warn', text: words.place.states[state] };
}

/** Whether a name is one of a file that can be imported: an archive of another program. */
export function isImportable(name: string): boolean {
  return /\.(tar|tgz|txz|tzst|zip|tar\.(gz|xz|zst))$/i.test(name);
}

/** The verdict where a folder is wanted, which is made if it is missing. */
export function verdictOnTarget(place: Place): PlaceVerdict {
  if (place.state === 'missing') return { tone: 'good', text: words.place.missingOk };
  return verdictOnFolder(place);
}
