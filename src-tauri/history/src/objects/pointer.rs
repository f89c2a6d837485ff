//! Pointers: the small texts in git that stand for content in the object store.

/// The text that stands for an object in git (git-lfs's specification, version 1).
pub(crate) fn pointer(sha256: &[u8; 32], size: u64) -> String {
    let digest = hex::encode(sha256);
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n")
}

/// The object that a pointer stands for.
pub(crate) fn object_of(pointer: &[u8]) -> Option<[u8; 32]> {
    let text = std::str::from_utf8(pointer).ok()?;
    let digest = text.lines().find_map(|line| line.strip_prefix("oid sha256:"))?;
    hex::decode(digest).ok()?.try_into().ok()
}
