//! Binary floating-point numbers of a fixed, high precision.

use super::{Rational, Scalar, Undefined};
use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;
use dashu_int::IBig;
use std::cmp::Ordering;

/// A float of [`Multi::BITS`] bits: 154 decimal digits. Like `f64`, it proposes and never decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Multi(FBig<HalfEven, 2>);

impl Multi {
    /// Bits of the significand.
    pub const BITS: usize = 512;

    /// The exact value, for exponents that numbers have which mean something.
    pub fn to_rational(&self) -> Rational {
        let (significand, exponent) = self.0.repr().clone().into_parts();
        // A diverging iterate must not ask for gigabytes.
        let exponent = exponent.clamp(-20_000, 20_000) as i32;
        Rational::from_big(significand, IBig::ONE).times(&Rational::two_to(exponent))
    }

    fn integer(value: IBig) -> FBig<HalfEven, 2> {
        FBig::from_parts(value, 0).with_precision(Self::BITS).value()
    }
}

impl Scalar for Multi {
    fn from_rational(value: &Rational) -> Self {
        let numerator = Self::integer(value.numerator().into_owned());
        Self(numerator / Self::integer(value.denominator().into_owned().into()))
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
        if other.0 == FBig::<HalfEven, 2>::ZERO {
            return Err(Undefined::DivisionByZero);
        }
        Ok(Self(&self.0 / &other.0))
    }
    fn negated(&self) -> Self {
        Self(-&self.0)
    }
    fn root(&self) -> Result<Self, Undefined> {
        if self.0 < FBig::<HalfEven, 2>::ZERO {
            return Err(Undefined::NegativeRoot);
        }
        Ok(Self(self.0.sqrt()))
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
        Self(self.0.clone().min(other.0.clone()))
    }
    fn greatest(&self, other: &Self) -> Self {
        Self(self.0.clone().max(other.0.clone()))
    }
    fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(self.0.cmp(&other.0))
    }
    fn to_f64(&self) -> f64 {
        self.0.to_f64().value()
    }
    fn bits(&self) -> u64 {
        Self::BITS as u64
    }
}

/// A barrier method needs none.
fn no_function<T>() -> Result<T, Undefined> {
    Err(Undefined::Missing("multi-precision numbers have no function but the root".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_right_to_the_precision_and_values_are_exact() {
        let q = |p, d| Multi::from_rational(&Rational::ratio(p, d));
        assert_eq!(q(3, 8).to_rational(), Rational::ratio(3, 8));
        assert_eq!(q(3, 8).plus(&q(-1, 4)).to_rational(), Rational::ratio(1, 8));
        assert_eq!(q(3, 8).times(&q(2, 1)).to_rational(), Rational::ratio(3, 4));
        let third = q(1, 3).to_rational().minus(&Rational::ratio(1, 3));
        assert!(!third.is_zero() && third.abs() < Rational::two_to(2 - Multi::BITS as i32));
        let two = q(2, 1).root().unwrap().to_rational().squared();
        let off = two.minus(&Rational::integer(2)).abs();
        assert!(off < Rational::two_to(6 - Multi::BITS as i32));
        assert_eq!(q(1, 1).over(&q(0, 1)), Err(Undefined::DivisionByZero));
        assert!((q(-7, 5).to_f64() + 1.4).abs() < 1e-15);
    }
}
