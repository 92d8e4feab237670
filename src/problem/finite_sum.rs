//! Finite sums: quadratics, with least squares as the rank-one case, and the families beyond them.

use super::network::Network;
use super::quadratics::{Quadratics, plus_diagonal};
use super::{LinearModel, Waves};
use crate::linear::{Linear, Matrix, add, dot, norm_sq, scale, subtract};
use crate::scalar::{Rational, Scalar, Undefined};

/// f = (1/N) Σ f_n on R^d.
///
/// The mean Hessian is positive definite in the theorems, which is a hypothesis to be checked and
/// not an invariant of the type; single f_n may be indefinite.
#[derive(Clone, Debug, PartialEq)]
pub enum FiniteSum<S> {
    /// f_n(x) = ½ xᵀH_n x − b_nᵀx with symmetric H_n.
    Quadratic {
        /// H_n, each d×d.
        hessians: Vec<Matrix<S>>,
        /// b_n, each of length d.
        linear: Vec<Vec<S>>,
    },
    /// f_n(x) = ½ (a_nᵀx − y_n)² + (r/2)‖x‖².
    LeastSquares {
        /// a_n, each of length d.
        features: Vec<Vec<S>>,
        /// y_n.
        targets: Vec<S>,
        /// r.
        ridge: S,
    },
    /// Logistic, softmax or Poisson regression.
    LinearModel(LinearModel<S>),
    /// Sums of t² + α sin² t.
    Waves(Waves<S>),
    /// A small network.
    Network(Network<S>),
}

impl<S: Linear> FiniteSum<S> {
    /// N.
    pub fn samples(&self) -> usize {
        match self {
            Self::Quadratic { linear, .. } => linear.len(),
            Self::LeastSquares { targets, .. } => targets.len(),
            Self::LinearModel(model) => model.labels.len(),
            Self::Waves(waves) => waves.weights.len(),
            Self::Network(network) => network.inputs.len(),
        }
    }

    /// d.
    pub fn dimension(&self) -> usize {
        match self {
            Self::Quadratic { linear, .. } => linear.first().map_or(0, Vec::len),
            Self::LeastSquares { features, .. } => features.first().map_or(0, Vec::len),
            Self::LinearModel(model) => model.dimension(),
            Self::Waves(waves) => waves.dimension(),
            Self::Network(network) => network.dimension(),
        }
    }

    /// The same problem in another scalar.
    pub fn map<T: Scalar>(&self, convert: impl Fn(&S) -> T + Copy) -> FiniteSum<T> {
        let vectors = |vectors: &[Vec<S>]| -> Vec<Vec<T>> {
            vectors.iter().map(|v| v.iter().map(convert).collect()).collect()
        };
        match self {
            Self::Quadratic { hessians, linear } => FiniteSum::Quadratic {
                hessians: hessians.iter().map(|h| h.map(convert)).collect(),
                linear: vectors(linear),
            },
            Self::LeastSquares { features, targets, ridge } => FiniteSum::LeastSquares {
                features: vectors(features),
                targets: targets.iter().map(convert).collect(),
                ridge: convert(ridge),
            },
            Self::LinearModel(model) => FiniteSum::LinearModel(model.map(convert)),
            Self::Waves(waves) => FiniteSum::Waves(waves.map(convert)),
            Self::Network(network) => FiniteSum::Network(network.map(convert)),
        }
    }

    /// ∇f_n(x).
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn gradient(&self, n: usize, x: &[S]) -> Result<Vec<S>, Undefined> {
        match self {
            Self::Quadratic { hessians, linear } => Ok(subtract(&hessians[n].apply(x), &linear[n])),
            Self::LeastSquares { ridge, .. } => {
                Ok(add(&self.data_gradient(n, x)?, &scale(ridge, x)))
            }
            Self::LinearModel(model) => model.gradient(n, x),
            Self::Waves(waves) => waves.gradient(n, x),
            Self::Network(network) => network.gradient(n, x),
        }
    }

