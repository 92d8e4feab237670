//! The recursion of moments when every step is followed by 𝒞(y) = Dy, D a random diagonal matrix
//! that is independent of the step.

use super::Contraction;
use super::moments::{Recursion, packed};
use crate::linear::Matrix;
use crate::problem::Multipliers;
use crate::scalar::{Rational, Scalar};

impl<S: Scalar> Recursion<S> {
    /// The recursion of e = x − x* with the compressor after the step, for x* of length d.
    ///
    /// With w = E D_i, W = E D_iD_j and the moments m, M of the step alone,
    /// E e⁺ = w(m + x*) − x* and E e⁺e⁺ᵀ is, entry by entry,
    /// W(M + mx*ᵀ + x*mᵀ + x*x*ᵀ) − w(m + x*)x*ᵀ − x*(w(m + x*))ᵀ + x*x*ᵀ.
    #[must_use]
    pub fn compressed(&self, multipliers: &Multipliers<S>, x_star: &[S]) -> Self {
        let Multipliers { first, second } = multipliers;
        let d = self.d;
        let index: Vec<(usize, usize)> =
            (0..d).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
        let weight = |row: usize| &second[index[row]];
        // What multiplies m_i x*_j and m_j x*_i.
        let crossed = |row: usize| {
            let (i, j) = index[row];
            let own = weight(row);
            let to_i = own.minus(&first[i]).times(&x_star[j]);
            let to_j = own.minus(&first[j]).times(&x_star[i]);
            [(i, to_i), (j, to_j)]
        };
        let scaled = |m: &Matrix<S>, factor: &dyn Fn(usize) -> S| {
            Matrix::from_fn(m.rows(), m.columns(), |i, j| factor(i).times(&m[(i, j)]))
        };
        let packed_weight = |row: usize| weight(row).clone();
        Self {
            d,
            mean_map: scaled(&self.mean_map, &|i| first[i].clone()),
            mean_constant: (0..d)
                .map(|i| {
                    let lost = first[i].minus(&S::one()).times(&x_star[i]);
                    first[i].times(&self.mean_constant[i]).plus(&lost)
                })
                .collect(),
            second_map: scaled(&self.second_map, &packed_weight),
            cross_map: Matrix::from_fn(self.cross_map.rows(), d, |row, column| {
                let own = weight(row).times(&self.cross_map[(row, column)]);
                crossed(row).iter().fold(own, |sum, (i, factor)| {
                    sum.plus(&factor.times(&self.mean_map[(*i, column)]))
                })
            }),
            second_constant: (0..index.len())
                .map(|row| {
                    let (i, j) = index[row];
                    let own = weight(row).times(&self.second_constant[packed(i, j)]);
                    let own = crossed(row).iter().fold(own, |sum, (i, factor)| {
                        sum.plus(&factor.times(&self.mean_constant[*i]))
                    });
                    let rest = weight(row).minus(&first[i]).minus(&first[j]).plus(&S::one());
                    own.plus(&rest.times(&x_star[i]).times(&x_star[j]))
                })
                .collect(),
        }
    }
}

impl Contraction {
    /// After a compressor with E D_i² ≤ `growth`: M ↦ E DMD is positive and multiplies the trace by
    /// at most that.
    #[must_use]
    pub fn compressed(&self, growth: &Rational) -> Self {
        Self { rho: self.rho.times(growth), mu: self.mu.clone() }
    }
}
