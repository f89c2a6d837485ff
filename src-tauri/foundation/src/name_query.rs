//! Names that a user looks for: one rule for versions, backups and archives.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::{Code, Error, Result, group_digits, text};

/// A part of a name or of a path, or a pattern with `*` and `?`. `A` and `a` are the same, and so
/// are the ways in which Unicode writes one letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameQuery {
    /// Folded.
    text: String,
    is_pattern: bool,
}

/// The bytes that a text may have which is looked for.
const LONGEST: usize = 4 << 10;

/// Goes on with a text that can be looked for, in names or in files.
///
/// # Errors
/// [`Code::Invalid`] for nothing, and for one that is too long.
pub fn check_sought(text: &str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::new(Code::Invalid, "There is nothing to look for")
            .next("Give a part of a name or of a text"));
    }
    if text.len() > LONGEST {
        let most = group_digits(LONGEST as u64);
        return Err(Error::new(Code::Invalid, "The text to look for is too long")
            .why(text!("It has more than {most} bytes", most))
            .next("Give a shorter part of it"));
    }
    Ok(())
}

/// How well a name fits, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameMatch {
    /// It is what is looked for.
    Exact,
    /// It begins with it.
    Beginning,
    /// It has it somewhere in it.
    Part,
}

impl NameQuery {
    /// The query that a user typed. It is held against as many of a path's last names as it has,
    /// so that what lies in a folder that fits is not found with the folder.
    ///
    /// # Errors
    /// [`Code::Invalid`] for nothing to look for, and for more than any name has.
    pub fn new(text: &str) -> Result<Self> {
        let text = text.trim().trim_start_matches("./").trim_start_matches('/');
        check_sought(text)?;
        let text = fold(text.as_bytes()).into_owned();
        Ok(Self { is_pattern: text.contains(['*', '?']), text })
    }

    /// The number of names that it is held against.
    pub fn names(&self) -> usize {
        self.text.matches('/').count() + 1
    }

    /// How a path fits: names joined by `/`, of any bytes.
    pub fn matches(&self, path: &[u8]) -> Option<NameMatch> {
        let held = fold(self.last_names(path)?);
        if self.is_pattern {
            let names = held.split('/').zip(self.text.split('/'));
            return names
                .into_iter()
                .all(|(name, one)| fits(one, name))
                .then_some(NameMatch::Exact);
        }
        match held.find(&self.text)? {
            0 if held.len() == self.text.len() => Some(NameMatch::Exact),
            0 => Some(NameMatch::Beginning),
            _ => Some(NameMatch::Part),
        }
    }

    /// As many of a path's last names as the query has.
    fn last_names<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        let mut rest = path.len();
        for _ in 1..self.names() {
            rest = path[..rest].iter().rposition(|byte| *byte == b'/')?;
        }
        Some(match path[..rest].iter().rposition(|byte| *byte == b'/') {
            Some(at) => &path[at + 1..],
            None => path,
        })
    }
}

/// Whether all of a name fits a pattern.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut read) = (0, 0);
    // The last star, and the part of the name that it was tried to stand for.
    let mut star: Option<(usize, usize)> = None;
    while read < name.len() {
        match (pattern.get(at), star) {
            (Some('*'), _) => {
                star = Some((at, read));
                at += 1;
            }
            (Some(c), _) if *c == '?' || *c == name[read] => (at, read) = (at + 1, read + 1),
            (_, Some((place, from))) => {
                star = Some((place, from + 1));
                (at, read) = (place + 1, from + 1);
            }
            _ => return false,
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

/// In lower case and in one Unicode form; bytes that are no text become one sign.
fn fold(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(text.to_ascii_lowercase()),
            false => Cow::Borrowed(text),
        },
        _ => {
            let text = String::from_utf8_lossy(bytes).to_lowercase();
            Cow::Owned(ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use NameMatch::{Beginning, Exact, Part};

    fn matched(query: &str, path: &str) -> Option<NameMatch> {
        NameQuery::new(query).unwrap().matches(path.as_bytes())
    }

    #[test]
    fn a_name_fits_by_itself_its_beginning_or_a_part() {
        assert_eq!(matched("invoice.ts", "src/Invoice.ts"), Some(Exact));
        assert_eq!(matched("INV", "src/Invoice.ts"), Some(Beginning));
        assert_eq!(matched("voice", "src/Invoice.ts"), Some(Part));
        assert_eq!(matched("src", "src/Invoice.ts"), None);
        assert_eq!(matched("aa", "aaa"), Some(Beginning));
    }

    #[test]
    fn folders_of_a_path_may_be_named_too() {
        assert_eq!(matched("src/inv", "app/src/Invoice.ts"), Some(Beginning));
        assert_eq!(matched("rc/inv", "app/src/Invoice.ts"), Some(Part));
        assert_eq!(matched("src/invoice.ts", "app/src/Invoice.ts"), Some(Exact));
        assert_eq!(matched("src/", "app/src/Invoice.ts"), Some(Beginning));
        assert_eq!(matched("app/s", "app/src/Invoice.ts"), None);
    }

    #[test]
    fn a_pattern_fits_whole_names() {
        assert_eq!(matched("*.ts", "src/Invoice.ts"), Some(Exact));
        assert_eq!(matched("inv*e.?s", "src/Invoice.ts"), Some(Exact));
        assert_eq!(matched("*.t", "src/Invoice.ts"), None);
        assert_eq!(matched("s*/*.ts", "app/src/Invoice.ts"), Some(Exact));
        assert_eq!(matched("a*/*.ts", "app/src/Invoice.ts"), None);
        assert_eq!(matched("*a*b*c", "aXbYbc"), Some(Exact));
    }

    #[test]
    fn letters_are_the_same_however_they_are_written() {
        assert_eq!(matched("gro\u{308}ße", "Größe.txt"), Some(Beginning));
        assert_eq!(matched("GRÖSSE", "größe.txt"), None);
        assert_eq!(matched("größe.txt", "GRO\u{308}ßE.TXT"), Some(Exact));
        let query = NameQuery::new("a").unwrap();
        assert_eq!(query.matches(b"\xff\xfea\n"), Some(Part));
    }

    #[test]
    fn nothing_is_no_query() {
        for nothing in ["", "  ", "/", "./"] {
            assert_eq!(NameQuery::new(nothing).unwrap_err().code(), Code::Invalid, "{nothing:?}");
        }
    }
}
