/** Das automatische Aufräumen der Bibliothek. */
import type { cleanupWords as english } from '../en/cleanup';

export const cleanupWords: typeof english = {
  libraryCleanup: {
    title: 'Aufräumen',
    does: 'Entfernt automatisch Abgelaufenes im Papierkorb, alte automatische Versionen, Sicherungen, die kein Plan behält, und was nichts mehr braucht; Benanntes, Angeheftetes und selbst Gespeichertes bleibt.',
    next: 'Nächstes automatisches Aufräumen',
    last: 'Letztes Aufräumen',
    off: 'läuft nicht automatisch',
    never: 'nie',
    freed: (bytes: string) => `${bytes} freigegeben`,
    freedNothing: 'nichts freizugeben',
    report: 'Bericht zeigen',
    change: 'Ändern',
    setting: 'Aufräumen',
    settingHint: 'Gibt Platz frei: leert den Papierkorb, dünnt Versionen aus und mehr.',
    open: 'Zeigen, was weg kann',
  },
};
