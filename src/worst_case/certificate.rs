//! A certificate as the text of a proof: multipliers times facts, squares, and a product with the
//! gradient at x*, which vanishes.

use super::gram::{Block, Form, Vector};
use super::judge::residual;
use super::program::{Program, Reduced};
use super::proof::NoFile;
use crate::linear::Matrix;
use crate::scalar::{Rational, Scalar};
use std::fmt::Write;

/// How a certificate is written.
pub(super) struct Wording<'a> {
    /// The program that it is a certificate of.
    pub reduced: &'a Reduced,
    /// For each constraint the text of what its multiplier multiplies, and the power of 1/γ that it
    /// scales with; `None` for a bound, which stands on the right side of the claim.
    pub facts: Vec<Option<(String, i32)>>,
    /// The power of 1/γ that the claim scales with.
    pub degree: i32,
    /// Whether the numbers are those of γ = λ = 1, and are written for every step size and weight:
    /// gradients with a factor γ, control variates with a factor λ.
    pub scaled: bool,
}

impl Wording<'_> {
    /// The text.
    ///
    /// # Errors
    /// If the certificate uses an equality other than stationarity.
    pub fn certificate(&self, multipliers: &[Rational]) -> Result<String, NoFile> {
        let program = &self.reduced.program;
        let mut left = program.objective.scaled(&Rational::integer(-1));
        let mut terms = Vec::new();
        for ((constraint, value), fact) in
            program.constraints.iter().zip(multipliers).zip(&self.facts)
        {
            if value.is_zero() {
                continue;
            }
            left = left.plus_scaled(&value.negated(), &constraint.form);
            match fact {
                Some((fact, degree)) => terms.push(product(value, degree - self.degree, fact)),
                None => {
                    let bound = value.times(&constraint.form.constant);
                    left = left.plus_scaled(&bound, &Form::number(Rational::ONE));
                }
            }
        }
        let (quadratic, _) = residual(self.reduced, multipliers);
        for (block, matrix) in Block::ALL.into_iter().zip(&quadratic.blocks) {
            for (weight, column) in squares(matrix)? {
                let coordinates = &self.reduced.coordinates[block as usize];
                let mut vector = Vector::default();
                for i in 0..coordinates.columns() {
                    let value = (0..column.len()).fold(Rational::ZERO, |s, k| {
                        s.plus(&column[k].times(&coordinates[(k, i)]))
                    });
                    match block {
                        Block::Mean => vector.mean.add(i, &value),
                        Block::Spread => vector.spread.add(i, &value),
                    }
                }
                left = left.plus_scaled(&weight.negated(), &Form::inner(&vector, &vector));
                let inside = self.combination(block, &vector);
                let square = match block {
                    Block::Mean => format!("norm_sq({inside})"),
                    Block::Spread => format!("E[norm_sq({inside})]"),
                };
                terms.push(product(&weight, -self.degree, &square));
            }
        }
        terms.extend(self.stationary_term(program, &left)?);
        Ok(terms.join("\n+ "))
    }

    /// A combination of generators in one block.
    fn combination(&self, block: Block, vector: &Vector) -> String {
        let names = self.reduced.program.generators(block);
        let mut text = String::new();
        for (i, value) in vector.part(block).iter() {
            let sign = match (value.is_negative(), text.is_empty()) {
                (true, true) => "-",
                (false, true) => "",
                (true, false) => " - ",
                (false, false) => " + ",
            };
            let power = if self.scaled { degree(&names[i]) } else { 0 };
            let term = product(value, power, &self.generator(&names[i]));
            let _ = write!(text, "{sign}{term}");
        }
        text
    }

    /// A generator as it is written in a file, where positions are differences of points.
    fn generator(&self, name: &str) -> String {
        match name {
            "e" => "(x - x_star)".into(),
            "E[c]" | "(c - E[c])" if self.scaled => format!("lambda*{name}"),
            _ => name.to_owned(),
        }
    }

    /// What is left is a product with `E[grad_star]`, which vanishes.
    fn stationary_term(&self, program: &Program, left: &Form) -> Result<Option<String>, NoFile> {
        if left.as_number().is_some_and(Rational::is_zero) {
            return Ok(None);
        }
        let other =
            || NoFile::Form("the certificate uses an equality other than stationarity".into());
        let star = program.means.iter().position(|name| name == "E[grad_star]");
        let (Some(star), true, true) = (star, left.spread.is_zero(), left.values.is_zero()) else {
            return Err(other());
        };
        let mut vector = Vector::default();
        for ((i, j), value) in left.mean.iter() {
            let factor = match (i == star, j == star) {
                (true, _) => j,
                (_, true) => i,
                _ => return Err(other()),
            };
            vector.mean.add(factor, &value.negated());
        }
        // [axiom-stationarity] is 0 - E[grad_star], itself a multiple of 1/γ.
        let inside = self.combination(Block::Mean, &vector);
        let inner = format!("inner([{STATIONARITY}], {inside})");
        let power = if self.scaled { 1 - self.degree } else { 0 };
        Ok(Some(product(&Rational::ONE, power, &inner)))
    }
}

/// The step of a proof that names the axiom.
pub(super) const STATIONARITY: &str = "axiom-stationarity";

/// The power of 1/γ that a generator scales with: gradients and function values are multiples of 1/γ,
/// positions are not.
pub(super) fn degree(generator: &str) -> i32 {
    i32::from(generator.contains("E["))
}

/// `value * gamma^power * rest`, without the sign.
fn product(value: &Rational, power: i32, rest: &str) -> String {
    let value = value.abs();
    let value = if value == Rational::ONE { String::new() } else { format!("{value}*") };
    match power {
        0 => format!("{value}{rest}"),
        1 => format!("{value}gamma*{rest}"),
        2.. => format!("{value}gamma^{power}*{rest}"),
        -1 => format!("{value}1/gamma*{rest}"),
        _ => format!("{value}1/gamma^{}*{rest}", -power),
    }
}

/// A semidefinite matrix as Σ weight · column columnᵀ.
fn squares(matrix: &Matrix<Rational>) -> Result<Vec<(Rational, Vec<Rational>)>, NoFile> {
    let d = matrix.rows();
    let mut rest = matrix.clone();
    let mut found = Vec::new();
    for k in 0..d {
        let pivot = rest[(k, k)].clone();
        if pivot.is_zero() {
            continue;
        }
        let column: Vec<Rational> = (0..d)
            .map(|i| rest[(i, k)].over(&pivot))
            .collect::<Result<_, _>>()
            .map_err(|error| NoFile::Form(error.to_string()))?;
        rest = rest.plus_scaled(&pivot.negated(), &Matrix::outer(&column, &column));
        found.push((pivot, column));
    }
    Ok(found)
}
