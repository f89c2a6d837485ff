//! Sessions, templates, storage and what else there is.

use super::Entry;

pub(super) const SENTENCES: &[Entry] = &[
    ("All drafts together may have {size}", "Alle Entwürfe zusammen dürfen {size} haben"),
    ("Cannot copy {at}", "Kopieren nicht möglich: {at}"),
    ("Cannot create {target}", "Anlegen nicht möglich: {target}"),
    ("Cannot import {path}", "Importieren nicht möglich: {path}"),
    ("Cannot keep {path}", "Aufbewahren nicht möglich: {path}"),
    ("Cannot make a file named \"{name}\"", "Eine Datei namens „{name}“ lässt sich nicht anlegen"),
    ("Cannot make the template {name}", "Die Vorlage {name} lässt sich nicht anlegen"),
    ("Cannot name a template \"{shown}\"", "So kann keine Vorlage heißen: „{shown}“"),
    ("Cannot name a variable \"{shown}\"", "So kann keine Variable heißen: „{shown}“"),
    ("Cannot open {root}", "Öffnen nicht möglich: {root}"),
    ("Cannot read {file}", "Lesen nicht möglich: {file}"),
    ("Cannot read {key}", "Lesen nicht möglich: {key}"),
    ("Cannot rely on {to}", "Auf {to} ist kein Verlass"),
    ("Cannot remove the template {name}", "Die Vorlage {name} lässt sich nicht entfernen"),
    ("Cannot set the variable {name}", "Die Variable {name} lässt sich nicht setzen"),
    ("Cannot use the variable {variable}", "Die Variable {variable} ist nicht möglich"),
    ("Cannot write {path}", "Schreiben nicht möglich: {path}"),
    ("Correct its {manifest}", "Berichtigen Sie {manifest}"),
    ("It is the same folder as {other}", "Es ist derselbe Ordner wie {other}"),
    (
        "Its {manifest} is not as it should be: {message}",
        "{manifest} ist nicht, wie es sein soll: {message}",
    ),
    (
        "More changed at once than the system can tell",
        "Es hat sich mehr auf einmal geändert, als das System melden kann",
    ),
    ("Not a key: {key}", "Kein Schlüssel: {key}"),
    ("Nothing can be made at {root}", "Unter {root} lässt sich nichts anlegen"),
    (
        "Nothing needs doing: everything is looked through every few minutes, too",
        "Es ist nichts zu tun: Alles wird auch so alle paar Minuten durchsucht",
    ),
    (
        "Nothing needs doing: everything is looked through. If it happens often, raise the limit with `sudo sysctl fs.inotify.max_queued_events=131072`",
        "Es ist nichts zu tun: Alles wird durchsucht. Kommt es oft vor, heben Sie die Grenze mit `sudo sysctl fs.inotify.max_queued_events=131072` an",
    ),
    (
        "Nothing needs doing: it is compared with what was there every minute, too",
        "Es ist nichts zu tun: Es wird auch jede Minute mit dem verglichen, was da war",
    ),
    (
        "Raise the limit with `sudo sysctl fs.inotify.max_user_instances=1024`. Until then everything is looked through every few minutes",
        "Heben Sie die Grenze mit `sudo sysctl fs.inotify.max_user_instances=1024` an. Bis dahin wird alle paar Minuten alles durchsucht",
    ),
    (
        "Raise the limit with `sudo sysctl fs.inotify.max_user_watches=1048576`. Until then everything is looked through every few minutes",
        "Heben Sie die Grenze mit `sudo sysctl fs.inotify.max_user_watches=1048576` an. Bis dahin wird alle paar Minuten alles durchsucht",
    ),
    ("A draft may have {size} at most", "Ein Entwurf darf höchstens {size} haben"),
    (
        "Start Undercroft again, and report it if it stays",
        "Starten Sie Undercroft neu, und melden Sie es, wenn es bleibt",
    ),
    (
        "The folder is on a drive that does not tell what other machines change in it",
        "Der Ordner liegt auf einem Laufwerk, das nicht meldet, was andere Rechner darin ändern",
    ),
    (
        "The system lets no more folders be watched than the {folders} that are",
        "Das System lässt nicht mehr Ordner überwachen als die {folders}, die überwacht werden",
    ),
    (
        "The system lets no more programs watch folders",
        "Das System lässt keine weiteren Programme Ordner überwachen",
    ),
    (
        "The variable {variable} comes twice, or is built in",
        "Die Variable {variable} kommt zweimal vor oder ist eingebaut",
    ),
    (
        "Watching stopped because of a fault in Undercroft",
        "Die Überwachung endete wegen eines Fehlers in Undercroft",
    ),
    ("{folder} cannot be watched: {why}", "{folder} lässt sich nicht überwachen: {why}"),
    ("{name} is no subject of samples", "{name} ist kein Gegenstand von Messungen"),
    ("{root} is no longer what it was", "{root} ist nicht mehr, was es war"),
    (
        "{there} shows the system itself and keeps no files",
        "{there} zeigt das System selbst und bewahrt keine Dateien auf",
    ),
];
