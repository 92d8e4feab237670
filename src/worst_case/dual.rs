//! The dual of a reduced program: over the multipliers that cancel all function values, minimise
//! the bound while both blocks of Q stay positive semidefinite.

use super::barrier::{AffineMatrix, AffineNumber, Semidefinite};
use super::judge::residual;
use super::program::Reduced;
use crate::linear::Matrix;
use crate::linear::echelon::{Solutions, solutions};
use crate::scalar::{Rational, Scalar};
use std::collections::BTreeSet;

/// Multipliers as an affine function of free ones, and the rows of Q that need be looked at.
#[derive(Clone, Debug)]
pub struct Dual<'a> {
    reduced: &'a Reduced,
    /// Rows `coefficients, right side` that the multipliers satisfy.
    equations: Vec<Vec<Rational>>,
    /// The multipliers that the equations make zero.
    zero: BTreeSet<usize>,
    /// For each block, the rows of Q that are not determined by others.
    rows: [Vec<usize>; 2],
    multipliers: Solutions,
}

impl<'a> Dual<'a> {
    /// The dual; `None` if no multipliers cancel the function values, so that the objective is
    /// unbounded.
    pub fn new(reduced: &'a Reduced) -> Option<Self> {
        let count = reduced.constraints.len();
        let mut equations = Vec::new();
        for i in 0..reduced.program.values.len() {
            let mut row: Vec<Rational> =
                reduced.constraints.iter().map(|c| c.values[i].clone()).collect();
            row.push(reduced.objective.values[i].negated());
            equations.push(row);
        }
        let rows = [0, 1].map(|b: usize| (0..reduced.kept[b].len()).collect());
        let order: Vec<usize> = (0..count).collect();
        let multipliers = solutions(equations.clone(), &order)?;
        let mut dual = Self { reduced, equations, zero: BTreeSet::new(), rows, multipliers };
        for k in (0..count).filter(|&k| reduced.constraints[k].is_number()) {
            dual = dual.without(&[k])?;
        }
        Some(dual)
    }

    /// The program that it is the dual of.
    pub fn reduced(&self) -> &'a Reduced {
        self.reduced
    }

    /// The multipliers at a point of the free ones.
    pub fn multipliers(&self, free: &[Rational]) -> Vec<Rational> {
        self.multipliers.at(free)
    }

    /// The free multipliers.
    pub fn free(&self) -> &[usize] {
        &self.multipliers.free
    }

    /// Whether a multiplier is zero by an equation.
    pub fn is_zero(&self, multiplier: usize) -> bool {
        self.zero.contains(&multiplier)
    }

    /// The rows of Q that are not determined by others, in a block.
    pub fn rows(&self, block: usize) -> &[usize] {
        &self.rows[block]
    }

    /// With some multipliers zero; `None` if that is impossible.
    pub fn without(&self, multipliers: &[usize]) -> Option<Self> {
        let mut next = self.clone();
        for &k in multipliers {
            let mut row = vec![Rational::ZERO; self.reduced.constraints.len() + 1];
            row[k] = Rational::ONE;
            next.equations.push(row);
            next.zero.insert(k);
        }
        next.solve()
    }

    /// With Q v = 0 in a block, for a v whose entry `normal` is 1; `None` if that is impossible.
    pub fn annihilating(&self, block: usize, v: &[Rational], normal: usize) -> Option<Self> {
        let mut next = self.clone();
        let matrices: Vec<&Matrix<Rational>> =
            self.reduced.constraints.iter().map(|c| &c.blocks[block]).collect();
        let objective = self.reduced.objective.blocks[block].apply(v);
        let moved: Vec<Vec<Rational>> = matrices.iter().map(|matrix| matrix.apply(v)).collect();
        for (i, right) in objective.iter().enumerate() {
            let mut row: Vec<Rational> = moved.iter().map(|vector| vector[i].clone()).collect();
            row.push(right.negated());
            next.equations.push(row);
        }
        next.rows[block].retain(|&row| row != normal);
        next.solve()
    }

    fn solve(mut self) -> Option<Self> {
        let order: Vec<usize> = (0..self.reduced.constraints.len()).collect();
        self.multipliers = solutions(self.equations.clone(), &order)?;
        Some(self)
    }

    /// The multipliers, solved for in the order that is given: the last ones are free.
    pub fn solved_in(&self, order: &[usize]) -> Option<Solutions> {
        solutions(self.equations.clone(), order)
    }

    /// The semidefinite program over the free multipliers. The last of its numbers bounds their sum.
    pub fn semidefinite(&self) -> Semidefinite<Rational> {
        let count = self.reduced.constraints.len();
        let (base, bound) = residual(self.reduced, &self.multipliers.base);
        let nothing = vec![Rational::ZERO; count];
        let (origin, start) = residual(self.reduced, &nothing);
        let along = |direction: &Vec<Rational>| {
            let (moved, cost) = residual(self.reduced, direction);
            let minus = Rational::integer(-1);
            let blocks =
                [0, 1].map(|b: usize| moved.blocks[b].plus_scaled(&minus, &origin.blocks[b]));
            (blocks, cost.minus(&start))
        };
        let slopes: Vec<_> = self.multipliers.directions.iter().map(along).collect();
        let restricted = |matrix: &Matrix<Rational>, b: usize| {
            let rows = &self.rows[b];
            Matrix::from_fn(rows.len(), rows.len(), |i, j| matrix[(rows[i], rows[j])].clone())
        };
        let matrices = [0, 1].into_iter().filter(|&b| !self.rows[b].is_empty()).map(|b| {
            let slopes = slopes.iter().map(|(blocks, _)| restricted(&blocks[b], b)).collect();
            AffineMatrix { constant: restricted(&base.blocks[b], b), slopes }
        });
        let number = |k: usize| AffineNumber {
            constant: self.multipliers.base[k].clone(),
            slopes: self.multipliers.directions.iter().map(|d| d[k].clone()).collect(),
        };
        let mut numbers: Vec<_> = self.inequalities().into_iter().map(number).collect();
        let total = |entries: &[Rational]| {
            entries.iter().fold(Rational::ZERO, |sum, entry| sum.minus(entry))
        };
        numbers.push(AffineNumber {
            constant: Rational::two_to(LARGEST).plus(&total(&self.multipliers.base)),
            slopes: self.multipliers.directions.iter().map(|d| total(d)).collect(),
        });
        Semidefinite {
            cost: AffineNumber {
                constant: bound,
                slopes: slopes.iter().map(|(_, cost)| cost.clone()).collect(),
            },
            matrices: matrices.collect(),
            numbers,
        }
    }

    /// The multipliers that must be positive, in the order of the program's numbers; those that the
    /// equations fix at a positive number are left out.
    pub fn inequalities(&self) -> Vec<usize> {
        let fixed = |k: usize| {
            self.multipliers.base[k].is_positive()
                && self.multipliers.directions.iter().all(|d| d[k].is_zero())
        };
        let all = 0..self.reduced.constraints.len();
        all.filter(|&k| !self.zero.contains(&k) && !fixed(k)).collect()
    }
}

/// log2 of a bound on the sum of all multipliers: where two constraints leave no room between them,
/// the multipliers of both could grow without end.
const LARGEST: i32 = 20;
