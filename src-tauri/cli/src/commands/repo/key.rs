//! `undercroft repo key`: the keys that open the repository.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use undercroft_foundation::{Code, Error, Result};
use undercroft_repository::{KeyId, KeyInfo, Password, Repository};

use crate::exit_status::ExitStatus;
use crate::output::{Align, Output, Table};
use crate::password::{self, Purpose};
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the keys
    List,
    /// Add a key: another password that opens the repository
    Add(New),
    /// Remove a key: its password no longer opens the repository
    Remove(Remove),
    /// Change the password of the key in use
    Passwd(New),
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// Read the new password from this file, instead of the terminal
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// The key: its id, or the beginning of it
    id: String,
}

impl Command {
    pub(super) fn run(self, session: &Session, mut repository: Repository) -> Result<ExitStatus> {
        let out = &session.out;
        match self {
            Self::List => print(out, &repository.keys()?),
            Self::Add(new) => {
                let id = repository.add_key(&new.password(&repository)?)?;
                done(out, "Added the key", id);
            }
            Self::Remove(Remove { id }) => {
                let id = find(&repository.keys()?, &id)?;
                repository.remove_key(id)?;
                done(out, "Removed the key", id);
            }
            Self::Passwd(new) => {
                let password = new.password(&repository)?;
                let id = repository.change_password(&password)?;
                done(out, "The password is changed; its key is", id);
            }
        }
        Ok(ExitStatus::Done)
    }
}

impl New {
    fn password(&self, repository: &Repository) -> Result<Password> {
        let whose = format!("the new key of {}", repository.location());
        let secret = match self.new_password_file.as_deref() {
            Some(file) => password::from_file(Path::new(file))?,
            None => password::ask_anew(Purpose::Create, &whose)?,
        };
        Ok(secret.into_password())
    }
}

fn find(keys: &[KeyInfo], text: &str) -> Result<KeyId> {
    let mut fitting = keys.iter().filter(|key| key.id.to_string().starts_with(text));
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Ok(key.id),
        (Some(_), Some(_)) => {
            Err(Error::new(Code::Invalid, format!("Several keys begin with {text}"))
                .next("Give more digits of the id"))
        }
        (None, _) => Err(Error::new(Code::NotFound, format!("There is no key {text:?}"))
            .next("List the keys to see their ids")),
    }
}

fn done(out: &Output, what: &str, id: KeyId) {
    if out.is_json() {
        out.record(&json!({"message_type": "summary", "id": id.to_string()}));
    } else {
        out.line(format!("{what} {}", id.short()));
    }
}

fn print(out: &Output, keys: &[KeyInfo]) {
    if out.is_json() {
        let value = |key: &KeyInfo| {
            json!({
                "current": key.current,
                "id": key.id.to_string(),
                "userName": key.username,
                "hostName": key.hostname,
                "created": key.created,
                "damaged": key.damaged,
            })
        };
        return out.record(&keys.iter().map(value).collect::<Vec<_>>());
    }
    let mut table = Table::new(&[
        ("", Align::Left),
        ("ID", Align::Left),
        ("USER", Align::Left),
        ("HOST", Align::Left),
        ("CREATED", Align::Left),
    ]);
    for key in keys {
        let mark = if key.current { "*" } else { "" };
        table.row([
            mark.to_owned(),
            key.id.short(),
            key.username.clone(),
            key.hostname.clone(),
            if key.damaged { "damaged: remove it".to_owned() } else { key.created.clone() },
        ]);
    }
    table.print(out, "No keys");
}
