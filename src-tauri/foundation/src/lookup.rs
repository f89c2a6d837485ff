//! The thing that people mean by a name or an id: one rule for all that has either.

use crate::{Code, Error, Result, text};

/// The shortest beginning of an id that is taken for one.
const SHORTEST_PREFIX: usize = 4;
/// The number of candidates that an error names.
const SHOWN: usize = 10;

/// The names by which a thing is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Its id, as it is written.
    pub id: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// A fact that tells it from others of that name: its folder, its time.
    pub about: String,
}

impl Candidate {
    fn shown(&self) -> String {
        let about: Vec<_> =
            self.name.iter().chain(Some(&self.about)).filter(|text| !text.is_empty()).collect();
        match &about[..] {
            [] => self.id.clone(),
            [one] => format!("{} ({one})", self.id),
            [one, other, ..] => format!("{} ({one}, {other})", self.id),
        }
    }
}

/// The one of `all`, each a `kind` of thing, that `text` means: by its id, by its name, exact or in
/// other case, or by the beginning of its id.
///
/// # Errors
/// [`Code::NotFound`], or [`Code::Invalid`] for an empty name and when several fit, each with the
/// candidates.
pub fn find_by_name<'a, T>(
    kind: &str,
    text: &str,
    all: &'a [T],
    candidate: impl Fn(&T) -> Candidate,
) -> Result<&'a T> {
    let text = text.trim();
    let all: Vec<_> = all.iter().map(|each| (each, candidate(each))).collect();
    if text.is_empty() {
        return Err(Error::new(Code::Invalid, text!("No {kind} is named", kind))
            .why("The name is empty")
            .next(candidates(kind, &all)));
    }
    let lower = text.to_lowercase();
    let prefix = lower.replace('-', "");
    let ways: [&dyn Fn(&Candidate) -> bool; 4] = [
        &|it| it.id == prefix,
        &|it| it.name.as_deref() == Some(text),
        &|it| it.name.as_ref().is_some_and(|name| name.to_lowercase() == lower),
        &|it| prefix.len() >= SHORTEST_PREFIX && it.id.starts_with(&prefix),
    ];
    for way in ways {
        let fitting: Vec<_> = all.iter().filter(|(_, it)| way(it)).collect();
        match fitting[..] {
            [] => {}
            [(found, _)] => return Ok(found),
            _ => {
                return Err(Error::new(
                    Code::Invalid,
                    text!("{text} means several {kind}s", text = format!("{text:?}"), kind),
                )
                .why(text!("It could be {candidates}", candidates = list(fitting.into_iter())))
                .next("Use the id, or more of it"));
            }
        }
    }
    Err(Error::new(
        Code::NotFound,
        text!("There is no {kind} {name}", kind, name = format!("{text:?}")),
    )
    .next(candidates(kind, &all)))
}

fn candidates<T>(kind: &str, all: &[(T, Candidate)]) -> String {
    match all {
        [] => format!("List the {kind}s to see what there is"),
        _ => format!("Choose one of {}", list(all.iter())),
    }
}

fn list<'a, T: 'a>(all: impl ExactSizeIterator<Item = &'a (T, Candidate)>) -> String {
    let more = all.len().saturating_sub(SHOWN);
    let shown: Vec<_> = all.take(SHOWN).map(|(_, it)| it.shown()).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    shown.join(", ") + &more
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str) -> Result<&'static str> {
        const ALL: &[(&str, &str)] =
            &[("019aa1", "Disk"), ("019ab2", "disk"), ("019cc3", "019aa1"), ("44", "Vault")];
        let candidate = |it: &(&str, &str)| Candidate {
            id: it.0.to_owned(),
            name: Some(it.1.to_owned()),
            about: "/mnt".to_owned(),
        };
        find_by_name("destination", text, ALL, candidate).map(|found| found.0)
    }

    #[test]
    fn an_id_then_a_name_then_a_beginning() {
        for (text, id) in
            [("019aa1", "019aa1"), ("Disk", "019aa1"), ("disk", "019ab2"), (" VAULT ", "44")]
        {
            assert_eq!(find(text).unwrap(), id, "{text}");
        }
        assert_eq!(find("019c").unwrap(), "019cc3");
        assert_eq!(find("019-AB").unwrap(), "019ab2");
    }

    #[test]
    fn what_is_empty_unknown_or_ambiguous_is_told_with_the_candidates() {
        for (text, code) in [
            ("", Code::Invalid),
            (" ", Code::Invalid),
            ("019", Code::NotFound),
            ("019a", Code::Invalid),
            ("DISK", Code::Invalid),
            ("4", Code::NotFound),
            ("--------", Code::NotFound),
        ] {
            let error = find(text).unwrap_err();
            assert_eq!(error.code(), code, "{text}");
            let said = format!("{} {}", error.why_text(), error.next_text());
            assert!(said.contains("019ab2 (disk, /mnt)"), "{text}: {said}");
        }
    }
}
