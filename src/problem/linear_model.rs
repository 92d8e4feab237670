//! Generalised linear models with a canonical link and a ridge: logistic, softmax and Poisson
//! regression.

use crate::linear::{Linear, Matrix, add, dot, norm_sq, scale};
use crate::scalar::{Rational, Scalar, Undefined};

/// The canonical link, which fixes the potential A of the loss A(z) − ⟨y, z⟩.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// A(z) = ln(1 + e^z).
    Logistic,
    /// A(z) = ln Σ e^{z_k}.
    Softmax,
    /// A(z) = e^z, whose curvature has no bound.
    Poisson,
}

impl Link {
    /// The word for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logistic => "logistic",
            Self::Softmax => "softmax",
            Self::Poisson => "poisson",
        }
    }

    /// The largest eigenvalue that ∇²A has anywhere; `None` if there is no largest.
    ///
    /// σ(1 − σ) is 1/4 at 0. For softmax vᵀ(diag p − ppᵀ)v is the variance of v_k under p, at most
    /// (max v − min v)²/4 ≤ ‖v‖²/2, with equality at p = (1/2, 1/2, 0, ...): attained for two
    /// classes and approached where the other logits go to −∞.
    pub fn curvature_bound(self) -> Option<Rational> {
        match self {
            Self::Logistic => Some(Rational::ratio(1, 4)),
            Self::Softmax => Some(Rational::ratio(1, 2)),
            Self::Poisson => None,
        }
    }

    /// A(z) for the logits z of all outputs.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn potential<S: Scalar>(self, z: &[S]) -> Result<S, Undefined> {
        match self {
            Self::Logistic => z[0].softplus(),
            Self::Poisson => z[0].exp(),
            Self::Softmax => {
                // Any shift is exact; the largest logit keeps the powers within the range.
                let mut shift = &z[0];
                for logit in z {
                    if logit.to_f64() > shift.to_f64() {
                        shift = logit;
                    }
                }
                let mut total = S::zero();
                for logit in z {
                    total = total.plus(&logit.minus(shift).exp()?);
                }
                Ok(shift.plus(&total.ln()?))
            }
        }
    }

    /// ∇A(z), the mean response.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn response<S: Scalar>(self, z: &[S]) -> Result<Vec<S>, Undefined> {
        match self {
            Self::Logistic => Ok(vec![z[0].sigmoid()?]),
            Self::Poisson => Ok(vec![z[0].exp()?]),
            // p_k = 1/Σ_j e^{z_j − z_k}, where the term j = k is 1.
            Self::Softmax => (0..z.len())
                .map(|k| {
                    let mut total = S::one();
                    for j in (0..z.len()).filter(|j| *j != k) {
                        total = total.plus(&z[j].minus(&z[k]).exp()?);
                    }
                    S::one().over(&total)
                })
                .collect(),
        }
    }

    /// ∇²A at a mean response.
    fn curvature<S: Scalar>(self, response: &[S], k: usize, l: usize) -> S {
        let p = &response[k];
        match self {
            Self::Poisson => p.clone(),
            _ if k == l => p.times(&S::one().minus(p)),
            _ => p.times(&response[l]).negated(),
        }
    }
}

/// f_n(x) = A(z_n) − ⟨y_n, z_n⟩ + (r/2)‖x‖² with logits z_n = (⟨a_n, x_1⟩, ..., ⟨a_n, x_K⟩).
///
/// The parameters are x = (x_1, ..., x_K), one block of the length of a feature vector an output;
/// logistic and Poisson regression have one output.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearModel<S> {
    /// Which potential.
    pub link: Link,
    /// a_n, N vectors of equal length.
    pub features: Vec<Vec<S>>,
    /// y_n, N vectors of length K; mixed labels are as good as pure ones.
    pub labels: Vec<Vec<S>>,
    /// r.
    pub ridge: S,
}

