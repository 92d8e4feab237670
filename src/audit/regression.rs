//! Logistic and softmax regression on a data set, as one large instance.

use super::data::{DataError, DataOptions, DataProblem, ROUNDING, penalty, recommended_weight};
use crate::problem::{
    AssertedConstants, Constants, ControlVariate, Dataset, FiniteSum, Instance, LinearModel, Link,
    Parameters, Sampling, default_eta, estimate_minimiser,
};
use crate::scalar::{Rational, Scalar};

impl DataProblem {
    /// Builds the instance: the target's values are the classes, in increasing order; the teacher is
    /// the minimiser on the first half of the rows, x⁰ = 0, and the weight is theorem-1's. The
    /// horizon is one step, because longer paths are too many.
    ///
    /// # Errors
    /// If there is no ridge, the target has the wrong number of values, or an option is out of
    /// range.
    pub fn classification(
        name: &str,
        dataset: Dataset,
        options: &DataOptions,
        link: Link,
    ) -> Result<Self, DataError> {
        let Dataset { features, target, mut notes, .. } = dataset;
        if !options.ridge.is_positive() {
            return Err(DataError::NoRidge);
        }
        let mut classes = target.clone();
        classes.sort();
        classes.dedup();
        let labels = match link {
            Link::Logistic if classes.len() == 2 => target
                .iter()
                .map(|y| vec![Rational::count(usize::from(*y == classes[1]))])
                .collect(),
            Link::Softmax if (2..=MAX_CLASSES).contains(&classes.len()) => {
                let mark = |y: &Rational, class| Rational::count(usize::from(y == class));
                target.iter().map(|y| classes.iter().map(|c| mark(y, c)).collect()).collect()
            }
            _ => return Err(DataError::Classes { link: link.name(), found: classes.len() }),
        };
        let rows = features.len();
        let batch = options.batch;
        let sampling = Sampling::new(rows, batch).ok_or(DataError::Batch { batch, rows })?;
        let model = LinearModel { link, features, labels, ridge: options.ridge.clone() };
        let d = model.dimension();
        let half = rows.div_ceil(2);
        let part = LinearModel {
            features: model.features[..half].to_vec(),
            labels: model.labels[..half].to_vec(),
            ..model.clone()
        };
        let part = FiniteSum::LinearModel(part).map(Scalar::to_f64);
        let teacher = estimate_minimiser(&part, &vec![0.0; d]).unwrap_or(vec![0.0; d]);
        let short = |v: &f64| Some(Rational::from_f64(*v)?.round_to_dyadic(ROUNDING));
        let parameters = teacher.iter().map(short).collect::<Option<Vec<_>>>();
        let parameters = parameters.ok_or(DataError::NoTeacher(half))?;
        let problem = FiniteSum::LinearModel(model);
        let constants =
            Constants::compute(&problem, sampling).map_err(|_| DataError::NoMinimiser)?;
        let largest = constants.l_exp.times(&Rational::integer(8)).reciprocal();
        let gamma = options.gamma.clone().or(largest).ok_or(DataError::NoMinimiser)?;
        if !gamma.is_positive() {
            return Err(DataError::StepSize(gamma));
        }
        let horizon = options.steps.unwrap_or(1);
        notes.push(format!(
            "{} regression, {} classes; the horizon is {horizon}",
            link.name(),
            classes.len()
        ));
        let rate = gamma.times(&constants.mu);
        let mut instance = Instance {
            problem,
            control: ControlVariate::Teacher { parameters, ridge: options.ridge_convention },
            sampling,
            point: vec![Rational::ZERO; d],
            parameters: Parameters {
                omega: Rational::ZERO,
                delta: Rational::ONE,
                gamma_2: gamma.plus(&gamma),
                gamma,
                lambda: Rational::ZERO,
                kappa: penalty(&rate),
                a: Rational::ONE,
                eta: default_eta(),
                horizon,
            },
            asserted: AssertedConstants::default(),
            algorithm: crate::problem::Algorithm::default(),
        };
        match recommended_weight(&instance, &constants) {
            Some(weight) => instance.parameters.lambda = weight,
            None => notes.push("theorem-1 recommends no weight here; 0 is used".to_owned()),
        }
        Ok(Self { name: name.to_owned(), notes, instance, constants })
    }
}

/// Beyond this a target is taken for a number and not for a class.
const MAX_CLASSES: usize = 20;
