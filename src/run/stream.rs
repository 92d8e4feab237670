//! Which samples a step sees: drawn from a seed, or given.

use super::problem::RunError;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of batches and coins.
pub trait Stream {
    /// Whether it can fill batches of this size from this number of samples.
    fn admits(&self, samples: usize, batch: usize) -> bool;
    /// Fills a batch with indices below N.
    fn draw(&mut self, batch: &mut [u32]);
    /// Fills one batch after another.
    #[inline(always)]
    fn draw_batches(&mut self, indices: &mut [u32], batch: usize) {
        indices.chunks_exact_mut(batch).for_each(|batch| self.draw(batch));
    }
    /// Whether an event of this probability happens.
    fn coin(&mut self, probability: f64) -> bool;
}

/// Uniform batches from a seed: without replacement (τ-nice) or with.
///
/// Streams of one seed with different numbers are independent.
#[derive(Clone, Debug)]
pub struct Seeded {
    rng: ChaCha8Rng,
    samples: u32,
    /// The one size of batches without replacement; `None` with it.
    batch: Option<usize>,
    /// A permutation, of which each draw shuffles the beginning; empty where it is not needed.
    order: Vec<u32>,
}

impl Seeded {
    /// Batches of `batch` different samples, every set equally likely.
    ///
    /// # Errors
    /// Unless 1 ≤ batch ≤ N < 2³².
    pub fn nice(seed: u64, number: u64, samples: usize, batch: usize) -> Result<Self, RunError> {
        let fault = RunError::Batch { batch, samples };
        let count = u32::try_from(samples).map_err(|_| fault.clone())?;
        if batch == 0 || batch > samples {
            return Err(fault);
        }
        let order = if batch == 1 { Vec::new() } else { (0..count).collect() };
        Ok(Self { rng: generator(seed, number), samples: count, batch: Some(batch), order })
    }

    /// Batches of independent samples, which may repeat.
    ///
    /// # Errors
    /// Unless 1 ≤ N < 2³².
    pub fn independent(seed: u64, number: u64, samples: usize) -> Result<Self, RunError> {
        let count = u32::try_from(samples).ok().filter(|count| *count > 0);
        let count = count.ok_or(RunError::Batch { batch: 1, samples })?;
        Ok(Self { rng: generator(seed, number), samples: count, batch: None, order: Vec::new() })
    }
}

fn generator(seed: u64, number: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    rng
}

/// A uniform number below `bound` > 0, without bias: of the 2³² words, those that would make some
/// results likelier are drawn again (Lemire 2019).
#[inline(always)]
fn below(rng: &mut ChaCha8Rng, bound: u32) -> u32 {
    loop {
        let product = u64::from(rng.next_u32()) * u64::from(bound);
        let low = product as u32;
        if low >= bound || low >= bound.wrapping_neg() % bound {
            return (product >> 32) as u32;
        }
    }
}

impl Stream for Seeded {
    fn admits(&self, samples: usize, batch: usize) -> bool {
        samples == self.samples as usize && self.batch.is_none_or(|own| own == batch)
    }

    #[inline(always)]
    fn draw(&mut self, batch: &mut [u32]) {
        if self.order.is_empty() {
            for index in batch {
                *index = below(&mut self.rng, self.samples);
            }
            return;
        }
        // The start of a uniform shuffle of any permutation is a uniform sample.
        for (i, index) in batch.iter_mut().enumerate() {
            let j = i + below(&mut self.rng, self.samples - i as u32) as usize;
            self.order.swap(i, j);
            *index = self.order[i];
        }
    }

    #[inline(always)]
    fn coin(&mut self, probability: f64) -> bool {
        let uniform = (self.rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        uniform < probability
    }
}

/// Given indices and coins, from the start again when they are used up: to run the very sequence that
/// another program ran.
#[derive(Clone, Debug)]
pub struct Injected<'a> {
    samples: usize,
    indices: &'a [u32],
    next_index: usize,
    coins: &'a [bool],
    next_coin: usize,
}

impl<'a> Injected<'a> {
    /// From indices below `samples`, and coins, which may be none: then no coin shows heads.
    ///
    /// # Errors
    /// If there are no indices, or one is too large.
    pub fn new(samples: usize, indices: &'a [u32], coins: &'a [bool]) -> Result<Self, RunError> {
        if indices.is_empty() {
            return Err(RunError::Empty("the number of indices"));
        }
        match indices.iter().find(|index| **index as usize >= samples) {
            Some(&index) => Err(RunError::Index { index, samples }),
            None => Ok(Self { samples, indices, next_index: 0, coins, next_coin: 0 }),
        }
    }
}

