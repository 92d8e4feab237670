//! Reduced row echelon form over the rationals: null spaces, and all solutions of a system.

use crate::scalar::{Rational, Scalar};

/// Rows in reduced echelon form: in the column of each pivot only its own row is not zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Echelon {
    /// The rows that are not zero; each has 1 at its pivot.
    pub rows: Vec<Vec<Rational>>,
    /// The column of the pivot of each row.
    pub pivots: Vec<usize>,
}

/// Eliminates, looking for pivots in the given columns only, in their order.
pub fn echelon(mut rows: Vec<Vec<Rational>>, columns: impl IntoIterator<Item = usize>) -> Echelon {
    let mut pivots = Vec::new();
    for column in columns {
        let done = pivots.len();
        let Some(found) = (done..rows.len()).find(|&i| !rows[i][column].is_zero()) else {
            continue;
        };
        rows.swap(done, found);
        let scale = rows[done][column].reciprocal().unwrap_or(Rational::ONE);
        for entry in &mut rows[done] {
            *entry = entry.times(&scale);
        }
        let pivot_row = rows[done].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i == done || row[column].is_zero() {
                continue;
            }
            let factor = row[column].clone();
            for (entry, above) in row.iter_mut().zip(&pivot_row) {
                if !above.is_zero() {
                    *entry = entry.minus(&factor.times(above));
                }
            }
        }
        pivots.push(column);
    }
    rows.truncate(pivots.len());
    Echelon { rows, pivots }
}

/// The solutions of a linear system: `base` plus any combination of `directions`.
#[derive(Clone, Debug, PartialEq)]
pub struct Solutions {
    /// The solution whose free unknowns are zero.
    pub base: Vec<Rational>,
    /// One direction for each free unknown, in which it is 1 and the other free unknowns are 0.
    pub directions: Vec<Vec<Rational>>,
    /// The free unknowns.
    pub free: Vec<usize>,
    /// The unknowns that the others determine.
    pub pivots: Vec<usize>,
}

impl Solutions {
    /// The solution with these values of the free unknowns.
    pub fn at(&self, free: &[Rational]) -> Vec<Rational> {
        let mut solution = self.base.clone();
        for (value, direction) in free.iter().zip(&self.directions) {
            for (entry, slope) in solution.iter_mut().zip(direction) {
                if !slope.is_zero() {
                    *entry = entry.plus(&value.times(slope));
                }
            }
        }
        solution
    }
}

/// Solves a system of rows `coefficients, right side`; `order` says which unknowns to solve for
/// first, and must name each once. `None` if there is no solution.
pub fn solutions(rows: Vec<Vec<Rational>>, order: &[usize]) -> Option<Solutions> {
    let unknowns = order.len();
    let whole = echelon(rows, order.iter().copied().chain([unknowns]));
    if whole.pivots.contains(&unknowns) {
        return None;
    }
    let mut base = vec![Rational::ZERO; unknowns];
    for (row, &pivot) in whole.rows.iter().zip(&whole.pivots) {
        base[pivot] = row[unknowns].clone();
    }
    let free: Vec<usize> = (0..unknowns).filter(|i| !whole.pivots.contains(i)).collect();
    let directions = free.iter().map(|&j| {
        let mut direction = vec![Rational::ZERO; unknowns];
        direction[j] = Rational::ONE;
        for (row, &pivot) in whole.rows.iter().zip(&whole.pivots) {
            direction[pivot] = row[j].negated();
        }
        direction
    });
    Some(Solutions { base, directions: directions.collect(), free, pivots: whole.pivots })
}

/// A basis of the vectors that every row is orthogonal to, one for each column without a pivot:
/// it has 1 there, and 0 in the other such columns.
pub fn null_space(rows: Vec<Vec<Rational>>, columns: usize) -> (Vec<usize>, Vec<Vec<Rational>>) {
    let with_right = |mut row: Vec<Rational>| {
        row.push(Rational::ZERO);
        row
    };
    let order: Vec<usize> = (0..columns).collect();
    let found = solutions(rows.into_iter().map(with_right).collect(), &order);
    found.map_or_else(Default::default, |found| (found.free, found.directions))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[i64]]) -> Vec<Vec<Rational>> {
        rows.iter().map(|row| row.iter().map(|v| Rational::integer(*v)).collect()).collect()
    }

    #[test]
    fn every_solution_solves() {
        let system = rows(&[&[1, 2, 3, 4, 5], &[2, 4, 6, 9, 7], &[0, 0, 0, 1, -3]]);
        let found = solutions(system.clone(), &[3, 0, 1, 2]).unwrap();
        assert_eq!(found.free.len(), 2);
        let x = found.at(&[Rational::ratio(2, 7), Rational::integer(-5)]);
        for row in &system {
            let left = crate::linear::dot(&row[..4], &x);
            assert_eq!(left, row[4]);
        }
        assert_eq!(solutions(rows(&[&[1, 1, 1], &[2, 2, 3]]), &[0, 1]), None);
    }

    #[test]
    fn null_vectors_are_null() {
        let (free, basis) = null_space(rows(&[&[1, 1, 0], &[2, 2, 0]]), 3);
        assert_eq!((free, basis.len()), (vec![1, 2], 2));
        assert_eq!(basis, rows(&[&[-1, 1, 0], &[0, 0, 1]]));
        assert!(null_space(rows(&[&[1, 0], &[0, 3]]), 2).1.is_empty());
    }
}
