//! Programming languages, by the names of files.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;

/// A file counts for no more than this, so that one generated file does not make a language.
const MOST_PER_FILE: u64 = 256 * 1024;
/// The most languages that a project has.
const MOST_LANGUAGES: usize = 8;
/// The least share of a language, in one part of so many.
const LEAST_SHARE: u64 = 100;

#[derive(Default)]
pub(super) struct Tally {
    bytes: HashMap<&'static str, u64>,
}

impl Tally {
    pub(super) fn take(&mut self, name: &OsStr, size: u64) {
        if let Some(language) = language_of(name) {
            // Even an empty file says which language somebody means to write.
            *self.bytes.entry(language).or_default() += size.clamp(1, MOST_PER_FILE);
        }
    }

    /// The languages with their share or more, the most used first.
    pub(super) fn into_languages(self) -> Vec<String> {
        let total: u64 = self.bytes.values().sum();
        let mut found: Vec<_> =
            self.bytes.into_iter().filter(|(_, bytes)| bytes * LEAST_SHARE >= total).collect();
        found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        found.into_iter().take(MOST_LANGUAGES).map(|(name, _)| name.to_owned()).collect()
    }
}

fn language_of(name: &OsStr) -> Option<&'static str> {
    let text = name.to_str()?;
    match text {
        "Makefile" | "makefile" | "GNUmakefile" => Some("Makefile"),
        "Dockerfile" | "Containerfile" => Some("Dockerfile"),
        "CMakeLists.txt" => Some("CMake"),
        "Rakefile" | "Gemfile" => Some("Ruby"),
        // Made by a program from what somebody wrote.
        _ if text.ends_with(".min.js") || text.ends_with(".min.css") => None,
        _ => of_extension(&Path::new(name).extension()?.to_str()?.to_ascii_lowercase()),
    }
}

fn of_extension(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "rs" => "Rust",
        "c" | "h" => "C",
        "cc" | "cpp" | "cxx" | "hpp" | "hh" | "hxx" => "C++",
        "s" | "asm" => "Assembly",
        "go" => "Go",
        "py" | "pyi" | "pyx" => "Python",
        "ipynb" => "Jupyter Notebook",
        "js" | "mjs" | "cjs" | "jsx" => "JavaScript",
        "ts" | "mts" | "cts" | "tsx" => "TypeScript",
        "svelte" => "Svelte",
        "vue" => "Vue",
        "astro" => "Astro",
        "java" => "Java",
        "kt" | "kts" => "Kotlin",
        "scala" | "sc" => "Scala",
        "groovy" | "gradle" => "Groovy",
        "clj" | "cljs" | "cljc" => "Clojure",
        "cs" => "C#",
        "fs" | "fsx" => "F#",
        "vb" => "Visual Basic",
        "swift" => "Swift",
        "m" | "mm" => "Objective-C",
        "rb" => "Ruby",
        "php" => "PHP",
        "pl" | "pm" => "Perl",
        "lua" => "Lua",
        "r" => "R",
        "jl" => "Julia",
        "dart" => "Dart",
        "ex" | "exs" => "Elixir",
        "erl" | "hrl" => "Erlang",
        "hs" => "Haskell",
        "ml" | "mli" => "OCaml",
        "elm" => "Elm",
        "zig" => "Zig",
        "nim" => "Nim",
        "v" | "sv" => "Verilog",
        "vhd" | "vhdl" => "VHDL",
        "f" | "f90" | "f95" => "Fortran",
        "cob" | "cbl" => "COBOL",
        "pas" => "Pascal",
        "adb" | "ads" => "Ada",
        "lisp" | "lsp" | "el" => "Lisp",
        "scm" | "rkt" => "Scheme",
        "sh" | "bash" | "zsh" | "fish" => "Shell",
        "ps1" | "psm1" => "PowerShell",
        "bat" | "cmd" => "Batch",
        "sql" => "SQL",
        "html" | "htm" => "HTML",
        "css" => "CSS",
        "scss" | "sass" | "less" => "Sass",
        "tf" | "hcl" => "HCL",
        "nix" => "Nix",
        "proto" => "Protocol Buffers",
        "graphql" | "gql" => "GraphQL",
        "glsl" | "vert" | "frag" | "wgsl" => "Shader",
        "tex" => "TeX",
        "sol" => "Solidity",
        "cmake" => "CMake",
        "gd" => "GDScript",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_used_comes_first_and_crumbs_do_not_count() {
        let mut tally = Tally::default();
        tally.take(OsStr::new("a.rs"), 100_000);
        tally.take(OsStr::new("b.PY"), 200_000);
        tally.take(OsStr::new("c.sh"), 10);
        tally.take(OsStr::new("notes.txt"), 1_000_000);
        assert_eq!(tally.into_languages(), ["Python", "Rust"]);
        let mut empty = Tally::default();
        empty.take(OsStr::new("main.go"), 0);
        assert_eq!(empty.into_languages(), ["Go"]);
    }
}
