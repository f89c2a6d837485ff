//! The built-in templates become projects that build and run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use undercroft_foundation::Job;
use undercroft_templates::Templates;
use undercroft_testkit::skip;

const NAMES: [&str; 3] = ["backend", "frontend", "fullstack"];

fn has_node() -> bool {
    let output = Command::new("node").arg("--version").output();
    let version = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    let major =
        version.as_deref().and_then(|text| text.trim().strip_prefix('v')?.split('.').next());
    let is_there =
        major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= 18);
    if !is_there {
        skip("Node.js 18 or newer is missing");
    }
    is_there
}

fn files_below(folder: &Path) -> BTreeSet<PathBuf> {
    let (mut found, mut waiting) = (BTreeSet::new(), vec![folder.to_owned()]);
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found
}

fn make(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("my-app");
    let templates = Templates::new(folder.path().join("templates"));
    let values = BTreeMap::from([("port".to_owned(), "4321".to_owned())]);
    let report = templates.instantiate(name, &project, &values, &Job::new()).unwrap();
    assert!(report.warnings.is_empty());
    assert_eq!(report.files, files_below(&project).len() as u64);
    (folder, project)
}

/// Starts a server on a free port, asks for each path, and returns the answers.
fn answers(project: &Path, script: &str, environment: (&str, &str), paths: &[&str]) -> Vec<String> {
    let mut command = Command::new("node");
    command.arg(script).current_dir(project).env("PORT", "0").env(environment.0, environment.1);
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit('/').next().unwrap().to_owned();
    let ask = |path: &&str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let answers = paths.iter().map(ask).collect();
    server.kill().unwrap();
    server.wait().unwrap();
    answers
}

#[test]
fn the_program_holds_every_file_of_the_repository() {
    for name in NAMES {
        let (_folder, project) = make(name);
        let source = Path::new("builtin").join(name).join("files");
        let mut expected = files_below(&source);
        assert!(expected.remove(Path::new("gitignore")));
        expected.insert(".gitignore".into());
        assert_eq!(files_below(&project), expected, "{name}");
    }
}

#[test]
fn they_are_listed_first_with_their_variables() {
    let folder = tempfile::tempdir().unwrap();
    let listed = Templates::new(folder.path().join("missing")).list().unwrap();
    let names: Vec<_> = listed.iter().map(|template| template.name.as_str()).collect();
    assert_eq!(names, NAMES);
    for template in listed {
        assert!(template.builtin && template.files > 5 && template.size_bytes > 1000);
        assert!(!template.title.is_empty() && !template.description.is_empty());
        let variables: Vec<_> = template.variables.iter().map(|each| each.name.as_str()).collect();
        assert_eq!(variables, ["description", "port"]);
    }
}

#[test]
fn no_braces_are_left_and_the_values_are_there() {
    for name in NAMES {
        let (_folder, project) = make(name);
        for file in files_below(&project) {
            let text = fs::read_to_string(project.join(&file)).unwrap();
            for variable in ["name", "port", "description"] {
                assert!(!text.contains(&format!("{{{{{variable}}}}}")), "{name}: {file:?}");
            }
        }
        let readme = fs::read_to_string(project.join("README.md")).unwrap();
        assert!(readme.starts_with("# my-app\n") && readme.contains("4321"));
    }
}

#[test]
fn their_own_tests_pass() {
    if !has_node() {
        return;
    }
    for name in NAMES {
        let (_folder, project) = make(name);
        let output = Command::new("node")
            .args(["--test"])
            .env_remove("NODE_TEST_CONTEXT")
            .current_dir(&project)
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn they_build_and_serve() {
    if !has_node() {
        return;
    }
    let none = ("UNUSED", "");
    let (_folder, backend) = make("backend");
    let told = answers(&backend, "src/main.js", none, &["/health", "/api/items", "/x"]);
    assert!(told[0].contains("200 OK") && told[0].contains("{\"status\":\"ok\"}"), "{told:?}");
    assert!(told[1].ends_with("[]") && told[2].contains("404"), "{told:?}");

    let (_folder, frontend) = make("frontend");
    let told =
        answers(&frontend, "scripts/serve.js", none, &["/", "/main.js", "/%2e%2e/package.json"]);
    assert!(told[0].contains("<h1>my-app</h1>") && told[1].contains("text/javascript"), "{told:?}");
    assert!(told[2].contains("404"), "{told:?}");

    let (_folder, fullstack) = make("fullstack");
    for project in [&frontend, &fullstack] {
        let built = Command::new("node").arg("scripts/build.js").current_dir(project).status();
        assert!(built.unwrap().success() && project.join("dist/index.html").is_file());
    }
    for environment in [none, ("WEB", "dist")] {
        let told = answers(&fullstack, "server/main.js", environment, &["/", "/api/items"]);
        assert!(told[0].contains("<h1>my-app</h1>") && told[1].ends_with("[]"), "{told:?}");
        assert_eq!(told[0].contains("./main.js"), environment == none);
    }
}
