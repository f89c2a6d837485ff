/** Verdicts on a chosen place, as the field of the place shows them. */
import type { Place } from './backend/bindings';
import type { Tone } from './tone';
import { words } from './words';

export type PlaceVerdict = { tone: Tone; text: string };

/** The verdict where a folder is wanted that exists. */
export function verdictOnFolder({ state }: Place): PlaceVerdict {
  return { tone: state === 'folder' ? 'good' : 'warn', text: words.place.states[state] };
}

/** The verdict where a folder is wanted, which is made if it is missing. */
export function verdictOnTarget(place: Place): PlaceVerdict {
  if (place.state === 'missing') return { tone: 'good', text: words.place.missingOk };
  return verdictOnFolder(place);
}
