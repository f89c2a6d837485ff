/** Versionen: behalten, auflisten, speichern, ausdünnen, wiederherstellen. */
import type { historyWords as english } from '../en/history';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const historyWords: typeof english = {
  watch: {
    states: {
      off: 'Nicht überwacht',
      importing: 'Erste Version…',
      watching: 'Überwacht',
      limited: 'Eingeschränkt überwacht',
      paused: 'Angehalten',
      missing: 'Ordner nicht da',
    },
    pause: 'Überwachung anhalten',
    resume: 'Überwachung fortsetzen',
    pending: (count: number) =>
      plural(count, { one: '1 Änderung wartet', other: '# Änderungen warten' }),
    title: 'Versionen behalten',
    pauseBackups: 'Sicherungen für eine Stunde anhalten',
    resumeBackups: 'Sicherungen fortsetzen',
    pauseAll: 'Überwachung aller Projekte anhalten',
    pauseAllHint: 'Änderungen in dieser Zeit werden beim Fortsetzen eine Version.',
    noneKept: 'Noch kein Projekt behält Versionen.',
  },

  startHistory: {
    title: (name: string) => `Jede Version von ${name} behalten`,
    line: 'Undercroft überwacht den Ordner und behält, was Sie sichern, damit sich jeder Stand finden und zurückholen lässt. In Ihr eigenes Git-Repository wird nie geschrieben.',
    start: 'Versionen einschalten',
    importing: 'Die erste Version wird erstellt',
    cancelHint: 'Wenn Sie abbrechen, geht es beim nächsten Mal hier weiter.',
    counting: 'Gezählt wird, was behalten würde…',
    files: 'Dateien behalten',
    size: 'insgesamt',
    inGit: (files: number) =>
      plural(files, {
        one: '1 Datei mit Code und Text, in git',
        other: '# Dateien mit Code und Text, in git',
      }),
    inObjects: (files: number) =>
      plural(files, {
        one: '1 große oder binäre Datei, im Objektspeicher',
        other: '# große oder binäre Dateien, im Objektspeicher',
      }),
    followGitignore: 'Auslassen, was .gitignore ignoriert',
    followGitignoreHint:
      'Ausgeschaltet werden auch ignorierte Dateien behalten; nur was sich neu erzeugen lässt, bleibt weg.',
    leftOut: 'Ausgelassen',
    nothingLeftOut: 'nichts',
    colFolder: 'Ordner',
    colWhy: 'Warum',
    colFiles: 'Dateien',
    colSize: 'Größe',
    colKeep: 'Behalten',
    keep: (path: string) => `${path} behalten`,
    byYou: 'Sie wollten es behalten',
    allRules: 'Alle Regeln',
    secrets: 'Geheimnisse, die behalten werden',
    secretsHint:
      'Auf diesem Rechner können nur Sie sie lesen. Auch die Sicherungen enthalten sie, verschlüsselt.',
  },

  history: {
    triggers: {
      automatic: 'Automatisch',
      manual: 'Gespeichert',
      beforeRestore: 'Vor Wiederherstellung',
      import: 'Erster Import',
    },
    changes: {
      added: 'Hinzugefügt',
      modified: 'Geändert',
      removed: 'Entfernt',
      renamed: 'Umbenannt',
      metadata: 'Nur Zeiten oder Rechte geändert',
    },
    save: 'Version speichern',
    listLabel: 'Versionen',
    colTime: 'Zeit',
    colTrigger: 'Grund',
    colMessage: 'Was',
    colChanges: 'Änderungen',
    colLines: 'Zeilen',
    anyTrigger: 'Alle Versionen',
    filter: 'Wörter, Namen oder Pfade',
    noMatch: 'Keine Version passt',
    empty: 'Noch keine Version',
    emptyLine: 'Die nächste Änderung, die Sie sichern, wird eine.',
    session: (versions: number, more: boolean) =>
      more
        ? `${versions} Versionen oder mehr`
        : plural(versions, { one: '1 Version', other: '# Versionen' }),
    changesOf: (count: number) => plural(count, { one: '1 Änderung', other: '# Änderungen' }),
    unfold: (title: string, when: string) => `Versionen zeigen: ${title}, ${when}`,
    fold: (title: string, when: string) => `Versionen ausblenden: ${title}, ${when}`,
    compareSession: (when: string) => `Was sich geändert hat: ${when}`,
    showNewer: 'Neuere Versionen zeigen',
    care: 'Wartung',
    thin: 'Versionen ausdünnen…',
    compact: 'Verdichten',
    check: 'Alle Versionen prüfen',
    pinned: 'Angeheftet',
    detail: 'Version',
    browse: 'Ansehen',
    restoreAll: 'Alles wiederherstellen…',
    openDiff: 'Änderungen',
    openAsWorkspace: 'Als Arbeitsbereich öffnen…',
    compareWithNow: 'Mit jetzt vergleichen',
    made: 'Erstellt',
    madeBy: 'Von',
    holds: 'Enthält',
    id: 'Kennung',
    commit: 'Commit',
    changedFiles: 'Geänderte Dateien',
    bringBack: 'Zurückholen…',
    bringBackNamed: (path: string) => `${path} zurückholen`,
    isFirst: 'Der Anfang des Verlaufs: Jede Datei darin ist neu.',
    firstOf: (shown: number, total: number) => `Die ersten ${shown} von ${total}`,
    giveName: 'Benennen',
    nameLabel: 'Name der Version',
    namePlaceholder: 'Etwa: dem Kunden gezeigt',
    writeNote: 'Notiz schreiben',
    noteLabel: 'Notiz zur Version',
    notePlaceholder: 'Woran Sie sich erinnern möchten',
    pin: 'Anheften: das Ausdünnen lässt sie stehen',
    unpin: 'Lösen',
    unique: 'Nur hier:',
    reclaimable: 'ohne sie wieder frei:',
    weigh: 'Belegten Platz zeigen',
    weighing: 'Wird gezählt…',
    started: (name: string) => `Von ${name} werden ab jetzt Versionen behalten`,
    saved: 'Als Version gespeichert',
    marked: 'Kennzeichen der Version geändert',
    pinSaid: { true: 'Angeheftet', false: 'Gelöst' },
    restored: (what: string, when: string) => `${what} wiederhergestellt, Stand: ${when}`,
    restoredMissing: (what: string, when: string) =>
      `Fehlendes von ${what} wiederhergestellt, Stand: ${when}`,
    restoredInto: (what: string, when: string, folder: string) =>
      `${what} wiederhergestellt in ${folder}, Stand: ${when}`,
    restoredInPart: (what: string, count: number) =>
      `Wiederherstellung von ${what}: ${plural(count, { one: '1 Problem', other: '# Probleme' })}`,
    left: (count: number) =>
      plural(count, {
        one: '1 Datei war schon da und blieb, wie sie war.',
        other: '# Dateien waren schon da und blieben, wie sie waren.',
      }),
    someFailed: 'Was fehlschlug, steht unter Vorgänge.',
    undone: (name: string) => `Rückgängig gemacht: ${name} ist wieder wie vorher`,
    undoneInPart: (name: string, count: number) =>
      `Rückgängig in ${name}: ${plural(count, { one: '1 Problem', other: '# Probleme' })}`,
    linesRestored: (name: string) => `Eine Änderung in ${name} zurückgenommen.`,
    deleted: (name: string) => `${name} gelöscht. Die Versionen bleiben.`,
    unkept: 'Einiges davon ist in keiner Version',
    unkeptLine: (why: string) =>
      `${why}. Was da ist, kommt in den Papierkorb Ihrer Bibliothek; „Rückgängig“ holt es zurück.`,
    toTrash: 'In den Papierkorb legen',
    uploaded: (count: number) =>
      plural(count, { one: '1 Datei hinzugefügt', other: '# Dateien hinzugefügt' }),
    nothingChanged: 'Nichts geändert: Diese Dateien waren schon da',
    workspaceOpened: (name: string) => `Arbeitsbereich ${name} geöffnet`,
    workspaceClosed: (name: string) =>
      `Arbeitsbereich ${name} geschlossen. Seine Versionen bleiben.`,
    switched: (name: string) => `${name} ist der aktuelle Arbeitsbereich`,
    refreshed: 'Neu durchsucht',
    paused: 'Angehalten. Änderungen in dieser Zeit werden eine Version.',
    pausedAll: 'Alle Projekte sind angehalten. Änderungen in dieser Zeit werden je eine Version.',
    resumed: 'Wird wieder überwacht',
    resumedAll: 'Alle Projekte werden wieder überwacht',
    thinned: 'Ausgedünnt',
    compacted: 'Verdichtet',
    checked: 'Geprüft',
  },

  timeline: {
    zoomIn: 'Vergrößern',
    zoomOut: 'Verkleinern',
    label: 'Zeit',
    nothing: 'Keine Version',
    day: (date: string, versions: number) =>
      `${date}: ${plural(versions, { one: '1 Version', other: '# Versionen' })}`,
    position: (at: string, of: string, when: string, trigger: string, title: string) =>
      `Version ${at} von ${of}, ${when}, ${trigger}: ${title}`,
  },

  saveVersion: {
    title: 'Version speichern',
    line: 'Alles, was sich seit der letzten Version geändert hat, mit einer Nachricht von Ihnen.',
    message: 'Nachricht',
    confirm: 'Speichern',
  },

  thin: {
    title: 'Versionen ausdünnen',
    line: 'Alte automatische Versionen werden entfernt; benannte, angeheftete und von Ihnen gespeicherte bleiben.',
    nothing: 'Nichts auszudünnen: Jede Version wird noch gebraucht.',
    sum: (drop: string, keep: string, frees: string, lost: string) =>
      `${drop} Versionen werden entfernt, ${keep} bleiben. Gibt ${frees} frei; ${lost} Dateiversionen, die es sonst nirgends gibt, gehen verloren.`,
    listLabel: 'Versionen, die entfernt werden',
    confirm: (count: string) => `${count} Versionen entfernen`,
  },

  workspaces: {
    choose: 'Arbeitsbereich',
    line: 'Ein Arbeitsbereich ist ein Ordner, in dem am Projekt gearbeitet wird. Jede Version lässt sich als weiterer öffnen, mit eigenem Verlauf.',
    openNew: 'Weiteren öffnen…',
    openTitle: 'Als Arbeitsbereich öffnen',
    openLine: (when: string) =>
      `Diese Version wird ein eigener Ordner, in dem Sie arbeiten können: ${when}`,
    name: 'Name',
    nameHint: 'Auch der Verlauf heißt so.',
    whereLabel: 'Wo',
    where: { library: 'In der Bibliothek', place: 'In einem Ordner meiner Wahl' },
    whereHints: {
      library: 'Undercroft findet einen Ort dafür.',
      place: 'Dort wird ein Ordner für den Arbeitsbereich angelegt.',
    },
    openConfirm: 'Öffnen',
    current: 'aktuell',
    switch: 'Zum aktuellen machen',
    switchTo: (name: string) => `Zum aktuellen machen: ${name}`,
    filesOf: (name: string) => `Dateien von ${name}`,
    historyOf: (name: string) => `Verlauf von ${name}`,
    isMain: 'Der eigene Ordner des Projekts',
    describe: 'Beschreiben',
    describePlaceholder: 'Wofür er ist',
    refresh: 'Neu durchsuchen',
    close: 'Schließen…',
    closeTitle: (name: string) => `${name} schließen?`,
    closeLine:
      'Eine letzte Version wird erstellt, dann wird der Arbeitsbereich weggeräumt. Seine Versionen bleiben und lassen sich wieder öffnen.',
    closeConfirm: 'Arbeitsbereich schließen',
    versions: (count: number) => plural(count, { one: '1 Version', other: '# Versionen' }),
    last: 'zuletzt',
  },

  rules: {
    line: 'Eine geänderte Regel gilt für künftige Versionen; nichts Gespeichertes wird verschoben.',
    changed: 'Regeln geändert',
    leaveOut: 'Ausgelassen',
    leaveOutHint:
      'Muster wie in .gitignore. Was sich neu erzeugen lässt, bleibt auch ohne Regel weg.',
    leaveOutAdd: 'Muster zum Auslassen',
    keep: 'Trotzdem behalten',
    keepHint: 'Was hier passt, wird behalten, auch wenn anderes es auslassen würde.',
    keepAdd: 'Muster zum Behalten',
    layers: 'Wo Dateien liegen',
    layersHint:
      'Code und kleine Texte liegen in git, große und binäre Dateien im Objektspeicher. Ein Muster kann anderes bestimmen.',
    layerPattern: 'Muster',
    layer: 'Wo sie liegen',
    placeholder: '*.psd',
    remove: (pattern: string) => `Regel ${pattern} entfernen`,
  },
};
