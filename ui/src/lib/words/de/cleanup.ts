/** Das automatische Aufräumen der Bibliothek. */
import type { cleanupWords as english } from '../en/cleanup';

export const cleanupWords: typeof english = {
  libraryCleanup: {
    title: 'Aufräumen',
    next: 'Nächstes automatisches Aufräumen',
    last: 'Letztes Aufräumen',
    off: 'läuft nicht automatisch',
    never: 'nie',
    freed: (bytes: string) => `${bytes} freigegeben`,
    report: 'Bericht zeigen',
    change: 'Ändern',
    setting: 'Aufräumen',
    settingHint: 'Gibt Platz frei: leert den Papierkorb, dünnt Versionen aus und mehr.',
    open: 'Zeigen, was weg kann',
  },
};
