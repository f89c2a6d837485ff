//! Polynomials over the field of two elements, one bit a coefficient: the choice that makes the
//! cuts of one repository its own.

use std::fmt;
use std::str::FromStr;

use undercroft_foundation::{Code, Error, Random, Result, text};

/// The degree of those that we choose: the largest prime for which the arithmetic fits 64 bits.
const DEGREE: u32 = 53;

/// One in 53 polynomials is irreducible: failing this often means a broken source of chance.
const TRIES: usize = 100_000;

/// An irreducible polynomial of a degree from 16 to 53, written as restic's config writes it:
/// `25b468838dcb75`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Polynomial(u64);

impl Polynomial {
    /// The polynomial of these coefficients.
    ///
    /// # Errors
    /// [`Code::Invalid`] when it can be factored, or its degree is not in 16 to 53.
    pub fn new(bits: u64) -> Result<Self> {
        if !matches!(degree(bits), 16..=DEGREE) || !is_irreducible(bits) {
            return Err(Error::new(
                Code::Invalid,
                text!("Not a polynomial to cut chunks with: {bits}", bits = format!("{bits:x}")),
            ));
        }
        Ok(Self(bits))
    }

    /// A polynomial nobody can foresee.
    ///
    /// # Errors
    /// [`Code::Internal`] when the source of chance yields none.
    pub fn random(random: &dyn Random) -> Result<Self> {
        for _ in 0..TRIES {
            let mut bytes = [0; 8];
            random.fill(&mut bytes);
            let low = u64::from_le_bytes(bytes) & ((1 << DEGREE) - 1);
            let bits = low | (1 << DEGREE) | 1;
            if is_irreducible(bits) {
                return Ok(Self(bits));
            }
        }
        Err(Error::new(Code::Internal, "No irreducible polynomial was found")
            .why("The source of random bytes repeats itself"))
    }

    /// The coefficients, the constant term lowest.
    pub fn bits(self) -> u64 {
        self.0
    }

    pub(super) fn degree(self) -> u32 {
        degree(self.0)
    }

    pub(super) fn remainder(self, dividend: u64) -> u64 {
        remainder(dividend, self.0)
    }
}

impl fmt::Display for Polynomial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

impl fmt::Debug for Polynomial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Polynomial({self})")
    }
}

impl FromStr for Polynomial {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bits = if text.bytes().all(|b| b.is_ascii_hexdigit()) {
            u64::from_str_radix(text, 16).ok()
        } else {
            None
        };
        let refuse = || {
            Error::new(Code::Invalid, text!("Not a polynomial: {text}", text = format!("{text:?}")))
        };
        Self::new(bits.ok_or_else(refuse)?)
    }
}

/// Whether a polynomial has no factors (Ben-Or's test).
///
/// A factor of degree i divides x^(2^i) - x; so none of degree up to half its own may share
/// a factor with that.
pub(super) fn is_irreducible(bits: u64) -> bool {
    if bits < 2 {
        return false;
    }
    let mut power = remainder(2, bits);
    (1..=degree(bits) / 2).all(|_| {
        power = product(power, power, bits);
        greatest_common_divisor(bits, power ^ remainder(2, bits)) == 1
    })
}

/// The degree; that of zero does not matter to anyone here.
fn degree(bits: u64) -> u32 {
    bits.checked_ilog2().unwrap_or(0)
}

fn remainder(mut dividend: u64, divisor: u64) -> u64 {
    while dividend != 0 && degree(dividend) >= degree(divisor) {
        dividend ^= divisor << (degree(dividend) - degree(divisor));
    }
    dividend
}

/// `a * b` modulo a polynomial of degree up to 62; both factors are of lower degree.
fn product(mut a: u64, mut b: u64, modulus: u64) -> u64 {
    let mut sum = 0;
    while b != 0 {
        if b & 1 == 1 {
            sum ^= a;
        }
        b >>= 1;
        a = remainder(a << 1, modulus);
    }
    sum
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, remainder(a, b));
    }
    a
}
