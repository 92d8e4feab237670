//! Compressors in a setting: outcomes of a step, and moments along paths.

use super::{Setting, no_memory};
use crate::claim::evaluate::Moments;
use crate::claim::vocabulary::Quantity;
use crate::estimator::{self, Oracle};
use crate::expectation::{MomentArithmetic, enumerate_paths};
use crate::linear::{add, norm_sq, scale, subtract};
use crate::scalar::{Rational, Scalar, Undefined};

/// What may become of a point, with the probabilities.
pub(super) type Outcomes<S> = Vec<(S, Vec<S>)>;

impl<S: MomentArithmetic> Setting<'_, S> {
    fn omega(&self) -> S {
        S::from_rational(&self.instance.parameters.omega)
    }

    fn compress(&self, y: &[S]) -> Result<Outcomes<S>, Undefined> {
        self.instance.algorithm.compressor.outcomes(&self.omega(), y)
    }

    /// 𝒞(x⁺) for each outcome of the step.
    pub(super) fn compressed(&self) -> Result<&[Outcomes<S>], Undefined> {
        let compressed = self.compressed.get_or_init(|| {
            if !self.process.compresses() {
                return Err(Undefined::Missing("this process does not compress".into()));
            }
            (0..self.batches()?.len())
                .map(|outcome| self.compress(&self.step_outcome(Quantity::XNext, outcome)?))
                .collect()
        });
        compressed.as_deref().map_err(Clone::clone)
    }

    /// The moments after t compressed steps: by the recursion for a linear compressor, else over
    /// every path.
    pub(super) fn compressed_moments(&self) -> Result<Moments<S>, Undefined> {
        let center = self.x_star()?.to_vec();
        let compressor = &self.instance.algorithm.compressor;
        let Some(multipliers) = compressor.multipliers(&self.omega(), center.len()) else {
            return self.compressed_path_moments(center);
        };
        let recursion = match self.sample_moments() {
            Ok(moments) => moments.recursion(&self.gamma, &self.lambda),
            // Too many coordinates, but perhaps few paths.
            Err(why) => return self.compressed_path_moments(center).map_err(|_| why),
        };
        let growth = compressor
            .multipliers(&self.instance.parameters.omega, center.len())
            .into_iter()
            .flat_map(|m| (0..center.len()).map(move |i| m.second[(i, i)].clone()))
            .fold(Rational::ONE, |largest, own| largest.greatest(&own));
        let contraction = self.contraction(&self.gamma)?.compressed(&growth);
        let moments = S::iterate(
            &recursion.compressed(&multipliers, &center),
            &subtract(&self.point, &center),
            self.instance.parameters.horizon,
            &contraction,
            self.budget,
        )?;
        let gap = self.mean_gap(&moments);
        let (mean, second) = (moments.mean, moments.second);
        Ok(Moments { center, mean, second, gap, memory: Err(no_memory()) })
    }

    /// The same from every path of minibatches and of the compressor.
    pub(super) fn compressed_path_moments(&self, center: Vec<S>) -> Result<Moments<S>, Undefined> {
        let batches = self.batches()?;
        let chance = S::from_rational(&Rational::ratio(1, batches.len() as i64));
        let oracle = Oracle::new(&self.problem, self.control()?);
        let process = estimator::estimator(self.process, &self.lambda);
        let paths = enumerate_paths(
            self.point.clone(),
            self.instance.parameters.horizon,
            self.budget,
            |x| x.iter().map(S::bits).max().unwrap_or(0),
            |x| {
                let mut next = Vec::new();
                for batch in batches {
                    let y = estimator::step(&*process, &oracle, &self.gamma, x, batch)?;
                    let images = self.compress(&y)?;
                    next.extend(images.into_iter().map(|(own, x)| (own.times(&chance), x)));
                }
                Ok(next)
            },
        )?;
        let mut mean = vec![S::zero(); center.len()];
        let (mut second, mut gap) = (S::zero(), S::zero());
        for (chance, x) in &paths {
            let e = subtract(x, &center);
            mean = add(&mean, &scale(chance, &e));
            second = second.plus(&chance.times(&norm_sq(&e)));
            gap = gap.plus(&chance.times(&self.gap_at(x)?));
        }
        Ok(Moments { center, mean, second, gap: Ok(gap), memory: Err(no_memory()) })
    }
}
