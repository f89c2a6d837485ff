//! Cuts are where restic makes them, whatever the pieces that content comes in.

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use undercroft_foundation::{Code, OsRandom, Random};

use super::polynomial::is_irreducible;
use super::*;

/// Bytes that look random, the same on every run (xorshift).
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed ^ 0x9e37_79b9_7f4a_7c15;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn rabin(polynomial: &str) -> Chunker {
    Chunker::rabin(polynomial.parse().unwrap())
}

fn chunks_of(chunker: &Chunker, content: &[u8]) -> Vec<Vec<u8>> {
    let mut stream = ChunkStream::new(chunker.clone(), content);
    let (mut chunks, mut chunk) = (Vec::new(), Vec::new());
    while stream.next(&mut chunk).unwrap() {
        chunks.push(chunk.clone());
    }
    chunks
}

fn lengths_of(chunker: &Chunker, content: &[u8]) -> Vec<usize> {
    chunks_of(chunker, content).iter().map(Vec::len).collect()
}

/// Reads as little as a slow pipe does, and is interrupted now and then.
struct Trickle<'a>(&'a [u8], usize);

impl std::io::Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.1 * 31 % 65_521;
        if self.1.is_multiple_of(5) {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let count = buffer.len().min(self.1 + 1);
        std::io::Read::read(&mut self.0, &mut buffer[..count])
    }
}

/// These are the cuts of restic 0.14 for the same 30 MiB and polynomial.
#[test]
fn rabin_cuts_where_restic_cuts() {
    let chunks = chunks_of(&rabin("27f539794fdef7"), &noise(0, 30 << 20));
    let ids: Vec<String> =
        chunks.iter().map(|chunk| hex::encode(&Sha256::digest(chunk)[..4])).collect();
    assert_eq!(
        ids.join(" "),
        "4d4a8b83 de3af98f fa2e0864 e60c241b 730ace20 432841f7 e51bb683 42e8c58d 4d90b67b \
         8967cf05 31185179 abcb6be7 bb82d4ab 688d2f08 fff4aa67 16466e0e 3cd1c05b a9f5ce2a \
         cadc0676 ff986d67 656b63e0 39398465 897ec132"
    );
}

/// The second vector of restic's own tests.
#[test]
fn rabin_cuts_zeros_at_the_minimum() {
    let chunker = rabin("3da3358b4dc173");
    assert_eq!(lengths_of(&chunker, &vec![0; 4 * MIN_CHUNK]), [MIN_CHUNK; 4]);
}

#[test]
fn gear_cuts_where_it_always_cut() {
    let chunker = Chunker::gear();
    assert_eq!(
        lengths_of(&chunker, &noise(0, 12 << 20)),
        [
            712_767, 651_669, 840_978, 1_202_341, 1_075_633, 954_113, 1_236_979, 730_721,
            1_558_213, 618_349, 993_053, 933_386, 1_009_533, 65_177
        ]
    );
    assert_eq!(lengths_of(&chunker, &vec![0; MAX_CHUNK + 5]), [MAX_CHUNK, 5]);
}

#[test]
fn nothing_is_no_chunk_and_little_is_one() {
    for chunker in [Chunker::gear(), rabin("3da3358b4dc173")] {
        assert!(lengths_of(&chunker, &[]).is_empty());
        assert_eq!(lengths_of(&chunker, &[7]), [1]);
        assert_eq!(lengths_of(&chunker, &noise(3, MIN_CHUNK)), [MIN_CHUNK]);
        assert!(is_single(MIN_CHUNK as u64) && !is_single(MIN_CHUNK as u64 + 1));
    }
}

#[test]
fn the_pace_of_the_reader_does_not_matter() {
    let content = noise(5, 6 << 20);
    for chunker in [Chunker::gear(), rabin("3da3358b4dc173")] {
        let mut stream = ChunkStream::new(chunker.clone(), Trickle(&content, 12_345));
        let (mut lengths, mut chunk) = (Vec::new(), Vec::new());
        while stream.next(&mut chunk).unwrap() {
            lengths.push(chunk.len());
        }
        assert_eq!(lengths, lengths_of(&chunker, &content));
    }
}

