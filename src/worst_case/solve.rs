//! Bounds on a worst case: floats propose multipliers and Gram matrices, the judge decides.
//!
//! Interior points are rounded and judged first, in `f64` and then in [`Double`] or [`Multi`]; then what the path
//! tends to is recognised (`recognise`), which closes the gap where the optimum
//! is rational.

use super::barrier::{Semidefinite, Stage, Start, inverse};
use super::dual::Dual;
use super::facial::reduced_faces;
use super::judge::{judge_certificate, judge_witness};
use super::program::{Gram, Reduced};
use super::recognise::{recognised_certificate, recognised_witness};
use crate::linear::Matrix;
use crate::linear::echelon::solutions;
use crate::scalar::{Double, Multi, Rational, Scalar};

/// A number that floats propose, as an exact one.
pub trait Proposal: Scalar {
    /// Its exact value; `None` if it is not finite.
    fn exact(&self) -> Option<Rational>;
}

impl Proposal for f64 {
    fn exact(&self) -> Option<Rational> {
        Rational::from_f64(*self)
    }
}

impl Proposal for Double {
    fn exact(&self) -> Option<Rational> {
        self.to_rational()
    }
}

impl Proposal for Multi {
    fn exact(&self) -> Option<Rational> {
        Some(self.to_rational())
    }
}

/// An upper bound with its certificate.
#[derive(Clone, Debug, PartialEq)]
pub struct Upper {
    /// The bound.
    pub value: Rational,
    /// One multiplier a constraint.
    pub multipliers: Vec<Rational>,
}

/// A lower bound with the point that attains it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lower {
    /// The objective there.
    pub value: Rational,
    /// The point.
    pub gram: Gram,
}

/// What was found about a worst case.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// The best certificate.
    pub upper: Option<Upper>,
    /// The best witness.
    pub lower: Option<Lower>,
    /// What the dual's faces were found to be: multipliers that vanish in every certificate.
    pub vanishing: Vec<String>,
    /// Whether no multipliers cancel the function values, so that there is no bound.
    pub unbounded: bool,
}

/// How hard to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Interior points only, to a gap of about 1e-9.
    Plain,
    /// As near as multi-precision goes, and recognition of rational optima after it.
    Full,
}

impl Bounds {
    /// Whether certificate and witness meet.
    pub fn is_exact(&self) -> bool {
        match (&self.upper, &self.lower) {
            (Some(upper), Some(lower)) => upper.value == lower.value,
            _ => false,
        }
    }

    /// Upper minus lower bound.
    pub fn gap(&self) -> Option<Rational> {
        Some(self.upper.as_ref()?.value.minus(&self.lower.as_ref()?.value))
    }

    /// Keeps a certificate if the judge accepts it and it is better than the last.
    pub(super) fn offer_certificate(
        &mut self,
        reduced: &Reduced,
        multipliers: Vec<Rational>,
    ) -> bool {
        let Ok(value) = judge_certificate(reduced, &multipliers) else { return false };
        if self.upper.as_ref().is_none_or(|upper| value < upper.value) {
            self.upper = Some(Upper { value, multipliers });
        }
        true
    }

    /// Keeps a certificate if it is better than the last, and says whether it is.
    pub(super) fn improve(&mut self, reduced: &Reduced, multipliers: Vec<Rational>) -> bool {
        let before = self.upper.as_ref().map(|upper| upper.value.clone());
        self.offer_certificate(reduced, multipliers)
            && before != self.upper.as_ref().map(|upper| upper.value.clone())
    }

    /// Keeps a witness if the judge accepts it and it is better than the last.
    pub(super) fn offer_witness(&mut self, reduced: &Reduced, gram: Gram) -> bool {
        let Ok(value) = judge_witness(reduced, &gram) else { return false };
        if self.lower.as_ref().is_none_or(|lower| value > lower.value) {
            self.lower = Some(Lower { value, gram });
        }
        true
    }
}

/// log2 of the gap at which floats need not give way to more digits.
const TARGET: i32 = -30;

/// Where the path ends in double precision: a gap of about 1e-10 for the sizes here.
const FLOAT_END: f64 = 1e11;

/// Bounds on the largest value of the objective.
pub fn solve(reduced: &Reduced, effort: Effort) -> Bounds {
    let mut bounds = along_the_path(reduced, effort, &mut None);
    // Where the dual has no interior the optimum need not be attained: points of bounded size come
    // near it, and the larger they may be, the nearer.
    if bounds.lower.is_none() && !bounds.unbounded {
        let mut from = None; // the size moves the cost of a multiplier only
        for exponent in SIZES {
            let within = reduced.clone().within(Rational::two_to(exponent));
            if let Some(lower) = along_the_path(&within, effort, &mut from).lower {
                bounds.offer_witness(reduced, lower.gram);
            }
            let near = if effort == Effort::Full { -MULTI_END + 8 } else { TARGET };
            if bounds.gap().is_some_and(|gap| gap <= Rational::two_to(near)) {
                break;
            }
        }
    }
    bounds
}

