/** Wiederherstellen: was, von wann und wohin, alle Zeiten einer Datei und die Selbstprüfung. */
import type { restoringWords as english } from '../en/restoring';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const restoringWords: typeof english = {
  restoring: {
    open: 'Wiederherstellen…',
    title: (what: string) => `${what} wiederherstellen`,
    titleAt: (what: string, when: string) => `${what} wiederherstellen, Stand: ${when}`,
    what: 'Was',
    everything: 'Alles',
    wholeBackup: 'Die Sicherung',
    morePaths: (count: number) => plural(count, { one: 'und 1 weiteres', other: 'und # weitere' }),
    from: 'Aus',
    version: (when: string) => `Version: ${when}`,
    backup: (when: string, destination: string) => `Sicherung auf ${destination}: ${when}`,
    archive: (when: string) => `Archiv: ${when}`,
    where: 'Wohin',
    inPlace: 'Wo es war',
    savedHint:
      'Was jetzt da ist, wird zuerst als Version gespeichert, damit es sich rückgängig machen lässt.',
    unsavedHint:
      'Von dem, was jetzt da ist, wird keine Version erstellt: Was ersetzt wird, ist verloren.',
    nothingThere: 'Dort ist jetzt nichts.',
    elsewhere: 'Ein anderer Ordner',
    elsewhereHint: 'Wählen Sie den Ordner, in den es kommt.',
    to: 'Nach',
    conflict: 'Wenn eine Datei schon da ist',
    conflicts: { replace: 'Ersetzen', leave: 'Lassen, wie sie ist' },
    conflictHints: {
      replace: 'Dateien, die es nur dort gibt, bleiben.',
      leave: 'Nur fehlende Dateien werden geschrieben.',
    },
    removeExtra: 'Entfernen, was damals nicht da war',
    removeExtraHint: (count: number) =>
      plural(count, {
        one: '1 Datei war damals nicht da. „Rückgängig“ holt sie zurück.',
        other: '# Dateien waren damals nicht da. „Rückgängig“ holt sie zurück.',
      }),
    keep: 'Das Archiv auch behalten',
    keepHint: 'Sonst kommt es in den Papierkorb, sobald das Projekt wieder da ist.',
    confirm: 'Wiederherstellen',
  },

  restoreSummary: {
    title: 'Was geschieht',
    waits: 'Wählen Sie den Ordner, in den es kommt.',
    nothing: (same: number) =>
      plural(same, {
        one: 'Nichts: Die Datei ist schon da und bleibt.',
        other: 'Nichts: Alle # Dateien sind schon da und bleiben.',
      }),
    nothingAtAll: 'Nichts: Es sind keine Dateien darin.',
    into: (path: string) => `Nach ${path}`,
    writes: (count: number, size: string) =>
      plural(count, {
        one: `1 Datei wird geschrieben, ${size}`,
        other: `# Dateien werden geschrieben, ${size}`,
      }),
    replaces: (count: number) =>
      plural(count, {
        one: '1 davon ersetzt einen anderen Inhalt',
        other: '# davon ersetzen einen anderen Inhalt',
      }),
    replacesIt: 'Sie ersetzt, was jetzt da ist',
    removes: (count: number) =>
      plural(count, {
        one: '1 Datei, die damals nicht da war, wird entfernt',
        other: '# Dateien, die damals nicht da waren, werden entfernt',
      }),
    stay: (count: number) =>
      plural(count, {
        one: '1 Datei ist schon da und bleibt',
        other: '# Dateien sind schon da und bleiben',
      }),
    verified: 'Jede Datei wird beim Schreiben überprüft',
    savedFirst: 'Was jetzt da ist, wird zuerst als Version gespeichert',
    wholeProject: 'Das Projekt ist wieder in Gebrauch, mit allen Versionen',
    free: (free: string) => `Dort sind ${free} frei`,
    tooLittle: 'Der Speicherplatz reicht nicht aus.',
    changes: 'Dateien, die sich ändern',
    taken: 'Dateien, die schon da sind',
  },

  times: {
    show: 'Alle Zeiten',
    label: 'Wie es war',
    none: 'Von dieser Datei ist keine andere Zeit bekannt',
    noneLine: 'Sie ist in keiner Version und in keiner lesbaren Sicherung und keinem Archiv.',
    version: 'Verlauf',
    backups: (count: number) => plural(count, { one: 'in 1 Sicherung', other: 'in # Sicherungen' }),
    archives: (count: number) => plural(count, { one: 'in 1 Archiv', other: 'in # Archiven' }),
    archiveOf: (when: string) => `Archiv: ${when}`,
    look: 'Zeigen',
    hide: 'Ausblenden',
    lookAt: (when: string) => `Inhalt zeigen: ${when}`,
    from: 'Gelesen aus',
    away: 'Das Laufwerk ist nicht da',
    damaged: 'Das Archiv ist hier beschädigt: Diese Datei lässt sich nicht mehr daraus lesen',
    unread: (name: string, when: string) =>
      `Das Archiv von ${name}, ${when}, lässt sich nicht lesen.`,
  },

  doctor: {
    title: 'Selbstprüfung',
    line: 'Sucht nach allem, was Undercroft an seiner Arbeit hindern könnte.',
    check: 'Erneut prüfen',
    looking: 'Wird geprüft…',
    well: 'Alles ist in Ordnung.',
    findings: (errors: number, warnings: number) =>
      [
        errors > 0
          ? plural(errors, { one: '1 Punkt ist kaputt', other: '# Punkte sind kaputt' })
          : '',
        warnings > 0
          ? plural(warnings, {
              one: '1 Punkt braucht Ihre Aufmerksamkeit',
              other: '# Punkte brauchen Ihre Aufmerksamkeit',
            })
          : '',
      ]
        .filter(Boolean)
        .join(', '),
    levels: { error: 'Kaputt', warning: 'Braucht Aufmerksamkeit', ok: 'Gut' },
    fixed: 'Repariert und erneut geprüft',
    open: 'Selbstprüfung öffnen',
    areas: {
      library: 'Bibliothek',
      catalog: 'Katalog',
      destination: 'Ziel',
      project: 'Projekt',
      plan: 'Plan',
      machine: 'Rechner',
      settings: 'Einstellungen',
    } as Record<string, string>,
  },
};
