//! Takes out of a recording what differs from one machine to the next, and from one run to the
//! next: folders, names, room on disks, and ids.

use std::collections::HashMap;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};
use undercroft_foundation::Random;
use undercroft_testkit::SeededRandom;

/// Lengths of ids in hexadecimal digits: of what the library knows, of git, and of restic.
const ID_LENGTHS: &[usize] = &[32, 40, 64];
/// The length of a moment without its seconds.
const MINUTE: usize = "2026-11-23T12:00".len();
/// Sizes of what is compressed and sealed, and of the library itself, which vary by some bytes.
const VARYING: &[&str] = &[
    "addedBytes",
    "archiveBytes",
    "archivesBytes",
    "bytes",
    "bytesAfter",
    "bytesBefore",
    "bytesDone",
    "bytesTotal",
    "estimatedBytes",
    "freedBytes",
    "freesBytes",
    "historyBytes",
    "libraryBytes",
    "needsFreeBytes",
    "reclaimableBytes",
    "restoreBytes",
    "rewritesBytes",
    "storedBytes",
    "uniqueBytes",
    "unusedBytes",
    "usedBytes",
    "versionsBytes",
];
/// The end of a sentence that begins with the room on the disk.
const FREE: &str = " free where the library is";
/// The beginning of a sentence that goes on with the name of the machine.
const LIBRARY_OF: &str = "The library of ";
/// The beginning of a zip in base64, and one that has nothing in it.
const ZIP: &str = "UEsDB";
const EMPTY_ZIP: &str = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";
/// The fewest digits by which an id is named.
const SHORTEST: usize = 7;

/// The recording as the text of its file, an exchange a line.
pub(crate) fn text_of(mut recorded: Vec<Value>, now: &str, root: &Path) -> String {
    recorded.iter_mut().for_each(settle);
    recorded.sort_by_key(|call| call["name"].to_string());
    let lines: Vec<_> = recorded.iter().map(Value::to_string).collect();
    let text = lines.join(",\n").replace(&*root.to_string_lossy(), "");
    let calls = Ids::default().replace_all(&text);
    format!("{{\"now\":\"{now}\",\"calls\":[\n{calls}\n]}}\n")
}

/// The place of the machine's name in a sentence about its library.
fn of_this_machine(text: &str) -> Option<(usize, usize)> {
    let start = text.find(LIBRARY_OF)? + LIBRARY_OF.len();
    let end = text[start..].find(" with ")? + start;
    Some((start, end))
}

/// The first two digits of a size.
fn rounded(size: u64) -> u64 {
    let unit = 10_u64.pow(size.checked_ilog10().unwrap_or_default().saturating_sub(1));
    size / unit * unit
}

/// Gives what the machine decides a value of its own.
fn settle(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(settle),
        Value::String(text) => {
            if text.parse::<Timestamp>().is_ok() {
                // A wait for a lock moves the clock by seconds.
                text.replace_range(MINUTE.., ":00Z");
            }
            if let Some(at) = text.find(FREE) {
                text.replace_range(..at, "612.4 GB");
            }
            if let Some((start, end)) = of_this_machine(text) {
                text.replace_range(start..end, "workbench");
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                match (name.as_str(), &field) {
                    ("user", Value::String(_)) => *field = json!("mira"),
                    ("host", Value::String(_)) => *field = json!("workbench"),
                    ("author", Value::String(_)) => *field = json!("Mira <mira@workbench>"),
                    ("freeBytes", Value::Number(_)) => *field = json!(612_400_000_000_u64),
                    ("totalBytes" | "capacityBytes", Value::Number(_)) => {
                        *field = json!(2_000_000_000_000_u64);
                    }
                    // Diagnostics tell of the machine that they are made on.
                    ("members", Value::Array(members)) if is_diagnostics(members) => {
                        *field = json!([{"name": "about.txt", "text": "Undercroft\n"}]);
                    }
                    ("base64", Value::String(zip)) if zip.starts_with(ZIP) => {
                        *field = json!(EMPTY_ZIP);
                    }
                    ("milliseconds", Value::Number(_)) => *field = json!(3180),
                    ("bytesPerSecond", Value::Number(_)) => *field = json!(4_000_000),
                    (name, Value::Number(size)) if VARYING.contains(&name) => {
                        *field = json!(rounded(size.as_u64().unwrap_or_default()));
                    }
                    _ => settle(field),
                }
            }
        }
        _ => {}
    }
}

/// Whether these are the files of diagnostics.
fn is_diagnostics(members: &[Value]) -> bool {
    members.iter().any(|member| member["name"] == "about.txt")
}

/// The ids that were met, each with the one that is written for it, in the order of their meeting.
#[derive(Default)]
struct Ids {
    all: Vec<(String, String)>,
    places: HashMap<String, usize>,
}

impl Ids {
    fn replace_all(mut self, text: &str) -> String {
        for word in words_of(text).filter(|word| ID_LENGTHS.contains(&word.len())) {
            self.meet(word);
        }
        let mut replaced = String::with_capacity(text.len());
        let mut end = 0;
        for word in words_of(text) {
            let at = word.as_ptr().addr() - text.as_ptr().addr();
            replaced.push_str(&text[end..at]);
            replaced.push_str(self.of(word));
            end = at + word.len();
        }
        replaced + &text[end..]
    }

    fn meet(&mut self, word: &str) {
        if !self.places.contains_key(word) {
            self.places.insert(word.to_owned(), self.all.len());
            self.all.push((word.to_owned(), id(self.all.len(), word.len())));
        }
    }

    /// The id, or the part of one, that stands for this word.
    fn of<'a>(&'a self, word: &'a str) -> &'a str {
        if let Some(place) = self.places.get(word) {
            return &self.all[*place].1;
        }
        let part = self.all.iter().find_map(|(old, new)| {
            let from_start = old.starts_with(word).then(|| &new[..word.len()]);
            from_start.or_else(|| old.ends_with(word).then(|| &new[new.len() - word.len()..]))
        });
        part.unwrap_or(word)
    }
}

/// The words that could be ids: hexadecimal, by themselves, and long enough.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(move |word| word.len() >= SHORTEST && word.chars().all(is_digit))
}

/// The id of this number: the same in every recording.
fn id(number: usize, length: usize) -> String {
    let mut bytes = vec![0; length / 2];
    SeededRandom::new(u64::try_from(number).unwrap_or_default()).fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
