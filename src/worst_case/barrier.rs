//! A barrier method for small semidefinite programs, in any arithmetic that divides: minimise a
//! linear function of y where affine matrices are positive definite and affine numbers positive.
//!
//! Damped Newton steps on t·cost − Σ log det − Σ log need no line search and no logarithm: the
//! step 1/(1 + δ) stays inside by self-concordance. What comes out is a proposal.

use crate::linear::Matrix;
use crate::scalar::{Rational, Scalar};

/// `constant + Σ y_k slopes[k]`, positive definite.
#[derive(Clone, Debug)]
pub struct AffineMatrix<S> {
    /// The value at zero.
    pub constant: Matrix<S>,
    /// One a coordinate.
    pub slopes: Vec<Matrix<S>>,
}

/// `constant + Σ y_k slopes[k]`, positive.
#[derive(Clone, Debug)]
pub struct AffineNumber<S> {
    /// The value at zero.
    pub constant: S,
    /// One a coordinate.
    pub slopes: Vec<S>,
}

/// Minimise `cost` over y.
#[derive(Clone, Debug)]
pub struct Semidefinite<S> {
    /// What is minimised.
    pub cost: AffineNumber<S>,
    /// What is positive definite.
    pub matrices: Vec<AffineMatrix<S>>,
    /// What is positive.
    pub numbers: Vec<AffineNumber<S>>,
}

/// A point near the central path.
#[derive(Clone, Debug)]
pub struct Stage<S> {
    /// The point.
    pub y: Vec<S>,
    /// t: the cost is within degree/t of the optimum.
    pub sharpness: S,
}

/// What the search for an interior point ends with.
#[derive(Clone, Debug)]
pub enum Start<S> {
    /// A strictly feasible point.
    Interior(Vec<S>),
    /// None was found: the last point, whose last coordinate is what every matrix and number lacks.
    Boundary(Stage<S>),
}

/// First and second derivatives of the barrier at a point.
struct Local<S> {
    gradient: Vec<S>,
    hessian: Factors<S>,
}

const NEWTON_STEPS: usize = 200;

impl<S: Scalar> AffineNumber<S> {
    /// The value at a point.
    pub fn at(&self, y: &[S]) -> S {
        self.slopes.iter().zip(y).fold(self.constant.clone(), |sum, (a, b)| sum.plus(&a.times(b)))
    }

    fn map<T: Scalar>(&self, convert: &impl Fn(&S) -> T) -> AffineNumber<T> {
        let slopes = self.slopes.iter().map(convert).collect();
        AffineNumber { constant: convert(&self.constant), slopes }
    }
}

impl<S: Scalar> AffineMatrix<S> {
    /// The value at a point.
    pub fn at(&self, y: &[S]) -> Matrix<S> {
        let slopes = self.slopes.iter().zip(y);
        slopes.fold(self.constant.clone(), |sum, (slope, y)| sum.plus_scaled(y, slope))
    }
}

impl<S: Scalar> Semidefinite<S> {
    /// The number of coordinates.
    pub fn dimension(&self) -> usize {
        self.cost.slopes.len()
    }

    /// The parameter of the barrier: rows of matrices, and numbers.
    pub fn degree(&self) -> usize {
        let rows: usize = self.matrices.iter().map(|matrix| matrix.constant.rows()).sum();
        rows + self.numbers.len()
    }

    /// The same in another arithmetic.
    pub fn map<T: Scalar>(&self, convert: impl Fn(&S) -> T) -> Semidefinite<T> {
        let matrix = |a: &AffineMatrix<S>| AffineMatrix {
            constant: a.constant.map(&convert),
            slopes: a.slopes.iter().map(|slope| slope.map(&convert)).collect(),
        };
        Semidefinite {
            cost: self.cost.map(&convert),
            matrices: self.matrices.iter().map(matrix).collect(),
            numbers: self.numbers.iter().map(|number| number.map(&convert)).collect(),
        }
    }

    /// Follows the central path from a strictly feasible point: t is `start`, then multiplied by
    /// `growth`, until it exceeds `end` or the arithmetic gives out.
    pub fn follow(&self, from: Vec<S>, start: &S, growth: &S, end: &S) -> Vec<Stage<S>> {
        let mut stages = Vec::new();
        let (mut y, mut t) = (from, start.clone());
        while t.at_most(end) == Some(true) {
            let Some(centre) = self.centre(y, &t, |_| false) else { break };
            y = self.predicted(&centre, &t, growth).unwrap_or_else(|| centre.clone());
            stages.push(Stage { y: centre, sharpness: t.clone() });
            t = t.times(growth);
        }
        stages
    }

