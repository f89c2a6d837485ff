//! A provider that remembers every call, so that a test can count work instead of time.

use std::sync::{Arc, Mutex, PoisonError};

use undercroft_foundation::Result;
use undercroft_providers::{ObjectMeta, Provider};

use crate::Operation;

/// One call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The operation that was asked for.
    pub operation: Operation,
    /// Of which object or folder.
    pub key: String,
    /// Bytes read or written.
    pub bytes: u64,
}

/// Passes every call on and remembers it, whether it went well or not.
#[derive(Debug)]
pub struct RecordingProvider {
    inner: Arc<dyn Provider>,
    calls: Mutex<Vec<Call>>,
}

impl RecordingProvider {
    /// Wraps a provider.
    pub fn new(inner: Arc<dyn Provider>) -> Self {
        Self { inner, calls: Mutex::new(Vec::new()) }
    }

    /// All calls so far, in order; forgets them.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many calls of this kind on keys that start with `prefix` were made, and their bytes.
    pub fn count(&self, operation: Operation, prefix: &str) -> (usize, u64) {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let matching =
            calls.iter().filter(|c| c.operation == operation && c.key.starts_with(prefix));
        matching.fold((0, 0), |(calls, bytes), call| (calls + 1, bytes + call.bytes))
    }

    fn note(&self, operation: Operation, key: &str, bytes: usize) {
        let call = Call { operation, key: key.to_owned(), bytes: bytes as u64 };
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }
}

impl Provider for RecordingProvider {
    fn location(&self) -> String {
        self.inner.location()
    }

    fn read(&self, key: &str) -> Result<Vec<u8>> {
        let bytes = self.inner.read(key);
        self.note(Operation::Read, key, bytes.as_ref().map_or(0, Vec::len));
        bytes
    }

    fn read_range(&self, key: &str, offset: u64, length: usize) -> Result<Vec<u8>> {
        let bytes = self.inner.read_range(key, offset, length);
        self.note(Operation::Read, key, bytes.as_ref().map_or(0, Vec::len));
        bytes
    }

    fn write(&self, key: &str, parts: &[&[u8]]) -> Result<()> {
        self.note(Operation::Write, key, parts.iter().map(|part| part.len()).sum());
        self.inner.write(key, parts)
    }

    fn list(&self, folder: &str) -> Result<Vec<ObjectMeta>> {
        self.note(Operation::List, folder, 0);
        self.inner.list(folder)
    }

    fn size(&self, key: &str) -> Result<Option<u64>> {
        self.note(Operation::Size, key, 0);
        self.inner.size(key)
    }

    fn remove(&self, key: &str) -> Result<()> {
        self.note(Operation::Remove, key, 0);
        self.inner.remove(key)
    }

    fn create_folder(&self, folder: &str) -> Result<()> {
        self.note(Operation::CreateFolder, folder, 0);
        self.inner.create_folder(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use undercroft_providers::MemoryProvider;

    #[test]
    fn work_is_counted_by_kind_and_place() {
        let provider = RecordingProvider::new(Arc::new(MemoryProvider::new()));
        provider.write("data/a", &[b"12", b"345"]).expect("memory takes it");
        provider.read_range("data/a", 1, 2).expect("it is there");
        assert_eq!(provider.count(Operation::Write, "data/"), (1, 5));
        assert_eq!(provider.count(Operation::Read, ""), (1, 2));
        assert_eq!(provider.count(Operation::Write, "index/"), (0, 0));
        assert_eq!(provider.take().len(), 2);
    }
}
