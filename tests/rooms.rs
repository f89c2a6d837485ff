//! The borders of the rooms: who may use whom, which room alone may use which outside crate, and
//! what no program of ours may contain. `ARCHITECTURE.md` says why.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "these are tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

const PREFIX: &str = "undercroft-";

/// Each room, from the ground up, and the rooms it may use: none that is named after it.
const ROOMS: &[(&str, &[&str])] = &[
    ("foundation", &[]),
    ("watch", &["foundation"]),
    ("providers", &["foundation"]),
    ("repository", &["foundation", "providers"]),
    ("library", &["foundation", "providers", "repository"]),
    ("backup", &["foundation", "providers", "repository", "library"]),
    ("history", &["foundation", "watch", "providers", "repository", "library"]),
    ("git", &["foundation"]),
    ("session", &["foundation"]),
    ("usage", &["foundation"]),
    ("templates", &["foundation"]),
    ("archive", &["foundation", "library"]),
    (
        "api",
        &[
            "foundation",
            "providers",
            "repository",
            "library",
            "backup",
            "history",
            "git",
            "session",
            "usage",
            "templates",
            "archive",
        ],
    ),
    ("server", &["foundation", "api"]),
    // `undercroft repo` works on repositories without a library, and `serve` starts the server.
    ("cli", &["foundation", "providers", "repository", "api", "server"]),
    ("desktop", &["foundation", "api"]),
    // Beside the rooms.
    ("testkit", &["foundation", "providers"]),
    ("xtask", &["foundation", "api", "cli"]),
];

/// Outside crates that only these rooms may use (a trailing `*` stands for any ending).
const FENCED: &[(&str, &[&str])] = &[
    ("tauri*", &["desktop"]),
    ("tray-icon", &["desktop"]),
    ("rusqlite", &["library", "backup", "history", "archive"]),
    ("axum*", &["server"]),
    ("hyper*", &["server"]),
    ("clap*", &["cli", "desktop", "xtask"]),
    ("indicatif", &["cli"]),
    ("rpassword", &["cli"]),
    ("specta*", &["api"]),
    ("tokio", &["api", "server", "cli", "desktop"]),
    ("git2", &["history", "git"]),
    ("notify", &["watch"]),
    ("uuid", &["foundation"]),
    ("getrandom", &["foundation"]),
    ("aes", &["repository"]),
    ("ctr", &["repository"]),
    ("poly1305", &["repository"]),
    ("scrypt", &["repository"]),
    ("zstd", &["repository", "archive", "usage"]),
    ("tar", &["archive"]),
    ("zip", &["archive"]),
    ("lzma-rust2", &["archive"]),
    ("flate2", &["archive"]),
    ("fuser", &["repository"]),
    ("reed-solomon-simd", &["repository"]),
    ("keyring", &["backup"]),
    ("croner", &["foundation", "backup"]),
    ("zbus", &["backup", "desktop"]),
];

/// Crates that none of the programs contains, at any depth.
const NOWHERE: &[&str] = &["openssl-sys", "reqwest", "tauri-plugin-shell", "tauri-plugin-http"];

/// Crates that the command line and server do without, so that they run without a desktop.
const NOT_IN_CLI: &[&str] = &["tauri", "gtk", "gtk-sys", "webkit2gtk", "webkit2gtk-sys"];

