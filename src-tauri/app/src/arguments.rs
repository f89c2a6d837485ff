//! What the program is started with: how to start, and folders that become projects.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Parser;

/// Undercroft's window: keeps every version of every project you work on, and gives it all back.
#[derive(Debug, Clone, Default, Parser)]
#[command(name = "undercroft-desktop", version)]
pub(crate) struct Arguments {
    /// Start in the tray, without showing the window
    #[arg(long)]
    pub(crate) hidden: bool,

    /// Keep the library in this folder
    #[arg(long, value_name = "FOLDER", env = "UNDERCROFT_HOME")]
    pub(crate) library: Option<PathBuf>,

    /// Folders to offer as projects
    #[arg(value_name = "FOLDER")]
    pub(crate) folders: Vec<PathBuf>,
}

impl Arguments {
    /// The arguments that a second start of the program handed over, as far as they make sense.
    pub(crate) fn of_second_start(words: Vec<String>, folder: &Path) -> Self {
        Self::try_parse_from(words.into_iter().map(OsString::from))
            .map(|arguments| arguments.resolved_in(folder))
            .unwrap_or_default()
    }

    /// The same with every path absolute: relative ones mean the folder it was started in.
    #[must_use]
    pub(crate) fn resolved_in(mut self, folder: &Path) -> Self {
        self.library = self.library.map(|library| folder.join(library));
        self.folders = self.folders.into_iter().map(|path| folder.join(path)).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_start_names_folders_relative_to_its_own() {
        let words = ["undercroft-desktop", "--hidden", "atlas", "/srv/birch"];
        let words = words.map(str::to_owned).to_vec();
        let arguments = Arguments::of_second_start(words, Path::new("/home/ada"));
        assert!(arguments.hidden);
        assert_eq!(arguments.folders, [Path::new("/home/ada/atlas"), Path::new("/srv/birch")]);
    }

    #[test]
    fn a_second_start_with_words_that_make_no_sense_only_shows_the_window() {
        let words = vec!["undercroft-desktop".to_owned(), "--nonsense".to_owned()];
        let arguments = Arguments::of_second_start(words, Path::new("/"));
        assert!(arguments.folders.is_empty() && !arguments.hidden);
    }
}
