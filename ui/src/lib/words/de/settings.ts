/** Die Einstellungen und der Arbeitsspeicher des Programms. */
import type { settingsWords as english } from '../en/settings';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const settingsWords: typeof english = {
  settings: {
    title: 'Einstellungen',
    appearance: 'Erscheinungsbild',
    theme: 'Farben',
    themes: { system: 'System', light: 'Hell', dark: 'Dunkel' },
    themeHint: '„System“ folgt Ihrem Schreibtisch',
    language: 'Sprache',
    languageSystem: 'Wie das System',
    languageHint: 'Das Fenster wird neu geladen',
    languageWaits: 'Lässt sich ändern, sobald die Sicherungen eingerichtet sind',
    window: 'Fenster',
    closeToTray: 'Beim Schließen des Fensters im Infobereich weiterlaufen',
    closeToTrayHint: 'Laufende Sicherungen gehen weiter. Beenden Sie aus dem Infobereich.',
    noTray: 'Diese Oberfläche hat keinen Infobereich; das Schließen des Fensters beendet also.',
    library: 'Bibliothek',
    libraryPath: 'Ort',
    settingsFile: 'Einstellungsdatei',
    version: 'Version',
    platform: 'Plattform',
    sources: 'Woher jeder Wert kommt',
    sourcesHint:
      'Vorgaben weichen der Datei, die Datei der Umgebung, die Umgebung den Optionen beim Start.',
    sourceNames: {
      default: 'Vorgabe',
      file: 'Einstellungsdatei',
      environment: 'Umgebung',
      flag: 'Startoption',
    },
    advanced: 'Erweitert',
    allDestinations: 'Alle',
    allowed: (purpose: string, allowed: string) => `${purpose}: ${allowed}`,
    reset: (value: string) => `Zurück zur Vorgabe: ${value}`,
    fixed: (source: string) => `Festgelegt durch: ${source}; ändern Sie es dort`,
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
    drafts: 'Sitzungsdaten',
    draftsLine: (count: number, size: string) =>
      `${plural(count, { one: '1 Entwurf', other: '# Entwürfe' })}, ${size}`,
    journal: 'Ihr Journal auf der Festplatte',
    export: 'Sitzungsdaten exportieren…',
    import: 'Sitzungsdaten importieren…',
    exportTitle: 'Sitzungsdaten exportieren',
    importTitle: 'Sitzungsdaten importieren',
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
