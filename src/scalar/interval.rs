//! Rigorous interval arithmetic on floats.
//!
//! The contract is the inclusion principle: whenever an exact operation is defined on points of the
//! operands, its exact value lies in the resulting [`Interval`]. IEEE `+ - * / sqrt` are correctly
//! rounded, so one step outward from a rounded endpoint encloses the exact one. The decisions that
//! the principle leaves open:
//!
//! * An infinite endpoint means unbounded; infinity is not a member. So 0 times an infinite
//!   endpoint is 0, as in IEEE 1788.
//! * An interval is never empty and no endpoint is ever NaN. [`Interval::new`] refuses NaN,
//!   `lower > upper` and the memberless `[inf, inf]`; [`Interval::intersection`] is an `Option`.
//! * A divisor with zero strictly inside gives the whole line; with zero as one endpoint, the tight
//!   half line that the numerator's sign allows (a numerator with both signs: the whole line);
//!   `[0, 0]` is [`Undefined::DivisionByZero`].
//! * The root of an entirely negative interval is [`Undefined::NegativeRoot`]; the root of one that
//!   straddles zero is that of its non-negative part.
//! * Overflow ends at infinity outward only: inward it is `f64::MAX`. Underflow steps to the
//!   smallest subnormal, but never across zero, so that products keep their sign.
//! * The logarithm of an interval without positive members is [`Undefined::NotPositiveLogarithm`];
//!   of one that touches or straddles zero it is that of its positive part, unbounded below.
//! * Functions are enclosed to within 2 ulps at a point: [`Scalar::exp`], `ln`, `sin`, `cos`,
//!   `normal_cdf`, `normal_pdf`. Sine and cosine reach ±1 wherever a peak cannot be excluded.
//! * What is exact at no cost is not widened: sums with 0 or that vanish, products with 0 or ±1,
//!   quotients by ±1, the roots of 0 and 1, signs, minima and maxima.
//! * Zero has one sign: an endpoint is never `-0.0`, so equal intervals are written alike.

use super::{Rational, Scalar, Undefined, elementary};
use std::cmp::Ordering;
use std::fmt;

/// A closed, non-empty interval of real numbers with float endpoints, possibly unbounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    lower: f64,
    upper: f64,
}

impl Interval {
    /// `[lower, upper]`; `None` if an endpoint is NaN, or if no real number lies between them.
    pub fn new(lower: f64, upper: f64) -> Option<Self> {
        (lower <= upper && lower < f64::INFINITY && upper > f64::NEG_INFINITY)
            .then(|| Self::of(lower, upper))
    }

    /// The single point `value`; `None` if it is infinite or NaN.
    pub fn point(value: f64) -> Option<Self> {
        Self::new(value, value)
    }

    /// Builds every result; a `-0.0` that were kept would divide like a negative number.
    pub(super) fn of(lower: f64, upper: f64) -> Self {
        Self { lower: lower + 0.0, upper: upper + 0.0 }
    }

    /// The lower endpoint.
    pub fn lower(&self) -> f64 {
        self.lower
    }

    /// The upper endpoint.
    pub fn upper(&self) -> f64 {
        self.upper
    }

    /// `upper - lower`, rounded up.
    pub fn width(&self) -> f64 {
        Outward::sub_up(self.upper, self.lower)
    }

    /// The width divided by the smallest magnitude in the interval, rounded up: 0 for a point,
    /// infinite for an interval of positive width that contains 0.
    pub fn relative_width(&self) -> f64 {
        Outward::div_up(self.width(), self.abs().lower)
    }

    /// The largest magnitude, `max |x|`.
    pub fn magnitude(&self) -> f64 {
        self.abs().upper
    }

    /// A finite point inside, the rounded middle; an unbounded end counts as `f64::MAX`.
    pub fn midpoint(&self) -> f64 {
        self.lower.max(f64::MIN).midpoint(self.upper.min(f64::MAX))
    }

    /// Whether the exact `value` is a member.
    pub fn contains(&self, value: &Rational) -> bool {
        compare_exactly(self.lower, value).is_le() && compare_exactly(self.upper, value).is_ge()
    }

    /// Whether the float `value` is a member; infinities and NaN never are.
    pub fn contains_f64(&self, value: f64) -> bool {
        value.is_finite() && self.lower <= value && value <= self.upper
    }

