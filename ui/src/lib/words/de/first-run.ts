/** Der erste Start und das Einrichten der Sicherungen. */
import type { firstRunWords as english } from '../en/first-run';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const firstRunWords: typeof english = {
  firstRun: {
    title: 'Ihre Arbeit in Sicherheit bringen',
    setUpTitle: 'Sicherungen einrichten',
    lost: 'Einen verlorenen Rechner wiederherstellen?',
    begin: 'Starten',
    again: 'Erneut versuchen',
    back: 'Auswahl ändern',
    leave: 'Sie können diese Seite verlassen: Die Arbeit geht weiter.',
    work: 'Woran Sie arbeiten',
    searching: 'Projekte in Ihrem persönlichen Ordner werden gesucht…',
    none: 'In Ihrem persönlichen Ordner wurde kein Projekt gefunden. Fügen Sie die Ordner hinzu, in denen Sie arbeiten.',
    partial: 'Es gibt vielleicht mehr: Die Suche wurde nach einiger Zeit beendet.',
    unread: (count: number) =>
      plural(count, {
        one: '1 Ordner konnte nicht gelesen werden.',
        other: '# Ordner konnten nicht gelesen werden.',
      }),
    chosen: (count: number, size: string) =>
      plural(count, { one: `1 Ordner, ${size}`, other: `# Ordner, ${size}` }),
    addFolder: 'Ordner hinzufügen…',
    folder: 'Ordner eines Projekts',
    addThis: 'Diesen Ordner hinzufügen',
    drop: 'oder legen Sie Ordner auf diesem Fenster ab',
    dropTitle: 'Ordner ablegen, um sie hinzuzufügen',
    dropHint: 'Sie bleiben, wo sie sind.',
    rebuildable: (size: string, names: string) =>
      `${size} in ${names} lassen sich neu erzeugen und werden ausgelassen`,
    moreThan: (size: string) => `mehr als ${size}`,
    changed: 'Geändert',
    isProject: 'Schon ein Projekt',
    known: (name: string) => `Dieser Ordner gehört zu ${name}, das schon ein Projekt ist.`,
    within: (folder: string, outer: string) =>
      `${folder} ist ein Teil von ${outer}. Welchen der beiden meinen Sie?`,
    several: (count: number, name: string) =>
      plural(count, {
        one: `1 Projekt wurde in ${name} gefunden und hinzugefügt.`,
        other: `# Projekte wurden in ${name} gefunden und hinzugefügt.`,
      }),
    addOuter: (name: string) => `${name} hinzufügen`,
    addOnly: (name: string) => `Nur ${name} hinzufügen`,
    addWhole: (name: string) => `Stattdessen ${name} als ein Projekt hinzufügen`,
    where: 'Wohin gesichert wird',
    otherFolder: 'Ein anderer Ordner…',
    otherHint: 'Auf einem beliebigen Laufwerk oder einer eingehängten Freigabe.',
    nowhere: 'Noch nirgends: Versionen nur auf dieser Festplatte',
    nowhereHint:
      'Versionen machen Fehler rückgängig. Fällt die Festplatte aus, sind sie mit Ihren Dateien verloren.',
    noDrive:
      'Kein anderes Laufwerk ist angeschlossen. Schließen Sie eines an, und es erscheint hier.',
    homeFolder: 'Persönlicher Ordner',
    room: (free: string, total: string) => `${free} frei von ${total}`,
    holds: 'Enthält schon Sicherungen',
    sameDisk: 'Auf derselben Festplatte wie Ihre Arbeit: Fällt sie aus, ist beides verloren',
    otherFolderLabel: 'Ordner für Sicherungen',
    opens: 'Was sie wieder öffnet',
    existing:
      'Dieser Ordner enthält schon Sicherungen. Mit deren Passwort können Sie sie fortführen.',
    restoreInstead: 'Meine Bibliothek daraus wiederherstellen',
    everyDay: (at: string) => `Jeden Tag um ${at} wird gesichert.`,
    schedule: (said: string) => `Zeitplan der Sicherungen: ${said}.`,
    decided: (kept: string) =>
      `Sicherungen werden verschlüsselt, überprüft und ${kept} aufbewahrt.`,
    decidedVersions: 'Jede Änderung wird eine Version.',
    keptDays: (days: number) => plural(days, { one: '1 Tag lang', other: '# Tage lang' }),
    keptYears: 'jahrelang',
    change: 'Ändern…',
    pictureTitle: 'Versionen und Sicherungen',
    pictureText:
      'Versionen liegen auf derselben Festplatte wie Ihre Dateien und bringen zurück, was Sie geändert oder gelöscht haben. Sicherungen liegen verschlüsselt auf einem anderen Laufwerk und bringen alles zurück, wenn die Festplatte verloren ist.',
    pictureDisk: 'Diese Festplatte',
    pictureDrive: 'Ein anderes Laufwerk',
    pictureFiles: 'Ihre Dateien',
    pictureVersions: 'Versionen',
    pictureBackups: 'Sicherungen',
    pictureChanges: 'jede Änderung',
    pictureSealed: 'verschlüsselt',
    working: 'Ihre Arbeit wird in Sicherheit gebracht…',
    stopped: 'Noch nicht fertig',
    interrupted: (title: string) => ({
      what: `Angehalten: ${title}`,
      next: 'Versuchen Sie es erneut: Es geht dort weiter, wo es war',
    }),
    versions: 'Versionen',
    backedUp: 'Gesichert',
    verified: 'Überprüft',
    steps: { waiting: 'wartet', running: 'jetzt', done: 'fertig', failed: 'nicht fertig' },
    progress: 'Fortschritt',
    allSafe: (count: number) =>
      plural(count, {
        one: '1 Projekt ist gesichert und überprüft',
        other: '# Projekte sind gesichert und überprüft',
      }),
    someSafe: (safe: number, count: number) =>
      `${safe} von ${count} Projekten sind gesichert und überprüft`,
    onlyVersions: (count: number) =>
      plural(count, {
        one: '1 Projekt hat Versionen auf dieser Festplatte',
        other: '# Projekte haben Versionen auf dieser Festplatte',
      }),
    ready: 'Die Sicherungen sind eingerichtet. Fügen Sie ein Projekt hinzu, und es wird gesichert.',
    noBackups:
      'Es gibt noch keine Sicherung. Richten Sie sie ein, wenn ein anderes Laufwerk zur Hand ist.',
    kitTitle: 'Notfallblatt verwahren',
    kitLine: 'Ohne das Passwort kann niemand diese Sicherungen öffnen.',
    showKit: 'Notfallblatt zeigen',
    openProjects: 'Projekte öffnen',
    goToDashboard: 'Zur Übersicht',
  },
};
