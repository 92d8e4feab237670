//! Exact rational numbers.

use super::small::{Small, Sum, Wide};
use super::{Scalar, Undefined};
use dashu_base::{Gcd, Inverse};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// An exact rational number in lowest terms.
///
/// Displays and parses as `p/q`; decimals such as `-0.125` and `1e-3` are read exactly.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Rational(Form);

/// A number that can be small is small, so that equal numbers have equal forms.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Form {
    Small(Small),
    Big(RBig),
}

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
    pub const ZERO: Self = Self(Form::Small(Small::lowest(0, 1)));
    /// The number 1.
    pub const ONE: Self = Self(Form::Small(Small::lowest(1, 1)));

    /// `numerator / denominator`.
    ///
    /// # Panics
    /// If `denominator` is zero.
    pub fn ratio(numerator: i64, denominator: i64) -> Self {
        assert!(denominator != 0, "a ratio of literals has a non-zero denominator");
        Self::of_wide(Wide::lowest(numerator.into(), denominator.into()))
    }

    /// `numerator / denominator` of big integers; `denominator` must not be zero.
    pub(crate) fn from_big(numerator: IBig, denominator: IBig) -> Self {
        Self::of(RBig::from_parts_signed(numerator, denominator))
    }

    fn of(value: RBig) -> Self {
        match (i64::try_from(value.numerator()), i64::try_from(value.denominator())) {
            (Ok(over), Ok(under)) if over != i64::MIN => {
                Self(Form::Small(Small::lowest(over, under)))
            }
            _ => Self(Form::Big(value)),
        }
    }

    fn of_wide(value: Wide) -> Self {
        match (i64::try_from(value.over), i64::try_from(value.under)) {
            (Ok(over), Ok(under)) if over != i64::MIN => {
                Self(Form::Small(Small::lowest(over, under)))
            }
            _ => Self(Form::Big(RBig::from_parts_signed(value.over.into(), value.under.into()))),
        }
    }

    /// The big form.
    fn big(&self) -> Cow<'_, RBig> {
        match &self.0 {
            Form::Small(own) => {
                Cow::Owned(RBig::from_parts_signed(own.over.into(), own.under.into()))
            }
            Form::Big(own) => Cow::Borrowed(own),
        }
    }

    /// An operation on small numbers if both are, else on big ones.
    fn with(
        &self,
        other: &Self,
        small: impl Fn(Small, Small) -> Wide,
        big: impl Fn(&RBig, &RBig) -> RBig,
    ) -> Self {
        match (&self.0, &other.0) {
            (Form::Small(a), Form::Small(b)) => Self::of_wide(small(*a, *b)),
            _ => Self::of(big(&self.big(), &other.big())),
        }
    }

    /// The integer, exactly.
    pub fn integer(value: i64) -> Self {
        Self::of_wide(Wide { over: value.into(), under: 1 })
    }

    /// The number of a count, exactly.
    pub fn count(value: usize) -> Self {
        Self::of(RBig::from(UBig::from(value)))
    }

    /// `mantissa * 2^exponent`, exactly.
    pub fn dyadic(mantissa: i64, exponent: i32) -> Self {
        Self::integer(mantissa).times(&Self::two_to(exponent))
    }

    /// `2^exponent`, exactly.
    pub fn two_to(exponent: i32) -> Self {
        let power = UBig::ONE << exponent.unsigned_abs() as usize;
        Self::of(if exponent >= 0 { RBig::from(power) } else { RBig::from_parts(IBig::ONE, power) })
    }

    /// The exact value of a finite float; `None` for infinities and NaN.
    pub fn from_f64(value: f64) -> Option<Self> {
        RBig::try_from(value).ok().map(Self::of)
    }

    /// The nearest float and whether it is the exact value.
    pub fn to_f64_exactness(&self) -> (f64, bool) {
        match self.big().to_f64() {
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
        let (lower, upper) = (lower.big().into_owned(), upper.big().into_owned());
        let mut best = RBig::simplest_in(lower.clone(), upper.clone());
        for end in [lower, upper] {
            if simplicity(&end) < simplicity(&best) {
                best = end;
            }
        }
        Self::of(best)
    }

    /// The nearest multiple of `2^exponent`.
    pub fn round_to_dyadic(&self, exponent: i32) -> Self {
        let scale = Self::two_to(-exponent);
        let scaled = self.times(&scale);
        Self::of(RBig::from(scaled.big().round())).times(&Self::two_to(exponent))
    }

    /// Rational bounds of the root of a non-negative number, equal if it is a perfect square and
    /// else about 2^−bits apart, relatively.
    pub fn root_bounds(&self, bits: u32) -> (Self, Self) {
        if let Ok(root) = self.root() {
            return (root.clone(), root);
        }
        // √(p/q) = √(pq)/q; shifting pq brings the digits that the integer root keeps.
        let product = &*self.numerator() * IBig::from(self.denominator().into_owned());
        let product = UBig::try_from(product).unwrap_or(UBig::ZERO);
        let floor = dashu_int::ops::SquareRoot::sqrt(&(product << (2 * bits as usize)));
        let denominator = IBig::from(self.denominator().into_owned() << bits as usize);
        let bound = |root: UBig| Self::from_big(root.into(), denominator.clone());
        (bound(floor.clone()), bound(floor + UBig::ONE))
    }

    /// The largest integer at most `self`, if it fits.
    pub fn floor_u64(&self) -> Option<u64> {
        u64::try_from(self.big().floor()).ok()
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
        match &self.0 {
            Form::Small(own) => own.reciprocal().map(|own| Self(Form::Small(own))),
            Form::Big(own) => Some(Self::of(Inverse::inv(own))),
        }
    }

    /// Whether `self < 0`.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Form::Small(own) => own.over < 0,
            Form::Big(own) => *own < RBig::ZERO,
        }
    }

    /// Whether `self > 0`.
    pub fn is_positive(&self) -> bool {
        !self.is_zero() && !self.is_negative()
    }

    /// Whether `self == 0`.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// Whether the number is an integer.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Small(own) => own.under == 1,
            Form::Big(own) => own.is_int(),
        }
    }

    pub(crate) fn numerator(&self) -> Cow<'_, IBig> {
        match &self.0 {
            Form::Small(own) => Cow::Owned(own.over.into()),
            Form::Big(own) => Cow::Borrowed(own.numerator()),
        }
    }

    pub(crate) fn denominator(&self) -> Cow<'_, UBig> {
        match &self.0 {
            Form::Small(own) => Cow::Owned(own.under.unsigned_abs().into()),
            Form::Big(own) => Cow::Borrowed(own.denominator()),
        }
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Small(a), Form::Small(b)) => a.cmp(b),
            _ => self.big().cmp(&other.big()),
        }
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
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
        self.with(other, Small::plus, |a, b| a + b)
    }
    fn minus(&self, other: &Self) -> Self {
        self.with(other, |a, b| a.plus(b.negated()), |a, b| a - b)
    }
    fn times(&self, other: &Self) -> Self {
        self.with(other, Small::times, |a, b| a * b)
    }
    fn over(&self, other: &Self) -> Result<Self, Undefined> {
        Ok(self.times(&other.reciprocal().ok_or(Undefined::DivisionByZero)?))
    }
    fn negated(&self) -> Self {
        match &self.0 {
            Form::Small(own) => Self(Form::Small(own.negated())),
            Form::Big(own) => Self::of(-own),
        }
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
            UBig::try_from(self.numerator().into_owned()).map_err(|_| Undefined::NegativeRoot)?;
        match (exact(&numerator), exact(&self.denominator())) {
            (Some(p), Some(q)) => Ok(Self::of(RBig::from_parts(p.into(), q))),
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
        let mut pairs = pairs.peekable();
        let mut small = Sum::ZERO;
        while let Some((a, b)) = pairs.peek() {
            let (Form::Small(a), Form::Small(b)) = (&a.0, &b.0) else { break };
            let Some(sum) = small.with(*a, *b) else { break };
            small = sum;
            pairs.next();
        }
        let (mut sum, mut under) = (IBig::from(small.over), UBig::from(small.under.unsigned_abs()));
        for (a, b) in pairs.filter(|(a, b)| !a.is_zero() && !b.is_zero()) {
            let over = &*a.numerator() * &*b.numerator();
            let own = &*a.denominator() * &*b.denominator();
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
        match &self.0 {
            Form::Small(own) => own.bits().into(),
            Form::Big(own) => (own.numerator().bit_len() + own.denominator().bit_len()) as u64,
        }
    }
    fn squared(&self) -> Self {
        match &self.0 {
            Form::Small(own) => Self::of_wide(own.squared()),
            Form::Big(own) => Self::of(own.sqr()),
        }
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad_integral(true, "", &self.big().to_string())
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
            return Ok(Self::from_big(p, q));
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
    Ok(Rational::of(if shift >= 0 {
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

    /// Of words, the largest and the least among them.
    fn word() -> impl Strategy<Value = i64> {
        let near = |end: i64| (-3_i64..=3).prop_map(move |by| end.saturating_add(by));
        prop_oneof![-9_i64..9, any::<i64>(), near(i64::MAX), near(i64::MIN), near(1 << 32)]
    }

    /// A number of words that may share divisors, and the same as a big one.
    fn number() -> impl Strategy<Value = (Rational, RBig)> {
        let under = word().prop_filter("a divisor", |under| *under != 0);
        (word(), under, 1_i64..40).prop_map(|(over, under, shared)| {
            let (over, under) = (over / shared * shared, (under / shared).max(1) * shared);
            let big = RBig::from_parts_signed(over.into(), under.into());
            (Rational::ratio(over, under), big)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// What machine words calculate is what big integers do, in the one form of that number.
        #[test]
        fn small_numbers_are_big_ones(
            (a, big_a) in number(), (b, big_b) in number(), (c, big_c) in number(),
        ) {
            let same = |own: &Rational, big: &RBig| {
                prop_assert_eq!(own, &Rational::of(big.clone()));
                prop_assert_eq!(&*own.big(), big);
                prop_assert_eq!(&*own.numerator(), big.numerator());
                prop_assert_eq!(&*own.denominator(), big.denominator());
                prop_assert_eq!(own.to_string(), big.to_string());
                Ok(())
            };
            same(&a, &big_a)?;
            same(&a.plus(&b), &(&big_a + &big_b))?;
            same(&a.minus(&b), &(&big_a - &big_b))?;
            same(&a.times(&b), &(&big_a * &big_b))?;
            same(&a.negated(), &-&big_a)?;
            same(&a.squared(), &big_a.sqr())?;
            same(&a.minus(&a), &RBig::ZERO)?;
            if !b.is_zero() {
                same(&a.over(&b).unwrap(), &(&big_a / &big_b))?;
            }
            prop_assert_eq!(a.cmp(&b), big_a.cmp(&big_b));
            prop_assert_eq!(a.is_negative(), big_a < RBig::ZERO);
            prop_assert_eq!(a.is_positive(), big_a > RBig::ZERO);
            prop_assert_eq!(a.is_integer(), big_a.is_int());
            let numbers = [&a, &b, &c, &a];
            let pairs = numbers.into_iter().zip([&b, &c, &c, &a]);
            let sum = &big_a * &big_b + &big_b * &big_c + &big_c * &big_c + &big_a * &big_a;
            same(&Rational::sum_of_products(pairs), &sum)?;
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
