//! Projects that are imported, made from templates, and copied.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use undercroft_api::wire::ErrorCode;
use undercroft_testkit::{ProjectKind, assert_same_tree, project_tree, write_file, zip_of};

use crate::stage::Stage;

fn tar(folder: &Path, arguments: &[&str]) {
    let status = Command::new("tar").current_dir(folder).args(arguments).status().unwrap();
    assert!(status.success(), "{arguments:?}");
}

impl Stage {
    fn imported(&self, place: &str, more: &[(&str, Value)]) -> Value {
        let mut request = json!({"place": self.place(place)});
        for (key, value) in more {
            request[*key] = value.clone();
        }
        self.run("project_import", request)
    }

    fn project(&self, name: &str) -> Value {
        self.ask("project_show", json!({"project": name}))["project"].clone()
    }

    /// The entries of the library's folder of projects.
    fn in_library(&self) -> usize {
        fs::read_dir(self.path("library/projects")).map_or(0, Iterator::count)
    }
}

#[test]
fn each_kind_of_archive_and_a_folder_become_projects_with_a_version() {
    let stage = Stage::new();
    project_tree(stage.path("sample"), ProjectKind::Rust, 1, 5);
    symlink("/elsewhere", stage.path("sample/link")).unwrap();
    fs::set_permissions(stage.path("sample/Cargo.toml"), fs::Permissions::from_mode(0o640))
        .unwrap();
    for (option, ending) in [("", "tar"), ("-z", "tar.gz"), ("-J", "tar.xz"), ("--zstd", "tar.zst")]
    {
        let name = format!("packed-{}.{ending}", ending.len());
        let mut arguments = vec!["-cf", &name, "--exclude=link", "sample"];
        arguments.extend(Some(option).filter(|option| !option.is_empty()));
        tar(&stage.path(""), &arguments);
        let look = stage.ask("import_look", json!({"place": stage.place(&name)}));
        assert_eq!((&look["name"], &look["refusal"]), (&json!("sample"), &json!(null)), "{look}");
        let title = format!("of {ending}");
        let done = stage.imported(&name, &[("name", json!(title))]);
        assert_eq!(done["state"], "succeeded", "{done}");
        let project = stage.project(&title);
        assert_eq!((&project["managed"], &project["present"]), (&json!(true), &json!(true)));
        let versions = stage.ask("version_list", json!({"workspace": title, "limit": 5}));
        assert_eq!(versions.as_array().unwrap().len(), 1, "{versions}");
        let root = project["path"].as_str().unwrap();
        assert!(fs::read(Path::new(root).join("Cargo.toml")).is_ok());
    }
    write_file(stage.path("small.zip"), zip_of(&[("top/read.me", b"hello")]));
    let done = stage.imported("small.zip", &[("tags", json!(["new"]))]);
    assert_eq!(done["state"], "succeeded", "{done}");
    let project = stage.project("top");
    assert_eq!((&project["files"], &project["tags"]), (&json!(1), &json!(["new"])), "{project}");

    let look = stage.ask("import_look", json!({"place": stage.place("sample")}));
    assert_eq!((&look["format"], &look["name"]), (&json!("folder"), &json!("sample")));
    let done = stage.imported("sample", &[]);
    assert_eq!(done["state"], "succeeded", "{done}");
    let project = stage.project("sample");
    assert_same_tree(stage.path("sample"), project["path"].as_str().unwrap());
    assert!(project["lastChange"].is_string(), "{project}");
}

#[test]
fn an_import_beside_other_folders_overwrites_nothing() {
    let stage = Stage::new();
    write_file(stage.path("sample/file"), "new");
    write_file(stage.path("work/sample/file"), "old");
    for _ in 0..2 {
        let done = stage.imported("sample", &[("target", stage.place("work"))]);
        assert_eq!(done["state"], "succeeded", "{done}");
    }
    let read = |name: &str| fs::read_to_string(stage.path(name)).unwrap();
    assert_eq!(read("work/sample/file"), "old");
    assert_eq!(
        (read("work/sample 2/file"), read("work/sample 3/file")),
        ("new".into(), "new".into())
    );
    let in_library = json!({"place": stage.place("sample"), "target": stage.place("library")});
    assert_eq!(stage.refused("project_import", in_library).code, ErrorCode::Invalid);
    let nowhere = json!({"place": stage.place("sample"), "target": stage.place("none")});
    assert_eq!(stage.refused("project_import", nowhere).code, ErrorCode::NotFound);
    let into_itself = stage.imported("work", &[("target", stage.place("work"))]);
    assert_eq!(into_itself["outcome"]["error"]["code"], "invalid", "{into_itself}");
    assert_eq!(fs::read_dir(stage.path("work")).unwrap().count(), 3);
}