    /// A point of the path, nearer to the exact one: Newton's method converges quadratically here.
    pub fn polished(&self, stage: &Stage<S>) -> Stage<S> {
        let (mut y, mut last) = (stage.y.clone(), f64::INFINITY);
        // What is read off a point is of the size 1/t²; a step squares the decrement.
        let enough = (-2.0 * stage.sharpness.to_f64().log2() - 100.0).exp2();
        while let Some((direction, decrement_sq)) = self.newton(&y, &stage.sharpness) {
            let delta = decrement_sq.to_f64();
            if delta.is_nan() || delta >= last / 4.0 {
                break;
            }
            last = delta;
            y = y.iter().zip(&direction).map(|(y, d)| y.plus(d)).collect();
            if delta <= enough {
                break;
            }
        }
        if !self.contains(&y) {
            y.clone_from(&stage.y);
        }
        Stage { y, sharpness: stage.sharpness.clone() }
    }

    /// Where the path is expected at t·growth: it is nearly linear in 1/t.
    fn predicted(&self, y: &[S], t: &S, growth: &S) -> Option<Vec<S>> {
        let local = self.local(y)?;
        let costs: Vec<S> = self.cost.slopes.iter().map(|c| t.times(c)).collect();
        let tangent = local.hessian.solve(costs)?;
        let mut length = S::one().minus(&S::one().over(growth).ok()?);
        let half = S::from_rational(&Rational::ratio(1, 2));
        for _ in 0..4 {
            let steps = y.iter().zip(&tangent);
            let next: Vec<S> = steps.map(|(y, d)| y.minus(&length.times(d))).collect();
            if self.contains(&next) {
                return Some(next);
            }
            length = length.times(&half);
        }
        None
    }

    /// Looks for a strictly feasible point at which the cost is below `cap`.
    pub fn interior(&self, cap: &S, growth: &S, end: &S) -> Start<S> {
        let wider = self.relaxed(cap);
        // Gershgorin: more than the sum of all entries makes every matrix definite.
        let size = |matrix: &Matrix<S>| {
            matrix.entries().iter().fold(S::zero(), |sum, entry| sum.plus(&magnitude(entry)))
        };
        let mut lacking = S::one();
        for matrix in &self.matrices {
            lacking = lacking.plus(&size(&matrix.constant));
        }
        for number in wider.numbers.iter() {
            lacking = lacking.plus(&magnitude(&number.constant));
        }
        let mut y = vec![S::zero(); self.dimension()];
        y.push(lacking);
        let inside = |y: &[S]| y.last().is_some_and(|last| is_negative(last));
        let mut t = S::one();
        let mut last = Stage { y: y.clone(), sharpness: t.clone() };
        while t.at_most(end) == Some(true) {
            let Some(centre) = wider.centre(y.clone(), &t, inside) else { break };
            last = Stage { y: centre.clone(), sharpness: t.clone() };
            if inside(&centre) {
                let mut point = centre;
                point.pop();
                return Start::Interior(point);
            }
            y = centre;
            t = t.times(growth);
        }
        Start::Boundary(last)
    }

    /// The program with one more coordinate s, which is minimised: everything may lack s.
    fn relaxed(&self, cap: &S) -> Self {
        let dimension = self.dimension();
        let identity =
            |d: usize| Matrix::from_fn(d, d, |i, j| if i == j { S::one() } else { S::zero() });
        let matrices = self.matrices.iter().map(|matrix| {
            let mut wider = matrix.clone();
            wider.slopes.push(identity(matrix.constant.rows()));
            wider
        });
        let capped = AffineNumber {
            constant: cap.minus(&self.cost.constant),
            slopes: self.cost.slopes.iter().map(Scalar::negated).collect(),
        };
        let mut numbers: Vec<AffineNumber<S>> = self
            .numbers
            .iter()
            .chain([&capped])
            .map(|number| {
                let mut wider = number.clone();
                wider.slopes.push(S::one());
                wider
            })
            .collect();
        let mut alone = vec![S::zero(); dimension];
        alone.push(S::one());
        numbers.push(AffineNumber { constant: S::one(), slopes: alone.clone() });
        let cost = AffineNumber { constant: S::zero(), slopes: alone };
        Self { cost, matrices: matrices.collect(), numbers }
    }

