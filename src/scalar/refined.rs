//! Enclosures with rational endpoints: as narrow as asked for, where floats cannot tell two sides
//! apart because of a square root or a function.

use super::{Interval, Rational, Scalar, Undefined, elementary};
use std::cmp::Ordering;

/// A closed interval with rational endpoints. Only roots and functions are rounded, outward and to
/// about `BITS` binary digits; the ring operations are exact at the endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refined<const BITS: u32> {
    lower: Rational,
    upper: Rational,
}

impl<const BITS: u32> Refined<BITS> {
    /// The value, if the enclosure is a single point.
    pub fn point(&self) -> Option<&Rational> {
        (self.lower == self.upper).then_some(&self.lower)
    }

    /// The lower endpoint.
    pub fn lower(&self) -> &Rational {
        &self.lower
    }

    /// The upper endpoint.
    pub fn upper(&self) -> &Rational {
        &self.upper
    }

    /// The smallest enclosure that also holds `value`.
    pub fn hull_with(&self, value: &Rational) -> Self {
        Self::hull(&[self.lower.clone(), self.upper.clone(), value.clone()])
    }

    /// The tightest float enclosure of it.
    pub fn to_interval(&self) -> Interval {
        Interval::from_rational(&self.lower).hull(&Interval::from_rational(&self.upper))
    }

    /// The smallest interval that holds the values; there is at least one.
    fn hull(values: &[Rational]) -> Self {
        let end = |pick: Option<&Rational>| pick.cloned().unwrap_or(Rational::ZERO);
        Self { lower: end(values.iter().min()), upper: end(values.iter().max()) }
    }

    fn with(&self, other: &Self, combine: impl Fn(&Rational, &Rational) -> Rational) -> Self {
        let (a, b) = (self, other);
        Self::hull(&[
            combine(&a.lower, &b.lower),
            combine(&a.lower, &b.upper),
            combine(&a.upper, &b.lower),
            combine(&a.upper, &b.upper),
        ])
    }
}

impl<const BITS: u32> Scalar for Refined<BITS> {
    const EXACT: bool = true;

