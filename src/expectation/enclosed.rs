//! The recursion enclosed rigorously.
//!
//! Iterating intervals entry by entry explodes: on real data they widen by a few per cent a step
//! while the horizon is tens of thousands of steps. Over long horizons the recursion is therefore
//! run in floats and enclosed *a posteriori*: each step's defect is bounded, and the bounds are
//! propagated through the certified contraction factor, so the error stays within defect/(1 − ρ).

use super::moments::{Recursion, packed_trace};
use super::{Budget, Contraction, ErrorMoments, MomentArithmetic, check_steps};
use crate::linear::{Matrix, dot, norm_sq, spectrum, subtract};
use crate::scalar::{Interval, Rational, Scalar, Undefined};

/// Up to this many steps, plain interval steps are as tight and simpler.
const DIRECT_STEPS: u64 = 16;

impl MomentArithmetic for Interval {
    fn rational_bounds(&self) -> Option<[Rational; 2]> {
        Some([Rational::from_f64(self.lower())?, Rational::from_f64(self.upper())?])
    }

    fn iterate(
        recursion: &Recursion<Self>,
        start: &[Self],
        steps: u64,
        contraction: &Contraction,
        _: Budget,
    ) -> Result<ErrorMoments<Self>, Undefined> {
        check_steps(steps)?;
        if steps > DIRECT_STEPS {
            return iterate_a_posteriori(recursion, start, steps, contraction);
        }
        let (mut mean, mut second) = recursion.start(start);
        for _ in 0..steps {
            (mean, second) = recursion.step(&mean, &second);
        }
        Ok(ErrorMoments { second: packed_trace(recursion.d, &second), mean, full: Some(second) })
    }

    /// A float solution m̃; then ‖m − m̃‖ ≤ ‖H̄m̃ − right‖/μ.
    fn solve_mean(
        mean_hessian: &Matrix<Self>,
        right: &[Self],
        contraction: &Contraction,
    ) -> Result<Vec<Self>, Undefined> {
        let column = Matrix::from_fn(right.len(), 1, |i, _| right[i].midpoint());
        let guess = spectrum::solve_float(&mean_hessian.map(Interval::midpoint), &column)
            .ok_or_else(|| Undefined::NotCertified("the mean Hessian is singular".into()))?;
        let guess = points(guess.entries())?;
        let image = mean_hessian.apply(&guess);
        let defect: Vec<Self> = image.iter().zip(right).map(|(a, b)| a.minus(b)).collect();
        let error = norm(&defect)?.over(&Self::from_rational(&contraction.mu))?;
        Ok(widened(&guess, &error))
    }

    /// A float solution M̃ of (I − T)M = R with the defect r = R − (I − T)M̃; then
    /// ‖M − M̃‖ ≤ ‖r‖/(1 − ρ) in the nuclear norm. Its dual is the spectral norm, so for any w, with
    /// the trace as a functional t and z = t − (I − T)ᵀw,
    ///
    /// tr M = tr M̃ + ⟨w, r⟩ + ⟨z, M − M̃⟩ and |⟨z, M − M̃⟩| ≤ ‖z‖·‖M − M̃‖.
    ///
    /// With w a float solution of the dual system z is tiny, and the defect counts only as far as
    /// the trace is sensitive to it.
    fn solve_second(
        system: &Matrix<Self>,
        right: &Matrix<Self>,
        d: usize,
        contraction: &Contraction,
        _: Budget,
    ) -> Result<Vec<Self>, Undefined> {
        let gap = Self::from_rational(&contraction.gap()?);
        let singular = || Undefined::NotCertified("the stationary system is singular".into());
        let inverse =
            spectrum::invert_float(&system.map(Interval::midpoint)).ok_or_else(singular)?;
        let k = system.rows();
        let is_diagonal = packed_diagonal(d);
        let dual: Vec<f64> = (0..k)
            .map(|j| (0..k).filter(|i| is_diagonal[*i]).map(|i| inverse[(i, j)]).sum())
            .collect();
        let dual = points(&dual)?;
        // On packed symmetric matrices ‖z‖ is at least the Frobenius, so the spectral, norm.
        let residual = (0..k).map(|j| {
            let image =
                (0..k).fold(Self::zero(), |sum, i| sum.plus(&dual[i].times(&system[(i, j)])));
            if is_diagonal[j] { Self::one().minus(&image) } else { image }
        });
        let residual = norm(&residual.collect::<Vec<_>>())?;
        (0..right.columns())
            .map(|j| {
                let right: Vec<Self> = (0..right.rows()).map(|i| right[(i, j)]).collect();
                let centers: Vec<f64> = right.iter().map(Interval::midpoint).collect();
                let mut guess = inverse.apply(&centers);
                let mut defect = Vec::new();
                // Refinement: the defect of a guess is known in intervals.
                for pass in 0..3 {
                    let image = system.apply(&points(&guess)?);
                    defect = subtract(&right, &image);
                    if pass < 2 {
                        let centers: Vec<f64> = defect.iter().map(Interval::midpoint).collect();
                        let change = inverse.apply(&centers);
                        guess.iter_mut().zip(change).for_each(|(g, c)| *g += c);
                    }
                }
                let error = nuclear_norm(d, &defect)?.over(&gap)?;
                let trace = packed_trace(d, &points(&guess)?).plus(&dot(&dual, &defect));
                Ok(trace.plus(&ball(&residual.times(&error))))
            })
            .collect()
    }
}

