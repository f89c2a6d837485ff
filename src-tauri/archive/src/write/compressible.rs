//! Whether content can be compressed, told from its beginning.

/// The bytes that are looked at.
pub(crate) const HEAD: usize = 64 << 10;

/// Whether content that begins like this becomes smaller. Compressed and encrypted bytes are
/// evenly spread: their order-0 entropy is within a few hundredths of eight bits a byte.
pub(crate) fn is_compressible(head: &[u8]) -> bool {
    if head.len() < 4096 {
        return true;
    }
    let mut counts = [0_u32; 256];
    for byte in head {
        counts[usize::from(*byte)] += 1;
    }
    let total = head.len() as f64;
    let bits: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / total)
        .map(|share| -share * share.log2())
        .sum();
    bits < 7.9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_shrinks_and_noise_does_not() {
        let text = "fn main() { println!(\"Hello\"); }\n".repeat(500);
        assert!(is_compressible(text.as_bytes()));
        let mut state = 1_u64;
        let noise: Vec<u8> = (0..HEAD)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        assert!(!is_compressible(&noise));
    }
}
