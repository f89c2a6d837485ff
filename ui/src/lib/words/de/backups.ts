/** Die Seite der Sicherungen: ihr Stand, die erste Einrichtung und was der Wächter bemerkt hat. */
import type { backupsWords as english } from '../en/backups';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const backupsWords: typeof english = {
  overview: {
    stands: 'Stand',
    allWell: (next: string) =>
      `Ihre Sicherungen sind auf dem neuesten Stand. Der nächste Lauf: ${next}.`,
    allWellManual: 'Ihre Sicherungen sind auf dem neuesten Stand. Es ist kein Lauf geplant.',
    attention: (count: number) =>
      plural(count, {
        one: '1 Plan braucht Ihre Aufmerksamkeit.',
        other: '# Pläne brauchen Ihre Aufmerksamkeit.',
      }),
    waiting: (plan: string, text: string) =>
      `${plan}: ${text}. Der Lauf beginnt automatisch, sobald er kann.`,
    paused: (until: string) => `Sicherungen sind angehalten bis ${until}.`,
    pausedOpen: 'Sicherungen sind angehalten, bis Sie sie fortsetzen.',
    off: 'Sicherungen sind in den Einstellungen ausgeschaltet: Kein Plan läuft automatisch.',
    running: 'Eine Sicherung läuft.',
    noPlan: 'Noch wird nichts automatisch gesichert.',
    alert: 'Etwas Ungewöhnliches wurde bemerkt. Bis Sie antworten, wird keine Sicherung entfernt.',
    never: 'Es wurde noch keine Sicherung erstellt.',
    backUpNow: 'Jetzt sichern',
    addDestination: 'Ziel hinzufügen',
    newPlan: 'Neuer Plan',
    recentRuns: 'Letzte Läufe',
    allRuns: 'Alle Läufe',
    calendar: 'Kalender',
    upcoming: 'Kommende Läufe',
    noUpcoming: 'Es ist kein Lauf geplant.',
    search: 'Dateien suchen',
    proven: 'Erprobt',
    neverProven: 'nie erprobt',
    notProvenYet: 'Noch nicht erprobt',
    lastProven: 'Zuletzt erprobt',
    inTrash: (count: number) => plural(count, { one: '1 im Papierkorb', other: '# im Papierkorb' }),
    backups: (count: number) => plural(count, { one: '1 Sicherung', other: '# Sicherungen' }),
    lastBackup: 'Letzte Sicherung',
    problems: (count: number) =>
      plural(count, { one: '1 Fehler gefunden', other: '# Fehler gefunden' }),
    daysSince: (days: number) =>
      days === 0
        ? 'Letzte Sicherung vor weniger als einem Tag'
        : plural(days, {
            one: 'Letzte Sicherung vor 1 Tag',
            other: 'Letzte Sicherung vor # Tagen',
          }),
    passwordMissing: 'Das Passwort muss eingegeben werden',
    waitsTitle: 'Wartet',
    nextRun: 'Nächster Lauf',
    protection: 'Sicherungen',
    coveredBy: 'Gesichert durch',
    notCovered: 'Kein Plan sichert dieses Projekt.',
    provenNever: 'Noch keine Probewiederherstellung seiner Dateien.',
  },

  setup: {
    emptyTitle: 'Noch keine Sicherung',
    emptyLine:
      'Versionen machen Fehler rückgängig. Eine Sicherung auf einem anderen Laufwerk bringt alles zurück, wenn die Festplatte ausfällt.',
    recover: 'Alles aus einer Sicherung zurückholen',
  },

  kit: {
    title: (name: string) => `Notfallblatt von ${name}`,
    line: 'Was wo liegt, das Passwort dazu und der Weg zurück, mit oder ohne Undercroft. Drucken Sie es aus, oder bewahren Sie es fern von diesem Rechner auf: Ohne das Passwort kann niemand diese Sicherungen öffnen.',
    label: 'Notfallblatt',
    show: 'Notfallblatt zeigen',
    print: 'Drucken',
    save: 'In einem Ordner sichern…',
    saveInto: 'Ordner, in den es kommt',
    saved: (path: string) => `Gesichert unter ${path}`,
    download: 'Herunterladen',
    later: 'Später',
    done: 'Ich habe es verwahrt',
  },

  guard: {
    title: 'Etwas Ungewöhnliches',
    meant: 'Das war ich',
    notMeant: 'Das war ich nicht',
    meantHint: 'Die Sicherungen gehen weiter, und alte werden wie geplant aufgegeben.',
    notMeantHint:
      'Die Sicherungen von davor werden angeheftet, damit Sie daraus wiederherstellen können.',
    held: 'Bis Sie antworten, wird keine alte Sicherung aufgegeben.',
    examples: 'Zum Beispiel',
    answeredMeant: 'Gut. Alte Sicherungen werden wieder wie geplant aufgegeben.',
    answeredNotMeant:
      'Die Sicherungen von davor sind angeheftet. Stellen Sie daraus wieder her, was Ihnen fehlt.',
    restore: 'Sicherungen zeigen',
    kinds: {
      deletion: 'Viele Dateien sind verschwunden',
      rewriting: 'Viele Dateien wurden auf einmal neu geschrieben',
      growth: 'Plötzlich viel größer geworden',
    },
  },
};
