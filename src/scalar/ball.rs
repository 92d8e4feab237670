//! Balls: big integers with an error bound, for the functions that have no rational values.
//!
//! A ball is the set [m − e, m + e]·2^k of integers m, e ≥ 0 and k. Every operation obeys the
//! inclusion principle: the exact result of members is a member of the result. Nothing here is a
//! float until [`Ball::floats`] rounds the two ends outward.

use super::{Rational, Scalar};
use dashu_int::ops::{BitTest, SquareRoot, UnsignedAbs};
use dashu_int::{IBig, UBig};

/// A real number within `error` of `mantissa`, both in units of 2^`exponent`.
#[derive(Clone, Debug)]
pub(super) struct Ball {
    mantissa: IBig,
    error: UBig,
    exponent: i64,
}

impl Ball {
    /// `mantissa`·2^`exponent`, exactly.
    pub fn exact(mantissa: impl Into<IBig>, exponent: i64) -> Self {
        Self::new(mantissa.into(), UBig::ZERO, exponent)
    }

    pub fn new(mantissa: IBig, error: UBig, exponent: i64) -> Self {
        Self { mantissa, error, exponent }
    }

    /// The exact value of a finite float.
    pub fn of_float(value: f64) -> Self {
        let fraction = value.to_bits() & ((1 << 52) - 1);
        let (mantissa, exponent) = match (value.to_bits() >> 52) & 0x7ff {
            0 => (fraction, -1074),
            biased => (fraction | 1 << 52, biased as i64 - 1075),
        };
        let zeros = if mantissa == 0 { 0 } else { mantissa.trailing_zeros() };
        let magnitude = IBig::from(mantissa >> zeros);
        let signed = if value < 0.0 { -magnitude } else { magnitude };
        Self::exact(signed, exponent + i64::from(zeros))
    }

    /// A rational: exactly if it is dyadic, else to `bits` binary digits.
    pub fn of_rational(value: &Rational, bits: usize) -> Self {
        let (numerator, denominator) = (value.numerator().into_owned(), value.denominator());
        let power = denominator.bit_len() - 1;
        if denominator.trailing_zeros() == Some(power) {
            return Self::exact(numerator, -(power as i64));
        }
        Self::exact(numerator, 0).over(&Self::exact(denominator.into_owned(), 0), bits)
    }

    /// The same set, or one around it whose mantissa has at most `bits` binary digits.
    pub fn rounded(self, bits: usize) -> Self {
        let excess = self.mantissa.bit_len().saturating_sub(bits);
        if excess == 0 {
            return self;
        }
        // A floor drops less than one unit of the mantissa, and less than one of the error.
        Self {
            mantissa: self.mantissa >> excess,
            error: (self.error >> excess) + UBig::from(2_u8),
            exponent: self.exponent + excess as i64,
        }
    }

    /// Mantissa and error in units of 2^−`places`.
    pub fn fixed(&self, places: i64) -> (IBig, UBig) {
        let shift = self.exponent + places;
        let by = shift.unsigned_abs() as usize;
        if shift >= 0 {
            return (&self.mantissa << by, &self.error << by);
        }
        let round = if self.is_zero() { 0_u8 } else { 2 };
        (&self.mantissa >> by, (&self.error >> by) + UBig::from(round))
    }

    pub fn negated(self) -> Self {
        Self { mantissa: -self.mantissa, ..self }
    }

    /// Times 2^`by`, exactly.
    pub fn scaled(self, by: i64) -> Self {
        Self { exponent: self.exponent + by, ..self }
    }

    pub fn times(&self, other: &Self, bits: usize) -> Self {
        let (a, b) = (magnitude(&self.mantissa), magnitude(&other.mantissa));
        let error = a * &other.error + b * &self.error + &self.error * &other.error;
        let mantissa = &self.mantissa * &other.mantissa;
        Self::new(mantissa, error, self.exponent + other.exponent).rounded(bits)
    }

    pub fn plus(&self, other: &Self, bits: usize) -> Self {
        let places = -self.exponent.min(other.exponent);
        let ((a, d), (b, e)) = (self.fixed(places), other.fixed(places));
        Self::new(a + b, d + e, -places).rounded(bits)
    }

    /// The quotient.
    ///
    /// # Panics
    /// If `other` contains zero; callers divide by what is positive.
    pub fn over(&self, other: &Self, bits: usize) -> Self {
        let below = magnitude(&other.mantissa);
        assert!(below > other.error, "a divisor is bounded away from zero");
        let shift = (bits + below.bit_len()).saturating_sub(self.mantissa.bit_len());
        let quotient = (&self.mantissa << shift) / &other.mantissa;
        // |a/b − p/q| ≤ (|a − p| + |p/q|·|b − q|)/|b|, for p/q the quotient of the mantissas.
        let reach = (magnitude(&quotient) + UBig::ONE) * &other.error;
        let error = ((&self.error << shift) + reach) / (below - &other.error) + UBig::from(2_u8);
        let exact = self.is_zero();
        let error = if exact { UBig::ZERO } else { error };
        Self::new(quotient, error, self.exponent - other.exponent - shift as i64).rounded(bits)
    }

    /// The root of a positive ball.
    pub fn root(&self, bits: usize) -> Self {
        let places = 2 * bits as i64 - self.top() + (self.top() & 1);
        let (mantissa, error) = self.fixed(places);
        // |√a − √b| ≤ |a − b|/√b; the floor of a root drops less than one, and so does the division.
        let root = magnitude(&mantissa).sqrt();
        let error = error / &root + UBig::from(2_u8);
        Self::new(root.into(), error, -places / 2)
    }

