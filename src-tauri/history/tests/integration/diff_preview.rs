//! Previews of files.

use undercroft_history::{Encoding, PreviewKind, preview};
use undercroft_testkit::random_bytes;

fn text_of(bytes: &[u8]) -> (String, Encoding) {
    match preview(bytes, b"file", bytes.len() as u64).kind {
        PreviewKind::Text { text, encoding, .. } => (text, encoding),
        other => panic!("{other:?} is no text"),
    }
}

fn language_of(name: &[u8]) -> Option<&'static str> {
    match preview(b"x", name, 1).kind {
        PreviewKind::Text { language, .. } => language,
        other => panic!("{other:?} is no text"),
    }
}

#[test]
fn text_is_shown_however_it_is_stored() {
    assert_eq!(text_of("größe\n".as_bytes()), ("größe\n".to_owned(), Encoding::Utf8));
    assert_eq!(text_of(b"\xef\xbb\xbfa"), ("a".to_owned(), Encoding::Utf8));
    assert_eq!(text_of(b"\xff\xfea\0\x3d\xd8\x00\xde"), ("a😀".to_owned(), Encoding::Utf16Le));
    assert_eq!(text_of(b"\xfe\xff\0a\0"), ("a".to_owned(), Encoding::Utf16Be));
    assert_eq!(text_of(b"caf\xe9 cr\xe8me"), ("café crème".to_owned(), Encoding::Latin1));
    assert_eq!(text_of(b""), (String::new(), Encoding::Utf8));
    assert_eq!(text_of(b"\x1b[31mred\x1b[0m\n").1, Encoding::Utf8);
}

#[test]
fn a_character_that_is_cut_in_two_does_not_make_text_binary() {
    let whole = "häßlich".repeat(10).into_bytes();
    for length in 0..whole.len() {
        let shown = preview(&whole[..length], b"a.txt", whole.len() as u64);
        assert!(shown.truncated);
        let PreviewKind::Text { text, encoding, .. } = shown.kind else { panic!("{length}") };
        assert!(encoding == Encoding::Utf8 && whole.starts_with(text.as_bytes()));
    }
}

#[test]
fn images_are_known_by_their_first_bytes_whatever_they_are_called() {
    let cases: [(&[u8], &str); 9] = [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"BM\x10\0\0\0\0\0\0\0\x36", "image/bmp"),
        (b"\0\0\x01\0\x01\0", "image/x-icon"),
        (b"\0\0\0\x20ftypavif", "image/avif"),
        (b"<svg xmlns='x'><script/></svg>", "image/svg+xml"),
        (b"<?xml version='1.0'?>\n<!-- c --><svg/>", "image/svg+xml"),
    ];
    for (bytes, expected) in cases {
        let shown = preview(bytes, b"name.txt", bytes.len() as u64);
        assert_eq!(shown.kind, PreviewKind::Image { mime: expected });
    }
    assert!(matches!(preview(b"BM is short", b"a.bmp", 11).kind, PreviewKind::Text { .. }));
    assert!(matches!(preview(b"not one", b"a.svg", 7).kind, PreviewKind::Text { .. }));
    assert!(matches!(preview(b"<!-- c --><svg/>", b"A.SVG", 9).kind, PreviewKind::Image { .. }));
}

#[test]
fn a_pdf_is_known_by_its_header_whatever_it_is_called() {
    let shown = |bytes: &[u8]| preview(bytes, b"name.txt", bytes.len() as u64).kind;
    let behind = |length: usize| [&vec![0xff; length][..], b"\n%PDF-1.4\n\0"].concat();
    for bytes in [
        &b"%PDF-1.4\nall text"[..],
        b"%PDF-2.0\n\0\xff",
        b"\xef\xbb\xbf\r\n%PDF-1.7",
        b"\x1b%-12345X@PJL\r\n%PDF-1.4\n\0",
        &behind(1016),
    ] {
        assert_eq!(shown(bytes), PreviewKind::Pdf, "{bytes:?}");
    }
    // Neither one that others hold, nor text that tells of it.
    let packed = [b"a.pdf", &[0; 507][..], b"%PDF-1.4"].concat();
    for bytes in [&packed[..], &behind(1018)] {
        assert!(matches!(shown(bytes), PreviewKind::Binary { .. }), "{bytes:?}");
    }
    for text in [&b"A file begins with\n%PDF-1.4\n"[..], b"%PDF-related settings of TeX"] {
        assert!(matches!(shown(text), PreviewKind::Text { .. }), "{text:?}");
    }
}

#[test]
fn what_is_no_text_is_shown_as_bytes() {
    let shown = preview(b"\0\x01ELF and more|\xff", b"a.out", 16);
    let hex = "00000000  00 01 45 4c 46 20 61 6e  64 20 6d 6f 72 65 7c ff  |..ELF and more|.|\n";
    assert_eq!(shown.kind, PreviewKind::Binary { hex: hex.to_owned() });
    let PreviewKind::Binary { hex } = preview(b"\0", b"a", 1).kind else { panic!() };
    assert_eq!(hex.trim_end().len(), "00000000".len() + 1 + 49 + 2 + 3);

    let noise = random_bytes(7, 100_000);
    let shown = preview(&noise, b"noise", 100_000);
    let PreviewKind::Binary { hex } = shown.kind else { panic!("{shown:?}") };
    assert!(shown.truncated && hex.lines().count() == 256);
    assert!(matches!(preview(&[1; 100], b"a", 100).kind, PreviewKind::Binary { .. }));
}

#[test]
fn the_language_follows_from_the_name() {
    assert_eq!(language_of(b"main.rs"), Some("rust"));
    assert_eq!(language_of(b"Component.TSX"), Some("typescript"));
    assert_eq!(language_of(b"Dockerfile"), Some("dockerfile"));
    assert_eq!(language_of(b"Cargo.lock"), Some("toml"));
    assert_eq!(language_of(b".env"), Some("properties"));
    assert_eq!(language_of(b"a.b.yml"), Some("yaml"));
    assert_eq!(language_of(b".rs"), None);
    assert_eq!(language_of(b"\xff.rs"), None);
    assert_eq!(language_of(b"README"), None);
}
