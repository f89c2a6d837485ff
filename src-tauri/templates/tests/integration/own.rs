//! The user's own templates: made of a project, used, and removed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use undercroft_foundation::{Code, Error, Job};
use undercroft_templates::{Report, Template, Templates};
use undercroft_testkit::write_file;

struct Scene {
    folder: tempfile::TempDir,
    templates: Templates,
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let templates = Templates::new(folder.path().join("library/templates"));
        Self { folder, templates }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn template(&self, name: &str, manifest: &str, files: &[(&str, &str)]) {
        let folder = self.path("library/templates").join(name);
        write_file(folder.join("template.toml"), manifest);
        for (file, content) in files {
            write_file(folder.join("files").join(file), content);
        }
    }

    fn make(&self, name: &str, variables: &[(&str, &str)]) -> Result<Template, Error> {
        let leave_out = |path: &Path, is_folder: bool| {
            is_folder && path.ends_with("node_modules") || path == Path::new(".env")
        };
        let project = self.path("project");
        let variables = values(variables);
        self.templates.make(name, "Title", "Text", &project, &variables, &leave_out, &Job::new())
    }

    fn instantiate(&self, name: &str, given: &[(&str, &str)]) -> Result<Report, Error> {
        let outcome =
            self.templates.instantiate(name, &self.path("new"), &values(given), &Job::new());
        assert_eq!(self.path("new").exists(), outcome.is_ok());
        for folder in [self.folder.path(), &self.path("library/templates")] {
            let hidden = fs::read_dir(folder).into_iter().flatten().filter(|entry| {
                entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.')
            });
            assert_eq!(hidden.count(), 0);
        }
        outcome
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path("new").join(name)).unwrap()
    }
}

const MANIFEST: &str =
    "title = \"Own\"\n[[variables]]\nname = \"who\"\nprompt = \"Who?\"\ndefault = \"me\"\n";

#[test]
fn variables_are_replaced_in_texts_and_file_names() {
    let scene = Scene::new();
    let text = "{{name}} {{who}} {{ who }} {{unknown}} {{{who}}} {{who";
    scene.template("own", MANIFEST, &[("src/{{who}}-{{x}}.txt", text), ("{{name}}/a", "a")]);
    write_file(scene.path("library/templates/own/files/binary"), b"\0{{who}}");
    let report = scene.instantiate("own", &[("who", "{{name}}")]).unwrap();
    assert_eq!((report.files, report.warnings.len()), (3, 0));
    // What was put in is not looked at again.
    let name = "src/{{name}}-{{x}}.txt";
    assert_eq!(scene.read(name), "new {{name}} {{ who }} {{unknown}} {{{name}}} {{who");
    assert_eq!((scene.read("new/a").as_str(), scene.read("binary").as_str()), ("a", "\0{{who}}"));
}

#[test]
fn values_may_not_lead_out_of_the_folder() {
    let scene = Scene::new();
    scene.template("own", MANIFEST, &[("{{who}}", "x")]);
    for value in ["../x", "a/b", "..", ".", "", "a\\b", "a\0b", ".git", &"x".repeat(256)] {
        let error = scene.instantiate("own", &[("who", value)]).unwrap_err();
        assert_eq!(error.code(), Code::Invalid, "{value}");
    }
    scene.template("two", MANIFEST, &[("{{who}}", "x"), ("same", "y")]);
    assert_eq!(scene.instantiate("two", &[("who", "same")]).unwrap_err().code(), Code::Invalid);
    assert_eq!(scene.instantiate("two", &[("other", "x")]).unwrap_err().code(), Code::Invalid);
    // In contents a value is text like any other.
    scene.template("text", MANIFEST, &[("file", "{{who}}")]);
    scene.instantiate("text", &[("who", "../x")]).unwrap();
    assert_eq!(scene.read("file"), "../x");
}

