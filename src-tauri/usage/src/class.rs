//! The class of a file, by the ending of its name.

/// The number of classes that a file can have.
pub(crate) const CLASSES: usize = 8;

/// Longer endings are no types: `report.final version of monday`.
const LONGEST_EXTENSION: usize = 16;

/// The class of a file, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileClass {
    /// Source code.
    Code,
    /// Text and documents.
    Text,
    /// Data and databases.
    Data,
    /// Images.
    Image,
    /// Sound and video.
    Media,
    /// Archives and packages.
    Archive,
    /// Programs and libraries.
    Binary,
    /// Anything else.
    Other,
    /// Several classes, none of which is most of it: of folders only.
    Mixed,
}

impl FileClass {
    /// The classes that a file can have, in the order in which they are numbered on disk.
    pub const OF_FILES: [Self; CLASSES] = [
        Self::Code,
        Self::Text,
        Self::Data,
        Self::Image,
        Self::Media,
        Self::Archive,
        Self::Binary,
        Self::Other,
    ];

    /// The class of a file of this name.
    pub fn of_name(name: &[u8]) -> Self {
        match extension(name) {
            Some(found) => of_extension(found.as_bytes()),
            None => of_whole_name(name),
        }
    }

    /// The class that most of these bytes are of.
    pub(crate) fn of_most(by_class: &[u64; CLASSES]) -> Self {
        let total: u64 = by_class.iter().sum();
        if total == 0 {
            return Self::Other;
        }
        let most = Self::OF_FILES.into_iter().zip(by_class).find(|(_, bytes)| **bytes > total / 2);
        most.map_or(Self::Mixed, |(class, _)| class)
    }
}

/// The ending of a name, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Extension {
    bytes: [u8; LONGEST_EXTENSION],
    length: u8,
}

impl Extension {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// The ending of a name without its dot; none for hidden files such as `.profile`, and for what is
/// too long or too odd to be a type.
pub(crate) fn extension(name: &[u8]) -> Option<Extension> {
    let tail = &name[name.len().saturating_sub(LONGEST_EXTENSION + 1)..];
    let dot = tail.iter().rposition(|byte| *byte == b'.')?;
    let found = &tail[dot + 1..];
    if found.is_empty() || found.len() + 1 == name.len() {
        return None;
    }
    let mut bytes = [0; LONGEST_EXTENSION];
    for (place, byte) in bytes.iter_mut().zip(found) {
        if !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-' | b'+' | b'~') {
            return None;
        }
        *place = byte.to_ascii_lowercase();
    }
    Some(Extension { bytes, length: found.len() as u8 })
}

fn of_whole_name(name: &[u8]) -> FileClass {
    match name {
        b"Makefile" | b"makefile" | b"Dockerfile" | b"Containerfile" | b"Rakefile" | b"Gemfile"
        | b"Jenkinsfile" | b"Vagrantfile" | b"Justfile" | b"justfile" | b"PKGBUILD" => {
            FileClass::Code
        }
        b"README" | b"LICENSE" | b"COPYING" | b"AUTHORS" | b"CHANGELOG" | b"NEWS" | b"INSTALL"
        | b"NOTICE" => FileClass::Text,
        _ => FileClass::Other,
    }
}

