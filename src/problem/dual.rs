//! Dual numbers: forward-mode automatic differentiation, exact over the rationals.
//!
//! proposition-1 equates the gradient of the mixed-label *loss* with a difference of gradients.
//! Its left side is computed here from the loss alone, so that the two sides share no code.

use super::{ControlVariate, FiniteSum, RidgeConvention};
use crate::linear::{dot, norm_sq};
use crate::scalar::{Rational, Scalar, Undefined};
use std::cmp::Ordering;

/// value + derivative·ε with ε² = 0.
#[derive(Clone, Debug, PartialEq)]
struct Dual<S> {
    value: S,
    derivative: S,
}

impl<S: Scalar> Dual<S> {
    fn constant(value: &S) -> Self {
        Self { value: value.clone(), derivative: S::zero() }
    }

    /// f(x + x'ε) = f(x) + f'(x)x'ε.
    fn chain(&self, value: S, slope: S) -> Self {
        Self { value, derivative: slope.times(&self.derivative) }
    }

    fn pick(&self, other: &Self, value: S) -> Self {
        if value == self.value { self.clone() } else { other.clone() }
    }
}

impl<S: Scalar> Scalar for Dual<S> {
    fn from_rational(value: &Rational) -> Self {
        Self::constant(&S::from_rational(value))
    }
    fn plus(&self, other: &Self) -> Self {
        Self {
            value: self.value.plus(&other.value),
            derivative: self.derivative.plus(&other.derivative),
        }
    }
    fn minus(&self, other: &Self) -> Self {
        self.plus(&other.negated())
    }
    fn times(&self, other: &Self) -> Self {
        Self {
            value: self.value.times(&other.value),
            derivative: self
                .derivative
                .times(&other.value)
                .plus(&self.value.times(&other.derivative)),
        }
    }
    fn over(&self, other: &Self) -> Result<Self, Undefined> {
        let value = self.value.over(&other.value)?;
        // (a/b)' = (a' − (a/b)b')/b
        let derivative = self.derivative.minus(&value.times(&other.derivative));
        Ok(Self { derivative: derivative.over(&other.value)?, value })
    }
    fn negated(&self) -> Self {
        Self { value: self.value.negated(), derivative: self.derivative.negated() }
    }
    fn root(&self) -> Result<Self, Undefined> {
        let value = self.value.root()?;
        let derivative = self.derivative.over(&value.plus(&value))?;
        Ok(Self { value, derivative })
    }
    fn exp(&self) -> Result<Self, Undefined> {
        let value = self.value.exp()?;
        Ok(self.chain(value.clone(), value))
    }
    fn ln(&self) -> Result<Self, Undefined> {
        let slope = S::one().over(&self.value)?;
        Ok(self.chain(self.value.ln()?, slope))
    }
    fn sin(&self) -> Result<Self, Undefined> {
        Ok(self.chain(self.value.sin()?, self.value.cos()?))
    }
    fn cos(&self) -> Result<Self, Undefined> {
        Ok(self.chain(self.value.cos()?, self.value.sin()?.negated()))
    }
    fn normal_cdf(&self) -> Result<Self, Undefined> {
        Ok(self.chain(self.value.normal_cdf()?, self.value.normal_pdf()?))
    }
    fn normal_pdf(&self) -> Result<Self, Undefined> {
        let value = self.value.normal_pdf()?;
        let slope = self.value.times(&value).negated();
        Ok(self.chain(value, slope))
    }
    fn least(&self, other: &Self) -> Self {
        self.pick(other, self.value.least(&other.value))
    }
    fn greatest(&self, other: &Self) -> Self {
        self.pick(other, self.value.greatest(&other.value))
    }
    fn compare(&self, other: &Self) -> Option<Ordering> {
        self.value.compare(&other.value)
    }
    fn to_f64(&self) -> f64 {
        self.value.to_f64()
    }
}

/// The loss of one sample with its label mixed with the teacher's response:
/// A(z) − y'z with z = aᵀx, A(z) = z²/2 and y' = (1 − λ)y + λA'(aᵀθ), plus the ridge terms.
fn mixed_label_loss<S: Scalar>(
    (a, y, ridge): (&[S], &S, &S),
    x: &[S],
    (teacher, convention): (&[S], RidgeConvention),
    lambda: &S,
) -> S {
    let half = S::from_rational(&Rational::ratio(1, 2));
    let z = dot(a, x);
    let response = dot(a, teacher);
    let label = S::one().minus(lambda).times(y).plus(&lambda.times(&response));
    let data = half.times(&z.squared()).minus(&label.times(&z));
    let student = half.times(ridge).times(&norm_sq(x));
    let loss = data.plus(&student);
    match convention {
        RidgeConvention::StudentOnly => loss,
        // The ridge is distilled as well: its part of ∇f_n(θ) is rθ.
        RidgeConvention::Both => loss.minus(&lambda.times(ridge).times(&dot(teacher, x))),
    }
}

/// The gradient at x of the mixed-label loss of sample `n`, of length d; `None` unless the problem
/// is least squares with a teacher.
pub fn mixed_label_gradient<S: Scalar>(
    problem: &FiniteSum<S>,
    control: &ControlVariate<S>,
    n: usize,
    x: &[S],
    lambda: &S,
) -> Option<Vec<S>> {
    let FiniteSum::LeastSquares { features, targets, ridge } = problem else { return None };
    let ControlVariate::Teacher { parameters, ridge: convention } = control else { return None };
    let lift = |v: &[S]| v.iter().map(Dual::constant).collect::<Vec<_>>();
    let (a, teacher) = (lift(&features[n]), lift(parameters));
    let (y, ridge) = (Dual::constant(&targets[n]), Dual::constant(ridge));
    let lambda = Dual::constant(lambda);
    let along = |j: usize| {
        let mut x = lift(x);
        x[j].derivative = S::one();
        mixed_label_loss((&a, &y, &ridge), &x, (&teacher, *convention), &lambda).derivative
    };
    Some((0..x.len()).map(along).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_of_every_operation() {
        let x = Dual { value: Rational::integer(4), derivative: Rational::ONE };
        let c = Dual::constant(&Rational::integer(3));
        let derivative = |y: Dual<Rational>| y.derivative;
        assert_eq!(derivative(x.plus(&c)), Rational::ONE);
        assert_eq!(derivative(c.minus(&x)), Rational::integer(-1));
        assert_eq!(derivative(x.power(3)), Rational::integer(48));
        assert_eq!(derivative(c.over(&x).unwrap()), Rational::ratio(-3, 16));
        assert_eq!(derivative(x.root().unwrap()), Rational::ratio(1, 4));
        assert_eq!(derivative(x.least(&c)), Rational::ZERO);
        assert_eq!(derivative(x.greatest(&c)), Rational::ONE);
    }
}
