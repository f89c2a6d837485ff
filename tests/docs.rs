//! The documentation leaves out nothing that it must say, and its links lead somewhere.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "these are tests")]

use std::fs;
use std::path::PathBuf;

use undercroft_api::USE_CASES;
use undercroft_foundation::Code;

#[test]
fn the_page_on_errors_names_every_code() {
    let page = read("docs/errors.md");
    for code in Code::ALL {
        assert!(page.contains(&format!("| `{}` |", code.name())), "{} is missing", code.name());
    }
}

#[test]
fn the_page_on_the_command_line_names_every_use_case() {
    let page = read("docs/command-line.md");
    for use_case in USE_CASES.iter().filter(|use_case| !use_case.hint.is_empty()) {
        let words: Vec<_> = use_case
            .hint
            .split(' ')
            .take_while(|word| !word.starts_with(['{', '[', '+', '-']))
            .collect();
        assert!(page.contains(&words.join(" ")), "{} is missing: {}", use_case.name, use_case.hint);
    }
}

#[test]
fn every_link_between_pages_leads_to_a_file() {
    let mut pages = markdown_in("docs");
    pages.extend(
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(PathBuf::from),
    );
    let mut broken = Vec::new();
    for page in pages {
        let folder = page.parent().unwrap();
        for link in links(&fs::read_to_string(&page).unwrap()) {
            let file = link.split('#').next().unwrap();
            if !file.is_empty() && !link.contains("://") && !folder.join(file).exists() {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The targets between `](` and `)`, of links and pictures alike.
fn links(text: &str) -> Vec<String> {
    let ends = text.split("](").skip(1);
    ends.filter_map(|rest| rest.split_once(')')).map(|(link, _)| link.to_owned()).collect()
}

fn markdown_in(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|kind| kind == "md")).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap()
}
