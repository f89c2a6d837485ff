//! Seals what the crate itself would never write, with the key that restic tells.

use std::path::Path;

use aes::cipher::{BlockCipherEncrypt, KeyInit, KeyIvInit, StreamCipher};
use aes::{Aes128, Aes256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use poly1305::Poly1305;
use undercroft_testkit::Restic;

/// A repository's key.
pub struct Sealer {
    encrypt: Vec<u8>,
    k: Vec<u8>,
    r: Vec<u8>,
}

impl Sealer {
    /// The key as restic tells it.
    pub fn of(restic: &Restic) -> Self {
        let text = restic.run(&["cat", "masterkey"]);
        let key: serde_json::Value = serde_json::from_str(&text).unwrap();
        let part = |value: &serde_json::Value| BASE64.decode(value.as_str().unwrap()).unwrap();
        Self {
            encrypt: part(&key["encrypt"]),
            k: part(&key["mac"]["k"]),
            r: part(&key["mac"]["r"]),
        }
    }

    /// The key that 64 bytes make, such as those that a password is derived to.
    #[allow(dead_code, reason = "each test file uses a part of it")]
    pub fn of_bytes(bytes: &[u8; 64]) -> Self {
        let part = |range: std::ops::Range<usize>| bytes[range].to_vec();
        Self { encrypt: part(0..32), k: part(32..48), r: part(48..64) }
    }

    /// IV, ciphertext and MAC of `plain`, as restic's design document has it.
    pub fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let iv = [0x5a; 16];
        let mut ciphertext = plain.to_vec();
        let mut cipher = ctr::Ctr128BE::<Aes256>::new_from_slices(&self.encrypt, &iv).unwrap();
        cipher.apply_keystream(&mut ciphertext);
        let mut nonce = iv.into();
        Aes128::new_from_slice(&self.k).unwrap().encrypt_block(&mut nonce);
        let one_time = [&self.r[..], &nonce[..]].concat();
        let mac = Poly1305::new_from_slice(&one_time).unwrap().compute_unpadded(&ciphertext);
        [&iv[..], &ciphertext, &mac[..]].concat()
    }

    /// Puts an unpacked file of this plain text into the repository; returns its name.
    pub fn plant(&self, repository: &Path, folder: &str, plain: &[u8]) -> String {
        let sealed = self.seal(plain);
        let name = undercroft_repository::PackId::of(&sealed).to_string();
        std::fs::write(repository.join(folder).join(&name), sealed).unwrap();
        name
    }
}
