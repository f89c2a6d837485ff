//! Sealing: AES-256 in counter mode, then Poly1305-AES over the ciphertext
//! (restic's design document, "Keys, Encryption and MAC").

use std::fmt;
use std::io::{self, Read};

use aes::cipher::{BlockCipherEncrypt, InnerIvInit, KeyInit, StreamCipher};
use aes::{Aes128, Aes256};
use ctr::Ctr128BE;
use poly1305::Poly1305;
use undercroft_foundation::Random;
use zeroize::Zeroizing;

const IV_LEN: usize = 16;
const MAC_LEN: usize = 16;

/// The number of bytes that sealed bytes are longer than plain ones.
pub(crate) const OVERHEAD: usize = IV_LEN + MAC_LEN;

/// The bytes were not sealed with this key, or were changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAuthentic;

/// A key that seals and opens.
#[derive(Clone)]
pub(crate) struct Key {
    bytes: Zeroizing<[u8; 64]>,
    encrypt: Aes256,
    mac_nonce: Aes128,
}

impl Key {
    /// The offset of the ciphertext in sealed bytes.
    pub(crate) const START: usize = IV_LEN;

    /// The key of 64 bytes: 32 to encrypt, then 16 (`k`) and 16 (`r`) to authenticate.
    pub(crate) fn from_bytes(bytes: [u8; 64]) -> Self {
        let encrypt = Aes256::new_from_slice(&bytes[..32]).expect("32 bytes are a key of AES-256");
        let mac_nonce =
            Aes128::new_from_slice(&bytes[32..48]).expect("16 bytes are a key of AES-128");
        Self { bytes: Zeroizing::new(bytes), encrypt, mac_nonce }
    }

    /// A new key.
    pub(crate) fn random(random: &dyn Random) -> Self {
        let mut bytes = [0; 64];
        random.fill(&mut bytes);
        Self::from_bytes(bytes)
    }

    /// The 32 bytes that encrypt.
    pub(crate) fn encrypt_bytes(&self) -> &[u8] {
        &self.bytes[..32]
    }

    /// The 16 bytes `k` that authenticate.
    pub(crate) fn mac_k_bytes(&self) -> &[u8] {
        &self.bytes[32..48]
    }

    /// The 16 bytes `r` that authenticate.
    pub(crate) fn mac_r_bytes(&self) -> &[u8] {
        &self.bytes[48..]
    }

    /// Appends the sealed form of `plain`: IV, ciphertext, MAC.
    pub(crate) fn seal(&self, random: &dyn Random, plain: &[u8], sealed: &mut Vec<u8>) {
        let start = sealed.len();
        sealed.reserve(plain.len() + OVERHEAD);
        sealed.extend_from_slice(&[0; IV_LEN]);
        sealed.extend_from_slice(plain);
        self.seal_from(random, sealed, start);
    }

    /// Seals what comes after the first [`Key::START`] bytes, where it is.
    pub(crate) fn seal_in_place(&self, random: &dyn Random, sealed: &mut Vec<u8>) {
        self.seal_from(random, sealed, 0);
    }

    fn seal_from(&self, random: &dyn Random, sealed: &mut Vec<u8>, start: usize) {
        let mut iv = [0; IV_LEN];
        random.fill(&mut iv);
        sealed[start..start + IV_LEN].copy_from_slice(&iv);
        let ciphertext = &mut sealed[start + IV_LEN..];
        self.apply_keystream(&iv, ciphertext);
        let mac = self.mac(&iv, ciphertext);
        sealed.extend_from_slice(&mac);
    }

    /// Opens sealed bytes in place and returns the part of them that is the plain text.
    ///
    /// # Errors
    /// [`NotAuthentic`]; the bytes are then as they were.
    pub(crate) fn open<'a>(&self, sealed: &'a mut [u8]) -> Result<&'a mut [u8], NotAuthentic> {
        if sealed.len() < OVERHEAD {
            return Err(NotAuthentic);
        }
        let (iv, rest) = sealed.split_at_mut(IV_LEN);
        let (ciphertext, mac) = rest.split_at_mut(rest.len() - MAC_LEN);
        let iv: [u8; IV_LEN] = (&*iv).try_into().map_err(|_| NotAuthentic)?;
        if !equal_in_constant_time(&self.mac(&iv, ciphertext), mac) {
            return Err(NotAuthentic);
        }
        self.apply_keystream(&iv, ciphertext);
        Ok(ciphertext)
    }

    /// Whether sealed bytes would open to `plain`; neither is changed, nor a copy of them made.
    pub(crate) fn opens_to(&self, sealed: &[u8], plain: &[u8]) -> bool {
        if sealed.len() != plain.len() + OVERHEAD {
            return false;
        }
        let (iv, rest) = sealed.split_at(IV_LEN);
        let (ciphertext, mac) = rest.split_at(plain.len());
        let Ok(iv) = <[u8; IV_LEN]>::try_from(iv) else { return false };
        if !equal_in_constant_time(&self.mac(&iv, ciphertext), mac) {
            return false;
        }
        let mut keystream = self.keystream(&iv);
        let mut piece = [0; 4096];
        ciphertext.chunks(piece.len()).zip(plain.chunks(piece.len())).all(|(sealed, plain)| {
            let piece = &mut piece[..sealed.len()];
            piece.copy_from_slice(sealed);
            keystream.apply_keystream(piece);
            piece == plain
        })
    }

    /// Reads what sealed bytes open to; they stay as they are.
    ///
    /// # Errors
    /// [`NotAuthentic`].
    pub(crate) fn read<'s>(&self, sealed: &'s [u8]) -> Result<impl Read + 's, NotAuthentic> {
        let (iv, rest) = sealed.split_first_chunk::<IV_LEN>().ok_or(NotAuthentic)?;
        let (ciphertext, mac) = rest.split_last_chunk::<MAC_LEN>().ok_or(NotAuthentic)?;
        if !equal_in_constant_time(&self.mac(iv, ciphertext), mac) {
            return Err(NotAuthentic);
        }
        Ok(Opening { ciphertext, keystream: self.keystream(iv) })
    }

    fn apply_keystream(&self, iv: &[u8; IV_LEN], bytes: &mut [u8]) {
        self.keystream(iv).apply_keystream(bytes);
    }

    fn keystream(&self, iv: &[u8; IV_LEN]) -> Ctr128BE<Aes256> {
        let core = ctr::CtrCore::inner_iv_init(self.encrypt.clone(), iv.into());
        Ctr128BE::from_core(core)
    }

    /// Poly1305-AES: the one-time key is `r`, then AES-128 under `k` of the IV.
    fn mac(&self, iv: &[u8; IV_LEN], ciphertext: &[u8]) -> [u8; MAC_LEN] {
        let mut nonce = (*iv).into();
        self.mac_nonce.encrypt_block(&mut nonce);
        let mut one_time = Zeroizing::new([0; 32]);
        one_time[..16].copy_from_slice(self.mac_r_bytes());
        one_time[16..].copy_from_slice(&nonce);
        let poly = Poly1305::new((&*one_time).into());
        poly.compute_unpadded(ciphertext).into()
    }
}

