//! Random sequences of everything that is done with versions, by the program itself, which is
//! killed now and then: every version that was acknowledged comes back exactly, after each step.
//!
//! `UNDERCROFT_MODEL_SEEDS=n` runs more sequences, `UNDERCROFT_MODEL_SEED=n` one of them again.

mod changes;
use crate::program;
mod sequence;
mod tree;

use sequence::run;

#[test]
fn acknowledged_versions_come_back() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    if let Some(seed) = number("UNDERCROFT_MODEL_SEED") {
        return run(seed);
    }
    for seed in 0..number("UNDERCROFT_MODEL_SEEDS").unwrap_or(3) {
        run(seed);
    }
}
