//! Dual numbers: forward-mode automatic differentiation, exact over the rationals.

use crate::scalar::{Rational, Scalar, Undefined};
use std::cmp::Ordering;

/// value + derivative·ε with ε² = 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dual<S> {
    value: S,
    derivative: S,
}

impl<S: Scalar> Dual<S> {
    /// A number that does not vary.
    pub(super) fn constant(value: &S) -> Self {
        Self { value: value.clone(), derivative: S::zero() }
    }

    /// f(x + x'ε) = f(x) + f'(x)x'ε.
    fn chain(&self, value: S, slope: S) -> Self {
        Self { value, derivative: slope.times(&self.derivative) }
    }

    /// `self` where the values compare like that or are equal, else `other`. Enclosures that
    /// overlap may be either: their duals have both derivatives.
    fn pick(&self, other: &Self, wanted: Ordering, value: S) -> Self {
        match self.value.compare(&other.value) {
            None => Self { value, derivative: self.derivative.either(&other.derivative) },
            Some(found) if found == wanted.reverse() => other.clone(),
            Some(_) => self.clone(),
        }
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
        self.pick(other, Ordering::Less, self.value.least(&other.value))
    }
    fn greatest(&self, other: &Self) -> Self {
        self.pick(other, Ordering::Greater, self.value.greatest(&other.value))
    }
    fn compare(&self, other: &Self) -> Option<Ordering> {
        self.value.compare(&other.value)
    }
    fn to_f64(&self) -> f64 {
        self.value.to_f64()
    }
}

/// The derivatives of `of` along every coordinate, of the length of `at`.
///
/// # Errors
/// If `of` has no value there.
pub(super) fn derivatives<S: Scalar>(
    at: &[S],
    of: impl Fn(&[Dual<S>]) -> Result<Dual<S>, Undefined>,
) -> Result<Vec<S>, Undefined> {
    let along = |j: usize| {
        let mut x: Vec<Dual<S>> = at.iter().map(Dual::constant).collect();
        x[j].derivative = S::one();
        Ok(of(&x)?.derivative)
    };
    (0..at.len()).map(along).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Interval;

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

    /// Of overlapping enclosures either may be the smaller one.
    #[test]
    fn derivatives_of_an_undecided_minimum() {
        let interval = |lower: f64, upper: f64| Interval::new(lower, upper).unwrap();
        let x = Dual { value: interval(0.0, 1.0), derivative: Interval::one() };
        let c = Dual::constant(&interval(0.0, 1.0));
        assert_eq!(x.least(&c).derivative, interval(0.0, 1.0));
        assert_eq!(x.greatest(&c).derivative, interval(0.0, 1.0));
    }

    /// f(x + h) lies between what the slopes over [x, x + h] allow, for every function.
    #[test]
    fn derivatives_of_the_functions_are_their_slopes() {
        type Function = fn(&Dual<Interval>) -> Result<Dual<Interval>, Undefined>;
        let functions: [Function; 9] = [
            Scalar::exp,
            Scalar::ln,
            Scalar::sin,
            Scalar::cos,
            Scalar::normal_cdf,
            Scalar::normal_pdf,
            Scalar::sigmoid,
            Scalar::tanh,
            Scalar::softplus,
        ];
        for (lower, upper) in [0.5, 1.0, 3.0].map(|x| (x, x + 2f64.powi(-10))) {
            for of in functions {
                let at =
                    |value: Interval| of(&Dual { value, derivative: Interval::one() }).unwrap();
                let ends = [lower, upper].map(|x| at(Interval::point(x).unwrap()).value);
                let slopes = at(Interval::new(lower, upper).unwrap()).derivative;
                let width = Interval::point(upper - lower).unwrap();
                let change = ends[1].minus(&ends[0]);
                assert!(slopes.times(&width).intersection(&change).is_some());
                // The slope is not that of another function.
                let chord = change.over(&width).unwrap().midpoint();
                let slack = 16.0 * (upper - lower);
                assert!(slopes.lower() > chord - slack && slopes.upper() < chord + slack);
            }
        }
    }
}
