//! Files and functions small enough to hold in the head. What is too large today is listed with
//! its size, which may only shrink.

use super::Source;

/// The most lines of a file, by kind; of Rust files, the lines before the unit tests count.
const FILE_LINES: &[(&str, usize)] =
    &[("rs", 420), ("svelte", 300), ("ts", 400), ("mjs", 400), ("css", 400)];

/// The most lines of a file of tests, of any kind: one that tells a long story may be longer.
const TEST_LINES: usize = 600;

/// The generated files, and the dictionaries, each of which is one idea at any length.
const NO_LIMIT: &[&str] = &[
    "ui/src/lib/backend/bindings.ts",
    "ui/src/lib/words/",
    "src-tauri/foundation/src/text/german/",
];

/// The most lines of a Rust function.
const FUNCTION_LINES: usize = 70;

/// Files over the limit, with the size that they may not grow beyond.
const RATCHET: &[(&str, usize)] = &[];

pub(super) fn check(source: &Source) -> Vec<String> {
    let mut breaches = Vec::new();
    let lines = source.production_lines().count();
    if let Some(limit) = limit_of(source).filter(|limit| lines > *limit) {
        breaches.push(format!("{lines} lines, {limit} are enough for one idea"));
    }
    if source.kind() == "rs" {
        for (name, lines) in functions(source).filter(|(_, lines)| *lines > FUNCTION_LINES) {
            breaches.push(format!("{name} has {lines} lines, {FUNCTION_LINES} are enough"));
        }
    }
    breaches
}

/// Finds the files of the list that shrank, whose listed size must shrink with them.
pub(super) fn check_ratchet(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for (path, size) in RATCHET {
        let lines = sources.iter().find(|source| source.path == *path);
        let lines = lines.map_or(0, |source| source.production_lines().count());
        if lines < *size {
            breaches
                .push(format!("{path}: shrank from {size} to {lines} lines; say so in RATCHET"));
        }
    }
    breaches
}

fn limit_of(source: &Source) -> Option<usize> {
    if NO_LIMIT.iter().any(|path| source.path.starts_with(path)) {
        return None;
    }
    let listed = RATCHET.iter().find(|(path, _)| *path == source.path);
    let usual = FILE_LINES.iter().find(|(kind, _)| *kind == source.kind());
    let limit = listed.or(usual).map(|(_, limit)| *limit)?;
    Some(if source.is_production() || listed.is_some() { limit } else { TEST_LINES })
}

/// Name and length of every function of a file that rustfmt has laid out.
fn functions(source: &Source) -> impl Iterator<Item = (&str, usize)> {
    let lines: Vec<&str> = source.text.lines().collect();
    let starts = (0..lines.len()).filter_map({
        let lines = lines.clone();
        move |at| function_named_in(lines[at]).map(|name| (at, name))
    });
    starts.filter_map(move |(start, name)| {
        let indent = lines[start].len() - lines[start].trim_start().len();
        let end = format!("{}}}", &lines[start][..indent]);
        let length = lines[start..].iter().position(|line| *line == end)?;
        Some((name, length + 1))
    })
}

fn function_named_in(line: &str) -> Option<&str> {
    let (before, after) = line.trim_start().split_once("fn ")?;
    let is_declaration = before.split_whitespace().all(|word| {
        ["async", "const", "unsafe", "extern"].contains(&word) || word.starts_with("pub")
    });
    // A body on the same line ends there.
    if !is_declaration || line.ends_with('}') || line.ends_with(';') {
        return None;
    }
    after.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_from_their_first_line_to_their_brace() {
        let text = "impl A {\n    pub(crate) async fn b(\n        c: u8,\n    ) {\n        d();\n    }\n\n    fn e() {}\n}\n";
        let source = Source { path: "a.rs".to_owned(), text: text.to_owned() };
        assert_eq!(functions(&source).collect::<Vec<_>>(), [("b", 5)]);
    }

    #[test]
    fn a_file_may_have_its_limit_and_not_a_line_more() {
        let source = |lines| Source { path: "a.svelte".to_owned(), text: "x\n".repeat(lines) };
        assert_eq!(check(&source(300)), Vec::<String>::new());
        assert_eq!(check(&source(301)).len(), 1);
    }
}
