//! How the beginning of a file is printed.

use undercroft_api::wire::{Preview, PreviewKind};

use super::Output;
use super::format::size;

/// Prints the beginning of a file, or a word on what it is.
pub(crate) fn print_preview(preview: &Preview, out: &Output) {
    let lines = |text: &Option<String>| {
        text.iter().flat_map(|text| text.lines()).for_each(|line| out.text_line(line));
    };
    match preview.kind {
        PreviewKind::Text => lines(&preview.text),
        PreviewKind::Binary => lines(&preview.hex),
        PreviewKind::Link => {
            out.line(format!("-> {}", preview.text.as_deref().unwrap_or_default()));
        }
        PreviewKind::Archive => {
            for entry in preview.entries.iter().flatten() {
                let weight = if entry.folder { String::new() } else { size(entry.size_bytes) };
                out.text_line(&format!("{weight:>12}  {}", entry.name));
            }
        }
        PreviewKind::Image | PreviewKind::Media | PreviewKind::Pdf => {
            out.line(format!(
                "{}, {}",
                preview.mime.as_deref().unwrap_or("image"),
                size(preview.size_bytes)
            ));
        }
        PreviewKind::TooLarge => {
            out.line(format!("{}: too large to show", size(preview.size_bytes)));
        }
        PreviewKind::Folder => out.note("It is a folder"),
    }
    if preview.truncated {
        out.note(format!("… there is more: {} in all", size(preview.size_bytes)));
    }
}
