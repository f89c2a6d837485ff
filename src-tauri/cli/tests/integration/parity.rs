//! `undercroft repo parity` and `undercroft repo check --read-data-subset`, as a user meets them.

use crate::program;

use std::fs;

use program::{Program, files_below};
use serde_json::Value;
use undercroft_testkit::{flip_bit, random_bytes, write_file};

fn stage() -> Program {
    let program = Program::new();
    write_file(program.path("work/file"), random_bytes(1, 300_000));
    program.must(&["repo", "init"]);
    program.must(&["repo", "backup", &program.text("work")]);
    program
}

fn json(text: &str) -> Value {
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[test]
fn damage_is_found_healed_and_told() {
    let program = stage();
    let before = program.must(&["repo", "parity", "status"]);
    assert!(before.contains("No parity is wanted"), "{before}");
    let set = program.must(&["repo", "parity", "set", "12"]);
    assert!(set.contains("12 % of parity is wanted") && set.contains("2 of 2 packs"), "{set}");
    let nothing = program.must(&["repo", "parity", "heal"]);
    assert!(nothing.contains("Nothing that is protected is damaged"), "{nothing}");

    let packs = files_below(&program.repository().join("data"));
    let pack = packs.iter().max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    let whole = fs::read(pack).unwrap();
    flip_bit(pack, 100_000);
    let name = pack.file_name().unwrap().to_str().unwrap();
    let check = program.run(&["repo", "check", "--read-data"]);
    assert!(check.code == Some(1) && check.stdout.contains(name), "{check:#?}");
    let healed = program.must(&["repo", "parity", "heal"]);
    assert!(healed.contains(&format!("healed: data/{}/{name}", &name[..2])), "{healed}");
    assert!(healed.contains("(what was there is in damaged/data/"), "{healed}");
    assert_eq!(fs::read(pack).unwrap(), whole);
    program.must(&["repo", "check", "--read-data"]);
    program.restic().check();

    // Even what the repository cannot be opened without.
    fs::write(program.repository().join("config"), "").unwrap();
    assert_ne!(program.run(&["repo", "snapshots"]).code, Some(0));
    let healed = json(&program.must(&["repo", "parity", "heal", "--json"]));
    assert_eq!(healed["healed"][0]["item"], "config", "{healed}");
    program.must(&["repo", "snapshots"]);

    // More than there is parity for is said, with a code that scripts see.
    for path in files_below(&program.repository().join("parity/groups")) {
        fs::remove_file(path).unwrap();
    }
    flip_bit(pack, 5);
    let failed = program.run(&["repo", "parity", "heal"]);
    assert!(failed.code == Some(0), "what no group holds is not looked at: {failed:#?}");
    let update = program.run(&["repo", "parity", "update"]);
    assert_eq!(update.code, Some(1), "{update:#?}");
    update.assert_says(&["damaged or missing", name]);
    fs::remove_file(pack).unwrap();
    let failed = program.run(&["repo", "parity", "heal"]);
    assert!(failed.code == Some(1) && failed.stdout.contains("No group holds it"), "{failed:#?}");
    assert_eq!(program.run(&["repo", "parity", "set", "51"]).code, Some(2));
}

#[test]
fn a_part_of_the_data_can_be_read_back() {
    let program = stage();
    let read = |subset: &str| {
        let option = format!("--read-data-subset={subset}");
        json(&program.must(&["repo", "check", &option, "--json"]))["packs_read"].as_u64().unwrap()
    };
    assert_eq!((1..=3).map(|n| read(&format!("{n}/3"))).sum::<u64>(), 2);
    assert_eq!((read("100%"), read("0.1%"), read("1K"), read("1T")), (2, 1, 1, 2));
    for subset in ["0/3", "4/3", "1/257", "x", "0%", "101%", "-1%", "0", "5X", "99999999999T"] {
        let option = format!("--read-data-subset={subset}");
        assert_eq!(program.run(&["repo", "check", &option]).code, Some(2), "{subset}");
    }
    let both = program.run(&["repo", "check", "--read-data", "--read-data-subset=1/2"]);
    assert_eq!(both.code, Some(2));
}
