//! Patterns mean what restic's mean.

use std::os::fd::AsFd;

use proptest::prelude::*;

use super::*;

fn matches(pattern: &str, path: &str) -> bool {
    Patterns::parse(&[pattern]).unwrap().matches(path.as_bytes())
}

/// The expectations of restic's own tests, as `pattern path`.
#[test]
fn patterns_match_as_in_restic() {
    let yes = "
        *.go /foo/bar/test.go          * /foo/bar/test.go             ** /foo/bar/test.go
        foo* /foo/bar/test.go          bar* /foo/bar/test.go          bar/* /foo/bar/test.go
        bar/test.go /foo/bar/test.go   bar/*.go /foo/bar/test.go      ba*/*.go /foo/bar/test.go
        test.* /foo/bar/test.go        bar/* /foo/bar/baz             bar /foo/bar
        /foo/bar /foo/bar              /foo/bar/ /foo/bar             /foo///bar /foo/bar
        /foo/../bar /bar               /foo /foo/baz                  /foo/ /foo/baz
        /foo/* /foo/baz                bar /foo/bar/baz               bar /foo/bar/test.go
        /foo/*/test.* /foo/bar/test.go /*/*/baz/test.* /foo/bar/baz/test.go
        baz/test.* bar/baz/test.go     test.go bar/baz/test.go        *.go bar/baz/test.go
        sdk /foo/bar/sdk               sdk /foo/bar/sdk/test/sdk_foo.go
        foo/**/bar/*.go /home/user/foo/work/special/project/bar/test.go
        foo/**/bar/*.go /home/user/foo/bar/test.go     foo/**/bar/*.go x/foo/bar/test.go
        foo/**/bar/*.go foo/bar/test.go                foo/**/bar/*.go foo/bar/baz/bar/test.go
        foo/**/bar/*.go /foo/bar/main.go               foo/**/bar /home/user/foo/x/y/bar
        foo/**/bar /home/user/foo/x/y/bar/main.go      foo/**/bar/**/x /home/user/foo/bar/x
        foo/**/bar/**/x /home/user/foo/blaaa/blaz/bar/shared/work/x
        user/**/hidden*/**/c /home/user/work/x/y/hidden/z/a/b/c
        c:/foo c:/foo/bar   c:/foo/ c:/foo/bar         c:/foo/*/test.* c:/foo/bar/test.go
        /home/[uU]ser/?.go /home/user/F.go
    ";
    let no = "
        *.c /foo/bar/test.go           /bar* /foo/bar/test.go         baz/* /foo/bar/test.go
        bb*/*.go /foo/bar/test.go      tesT.* /foo/bar/test.go        /foo/bar /foo/baz
        /foo/bar /foo/baz/             /foo/../bar /foo/bar           /foo/* /foo
        /foo/*test.* /foo/bar/test.go  /foo/*/bar/test.* /foo/bar/test.go
        /*/*/bar/test.* /foo/bar/test.go               /*/*/bar/test.* /foo/bar/baz/test.go
        /*/foo/bar/test.* /foo/bar/baz/test.go         /foo/bar/test.* bar/baz/test.go
        /x/y/bar/baz/test.* bar/baz/test.go            /x/y/bar/baz/test.c bar/baz/test.go
        baz/tesT.* bar/baz/test.go     *.c bar/baz/test.go
        sdk/*/cpp/*/*vars*.html /usr/share/doc/libreoffice/sdk/docs/cpp/ref/a00517.html
        foo/**/bar/*.go /home/user/foo/test.c          foo/**/bar/*.go bar/foo/main.go
        foo/**/bar/*.go bar/main.go    user/**/important* /home/user/work/x/y/hidden/x
        c:/foo/*test.* c:/foo/bar/test.go              c:/foo/*/bar/test.* c:/foo/bar/test.go
    ";
    for (cases, expected) in [(yes, true), (no, false)] {
        let words: Vec<&str> = cases.split_whitespace().collect();
        for case in words.chunks(2) {
            assert_eq!(matches(case[0], case[1]), expected, "{case:?}");
        }
    }
}

