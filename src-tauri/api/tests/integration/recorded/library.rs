//! The library that is recorded: ten projects, three destinations, three plans, and two months of
//! work.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use undercroft_testkit::{random_bytes, set_modified};

use super::scene::Scene;

/// The password of every destination.
pub(crate) const PASSWORD: &str = "stone upon stone";
pub(crate) const DRIVE: &str = "/media/mira/backup-drive/undercroft";
const NAS: &str = "/mnt/nas/mira/backups";
const STICK: &str = "/media/mira/STICK/uc";

/// A picture of one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPj/HwADAgH/p2x0kQAAAABJRU5ErkJggg==";

/// The files of aurora that are worked on, in turns.
const EDITED: &[&str] = &[
    "src/main.rs",
    "src/parse.rs",
    "src/layout.rs",
    "README.md",
    "src/render/glyphs.rs",
    "docs/design.md",
    "src/layout.rs",
    "ui/theme.css",
    "src/parse.rs",
    "ui/timeline.ts",
];
/// The messages of the versions that are saved by hand.
const MESSAGES: &[&str] = &[
    "Parse nested blocks in one pass",
    "Release 0.9: glyph cache and faster start",
    "Lay out lines lazily",
    "Fix the off-by-one in wrapped lines",
];
/// The days before the recording on which aurora is worked on, with the hours before its noon.
const DAYS: u32 = 30;

/// A project that is nothing special: its folder, its tags, and its files.
type Sketch = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

const OTHERS: &[Sketch] = &[
    (
        "/home/mira/work/billing-api",
        &["client"],
        &[
            ("go.mod", "module forge.example/billing\n\nrequire github.com/gin-gonic/gin v1.9.1\n"),
            ("main.go", "package main\n\nfunc main() {\n\tserve(\":8080\")\n}\n"),
            ("db/schema.sql", "create table invoice (id integer primary key, cents integer);\n"),
        ],
    ),
    (
        "/home/mira/notes/fieldnotes",
        &["personal"],
        &[("2026/may.md", "# May\n\nThe heron is back.\n"), ("README.md", "# Fieldnotes\n")],
    ),
    (
        "/home/mira/work/glaze",
        &["design-system"],
        &[
            (
                "package.json",
                "{\"dependencies\": {\"react\": \"19\"}, \"devDependencies\": {\"vite\": \"8\"}}\n",
            ),
            ("src/button.ts", "export const radius = 4;\nexport const gap = 8;\n"),
            ("src/button.css", ".button { border-radius: 4px; }\n"),
            (".env", "TOKEN=not-a-real-one\n"),
            ("node_modules/react/index.js", "module.exports = require('./cjs');\n"),
            ("node_modules/vite/index.js", "export * from './dist';\n"),
            (".cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n"),
            (".cache/tiles.bin", "0123456789\n"),
        ],
    ),
    (
        "/home/mira/hardware/kiln-firmware",
        &["hardware"],
        &[
            ("src/main.c", "#include \"kiln.h\"\n\nint main(void) { return heat(1240); }\n"),
            ("src/kiln.h", "int heat(int degrees);\n"),
            ("boot/start.s", "_start:\n    bl main\n"),
            ("tools/flash.py", "print('flashing')\n"),
        ],
    ),
    (
        "/home/mira/work/ledger-migration",
        &["client", "migration"],
        &[
            ("build.gradle.kts", "plugins { id(\"org.springframework.boot\") }\n"),
            ("sql/close.sql", "update ledger set closed = true where year < 2026;\n"),
            ("README.md", "# Ledger\n\nFrom the old ledger to the new.\n"),
        ],
    ),
    (
        "/media/archive/stonework",
        &["archive"],
        &[
            ("src/wall.cpp", "#include \"wall.hpp\"\n\nWall::Wall() : courses(12) {}\n"),
            ("src/wall.hpp", "struct Wall { Wall(); int courses; };\n"),
            ("README.md", "# Stonework\n"),
        ],
    ),
    (
        "/home/mira/work/tessera",
        &["client"],
        &[
            ("mix.exs", "defp deps, do: [{:phoenix, \"~> 1.7\"}]\n"),
            ("lib/tile.ex", "defmodule Tile do\n  def area(w, h), do: w * h\nend\n"),
            ("assets/app.js", "import 'phoenix';\n"),
        ],
    ),
    (
        "/home/mira/work/webfonts – ünïcode & <b>names<b>",
        &["a-rather-long-tag-name"],
        &[("index.html", "<!doctype html>\n<title>Fonts</title>\n"), ("fonts.css", "body {}\n")],
    ),
];

