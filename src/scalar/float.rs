//! `f64` as a scalar: fast, displayed, never believed.

use super::{Rational, Scalar, Undefined};
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
