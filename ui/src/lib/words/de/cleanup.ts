/** Das Aufräumen der Bibliothek. */
import type { cleanupWords as english } from '../en/cleanup';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const cleanupWords: typeof english = {
  libraryCleanup: {
    title: 'Aufräumen',
    line: 'Gibt Schritt für Schritt Platz frei. Aus dem Papierkorb wird nur entfernt, was abgelaufen ist.',
    now: 'Jetzt aufräumen',
    steps: 'Schritte',
    step: {
      emptyTrash: 'Abgelaufenes aus dem Papierkorb löschen',
      clearCaches: 'Zwischenspeicher leeren',
      thinVersions: 'Versionen ausdünnen',
      compactVersions: 'Versionen verdichten',
      archiveIdle: 'Ruhende Projekte archivieren',
      forgetBackups: 'Abgelaufene Sicherungen entfernen',
      pruneBackups: 'Ungenutzten Platz der Sicherungen freigeben',
    },
    hint: {
      emptyTrash:
        'Entfernt Projekte, Archive und freigegebene Dateien, die lange genug im Papierkorb lagen.',
      clearCaches: 'Entfernt, was unterbrochene Arbeit im Zwischenspeicher zurückgelassen hat.',
      thinVersions: 'Entfernt Versionen, die die Aufbewahrungsregel nicht mehr behält.',
      compactVersions:
        'Legt Versionen auf weniger Platz ab und entfernt, was keine Version mehr braucht.',
      archiveIdle: 'Komprimiert Projekte, die lange nicht geändert wurden.',
      forgetBackups:
        'Legt Sicherungen in den Papierkorb, die keine Aufbewahrungsregel mehr behält.',
      pruneBackups: 'Entfernt Daten, die keine Sicherung mehr braucht.',
    },
    include: (step: string) => `Einbeziehen: ${step}`,
    byItself: 'Läuft automatisch',
    notByItself: 'Nur wenn Sie es auswählen',
    upTo: (bytes: string) => `bis zu ${bytes}`,
    nothing: 'Nichts freizugeben',
    items: (count: number) => plural(count, { one: '1 Objekt', other: '# Objekte' }),
    showItems: (step: string) => `Zeigen, was entfernt wird: ${step}`,
    hideItems: (step: string) => `Ausblenden, was entfernt wird: ${step}`,
    more: (count: number) => plural(count, { one: 'und 1 weiteres', other: 'und # weitere' }),
    frees: (bytes: string) => `Gibt ${bytes} frei`,
    freesUpTo: (bytes: string) => `Gibt bis zu ${bytes} frei`,
    freesNothing: 'In diesen Schritten ist nichts freizugeben.',
    next: 'Nächster Lauf',
    last: 'Letzter Lauf',
    off: 'Läuft nicht automatisch',
    never: 'nie',
    freed: (bytes: string) => `${bytes} freigegeben`,
    report: 'Bericht zeigen',
    setting: 'Aufräumen',
    settingHint: 'Gibt Platz frei: leert den Papierkorb, dünnt Versionen aus und mehr.',
    open: 'Aufräumen öffnen',
  },
};
