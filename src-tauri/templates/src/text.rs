//! Variables in texts: values for names between braces, and names between braces for values.

use std::collections::BTreeMap;

/// The longest file whose text is looked at.
pub(crate) const LONGEST_TEXT: u64 = 16 << 20;

/// The text of a file, if it is one.
pub(crate) fn as_text(bytes: &[u8]) -> Option<&str> {
    if bytes.contains(&0) { None } else { std::str::from_utf8(bytes).ok() }
}

/// The texts that are replaced by others, in one pass: what was put in is not looked at again.
#[derive(Debug)]
pub(crate) struct Replacements(Vec<(String, String)>);

impl Replacements {
    /// `{{name}}` becomes the value.
    pub(crate) fn of_values(values: &BTreeMap<String, String>) -> Self {
        Self(values.iter().map(|(name, value)| (braced(name), value.clone())).collect())
    }

    /// A text becomes `{{name}}`; where two begin at one place, the longer.
    pub(crate) fn of_texts(texts: &BTreeMap<String, String>) -> Self {
        let mut pairs: Vec<_> =
            texts.iter().map(|(name, text)| (text.clone(), braced(name))).collect();
        pairs.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self(pairs)
    }

    /// The text with all replaced; `None` where there is nothing to replace.
    pub(crate) fn apply(&self, text: &str) -> Option<String> {
        let mut replaced = String::new();
        let mut rest = text;
        while let Some((at, (from, to))) = self.next(rest) {
            replaced.push_str(&rest[..at]);
            replaced.push_str(to);
            rest = &rest[at + from.len()..];
        }
        if rest.len() == text.len() {
            return None;
        }
        replaced.push_str(rest);
        Some(replaced)
    }

    fn next(&self, text: &str) -> Option<(usize, &(String, String))> {
        let found = self.0.iter().filter_map(|pair| Some((text.find(&pair.0)?, pair)));
        // Of those at one place the first in the list is the longest.
        found.min_by_key(|(at, _)| *at)
    }

    /// Whether a text holds one of these names between braces already.
    pub(crate) fn is_in_braces(&self, text: &str) -> bool {
        self.0.iter().any(|(_, braced)| text.contains(braced))
    }
}

fn braced(name: &str) -> String {
    format!("{{{{{name}}}}}")
}
