//! The integration tests of a crate are one program, whose `main.rs` names every file of theirs: one
//! that it does not name is never compiled, and no tool says so.

use super::Source;

pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let program = |source: &Source| {
        let (folder, inside) = source.path.split_once("/tests/integration/")?;
        let name = inside.trim_end_matches("/mod.rs").trim_end_matches(".rs").to_owned();
        (source.kind() == "rs" && !name.contains('/')).then(|| (folder.to_owned(), name))
    };
    let mut breaches = Vec::new();
    for source in sources {
        let Some((folder, name)) = program(source) else { continue };
        let main = format!("{folder}/tests/integration/main.rs");
        let main = sources.iter().find(|other| other.path == main);
        let line = format!("mod {name};");
        if name != "main" && !main.is_some_and(|main| main.text.lines().any(|it| it == line)) {
            breaches.push(format!("{}: main.rs beside it does not name it", source.path));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_named_is_found() {
        let source = |name: &str, text: &str| Source {
            path: format!("src-tauri/x/tests/integration/{name}"),
            text: text.to_owned(),
        };
        let main = source("main.rs", "mod a;\nmod scene;\n");
        let named = [main.clone(), source("a.rs", ""), source("scene/mod.rs", "")];
        assert_eq!(check(&named), [""; 0]);
        assert_eq!(check(&[main, source("b.rs", ""), source("scene/part.rs", "")]).len(), 1);
    }
}
