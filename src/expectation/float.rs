//! The recursion in floats: guesses and displays.

use super::moments::{Recursion, packed_trace};
use super::{Budget, Contraction, ErrorMoments, MomentArithmetic, check_steps};
use crate::linear::{Matrix, spectrum};
use crate::scalar::{Rational, Undefined};

fn singular() -> Undefined {
    Undefined::NotCertified("a float system is singular".into())
}

impl MomentArithmetic for f64 {
    fn rational_bounds(&self) -> Option<[Rational; 2]> {
        let value = Rational::from_f64(*self)?;
        Some([value.clone(), value])
    }

    fn iterate(
        recursion: &Recursion<Self>,
        start: &[Self],
        steps: u64,
        _: &Contraction,
        _: Budget,
    ) -> Result<ErrorMoments<Self>, Undefined> {
        check_steps(steps)?;
        let (mut mean, mut second) = recursion.start(start);
        for _ in 0..steps {
            (mean, second) = recursion.step(&mean, &second);
        }
        Ok(ErrorMoments { second: packed_trace(recursion.d, &second), mean, full: Some(second) })
    }

    fn solve_mean(
        mean_hessian: &Matrix<Self>,
        right: &[Self],
        _: &Contraction,
    ) -> Result<Vec<Self>, Undefined> {
        let column = Matrix::from_fn(right.len(), 1, |i, _| right[i]);
        let solution = spectrum::solve_float(mean_hessian, &column).ok_or_else(singular)?;
        Ok(solution.entries().to_vec())
    }

    fn solve_second(
        system: &Matrix<Self>,
        right: &Matrix<Self>,
        d: usize,
        _: &Contraction,
        _: Budget,
    ) -> Result<Vec<Self>, Undefined> {
        let solution = spectrum::solve_float(system, right).ok_or_else(singular)?;
        let column = |j| (0..right.rows()).map(|i| solution[(i, j)]).collect::<Vec<_>>();
        Ok((0..right.columns()).map(|j| packed_trace(d, &column(j))).collect())
    }
}
