//! The amount of parity that a destination is to have: remembered in the destination itself.

use serde::{Deserialize, Serialize};
use undercroft_foundation::{Code, Error, Result, reach_write_point, text};

use super::layout::MEMBERS_MAX;
use crate::store::storage::Storage;

const SETTINGS: &str = "parity/settings";
const VERSION: u32 = 1;

/// The most that can be wanted.
pub(super) const PERCENT_MAX: u32 = 50;

#[derive(Serialize, Deserialize)]
struct Settings {
    version: u32,
    percent: u32,
}

/// The percent that is wanted; 0 where nobody ever wanted any.
pub(super) fn read(storage: &Storage) -> Result<u32> {
    let bytes = match storage.provider.read(SETTINGS) {
        Err(error) if error.code() == Code::NotFound => return Ok(0),
        read => read?,
    };
    let damaged = || {
        Error::new(Code::Damaged, text!("Cannot read {settings}", settings = SETTINGS))
            .why("It is not what was written")
            .next("Set the percent of parity anew")
    };
    let settings: Settings =
        serde_json::from_slice(&bytes).map_err(|source| damaged().because(source))?;
    if settings.version > VERSION {
        return Err(Error::new(Code::TooNew, text!("Cannot read {settings}", settings = SETTINGS))
            .why("A newer program wrote it")
            .next("Update this program"));
    }
    Some(settings.percent).filter(|percent| *percent <= PERCENT_MAX).ok_or_else(damaged)
}

pub(super) fn write(storage: &Storage, percent: u32) -> Result<()> {
    if percent > PERCENT_MAX {
        return Err(Error::new(Code::Invalid, text!("Cannot set parity to {percent} %", percent))
            .why(text!("It is at most {percent_max} %", percent_max = PERCENT_MAX))
            .next(text!(
                "Choose a number from 0, which is none, to {percent_max}",
                percent_max = PERCENT_MAX
            )));
    }
    let text = serde_json::to_vec(&Settings { version: VERSION, percent })
        .map_err(|source| Error::new(Code::Internal, "Cannot write JSON").because(source))?;
    storage.provider.write(SETTINGS, &[&text])?;
    reach_write_point("parity.settings-written");
    Ok(())
}

/// The recovery blocks of a column with so many members.
pub(super) fn recoveries(members: usize, percent: u32) -> usize {
    let of_a_full_group = (percent as usize * MEMBERS_MAX + 50) / 100;
    (members * of_a_full_group.clamp(1, MEMBERS_MAX / 2)).div_ceil(MEMBERS_MAX)
}