impl Injected<'_> {
    /// The same sequence from another place, counted from its beginning and modulo its length.
    pub fn starting_at(mut self, place: usize) -> Self {
        self.next_index = place % self.indices.len();
        self
    }
}

impl Stream for Injected<'_> {
    fn admits(&self, samples: usize, _: usize) -> bool {
        samples == self.samples
    }

    #[inline(always)]
    fn draw(&mut self, batch: &mut [u32]) {
        self.draw_batches(batch, batch.len());
    }

    #[inline(always)]
    fn draw_batches(&mut self, mut indices: &mut [u32], _: usize) {
        while !indices.is_empty() {
            let given = &self.indices[self.next_index..];
            let (now, later) = indices.split_at_mut(given.len().min(indices.len()));
            now.copy_from_slice(&given[..now.len()]);
            self.next_index = (self.next_index + now.len()) % self.indices.len();
            indices = later;
        }
    }

    #[inline(always)]
    fn coin(&mut self, _: f64) -> bool {
        let Some(coin) = self.coins.get(self.next_coin) else { return false };
        self.next_coin = (self.next_coin + 1) % self.coins.len();
        *coin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chi-square statistic of draws against the uniform law; 99 degrees of freedom, whose
    /// 1 − 10⁻⁶ quantile is 174.
    fn statistic(mut stream: Seeded, batch: usize) -> f64 {
        let mut counts = [0u32; 100];
        let mut drawn = vec![0; batch];
        for _ in 0..100_000 / batch {
            stream.draw(&mut drawn);
            drawn.iter().for_each(|index| counts[*index as usize] += 1);
        }
        counts.iter().map(|c| (f64::from(*c) - 1000.0).powi(2) / 1000.0).sum()
    }

    #[test]
    fn draws_are_uniform_and_a_skewed_stream_is_caught() {
        assert!(statistic(Seeded::independent(1, 0, 100).unwrap(), 1) < 174.0);
        assert!(statistic(Seeded::nice(1, 0, 100, 10).unwrap(), 10) < 174.0);
        // Drawing from 97 of 100 leaves three samples out.
        assert!(statistic(Seeded::independent(1, 0, 97).unwrap(), 1) > 174.0);
    }

    #[test]
    fn nice_batches_do_not_repeat_and_streams_differ() {
        let mut stream = Seeded::nice(7, 3, 12, 5).unwrap();
        let mut batch = [0; 5];
        for _ in 0..1000 {
            stream.draw(&mut batch);
            let distinct: std::collections::BTreeSet<_> = batch.iter().collect();
            assert_eq!(distinct.len(), 5);
        }
        let first = |number| {
            let mut batch = [0; 8];
            Seeded::independent(7, number, 1 << 30).unwrap().draw(&mut batch);
            batch
        };
        assert_ne!(first(0), first(1));
        assert_eq!(first(1), first(1));
        // A stream of single samples draws no pairs: they could repeat.
        assert!(!Seeded::nice(0, 0, 3, 1).unwrap().admits(3, 2));
        assert!(!Seeded::nice(0, 0, 3, 2).unwrap().admits(4, 2));
        assert!(Seeded::nice(0, 0, 3, 4).is_err());
        assert!(Seeded::nice(0, 0, 3, 0).is_err());
        assert!(Seeded::independent(0, 0, 0).is_err());
    }

    #[test]
    fn given_sequences_are_checked_and_repeat() {
        assert_eq!(
            Injected::new(3, &[0, 3], &[]).unwrap_err(),
            RunError::Index { index: 3, samples: 3 }
        );
        assert!(Injected::new(3, &[], &[]).is_err());
        let mut stream = Injected::new(3, &[2, 0, 1], &[true, false]).unwrap();
        let mut batch = [0; 4];
        stream.draw(&mut batch);
        assert_eq!(batch, [2, 0, 1, 2]);
        let mut stream = stream.starting_at(4);
        let mut batches = [0; 7];
        stream.draw_batches(&mut batches, 3);
        assert_eq!(batches, [0, 1, 2, 0, 1, 2, 0]);
        let coins: Vec<bool> = (0..3).map(|_| stream.coin(0.5)).collect();
        assert_eq!(coins, [true, false, true]);
    }
}
