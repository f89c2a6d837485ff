/** Projekte anlegen, importieren, in den Papierkorb legen und löschen. */
import type { projectLifeWords as english } from '../en/project-life';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const projectLifeWords: typeof english = {
  newProject: {
    action: 'Neues Projekt…',
    title: 'Neues Projekt',
    line: 'Beginnen Sie mit einem leeren Ordner oder mit einer Vorlage.',
    name: 'Name',
    namePlaceholder: 'mein-projekt',
    nameWrong: 'Ein Name hat keinen Schrägstrich und ist nicht „.“ oder „..“.',
    template: 'Vorlage',
    empty: 'Leeres Projekt',
    emptyHint: 'Ein neuer Ordner ohne Inhalt',
    builtin: 'Mitgeliefert',
    yours: 'Eigene',
    files: (files: string, size: string) => `${files}, ${size}`,
    variables: 'Werte für die Vorlage',
    where: 'Wo',
    inLibrary: 'In der Bibliothek',
    inLibraryHint: 'Undercroft bewahrt den Ordner bei seinen eigenen Daten auf.',
    elsewhere: 'In einem eigenen Ordner',
    elsewhereHint: 'Der Ordner des Projekts wird in dem Ordner angelegt, den Sie wählen.',
    folder: 'Ordner',
    tags: 'Schlagwörter',
    confirm: 'Projekt anlegen',
    removeTemplate: (title: string) => `Vorlage ${title} entfernen`,
    templateRemoved: (title: string) => `Vorlage ${title} entfernt`,
  },

  importProject: {
    action: 'Importieren…',
    title: 'Projekt importieren',
    line: 'Macht ein Projekt aus einer Datei (.tar, .tar.gz, .tar.xz, .tar.zst oder .zip) oder aus der Kopie eines Ordners.',
    from: 'Datei oder Ordner',
    choose: 'Datei wählen…',
    looking: 'Wird durchgesehen…',
    formats: {
      folder: 'Ordner',
      tar: 'tar',
      tarGz: 'tar, gzip',
      tarXz: 'tar, xz',
      tarZst: 'tar, zstd',
      zip: 'zip',
    },
    contents: 'Inhalt',
    format: 'Format',
    entries: (count: number, size: string) =>
      plural(count, { one: `1 Eintrag, ${size}`, other: `# Einträge, ${size}` }),
    file: 'Datei',
    warnings: (count: number) =>
      plural(count, { one: '1 Eintrag wird ausgelassen', other: '# Einträge werden ausgelassen' }),
    refused: 'Das lässt sich nicht importieren',
    name: 'Name',
    confirm: 'Importieren',
    found: 'Datei gefunden',
  },

  locateProject: {
    title: (name: string) => `${name} suchen`,
    line: 'Wählen Sie den Ordner, in dem das Projekt jetzt liegt. Seine Versionen und Sicherungen gehen dort weiter.',
    confirm: 'Diesen Ordner verwenden',
  },

  extractProject: {
    action: 'Entpacken nach…',
    title: (name: string) => `${name} entpacken`,
    line: 'Kopiert die Dateien des Projekts in einen neuen Ordner. Das Projekt selbst bleibt, wie es ist.',
    to: 'Nach',
    confirm: 'Entpacken',
  },

  saveTemplate: {
    action: 'Als Vorlage sichern…',
    title: 'Als Vorlage sichern',
    line: (name: string) => `Neue Projekte können dann mit den Dateien von ${name} beginnen.`,
    name: 'Name',
    nameHint: 'Kleinbuchstaben, Ziffern und Bindestriche',
    description: 'Beschreibung',
    variables: 'Variablen',
    variablesHint: 'Ein Text in den Dateien, den jedes neue Projekt durch einen eigenen ersetzt.',
    variableName: 'Variable',
    variableText: 'Text in den Dateien',
    addVariable: 'Variable hinzufügen',
    removeVariable: (name: string) => `Variable ${name} entfernen`,
    confirm: 'Vorlage sichern',
    saved: (name: string) => `Vorlage ${name} gesichert`,
  },

  projectTrash: {
    action: 'In den Papierkorb legen',
    filter: 'Papierkorb',
    moved: (names: string) => `In den Papierkorb gelegt: ${names}`,
    some: (count: number) => plural(count, { one: '1 Projekt', other: '# Projekte' }),
    recall: 'Aus dem Papierkorb zurücklegen',
    recalled: (name: string) => `${name} ist wieder da`,
    banner: 'Dieses Projekt und sein Ordner liegen im Papierkorb.',
    expires: (when: string) => `Wird beim Aufräumen entfernt nach: ${when}.`,
    colExpires: 'Läuft ab',
    delete: 'Endgültig löschen…',
  },

  deleteProject: {
    title: (name: string) => `${name} endgültig löschen?`,
    line: 'Das lässt sich nicht rückgängig machen.',
    goes: 'Gelöscht',
    stays: 'Bleibt',
    nothingStays: 'Sonst enthält nichts dieses Projekt: Danach ist es überall weg.',
    kinds: {
      folder: 'Ordner',
      versions: 'Versionen',
      archives: 'Archive',
      drafts: 'Sitzungsdaten',
      backups: 'Sicherungen',
    },
    counts: {
      folder: (count: number) => plural(count, { one: '1 Datei', other: '# Dateien' }),
      versions: (count: number) => plural(count, { one: '1 Version', other: '# Versionen' }),
      archives: (count: number) => plural(count, { one: '1 Archiv', other: '# Archive' }),
      drafts: (count: number) => plural(count, { one: '1 Entwurf', other: '# Entwürfe' }),
      backups: (count: number) => plural(count, { one: '1 Sicherung', other: '# Sicherungen' }),
    },
    frees: (bytes: string) => `Gibt ${bytes} frei`,
    type: (name: string) => `Geben Sie zur Bestätigung „${name}“ ein`,
    refused: 'Es lässt sich jetzt nicht löschen',
    confirm: 'Endgültig löschen',
  },

  projectFilters: {
    size: 'Größe',
    sizes: {
      small: 'Unter 10 MB',
      medium: '10 MB bis 1 GB',
      large: 'Über 1 GB',
    },
    age: 'Aktivität',
    ages: {
      active7: 'In 7 Tagen geändert',
      active30: 'In 30 Tagen geändert',
      idle30: 'Seit 30 Tagen unverändert',
      idle180: 'Seit 6 Monaten unverändert',
      idle365: 'Seit einem Jahr unverändert',
    },
    framework: 'Framework',
    choose: (name: string) => `${name} auswählen`,
    colChoose: 'Ausgewählt',
    chosen: (count: number) => plural(count, { one: '1 ausgewählt', other: '# ausgewählt' }),
    chooseNone: 'Auswahl aufheben',
    archive: 'Archivieren…',
  },
};