#[test]
fn hostile_archives_are_refused_and_leave_nothing() {
    let stage = Stage::new();
    write_file(stage.path("sample/file"), vec![7; 50_000]);
    fs::File::create(stage.path("sample/zeros")).unwrap().set_len(150_000_000).unwrap();
    tar(&stage.path(""), &["-cf", "bomb.tar.zst", "--zstd", "sample/zeros"]);
    tar(&stage.path(""), &["-czf", "whole.tar.gz", "sample/file"]);
    let whole = fs::read(stage.path("whole.tar.gz")).unwrap();
    write_file(stage.path("cut.tar.gz"), &whole[..whole.len() - 40]);
    write_file(stage.path("text.tar"), "no archive at all");
    for (name, code) in
        [("bomb.tar.zst", "invalid"), ("cut.tar.gz", "damaged"), ("text.tar", "invalid")]
    {
        let before = stage.in_library();
        let done = stage.imported(name, &[]);
        assert_eq!(done["outcome"]["error"]["code"], code, "{done}");
        assert_eq!(stage.in_library(), before, "{name}");
        fs::create_dir_all(stage.path("work")).unwrap();
        let done = stage.imported(name, &[("target", stage.place("work"))]);
        assert_eq!(done["outcome"]["error"]["code"], code, "{done}");
        assert_eq!(fs::read_dir(stage.path("work")).unwrap().count(), 0, "{name}");
    }
    assert_eq!(stage.ask("project_list", json!({})), json!([]));
    let look = stage.ask("import_look", json!({"place": stage.place("text.tar")}));
    assert!(look["refusal"].is_string(), "{look}");

    // Names that lead out are left out, and told.
    tar(&stage.path("sample"), &["-cPf", "../out.tar", "--transform=s,^file,../../out,", "file"]);
    let look = stage.ask("import_look", json!({"place": stage.place("out.tar")}));
    let told = !look["refusal"].is_null() || !look["warnings"].as_array().unwrap().is_empty();
    assert!(told, "{look}");
    stage.imported("out.tar", &[]);
    assert!(!stage.path("library/projects/out").exists() && !stage.path("library/out").exists());
}

#[test]
fn a_project_beyond_the_limits_is_refused_with_the_setting() {
    let stage = Stage::new();
    fs::create_dir(stage.path("large")).unwrap();
    fs::File::create(stage.path("large/hole")).unwrap().set_len(1_200_000_000).unwrap();
    for setting in ["quota-gb", "project-limit-gb"] {
        stage.ask("settings_change", json!({"set": {setting: "1"}}));
        let look = stage.ask("import_look", json!({"place": stage.place("large")}));
        assert!(look["refusal"].as_str().unwrap().contains(setting), "{look}");
        let done = stage.imported("large", &[]);
        let error = &done["outcome"]["error"];
        assert_eq!(error["code"], "invalid", "{done}");
        assert!(error.to_string().contains(setting), "{done}");
        assert_eq!(stage.in_library(), 0);
        stage.ask("settings_change", json!({"set": {setting: null}}));
    }
}

#[test]
fn projects_are_created_empty_and_from_templates_that_are_made_and_removed() {
    let stage = Stage::new();
    let done = stage.run("project_create", json!({"name": "Empty", "tags": ["a"]}));
    assert_eq!(done["state"], "succeeded", "{done}");
    assert_eq!(stage.project("Empty")["files"], 0);
    assert_eq!(done["project"], stage.project("Empty")["id"], "{done}");

    write_file(stage.path("seed/main.txt"), "port 4711 of vault");
    write_file(stage.path("seed/.env"), "SECRET=1");
    write_file(stage.path("seed/.git/HEAD"), "ref: refs/heads/main");
    stage.ask("project_add", json!({"place": stage.place("seed")}));
    let made = stage.ask(
        "template_make",
        json!({"project": "seed", "name": "service", "description": "A service",
               "variables": {"port": "4711", "name": "vault"}}),
    );
    assert_eq!((&made["builtin"], &made["files"]), (&json!(false), &json!(1)), "{made}");
    let all = stage.ask("template_list", json!({}));
    let names: Vec<_> = all.as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert!(names.len() > 1 && names.contains(&json!("service")), "{all}");
    let request = json!({"name": "My shop", "template": "service", "values": {"port": "80"}});
    let done = stage.run("project_create", request);
    assert_eq!(done["state"], "succeeded", "{done}");
    let root = stage.project("My shop")["path"].as_str().unwrap().to_owned();
    assert_eq!(
        fs::read_to_string(Path::new(&root).join("main.txt")).unwrap(),
        "port 80 of My shop"
    );
    let versions = stage.ask("version_list", json!({"workspace": "My shop", "limit": 5}));
    assert_eq!(versions.as_array().unwrap().len(), 1);

    let builtin = names.iter().find(|name| **name != "service").unwrap();
    let refused = stage.refused("template_remove", json!({"template": builtin}));
    assert_eq!(refused.code, ErrorCode::Invalid);
    stage.ask("template_remove", json!({"template": "service"}));
    let gone = json!({"name": "x", "template": "service"});
    assert_eq!(stage.refused("project_create", gone).code, ErrorCode::NotFound);
    assert_eq!(stage.refused("project_create", json!({"name": " "})).code, ErrorCode::Invalid);
}

#[test]
fn a_project_in_use_is_copied_beside_what_is_there() {
    let stage = Stage::new();
    project_tree(stage.path("sample"), ProjectKind::Python, 1, 5);
    symlink("/elsewhere", stage.path("sample/link")).unwrap();
    stage.ask("project_add", json!({"place": stage.place("sample")}));
    fs::create_dir(stage.path("out")).unwrap();
    for copy in ["out/sample", "out/sample 2"] {
        let request = json!({"project": "sample", "place": stage.place("out")});
        let done = stage.run("project_extract", request);
        assert_eq!(done["state"], "succeeded", "{done}");
        assert_same_tree(stage.path("sample"), stage.path(copy));
    }
    let into = json!({"project": "sample", "place": stage.place("sample")});
    let done = stage.run("project_extract", into);
    assert_eq!(done["outcome"]["error"]["code"], "invalid", "{done}");
}