/// The ids that the recorder asks by.
#[derive(Debug)]
pub(crate) struct Ids {
    pub(crate) aurora: Value,
    pub(crate) workspace: Value,
    pub(crate) drive: Value,
    pub(crate) nas: Value,
    pub(crate) stick: Value,
    pub(crate) plan: Value,
    pub(crate) client_plan: Value,
}

/// Makes the library. It ends at noon of the day of the recording.
pub(crate) fn make(scene: &Scene) -> Ids {
    write_aurora(scene);
    let aurora = add_project(scene, "/home/mira/work/aurora", &["client", "desktop"]);
    for (folder, tags, files) in OTHERS {
        for (name, text) in *files {
            scene.write(&format!("{folder}/{name}"), text);
        }
        if folder.ends_with("migration") {
            for n in 0..60 {
                scene.write(&format!("{folder}/src/Entry{n}.kt"), format!("val entry{n} = {n}\n"));
            }
        }
        scene.wait_until(70.0 * 24.0);
        add_project(scene, folder, tags);
    }
    let [drive, nas, stick] =
        [("Backup drive", DRIVE), ("NAS in the cellar", NAS), ("Travel stick", STICK)]
            .map(|(name, path)| add_destination(scene, name, path)["id"].clone());
    let [plan, client_plan] = save_plans(scene, &drive, &nas, &stick);
    for project in ["billing-api", "ledger-migration", "stonework"] {
        scene.finish("history_start", json!({"project": project}));
    }
    scene.wait_until(40.0 * 24.0);
    run(scene, &plan);
    run(scene, &client_plan);
    scene.wait_until(f64::from(DAYS) * 24.0 + 1.0);
    scene.finish("history_start", json!({"project": aurora}));
    let workspace = scene.ask("workspace_list", json!({"project": aurora}))[0]["id"].clone();
    begin_git(scene, &workspace);
    let ids = Ids { aurora, workspace, drive, nas, stick, plan, client_plan };
    work(scene, &ids);
    end(scene, &ids);
    ids
}

fn add_project(scene: &Scene, folder: &str, tags: &[&str]) -> Value {
    let project = scene.ask("project_add", json!({"place": scene.place(folder), "tags": tags}));
    scene.rest();
    project["id"].clone()
}

fn add_destination(scene: &Scene, name: &str, path: &str) -> Value {
    let password = json!({"type": "typed", "password": PASSWORD});
    let place = scene.place(path);
    scene.ask(
        "destination_add",
        json!({"place": place, "name": name, "password": password, "create": true}),
    )
}

fn save_plans(scene: &Scene, drive: &Value, nas: &Value, stick: &Value) -> [Value; 2] {
    let mut everything = scene.ask("plan_propose", json!({}));
    let kept = everything["targets"][0]["retention"].clone();
    let target = |id: &Value| json!({"destination": id, "retention": kept});
    everything["timeZone"] = json!("UTC");
    let with = |changes: Value| {
        let mut draft = everything.clone();
        let changed = changes.as_object().unwrap().clone();
        draft.as_object_mut().unwrap().extend(changed);
        scene.ask("plan_save", json!({"draft": draft}))["id"].clone()
    };
    let all = with(json!({"name": "Everything", "targets": [target(drive), target(nas)]}));
    let client = with(json!({
        "name": "Client work to the stick",
        "projects": {"type": "tagged", "tags": ["client"]},
        "library": false,
        "targets": [{"destination": stick, "retention": {"last": 5, "daily": 7}}],
        "schedule": {"type": "weekly", "weekdays": [1, 2, 3, 4, 5], "at": "18:00"},
    }));
    let projects = scene.ask("project_list", json!({"text": "stonework"}));
    let archive = with(json!({
        "name": "Old archive",
        "projects": {"type": "chosen", "projects": [projects[0]["id"]]},
        "targets": [{"destination": nas, "retention": {"monthly": 120}}],
        "schedule": {"type": "monthly", "day": 31, "at": "04:00"},
    }));
    scene.ask("plan_enable", json!({"plan": archive, "enabled": false}));
    [all, client]
}

/// Carries a plan out, a few minutes of work.
fn run(scene: &Scene, plan: &Value) {
    for folder in ["home/mira/work", "home/mira/notes", "home/mira/hardware", "media/archive"] {
        let folder = scene.path(folder);
        if folder.exists() {
            scene.settle_times(&folder);
        }
    }
    scene.finish("plan_run", json!({"plan": plan}));
}

