/** Every word that a user sees, in German. */
import type { Words } from '.';
import { archiveWords } from './de/archives';
import { backupsWords } from './de/backups';
import { cleanupWords } from './de/cleanup';
import { concernWords } from './de/concerns';
import { consoleWords } from './de/console';
import { dashboardWords } from './de/dashboard';
import { destinationWords } from './de/destinations';
import { fileWords } from './de/files';
import { firstRunWords } from './de/first-run';
import { frameWords } from './de/frame';
import { gitWords } from './de/git';
import { historyWords } from './de/history';
import { planWords } from './de/plans';
import { projectLifeWords } from './de/project-life';
import { projectWords } from './de/projects';
import { recoveryWords } from './de/recovery';
import { restoringWords } from './de/restoring';
import { runWords } from './de/runs';
import { searchWords } from './de/search';
import { settingsWords } from './de/settings';
import { snapshotWords } from './de/snapshots';
import { storageWords } from './de/storage';
import { pluralIn } from './plural';

const locale = 'de-DE';
const plural = pluralIn(locale);

export const de: Words = {
  locale,
  product: 'Undercroft',

  units: {
    bytes: (count: number, figure: string) =>
      plural(count, { one: '1 Byte', other: `${figure} Bytes` }),
    files: (count: number) => plural(count, { one: '1 Datei', other: '# Dateien' }),
    items: (count: number) => plural(count, { one: '1 Objekt', other: '# Objekte' }),
    projects: (count: number) => plural(count, { one: '1 Projekt', other: '# Projekte' }),
    destinations: (count: number) => plural(count, { one: '1 Ziel', other: '# Ziele' }),
    snapshots: (count: number) => plural(count, { one: '1 Sicherung', other: '# Sicherungen' }),
    warnings: (count: number) => plural(count, { one: '1 Warnung', other: '# Warnungen' }),
    runs: (count: number) => plural(count, { one: '1 Lauf', other: '# Läufe' }),
    percent: (value: number) => `${value} %`,
  },

  time: {
    justNow: 'gerade eben',
    yesterday: 'gestern',
    today: 'heute',
    days: { today: 'Heute', yesterday: 'Gestern' },
    span: (from: string, until: string) => `${from}–${until}`,
    tomorrow: 'morgen',
    minutesAgo: (count: number) => `vor ${count} Min.`,
    hoursAgo: (count: number) => `vor ${count} Std.`,
    daysAgo: (count: number) => plural(count, { one: 'vor 1 Tag', other: 'vor # Tagen' }),
    moment: (date: string, clock: string) => `${date}, ${clock}`,
    seconds: (count: number) => `${count} s`,
    minutes: (minutes: number, seconds: number) =>
      seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`,
    hours: (hours: number, minutes: number) =>
      minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`,
    underASecond: 'unter 1 s',
    never: 'nie',
  },

  status: {
    protected: 'Geschützt',
    attention: 'Zu beachten',
    running: 'Wird gesichert',
    archived: 'Archiviert',
    trashed: 'Entfernt',
    inTrash: 'Im Papierkorb',
    active: 'Aktiv',
    folderMissing: 'Ordner nicht da',
    reachable: 'Erreichbar',
    away: 'Nicht da',
    protection: 'Schutz',
  },

  common: {
    add: 'Hinzufügen',
    cancel: 'Abbrechen',
    save: 'Speichern',
    undo: 'Rückgängig',
    copy: 'Kopieren',
    copied: 'Kopiert',
    copyNamed: (what: string) => `${what} kopieren`,
    more: 'Mehr',
    moreFor: (name: string) => `Mehr zu ${name}`,
    none: 'keine',
    all: 'Alle',
    any: 'Beliebig',
    showAll: (count: string) => `Alle ${count} zeigen`,
    loading: 'Wird geladen',
    filter: 'Filtern',
    clearFilter: 'Filter leeren',
    sortBy: (column: string) => `Nach ${column} sortieren`,
    back: 'Zurück',
    optional: 'freiwillig',
    commandLine: 'Dasselbe auf der Befehlszeile',
    copyCommand: 'Befehl kopieren',
    notKnown: 'nicht bekannt',
  },

  missing: {
    title: 'Hier ist nichts',
    line: 'Diese Adresse führt nirgendwohin; was sie nannte, wurde vielleicht entfernt.',
    home: 'Zur Übersicht',
  },

  ...archiveWords,
  ...backupsWords,
  ...cleanupWords,
  ...concernWords,
  ...consoleWords,
  ...dashboardWords,
  ...destinationWords,
  ...fileWords,
  ...firstRunWords,
  ...frameWords,
  ...gitWords,
  ...historyWords,
  ...planWords,
  ...projectLifeWords,
  ...projectWords,
  ...recoveryWords,
  ...restoringWords,
  ...runWords,
  ...searchWords,
  ...settingsWords,
  ...snapshotWords,
  ...storageWords,
};
