//! The language that a file is written in, by its name.

/// Languages, by the names that the window's editor has for them, with the endings of their files.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("c", &["c", "h"]),
    ("cpp", &["cc", "cpp", "cxx", "hh", "hpp", "hxx", "ino"]),
    ("csharp", &["cs"]),
    ("css", &["css"]),
    ("dart", &["dart"]),
    ("dockerfile", &["dockerfile"]),
    ("go", &["go"]),
    ("haskell", &["hs"]),
    ("html", &["htm", "html", "xhtml"]),
    ("java", &["java"]),
    ("javascript", &["cjs", "js", "jsx", "mjs"]),
    ("json", &["json", "jsonl", "map", "webmanifest"]),
    ("kotlin", &["kt", "kts"]),
    ("less", &["less"]),
    ("lua", &["lua"]),
    ("markdown", &["markdown", "md", "mdx"]),
    ("perl", &["pl", "pm"]),
    ("php", &["php"]),
    ("powershell", &["ps1"]),
    ("properties", &["cfg", "conf", "env", "ini", "properties"]),
    ("python", &["py", "pyi", "pyw"]),
    ("r", &["r"]),
    ("ruby", &["gemspec", "rake", "rb"]),
    ("rust", &["rs"]),
    ("sass", &["sass", "scss"]),
    ("scala", &["scala"]),
    ("shell", &["bash", "fish", "sh", "zsh"]),
    ("sql", &["sql"]),
    ("svelte", &["svelte"]),
    ("swift", &["swift"]),
    ("toml", &["toml"]),
    ("typescript", &["cts", "mts", "ts", "tsx"]),
    ("vue", &["vue"]),
    ("xml", &["svg", "xml", "xsd", "xsl", "xslt", "plist"]),
    ("yaml", &["yaml", "yml"]),
];

/// Files that are known by their whole name.
const NAMES: &[(&str, &str)] = &[
    (".bashrc", "shell"),
    (".env", "properties"),
    (".profile", "shell"),
    (".zshrc", "shell"),
    ("cargo.lock", "toml"),
    ("composer.lock", "json"),
    ("dockerfile", "dockerfile"),
    ("gemfile", "ruby"),
    ("poetry.lock", "toml"),
    ("rakefile", "ruby"),
];

/// The language of the file of this name.
pub(super) fn of(name: &[u8]) -> Option<&'static str> {
    let whole = std::str::from_utf8(name).ok()?.to_lowercase();
    if let Some((_, language)) = NAMES.iter().find(|(known, _)| *known == whole) {
        return Some(language);
    }
    let extension = extension(name)?;
    let has = |(_, endings): &&(_, &[&str])| endings.contains(&extension.as_str());
    LANGUAGES.iter().find(has).map(|(language, _)| *language)
}

/// The part after the last dot, in lower case.
pub(super) fn extension(name: &[u8]) -> Option<String> {
    let (stem, extension) = std::str::from_utf8(name).ok()?.rsplit_once('.')?;
    (!stem.is_empty()).then(|| extension.to_lowercase())
}