fn write_aurora(scene: &Scene) {
    let file = |path: &str| format!("/home/mira/work/aurora/{path}");
    scene.write(
        &file("Cargo.toml"),
        "[package]\nname = \"aurora\"\n\n[dependencies]\ntauri = \"2\"\n",
    );
    scene.write(&file("ui/App.svelte"), "<script lang=\"ts\">\n  let shown = true;\n</script>\n");
    scene.write(&file(".env"), "API_TOKEN=not-a-real-one\nPORT=8080\n");
    scene.write(&file("docs/notes (draft).md"), "# Notes\n");
    scene.write(&file("assets/logo.png"), BASE64_STANDARD.decode(PNG).unwrap());
    scene.write(&file("data/samples.sqlite"), random_bytes(7, 30_000));
    scene.write(&file("src/render/mod.rs"), text_of("src/render/mod.rs", 0));
    for path in EDITED {
        scene.write(&file(path), text_of(path, 0));
    }
    std::os::unix::fs::symlink("Cargo.toml", scene.path(&file("current"))).unwrap();
    set_modified(scene.path(&file("current")), 1_789_000_000, 0);
    use std::os::unix::ffi::OsStrExt;
    let odd = scene.path(&file("src")).join(std::ffi::OsStr::from_bytes(b"bad\xffname.rs"));
    std::fs::write(&odd, "// odd\n").unwrap();
    set_modified(odd, 1_789_000_000, 0);
}

/// The text of a file after so many edits.
fn text_of(path: &str, edits: usize) -> String {
    let mut lines: Vec<String> = if path.ends_with(".rs") {
        let steps = ["measure", "place", "wrap", "draw", "flush", "reset"];
        let steps = steps.iter().flat_map(|verb| {
            [
                format!("/// Takes the next {verb} step and says how far it came."),
                format!("pub fn {verb}(input: &[u8], width: usize) -> Result<usize> {{"),
                "    let limit = width.saturating_sub(2);".to_owned(),
                format!("    if input.len() > limit {{ return Err(\"{verb} went too far\"); }}"),
                "    Ok(input.len())".to_owned(),
                "}".to_owned(),
                String::new(),
            ]
        });
        [format!("//! {path}: part of the renderer."), String::new()]
            .into_iter()
            .chain(steps)
            .collect()
    } else {
        (1..30).map(|n| format!("- {n}: keep the simple form.")).collect()
    };
    for edit in 1..=edits {
        let at = (edit * 17 + path.len()) % lines.len();
        lines[at].push_str(&format!(" // pass {edit}"));
        if edit % 3 == 0 {
            lines.insert(at + 1, format!("    let step_{edit} = limit.min({edit});"));
        }
    }
    lines.join("\n") + "\n"
}

fn begin_git(scene: &Scene, workspace: &Value) {
    scene.ask("git_create", json!({"workspace": workspace, "branch": "main"}));
    let config = scene.path("/home/mira/work/aurora/.git/config");
    let text = std::fs::read_to_string(&config).unwrap();
    let user = "[user]\n\tname = Mira\n\temail = mira@workbench\n";
    std::fs::write(config, text + user).unwrap();
    let url = "git@forge.example:mira/aurora.git";
    scene.ask("git_remote_set", json!({"workspace": workspace, "name": "origin", "url": url}));
    commit(scene, workspace, "First commit");
    scene.ask("git_branch_create", json!({"workspace": workspace, "name": "lazy-layout"}));
}

fn commit(scene: &Scene, workspace: &Value, message: &str) {
    let author = "Mira <mira@workbench>";
    let request = json!({"workspace": workspace, "message": message, "author": author});
    scene.ask("git_commit", request);
}

/// A month of work on aurora, and the backups of it.
fn work(scene: &Scene, ids: &Ids) {
    let file = |path: &str| format!("/home/mira/work/aurora/{path}");
    let mut edits = std::collections::HashMap::new();
    let mut made = 0;
    for day in (0..DAYS).rev() {
        let versions = [0, 2, 3, 1, 2, 3, 1][(day % 7) as usize].max(u32::from(day == 0));
        for n in 0..versions {
            scene.wait_until(f64::from(day) * 24.0 + 3.5 - f64::from(n) * 1.1);
            if made == 20 {
                scene.rename(&file("src/layout.rs"), &file("src/render/layout.rs"));
            } else {
                for path in [EDITED[made % EDITED.len()], EDITED[(made * 3 + 1) % EDITED.len()]] {
                    let count = edits.entry(path).or_insert(0);
                    *count += 1;
                    let is_moved = made > 20 && path == "src/layout.rs";
                    let at = if is_moved { "src/render/layout.rs" } else { path };
                    scene.write(&file(at), text_of(path, *count));
                }
            }
            save(scene, ids, made);
            made += 1;
        }
        happen(scene, ids, day);
    }
}

