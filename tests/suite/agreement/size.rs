//! A fourth arithmetic: beside a float value, the size that a formula would have if every sum added
//! magnitudes. Where terms cancel it is the scale that they had, and rounding errors are relative
//! to it.

use kd_audit::expectation::moments::Recursion;
use kd_audit::expectation::{Budget, Contraction, ErrorMoments, MomentArithmetic};
use kd_audit::linear::{Linear, Matrix, add, spectrum};
use kd_audit::scalar::{Rational, Scalar, Undefined};
use std::cmp::Ordering;

/// A float beside its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    value: f64,
    /// At least |value|.
    pub size: f64,
}

impl Scalar for Size {
    fn from_rational(value: &Rational) -> Self {
        Self { value: value.to_f64(), size: value.abs().to_f64() }
    }
    fn plus(&self, other: &Self) -> Self {
        Self { value: self.value + other.value, size: self.size + other.size }
    }
    fn minus(&self, other: &Self) -> Self {
        Self { value: self.value - other.value, size: self.size + other.size }
    }
    fn times(&self, other: &Self) -> Self {
        Self { value: self.value * other.value, size: self.size * other.size }
    }
    fn over(&self, other: &Self) -> Result<Self, Undefined> {
        Ok(Self { value: self.value.over(&other.value)?, size: self.size / other.value.abs() })
    }
    fn negated(&self) -> Self {
        Self { value: -self.value, ..*self }
    }
    fn root(&self) -> Result<Self, Undefined> {
        Ok(Self { value: self.value.root()?, size: self.size.sqrt() })
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
        Self { value: self.value.min(other.value), size: self.size.max(other.size) }
    }
    fn greatest(&self, other: &Self) -> Self {
        Self { value: self.value.max(other.value), size: self.size.max(other.size) }
    }
    fn compare(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
    fn to_f64(&self) -> f64 {
        self.value
    }
}

/// The formulas whose sizes are asked for have sums, products and roots only.
fn no_function() -> Result<Size, Undefined> {
    Err(Undefined::NotCertified("a function has no size".into()))
}

impl Linear for Size {}

/// Rows of A⁻¹B, with |A⁻¹| for the sizes.
fn solved(system: &Matrix<Size>, right: &Matrix<Size>) -> Result<Matrix<Size>, Undefined> {
    let inverse = spectrum::invert_float(&system.map(Size::to_f64));
    let inverse = inverse.ok_or(Undefined::DivisionByZero)?;
    Ok(inverse.map(|entry| Size { value: *entry, size: entry.abs() }).product(right))
}

impl MomentArithmetic for Size {
    fn rational_bounds(&self) -> Option<[Rational; 2]> {
        self.value.rational_bounds()
    }
    fn iterate(
        recursion: &Recursion<Self>,
        start: &[Self],
        steps: u64,
        _: &Contraction,
        _: Budget,
    ) -> Result<ErrorMoments<Self>, Undefined> {
        let mut mean = start.to_vec();
        let mut second: Vec<Self> = (0..start.len())
            .flat_map(|i| (0..=i).map(move |j| start[i].times(&start[j])))
            .collect();
        for _ in 0..steps {
            let cross = add(&recursion.cross_map.apply(&mean), &recursion.second_constant);
            second = add(&recursion.second_map.apply(&second), &cross);
            mean = add(&recursion.mean_map.apply(&mean), &recursion.mean_constant);
        }
        let trace = (0..start.len()).map(|i| second[i * (i + 3) / 2]);
        let trace = trace.fold(Self::zero(), |sum, entry| sum.plus(&entry));
        Ok(ErrorMoments { second: trace, mean, full: Some(second) })
    }
    fn solve_mean(
        mean_hessian: &Matrix<Self>,
        right: &[Self],
        _: &Contraction,
    ) -> Result<Vec<Self>, Undefined> {
        let column = Matrix::from_fn(right.len(), 1, |i, _| right[i]);
        Ok(solved(mean_hessian, &column)?.entries().to_vec())
    }
    fn solve_second(
        system: &Matrix<Self>,
        right: &Matrix<Self>,
        d: usize,
        _: &Contraction,
        _: Budget,
    ) -> Result<Vec<Self>, Undefined> {
        let solution = solved(system, right)?;
        let trace =
            |j| (0..d).fold(Self::zero(), |sum, i| sum.plus(&solution[(i * (i + 3) / 2, j)]));
        Ok((0..right.columns()).map(trace).collect())
    }
}
