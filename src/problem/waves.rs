//! Non-convex problems that still are strongly quasi-convex or satisfy the Polyak–Łojasiewicz
//! inequality: sums of t² + α sin² t along given directions.

use crate::linear::{Linear, Matrix, add, dot, scale, subtract};
use crate::scalar::{Rational, Scalar, Undefined};

/// f_n(x) = Σ_j w_nj h_j(⟨a_j, x − x*⟩) + ⟨z_n, x − x*⟩ with h_j(t) = t² + α_j sin² t and Σ z_n = 0.
///
/// With mean weights w̄_j > 0, f = Σ_j w̄_j h_j(⟨a_j, x − x*⟩) is least at x*, where the samples'
/// gradients are the z_n. It has negative curvature as soon as α_j > 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Waves<S> {
    /// a_j, k vectors of length d.
    pub rows: Vec<Vec<S>>,
    /// x*, of length d.
    pub center: Vec<S>,
    /// α_j ≥ 0, one a row.
    pub bends: Vec<S>,
    /// w_nj, N vectors of length k.
    pub weights: Vec<Vec<S>>,
    /// z_n, N vectors of length d.
    pub noise: Vec<Vec<S>>,
}

/// h and its first two derivatives at t: t² + α sin² t, 2t + α sin 2t, 2 + 2α cos 2t.
///
/// # Errors
/// If the arithmetic has no value for them.
pub fn wave<S: Scalar>(bend: &S, t: &S) -> Result<[S; 3], Undefined> {
    let two = S::from_rational(&Rational::integer(2));
    let double = two.times(t);
    let sine = t.sin()?;
    Ok([
        t.squared().plus(&bend.times(&sine.squared())),
        double.plus(&bend.times(&double.sin()?)),
        two.plus(&two.times(bend).times(&double.cos()?)),
    ])
}

impl<S: Linear> Waves<S> {
    /// d.
    pub fn dimension(&self) -> usize {
        self.center.len()
    }

    /// The same problem in another scalar.
    pub fn map<T: Scalar>(&self, convert: impl Fn(&S) -> T + Copy) -> Waves<T> {
        let vector = |v: &[S]| -> Vec<T> { v.iter().map(convert).collect() };
        let vectors = |vectors: &[Vec<S>]| vectors.iter().map(|v| vector(v)).collect();
        Waves {
            rows: vectors(&self.rows),
            center: vector(&self.center),
            bends: vector(&self.bends),
            weights: vectors(&self.weights),
            noise: vectors(&self.noise),
        }
    }

    /// w̄_j.
    pub fn mean_weights(&self) -> Vec<S> {
        crate::linear::average(self.rows.len(), &self.weights)
    }

    /// t_j = ⟨a_j, x − x*⟩.
    fn coordinates(&self, x: &[S]) -> Vec<S> {
        let e = subtract(x, &self.center);
        self.rows.iter().map(|a| dot(a, &e)).collect()
    }

    fn waves(&self, x: &[S]) -> Result<Vec<[S; 3]>, Undefined> {
        self.bends.iter().zip(self.coordinates(x)).map(|(bend, t)| wave(bend, &t)).collect()
    }

    /// f_n(x) − f_n(x*).
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn loss(&self, n: usize, x: &[S]) -> Result<S, Undefined> {
        let linear = dot(&self.noise[n], &subtract(x, &self.center));
        Ok(linear.plus(&self.weighted(&self.weights[n], x)?))
    }

    /// f(x) − f*.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn gap(&self, x: &[S]) -> Result<S, Undefined> {
        self.weighted(&self.mean_weights(), x)
    }

    fn weighted(&self, weights: &[S], x: &[S]) -> Result<S, Undefined> {
        let waves = self.waves(x)?;
        let parts = weights.iter().zip(&waves).map(|(w, [h, ..])| w.times(h));
        Ok(parts.fold(S::zero(), |sum, part| sum.plus(&part)))
    }

    /// ∇f_n(x), of length d.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn gradient(&self, n: usize, x: &[S]) -> Result<Vec<S>, Undefined> {
        let waves = self.waves(x)?;
        let mut gradient = self.noise[n].clone();
        for ((a, weight), [_, slope, _]) in self.rows.iter().zip(&self.weights[n]).zip(&waves) {
            gradient = add(&gradient, &scale(&weight.times(slope), a));
        }
        Ok(gradient)
    }

    /// ∇²f_n(x), d×d.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn hessian(&self, n: usize, x: &[S]) -> Result<Matrix<S>, Undefined> {
        let waves = self.waves(x)?;
        let parts = self.weights[n].iter().zip(&waves).map(|(w, [.., bend])| w.times(bend));
        Ok(self.gram(&parts.collect::<Vec<_>>()))
    }

    /// Aᵀ diag(s) A, d×d, for one number a row.
    pub fn gram(&self, shares: &[S]) -> Matrix<S> {
        let d = self.dimension();
        let mut gram = Matrix::zeros(d, d);
        for i in 0..d {
            for j in 0..=i {
                let parts = self.rows.iter().zip(shares).map(|(a, s)| s.times(&a[i]).times(&a[j]));
                let value = parts.fold(S::zero(), |sum, part| sum.plus(&part));
                gram[(j, i)] = value.clone();
                gram[(i, j)] = value;
            }
        }
        gram
    }
}
