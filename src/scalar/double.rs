//! Double-double arithmetic: twice the precision of `f64`, for much less than what multi-precision costs.

use super::{Rational, Scalar, Undefined};
use std::cmp::Ordering;
use twofloat::TwoFloat;

/// An unevaluated sum of two floats, 32 decimal digits. Like `f64`, it proposes and never decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Double(TwoFloat);

impl Double {
    /// The exact value; `None` if it is not finite.
    pub fn to_rational(&self) -> Option<Rational> {
        Some(Rational::from_f64(self.0.hi())?.plus(&Rational::from_f64(self.0.lo())?))
    }
}

impl Scalar for Double {
    fn from_rational(value: &Rational) -> Self {
        let high = value.to_f64();
        let low = Rational::from_f64(high).map_or(0.0, |high| value.minus(&high).to_f64());
        Self(TwoFloat::new_add(high, low))
    }
    fn plus(&self, other: &Self) -> Self {
        Self(self.0 + other.0)
    }
    fn minus(&self, other: &Self) -> Self {
        Self(self.0 - other.0)
    }
    fn times(&self, other: &Self) -> Self {
        Self(self.0 * other.0)
    }
    fn over(&self, other: &Self) -> Result<Self, Undefined> {
        if other.0.hi() == 0.0 {
            return Err(Undefined::DivisionByZero);
        }
        // The quotient of twofloat 0.8.4 is right to some 56 bits only; one step doubles them.
        let quotient = self.0 / other.0;
        let rest = self.0 - quotient * other.0;
        Ok(Self(quotient + rest / other.0))
    }
    fn negated(&self) -> Self {
        Self(-self.0)
    }
    fn root(&self) -> Result<Self, Undefined> {
        no_function()
    }
    fn exp(&self) -> Result<Self, Undefined> {
        no_function()
    }
    fn ln(&self) -> Result<Self, Undefined> {
        no_function()
    }
    fn sin(&self) -> Result<Self, Undefined> {
        no_function()
    }
    fn cos(&self) -> Result<Self, Undefined> {
        no_function()
    }
    fn normal_cdf(&self) -> Result<Self, Undefined> {
        no_function()
    }
    fn normal_pdf(&self) -> Result<Self, Undefined> {
        no_function()
    }
    fn least(&self, other: &Self) -> Self {
        if self.0 <= other.0 { *self } else { *other }
    }
    fn greatest(&self, other: &Self) -> Self {
        if self.0 >= other.0 { *self } else { *other }
    }
    fn compare(&self, other: &Self) -> Option<Ordering> {
        self.0.partial_cmp(&other.0)
    }
    fn to_f64(&self) -> f64 {
        self.0.hi()
    }
    fn bits(&self) -> u64 {
        106
    }
    fn zero() -> Self {
        Self(TwoFloat::from(0.0))
    }
    fn one() -> Self {
        Self(TwoFloat::from(1.0))
    }
}

/// A barrier method needs none.
fn no_function<T>() -> Result<T, Undefined> {
    Err(Undefined::Missing("double-double numbers have arithmetic only".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_right_to_a_hundred_bits_and_values_are_exact() {
        let q = |p, d| Double::from_rational(&Rational::ratio(p, d));
        let exact = |value: Double| value.to_rational().unwrap();
        assert_eq!(exact(q(3, 8).plus(&q(-1, 4))), Rational::ratio(1, 8));
        assert_eq!(exact(q(3, 8).minus(&q(1, 4)).negated()), Rational::ratio(-1, 8));
        let off = |value: Double, p, d| exact(value).minus(&Rational::ratio(p, d)).abs();
        let least = Rational::two_to(-100);
        assert!(!off(q(1, 3), 1, 3).is_zero() && off(q(1, 3), 1, 3) < least);
        assert!(off(q(1, 3).times(&q(3, 7)), 1, 7) < least);
        assert!(off(q(1, 3).over(&q(7, 3)).unwrap(), 1, 7) < least);
        assert_eq!(q(1, 1).over(&q(0, 1)), Err(Undefined::DivisionByZero));
        assert_eq!(
            q(1, 3).compare(&q(1, 3).plus(&Double::from_rational(&least))),
            Some(Ordering::Less)
        );
        let infinite = Double(TwoFloat::from(f64::MAX)).times(&q(2, 1));
        assert_eq!(infinite.to_rational(), None);
    }
}
