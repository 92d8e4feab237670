//! The recursion in exact rationals, within a budget of bits.

use super::moments::{Recursion, packed_trace};
use super::{Budget, Contraction, ErrorMoments, MomentArithmetic, check_steps};
use crate::linear::{Matrix, exact};
use crate::scalar::{Rational, Scalar, Undefined};

impl MomentArithmetic for Rational {
    fn rational_bounds(&self) -> Option<[Rational; 2]> {
        Some([self.clone(), self.clone()])
    }

    fn iterate(
        recursion: &Recursion<Self>,
        start: &[Self],
        steps: u64,
        _: &Contraction,
        budget: Budget,
    ) -> Result<ErrorMoments<Self>, Undefined> {
        check_steps(steps)?;
        let (mut mean, mut second) = recursion.start(start);
        for step in 0..steps {
            let bits = second.iter().map(Scalar::bits).max().unwrap_or(0);
            // Each step adds the bits of the map; what the remaining steps cost is known early.
            let work =
                (second.len() as u64).pow(2).saturating_mul(bits.saturating_mul(steps * steps));
            let too_long = bits.saturating_mul(steps) > 4 * budget.bits || work > budget.work;
            if bits > budget.bits || (step == 1 && too_long) {
                return Err(Undefined::Budget(format!(
                    "exact moments after {steps} steps need more than {} bits",
                    budget.bits
                )));
            }
            (mean, second) = recursion.step(&mean, &second);
        }
        Ok(ErrorMoments { second: packed_trace(recursion.d, &second), mean, full: Some(second) })
    }

    fn solve_mean(
        mean_hessian: &Matrix<Self>,
        right: &[Self],
        _: &Contraction,
    ) -> Result<Vec<Self>, Undefined> {
        let column = Matrix::from_fn(right.len(), 1, |i, _| right[i].clone());
        let solution = exact::solve(mean_hessian, &column)
            .ok_or_else(|| Undefined::NotCertified("the mean Hessian is singular".into()))?;
        Ok(solution.entries().to_vec())
    }

    fn solve_second(
        system: &Matrix<Self>,
        right: &Matrix<Self>,
        d: usize,
        _: &Contraction,
        budget: Budget,
    ) -> Result<Vec<Self>, Undefined> {
        let bits = exact::determinant_bits(system);
        if bits > budget.determinant_bits {
            return Err(Undefined::Budget(format!(
                "the exact stationary law in dimension {d} has a determinant of up to {bits} bits"
            )));
        }
        let solution = exact::solve(system, right)
            .ok_or_else(|| Undefined::NotCertified("the stationary system is singular".into()))?;
        let column = |j| (0..right.rows()).map(|i| solution[(i, j)].clone()).collect::<Vec<_>>();
        Ok((0..right.columns()).map(|j| packed_trace(d, &column(j))).collect())
    }
}
