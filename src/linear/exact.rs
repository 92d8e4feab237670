//! Exact elimination: linear systems and semidefiniteness over the rationals.

use super::lifting::Lifting;
use super::{Matrix, dot};
use crate::scalar::{Rational, Scalar};
use dashu_int::IBig;
use dashu_int::UBig;
use dashu_int::ops::Gcd;

/// Whether a symmetric matrix is positive semidefinite: the judge of every constant. μ is a
/// strong-convexity constant exactly when H − μI passes.
///
/// Fraction-free elimination over the integers: pivots are leading principal
/// minors, and a zero pivot passes only with a zero row.
pub fn is_positive_semidefinite(matrix: &Matrix<Rational>) -> bool {
    let d = matrix.rows();
    let scale = common_denominator(matrix.entries().iter());
    let mut rest: Vec<Vec<IBig>> =
        (0..d).map(|i| matrix.row(i).iter().map(|q| scaled(q, &scale)).collect()).collect();
    let mut previous = IBig::ONE;
    for k in 0..d {
        let (above, below) = rest.split_at_mut(k + 1);
        let top = &above[k];
        let pivot = &top[k];
        if *pivot < IBig::ZERO {
            return false;
        }
        if *pivot == IBig::ZERO {
            if top[k + 1..].iter().any(|entry| *entry != IBig::ZERO) {
                return false;
            }
            continue; // the minor without this index goes on from the same previous pivot
        }
        for row in below {
            let factor = row[k].clone();
            for j in k + 1..d {
                row[j] = (&row[j] * pivot - &factor * &top[j]) / &previous;
            }
        }
        previous = pivot.clone();
    }
    true
}

/// Like [`is_positive_semidefinite`], with the direction that shows it is not, from an exact
/// L D Lᵀ.
///
/// # Errors
/// A direction v with vᵀ A v < 0, when it is not.
pub fn check_positive_semidefinite(matrix: &Matrix<Rational>) -> Result<(), Vec<Rational>> {
    if is_positive_semidefinite(matrix) {
        return Ok(());
    }
    negative_direction(matrix)
}

/// The L D Lᵀ of [`check_positive_semidefinite`].
fn negative_direction(matrix: &Matrix<Rational>) -> Result<(), Vec<Rational>> {
    let d = matrix.rows();
    let mut rest = matrix.clone();
    // Unit lower triangular; column k is the identity where the pivot was zero.
    let mut lower = Matrix::from_fn(d, d, |i, j| Rational::integer(i64::from(i == j)));
    for k in 0..d {
        let pivot = rest[(k, k)].clone();
        if pivot.is_negative() {
            let mut direction = vec![Rational::ZERO; d];
            direction[k] = Rational::ONE;
            return Err(back_substitute(&lower, direction));
        }
        if pivot.is_zero() {
            if let Some(j) = (k + 1..d).find(|&j| !rest[(k, j)].is_zero()) {
                // On span(e_k, e_j) the form is [[0, a], [a, b]]: with w = s e_k + e_j it is
                // 2sa + b, which is −1 at s = −(b + 1)/(2a).
                let (a, b) = (&rest[(k, j)], &rest[(j, j)]);
                let mut direction = vec![Rational::ZERO; d];
                let numerator = b.plus(&Rational::ONE).negated();
                direction[k] = numerator.over(&a.plus(a)).unwrap_or(Rational::ZERO);
                direction[j] = Rational::ONE;
                return Err(back_substitute(&lower, direction));
            }
            continue;
        }
        let inverse = pivot.reciprocal().unwrap_or(Rational::ZERO);
        for i in k + 1..d {
            if rest[(i, k)].is_zero() {
                continue;
            }
            let factor = rest[(i, k)].times(&inverse);
            for j in k + 1..=i {
                let change = factor.times(&rest[(j, k)]);
                let value = rest[(i, j)].minus(&change);
                rest[(j, i)] = value.clone();
                rest[(i, j)] = value;
            }
            lower[(i, k)] = factor;
        }
    }
    Ok(())
}

/// Solves Lᵀ v = w for unit lower triangular L.
fn back_substitute(lower: &Matrix<Rational>, mut w: Vec<Rational>) -> Vec<Rational> {
    let d = w.len();
    for i in (0..d).rev() {
        for k in i + 1..d {
            let change = lower[(k, i)].times(&w[k]);
            w[i] = w[i].minus(&change);
        }
    }
    w
}

/// vᵀ A v.
pub fn quadratic_form(matrix: &Matrix<Rational>, v: &[Rational]) -> Rational {
    dot(&matrix.apply(v), v)
}

/// From this size on a system is solved by lifting: it took a fifth of the time at 55 unknowns, and no
/// less at 20.
const LIFTED: usize = 40;

