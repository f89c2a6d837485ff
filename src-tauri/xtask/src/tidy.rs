//! `cargo xtask tidy`, also run as a test: the house rules that a machine can look for and that
//! neither rustc, clippy nor eslint does.

mod folders;
mod names;
mod sentences;
mod sizes;
mod sources;
mod test_programs;
mod words;
mod write_points;

use std::error::Error;

use sources::Source;

/// Prints every breach and fails when there is one.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let breaches = breaches()?;
    for breach in &breaches {
        println!("{breach}");
    }
    match breaches.len() {
        0 => Ok(()),
        count => Err(format!("{count} breaches of the house rules").into()),
    }
}

/// Every breach in the project, one line each, with the file it is in.
fn breaches() -> Result<Vec<String>, Box<dyn Error>> {
    let root = crate::root().canonicalize()?;
    let sources = sources::read_all(&root)?;
    let mut breaches = Vec::new();
    for source in &sources {
        let found = [names::check(source), sizes::check(source), words::check(source)].concat();
        breaches.extend(found.into_iter().map(|breach| format!("{}: {breach}", source.path)));
    }
    breaches.extend(sizes::check_ratchet(&sources));
    breaches.extend(folders::check(&sources));
    breaches.extend(sentences::check(&sources));
    breaches.extend(test_programs::check(&sources));
    breaches.extend(write_points::check(&sources));
    Ok(breaches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let breaches = breaches().unwrap();
        assert!(breaches.is_empty(), "{} breaches:\n{}", breaches.len(), breaches.join("\n"));
    }
}