#[test]
fn children_may_match_as_in_restic() {
    let yes = "
        foo/bar /foo           baz/bar /foo         foo /foo/bar          bar /foo
        baz /foo/bar           * /foo               * /foo/bar            /foo/bar /foo
        /foo/bar/baz /foo      /foo/bar/baz /foo/bar                      /foo/**/baz /foo/bar/baz
        /foo/**/baz /foo/bar/baz/blah               /foo/**/qux /foo/bar/baz/qux
        /foo/**/qux /foo/bar/baz                    /foo/**/qux /foo/bar/baz/boo
        /foo/** /foo/bar/baz   /foo/** /foo/bar     foo/**/bar/**/x /home/user/foo
        foo/**/bar/**/x /home/user/foo/bar
        foo/**/bar/**/x /home/user/foo/blaaa/blaz/bar/shared/work/x
        /foo/*/qux /foo/bar    /foo /foo/bar        /* /foo               /* /foo/bar
        /** /foo               /*/** /foo           /*/** /foo/bar        /*/bar /foo
        /foo/*/baz /foo/bar    /foo/*/baz /foo/baz  /**/* /foo            /**/bar /foo/bar
    ";
    let no = "
        /foo/bar/baz /foo/baz  /foo/*/qux /foo/bar/boo                    /foo/*/qux /foo/bar/boo/xx
        /baz/bar /foo          /bar/* /foo          /foo/*/baz /bar/baz
    ";
    for (cases, expected) in [(yes, true), (no, false)] {
        let words: Vec<&str> = cases.split_whitespace().collect();
        for case in words.chunks(2) {
            let patterns = Patterns::parse(&[case[0]]).unwrap();
            let found = patterns.matches_with_children(case[1].as_bytes());
            assert_eq!(found.children_may_match, expected, "{case:?}");
        }
    }
}

#[test]
fn lists_of_patterns_match_as_in_restic() {
    let go = "/foo/bar/test.go";
    let back = ["/**/*", "!/foo", "/foo/*", "!/foo/bar"];
    let deep = ["/**/*", "!/foo", "/foo/*", "!/foo/bar", "/foo/bar/test*"];
    let cases: &[(&[&str], &str, bool, bool)] = &[
        (&[], go, false, false),
        (&["*.go"], go, true, true),
        (&["*.go"], "/foo/bar", false, true),
        (&["*.c"], go, false, true),
        (&["*.go", "*.c"], go, true, true),
        (&["x"], go, false, true),
        (&["?"], go, false, true),
        (&["?", "x"], "/foo/bar/x", true, true),
        (&["/*/*/bar/test.*"], go, false, false),
        (&["/*/*/bar/test.*"], "/foo/bar/bar", false, true),
        (&["/*/*/bar/test.*", "*.go"], go, true, true),
        (&["", "*.c"], go, false, true),
        (&["!**", "*.go"], go, true, true),
        (&["!**", "*.c"], go, false, true),
        (&["/foo/*/test.*", "!*.c"], "/foo/bar/test.c", false, false),
        (&["/foo/*/test.*", "!*.c"], go, true, true),
        (&["/foo/*/*", "!test.*", "*.c"], go, false, true),
        (&["/foo/*/*", "!test.*", "*.c"], "/foo/bar/test.c", true, true),
        (&["/foo/*/*", "!test.*", "*.c"], "/foo/bar/file.go", true, true),
        (&back, "/foo/other/test.go", true, true),
        (&back, "/foo/bar", false, false),
        (&back, "/foo/bar/test.go", false, false),
        (&back, "/foo/bar/test.go/child", false, false),
        (&deep, "/foo/bar/test.go/child", true, true),
        (&["/foo/bar/*"], "/foo", false, true),
        (&["/foo/bar/*", "!/foo/bar/[a-m]*"], "/foo", false, true),
        (&["/foo/**/test.c"], "/foo/bar/foo/bar/test.c", true, true),
        (&["/foo/*/test.c"], "/foo/bar/foo/bar/test.c", false, false),
    ];
    for &(patterns, path, matched, children_may_match) in cases {
        let patterns = Patterns::parse(patterns).unwrap();
        let expected = Match { matched, children_may_match };
        assert_eq!(
            patterns.matches_with_children(path.as_bytes()),
            expected,
            "{patterns:?} {path}"
        );
        assert_eq!(patterns.matches(path.as_bytes()), matched, "{patterns:?} {path}");
    }
}

