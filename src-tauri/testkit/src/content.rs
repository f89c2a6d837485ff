//! Bytes that look like files and are the same on every run.

use crate::SeededRandom;

const WORDS: &[&str] = &[
    "fn", "let", "the", "vault", "arch", "stone", "return", "self", "if", "match", "keystone",
    "for", "in", "pub", "struct", "error", "bytes", "tree", "read", "write", "=>", "{", "}", "();",
];

/// `length` bytes that no compressor shrinks, the same for the same `seed`.
pub fn random_bytes(seed: u64, length: usize) -> Vec<u8> {
    let dice = SeededRandom::new(seed);
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend_from_slice(&dice.next().to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// `length` bytes of words in lines, which shrink as source code does, the same for the same
/// `seed`.
pub fn text_bytes(seed: u64, length: usize) -> Vec<u8> {
    let dice = SeededRandom::new(seed);
    let mut bytes = Vec::with_capacity(length + 16);
    while bytes.len() < length {
        let roll = dice.next();
        let word = WORDS[usize::try_from(roll >> 8).unwrap_or(0) % WORDS.len()];
        bytes.extend_from_slice(word.as_bytes());
        bytes.push(if roll.is_multiple_of(9) { b'\n' } else { b' ' });
    }
    bytes.truncate(length);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        assert_eq!(random_bytes(7, 1001), random_bytes(7, 1001));
        assert_ne!(random_bytes(7, 1001), random_bytes(8, 1001));
        assert_eq!(text_bytes(7, 1001), text_bytes(7, 1001));
        assert_eq!(text_bytes(7, 1001).len(), 1001);
    }
}
