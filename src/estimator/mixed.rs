//! Distillation in the form in which it is implemented: the gradient of the loss on mixed labels.

use super::{GradientEstimator, Oracle, batch_mean};
use crate::linear::Linear;
use crate::problem::{ControlVariate, mixed_label_gradient};
use crate::scalar::Undefined;

/// The gradient of the loss whose labels are (1 − λ) of the data's and λ of the teacher's, by
/// automatic differentiation. proposition-1 says that it is [`Kd`](super::Kd) with the teacher's
/// gradients as control variate, which the oracle must have.
#[derive(Clone, Debug)]
pub struct MixedLabelKd<'a, S> {
    /// λ.
    pub lambda: S,
    /// θ.
    pub teacher: &'a ControlVariate<S>,
}

impl<S: Linear> GradientEstimator<S> for MixedLabelKd<'_, S> {
    fn estimate(
        &self,
        oracle: &Oracle<'_, S>,
        x: &[S],
        batch: &[usize],
    ) -> Result<Vec<S>, Undefined> {
        batch_mean(oracle.dimension(), batch, |n| {
            mixed_label_gradient(oracle.problem, self.teacher, n, x, &self.lambda)
        })
    }

    fn corrections(&self, oracle: &Oracle<'_, S>) -> Vec<Vec<S>> {
        (0..oracle.samples()).map(|n| oracle.control(n).to_vec()).collect()
    }
}
