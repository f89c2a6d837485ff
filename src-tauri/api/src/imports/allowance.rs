//! The size that a new project may have: what the settings allow, and what is left of the library.

use undercroft_archive::unpack::UnpackLimits;
use undercroft_foundation::{Code, Error, Job, Result, SettingsOverrides, Text, TextValue, text};
use undercroft_library::Library;

use crate::projects::measuring::measure;

/// The size that a new project may have.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Allowance {
    project_limit: Option<u64>,
    quota: Option<Quota>,
}

/// The most that the library may take, and what it takes.
#[derive(Debug, Clone, Copy)]
struct Quota {
    most: u64,
    used: u64,
}

impl Allowance {
    /// Reads the settings; for a project whose folder lies in the library, the library is measured.
    ///
    /// # Errors
    /// [`Code::Invalid`] for settings that cannot be understood, [`Code::Cancelled`].
    pub(super) fn of(
        library: &Library,
        overrides: &SettingsOverrides,
        is_managed: bool,
        job: &Job,
    ) -> Result<Self> {
        let settings = library.settings(overrides)?;
        let quota = match settings.quota().filter(|_| is_managed) {
            Some(most) => Some(Quota { most, used: measure(library.root(), job)?.bytes }),
            None => None,
        };
        Ok(Self { project_limit: settings.project_limit(), quota })
    }

    /// Goes on with a project of this size.
    ///
    /// # Errors
    /// [`Code::Invalid`] for one that is too large.
    pub(super) fn check(&self, name: &str, bytes: u64) -> Result<()> {
        if self.project_limit.is_some_and(|limit| bytes > limit) {
            return Err(self.too_large(name, text!("It has {size}", size = TextValue::Size(bytes))));
        }
        match self.quota {
            Some(Quota { most, used }) if used.saturating_add(bytes) > most => {
                Err(self.too_large(name, text!("It has {size}", size = TextValue::Size(bytes))))
            }
            _ => Ok(()),
        }
    }

    /// The bounds of what is unpacked.
    pub(super) fn limits(&self) -> UnpackLimits {
        let usual = UnpackLimits::default();
        UnpackLimits {
            bytes: self.most().map_or(usual.bytes, |most| most.min(usual.bytes)),
            ..usual
        }
    }

    /// The same error, or what was too large where that is why.
    pub(super) fn explain(&self, name: &str, error: Error) -> Error {
        let limits = self.limits();
        let is_ours = self.most() == Some(limits.bytes);
        let beyond = text!("It unpacks to more than {size}", size = TextValue::Size(limits.bytes));
        match is_ours && error.code() == Code::Invalid && error.reason() == beyond {
            true => self.too_large(name, beyond),
            false => error,
        }
    }

    fn most(&self) -> Option<u64> {
        let left = self.quota.map(|quota| quota.most.saturating_sub(quota.used));
        [self.project_limit, left].into_iter().flatten().min()
    }

    fn too_large(&self, name: &str, size: Text) -> Error {
        let error = Error::new(Code::Invalid, text!("{name} is too large", name));
        let left = self.quota.map(|quota| quota.most.saturating_sub(quota.used));
        match (self.project_limit, self.quota) {
            (limit, Some(Quota { most, used })) if limit.is_none_or(|limit| left < Some(limit)) => {
                error
                    .why(text!("{size}; the library takes {taken} of the {most} that the setting quota-gb allows", size, taken = TextValue::Size(used), most = TextValue::Size(most)))
                    .next("Clean up, raise the setting quota-gb, or choose a place outside the library")
            }
            (limit, _) => error
                .why(text!("{size}; the setting project-limit-gb allows {most}", size, most = TextValue::Size(limit.unwrap_or_default())))
                .next("Raise the setting project-limit-gb, or take a part of it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GB: u64 = 1_000_000_000;

    #[test]
    fn what_is_too_large_is_told_with_its_setting() {
        let none = Allowance::default();
        assert!(none.check("a", u64::MAX).is_ok());
        assert_eq!(none.limits(), UnpackLimits::default());
        let limited = Allowance { project_limit: Some(2 * GB), quota: None };
        assert!(limited.check("a", 2 * GB).is_ok());
        let error = limited.check("a", 3 * GB).unwrap_err();
        assert!(error.why_text().contains("project-limit-gb allows 2"), "{error}");
        let quota = Some(Quota { most: 5 * GB, used: 4 * GB });
        let nearly_full = Allowance { quota, ..limited };
        assert_eq!(nearly_full.limits().bytes, GB);
        let error = nearly_full.check("a", GB + 1).unwrap_err();
        assert!(error.next_text().contains("quota-gb"), "{error}");
        let beyond = Error::new(Code::Invalid, "x")
            .why(text!("It unpacks to more than {size}", size = TextValue::Size(GB)));
        assert!(nearly_full.explain("a", beyond).why_text().contains("quota-gb"));
    }
}
