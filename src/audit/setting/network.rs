//! What an instance supplies beyond gradients when its problem is a network.

use super::Setting;
use crate::claim::vocabulary::Quantity;
use crate::expectation::MomentArithmetic;
use crate::linear::norm_sq;
use crate::problem::FiniteSum;
use crate::problem::network::{
    DeepLinear, Loss, Network, largest_eigenvalue, range, temperature_error,
};
use crate::scalar::{Rational, Scalar, Undefined};

impl<S: MomentArithmetic> Setting<'_, S> {
    fn network(&self) -> Result<&Network<S>, Undefined> {
        match &self.problem {
            FiniteSum::Network(network) => Ok(network),
            _ => Err(Undefined::Missing("the problem is not a network".into())),
        }
    }

    /// The constants of a step of a deep linear network, in rationals.
    pub(super) fn deep_linear(&self) -> Result<&DeepLinear, Undefined> {
        let constants = self.deep_linear.get_or_init(|| {
            let FiniteSum::Network(network) = &self.instance.problem else {
                return Err(Undefined::Missing("the problem is not a network".into()));
            };
            let teacher = self.instance.control.teacher();
            let none = || Undefined::Missing("the control variate has no teacher".into());
            let parameters = &self.instance.parameters;
            let point = &self.instance.point;
            let (lambda, gamma) = (&parameters.lambda, &parameters.gamma);
            DeepLinear::compute(network, point, teacher.ok_or_else(none)?, lambda, gamma)
        });
        constants.as_ref().map_err(Clone::clone)
    }

    /// A fixed scalar of a network.
    pub(super) fn network_scalar(
        &self,
        quantity: Quantity,
        arguments: &[S],
    ) -> Result<S, Undefined> {
        if quantity == Quantity::Temperature {
            return match &self.network()?.loss {
                Loss::Temperature(temperature) => Ok(S::from_rational(temperature)),
                _ => Err(Undefined::Missing("the loss has no temperature".into())),
            };
        }
        let constants = self.deep_linear()?;
        let value = match (quantity, arguments) {
            (Quantity::NoiseOuter, [lambda]) => return Ok(constants.noise_at(lambda)),
            (Quantity::SMinSq, _) => &constants.s_min_sq,
            (Quantity::SMaxSq, _) => &constants.s_max_sq,
            (Quantity::LSegment, _) => &constants.l_smooth,
            (Quantity::MuOuter, _) => &constants.outer.mu,
            (Quantity::LExpOuter, _) => &constants.outer.l_exp,
            (Quantity::BiasOuter, _) => &constants.bias_sq,
            _ => {
                let name = quantity.entry().name;
                return Err(Undefined::Missing(format!("{name} is not a scalar")));
            }
        };
        Ok(S::from_rational(value))
    }

    /// A scalar of one sample of a network.
    pub(super) fn network_sample_scalar(
        &self,
        quantity: Quantity,
        n: usize,
    ) -> Result<S, Undefined> {
        let (network, x, teacher) = (self.network()?, &self.point, self.teacher()?);
        let outputs = |at: &[S]| network.outputs_at(n, at, S::clone);
        match quantity {
            Quantity::ResidualSq => Ok(norm_sq(&network.teacher_residual(n, teacher)?)),
            Quantity::OutputRange => Ok(range(&outputs(x)?)),
            Quantity::OutputRangeTeacher => Ok(range(&outputs(teacher)?)),
            Quantity::TemperedGap => {
                let Loss::Temperature(temperature) = &network.loss else {
                    return Err(Undefined::Missing("the loss has no temperature".into()));
                };
                let error = temperature_error(&outputs(x)?, &outputs(teacher)?, temperature)?;
                Ok(error
                    .iter()
                    .fold(S::zero(), |most, part| most.greatest(part).greatest(&part.negated())))
            }
            Quantity::JacobianGapSq => {
                let gram = network.jacobian_gap_gram(n, x, teacher)?;
                if gram.rows() == 1 {
                    return Ok(gram[(0, 0)].clone());
                }
                // The largest eigenvalue between certified bounds, where the entries are rational.
                let FiniteSum::Network(exact) = &self.instance.problem else {
                    return Err(Undefined::Missing("the problem is not a network".into()));
                };
                if S::EXACT {
                    return Err(Undefined::Irrational("an eigenvalue"));
                }
                let none = || Undefined::Missing("the control variate has no teacher".into());
                let taught = self.instance.control.teacher().ok_or_else(none)?;
                let gram = exact.jacobian_gap_gram(n, &self.instance.point, taught)?;
                let [lower, upper] = largest_eigenvalue(&gram);
                let half = Rational::ratio(1, 2);
                let center = lower.plus(&upper).times(&half);
                S::around(&center, &upper.minus(&lower).times(&half))
            }
            _ => Err(Undefined::Missing(format!(
                "{} is not a quantity of each sample",
                quantity.entry().name
            ))),
        }
    }

    /// A vector of one sample of a network.
    pub(super) fn network_vector(&self, quantity: Quantity, n: usize) -> Result<Vec<S>, Undefined> {
        match quantity {
            Quantity::EndGrad => self.network()?.pulled_gradient(n, &self.point, &self.point),
            Quantity::EndGradTeacher => {
                self.network()?.pulled_gradient(n, &self.point, self.teacher()?)
            }
            Quantity::JacobianError => {
                self.network()?.jacobian_error(n, &self.point, self.teacher()?)
            }
            _ => Err(Undefined::Missing(format!(
                "{} is not a quantity of each sample",
                quantity.entry().name
            ))),
        }
    }
}