impl<S: Linear> LinearModel<S> {
    /// K.
    pub fn outputs(&self) -> usize {
        self.labels.first().map_or(0, Vec::len)
    }

    /// The length of a feature vector.
    pub fn width(&self) -> usize {
        self.features.first().map_or(0, Vec::len)
    }

    /// d = K·width.
    pub fn dimension(&self) -> usize {
        self.outputs() * self.width()
    }

    /// The same model in another scalar.
    pub fn map<T: Scalar>(&self, convert: impl Fn(&S) -> T + Copy) -> LinearModel<T> {
        let vectors = |vectors: &[Vec<S>]| -> Vec<Vec<T>> {
            vectors.iter().map(|v| v.iter().map(convert).collect()).collect()
        };
        LinearModel {
            link: self.link,
            features: vectors(&self.features),
            labels: vectors(&self.labels),
            ridge: convert(&self.ridge),
        }
    }

    /// z_n, of length K.
    pub fn logits(&self, n: usize, x: &[S]) -> Vec<S> {
        x.chunks(self.width()).map(|block| dot(&self.features[n], block)).collect()
    }

    /// f_n(x).
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn loss(&self, n: usize, x: &[S]) -> Result<S, Undefined> {
        let z = self.logits(n, x);
        let data = self.link.potential(&z)?.minus(&dot(&self.labels[n], &z));
        let half = S::from_rational(&Rational::ratio(1, 2));
        Ok(data.plus(&half.times(&self.ridge).times(&norm_sq(x))))
    }

    /// ∇f_n(x), of length d.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn gradient(&self, n: usize, x: &[S]) -> Result<Vec<S>, Undefined> {
        Ok(add(&self.data_gradient(n, x)?, &scale(&self.ridge, x)))
    }

    /// ∇f_n(x) without the ridge term: (∇A(z) − y) ⊗ a.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn data_gradient(&self, n: usize, x: &[S]) -> Result<Vec<S>, Undefined> {
        let response = self.link.response(&self.logits(n, x))?;
        let residuals = response.iter().zip(&self.labels[n]).map(|(p, y)| p.minus(y));
        Ok(residuals.flat_map(|residual| scale(&residual, &self.features[n])).collect())
    }

    /// ∇²f_n(x), d×d: ∇²A(z) ⊗ aaᵀ + rI.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn hessian(&self, n: usize, x: &[S]) -> Result<Matrix<S>, Undefined> {
        let response = self.link.response(&self.logits(n, x))?;
        let (a, width, d) = (&self.features[n], self.width(), self.dimension());
        Ok(Matrix::from_fn(d, d, |i, j| {
            let part = self.link.curvature(&response, i / width, j / width);
            let entry = part.times(&a[i % width]).times(&a[j % width]);
            if i == j { entry.plus(&self.ridge) } else { entry }
        }))
    }
}

impl LinearModel<Rational> {
    /// A direction along which f decreases for ever, so that it has no minimiser: without a ridge
    /// and with pure labels, one that separates the data, (2y_n − 1)⟨a_n, v⟩ ≥ 0 and not all zero.
    ///
    /// `candidate` is where to look; the inequalities decide. `None` says nothing. Only logistic
    /// regression is looked at.
    pub fn separates(&self, candidate: &[Rational]) -> bool {
        if self.link != Link::Logistic || !self.ridge.is_zero() {
            return false;
        }
        let margin = |(a, y): (&Vec<Rational>, &Vec<Rational>)| {
            let sign = y[0].plus(&y[0]).minus(&Rational::ONE);
            (y[0].is_zero() || y[0] == Rational::ONE).then(|| sign.times(&dot(a, candidate)))
        };
        let margins: Option<Vec<Rational>> =
            self.features.iter().zip(&self.labels).map(margin).collect();
        margins.is_some_and(|margins| {
            margins.iter().all(|m| !m.is_negative()) && margins.iter().any(Rational::is_positive)
        })
    }
}