/// Sealed bytes that are being opened.
struct Opening<'s> {
    ciphertext: &'s [u8],
    keystream: Ctr128BE<Aes256>,
}

impl Read for Opening<'_> {
    fn read(&mut self, plain: &mut [u8]) -> io::Result<usize> {
        let length = self.ciphertext.read(plain)?;
        self.keystream.apply_keystream(&mut plain[..length]);
        Ok(length)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(secret)")
    }
}

fn equal_in_constant_time(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use undercroft_foundation::OsRandom;

    /// Bernstein, "The Poly1305-AES message-authentication code" (2005), appendix B.
    #[test]
    fn poly1305_aes_as_published() {
        let vectors = [
            (
                "f3f6",
                "851fc40c3467ac0be05cc20404f3f700",
                "ec074c835580741701425b623235add6",
                "fb447350c4e868c52ac3275cf9d4327e",
                "f4c633c3044fc145f84f335cb81953de",
            ),
            (
                "",
                "a0f3080000f46400d0c7e9076c834403",
                "75deaa25c09f208e1dc4ce6b5cad3fbf",
                "61ee09218d29b0aaed7e154a2c5509cc",
                "dd3fab2251f11ac759f0887129cc2ee7",
            ),
        ];
        for (message, r, k, nonce, mac) in vectors {
            let mut bytes = [0; 64];
            hex::decode_to_slice(k, &mut bytes[32..48]).expect("hex");
            hex::decode_to_slice(r, &mut bytes[48..]).expect("hex");
            let mut iv = [0; 16];
            hex::decode_to_slice(nonce, &mut iv).expect("hex");
            let message = hex::decode(message).expect("hex");
            assert_eq!(hex::encode(Key::from_bytes(bytes).mac(&iv, &message)), mac);
        }
    }

    /// NIST SP 800-38A, F.5.5: CTR-AES256.
    #[test]
    fn aes_256_ctr_as_published() {
        let mut bytes = [0; 64];
        let key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
        hex::decode_to_slice(key, &mut bytes[..32]).expect("hex");
        let mut iv = [0; 16];
        hex::decode_to_slice("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", &mut iv).expect("hex");
        let mut text =
            hex::decode("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
                .expect("hex");
        Key::from_bytes(bytes).apply_keystream(&iv, &mut text);
        assert_eq!(
            hex::encode(text),
            "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
        );
    }

    #[test]
    fn what_is_sealed_opens_and_any_flipped_bit_is_noticed() {
        let key = Key::random(&OsRandom);
        for plain in [&b""[..], b"x", b"some longer text than one block of sixteen"] {
            let mut sealed = vec![7];
            key.seal(&OsRandom, plain, &mut sealed);
            assert_eq!(sealed.len(), 1 + plain.len() + OVERHEAD);
            let sealed = sealed.split_off(1);
            assert_eq!(key.open(&mut sealed.clone()).expect("opens"), plain);
            assert!(key.opens_to(&sealed, plain));
            let mut read = Vec::new();
            key.read(&sealed).expect("opens").read_to_end(&mut read).expect("read");
            assert_eq!(read, plain);
            assert!(key.read(&sealed[1..]).is_err());
            assert!(!key.opens_to(&sealed, &[plain, b"x"].concat()));
            for bit in 0..sealed.len() * 8 {
                let mut flipped = sealed.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert!(!key.opens_to(&flipped, plain));
                assert_eq!(key.open(&mut flipped), Err(NotAuthentic));
            }
            assert_eq!(key.open(&mut sealed[1..].to_vec()), Err(NotAuthentic));
        }
    }
}
