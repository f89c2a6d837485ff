/** Ein Ziel: was es enthält, seine Schlüssel, seine Überprüfung und seine Wartung. */
import type { destinationWords as english } from '../en/destinations';
import { pluralIn } from '../plural';

const plural = pluralIn('de-DE');

export const destinationWords: typeof english = {
  passwordChoice: {
    ways: {
      generated: 'Eines für mich erzeugen',
      typed: 'Selbst eingeben',
      keyFile: 'Eine Schlüsseldatei',
    },
    hints: {
      generated: 'Sieben Wörter, auf Dauer stark genug. Das Notfallblatt zeigt sie.',
      typed: 'Nur so sicher, wie es schwer zu erraten ist',
      keyFile: 'Eine Datei von Ihnen, deren einzige Zeile das Passwort ist',
    },
    knownHints: {
      generated: '',
      typed: 'Wie es auf dem Notfallblatt steht',
      keyFile: 'Eine Datei von Ihnen, deren einzige Zeile das Passwort ist',
    },
    file: 'Schlüsseldatei',
    fileFound: 'Datei gefunden',
    noFile: 'Keine Datei',
  },

  destination: {
    tabs: 'Anzeige',
    backups: 'Sicherungen',
    trash: 'Papierkorb',
    verification: 'Überprüfung',
    keys: 'Schlüssel',
    maintenance: 'Wartung',
    away: 'Das Laufwerk ist nicht angeschlossen. Gezeigt wird, was bekannt ist; schließen Sie es für den Rest an.',
    renamed: (name: string) => `Heißt jetzt ${name}`,
    rename: 'Umbenennen',
    nameLabel: 'Name des Ziels',
  },

  backupChoice: {
    choose: (when: string) => `Sicherung auswählen: ${when}`,
    chooseAll: (count: number, when: string) => `Alle ${count} Sicherungen auswählen: ${when}`,
    chosen: (count: number) => plural(count, { one: '1 ausgewählt', other: '# ausgewählt' }),
    none: 'Auswahl aufheben',
    forget: 'Entfernen…',
    copy: 'An ein anderes Ziel kopieren…',
    compare: 'Beide vergleichen',
    compareDisk: 'Mit der Festplatte vergleichen',
    pin: 'Anheften: keine Regel entfernt sie',
    unpin: 'Lösen',
    pinned: 'Angeheftet',
    pinSaid: {
      true: 'Angeheftet. Keine Regel entfernt sie.',
      false: 'Gelöst. Es gilt die übliche Aufbewahrung.',
    },
    more: (when: string) => `Mehr zur Sicherung: ${when}`,
  },

  forgetBackups: {
    title: (count: number) =>
      plural(count, { one: '1 Sicherung entfernen?', other: '# Sicherungen entfernen?' }),
    line: 'Sie kommen in den Papierkorb des Ziels und lassen sich zurückholen, bis sie ablaufen.',
    until: (when: string) => `Im Papierkorb bis ${when}`,
    confirm: 'In den Papierkorb legen',
  },

  compareBackups: {
    title: 'Unterschiede',
    between: (from: string, to: string) => `Von ${from} bis ${to}`,
    disk: 'was jetzt auf der Festplatte liegt',
    same: 'Kein Unterschied.',
    total: (count: number, added: string, removed: string) =>
      `${plural(count, { one: '1 Unterschied', other: '# Unterschiede' })}: ${added} neu, ${removed} weg`,
    colPath: 'Pfad',
    colHow: 'Wie',
    colSize: 'Größe',
    kinds: {
      added: 'Neu',
      modified: 'Geändert',
      removed: 'Weg',
      renamed: 'Verschoben',
      metadata: 'Rechte oder Zeiten',
    },
  },

  copyBackups: {
    title: 'Sicherungen kopieren',
    lineAll: (name: string) =>
      `Alle Sicherungen von ${name}; was schon dort ist, wird nicht noch einmal kopiert.`,
    lineSome: (count: number, name: string) =>
      plural(count, { one: `1 Sicherung von ${name}`, other: `# Sicherungen von ${name}` }),
    to: 'Nach',
    none: 'Kein anderes Ziel ist erreichbar.',
    confirm: 'Kopieren',
  },

  trash: {
    label: 'Sicherungen im Papierkorb',
    empty: 'Der Papierkorb ist leer',
    emptyLine: 'Entfernte Sicherungen bleiben hier 30 Tage lang.',
    colWhen: 'Sicherung',
    colProject: 'Projekt',
    colTrashed: 'Entfernt',
    colExpires: 'Endgültig gelöscht',
    colActions: 'Aktionen',
    restore: 'Zurückholen',
    restoreNamed: (when: string) => `Zurückholen: Sicherung von ${when}`,
    restored: 'Sie ist wieder da',
    emptyNow: 'Papierkorb leeren…',
    emptyTitle: (count: number) =>
      plural(count, {
        one: '1 Sicherung endgültig löschen?',
        other: '# Sicherungen endgültig löschen?',
      }),
    emptyAsk:
      'Das lässt sich nicht rückgängig machen. Der Platz wird beim nächsten Aufräumen frei.',
    emptyConfirm: 'Endgültig löschen',
  },

  verification: {
    never:
      'Noch keine Probewiederherstellung. Sie stellt zufällige Dateien wieder her und vergleicht sie.',
    drills: 'Probewiederherstellungen',
    colWhen: 'Wann',
    colFiles: 'Dateien',
    colSize: 'Daten',
    colTook: 'Dauer',
    colSame: 'Gleich wie auf der Festplatte',
    colResult: 'Ergebnis',
    right: 'Bestanden',
    drillNow: 'Probewiederherstellung ausführen',
    check: 'Prüfen',
    checkShare: '1 % zurücklesen',
    checkAll: 'Alles zurücklesen',
    checkShape: 'Nur den Aufbau prüfen',
    round: 'In dieser Runde zurückgelesen',
    roundLine: (percent: string, since: string) => `${percent} seit ${since}`,
    noRound: 'Noch nichts wurde zurückgelesen',
    lastRound: (when: string) => `Ende der letzten ganzen Runde: ${when}.`,
    problems: 'Gefundene Fehler',
    parity: 'Parität',
    parityLine:
      'Zusätzliche Daten, mit denen ein beschädigtes Laufwerk repariert werden kann. Restic öffnet die Sicherungen wie zuvor.',
    parityOff: 'Keine',
    parityPercent: (percent: number) => `${percent} %`,
    covered: (percent: string) => `${percent} des Gespeicherten sind durch Parität geschützt`,
    repair: 'Reparieren',
    repairs: {
      parity: 'Beschädigte Dateien aus der Parität reparieren',
      index: 'Index aus den Paketen neu aufbauen',
      packs: 'Aus beschädigten Paketen retten, was lesbar ist',
      snapshots: 'Verlorenes aus den Sicherungen auslassen',
    },
    repairAsk: {
      parity: 'Nur beschädigte Dateien werden neu geschrieben.',
      index: 'Die Daten bleiben, wie sie sind.',
      packs: 'Was nicht mehr lesbar ist, wird aufgegeben.',
      snapshots: 'Die Sicherungen werden ohne das Verlorene neu geschrieben.',
    },
  },

  keys: {
    line: 'Jedes Passwort öffnet das Ziel mit einem eigenen Schlüssel.',
    colCreated: 'Erstellt',
    colActions: 'Aktionen',
    current: 'in Gebrauch',
    damaged: 'beschädigt',
    keeper: 'Das verwendete Passwort liegt',
    keepers: {
      keyring: 'im Schlüsselbund des Systems',
      sealedFile: 'in einer versiegelten Datei der Bibliothek',
      keyFile: 'in Ihrer Schlüsseldatei',
      missing: 'nirgends: Geben Sie es ein',
    },
    add: 'Schlüssel hinzufügen…',
    change: 'Passwort ändern…',
    test: 'Passwort testen…',
    titles: {
      add: 'Schlüssel hinzufügen',
      change: 'Passwort ändern',
      test: 'Öffnet dieses Passwort das Ziel?',
    },
    lines: {
      add: 'Auch ein weiteres Passwort wird dieses Ziel öffnen.',
      change: 'Das neue wird hier aufbewahrt. Der Schlüssel des alten wird entfernt.',
      test: 'Nichts wird geändert.',
    },
    confirms: { add: 'Hinzufügen', change: 'Ändern', test: 'Testen' },
    added: 'Der Schlüssel ist hinzugefügt',
    changed: 'Das Passwort ist geändert. Verwahren Sie das neue Notfallblatt.',
    opens: (key: string) => `Es öffnet den Schlüssel ${key}`,
    opensNot: 'Es öffnet keinen der Schlüssel',
    remove: 'Entfernen',
    removeNamed: (key: string) => `Schlüssel ${key} entfernen`,
    removeTitle: (key: string) => `Schlüssel ${key} entfernen?`,
    removeLine: 'Sein Passwort öffnet dieses Ziel dann nicht mehr.',
    removed: 'Der Schlüssel ist entfernt',
  },

  maintenance: {
    stored: 'Belegter Platz',
    restoreSize: 'Größe nach Wiederherstellung',
    unused: 'Von keiner Sicherung gebraucht',
    place: 'Ort',
    repository: 'Repository',
    cleanUp: 'Aufräumen…',
    cleanUpLine: 'Gibt frei, was keine Sicherung mehr braucht.',
    cleanUpTitle: (name: string) => `${name} aufräumen`,
    frees: 'Gibt frei',
    rewrites: 'Schreibt zuerst neu',
    needs: 'Braucht währenddessen frei',
    cleanUpConfirm: 'Aufräumen',
    nothingToFree: 'Es ist nichts freizugeben.',
    copy: 'An ein anderes Ziel kopieren…',
    copyLine: 'Alle Sicherungen, damit sie an zwei Orten liegen.',
    mount: 'Als Ordner öffnen',
    mountLine: 'Nur lesbar, für jedes Programm.',
    mounted: (path: string) => `Geöffnet unter ${path}`,
    unmount: 'Ordner schließen',
    move: 'Auf ein anderes Laufwerk verschieben…',
    moveLine: 'Kopiert es dorthin, vergleicht es und verwendet es von da an dort.',
    moveTitle: (name: string) => `${name} verschieben`,
    moveTo: 'Wohin',
    moveHow:
      'Alles wird kopiert und verglichen, bevor es dort verwendet wird. Was hier liegt, bleibt, bis Sie es löschen. Wurde der Ordner von Hand verschoben, wählen Sie ihn.',
    moveAway:
      'Das Ziel ist zurzeit nicht angeschlossen. Wählen Sie den Ordner, in den es verschoben wurde.',
    moveConfirm: 'Verschieben',
    isHere: 'Hier liegt es',
    moved: 'Am neuen Ort gefunden',
    unlock: 'Alte Sperren entfernen',
    unlockLine: 'Von Programmen, die nicht mehr laufen. Die anderen behalten ihre.',
    unlocked: 'Alte Sperren sind entfernt',
    kitLine: 'Was wo liegt, das Passwort und der Weg zurück.',
    forgetLine: 'Die Sicherungen darin bleiben.',
  },
};