    fn bits(&self) -> u64 {
        self.lower.bits().max(self.upper.bits())
    }
    fn from_rational(value: &Rational) -> Self {
        Self { lower: value.clone(), upper: value.clone() }
    }
    fn plus(&self, other: &Self) -> Self {
        Self { lower: self.lower.plus(&other.lower), upper: self.upper.plus(&other.upper) }
    }
    fn minus(&self, other: &Self) -> Self {
        self.plus(&other.negated())
    }
    fn times(&self, other: &Self) -> Self {
        self.with(other, Rational::times)
    }
    /// Division by an enclosure of zero that is wider than zero is refused: a narrower one is to
    /// be tried, not the whole line.
    fn over(&self, other: &Self) -> Result<Self, Undefined> {
        match (other.lower.reciprocal(), other.upper.reciprocal()) {
            (Some(a), Some(b)) if a.is_negative() == b.is_negative() => {
                Ok(self.times(&Self::hull(&[a, b])))
            }
            (None, None) => Err(Undefined::DivisionByZero),
            _ => Err(Undefined::NotCertified("the divisor may be zero".into())),
        }
    }
    fn negated(&self) -> Self {
        Self { lower: self.upper.negated(), upper: self.lower.negated() }
    }
    fn root(&self) -> Result<Self, Undefined> {
        if self.upper.is_negative() {
            return Err(Undefined::NegativeRoot);
        }
        let lower = self.lower.clone().max(Rational::ZERO);
        Ok(Self { lower: lower.root_bounds(BITS).0, upper: self.upper.root_bounds(BITS).1 })
    }
    fn exp(&self) -> Result<Self, Undefined> {
        let ends = |x: &Rational| elementary::rational_exp(x, BITS);
        Ok(Self { lower: ends(&self.lower)?.0, upper: ends(&self.upper)?.1 })
    }
    /// The logarithm of an enclosure that reaches zero is refused: a narrower one is to be tried.
    fn ln(&self) -> Result<Self, Undefined> {
        if !self.upper.is_positive() {
            return Err(Undefined::NotPositiveLogarithm);
        }
        if !self.lower.is_positive() {
            return Err(Undefined::NotCertified("the operand of a logarithm may be zero".into()));
        }
        let ends = |x: &Rational| elementary::rational_ln(x, BITS);
        Ok(Self { lower: ends(&self.lower).0, upper: ends(&self.upper).1 })
    }
    fn sin(&self) -> Result<Self, Undefined> {
        let [lower, upper] = elementary::rational_wave(&self.lower, &self.upper, true, BITS)?;
        Ok(Self { lower, upper })
    }
    fn cos(&self) -> Result<Self, Undefined> {
        let [lower, upper] = elementary::rational_wave(&self.lower, &self.upper, false, BITS)?;
        Ok(Self { lower, upper })
    }
    fn normal_cdf(&self) -> Result<Self, Undefined> {
        let ends = |x: &Rational| elementary::rational_normal_cdf(x, BITS);
        Ok(Self { lower: ends(&self.lower).0, upper: ends(&self.upper).1 })
    }
    fn normal_pdf(&self) -> Result<Self, Undefined> {
        let ends = |x: &Rational| elementary::rational_normal_pdf(x, BITS);
        let ((a, b), (c, d)) = (ends(&self.lower), ends(&self.upper));
        // The density rises up to 0 and falls from there.
        let peak = self.lower.is_negative() && self.upper.is_positive();
        let top = peak.then(|| ends(&Rational::ZERO).1);
        Ok(Self { lower: a.min(c), upper: b.max(d).max(top.unwrap_or(Rational::ZERO)) })
    }
    fn least(&self, other: &Self) -> Self {
        Self { lower: self.lower.least(&other.lower), upper: self.upper.least(&other.upper) }
    }
    fn greatest(&self, other: &Self) -> Self {
        Self { lower: self.lower.greatest(&other.lower), upper: self.upper.greatest(&other.upper) }
    }
    fn either(&self, other: &Self) -> Self {
        Self::hull(&[&self.lower, &self.upper, &other.lower, &other.upper].map(Clone::clone))
    }
    fn compare(&self, other: &Self) -> Option<Ordering> {
        if self.upper < other.lower {
            Some(Ordering::Less)
        } else if self.lower > other.upper {
            Some(Ordering::Greater)
        } else {
            (self.point().is_some() && self.point() == other.point()).then_some(Ordering::Equal)
        }
    }
    fn at_most(&self, other: &Self) -> Option<bool> {
        if self.upper <= other.lower {
            Some(true)
        } else {
            (self.lower > other.upper).then_some(false)
        }
    }
    fn to_f64(&self) -> f64 {
        self.to_interval().midpoint()
    }
    fn squared(&self) -> Self {
        let (a, b) = (self.lower.squared(), self.upper.squared());
        if self.lower.is_negative() && self.upper.is_positive() {
            return Self { lower: Rational::ZERO, upper: a.max(b) };
        }
        Self::hull(&[a, b])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn r<const BITS: u32>(text: &str) -> Refined<BITS> {
        Refined::from_rational(&text.parse().unwrap())
    }

    #[test]
    fn more_bits_separate_what_fewer_do_not() {
        // 2^(1/2) against a rational that agrees with it to 30 digits.
        let near = "1.414213562373095048801688724209";
        assert_eq!(r::<32>("2").root().unwrap().compare(&r(near)), None);
        assert_eq!(r::<256>("2").root().unwrap().compare(&r(near)), Some(Ordering::Greater));
    }

    #[test]
    fn perfect_squares_stay_exact_and_roots_are_enclosed() {
        assert_eq!(r::<64>("9/4").root().unwrap(), r("3/2"));
        for text in ["2", "1/3", "1e-30", "7e40", "0"] {
            let root = r::<64>(text).root().unwrap();
            let value: Rational = text.parse().unwrap();
            assert!(root.lower().squared() <= value && value <= root.upper().squared(), "{text}");
        }
        assert_eq!(r::<64>("-1").root(), Err(Undefined::NegativeRoot));
    }

    #[test]
    fn operations_enclose_and_refuse() {
        let root = r::<16>("2").root().unwrap();
        let zero = root.minus(&root);
        assert!(zero.lower().is_negative() && zero.upper().is_positive());
        assert!(matches!(r::<16>("1").over(&zero), Err(Undefined::NotCertified(_))));
        assert_eq!(r::<16>("1").over(&r("0")), Err(Undefined::DivisionByZero));
        assert!(!zero.squared().lower().is_negative());
        let two = root.times(&root);
        assert!(*two.lower() <= Rational::integer(2) && Rational::integer(2) <= *two.upper());
        assert_eq!(r::<16>("6").over(&r("-4")).unwrap(), r("-3/2"));
        assert_eq!(root.at_most(&r("3/2")), Some(true));
        assert_eq!(root.greatest(&r("3/2")), r("3/2"));
        assert_eq!(root.least(&r("1")), r("1"));
    }
}