#[test]
fn a_template_is_made_of_a_project_and_becomes_one_again() {
    let scene = Scene::new();
    let project = scene.path("project");
    write_file(project.join("acme-shop/acme.js"), "// acme-shop by Acme, not acme\n");
    write_file(project.join("run.sh"), "#!/bin/sh\n");
    fs::set_permissions(project.join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    write_file(project.join(".git/config"), "secret");
    write_file(project.join("sub/.git"), "gitdir: elsewhere");
    write_file(project.join("node_modules/x/index.js"), "x");
    write_file(project.join(".env"), "PASSWORD=1");
    symlink("acme-shop/acme.js", project.join("inside")).unwrap();
    symlink("/etc/passwd", project.join("absolute")).unwrap();
    symlink("../outside", project.join("outside")).unwrap();
    symlink("acme-shop/../../x", project.join("devious")).unwrap();
    let made = scene.make("shop", &[("name", "acme-shop"), ("brand", "acme")]).unwrap();
    assert_eq!((made.files, made.builtin, made.title.as_str()), (3, false, "Title"));
    assert_eq!(made.variables.len(), 1);
    assert_eq!(made.variables[0].default, "acme");
    assert_eq!(scene.templates.list().unwrap().last(), Some(&made));
    scene.instantiate("shop", &[("brand", "nova")]).unwrap();
    assert_eq!(scene.read("new/nova.js"), "// new by Acme, not nova\n");
    assert_eq!(fs::read_link(scene.path("new/inside")).unwrap(), Path::new("new/nova.js"));
    let mode = fs::metadata(scene.path("new/run.sh")).unwrap().permissions().mode();
    assert_ne!(mode & 0o100, 0);
    for name in [".git", "sub/.git", "node_modules", ".env", "absolute", "outside", "devious"] {
        assert!(fs::symlink_metadata(scene.path("new").join(name)).is_err(), "{name}");
    }
}

#[test]
fn names_are_checked_and_nothing_is_replaced() {
    let scene = Scene::new();
    write_file(scene.path("project/a"), "a");
    for name in ["", ".", "..", "a/b", "../x", ".hidden", "a b", &"x".repeat(65)] {
        assert_eq!(scene.make(name, &[]).unwrap_err().code(), Code::Invalid, "{name}");
        assert!(scene.templates.remove(name).is_err(), "{name}");
        assert!(scene.instantiate(name, &[]).is_err(), "{name}");
    }
    assert_eq!(scene.make("x", &[("Bad", "a")]).unwrap_err().code(), Code::Invalid);
    assert_eq!(scene.make("x", &[("good", "")]).unwrap_err().code(), Code::Invalid);
    assert_eq!(scene.make("backend", &[]).unwrap_err().code(), Code::AlreadyExists);
    scene.make("x", &[]).unwrap();
    assert_eq!(scene.make("x", &[]).unwrap_err().code(), Code::AlreadyExists);
    assert_eq!(scene.templates.remove("backend").unwrap_err().code(), Code::Invalid);
    assert_eq!(scene.templates.remove("unknown").unwrap_err().code(), Code::NotFound);
    scene.templates.remove("x").unwrap();
    assert_eq!(scene.templates.list().unwrap().len(), 3);
    assert_eq!(scene.instantiate("x", &[]).unwrap_err().code(), Code::NotFound);
}

#[test]
fn a_target_that_is_there_and_a_cancelled_job_change_nothing() {
    let scene = Scene::new();
    write_file(scene.path("project/a"), "a");
    let none = BTreeMap::new();
    let target = scene.path("project");
    let error = scene.templates.instantiate("backend", &target, &none, &Job::new()).unwrap_err();
    assert_eq!(error.code(), Code::AlreadyExists);
    let job = Job::new();
    job.cancel();
    scene.make("own", &[]).unwrap();
    for name in ["backend", "own"] {
        let error = scene.templates.instantiate(name, &scene.path("z"), &none, &job).unwrap_err();
        assert_eq!((error.code(), scene.path("z").exists()), (Code::Cancelled, false));
    }
    let leave = |_: &Path, _: bool| false;
    let error = scene.templates.make("y", "", "", &target, &none, &leave, &job).unwrap_err();
    assert_eq!(error.code(), Code::Cancelled);
    assert_eq!(scene.templates.list().unwrap().len(), 4);
}

#[test]
fn a_damaged_description_hides_one_template_alone() {
    let scene = Scene::new();
    scene.template("broken", "title = ", &[]);
    scene.template("doubled", &format!("{MANIFEST}{}", &MANIFEST[14..]), &[("a", "a")]);
    scene.template("reserved", &MANIFEST.replace("who", "name"), &[("a", "a")]);
    scene.template("fine", MANIFEST, &[("a", "a")]);
    scene.template("backend", MANIFEST, &[("a", "a")]);
    let listed = scene.templates.list().unwrap();
    let names: Vec<_> = listed.iter().map(|template| template.name.as_str()).collect();
    assert_eq!(names, ["backend", "frontend", "fullstack", "fine"]);
    assert!(listed[0].builtin);
    let error = scene.instantiate("broken", &[]).unwrap_err();
    assert!(error.why_text().contains("template.toml"), "{error}");
}

#[test]
fn a_folder_is_not_copied_into_itself() {
    let scene = Scene::new();
    write_file(scene.path("library/a"), "a");
    let leave = |_: &Path, _: bool| false;
    let (none, job) = (BTreeMap::new(), Job::new());
    let error =
        scene.templates.make("y", "", "", &scene.path("library"), &none, &leave, &job).unwrap_err();
    assert_eq!(error.code(), Code::Invalid);
}

#[test]
fn braces_that_are_there_already_are_told() {
    let scene = Scene::new();
    write_file(scene.path("project/page.html"), "<p>{{user}} acme</p>");
    let (job, leave) = (Job::new(), |_: &Path, _: bool| false);
    let variables = values(&[("user", "acme")]);
    scene.templates.make("y", "", "", &scene.path("project"), &variables, &leave, &job).unwrap();
    assert_eq!(job.warnings()[0].item, "page.html");
}
