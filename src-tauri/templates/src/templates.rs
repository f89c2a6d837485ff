//! The templates of a library: listed, made, used and removed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use undercroft_foundation::{
    Code, Error, IoContext, Job, Result, Warning, canonicalize_or_keep, escape_name, escape_path,
    make_folders, read_text_input, replace_file, sync_folder, text,
};

use crate::builtin::{BUILTIN, Builtin};
use crate::copying::Copying;
use crate::manifest::{MANIFEST, Manifest, NAME, Template, Variable};
use crate::names::{check_template, check_variable};
use crate::staging::{FOLDER, Staging, hidden_beside};
use crate::text::Replacements;

/// The folder of a template's files.
const FILES: &str = "files";
const LONGEST_MANIFEST: u64 = 1 << 20;
const FILE_MODE: u32 = 0o644;

/// The built-in templates and those in a folder.
#[derive(Debug, Clone)]
pub struct Templates {
    root: PathBuf,
}

/// The outcome of making a project of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Files and links.
    pub files: u64,
    /// The bytes of the files.
    pub bytes: u64,
    /// The files that could not be copied, and why.
    pub warnings: Vec<Warning>,
}

impl Templates {
    /// The templates with the user's own in the folder `root`, which may not be there yet.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// All templates: the built-in ones, then the user's own by name. One whose `template.toml`
    /// cannot be read is left out.
    ///
    /// # Errors
    /// Whatever keeps the folder from being listed.
    pub fn list(&self) -> Result<Vec<Template>> {
        let mut templates = BUILTIN.iter().map(Builtin::describe).collect::<Result<Vec<_>>>()?;
        let listed = match fs::read_dir(&self.root) {
            Ok(listed) => listed,
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(templates),
            Err(source) => return Err(Error::io("list", &self.root, source)),
        };
        let mut own = Vec::new();
        for entry in listed {
            let name = entry.at("list", &self.root)?.file_name();
            let Some(name) = name.to_str().filter(|name| check_template(name).is_ok()) else {
                continue;
            };
            // Only what is named by nobody else: a built-in template stays what it is.
            if Builtin::find(name).is_none() {
                match self.describe(name) {
                    Ok(template) => own.push(template),
                    Err(error) => tracing::warn!(name, %error, "a template is left out"),
                }
            }
        }
        own.sort_by(|a, b| a.name.cmp(&b.name));
        templates.append(&mut own);
        Ok(templates)
    }

