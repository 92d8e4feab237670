//! Float eigenvalues: good guesses for constants that are then certified exactly.

use super::Matrix;
use nalgebra::{DMatrix, SymmetricEigen};

fn dense(matrix: &Matrix<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(matrix.rows(), matrix.columns(), |i, j| matrix[(i, j)])
}

/// Estimates the smallest and the largest eigenvalue of a symmetric matrix.
pub fn estimate_extreme_eigenvalues(matrix: &Matrix<f64>) -> (f64, f64) {
    let eigenvalues = SymmetricEigen::new(dense(matrix)).eigenvalues;
    (eigenvalues.min(), eigenvalues.max())
}

/// Estimates the eigenvalues of a symmetric matrix, in no order.
pub fn estimate_eigenvalues(matrix: &Matrix<f64>) -> Vec<f64> {
    SymmetricEigen::new(dense(matrix)).eigenvalues.iter().copied().collect()
}

/// Estimates the eigenvectors of a symmetric matrix, each of length 1.
pub fn estimate_eigenvectors(matrix: &Matrix<f64>) -> Vec<Vec<f64>> {
    let vectors = SymmetricEigen::new(dense(matrix)).eigenvectors;
    vectors.column_iter().map(|column| column.iter().copied().collect()).collect()
}

/// Estimates the smallest r with `a ⪯ r b`, for b positive definite; `None` if b is not, in floats.
pub fn estimate_largest_ratio(a: &Matrix<f64>, b: &Matrix<f64>) -> Option<f64> {
    let lower = dense(b).cholesky()?.l();
    let half = lower.solve_lower_triangular(&dense(a))?;
    let whole = lower.solve_lower_triangular(&half.transpose())?;
    let symmetric = (&whole + whole.transpose()) / 2.0;
    Some(SymmetricEigen::new(symmetric).eigenvalues.max())
}

/// Estimates the directions v with `a v = r b v`, for b positive definite; none if b is not, in
/// floats.
pub fn estimate_ratio_directions(a: &Matrix<f64>, b: &Matrix<f64>) -> Vec<Vec<f64>> {
    let directions = || {
        let lower = dense(b).cholesky()?.l();
        let half = lower.solve_lower_triangular(&dense(a))?;
        let whole = lower.solve_lower_triangular(&half.transpose())?;
        let vectors = SymmetricEigen::new((&whole + whole.transpose()) / 2.0).eigenvectors;
        lower.transpose().solve_upper_triangular(&vectors)
    };
    let columns = |vectors: DMatrix<f64>| -> Vec<Vec<f64>> {
        vectors.column_iter().map(|column| column.iter().copied().collect()).collect()
    };
    directions().map_or_else(Vec::new, columns)
}

/// Solves a linear system in floats; `None` if it is singular.
pub fn solve_float(matrix: &Matrix<f64>, right: &Matrix<f64>) -> Option<Matrix<f64>> {
    let solution = dense(matrix).lu().solve(&dense(right))?;
    Some(Matrix::from_fn(right.rows(), right.columns(), |i, j| solution[(i, j)]))
}

/// Inverts a matrix in floats; `None` if it is singular.
pub fn invert_float(matrix: &Matrix<f64>) -> Option<Matrix<f64>> {
    let inverse = dense(matrix).try_inverse()?;
    Some(Matrix::from_fn(matrix.rows(), matrix.rows(), |i, j| inverse[(i, j)]))
}
