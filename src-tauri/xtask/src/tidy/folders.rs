//! The folders of a crate in the order of its flow: each uses only those before it.

use super::Source;

/// Folders of crates, each with what is in it in reading order: what comes later may use what comes
/// before it, and never the other way round. What is in such a folder has to be listed.
const ORDERS: &[(&str, &[&str])] = &[
    (
        "src-tauri/repository/src",
        &["format", "files", "store", "backup", "restore", "browse", "maintain"],
    ),
    (
        "src-tauri/repository/src/format",
        &[
            "id",
            "file_kind",
            "crypto",
            "unpacked",
            "chunker",
            "blob",
            "pack",
            "index_file",
            "tree",
            "snapshot",
            "config",
        ],
    ),
    (
        "src-tauri/repository/src/files",
        &["metadata", "open", "noatime", "new_file", "left_over", "exclude"],
    ),
    (
        "src-tauri/repository/src/store",
        &[
            "threads",
            "identity",
            "storage",
            "keys",
            "lock",
            "index",
            "cache",
            "repository",
            "read",
            "write",
        ],
    ),
    ("src-tauri/repository/src/browse", &["cat", "find", "diff", "usage", "mount"]),
    (
        "src-tauri/repository/src/maintain",
        &[
            "check",
            "retention",
            "keys",
            "tags",
            "trash",
            "forget",
            "prune",
            "repair",
            "parity",
            "copy",
            "relocate",
        ],
    ),
    (
        "src-tauri/history/src",
        &[
            "version",
            "store",
            "objects",
            "tree",
            "disk",
            "diff",
            "history",
            "versions",
            "workspaces",
            "consistency",
            "rules",
            "guard",
            "save",
            "restore",
            "space",
            "browse",
            "files",
            "lifecycle",
            "transfer",
            "watching",
            "handles",
        ],
    ),
    (
        "src-tauri/history/src/tree",
        &[
            "names",
            "commit",
            "sidecar",
            "folder_view",
            "renames",
            "similar",
            "change_set",
            "compare",
            "name_list",
        ],
    ),
    ("src-tauri/history/src/diff", &["changes", "shown", "words", "grouped"]),
    ("src-tauri/history/src/disk", &["content", "stat_cache"]),
    (
        "src-tauri/history/src/versions",
        &["filter", "row", "table", "changes", "marks", "reading", "catalog"],
    ),
    ("src-tauri/history/src/workspaces", &["place", "table", "stored", "tip"]),
    (
        "src-tauri/history/src/consistency",
        &["found_versions", "found_workspaces", "reconcile", "check", "rebuild"],
    ),
    (
        "src-tauri/history/src/rules",
        &[
            "patterns",
            "gitignore",
            "own_configuration",
            "secrets",
            "leave_out",
            "layers",
            "survey",
            "stored",
        ],
    ),
    ("src-tauri/history/src/guard", &["held", "guarded_entry", "unheld", "trash", "project_trash"]),
    (
        "src-tauri/history/src/space",
        &["low_priority", "compact", "thin", "estimate", "months", "maintenance"],
    ),
    ("src-tauri/history/src/space/compact", &["size", "reach", "contents", "deltas", "packs"]),
    ("src-tauri/history/src/space/thin", &["rule", "cost", "rewrite"]),
    (
        "src-tauri/history/src/browse",
        &[
            "preview",
            "on_disk",
            "search",
            "names",
            "deleted",
            "compare",
            "file_history",
            "line_counts",
            "sizes",
        ],
    ),
    ("src-tauri/history/src/lifecycle", &["begin", "claim", "opening"]),
    (
        "src-tauri/history/src/transfer",
        &["parts", "copying", "intention", "sizes", "stage", "settle", "detach", "attach"],
    ),
    (
        "src-tauri/history/src/watching",
        &[
            "state",
            "watch_file",
            "rules_filter",
            "last_error",
            "unread",
            "batches",
            "watched",
            "contents",
            "follow",
        ],
    ),
    (
        "src-tauri/session/src",
        &[
            "cache", "change", "record", "scan", "journal", "items", "limits", "syncing",
            "session", "transfer",
        ],
    ),
    (
        "src-tauri/usage/src",
        &["class", "tree", "scan", "questions", "saved", "samples", "duplicates"],
    ),
    ("src-tauri/usage/src/tree", &["columns", "folder"]),
    ("src-tauri/usage/src/scan", &["listing", "queue", "worker", "assemble"]),
    ("src-tauri/usage/src/questions", &["folder_view", "selection", "rebuildable"]),
    ("src-tauri/usage/src/saved", &["format", "thin", "growth", "scans"]),
    ("src-tauri/usage/src/samples", &["forecast", "file"]),
    ("src-tauri/git/src", &["repository", "reading", "writing", "remotes", "export"]),
    ("src-tauri/git/src/repository", &["errors", "opening", "commit_id", "lookup", "create"]),
    ("src-tauri/git/src/reading", &["filters", "status", "log", "diff"]),
    ("src-tauri/git/src/writing", &["commit", "checkout", "branches", "copying"]),
    (
        "src-tauri/git/src/remotes",
        &["url", "configured", "program", "refusal", "scratch_repository", "exchange"],
    ),
    (
        "src-tauri/backup/src",
        &[
            "names",
            "moments",
            "secrets",
            "snapshots",
            "destinations",
            "schedule",
            "conditions",
            "plans",
            "scheduler",
            "forgetting",
            "browsing",
            "anomaly",
            "project_backup",
            "library_copy",
            "archive_copies",
            "plan_run",
            "verification",
            "maintenance",
            "protection",
            "finding",
            "restore",
            "recovery",
            "backups",
        ],
    ),
    (
        "src-tauri/api/src",
        &[
            "base",
            "host",
            "jobs",
            "runs",
            "events",
            "settings",
            "destinations",
            "backups",
            "verification",
            "retention",
            "plans",
            "projects",
            "imports",
            "workspaces",
            "versions",
            "histories",
            "files",
            "git",
            "memory",
            "archives",
            "undoing",
            "search",
            "usage",
            "library_cleanup",
            "recovery",
            "doctor",
            "diagnostics",
            "dashboard",
            "console",
            "wire",
            "use_cases",
            "call",
            "bindings",
        ],
    ),
    (
        "src-tauri/api/src/usage",
        &[
            "wire", "key", "convert", "summary", "rebuilt", "counts", "quota", "counting",
            "resting", "showing", "overview", "trend", "growth", "findings", "freeing",
        ],
    ),
    ("src-tauri/api/src/usage/showing", &["rows", "project", "whole"]),
    (
        "src-tauri/cli/src",
        &[
            "exit_status",
            "password",
            "output",
            "session",
            "jobs",
            "repository",
            "resolve",
            "options",
            "commands",
            "arguments",
            "main",
        ],
    ),
    (
        "src-tauri/app/src",
        &[
            "state",
            "window",
            "notifications",
            "page",
            "closing",
            "tray",
            "opening",
            "launch",
            "host",
            "program",
            "main",
        ],
    ),
    (
        "src-tauri/server/src",
        &[
            "tokens",
            "live",
            "state",
            "responses",
            "requests",
            "connections",
            "auth",
            "routes",
            "server",
        ],
    ),
];

pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let check_one = |(folder, order): &(&str, &[&str])| check_order(folder, order, sources);
    ORDERS.iter().flat_map(check_one).collect()
}

fn check_order(folder: &str, order: &[&str], sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    let mut listed: Vec<&str> = Vec::new();
    let above = modules_of(&format!("{folder}/mod.rs"));
    for source in sources.iter().filter(|source| source.kind() == "rs" && source.is_production()) {
        let Some(inside) = source.path.strip_prefix(folder).and_then(|it| it.strip_prefix('/'))
        else {
            continue;
        };
        let own = inside.split(['/', '.']).next().unwrap_or_default();
        if own == "mod" || own == "lib" {
            continue;
        }
        let Some(place) = order.iter().position(|name| *name == own) else {
            breaches.push(format!("{}: {own} has no place in the order of {folder}", source.path));
            continue;
        };
        listed.push(order[place]);
        for path in paths_in(&source.text, &modules_of(&source.path)) {
            let used = path.strip_prefix(&above[..]).and_then(|rest| rest.first());
            if order[place + 1..].iter().any(|later| Some(*later) == used.map(String::as_str)) {
                let path = path.join("::");
                breaches.push(format!("{}: {own} comes before {path}, and uses it", source.path));
            }
        }
    }
    let gone = order.iter().filter(|name| !listed.contains(name));
    breaches.extend(gone.map(|name| format!("{folder}: {name} is in the order, but not there")));
    breaches
}

