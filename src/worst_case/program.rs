//! A worst-case problem as data: maximise a form over Gram matrices, subject to forms that are
//! non-negative and vectors that vanish; and the same without the directions that nothing sees.

use super::gram::{Block, Form, Sparse, Vector};
use crate::linear::Matrix;
use crate::linear::echelon::{null_space, solutions};
use crate::scalar::{Rational, Scalar};

/// A form that is non-negative.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Its name in certificates.
    pub name: String,
    /// The form.
    pub form: Form,
}

/// A vector that vanishes.
#[derive(Clone, Debug)]
pub struct Equality {
    /// Its name in certificates.
    pub name: String,
    /// The vector: right side minus left side.
    pub vector: Vector,
}

/// The largest value of `objective` is asked for.
#[derive(Clone, Debug)]
pub struct Program {
    /// The generators of the means, as formulas.
    pub means: Vec<String>,
    /// The generators of the spreads, as formulas.
    pub spreads: Vec<String>,
    /// The function values, as formulas.
    pub values: Vec<String>,
    /// What is maximised.
    pub objective: Form,
    /// What is non-negative.
    pub constraints: Vec<Constraint>,
    /// What vanishes.
    pub equalities: Vec<Equality>,
    /// Whether there is one sample only, and so no spread.
    pub single: bool,
}

/// Why a program has no worst case to speak of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Degenerate {
    /// A constraint is a negative number.
    #[error("the constraint [{0}] cannot be met")]
    Impossible(String),
}

/// Symmetric matrices over the generators that are kept, values and a constant.
#[derive(Clone, Debug, PartialEq)]
pub struct Quadratic {
    /// The constant.
    pub constant: Rational,
    /// One matrix a block: means, spreads.
    pub blocks: [Matrix<Rational>; 2],
    /// Coefficients of the values.
    pub values: Vec<Rational>,
}

/// A program over the generators that matter.
#[derive(Clone, Debug)]
pub struct Reduced {
    /// What it is made from.
    pub program: Program,
    /// For each block, the generators of the program as combinations of those kept: one row each.
    pub lifts: [Matrix<Rational>; 2],
    /// For each block, the generators that are kept.
    pub kept: [Vec<usize>; 2],
    /// For each block, what stands for a kept generator where those that nothing sees are not set
    /// to zero: a combination of the program's generators, one row each.
    pub coordinates: [Matrix<Rational>; 2],
    /// What is maximised.
    pub objective: Quadratic,
    /// What is non-negative, in the order of the program.
    pub constraints: Vec<Quadratic>,
}

/// A point of a reduced program.
#[derive(Clone, Debug, PartialEq)]
pub struct Gram {
    /// The Gram matrices of the kept generators.
    pub blocks: [Matrix<Rational>; 2],
    /// The function values.
    pub values: Vec<Rational>,
}

impl Program {
    /// The generators of a block.
    pub fn generators(&self, block: Block) -> &[String] {
        match block {
            Block::Mean => &self.means,
            Block::Spread => &self.spreads,
        }
    }

    /// Eliminates what vanishes, and drops directions that neither objective nor constraints see.
    ///
    /// # Errors
    /// If a constraint is left that is a negative number.
    pub fn reduce(self) -> Result<Reduced, Degenerate> {
        let lift = |block: Block| {
            let size = self.generators(block).len();
            if block == Block::Spread && self.single {
                return (Vec::new(), Matrix::zeros(size, 0));
            }
            let rows = self.equalities.iter().map(|equality| {
                let mut row = vec![Rational::ZERO; size + 1];
                for (i, value) in equality.vector.part(block).iter() {
                    row[i] = value.clone();
                }
                row
            });
            // The latest generators are the ones to be expressed by others.
            let order: Vec<usize> = (0..size).rev().collect();
            match solutions(rows.collect(), &order) {
                Some(found) => {
                    let entry = |i: usize, j: usize| found.directions[j][i].clone();
                    (found.free.clone(), Matrix::from_fn(size, found.free.len(), entry))
                }
                None => unreachable!("0 = 0 is solved by zero"),
            }
        };
        let (mut kept, mut lifts) =
            ([Vec::new(), Vec::new()], [Matrix::zeros(0, 0), Matrix::zeros(0, 0)]);
        for (i, block) in Block::ALL.into_iter().enumerate() {
            (kept[i], lifts[i]) = lift(block);
        }
        let dense = |form: &Form, lifts: &[Matrix<Rational>; 2]| {
            let matrix = |block: Block, lift: &Matrix<Rational>| {
                let full = symmetric(form.products(block), self.generators(block).len());
                transpose(lift).product(&full.product(lift))
            };
            let mut values = vec![Rational::ZERO; self.values.len()];
            for (i, value) in form.values.iter() {
                values[i] = value.clone();
            }
            let blocks = [matrix(Block::Mean, &lifts[0]), matrix(Block::Spread, &lifts[1])];
            Quadratic { constant: form.constant.clone(), blocks, values }
        };
        let mut coordinates = [Matrix::zeros(0, 0), Matrix::zeros(0, 0)];
        // A direction that every matrix annihilates can be left out: the generator with which it is
        // normalised is then set to zero.
        for b in 0..2 {
            let size = kept[b].len();
            let forms =
                [&self.objective].into_iter().chain(self.constraints.iter().map(|c| &c.form));
            let rows = forms.flat_map(|form| {
                let matrix = &dense(form, &lifts).blocks[b];
                (0..size).map(|i| matrix.row(i).to_vec()).collect::<Vec<_>>()
            });
            let (unseen, null) = null_space(rows.collect(), size);
            let seen: Vec<usize> = (0..size).filter(|i| !unseen.contains(i)).collect();
            coordinates[b] = Matrix::zeros(seen.len(), self.generators(Block::ALL[b]).len());
            for (row, &i) in seen.iter().enumerate() {
                coordinates[b][(row, kept[b][i])] = Rational::ONE;
                for (&j, v) in unseen.iter().zip(&null) {
                    coordinates[b][(row, kept[b][j])] = v[i].negated();
                }
            }
            let lift = &lifts[b];
            lifts[b] = Matrix::from_fn(lift.rows(), seen.len(), |i, j| lift[(i, seen[j])].clone());
            kept[b] = seen.iter().map(|&i| kept[b][i]).collect();
        }
        let objective = dense(&self.objective, &lifts);
        let constraints: Vec<Quadratic> =
            self.constraints.iter().map(|constraint| dense(&constraint.form, &lifts)).collect();
        for (constraint, quadratic) in self.constraints.iter().zip(&constraints) {
            if quadratic.is_number() && quadratic.constant.is_negative() {
                return Err(Degenerate::Impossible(constraint.name.clone()));
            }
        }
        Ok(Reduced { program: self, lifts, kept, coordinates, objective, constraints })
    }
}

