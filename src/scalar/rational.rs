//! Exact rational numbers.

use super::{Scalar, Undefined};
use dashu_base::Gcd;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// An exact rational number in lowest terms.
///
/// Displays and parses as `p/q`; decimals such as `-0.125` and `1e-3` are read exactly.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rational(RBig);

/// The text is not a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a number: {cause}")]
pub struct ParseRationalError {
    text: String,
    cause: &'static str,
}

/// Decimal exponents beyond this are refused, so that a short text cannot ask for gigabytes.
const MAX_DECIMAL_EXPONENT: i64 = 2_000;

impl Rational {
    /// The number 0.
    pub const ZERO: Self = Self(RBig::ZERO);
    /// The number 1.
    pub const ONE: Self = Self(RBig::ONE);

    /// `numerator / denominator`.
    ///
    /// # Panics
    /// If `denominator` is zero.
    pub fn ratio(numerator: i64, denominator: i64) -> Self {
        assert!(denominator != 0, "a ratio of literals has a non-zero denominator");
        Self(RBig::from_parts_signed(numerator.into(), denominator.into()))
    }

    /// `numerator / denominator` of big integers; `denominator` must not be zero.
    pub(crate) fn from_big(numerator: IBig, denominator: IBig) -> Self {
        Self(RBig::from_parts_signed(numerator, denominator))
    }

    /// The integer, exactly.
    pub fn integer(value: i64) -> Self {
        Self(RBig::from(IBig::from(value)))
    }

    /// The number of a count, exactly.
    pub fn count(value: usize) -> Self {
        Self(RBig::from(UBig::from(value)))
    }

    /// `mantissa * 2^exponent`, exactly.
    pub fn dyadic(mantissa: i64, exponent: i32) -> Self {
        Self::integer(mantissa).times(&Self::two_to(exponent))
    }

    /// `2^exponent`, exactly.
    pub fn two_to(exponent: i32) -> Self {
        let power = UBig::ONE << exponent.unsigned_abs() as usize;
        Self(if exponent >= 0 { RBig::from(power) } else { RBig::from_parts(IBig::ONE, power) })
    }

    /// The exact value of a finite float; `None` for infinities and NaN.
    pub fn from_f64(value: f64) -> Option<Self> {
        RBig::try_from(value).ok().map(Self)
    }

    /// The nearest float and whether it is the exact value.
    pub fn to_f64_exactness(&self) -> (f64, bool) {
        match self.0.to_f64() {
            dashu_base::Approximation::Exact(value) => (value, true),
            dashu_base::Approximation::Inexact(value, _) => (value, false),
        }
    }

    /// The rational with the smallest denominator in the closed interval `[lower, upper]`.
    pub fn simplest_between(lower: &Self, upper: &Self) -> Self {
        if lower >= upper {
            return lower.clone();
        }
        // dashu's interval is open; its ends are simplest exactly when they are simpler than the
        // simplest inner point. (Its own `is_simpler_than` does not order by denominator.)
        let simplicity = |q: &RBig| (q.denominator().clone(), q.numerator().clone() * q.sign());
        let mut best = RBig::simplest_in(lower.0.clone(), upper.0.clone());
        for end in [&lower.0, &upper.0] {
            if simplicity(end) < simplicity(&best) {
                best = end.clone();
            }
        }
        Self(best)
    }

    /// The nearest multiple of `2^exponent`.
    pub fn round_to_dyadic(&self, exponent: i32) -> Self {
        let scale = Self::two_to(-exponent);
        let scaled = self.times(&scale);
        Self(RBig::from(scaled.0.round())).times(&Self::two_to(exponent))
    }

    /// Rational bounds of the root of a non-negative number, equal if it is a perfect square and
    /// else about 2^−bits apart, relatively.
    pub fn root_bounds(&self, bits: u32) -> (Self, Self) {
        if let Ok(root) = self.root() {
            return (root.clone(), root);
        }
        // √(p/q) = √(pq)/q; shifting pq brings the digits that the integer root keeps.
        let product = self.numerator() * IBig::from(self.denominator().clone());
        let product = UBig::try_from(product).unwrap_or(UBig::ZERO);
        let floor = dashu_int::ops::SquareRoot::sqrt(&(product << (2 * bits as usize)));
        let denominator = IBig::from(self.denominator() << bits as usize);
        let bound = |root: UBig| Self::from_big(root.into(), denominator.clone());
        (bound(floor.clone()), bound(floor + UBig::ONE))
    }

    /// The largest integer at most `self`, if it fits.
    pub fn floor_u64(&self) -> Option<u64> {
        u64::try_from(self.0.floor()).ok()
    }

    /// The k with 2^(k−1) ≤ |self| < 2^(k+1), roughly the binary logarithm; 0 at zero.
    pub fn binary_exponent(&self) -> i32 {
        use dashu_int::ops::BitTest;
        if self.is_zero() {
            return 0;
        }
        self.numerator().bit_len() as i32 - self.denominator().bit_len() as i32
    }

    /// The absolute value.
    pub fn abs(&self) -> Self {
        if self.is_negative() { self.negated() } else { self.clone() }
    }

