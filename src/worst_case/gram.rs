//! Vectors over generators, and scalars that are linear in the inner products of generators.
//!
//! Over n samples that play equal roles, the Gram matrix of all vectors is a pair of free positive
//! semidefinite blocks: *means* (shared vectors, and the average of each family of n vectors) and
//! *spreads* (what each member of a family adds to its average). A family u is ū + ũ_i, and
//! E⟨u, v⟩ = ⟨ū, v̄⟩ + E⟨ũ, ṽ⟩. So n enters through the formulas only, if at all.

use crate::scalar::{Rational, Scalar};
use std::collections::BTreeMap;

/// Which of the two Gram blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Block {
    /// Shared vectors and averages.
    Mean,
    /// Deviations from the average.
    Spread,
}

impl Block {
    /// Both blocks, in order.
    pub const ALL: [Self; 2] = [Self::Mean, Self::Spread];
}

/// Coefficients by key; no key has the coefficient 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Sparse<K: Ord>(BTreeMap<K, Rational>);

impl<K: Ord> Default for Sparse<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Copy> Sparse<K> {
    /// Adds to the coefficient of a key.
    pub fn add(&mut self, key: K, value: &Rational) {
        let sum = self.0.get(&key).map_or_else(|| value.clone(), |old| old.plus(value));
        if sum.is_zero() {
            self.0.remove(&key);
        } else {
            self.0.insert(key, sum);
        }
    }

    /// The coefficient of a key.
    pub fn get(&self, key: K) -> Rational {
        self.0.get(&key).cloned().unwrap_or(Rational::ZERO)
    }

    /// Keys and coefficients, in order.
    pub fn iter(&self) -> impl Iterator<Item = (K, &Rational)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    /// Whether every coefficient is 0.
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn add_scaled(&mut self, factor: &Rational, other: &Self) {
        for (key, value) in other.iter() {
            self.add(key, &factor.times(value));
        }
    }
}

/// A vector: a combination of generators of both blocks. A shared vector has no spread.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vector {
    /// Over the generators of the means.
    pub mean: Sparse<usize>,
    /// Over the generators of the spreads.
    pub spread: Sparse<usize>,
}

impl Vector {
    /// `self + factor * other`.
    pub fn plus_scaled(mut self, factor: &Rational, other: &Self) -> Self {
        self.mean.add_scaled(factor, &other.mean);
        self.spread.add_scaled(factor, &other.spread);
        self
    }

    /// `factor * self`.
    pub fn scaled(&self, factor: &Rational) -> Self {
        Self::default().plus_scaled(factor, self)
    }

    /// Its average.
    pub fn average(self) -> Self {
        Self { mean: self.mean, spread: Sparse::default() }
    }

    /// The part over one block.
    pub fn part(&self, block: Block) -> &Sparse<usize> {
        match block {
            Block::Mean => &self.mean,
            Block::Spread => &self.spread,
        }
    }
}

/// A scalar: constant + Σ coefficient · inner product + Σ coefficient · value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    /// The constant.
    pub constant: Rational,
    /// Coefficients of ⟨p_i, p_j⟩, i ≤ j.
    pub mean: Sparse<(usize, usize)>,
    /// Coefficients of E⟨ũ_i, ũ_j⟩, i ≤ j.
    pub spread: Sparse<(usize, usize)>,
    /// Coefficients of the function values.
    pub values: Sparse<usize>,
}

impl Form {
    /// A number.
    pub fn number(constant: Rational) -> Self {
        Self { constant, ..Self::default() }
    }

    /// E⟨u, v⟩.
    pub fn inner(u: &Vector, v: &Vector) -> Self {
        let mut form = Self::default();
        for block in Block::ALL {
            let target = form.products_mut(block);
            for (i, a) in u.part(block).iter() {
                for (j, b) in v.part(block).iter() {
                    target.add((i.min(j), i.max(j)), &a.times(b));
                }
            }
        }
        form
    }

    /// `self + factor * other`.
    pub fn plus_scaled(mut self, factor: &Rational, other: &Self) -> Self {
        self.constant = self.constant.plus(&factor.times(&other.constant));
        self.mean.add_scaled(factor, &other.mean);
        self.spread.add_scaled(factor, &other.spread);
        self.values.add_scaled(factor, &other.values);
        self
    }

    /// `factor * self`.
    pub fn scaled(&self, factor: &Rational) -> Self {
        Self::default().plus_scaled(factor, self)
    }

    /// The coefficients over one block.
    pub fn products(&self, block: Block) -> &Sparse<(usize, usize)> {
        match block {
            Block::Mean => &self.mean,
            Block::Spread => &self.spread,
        }
    }

    /// The coefficients over one block, to be changed.
    pub fn products_mut(&mut self, block: Block) -> &mut Sparse<(usize, usize)> {
        match block {
            Block::Mean => &mut self.mean,
            Block::Spread => &mut self.spread,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<&Rational> {
        let constant = self.mean.is_zero() && self.spread.is_zero() && self.values.is_zero();
        constant.then_some(&self.constant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(mean: &[i64], spread: &[i64]) -> Vector {
        let mut vector = Vector::default();
        for (i, value) in mean.iter().enumerate() {
            vector.mean.add(i, &Rational::integer(*value));
        }
        for (i, value) in spread.iter().enumerate() {
            vector.spread.add(i, &Rational::integer(*value));
        }
        vector
    }

    /// Against n = 3 concrete families in the plane: E⟨u, v⟩ is what the blocks say.
    #[test]
    fn the_blocks_give_the_average_of_inner_products() {
        let q = Rational::integer;
        // Means p_0 = (1, 2), p_1 = (0, 3); one family with deviations that sum to zero.
        let means = [[1, 2], [0, 3]];
        let deviations = [[1, -1], [2, 0], [-3, 1]];
        let (u, v) = (vector(&[2, -1], &[3]), vector(&[1, 1], &[-2]));
        let at = |w: &Vector, i: usize, k: usize| {
            let mean = (0..2).fold(q(0), |s, p| s.plus(&w.mean.get(p).times(&q(means[p][k]))));
            mean.plus(&w.spread.get(0).times(&q(deviations[i][k])))
        };
        let mut average = q(0);
        for i in 0..3 {
            for k in 0..2 {
                average =
                    average.plus(&at(&u, i, k).times(&at(&v, i, k)).times(&Rational::ratio(1, 3)));
            }
        }
        let gram = |a: [i64; 2], b: [i64; 2]| q(a[0] * b[0] + a[1] * b[1]);
        let spread = deviations
            .iter()
            .fold(q(0), |s, d| s.plus(&gram(*d, *d)))
            .times(&Rational::ratio(1, 3));
        let form = Form::inner(&u, &v);
        let mut value = form.spread.get((0, 0)).times(&spread);
        for i in 0..2 {
            for j in i..2 {
                value = value.plus(&form.mean.get((i, j)).times(&gram(means[i], means[j])));
            }
        }
        assert_eq!(value, average);
    }
}
