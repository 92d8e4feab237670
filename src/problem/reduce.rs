//! Smaller problems of the same family, for shrinking: every number, without a sample, without a
//! coordinate.

use super::{FiniteSum, LinearModel, Waves};
use crate::linear::{Matrix, subtract};
use crate::scalar::Rational;

impl FiniteSum<Rational> {
    /// Every free number, in a fixed order. Symmetric matrices stay symmetric, ridges and bends
    /// non-negative, and the noise of waves sums to zero.
    pub fn visit_numbers(&mut self, visit: &mut impl FnMut(&mut Rational)) {
        let non_negative = |value: &mut Rational, visit: &mut dyn FnMut(&mut Rational)| {
            visit(value);
            *value = value.abs();
        };
        match self {
            Self::Quadratic { hessians, linear } => {
                for h in hessians {
                    for i in 0..h.rows() {
                        for j in 0..=i {
                            let mut entry = h[(i, j)].clone();
                            visit(&mut entry);
                            h[(j, i)] = entry.clone();
                            h[(i, j)] = entry;
                        }
                    }
                }
                linear.iter_mut().flatten().for_each(&mut *visit);
            }
            Self::LeastSquares { features, targets, ridge } => {
                features.iter_mut().flatten().for_each(&mut *visit);
                targets.iter_mut().for_each(&mut *visit);
                non_negative(ridge, visit);
            }
            Self::LinearModel(LinearModel { features, labels, ridge, .. }) => {
                features.iter_mut().flatten().for_each(&mut *visit);
                labels.iter_mut().flatten().for_each(&mut *visit);
                non_negative(ridge, visit);
            }
            Self::Network(network) => {
                network.inputs.iter_mut().flatten().for_each(&mut *visit);
                network.labels.iter_mut().flatten().for_each(&mut *visit);
            }
            Self::Waves(waves) => {
                waves.rows.iter_mut().flatten().for_each(&mut *visit);
                waves.center.iter_mut().for_each(&mut *visit);
                for bend in &mut waves.bends {
                    non_negative(bend, visit);
                }
                waves.weights.iter_mut().flatten().for_each(&mut *visit);
                let free = waves.noise.len().saturating_sub(1);
                waves.noise[..free].iter_mut().flatten().for_each(&mut *visit);
                balance(waves);
            }
        }
    }

    /// The problem without sample `n`; `None` if there is no other.
    pub fn without_sample(&self, n: usize) -> Option<Self> {
        if self.samples() <= 1 {
            return None;
        }
        let mut smaller = self.clone();
        match &mut smaller {
            Self::Quadratic { hessians, linear } => {
                hessians.remove(n);
                linear.remove(n);
            }
            Self::LeastSquares { features, targets, .. } => {
                features.remove(n);
                targets.remove(n);
            }
            Self::LinearModel(model) => {
                model.features.remove(n);
                model.labels.remove(n);
            }
            Self::Network(network) => {
                network.inputs.remove(n);
                network.labels.remove(n);
            }
            Self::Waves(waves) => {
                waves.weights.remove(n);
                waves.noise.remove(n);
                balance(waves);
            }
        }
        Some(smaller)
    }

    /// The problem without a feature or coordinate, and which entries of a point are left; `None`
    /// if there is no other, or no such coordinate.
    pub fn without_coordinate(&self, coordinate: usize) -> Option<(Self, Vec<usize>)> {
        // Widths of layers are kept: what a narrower network would keep of a point is a choice.
        let width = match self {
            Self::Network(_) => return None,
            Self::LinearModel(model) => model.width(),
            _ => self.dimension(),
        };
        if width <= 1 || coordinate >= width {
            return None;
        }
        let kept = (0..self.dimension()).filter(|i| i % width != coordinate).collect();
        let drop = |v: &mut Vec<Rational>| {
            v.remove(coordinate);
        };
        let skip = |i: usize| if i < coordinate { i } else { i + 1 };
        let mut smaller = self.clone();
        match &mut smaller {
            Self::Quadratic { hessians, linear } => {
                for h in hessians {
                    let d = h.rows() - 1;
                    *h = Matrix::from_fn(d, d, |i, j| h[(skip(i), skip(j))].clone());
                }
                linear.iter_mut().for_each(drop);
            }
            Self::LeastSquares { features, .. } => features.iter_mut().for_each(drop),
            Self::LinearModel(model) => model.features.iter_mut().for_each(drop),
            Self::Network(_) => return None,
            Self::Waves(waves) => {
                waves.rows.iter_mut().for_each(drop);
                drop(&mut waves.center);
                waves.noise.iter_mut().for_each(drop);
                // A row that says nothing is no wave.
                let rows = waves.rows.iter().enumerate();
                let told: Vec<usize> = rows
                    .filter(|(_, a)| !a.iter().all(Rational::is_zero))
                    .map(|(j, _)| j)
                    .collect();
                let pick = |v: &[Rational]| told.iter().map(|j| v[*j].clone()).collect();
                waves.bends = pick(&waves.bends);
                waves.weights = waves.weights.iter().map(|v| pick(v)).collect();
                waves.rows = told.iter().map(|j| waves.rows[*j].clone()).collect();
                if waves.rows.is_empty() {
                    return None;
                }
            }
        }
        Some((smaller, kept))
    }
}

/// The last sample's noise makes the sum zero.
fn balance(waves: &mut Waves<Rational>) {
    let d = waves.center.len();
    if let Some((last, others)) = waves.noise.split_last_mut() {
        *last = others.iter().fold(vec![Rational::ZERO; d], |rest, z| subtract(&rest, z));
    }
}
