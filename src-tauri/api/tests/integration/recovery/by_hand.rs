//! The library comes back with stock tools, by the very commands that the manual gives.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use undercroft_testkit::{Compare, tree_differences};

use super::scene::{PASSWORD, Rooms, Scene, rooms};

const MANUAL: &str = "../../docs/restore-without-undercroft.md";

/// The commands below a heading of the manual.
fn commands(heading: &str) -> String {
    let manual = fs::read_to_string(MANUAL).unwrap();
    let (_, section) = manual.split_once(&format!("\n## {heading}\n")).unwrap();
    let (_, block) = section.split_once("```sh\n").unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

/// Puts in what the user knows; what is not in the manual any more fails the test.
fn fill_in(commands: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(commands.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "no {from:?} in {text}");
        text.replace(from, to)
    })
}

/// A user who types into a shell, on a machine that never had Undercroft.
fn type_in(folder: &Path, script: &str) {
    let home = folder.join("home");
    fs::create_dir_all(&home).unwrap();
    let output = Command::new("bash")
        .args(["-c", &format!("set -eu\n{script}")])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home)
        .env("RESTIC_PASSWORD", PASSWORD)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{script}\n{output:?}");
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    let here = folders.iter().find(|path| path.file_name().unwrap() == name).cloned();
    here.or_else(|| folders.iter().find_map(|path| find(path, name)))
}

#[test]
fn stock_tools_bring_the_library_back_as_the_manual_says() {
    let scene = Scene::new();
    let id = {
        let Rooms { library, .. } = rooms(&scene.path("library"), &scene.path("config"));
        library.id().unwrap().to_string()
    };
    scene.burn();
    let drive = scene.path("drive/backups");
    for project in &scene.projects {
        let project = project.to_string();
        let hands = scene.path(&format!("by hand {project}"));
        fs::create_dir(&hands).unwrap();
        let drive = drive.to_str().unwrap();
        let whole = fill_in(
            &commands("The whole library"),
            &[("/mnt/disk/backups", drive), ("library:ID", &format!("library:{id}"))],
        );
        type_in(&hands, &format!("PROJECT={project}\n{whole}"));

        // "The library is in `restored`, below the path that `snapshots` shows".
        let history = find(&hands.join("restored"), "history").unwrap();
        let library = history.parent().unwrap();
        for there in ["catalog.db", "settings.toml", "plans.json"] {
            assert!(library.join(there).exists(), "{there}");
        }
        assert!(library.join("projects").join(&project).join("metadata.json").is_file());

        let quoted = format!("LIBRARY='{}'", library.display());
        let version = commands("A version of a project");
        // "Where the steps above open `$LIBRARY/objects`, copy `objects/lfs` instead".
        let (before, from_objects) = version.split_once("restic -r $LIBRARY/objects").unwrap();
        let (_, after) = from_objects.split_once("rebuilt/.git\n").unwrap();
        let steps = format!("{before}cp -r objects/lfs rebuilt/.git/\n{after}");
        let steps = steps.replace("$LIBRARY/", "\"$LIBRARY\"/");
        let known = [("LIBRARY=~/.local/share/undercroft", quoted.as_str()), ("PROJECT=…", "#")];
        type_in(&hands, &format!("PROJECT={project}\n{}", fill_in(&steps, &known)));

        let rebuilt = hands.join("rebuilt");
        fs::remove_dir_all(rebuilt.join(".git")).unwrap();
        fs::remove_dir_all(rebuilt.join(".undercroft")).unwrap();
        let name = if *scene.projects[0].to_string() == *project { "one" } else { "two" };
        let was = scene.path("before-work").join(name);
        let mut differences = tree_differences(&was, &rebuilt, Compare::CONTENT);
        // A project's own git is in its backups, not in its versions.
        differences.retain(|it| it != "./.git is missing");
        assert!(name == "one" || rebuilt.join("src/later.rs").is_file(), "it is not the newest");
        assert!(differences.is_empty(), "{name}: {differences:?}");
    }
}
