//! Projects: which folders can be one, what one can do with them, how they are found.

use crate::support;

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use support::{Home, add};
use undercroft_foundation::{Code, Error, Job};
use undercroft_library::{
    AddProject, Library, OccupiedFolder, Project, ProjectFilter, ProjectKind, ProjectStatus,
};

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn names(library: &Library, filter: &ProjectFilter) -> Vec<String> {
    library.projects().list(filter).unwrap().into_iter().map(|project| project.name).collect()
}

fn metadata(library: &Library, project: &Project) -> serde_json::Value {
    let path = library.projects().folder_of(project.id).join("metadata.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn refused(result: undercroft_foundation::Result<Project>, code: Code, why: &str) -> Error {
    let error = result.unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(error.why_text().contains(why), "{error}");
    error
}

#[test]
fn a_folder_becomes_a_project_with_its_metadata_beside() {
    let home = Home::new();
    let library = home.open();
    let path = home.work("notes");
    let request = AddProject {
        path: path.join("../notes"),
        tags: strings(&["b", "a", "b"]),
        ..AddProject::default()
    };
    let project = library.projects().add_linked(&request).unwrap();
    assert_eq!(project.name, "notes");
    assert_eq!(project.root, path);
    assert_eq!(project.tags, ["a", "b"]);
    assert_eq!(project.languages, ["Rust"]);
    assert_eq!(project.status, ProjectStatus::Active);
    assert_eq!(project.counted, None);
    assert!(project.is_present());
    assert_eq!(home.open().projects().get(project.id).unwrap(), project);
    let metadata = metadata(&library, &project);
    assert_eq!(metadata["path"], path.to_str().unwrap());
    assert_eq!(metadata["type"], "other");
    assert_eq!(metadata["tags"], serde_json::json!(["a", "b"]));
    let entries: Vec<_> = fs::read_dir(path).unwrap().collect();
    assert_eq!(entries.len(), 1, "nothing is written into the user's folder");
}

#[test]
fn a_name_of_any_bytes_is_no_obstacle() {
    let home = Home::new();
    let library = home.open();
    let path = home.path().join(std::ffi::OsStr::from_bytes(b"odd\xff\nname"));
    fs::create_dir(&path).unwrap();
    let project = add(&library, &path).unwrap();
    assert_eq!(project.root, path);
    assert_eq!(project.name, "odd\\xff\\nname");
    assert_eq!(library.projects().get(project.id).unwrap().root, path);
    library.projects().refresh(project.id, &Job::new()).unwrap();
    assert_eq!(metadata(&library, &project)["path"].as_str().unwrap().matches("\\xff").count(), 1);
}

#[test]
fn folders_that_cannot_be_projects_are_refused_with_their_reason() {
    let home = Home::new();
    let library = home.open();
    let work = home.work("work");
    refused(add(&library, &home.path().join("none")), Code::NotFound, "no such folder");
    refused(add(&library, &work.join("main.rs")), Code::Invalid, "file, not a folder");
    refused(add(&library, &work.join("main.rs/x")), Code::NotFound, "no such folder");
    refused(add(&library, &home.root()), Code::Invalid, "own library");
    refused(add(&library, &home.root().join("projects")), Code::Invalid, "own library");
    refused(add(&library, &home.path()), Code::Invalid, "library lies inside it");
    refused(add(&library, "/".as_ref()), Code::Invalid, "library lies inside it");
    symlink(home.root().join("projects"), home.path().join("link")).unwrap();
    refused(add(&library, &home.path().join("link")), Code::Invalid, "own library");
    symlink("loop", home.path().join("loop")).unwrap();
    refused(add(&library, &home.path().join("loop")), Code::Unavailable, "");
    assert!(names(&library, &ProjectFilter::default()).is_empty());
    assert_eq!(fs::read_dir(home.root().join("projects")).unwrap().count(), 0);
}

#[test]
fn a_folder_that_overlaps_a_destination_is_refused() {
    let home = Home::new();
    let library = home.open();
    let work = home.work("work");
    let backups = work.join("backups");
    fs::create_dir_all(backups.join("data")).unwrap();
    let apart_from =
        [OccupiedFolder { path: backups.clone(), what: "the destination Disk".to_owned() }];
    let add = |path: std::path::PathBuf| {
        library.projects().add_linked(&AddProject {
            path,
            apart_from: &apart_from,
            ..AddProject::default()
        })
    };
    refused(add(work), Code::Invalid, "holds the destination Disk");
    refused(add(backups.clone()), Code::Invalid, "belongs to the destination Disk");
    refused(add(backups.join("data")), Code::Invalid, "belongs to the destination Disk");
}

#[test]
fn the_same_folder_twice_is_refused_by_whatever_path() {
    let home = Home::new();
    let library = home.open();
    let work = home.work("work");
    let project = add(&library, &work).unwrap();
    symlink(&work, home.path().join("link")).unwrap();
    for path in [work.clone(), work.join("."), home.path().join("link")] {
        let error = refused(add(&library, &path), Code::AlreadyExists, "the project work already");
        assert!(error.next_text().contains(&project.id.to_string()));
    }
    // A folder inside a project is a project of its own, if the user says so.
    fs::create_dir(work.join("part")).unwrap();
    add(&library, &work.join("part")).unwrap();
}

#[test]
fn a_bind_mount_does_not_deceive() {
    let home = Home::new();
    let library = home.open();
    let (work, other) = (home.work("work"), home.path().join("other"));
    fs::create_dir(&other).unwrap();
    let mounted =
        Command::new("mount").arg("--bind").args([&work, &other]).stderr(Stdio::null()).status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("bind mounts are not allowed here");
        return;
    }
    add(&library, &work).unwrap();
    let result = add(&library, &other);
    assert!(Command::new("umount").arg(&other).status().unwrap().success());
    refused(result, Code::AlreadyExists, "work");
}

