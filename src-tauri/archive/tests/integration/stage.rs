//! A library with projects to archive.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use undercroft_archive::{
    Archive, ArchiveOrder, ArchiveReader, Archives, Existing, ExtractOrder, Extracted, Level,
    TABLES,
};
use undercroft_foundation::{Job, Result, TreePath, World};
use undercroft_library::{AddProject, Library, Project};

pub struct Stage {
    folder: TempDir,
    pub library: Library,
    pub archives: Archives,
}

impl Stage {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("library");
        Self::at(folder, &root)
    }

    pub fn at(folder: TempDir, root: &Path) -> Self {
        let library = Library::open_or_create(root, &World::real(), TABLES).unwrap();
        let archives = Archives::open(&library).unwrap();
        Self { folder, library, archives }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A project that `fill` makes.
    pub fn project(&self, name: &str, fill: impl FnOnce(&Path)) -> Project {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        fill(&path);
        let add = AddProject { path, ..AddProject::default() };
        self.library.projects().add_linked(&add).unwrap()
    }

    pub fn archive(&self, project: &Project) -> Result<Archive> {
        self.archive_with(project, &[], &Job::new())
    }

    pub fn archive_with(
        &self,
        project: &Project,
        parts: &[(&'static str, PathBuf)],
        job: &Job,
    ) -> Result<Archive> {
        let level = Level::Balanced;
        let order = ArchiveOrder {
            project,
            level,
            parts,
            versions: 0,
            last_change: None,
            frees_source: true,
        };
        self.archives.create(&order, job)
    }

    pub fn reader(&self, archive: &Archive) -> ArchiveReader {
        self.archives.reader(archive.manifest.id).unwrap()
    }

    /// All files of the archives' folder, hidden ones too.
    pub fn archive_files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut folders = vec![self.archives.folder()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path.file_name().unwrap().to_string_lossy().into_owned());
                }
            }
        }
        files.sort();
        files
    }
}

pub fn extract(reader: &ArchiveReader, to: &Path, paths: &[&str]) -> Result<Extracted> {
    extract_over(reader, to, paths, Existing::Refuse)
}

pub fn extract_over(
    reader: &ArchiveReader,
    to: &Path,
    paths: &[&str],
    existing: Existing,
) -> Result<Extracted> {
    let paths: Vec<_> = paths.iter().map(|path| TreePath::new(path.as_bytes()).unwrap()).collect();
    reader.extract(&ExtractOrder { folder: to, paths: &paths, existing }, &Job::new())
}
