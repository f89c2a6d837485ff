/** Die eine Suche. */
import type { searchWords as english } from '../en/search';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const searchWords: typeof english = {
  search: {
    title: 'Suche',
    field: 'Ein Name, ein Teil eines Pfads oder ein Muster wie *.psd',
    hint: 'Findet Dateien in den Versionen, Sicherungen und Archiven aller Projekte, auch gelöschte.',
    results: 'Gefundene Dateien',
    names: 'Namen',
    content: 'Text',
    what: 'Was durchsucht wird',
    none: 'Nichts gefunden',
    noneLine:
      'Keine Version, keine Sicherung und kein Archiv hat so einen Namen. Versuchen Sie es mit einem Teil davon.',
    noneText: 'In keiner neuesten Version hat eine Datei diesen Text.',
    count: (count: number) =>
      plural(count, { one: '1 Datei gefunden', other: '# Dateien gefunden' }),
    more: 'Es gibt vielleicht mehr: Geben Sie mehr vom Namen ein',
    deeper: 'Sicherungen werden durchsucht…',
    deleted: 'Gelöscht',
    renamedTo: 'Jetzt',
    archived: 'Archiviert',
    versions: (count: number) => plural(count, { one: '1 Version', other: '# Versionen' }),
    backups: (count: number) => plural(count, { one: '1 Sicherung', other: '# Sicherungen' }),
    archives: (count: number) => plural(count, { one: '1 Archiv', other: '# Archive' }),
    line: (line: number) => `Zeile ${line}`,
    allTimes: 'Alle Zeiten',
    open: 'Öffnen',
    restore: 'Wiederherstellen…',
    act: (what: string, name: string) => `${what}: ${name}`,
    unread: (name: string) => `Nicht durchsucht: ${name}.`,
    preview: 'Vorschau',
    noPreview: 'Öffnen Sie sie, um hineinzusehen',
    inPalette: 'Dateien',
    everywhere: (text: string) => `Überall nach „${text}“ suchen`,
    anywhere: 'Dateien suchen…',
    filesNamed: (text: string) => `Dateien nach „${text}“ durchsuchen`,
  },
};
