//! Sentences that can be said in several languages: each template has its German, with the same
//! places, and German belongs to a sentence that there is.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;

const GERMAN: &str = "src-tauri/foundation/src/text/german/";
/// The places whose sentences are only said in English, or are no sentences of the program.
const ENGLISH: &[&str] = &["src-tauri/cli/", "src-tauri/foundation/src/text"];

pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let (mut templates, mut literals) = (BTreeMap::new(), BTreeSet::new());
    let said = |source: &&Source| {
        let is_said = !ENGLISH.iter().any(|path| source.path.starts_with(path));
        source.kind() == "rs" && source.path.starts_with("src-tauri/") && is_said
    };
    for source in sources.iter().filter(said).filter(|source| source.is_production()) {
        let text: String = source.production_lines().flat_map(|line| [line, "\n"]).collect();
        for (before, literal) in literals_of(&text) {
            if before.trim_end().ends_with("text!(") {
                templates.insert(literal.clone(), source.path.clone());
            }
            literals.insert(literal);
        }
    }
    let german = german(sources);
    let mut breaches = Vec::new();
    for (template, path) in &templates {
        match german.get(template) {
            None => breaches.push(format!("{path}: has no German: {template:?}")),
            Some(said) if !places(said).is_subset(&places(template)) => {
                breaches.push(format!("{path}: its German has other places: {template:?}"));
            }
            Some(_) => {}
        }
    }
    let is_unknown = |english: &&String| !literals.contains(*english) && !is_of_text(english);
    for english in german.keys().filter(is_unknown) {
        breaches.push(format!("{GERMAN}: is of no sentence: {english:?}"));
    }
    breaches
}

/// The template by which a sentence goes on with another.
fn is_of_text(english: &str) -> bool {
    english == "{so_far}{more}"
}

/// The entries of the German tables.
fn german(sources: &[Source]) -> BTreeMap<String, String> {
    let tables = sources.iter().filter(|source| source.path.starts_with(GERMAN));
    let mut all = BTreeMap::new();
    for table in tables {
        let mut literals = literals_of(&table.text).map(|(_, literal)| literal);
        while let (Some(english), Some(german)) = (literals.next(), literals.next()) {
            all.insert(english, german);
        }
    }
    all
}

/// The names in braces, without the form that a language may give a value.
fn places(template: &str) -> BTreeSet<&str> {
    let in_braces = template.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    in_braces.map(|(place, _)| place.split(':').next().unwrap_or_default()).collect()
}

/// The string literals of Rust code that rustfmt has laid out, each with the code before it.
fn literals_of(text: &str) -> impl Iterator<Item = (&str, String)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find(['"', '/', '\''])?;
            let (before, after) = rest.split_at(at);
            if after.starts_with("//") {
                rest = after.split_once('\n')?.1;
            } else if let Some(quoted) = after.strip_prefix('"') {
                let (literal, behind) = literal(quoted)?;
                rest = behind;
                return Some((before, literal));
            } else if after.starts_with("'\"'") || after.starts_with("'\\\"'") {
                rest = after[1..].split_once('\'')?.1;
            } else {
                rest = &after[1..];
            }
        }
    })
}

/// A literal without its escapes, and what comes behind it.
fn literal(quoted: &str) -> Option<(String, &str)> {
    let mut literal = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((literal, &quoted[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => literal.push('\n'),
                '\n' => {
                    let indented = |char: char| char.is_whitespace();
                    while chars.as_str().starts_with(indented) {
                        chars.next();
                    }
                }
                escaped => literal.push(escaped),
            },
            _ => literal.push(char),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_template_needs_german_with_its_places_and_german_a_template() {
        let code = "fn a() { text!(\"Back up \\\n    {it}\", it); text!(\"Look at {it}\", it); }\n";
        let code = source("src-tauri/api/src/a.rs", code);
        let table = |rows: &str| source(&format!("{GERMAN}a.rs"), rows);
        let known = "(\"Back up {it}\", \"{it} sichern\"), (\"Look at {it}\", \"{it:dative}\")";
        assert_eq!(check(&[code.clone(), table(known)]), Vec::<String>::new());
        let other = "(\"Back up {it}\", \"{that} sichern\"), (\"Gone\", \"Weg\")";
        assert_eq!(check(&[code, table(other)]).len(), 3);
    }
}