/// Which packed entries are on the diagonal.
fn packed_diagonal(d: usize) -> Vec<bool> {
    (0..d).flat_map(|i| (0..=i).map(move |j| i == j)).collect()
}

fn iterate_a_posteriori(
    recursion: &Recursion<Interval>,
    start: &[Interval],
    steps: u64,
    contraction: &Contraction,
) -> Result<ErrorMoments<Interval>, Undefined> {
    let d = recursion.d;
    let rho = Interval::from_rational(&contraction.rho);
    // √ρ ≤ (1 + ρ)/2.
    let mean_rate =
        rho.plus(&Interval::one()).times(&Interval::from_rational(&Rational::ratio(1, 2)));
    let mean_row = Rows::new(&[&recursion.mean_map], &recursion.mean_constant)?;
    let second_row =
        Rows::new(&[&recursion.second_map, &recursion.cross_map], &recursion.second_constant)?;
    let cross_norm = norm(recursion.cross_map.entries())?;
    let to_nuclear = nuclear_factor(d)?;

    let (mean, second) = recursion.start(start);
    let centers = |values: &[Interval]| values.iter().map(Interval::midpoint).collect::<Vec<f64>>();
    let offset = |values: &[Interval], centers: &[f64]| -> Result<Vec<Interval>, Undefined> {
        Ok(points(centers)?.iter().zip(values).map(|(c, v)| v.minus(c)).collect())
    };
    let mut state = centers(&second);
    state.extend(centers(&mean));
    let k = second.len();
    let mut mean_error = norm(&offset(&mean, &state[k..])?)?;
    let mut second_error = nuclear_norm(d, &offset(&second, &state[..k])?)?;
    let mut next = vec![0.0; k + d];
    for _ in 0..steps {
        let size = norm_of_floats(&state)?;
        let mean_size = norm_of_floats(&state[k..])?;
        mean_row.apply(&state[k..], &mut next[k..]);
        second_row.apply(&state, &mut next[..k]);
        let defect = second_row.defect(&size).plus(&cross_norm.times(&mean_error));
        second_error = upper(&rho.times(&second_error).plus(&to_nuclear.times(&defect)))?;
        mean_error = upper(&mean_rate.times(&mean_error).plus(&mean_row.defect(&mean_size)))?;
        std::mem::swap(&mut state, &mut next);
    }
    let trace = packed_trace(d, &points(&state[..k])?);
    Ok(ErrorMoments {
        mean: widened(&points(&state[k..])?, &mean_error),
        second: trace.plus(&ball(&second_error)),
        // No entry is larger than the nuclear norm.
        full: Some(widened(&points(&state[..k])?, &second_error)),
    })
}

/// An affine map in floats, with a bound on how far its float evaluation is from the exact map.
struct Rows {
    centers: Matrix<f64>,
    constant: Vec<f64>,
    /// The defect is at most `relative·‖v‖ + absolute`.
    relative: Interval,
    absolute: Interval,
}

