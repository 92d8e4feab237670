//! Confidence sequences: intervals around a running mean that hold at every sample size at once, so
//! that one may look as often as one likes and stop when it suits.
//!
//! The sequence is the predictable plug-in empirical Bernstein bound (Waudby-Smith and Ramdas,
//! *Estimating means of bounded random variables by betting*, JRSS B 2023, Theorem 2): for
//! independent X_i in [0, 1] with one mean m, weights λ_i in (0, 1) that depend on the past only,
//! a running mean μ_i and v_i = 4(X_i − μ_{i−1})², with probability at least 1 − α for every n
//!
//! |Σ λ_iX_i/Σ λ_i − m| ≤ (ln(2/α) + Σ v_iψ(λ_i))/Σ λ_i, ψ(λ) = (−ln(1 − λ) − λ)/4.

/// The probability that a run of all tests, or an audit, reports something about correct code that
/// chance alone has made wrong. It is split here and nowhere else.
pub const FALSE_ALARM: f64 = 1e-9;

/// α of each claim that an audit samples: half of the budget, for up to 500 claims.
pub const CLAIM_ALPHA: f64 = FALSE_ALARM / 2.0 / 500.0;

/// The share of the test of coverage: the probability that it fails though sequences cover.
pub const COVERAGE_TEST_ALPHA: f64 = FALSE_ALARM / 2.0;

/// Weights stay below this: ψ has a pole at 1.
const LARGEST_WEIGHT: f64 = 0.5;

/// Rounding of the sums, and of what is summed, relative to the range: far above what a million
/// additions of floats can lose, far below any radius.
const ROUNDING: f64 = 1e-9;

/// A running confidence sequence for the mean of samples in [0, range].
#[derive(Clone, Debug)]
pub struct ConfidenceSequence {
    range: f64,
    /// ln(2/α).
    log_term: f64,
    count: u64,
    /// Σ X_i and Σ (X_i − μ_i)², scaled to a range of 1.
    sum: f64,
    squares: f64,
    /// Σ λ_i, Σ λ_iX_i and Σ v_iψ(λ_i).
    weights: f64,
    weighted: f64,
    penalty: f64,
}

impl ConfidenceSequence {
    /// A sequence at level `alpha` in (0, 1), for samples between 0 and `range` > 0.
    pub fn new(range: f64, alpha: f64) -> Self {
        Self {
            range,
            log_term: (2.0 / alpha).ln(),
            count: 0,
            sum: 0.0,
            squares: 0.0,
            weights: 0.0,
            weighted: 0.0,
            penalty: 0.0,
        }
    }

    /// Takes one more sample into account. One outside of the range, or NaN, makes the interval
    /// everything, for good: the bound on the range was wrong.
    pub fn push(&mut self, sample: f64) {
        let x = sample / self.range;
        // Written so that a NaN is outside.
        if !(0.0..=1.0 + ROUNDING).contains(&x) {
            self.penalty = f64::INFINITY;
        }
        let x = x.min(1.0);
        let before = self.count as f64;
        let mean = (0.5 + self.sum) / (before + 1.0);
        let variance = (0.25 + self.squares) / (before + 1.0);
        let now = before + 1.0;
        let weight = (2.0 * self.log_term / (variance * now * (now + 1.0).ln())).sqrt();
        let weight = weight.min(LARGEST_WEIGHT);
        let psi = (-(-weight).ln_1p() - weight) / 4.0;
        self.weights += weight;
        self.weighted += weight * x;
        self.penalty += 4.0 * (x - mean) * (x - mean) * psi;
        self.count += 1;
        self.sum += x;
        let mean = (0.5 + self.sum) / (now + 1.0);
        self.squares += (x - mean) * (x - mean);
    }

    /// How many samples have been taken.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The interval for the mean, within [0, range].
    pub fn interval(&self) -> (f64, f64) {
        if self.count == 0 || !self.penalty.is_finite() {
            return (0.0, self.range);
        }
        let radius = (self.log_term + self.penalty) / self.weights + ROUNDING;
        let center = self.weighted / self.weights;
        let clamp = |value: f64| value.clamp(0.0, 1.0) * self.range;
        (clamp(center - radius), clamp(center + radius))
    }

    /// The smallest radius that `count` samples can have, whatever they are: what tells before
    /// sampling that it is hopeless.
    pub fn least_radius(range: f64, alpha: f64, count: u64) -> f64 {
        range * (2.0 / alpha).ln() / (LARGEST_WEIGHT * count.max(1) as f64)
    }
}
