/** Eine ganze Bibliothek wiederherstellen. */
import type { recoveryWords as english } from '../en/recovery';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const recoveryWords: typeof english = {
  recovery: {
    title: 'Alles wiederherstellen',
    line: 'Aus einem Ziel und seinem Passwort: Projekte, Verläufe, Pläne und Einstellungen.',
    interrupted:
      'Noch wurde nichts wiederhergestellt. Das Passwort wird nicht aufbewahrt: Geben Sie es noch einmal ein, um fortzufahren.',
    step1: 'Wo liegen die Sicherungen?',
    drives: 'Laufwerke mit Sicherungen',
    place: 'Ordner der Sicherungen',
    noBackups:
      'In diesem Ordner sind keine Sicherungen. Wählen Sie den, den Undercroft angelegt hat, oft „Undercroft“ auf dem Laufwerk.',
    password: 'Passwort',
    passwordHint: 'Es steht auf dem Notfallblatt',
    look: 'Nachsehen',
    looking: 'Wird durchgesehen…',
    step2: 'Welche Bibliothek?',
    none: 'Es gibt Sicherungen, aber keine einer Bibliothek.',
    noneLine:
      'Fügen Sie den Ordner als Ziel hinzu, um einzelne Projekte daraus wiederherzustellen.',
    libraries: 'Gefundene Bibliotheken',
    of: (host: string, user: string) => `von ${user} auf ${host}`,
    projects: (count: number) => plural(count, { one: '1 Projekt', other: '# Projekte' }),
    places:
      'Undercroft behält Versionen, stellt wieder her und sichert nur in den Ordnern, die Sie ankreuzen. Kreuzen Sie Ihre an; die Selbstprüfung nennt die anderen, damit Sie sie später bestätigen können.',
    confirmAll: 'Alle Ordner ankreuzen',
    step3: 'Was kommt zurück?',
    withFolders: 'Auch die Ordner der Projekte',
    withFoldersHint:
      'Jeder angekreuzte an seinen alten Ort, aus der neuesten Sicherung. Wo schon etwas liegt, wird nichts angerührt.',
    colProject: 'Projekt',
    colPath: 'Ordner',
    colLast: 'Neueste Sicherung',
    colSize: 'Größe',
    wasAt: (path: string) => `War in ${path}; Ihr persönlicher Ordner heißt hier anders.`,
    occupied: 'Dort liegt schon etwas; es bleibt, wie es ist',
    noBackup: 'keine Sicherung',
    start: 'Bibliothek wiederherstellen',
    running: 'Wird wiederhergestellt…',
    failed: 'Die Wiederherstellung ist fehlgeschlagen',
    doneTitle: 'Alles ist wieder da',
    doneLine: 'Undercroft startet neu, um die wiederhergestellte Bibliothek zu öffnen.',
    restart: 'Neu starten',
    restartByHand:
      'Beenden Sie `undercroft serve`, starten Sie es wieder, und laden Sie dann diese Seite neu. Ihre Bibliothek ist da.',
    restarting: 'Wird neu gestartet…',
    notEmpty: 'Diese Bibliothek ist nicht leer',
    notEmptyLine:
      'Eine ganze Bibliothek kommt nur in eine leere zurück. Starten Sie Undercroft mit einem anderen Bibliotheksordner, oder stellen Sie einzelne Projekte aus ihren Sicherungen wieder her.',
  },
};