/// The modules that lead to a file's own, from its crate on.
fn modules_of(path: &str) -> Vec<String> {
    let inside = path.split_once("/src/").map_or(path, |(_, inside)| inside);
    let names = inside.trim_end_matches(".rs").split('/');
    names.filter(|name| !["mod", "lib"].contains(name)).map(str::to_owned).collect()
}

/// All paths of the crate that a file names before its unit tests, from the crate on.
fn paths_in(text: &str, own: &[String]) -> Vec<Vec<String>> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code: Vec<_> = text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect();
    let tokens = tokens_of(&code.join("\n"));
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let starts = ["crate", "super"].contains(&tokens[at].as_str());
        if starts && tokens.get(at + 1).is_some_and(|next| next == "::") {
            let from = if tokens[at] == "crate" { &[][..] } else { &own[..own.len().max(1) - 1] };
            at = read_path(&tokens, at + 2, from.to_vec(), &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads a path, or several in braces, that goes on from `path`; returns where it ends.
fn read_path(
    tokens: &[String],
    mut at: usize,
    mut path: Vec<String>,
    found: &mut Vec<Vec<String>>,
) -> usize {
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    let is_end = tokens[at] == ",";
                    at = if is_end { at + 1 } else { read_path(tokens, at, path.clone(), found) };
                }
                return at + 1;
            }
            "super" => drop(path.pop()),
            name if name.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                path.push(name.to_owned());
            }
            _ => return at + 1,
        }
        at += 1;
        match tokens.get(at).map(String::as_str) {
            Some("::") => at += 1,
            Some("as") => {
                at += 2;
                break;
            }
            _ => break,
        }
    }
    found.push(path);
    at
}

/// Words, double colons, and all other characters each by itself.
fn tokens_of(code: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut characters = code.chars().peekable();
    while let Some(c) = characters.next() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            tokens.push(std::mem::take(&mut word));
        }
        match c {
            ':' if characters.next_if_eq(&':').is_some() => tokens.push("::".to_owned()),
            c if c.is_whitespace() => {}
            c => tokens.push(c.to_string()),
        }
    }
    tokens.extend((!word.is_empty()).then_some(word));
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches_of(files: &[(&str, &str)]) -> Vec<String> {
        let source = |(path, text): &(&str, &str)| Source {
            path: format!("src-tauri/x/src/{path}"),
            text: (*text).to_owned(),
        };
        let sources: Vec<_> = files.iter().map(source).collect();
        check_order("src-tauri/x/src", &["low", "high"], &sources)
    }

    #[test]
    fn what_comes_later_is_not_used() {
        let high = ("high/mod.rs", "use crate::low::A;\nmod part;\n");
        let wrong = [
            "use crate::high::B;",
            "use crate::{low::A, high::part::{C, D as E}};",
            "fn f() {\n    super::super::high::g(1);\n}",
            "use super::\n    super::{low, high};",
        ];
        for text in wrong {
            assert!(!breaches_of(&[high, ("low/part.rs", text)]).is_empty(), "{text}");
        }
        let right = [
            "use crate::low::{self, B};\nuse super::{*};\nuse super::high::C;\npub(crate) fn high() {}",
            "/// As crate::high::B.\nfn f() {}",
            "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    use crate::high::B;\n}",
        ];
        for text in right {
            assert_eq!(breaches_of(&[high, ("low/part.rs", text)]), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_order_lists_what_is_there() {
        let files = [("low.rs", ""), ("high.rs", ""), ("lib.rs", "use crate::high::B;")];
        assert_eq!(breaches_of(&files), [""; 0]);
        assert_eq!(breaches_of(&files[..1]).len(), 1);
        assert_eq!(breaches_of(&[&files[..], &[("other.rs", "")]].concat()).len(), 1);
    }
}
