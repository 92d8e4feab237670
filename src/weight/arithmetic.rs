//! The two arithmetics of the noise terms: floats, and intervals that count every rounding.

use crate::scalar::{Interval, Scalar, Undefined, quick};

/// An arithmetic that the quantities are computed in.
pub trait Arithmetic: Scalar {
    /// value ± error; floats drop the error.
    fn around(value: f64, error: f64) -> Self;
    /// An upper bound as a float.
    fn upper_float(&self) -> f64;
    /// 1/(1 + e^−z).
    ///
    /// # Errors
    /// If the exponential has no value.
    fn logistic(&self) -> Result<Self, Undefined>;
    /// e^{z_k}/Σ_j e^{z_j} for each k.
    ///
    /// # Errors
    /// If an exponential has no value.
    fn softmax(z: &[Self]) -> Result<Vec<Self>, Undefined>;
}

impl Arithmetic for f64 {
    fn around(value: f64, _: f64) -> Self {
        value
    }
    fn upper_float(&self) -> f64 {
        *self
    }
    fn logistic(&self) -> Result<Self, Undefined> {
        Ok(1.0 / (1.0 + (-*self).exp()))
    }
    fn softmax(z: &[Self]) -> Result<Vec<Self>, Undefined> {
        let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut values: Vec<f64> = z.iter().map(|z| (z - largest).exp()).collect();
        let sum: f64 = values.iter().sum();
        values.iter_mut().for_each(|value| *value /= sum);
        Ok(values)
    }
}

impl Arithmetic for Interval {
    fn around(value: f64, error: f64) -> Self {
        let lower = (value - error).next_down();
        Self::new(lower, (value + error).next_up()).unwrap_or_else(|| {
            // A NaN or an overflow: nothing is known.
            Self::new(f64::NEG_INFINITY, f64::INFINITY).unwrap_or_else(Self::zero)
        })
    }
    fn upper_float(&self) -> f64 {
        self.upper()
    }
    fn logistic(&self) -> Result<Self, Undefined> {
        Self::one().over(&Self::one().plus(&quick::exp(&self.negated())?))
    }

    /// With E_k = e^{z_k}, R_k the sum of the others: E_k/(E_k + R_k) rises in E_k and falls in R_k,
    /// so its range is taken at their ends.
    fn softmax(z: &[Self]) -> Result<Vec<Self>, Undefined> {
        let largest = z.iter().map(Self::upper).fold(f64::NEG_INFINITY, f64::max);
        let Some(largest) = Self::point(largest) else {
            // Something is unbounded; probabilities are not.
            let any = Self::new(0.0, 1.0).ok_or(Undefined::DivisionByZero)?;
            return Ok(vec![any; z.len()]);
        };
        let powers: Result<Vec<Self>, Undefined> =
            z.iter().map(|z| quick::exp(&z.minus(&largest))).collect();
        let powers = powers?;
        let mut above = vec![Self::zero(); powers.len() + 1];
        for (k, power) in powers.iter().enumerate().rev() {
            above[k] = above[k + 1].plus(power);
        }
        let mut below = Self::zero();
        let mut values = Vec::with_capacity(powers.len());
        for (k, power) in powers.iter().enumerate() {
            let rest = below.plus(&above[k + 1]);
            below = below.plus(power);
            values.push(share(power, &rest)?);
        }
        Ok(values)
    }
}

/// a/(a + b) for non-negative a and b, as tight as they are.
fn share(a: &Interval, b: &Interval) -> Result<Interval, Undefined> {
    let at = |a: f64, b: f64| {
        let (a, b) = (Interval::point(a)?, Interval::point(b)?);
        a.over(&a.plus(&b)).ok()
    };
    // Where an end is infinite or both are 0, the trivial bound.
    let lower = at(a.lower(), b.upper()).map_or(0.0, |share| share.lower().max(0.0));
    let upper = at(a.upper(), b.lower()).map_or(1.0, |share| share.upper().min(1.0));
    Interval::new(lower, upper).ok_or(Undefined::DivisionByZero)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(z: &[f64]) -> Vec<Interval> {
        z.iter().map(|z| Interval::point(*z).unwrap()).collect()
    }

    #[test]
    fn probabilities_are_narrow_and_hold_the_floats() {
        for z in [vec![0.5, -30.0, 2.0], vec![0.0; 5], vec![700.0, -700.0, 699.5], vec![-3.0, 1e3]]
        {
            let floats = f64::softmax(&z).unwrap();
            for (p, float) in Interval::softmax(&points(&z)).unwrap().iter().zip(floats) {
                assert!(p.width() <= 1e-12 && p.lower() >= 0.0 && p.upper() <= 1.0, "{z:?}: {p}");
                assert!((float - p.midpoint()).abs() <= 1e-12, "{z:?}: {float} for {p}");
            }
        }
    }

    /// The ends of wide scores are the floats of the worst corners, and no closer.
    #[test]
    fn wide_scores_give_the_range_and_unbounded_ones_everything() {
        let z: Vec<Interval> = [0.5, -1.0, 2.0].map(|z| Interval::around(z, 0.25)).to_vec();
        let range = Interval::softmax(&z).unwrap();
        for (k, range) in range.iter().enumerate() {
            let corner = |own: f64| {
                let end = |j: usize| z[j].midpoint() + if j == k { own } else { -own };
                f64::softmax(&[end(0), end(1), end(2)]).unwrap()[k]
            };
            assert!((range.lower() - corner(-0.25)).abs() < 1e-12, "{k}");
            assert!((range.upper() - corner(0.25)).abs() < 1e-12, "{k}");
        }
        let wild = [Interval::around(f64::MAX, f64::MAX), Interval::zero()];
        let all = Interval::softmax(&wild).unwrap();
        assert!(all.iter().all(|p| p.contains_f64(0.0) && p.contains_f64(1.0)), "{all:?}");
    }
}
