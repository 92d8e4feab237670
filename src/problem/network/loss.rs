//! Losses of one sample, as functions of the model's outputs: the canonical ones, for which mixing
//! the label with the teacher's response is a control variate, and three for which it is not.

use crate::linear::{dot, norm_sq, scale, subtract};
use crate::problem::dual::{Dual, derivatives};
use crate::scalar::{Rational, Scalar, Undefined};

/// The loss ℓ(z, y) of outputs z at a label y.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// ½‖z − y‖², canonical with A(z) = ½‖z‖².
    Squared,
    /// A(z) − yz with A(z) = ln(1 + e^z).
    Logistic,
    /// A(z) − ⟨y, z⟩ with A(z) = ln Σ e^{z_k}.
    Softmax,
    /// A(z) − yz with A(z) = e^z.
    Poisson,
    /// ½(σ(z) − y)²: the squared loss of a probability, not of a logit.
    SigmoidSquared,
    /// −y ln Φ(z) − (1 − y) ln Φ(−z): a link that is not canonical.
    Probit,
    /// Softmax, distilled at a temperature T > 0: the student's loss is
    /// (1 − λ)·CE(z, y) + λT²·KL(softmax(v/T) ‖ softmax(z/T)) for the teacher's outputs v.
    Temperature(Rational),
}

impl Loss {
    /// The number of outputs it is about; `None` for any.
    pub fn outputs(&self) -> Option<usize> {
        match self {
            Self::Squared | Self::Softmax | Self::Temperature(_) => None,
            Self::Logistic | Self::Poisson | Self::SigmoidSquared | Self::Probit => Some(1),
        }
    }

    /// Whether it is A(z) − ⟨y, z⟩, up to a term without z, and distilled by its mean response.
    pub fn is_canonical(&self) -> bool {
        matches!(self, Self::Squared | Self::Logistic | Self::Softmax | Self::Poisson)
    }

    /// The word for reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Squared => "squared",
            Self::Logistic => "logistic",
            Self::Softmax => "softmax",
            Self::Poisson => "poisson",
            Self::SigmoidSquared => "sigmoid-squared",
            Self::Probit => "probit",
            Self::Temperature(_) => "temperature",
        }
    }

    /// ℓ(z, y).
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn value<S: Scalar>(&self, z: &[S], y: &[S]) -> Result<S, Undefined> {
        let half = S::from_rational(&Rational::ratio(1, 2));
        match self {
            Self::Squared => Ok(half.times(&norm_sq(&subtract(z, y)))),
            Self::Logistic | Self::Softmax | Self::Poisson | Self::Temperature(_) => {
                Ok(self.potential(z)?.minus(&dot(y, z)))
            }
            Self::SigmoidSquared => Ok(half.times(&z[0].sigmoid()?.minus(&y[0]).squared())),
            Self::Probit => {
                let right = y[0].times(&z[0].normal_cdf()?.ln()?);
                let wrong = S::one().minus(&y[0]).times(&z[0].negated().normal_cdf()?.ln()?);
                Ok(right.plus(&wrong).negated())
            }
        }
    }

    /// ∂ℓ/∂z.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn slope<S: Scalar>(&self, z: &[S], y: &[S]) -> Result<Vec<S>, Undefined> {
        match self {
            Self::SigmoidSquared => {
                let p = z[0].sigmoid()?;
                let steepness = p.times(&S::one().minus(&p));
                Ok(vec![p.minus(&y[0]).times(&steepness)])
            }
            Self::Probit => {
                // Φ(−z) and not 1 − Φ(z), which loses the tail.
                let (p, rest) = (z[0].normal_cdf()?, z[0].negated().normal_cdf()?);
                let weight = z[0].normal_pdf()?.over(&p.times(&rest))?;
                Ok(vec![p.minus(&y[0]).times(&weight)])
            }
            _ => Ok(subtract(&self.response(z)?, y)),
        }
    }

    /// The mean response, what labels are mixed with.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn response<S: Scalar>(&self, z: &[S]) -> Result<Vec<S>, Undefined> {
        match self {
            Self::Squared => Ok(z.to_vec()),
            Self::Poisson => Ok(vec![z[0].exp()?]),
            Self::Softmax | Self::Temperature(_) => softmax(z),
            Self::Logistic | Self::SigmoidSquared => Ok(vec![z[0].sigmoid()?]),
            Self::Probit => Ok(vec![z[0].normal_cdf()?]),
        }
    }

    /// The loss that distillation minimises, of outputs z at a label and the teacher's outputs v.
    /// It is written with ℓ and A alone: canonical responses are derivatives of A.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn distilled<S: Scalar>(
        &self,
        z: &[S],
        y: &[S],
        teacher: &[S],
        lambda: &S,
    ) -> Result<S, Undefined> {
        let rest = S::one().minus(lambda);
        let mixed = |response: &[S]| -> Vec<S> {
            y.iter().zip(response).map(|(y, r)| rest.times(y).plus(&lambda.times(r))).collect()
        };
        match self {
            Self::Squared | Self::SigmoidSquared | Self::Probit => {
                self.value(z, &mixed(&self.response(teacher)?))
            }
            Self::Logistic | Self::Softmax | Self::Poisson => {
                self.value(z, &mixed(&self.mean_response(teacher)?))
            }
            Self::Temperature(temperature) => {
                let heat = S::from_rational(temperature);
                let cold = S::one().over(&heat)?;
                let response = self.mean_response(&scale(&cold, teacher))?;
                let tempered = scale(&cold, z);
                // T²·KL up to its term without z.
                let divergence = self.potential(&tempered)?.minus(&dot(&response, &tempered));
                let taught = lambda.times(&heat.squared()).times(&divergence);
                Ok(rest.times(&self.value(z, y)?).plus(&taught))
            }
        }
    }
    /// A(z).
    fn potential<S: Scalar>(&self, z: &[S]) -> Result<S, Undefined> {
        match self {
            Self::Logistic => z[0].softplus(),
            Self::Poisson => z[0].exp(),
            Self::Softmax | Self::Temperature(_) => {
                // Any shift is exact; the largest output keeps the powers within range.
                let largest = |a: &S, b: &S| a.to_f64().total_cmp(&b.to_f64());
                let shift = z.iter().max_by(|a, b| largest(a, b)).cloned().unwrap_or_else(S::zero);
                let mut total = S::zero();
                for output in z {
                    total = total.plus(&output.minus(&shift).exp()?);
                }
                Ok(shift.plus(&total.ln()?))
            }
            Self::Squared | Self::SigmoidSquared | Self::Probit => {
                let half = S::from_rational(&Rational::ratio(1, 2));
                Ok(half.times(&norm_sq(z)))
            }
        }
    }

    /// ∇A(z) by differentiating A.
    fn mean_response<S: Scalar>(&self, z: &[S]) -> Result<Vec<S>, Undefined> {
        derivatives(z, |z: &[Dual<S>]| self.potential(z))
    }
}

/// p_k = 1/Σ_j e^{z_j − z_k}, where the term j = k is 1.
pub(super) fn softmax<S: Scalar>(z: &[S]) -> Result<Vec<S>, Undefined> {
    let share = |k: usize| {
        let mut total = S::one();
        for j in (0..z.len()).filter(|j| *j != k) {
            total = total.plus(&z[j].minus(&z[k]).exp()?);
        }
        S::one().over(&total)
    };
    (0..z.len()).map(share).collect()
}