/// Solves A X = B exactly, or returns `None` when A is singular.
pub fn solve(matrix: &Matrix<Rational>, right: &Matrix<Rational>) -> Option<Matrix<Rational>> {
    let (n, columns) = (matrix.rows(), right.columns());
    // Row scaling keeps the solution; one common factor per right-hand column is divided out.
    let column_scales: Vec<UBig> =
        (0..columns).map(|j| common_denominator((0..n).map(|i| &right[(i, j)]))).collect();
    let scales: Vec<UBig> = (0..n).map(|i| common_denominator(matrix.row(i).iter())).collect();
    let left: Vec<Vec<IBig>> = scales
        .iter()
        .enumerate()
        .map(|(i, scale)| matrix.row(i).iter().map(|q| scaled(q, scale)).collect())
        .collect();
    let right: Vec<Vec<IBig>> = column_scales
        .iter()
        .enumerate()
        .map(|(j, common)| {
            let entry = |(i, scale): (usize, &UBig)| scaled(&right[(i, j)], common) * scale;
            scales.iter().enumerate().map(entry).collect()
        })
        .collect();
    let solution = match n {
        ..LIFTED => eliminated(left, &right)?,
        _ => lifted(&left, &right).or_else(|| eliminated(left, &right))?,
    };
    Some(Matrix::from_fn(n, columns, |i, j| {
        let (numerators, denominator) = &solution[j];
        let scale = IBig::from(column_scales[j].clone());
        Rational::from_big(numerators[i].clone(), denominator * scale)
    }))
}

/// For each right side the numerators of the unknowns, and their denominator.
type Solution = Vec<(Vec<IBig>, IBig)>;

fn lifted(matrix: &[Vec<IBig>], right: &[Vec<IBig>]) -> Option<Solution> {
    let lifting = Lifting::new(matrix)?;
    right.iter().map(|column| lifting.solve(column)).collect()
}

/// Fraction-free (Bareiss) elimination over the integers: every intermediate entry is a minor of
/// the matrix, so sizes grow linearly and no greatest common divisor is ever taken.
fn eliminated(mut rows: Vec<Vec<IBig>>, right: &[Vec<IBig>]) -> Option<Solution> {
    let (n, columns) = (rows.len(), right.len());
    for (i, row) in rows.iter_mut().enumerate() {
        row.extend(right.iter().map(|column| column[i].clone()));
    }
    let mut previous = IBig::ONE;
    for k in 0..n {
        let pivot_row = (k..n).find(|&i| rows[i][k] != IBig::ZERO)?;
        rows.swap(k, pivot_row);
        let (above, below) = rows.split_at_mut(k + 1);
        let top = &above[k];
        for row in below {
            let factor = std::mem::replace(&mut row[k], IBig::ZERO);
            for j in k + 1..n + columns {
                let value = &row[j] * &top[k] - &factor * &top[j];
                row[j] = value / &previous;
            }
        }
        previous = rows[k][k].clone();
    }
    let determinant = previous;
    // Back substitution for det·x, which is integral by Cramer's rule.
    let solution = (0..columns).map(|c| {
        let mut x = vec![IBig::ZERO; n];
        for i in (0..n).rev() {
            let mut value = &rows[i][n + c] * &determinant;
            for j in i + 1..n {
                value -= &rows[i][j] * &x[j];
            }
            x[i] = value / &rows[i][i];
        }
        (x, determinant.clone())
    });
    Some(solution.collect())
}

/// The number of bits that the determinant of the row-scaled matrix can have, by Hadamard's
/// bound: what an exact solution costs, before paying it.
pub fn determinant_bits(matrix: &Matrix<Rational>) -> u64 {
    use dashu_int::ops::BitTest;
    (0..matrix.rows())
        .map(|i| {
            let scale = common_denominator(matrix.row(i).iter());
            let largest = matrix.row(i).iter().map(|q| scaled(q, &scale).bit_len()).max();
            largest.unwrap_or(0) as u64 + matrix.rows().ilog2() as u64 / 2 + 1
        })
        .sum()
}

/// (1/N) Σ r_n r_nᵀ, summed over the integers.
pub fn average_gram(rows: &[Vec<Rational>]) -> Matrix<Rational> {
    let columns = IntegerColumns::new(rows);
    let width = columns.scales.len();
    let mut gram = Matrix::zeros(width, width);
    for i in 0..width {
        for j in 0..=i {
            let value = columns.average(i, &columns, j);
            gram[(j, i)] = value.clone();
            gram[(i, j)] = value;
        }
    }
    gram
}

/// (1/N) Σ l_n r_nᵀ, summed over the integers.
pub fn average_product(left: &[Vec<Rational>], right: &[Vec<Rational>]) -> Matrix<Rational> {
    let (left, right) = (IntegerColumns::new(left), IntegerColumns::new(right));
    Matrix::from_fn(left.scales.len(), right.scales.len(), |i, j| left.average(i, &right, j))
}

/// Rows of fractions over a common denominator a column.
struct IntegerColumns {
    scales: Vec<UBig>,
    rows: Vec<Vec<IBig>>,
}

