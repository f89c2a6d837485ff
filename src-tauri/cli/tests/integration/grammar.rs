//! The grammar: sound, whole, and what the window tells people of it is true.

use std::collections::BTreeMap;

use clap::Arg;
use clap::error::ErrorKind;
use undercroft_api::USE_CASES;

#[test]
fn the_grammar_is_sound() {
    undercroft_cli::command().debug_assert();
}

#[test]
fn every_hint_of_the_window_is_a_command_line() {
    let samples = [
        ("{project}", "vault"),
        ("{destination}", "disk"),
        ("{snapshot}", "3f2a9c41"),
        ("{path}", "src/main.rs"),
        ("{name}", "Vault"),
        ("{tag}", "keep"),
        ("{key}", "theme"),
        ("{value}", "dark"),
        ("{workspace}", "vault/try"),
        ("{version}", "3f2a9c41"),
        ("{from}", "3f2a9c41"),
        ("{to}", "latest"),
        ("{versions}", "3f2a9c41"),
        ("{change}", "2"),
        ("{offset}", "4096"),
        ("{text}", "keystone"),
        ("{words}", "list projects"),
        ("{message}", "Begin"),
        ("{plan}", "daily"),
        ("{what}", "parity"),
        ("{percent}", "10"),
        ("{paths}", "src/main.rs"),
        ("{snapshots}", "3f2a9c41"),
        ("{target}", "there"),
        ("{overwrite}", "if-changed"),
        ("{taken}", "skip"),
        ("{keep_archive}", "--keep-archive"),
        ("{keep_extra}", "--keep-extra"),
        ("{tags}", "keep"),
        ("{file}", "key"),
        ("{id}", "resume"),
        ("{run}", "0190"),
        ("{alert}", "0190"),
        ("{concern}", "SameDisk:0190"),
        ("{answer}", "meant"),
        ("{template}", "backend"),
        ("{archive}", "vault"),
        ("{projects}", "vault"),
        ("{steps}", "empty-trash"),
        ("{by}", "type"),
        ("{subject}", "project:0190"),
        ("{url}", "https://example.org/vault.git"),
    ];
    for use_case in USE_CASES.iter().filter(|use_case| !use_case.hint.is_empty()) {
        let hint = samples
            .iter()
            .fold(use_case.hint.to_owned(), |hint, (name, value)| hint.replace(name, value));
        // With all that may be left out but one of what excludes each other, and without it.
        let whole = hint.replace(" [{generate}]", "").replace(['[', ']'], "");
        for line in [whole, without_brackets(&hint)] {
            assert!(!line.contains(['{', '}']), "{line} has a placeholder that nobody knows");
            if let Err(error) =
                undercroft_cli::command().try_get_matches_from(line.split_ascii_whitespace())
            {
                assert_eq!(error.kind(), ErrorKind::DisplayVersion, "{line}: {error}");
            }
        }
    }
}

fn without_brackets(hint: &str) -> String {
    let parts = hint.split('[').map(|part| part.split_once(']').map_or(part, |(_, after)| after));
    parts.collect()
}

/// The meaning of an argument, wherever it is.
#[derive(Debug, PartialEq, Eq)]
struct Meaning {
    short: Option<char>,
    kind: String,
    takes: bool,
    help: String,
}

impl Meaning {
    fn of(argument: &Arg) -> Self {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        Self {
            short: argument.get_short(),
            kind: format!("{:?}", argument.get_value_parser().type_id()),
            takes: argument.get_action().takes_values(),
            help: help.replace(" (again for more)", ""),
        }
    }
}