/// log2 of the sizes that are tried.
const SIZES: [i32; 3] = [4, 10, 16];

/// Bounds along the path from an interior point, which is looked for where none is given, and kept
/// if it is one of the whole dual.
fn along_the_path(reduced: &Reduced, effort: Effort, interior: &mut Option<Vec<f64>>) -> Bounds {
    let mut bounds = Bounds::default();
    let Some(dual) = Dual::new(reduced) else {
        bounds.unbounded = true;
        return bounds;
    };
    let (dual, from) = match interior.clone() {
        Some(from) => (dual, from),
        None => {
            let whole = dual.free().to_vec();
            let Some((dual, from)) = reduced_faces(dual, &mut bounds) else { return bounds };
            *interior = (dual.free() == whole).then(|| from.clone());
            (dual, from)
        }
    };
    let float: Semidefinite<f64> = dual.semidefinite().map(Scalar::to_f64);
    let stages = float.follow(from.clone(), &1.0, &16.0, &FLOAT_END);
    offer_last(&dual, &float, &stages, &mut bounds);
    let (from, sharpness) = match stages.last() {
        Some(stage) => (stage.y.clone(), stage.sharpness),
        None => (from, 1.0),
    };
    if effort == Effort::Full {
        let path = Path { from: &from, sharpness, growth: 64.0, end: MULTI_END };
        let (multi, stages) = further::<Multi>(&dual, &path, &mut bounds);
        if let Some(last) = stages.last() {
            let last = multi.polished(last);
            recognised_certificate(&dual, &last, &mut bounds);
            recognised_witness(&dual, &multi, &last, &mut bounds);
        }
        return bounds;
    }
    // Floats give out early where the boundary is reached at different speeds.
    // On a face there may be no witness, whatever the digits.
    let coarse = |bounds: &Bounds| match bounds.gap() {
        Some(gap) => gap > Rational::two_to(TARGET),
        None => bounds.upper.is_none() || bounds.vanishing.is_empty(),
    };
    let path = Path { from: &from, sharpness, growth: 64.0, end: PLAIN_END };
    if coarse(&bounds) {
        let (double, stages) = further::<Double>(&dual, &path, &mut bounds);
        // A witness may need more digits than the point of the path that it comes from.
        if let Some(last) = stages.last().filter(|_| coarse(&bounds)) {
            let last = double.polished(last);
            let number = |value: &Double| Some(Multi::from_rational(&value.to_rational()?));
            let y = last.y.iter().map(number).collect::<Option<_>>();
            let stage = y.and_then(|y| Some(Stage { y, sharpness: number(&last.sharpness)? }));
            let multi = dual.semidefinite().map(Multi::from_rational);
            offer_last(&dual, &multi, stage.as_slice(), &mut bounds);
        }
    }
    if coarse(&bounds) {
        further::<Multi>(&dual, &path, &mut bounds);
    }
    bounds
}

/// Where a path is taken up, the factor from stage to stage, and log2 of the sharpness of its end.
struct Path<'a> {
    from: &'a [f64],
    sharpness: f64,
    growth: f64,
    end: i32,
}

/// Follows the path further in an arithmetic of more digits, and offers its end.
fn further<S: Proposal>(
    dual: &Dual<'_>,
    path: &Path<'_>,
    bounds: &mut Bounds,
) -> (Semidefinite<S>, Vec<Stage<S>>) {
    let program: Semidefinite<S> = dual.semidefinite().map(S::from_rational);
    let number = |value: f64| S::from_rational(&Rational::from_f64(value).unwrap_or_default());
    let from = path.from.iter().map(|y| number(*y)).collect();
    let end = S::from_rational(&Rational::two_to(path.end));
    let stages = program.follow(from, &number(path.sharpness), &number(path.growth), &end);
    offer_last(dual, &program, &stages, bounds);
    (program, stages)
}

/// log2 of the sharpness at which the path ends with more digits: a gap of about 1e-43, or 1e-11
/// where that is all that is asked for.
const MULTI_END: i32 = 150;
const PLAIN_END: i32 = 42;

/// Offers the last points of a path that the judge accepts.
fn offer_last<S: Proposal>(
    dual: &Dual<'_>,
    program: &Semidefinite<S>,
    stages: &[Stage<S>],
    bounds: &mut Bounds,
) {
    let accepted = |stage: &Stage<S>, bounds: &mut Bounds| {
        rounded(&stage.y, &stage.sharpness)
            .is_some_and(|free| bounds.offer_certificate(dual.reduced(), dual.multipliers(&free)))
    };
    stages.iter().rev().any(|stage| accepted(stage, bounds));
    let primal = |stage: &Stage<S>, bounds: &mut Bounds| {
        gram_at(dual, program, &program.polished(stage))
            .is_some_and(|gram| bounds.offer_witness(dual.reduced(), gram))
    };
    stages.iter().rev().any(|stage| primal(stage, bounds));
}

