//! Rational optima, recognised from points near them: multipliers as simple fractions, or as the
//! solution of the equations that the kernels of Q determine; then the Gram matrix on those kernels.

use super::barrier::{Semidefinite, Stage};
use super::dual::Dual;
use super::judge::residual;
use super::program::Gram;
use super::solve::{Bounds, gram_at};
use crate::linear::Matrix;
use crate::linear::echelon::{null_space, solutions};
use crate::scalar::{Multi, Rational, Scalar};

/// Tolerances in bits, coarsest first, because simple fractions are wanted: the path is within about
/// 2^-150 of its limit, or 2^-75 where multiplier and slack vanish together.
const TOLERANCES: [i32; 6] = [-20, -30, -40, -60, -80, -110];

/// Offers certificates near the end of a path.
pub(super) fn recognised_certificate(dual: &Dual<'_>, stage: &Stage<Multi>, bounds: &mut Bounds) {
    let free: Vec<Rational> = stage.y.iter().map(Multi::to_rational).collect();
    let near = dual.multipliers(&free);
    for exponent in TOLERANCES {
        let tolerance = Rational::two_to(exponent);
        let small: Vec<usize> =
            (0..near.len()).filter(|&k| near[k] < tolerance && !dual.is_zero(k)).collect();
        for zero in [small.as_slice(), &[]] {
            let Some(face) = dual.without(zero) else { continue };
            if let Some(multipliers) = simplest(&face, &near, &tolerance)
                && bounds.improve(dual.reduced(), multipliers)
            {
                return;
            }
            if let Some(face) = annihilated(&face, &near, &tolerance)
                && let Some(multipliers) = simplest(&face, &near, &tolerance)
                && bounds.improve(dual.reduced(), multipliers)
            {
                return;
            }
        }
    }
}

/// Each free multiplier as the simplest fraction near it; the others follow.
fn simplest(face: &Dual<'_>, near: &[Rational], tolerance: &Rational) -> Option<Vec<Rational>> {
    // The largest multipliers are solved for: rounding the small ones moves them little.
    let mut order: Vec<usize> = (0..near.len()).collect();
    order.sort_by(|&a, &b| near[b].cmp(&near[a]));
    let solved = face.solved_in(&order)?;
    let free: Vec<Rational> = solved.free.iter().map(|&k| simple(&near[k], tolerance)).collect();
    Some(solved.at(&free))
}

/// The simplest fraction within a distance.
fn simple(value: &Rational, tolerance: &Rational) -> Rational {
    let (low, high) = (value.minus(tolerance), value.plus(tolerance));
    if low.is_negative() && high.is_positive() {
        return Rational::ZERO;
    }
    Rational::simplest_between(&low, &high)
}

/// With the vectors that Q nearly annihilates annihilated exactly.
fn annihilated<'a>(face: &Dual<'a>, near: &[Rational], tolerance: &Rational) -> Option<Dual<'a>> {
    let (quadratic, _) = residual(face.reduced(), near);
    let mut next = face.clone();
    for (b, block) in quadratic.blocks.iter().enumerate() {
        for (normal, v) in near_kernel(block, tolerance)? {
            let v: Vec<Rational> = v.iter().map(|entry| simple(entry, tolerance)).collect();
            next = next.annihilating(b, &v, normal)?;
        }
    }
    Some(next)
}

/// Vectors that a semidefinite matrix nearly annihilates: each is 1 at a row that elimination with
/// the largest pivots never reaches, and 0 at the other such rows.
fn near_kernel(
    matrix: &Matrix<Rational>,
    tolerance: &Rational,
) -> Option<Vec<(usize, Vec<Rational>)>> {
    let d = matrix.rows();
    let working = matrix.map(Multi::from_rational);
    let threshold = Multi::from_rational(tolerance);
    let mut rest = working;
    let mut pivots: Vec<usize> = Vec::new();
    let larger = |rest: &Matrix<Multi>, i: usize, j: usize| {
        rest[(i, i)].compare(&rest[(j, j)]).is_some_and(std::cmp::Ordering::is_gt)
    };
    // Gauss-Jordan on the pivots, in place: rows of pivots end as the identity and the kernel.
    loop {
        let mut best: Option<usize> = None;
        for i in (0..d).filter(|i| !pivots.contains(i)) {
            if best.is_none_or(|j| larger(&rest, i, j)) {
                best = Some(i);
            }
        }
        let Some(p) = best
            .filter(|&p| rest[(p, p)].compare(&threshold).is_some_and(std::cmp::Ordering::is_gt))
        else {
            break;
        };
        let pivot = rest[(p, p)].clone();
        let row: Vec<Multi> =
            (0..d).map(|j| rest[(p, j)].over(&pivot).ok()).collect::<Option<_>>()?;
        for i in 0..d {
            let factor = rest[(i, p)].clone();
            for j in 0..d {
                rest[(i, j)] = if i == p {
                    row[j].clone()
                } else {
                    rest[(i, j)].minus(&factor.times(&row[j]))
                };
            }
        }
        pivots.push(p);
    }
    let kernel = (0..d).filter(|j| !pivots.contains(j)).map(|j| {
        let mut v = vec![Rational::ZERO; d];
        v[j] = Rational::ONE;
        for &p in &pivots {
            v[p] = rest[(p, j)].negated().to_rational();
        }
        (j, v)
    });
    Some(kernel.collect())
}

