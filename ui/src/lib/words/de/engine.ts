/** Was das Programm über den Zustand sagt. */
import type { engineWords as english } from '../en/engine';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');
const list = new Intl.ListFormat('de-DE');
const projects = (count: number) => plural(count, { one: '1 Projekt', other: '# Projekte' });

export const engineWords: typeof english = {
  engine: {
    protection: {
      running: 'Wird gerade gesichert.',
      queued: 'Wartet darauf, gesichert zu werden.',
      archived: (hasBackup: boolean) =>
        hasBackup
          ? 'Liegt im Archiv; die Sicherungen bleiben erhalten.'
          : 'Liegt im Archiv und hat keine Sicherung.',
      folderMissing: (place: string, hasBackup: boolean) =>
        `Der Ordner liegt nicht unter ${place}; ${hasBackup ? 'die Sicherungen bleiben erhalten' : 'es gibt keine Sicherung'}.`,
      failed: (why: string) => `Die letzte Sicherung ist fehlgeschlagen: ${why}.`,
      noBackup: 'Noch nicht gesichert.',
      old: (days: number) =>
        `Die neueste Sicherung ist ${plural(days, { one: '1 Tag', other: '# Tage' })} alt.`,
      backedUp: (destinations: readonly string[], onOwnDisk: boolean) =>
        `Gesichert auf ${list.format(destinations)}${onOwnDisk ? ', auf derselben Festplatte wie das Projekt: Fällt sie aus, ist beides verloren' : ''}.`,
    },
    because: {
      problems: (count: number) =>
        plural(count, {
          one: '1 Problem in den Sicherungen gefunden',
          other: '# Probleme in den Sicherungen gefunden',
        }),
      sameDisk:
        'Liegt auf derselben Festplatte wie die Projekte: Fällt sie aus, ist beides verloren',
      noVersions: 'Es werden keine Versionen aufbewahrt',
      watchingPaused: 'Die Überwachung ist angehalten: Es entstehen keine Versionen',
      watchingLimited: 'Nicht alle Änderungen werden sofort bemerkt',
      unconfirmed: 'Hat einen Befehl, der auf diesem Rechner nicht bestätigt ist',
      noPassword: 'Das Passwort ist hier nicht bekannt: Es wird nicht darauf gesichert',
      nearlyFull: (free: string, total: string) => `Nur noch ${free} von ${total} frei`,
      archiveMissing: 'Die Datei des Archivs ist weg',
      archiveDamaged: 'Ein Teil des Archivs ist nicht mehr lesbar',
      places: (count: number) =>
        plural(count, {
          one: '1 eingetragener Ordner wartet auf Ihre Antwort',
          other: '# eingetragene Ordner warten auf Ihre Antwort',
        }),
    },
    standing: {
      empty: 'Noch keine Projekte',
      error: (subject: string, reason: string) =>
        `Arbeit kann verloren gehen: ${subject}, ${reason}`,
      off: 'Sicherungen sind in den Einstellungen ausgeschaltet',
      paused: (until: string | null) =>
        until ? `Sicherungen angehalten bis: ${until}` : 'Sicherungen angehalten',
      protected: (count: number) =>
        count === 0 ? 'Kein Projekt geschützt' : `${projects(count)} geschützt`,
      attention: (things: number) =>
        plural(things, { one: '1 Punkt zu beachten', other: '# Punkte zu beachten' }),
      waits: (plan: string) => `Eine Sicherung ist fällig und wartet: ${plan}`,
      allProtected: (count: number, all: number) => {
        if (count === all)
          return all === 1 ? '1 Projekt ist geschützt' : `Alle ${all} Projekte sind geschützt`;
        return `${count} von ${all} Projekten sind geschützt`;
      },
      lastBackup: (when: string, proven: string | null) =>
        `Letzte Sicherung: ${when}; ${proven ? `zuletzt geprüft: ${proven}` : 'noch nicht geprüft'}`,
    },
  },
};
