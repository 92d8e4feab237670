//! Which samples a step sees: uniform minibatches of τ different samples out of N.

use crate::scalar::{Rational, Scalar, Undefined};

/// τ-nice sampling: every set of τ different samples is equally likely. τ = 1 is uniform single
/// sampling, τ = N the full gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    samples: usize,
    batch: usize,
}

/// A step with more equally likely minibatches than this is not enumerated.
pub const MAX_BATCHES: usize = 4_096;

impl Sampling {
    /// Sampling of `batch` out of `samples`; `None` unless 1 ≤ batch ≤ samples.
    pub fn new(samples: usize, batch: usize) -> Option<Self> {
        (1..=samples).contains(&batch).then_some(Self { samples, batch })
    }

    /// N.
    pub fn samples(self) -> usize {
        self.samples
    }

    /// τ.
    pub fn batch(self) -> usize {
        self.batch
    }

    /// a = (N − τ)/(τ(N − 1)), and 0 at N = 1: the share of the single-sample variance that is
    /// left. For per-sample matrices or vectors X_n with mean X̄,
    /// E[X_ξ ⊗ Y_ξ] = a·avg(X_n ⊗ Y_n) + (1 − a)·X̄ ⊗ Ȳ.
    pub fn variance_factor(self) -> Rational {
        if self.samples == 1 {
            return Rational::ZERO;
        }
        let (n, tau) = (self.samples as i64, self.batch as i64);
        Rational::ratio(n - tau, tau * (n - 1))
    }

    /// Every minibatch, in lexicographic order; each is equally likely.
    ///
    /// # Errors
    /// [`Undefined::Budget`] if there are more than [`MAX_BATCHES`].
    pub fn batches(self) -> Result<Vec<Vec<usize>>, Undefined> {
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
    fn the_variance_factor_is_what_enumeration_gives() {
        // Var of the minibatch mean of 0, 1, ..., N−1 over the single-sample variance.
        for (n, tau) in [(1, 1), (2, 1), (4, 2), (5, 3), (6, 6)] {
            let sampling = Sampling::new(n, tau).unwrap();
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
