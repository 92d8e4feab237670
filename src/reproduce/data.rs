//! Data sets as problems: the embedded three, or a file of the user.

use super::ReproduceError;
use crate::problem::{ConstantColumns, Dataset, DatasetOptions, Scale};
use crate::scalar::{Rational, Scalar};
use crate::weight::model::{Model, Problem};
use nalgebra::DMatrix;

/// What is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Half the squared residual of a number.
    LeastSquares,
    /// Two classes.
    Logistic,
    /// Any number of classes.
    Softmax,
}

/// Where the data come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The sets that are compiled in: digits, breast cancer and diabetes.
    Embedded,
    /// A table of the user.
    File {
        /// Its name.
        name: String,
        /// The table, scaled.
        dataset: Dataset,
        /// What is fitted.
        loss: Loss,
        /// The ridge where noise dominates; 10⁻³ times the mean squared norm of a row without one,
        /// and 0 for least squares.
        ridge: Option<f64>,
    },
}

/// A data set with what is fitted to it.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub name: String,
    pub dataset: Dataset,
    pub loss: Loss,
}

/// Handwritten digits with pixels in [0, 1] and an intercept.
pub(super) fn digits() -> Result<Named, ReproduceError> {
    let text = include_bytes!("../../data/digits.csv");
    embedded("digits", text, "label", Scale::Max, Loss::Softmax)
}

/// Breast cancer with standardised features and an intercept.
pub(super) fn breast_cancer() -> Result<Named, ReproduceError> {
    let text = include_bytes!("../../data/breast_cancer.csv");
    embedded("breast-cancer", text, "label", Scale::Standard, Loss::Logistic)
}

/// Diabetes, standardised and centred.
pub(super) fn diabetes() -> Named {
    Named { name: "diabetes".into(), dataset: Dataset::diabetes(), loss: Loss::LeastSquares }
}

fn embedded(
    name: &str,
    text: &[u8],
    target: &str,
    scale: Scale,
    loss: Loss,
) -> Result<Named, ReproduceError> {
    let name = name.to_owned();
    let options = loss.reading(target.to_owned(), scale);
    let dataset = Dataset::parse(text, &options)
        .map_err(|source| ReproduceError::Data { name: name.clone(), source })?;
    Ok(Named { name, dataset, loss })
}

impl Loss {
    /// How a table is read: classes have an intercept, numbers are centred instead.
    pub fn reading(self, target: String, scale: Scale) -> DatasetOptions {
        let is_number = self == Self::LeastSquares;
        DatasetOptions {
            target,
            scale,
            constant_columns: ConstantColumns::Drop,
            intercept: !is_number,
            center_target: is_number,
        }
    }
}

impl Named {
    /// The problem in floats, without a ridge.
    pub fn problem(&self) -> Result<Problem, ReproduceError> {
        let Dataset { features, target, .. } = &self.dataset;
        let (rows, d) = (features.len(), features.first().map_or(0, Vec::len));
        let features = DMatrix::from_fn(d, rows, |i, n| features[n][i].to_f64());
        let mut classes: Vec<&Rational> = target.iter().collect();
        classes.sort();
        classes.dedup();
        let fault = |cause: String| ReproduceError::Target { name: self.name.clone(), cause };
        let place = |n: usize| classes.partition_point(|class| *class < &target[n]);
        let (model, labels) = match (self.loss, classes.len()) {
            (Loss::LeastSquares, _) => {
                (Model::Linear, DMatrix::from_fn(1, rows, |_, n| target[n].to_f64()))
            }
            (Loss::Logistic, 2) => {
                (Model::Logistic, DMatrix::from_fn(1, rows, |_, n| place(n) as f64))
            }
            (Loss::Logistic, k) => {
                return Err(fault(format!(
                    "a logistic model needs two classes, and there are {k}"
                )));
            }
            (Loss::Softmax, classes @ 2..=1000) => {
                let one = |k: usize, n: usize| f64::from(u8::from(place(n) == k));
                (Model::Softmax { classes }, DMatrix::from_fn(classes, rows, one))
            }
            (Loss::Softmax, k) => {
                return Err(fault(format!(
                    "a softmax model needs 2 to 1000 classes, and there are {k}"
                )));
            }
        };
        Ok(Problem { model, features, labels, ridge: 0.0 })
    }
}