fn of_extension(extension: &[u8]) -> FileClass {
    match extension {
        b"rs" | b"c" | b"h" | b"cc" | b"cpp" | b"cxx" | b"hpp" | b"hh" | b"hxx" | b"m" | b"mm"
        | b"go" | b"py" | b"pyi" | b"pyx" | b"rb" | b"js" | b"mjs" | b"cjs" | b"jsx" | b"ts"
        | b"mts" | b"cts" | b"tsx" | b"vue" | b"svelte" | b"java" | b"kt" | b"kts" | b"scala"
        | b"sc" | b"cs" | b"fs" | b"fsx" | b"vb" | b"swift" | b"php" | b"pl" | b"pm" | b"lua"
        | b"r" | b"jl" | b"hs" | b"lhs" | b"ml" | b"mli" | b"ex" | b"exs" | b"erl" | b"hrl"
        | b"clj" | b"cljs" | b"lisp" | b"el" | b"scm" | b"rkt" | b"zig" | b"nim" | b"d" | b"v"
        | b"sv" | b"vhd" | b"vhdl" | b"asm" | b"s" | b"f" | b"f90" | b"f95" | b"pas" | b"dart"
        | b"groovy" | b"gradle" | b"sh" | b"bash" | b"zsh" | b"fish" | b"ps1" | b"bat" | b"cmd"
        | b"sql" | b"html" | b"htm" | b"xhtml" | b"css" | b"scss" | b"sass" | b"less" | b"glsl"
        | b"vert" | b"frag" | b"wgsl" | b"hlsl" | b"cu" | b"cuh" | b"cmake" | b"mk" | b"nix"
        | b"tf" | b"proto" | b"graphql" | b"ipynb" | b"sol" | b"cr" | b"coffee" | b"astro" => {
            FileClass::Code
        }
        b"txt" | b"md" | b"markdown" | b"rst" | b"adoc" | b"org" | b"tex" | b"bib" | b"rtf"
        | b"doc" | b"docx" | b"odt" | b"ott" | b"pages" | b"pdf" | b"ps" | b"epub" | b"mobi"
        | b"ppt" | b"pptx" | b"odp" | b"key" | b"log" | b"po" | b"pot" | b"srt" | b"vtt"
        | b"djvu" | b"typ" | b"diff" | b"patch" => FileClass::Text,
        b"json" | b"jsonl" | b"ndjson" | b"json5" | b"yaml" | b"yml" | b"toml" | b"xml"
        | b"csv" | b"tsv" | b"ini" | b"cfg" | b"conf" | b"lock" | b"db" | b"db3" | b"sqlite"
        | b"sqlite3" | b"mdb" | b"accdb" | b"parquet" | b"arrow" | b"feather" | b"orc"
        | b"avro" | b"h5" | b"hdf5" | b"nc" | b"npy" | b"npz" | b"mat" | b"rds" | b"rdata"
        | b"pkl" | b"pickle" | b"pt" | b"pth" | b"onnx" | b"safetensors" | b"gguf" | b"ckpt"
        | b"xls" | b"xlsx" | b"ods" | b"dat" | b"data" | b"dbf" | b"shp" | b"geojson" | b"gpkg"
        | b"kml" | b"gpx" | b"plist" | b"properties" | b"env" | b"ldb" | b"sst" | b"wal"
        | b"fasta" | b"fastq" | b"bam" | b"vcf" | b"tfrecord" | b"pack" | b"idx" | b"map" => {
            FileClass::Data
        }
        b"png" | b"jpg" | b"jpeg" | b"jpe" | b"gif" | b"bmp" | b"tif" | b"tiff" | b"webp"
        | b"avif" | b"heic" | b"heif" | b"jxl" | b"jp2" | b"svg" | b"svgz" | b"ico" | b"icns"
        | b"psd" | b"psb" | b"xcf" | b"kra" | b"ai" | b"eps" | b"indd" | b"sketch" | b"fig"
        | b"raw" | b"cr2" | b"cr3" | b"nef" | b"arw" | b"dng" | b"orf" | b"rw2" | b"raf"
        | b"exr" | b"hdr" | b"tga" | b"dds" | b"blend" | b"fbx" | b"obj" | b"stl" | b"gltf"
        | b"glb" | b"3ds" | b"dae" | b"ply" | b"step" | b"stp" | b"dwg" | b"dxf" => {
            FileClass::Image
        }
        b"mp3" | b"wav" | b"flac" | b"ogg" | b"oga" | b"opus" | b"m4a" | b"aac" | b"aif"
        | b"aiff" | b"wma" | b"mid" | b"midi" | b"mp4" | b"m4v" | b"mkv" | b"webm" | b"mov"
        | b"avi" | b"wmv" | b"flv" | b"mpg" | b"mpeg" | b"mts2" | b"m2ts" | b"3gp" | b"ogv"
        | b"vob" | b"mxf" | b"prores" | b"braw" | b"als" | b"flp" | b"aup3" | b"caf" => {
            FileClass::Media
        }
        b"zip" | b"tar" | b"gz" | b"tgz" | b"bz2" | b"tbz" | b"tbz2" | b"xz" | b"txz" | b"zst"
        | b"tzst" | b"lz4" | b"lz" | b"lzma" | b"br" | b"7z" | b"rar" | b"cab" | b"iso"
        | b"img" | b"dmg" | b"deb" | b"rpm" | b"apk" | b"aab" | b"ipa" | b"jar" | b"war"
        | b"ear" | b"whl" | b"egg" | b"gem" | b"crate" | b"nupkg" | b"snap" | b"flatpak"
        | b"appimage" | b"msi" | b"pkg" | b"cpio" | b"squashfs" | b"qcow2" | b"vmdk" | b"vdi"
        | b"vhd2" | b"vhdx" | b"ova" | b"xpi" | b"crx" | b"vsix" | b"bak" => FileClass::Archive,
        b"exe" | b"dll" | b"so" | b"dylib" | b"a" | b"lib" | b"o" | b"ko" | b"bin" | b"elf"
        | b"com" | b"sys" | b"class" | b"pyc" | b"pyo" | b"pyd" | b"wasm" | b"rlib" | b"rmeta"
        | b"node" | b"pdb" | b"dwo" | b"gch" | b"pch" | b"hi" | b"beam" | b"elc" | b"ttf"
        | b"otf" | b"woff" | b"woff2" | b"rom" | b"hex" | b"uf2" | b"ilk" | b"exp" | b"dsym" => {
            FileClass::Binary
        }
        _ => FileClass::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_class() {
        for (name, class) in [
            ("main.rs", FileClass::Code),
            ("PHOTO.JPG", FileClass::Image),
            ("Makefile", FileClass::Code),
            ("a.tar.gz", FileClass::Archive),
            (".rs", FileClass::Other),
            ("a.", FileClass::Other),
            ("", FileClass::Other),
            ("no ending", FileClass::Other),
            ("a.of a sentence", FileClass::Other),
            ("x.1234567890123456", FileClass::Other),
        ] {
            assert_eq!(FileClass::of_name(name.as_bytes()), class, "{name}");
        }
        assert_eq!(extension(b".tar").map(|found| found.as_bytes().to_vec()), None);
        assert!(extension(b"x.12345678901234567").is_none());
        assert_eq!(extension(b"x.1234567890123456").map(|it| it.as_bytes().len()), Some(16));
    }

    #[test]
    fn most_is_more_than_half() {
        assert_eq!(FileClass::of_most(&[0; 8]), FileClass::Other);
        assert_eq!(FileClass::of_most(&[3, 2, 0, 0, 0, 0, 0, 0]), FileClass::Code);
        assert_eq!(FileClass::of_most(&[2, 2, 0, 0, 0, 0, 0, 0]), FileClass::Mixed);
    }
}
