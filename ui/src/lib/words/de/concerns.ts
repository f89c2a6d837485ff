/** Was Aufmerksamkeit braucht, und was dagegen hilft. */
import type { concernWords as english } from '../en/concerns';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const concernWords: typeof english = {
  reviewPlaces: {
    title: 'Eingetragene Ordner prüfen',
    line: 'Die wiederhergestellte Bibliothek nennt diese Ordner. Erst wenn Sie sie bestätigen, werden sie gelesen und beschrieben.',
    none: 'Alle Ordner sind bestätigt',
    confirm: 'Ausgewählte bestätigen',
    confirmed: (count: number) =>
      plural(count, { one: '1 Ordner bestätigt', other: '# Ordner bestätigt' }),
  },

  concerns: {
    count: (count: number) =>
      plural(count, {
        one: '1 Punkt braucht Ihre Aufmerksamkeit',
        other: '# Punkte brauchen Ihre Aufmerksamkeit',
      }),
    levels: { error: 'Arbeit kann verloren gehen', warning: 'Braucht Aufmerksamkeit' },
    more: (count: number) => plural(count, { one: '1 weiteren zeigen', other: '# weitere zeigen' }),
    fewer: 'Weniger zeigen',
    acts: {
      backUp: 'Jetzt sichern',
      locate: 'Suchen…',
      review: 'Prüfen',
      restoreLost: 'Verlorenes wiederherstellen…',
      repair: 'Reparieren…',
      showRun: 'Lauf zeigen',
      runAgain: 'Erneut ausführen',
      freeSpace: 'Platz freigeben…',
      openArchive: 'Archiv öffnen',
      open: 'Öffnen',
      doctor: 'Selbstprüfung öffnen',
      startVersions: 'Versionen beginnen',
      resumeWatching: 'Weiter überwachen',
      enterPassword: 'Passwort eingeben…',
      confirmHooks: 'Bestätigen…',
      addDestination: 'Weiteres Ziel hinzufügen',
      know: 'Ich weiß',
    },
    actFor: (act: string, subject: string) => `${act}: ${subject}`,
    known: (subject: string) => `Darauf werden Sie nicht mehr hingewiesen: ${subject}`,
    located: (name: string) => `${name} ist wieder da`,
    upcoming: 'Kommende Läufe',
  },
};
