//! A linear model on data in floats: outputs, responses, loss and gradient over all rows.

use super::WeightError;
use super::arithmetic::Arithmetic;
use super::sweep;
use crate::scalar::Undefined;
use nalgebra::DMatrix;
use rayon::prelude::*;

/// Rows that one task works on.
const CHUNK: usize = 512;
/// Tasks that sum up a Gram matrix, each in a matrix of its own.
const GRAM_PARTS: usize = 8;

/// The loss of a sample with outputs z is A(z) − ⟨y, z⟩, with K outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// A(z) = z²/2; K = 1.
    Linear,
    /// A(z) = ln(1 + e^z), y in [0, 1]; K = 1.
    Logistic,
    /// A(z) = ln Σ e^{z_k}, y a probability vector.
    Softmax {
        /// K.
        classes: usize,
    },
}

impl Model {
    /// K.
    pub fn outputs(self) -> usize {
        match self {
            Self::Linear | Self::Logistic => 1,
            Self::Softmax { classes } => classes,
        }
    }

    /// A bound on the Hessian of A: f_n is (this·‖a_n‖² + r)-smooth.
    pub fn curvature(self) -> f64 {
        match self {
            Self::Linear => 1.0,
            Self::Logistic => 0.25,
            // λ_max(diag p − ppᵀ) ≤ 1/2 on the simplex.
            Self::Softmax { .. } => 0.5,
        }
    }

    /// Responses A'(z) in place of the outputs z of one sample, and A(z).
    pub(super) fn respond(self, z: &mut [f64]) -> f64 {
        match self {
            Self::Linear => 0.5 * z[0] * z[0],
            Self::Logistic => {
                let value = z[0];
                z[0] = 1.0 / (1.0 + (-value).exp());
                value.max(0.0) + (-value.abs()).exp().ln_1p()
            }
            Self::Softmax { .. } => {
                let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let mut sum = 0.0;
                for v in z.iter_mut() {
                    *v = (*v - largest).exp();
                    sum += *v;
                }
                z.iter_mut().for_each(|v| *v /= sum);
                largest + sum.ln()
            }
        }
    }

    /// A'(z) in any arithmetic.
    ///
    /// # Errors
    /// If an exponential has no value.
    pub fn response<S: Arithmetic>(self, z: &[S]) -> Result<Vec<S>, Undefined> {
        match self {
            Self::Linear => Ok(z.to_vec()),
            Self::Logistic => Ok(vec![z[0].logistic()?]),
            Self::Softmax { .. } => S::softmax(z),
        }
    }
}

/// f(X) = (1/N) Σ [A(Xa_n) − ⟨y_n, Xa_n⟩] + (r/2)‖X‖² for points X of K×d.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The model.
    pub model: Model,
    /// d×N: a column a row of the data.
    pub features: DMatrix<f64>,
    /// K×N.
    pub labels: DMatrix<f64>,
    /// r ≥ 0.
    pub ridge: f64,
}

impl Problem {
    /// N.
    pub fn samples(&self) -> usize {
        self.features.ncols()
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.features.nrows()
    }

    /// K.
    pub fn outputs(&self) -> usize {
        self.model.outputs()
    }

    /// ‖a_n‖² of every sample.
    pub fn square_norms(&self) -> Vec<f64> {
        let parts = self.chunks(|at, size| {
            let rows = self.features.columns(at, size);
            rows.column_iter().map(|a| a.norm_squared()).collect::<Vec<f64>>()
        });
        parts.concat()
    }

    /// (1/N) Σ ‖a_n‖².
    pub fn mean_square(&self) -> f64 {
        self.square_norms().iter().sum::<f64>() / self.samples() as f64
    }

    /// Refuses data whose squares no float holds: constants would be infinite, and no search end.
    ///
    /// # Errors
    /// If a sum of squares overflows.
    pub fn check_squares(&self) -> Result<(), WeightError> {
        if self.mean_square().is_finite() && self.labels.norm_squared().is_finite() {
            return Ok(());
        }
        let cause = "the squares of the data are beyond what floats hold; scale the data";
        Err(WeightError::Undefined(cause.into()))
    }

    /// max L_n, a bound on the smoothness of every sample.
    pub fn largest_smoothness(&self) -> f64 {
        let largest = self.square_norms().into_iter().fold(0.0, f64::max);
        self.model.curvature() * largest + self.ridge
    }

    /// (1/N) Σ a_n a_nᵀ, d×d.
    pub fn gram(&self) -> DMatrix<f64> {
        // A few parts, as each is a whole matrix.
        let size = self.samples().div_ceil(GRAM_PARTS).max(CHUNK);
        let starts: Vec<usize> = (0..self.samples()).step_by(size).collect();
        let part = |at: usize| {
            let rows = self.features.columns(at, size.min(self.samples() - at));
            rows * rows.transpose()
        };
        let parts: Vec<DMatrix<f64>> = starts.into_par_iter().map(part).collect();
        let zero = DMatrix::zeros(self.dimension(), self.dimension());
        parts.into_iter().fold(zero, |sum, part| sum + part) / self.samples() as f64
    }

    /// Xa_n for every sample, K×N.
    pub fn scores(&self, point: &DMatrix<f64>) -> DMatrix<f64> {
        let points = point.transpose();
        let parts = self.chunks(|at, size| sweep::scores(self.rows(at, size), points.as_slice()));
        DMatrix::from_vec(self.outputs(), self.samples(), parts.concat())
    }

    /// A'(Xa_n) for every sample, K×N.
    pub fn responses(&self, point: &DMatrix<f64>) -> DMatrix<f64> {
        let mut scores = self.scores(point);
        for mut column in scores.column_iter_mut() {
            self.model.respond(column.as_mut_slice());
        }
        scores
    }