#[test]
fn every_room_uses_only_rooms_below() {
    let rooms = rooms();
    let known: BTreeSet<_> = ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(rooms.keys().cloned().collect::<BTreeSet<_>>(), known, "a room is not in the list");
    let mut wrong = Vec::new();
    for (room, allowed) in ROOMS {
        for edge in &rooms[*room] {
            let Some(used) = edge.name.strip_prefix(PREFIX) else { continue };
            let in_tests = edge.is_dev && used == "testkit";
            if !in_tests && !allowed.contains(&used) {
                wrong.push(format!("{room} uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "dependencies point only downward: {wrong:#?}");
}

#[test]
fn the_list_of_rooms_itself_points_only_downward() {
    for (at, (room, allowed)) in ROOMS.iter().enumerate() {
        for used in *allowed {
            let below = ROOMS[..at].iter().any(|(name, _)| name == used);
            assert!(below, "{room} may use {used}, which is not below it");
        }
    }
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for (room, edges) in rooms() {
        for edge in edges.iter().filter(|edge| !edge.is_dev) {
            let fence = FENCED.iter().find(|(pattern, _)| matches(pattern, &edge.name));
            if fence.is_some_and(|(_, allowed)| !allowed.contains(&room.as_str())) {
                wrong.push(format!("{room} uses {}", edge.name));
            }
        }
    }
    assert!(wrong.is_empty(), "these belong to other rooms: {wrong:#?}");
}

#[test]
fn the_programs_contain_nothing_that_phones_and_the_command_line_no_window() {
    let graph = Graph::of(&metadata(&["--locked", "--offline", "--all-features"]));
    let window = graph.all_below("undercroft-desktop");
    let command_line = graph.all_below("undercroft-cli");
    assert!(window.contains("tauri") && command_line.contains("rusqlite"), "the graph is whole");
    for name in NOWHERE {
        assert!(!window.contains(*name) && !command_line.contains(*name), "{name} crept in");
    }
    for name in NOT_IN_CLI {
        assert!(!command_line.contains(*name), "the command line needs {name}");
    }
}

/// One dependency that a manifest names.
struct Edge {
    name: String,
    is_dev: bool,
}

/// Each room of the workspace with what its manifest depends on.
fn rooms() -> BTreeMap<String, Vec<Edge>> {
    let metadata = metadata(&["--no-deps"]);
    let packages = metadata["packages"].as_array().expect("metadata lists packages");
    packages.iter().map(|package| (room_of(package), edges_of(package))).collect()
}

fn room_of(package: &Value) -> String {
    let name = text(&package["name"]);
    name.strip_prefix(PREFIX).unwrap_or_else(|| panic!("{name} has no prefix")).to_owned()
}

fn edges_of(package: &Value) -> Vec<Edge> {
    let edges = package["dependencies"].as_array().expect("a package lists dependencies");
    let edge = |edge: &Value| Edge { name: text(&edge["name"]), is_dev: edge["kind"] == "dev" };
    edges.iter().map(edge).collect()
}

/// The crates that are linked into a program by each other, outside tests and build scripts.
struct Graph {
    names: BTreeMap<String, String>,
    below: BTreeMap<String, Vec<String>>,
}

impl Graph {
    fn of(metadata: &Value) -> Self {
        let packages = metadata["packages"].as_array().expect("metadata lists packages");
        let nodes = metadata["resolve"]["nodes"].as_array().expect("metadata has a graph");
        let name = |package: &Value| (text(&package["id"]), text(&package["name"]));
        let below = |node: &Value| {
            let edges = node["deps"].as_array().expect("a node has edges");
            let linked = edges.iter().filter(|edge| is_linked(edge));
            (text(&node["id"]), linked.map(|edge| text(&edge["pkg"])).collect())
        };
        Self {
            names: packages.iter().map(name).collect(),
            below: nodes.iter().map(below).collect(),
        }
    }

    fn all_below(&self, program: &str) -> BTreeSet<&str> {
        let mut open: Vec<_> = self.names.iter().filter(|(_, name)| *name == program).collect();
        let mut seen = BTreeSet::new();
        let mut names = BTreeSet::new();
        while let Some((id, name)) = open.pop() {
            if seen.insert(id) {
                names.insert(name.as_str());
                let below = self.below.get(id).into_iter().flatten();
                open.extend(below.filter_map(|id| self.names.get_key_value(id)));
            }
        }
        names
    }
}

fn is_linked(edge: &Value) -> bool {
    let kinds = edge["dep_kinds"].as_array().expect("an edge has kinds");
    kinds.iter().any(|kind| kind["kind"].is_null())
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

fn metadata(arguments: &[&str]) -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version",
            "1",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .args(arguments)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo prints JSON")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