    /// The smallest ball around both, up to one unit.
    pub fn hull(&self, other: &Self) -> Self {
        let places = -self.exponent.min(other.exponent);
        let ends = [self, other].map(|ball| {
            let (mantissa, error) = ball.fixed(places);
            Self::new(mantissa, error, -places).ends()
        });
        let lower = (&ends[0][0]).min(&ends[1][0]);
        let upper = (&ends[0][1]).max(&ends[1][1]);
        let error = (magnitude(&(upper - lower)) >> 1) + UBig::ONE;
        Self::new((lower + upper) >> 1, error, -places)
    }

    /// Whether the ball is the single point zero.
    pub fn is_zero(&self) -> bool {
        self.mantissa == IBig::ZERO && self.error == UBig::ZERO
    }

    /// Whether every member is negative, positive, or neither is certain.
    pub fn sign(&self) -> Option<bool> {
        (magnitude(&self.mantissa) > self.error).then_some(self.mantissa > IBig::ZERO)
    }

    /// A k with |mantissa|·2^exponent < 2^k.
    pub fn top(&self) -> i64 {
        self.mantissa.bit_len() as i64 + self.exponent
    }

    /// The mantissa and its exponent.
    pub fn parts(&self) -> (&IBig, &UBig, i64) {
        (&self.mantissa, &self.error, self.exponent)
    }

    fn ends(&self) -> [IBig; 2] {
        let error = IBig::from(self.error.clone());
        [&self.mantissa - &error, &self.mantissa + error]
    }

    /// The ends as rationals.
    pub fn rationals(&self) -> [Rational; 2] {
        let unit = Rational::two_to(self.exponent as i32);
        self.ends().map(|end| Rational::from_big(end, IBig::ONE).times(&unit))
    }

    /// The ends as floats, rounded outward.
    pub fn floats(&self) -> (f64, f64) {
        let [lower, upper] = self.ends();
        (round_float(&lower, self.exponent, false), round_float(&upper, self.exponent, true))
    }
}

fn magnitude(value: &IBig) -> UBig {
    value.clone().unsigned_abs()
}

/// The nearest float on one side of `value`·2^`exponent`: `f64::MAX` inside an overflow, the
/// smallest subnormal outside an underflow.
fn round_float(value: &IBig, exponent: i64, up: bool) -> f64 {
    let negative = *value < IBig::ZERO;
    let (away, magnitude) = (up != negative, magnitude(value));
    let length = magnitude.bit_len();
    let signed = |magnitude: f64| if negative { -magnitude } else { magnitude + 0.0 };
    if length == 0 {
        return 0.0;
    }
    if length as i64 + exponent > 1024 {
        return signed(if away { f64::INFINITY } else { f64::MAX });
    }
    let shift = (length as i64 - 53).max(-1074 - exponent).max(0);
    let kept = if shift as usize > length { UBig::ZERO } else { &magnitude >> shift as usize };
    let dropped = (&kept << shift as usize) != magnitude;
    let kept = u64::try_from(kept).unwrap_or(0) + u64::from(dropped && away);
    // At most 2^53 times a power of two: the product is a float, or an overflow away from zero.
    let power = exponent + shift;
    signed(kept as f64 * two_to(power))
}

/// 2^`exponent` for −1074 ≤ `exponent` ≤ 1023.
fn two_to(exponent: i64) -> f64 {
    if exponent >= -1022 {
        f64::from_bits(((exponent + 1023) as u64) << 52)
    } else {
        f64::from_bits(1 << (exponent + 1074))
    }
}

/// Σ c_n with c_0 = 1 and c_{n+1} = c_n·z·a_n/b_n, where `ratio(n)` is (a_n, b_n), b_n > 0, and `z` is
/// in units of 2^−`places`, known within `z_error`. The ratios |a_n|/b_n either do not increase or
/// are at most 1 with |z| ≤ 1/2, so that once a ratio of terms is at most 1/2, all later ones are.
pub(super) fn series(
    (z, z_error): (&IBig, &UBig),
    places: usize,
    ratio: impl Fn(i64) -> (i64, i64),
) -> Ball {
    let whole = |value: UBig| (value >> places) + UBig::ONE;
    let z_bound = whole(magnitude(z) + z_error);
    let one = IBig::ONE << places;
    let (mut term, mut error) = (one.clone(), UBig::ZERO);
    let (mut sum, mut total) = (one.clone(), UBig::ZERO);
    for n in 0.. {
        let (a, b) = ratio(n);
        let halved = (magnitude(z) + z_error) * UBig::from(2 * a.unsigned_abs())
            <= magnitude(&one) * UBig::from(b.unsigned_abs());
        if halved && term.bit_len() <= 1 {
            // The terms from here on are at most 1/2 + 1/4 + ... of the last one.
            total += error + magnitude(&term);
            break;
        }
        // |t'z' − tz| ≤ |t' − t||z'| + |t||z' − z|, all times |a|/b, and 1 for the division.
        let spread = &error * &z_bound + whole(magnitude(&term)) * z_error + UBig::ONE;
        error =
            spread * UBig::from(a.unsigned_abs()) / UBig::from(b.unsigned_abs()) + UBig::from(2_u8);
        term = ((term * z) >> places) * IBig::from(a) / IBig::from(b);
        sum += &term;
        total += &error;
    }
    Ball::new(sum, total, -(places as i64))
}
