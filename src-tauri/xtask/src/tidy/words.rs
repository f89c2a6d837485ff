//! Words that do not belong into sources, and the header that does.

use super::Source;

/// A text that must not appear, where, and what to do instead.
struct Ban {
    text: &'static str,
    /// Endings of the files it is banned from; none for all.
    kinds: &'static [&'static str],
    /// Whether tests and chores may use it.
    fine_in_tests: bool,
    instead: &'static str,
}

const RAW_MARKUP: &str = concat!("{", "@html");

const BANS: &[Ban] = &[
    Ban {
        text: concat!("TO", "DO"),
        kinds: &[],
        fine_in_tests: false,
        instead: "do it, or leave it",
    },
    Ban { text: concat!("FIX", "ME"), kinds: &[], fine_in_tests: false, instead: "mend it" },
    Ban {
        text: RAW_MARKUP,
        kinds: &["svelte"],
        fine_in_tests: false,
        instead: "names come from disks: let Svelte escape them",
    },
    Ban {
        text: concat!("@ts-", "ignore"),
        kinds: &["svelte", "ts"],
        fine_in_tests: false,
        instead: "say the type",
    },
    Ban {
        text: "svelte/store",
        kinds: &["svelte", "ts"],
        fine_in_tests: false,
        instead: "state is a class with runes",
    },
    Ban {
        text: ".unwrap()",
        kinds: &["rs"],
        fine_in_tests: true,
        instead: "return the error, or `expect` with the invariant",
    },
    Ban { text: "panic!(", kinds: &["rs"], fine_in_tests: true, instead: "return an error" },
    Ban { text: "todo!(", kinds: &["rs"], fine_in_tests: false, instead: "write it" },
    Ban { text: "unimplemented!(", kinds: &["rs"], fine_in_tests: false, instead: "write it" },
    Ban {
        text: "#[ignore",
        kinds: &["rs"],
        fine_in_tests: false,
        instead: "a test runs or is not there",
    },
    Ban {
        text: "env!(\"CARGO_MANIFEST_DIR",
        kinds: &["rs"],
        fine_in_tests: false,
        instead: "a path from where tests run: what is built serves more than one clone",
    },
];

/// The only file of the pages that knows Tauri.
const TAURI_FILE: &str = "ui/src/lib/backend/tauri.ts";
/// The only file that shows markup as it is: the project's own documents, made when it is built.
const HELP_FILE: &str = "ui/src/routes/HelpPage.svelte";

pub(super) fn check(source: &Source) -> Vec<String> {
    if source.path.starts_with("src-tauri/xtask/src/tidy") {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    let is_meant = |ban: &&Ban| {
        let is_of_kind = ban.kinds.is_empty() || ban.kinds.contains(&source.kind());
        is_of_kind && !(ban.text == RAW_MARKUP && source.path == HELP_FILE)
    };
    for ban in BANS.iter().filter(is_meant) {
        for line in lines_with(source, ban) {
            breaches.push(format!("line {line}: {:?}; instead: {}", ban.text, ban.instead));
        }
    }
    if source.kind() == "rs" && !source.text.starts_with("//!") {
        breaches.push("does not begin with `//!` and a sentence on what it owns".to_owned());
    }
    for line in unexplained_allows(source) {
        breaches.push(format!("line {line}: a lint is allowed without `reason = \"…\"`"));
    }
    if imports_tauri(source) {
        breaches.push(format!("imports from Tauri; only {TAURI_FILE} may"));
    }
    breaches
}

fn lines_with(source: &Source, ban: &Ban) -> Vec<usize> {
    if ban.fine_in_tests && !source.is_production() {
        return Vec::new();
    }
    let lines: Vec<&str> = match ban.fine_in_tests {
        true => source.production_lines().collect(),
        false => source.text.lines().collect(),
    };
    let code = lines.iter().enumerate().filter(|(_, line)| !line.trim_start().starts_with("///"));
    code.filter(|(_, line)| line.contains(ban.text)).map(|(n, _)| n + 1).collect()
}

fn unexplained_allows(source: &Source) -> Vec<usize> {
    let unexplained = |line: &&str| {
        let line = line.trim();
        line.starts_with("#[allow(") && line.ends_with(']') && !line.contains("reason = ")
    };
    let lines = source.text.lines().enumerate();
    lines.filter(|(_, line)| unexplained(line)).map(|(n, _)| n + 1).collect()
}

fn imports_tauri(source: &Source) -> bool {
    let is_page = source.path.starts_with("ui/src/") && source.is_production();
    let is_home = source.path == TAURI_FILE;
    is_page && !is_home && source.text.contains("from '@tauri-apps/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(path: &str, text: &str) -> usize {
        check(&Source { path: path.to_owned(), text: text.to_owned() }).len()
    }

    #[test]
    fn banned_words_are_found_where_they_are_banned() {
        let tested = "//! A.\nfn a() {}\n#[cfg(test)]\nmod tests { fn b() { c().unwrap() } }\n";
        assert_eq!(check_text("src-tauri/library/src/a.rs", tested), 0);
        assert_eq!(
            check_text("src-tauri/library/src/a.rs", "//! A.\nfn a() { b().unwrap() }\n"),
            1
        );
        assert_eq!(
            check_text("src-tauri/library/tests/a.rs", "//! A.\nfn a() { b().unwrap() }\n"),
            0
        );
        assert_eq!(check_text("src-tauri/library/src/a.rs", "fn a() {}\n"), 1);
        assert_eq!(check_text("ui/src/a.svelte", concat!("<p>{", "@html name}</p>")), 1);
        assert_eq!(
            check_text("ui/src/lib/a.ts", "import { invoke } from '@tauri-apps/api/core';"),
            1
        );
        assert_eq!(check_text(TAURI_FILE, "import { invoke } from '@tauri-apps/api/core';"), 0);
    }
}