/// Saves a version as the watcher does, and now and then by hand.
fn save(scene: &Scene, ids: &Ids, made: usize) {
    let workspace = &ids.workspace;
    if made % 8 == 7 {
        let message = MESSAGES[(made / 8) % MESSAGES.len()];
        scene.finish("version_save", json!({"workspace": workspace, "message": message}));
        commit(scene, workspace, message);
    } else {
        scene.finish("workspace_refresh", json!({"workspace": workspace}));
    }
    if made == 15 {
        let version = &scene.ask("version_list", json!({"workspace": workspace, "limit": 1}))[0];
        let note = "The build that ran on the stand; keep it.";
        let name = "Shown to the client";
        let mark = json!({"version": version["id"], "name": name, "note": note, "pinned": true});
        scene.ask("version_mark", mark);
    }
}

/// The rest of a day, so many before the recording.
fn happen(scene: &Scene, ids: &Ids, day: u32) {
    match day {
        9 => {
            run(scene, &ids.plan);
            run(scene, &ids.client_plan);
            scene.finish("drill", json!({"destination": ids.drive}));
            scene.rename("/media/mira/STICK", "/media/mira/elsewhere");
        }
        5 => {
            scene.write("/home/mira/work/billing-api/main.go", "package main\n\nfunc main() {}\n");
            scene.finish("workspace_refresh", json!({"workspace": "billing-api"}));
        }
        4 => scene.rename("/media/archive/stonework", "/media/away/stonework"),
        3 => {
            run(scene, &ids.plan);
            let kept = scene.ask("snapshot_list", json!({"destination": ids.nas}));
            let oldest = json!([kept.as_array().unwrap().last().unwrap()["id"]]);
            scene.finish("snapshot_forget", json!({"destination": ids.nas, "snapshots": oldest}));
        }
        _ => {}
    }
    if day == 1 {
        for n in 0..58 {
            std::fs::remove_file(
                scene.path(&format!("/home/mira/work/ledger-migration/src/Entry{n}.kt")),
            )
            .unwrap();
        }
        std::fs::remove_file(scene.path("/home/mira/work/ledger-migration/README.md")).unwrap();
        scene.wait_until(18.0);
        run(scene, &ids.plan);
    }
}

/// The last hours before the recording.
fn end(scene: &Scene, ids: &Ids) {
    scene.wait_until(2.0);
    scene.ask("backup_run", json!({"project": "kiln-firmware", "destination": ids.stick}));
    scene.rest();
    scene.write("/home/mira/work/marginalia/site/views.py", "def index(request):\n    return 1\n");
    scene.write(
        "/home/mira/work/marginalia/pyproject.toml",
        "[project]\ndependencies = [\"django\"]\n",
    );
    add_project(scene, "/home/mira/work/marginalia", &[]);
    let first = first_version(scene, &ids.workspace);
    let to = scene.place("/home/mira/work/aurora-lazy");
    scene.finish("workspace_open", json!({"version": first, "name": "lazy-layout", "to": to}));
    let opened = scene.ask("workspace_list", json!({"project": ids.aurora}));
    let other = opened.as_array().unwrap().iter().find(|it| it["id"] != ids.workspace).unwrap();
    let text = "Lines laid out only when they come into sight";
    scene.ask("workspace_describe", json!({"workspace": other["id"], "text": text}));
    scene.ask(
        "rules_change",
        json!({"project": "glaze", "keep": [".env"], "leaveOut": ["*.tmp", "coverage/"]}),
    );
    let base64 = BASE64_STANDARD.encode("half a thought\n");
    scene.ask("draft_save", json!({"project": ids.aurora, "name": "scratch", "base64": base64}));
    scene.wait_until(0.25);
    scene.write("/home/mira/work/aurora/docs/design.md", text_of("docs/design.md", 9));
    scene.finish("workspace_refresh", json!({"workspace": ids.workspace}));
    scene.watch();
    scene.ask("history_pause", json!({"project": "billing-api"}));
    scene.rest();
    scene.wait_until(0.0);
}

/// The id of the first version of a workspace.
pub(crate) fn first_version(scene: &Scene, workspace: &Value) -> Value {
    let versions = scene.ask("version_list", json!({"workspace": workspace, "limit": 1000}));
    versions.as_array().unwrap().last().unwrap()["id"].clone()
}
