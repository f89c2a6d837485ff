//! German: a sentence for each English one, the nouns that are counted, and the months.
//!
//! How it is said: `docs/design/words-de.md`. `cargo xtask tidy` finds a template without German, and
//! German that belongs to no sentence any more.

mod archives;
mod backups;
mod foundation;
mod git;
mod library;
mod others;
mod reasons;
mod repository;
mod use_cases;
mod versions;
mod window;

use std::collections::HashMap;
use std::sync::LazyLock;

/// An English template, and its German: the same places, `{name:dative}` for a count in the dative.
type Entry = (&'static str, &'static str);

static SENTENCES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let all = [
        archives::SENTENCES,
        backups::SENTENCES,
        foundation::SENTENCES,
        git::SENTENCES,
        library::SENTENCES,
        others::SENTENCES,
        reasons::SENTENCES,
        repository::SENTENCES,
        use_cases::SENTENCES,
        versions::SENTENCES,
        window::SENTENCES,
    ];
    all.into_iter().flatten().copied().collect()
});

/// The months, as they are shortened in dates.
pub(super) const MONTHS: [&str; 12] = [
    "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez.",
];

/// The nouns: one, one in the dative, several, several in the dative.
const NOUNS: &[(&str, [&str; 4])] = &[
    ("archive", ["Archiv", "Archiv", "Archive", "Archiven"]),
    (
        "automatic version",
        [
            "automatische Version",
            "automatischen Version",
            "automatische Versionen",
            "automatischen Versionen",
        ],
    ),
    ("backup", ["Sicherung", "Sicherung", "Sicherungen", "Sicherungen"]),
    ("commit", ["Commit", "Commit", "Commits", "Commits"]),
    ("day", ["Tag", "Tag", "Tage", "Tagen"]),
    ("file", ["Datei", "Datei", "Dateien", "Dateien"]),
    ("folder", ["Ordner", "Ordner", "Ordner", "Ordnern"]),
    ("history", ["Verlauf", "Verlauf", "Verläufe", "Verläufen"]),
    ("hour", ["Stunde", "Stunde", "Stunden", "Stunden"]),
    ("item", ["Element", "Element", "Elemente", "Elementen"]),
    ("job", ["Vorgang", "Vorgang", "Vorgänge", "Vorgängen"]),
    ("lock", ["Sperre", "Sperre", "Sperren", "Sperren"]),
    ("name", ["Name", "Namen", "Namen", "Namen"]),
    ("object", ["Objekt", "Objekt", "Objekte", "Objekten"]),
    ("other file", ["weitere Datei", "weiteren Datei", "weitere Dateien", "weiteren Dateien"]),
    (
        "other project",
        ["weiteres Projekt", "weiteren Projekt", "weitere Projekte", "weiteren Projekten"],
    ),
    ("pack", ["Paket", "Paket", "Pakete", "Paketen"]),
    ("part", ["Teil", "Teil", "Teile", "Teilen"]),
    ("path", ["Pfad", "Pfad", "Pfade", "Pfaden"]),
    ("piece", ["Stück", "Stück", "Stücke", "Stücken"]),
    ("place", ["Ort", "Ort", "Orte", "Orten"]),
    ("problem", ["Problem", "Problem", "Probleme", "Problemen"]),
    ("project", ["Projekt", "Projekt", "Projekte", "Projekten"]),
    (
        "random file",
        [
            "zufällig gewählte Datei",
            "zufällig gewählten Datei",
            "zufällig gewählte Dateien",
            "zufällig gewählten Dateien",
        ],
    ),
    (
        "recorded place",
        [
            "eingetragener Ordner",
            "eingetragenen Ordner",
            "eingetragene Ordner",
            "eingetragenen Ordnern",
        ],
    ),
    ("second", ["Sekunde", "Sekunde", "Sekunden", "Sekunden"]),
    ("set", ["Gruppe", "Gruppe", "Gruppen", "Gruppen"]),
    ("thing", ["Element", "Element", "Elemente", "Elementen"]),
    ("version", ["Version", "Version", "Versionen", "Versionen"]),
];

/// The German of an English template.
pub(super) fn template(english: &str) -> Option<&'static str> {
    SENTENCES.get(english).copied()
}

/// The noun for so many things; the English one where there is no other.
pub(super) fn noun(english: &str, number: u64, is_dative: bool) -> &str {
    let form = usize::from(is_dative) + if number == 1 { 0 } else { 2 };
    let found = NOUNS.iter().find(|(noun, _)| *noun == english);
    found.map_or(english, |(_, forms)| forms[form])
}
