//! The grammar of the commands: few words, upper and lower case the same, and for what is not quite
//! one of them the nearest. It knows no library.

/// A command that stands in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command<'a> {
    CreateProject(&'a str),
    ListProjects,
    SwitchTo(&'a str),
    CurrentProject,
    ListFiles(&'a str),
    StorageStatus,
    Help,
}

/// The reading of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading<'a> {
    /// As this command.
    Command(Command<'a>),
    /// As this command without the name that it needs.
    Unnamed(&'static Form),
    /// As none; these are near, the nearest first, each with what followed in the words.
    Near(Vec<(&'static Form, &'a str)>),
}

/// A form of words that is a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// The words that it is known by; other words for the same follow.
    words: &'static [&'static str],
    /// The name that follows, in capital letters; empty when none does.
    pub(super) name: &'static str,
    /// Its purpose.
    pub(super) about: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Projects,
    Switch,
    Current,
    Files,
    Storage,
    Help,
}

/// Every command, in the order in which they are listed.
pub(super) const FORMS: &[Form] = &[
    Form {
        words: &["create project", "new project", "make project", "add project"],
        name: "NAME",
        about: "Make a new, empty project",
        kind: Kind::Create,
    },
    Form {
        words: &["list projects", "show projects", "list all projects"],
        name: "",
        about: "Name the projects",
        kind: Kind::Projects,
    },
    Form {
        words: &[
            "switch to",
            "switch to project",
            "switch project",
            "use project",
            "go to project",
        ],
        name: "PROJECT",
        about: "Make a project the one that you work in",
        kind: Kind::Switch,
    },
    Form {
        words: &["current project", "which project", "show current project"],
        name: "",
        about: "Name the project that you work in",
        kind: Kind::Current,
    },
    Form {
        words: &["list files", "show files", "list files in"],
        name: "",
        about: "Name the files of the current project, or of one of its folders",
        kind: Kind::Files,
    },
    Form {
        words: &["storage status", "show storage status", "status of storage", "show storage"],
        name: "",
        about: "Tell how much space is taken",
        kind: Kind::Storage,
    },
    Form {
        words: &["help", "list commands", "show commands"],
        name: "",
        about: "Name these commands",
        kind: Kind::Help,
    },
];

/// The fewest letters that something is proposed for.
const FEWEST: usize = 2;
/// A word of so many letters means the commands that it stands in.
const LONG_WORD: usize = 5;
/// The number of commands that are proposed.
const MOST: usize = 3;

impl Form {
    /// The words that it is known by.
    pub(super) fn text(&self) -> &'static str {
        self.words.first().copied().unwrap_or_default()
    }

    /// The command that it is with `rest` behind its words; nothing where those say more, or less,
    /// than it takes.
    fn read<'a>(&'static self, rest: &'a str) -> Option<Reading<'a>> {
        let whole = |command| rest.is_empty().then_some(Reading::Command(command));
        let named = |command| match rest {
            "" => Some(Reading::Unnamed(self)),
            _ => Some(Reading::Command(command)),
        };
        match self.kind {
            Kind::Create => named(Command::CreateProject(rest)),
            Kind::Switch => named(Command::SwitchTo(rest)),
            Kind::Files => Some(Reading::Command(Command::ListFiles(rest))),
            Kind::Projects => whole(Command::ListProjects),
            Kind::Current => whole(Command::CurrentProject),
            Kind::Storage => whole(Command::StorageStatus),
            Kind::Help => whole(Command::Help),
        }
    }

    /// The distance of `text` from these words, and the rest of it; nothing when it is far.
    fn distance<'a>(&self, text: &'a str) -> Option<(usize, &'a str)> {
        self.words.iter().filter_map(|words| near(words, text)).min()
    }
}

/// Reads words as a command.
pub(super) fn read(text: &str) -> Reading<'_> {
    let text = text.trim();
    let fits = |(form, words): (&'static Form, &'static str)| {
        let rest = after(words, text)?;
        Some((words.len(), form.read(unquoted(rest))?))
    };
    let spoken = FORMS.iter().flat_map(|form| form.words.iter().map(move |words| (form, *words)));
    // The longest words that fit: `switch to project atlas` names no project "project atlas".
    match spoken.filter_map(fits).max_by_key(|(length, _)| *length) {
        Some((_, reading)) => reading,
        None => Reading::Near(nearest(text)),
    }
}

fn nearest(text: &str) -> Vec<(&'static Form, &str)> {
    if text.chars().count() < FEWEST {
        return Vec::new();
    }
    let far = |form: &'static Form| form.distance(text).map(|(far, rest)| (far, form, rest));
    let mut near: Vec<_> = FORMS.iter().filter_map(far).collect();
    near.sort_by_key(|(far, ..)| *far);
    near.into_iter().take(MOST).map(|(_, form, rest)| (form, unquoted(rest))).collect()
}

