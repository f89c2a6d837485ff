//! Texts without what is nobody else's business: always without secrets, and, unless they were asked
//! for, without the names of things. Rather a word too few than a name too many.

/// The mark in the place of a secret.
const SECRET: &str = "[secret]";
/// The mark in the place of a path, or of a name that is in quotes.
const NAME: &str = "[name]";
/// Words that name a secret: it follows them behind a colon or an equals sign.
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "api-key",
    "api_key",
    "access-key",
    "access_key",
    "private-key",
    "private_key",
    "credential",
    "authorization",
    "cookie",
    "session-id",
    "session_id",
    "pwd",
];
/// The words after which a secret comes.
const SCHEMES: &[&str] = &["bearer", "basic"];
/// A word of so many letters and figures is taken for a key.
const KEY_LENGTH: usize = 20;
/// Quotes, opening and closing.
const QUOTES: &[(char, char)] = &[('"', '"'), ('“', '”'), ('‘', '’'), ('`', '`'), ('\'', '\'')];

/// The rule by which texts are cleaned.
#[derive(Debug)]
pub(super) struct Scrub {
    /// The names that are known, the longest first, and what stands in their place; nothing where
    /// names stay.
    names: Option<Vec<(String, String)>>,
}

impl Scrub {
    /// A rule that takes secrets alone out.
    pub(super) fn secrets() -> Self {
        Self { names: None }
    }

    /// A rule that takes names out, too.
    pub(super) fn all(mut names: Vec<(String, String)>) -> Self {
        names.retain(|(name, _)| !name.is_empty());
        // Of two that one name is given, the first is the one that it has now.
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Self { names: Some(names) }
    }

    /// Whether names stay.
    pub(super) fn keeps_names(&self) -> bool {
        self.names.is_none()
    }

    /// A sentence, cleaned.
    pub(super) fn text(&self, text: &str) -> String {
        let Some(names) = &self.names else { return without_secrets(text) };
        // A name goes before what is a secret in it, while it is still whole.
        let replace =
            |text: String, (name, other): &(String, String)| replace_name(&text, name, other);
        let text = without_secrets(&names.iter().fold(text.to_owned(), replace));
        without_paths(&without_quoted(&text))
    }

    /// A line of a log, cleaned: what is before its first colon names the thing that it is about.
    pub(super) fn line(&self, text: &str) -> String {
        let text = without_secrets(text);
        match (text.split_once(": "), &self.names) {
            (Some((_, said)), Some(_)) => format!("{NAME}: {}", self.text(said)),
            _ => self.text(&text),
        }
    }
}

fn without_secrets(text: &str) -> String {
    let lines = text.split('\n').map(|line| match line.find("-----BEGIN") {
        Some(at) => format!("{}{SECRET}", &line[..at]),
        None => without_keys(&without_credentials(&without_values(line))),
    });
    let mut kept = Vec::new();
    for (line, is_last) in lines.map(|line| {
        let is_key = line.ends_with(SECRET);
        (line, is_key)
    }) {
        kept.push(line);
        // The key follows its first line.
        if is_last && text.contains("-----BEGIN") {
            break;
        }
    }
    kept.join("\n")
}

/// `password: …` and `token=…`: nothing that follows on the line is kept.
fn without_values(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let end_of = |word: &&str| {
        lower.match_indices(*word).find_map(|(at, word)| {
            let behind = &lower[at + word.len()..];
            let sign = behind.find(['=', ':'])?;
            // Between the word and the sign stands the rest of a name at most: `PASSWORD_FILE=`.
            let is_name =
                |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '"' | '\'' | ' ');
            let is_bound =
                behind[..sign].len() <= KEY_LENGTH && behind[..sign].chars().all(is_name);
            is_bound.then_some(at + word.len() + sign + 1)
        })
    };
    let marked = SECRET_WORDS.iter().filter_map(end_of).min();
    let schemed = SCHEMES.iter().filter_map(|scheme| {
        let at = lower.find(&format!("{scheme} "))?;
        let is_word = !lower[..at].ends_with(|c: char| c.is_alphanumeric());
        is_word.then_some(at + scheme.len() + 1)
    });
    match marked.into_iter().chain(schemed).min() {
        Some(end) if !line[end..].trim().is_empty() => format!("{} {SECRET}", &line[..end]),
        _ => line.to_owned(),
    }
}

/// `https://user:password@host` without what is before the host.
fn without_credentials(line: &str) -> String {
    let mut kept = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("://") {
        let ends =
            |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '`' | '>');
        let (authority, _) = after.split_at(after.find(ends).unwrap_or(after.len()));
        kept.push_str(before);
        kept.push_str("://");
        rest = after;
        if let Some(at) = authority.rfind('@') {
            kept.push_str(SECRET);
            rest = &after[at..];
        }
    }
    kept + rest
}

/// Long words of letters and figures, as keys and digests are, gone.
fn without_keys(line: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '_' | '=' | '-');
    let mut kept = String::new();
    let mut rest = line;
    while let Some(from) = rest.find(is_part) {
        let (before, word) = rest.split_at(from);
        let (word, after) = word.split_at(word.find(|c| !is_part(c)).unwrap_or(word.len()));
        let has = |test: fn(&char) -> bool| word.chars().any(|c| test(&c));
        let is_key =
            word.len() >= KEY_LENGTH && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
        kept.push_str(before);
        kept.push_str(if is_key { SECRET } else { word });
        rest = after;
    }
    kept + rest
}

