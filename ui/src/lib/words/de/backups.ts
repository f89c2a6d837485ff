/** Die Seite der Sicherungen: ihr Stand, die erste Einrichtung und was der Wächter bemerkt hat. */
import type { backupsWords as english } from '../en/backups';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const backupsWords: typeof english = {
  overview: {
    paused: (until: string) => `Sicherungen sind angehalten bis ${until}.`,
    pausedOpen: 'Sicherungen sind angehalten, bis Sie sie fortsetzen.',
    off: 'Sicherungen sind in den Einstellungen ausgeschaltet: Kein Plan läuft automatisch.',
    noPlan: 'Noch wird nichts automatisch gesichert.',
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
    recover: 'Alles aus einer Sicherung wiederherstellen',
  },

  kit: {
    title: (name: string) => `Notfallblatt von ${name}`,
    line: 'Was wo liegt, das Passwort dazu und der Weg zurück, mit oder ohne Undercroft. Drucken Sie es aus, oder bewahren Sie es fern von diesem Rechner auf: Ohne das Passwort kann niemand diese Sicherungen öffnen.',
    label: 'Notfallblatt',
    show: 'Notfallblatt zeigen',
    print: 'Drucken',
    save: 'In einem Ordner sichern…',
    saved: (path: string) => `Gesichert unter ${path}`,
    download: 'Herunterladen',
    later: 'Später',
    done: 'Ich habe es verwahrt',
  },

  guard: {
    title: 'Etwas Ungewöhnliches',
    meant: 'Das war so gewollt',
    meantHint: 'Die Sicherungen gehen weiter, und alte werden wie geplant aufgegeben.',
    held: 'Bis Sie antworten, wird keine alte Sicherung aufgegeben.',
    examples: 'Zum Beispiel',
    answeredMeant: 'Gut. Alte Sicherungen werden wieder wie geplant aufgegeben.',
    reopened: 'Die Warnung ist wieder offen. Keine alte Sicherung wird aufgegeben.',
    restore: {
      deletion: 'Verlorenes wiederherstellen…',
      rewriting: 'Früheren Stand wiederherstellen…',
    },
    look: 'Projekt öffnen',
    kinds: {
      deletion: 'Viele Dateien sind verschwunden',
      rewriting: 'Viele Dateien wurden auf einmal neu geschrieben',
      growth: 'Plötzlich viel größer geworden',
    },
  },
};