#[test]
fn an_unreadable_folder_is_refused() {
    let home = Home::new();
    let secret = home.work("secret");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    // Root reads everything, so the attempt is made by a process without that power.
    let drop = "-dac_override,-dac_read_search";
    let output = Command::new("setpriv")
        .args([&format!("--bounding-set={drop}"), &format!("--inh-caps={drop}")])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            &undercroft_testkit::test_name(module_path!(), "an_attempt_on_an_unreadable_folder"),
            "--nocapture",
        ])
        .env("HOME_OF_THE_TEST", home.path())
        .output()
        .unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Acts only as the other process of the test above.
#[test]
fn an_attempt_on_an_unreadable_folder() {
    let Some(home) = std::env::var_os("HOME_OF_THE_TEST").map(std::path::PathBuf::from) else {
        return;
    };
    let library = support::open(&home.join("library")).unwrap();
    refused(add(&library, &home.join("secret")), Code::PermissionDenied, "may not look inside");
}

#[test]
fn a_project_is_renamed_tagged_forgotten_and_recalled() {
    let home = Home::new();
    let library = home.open();
    let work = home.work("work");
    let id = add(&library, &work).unwrap().id;
    let projects = library.projects();
    assert_eq!(projects.rename(id, "  Other name ").unwrap().name, "Other name");
    assert_eq!(projects.tag(id, &strings(&["new", "old"]), &[]).unwrap().tags, ["new", "old"]);
    let project = projects.tag(id, &strings(&["now"]), &strings(&["old"])).unwrap();
    assert_eq!(project.tags, ["new", "now"]);
    assert_eq!(projects.set_kind(id, ProjectKind::Migration).unwrap().kind, ProjectKind::Migration);
    let forgotten = projects.forget(id).unwrap();
    assert_eq!(forgotten.status, ProjectStatus::Trashed);
    assert!(work.join("main.rs").exists());
    assert!(names(&library, &ProjectFilter::default()).is_empty());
    assert_eq!(metadata(&library, &forgotten)["status"], "trashed");
    assert_eq!(projects.recall(id).unwrap().status, ProjectStatus::Active);
    let kinds: Vec<_> =
        library.events().after(0, 20).unwrap().into_iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds,
        ["added", "renamed", "tagged", "tagged", "changed", "forgotten", "recalled"]
            .map(|kind| format!("project.{kind}"))
    );
    // What changes nothing is no event.
    projects.recall(id).unwrap();
    assert_eq!(library.events().after(0, 20).unwrap().len(), kinds.len());
}

#[test]
fn adding_a_forgotten_folder_recalls_its_project() {
    let home = Home::new();
    let library = home.open();
    let work = home.work("work");
    let project = add(&library, &work).unwrap();
    library.projects().tag(project.id, &strings(&["kept"]), &[]).unwrap();
    library.projects().forget(project.id).unwrap();
    let request = AddProject { path: work, name: Some("Back".to_owned()), ..AddProject::default() };
    let recalled = library.projects().add_linked(&request).unwrap();
    assert_eq!((recalled.id, recalled.status), (project.id, ProjectStatus::Active));
    assert_eq!((recalled.name.as_str(), &recalled.tags[..]), ("Back", &strings(&["kept"])[..]));
}

#[test]
fn names_and_tags_that_make_no_sense_are_refused() {
    let home = Home::new();
    let library = home.open();
    let project = add(&library, &home.work("work")).unwrap();
    for name in ["", "  ", "a\nb", &"x".repeat(201)] {
        refused(library.projects().rename(project.id, name), Code::Invalid, "A name");
    }
    for tag in ["", "a b", "a,b", "+a", "-a", "a\u{7}", &"x".repeat(65)] {
        refused(library.projects().tag(project.id, &strings(&[tag]), &[]), Code::Invalid, "A tag");
    }
    let many: Vec<_> = (0..51).map(|n| format!("t{n}")).collect();
    refused(library.projects().tag(project.id, &many, &[]), Code::Invalid, "at most 50");
    assert_eq!(library.projects().get(project.id).unwrap(), project);
}