    /// Newton's method for one t, until the decrement is small or `enough` says so.
    fn centre(&self, mut y: Vec<S>, t: &S, enough: impl Fn(&[S]) -> bool) -> Option<Vec<S>> {
        let full = S::from_rational(&Rational::ratio(1, 16));
        for _ in 0..NEWTON_STEPS {
            let (direction, decrement_sq) = self.newton(&y, t)?;
            // The decrement δ need not be known well: its rounding changes the damping only.
            let delta = decrement_sq.to_f64();
            if !delta.is_finite() {
                return None;
            }
            let near = decrement_sq.at_most(&full)?;
            let length = match near {
                true => S::one(),
                false => S::from_rational(&Rational::from_f64(1.0 / (1.0 + delta.sqrt()))?),
            };
            for (entry, step) in y.iter_mut().zip(&direction) {
                *entry = entry.plus(&length.times(step));
            }
            if enough(&y) {
                return Some(y);
            }
            // One full step from δ² = 1/256 on leaves δ below 1/100.
            if delta < 1.0 / 256.0 {
                return self.newton(&y, t).map(|_| y);
            }
        }
        None
    }

    /// The Newton direction and the squared decrement; `None` outside the domain.
    fn newton(&self, y: &[S], t: &S) -> Option<(Vec<S>, S)> {
        let local = self.local(y)?;
        let costs = self.cost.slopes.iter().zip(&local.gradient);
        let gradient: Vec<S> = costs.map(|(c, g)| t.times(c).plus(g)).collect();
        let solved = local.hessian.solve(gradient.clone())?;
        let decrement_sq = crate::linear::dot(&solved, &gradient);
        Some((solved.iter().map(Scalar::negated).collect(), decrement_sq))
    }

    /// Whether everything is positive definite at a point.
    fn contains(&self, y: &[S]) -> bool {
        self.numbers.iter().all(|number| is_positive(&number.at(y)))
            && self.matrices.iter().all(|matrix| Factors::of(&matrix.at(y)).is_some())
    }

    /// The barrier's derivatives; `None` outside the domain.
    fn local(&self, y: &[S]) -> Option<Local<S>> {
        let dimension = self.dimension();
        let mut gradient = vec![S::zero(); dimension];
        let mut hessian: Matrix<S> = Matrix::zeros(dimension, dimension);
        for number in &self.numbers {
            let value = number.at(y);
            if !is_positive(&value) {
                return None;
            }
            let scaled: Vec<S> =
                number.slopes.iter().map(|a| a.over(&value).ok()).collect::<Option<_>>()?;
            for k in 0..dimension {
                if scaled[k] == S::zero() {
                    continue;
                }
                gradient[k] = gradient[k].minus(&scaled[k]);
                for l in 0..=k {
                    hessian[(k, l)] = hessian[(k, l)].plus(&scaled[k].times(&scaled[l]));
                }
            }
        }
        for matrix in &self.matrices {
            let inverse = inverse(&matrix.at(y))?;
            // A constraint is about few vectors: the columns of all others stay zero.
            let columns: Vec<Vec<usize>> = matrix.slopes.iter().map(used_columns).collect();
            let moved: Vec<Matrix<S>> = matrix
                .slopes
                .iter()
                .zip(&columns)
                .map(|(slope, columns)| product_in(&inverse, slope, columns))
                .collect();
            for k in 0..dimension {
                gradient[k] = gradient[k].minus(&moved[k].trace());
                for l in 0..=k {
                    let mut trace = S::zero();
                    for &i in &columns[l] {
                        for &j in &columns[k] {
                            trace = trace.plus(&moved[k][(i, j)].times(&moved[l][(j, i)]));
                        }
                    }
                    hessian[(k, l)] = hessian[(k, l)].plus(&trace);
                }
            }
        }
        for k in 0..dimension {
            for l in 0..k {
                hessian[(l, k)] = hessian[(k, l)].clone();
            }
        }
        Some(Local { gradient, hessian: Factors::of(&hessian)? })
    }
}

/// The columns of a symmetric matrix that are not zero.
fn used_columns<S: Scalar>(matrix: &Matrix<S>) -> Vec<usize> {
    let zero = S::zero();
    (0..matrix.rows()).filter(|&j| matrix.row(j).iter().any(|entry| *entry != zero)).collect()
}

/// The product with a symmetric matrix that is zero outside these rows and columns.
fn product_in<S: Scalar>(left: &Matrix<S>, right: &Matrix<S>, columns: &[usize]) -> Matrix<S> {
    let mut product = Matrix::zeros(left.rows(), right.columns());
    for i in 0..left.rows() {
        for &j in columns {
            let terms = columns.iter().map(|&k| left[(i, k)].times(&right[(k, j)]));
            product[(i, j)] = terms.fold(S::zero(), |sum, term| sum.plus(&term));
        }
    }
    product
}

/// L D Lᵀ of a positive definite matrix: L has ones on its diagonal.
struct Factors<S> {
    lower: Matrix<S>,
    pivots: Vec<S>,
}

