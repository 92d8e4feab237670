//! An instance on the coordinates that a mask keeps.

use super::linear_model::LinearModel;
use super::{Compressor, ControlVariate, FiniteSum, Instance};
use crate::linear::Matrix;
use crate::scalar::{Rational, Undefined};

impl Instance {
    /// f restricted to the range of the instance's mask, with the point, the control variate and
    /// the memory in the coordinates that it keeps: the instance itself without a mask.
    ///
    /// A teacher with other coordinates than the mask's does not belong to the restriction; its
    /// gradients do, and are then given by themselves.
    ///
    /// # Errors
    /// If the mask keeps nothing, or the family of problems has no such restriction.
    pub fn restricted(&self) -> Result<Self, Undefined> {
        let Compressor::Mask(mask) = &self.algorithm.compressor else { return Ok(self.clone()) };
        let none = |why: &str| Undefined::Missing(why.into());
        if mask.iter().all(|kept| *kept) {
            let mut plain = self.clone();
            plain.algorithm.compressor = Compressor::default();
            return Ok(plain);
        }
        let places: Vec<usize> = (0..mask.len()).filter(|i| mask[*i]).collect();
        if places.is_empty() {
            return Err(none("the mask keeps no coordinate"));
        }
        let kept = |v: &[Rational]| places.iter().map(|i| v[*i].clone()).collect::<Vec<_>>();
        let all = |vectors: &[Vec<Rational>]| vectors.iter().map(|v| kept(v)).collect::<Vec<_>>();
        let block = |h: &Matrix<Rational>| {
            let d = places.len();
            Matrix::from_fn(d, d, |i, j| h[(places[i], places[j])].clone())
        };
        // Where the other coordinates are zero they add nothing to a gradient.
        let problem = match &self.problem {
            FiniteSum::Quadratic { hessians, linear } => FiniteSum::Quadratic {
                hessians: hessians.iter().map(block).collect(),
                linear: all(linear),
            },
            FiniteSum::LeastSquares { features, targets, ridge } => FiniteSum::LeastSquares {
                features: all(features),
                targets: targets.clone(),
                ridge: ridge.clone(),
            },
            FiniteSum::LinearModel(model) => FiniteSum::LinearModel(columns(model, mask)?),
            _ => {
                return Err(none(
                    "no restriction of waves and networks to a mask is in the family",
                ));
            }
        };
        let inside = |v: &[Rational]| v.iter().zip(mask).all(|(q, kept)| *kept || q.is_zero());
        let control = match &self.control {
            ControlVariate::Teacher { parameters, ridge } if inside(parameters) => {
                ControlVariate::Teacher { parameters: kept(parameters), ridge: *ridge }
            }
            other => ControlVariate::Free(all(&other.vectors(&self.problem)?)),
        };
        let mut algorithm = self.algorithm.clone();
        algorithm.compressor = Compressor::default();
        algorithm.memory = all(&algorithm.memory);
        Ok(Self {
            problem,
            control,
            point: kept(&self.point),
            algorithm,
            sampling: self.sampling,
            parameters: self.parameters.clone(),
            asserted: self.asserted.clone(),
        })
    }
}

/// The model on the features that the mask keeps, if it keeps the same ones for every output.
fn columns(
    model: &LinearModel<Rational>,
    mask: &[bool],
) -> Result<LinearModel<Rational>, Undefined> {
    let width = model.width();
    let first = &mask[..width];
    if mask.chunks(width).any(|output| output != first) {
        let why = "the mask keeps other features for one output than for another";
        return Err(Undefined::Missing(why.into()));
    }
    let kept = |row: &Vec<Rational>| {
        row.iter().zip(first).filter(|(_, kept)| **kept).map(|(entry, _)| entry.clone()).collect()
    };
    Ok(LinearModel { features: model.features.iter().map(kept).collect(), ..model.clone() })
}
