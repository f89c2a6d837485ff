//! The commands that a plan starts, as words that can be told apart.

use undercroft_api::wire::PlanDraft;

/// The commands of a plan, each argument so that it is told from the next.
pub(crate) fn hooks(draft: &PlanDraft) -> impl Iterator<Item = (&'static str, String)> {
    let both = [("Before", &draft.before), ("After", &draft.after)].into_iter();
    both.filter_map(|(label, hook)| {
        let words = hook.as_ref()?.command.iter().map(|word| word_shown(word));
        Some((label, words.collect::<Vec<_>>().join(" ")))
    })
}

fn word_shown(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    let plain = !word.is_empty() && word.chars().all(is_plain);
    if plain { word.to_owned() } else { format!("{word:?}") }
}
