//! The file form of problems that are not quadratic: `"model": {"logistic": {"a": ..., "y": ...}}`.

use super::instance::{VectorForm, expect, vectors};
use super::network::{Activation, Loss, Network};
use super::{FiniteSum, InstanceError, LinearModel, Link, Waves};
use crate::linear::add;
use crate::scalar::Rational;
use serde::{Deserialize, Serialize};

/// One of the families beyond quadratics.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ModelForm {
    Logistic(RegressionForm),
    Softmax(RegressionForm),
    Poisson(RegressionForm),
    Waves(WavesForm),
    Network(NetworkForm),
}

/// Features, labels (one number a sample, or one vector for softmax) and the ridge.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegressionForm {
    a: Vec<VectorForm>,
    y: Vec<VectorForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ridge: Option<Rational>,
}

/// The fields of [`Waves`]; the noise is zero where it is left out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WavesForm {
    rows: Vec<VectorForm>,
    x_star: VectorForm,
    bends: Vec<Rational>,
    weights: Vec<VectorForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    z: Option<Vec<VectorForm>>,
}

/// The fields of [`Network`]; the activation is the identity where it is left out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkForm {
    widths: Vec<usize>,
    #[serde(default)]
    activation: Activation,
    loss: Loss,
    a: Vec<VectorForm>,
    y: Vec<VectorForm>,
}

impl ModelForm {
    /// The problem, its shape and signs checked.
    pub(super) fn parse(self) -> Result<FiniteSum<Rational>, InstanceError> {
        match self {
            Self::Logistic(form) => form.parse(Link::Logistic),
            Self::Softmax(form) => form.parse(Link::Softmax),
            Self::Poisson(form) => form.parse(Link::Poisson),
            Self::Waves(form) => form.parse(),
            Self::Network(form) => form.parse(),
        }
    }

    /// The form of a problem; `None` for quadratics, which have forms of their own.
    pub(super) fn of(problem: &FiniteSum<Rational>) -> Option<Self> {
        match problem {
            FiniteSum::Quadratic { .. } | FiniteSum::LeastSquares { .. } => None,
            FiniteSum::LinearModel(model) => {
                let form = RegressionForm {
                    a: entries(&model.features),
                    y: match model.link {
                        Link::Softmax => entries(&model.labels),
                        _ => model.labels.iter().map(|y| VectorForm::One(y[0].clone())).collect(),
                    },
                    ridge: Some(model.ridge.clone()).filter(|ridge| !ridge.is_zero()),
                };
                Some(match model.link {
                    Link::Logistic => Self::Logistic(form),
                    Link::Softmax => Self::Softmax(form),
                    Link::Poisson => Self::Poisson(form),
                })
            }
            FiniteSum::Network(network) => Some(Self::Network(NetworkForm {
                widths: network.widths.clone(),
                activation: network.activation,
                loss: network.loss.clone(),
                a: entries(&network.inputs),
                y: entries(&network.labels),
            })),
            FiniteSum::Waves(waves) => Some(Self::Waves(WavesForm {
                rows: entries(&waves.rows),
                x_star: VectorForm::Entries(waves.center.clone()),
                bends: waves.bends.clone(),
                weights: entries(&waves.weights),
                z: Some(entries(&waves.noise)),
            })),
        }
    }
}

fn entries(vectors: &[Vec<Rational>]) -> Vec<VectorForm> {
    vectors.iter().cloned().map(VectorForm::Entries).collect()
}

/// The length of the first vector.
fn width(forms: &[VectorForm]) -> usize {
    forms.first().cloned().map_or(0, |form| form.entries().len())
}

impl RegressionForm {
    fn parse(self, link: Link) -> Result<FiniteSum<Rational>, InstanceError> {
        let ridge = self.ridge.unwrap_or(Rational::ZERO);
        if ridge.is_negative() {
            return Err(InstanceError::Ridge(ridge));
        }
        let (count, width, outputs) = (self.a.len(), width(&self.a), width(&self.y));
        let features = vectors("a", self.a, count, width)?;
        let outputs = if link == Link::Softmax { outputs } else { 1 };
        let labels = vectors("y", self.y, count, outputs)?;
        Ok(FiniteSum::LinearModel(LinearModel { link, features, labels, ridge }))
    }
}

impl NetworkForm {
    fn parse(self) -> Result<FiniteSum<Rational>, InstanceError> {
        let refuse = |what| Err(InstanceError::Network(what));
        let &[input, .., output] = &self.widths[..] else {
            return refuse("a network has at least two widths");
        };
        if self.widths.contains(&0) {
            return refuse("widths are positive");
        }
        if self.loss.outputs().is_some_and(|outputs| outputs != output) {
            return refuse("the loss is about one output");
        }
        if matches!(&self.loss, Loss::Temperature(temperature) if !temperature.is_positive()) {
            return refuse("the temperature is positive");
        }
        let count = self.a.len();
        Ok(FiniteSum::Network(Network {
            inputs: vectors("a", self.a, count, input)?,
            labels: vectors("y", self.y, count, output)?,
            widths: self.widths,
            activation: self.activation,
            loss: self.loss,
        }))
    }
}

impl WavesForm {
    fn parse(self) -> Result<FiniteSum<Rational>, InstanceError> {
        let center = self.x_star.entries();
        let (d, k, count) = (center.len(), self.rows.len(), self.weights.len());
        let rows = vectors("rows", self.rows, k, d)?;
        expect("bends", self.bends.len(), k)?;
        let weights = vectors("weights", self.weights, count, k)?;
        let noise = match self.z {
            Some(z) => vectors("z", z, count, d)?,
            None => vec![vec![Rational::ZERO; d]; count],
        };
        let refuse = |what| Err(InstanceError::Waves(what));
        if self.bends.iter().any(Rational::is_negative) {
            return refuse("the bends must not be negative");
        }
        let sum = noise.iter().fold(vec![Rational::ZERO; d], |sum, z| add(&sum, z));
        if !sum.iter().all(Rational::is_zero) {
            return refuse("z must sum to zero over the samples");
        }
        let waves = Waves { rows, center, bends: self.bends, weights, noise };
        if k == 0 || !waves.mean_weights().iter().all(Rational::is_positive) {
            return refuse("there must be a row, and the mean weight of each must be positive");
        }
        Ok(FiniteSum::Waves(waves))
    }
}