/// Offers a point that meets the certificate: Gram matrices on the kernels of its Q, with equality
/// in every constraint whose multiplier is positive.
pub(super) fn recognised_witness(
    dual: &Dual<'_>,
    program: &Semidefinite<Multi>,
    stage: &Stage<Multi>,
    bounds: &mut Bounds,
) {
    let Some(near) = gram_at(dual, program, stage) else { return };
    let Some(upper) = bounds.upper.clone() else { return };
    let (quadratic, _) = residual(dual.reduced(), &upper.multipliers);
    for exponent in TOLERANCES {
        let tolerance = Rational::two_to(exponent);
        let found = on_kernels(dual, &quadratic.blocks, &upper.multipliers, &near, &tolerance);
        if let Some(gram) = found
            && bounds.offer_witness(dual.reduced(), gram)
            && bounds.is_exact()
        {
            return;
        }
    }
}

fn on_kernels(
    dual: &Dual<'_>,
    blocks: &[Matrix<Rational>; 2],
    multipliers: &[Rational],
    near: &Gram,
    tolerance: &Rational,
) -> Option<Gram> {
    let reduced = dual.reduced();
    // Unknowns: the entries of S_b, with Gram block U S Uᵀ on a basis U of the kernel, and values.
    let mut bases = Vec::new();
    let mut unknowns: Vec<(usize, usize, usize)> = Vec::new();
    let mut guess: Vec<Rational> = Vec::new();
    for (b, block) in blocks.iter().enumerate() {
        let rows = (0..block.rows()).map(|i| block.row(i).to_vec()).collect();
        let (free, basis) = null_space(rows, block.columns());
        for i in 0..free.len() {
            for j in 0..=i {
                unknowns.push((b, i, j));
                guess.push(near.blocks[b][(free[i], free[j])].clone());
            }
        }
        bases.push(basis);
    }
    let count = unknowns.len() + near.values.len();
    guess.extend(near.values.iter().cloned());
    let mut equations = Vec::new();
    for (constraint, multiplier) in reduced.constraints.iter().zip(multipliers) {
        if multiplier.is_zero() {
            continue;
        }
        let mut row = Vec::with_capacity(count + 1);
        for &(b, i, j) in &unknowns {
            let (u, v) = (&bases[b][i], &bases[b][j]);
            let value = crate::linear::dot(&constraint.blocks[b].apply(u), v);
            row.push(if i == j { value } else { value.plus(&value) });
        }
        row.extend(constraint.values.iter().cloned());
        row.push(constraint.constant.negated());
        equations.push(row);
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| guess[b].abs().cmp(&guess[a].abs()));
    let solved = solutions(equations, &order)?;
    let free: Vec<Rational> = solved.free.iter().map(|&k| simple(&guess[k], tolerance)).collect();
    let solution = solved.at(&free);
    let mut gram = Gram {
        blocks: [0, 1].map(|b: usize| Matrix::zeros(blocks[b].rows(), blocks[b].rows())),
        values: solution[unknowns.len()..].to_vec(),
    };
    for (value, &(b, i, j)) in solution.iter().zip(&unknowns) {
        let (u, v) = (&bases[b][i], &bases[b][j]);
        let block = &mut gram.blocks[b];
        *block = block.plus_scaled(value, &Matrix::outer(u, v));
        if i != j {
            *block = block.plus_scaled(value, &Matrix::outer(v, u));
        }
    }
    Some(gram)
}
