/** Die Einstellungen und der Arbeitsspeicher des Programms. */
import type { settingsWords as english, SettingWords } from '../en/settings';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

const names: Record<string, SettingWords> = {
  theme: {
    label: 'Farben',
    hint: '„System“ folgt Ihrem Schreibtisch',
    choices: { system: 'System', light: 'Hell', dark: 'Dunkel' },
  },
  'close-to-tray': {
    label: 'Beim Schließen des Fensters im Infobereich weiterlaufen',
    hint: 'Laufende Sicherungen gehen weiter. Beenden Sie aus dem Infobereich.',
  },
  'start-at-login': {
    label: 'Beim Anmelden starten',
    hint: 'Undercroft startet im Infobereich, damit Sicherungen von selbst laufen',
  },
  notifications: {
    label: 'Mitteilungen',
    hint: 'Was der Schreibtisch Ihnen meldet',
    choices: { problems: 'Probleme', all: 'Probleme und Erfolge', off: 'Aus' },
  },
  backup: {
    label: 'Automatisch sichern',
    hint: 'Ausgeschaltet laufen Sicherungen nur von Hand',
  },
  'backup-schedule': {
    label: 'Übliche Zeit der Sicherungen',
    hint: 'Für Pläne ohne eigenen Zeitplan',
  },
  'backup-retention-days': {
    label: 'Sicherungen behalten für',
    hint: 'Für Pläne ohne eigene Aufbewahrung',
    unit: 'Tage',
    zero: 'die übliche Aufbewahrung',
  },
  'backup-destination': {
    label: 'Übliches Ziel',
    hint: 'Für neue Pläne und für Sicherungen, die keines nennen',
  },
  'warn-after-days': {
    label: 'Warnen, wenn die letzte Sicherung älter ist als',
    unit: 'Tage',
    zero: 'nie warnen',
  },
  compression: {
    label: 'Komprimierung der Sicherungen',
    hint: 'Für neue Daten; „Höchste“ ist langsamer',
    choices: { auto: 'Automatisch', off: 'Aus', max: 'Höchste' },
  },
  'quota-gb': {
    label: 'Grenze der Bibliothek',
    hint: 'Sie werden gewarnt, bevor sie erreicht ist',
    unit: 'GB',
    zero: 'keine Grenze',
  },
  'project-limit-gb': {
    label: 'Größtes Projekt, das importiert oder angelegt wird',
    unit: 'GB',
    zero: 'jede Größe',
  },
  'trash-days': {
    label: 'Papierkorb leeren nach',
    unit: 'Tage',
    zero: 'nie',
  },
  cleanup: {
    label: 'Automatisch aufräumen',
    hint: 'Die Schritte stehen auf der Seite des Aufräumens',
  },
  'cleanup-schedule': { label: 'Zeit des Aufräumens' },
  'maintain-histories': {
    label: 'Versionen automatisch ausdünnen und verdichten',
    hint: 'Während der Rechner ruht',
  },
  'archive-after-days': {
    label: 'Ein Projekt ruht nach',
    hint: 'Tage ohne eine Änderung',
    unit: 'Tage',
    zero: 'nie',
  },
  'archive-idle': {
    label: 'Ruhende Projekte automatisch archivieren',
    hint: 'Beim Aufräumen',
  },
  'archive-compression': {
    label: 'Komprimierung der Archive',
    choices: { balanced: 'Ausgewogen', fast: 'Schnell', best: 'Am kleinsten' },
  },
  threads: {
    label: 'Gleichzeitig arbeitende Threads',
    unit: 'Threads',
    zero: 'so viele, wie der Rechner hat',
  },
  'password-keeper': {
    label: 'Wo die Passwörter der Ziele liegen',
    hint: '„Automatisch“ nimmt den Schlüsselbund, wo es einen gibt',
    choices: { auto: 'Automatisch', keyring: 'Schlüsselbund', file: 'Datei in der Bibliothek' },
  },
};