    /// The common members, if any.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        Self::new(self.lower.max(other.lower), self.upper.min(other.upper))
    }

    /// The smallest interval that contains both.
    pub fn hull(&self, other: &Self) -> Self {
        Self::of(self.lower.min(other.lower), self.upper.max(other.upper))
    }

    /// The absolute values of the members.
    pub fn abs(&self) -> Self {
        Self::of(self.lower.max(-self.upper).max(0.0), self.upper.max(-self.lower))
    }

    /// The endpoints as C99 hexadecimal floats, which are exact: `0x1.8p+1` is 3.
    pub fn to_hex(&self) -> (String, String) {
        (hex_f64(self.lower), hex_f64(self.upper))
    }

    /// Reads what [`Interval::to_hex`] writes; `None` for another form, or a number between floats.
    pub fn parse_hex_f64(text: &str) -> Option<f64> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let magnitude = if unsigned == "inf" {
            f64::INFINITY
        } else {
            let (number, exponent) = unsigned.strip_prefix("0x")?.split_once('p')?;
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            let (digits, exponent) = ([whole, fraction].concat(), exponent.parse::<i32>().ok()?);
            // Lengths and exponents are bounded, so that a short text cannot ask for gigabytes.
            let bounded = digits.len() <= 15 && exponent.unsigned_abs() <= 1100;
            let plain = bounded && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            let mantissa = i64::from_str_radix(&digits, 16).ok().filter(|_| plain)?;
            let value = Rational::dyadic(mantissa, exponent - 4 * fraction.len() as i32);
            let (float, exact) = value.to_f64_exactness();
            exact.then_some(float)?
        };
        Some(if unsigned == text { magnitude } else { -magnitude })
    }

    fn convert<R: Rounding>(value: &Rational) -> Self {
        let nearest = value.to_f64();
        match compare_exactly(nearest, value) {
            Ordering::Less => Self::of(nearest, R::convert_up(nearest)),
            Ordering::Equal => Self::of(nearest, nearest),
            Ordering::Greater => Self::of(R::convert_down(nearest), nearest),
        }
    }
    fn sum<R: Rounding>(&self, other: &Self) -> Self {
        Self::of(R::add_down(self.lower, other.lower), R::add_up(self.upper, other.upper))
    }
    fn difference<R: Rounding>(&self, other: &Self) -> Self {
        Self::of(R::sub_down(self.lower, other.upper), R::sub_up(self.upper, other.lower))
    }
    fn product<R: Rounding>(&self, other: &Self) -> Self {
        let (a, b, c, d) = (self.lower, self.upper, other.lower, other.upper);
        let corners = [(a, c), (a, d), (b, c), (b, d)];
        Self::of(
            corners.map(|(x, y)| R::mul_down(x, y)).into_iter().fold(f64::INFINITY, f64::min),
            corners.map(|(x, y)| R::mul_up(x, y)).into_iter().fold(f64::NEG_INFINITY, f64::max),
        )
    }
    fn quotient<R: Rounding>(&self, other: &Self) -> Result<Self, Undefined> {
        let (over, under) =
            if other.upper <= 0.0 { (self.negated(), other.negated()) } else { (*self, *other) };
        if under.upper == 0.0 {
            return Err(Undefined::DivisionByZero);
        }
        if under.lower < 0.0 {
            return Ok(Self::of(f64::NEG_INFINITY, f64::INFINITY));
        }
        // An infinite end of `over` is only ever divided by the finite `under.lower`, which may be
        // zero: a half line. So there is no inf / inf.
        let below = if over.lower < 0.0 { under.lower } else { under.upper };
        let above = if over.upper > 0.0 { under.lower } else { under.upper };
        Ok(Self::of(R::div_down(over.lower, below), R::div_up(over.upper, above)))
    }
    fn sqrt<R: Rounding>(&self) -> Result<Self, Undefined> {
        let root = || Self::of(R::sqrt_down(self.lower.max(0.0)), R::sqrt_up(self.upper));
        (self.upper >= 0.0).then(root).ok_or(Undefined::NegativeRoot)
    }
}

