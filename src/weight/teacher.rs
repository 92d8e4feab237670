//! Where a teacher comes from. By proposition-1 only its responses matter.

use super::WeightError;
use super::model::Problem;
use super::optimum::minimise;
use super::table::Numbers;
use nalgebra::DMatrix;

/// A teacher for a problem.
#[derive(Clone, Debug)]
pub enum Teacher {
    /// θ, K×d: a linear teacher.
    Parameters(DMatrix<f64>),
    /// A'(z_θ) for every sample, K×N: soft labels of any teacher.
    Responses(DMatrix<f64>),
}

impl Teacher {
    /// θ from a file: K rows of d numbers, or one row of K·d.
    ///
    /// # Errors
    /// If it has another shape.
    pub fn parameters(
        problem: &Problem,
        (rows, columns, entries): Numbers,
    ) -> Result<Self, WeightError> {
        let (k, d) = (problem.outputs(), problem.dimension());
        // A vector may stand as a row or as a column.
        let fits = (rows, columns) == (k, d) || (rows.min(columns) == 1 && entries.len() == k * d);
        if !fits {
            return Err(WeightError::TeacherShape {
                what: "teacher parameters, an output a row and a feature a column",
                found: (rows, columns),
                expected: (k, d),
            });
        }
        Ok(Self::Parameters(DMatrix::from_row_slice(k, d, &entries)))
    }

    /// Soft labels from a file: N rows of K numbers; of a single column for a binary model.
    ///
    /// # Errors
    /// If it has another shape.
    pub fn soft_labels(
        problem: &Problem,
        (rows, columns, entries): Numbers,
    ) -> Result<Self, WeightError> {
        let (k, n) = (problem.outputs(), problem.samples());
        let fits = (rows, columns) == (n, k) || (k == 1 && rows == 1 && columns == n);
        if !fits {
            return Err(WeightError::TeacherShape {
                what: "soft labels, a sample a row and an output a column",
                found: (rows, columns),
                expected: (n, k),
            });
        }
        Ok(Self::Responses(DMatrix::from_column_slice(k, n, &entries)))
    }

    /// The minimiser of the same model on the first part of the rows.
    ///
    /// # Errors
    /// If the fraction is not in (0, 1], or that part has no minimiser.
    pub fn subset(problem: &Problem, fraction: f64) -> Result<Self, WeightError> {
        if !(fraction > 0.0 && fraction <= 1.0) {
            return Err(WeightError::Fraction(fraction));
        }
        let rows =
            ((problem.samples() as f64 * fraction).ceil() as usize).clamp(1, problem.samples());
        let part = Problem {
            features: problem.features.columns(0, rows).into_owned(),
            labels: problem.labels.columns(0, rows).into_owned(),
            model: problem.model,
            ridge: problem.ridge,
        };
        Ok(Self::Parameters(minimise(&part)?.point))
    }

    /// θ after some passes of SGD from 0 with single samples in a shuffled order, at 1/(2 max L_n).
    pub fn sgd(problem: &Problem, epochs: usize, seed: u64) -> Self {
        use rand_chacha::rand_core::{Rng, SeedableRng};
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let gamma = 0.5 / problem.largest_smoothness();
        let mut point = DMatrix::zeros(problem.outputs(), problem.dimension());
        let mut order: Vec<usize> = (0..problem.samples()).collect();
        for _ in 0..epochs {
            for i in (1..order.len()).rev() {
                // The bias of the remainder is below N/2⁶⁴.
                order.swap(i, (rng.next_u64() % (i as u64 + 1)) as usize);
            }
            for &n in &order {
                let a = problem.features.column(n);
                let mut z = &point * a;
                problem.model.respond(z.as_mut_slice());
                z -= problem.labels.column(n);
                point *= 1.0 - gamma * problem.ridge;
                point -= gamma * z * a.transpose();
            }
        }
        Self::Parameters(point)
    }

    /// θ, where there is one.
    pub fn point(&self) -> Option<&DMatrix<f64>> {
        match self {
            Self::Parameters(point) => Some(point),
            Self::Responses(_) => None,
        }
    }

    /// A'(z_θ) for every sample, K×N.
    pub fn responses(&self, problem: &Problem) -> DMatrix<f64> {
        match self {
            Self::Parameters(point) => problem.responses(point),
            Self::Responses(responses) => responses.clone(),
        }
    }
}
