//! Rationals whose numerator and denominator are machine words.
//!
//! Most numbers that occur are of this kind, and for them allocation-free arithmetic is several
//! times faster than that of big integers, which takes over where a result is longer.

use dashu_base::Gcd;
use std::cmp::Ordering;

/// `over / under` in lowest terms, `under > 0`, and `over` not the least word, so that each number
/// can be negated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Small {
    pub over: i64,
    pub under: i64,
}

/// A result in lowest terms that may not fit into a [`Small`]; `under > 0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wide {
    pub over: i128,
    pub under: i128,
}

impl Wide {
    /// The quotient of two words, the second not zero, in lowest terms.
    pub fn lowest(over: i128, under: i128) -> Self {
        let common = over.unsigned_abs().gcd(under.unsigned_abs()) as i128 * under.signum();
        Self { over: over / common, under: under / common }
    }
}

impl Small {
    /// The number in lowest terms; `under` must be positive and neither argument the least word.
    pub const fn lowest(over: i64, under: i64) -> Self {
        Self { over, under }
    }

    pub fn plus(self, other: Self) -> Wide {
        let common = gcd(self.under, other.under);
        let (own, lift) = (self.under / common, other.under / common);
        // Each product is below 2^126, so their sum fits.
        let over = wide(self.over, lift) + wide(other.over, own);
        // What is left to cancel divides the common divisor of the denominators.
        let rest = if common == 1 { 1 } else { gcd((over % i128::from(common)) as i64, common) };
        Wide { over: over / i128::from(rest), under: wide(own, other.under / rest) }
    }

    pub fn times(self, other: Self) -> Wide {
        let (left, right) = (gcd(self.over, other.under), gcd(other.over, self.under));
        Wide {
            over: wide(self.over / left, other.over / right),
            under: wide(self.under / right, other.under / left),
        }
    }

    /// `None` at zero.
    pub fn reciprocal(self) -> Option<Self> {
        let sign = self.over.signum();
        (sign != 0).then(|| Self { over: sign * self.under, under: sign * self.over })
    }

    pub fn negated(self) -> Self {
        Self { over: -self.over, ..self }
    }

    /// How many binary digits it has above and below the line.
    pub fn bits(self) -> u32 {
        let digits = |word: i64| i64::BITS - word.unsigned_abs().leading_zeros();
        digits(self.over) + digits(self.under)
    }

    pub fn squared(self) -> Wide {
        Wide { over: wide(self.over, self.over), under: wide(self.under, self.under) }
    }
}

impl Ord for Small {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.under == other.under {
            return self.over.cmp(&other.over);
        }
        wide(self.over, other.under).cmp(&wide(other.over, self.under))
    }
}

impl PartialOrd for Small {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Σ aᵢbᵢ over one denominator, not in lowest terms, for as long as it fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    pub over: i128,
    pub under: i64,
}

impl Sum {
    pub const ZERO: Self = Self { over: 0, under: 1 };

    /// With one product more; `None` if that does not fit.
    pub fn with(self, a: Small, b: Small) -> Option<Self> {
        let over = wide(a.over, b.over);
        if over == 0 {
            return Some(self);
        }
        let under = i64::try_from(wide(a.under, b.under)).ok()?;
        if under == self.under {
            return Some(Self { over: self.over.checked_add(over)?, under });
        }
        let common = gcd(self.under, under);
        let (lift, own) = (under / common, self.under / common);
        let lifted = self.over.checked_mul(lift.into())?;
        let over = lifted.checked_add(over.checked_mul(own.into())?)?;
        Some(Self { over, under: self.under.checked_mul(lift)? })
    }
}

fn wide(a: i64, b: i64) -> i128 {
    i128::from(a) * i128::from(b)
}

/// The greatest common divisor of a number and a positive one.
fn gcd(a: i64, b: i64) -> i64 {
    if b == 1 { 1 } else { a.unsigned_abs().gcd(b.unsigned_abs()) as i64 }
}