/// `name` as a word of its own, replaced.
fn replace_name(text: &str, name: &str, other: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let last = before.chars().next_back().or_else(|| kept.chars().next_back());
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_part = is_word(last) || is_word(after.chars().next());
        kept.push_str(before);
        kept.push_str(if is_part { name } else { other });
        rest = after;
    }
    kept + rest
}

/// A name stands in quotes.
fn without_quoted(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((at, open)) = rest.char_indices().find(|(at, c)| {
        // An apostrophe in a word opens nothing.
        let is_inside = rest[..*at].ends_with(char::is_alphanumeric);
        QUOTES.iter().any(|(open, _)| open == c) && !(*c == '\'' && is_inside)
    }) {
        let close = QUOTES.iter().find(|(it, _)| *it == open).map_or(open, |(_, close)| *close);
        let inside = &rest[at + open.len_utf8()..];
        let Some(end) = inside.find(close) else { break };
        kept.push_str(&rest[..at]);
        kept.push_str(NAME);
        rest = &inside[end + close.len_utf8()..];
    }
    kept + rest
}

/// Paths and names of files gone: from the word that has a slash on to the next colon, for there may
/// be spaces in them; and words with an ending.
fn without_paths(text: &str) -> String {
    let parts = text.split(": ").map(|part| {
        let words: Vec<_> = part.split(' ').collect();
        let path = words.iter().position(|word| is_path(word));
        let (whole, cut) = words.split_at(path.unwrap_or(words.len()));
        let mut kept: Vec<_> =
            whole.iter().map(|word| if is_file(word) { NAME } else { *word }).collect();
        if !cut.is_empty() {
            kept.push(NAME);
        }
        kept.join(" ")
    });
    parts.collect::<Vec<_>>().join(": ")
}

fn is_path(word: &str) -> bool {
    word.contains('/') || word.contains('\\') || word.starts_with('~')
}

/// Whether a word has an ending as files do: `plan.md`, and not `1.5` or the last of a sentence.
fn is_file(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    let Some((stem, ending)) = word.trim_end_matches('.').rsplit_once('.') else { return false };
    let is_ending = (1..=8).contains(&ending.chars().count())
        && ending.chars().all(char::is_alphanumeric)
        && ending.chars().any(char::is_alphabetic);
    is_ending || (stem.is_empty() && !ending.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_in_no_text() {
        let cases = [
            "password: hunter-two",
            "The password was: hunter-two",
            "RESTIC_PASSWORD=hunter-two restic",
            "{\"password\":\"hunter-two\"}",
            "--password-command='hunter-two'",
            "AWS_SECRET_ACCESS_KEY = hunter-two",
            "https://mira:hunter-two@example.org/x.git",
            "fetch ssh://hunter-two@example.org:22/x and https://a:hunter-two@b",
            "https://example.org/?token=hunter-two&x=1",
            "Authorization: Bearer hunter-two",
            "curl -H 'bearer hunter-two'",
            "ghp_hunter-two16C7e42F292c6912E7710c838347Ae178B4a",
            "AKIAhunter-two0IOSFODNN7EXAMPLE",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter-two\n-----END",
            "key -----BEGIN RSA\nx\nhunter-two",
        ];
        for case in cases {
            for rule in [Scrub::secrets(), Scrub::all(Vec::new())] {
                for told in [rule.text(case), rule.line(case)] {
                    assert!(!told.contains("hunter-two"), "{case}: {told}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "1,204 files and 3 MB at 2026-11-23T23:41:23Z",
            "The wrong password was given",
            "https://example.org/x.git is away",
            "Backups are off",
        ] {
            assert_eq!(Scrub::secrets().text(text), text);
        }
    }

    #[test]
    fn names_are_replaced_as_whole_words_and_the_rest_can_be_read() {
        let names =
            [("/home/mira/atlas", "project-folder-1"), ("atlas", "project-1"), ("a", "plan-1")];
        let rule =
            Scrub::all(names.map(|(name, other)| (name.to_owned(), other.to_owned())).into());
        for (text, told) in [
            ("Back up atlas", "Back up project-1"),
            ("atlases are a thing", "atlases are plan-1 thing"),
            (
                "Cannot read /home/mira/atlas/my notes.txt: Permission denied",
                "Cannot read [name]: Permission denied",
            ),
            ("Cannot read src/my private plan.md", "Cannot read [name]"),
            ("There is no project \"Secret plan\" here", "There is no project [name] here"),
            ("There is no file “x y”", "There is no file [name]"),
            ("It doesn't exist, notes.txt. 1.5 MB", "It doesn't exist, [name] 1.5 MB"),
            ("The backup of .env failed", "The backup of [name] failed"),
        ] {
            assert_eq!(rule.text(text), told);
        }
        assert_eq!(
            rule.line("my plan: it changed while it was read"),
            "[name]: it changed while it was read"
        );
    }

    #[test]
    fn any_text_is_taken() {
        let rule = Scrub::all(vec![("ä".to_owned(), "n".to_owned())]);
        for text in [
            "",
            ": ",
            "://",
            "@://@",
            "\"",
            "''",
            "“",
            "password=",
            "bearer ",
            "İpassword=x",
            "ä/ö\n: =",
            "\u{0}",
        ] {
            rule.text(text);
            rule.line(text);
        }
    }
}