impl Quadratic {
    /// Whether it sees no generator and no value.
    pub fn is_number(&self) -> bool {
        let zero = |matrix: &Matrix<Rational>| matrix.entries().iter().all(Rational::is_zero);
        self.blocks.iter().all(zero) && self.values.iter().all(Rational::is_zero)
    }

    /// Whether the other is a negative multiple of it, so that both can only be zero.
    pub fn opposes<'a>(&'a self, other: &'a Self) -> bool {
        let entries = |q: &'a Self| {
            let blocks = q.blocks.iter().flat_map(|block| block.entries());
            blocks.chain(&q.values).chain([&q.constant])
        };
        let mut pairs = entries(self).zip(entries(other));
        let Some((own, theirs)) = pairs.clone().find(|(own, _)| !own.is_zero()) else {
            return false;
        };
        let Ok(factor) = theirs.over(own) else { return false };
        factor.is_negative() && pairs.all(|(own, theirs)| own.times(&factor) == *theirs)
    }

    /// Its value at a point.
    pub fn at(&self, gram: &Gram) -> Rational {
        let mut value = self.constant.clone();
        for (matrix, block) in self.blocks.iter().zip(&gram.blocks) {
            value = value.plus(&crate::linear::dot(matrix.entries(), block.entries()));
        }
        value.plus(&crate::linear::dot(&self.values, &gram.values))
    }
}

impl Reduced {
    /// Adds the constraint that the squared norms of all generators sum to at most 1, so that a
    /// claim that is false by any amount has a largest violation.
    pub fn normalised(self) -> Self {
        self.within(Rational::ONE)
    }

    /// Adds the constraint that the squared norms of all generators sum to at most `bound`.
    pub fn within(mut self, bound: Rational) -> Self {
        let identity =
            |size: usize| Matrix::from_fn(size, size, |i, j| Rational::integer(-i64::from(i == j)));
        self.constraints.push(Quadratic {
            constant: bound,
            blocks: [identity(self.kept[0].len()), identity(self.kept[1].len())],
            values: vec![Rational::ZERO; self.program.values.len()],
        });
        self
    }

    /// The name of a constraint.
    pub fn name(&self, constraint: usize) -> &str {
        self.program.constraints.get(constraint).map_or("norm", |found| found.name.as_str())
    }

    /// The generators that are kept, as formulas.
    pub fn kept_names(&self, block: Block) -> Vec<&str> {
        let names = self.program.generators(block);
        self.kept[block as usize].iter().map(|&i| names[i].as_str()).collect()
    }
}

/// The symmetric matrix of a form's coefficients.
pub fn symmetric(products: &Sparse<(usize, usize)>, size: usize) -> Matrix<Rational> {
    let half = Rational::ratio(1, 2);
    Matrix::from_fn(size, size, |i, j| {
        let value = products.get((i.min(j), i.max(j)));
        if i == j { value } else { value.times(&half) }
    })
}

/// The transpose.
pub fn transpose<S: Scalar>(matrix: &Matrix<S>) -> Matrix<S> {
    Matrix::from_fn(matrix.columns(), matrix.rows(), |i, j| matrix[(j, i)].clone())
}
