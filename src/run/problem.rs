//! Data of linear models, row by row, and teachers as cached responses.

use super::stepper::Run;
use crate::linear::simd::{Aligned, Real, padded};
use crate::problem::RidgeConvention;

/// Why a run cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// No samples, no features or no classes.
    #[error("{0} must be at least 1")]
    Empty(&'static str),
    /// An array of the wrong length.
    #[error("{what} has {found} entries; {expected} are needed")]
    Length {
        /// The array.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length it must have.
        expected: usize,
    },
    /// A number that is infinite or NaN.
    #[error("{0} has an entry that is not finite")]
    NotFinite(&'static str),
    /// A sample that does not exist.
    #[error("sample {index} does not exist; there are {samples}")]
    Index {
        /// Its number.
        index: u32,
        /// N.
        samples: usize,
    },
    /// A batch size outside 1..=N (without replacement), or 0.
    #[error("a batch of {batch} cannot be drawn from {samples} samples")]
    Batch {
        /// τ.
        batch: usize,
        /// N.
        samples: usize,
    },
    /// Distillation without a teacher.
    #[error("the method needs a teacher")]
    NoTeacher,
    /// A parameter of a method out of its range.
    #[error("{0}")]
    Parameter(&'static str),
    /// A stream that was made for other numbers of samples, or for another batch.
    #[error("the stream is not for batches of {batch} out of {samples} samples")]
    Stream {
        /// τ.
        batch: usize,
        /// N.
        samples: usize,
    },
}

/// The loss of a linear model, A(z) − ⟨y, z⟩ for the K outputs z of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// A(z) = z²/2: half the square of z − y, up to a constant. K = 1.
    LeastSquares,
    /// A(z) = ln(1 + e^z), y in [0, 1]. K = 1.
    Logistic,
    /// A(z) = ln Σ e^{z_k}, y a probability vector.
    Softmax {
        /// K.
        classes: usize,
    },
}

impl Model {
    /// K, the outputs of a sample.
    pub fn outputs(self) -> usize {
        match self {
            Self::LeastSquares | Self::Logistic => 1,
            Self::Softmax { classes } => classes,
        }
    }

    /// Turns outputs z, K a sample, into responses A'(z).
    #[inline(always)]
    pub fn respond<T: Real>(self, outputs: &mut [T]) {
        match self {
            Self::LeastSquares => {}
            Self::Logistic => {
                for z in outputs {
                    *z = T::ONE / (T::ONE + (-*z).exp());
                }
            }
            Self::Softmax { classes } => {
                for z in outputs.chunks_exact_mut(classes) {
                    let largest = z.iter().fold(z[0], |max, &v| if v > max { v } else { max });
                    let mut sum = T::ZERO;
                    for v in z.iter_mut() {
                        *v = (*v - largest).exp();
                        sum = sum + *v;
                    }
                    let scale = T::ONE / sum;
                    for v in z {
                        *v = *v * scale;
                    }
                }
            }
        }
    }
}

/// f = (1/N) Σ [A(Xa_n) − ⟨y_n, Xa_n⟩] + (r/2)‖X‖², with points X of K rows of length d.
#[derive(Clone, Debug)]
pub struct Problem<T: Real> {
    pub(super) model: Model,
    pub(super) samples: usize,
    pub(super) dimension: usize,
    /// Entries of a padded row.
    pub(super) stride: usize,
    /// N padded rows.
    features: Aligned<T>,
    /// N×K.
    pub(super) labels: Vec<T>,
    pub(super) ridge: T,
}

impl<T: Real> Problem<T> {
    /// The padded features of a sample.
    #[inline(always)]
    pub(super) fn row(&self, n: u32) -> &[T] {
        let start = n as usize * self.stride;
        &self.features[start..start + self.stride]
    }
}

impl<T: Run> Problem<T> {
    /// From N×d features and N×K labels, row by row, and the ridge r.
    ///
    /// # Errors
    /// If a length does not fit, or a number is not finite.
    pub fn new(
        model: Model,
        dimension: usize,
        features: &[T],
        labels: &[T],
        ridge: T,
    ) -> Result<Self, RunError> {
        let outputs = model.outputs();
        if dimension == 0 || outputs == 0 || labels.is_empty() {
            let what = if dimension == 0 { "the dimension" } else { "the number of labels" };
            return Err(RunError::Empty(what));
        }
        let samples = labels.len() / outputs;
        expect_length("labels", labels.len(), samples * outputs)?;
        expect_length("features", features.len(), samples * dimension)?;
        expect_finite("features", features)?;
        expect_finite("labels", labels)?;
        expect_finite("ridge", &[ridge])?;
        Ok(Self {
            model,
            samples,
            dimension,
            stride: padded::<T>(dimension),
            features: Aligned::from_rows(dimension, features.chunks_exact(dimension)),
            labels: labels.to_vec(),
            ridge,
        })
    }

    /// The model.
    pub fn model(&self) -> Model {
        self.model
    }

    /// N.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// d, the length of a sample.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// A point of K rows of length d, padded.
    pub(super) fn pad(&self, what: &'static str, point: &[T]) -> Result<Aligned<T>, RunError> {
        let outputs = self.model.outputs();
        expect_length(what, point.len(), outputs * self.dimension)?;
        expect_finite(what, point)?;
        Ok(Aligned::from_rows(self.dimension, point.chunks_exact(self.dimension)))
    }

    /// The responses A'(Xa_n) of all samples at a point of K rows of length d: N×K.
    ///
    /// # Errors
    /// If the point has the wrong length, or is not finite.
    pub fn responses(&self, point: &[T]) -> Result<Vec<T>, RunError> {
        Ok(self.full_pass(&self.pad("the point", point)?).0)
    }

    /// The gradient of f at a point of K rows of length d, ridge included: K×d.
    ///
    /// # Errors
    /// If the point has the wrong length, or is not finite.
    pub fn gradient(&self, point: &[T]) -> Result<Vec<T>, RunError> {
        let (_, mean) = self.full_pass(&self.pad("the point", point)?);
        let data = mean.chunks_exact(self.stride).flat_map(|row| &row[..self.dimension]);
        Ok(data.zip(point).map(|(g, x)| *g + self.ridge * *x).collect())
    }

    /// The responses of all samples at a padded point, and the mean gradient of the data terms.
    pub(super) fn full_pass(&self, point: &[T]) -> (Vec<T>, Aligned<T>) {
        let mut responses = vec![T::ZERO; self.labels.len()];
        let mut mean = Aligned::zeros(self.model.outputs() * self.stride);
        let mut scratch = vec![T::ZERO; 4 * self.model.outputs()];
        T::full_pass(self, point, &mut responses, &mut mean, &mut scratch);
        (responses, mean)
    }
}

/// A teacher, as proposition-1 sees it: one response A'(θa_n) a sample and output, cached apart from
/// the labels so that the weight may change at every step.
#[derive(Clone, Debug)]
pub struct Teacher<T: Real> {
    /// y and A'(θa) − y, N×K: together, since a step needs both.
    pub(super) labels: Vec<[T; 2]>,
    /// θ, padded.
    pub(super) point: Aligned<T>,
    /// The mean gradient of the data terms at θ, padded.
    pub(super) mean: Aligned<T>,
    pub(super) convention: RidgeConvention,
}

impl<T: Run> Teacher<T> {
    /// The linear teacher with parameters θ, K rows of length d.
    ///
    /// # Errors
    /// If θ has the wrong length, or is not finite.
    pub fn new(
        problem: &Problem<T>,
        parameters: &[T],
        convention: RidgeConvention,
    ) -> Result<Self, RunError> {
        let point = problem.pad("the teacher", parameters)?;
        let (responses, mean) = problem.full_pass(&point);
        let labels = problem.labels.iter().zip(responses).map(|(y, r)| [*y, r - *y]).collect();
        Ok(Self { labels, point, mean, convention })
    }
}

fn expect_length(what: &'static str, found: usize, expected: usize) -> Result<(), RunError> {
    if found == expected { Ok(()) } else { Err(RunError::Length { what, found, expected }) }
}

fn expect_finite<T: Real>(what: &'static str, values: &[T]) -> Result<(), RunError> {
    let finite = values.iter().all(|value| value.to_f64().is_finite());
    if finite { Ok(()) } else { Err(RunError::NotFinite(what)) }
}
