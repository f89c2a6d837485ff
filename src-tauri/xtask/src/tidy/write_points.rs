//! Every write point of the register is reached somewhere, and every one that is reached is in it.

use std::collections::BTreeSet;

use undercroft_foundation::WRITE_POINTS;

use super::Source;

const CALL: &str = "reach_write_point(\"";

pub(super) fn check(sources: &[Source]) -> Vec<String> {
    let reached: BTreeSet<_> = sources
        .iter()
        .filter(|source| source.kind() == "rs" && source.is_production())
        .flat_map(|source| reached_in(&source.production_lines().collect::<Vec<_>>().join("\n")))
        .collect();
    let registered: BTreeSet<_> = WRITE_POINTS.iter().map(|name| (*name).to_owned()).collect();
    let unknown = reached.difference(&registered).map(|name| format!("{name}: is not registered"));
    let idle = registered.difference(&reached).map(|name| format!("{name}: nothing reaches it"));
    unknown.chain(idle).map(|breach| format!("write point {breach}")).collect()
}

fn reached_in(text: &str) -> Vec<String> {
    let calls = text.split(CALL).skip(1);
    calls.filter_map(|rest| rest.split_once('"')).map(|(name, _)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_off_the_calls() {
        let text = "reach_write_point(\"a.b\"); x(); reach_write_point(\"c\");";
        assert_eq!(reached_in(text), ["a.b", "c"]);
    }
}
