//! `f64` as a scalar: fast, displayed, never believed.

use super::{Interval, Rational, Scalar, Undefined, elementary};
use std::cmp::Ordering;

impl Scalar for f64 {
    fn from_rational(value: &Rational) -> Self {
        value.to_f64()
    }
    fn plus(&self, other: &Self) -> Self {
        self + other
    }
    fn minus(&self, other: &Self) -> Self {
        self - other
    }
    fn times(&self, other: &Self) -> Self {
        self * other
    }
    fn over(&self, other: &Self) -> Result<Self, Undefined> {
        if *other == 0.0 { Err(Undefined::DivisionByZero) } else { Ok(self / other) }
    }
    fn negated(&self) -> Self {
        -self
    }
    fn root(&self) -> Result<Self, Undefined> {
        if *self < 0.0 { Err(Undefined::NegativeRoot) } else { Ok(self.sqrt()) }
    }
    fn exp(&self) -> Result<Self, Undefined> {
        Ok(f64::exp(*self))
    }
    fn ln(&self) -> Result<Self, Undefined> {
        if *self <= 0.0 { Err(Undefined::NotPositiveLogarithm) } else { Ok(f64::ln(*self)) }
    }
    fn sin(&self) -> Result<Self, Undefined> {
        Ok(f64::sin(*self))
    }
    fn cos(&self) -> Result<Self, Undefined> {
        Ok(f64::cos(*self))
    }
    fn normal_cdf(&self) -> Result<Self, Undefined> {
        // statrs gives Φ(−1) to 10 digits only.
        Ok(Interval::point(*self).map_or(f64::NAN, |x| elementary::normal_cdf(&x).midpoint()))
    }
    fn normal_pdf(&self) -> Result<Self, Undefined> {
        Ok((-self * self / 2.0).exp() / std::f64::consts::TAU.sqrt())
    }
    fn least(&self, other: &Self) -> Self {
        self.min(*other)
    }
    fn greatest(&self, other: &Self) -> Self {
        self.max(*other)
    }
    fn compare(&self, other: &Self) -> Option<Ordering> {
        self.partial_cmp(other)
    }
    fn to_f64(&self) -> f64 {
        *self
    }
    fn zero() -> Self {
        0.0
    }
    fn one() -> Self {
        1.0
    }
}
