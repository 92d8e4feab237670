//! Which distillation weight for these data and this teacher, and whether it is worth it.
//!
//! The question of a practitioner, answered with the theorems: the noise of the student's gradient at
//! the optimum, what the teacher shares of it, the weight that leaves least, and how much remains. For
//! least squares the answer is exact (theorem-5 and theorem-7); elsewhere it is theorem-1's, which
//! minimises a bound, beside theorem-4's for a teacher whose mean gradient is removed.
//!
//! | file | what it is |
//! |---|---|
//! | `table` | CSV, LIBSVM and NumPy files |
//! | `idx` | IDX files |
//! | `model` | losses and gradients over all rows |
//! | `sweep` | one pass over rows, with vector instructions |
//! | `arithmetic` | floats and intervals |
//! | `optimum` | the minimiser, and how far it may be off |
//! | `teacher` | parameters, soft labels, or a fit |
//! | `noise` | σ*², V, B and C, enclosed or in floats |
//! | `stationary` | least squares: the stationary error as a quadratic in the weight |
//! | `advice` | the answer |

pub mod advice;
mod arithmetic;
pub mod idx;
pub mod model;
mod noise;
pub mod optimum;
pub mod stationary;
mod sweep;
pub mod table;
pub mod teacher;

pub use arithmetic::Arithmetic;
pub use noise::Noise;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WeightError {
    /// A classification loss without a ridge.
    #[error(
        "rejected: without a ridge the loss may have no minimiser (it has none where the classes are separable), and then there is no best weight: give --ridge"
    )]
    NoRidge,
    /// Least squares with dependent features and no ridge.
    #[error(
        "rejected: the features are linearly dependent, so least squares has no unique minimiser: give --ridge, or leave columns out"
    )]
    Dependent,
    /// The optimiser did not arrive.
    #[error("the minimiser was not found: {why}")]
    NotFound {
        /// Why.
        why: String,
    },
    /// A teacher of the wrong shape.
    #[error("{what}: got {}x{}, expected {}x{}", found.0, found.1, expected.0, expected.1)]
    TeacherShape {
        /// What stands in rows and columns.
        what: &'static str,
        /// Rows and columns.
        found: (usize, usize),
        /// What fits.
        expected: (usize, usize),
    },
    /// Soft labels say nothing about the ridge at the teacher.
    #[error(
        "soft labels have no parameters, so the ridge cannot be in the teacher's gradient: leave out --ridge-convention both"
    )]
    NoParameters,
    /// A fraction outside (0, 1].
    #[error("the fraction of rows must be above 0 and at most 1, found {0}")]
    Fraction(f64),
    /// A step size that is not positive.
    #[error("the step size must be positive and finite, found {0}")]
    StepSize(f64),
    /// A ridge that is negative.
    #[error("the ridge must not be negative, found {0}")]
    Ridge(f64),
    /// τ is not in 1..=N.
    #[error("the batch size must be between 1 and the number of rows {rows}, found {batch}")]
    Batch {
        /// τ.
        batch: usize,
        /// N.
        rows: usize,
    },
    /// The label does not suit the model.
    #[error("{0}")]
    Label(String),
    /// A value is beyond what an arithmetic can hold.
    #[error("a value is undefined: {0}")]
    Undefined(String),
    /// The file.
    #[error(transparent)]
    Table(#[from] table::TableError),
}
