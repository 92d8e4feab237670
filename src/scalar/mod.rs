//! The arithmetics behind one trait: exact rationals, rigorous intervals, and floats.
//!
//! A formula is written once and evaluated in each of them. The contract that ties them together:
//!
//! * [`Rational`] is exact. An operation that has no rational value (a division by zero, the root
//!   of 2) is an [`Undefined`], never an approximation.
//! * [`Interval`] obeys the inclusion principle: whenever an operation is defined on points of the
//!   operands, its exact value lies in the result.
//! * [`Refined`] encloses roots and functions as narrowly as asked for, with rational endpoints.
//! * [`Double`] carries twice the digits of `f64`, for what that is too coarse to propose;
//! * [`Multi`] carries a fixed number of bits, for what `f64` is too coarse to propose.
//! * `f64` is for speed and display. Nothing is ever concluded from it.

mod ball;
mod double;
mod elementary;
mod float;
mod functions;
mod interval;
mod multi;
pub mod quick;
mod rational;
mod refined;
mod small;

pub use double::Double;
pub use interval::Interval;
pub use multi::Multi;
pub use rational::{ParseRationalError, Rational};
pub use refined::Refined;

use std::cmp::Ordering;
use std::fmt::Debug;

/// Why a value does not exist, or cannot be had within the budget.
///
/// This is an outcome, not an error: a statement whose sides are undefined on an instance is
/// inconclusive there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undefined {
    /// The divisor is zero, or an interval that is the single point zero.
    #[error("division by zero")]
    DivisionByZero,
    /// The operand of a square root is negative.
    #[error("square root of a negative number")]
    NegativeRoot,
    /// The square root of a rational that is not a perfect square has no rational value.
    #[error("the square root is irrational")]
    IrrationalRoot,
    /// The function has no rational value at a rational argument other than the one stated.
    #[error("{0} has no rational value here")]
    Irrational(&'static str),
    /// The operand of a logarithm is zero or negative.
    #[error("logarithm of a number that is not positive")]
    NotPositiveLogarithm,
    /// The value exists, but would cost more than the stated budget.
    #[error("over budget: {0}")]
    Budget(String),
    /// The instance does not have the quantity, for example the teacher of a free control variate.
    #[error("{0}")]
    Missing(String),
    /// A verified computation could not certify its result.
    #[error("not certified: {0}")]
    NotCertified(String),
}

