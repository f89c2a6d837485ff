//! Archives of the stock tools come out as what was packed.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use undercroft_archive::unpack::Format;
use undercroft_testkit::{Compare, set_modified, tree_differences, write_file};

use crate::support::{Scene, plan_of, run};

const TAR: Compare = Compare {
    times: false,
    modes: true,
    owners: false,
    attributes: false,
    hard_links: true,
    holes: false,
    roots: false,
};

fn assert_same(expected: &Path, actual: &Path, compare: Compare) {
    let differences = tree_differences(expected, actual, compare);
    assert!(differences.is_empty(), "{differences:#?}");
}

/// A project with everything that an archive can hold.
fn make_project(root: &Path) {
    write_file(root.join("README.md"), "hello\n");
    write_file(root.join(".git/HEAD"), "ref: refs/heads/main\n");
    write_file(root.join("src/größe.txt"), "größe");
    write_file(root.join("src/empty"), "");
    write_file(root.join("src/back\\slash"), "character");
    let long = "long-name/".repeat(40);
    write_file(root.join(long).join("n".repeat(200)), "deep");
    write_file(root.join("big"), vec![7; 3_000_000]);
    fs::create_dir_all(root.join("empty-folder")).unwrap();
    write_file(root.join("run"), "#!/bin/sh\n");
    fs::set_permissions(root.join("run"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("../README.md", root.join("src/link")).unwrap();
    symlink("src", root.join("folder-link")).unwrap();
    set_modified(root.join("README.md"), 1_234_567_890, 0);
    set_modified(root.join("src"), 1_234_567_891, 0);
}

fn packed_by(line: &str, file: &str, format: Format, compare: Compare) {
    let scene = Scene::new();
    let project = scene.path("in/project-1.0");
    make_project(&project);
    if compare.hard_links {
        fs::hard_link(project.join("README.md"), project.join("hard")).unwrap();
        fs::write(project.join(std::ffi::OsStr::from_bytes(b"bytes-\xff")), "not text").unwrap();
    }
    run(&scene.path("in"), line);
    let archive = scene.path("in").join(file);
    let plan = plan_of(&archive);
    assert_eq!((plan.format, plan.refusal.clone()), (Some(format), None));
    assert_eq!(plan.name, "project-1.0");
    assert!(plan.complete && plan.warnings.is_empty() && plan.left_out == 0, "{plan:?}");
    let report = scene.unpack(&archive).unwrap();
    assert_eq!(report.stripped.as_deref(), Some("project-1.0"));
    assert_eq!(Some(report.bytes), plan.bytes);
    assert_eq!(report.left_out, 0, "{report:?}");
    assert_same(&project, &scene.target(), compare);
    for name in ["README.md", "src"] {
        let [expected, actual] =
            [project.join(name), scene.target().join(name)].map(|path| fs::metadata(path).unwrap());
        assert_eq!(expected.mtime(), actual.mtime(), "{name}");
    }
}

#[test]
fn a_tar_of_gnu() {
    packed_by("tar --format=gnu -cf a.bin project-1.0", "a.bin", Format::Tar, TAR);
}

#[test]
fn a_tar_in_pax_with_times_to_the_nanosecond() {
    let compare = Compare { times: true, roots: true, ..TAR };
    packed_by("tar --format=posix -cf a.bin project-1.0", "a.bin", Format::Tar, compare);
}

#[test]
fn a_tar_in_gzip() {
    packed_by("tar -czf a.zip project-1.0", "a.zip", Format::TarGz, TAR);
}

#[test]
fn a_tar_in_gzip_of_several_members() {
    let line = "tar -cf - project-1.0 | split -b 1000000 --filter=gzip - >a.bin";
    packed_by(line, "a.bin", Format::TarGz, TAR);
}

#[test]
fn a_tar_in_xz() {
    packed_by("tar -cf - project-1.0 | xz -9 >a.bin", "a.bin", Format::TarXz, TAR);
}

#[test]
fn a_tar_in_zstandard() {
    packed_by("tar -cf - project-1.0 | zstd -19 -q >a.bin", "a.bin", Format::TarZst, TAR);
}

#[test]
fn a_zip() {
    let compare = Compare { hard_links: false, ..TAR };
    packed_by("zip -qry a.tar project-1.0; mv a.tar a.bin", "a.bin", Format::Zip, compare);
}

#[test]
fn a_zip_that_was_streamed() {
    let compare = Compare { hard_links: false, ..TAR };
    packed_by(
        "find . -type l -delete; zip -qry - project-1.0 | cat >a.bin",
        "a.bin",
        Format::Zip,
        compare,
    );
}

#[test]
fn a_zip_of_64_bits() {
    let compare = Compare { hard_links: false, ..TAR };
    packed_by(
        "zip -fz -qry a.bin.zip project-1.0; mv a.bin.zip a.bin",
        "a.bin",
        Format::Zip,
        compare,
    );
}

#[test]
fn old_formats_of_tar() {
    for format in ["v7", "ustar"] {
        let scene = Scene::new();
        write_file(scene.path("in/p/sub/file"), "old");
        let deep = "some-folder/".repeat(12);
        if format == "ustar" {
            write_file(scene.path("in/p").join(&deep).join("file"), "deep");
        }
        symlink("sub", scene.path("in/p/link")).unwrap();
        run(&scene.path("in"), &format!("tar --format={format} -cf a p"));
        scene.unpack(&scene.path("in/a")).unwrap();
        assert_same(&scene.path("in/p"), &scene.target(), TAR);
    }
}

#[test]
fn files_with_holes_in_every_form() {
    let forms = [
        "gnu",
        "posix --sparse-version=0.0",
        "posix --sparse-version=0.1",
        "posix --sparse-version=1.0",
    ];
    for form in forms {
        let scene = Scene::new();
        fs::create_dir_all(scene.path("in/p")).unwrap();
        // 30 islands need blocks behind the header.
        let line = "for i in $(seq 1 30); do printf island | \
                    dd of=p/holes bs=1 seek=${i}000000 conv=notrunc status=none; done; \
                    truncate -s 40000000 p/holes; echo after >p/z";
        run(&scene.path("in"), line);
        run(&scene.path("in"), &format!("tar -S --format={form} -cf a p"));
        let packed = fs::metadata(scene.path("in/a")).unwrap().len();
        assert!(packed < 1_000_000, "{form}: {packed}");
        scene.unpack(&scene.path("in/a")).unwrap();
        assert_same(&scene.path("in/p"), &scene.target(), Compare { holes: true, ..TAR });
        assert!(plan_of(&scene.path("in/a")).bytes > Some(40_000_000));
    }
}

#[test]
fn folders_that_forbid_writing_keep_their_mode() {
    let scene = Scene::new();
    write_file(scene.path("in/p/locked/file"), "x");
    run(&scene.path("in"), "chmod 555 p/locked p; tar -cf a p; chmod 755 p/locked p");
    scene.unpack(&scene.path("in/a")).unwrap();
    for name in ["locked", "."] {
        let mode = fs::metadata(scene.target().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o555, "{name}");
    }
    run(&scene.path("out"), "chmod -R 755 project");
}

#[test]
fn an_archive_without_a_top_folder_is_named_after_its_file() {
    let scene = Scene::new();
    write_file(scene.path("in/a.txt"), "a");
    write_file(scene.path("in/b.txt"), "b");
    run(&scene.path("in"), "tar -czf ../my-app.tar.gz .");
    let plan = plan_of(&scene.path("my-app.tar.gz"));
    assert_eq!((plan.name.as_str(), plan.top_folder), ("my-app", None));
    let report = scene.unpack(&scene.path("my-app.tar.gz")).unwrap();
    assert_eq!((report.stripped, scene.read("b.txt").as_str()), (None, "b"));
}

#[test]
fn the_layer_stays_where_that_is_wanted() {
    let mut scene = Scene::new();
    scene.options.strip_top_folder = false;
    write_file(scene.path("in/p/a.txt"), "a");
    run(&scene.path("in"), "zip -qr a p");
    scene.unpack(&scene.path("in/a.zip")).unwrap();
    assert_eq!(scene.read("p/a.txt"), "a");
}

#[test]
fn a_git_archive_with_its_global_header() {
    let scene = Scene::new();
    write_file(scene.path("in/a.txt"), "a");
    let make = "git init -q . && git add . && \
                git -c user.name=a -c user.email=a@b commit -qm a && \
                git archive --prefix=p/ -o ../a.tar HEAD";
    run(&scene.path("in"), make);
    let report = scene.unpack(&scene.path("a.tar")).unwrap();
    assert_eq!((report.stripped.as_deref(), report.left_out), (Some("p"), 0));
    assert_eq!(scene.read("a.txt"), "a");
}