#[test]
fn a_stream_restarts_clean() {
    let chunker = Chunker::gear();
    let (first, second) = (noise(1, 3 << 20), noise(2, 3 << 20));
    let mut stream = ChunkStream::new(chunker.clone(), &first[..]);
    let mut chunk = Vec::new();
    assert!(stream.next(&mut chunk).unwrap());
    stream.restart(&second[..]);
    let mut lengths = Vec::new();
    while stream.next(&mut chunk).unwrap() {
        lengths.push(chunk.len());
    }
    assert_eq!(lengths, lengths_of(&chunker, &second));
}

#[test]
fn an_insertion_moves_only_the_cuts_near_it() {
    let content = noise(11, 24 << 20);
    let mut longer = content.clone();
    longer.splice(9 << 20..9 << 20, *b"something new");
    for chunker in [Chunker::gear(), rabin("3da3358b4dc173")] {
        let before: std::collections::HashSet<_> =
            chunks_of(&chunker, &content).into_iter().collect();
        let after = chunks_of(&chunker, &longer);
        let new = after.iter().filter(|chunk| !before.contains(*chunk)).count();
        assert!((1..=4).contains(&new), "{new} of {} chunks are new", after.len());
    }
}

/// The table of restic's own tests.
#[test]
fn irreducible_polynomials_are_told_from_others() {
    let reducible = [
        0x38_f1e5_65e2_88df,
        0x30_a829_5b9d_5c91,
        0x25_5f43_50b9_62cb,
        0x26_7f77_6110_a235,
        0x2f_4dae_10d4_1227,
        0x31_2daf_4b28_4899,
        0x29_dfb6_553d_01d1,
        0x35_4824_5eb2_6257,
        0x31_99e7_ef42_11b3,
        0x36_2f39_017d_ae8b,
        0x20_0d57_aa6f_dacb,
        0x35_e0a4_efa1_d275,
        0x2c_ed55_b026_577f,
        0x26_0b01_2010_893d,
        0x2d_f29c_bcd5_9e9d,
        0x3f_2ac7_488b_d429,
    ];
    for bits in reducible {
        assert!(!is_irreducible(bits), "{bits:x}");
        assert_eq!(Polynomial::new(bits).unwrap_err().code(), Code::Invalid);
    }
    for bits in [0x3d_a335_8b4d_c173, 0x24_8273_4cac_ca49, 0x25_b468_838d_cb75, 0b111, 0b1011] {
        assert!(is_irreducible(bits), "{bits:x}");
    }
    for bits in [0, 1, 0b101, 0b110] {
        assert!(!is_irreducible(bits), "{bits:x}");
    }
}

#[test]
fn a_polynomial_is_text_as_in_the_config() {
    let polynomial: Polynomial = "25b468838dcb75".parse().unwrap();
    assert_eq!(polynomial.bits(), 0x25_b468_838d_cb75);
    assert_eq!(polynomial.to_string(), "25b468838dcb75");
    for bad in ["", "+25b468838dcb75", "0x25b468838dcb75", "7", "125b468838dcb75125b468838dcb75"] {
        assert!(bad.parse::<Polynomial>().is_err(), "{bad}");
    }
}

#[test]
fn chance_makes_polynomials_that_restic_takes() {
    for _ in 0..20 {
        let polynomial = Polynomial::random(&OsRandom).unwrap();
        assert_eq!(polynomial.degree(), 53);
        assert_eq!(polynomial.to_string().parse::<Polynomial>().unwrap(), polynomial);
    }
}

#[derive(Debug)]
struct Stuck;

impl Random for Stuck {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

#[test]
fn a_source_of_chance_that_repeats_itself_is_an_error() {
    assert_eq!(Polynomial::random(&Stuck).unwrap_err().code(), Code::Internal);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn chunks_are_the_content_and_within_bounds(
        seed in any::<u64>(),
        length in 0usize..12 << 20,
        zeros in 0usize..9 << 20,
        fast in any::<bool>(),
    ) {
        let mut content = noise(seed, length);
        let at = seed as usize % (length + 1);
        content.splice(at..at, std::iter::repeat_n(0, zeros));
        let chunker = if fast { Chunker::gear() } else { rabin("3da3358b4dc173") };
        let chunks = chunks_of(&chunker, &content);
        for (index, chunk) in chunks.iter().enumerate() {
            prop_assert!(chunk.len() <= MAX_CHUNK);
            prop_assert!(chunk.len() >= MIN_CHUNK || index + 1 == chunks.len());
        }
        prop_assert!(chunks.concat() == content);
    }
}