    /// `1 / self`; `None` at zero.
    pub fn reciprocal(&self) -> Option<Self> {
        Self::ONE.over(self).ok()
    }

    /// Whether `self < 0`.
    pub fn is_negative(&self) -> bool {
        *self < Self::ZERO
    }

    /// Whether `self > 0`.
    pub fn is_positive(&self) -> bool {
        *self > Self::ZERO
    }

    /// Whether `self == 0`.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether the number is an integer.
    pub fn is_integer(&self) -> bool {
        self.0.is_int()
    }

    pub(crate) fn numerator(&self) -> &IBig {
        self.0.numerator()
    }

    pub(crate) fn denominator(&self) -> &UBig {
        self.0.denominator()
    }
}

impl Default for Rational {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Scalar for Rational {
    const EXACT: bool = true;

    fn from_rational(value: &Rational) -> Self {
        value.clone()
    }
    fn plus(&self, other: &Self) -> Self {
        Self(&self.0 + &other.0)
    }
    fn minus(&self, other: &Self) -> Self {
        Self(&self.0 - &other.0)
    }
    fn times(&self, other: &Self) -> Self {
        Self(&self.0 * &other.0)
    }
    fn over(&self, other: &Self) -> Result<Self, Undefined> {
        if other.is_zero() { Err(Undefined::DivisionByZero) } else { Ok(Self(&self.0 / &other.0)) }
    }
    fn negated(&self) -> Self {
        Self(-&self.0)
    }
    fn root(&self) -> Result<Self, Undefined> {
        if self.is_negative() {
            return Err(Undefined::NegativeRoot);
        }
        let exact = |square: &UBig| {
            let root = dashu_int::ops::SquareRoot::sqrt(square);
            (&root * &root == *square).then_some(root)
        };
        let numerator =
            UBig::try_from(self.numerator().clone()).map_err(|_| Undefined::NegativeRoot)?;
        match (exact(&numerator), exact(self.denominator())) {
            (Some(p), Some(q)) => Ok(Self(RBig::from_parts(p.into(), q))),
            _ => Err(Undefined::IrrationalRoot),
        }
    }
    fn exp(&self) -> Result<Self, Undefined> {
        self.is_zero().then_some(Self::ONE).ok_or(Undefined::Irrational("exp"))
    }
    fn ln(&self) -> Result<Self, Undefined> {
        if !self.is_positive() {
            return Err(Undefined::NotPositiveLogarithm);
        }
        (*self == Self::ONE).then_some(Self::ZERO).ok_or(Undefined::Irrational("ln"))
    }
    fn sin(&self) -> Result<Self, Undefined> {
        self.is_zero().then_some(Self::ZERO).ok_or(Undefined::Irrational("sin"))
    }
    fn cos(&self) -> Result<Self, Undefined> {
        self.is_zero().then_some(Self::ONE).ok_or(Undefined::Irrational("cos"))
    }
    fn normal_cdf(&self) -> Result<Self, Undefined> {
        let half = || Self::ratio(1, 2);
        self.is_zero().then(half).ok_or(Undefined::Irrational("the normal distribution function"))
    }
    fn normal_pdf(&self) -> Result<Self, Undefined> {
        Err(Undefined::Irrational("the normal density"))
    }
    /// Reduced once at the end: four common divisors a term become one.
    fn sum_of_products<'a>(pairs: impl Iterator<Item = (&'a Self, &'a Self)>) -> Self {
        let (mut sum, mut under) = (IBig::ZERO, UBig::ONE);
        for (a, b) in pairs.filter(|(a, b)| !a.is_zero() && !b.is_zero()) {
            let over = a.numerator() * b.numerator();
            let own = a.denominator() * b.denominator();
            if own == under {
                sum += over;
            } else {
                let common = (&under).gcd(&own);
                let lift = own / &common;
                sum = sum * IBig::from(lift.clone()) + over * IBig::from(&under / common);
                under *= lift;
            }
        }
        Self::from_big(sum, under.into())
    }
    fn sum_of_squares<'a>(numbers: impl Iterator<Item = &'a Self>) -> Self {
        Self::sum_of_products(numbers.map(|a| (a, a)))
    }
    fn least(&self, other: &Self) -> Self {
        self.min(other).clone()
    }
    fn greatest(&self, other: &Self) -> Self {
        self.max(other).clone()
    }
    fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
    fn to_f64(&self) -> f64 {
        self.to_f64_exactness().0
    }
    fn bits(&self) -> u64 {
        use dashu_int::ops::BitTest;
        (self.numerator().bit_len() + self.denominator().bit_len()) as u64
    }
    fn squared(&self) -> Self {
        Self(self.0.sqr())
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad_integral(true, "", &self.0.to_string())
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Rational {
    type Err = ParseRationalError;

    fn from_str(text: &str) -> Result<Self, ParseRationalError> {
        let fail = |cause| ParseRationalError { text: text.chars().take(40).collect(), cause };
        let trimmed = text.trim();
        if let Some((numerator, denominator)) = trimmed.split_once('/') {
            let integer = |part: &str| {
                let digits = part.strip_prefix(['-', '+']).unwrap_or(part);
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(fail("both sides of '/' must be integers"));
                }
                IBig::from_str(part).map_err(|_| fail("both sides of '/' must be integers"))
            };
            let (p, q) = (integer(numerator.trim())?, integer(denominator.trim())?);
            if q == IBig::ZERO {
                return Err(fail("the denominator is zero"));
            }
            return Ok(Self(RBig::from_parts_signed(p, q)));
        }
        parse_decimal(trimmed).map_err(fail)
    }
}

