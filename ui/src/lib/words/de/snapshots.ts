/** Ziele und Sicherungen: auflisten, ansehen, wiederherstellen. */
import type { snapshotWords as english } from '../en/snapshots';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const snapshotWords: typeof english = {
  destinations: {
    title: 'Ziele',
    add: 'Ziel hinzufügen',
    emptyTitle: 'Noch kein Ziel',
    emptyLine:
      'Ein Ziel ist ein Ordner, am besten auf einem anderen Laufwerk, in dem Sicherungen verschlüsselt liegen.',
    dialogTitle: 'Ziel hinzufügen',
    dialogLine:
      'Sicherungen werden verschlüsselt, bevor sie den Arbeitsspeicher dieses Rechners verlassen.',
    mode: 'Was ist in dem Ordner?',
    create: 'Neues Repository anlegen',
    createHint: 'Für einen Ordner, der noch keine Sicherungen enthält',
    open: 'Vorhandenes öffnen',
    openHint: 'Für einen Ordner, der hier oder anderswo schon ein Ziel war',
    folder: 'Ordner',
    name: 'Name',
    namePlaceholder: 'Name des Ordners',
    password: 'Passwort',
    repeat: 'Passwort wiederholen',
    repeatWrong: 'Die beiden Passwörter unterscheiden sich',
    passwordKept:
      'Es liegt im Schlüsselbund des Systems oder, wo es keinen gibt, in einer versiegelten Datei, damit Sicherungen automatisch laufen können. Verwahren Sie das Notfallblatt: Ohne das Passwort kann niemand diese Sicherungen öffnen.',
    passwordOpenHint: 'Das Passwort, mit dem es angelegt wurde',
    show: 'Passwort zeigen',
    hide: 'Passwort verbergen',
    strength: 'Stärke',
    strengths: ['Viel zu kurz', 'Schwach', 'Mäßig', 'Gut', 'Stark'] as readonly string[],
    added: (name: string) => `${name} hinzugefügt`,
    forget: 'Ziel entfernen',
    forgotten: (name: string) => `${name} entfernt. Die Sicherungen darin bleiben.`,
    forgetTitle: (name: string) => `${name} entfernen?`,
    forgetLine:
      'Undercroft verwendet es nicht mehr und entfernt das Passwort von diesem Rechner. Die Sicherungen darin bleiben und lassen sich mit dem Passwort wieder öffnen.',
    forgetConfirm: 'Ziel entfernen',
    lastBackup: (ago: string) => `letzte Sicherung ${ago}`,
    noBackup: 'noch keine Sicherung',
    away: 'Das Laufwerk ist nicht angeschlossen.',
    capacity: (name: string) => `Belegter Platz auf ${name}`,
    capacityUnknown: 'Platz nicht bekannt',
    repository: 'Repository',
  },

  snapshots: {
    title: 'Sicherungen',
    colWhen: 'Wann',
    colProject: 'Projekt',
    colId: 'Kennung',
    colSize: 'Größe',
    colFiles: 'Dateien',
    colAdded: 'Hinzugefügt',
    colDestination: 'Ziel',
    colActions: 'Aktionen',
    browse: 'Ansehen',
    restore: 'Wiederherstellen…',
    browseNamed: (when: string) => `Sicherung ansehen: ${when}`,
    restoreNamed: (when: string) => `Sicherung wiederherstellen: ${when}`,
    empty: 'Hier ist noch keine Sicherung',
    unnamedProject: 'kein Projekt von hier',
    ofLibrary: 'Die Bibliothek',
    ofObjects: (project: string) => `Große Dateien der Versionen von ${project}`,
    ofUnnamedObjects: 'Große Dateien der Versionen eines Projekts, das nicht hier ist',
    ofVersions: 'Große Dateien von Versionen',
    beside: (count: number) =>
      plural(count, { one: '1 Teil, für die Versionen', other: '# Teile, für die Versionen' }),
    ofArchive: 'Ein Archiv',
    runUnknown: 'Lauf hier nicht verzeichnet',
    unfold: (name: string, when: string) => `Sicherungen zeigen: ${name}, ${when}`,
    fold: (name: string, when: string) => `Sicherungen ausblenden: ${name}, ${when}`,
    newest: 'neueste',
  },

  browse: {
    label: 'Inhalt',
    folderPath: 'Ordner in der Sicherung',
    root: 'Sicherung',
    colName: 'Name',
    colSize: 'Größe',
    colModified: 'Geändert',
    colMode: 'Rechte',
    colLayer: 'Liegt in',
    filter: 'Diesen Ordner filtern',
    emptyFolder: 'Dieser Ordner ist leer',
    noMatch: 'Hier passt nichts',
    restoreAll: 'Alles wiederherstellen…',
    restoreFolder: 'Diesen Ordner wiederherstellen…',
    openEntry: 'Öffnen',
    restoreEntry: (name: string) => `${name} wiederherstellen`,
    up: 'Einen Ordner nach oben',
    linksTo: (target: string) => `→ ${target}`,
    kinds: { folder: 'Ordner', file: 'Datei', symlink: 'Verweis', other: 'Besondere Datei' },
    summary: (count: number, size: string) =>
      `${plural(count, { one: '1 Eintrag', other: '# Einträge' })}, ${size} in Dateien hier`,
  },

  place: {
    choose: 'Ordner wählen…',
    change: 'Ändern…',
    typed: 'Pfad auf dem Rechner, auf dem Undercroft läuft',
    placeholder: '/home/name/arbeit',
    checking: 'Wird geprüft…',
    states: {
      folder: 'Ordner gefunden',
      file: 'Das ist eine Datei, kein Ordner',
      missing: 'Dort ist nichts',
      repository: 'Enthält ein Sicherungs-Repository',
    },
    missingOk: 'Dort ist noch nichts; es wird angelegt',
    sameDisk: 'Auf derselben Festplatte wie Ihre Projekte: Fällt sie aus, ist beides verloren',
    none: 'Kein Ordner ausgewählt',
  },

  backups: {
    title: 'Sicherungen',
    backUpAll: 'Alles sichern',
    nothingToBackUp: 'Noch nichts zu sichern',
    nothingToBackUpHint: 'Fügen Sie zuerst ein Projekt und ein Ziel hinzu.',
    startedAll: (count: number) =>
      plural(count, { one: '1 Sicherung begonnen', other: '# Sicherungen begonnen' }),
  },
};
