//! What is known of each family for every x: conditions on constants that rational numbers decide.
//!
//! A condition here is sufficient. It is necessary too where the text says so; elsewhere a constant
//! that it refuses may still be right, and the audit looks for a point that shows it is not.

use super::bends::{polyak_lojasiewicz, quasi_convexity};
use super::{FiniteSum, LinearModel, Sampling, Waves, shifted};
use crate::claim::vocabulary::Class;
use crate::linear::exact::is_positive_semidefinite;
use crate::linear::{Linear, Matrix, norm_sq};
use crate::scalar::{Rational, Scalar};

impl FiniteSum<Rational> {
    /// Whether a non-quadratic problem is known to have the property with the constant, for every x.
    /// `false` says nothing, and so it does for quadratics, which exact elimination decides.
    pub fn certifies(&self, class: Class, constant: &Rational, sampling: Sampling) -> bool {
        match self {
            Self::Quadratic { .. } | Self::LeastSquares { .. } | Self::Network(_) => false,
            Self::LinearModel(model) => model.certifies(class, constant, sampling),
            Self::Waves(waves) => waves.certifies(class, constant, sampling),
        }
    }
}

/// l·I ⪰ A.
fn bounds(l: &Rational, matrix: &Matrix<Rational>) -> bool {
    is_positive_semidefinite(&shifted(&matrix.scaled(&Rational::integer(-1)), &l.negated()))
}

fn diagonal(entries: &[Rational]) -> Matrix<Rational> {
    Matrix::from_fn(entries.len(), entries.len(), |i, j| {
        if i == j { entries[i].clone() } else { Rational::ZERO }
    })
}

/// c = 2 + 2α.
fn largest_curvature(bend: &Rational) -> Rational {
    Rational::ONE.plus(bend).times(&Rational::integer(2))
}

impl LinearModel<Rational> {
    /// The data term is convex and, but for Poisson, grows at most linearly: so the ridge r is a
    /// constant of strong convexity, and no larger one of strong quasi-convexity or of the PL
    /// inequality holds far from the origin. With κ the bound on the curvature of the link, f is
    /// (κ·λ_max(avg aaᵀ) + r)-smooth and f_n is (κ‖a_n‖² + r)-smooth; both are attained at x = 0 by
    /// logistic regression and by softmax with two classes, and are limits for three and more
    /// where all features have a positive product with one direction. Expected smoothness is
    /// lemma-expected-smoothness: a·L_max + (1 − a)·L with the variance factor a of the sampling.
    fn certifies(&self, class: Class, constant: &Rational, sampling: Sampling) -> bool {
        match class {
            Class::Qsc | Class::Sc | Class::Pl => constant.is_positive() && *constant <= self.ridge,
            Class::Sm => self.smooth(constant),
            Class::Es => {
                let Some(l_max) = self.largest_smoothness() else { return false };
                let share = sampling.variance_factor();
                let rest = constant.minus(&share.times(&l_max));
                match rest.over(&Rational::ONE.minus(&share)) {
                    Ok(l_smooth) => self.smooth(&l_smooth),
                    Err(_) => !rest.is_negative(), // single samples
                }
            }
            Class::ConvexSamples => true,
            _ => false,
        }
    }

    fn smooth(&self, constant: &Rational) -> bool {
        let Some(curvature) = self.link.curvature_bound() else { return false };
        let gram = Rational::average_gram(&self.features).scaled(&curvature);
        bounds(&constant.minus(&self.ridge), &gram)
    }

    /// L_max; `None` if there is none.
    pub fn largest_smoothness(&self) -> Option<Rational> {
        let curvature = self.link.curvature_bound()?;
        let longest = self.features.iter().map(|a| norm_sq(a)).max()?;
        Some(curvature.times(&longest).plus(&self.ridge))
    }
}

