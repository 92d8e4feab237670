//! Expectations without sampling: first and second moments of processes that are affine in the
//! point, e⁺ = (I − γH_ξ)e − γs_ξ with s_ξ = ∇f_ξ(x*) − λc_ξ.
//!
//! [`moments`] builds the closed linear recursion of (E e, E eeᵀ); [`MomentArithmetic`] runs it and
//! finds its fixed point in each arithmetic: exactly within a budget, in floats, or enclosed *a
//! posteriori* with a certified contraction factor.

mod compressed;
pub mod confidence;
mod enclosed;
mod enumerate;
mod exact;
mod float;
pub mod joint;
pub mod moments;
pub mod sampled;

pub use enumerate::enumerate_paths;

use crate::linear::{Linear, Matrix};
use crate::problem::Constants;
use crate::scalar::{Rational, Scalar, Undefined};
use moments::Recursion;

/// What exact evaluation may cost; over it, a value is [`Undefined::Budget`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Largest number of bits of a number in an exact recursion or power.
    pub bits: u64,
    /// Largest number of bit operations, roughly, of an exact recursion.
    pub work: u64,
    /// Largest number of bits of the determinant of an exact stationary system.
    pub determinant_bits: u64,
    /// Largest d(d + 1)/2 for which second moments are exact.
    pub exact_packed: usize,
    /// Largest d(d + 1)/2 for which second moments are computed at all.
    pub packed: usize,
    /// Largest number of bits, over all samples and coordinates, of exact gradients at x*.
    pub gradient_bits: u64,
}

impl Budget {
    /// The budget of the command line and the tests.
    pub const STANDARD: Self = Self {
        bits: 1 << 16,
        work: 1 << 34,
        determinant_bits: 1 << 17,
        exact_packed: 66,
        packed: 600,
        gradient_bits: 1 << 24,
    };
}

/// A path is not followed for more steps than this, in any arithmetic.
pub const MAX_STEPS: u64 = 1 << 22;

/// # Errors
/// [`Undefined::Budget`] for a horizon beyond [`MAX_STEPS`].
pub(crate) fn check_steps(steps: u64) -> Result<(), Undefined> {
    if steps <= MAX_STEPS {
        return Ok(());
    }
    Err(Undefined::Budget(format!("a path of {steps} steps is longer than {MAX_STEPS}")))
}

/// A certified bound on how fast errors of the recursion die out.
///
/// E(I − γH_ξ)² ⪯ I − γ(2 − γ𝓛)H̄ ⪯ ρI. The map M ↦ E(I − γH_ξ)M(I − γH_ξ) is positive, so on
/// symmetric matrices it contracts the nuclear norm (the trace norm) by ρ, and by Jensen
/// ‖I − γH̄‖ ≤ √ρ.
#[derive(Clone, Debug, PartialEq)]
pub struct Contraction {
    /// ρ, an upper bound.
    pub rho: Rational,
    /// μ, a lower bound of the spectrum of H̄.
    pub mu: Rational,
}

impl Contraction {
    /// From certified constants (μ a lower, L and 𝓛 upper bounds) and bounds on γ.
    ///
    /// ρ is convex in γ, so the worse end of an enclosure of γ counts.
    pub fn new(constants: &Constants, gamma: &[Rational; 2]) -> Self {
        let rho = |gamma: &Rational| {
            let room = Rational::integer(2).minus(&gamma.times(&constants.l_exp));
            // With 2 − γ𝓛 < 0 the bound grows with the spectrum, so its upper end counts.
            let edge = if room.is_negative() { &constants.l_smooth } else { &constants.mu };
            Rational::ONE.minus(&gamma.times(&room).times(edge))
        };
        Self { rho: rho(&gamma[0]).max(rho(&gamma[1])), mu: constants.mu.clone() }
    }

    /// 1 − ρ, when the recursion contracts.
    ///
    /// # Errors
    /// [`Undefined::NotCertified`] if γ ≥ 2/𝓛, so that no stationary law is guaranteed.
    pub fn gap(&self) -> Result<Rational, Undefined> {
        let gap = Rational::ONE.minus(&self.rho);
        if gap.is_positive() {
            Ok(gap)
        } else {
            Err(Undefined::NotCertified("a stationary law needs γ < 2/𝓛".into()))
        }
    }
}

/// The moments after t steps, or of the stationary law.
#[derive(Clone, Debug)]
pub struct ErrorMoments<S> {
    /// E e, of length d.
    pub mean: Vec<S>,
    /// E‖e‖² = tr E eeᵀ.
    pub second: S,
    /// E eeᵀ, packed, where it is at hand.
    pub full: Option<Vec<S>>,
}

/// Running the recursion in one arithmetic.
pub trait MomentArithmetic: Linear {
    /// Rational bounds of the value, equal for a single number; `None` if it is unbounded or NaN.
    fn rational_bounds(&self) -> Option<[Rational; 2]>;

    /// Moments after `steps` steps from the fixed error `start`, of length d.
    ///
    /// # Errors
    /// [`Undefined::Budget`] if there are too many steps, or an exact value would grow beyond the
    /// budget.
    fn iterate(
        recursion: &Recursion<Self>,
        start: &[Self],
        steps: u64,
        contraction: &Contraction,
        budget: Budget,
    ) -> Result<ErrorMoments<Self>, Undefined>;

    /// Solves H̄ m = `right`, for vectors of length d.
    ///
    /// # Errors
    /// If the solution cannot be certified.
    fn solve_mean(
        mean_hessian: &Matrix<Self>,
        right: &[Self],
        contraction: &Contraction,
    ) -> Result<Vec<Self>, Undefined>;

    /// Solves (I − T)M = R for each column R of `right` (packed symmetric matrices of dimension d),
    /// with `system` = I − T, and returns the traces tr M.
    ///
    /// # Errors
    /// If the recursion does not contract, or the cost is over the budget.
    fn solve_second(
        system: &Matrix<Self>,
        right: &Matrix<Self>,
        d: usize,
        contraction: &Contraction,
        budget: Budget,
    ) -> Result<Vec<Self>, Undefined>;
}
