//! A provider that fails on demand: refuses, runs out of room, or quietly damages what passes.

use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::{Code, Error, Result};
use undercroft_providers::{ObjectMeta, Provider};

/// A call that a provider answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// `read` and `read_range`.
    Read,
    /// `write`.
    Write,
    /// `list`.
    List,
    /// `size`.
    Size,
    /// `remove`.
    Remove,
    /// `create_folder`.
    CreateFolder,
}

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An error of this code; nothing is done.
    Refuse(Code),
    /// The lowest bit of this byte (counted round and round) is flipped, and nobody is told.
    Flip(usize),
    /// Only so many of the first bytes are kept, and nobody is told.
    Truncate(usize),
}

#[derive(Debug)]
struct Rule {
    operation: Operation,
    prefix: String,
    /// Matching calls that still go well.
    spare: usize,
    /// Calls that go wrong after those; `usize::MAX` for all.
    times: usize,
    fault: Fault,
}

/// Passes every call on, but for those that a rule says go wrong.
#[derive(Debug)]
pub struct FailingProvider {
    inner: Arc<dyn Provider>,
    rules: Mutex<Vec<Rule>>,
}

impl FailingProvider {
    /// Wraps a provider; nothing fails yet.
    pub fn new(inner: Arc<dyn Provider>) -> Self {
        Self { inner, rules: Mutex::new(Vec::new()) }
    }

    /// The `nth` call (from 1) of this kind on a key that starts with `prefix` goes wrong; the
    /// later ones go well.
    pub fn fail_once(&self, operation: Operation, prefix: &str, nth: usize, fault: Fault) {
        self.add_rule(operation, prefix, nth, 1, fault);
    }

    /// The `nth` call (from 1) of this kind and all later ones go wrong, as on a full disk.
    pub fn fail_from(&self, operation: Operation, prefix: &str, nth: usize, fault: Fault) {
        self.add_rule(operation, prefix, nth, usize::MAX, fault);
    }

    /// Lets everything go well again.
    pub fn heal(&self) {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn add_rule(&self, operation: Operation, prefix: &str, nth: usize, times: usize, fault: Fault) {
        let rule =
            Rule { operation, prefix: prefix.to_owned(), spare: nth.max(1) - 1, times, fault };
        self.rules.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    /// The fault of this call, if it has one; refusals are returned as errors.
    fn fault(&self, operation: Operation, key: &str) -> Result<Option<Fault>> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        for rule in rules.iter_mut() {
            if rule.operation != operation || !key.starts_with(&rule.prefix) || rule.times == 0 {
                continue;
            }
            if rule.spare > 0 {
                rule.spare -= 1;
                continue;
            }
            rule.times = if rule.times == usize::MAX { usize::MAX } else { rule.times - 1 };
            return match rule.fault {
                Fault::Refuse(code) => {
                    Err(Error::new(code, format!("Refused to {operation:?} {key} for the test")))
                }
                fault => Ok(Some(fault)),
            };
        }
        Ok(None)
    }
}

fn damaged(mut bytes: Vec<u8>, fault: Option<Fault>) -> Vec<u8> {
    match fault {
        Some(Fault::Flip(at)) if !bytes.is_empty() => {
            let length = bytes.len();
            bytes[at % length] ^= 1;
        }
        Some(Fault::Truncate(keep)) => bytes.truncate(keep),
        _ => {}
    }
    bytes
}

impl Provider for FailingProvider {
    fn location(&self) -> String {
        self.inner.location()
    }

    fn read(&self, key: &str) -> Result<Vec<u8>> {
        let fault = self.fault(Operation::Read, key)?;
        Ok(damaged(self.inner.read(key)?, fault))
    }

    fn read_range(&self, key: &str, offset: u64, length: usize) -> Result<Vec<u8>> {
        let fault = self.fault(Operation::Read, key)?;
        let bytes = damaged(self.inner.read_range(key, offset, length)?, fault);
        if bytes.len() < length {
            return Err(Error::new(Code::Damaged, format!("{key} is shorter than it should be")));
        }
        Ok(bytes)
    }

    fn write(&self, key: &str, parts: &[&[u8]]) -> Result<()> {
        match self.fault(Operation::Write, key)? {
            None => self.inner.write(key, parts),
            fault => self.inner.write(key, &[&damaged(parts.concat(), fault)]),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<ObjectMeta>> {
        self.fault(Operation::List, folder)?;
        self.inner.list(folder)
    }

    fn size(&self, key: &str) -> Result<Option<u64>> {
        self.fault(Operation::Size, key)?;
        self.inner.size(key)
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.fault(Operation::Remove, key)?;
        self.inner.remove(key)
    }

    fn create_folder(&self, folder: &str) -> Result<()> {
        self.fault(Operation::CreateFolder, folder)?;
        self.inner.create_folder(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use undercroft_providers::MemoryProvider;

    fn failing() -> FailingProvider {
        FailingProvider::new(Arc::new(MemoryProvider::new()))
    }

    #[test]
    fn the_nth_write_fails_and_the_next_goes_well() {
        let provider = failing();
        provider.fail_once(Operation::Write, "data/", 2, Fault::Refuse(Code::StorageFull));
        let write = |key: &str| provider.write(key, &[b"x"]).map_err(|error| error.code());
        assert_eq!(write("data/a"), Ok(()));
        assert_eq!(write("index/a"), Ok(()));
        assert_eq!(write("data/b"), Err(Code::StorageFull));
        assert_eq!(write("data/b"), Ok(()));
    }

    #[test]
    fn damage_passes_unnoticed() {
        let provider = failing();
        provider.fail_from(Operation::Write, "", 1, Fault::Flip(0));
        provider.write("a", &[b"b", b"c"]).expect("damage is silent");
        provider.heal();
        assert_eq!(provider.read("a").ok(), Some(b"cc".to_vec()));
        provider.fail_once(Operation::Read, "a", 1, Fault::Truncate(1));
        assert_eq!(provider.read("a").ok(), Some(b"c".to_vec()));
        provider.fail_once(Operation::Read, "a", 1, Fault::Truncate(1));
        assert_eq!(provider.read_range("a", 0, 2).map_err(|e| e.code()), Err(Code::Damaged));
    }
}