    /// Σ v_n ⊗ a_n for vectors v_n, K×N; K×d.
    pub fn outer(&self, vectors: &DMatrix<f64>) -> DMatrix<f64> {
        let k = vectors.nrows();
        let parts = self.chunks(|at, size| {
            sweep::outer(self.rows(at, size), &vectors.as_slice()[at * k..(at + size) * k], k)
        });
        self.added(k, parts.iter())
    }

    /// f at a point, K×d.
    pub fn loss(&self, point: &DMatrix<f64>) -> f64 {
        let (k, points) = (self.outputs(), point.transpose());
        let parts = self.chunks(|at, size| {
            let mut scores = sweep::scores(self.rows(at, size), points.as_slice());
            let labels = self.labels.columns(at, size);
            let mut loss = 0.0;
            for (z, labels) in scores.chunks_exact_mut(k).zip(labels.column_iter()) {
                loss -= z.iter().zip(labels.iter()).map(|(z, y)| z * y).sum::<f64>();
                loss += self.model.respond(z);
            }
            loss
        });
        let total: f64 = parts.into_iter().sum();
        total / self.samples() as f64 + 0.5 * self.ridge * point.norm_squared()
    }

    /// f and its gradient at a point, K×d.
    pub fn loss_and_gradient(&self, point: &DMatrix<f64>) -> (f64, DMatrix<f64>) {
        let (k, points) = (self.outputs(), point.transpose());
        let parts = self.chunks(|at, size| {
            let labels = self.labels.columns(at, size);
            let mut loss = 0.0;
            let respond = |first: usize, z: &mut [f64]| {
                for (n, z) in z.chunks_exact_mut(k).enumerate() {
                    let labels = labels.column(first + n);
                    loss -= z.iter().zip(labels.iter()).map(|(z, y)| z * y).sum::<f64>();
                    loss += self.model.respond(z);
                    z.iter_mut().zip(labels.iter()).for_each(|(z, y)| *z -= y);
                }
            };
            let gradient = sweep::gradient(self.rows(at, size), points.as_slice(), respond);
            (loss, gradient)
        });
        // In the order of the rows, so that threads do not change the sum.
        let loss: f64 = parts.iter().map(|(loss, _)| loss).sum();
        let gradient = self.added(k, parts.iter().map(|(_, gradient)| gradient));
        let scale = 1.0 / self.samples() as f64;
        let penalty = 0.5 * self.ridge * point.norm_squared();
        (loss * scale + penalty, gradient * scale + self.ridge * point)
    }

    fn rows(&self, at: usize, size: usize) -> sweep::Rows<'_> {
        let d = self.dimension();
        sweep::Rows { width: d, entries: &self.features.as_slice()[at * d..(at + size) * d] }
    }

    /// The sum of matrices K×d that are stored row by row.
    fn added<'a>(&self, k: usize, parts: impl Iterator<Item = &'a Vec<f64>>) -> DMatrix<f64> {
        let mut sum = vec![0.0; k * self.dimension()];
        for part in parts {
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        DMatrix::from_row_slice(k, self.dimension(), &sum)
    }

    fn chunks<T: Send>(&self, of: impl Fn(usize, usize) -> T + Sync) -> Vec<T> {
        let starts: Vec<usize> = (0..self.samples()).step_by(CHUNK).collect();
        starts.into_par_iter().map(|at| of(at, CHUNK.min(self.samples() - at))).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::scalar::Interval;

    /// Deterministic numbers in [−1, 1].
    pub fn noise(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        }
    }

    pub fn example(model: Model, rows: usize, d: usize) -> Problem {
        let mut draw = noise(7);
        let k = model.outputs();
        let features = DMatrix::from_fn(d, rows, |_, _| draw());
        let labels = match model {
            Model::Softmax { classes } => {
                DMatrix::from_fn(k, rows, |i, n| f64::from(u8::from(i == n % classes)))
            }
            Model::Logistic => DMatrix::from_fn(1, rows, |_, n| f64::from(u8::from(n % 3 == 0))),
            Model::Linear => DMatrix::from_fn(1, rows, |_, _| draw()),
        };
        Problem { model, features, labels, ridge: 0.125 }
    }

    #[test]
    fn gradients_are_those_of_the_loss() {
        for model in [Model::Linear, Model::Logistic, Model::Softmax { classes: 3 }] {
            let problem = example(model, 17, 4);
            let mut draw = noise(3);
            let mut at = || DMatrix::from_fn(problem.outputs(), 4, |_, _| draw());
            let (point, direction) = (at(), at());
            let h = 1e-5;
            let loss = |t: f64| problem.loss_and_gradient(&(&point + t * &direction)).0;
            let slope = (loss(h) - loss(-h)) / (2.0 * h);
            let found = problem.loss_and_gradient(&point).1.dot(&direction);
            assert!((problem.loss(&point) - loss(0.0)).abs() < 1e-14, "{model:?}");
            // The third derivatives are below 1, so the difference errs by at most about h².
            assert!((slope - found).abs() < 1e-9, "{model:?}: {slope} for {found}");
        }
    }

    #[test]
    fn enclosed_responses_hold_the_floats() {
        for model in [Model::Logistic, Model::Softmax { classes: 3 }] {
            let mut z = vec![0.5, -30.0, 2.0];
            z.truncate(model.outputs());
            let points: Vec<Interval> = z.iter().map(|v| Interval::point(*v).unwrap()).collect();
            let enclosed = model.response(&points).unwrap();
            model.respond(&mut z);
            for (value, interval) in z.iter().zip(enclosed) {
                assert!(interval.width() <= 1e-14 && (value - interval.midpoint()).abs() <= 1e-14);
            }
        }
    }
}
