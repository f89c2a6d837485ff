//! The arguments that the program is started with: how to start, and folders and archives that become
//! projects.

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

    /// Folders to add as projects, or an archive to import
    #[arg(value_name = "FOLDER|ARCHIVE")]
    pub(crate) folders: Vec<PathBuf>,
}

impl Arguments {
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
    fn relative_folders_mean_where_it_was_started() {
        let words = ["undercroft-desktop", "--hidden", "atlas", "/srv/birch"];
        let arguments = Arguments::parse_from(words).resolved_in(Path::new("/home/ada"));
        assert!(arguments.hidden);
        assert_eq!(arguments.folders, [Path::new("/home/ada/atlas"), Path::new("/srv/birch")]);
    }
}