impl IntegerColumns {
    fn new(rows: &[Vec<Rational>]) -> Self {
        let width = rows.first().map_or(0, Vec::len);
        let scales: Vec<UBig> =
            (0..width).map(|j| common_denominator(rows.iter().map(|r| &r[j]))).collect();
        let integers = |row: &Vec<Rational>| {
            row.iter().zip(&scales).map(|(q, scale)| scaled(q, scale)).collect()
        };
        Self { rows: rows.iter().map(integers).collect(), scales }
    }

    /// The average over the rows of the product of column `i` here and column `j` there.
    fn average(&self, i: usize, other: &Self, j: usize) -> Rational {
        let total: IBig = self.rows.iter().zip(&other.rows).map(|(l, r)| &l[i] * &r[j]).sum();
        let scale = IBig::from(&self.scales[i] * &other.scales[j]) * IBig::from(self.rows.len());
        Rational::from_big(total, scale)
    }
}

fn common_denominator<'a>(values: impl Iterator<Item = &'a Rational>) -> UBig {
    values.fold(UBig::ONE, |lcm, value| {
        let q = value.denominator();
        let gcd = (&lcm).gcd(&*q);
        lcm / gcd * &*q
    })
}

fn scaled(value: &Rational, scale: &UBig) -> IBig {
    &*value.numerator() * IBig::from(scale / &*value.denominator())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matrix(rows: &[&[i64]]) -> Matrix<Rational> {
        Matrix::from_fn(rows.len(), rows[0].len(), |i, j| Rational::integer(rows[i][j]))
    }

    #[test]
    fn semidefinite_and_not() {
        for good in [
            matrix(&[&[1, 1], &[1, 1]]),
            matrix(&[&[0, 0], &[0, 2]]),
            matrix(&[&[2, -1], &[-1, 2]]),
        ] {
            assert_eq!(check_positive_semidefinite(&good), Ok(()));
            assert_eq!(negative_direction(&good), Ok(()), "the two eliminations agree");
        }
        for bad in [
            matrix(&[&[-1]]),
            matrix(&[&[0, 1], &[1, 5]]),
            matrix(&[&[0, 1], &[1, -5]]),
            matrix(&[&[1, 2], &[2, 1]]),
            matrix(&[&[1, 1, 0], &[1, 1, 1], &[0, 1, 9]]),
        ] {
            let v = check_positive_semidefinite(&bad).unwrap_err();
            assert!(quadratic_form(&bad, &v).is_negative(), "{bad:?} along {v:?}");
        }
    }

    #[test]
    fn singular_systems_have_no_solution() {
        assert_eq!(solve(&matrix(&[&[1, 2], &[2, 4]]), &matrix(&[&[1], &[1]])), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn solutions_solve(
            entries in prop::collection::vec((-20i64..20, 1i64..9), 16),
            right in prop::collection::vec((-20i64..20, 1i64..9), 8),
        ) {
            let a = Matrix::from_fn(4, 4, |i, j| Rational::ratio(entries[4 * i + j].0, entries[4 * i + j].1));
            let b = Matrix::from_fn(4, 2, |i, j| Rational::ratio(right[2 * i + j].0, right[2 * i + j].1));
            if let Some(x) = solve(&a, &b) {
                prop_assert_eq!(a.product(&x), b);
            }
        }

        /// Both ways give one solution.
        #[test]
        fn lifting_is_elimination(
            entries in prop::collection::vec(-99i64..99, 36),
            right in prop::collection::vec(-99i64..99, 12),
        ) {
            let entry = |k: usize| IBig::from(entries[k]);
            let rows: Vec<Vec<IBig>> =
                (0..6).map(|i| (0..6).map(|j| entry(6 * i + j)).collect()).collect();
            let right: Vec<Vec<IBig>> =
                (0..2).map(|c| (0..6).map(|i| IBig::from(right[6 * c + i])).collect()).collect();
            let fractions = |solution: Option<Solution>| -> Option<Vec<Rational>> {
                let columns = solution?.into_iter().flat_map(|(x, under)| {
                    x.into_iter().map(move |x| Rational::from_big(x, under.clone()))
                });
                Some(columns.collect())
            };
            let (found, expected) = (lifted(&rows, &right), eliminated(rows, &right));
            prop_assert_eq!(fractions(found), fractions(expected));
        }

        #[test]
        fn squares_are_semidefinite_until_shifted_below_their_trace_share(
            entries in prop::collection::vec(-9i64..9, 9),
        ) {
            let g = Matrix::from_fn(3, 3, |i, j| Rational::integer(entries[3 * i + j]));
            let gram = g.product(&Matrix::from_fn(3, 3, |i, j| g[(j, i)].clone()));
            prop_assert_eq!(check_positive_semidefinite(&gram), Ok(()));
            prop_assert_eq!(negative_direction(&gram), Ok(()));
            let shift = gram.trace().plus(&Rational::ONE);
            let shifted = Matrix::from_fn(3, 3, |i, j| {
                if i == j { gram[(i, j)].minus(&shift) } else { gram[(i, j)].clone() }
            });
            let v = check_positive_semidefinite(&shifted).unwrap_err();
            prop_assert!(quadratic_form(&shifted, &v).is_negative());
        }
    }
}