/// Bits that a coordinate keeps beyond those of the sharpness.
const GUARD_BITS: i32 = 24;

/// The coordinates, with as many bits as the distance from the boundary asks for.
fn rounded<S: Proposal>(y: &[S], sharpness: &S) -> Option<Vec<Rational>> {
    let exponent = -(sharpness.exact()?.binary_exponent() + GUARD_BITS);
    y.iter().map(|value| Some(value.exact()?.round_to_dyadic(exponent))).collect()
}

/// The Gram matrices Q⁻¹/t at a point of the central path, and the function values with which the
/// constraints have the slack 1/(tλ).
pub(super) fn gram_at<S: Proposal>(
    dual: &Dual<'_>,
    program: &Semidefinite<S>,
    stage: &Stage<S>,
) -> Option<Gram> {
    let reduced = dual.reduced();
    let exponent = -(2 * stage.sharpness.exact()?.binary_exponent() + GUARD_BITS);
    let mut blocks = [0, 1].map(|b: usize| {
        let size = reduced.kept[b].len();
        Matrix::zeros(size, size)
    });
    let mut matrices = program.matrices.iter();
    for (b, block) in blocks.iter_mut().enumerate() {
        let rows = dual.rows(b);
        if rows.is_empty() {
            continue;
        }
        let found = inverse(&matrices.next()?.at(&stage.y))?;
        for (i, &row) in rows.iter().enumerate() {
            for (j, &column) in rows.iter().enumerate().take(i + 1) {
                let value = found[(i, j)].over(&stage.sharpness).ok()?.exact()?;
                let value = value.round_to_dyadic(exponent);
                block[(row, column)] = value.clone();
                block[(column, row)] = value;
            }
        }
    }
    let free: Vec<Rational> = stage.y.iter().map(Proposal::exact).collect::<Option<_>>()?;
    let multipliers = dual.multipliers(&free);
    let values = values_with(reduced, &blocks, &multipliers, &stage.sharpness.exact()?, exponent)?;
    Some(Gram { blocks, values })
}

/// The function values for which the constraints with the largest multipliers have the slack 1/(tλ).
fn values_with(
    reduced: &Reduced,
    blocks: &[Matrix<Rational>; 2],
    multipliers: &[Rational],
    sharpness: &Rational,
    exponent: i32,
) -> Option<Vec<Rational>> {
    let count = reduced.program.values.len();
    let mut order: Vec<usize> = (0..multipliers.len()).collect();
    order.sort_by(|&a, &b| multipliers[b].cmp(&multipliers[a]));
    let without = Gram { blocks: blocks.clone(), values: vec![Rational::ZERO; count] };
    // What two opposite constraints determine has no room for rounding.
    let opposite: Vec<bool> = reduced
        .constraints
        .iter()
        .map(|c| reduced.constraints.iter().any(|o| c.opposes(o)))
        .collect();
    order.sort_by_key(|&k| !opposite[k]);
    let determined = opposite.contains(&true);
    // Rows are added as long as they are independent.
    let mut rows: Vec<Vec<Rational>> = Vec::new();
    for k in order {
        let constraint = &reduced.constraints[k];
        let slack = match opposite[k] {
            true => Rational::ZERO,
            false => sharpness.times(&multipliers[k]).reciprocal().unwrap_or(Rational::ONE),
        };
        let mut row = constraint.values.clone();
        row.push(slack.minus(&constraint.at(&without)));
        let more = [rows.clone(), vec![row]].concat();
        let columns = more.iter().map(|row| row[..count].to_vec()).collect();
        if crate::linear::echelon::echelon(columns, 0..count).pivots.len() == more.len() {
            rows = more;
        }
    }
    let order: Vec<usize> = (0..count).collect();
    let found = solutions(rows, &order)?;
    if determined {
        return Some(found.base);
    }
    Some(found.base.iter().map(|value| value.round_to_dyadic(exponent)).collect())
}

/// A strictly feasible point of a dual in double precision, or where the search ends.
pub(super) fn start(dual: &Dual<'_>) -> Start<f64> {
    let program: Semidefinite<f64> = dual.semidefinite().map(Scalar::to_f64);
    let mut last = None;
    // A cap keeps the search bounded; a large one makes it less precise, and comes last.
    for cap in [1e2, 1e4, 1e6] {
        match program.interior(&cap, &8.0, &1e10) {
            Start::Interior(y) => return Start::Interior(y),
            Start::Boundary(stage) => {
                // On the path what is lacking exceeds its infimum by at most degree/t. Where that is
                // all, the infimum is zero, whatever the cap: there is no interior.
                let margin = 2.0 * (program.degree() + 2) as f64 / stage.sharpness;
                let only_just = stage.y.last().is_some_and(|lacking| *lacking <= margin);
                last = last.or(Some(stage));
                if only_just {
                    break;
                }
            }
        }
    }
    match last {
        Some(stage) => Start::Boundary(stage),
        None => unreachable!("the loop runs"),
    }
}
