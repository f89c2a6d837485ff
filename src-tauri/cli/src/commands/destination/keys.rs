//! `undercroft destination key`, `password` and `kit`: what opens a destination, and the page to
//! put away.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{
    DestinationRef, KeyNew, KeyRemove, Keys, NewPassword, PasswordKeeper, PasswordTry,
    RecoveryKitSave,
};
use undercroft_foundation::{Code, Error, Result};

use crate::exit_status::ExitStatus;
use crate::options::{NamedDestination, OptionalTarget, PasswordFile};
use crate::output::format::local_time;
use crate::output::{Align, Output, Table};
use crate::password::{self, Purpose};
use crate::resolve;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// List the keys of a destination; each has a password of its own
    List(NamedDestination),
    /// Let another password open a destination, too
    Add(NewKey),
    /// Remove a key; its password opens the destination no more
    Remove(RemoveKey),
    /// Try whether a password opens a destination: the one that is kept, or another
    Test(TestKey),
}

/// A password that is new to a destination.
#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    #[command(flatten)]
    new: NewPasswordFrom,
}

/// The source of a new password.
#[derive(Debug, Args)]
pub(crate) struct NewPasswordFrom {
    /// Read the new password from this file, instead of the terminal
    #[arg(long, value_name = "FILE", conflicts_with_all = ["generate", "key_file"])]
    new_password_file: Option<PathBuf>,
    /// Make a password of seven words; the recovery kit shows it
    #[arg(long, conflicts_with = "key_file")]
    generate: bool,
    /// Use this file as a key file: it is read each time, and nothing but its path is kept
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RemoveKey {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    /// The key: its id or the beginning of it
    key: String,
}

#[derive(Debug, Args)]
pub(crate) struct TestKey {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    /// Try another password than the one that is kept
    #[arg(long)]
    other: bool,
    #[command(flatten)]
    password: PasswordFile,
}

#[derive(Debug, Args)]
pub(crate) struct Kit {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    #[command(flatten)]
    target: OptionalTarget,
}

impl KeyCommand {
    pub(crate) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let out = &session.out;
        let keys = match self {
            Self::List(named) => api.destination_show(named.request())?.keys,
            Self::Add(add) => api.key_add(add.request(api)?)?,
            Self::Remove(RemoveKey { destination, key }) => {
                api.key_remove(KeyRemove { destination, key })?
            }
            Self::Test(test) => return test.run(session, api),
        };
        out.show(&keys, |keys| print_keys(keys, out));
        Ok(ExitStatus::Done)
    }
}

impl NewKey {
    fn request(self, api: &Api) -> Result<KeyNew> {
        let whose = format!("{}, the new one", self.destination);
        let password = self.new.password(api, || {
            password::ask_anew(Purpose::Create, &whose).map(password::Secret::into_text)
        })?;
        Ok(KeyNew { destination: self.destination, password })
    }

    /// Changes the password that is kept.
    pub(crate) fn change(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let out = &session.out;
        out.show(&api.password_change(self.request(api)?)?, |keys| print_keys(keys, out));
        out.note("The recovery kit that was printed before is out of date.");
        Ok(ExitStatus::Done)
    }
}

impl NewPasswordFrom {
    /// The password; what is typed, unless an option says where it comes from.
    pub(crate) fn password(
        self,
        api: &Api,
        typed: impl FnOnce() -> Result<String>,
    ) -> Result<NewPassword> {
        if self.generate {
            return Ok(NewPassword::Generated);
        }
        if let Some(path) = self.key_file {
            return Ok(NewPassword::KeyFile { place: resolve::place(api, &path)?.id });
        }
        let password = match self.new_password_file.as_deref() {
            Some(file) => password::from_file(file)?.into_text(),
            None => typed()?,
        };
        Ok(NewPassword::Typed { password })
    }

    /// Whether an option says where it comes from.
    pub(crate) fn is_given(&self) -> bool {
        self.generate || self.key_file.is_some() || self.new_password_file.is_some()
    }
}

impl TestKey {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let out = &session.out;
        let file = self.password.path();
        let password = match self.other || file.is_some() {
            true => {
                let asked = match file {
                    Some(file) => password::from_file(file)?,
                    None => password::ask_anew(Purpose::Open, &self.destination)?,
                };
                Some(asked.into_text())
            }
            false => None,
        };
        let request = PasswordTry { destination: self.destination.clone(), password };
        let tried = api.password_try(request)?;
        out.show(&tried, |tried| {
            if let Some(key) = &tried.key {
                out.line(format!("The password opens {} (key {key})", self.destination));
            }
        });
        if tried.opens {
            return Ok(ExitStatus::Done);
        }
        Err(Error::new(
            Code::WrongPassword,
            format!("The password does not open {}", self.destination),
        )
        .next("Try another one; the recovery kit has the right one"))
    }
}

impl Kit {
    pub(crate) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let out = &session.out;
        match self.target.target.as_deref() {
            Some(folder) => save(api, self.destination, folder, out)?,
            None => {
                let kit = api.recovery_kit(DestinationRef { destination: self.destination })?;
                out.show(&kit, |kit| out.raw(kit.text.as_bytes()));
            }
        }
        Ok(ExitStatus::Done)
    }
}

fn save(api: &Api, destination: String, folder: &Path, out: &Output) -> Result<()> {
    let place = resolve::place(api, folder)?.id;
    let saved = api.recovery_kit_save(RecoveryKitSave { destination, place })?;
    out.show(&saved, |saved| out.line(format!("Wrote {}", saved.display)));
    out.note("Print it, put the paper away, and remove the file: it holds the password.");
    Ok(())
}

pub(super) fn print_keys(keys: &Keys, out: &Output) {
    let mut table = Table::new(&[
        ("KEY", Align::Left),
        ("MADE", Align::Left),
        ("BY", Align::Left),
        ("", Align::Left),
    ]);
    for key in &keys.keys {
        let note = match (key.damaged, key.current) {
            (true, _) => "damaged",
            (_, true) => "in use",
            _ => "",
        };
        table.row([
            key.short_id.clone(),
            key.created.map(local_time).unwrap_or_default(),
            format!("{}@{}", key.user, key.host),
            note.to_owned(),
        ]);
    }
    table.print(out, "No key");
    out.note(format!("The password in use is kept {}", keeper(keys.keeper)));
}

/// The place where a password is kept, as the end of a sentence.
pub(super) fn keeper(keeper: PasswordKeeper) -> &'static str {
    match keeper {
        PasswordKeeper::Keyring => "in the system's keyring",
        PasswordKeeper::SealedFile => "in the library, sealed with a key in your configuration",
        PasswordKeeper::KeyFile => "in your key file",
        PasswordKeeper::Missing => "nowhere: add the destination once more with its password",
    }
}
