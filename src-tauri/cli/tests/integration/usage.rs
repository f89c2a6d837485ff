//! `undercroft usage`: the picture of the storage in a terminal.

use crate::stage;

use std::fs;

use stage::Stage;

#[test]
fn bars_show_what_takes_space_and_freeing_takes_it_away() {
    let stage = Stage::new();
    fs::create_dir_all(stage.path("p/node_modules/dep")).unwrap();
    fs::write(stage.path("p/package.json"), "{}").unwrap();
    fs::write(stage.path("p/node_modules/dep/index.js"), vec![b'x'; 900_000]).unwrap();
    fs::write(stage.path("p/a.txt"), vec![b'y'; 90_000]).unwrap();
    stage.run(&["project", "add", "p"]);
    assert!(stage.run(&["usage"]).contains("It was not counted yet."));
    let shown = stage.run(&["usage", "--scan"]);
    assert!(shown.contains("can be had back without losing work"), "{shown}");
    let id = stage.json(&["project", "show", "p"])["project"]["id"].clone();
    let files = format!("project:{}/files", id.as_str().unwrap());
    let shown = stage.run(&["usage", &files]);
    let bar_of = |name: &str| {
        let line = shown.lines().find(|line| line.contains(name)).unwrap();
        line.matches('#').count()
    };
    assert!(bar_of("node_modules/") > 5 * bar_of("a.txt"), "{shown}");
    assert!(bar_of("a.txt") >= 1, "{shown}");
    let types = stage.json(&["usage", "p", "--by", "type"]);
    assert_eq!(types["by"], "type");
    assert_eq!(types["rows"][0]["class"], "code");
    assert!(stage.run(&["usage", "trend", "p"]).contains('#'));
    assert!(stage.run(&["usage", "growth", "p"]).contains("B"));
    assert!(stage.run(&["usage", "findings"]).contains("made again from package.json"));
    let plan = stage.run(&["usage", "free", "p", "node_modules", "--dry-run"]);
    assert!(plan.contains("This frees"), "{plan}");
    assert!(stage.path("p/node_modules").exists());
    stage.run(&["usage", "free", "p", "node_modules"]);
    assert!(!stage.path("p/node_modules").exists());
    stage.fails(1, &["usage", "project:x/files/../.."]);
}