/// A number that a formula can be evaluated in.
///
/// Methods are named (`plus`, `times`, ...) instead of overloaded, because operands are borrowed
/// and two of the operations are partial.
pub trait Scalar: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// Whether values grow with the computation, so that exact evaluation needs a budget.
    const EXACT: bool = false;

    /// The value, exactly or enclosed or rounded to nearest.
    fn from_rational(value: &Rational) -> Self;
    /// `self + other`.
    fn plus(&self, other: &Self) -> Self;
    /// `self - other`.
    fn minus(&self, other: &Self) -> Self;
    /// `self * other`.
    fn times(&self, other: &Self) -> Self;
    /// `self / other`.
    ///
    /// # Errors
    /// [`Undefined::DivisionByZero`] if `other` is zero.
    fn over(&self, other: &Self) -> Result<Self, Undefined>;
    /// `-self`.
    fn negated(&self) -> Self;
    /// The non-negative square root.
    ///
    /// # Errors
    /// [`Undefined::NegativeRoot`] if `self` is negative, [`Undefined::IrrationalRoot`] if the
    /// arithmetic has no value for it.
    fn root(&self) -> Result<Self, Undefined>;
    /// e^`self`; rational only at 0.
    ///
    /// # Errors
    /// [`Undefined::Irrational`], as for all functions here that the arithmetic has no value for.
    fn exp(&self) -> Result<Self, Undefined>;
    /// The natural logarithm; rational only at 1.
    ///
    /// # Errors
    /// [`Undefined::NotPositiveLogarithm`] if `self` is not positive, [`Undefined::Irrational`].
    fn ln(&self) -> Result<Self, Undefined>;
    /// The sine of an angle in radians; rational only at 0.
    ///
    /// # Errors
    /// [`Undefined::Irrational`].
    fn sin(&self) -> Result<Self, Undefined>;
    /// The cosine of an angle in radians; rational only at 0.
    ///
    /// # Errors
    /// [`Undefined::Irrational`].
    fn cos(&self) -> Result<Self, Undefined>;
    /// Φ, the distribution function of the standard normal law; rational here only at 0.
    ///
    /// # Errors
    /// [`Undefined::Irrational`].
    fn normal_cdf(&self) -> Result<Self, Undefined>;
    /// φ = Φ', the density of the standard normal law; never rational here.
    ///
    /// # Errors
    /// [`Undefined::Irrational`].
    fn normal_pdf(&self) -> Result<Self, Undefined>;
    /// The smaller of the two (of intervals, the set of minima).
    fn least(&self, other: &Self) -> Self;
    /// The larger of the two (of intervals, the set of maxima).
    fn greatest(&self, other: &Self) -> Self;
    /// A value that stands for either of the two: of enclosures, their hull. Arithmetics without
    /// sets can always tell which of two values is meant, and do not ask.
    fn either(&self, _other: &Self) -> Self {
        self.clone()
    }
    /// How the two values compare, or `None` when this arithmetic cannot tell (overlapping
    /// intervals, a NaN).
    fn compare(&self, other: &Self) -> Option<Ordering>;
    /// Whether `self <= other`, or `None` when this arithmetic cannot tell.
    fn at_most(&self, other: &Self) -> Option<bool> {
        self.compare(other).map(Ordering::is_le)
    }
    /// A float for display: nearest value, or midpoint.
    fn to_f64(&self) -> f64;
    /// Binary digits that hold the value; 53 for floats. Exact evaluation is budgeted by it.
    fn bits(&self) -> u64 {
        53
    }

    /// The number 0.
    fn zero() -> Self {
        Self::from_rational(&Rational::ZERO)
    }
    /// The number 1.
    fn one() -> Self {
        Self::from_rational(&Rational::ONE)
    }
    /// `self` squared; an interval squares tighter than it multiplies by itself.
    fn squared(&self) -> Self {
        self.times(self)
    }
    /// Σ aᵢbᵢ of the pairs.
    fn sum_of_products<'a>(pairs: impl Iterator<Item = (&'a Self, &'a Self)>) -> Self {
        pairs.fold(Self::zero(), |sum, (a, b)| sum.plus(&a.times(b)))
    }
    /// Σ aᵢ² of the numbers, each square as in [`squared`](Self::squared).
    fn sum_of_squares<'a>(numbers: impl Iterator<Item = &'a Self>) -> Self {
        numbers.fold(Self::zero(), |sum, a| sum.plus(&a.squared()))
    }
    /// The logistic function σ(x) = 1/(1 + e^−x); rational only at 0.
    ///
    /// # Errors
    /// [`Undefined::Irrational`].
    fn sigmoid(&self) -> Result<Self, Undefined> {
        Self::one().over(&Self::one().plus(&self.negated().exp()?))
    }
    /// The hyperbolic tangent, 1 − 2/(e^2x + 1): intervals lose relative, not absolute, precision
    /// near 0. Rational only at 0.
    ///
    /// # Errors
    /// [`Undefined::Irrational`].
    fn tanh(&self) -> Result<Self, Undefined> {
        let two = Self::from_rational(&Rational::integer(2));
        let growth = two.times(self).exp()?.plus(&Self::one());
        Ok(Self::one().minus(&two.over(&growth)?))
    }
    /// ln(1 + e^x), whose derivative is σ. Undefined in the rationals.
    ///
    /// # Errors
    /// [`Undefined::Irrational`].
    fn softplus(&self) -> Result<Self, Undefined> {
        let of = |x: &Self| Self::one().plus(&x.exp()?).ln();
        // Of the two forms, the one that does not overflow.
        if self.at_most(&Self::zero()) == Some(true) {
            of(self)
        } else {
            Ok(self.plus(&of(&self.negated())?))
        }
    }
    /// `self` to a non-negative integer power, by repeated squaring. `x.power(0)` is 1.
    fn power(&self, exponent: u64) -> Self {
        let mut result: Option<Self> = None;
        let mut base = self.clone();
        let mut rest = exponent;
        while rest > 0 {
            if rest & 1 == 1 {
                result = Some(result.map_or_else(|| base.clone(), |own| own.times(&base)));
            }
            rest >>= 1;
            if rest > 0 {
                base = base.squared();
            }
        }
        result.unwrap_or_else(Self::one)
    }
}
