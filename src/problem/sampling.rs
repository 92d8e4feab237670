//! Which samples a step sees: uniform minibatches of τ samples out of N, different ones or not.

use crate::scalar::{Rational, Scalar, Undefined};

/// τ-nice sampling: every set of τ different samples is equally likely. τ = 1 is uniform single
/// sampling, τ = N the full gradient. Or τ independent draws, of which some may be equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    samples: usize,
    batch: usize,
    replacement: bool,
}

/// A step with more equally likely minibatches than this is not enumerated.
pub const MAX_BATCHES: usize = 4_096;

impl Sampling {
    /// Sampling of `batch` out of `samples`; `None` unless 1 ≤ batch ≤ samples.
    pub fn new(samples: usize, batch: usize) -> Option<Self> {
        let replacement = false;
        (1..=samples).contains(&batch).then_some(Self { samples, batch, replacement })
    }

    /// `batch` independent draws from `samples`; `None` unless both are positive.
    pub fn with_replacement(samples: usize, batch: usize) -> Option<Self> {
        // One draw is one draw.
        let replacement = batch > 1;
        (samples > 0 && batch > 0).then_some(Self { samples, batch, replacement })
    }

    /// The same way of drawing from another number of samples, with τ cut to what is possible.
    pub fn resized(self, samples: usize, batch: usize) -> Option<Self> {
        match self.replacement {
            true => Self::with_replacement(samples, batch),
            false => Self::new(samples, batch.min(samples)),
        }
    }

    /// Whether the draws of a minibatch are independent.
    pub fn replaces(self) -> bool {
        self.replacement
    }

    /// N.
    pub fn samples(self) -> usize {
        self.samples
    }

    /// τ.
    pub fn batch(self) -> usize {
        self.batch
    }

    /// a = (N − τ)/(τ(N − 1)), and 0 at N = 1; 1/τ with replacement: the share of the single-sample
    /// variance that is left. For per-sample matrices or vectors X_n with mean X̄,
    /// E[X_ξ ⊗ Y_ξ] = a·avg(X_n ⊗ Y_n) + (1 − a)·X̄ ⊗ Ȳ.
    pub fn variance_factor(self) -> Rational {
        if self.samples == 1 {
            return Rational::ZERO;
        }
        let (n, tau) = (self.samples as i64, self.batch as i64);
        if self.replacement {
            return Rational::ratio(1, tau);
        }
        Rational::ratio(n - tau, tau * (n - 1))
    }

    /// Every minibatch, in lexicographic order; each is equally likely. With replacement these are
    /// the sequences of draws, so that a set occurs as often as it has orders.
    ///
    /// # Errors
    /// [`Undefined::Budget`] if there are more than [`MAX_BATCHES`].
    pub fn batches(self) -> Result<Vec<Vec<usize>>, Undefined> {
        if self.replacement {
            return self.sequences();
        }
        let mut count: usize = 1;
        for k in 0..self.batch.min(self.samples - self.batch) {
            // C(N, k + 1) from C(N, k), exact at each step.
            count = count * (self.samples - k) / (k + 1);
            if count > MAX_BATCHES.max(self.samples) {
                let (n, tau) = (self.samples, self.batch);
                return Err(Undefined::Budget(format!(
                    "there are more than {MAX_BATCHES} minibatches of {tau} out of {n}"
                )));
            }
        }
        let mut batches = Vec::with_capacity(count);
        let mut current: Vec<usize> = (0..self.batch).collect();
        loop {
            batches.push(current.clone());
            let Some(i) =
                (0..self.batch).rev().find(|&i| current[i] < self.samples - self.batch + i)
            else {
                return Ok(batches);
            };
            current[i] += 1;
            for j in i + 1..self.batch {
                current[j] = current[j - 1] + 1;
            }
        }
    }

    fn sequences(self) -> Result<Vec<Vec<usize>>, Undefined> {
        let tau = u32::try_from(self.batch).unwrap_or(u32::MAX);
        let count = self.samples.checked_pow(tau).filter(|count| *count <= MAX_BATCHES);
        let Some(count) = count else {
            let (n, tau) = (self.samples, self.batch);
            return Err(Undefined::Budget(format!(
                "there are more than {MAX_BATCHES} sequences of {tau} draws from {n}"
            )));
        };
        let digits = |mut k: usize| {
            let mut sequence = vec![0; self.batch];
            for digit in sequence.iter_mut().rev() {
                *digit = k % self.samples;
                k /= self.samples;
            }
            sequence
        };
        Ok((0..count).map(digits).collect())
    }

    /// The factor in an arithmetic.
    pub fn variance_factor_in<S: Scalar>(self) -> S {
        S::from_rational(&self.variance_factor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_the_subsets() {
        let batches = Sampling::new(4, 2).unwrap().batches().unwrap();
        assert_eq!(batches, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
        assert_eq!(Sampling::new(3, 3).unwrap().batches().unwrap(), [[0, 1, 2]]);
        assert!(Sampling::new(40, 20).unwrap().batches().is_err());
        assert_eq!(Sampling::new(3, 0), None);
        assert_eq!(Sampling::new(3, 4), None);
    }

    #[test]
    fn sequences_may_repeat() {
        let sampling = Sampling::with_replacement(2, 2).unwrap();
        assert_eq!(sampling.batches().unwrap(), [[0, 0], [0, 1], [1, 0], [1, 1]]);
        assert!(Sampling::with_replacement(2, 40).unwrap().batches().is_err());
        assert_eq!(Sampling::with_replacement(0, 1), None);
        // A single draw is neither the one nor the other.
        assert_eq!(Sampling::with_replacement(3, 1), Sampling::new(3, 1));
        assert_eq!(sampling.resized(1, 5).unwrap().batch(), 5);
        assert_eq!(Sampling::new(4, 3).unwrap().resized(2, 3).unwrap().batch(), 2);
    }

    #[test]
    fn the_variance_factor_is_what_enumeration_gives() {
        // Var of the minibatch mean of 0, 1, ..., N−1 over the single-sample variance.
        let nice = [(1, 1), (2, 1), (4, 2), (5, 3), (6, 6)].map(|(n, tau)| Sampling::new(n, tau));
        let independent =
            [(1, 3), (3, 2), (4, 3), (2, 7)].map(|(n, tau)| Sampling::with_replacement(n, tau));
        for sampling in nice.into_iter().chain(independent).flatten() {
            let (n, tau) = (sampling.samples(), sampling.batch());
            let variance = |values: &[Rational]| {
                let count = Rational::count(values.len());
                let sum = |f: &dyn Fn(&Rational) -> Rational| {
                    values.iter().fold(Rational::ZERO, |s, v| s.plus(&f(v))).over(&count).unwrap()
                };
                let mean = sum(&|v| v.clone());
                sum(&|v| v.minus(&mean).squared())
            };
            let single: Vec<Rational> = (0..n).map(Rational::count).collect();
            let means: Vec<Rational> = sampling
                .batches()
                .unwrap()
                .iter()
                .map(|batch| Rational::ratio(batch.iter().sum::<usize>() as i64, tau as i64))
                .collect();
            assert_eq!(variance(&means), variance(&single).times(&sampling.variance_factor()));
        }
    }
}
