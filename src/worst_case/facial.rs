//! Facial reduction: where no multipliers make everything strictly positive, the directions that Q
//! annihilates and the multipliers that vanish, for all feasible multipliers, are guessed from
//! floats and imposed exactly. A wrong guess can only make the judge refuse what follows.

use super::barrier::{Semidefinite, Start, inverse};
use super::dual::Dual;
use super::solve::{Bounds, start};
use crate::linear::Matrix;
use crate::scalar::{Rational, Scalar};

const ROUNDS: usize = 6;

/// Dual variables above this share of their sum belong to the face.
const SHARE: f64 = 1e-4;

/// Entries of directions are rounded to the simplest fraction within this distance.
const TOLERANCE: f64 = 1e-5;

/// The dual on the face where it has an interior, with a point of it.
pub(super) fn reduced_faces<'a>(
    mut dual: Dual<'a>,
    bounds: &mut Bounds,
) -> Option<(Dual<'a>, Vec<f64>)> {
    for _ in 0..ROUNDS {
        let stage = match start(&dual) {
            Start::Interior(y) => return Some((dual, y)),
            Start::Boundary(stage) => stage,
        };
        let (y, lacking) = stage.y.split_at(stage.y.len() - 1);
        if lacking[0] > 1e-4 {
            return None;
        }
        let program: Semidefinite<f64> = dual.semidefinite().map(Scalar::to_f64);
        let next = face(&dual, &program, y, lacking[0])?;
        let gone = (0..dual.reduced().constraints.len())
            .filter(|&k| next.is_zero(k) && !dual.is_zero(k))
            .map(|k| dual.reduced().name(k).to_owned());
        bounds.vanishing.extend(gone);
        dual = next;
    }
    None
}

/// The dual with what is zero on its feasible set.
fn face<'a>(
    dual: &Dual<'a>,
    program: &Semidefinite<f64>,
    y: &[f64],
    lacking: f64,
) -> Option<Dual<'a>> {
    let mut next = dual.clone();
    let mut changed = false;
    // The dual of "everything lacks s": inverses, normalised to sum 1.
    let shifted: Vec<Matrix<f64>> = program
        .matrices
        .iter()
        .map(|matrix| {
            let value = matrix.at(y);
            let d = value.rows();
            Matrix::from_fn(d, d, |i, j| value[(i, j)] + if i == j { lacking } else { 0.0 })
        })
        .collect();
    let inverses: Vec<Matrix<f64>> = shifted.iter().map(inverse).collect::<Option<_>>()?;
    let weights: Vec<f64> = program.numbers.iter().map(|n| 1.0 / (n.at(y) + lacking)).collect();
    let total: f64 = inverses.iter().map(Matrix::trace).sum::<f64>() + weights.iter().sum::<f64>();
    for (k, weight) in dual.inequalities().into_iter().zip(&weights) {
        if *weight > SHARE * total {
            next = next.without(&[k])?;
            changed = true;
        }
    }
    let mut inverses = inverses.into_iter();
    for b in 0..2 {
        let rows = dual.rows(b).to_vec();
        if rows.is_empty() {
            continue;
        }
        for direction in range(&inverses.next()?, SHARE * total) {
            let mut v = vec![Rational::ZERO; dual.reduced().kept[b].len()];
            for (entry, &row) in direction.iter().zip(&rows) {
                v[row] = simplest_near(*entry, TOLERANCE)?;
            }
            let normal = rows.iter().copied().find(|&row| v[row] == Rational::ONE)?;
            next = next.annihilating(b, &v, normal)?;
            changed = true;
        }
    }
    changed.then_some(next)
}

/// A basis of the range of a semidefinite matrix up to small eigenvalues, in reduced echelon form.
fn range(matrix: &Matrix<f64>, threshold: f64) -> Vec<Vec<f64>> {
    let d = matrix.rows();
    let mut rest = matrix.clone();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    loop {
        let pivot = (0..d).max_by(|&i, &j| rest[(i, i)].total_cmp(&rest[(j, j)]));
        let Some(p) = pivot.filter(|&p| rest[(p, p)] > threshold) else { break };
        let column: Vec<f64> = (0..d).map(|i| rest[(i, p)] / rest[(p, p)]).collect();
        let weight = rest[(p, p)];
        rest = Matrix::from_fn(d, d, |i, j| rest[(i, j)] - weight * column[i] * column[j]);
        for row in &mut basis {
            let factor = row[p];
            for (entry, new) in row.iter_mut().zip(&column) {
                *entry -= factor * new;
            }
        }
        basis.push(column);
    }
    basis
}

/// The simplest fraction near a float.
pub(super) fn simplest_near(value: f64, tolerance: f64) -> Option<Rational> {
    let low = Rational::from_f64(value - tolerance)?;
    let high = Rational::from_f64(value + tolerance)?;
    if low.is_negative() && high.is_positive() {
        return Some(Rational::ZERO);
    }
    Some(Rational::simplest_between(&low, &high))
}
