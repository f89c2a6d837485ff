//! `settings.toml`: written by Undercroft, annotated by whoever likes; both survive each other.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use toml_edit::{DocumentMut, Item, value};

use super::rules::{SETTING_RULES, SettingKind, SettingRule, SettingValue};
use crate::{Code, Error, IoContext, Result, escape_path, text};

/// The file as a document; an absent file is an empty one.
pub(super) fn read(path: &Path) -> Result<DocumentMut> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(DocumentMut::new()),
        Err(source) => return Err(Error::io("read", path, source)),
    };
    let not_toml = |why: String| {
        Error::new(
            Code::Invalid,
            text!("Cannot understand the settings in {path}", path = escape_path(path)),
        )
        .why(why)
        .next("Correct the file, or move it aside to have the defaults")
    };
    let text = String::from_utf8(bytes).map_err(|_| not_toml("It is not UTF-8 text".to_owned()))?;
    text.parse().map_err(|source: toml_edit::TomlError| {
        let line = source.span().map(|span| text[..span.start].matches('\n').count() + 1);
        let line = line.map(|line| format!("Line {line}: ")).unwrap_or_default();
        let why = source.message().lines().next().unwrap_or_default().to_owned();
        not_toml(format!("{line}{why}")).because(source)
    })
}

/// Keeps other processes from changing the file, which is replaced as a whole, at the same time.
pub(super) fn lock(path: &Path) -> Result<File> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let lock = File::open(folder).at("open", folder)?;
    lock.lock().at("lock", folder)?;
    Ok(lock)
}

/// A value as it is written.
pub(super) fn item_of(of: &SettingValue) -> Item {
    match of {
        SettingValue::Choice(choice) => value(*choice),
        SettingValue::Switch(on) => value(*on),
        SettingValue::Schedule(text) | SettingValue::Name(text) => value(text.as_str()),
        SettingValue::Number(number) => value(i64::try_from(*number).unwrap_or(i64::MAX)),
    }
}

/// Sets a key; a key that is new to the file gets its comment above it.
pub(super) fn set(document: &mut DocumentMut, rule: &SettingRule, new: &SettingValue) {
    let item = item_of(new);
    if let Some(old) = document.get_mut(rule.key) {
        return replace_value(old, item);
    }
    let opening = opening(document);
    document.insert(rule.key, item);
    if let Some(mut key) = document.key_mut(rule.key) {
        key.leaf_decor_mut().set_prefix(format!("{opening}\n{}", comment(rule)));
    }
}

/// Takes a key out. Its own comment goes with it; what else stands above it stays.
pub(super) fn unset(document: &mut DocumentMut, rule: &SettingRule) {
    let Some(key) = document.key(rule.key) else { return };
    let above = key.leaf_decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    let kept = above.replacen(&comment(rule), "", 1);
    let next = {
        let mut later = document.iter().skip_while(|(key, _)| *key != rule.key).skip(1);
        later.next().filter(|(_, item)| item.is_value()).map(|(key, _)| key.to_owned())
    };
    document.remove(rule.key);
    if !kept.contains('#') {
        return;
    }
    if let Some(mut next) = next.as_deref().and_then(|next| document.key_mut(next)) {
        let decor = next.leaf_decor_mut();
        let below = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
        decor.set_prefix(format!("{}\n{below}", kept.trim_end()));
        return;
    }
    // Above a table, or behind the last key: the top is where it will be found.
    prepend(document, &kept);
}

fn prepend(document: &mut DocumentMut, text: &str) {
    let text = format!("{}\n\n{document}", text.trim());
    // What was a document is one with a comment above it.
    if let Ok(parsed) = text.parse() {
        *document = parsed;
    }
}

/// Puts a new value where the old one was, with the spaces and the note behind it.
fn replace_value(old: &mut Item, new: Item) {
    let decor = old.as_value().map(|value| value.decor().clone());
    *old = new;
    if let (Some(value), Some(decor)) = (old.as_value_mut(), decor) {
        *value.decor_mut() = decor;
    }
}

/// The opening of a file without keys: what stands in it moves above the first key that it gets. A
/// file that is empty gets the explanation.
fn opening(document: &mut DocumentMut) -> String {
    if !document.is_empty() {
        return String::new();
    }
    let text = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing("");
    if text.trim().is_empty() { explanation() } else { text }
}

fn comment(rule: &SettingRule) -> String {
    format!("# {}: {}.\n", rule.comment, rule.allowed())
}

/// The content of a new file: every key with its default, all of them notes.
pub(super) fn explanation() -> String {
    let mut text = "# Settings of Undercroft. It changes single lines and keeps your notes.\n\
                    # What is not set here has its default:\n#\n"
        .to_owned();
    for rule in SETTING_RULES {
        let default = match (rule.kind, rule.default_value()) {
            (SettingKind::Choice(_) | SettingKind::Schedule(_) | SettingKind::Name, default) => {
                format!("{:?}", default.to_string())
            }
            (_, default) => default.to_string(),
        };
        text.push_str(&format!("#   {} = {default}\n", rule.key));
    }
    text
}