/// The rest of `text` behind `words`, if it begins with them; the case and the spaces between them do
/// not count.
fn after<'a>(words: &str, text: &'a str) -> Option<&'a str> {
    words.split(' ').try_fold(text, |rest, word| {
        let (first, rest) = first_word(rest);
        (first.to_lowercase() == word).then_some(rest)
    })
}

/// The first word of `text`, and the rest.
fn first_word(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((first, rest)) => (first, rest.trim_start()),
        None => (text, ""),
    }
}

/// A name without the quotes that may stand around it.
fn unquoted(text: &str) -> &str {
    let within = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
    within('"').or_else(|| within('\'')).unwrap_or(text).trim()
}

/// The distance of the beginning of `text` from `words`, and the rest of it: nothing is written yet of
/// words that it is the beginning of, and a slip or two may be in them.
fn near<'a>(words: &str, text: &'a str) -> Option<(usize, &'a str)> {
    let typed = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let is_word = |word: &str| word.len() >= LONG_WORD && word == typed;
    if words.starts_with(&typed) || words.split(' ').any(is_word) {
        return Some((0, ""));
    }
    let mut rest = text;
    let mut far = 0;
    for word in words.split(' ') {
        let (first, others) = first_word(rest);
        let slips = slips(&first.to_lowercase(), word);
        if slips > word.len().div_ceil(4) {
            return None;
        }
        (rest, far) = (others, far + slips);
    }
    Some((far, rest))
}

/// The number of letters that are wrong, missing, too many, or changed places with their neighbour.
fn slips(typed: &str, word: &str) -> usize {
    let (typed, word): (Vec<_>, Vec<_>) = (typed.chars().collect(), word.chars().collect());
    if typed.len().abs_diff(word.len()) > word.len() {
        return typed.len();
    }
    let mut rows = vec![(0..=word.len()).collect::<Vec<_>>()];
    for (at, letter) in typed.iter().enumerate() {
        let mut row = vec![at + 1];
        for (column, wanted) in word.iter().enumerate() {
            let same = rows[at][column] + usize::from(letter != wanted);
            let mut least = same.min(rows[at][column + 1] + 1).min(row[column] + 1);
            let swapped = at > 0 && column > 0;
            if swapped && *letter == word[column - 1] && typed[at - 1] == *wanted {
                least = least.min(rows[at - 1][column - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_read_as_they_are_typed() {
        use Command::*;
        let cases = [
            ("create project atlas", CreateProject("atlas")),
            ("  Create   PROJECT  My atlas ", CreateProject("My atlas")),
            ("create project \"My atlas\"", CreateProject("My atlas")),
            ("new project 'x'", CreateProject("x")),
            ("create project project", CreateProject("project")),
            ("create project ../../etc", CreateProject("../../etc")),
            ("create project \u{202e}x", CreateProject("\u{202e}x")),
            ("list projects", ListProjects),
            ("show projects", ListProjects),
            ("switch to atlas", SwitchTo("atlas")),
            ("switch to project atlas", SwitchTo("atlas")),
            ("switch project atlas", SwitchTo("atlas")),
            ("use project atlas two", SwitchTo("atlas two")),
            ("current project", CurrentProject),
            ("list files", ListFiles("")),
            ("list files in src/lib", ListFiles("src/lib")),
            ("list files src", ListFiles("src")),
            ("STORAGE status", StorageStatus),
            ("status of storage", StorageStatus),
            ("help", Help),
        ];
        for (text, command) in cases {
            assert_eq!(read(text), Reading::Command(command), "{text}");
        }
    }

    #[test]
    fn a_command_without_its_name_says_which() {
        for (text, missing) in [("create project", "NAME"), ("switch to ", "PROJECT")] {
            let Reading::Unnamed(form) = read(text) else { panic!("{text}") };
            assert_eq!(form.name, missing);
        }
        assert!(matches!(read("create project \"\""), Reading::Unnamed(_)));
    }

    #[track_caller]
    fn proposed(text: &str) -> Vec<(&str, &str)> {
        match read(text) {
            Reading::Near(near) => near.iter().map(|(form, rest)| (form.text(), *rest)).collect(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_slip_leads_to_the_nearest_command() {
        assert_eq!(proposed("list project"), [("list projects", "")]);
        assert_eq!(proposed("lsit projects"), [("list projects", "")]);
        assert_eq!(proposed("creat projct atlas"), [("create project", "atlas")]);
        assert_eq!(proposed("swich to atlas"), [("switch to", "atlas")]);
        assert_eq!(proposed("storge staus"), [("storage status", "")]);
        assert_eq!(proposed("list"), [("list projects", ""), ("list files", ""), ("help", "")]);
        assert_eq!(proposed("current"), [("current project", "")]);
        assert_eq!(proposed("storage"), [("storage status", "")]);
        assert_eq!(proposed("list projects now"), [("list projects", "now")]);
    }

    #[test]
    fn what_is_like_no_command_proposes_none() {
        let long = "x".repeat(100_000);
        for text in ["", " ", "l", "quarterly.md", "birch-web", "\0", "🦀🦀 🦀", &long] {
            assert!(proposed(text).is_empty(), "{}", text.len());
        }
    }
}
