/** Dateien einer Version: ansehen, vergleichen, hochladen. */
import type { fileWords as english } from '../en/files';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const fileWords: typeof english = {
  files: {
    now: 'Jetzt',
    showNow: 'Zurück zu jetzt',
    timeline: 'Zeitleiste',
    olderVersion: 'Eine Version älter',
    newerVersion: 'Eine Version neuer',
    searchIn: 'Wo gesucht wird',
    modes: { folder: 'Ordner', names: 'Namen', content: 'Text' },
    searchHints: {
      folder: 'Diesen Ordner filtern',
      names: 'Nach Namen suchen',
      content: 'Im Text suchen',
    },
    upload: 'Dateien hinzufügen…',
    dropTitle: (folder: string) => `Ablegen, um zu ${folder} hinzuzufügen`,
    dropHint: 'Jedes Ablegen wird eine eigene Version.',
    preview: 'Vorschau',
    history: 'Verlauf',
    compareWithNow: 'Mit jetzt vergleichen',
    saveAs: 'Sichern unter…',
    remove: 'Löschen',
    contentOf: (name: string) => `Inhalt von ${name}`,
    imageOf: (name: string) => `Das Bild ${name}`,
    bytesOf: (name: string) => `Die Bytes von ${name}`,
    bytesFrom: (offset: string) => `Ab Byte ${offset}`,
    bytesBefore: 'Frühere Bytes',
    bytesBehind: 'Weitere Bytes',
    showAs: 'Wie sie gezeigt wird',
    asText: 'Text',
    asTable: 'Tabelle',
    asNotebook: 'Notebook',
    tableOf: (name: string) => `Die Tabelle ${name}`,
    firstRows: (rows: number) =>
      `Lange Werte und alles nach den ersten ${rows} Zeilen fehlen hier; der Text hat sie.`,
    cell: (number: number) => `Zelle ${number}`,
    outputOf: (number: number) => `Ausgabe von Zelle ${number}`,
    firstCells: 'Nur die ersten Zellen und Ausgaben werden gezeigt; der Text hat alle.',
    namesIn: (name: string) => `Die Namen in ${name}`,
    emptyArchive: 'Dieses Archiv enthält nichts',
    unplayable:
      'Dieses Format lässt sich hier nicht abspielen. Sichern Sie die Datei, und öffnen Sie sie mit einem anderen Programm.',
    emptyFile: 'Diese Datei ist leer',
    leadsTo: 'Führt zu',
    tooLarge: 'Zu groß, um sie hier zu zeigen',
    noPreview: 'Nichts zu zeigen',
    truncated: (size: string) => `Nur der Anfang wird gezeigt; die Datei hat ${size}.`,
    noHit: 'Nichts gefunden',
    hits: 'Gefunden',
    colPath: 'Datei',
    colLine: 'Zeile',
    colText: 'Text',
    hitCount: (count: number) => plural(count, { one: '1 gefunden', other: '# gefunden' }),
    firstHits: (count: number) =>
      `Die ersten ${count}; grenzen Sie die Suche ein, um andere zu sehen`,
  },

  fileHistory: {
    colSize: 'Größe',
    colPlaces: 'Auch in',
    colFrom: 'Vergleichen',
    from: 'Vergleichen',
    compareFrom: (when: string) => `Die ausgewählte Version vergleichen mit: ${when}`,
    list: 'Zeiten der Datei',
    chart: (least: string, most: string, count: number) =>
      `Größe über ${count} Versionen, von ${least} bis ${most}. Die Liste darunter nennt jede.`,
    count: (count: number) => plural(count, { one: '1 Version', other: '# Versionen' }),
    countElsewhere: (count: number) => `${count} nur in Sicherungen oder Archiven`,
    looking: 'Sicherungen und Archive werden durchgesehen…',
    inBackups: (count: number) =>
      plural(count, { one: 'In 1 Sicherung', other: 'In # Sicherungen' }),
    inArchives: (count: number) => plural(count, { one: 'In 1 Archiv', other: 'In # Archiven' }),
    elsewhere: 'Keine Version dieses Arbeitsbereichs hat diesen Inhalt. Er liegt hier:',
    backupOn: (destination: string) => `Sicherung auf ${destination}`,
    archiveOf: (name: string) => `Archiv von ${name}`,
    away: 'das Laufwerk ist nicht da',
    damaged: 'beschädigt, diese Datei lässt sich nicht daraus lesen',
    unread: (name: string, when: string, reason: string) =>
      `Das Archiv von ${name}, ${when}, lässt sich nicht lesen: ${reason}.`,
    none: 'Diese Datei wurde nie aufbewahrt',
    noneLine:
      'Keine Version, keine Sicherung und kein Archiv enthält sie, oder was sie enthielt, wurde entfernt.',
    against: (older: boolean): string =>
      older ? 'Gegen eine ältere Version' : 'Gegen eine neuere Version',
    beginning: 'Wie sie begann',
    restoreThis: 'Diese wiederherstellen…',
    browse: 'Ihren Ordner zu dieser Zeit ansehen',
  },

  diff: {
    title: 'Änderungen',
    of: (name: string) => `Änderungen von ${name}`,
    sideOf: (name: string, side: string) => `Änderungen von ${name}: ${side}`,
    files: 'Dateien, die sich unterscheiden',
    to: 'nach',
    mode: 'Darstellung',
    split: 'Nebeneinander',
    inline: 'Untereinander',
    over: 'Übereinander',
    swipe: 'Wischen',
    swipeShare: 'Wo das neuere Bild beginnt',
    share: 'Wie viel vom neueren Bild zu sehen ist',
    before: 'Vorher',
    after: 'Nachher',
    noImage: 'Kein Bild auf dieser Seite',
    previous: 'Vorige Änderung',
    next: 'Nächste Änderung',
    changes: (count: number) => plural(count, { one: '1 Änderung', other: '# Änderungen' }),
    changeOf: (at: number, count: number) => `Änderung ${at} von ${count}`,
    counts: (added: number, removed: number) => `${added} Zeilen hinzugefügt, ${removed} entfernt`,
    tags: { added: 'Hinzugefügt', removed: 'Entfernt' },
    gap: (lines: number) =>
      plural(lines, { one: '1 unveränderte Zeile', other: '# unveränderte Zeilen' }),
    more: (count: number) => `Mehr zeigen (${count} Zeilen)`,
    unfold: (lines: number) =>
      plural(lines, {
        one: '1 unveränderte Zeile zeigen',
        other: '# unveränderte Zeilen zeigen',
      }),
    onlyChanges:
      'Nur die Änderungen werden gezeigt: Die Datei oder eine Zeile darin ist zu lang, um sie ganz zu zeigen.',
    same: 'Beide sind gleich',
    binary: 'Kein Text: Nur die Größen lassen sich vergleichen',
    tooLarge: 'Zu groß, um sie hier zu vergleichen',
    sizes: (before: string, after: string) => `${before} vorher, ${after} nachher`,
    nothing: 'nichts',
    truncated: 'Es gibt mehr, als hier gezeigt wird.',
    restore: 'Wiederherstellen…',
    restoreBefore: 'Wie vorher wiederherstellen…',
    restoreChange: 'Zurücknehmen',
    restoreChangeOf: (change: number) => `Änderung ${change} zurücknehmen`,
    noChanges: 'Kein Unterschied',
    noChangesLine: 'Beide enthalten dieselben Dateien.',
    notDifferent: (path: string) => `${path} ist in beiden gleich`,
    pickAnother: 'Wählen Sie eine Datei, die sich unterscheidet.',
  },

  layers: {
    short: { git: 'git', objects: 'Objekte', memory: 'Arbeitsspeicher' },
    long: {
      git: 'In git',
      objects: 'Im Objektspeicher',
      memory: 'Im Arbeitsspeicher, in keiner Version',
    },
    reasons: {
      wish: 'so wurde es verlangt',
      rule: 'eine Regel des Projekts verlangt es',
      session: 'es sind Sitzungsdaten',
      large: 'sie ist groß',
      binary: 'sie ist kein Text',
      pointer: 'sie sieht wie ein Verweis von git-lfs aus',
      text: 'sie ist Text und klein',
    },
    because: (where: string, why: string) => `${where}: ${why}`,
    named: (layer: string, said: string) => `${layer}: ${said}`,
  },

  upload: {
    takenTitle: (count: number) =>
      plural(count, {
        one: 'Eine Datei mit diesem Namen ist schon da',
        other: '# Namen sind schon vergeben',
      }),
    takenLabel: 'Was geschehen soll',
    taken: {
      keepBoth: 'Beide behalten',
      replace: 'Vorhandenes ersetzen',
      skip: 'Vorhandenes lassen',
    },
    takenHints: {
      keepBoth: 'Neue Dateien bekommen eine Nummer.',
      replace: 'Die letzte Version bleibt im Verlauf.',
      skip: 'Nur Dateien mit anderen Namen werden hinzugefügt.',
    },
    confirm: 'Fortfahren',
  },
};
