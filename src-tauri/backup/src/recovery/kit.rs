//! The recovery kit: a page to print and put away. It says what is where, which password opens it,
//! and how everything comes back, with Undercroft and with restic alone.

use std::os::unix::ffi::OsStrExt;

use undercroft_foundation::{
    DestinationId, ProjectId, Result, escape_name, escape_path, shell_word,
};
use undercroft_library::ProjectFilter;

use super::Recovery;
use crate::snapshots::tag_of;

/// Projects beyond these would not fit on one page.
const SHOWN_PROJECTS: usize = 10;

/// A kit to print and put away.
#[derive(Clone)]
pub struct RecoveryKit {
    /// As text.
    pub text: String,
    /// As a page, without scripts.
    pub html: String,
    /// A name for the page's file.
    pub file_name: String,
}

// A derived `Debug` would print the password.
impl std::fmt::Debug for RecoveryKit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecoveryKit").field("file_name", &self.file_name).finish_non_exhaustive()
    }
}

/// A part of the page.
enum Part {
    Heading(&'static str),
    Words(String),
    Facts(Vec<(&'static str, String)>),
    Commands(Vec<String>),
}

impl Recovery {
    /// The recovery kit of a destination.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::WrongPassword`] when its password is kept nowhere any more.
    pub fn kit(&self, id: DestinationId) -> Result<RecoveryKit> {
        let destination = self.destinations.get(id)?;
        let password = self.secrets.read(id, &destination.name)?;
        let projects = self.library.projects().list(&ProjectFilter::default())?;
        let place = shell_word(destination.path.as_os_str().as_bytes());
        let date = self.library.world().clock.now().strftime("%Y-%m-%d").to_string();
        let mut parts = vec![
            Part::Words(
                "Print this page and put it away, apart from the computer and from the drive. \
                 Whoever has it and the drive can read all that is in it; without the password \
                 nobody can, you included."
                    .to_owned(),
            ),
            Part::Facts(vec![
                ("Destination", escape_name(destination.name.as_bytes())),
                ("Place", escape_path(&destination.path)),
                ("Repository", destination.repository.clone()),
                ("Password", escape_name(password.as_bytes())),
                ("As of", date),
            ]),
        ];
        let listed: Vec<_> = projects
            .iter()
            .map(|project| {
                (project.id, escape_name(project.name.as_bytes()), escape_path(&project.root))
            })
            .collect();
        parts.extend(with_undercroft(&place));
        parts.extend(with_restic(&place, &listed, &self.library.id()?.to_string()));
        Ok(RecoveryKit {
            text: as_text(&parts),
            html: as_page(&destination.name, &parts),
            file_name: format!("undercroft-recovery-kit-{}.html", plain(&destination.name)),
        })
    }
}

fn with_undercroft(place: &str) -> [Part; 3] {
    [
        Part::Heading("Everything, with Undercroft"),
        Part::Words(
            "On any machine with Undercroft, even an empty one: connect the drive, and choose \
             \u{201c}Restoring a lost machine?\u{201d} on the first page of the window, or run this. It \
             asks for the password. If the drive is somewhere else there, write that place instead."
                .to_owned(),
        ),
        Part::Commands(vec![format!("undercroft library recover {place} --with-folders")]),
    ]
}

fn with_restic(place: &str, projects: &[(ProjectId, String, String)], library: &str) -> Vec<Part> {
    let restore =
        |tag: &str| format!("restic -r {place} restore latest --tag {tag} --target restored");
    let mut parts = vec![
        Part::Heading("Everything, without Undercroft"),
        Part::Words(
            "The drive holds a repository in restic's format. restic (https://restic.net, or apt \
             install restic) opens it and asks for the password. These list what is there, and \
             check all of it:"
                .to_owned(),
        ),
        Part::Commands(vec![
            format!("restic -r {place} snapshots"),
            format!("restic -r {place} check --read-data"),
        ]),
    ];
    for (id, name, path) in projects.iter().take(SHOWN_PROJECTS) {
        parts.push(Part::Words(format!("{name}, which was {path}:")));
        parts.push(Part::Commands(vec![restore(&tag_of(*id))]));
    }
    if projects.len() > SHOWN_PROJECTS {
        let more = projects.len() - SHOWN_PROJECTS;
        parts.push(Part::Words(format!("{more} more projects are in the list of snapshots.")));
    }
    parts.push(Part::Words(
        "The library itself, with plans and all versions, if a plan includes it:".to_owned(),
    ));
    parts.push(Part::Commands(vec![restore(&format!("library:{library}"))]));
    parts
}

fn as_text(parts: &[Part]) -> String {
    let mut text = "UNDERCROFT RECOVERY KIT\n".to_owned();
    for part in parts {
        text.push('\n');
        match part {
            Part::Heading(heading) => text.push_str(&format!("{}\n", heading.to_uppercase())),
            Part::Words(words) => text.push_str(&wrapped(words)),
            Part::Facts(facts) => {
                for (name, value) in facts {
                    text.push_str(&format!("{name:<12} {value}\n"));
                }
            }
            Part::Commands(commands) => {
                for command in commands {
                    text.push_str(&format!("    {command}\n"));
                }
            }
        }
    }
    text
}

fn wrapped(words: &str) -> String {
    let mut text = String::new();
    let mut width = 0;
    for word in words.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > 78 {
            text.push('\n');
            width = 0;
        } else if width > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += length;
    }
    text.push('\n');
    text
}

fn as_page(name: &str, parts: &[Part]) -> String {
    let mut body = String::new();
    for part in parts {
        match part {
            Part::Heading(heading) => body.push_str(&format!("<h2>{heading}</h2>\n")),
            Part::Words(words) => body.push_str(&format!("<p>{}</p>\n", markup(words))),
            Part::Facts(facts) => {
                let row = |(name, value): &(&str, String)| {
                    format!("<tr><th>{name}</th><td>{}</td></tr>\n", markup(value))
                };
                let rows: String = facts.iter().map(row).collect();
                body.push_str(&format!("<table>\n{rows}</table>\n"));
            }
            Part::Commands(commands) => {
                let lines: Vec<_> = commands.iter().map(|command| markup(command)).collect();
                body.push_str(&format!("<pre>{}</pre>\n", lines.join("\n")));
            }
        }
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>Recovery kit of {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>Undercroft recovery kit</h1>\n{body}</body>\n</html>\n",
        markup(&escape_name(name.as_bytes()))
    )
}

const STYLE: &str = "@page { size: A4; margin: 14mm; }\n\
    body { font: 9.5pt/1.35 sans-serif; color: #000; background: #fff; max-width: 182mm; margin: 0 auto; }\n\
    h1 { font-size: 15pt; margin: 0 0 2mm; }\n\
    h2 { font-size: 11pt; margin: 4mm 0 1mm; }\n\
    p { margin: 1mm 0; }\n\
    th { text-align: left; vertical-align: top; padding-right: 6mm; font-weight: normal; }\n\
    td, pre { font-family: monospace; overflow-wrap: anywhere; }\n\
    pre { margin: 1mm 0 1mm 4mm; white-space: pre-wrap; font-size: 8.5pt; }\n";

fn markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let text: String = name.chars().map(plain).take(40).collect();
    text.trim_matches('-').to_owned()
}