/// The expectations of Go's tests of `filepath.Match`, but for the separators.
#[test]
fn names_match_as_in_go() {
    let yes = [
        ("*", "abc"),
        ("*c", "abc"),
        ("a*", "a"),
        ("a*b*c*d*e*", "axbxcxdxexxx"),
        ("a*b?c*x", "abxbbxdbxebxczzx"),
        ("ab[c]", "abc"),
        ("ab[b-d]", "abc"),
        ("ab[^e-g]", "abc"),
        ("a\\*b", "a*b"),
        ("a?b", "a☺b"),
        ("a[^a]b", "a☺b"),
        ("[a-ζ]*", "α"),
        ("[\\]a]", "]"),
        ("[\\-]", "-"),
        ("[x\\-]", "x"),
        ("[x\\-]", "-"),
        ("[\\-x]", "-"),
        ("*x", "xxx"),
        ("a]", "a]"),
    ];
    let no = [
        ("a*", "ba"),
        ("a*b?c*x", "abxbbxdbxebxczzy"),
        ("ab[e-g]", "abc"),
        ("ab[^c]", "abc"),
        ("ab[^b-d]", "abc"),
        ("a\\*b", "ab"),
        ("a???b", "a☺b"),
        ("a[^a][^a][^a]b", "a☺b"),
        ("*[a-ζ]", "A"),
        ("[\\-x]", "z"),
    ];
    for (pattern, name) in yes {
        assert!(matches(pattern, name), "{pattern} {name}");
    }
    for (pattern, name) in no {
        assert!(!matches(pattern, name), "{pattern} {name}");
    }
    for bad in [
        "[]a]",
        "[-]",
        "[x-]",
        "[-x]",
        "\\",
        "[a-b-c]",
        "[",
        "[^",
        "[^bc",
        "a[",
        "test/**/[",
        "[\\",
    ] {
        assert_eq!(Patterns::parse(&[bad]).unwrap_err().code(), Code::Invalid, "{bad}");
    }
}

#[test]
fn names_need_not_be_text() {
    let patterns = Patterns::parse(&[&b"a?b"[..], b"\xff*", b"[^x]\xfe"]).unwrap();
    assert!(patterns.matches(b"/dir/a\xffb"));
    assert!(patterns.matches(b"\xff\xfe"));
    assert!(patterns.matches(b"\xc3\xfe"));
    assert!(!patterns.matches(b"a\xc3\xc3b"));
    assert!(!patterns.matches(b""));
}

#[test]
fn case_can_be_ignored() {
    let patterns = Patterns::parse_ignoring_case(&["*.JPG", "ÄRGER"]).unwrap();
    for path in ["/a/b.jpg", "/a/b.Jpg", "ärger/x", "Ärger"] {
        assert!(patterns.matches(path.as_bytes()), "{path}");
    }
    assert!(patterns.matches(b"/\xff/X.jPg"));
    assert!(!patterns.matches(b"/\xff/X.png"));
    assert!(!Patterns::parse(&["*.JPG"]).unwrap().matches(b"a.jpg"));
}

/// restic gives a second `**` room for one part, which it can do without only on longer paths.
#[test]
fn the_quirk_of_two_wildcards_is_kept() {
    assert!(!matches("a/**/b/**/c", "a/b/c"));
    assert!(matches("a/**/b/**/c", "/x/a/b/c"));
    assert!(matches("a/**/b/**/c", "a/x/b/x/c"));
}

#[test]
fn tag_files_mark_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::open(folder.path()).unwrap();
    let cache = TagFile::cache();
    let path = folder.path().join("CACHEDIR.TAG");
    assert!(!cache.marks(file.as_fd()).unwrap());
    std::fs::write(&path, "Signature: 8a47").unwrap();
    assert!(!cache.marks(file.as_fd()).unwrap());
    std::fs::write(&path, "Signature: 8a477f597d28d172789f06886806bc55\n# by hand\n").unwrap();
    assert!(cache.marks(file.as_fd()).unwrap());

    let any = TagFile::parse(".nobackup").unwrap();
    assert!(!any.marks(file.as_fd()).unwrap());
    std::fs::write(folder.path().join(".nobackup"), "").unwrap();
    assert!(any.marks(file.as_fd()).unwrap());
    assert_eq!(any.name(), b".nobackup");

    let with_header = TagFile::parse(".nobackup:really: yes").unwrap();
    assert!(!with_header.marks(file.as_fd()).unwrap());
    std::fs::write(folder.path().join(".nobackup"), "really: yes, so").unwrap();
    assert!(with_header.marks(file.as_fd()).unwrap());
    for bad in ["", ":x", "a/b", ".."] {
        assert!(TagFile::parse(bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn any_pattern_and_path_get_an_answer(
        patterns in prop::collection::vec("[!/*a.\\[\\]^\\\\?-]{0,12}", 0..4),
        path in "[/a.b]{0,16}",
    ) {
        if let Ok(patterns) = Patterns::parse(&patterns) {
            let found = patterns.matches_with_children(path.as_bytes());
            prop_assert_eq!(found.matched, patterns.matches(path.as_bytes()));
        }
    }

    #[test]
    fn a_name_without_special_characters_matches_itself(name in "[a-zA-Z0-9 ._#$%-]{1,20}") {
        prop_assume!(name != "." && name != "..");
        let (inside, rooted) = (format!("/x/{name}"), format!("/{name}"));
        prop_assert!(matches(&name, &inside));
        prop_assert!(matches(&rooted, &[&rooted, "/below"].concat()));
    }
}
