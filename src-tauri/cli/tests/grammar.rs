//! The grammar: sound, whole, and what the window tells people of it is true.

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
        ("{text}", "keystone"),
        ("{message}", "Begin"),
        ("{plan}", "daily"),
        ("{what}", "parity"),
        ("{percent}", "10"),
        ("{id}", "resume"),
        ("{run}", "0190"),
        ("{alert}", "0190"),
        ("{answer}", "meant"),
        ("{url}", "https://example.org/vault.git"),
    ];
    for use_case in USE_CASES.iter().filter(|use_case| !use_case.hint.is_empty()) {
        let hint = samples
            .iter()
            .fold(use_case.hint.to_owned(), |hint, (name, value)| hint.replace(name, value));
        assert!(!hint.contains(['{', '}']), "{hint} has a placeholder that nobody knows");
        if let Err(error) = undercroft_cli::command().try_get_matches_from(hint.split(' ')) {
            assert_eq!(error.kind(), ErrorKind::DisplayVersion, "{hint}: {error}");
        }
    }
}

#[test]
fn every_command_and_option_says_what_it_is_for() {
    fn visit(command: &clap::Command, path: &str) {
        let path = format!("{path} {}", command.get_name());
        assert!(command.get_about().is_some(), "{path} says nothing");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{path}: {} says nothing", argument.get_id());
        }
        command.get_subcommands().for_each(|below| visit(below, &path));
    }
    visit(&undercroft_cli::command(), "");
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
