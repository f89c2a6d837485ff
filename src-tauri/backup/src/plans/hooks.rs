//! The commands of plans that may be started: those that the user confirmed on this machine, word
//! for word. `hooks.json` in the user's configuration remembers them, outside every library: what a
//! recovery, a copy or a page brings in is started only after somebody has seen it.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use undercroft_foundation::{
    Code, Error, IoContext, LibraryId, PlanId, Result, escape_path, reach_write_point,
    replace_file, text,
};

use super::{HookCommand, Plan, PlanSpec, Plans};

const FILE: &str = "hooks.json";

/// When a command of a plan is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HookMoment {
    /// Before the first backup.
    Before,
    /// After the last.
    After,
}

impl HookMoment {
    /// The moment's name: `before` or `after`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// A program with its arguments, and when a plan starts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// When it is started.
    pub when: HookMoment,
    /// The program and its arguments.
    pub command: Vec<String>,
}

/// A command that the user confirmed.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Confirmed {
    library: LibraryId,
    plan: PlanId,
    #[serde(flatten)]
    hook: Hook,
}

impl PlanSpec {
    /// The commands that it starts.
    pub fn hooks(&self) -> Vec<Hook> {
        let hook = |when, hook: &Option<HookCommand>| {
            hook.as_ref().map(|hook| Hook { when, command: hook.command.clone() })
        };
        let both = [hook(HookMoment::Before, &self.before), hook(HookMoment::After, &self.after)];
        both.into_iter().flatten().collect()
    }
}

impl Plans {
    /// The commands of a plan that are not started, because nobody confirmed them on this machine.
    ///
    /// # Errors
    /// Whatever keeps the list of confirmed commands from being read.
    pub fn unconfirmed_hooks(&self, plan: &Plan) -> Result<Vec<Hook>> {
        let mut hooks = plan.spec.hooks();
        if !hooks.is_empty() {
            let (library, known) = (self.library.id()?, read(&self.secrets.folder()?.join(FILE))?);
            hooks.retain(|hook| !known.iter().any(|each| each.is(library, plan.id, hook)));
        }
        Ok(hooks)
    }

    /// Lets these commands of a plan be started, and of those that it had before only the ones
    /// that it still has.
    ///
    /// # Errors
    /// Whatever keeps the list of confirmed commands from being written.
    pub fn confirm_hooks(&self, plan: &Plan, confirmed: &[Hook]) -> Result<()> {
        let hooks = plan.spec.hooks();
        self.change_confirmed(|library, known| {
            known.retain(|each| {
                (each.library, each.plan) != (library, plan.id) || hooks.contains(&each.hook)
            });
            for hook in confirmed.iter().filter(|hook| hooks.contains(hook)) {
                let new = Confirmed { library, plan: plan.id, hook: hook.clone() };
                if !known.contains(&new) {
                    known.push(new);
                }
            }
        })
    }

    /// Lets no command of these plans be started until it is confirmed anew.
    pub(crate) fn withdraw_hooks<'a>(&self, plans: impl Iterator<Item = &'a Plan>) -> Result<()> {
        for plan in plans.filter(|plan| !plan.spec.hooks().is_empty()) {
            self.change_confirmed(|library, known| {
                known.retain(|each| (each.library, each.plan) != (library, plan.id));
            })?;
        }
        Ok(())
    }

    fn change_confirmed(&self, change: impl FnOnce(LibraryId, &mut Vec<Confirmed>)) -> Result<()> {
        let folder = self.secrets.folder()?;
        DirBuilder::new().recursive(true).mode(0o700).create(folder).at("make", folder)?;
        // One process at a time changes it.
        let changing = File::open(folder).at("open", folder)?;
        changing.lock().at("lock", folder)?;
        let path = folder.join(FILE);
        let mut known = read(&path)?;
        change(self.library.id()?, &mut known);
        let mut text = serde_json::to_vec_pretty(&known).map_err(|source| {
            Error::new(Code::Internal, "The commands have no form in JSON").because(source)
        })?;
        text.push(b'\n');
        replace_file(&path, &text, 0o600)?;
        reach_write_point("plans.hooks-confirmed");
        Ok(())
    }
}

impl Confirmed {
    fn is(&self, library: LibraryId, plan: PlanId, hook: &Hook) -> bool {
        (self.library, self.plan) == (library, plan) && self.hook == *hook
    }
}

fn read(path: &Path) -> Result<Vec<Confirmed>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::io("read", path, source)),
    };
    serde_json::from_slice(&text).map_err(|source| {
        Error::new(Code::Damaged, text!("Cannot read {path}", path = escape_path(path)))
            .why("It is not what Undercroft writes")
            .next("Remove it, and confirm the commands of your plans anew")
            .because(source)
    })
}