    fn describe(&self, name: &str) -> Result<Template> {
        let manifest = self.manifest(name)?;
        let (mut files, mut bytes) = (0, 0);
        let mut waiting = vec![self.root.join(name).join(FILES)];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(&folder).at("list", &folder)? {
                let entry = entry.at("list", &folder)?;
                // The entry's own: links are not followed.
                let found = entry.metadata().at("read", &entry.path())?;
                if found.is_dir() {
                    waiting.push(entry.path());
                } else {
                    files += 1;
                    bytes += if found.is_file() { found.len() } else { 0 };
                }
            }
        }
        Ok(manifest.describe(name, false, files, bytes))
    }

    fn manifest(&self, name: &str) -> Result<Manifest> {
        check_template(name)?;
        let path = self.root.join(name).join(MANIFEST);
        let text =
            read_text_input(&path, LONGEST_MANIFEST).map_err(|error| match error.code() {
                Code::NotFound => not_found(name),
                _ => error,
            })?;
        Manifest::read(&text, name)
    }

    /// Makes the new folder `target` of a template.
    ///
    /// `{{variable}}` becomes the variable's value in texts and in file names; `name` is the
    /// folder's name unless `values` says otherwise. Other braces stay. The folder is there whole
    /// or not at all.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an unknown template, [`Code::AlreadyExists`] for a target that is
    /// there, [`Code::Invalid`] for values of no variable or that spoil a file name,
    /// [`Code::Cancelled`], and whatever keeps files from being read or written.
    pub fn instantiate(
        &self,
        name: &str,
        target: &Path,
        values: &BTreeMap<String, String>,
        job: &Job,
    ) -> Result<Report> {
        let builtin = Builtin::find(name);
        let manifest = builtin.map_or_else(|| self.manifest(name), Builtin::manifest)?;
        let project = escape_name(target.file_name().unwrap_or_default().as_bytes());
        let replacements = Replacements::of_values(&manifest.values(values, &project)?);
        let job = job.step();
        let mut copying = Copying {
            replacements: &replacements,
            leave_out: &|_, _| false,
            warns_of_braces: false,
            job: &job,
            files: 0,
            bytes: 0,
        };
        check_apart(&self.root.join(name), target)?;
        let staging = Staging::create(target)?;
        match builtin {
            Some(builtin) => write_builtin(builtin, &staging, &mut copying)?,
            None => {
                let source = open_folder(&self.root.join(name).join(FILES))?;
                copying.copy(source.as_fd(), staging.root())?;
            }
        }
        job.check_cancelled()?;
        let (files, bytes) = (copying.files, copying.bytes);
        staging.publish()?;
        Ok(Report { files, bytes, warnings: job.warnings() })
    }

    /// Makes a template of a project's folder.
    ///
    /// `variables` has the text for each variable, which becomes `{{variable}}` in texts and file
    /// names, and the variable's default. `leave_out` is asked for each path, relative to the
    /// folder, and whether it is a folder. `.git` is never copied, nor are links that lead out.
    ///
    /// # Errors
    /// [`Code::AlreadyExists`] for a name that is taken, [`Code::Invalid`] for names that are
    /// none, [`Code::Cancelled`], and whatever keeps files from being read or written.
    #[expect(clippy::too_many_arguments, reason = "each is asked for by name in one dialog")]
    pub fn make(
        &self,
        name: &str,
        title: &str,
        description: &str,
        project_folder: &Path,
        variables: &BTreeMap<String, String>,
        leave_out: &dyn Fn(&Path, bool) -> bool,
        job: &Job,
    ) -> Result<Template> {
        check_template(name)?;
        if Builtin::find(name).is_some() {
            return Err(Error::new(
                Code::AlreadyExists,
                text!("Cannot make the template {name}", name),
            )
            .why("A built-in template has that name")
            .next("Choose another name"));
        }
        for (variable, text) in variables {
            check_variable(variable)?;
            if text.is_empty() {
                return Err(Error::new(
                    Code::Invalid,
                    text!("Cannot use the variable {variable}", variable),
                )
                .why("It has no text that it could stand for")
                .next("Give its text, or leave it out"));
            }
        }
        check_apart(project_folder, &self.root)?;
        let source = open_folder(project_folder)?;
        make_folders(&self.root)?;
        let own = |variable: &&String| *variable != NAME;
        let manifest = Manifest {
            title: title.to_owned(),
            description: description.to_owned(),
            variables: variables
                .iter()
                .filter(|(variable, _)| own(variable))
                .map(|(name, text)| Variable {
                    name: name.clone(),
                    prompt: name.replace('_', " "),
                    default: text.clone(),
                })
                .collect(),
        };
        let target = self.root.join(name);
        let staging = Staging::create(&target)?;
        self.fill(&staging, &source, &manifest, variables, leave_out, job)?;
        staging.publish()?;
        self.describe(name)
    }

    fn fill(
        &self,
        staging: &Staging,
        source: &OwnedFd,
        manifest: &Manifest,
        variables: &BTreeMap<String, String>,
        leave_out: &dyn Fn(&Path, bool) -> bool,
        job: &Job,
    ) -> Result<()> {
        let replacements = Replacements::of_texts(variables);
        let failed = |error: rustix::io::Errno| Error::io("create", &self.root, error.into());
        rustix::fs::mkdirat(staging.root(), FILES, Mode::from_raw_mode(0o777)).map_err(failed)?;
        let files =
            rustix::fs::openat(staging.root(), FILES, FOLDER, Mode::empty()).map_err(failed)?;
        let mut copying = Copying {
            replacements: &replacements,
            leave_out,
            warns_of_braces: true,
            job,
            files: 0,
            bytes: 0,
        };
        copying.copy(source.as_fd(), files.as_fd())?;
        let text = toml::to_string(manifest).map_err(|error| {
            Error::new(Code::Internal, "Cannot write the template's description").because(error)
        })?;
        replace_file(&staging.folder().join(MANIFEST), text.as_bytes(), FILE_MODE)?;
        job.check_cancelled()
    }

    /// Removes one of the user's own templates.
    ///
    /// # Errors
    /// [`Code::Invalid`] for a built-in one, [`Code::NotFound`] for an unknown one, and whatever
    /// keeps it from being removed.
    pub fn remove(&self, name: &str) -> Result<()> {
        check_template(name)?;
        if Builtin::find(name).is_some() {
            return Err(Error::new(
                Code::Invalid,
                text!("Cannot remove the template {name}", name),
            )
            .why("It is built in")
            .next("Only templates that you made can be removed"));
        }
        let folder = self.root.join(name);
        // Under another name first, so that it is never there in part.
        let hidden = hidden_beside(&folder);
        fs::rename(&folder, &hidden).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => not_found(name),
            _ => Error::io("remove", &folder, source),
        })?;
        sync_folder(&self.root)?;
        let is_link = fs::symlink_metadata(&hidden).is_ok_and(|found| found.is_symlink());
        if is_link { fs::remove_file(&hidden) } else { fs::remove_dir_all(&hidden) }
            .at("remove", &hidden)
    }
}

fn write_builtin(builtin: &Builtin, staging: &Staging, copying: &mut Copying<'_>) -> Result<()> {
    for (path, content) in builtin.files {
        copying.job.check_cancelled()?;
        let path = Path::new(path);
        let parent = staging.folder().join(path.parent().unwrap_or(Path::new("")));
        fs::create_dir_all(&parent).at("create", &parent)?;
        let folder = open_folder(&parent)?;
        let name = path.file_name().unwrap_or_default().as_bytes();
        copying.write_content(content, FILE_MODE, folder.as_fd(), name, path)?;
    }
    Ok(())
}

/// Refuses to copy a folder into itself.
fn check_apart(source: &Path, target: &Path) -> Result<()> {
    if !canonicalize_or_keep(target).starts_with(canonicalize_or_keep(source)) {
        return Ok(());
    }
    Err(Error::new(
        Code::Invalid,
        text!("Cannot copy {source} into itself", source = escape_path(source)),
    )
    .next("Choose a folder that does not hold the target"))
}

fn open_folder(folder: &Path) -> Result<OwnedFd> {
    rustix::fs::open(folder, FOLDER, Mode::empty()).map_err(io::Error::from).at("open", folder)
}

fn not_found(name: &str) -> Error {
    Error::new(Code::NotFound, text!("There is no template {name}", name))
        .next("List the templates to see what there is")
}