#[test]
fn an_option_means_one_thing_in_every_command() {
    let mut known: BTreeMap<String, (String, Meaning)> = BTreeMap::new();
    let mut letters: BTreeMap<char, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    each_command(&undercroft_cli::command(), "", &mut |path, command| {
        // What is restic's is called, and means, what restic's users know.
        if path.starts_with(" undercroft repo") {
            return;
        }
        for argument in command.get_arguments().filter(|it| !it.is_hide_set()) {
            let Some(name) = argument.get_long() else { continue };
            let meaning = Meaning::of(argument);
            if let Some(letter) = meaning.short {
                let of = letters.entry(letter).or_insert_with(|| name.to_owned());
                if of != name {
                    wrong.push(format!("-{letter} is --{of} and in{path} --{name}"));
                }
            }
            match known.get(name) {
                Some((other, before)) if *before != meaning => {
                    wrong.push(format!("--{name} is {before:?} in{other}, {meaning:?} in{path}"));
                }
                Some(_) => {}
                None => drop(known.insert(name.to_owned(), (path.to_owned(), meaning))),
            }
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (name, letter) in [("dry-run", 'n'), ("workspace", 'w'), ("target", 't'), ("message", 'm')]
    {
        assert_eq!(known[name].1.short, Some(letter), "--{name}");
    }
}

#[test]
fn a_choice_between_yes_and_no_is_said_so() {
    each_command(&undercroft_cli::command(), "", &mut |path, command| {
        let is_bare = |it: &&Arg| {
            it.get_action().takes_values()
                && it.get_value_parser().type_id() == clap::value_parser!(bool).type_id()
        };
        let bare: Vec<_> = command.get_arguments().filter(is_bare).map(Arg::get_id).collect();
        assert!(bare.is_empty(), "{path} takes true and false: {bare:?}");
    });
}

#[test]
fn the_words_of_before_mean_the_same() {
    for line in [
        "version list vault --from 2026-03-09T14:00:00Z",
        "version save vault --message Begin",
        "version restore 3f2a --to there --dry-run",
        "undo vault",
        "file save a --from b --workspace vault",
        "draft save vault a --from b",
        "file upload a --into b",
        "workspace open 3f2a try --to there",
        "git branch vault topic --from main",
        "git switch vault topic",
        "git remote vault origin https://example.org/vault.git",
        "git log vault --from main",
        "git diff vault --from a --to b",
        "history rules vault --follow-gitignore no --leave-out *.log",
        "plan add daily --with-library true --on-power --limit 20M --before a --after b -p vault",
        "destination kit disk --into there",
        "destination add there -n disk",
        "project add there -n vault -t keep",
        "project forget vault",
        "destination forget disk",
        "retention preview disk -w 4 -l 3",
        "restore 3f2a --from disk --target there --overwrite changed",
        "repo restore latest --target there --overwrite if-missing",
        "man --dir there",
    ] {
        let words = std::iter::once("undercroft").chain(line.split(' '));
        let read = undercroft_cli::command().try_get_matches_from(words);
        assert!(read.is_ok(), "{line}: {}", read.unwrap_err());
    }
    // A number without a unit was bytes here and gigabytes there.
    let words = "undercroft retention preview disk --budget 500".split(' ');
    assert!(undercroft_cli::command().try_get_matches_from(words).is_err());
}

fn each_command(command: &clap::Command, path: &str, visit: &mut dyn FnMut(&str, &clap::Command)) {
    let path = format!("{path} {}", command.get_name());
    visit(&path, command);
    command.get_subcommands().for_each(|below| each_command(below, &path, visit));
}

#[test]
fn every_command_and_option_says_what_it_is_for() {
    each_command(&undercroft_cli::command(), "", &mut |path, command| {
        assert!(command.get_about().is_some(), "{path} says nothing");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{path}: {} says nothing", argument.get_id());
        }
    });
}

#[test]
fn pages_and_completions_are_made_for_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    undercroft_cli::write_pages(folder.path()).unwrap();
    for page in ["undercroft.1", "undercroft-backup-run.1", "undercroft-repo-key-add.1"] {
        let text = std::fs::read_to_string(folder.path().join(page)).unwrap();
        assert!(text.starts_with(".ie"), "{page}: {text}");
    }
    undercroft_cli::write_completions(folder.path()).unwrap();
    let fish = std::fs::read_to_string(folder.path().join("undercroft.fish")).unwrap();
    assert!(fish.contains("read-data"));
}
