//! The sources of a repository's password: a file, the environment, the terminal, or standard
//! input. Never the command line itself, which other users can read.

use std::fmt;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use undercroft_foundation::{Code, Error, IoContext, Result, read_text_input};
use undercroft_repository::Password;

/// Names the file that a password is read from.
const FILE_VARIABLE: &str = "UNDERCROFT_PASSWORD_FILE";
/// Holds a password.
const VARIABLE: &str = "UNDERCROFT_PASSWORD";

/// No password is longer: what is, was no file of one.
const LONGEST: u64 = 64 << 10;

/// Whether a password opens something that is there, or will protect something new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It is asked for once.
    Open,
    /// It is asked for twice, because a slip would lock the user out.
    Create,
}

/// A password as text: for requests that carry it on.
pub(crate) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// For the repository.
    pub(crate) fn into_password(self) -> Password {
        Password::new(self.0)
    }
}

/// Gets the password of `whose`, from `file` first.
pub(crate) fn ask(file: Option<&Path>, purpose: Purpose, whose: &str) -> Result<Secret> {
    match given(file) {
        Some(secret) => secret,
        None => ask_anew(purpose, whose),
    }
}

/// Gets a password from the user, whatever the environment says.
pub(crate) fn ask_anew(purpose: Purpose, whose: &str) -> Result<Secret> {
    if !io::stdin().is_terminal() {
        return read_line();
    }
    let password = prompt(&format!("Password of {whose}: "))?;
    if purpose == Purpose::Create && prompt("The same again: ")? != password {
        return Err(Error::new(Code::Invalid, "The two passwords differ")
            .why("What was typed the second time is not what was typed the first time")
            .next("Try again, or put the password in a file and use --password-file"));
    }
    Ok(Secret(password))
}

/// Reads a password from a file, as restic does: white space around it does not count.
pub(crate) fn from_file(file: &Path) -> Result<Secret> {
    let text = read_text_input(file, LONGEST)?;
    nonempty(text.trim().to_owned())
}

fn given(file: Option<&Path>) -> Option<Result<Secret>> {
    let file = file.map(Path::to_owned).or_else(|| variable(FILE_VARIABLE).map(PathBuf::from));
    if let Some(file) = file {
        return Some(from_file(&file));
    }
    let text = variable(VARIABLE)?;
    Some(
        text.into_string().map(Secret).map_err(|_| {
            Error::new(Code::Invalid, format!("The password in {VARIABLE} is not text"))
        }),
    )
}

fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn prompt(text: &str) -> Result<String> {
    let typed = rpassword::prompt_password(text);
    typed.map_err(|source| {
        Error::new(Code::Unavailable, "Cannot ask for a password at this terminal")
            .next("Use --password-file or UNDERCROFT_PASSWORD")
            .because(source)
    })
}

fn read_line() -> Result<Secret> {
    let mut line = String::new();
    io::stdin().read_line(&mut line).at("read the password from", Path::new("standard input"))?;
    nonempty(line.trim_end_matches(['\n', '\r']).to_owned())
}

fn nonempty(text: String) -> Result<Secret> {
    if text.is_empty() {
        return Err(Error::new(Code::Invalid, "No password was given")
            .why("It is empty")
            .next("Use --password-file, UNDERCROFT_PASSWORD, or type it at a terminal"));
    }
    Ok(Secret(text))
}
