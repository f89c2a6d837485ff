/** Befehle in Worten, die Hilfe und die Diagnose. */
import type { consoleWords as english } from '../en/console';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const consoleWords: typeof english = {
  console: {
    title: 'Antwort',
    near: 'Meinten Sie',
    run: 'Eingabetaste führt aus',
    open: 'Eingabetaste öffnet',
    more: (count: number) => plural(count, { one: '1 weitere Zeile', other: '# weitere Zeilen' }),
  },

  diagnostics: {
    title: 'Diagnose',
    row: 'Angaben für eine Fehlermeldung',
    hint: 'Version, Einstellungen, Größen, Befunde und Fehler, als eine Datei zum Lesen und Speichern',
    open: 'Diagnose…',
    line: 'Dies wird gesichert. Es enthält weder Passwörter noch Schlüssel, Token oder Inhalte von Dateien.',
    names: 'Namen von Projekten, Ordnern und Dateien einschließen',
    namesHint: 'Sonst werden sie ersetzt.',
    save: 'Sichern…',
    saved: (path: string) => `Gesichert als ${path}`,
  },

  help: {
    title: 'Hilfe',
    pages: 'Seiten der Hilfe',
    language: 'Die Hilfe gibt es nur auf Englisch.',
    search: 'Hilfe durchsuchen',
    none: 'Keine Seite enthält alle diese Wörter',
    missing: 'Diese Seite gibt es nicht',
    missingLine: 'In der Liste stehen alle Seiten der Hilfe.',
    all: 'Alle Seiten',
    forPage: 'Hilfe zu dieser Seite',
    at: (page: string, heading: string) => `${page}: ${heading}`,
  },
};
