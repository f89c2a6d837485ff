//! The sources of a new password: typed, made of words, or a file of the user's.

use std::path::{Path, PathBuf};

use undercroft_foundation::{
    Code, Error, IoContext, Random, Result, escape_path, read_text_input, text,
};
use zeroize::Zeroizing;

/// Short words, one a line, as many as 11 bits can tell apart.
const WORDS: &str = include_str!("words.txt");
/// So many words have 77 bits: nobody guesses them, even without what makes guessing slow.
const COUNT: usize = 7;

/// No password is longer: what is, was no file of one.
const LONGEST: u64 = 64 << 10;

/// The source of a password.
#[derive(Clone)]
pub enum NewPassword {
    /// The user typed it.
    Typed(String),
    /// It is made, of seven words.
    Generated,
    /// It is the content of this file, white space around it aside.
    KeyFile(PathBuf),
}

// A derived `Debug` would print the password.
impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Typed(_) => "Typed",
            Self::Generated => "Generated",
            Self::KeyFile(_) => "KeyFile",
        })
    }
}

impl Default for NewPassword {
    fn default() -> Self {
        Self::Typed(String::new())
    }
}

/// A password, and the file that it is in.
pub(crate) struct ChosenPassword {
    pub(crate) text: Zeroizing<String>,
    pub(crate) key_file: Option<PathBuf>,
    /// Whether it was made, so that the user does not know it yet.
    pub(crate) is_generated: bool,
}

impl NewPassword {
    /// The password itself.
    pub(crate) fn choose(&self, random: &dyn Random) -> Result<ChosenPassword> {
        let (text, key_file) = match self {
            Self::Typed(text) => (Zeroizing::new(text.clone()), None),
            Self::Generated => (words(random), None),
            Self::KeyFile(path) => {
                let path = std::path::absolute(path).at("find", path)?;
                (read_key_file(&path)?, Some(path))
            }
        };
        if text.is_empty() {
            return Err(Error::new(Code::Invalid, "Cannot use an empty password")
                .why("A repository needs a password that is not empty")
                .next("Choose a password and keep it safe: without it nothing can be restored"));
        }
        Ok(ChosenPassword { text, key_file, is_generated: matches!(self, Self::Generated) })
    }
}

/// Reads a key file as restic reads its `--password-file`.
pub(super) fn read_key_file(path: &Path) -> Result<Zeroizing<String>> {
    let text = Zeroizing::new(read_text_input(path, LONGEST)?);
    let text = Zeroizing::new(text.trim().to_owned());
    if text.is_empty() || text.contains('\n') {
        let what = text!("Cannot use {path} as a key file", path = escape_path(path));
        return Err(Error::new(Code::Invalid, what)
            .why("It must hold a password, in one line")
            .next("Choose another file"));
    }
    Ok(text)
}

fn words(random: &dyn Random) -> Zeroizing<String> {
    let all: Vec<&str> = WORDS.lines().collect();
    let mut text = Zeroizing::new(String::with_capacity(64));
    for n in 0..COUNT {
        let mut dice = [0; 2];
        random.fill(&mut dice);
        if n > 0 {
            text.push('-');
        }
        text.push_str(all[usize::from(u16::from_le_bytes(dice)) % all.len()]);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use undercroft_foundation::OsRandom;

    use super::*;

    #[test]
    fn seven_words_of_2048_are_77_bits() {
        let all: HashSet<&str> = WORDS.lines().collect();
        assert_eq!((all.len(), WORDS.lines().count()), (2048, 2048));
        assert!(all.iter().all(|word| {
            (3..=6).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
        }));
        let made: HashSet<String> = (0..50).map(|_| words(&OsRandom).to_string()).collect();
        assert_eq!(made.len(), 50);
        assert!(made.iter().all(|text| text.split('-').count() == COUNT));
    }
}
