//! Commands in words.

use serde_json::{Value, json};
use undercroft_foundation::Code;
use undercroft_testkit::write_file;

use crate::stage::Stage;

fn read(stage: &Stage, text: &str) -> Value {
    stage.ask("console_preview", json!({"text": text}))
}

fn say(stage: &Stage, text: &str) -> Value {
    stage.ask("console_run", json!({"text": text}))
}

fn create(stage: &Stage, name: &str) {
    let job = &say(stage, &format!("create project {name}"))["job"];
    let ended = stage.finish(job);
    assert_eq!(ended["state"], "succeeded", "{ended}");
}

fn proposed(answer: &Value) -> Vec<&str> {
    let all = answer["suggestions"].as_array().unwrap();
    all.iter().map(|it| it["text"].as_str().unwrap()).collect()
}

fn texts(answer: &Value) -> Vec<&str> {
    let lines = answer["lines"].as_array().unwrap();
    lines.iter().map(|line| line["text"].as_str().unwrap()).collect()
}

#[test]
fn a_project_is_made_switched_to_and_looked_at_in_words() {
    let stage = Stage::new();
    let none = say(&stage, "list projects");
    assert_eq!(
        (&none["sentence"], proposed(&none)),
        (&json!("There are no projects yet"), vec!["create project"])
    );
    assert_eq!(read(&stage, "create project atlas")["state"], "ready");
    assert!(texts(&say(&stage, "list projects")).is_empty(), "a preview makes nothing");
    create(&stage, "atlas");
    create(&stage, "\"Birch web\"");
    let all = say(&stage, "list projects");
    assert_eq!((&all["sentence"], texts(&all)), (&json!("2 projects"), vec!["atlas", "Birch web"]));
    assert_eq!(all["link"], json!({"page": "projects"}));

    let ready = read(&stage, "switch to birch WEB");
    assert_eq!(
        (&ready["state"], &ready["sentence"]),
        (&json!("ready"), &json!("Switch to Birch web"))
    );
    let switched = say(&stage, "switch to birch web");
    assert_eq!(switched["sentence"], "Birch web is the current project");
    let current = say(&stage, "current project");
    assert_eq!(current["sentence"], "Birch web is the current project");
    assert_eq!(
        (&current["link"], &current["link"]["page"]),
        (&switched["link"], &json!("project"))
    );

    let empty = say(&stage, "list files");
    assert_eq!(empty["sentence"], "Birch web is empty");
    let root =
        stage.ask("project_show", json!({"project": "Birch web"}))["project"]["path"].clone();
    write_file(std::path::Path::new(root.as_str().unwrap()).join("src/app.ts"), "x\n");
    let files = say(&stage, "list files");
    assert_eq!((&files["sentence"], texts(&files)), (&json!("1 item in Birch web"), vec!["src/"]));
    let files = say(&stage, "list files in src");
    assert_eq!((texts(&files), &files["link"]["path"]), (vec!["app.ts"], &json!(["src"])));
    assert_eq!(
        stage.refused("console_run", json!({"text": "list files in none"})).code,
        Code::NotFound.into()
    );

    let storage = say(&stage, "storage status");
    assert_eq!(
        (&storage["state"], &storage["link"]),
        (&json!("done"), &json!({"page": "storage"}))
    );
    assert!(texts(&storage).contains(&"Free on this disk"), "{storage}");
    assert!(texts(&say(&stage, "help")).contains(&"create project NAME"));
}

#[test]
fn words_that_mean_nothing_or_several_things_change_nothing() {
    let stage = Stage::new();
    let near = say(&stage, "current project");
    assert_eq!((&near["state"], proposed(&near)), (&json!("near"), vec!["create project"]));
    create(&stage, "atlas");
    create(&stage, "atlas two");

    let there = say(&stage, "create project ATLAS");
    assert_eq!((&there["state"], &there["job"]), (&json!("near"), &Value::Null));
    assert!(there["sentence"].as_str().unwrap().starts_with("There is a project atlas already"));
    assert_eq!(proposed(&there), ["switch to atlas"]);

    let some = say(&stage, "switch to atl");
    assert_eq!(proposed(&some), ["switch to atlas", "switch to atlas two"]);
    assert_eq!(proposed(&say(&stage, "switch to nothing")), ["list projects"]);
    assert_eq!(
        proposed(&say(&stage, "switch to")),
        ["switch to", "switch to atlas", "switch to atlas two"]
    );
    assert_eq!(proposed(&say(&stage, "swtich to atlas")), ["switch to atlas"]);
    let unnamed = say(&stage, "create project");
    assert_eq!(unnamed["sentence"], "“create project” needs a name: create project NAME");
    assert_eq!(unnamed["suggestions"][0]["missing"], "NAME");
    let unknown = say(&stage, "make me a sandwich");
    assert_eq!((&unknown["state"], proposed(&unknown).len()), (&json!("unknown"), 7));
    assert_eq!(texts(&say(&stage, "list projects")), ["atlas", "atlas two"]);
}

#[test]
fn two_projects_of_one_name_are_told_apart_by_their_ids() {
    let stage = Stage::new();
    for folder in ["one/same", "two/same"] {
        write_file(stage.path(folder).join("file"), "x\n");
        stage.ask("project_add", json!({"place": stage.place(folder)}));
    }
    let answer = say(&stage, "switch to same");
    assert_eq!(answer["sentence"], "\"same\" means several projects");
    let ids: Vec<_> =
        proposed(&answer).iter().map(|it| it.rsplit_once(' ').unwrap().1.to_owned()).collect();
    assert_eq!(ids.len(), 2, "{answer}");
    stage.run("history_start", json!({"project": ids[1]}));
    assert_eq!(
        say(&stage, &format!("switch to {}", ids[1]))["sentence"],
        "same is the current project"
    );
    // No version was begun of the other.
    let refusal = stage.refused("console_run", json!({"text": format!("switch to {}", ids[0])}));
    assert!(refusal.next.contains("history start"), "{refusal:?}");
}

#[test]
fn a_hostile_name_is_refused_or_kept_as_a_name() {
    let stage = Stage::new();
    let long = "x".repeat(201);
    for name in ["a\nb", "a\0b", "\u{7}", &long] {
        let request = json!({"text": format!("create project {name}")});
        for case in ["console_preview", "console_run"] {
            assert_eq!(stage.refused(case, request.clone()).code, Code::Invalid.into(), "{name:?}");
        }
    }
    // What would leave the library as a path is but a name.
    for name in
        ["../../escape", "/etc/undercroft", "--force", "$(touch x)", "<img src=x>", "\u{202e}txt"]
    {
        create(&stage, name);
    }
    assert_eq!(texts(&say(&stage, "list projects")).len(), 6);
    let beside: Vec<_> =
        std::fs::read_dir(stage.path("")).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(beside, ["library"]);
    // However long the words are, the answer is short.
    let answer = say(&stage, &"list projekts ".repeat(50_000));
    assert!(answer.to_string().len() < 2000);
}
