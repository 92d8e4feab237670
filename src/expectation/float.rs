//! The recursion in floats: guesses and displays.

use super::moments::{Recursion, packed_trace};
use super::{Budget, Contraction, ErrorMoments, MomentArithmetic, check_steps};
use crate::linear::affine::AffineMap;
use crate::linear::{Matrix, spectrum};
use crate::scalar::{Rational, Undefined};

/// The recursion as one map of (vech M, m).
fn joint_map(recursion: &Recursion<f64>) -> AffineMap {
    let k = recursion.second_constant.len();
    let entry = |i: usize, j: usize| match (i < k, j < k) {
        (true, true) => recursion.second_map[(i, j)],
        (true, false) => recursion.cross_map[(i, j - k)],
        (false, true) => 0.0,
        (false, false) => recursion.mean_map[(i - k, j - k)],
    };
    AffineMap::new(entry, [&recursion.second_constant[..], &recursion.mean_constant].concat())
}

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
        let (mean, mut state) = recursion.start(start);
        let k = state.len();
        state.extend(mean);
        joint_map(recursion).advance(&mut state, steps);
        let mean = state.split_off(k);
        Ok(ErrorMoments { second: packed_trace(recursion.d, &state), mean, full: Some(state) })
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
