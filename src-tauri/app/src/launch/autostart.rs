//! Starting when the user logs in: an entry in the desktop's autostart folder
//! (freedesktop.org, "Desktop Application Autostart Specification").

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use undercroft_foundation::{Code, Error, IoContext, Result, replace_file};

/// Makes the entry, or takes it away.
///
/// # Errors
/// A folder that cannot be written, or a path that no entry can hold.
pub(crate) fn set(start: bool, library: &Path) -> Result<()> {
    let entry = folder()?.join("undercroft.desktop");
    if !start {
        return match std::fs::remove_file(&entry) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            removed => removed.at("remove", &entry),
        };
    }
    let program = std::env::current_exe().map_err(|source| {
        Error::new(Code::Unavailable, "Cannot tell where Undercroft is").because(source)
    })?;
    let text = entry_text(&without_deleted_mark(program), library)?;
    let folder = entry.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(folder).at("make", folder)?;
    replace_file(&entry, text.as_bytes(), 0o644)
}

fn folder() -> Result<PathBuf> {
    let set = |name| -> Option<OsString> { std::env::var_os(name).filter(|it| !it.is_empty()) };
    let config = set("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".config")));
    config.map(|config| config.join("autostart")).ok_or_else(|| {
        Error::new(Code::NotFound, "Cannot tell where programs are started from at login")
            .why("Neither XDG_CONFIG_HOME nor HOME is set")
    })
}

/// The path of the program; Linux marks one that an upgrade has replaced since it was started.
fn without_deleted_mark(program: PathBuf) -> PathBuf {
    let marked = program.to_str().and_then(|text| text.strip_suffix(" (deleted)"));
    marked.filter(|_| !program.exists()).map(PathBuf::from).unwrap_or(program)
}

fn entry_text(program: &Path, library: &Path) -> Result<String> {
    let (program, library) = (argument(program)?, argument(library)?);
    Ok(format!(
        "[Desktop Entry]\nType=Application\nName=Undercroft\nComment=Backups and versions\n\
         Exec={program} --hidden --library {library}\nIcon=undercroft-desktop\nTerminal=false\n\
         StartupNotify=false\nX-GNOME-Autostart-enabled=true\n"
    ))
}

/// A path as an argument of `Exec`: quoted, and quoted once more for the file's own escapes.
fn argument(path: &Path) -> Result<String> {
    let text = path.to_str().filter(|text| !text.contains(['\n', '\r'])).ok_or_else(|| {
        Error::new(Code::Invalid, "Cannot start at login")
            .why("A path on the way has bytes that such an entry cannot hold")
            .next("Move the program or the library to a folder with a plain name")
    })?;
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '`' | '$' | '\\' => quoted.extend(['\\', c]),
            '%' => quoted.push_str("%%"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    Ok(quoted.replace('\\', "\\\\"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_was_upgraded_while_it_ran_is_started_by_its_path() {
        let program = PathBuf::from("/nowhere/bin/undercroft-desktop");
        let marked = PathBuf::from("/nowhere/bin/undercroft-desktop (deleted)");
        assert_eq!(without_deleted_mark(marked), program);
        assert_eq!(without_deleted_mark(program.clone()), program);
    }

    #[test]
    fn hostile_paths_are_quoted_as_the_specification_says() {
        let text = entry_text(Path::new("/opt/a b/un$der"), Path::new("/h/100%\"x\\")).unwrap();
        let line = text.lines().find(|line| line.starts_with("Exec=")).unwrap();
        assert_eq!(line, r#"Exec="/opt/a b/un\\$der" --hidden --library "/h/100%%\\"x\\\\""#);
        assert!(entry_text(Path::new("/a\nb"), Path::new("/c")).is_err());
    }
}
