//! The only judge of certificates and witnesses: exact, without tolerance.
//!
//! A certificate is one multiplier a constraint. With Q = τ − objective − Σ λ_k c_k, λ ≥ 0 and Q
//! positive semidefinite in both blocks without function values, every point has objective ≤ τ. A
//! witness is a point: Gram matrices and values that meet every constraint.

use super::program::{Gram, Quadratic, Reduced};
use crate::linear::Matrix;
use crate::linear::exact::is_positive_semidefinite;
use crate::scalar::{Rational, Scalar};

/// Why a certificate or a witness is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is not one multiplier a constraint, or a matrix has the wrong size.
    #[error("it has the wrong size")]
    Size,
    /// A multiplier is negative.
    #[error("the multiplier of [{0}] is negative")]
    Multiplier(String),
    /// A function value is left over.
    #[error("the value {0} does not cancel")]
    Value(String),
    /// A block is not positive semidefinite.
    #[error("the block of the {0} is not positive semidefinite")]
    Indefinite(&'static str),
    /// A constraint is not met.
    #[error("the constraint [{0}] is not met")]
    Unmet(String),
}

const BLOCKS: [&str; 2] = ["means", "spreads"];

/// τ − objective − Σ λ_k c_k without its constant, and the τ that makes the constant zero.
pub fn residual(reduced: &Reduced, multipliers: &[Rational]) -> (Quadratic, Rational) {
    let minus = Rational::integer(-1);
    let mut total = Quadratic {
        constant: reduced.objective.constant.clone(),
        blocks: reduced.objective.blocks.clone().map(|block| block.scaled(&minus)),
        values: reduced.objective.values.iter().map(Scalar::negated).collect(),
    };
    for (constraint, multiplier) in reduced.constraints.iter().zip(multipliers) {
        if multiplier.is_zero() {
            continue;
        }
        let factor = multiplier.negated();
        total.constant = total.constant.plus(&multiplier.times(&constraint.constant));
        for (block, matrix) in total.blocks.iter_mut().zip(&constraint.blocks) {
            *block = block.plus_scaled(&factor, matrix);
        }
        for (value, coefficient) in total.values.iter_mut().zip(&constraint.values) {
            *value = value.plus(&factor.times(coefficient));
        }
    }
    let bound = std::mem::take(&mut total.constant);
    (total, bound)
}

/// The upper bound that a certificate proves.
///
/// # Errors
/// Why it proves none.
pub fn judge_certificate(reduced: &Reduced, multipliers: &[Rational]) -> Result<Rational, Refusal> {
    if multipliers.len() != reduced.constraints.len() {
        return Err(Refusal::Size);
    }
    if let Some(k) = multipliers.iter().position(Rational::is_negative) {
        return Err(Refusal::Multiplier(reduced.name(k).to_owned()));
    }
    let (residual, bound) = residual(reduced, multipliers);
    if let Some(i) = residual.values.iter().position(|value| !value.is_zero()) {
        return Err(Refusal::Value(reduced.program.values[i].clone()));
    }
    semidefinite(&residual.blocks)?;
    Ok(bound)
}

/// The value of the objective at a point, which is a lower bound.
///
/// # Errors
/// Why the point is none.
pub fn judge_witness(reduced: &Reduced, gram: &Gram) -> Result<Rational, Refusal> {
    let sizes = reduced.kept.iter().zip(&gram.blocks);
    let fits = sizes.into_iter().all(|(kept, block)| {
        block.rows() == kept.len() && block.columns() == kept.len() && block.is_symmetric()
    });
    if !fits || gram.values.len() != reduced.program.values.len() {
        return Err(Refusal::Size);
    }
    semidefinite(&gram.blocks)?;
    for (k, constraint) in reduced.constraints.iter().enumerate() {
        if constraint.at(gram).is_negative() {
            return Err(Refusal::Unmet(reduced.name(k).to_owned()));
        }
    }
    Ok(reduced.objective.at(gram))
}

fn semidefinite(blocks: &[Matrix<Rational>; 2]) -> Result<(), Refusal> {
    for (block, name) in blocks.iter().zip(BLOCKS) {
        if !is_positive_semidefinite(block) {
            return Err(Refusal::Indefinite(name));
        }
    }
    Ok(())
}
