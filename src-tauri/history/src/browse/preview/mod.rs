//! The preview of a file: text, an image, a document, or bytes.

use std::fmt::Write as _;

mod language;

/// The most of a file's beginning that [`preview`] makes good use of.
pub const PREVIEW_HEAD: usize = 1 << 20;

/// The number of bytes that are shown at once of what is neither text nor an image.
pub const HEX_BYTES: usize = 4096;

/// A PDF says what it is within so many bytes.
const PDF_HEADER_WITHIN: usize = 1024;

/// The preview of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The content to show.
    pub kind: PreviewKind,
    /// The size of the file.
    pub size_bytes: u64,
    /// Whether there is more of it than is shown.
    pub truncated: bool,
}

/// The content of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreviewKind {
    /// Text.
    Text {
        /// The text, without a byte order mark.
        text: String,
        /// The encoding of the stored text.
        encoding: Encoding,
        /// The language that it is written in, by the name that the window's editor has for it.
        language: Option<&'static str>,
    },
    /// An image, to be shown as a picture, never as part of a page: it may hold scripts.
    Image {
        /// Its type: `image/png`.
        mime: &'static str,
    },
    /// Sound, or moving pictures, to be played.
    Media {
        /// Its type: `video/mp4`.
        mime: &'static str,
    },
    /// A PDF, to be drawn page by page: it may hold scripts and addresses, which nothing follows.
    Pdf,
    /// Anything else.
    Binary {
        /// Its first bytes: a line of offset, bytes and characters for every sixteen.
        hex: String,
    },
}

/// The encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, the lower byte first.
    Utf16Le,
    /// UTF-16, the higher byte first.
    Utf16Be,
    /// One byte a character: a guess.
    Latin1,
}

impl Encoding {
    /// The name that people know: `UTF-16 LE`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::Latin1 => "Latin-1",
        }
    }
}

/// The preview of the file called `name`, of `size_bytes`, which begins with `head`.
pub fn preview(head: &[u8], name: &[u8], size_bytes: u64) -> Preview {
    let mut truncated = (head.len() as u64) < size_bytes;
    let kind = if let Some(mime) = image_type(head, name) {
        PreviewKind::Image { mime }
    } else if let Some(mime) = media_type(head) {
        PreviewKind::Media { mime }
    } else if begins_pdf(head) {
        PreviewKind::Pdf
    } else if let Some((text, encoding)) = decode(head, truncated) {
        PreviewKind::Text { text, encoding, language: language::of(name) }
    } else if holds_pdf(head) {
        PreviewKind::Pdf
    } else {
        truncated |= head.len() > HEX_BYTES;
        PreviewKind::Binary { hex: hex_lines(&head[..head.len().min(HEX_BYTES)], 0) }
    };
    Preview { kind, size_bytes, truncated }
}

/// The text that bytes are, and how they store it; nothing when they are none. When more follows
/// them, a character that they only begin is left out.
pub fn decode(bytes: &[u8], more_follows: bool) -> Option<(String, Encoding)> {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => decode_wide(bytes),
        _ if bytes.contains(&0) => None,
        _ => {
            let unmarked = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            let text = match std::str::from_utf8(unmarked) {
                Ok(text) => Some(text),
                Err(error) if more_follows && error.error_len().is_none() => {
                    std::str::from_utf8(&unmarked[..error.valid_up_to()]).ok()
                }
                Err(_) => None,
            };
            match text {
                Some(text) => is_mostly_printable(text).then(|| (text.to_owned(), Encoding::Utf8)),
                None => {
                    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
                    is_mostly_printable(&text).then_some((text, Encoding::Latin1))
                }
            }
        }
    }
}

/// The text that bytes in an encoding of two bytes a character are; nothing when they are none. Such a
/// text is compared in this form, any other as it is stored.
pub fn decode_wide(bytes: &[u8]) -> Option<(String, Encoding)> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => Some((utf16(rest, u16::from_le_bytes)?, Encoding::Utf16Le)),
        [0xfe, 0xff, rest @ ..] => Some((utf16(rest, u16::from_be_bytes)?, Encoding::Utf16Be)),
        _ => None,
    }
}

/// An odd last byte is left out, and half a pair shown as such.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    let text: String = char::decode_utf16(units)
        .map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    (!text.contains('\0') && is_mostly_printable(&text)).then_some(text)
}

/// Whether at most one character in twenty is one that nobody types.
fn is_mostly_printable(text: &str) -> bool {
    let is_odd =
        |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}' | '\u{8}');
    let (mut all, mut odd) = (0usize, 0usize);
    for c in text.chars() {
        all += 1;
        odd += usize::from(is_odd(c));
    }
    odd * 20 <= all
}

/// The type of an image that a page can show, by its first bytes.
fn image_type(head: &[u8], name: &[u8]) -> Option<&'static str> {
    Some(match head {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..] => "image/bmp",
        [0, 0, 1, 0, count, 0, ..] if *count > 0 => "image/x-icon",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => "image/avif",
        _ if is_svg(head, name) => "image/svg+xml",
        _ => return None,
    })
}

/// The type of sound or moving pictures that a page may be able to play, by its first bytes.
fn media_type(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        [b'I', b'D', b'3', 2..=4, ..] | [0xff, 0xfb | 0xf3 | 0xf2, ..] => "audio/mpeg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => "audio/wav",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [_, _, _, _, b'f', b't', b'y', b'p', b'M', b'4', b'A', ..] => "audio/mp4",
        [0, 0, 0, _, b'f', b't', b'y', b'p', ..] => "video/mp4",
        [0x1a, 0x45, 0xdf, 0xa3, ..] => "video/webm",
        _ => return None,
    })
}

/// Whether bytes begin as a PDF does, which may be all text.
fn begins_pdf(head: &[u8]) -> bool {
    let unmarked = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    is_pdf_header(unmarked.trim_ascii_start())
}

/// Whether a PDF begins behind what a printer or a mail program put before it: in a line of its own,
/// for an archive may hold one, not far behind its own header.
fn holds_pdf(head: &[u8]) -> bool {
    let start = &head[..head.len().min(PDF_HEADER_WITHIN)];
    let mut lines = start.split_inclusive(|byte| matches!(byte, b'\n' | b'\r'));
    lines.any(is_pdf_header)
}

fn is_pdf_header(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', b'P', b'D', b'F', b'-', b'0'..=b'9', ..])
}

fn is_svg(head: &[u8], name: &[u8]) -> bool {
    let start = &head[..head.len().min(1024)];
    let begins = |with: &[u8]| start.trim_ascii_start().starts_with(with);
    let holds_svg = start.windows(4).any(|window| window == b"<svg");
    begins(b"<svg")
        || (language::extension(name).is_some_and(|found| found == "svg") && holds_svg)
        || (begins(b"<?xml") && holds_svg)
}

/// Bytes from an offset of a file on, as `hexdump -C` shows them.
pub fn hex_lines(bytes: &[u8], offset: u64) -> String {
    let mut text = String::with_capacity(bytes.len() * 5);
    for (row, sixteen) in bytes.chunks(16).enumerate() {
        let _ = write!(text, "{:08x} ", offset + row as u64 * 16);
        for at in 0..16 {
            let gap = if at == 8 { " " } else { "" };
            let _ = match sixteen.get(at) {
                Some(byte) => write!(text, "{gap} {byte:02x}"),
                None => write!(text, "{gap}   "),
            };
        }
        let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
        let _ = writeln!(text, "  |{}|", sixteen.iter().map(shown).collect::<String>());
    }
    text
}
