//! What an algorithm has beyond its step size: a compressor, and points in its memory.

use super::{Compressor, InstanceError};
use crate::scalar::{Rational, Scalar};

/// The compressor and the memory of a run. The default has neither: ω of the instance then belongs
/// to a Bernoulli compressor, and every point of the memory is where the run starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Algorithm {
    /// What is done to the point after a step, for processes that compress.
    pub compressor: Compressor,
    /// The point φ_n that the memory holds for each sample; of L-SVRG the first is the snapshot,
    /// and the others are not looked at. Empty: every one is x.
    pub memory: Vec<Vec<Rational>>,
    /// p of L-SVRG: the probability of a new snapshot, in (0, 1].
    pub refresh: Rational,
}

/// p where none is given.
pub(super) fn default_refresh() -> Rational {
    Rational::ratio(1, 2)
}

impl Default for Algorithm {
    fn default() -> Self {
        Self { compressor: Compressor::default(), memory: Vec::new(), refresh: default_refresh() }
    }
}

impl Algorithm {
    /// Whether it fits a problem of N samples in dimension d.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self, samples: usize, d: usize) -> Result<(), InstanceError> {
        if !self.compressor.fits(d) {
            return Err(InstanceError::Compressor(d));
        }
        if ![0, 1, samples].contains(&self.memory.len()) {
            let (what, found) = ("memory", self.memory.len());
            return Err(InstanceError::Length { what, found, expected: samples });
        }
        if let Some(point) = self.memory.iter().find(|point| point.len() != d) {
            let what = "a point of the memory";
            return Err(InstanceError::Length { what, found: point.len(), expected: d });
        }
        if !self.refresh.is_positive() || self.refresh > Rational::ONE {
            return Err(InstanceError::Refresh(self.refresh.clone()));
        }
        Ok(())
    }

    /// The point in memory for sample `n`, or `x` where nothing else is stored.
    pub fn stored<'a>(&'a self, n: usize, x: &'a [Rational]) -> &'a [Rational] {
        match &self.memory[..] {
            [] => x,
            [snapshot] => snapshot,
            table => &table[n],
        }
    }

    /// The same for the other coordinates; `None` if the compressor has nothing left to keep.
    pub fn without_coordinate(&self, coordinate: usize, d: usize) -> Option<Self> {
        let mut smaller = self.clone();
        smaller.compressor = self.compressor.without_coordinate(coordinate, d)?;
        for point in &mut smaller.memory {
            point.remove(coordinate);
        }
        Some(smaller)
    }

    /// The same for the other samples.
    pub fn without_sample(&self, sample: usize) -> Self {
        let mut smaller = self.clone();
        if smaller.memory.len() > 1 {
            smaller.memory.remove(sample);
        }
        smaller
    }

    /// Visits every free number; p stays a probability.
    pub fn visit_numbers(&mut self, visit: &mut impl FnMut(&mut Rational)) {
        self.memory.iter_mut().flatten().for_each(&mut *visit);
        let mut refresh = self.refresh.clone();
        visit(&mut refresh);
        if refresh.is_positive() && refresh.at_most(&Rational::ONE) == Some(true) {
            self.refresh = refresh;
        }
    }
}