/// Reads `[+-]digits[.digits][e[+-]digits]` exactly.
fn parse_decimal(text: &str) -> Result<Rational, &'static str> {
    const SHAPE: &str = "expected an integer, a fraction p/q or a decimal";
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            let exponent: i64 = exponent.parse().map_err(|_| SHAPE)?;
            (mantissa, exponent)
        }
        None => (text, 0),
    };
    let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(SHAPE);
    }
    let shift = exponent.saturating_sub(fraction.len() as i64);
    if shift.abs() > MAX_DECIMAL_EXPONENT {
        return Err("the decimal exponent is out of range");
    }
    let mut value = IBig::from_str(&digits).map_err(|_| SHAPE)?;
    if mantissa.starts_with('-') {
        value = -value;
    }
    let power = UBig::from(10u8).pow(shift.unsigned_abs() as usize);
    Ok(Rational(if shift >= 0 {
        RBig::from(value * IBig::from(power))
    } else {
        RBig::from_parts(value, power)
    }))
}

impl serde::Serialize for Rational {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Rational {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Numbers come as strings "p/q", or as plain integers.
        #[derive(serde::Deserialize)]
        #[serde(
            untagged,
            expecting = "expected a number: \"p/q\", a decimal in quotes, or an integer"
        )]
        enum Form {
            Text(String),
            Integer(i64),
        }
        match serde::Deserialize::deserialize(deserializer)? {
            Form::Text(text) => text.parse().map_err(serde::de::Error::custom),
            Form::Integer(value) => Ok(Self::integer(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn q(text: &str) -> Rational {
        text.parse().unwrap()
    }

    #[test]
    fn texts_are_read_exactly() {
        assert_eq!(q("6/-8"), Rational::ratio(-3, 4));
        assert_eq!(q("-0.125"), Rational::ratio(-1, 8));
        assert_eq!(q("1.5e3"), Rational::integer(1500));
        assert_eq!(q("25e-2"), Rational::ratio(1, 4));
        assert_eq!(q(".5"), Rational::ratio(1, 2));
        assert_eq!(q("7/3").to_string(), "7/3");
        for bad in
            ["", "1/0", "nan", "inf", "1/2/3", "0x10", "1_000", "1e9999999", "--1", "1.2.3", "e5"]
        {
            assert!(bad.parse::<Rational>().is_err(), "{bad:?} was accepted");
        }
    }

    proptest! {
        /// Against the sum that is reduced after each term.
        #[test]
        fn sums_of_products_are_sums(
            terms in proptest::collection::vec(((-9_i64..9, 1_i64..12), (-9_i64..9, 1_i64..12)), 0..7),
        ) {
            let ratio = |(p, q): (i64, i64)| Rational::ratio(p, q);
            let terms: Vec<_> = terms.into_iter().map(|(a, b)| (ratio(a), ratio(b))).collect();
            let each = |sum: Rational, (a, b): &(Rational, Rational)| sum.plus(&a.times(b));
            let expected = terms.iter().fold(Rational::ZERO, each);
            let sum = Rational::sum_of_products(terms.iter().map(|(a, b)| (a, b)));
            prop_assert_eq!(sum, expected);
            let squares: Vec<_> = terms.iter().map(|(a, _)| a.squared()).collect();
            let expected = squares.iter().fold(Rational::ZERO, |sum, a| sum.plus(a));
            prop_assert_eq!(Rational::sum_of_squares(terms.iter().map(|(a, _)| a)), expected);
        }
    }

    #[test]
    fn roots_are_exact_or_undefined() {
        assert_eq!(q("9/4").root(), Ok(q("3/2")));
        assert_eq!(q("2").root(), Err(Undefined::IrrationalRoot));
        assert_eq!(q("-1").root(), Err(Undefined::NegativeRoot));
        assert_eq!(q("0").root(), Ok(q("0")));
    }

    #[test]
    fn simplest_and_dyadic() {
        assert_eq!(Rational::simplest_between(&q("0.3"), &q("0.4")), q("1/3"));
        assert_eq!(Rational::simplest_between(&q("1/2"), &q("0.6")), q("1/2"));
        assert_eq!(Rational::simplest_between(&q("-0.6"), &q("-1/2")), q("-1/2"));
        assert_eq!(q("1/3").round_to_dyadic(-2), q("1/4"));
        assert_eq!(Rational::dyadic(3, -2), q("3/4"));
        assert_eq!(q("3/4").power(3), q("27/64"));
        assert_eq!(q("5").power(0), Rational::ONE);
    }
}