impl Scalar for Interval {
    fn from_rational(value: &Rational) -> Self {
        Self::convert::<Outward>(value)
    }
    fn plus(&self, other: &Self) -> Self {
        self.sum::<Outward>(other)
    }
    fn minus(&self, other: &Self) -> Self {
        self.difference::<Outward>(other)
    }
    fn times(&self, other: &Self) -> Self {
        self.product::<Outward>(other)
    }
    fn over(&self, other: &Self) -> Result<Self, Undefined> {
        self.quotient::<Outward>(other)
    }
    fn negated(&self) -> Self {
        Self::of(-self.upper, -self.lower)
    }
    fn root(&self) -> Result<Self, Undefined> {
        self.sqrt::<Outward>()
    }
    fn exp(&self) -> Result<Self, Undefined> {
        Ok(elementary::exp(self))
    }
    fn ln(&self) -> Result<Self, Undefined> {
        (self.upper > 0.0).then(|| elementary::ln(self)).ok_or(Undefined::NotPositiveLogarithm)
    }
    fn sin(&self) -> Result<Self, Undefined> {
        Ok(elementary::sin(self))
    }
    fn cos(&self) -> Result<Self, Undefined> {
        Ok(elementary::cos(self))
    }
    fn normal_cdf(&self) -> Result<Self, Undefined> {
        Ok(elementary::normal_cdf(self))
    }
    fn normal_pdf(&self) -> Result<Self, Undefined> {
        Ok(elementary::normal_pdf(self))
    }
    fn tanh(&self) -> Result<Self, Undefined> {
        elementary::tanh(self)
    }
    fn softplus(&self) -> Result<Self, Undefined> {
        // Increasing, and its one form is not tight where the operand straddles zero.
        elementary::softplus(self)
    }
    fn least(&self, other: &Self) -> Self {
        Self::of(self.lower.min(other.lower), self.upper.min(other.upper))
    }
    fn greatest(&self, other: &Self) -> Self {
        Self::of(self.lower.max(other.lower), self.upper.max(other.upper))
    }
    fn either(&self, other: &Self) -> Self {
        self.hull(other)
    }
    /// Equal only if both are the same single point.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self.at_most(other), other.at_most(self)) {
            (Some(true), Some(true)) => Some(Ordering::Equal),
            (_, Some(false)) => Some(Ordering::Less),
            (Some(false), _) => Some(Ordering::Greater),
            _ => None,
        }
    }
    fn at_most(&self, other: &Self) -> Option<bool> {
        let above = self.lower > other.upper;
        (above || self.upper <= other.lower).then_some(!above)
    }
    fn to_f64(&self) -> f64 {
        self.midpoint()
    }
    fn squared(&self) -> Self {
        let magnitudes = self.abs();
        magnitudes.times(&magnitudes)
    }
}

/// The directed operations on endpoints, each defined once, so that a test can reverse any one.
///
/// A lower end is never `+inf` and an upper end never `-inf`, so sums do not meet `inf - inf`.
trait Rounding {
    fn add_down(x: f64, y: f64) -> f64 {
        step(sum(x, y), f64::next_down)
    }
    fn add_up(x: f64, y: f64) -> f64 {
        step(sum(x, y), f64::next_up)
    }
    fn sub_down(x: f64, y: f64) -> f64 {
        step(sum(x, -y), f64::next_down)
    }
    fn sub_up(x: f64, y: f64) -> f64 {
        step(sum(x, -y), f64::next_up)
    }
    fn mul_down(x: f64, y: f64) -> f64 {
        step(product(x, y), f64::next_down)
    }
    fn mul_up(x: f64, y: f64) -> f64 {
        step(product(x, y), f64::next_up)
    }
    fn div_down(x: f64, y: f64) -> f64 {
        step(quotient(x, y), f64::next_down)
    }
    fn div_up(x: f64, y: f64) -> f64 {
        step(quotient(x, y), f64::next_up)
    }
    fn sqrt_down(x: f64) -> f64 {
        step(root(x), f64::next_down)
    }
    fn sqrt_up(x: f64) -> f64 {
        step(root(x), f64::next_up)
    }
    // The nearest float of a tiny negative rational is `+0.0`: its sign says nothing, so no `step`.
    fn convert_down(nearest: f64) -> f64 {
        nearest.next_down()
    }
    fn convert_up(nearest: f64) -> f64 {
        nearest.next_up()
    }
}

/// The rounding of every interval outside the tests.
struct Outward;
impl Rounding for Outward {}

/// One step outward from a rounded result, unless it is exact. From an overflow to infinity,
/// `next_down` is `f64::MAX`. An underflow keeps its sign, so zero itself is the bound on one side.
fn step((rounded, exact): (f64, bool), outward: impl Fn(f64) -> f64) -> f64 {
    let stepped = outward(rounded);
    let crosses = rounded == 0.0 && stepped.is_sign_negative() != rounded.is_sign_negative();
    if exact || crosses { rounded } else { stepped }
}

/// The rounded sum, and whether it is exact; a sum of floats never underflows to zero.
fn sum(x: f64, y: f64) -> (f64, bool) {
    let sum = x + y;
    (sum, x == 0.0 || y == 0.0 || sum == 0.0)
}

