/** Die Übersicht und die Aktivität. */
import type { dashboardWords as english } from '../en/dashboard';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const dashboardWords: typeof english = {
  dashboard: {
    sentenceLabel: 'Zustand',
    needsAttention: 'Braucht Aufmerksamkeit',
    nothingNeeds: 'Zurzeit ist nichts zu tun.',
    recentRuns: 'Letzte Läufe',
    noRuns: 'Noch kein Lauf. Die erste Sicherung erscheint hier.',
    destinations: 'Ziele',
    noDestinations: 'Noch kein Ziel',
    noDestinationsHint:
      'Ein Ziel ist ein Ordner auf einem anderen Laufwerk, in dem Sicherungen verschlüsselt liegen.',
    totals: 'Insgesamt',
    projects: 'Projekte',
    protected: 'Geschützt',
    attention: 'Zu beachten',
    size: 'Größe aller Projekte',
    changedToday: 'Heute geändert',
    runningNow: (what: string) => `Läuft: ${what}`,
    backUpAll: 'Alles sichern',
    free: (free: string, total: string) => `${free} frei von ${total}`,
    addDestinationFor: 'Ziel hinzufügen',
    openProject: 'Öffnen',
    changedLast: 'Zuletzt geändert',
    changed: 'geändert',
    backedUp: 'gesichert',
    noBackup: 'keine Sicherung',
    proven: 'geprüft',
    notProven: 'nicht geprüft',
    housekeeping: (count: number) =>
      `${plural(count, { one: '1 Prüfung oder Aufräumen', other: '# Prüfungen und Aufräumarbeiten' })}, alles in Ordnung`,
    versionsOff: 'Versionen aus',
    versionsInDays: (count: number, days: number) =>
      `${plural(count, { one: '1 Version', other: '# Versionen' })} in ${days} Tagen`,
  },

  driveOffer: {
    title: 'Laufwerk für Sicherungen',
    line: (name: string) => `Das Laufwerk ${name} ist angeschlossen. Darauf sichern?`,
    accept: (name: string) => `Auf ${name} sichern…`,
    decline: 'Nicht auf dieses Laufwerk',
    declined: (name: string) => `${name} wird nicht mehr für Sicherungen angeboten`,
    declinedDrives: 'Laufwerke, die nicht für Sicherungen angeboten werden',
    offerAgain: 'Wieder anbieten',
    offerAgainNamed: (folder: string) => `${folder} wieder anbieten`,
  },

  activity: {
    title: 'Aktivität',
    events: 'Ereignisse',
    runs: 'Läufe',
    tabs: 'Anzeige',
    filter: 'Nach Wörtern filtern',
    kind: 'Art',
    state: 'Ergebnis',
    project: 'Projekt',
    empty: 'Noch ist nichts geschehen',
    emptyHint: 'Alles, was Undercroft tut, wird hier festgehalten.',
    noMatch: 'Nichts passt',
    colTime: 'Zeit',
    colWhat: 'Was',
    colKind: 'Art',
    colOutcome: 'Ergebnis',
    colTook: 'Dauer',
    colData: 'Daten',
    details: 'Einzelheiten',
    openProject: 'Projekt öffnen',
    older: 'Ältere zeigen',
    undoable: 'Rückgängig',
    undo: 'Rückgängig…',
    undoNow: 'Rückgängig machen',
    undoTitle: 'Dies rückgängig machen',
    undoLine: {
      workspace: (what: string) =>
        `${what}. Was jetzt da ist, wird vorher als Version gespeichert.`,
      project: (what: string) => `${what}. Es kommt in die Liste und an seinen Platz zurück.`,
      archive: (what: string) => `${what}. Es kommt ins Archiv zurück.`,
      backups: (what: string) => `${what}. Sie kommen ins Ziel zurück.`,
    },
    undoBlocked: (why: string) => `Nicht rückgängig zu machen: ${why}`,
    until: (date: string) => `bis ${date}`,
    colUntil: 'Möglich',
    undoEmpty: 'Nichts rückgängig zu machen',
    undoEmptyHint:
      'Hier stehen Wiederherstellungen, Gelöschtes und was in den Papierkorb gelegt wurde.',
    eventsOf: (count: number) => plural(count, { one: '1 Ereignis', other: '# Ereignisse' }),
  },
};