#[test]
fn projects_are_listed_by_filters() {
    let home = Home::new();
    let library = home.open();
    let rust = add(&library, &home.work("engine-rs")).unwrap();
    let web = home.path().join("web");
    fs::create_dir(&web).unwrap();
    fs::write(web.join("package.json"), r#"{"dependencies": {"svelte": "5"}}"#).unwrap();
    fs::write(web.join("app.ts"), "let x = 1;").unwrap();
    let web = add(&library, &web).unwrap();
    library.projects().tag(web.id, &strings(&["Client"]), &[]).unwrap();
    let gone = add(&library, &home.work("gone")).unwrap();
    library.projects().forget(gone.id).unwrap();
    let text =
        |text: &str| ProjectFilter { text: Some(text.to_owned()), ..ProjectFilter::default() };
    assert_eq!(names(&library, &ProjectFilter::default()), ["engine-rs", "web"]);
    assert_eq!(names(&library, &text("ENGINE rs")), ["engine-rs"]);
    assert_eq!(names(&library, &text("client")), ["web"]);
    assert_eq!(names(&library, &text(home.path().to_str().unwrap())), ["engine-rs", "web"]);
    let language = Some("rust".to_owned());
    assert_eq!(
        names(&library, &ProjectFilter { language, ..ProjectFilter::default() }),
        [rust.name]
    );
    let framework = Some("Svelte".to_owned());
    assert_eq!(names(&library, &ProjectFilter { framework, ..ProjectFilter::default() }), ["web"]);
    let tag = Some("client".to_owned());
    assert_eq!(names(&library, &ProjectFilter { tag, ..ProjectFilter::default() }), ["web"]);
    let status = Some(ProjectStatus::Trashed);
    assert_eq!(names(&library, &ProjectFilter { status, ..ProjectFilter::default() }), ["gone"]);
}

#[test]
fn a_project_is_found_by_what_people_type() {
    let home = Home::new();
    let library = home.open();
    let a = add(&library, &home.work("x/notes")).unwrap();
    let b = add(&library, &home.work("Other")).unwrap();
    let find = |text: &str| library.projects().find(text);
    assert_eq!(find(&a.id.to_string()).unwrap().id, a.id);
    assert_eq!(find("notes").unwrap().id, a.id);
    assert_eq!(find("other").unwrap().id, b.id);
    let (one, two) = (a.id.to_string(), b.id.to_string());
    let shared = one.bytes().zip(two.bytes()).take_while(|(x, y)| x == y).count();
    assert_eq!(find(&one[..=shared]).unwrap().id, a.id);
    assert!(find(&one[..shared]).unwrap_err().why_text().contains(&two));
    assert_eq!(find("none").unwrap_err().code(), Code::NotFound);
    let c = add(&library, &home.work("y/notes")).unwrap();
    let error = find("notes").unwrap_err();
    assert_eq!(error.code(), Code::Invalid);
    assert!(error.why_text().contains(&c.id.to_string()) && error.why_text().contains("x/notes"));
    library.projects().forget(c.id).unwrap();
    assert_eq!(find("notes").unwrap().id, a.id);
}

#[test]
fn metadata_without_a_catalog_row_is_taken_in_at_the_next_start() {
    let home = Home::new();
    let library = home.open();
    let work = home.work("work");
    let project = add(&library, &work).unwrap();
    library
        .catalog()
        .write(|tx| {
            use undercroft_library::SqlContext;
            tx.execute("DELETE FROM projects", ()).sql("lose the row")
        })
        .unwrap();
    drop(library);
    assert_eq!(home.open().projects().get(project.id).unwrap(), project);
}

#[test]
fn what_is_mounted_in_a_project_is_not_deleted() {
    let home = Home::new();
    let library = home.open();
    let (work, other) = (home.work("work"), home.work("other"));
    fs::write(work.join("file"), "a").unwrap();
    fs::write(other.join("precious"), "b").unwrap();
    fs::create_dir_all(work.join("deep/mounted")).unwrap();
    let project = add(&library, &work).unwrap();
    let trashed = library.projects().trash(project.id).unwrap();
    let place = trashed.folder().join("deep/mounted");
    let mount = Command::new("mount").arg("--bind").args([&other, &place]).status();
    if !mount.is_ok_and(|status| status.success()) {
        undercroft_testkit::skip("bind mounts are not allowed here");
        return;
    }
    let refused = library.projects().delete(project.id, &Job::new());
    assert!(Command::new("umount").arg(&place).status().unwrap().success());
    let error = refused.unwrap_err();
    assert_eq!(error.code(), Code::Invalid, "{error}");
    assert!(error.why_text().contains("mounted there"), "{error}");
    // Nothing of it went.
    assert_eq!(fs::read_to_string(other.join("precious")).unwrap(), "b");
    assert_eq!(fs::read_to_string(trashed.folder().join("file")).unwrap(), "a");
    library.projects().delete(project.id, &Job::new()).unwrap();
    assert!(!trashed.folder().exists() && other.join("precious").exists());
}