export const settingsWords: typeof english = {
  settings: {
    title: 'Einstellungen',
    names,
    isZero: (meaning: string) => `0: ${meaning}`,
    search: 'Einstellungen durchsuchen',
    none: (find: string) => `Keine Einstellung hat „${find}“`,
    noneHint: 'Suchen Sie nach einem Wort ihres Namens oder dessen, was sie tut.',
    showAll: 'Alle Einstellungen zeigen',
    language: 'Sprache',
    languageSystem: 'Wie das System',
    languageHint: 'Das Fenster wird neu geladen',
    languageWaits: 'Lässt sich ändern, sobald die Sicherungen eingerichtet sind',
    groups: {
      appearance: 'Erscheinungsbild',
      window: 'Fenster',
      backups: 'Sicherungen',
      storage: 'Speicher',
      versions: 'Versionen',
      archive: 'Archiv',
      advanced: 'Erweitert',
    },
    noTray: 'Diese Oberfläche hat keinen Infobereich; das Schließen des Fensters beendet also.',
    library: 'Bibliothek',
    libraryPath: 'Ort',
    settingsFile: 'Einstellungsdatei',
    version: 'Version',
    platform: 'Plattform',
    isDefault: 'Vorgabe',
    defaultValue: (value: string) => `Vorgabe: ${value}`,
    sourceNames: {
      default: 'Vorgabe',
      file: 'Einstellungsdatei',
      environment: 'Umgebung',
      flag: 'Startoption',
    },
    on: 'Ein',
    off: 'Aus',
    allDestinations: 'Alle',
    dailyAt: 'Täglich um',
    otherTimes: 'Andere Zeiten…',
    daily: 'Täglich…',
    wholeNumber: (most: string) => `Eine ganze Zahl von 0 bis ${most}`,
    saved: 'Gesichert',
    reset: 'Zurücksetzen',
    resetNamed: (name: string, value: string) => `${name} auf die Vorgabe zurücksetzen: ${value}`,
    resetAll: 'Alle zurücksetzen…',
    resetAllTitle: 'Alle Einstellungen zurücksetzen',
    resetAllLine: (count: number) =>
      plural(count, {
        one: '1 Einstellung erhält wieder ihre Vorgabe.',
        other: '# Einstellungen erhalten wieder ihre Vorgaben.',
      }),
    resetDone: 'Alle Einstellungen haben ihre Vorgaben',
    fixed: (source: string) => `Festgelegt durch: ${source}; ändern Sie es dort`,
    transfer: 'Export und Import',
    transferLine: 'Ihre Einstellungen auf einen anderen Rechner mitnehmen',
    transferHint: 'Eine Datei mit allen Einstellungen. Sie enthält kein Passwort.',
    export: 'Exportieren…',
    exported: (file: string) => `Einstellungen exportiert nach ${file}`,
    import: 'Importieren…',
    importFile: 'Datei mit Einstellungen',
    importTitle: 'Einstellungen importieren',
    importLine: (file: string) => `Aus ${file}. Vor dem Import ändert sich nichts.`,
    importConfirm: (count: number) =>
      plural(count, { one: '1 Einstellung ändern', other: '# Einstellungen ändern' }),
    importSame: 'Nichts zu ändern: Ihre Einstellungen sind die der Datei.',
    importNow: 'Jetzt',
    importNew: 'In der Datei',
    importSetting: 'Einstellung',
    importFixed: (names: string) =>
      `Durch Umgebung oder Startoption festgelegt, bleibt also: ${names}`,
    importUnknown: (names: string) =>
      `Dieser Version nicht bekannt, wird also ausgelassen: ${names}`,
    imported: 'Einstellungen importiert',
    keyboard: 'Tastatur',
    commandLine: 'Befehlszeile',
    commandLineHint: 'Alles hier geht auch auf der Befehlszeile. Die Befehlspalette zeigt, wie.',
    health: 'Selbstprüfung',
    healthHint: 'Was Undercroft findet, wenn es sich selbst prüft',
  },

  memory: {
    title: 'Arbeitsspeicher',
    held: 'Gehaltene Inhalte',
    used: (used: string, capacity: string) => `${used} von ${capacity}`,
    entries: 'Gehaltene Dateien',
    found: 'Bei Anfragen gefunden',
    notAsked: 'noch nicht angefragt',
    evicted: 'Anderen gewichen',
    drafts: 'Entwürfe',
    draftsLine: (count: number, size: string) =>
      `${plural(count, { one: '1 Entwurf', other: '# Entwürfe' })}, ${size}`,
    journal: 'Ihr Journal auf der Festplatte',
    export: 'Entwürfe exportieren…',
    import: 'Entwürfe importieren…',
    exportTitle: 'Entwürfe exportieren',
    importTitle: 'Entwürfe importieren',
    exportLine: 'Alle Entwürfe aller Projekte werden in einen Ordner kopiert.',
    importLine: 'Exportierte Entwürfe werden aus ihrem Ordner zurückgenommen.',
    exported: (count: number) =>
      plural(count, { one: '1 Entwurf exportiert', other: '# Entwürfe exportiert' }),
    imported: (count: number) =>
      plural(count, { one: '1 Entwurf importiert', other: '# Entwürfe importiert' }),
    left: (count: number) =>
      plural(count, {
        one: '1 wurde nicht übernommen: Der vorhandene ist ebenso neu oder neuer.',
        other: '# wurden nicht übernommen: Die vorhandenen sind ebenso neu oder neuer.',
      }),
  },
};