impl<S: Scalar> Factors<S> {
    /// `None` if the matrix is not positive definite, in this arithmetic.
    fn of(matrix: &Matrix<S>) -> Option<Self> {
        let d = matrix.rows();
        let mut lower = matrix.clone();
        let mut pivots: Vec<S> = Vec::with_capacity(d);
        for k in 0..d {
            let scaled: Vec<S> = (0..k).map(|m| lower[(k, m)].times(&pivots[m])).collect();
            let mut pivot = lower[(k, k)].clone();
            for (m, scaled) in scaled.iter().enumerate() {
                pivot = pivot.minus(&lower[(k, m)].times(scaled));
            }
            if !is_positive(&pivot) {
                return None;
            }
            for i in k + 1..d {
                let mut entry = lower[(i, k)].clone();
                for (m, scaled) in scaled.iter().enumerate() {
                    entry = entry.minus(&lower[(i, m)].times(scaled));
                }
                lower[(i, k)] = entry.over(&pivot).ok()?;
            }
            pivots.push(pivot);
        }
        Some(Self { lower, pivots })
    }

    /// The x with L D Lᵀx = b.
    fn solve(&self, b: Vec<S>) -> Option<Vec<S>> {
        let (d, mut x) = (b.len(), b);
        for i in 0..d {
            for m in 0..i {
                x[i] = x[i].minus(&self.lower[(i, m)].times(&x[m]));
            }
        }
        for (x, pivot) in x.iter_mut().zip(&self.pivots) {
            *x = x.over(pivot).ok()?;
        }
        for i in (0..d).rev() {
            for m in i + 1..d {
                x[i] = x[i].minus(&self.lower[(m, i)].times(&x[m]));
            }
        }
        Some(x)
    }
}

/// The inverse of a positive definite matrix; `None` if it is not, in this arithmetic.
pub fn inverse<S: Scalar>(matrix: &Matrix<S>) -> Option<Matrix<S>> {
    let (d, factors) = (matrix.rows(), Factors::of(matrix)?);
    let mut result = Matrix::zeros(d, d);
    for j in 0..d {
        let mut unit = vec![S::zero(); d];
        unit[j] = S::one();
        for (i, entry) in factors.solve(unit)?.into_iter().enumerate() {
            result[(i, j)] = entry;
        }
    }
    Some(result)
}

fn magnitude<S: Scalar>(value: &S) -> S {
    if is_negative(value) { value.negated() } else { value.clone() }
}

fn is_positive<S: Scalar>(value: &S) -> bool {
    value.compare(&S::zero()) == Some(std::cmp::Ordering::Greater)
}

fn is_negative<S: Scalar>(value: &S) -> bool {
    value.compare(&S::zero()) == Some(std::cmp::Ordering::Less)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minimise y where [[1, y], [y, 1]] and y + 2 are positive: the optimum is −1.
    fn example<S: Scalar>() -> Semidefinite<S> {
        let q = |v: i64| S::from_rational(&Rational::integer(v));
        Semidefinite {
            cost: AffineNumber { constant: q(0), slopes: vec![q(1)] },
            matrices: vec![AffineMatrix {
                constant: Matrix::from_fn(2, 2, |i, j| q(i64::from(i == j))),
                slopes: vec![Matrix::from_fn(2, 2, |i, j| q(i64::from(i != j)))],
            }],
            numbers: vec![AffineNumber { constant: q(2), slopes: vec![q(1)] }],
        }
    }

    #[test]
    fn the_path_ends_at_the_optimum_in_both_arithmetics() {
        let float = example::<f64>();
        let Start::Interior(from) = float.interior(&10.0, &8.0, &1e9) else { panic!("no start") };
        let last = float.follow(from, &1.0, &8.0, &1e10).pop().unwrap();
        assert!((last.y[0] + 1.0).abs() < 1e-9, "{last:?}");
        let q = |text: &str| crate::scalar::Multi::from_rational(&text.parse().unwrap());
        let multi = example();
        let from = last.y.iter().map(|y| q(&y.to_string())).collect();
        let last = multi.follow(from, &q("1e6"), &q("64"), &q("1e60")).pop().unwrap();
        let off = last.y[0].to_rational().plus(&Rational::ONE);
        assert!(off.is_positive() && off < "1e-57".parse().unwrap(), "{off}");
    }

    #[test]
    fn a_program_without_interior_has_no_start() {
        let mut closed = example::<f64>();
        closed.numbers.push(AffineNumber { constant: -1.0, slopes: vec![-1.0] });
        assert!(matches!(closed.interior(&10.0, &8.0, &1e9), Start::Boundary(_)));
    }
}
