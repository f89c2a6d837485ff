/** Läufe: ihre Teile, ihr Protokoll und der Kalender. */
import type { runWords as english } from '../en/runs';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const runWords: typeof english = {
  runs: {
    plan: 'Plan',
    destination: 'Ziel',
    kind: 'Was',
    calendar: 'Kalender',
    parts: 'Teile',
    colAdded: 'Hinzugefügt',
    log: 'Protokoll',
    logEmpty: 'Nichts wurde festgehalten.',
    exportText: 'Als Text exportieren',
    exportJson: 'Als JSON exportieren',
    export: 'Protokoll exportieren',
    planned: 'Geplant für',
    late: (span: string) => `${span} später als geplant`,
    levels: { info: 'Hinweis', warning: 'Warnung', error: 'Fehler' },
    pause: 'Anhalten',
    resume: 'Fortsetzen',
    pauseNamed: (title: string) => `Anhalten: ${title}`,
    resumeNamed: (title: string) => `Fortsetzen: ${title}`,
    paused: 'Angehalten',
    openBackup: 'Ansehen',
    again: 'Den Plan erneut ausführen',
    none: 'Noch kein Lauf',
    noneHint: 'Was ein Plan tut, wird hier Teil für Teil festgehalten.',
  },

  calendar: {
    title: 'Kalender der Läufe',
    previous: 'Voriger Monat',
    next: 'Nächster Monat',
    today: 'Heute',
    day: (date: string, runs: number, planned: number) =>
      [
        date,
        runs > 0 ? plural(runs, { one: '1 Lauf', other: '# Läufe' }) : '',
        planned > 0 ? plural(planned, { one: '1 geplant', other: '# geplant' }) : '',
      ]
        .filter(Boolean)
        .join(', '),
    nothing: 'nichts',
    planned: 'Geplant',
    runsOf: (date: string) => `Läufe am ${date}`,
    legend: 'Was die Zeichen bedeuten',
    noneThatDay: 'An diesem Tag lief nichts.',
  },
};