    /// ∇f_n(x) without the ridge term.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn data_gradient(&self, n: usize, x: &[S]) -> Result<Vec<S>, Undefined> {
        match self {
            Self::Quadratic { .. } | Self::Waves(_) | Self::Network(_) => self.gradient(n, x),
            Self::LinearModel(model) => model.data_gradient(n, x),
            Self::LeastSquares { features, targets, .. } => {
                Ok(scale(&dot(&features[n], x).minus(&targets[n]), &features[n]))
            }
        }
    }

    /// ∇f_n(x) of every sample.
    ///
    /// # Errors
    /// If the arithmetic has no value for one of them.
    pub fn gradients(&self, x: &[S]) -> Result<Vec<Vec<S>>, Undefined> {
        (0..self.samples()).map(|n| self.gradient(n, x)).collect()
    }

    /// f_n(x), up to a constant that does not depend on x.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn loss(&self, n: usize, x: &[S]) -> Result<S, Undefined> {
        let half = S::from_rational(&Rational::ratio(1, 2));
        match self {
            Self::Quadratic { hessians, linear } => {
                let square = half.times(&dot(&hessians[n].apply(x), x));
                Ok(square.minus(&dot(&linear[n], x)))
            }
            Self::LeastSquares { features, targets, ridge } => {
                let residual = dot(&features[n], x).minus(&targets[n]).squared();
                Ok(half.times(&residual.plus(&ridge.times(&norm_sq(x)))))
            }
            Self::LinearModel(model) => model.loss(n, x),
            Self::Waves(waves) => waves.loss(n, x),
            Self::Network(network) => network.sample_loss(n, x),
        }
    }

    /// f(x), up to the same constant for every x; f(x) − f* for waves.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn mean_loss(&self, x: &[S]) -> Result<S, Undefined> {
        if let Self::Waves(waves) = self {
            return waves.gap(x);
        }
        let weight = S::from_rational(&Rational::ratio(1, self.samples().max(1) as i64));
        let mut total = S::zero();
        for n in 0..self.samples() {
            total = total.plus(&self.loss(n, x)?);
        }
        Ok(weight.times(&total))
    }

    /// ∇²f_n(x), d×d.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn hessian_at(&self, n: usize, x: &[S]) -> Result<Matrix<S>, Undefined> {
        match self {
            Self::Quadratic { hessians, .. } => Ok(hessians[n].clone()),
            Self::LeastSquares { features, ridge, .. } => {
                let square = Matrix::outer(&features[n], &features[n]);
                Ok(plus_diagonal(&square, ridge))
            }
            Self::LinearModel(model) => model.hessian(n, x),
            Self::Waves(waves) => waves.hessian(n, x),
            Self::Network(_) => {
                Err(Undefined::Missing("Hessians of networks are bounded, not computed".into()))
            }
        }
    }

    /// What the family is called in reports.
    pub fn family(&self) -> &'static str {
        match self {
            Self::Quadratic { .. } => "quadratic",
            Self::LeastSquares { .. } => "least-squares",
            Self::LinearModel(model) => model.link.name(),
            Self::Waves(_) => "waves",
            Self::Network(network) => network.loss.name(),
        }
    }

    /// The problem as a sum of quadratics, whose Hessians do not depend on x; `None` if it is not.
    pub fn as_quadratic(&self) -> Option<Quadratics<'_, S>> {
        match self {
            Self::Quadratic { hessians, linear } => Some(Quadratics::General { hessians, linear }),
            Self::LeastSquares { features, targets, ridge } => {
                Some(Quadratics::RankOne { features, targets, ridge })
            }
            Self::LinearModel(_) | Self::Waves(_) | Self::Network(_) => None,
        }
    }
}