impl Rows {
    fn new(blocks: &[&Matrix<Interval>], constant: &[Interval]) -> Result<Self, Undefined> {
        let width: usize = blocks.iter().map(|block| block.columns()).sum();
        let entry = |i: usize, mut j: usize| {
            for block in blocks {
                if j < block.columns() {
                    return block[(i, j)];
                }
                j -= block.columns();
            }
            unreachable!("j is below the total width")
        };
        let whole = Matrix::from_fn(constant.len(), width, entry);
        let centers = whole.map(Interval::midpoint);
        let radii = whole
            .entries()
            .iter()
            .zip(centers.entries())
            .map(|(value, center)| Ok(value.minus(&point(*center)?)));
        let radius = norm(&radii.collect::<Result<Vec<_>, Undefined>>()?)?;
        let constant_center: Vec<f64> = constant.iter().map(Interval::midpoint).collect();
        let constant_radius = constant
            .iter()
            .zip(&constant_center)
            .map(|(value, center)| Ok(value.minus(&point(*center)?)));
        let constant_radius = norm(&constant_radius.collect::<Result<Vec<_>, Undefined>>()?)?;
        // A float dot product of n + 1 terms is off by at most (n + 1)u/(1 − (n + 1)u) < 2(n + 1)u
        // times the sum of the absolute terms, u = 2^−53, whatever the order of summation, plus at
        // most 2^−1074 a term where it underflows (Higham, Accuracy and Stability, 3.1).
        let unit = Rational::count(width + 2).times(&Rational::two_to(-52));
        let unit = Interval::from_rational(&unit);
        let underflow =
            Rational::count((width + 2) * (constant.len() + 1)).times(&Rational::two_to(-1074));
        let rounding = unit.times(&norm(&points(centers.entries())?)?);
        let constant_rounding = unit.times(&norm(&points(&constant_center)?)?);
        Ok(Self {
            centers,
            constant: constant_center,
            relative: upper(&radius.plus(&rounding))?,
            absolute: upper(
                &constant_radius
                    .plus(&constant_rounding)
                    .plus(&Interval::from_rational(&underflow)),
            )?,
        })
    }

    fn apply(&self, v: &[f64], out: &mut [f64]) {
        for (i, value) in out.iter_mut().enumerate() {
            // Four running sums let the processor overlap them; the error bound holds in any order.
            let row = self.centers.row(i);
            let mut sums = [0.0; 4];
            let (body, rest) = row.split_at(row.len() / 4 * 4);
            for (a, b) in body.chunks_exact(4).zip(v.chunks_exact(4)) {
                for lane in 0..4 {
                    sums[lane] += a[lane] * b[lane];
                }
            }
            let tail: f64 = rest.iter().zip(&v[body.len()..]).map(|(a, b)| a * b).sum();
            *value = (sums[0] + sums[1]) + (sums[2] + sums[3]) + tail + self.constant[i];
        }
    }

    fn defect(&self, size: &Interval) -> Interval {
        self.relative.times(size).plus(&self.absolute)
    }
}

/// √(2d): on packed symmetric matrices the nuclear norm is at most this times the Euclidean norm,
/// because off-diagonal entries count twice and the nuclear norm is at most √d times Frobenius.
fn nuclear_factor(d: usize) -> Result<Interval, Undefined> {
    Interval::from_rational(&Rational::count(2 * d)).root()
}

fn nuclear_norm(d: usize, packed: &[Interval]) -> Result<Interval, Undefined> {
    upper(&nuclear_factor(d)?.times(&norm(packed)?))
}

/// An upper bound of the Euclidean norm, as a point.
fn norm(values: &[Interval]) -> Result<Interval, Undefined> {
    upper(&norm_sq(values).root()?)
}

/// The same for exact floats: once a step, and so in floats.
fn norm_of_floats(values: &[f64]) -> Result<Interval, Undefined> {
    // As above, the sum of n squares is off by at most nu/(1 − nu) < 2nu of the true one, which
    // therefore is at most 1 + 4nu times the float, and by 2^−1074 a term where it underflows.
    // The floats for these bounds are exact.
    let n = values.len() as f64;
    let sum = point(values.iter().map(|value| value * value).sum())?;
    let (rounding, underflow) = (point(n * 2.0_f64.powi(-51))?, point(n * f64::from_bits(1))?);
    upper(&sum.plus(&underflow).times(&Interval::one().plus(&rounding)).root()?)
}

/// The upper end, as a point.
fn upper(value: &Interval) -> Result<Interval, Undefined> {
    point(value.upper())
}

fn point(value: f64) -> Result<Interval, Undefined> {
    Interval::point(value)
        .ok_or_else(|| Undefined::NotCertified("the enclosure is unbounded".into()))
}

fn points(values: &[f64]) -> Result<Vec<Interval>, Undefined> {
    values.iter().map(|value| point(*value)).collect()
}

/// [−r, r] for the upper end r.
fn ball(radius: &Interval) -> Interval {
    let r = radius.upper();
    Interval::new(-r, r).unwrap_or_else(|| unreachable!("a radius is a number"))
}

/// Each value, moved by at most the radius.
fn widened(values: &[Interval], radius: &Interval) -> Vec<Interval> {
    values.iter().map(|value| value.plus(&ball(radius))).collect()
}