/// The rounded product, and whether it is exact; 0 times an infinite endpoint is 0.
fn product(x: f64, y: f64) -> (f64, bool) {
    if x == 0.0 || y == 0.0 { (0.0, true) } else { (x * y, is_unit(x) || is_unit(y)) }
}

fn quotient(x: f64, y: f64) -> (f64, bool) {
    if x == 0.0 { (0.0, true) } else { (x / y, is_unit(y)) }
}

fn root(x: f64) -> (f64, bool) {
    (x.sqrt(), x == 0.0 || is_unit(x))
}

fn is_unit(x: f64) -> bool {
    matches!(x, 1.0 | -1.0)
}

/// How a float, not NaN, compares with an exact number.
fn compare_exactly(float: f64, value: &Rational) -> Ordering {
    let infinite = if float > 0.0 { Ordering::Greater } else { Ordering::Less };
    Rational::from_f64(float).map_or(infinite, |exact| exact.cmp(value))
}

fn hex_f64(value: f64) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let fraction = value.to_bits() & ((1 << 52) - 1);
    let (lead, exponent) = match (value.to_bits() >> 52) & 0x7ff {
        0x7ff => return format!("{sign}inf"),
        0 if fraction == 0 => (0, 0),
        0 => (0, -1022),
        biased => (1, biased as i64 - 1023),
    };
    let digits = format!(".{fraction:013x}");
    format!("{sign}0x{lead}{}p{exponent:+}", digits.trim_end_matches('0').trim_end_matches('.'))
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{:?}, {:?}]", self.lower, self.upper)
    }
}

impl serde::Serialize for Interval {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_hex().serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Interval {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (lower, upper) = <(String, String)>::deserialize(deserializer)?;
        let ends = Self::parse_hex_f64(&lower).zip(Self::parse_hex_f64(&upper));
        ends.and_then(|(lower, upper)| Self::new(lower, upper))
            .ok_or_else(|| serde::de::Error::custom("expected two ordered hexadecimal floats"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The helpers whose results exclude an exact value, found with point operands.
    fn violations<R: Rounding>() -> Vec<String> {
        let floats = [5e-324, 1e-200, 0.1, 3.0, 1e10, 1e200, f64::MAX].map(|x| [x, -x]).concat();
        let exact = |x: f64| Rational::from_f64(x).unwrap();
        let against = |i: Interval, x: &Rational| [i.lower, i.upper].map(|e| compare_exactly(e, x));
        let mut found = std::collections::BTreeSet::new();
        for (&x, &y) in floats.iter().flat_map(|x| floats.iter().map(move |y| (x, y))) {
            let (p, q, a, b) = (exact(x), exact(y), Interval::of(x, x), Interval::of(y, y));
            let (ratio, root) = (p.over(&q).unwrap(), a.abs().sqrt::<R>().unwrap());
            for (name, [lower, upper]) in [
                ("add", against(a.sum::<R>(&b), &p.plus(&q))),
                ("sub", against(a.difference::<R>(&b), &p.minus(&q))),
                ("mul", against(a.product::<R>(&b), &p.times(&q))),
                ("div", against(a.quotient::<R>(&b).unwrap(), &ratio)),
                ("sqrt", [root.lower, root.upper].map(|end| exact(end).squared().cmp(&p.abs()))),
                ("convert", against(Interval::convert::<R>(&ratio), &ratio)),
            ] {
                found.extend(lower.is_gt().then(|| format!("{name}_down")));
                found.extend(upper.is_lt().then(|| format!("{name}_up")));
            }
        }
        found.into_iter().collect()
    }

    /// Replaces each helper in turn by its opposite; the checker must accuse it and no other.
    macro_rules! reverse {
        ($($down:ident <=> $up:ident($($operand:ident),+);)+) => {
            $(reverse!($down => $up($($operand),+)); reverse!($up => $down($($operand),+));)+
        };
        ($name:ident => $opposite:ident($($operand:ident),+)) => {{
            struct Reversed;
            impl Rounding for Reversed {
                fn $name($($operand: f64),+) -> f64 {
                    Outward::$opposite($($operand),+)
                }
            }
            assert_eq!(violations::<Reversed>(), [stringify!($name)]);
        }};
    }

    #[test]
    fn reversing_any_rounding_excludes_an_exact_value() {
        assert!(violations::<Outward>().is_empty());
        reverse! {
            add_down <=> add_up(x, y);
            sub_down <=> sub_up(x, y);
            mul_down <=> mul_up(x, y);
            div_down <=> div_up(x, y);
            sqrt_down <=> sqrt_up(x);
            convert_down <=> convert_up(x);
        }
    }
}