impl FiniteSum<f64> {
    /// The same problem over the rationals: every finite float is a dyadic rational. `None` if an
    /// entry is infinite or NaN.
    pub fn to_exact(&self) -> Option<FiniteSum<Rational>> {
        let finite = std::cell::Cell::new(true);
        let exact = self.map(|value| {
            Rational::from_f64(*value).unwrap_or_else(|| {
                finite.set(false);
                Rational::ZERO
            })
        });
        finite.get().then_some(exact)
    }
}

/// The control variate c_n that distillation subtracts, one vector a sample.
#[derive(Clone, Debug, PartialEq)]
pub enum ControlVariate<S> {
    /// Any vectors, each of length d.
    Free(Vec<Vec<S>>),
    /// Gradients at teacher parameters θ.
    Teacher {
        /// θ, of length d.
        parameters: Vec<S>,
        /// What the ridge term does in the teacher's gradient.
        ridge: RidgeConvention,
    },
}

/// Whether the teacher's gradient has the ridge term of the student's loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RidgeConvention {
    /// c_n = ∇f_n(θ), ridge included.
    #[default]
    Both,
    /// c_n is the gradient of the data term alone: mixing labels with a regularised student.
    StudentOnly,
}

impl<S: Linear> ControlVariate<S> {
    /// The same control variate in another scalar.
    pub fn map<T: Scalar>(&self, convert: impl Fn(&S) -> T + Copy) -> ControlVariate<T> {
        match self {
            Self::Free(vectors) => ControlVariate::Free(
                vectors.iter().map(|v| v.iter().map(convert).collect()).collect(),
            ),
            Self::Teacher { parameters, ridge } => ControlVariate::Teacher {
                parameters: parameters.iter().map(convert).collect(),
                ridge: *ridge,
            },
        }
    }

    /// c_n for each sample, each of length d.
    ///
    /// # Errors
    /// If the arithmetic has no value for one of them.
    pub fn vectors(&self, problem: &FiniteSum<S>) -> Result<Vec<Vec<S>>, Undefined> {
        match self {
            Self::Free(vectors) => Ok(vectors.clone()),
            Self::Teacher { parameters, ridge: RidgeConvention::Both } => {
                problem.gradients(parameters)
            }
            Self::Teacher { parameters, ridge: RidgeConvention::StudentOnly } => {
                (0..problem.samples()).map(|n| problem.data_gradient(n, parameters)).collect()
            }
        }
    }

    /// Whether the teacher's gradients lack a ridge term that the problem's have.
    pub fn drops_ridge(&self, problem: &FiniteSum<S>) -> bool {
        let ridge = match problem {
            FiniteSum::Quadratic { .. } | FiniteSum::Waves(_) | FiniteSum::Network(_) => {
                return false;
            }
            FiniteSum::LeastSquares { ridge, .. } => ridge,
            FiniteSum::LinearModel(model) => &model.ridge,
        };
        let data_only = matches!(self, Self::Teacher { ridge: RidgeConvention::StudentOnly, .. });
        data_only && *ridge != S::zero()
    }

    /// θ, if there is a teacher.
    pub fn teacher(&self) -> Option<&[S]> {
        match self {
            Self::Free(_) => None,
            Self::Teacher { parameters, .. } => Some(parameters),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn float_data_become_the_dyadics_that_they_are() {
        let mut problem = FiniteSum::LeastSquares {
            features: vec![vec![0.1, 1e150], vec![-0.5, f64::MIN_POSITIVE]],
            targets: vec![1.0 / 3.0, 5e-324],
            ridge: 0.0,
        };
        let exact = problem.to_exact().unwrap();
        assert_eq!(exact.map(Scalar::to_f64), problem);
        let FiniteSum::LeastSquares { features, .. } = exact else { unreachable!() };
        assert_ne!(features[0][0], Rational::ratio(1, 10), "0.1 is not a tenth in binary");
        if let FiniteSum::LeastSquares { targets, .. } = &mut problem {
            targets[0] = f64::NAN;
        }
        assert_eq!(problem.to_exact(), None);
    }
}
