//! The templates that come with the program, in its binary.

use undercroft_foundation::Result;

use crate::manifest::{Manifest, Template};

/// A template in the binary: its manifest, and its files with their paths.
#[derive(Debug)]
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    manifest: &'static str,
    pub(crate) files: &'static [(&'static str, &'static [u8])],
}

macro_rules! builtin {
    ($name:literal, $($file:literal),+ $(,)?) => {
        Builtin {
            name: $name,
            manifest: include_str!(concat!("../builtin/", $name, "/template.toml")),
            files: &[
                // Under its own name git would read it in this repository, too.
                (".gitignore", include_bytes!(concat!("../builtin/", $name, "/files/gitignore"))),
                $(($file, include_bytes!(concat!("../builtin/", $name, "/files/", $file)))),+
            ],
        }
    };
}

/// All of them.
pub(crate) const BUILTIN: [Builtin; 3] = [
    builtin!(
        "backend",
        "README.md",
        "package.json",
        "src/app.js",
        "src/http.js",
        "src/items.js",
        "src/main.js",
        "test/app.test.js",
    ),
    builtin!(
        "frontend",
        "README.md",
        "package.json",
        "scripts/build.js",
        "scripts/serve.js",
        "scripts/static.js",
        "src/index.html",
        "src/list.js",
        "src/main.js",
        "src/style.css",
        "test/build.test.js",
        "test/list.test.js",
    ),
    builtin!(
        "fullstack",
        "README.md",
        "package.json",
        "scripts/build.js",
        "server/app.js",
        "server/http.js",
        "server/items.js",
        "server/main.js",
        "server/static.js",
        "test/api.test.js",
        "test/build.test.js",
        "test/web.test.js",
        "web/api.js",
        "web/index.html",
        "web/list.js",
        "web/main.js",
        "web/style.css",
    ),
];

impl Builtin {
    /// The built-in template of this name.
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        const ALL: &[Builtin] = &BUILTIN;
        ALL.iter().find(|builtin| builtin.name == name)
    }

    pub(crate) fn manifest(&self) -> Result<Manifest> {
        Manifest::read(self.manifest, self.name)
    }

    pub(crate) fn describe(&self) -> Result<Template> {
        let bytes = self.files.iter().map(|(_, content)| content.len() as u64).sum();
        Ok(self.manifest()?.describe(self.name, true, self.files.len() as u64, bytes))
    }
}
