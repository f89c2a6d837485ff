//! The life of projects: begun from a template or an archive, put away, got back, thrown away; the
//! picture of the storage, and freeing some of it.

use std::process::Command;

use serde_json::{Value, json};

use super::asking::{all, id_of, record_place};
use super::library::Ids;
use super::scene::Scene;

/// Records what the pages show of archives, templates and the storage.
pub(super) fn read_lives(scene: &mut Scene, ids: &Ids) {
    let ledger = id_of(scene, "ledger-migration");
    for projects in [json!([ledger]), json!([ids.aurora])] {
        scene.record("archive_preview", json!({"projects": projects}));
    }
    scene.record("archive_preview", json!({"idle": true}));
    scene.record("project_delete_preview", json!({"project": ledger}));
    scene.record("usage_scan", json!({}));
    scene.record("usage_duplicates", json!({}));
    scene.record("usage_overview", json!({}));
    scene.record("usage_trend", json!({}));
    scene.record("usage_growth", json!({}));
    for by in ["place", "layer", "type", "age"] {
        let whole = scene.record("usage_show", json!({"key": "", "by": by}));
        let rows = whole["rows"].as_array().unwrap().clone();
        for row in rows.iter().filter(|row| row["canOpen"] == true).take(4) {
            scene.record("usage_show", json!({"key": row["key"], "by": by}));
        }
    }
    scene.record("usage_findings", json!({}));
    let paths = json!([["docs", "design.md"]]);
    scene.record("usage_free_preview", json!({"project": ids.aurora, "paths": paths}));
}

/// Records each thing that can be done with the life of a project, once.
pub(super) fn change_lives(scene: &mut Scene, ids: &Ids) {
    begin_projects(scene, ids);
    archive_projects(scene, ids);
    remove_projects(scene, ids);
    let paths = json!([["docs", "design.md"]]);
    scene.record("usage_free", json!({"project": ids.aurora, "paths": paths}));
    scene.record("library_cleanup", json!({"steps": ["emptyTrash", "clearCaches"]}));
}

fn begin_projects(scene: &mut Scene, ids: &Ids) {
    let values = json!({"port": "8080"});
    let request = json!({"name": "quarry", "template": "backend", "values": values, "tags": []});
    scene.record("project_create", request);
    let tar = scene.path("/home/mira/old-site.tar.gz");
    let from = scene.path("/home/mira/work");
    let made = Command::new("tar").arg("-czf").arg(tar).arg("-C").arg(from).arg("glaze").status();
    assert!(made.unwrap().success());
    let place = record_place(scene, "/home/mira/old-site.tar.gz");
    scene.record("import_look", json!({"place": place}));
    scene.record("project_import", json!({"place": place, "name": "old-site"}));
    let place = record_place(scene, "/home/mira/back");
    scene.record("project_extract", json!({"project": ids.aurora, "place": place}));
    let glaze = id_of(scene, "glaze");
    scene.record("template_make", json!({"project": glaze, "name": "tokens"}));
    scene.record("template_remove", json!({"template": "tokens"}));
}

fn archive_projects(scene: &mut Scene, ids: &Ids) {
    let ledger = id_of(scene, "ledger-migration");
    scene.record("archive_make", json!({"projects": [ledger]}));
    let archive = all(scene, "archive_list", json!({}))[0]["id"].clone();
    scene.record("archive_list", json!({}));
    let of = json!({"archive": archive});
    scene.record("archive_show", of.clone());
    for path in [json!([]), json!(["sql"])] {
        scene.record("archive_browse", json!({"archive": archive, "path": path}));
    }
    scene.record("archive_file", json!({"archive": archive, "path": ["README.md"]}));
    scene.record("archive_search", json!({"text": "readme"}));
    scene.record("archive_check", of.clone());
    scene.record("archive_move", json!({"archive": archive, "destination": ids.drive}));
    scene.record("archive_show", of.clone());
    scene.record("archive_move", of.clone());
    scene.record("archive_trash", of.clone());
    scene.record("archive_list", json!({"trashed": true}));
    scene.record("archive_recall", of.clone());
    scene.record("archive_restore_preview", of.clone());
    scene.record("archive_restore", of);
}

fn remove_projects(scene: &mut Scene, ids: &Ids) {
    let quarry = json!({"project": id_of(scene, "quarry")});
    scene.record("project_trash", quarry.clone());
    scene.record("project_recall", quarry.clone());
    scene.record("project_trash", quarry.clone());
    scene.record("project_delete_preview", quarry.clone());
    let wrong = json!({"project": quarry["project"], "name": "quary"});
    scene.record("project_delete", wrong);
    let named: Value = json!({"project": quarry["project"], "name": "quarry"});
    scene.record("project_delete", named);
    scene.record("project_delete_preview", json!({"project": ids.aurora}));
}