impl Waves<Rational> {
    /// With t = A(x − x*), the constants m_j of one wave and its largest curvature c_j = 2 + 2α_j:
    ///
    /// * ⟨∇f, e⟩ − F = Σ w̄_j(h_j't_j − h_j) ≥ ½ Σ w̄_j m_j t_j², so QSC(μ) if Aᵀdiag(w̄m)A ⪰ μI.
    /// * ½‖∇f‖² = ½vᵀAAᵀv with v_j = w̄_j h_j', and F ≤ Σ v_j²/(2w̄_j m_j), so PL(μ) if
    ///   AAᵀ ⪰ μ·diag(1/(w̄m)). QSC(μ) implies PL(μ) as well.
    /// * h_j'' ≥ 2 − 2α_j, so SC(μ) if Aᵀdiag(w̄(2 − 2α))A ⪰ μI; |h_j''| ≤ c_j, so SM(L) if
    ///   LI ⪰ Aᵀdiag(w̄c)A, and only then: x* attains it.
    /// * h_j'² ≤ 2c_j h_j, so with G = AAᵀ and M_jk = E[w_ξj w_ξk]G_jk, E‖∇f_ξ(x) − ∇f_ξ(x*)‖² =
    ///   Σ M_jk h_j'h_k' and ES(𝓛) holds if 𝓛·diag(w̄/c) ⪰ M; if A is onto, only then, because
    ///   the limit x → x* attains it.
    fn certifies(&self, class: Class, constant: &Rational, sampling: Sampling) -> bool {
        if !self.mean_weights().iter().all(Rational::is_positive) {
            return false;
        }
        let exceeds = |gram: &Matrix<Rational>| is_positive_semidefinite(&shifted(gram, constant));
        match class {
            Class::Qsc => constant.is_positive() && exceeds(&self.quasi_gram()),
            Class::Sc => constant.is_positive() && exceeds(&self.strong_gram()),
            Class::Pl => {
                let dominates = |penalty: Matrix<Rational>| {
                    let gap = self.products().plus_scaled(&constant.negated(), &penalty);
                    is_positive_semidefinite(&gap)
                };
                let direct = self.pl_penalty().is_some_and(dominates);
                constant.is_positive() && (direct || exceeds(&self.quasi_gram()))
            }
            Class::Sm => bounds(constant, &self.smooth_gram()),
            Class::Es => {
                let [products, scales] = self.expected_pair(sampling);
                let gap = scales.scaled(constant).plus_scaled(&Rational::integer(-1), &products);
                is_positive_semidefinite(&gap)
            }
            Class::ConvexSamples => {
                self.weights.iter().flatten().all(|w| !w.is_negative())
                    && self.bends.iter().all(|bend| *bend <= Rational::ONE)
            }
            _ => false,
        }
    }

    /// w̄_j times a function of α_j.
    fn shares(&self, of: impl Fn(&Rational) -> Rational) -> Vec<Rational> {
        self.bends.iter().zip(self.mean_weights()).map(|(bend, w)| w.times(&of(bend))).collect()
    }

    /// Aᵀdiag(w̄m)A with the constants m of strong quasi-convexity.
    pub(super) fn quasi_gram(&self) -> Matrix<Rational> {
        self.gram(&self.shares(quasi_convexity))
    }

    /// Aᵀdiag(w̄(2 − 2α))A.
    pub(super) fn strong_gram(&self) -> Matrix<Rational> {
        self.gram(&self.shares(|bend| Rational::ONE.minus(bend).times(&Rational::integer(2))))
    }

    /// Aᵀdiag(w̄c)A, the Hessian at x*.
    pub(super) fn smooth_gram(&self) -> Matrix<Rational> {
        self.gram(&self.shares(largest_curvature))
    }

    /// diag(1/(w̄m)) with the PL constants m; `None` if one is zero.
    pub(super) fn pl_penalty(&self) -> Option<Matrix<Rational>> {
        let inverses: Option<Vec<Rational>> =
            self.shares(polyak_lojasiewicz).iter().map(Rational::reciprocal).collect();
        inverses.map(|inverses| diagonal(&inverses))
    }

    /// M and diag(w̄/c).
    pub(super) fn expected_pair(&self, sampling: Sampling) -> [Matrix<Rational>; 2] {
        let scale =
            |bend: &Rational| largest_curvature(bend).reciprocal().unwrap_or(Rational::ZERO);
        [self.sampled_products(sampling), diagonal(&self.shares(scale))]
    }

    /// AAᵀ, k×k.
    pub(super) fn products(&self) -> Matrix<Rational> {
        let k = self.rows.len();
        Matrix::from_fn(k, k, |i, j| crate::linear::dot(&self.rows[i], &self.rows[j]))
    }

    /// M, k×k.
    fn sampled_products(&self, sampling: Sampling) -> Matrix<Rational> {
        let (means, k) = (self.mean_weights(), self.rows.len());
        let share = sampling.variance_factor();
        let rest = Rational::ONE.minus(&share);
        let second = Rational::average_gram(&self.weights);
        let products = self.products();
        Matrix::from_fn(k, k, |i, j| {
            let full = rest.times(&means[i]).times(&means[j]);
            share.times(&second[(i, j)]).plus(&full).times(&products[(i, j)])
        })
    }

    /// Whether x* is the only minimiser: the rows span R^d.
    pub fn has_unique_minimiser(&self) -> bool {
        let ones = vec![Rational::ONE; self.rows.len()];
        crate::linear::exact::solve(&self.gram(&ones), &Matrix::zeros(self.dimension(), 1))
            .is_some()
    }

    /// The largest bound on the smoothness of a sample: LI ⪰ Aᵀdiag(|w_n|c)A for every n.
    pub(super) fn bounds_every_sample(&self, constant: &Rational) -> bool {
        self.weights.iter().all(|weights| {
            let shares = weights.iter().zip(&self.bends);
            let shares: Vec<Rational> =
                shares.map(|(w, bend)| w.abs().times(&largest_curvature(bend))).collect();
            bounds(constant, &self.gram(&shares))
        })
    }
}
