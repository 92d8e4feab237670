//! Deep linear networks under squared loss: f(W_1, ..., W_k) = F(W_k ··· W_1), their end-to-end
//! gradients by products of matrices, and constants that hold along one step.

use super::{Activation, Loss, Network};
use crate::linear::{Matrix, dot, exact, norm_sq, scale, spectrum, subtract};
use crate::problem::{Constants, FiniteSum, Sampling};
use crate::scalar::{Rational, Scalar, Undefined};

/// Constants of f and of the outer loss F for one step from x, each certified.
///
/// Those of f hold on the set {‖V_j − W_j‖ ≤ d_j for every j}, d_j = γ max_n ‖g_{n,j}‖ for the
/// gradient g_n of sample n that a step may use. It is convex and contains each segment from x to
/// a point that the step may reach.
#[derive(Clone, Debug, PartialEq)]
pub struct DeepLinear {
    /// Below λ_min(JJᵀ); not positive where nothing better is certified, as in every network with a
    /// hidden layer narrower than both ends.
    pub s_min_sq: Rational,
    /// Above λ_max(JJᵀ).
    pub s_max_sq: Rational,
    /// L, above the norm of ∇²f.
    pub l_smooth: Rational,
    /// μ_F, L_F and 𝓛_F of F, and its least value F*.
    pub outer: Constants,
    /// F*.
    pub least: Rational,
    /// ‖∇F(W_θ)‖².
    pub bias_sq: Rational,
    /// The coefficients of S_F(λ) = E‖∇F_n(W*) − λ∇F_n(W_θ)‖² in λ.
    pub noise: [Rational; 3],
}

/// Binary digits of the norms, rounded up.
const DIGITS: u32 = 40;

impl<S: Scalar> Network<S> {
    /// Whether it is a linear network with squared loss.
    pub fn is_deep_linear(&self) -> bool {
        self.activation == Activation::Identity && self.loss == Loss::Squared
    }

    /// W_1, ..., W_k.
    pub fn matrices(&self, x: &[S]) -> Vec<Matrix<S>> {
        let layers = self.layers(x).into_iter().zip(&self.widths);
        let matrix = |(rows, width): (Vec<&[S]>, &usize)| {
            Matrix::from_fn(rows.len(), *width, |i, j| rows[i][j].clone())
        };
        layers.map(matrix).collect()
    }

    /// W_k ··· W_1.
    pub fn end_to_end(&self, x: &[S]) -> Matrix<S> {
        product(&self.matrices(x), self.widths[0])
    }

    /// The gradient of a sample of the outer loss at the end-to-end matrix of `at`, pulled back
    /// through the other layers of x: (W_k ··· W_{j+1})ᵀ ∇F_n (W_{j−1} ··· W_1)ᵀ for each j, of
    /// length d.
    ///
    /// # Errors
    /// If the network is not linear with squared loss.
    pub fn pulled_gradient(&self, n: usize, x: &[S], at: &[S]) -> Result<Vec<S>, Undefined> {
        if !self.is_deep_linear() {
            return Err(Undefined::Missing("the network is not linear with squared loss".into()));
        }
        let input = &self.inputs[n];
        let residual = subtract(&self.end_to_end(at).apply(input), &self.labels[n]);
        let outer = Matrix::outer(&residual, input);
        let pulled = self.outer_layers(x).into_iter().flat_map(|(after, before)| {
            transposed(&after).product(&outer).product(&transposed(&before)).entries().to_vec()
        });
        Ok(pulled.collect())
    }

    /// A_j = W_k ··· W_{j+1} and B_j = W_{j−1} ··· W_1 of every layer.
    fn outer_layers(&self, x: &[S]) -> Vec<(Matrix<S>, Matrix<S>)> {
        let matrices = self.matrices(x);
        (0..matrices.len())
            .map(|j| {
                let after = product(&matrices[j + 1..], self.widths[j + 1]);
                (after, product(&matrices[..j], self.widths[0]))
            })
            .collect()
    }
}

impl DeepLinear {
    /// The constants for the steps x − γ(∇f_n(x) − λc_n) of every sample n.
    ///
    /// # Errors
    /// If the network is not linear with squared loss, or the inputs do not span their space.
    pub fn compute(
        network: &Network<Rational>,
        x: &[Rational],
        teacher: &[Rational],
        lambda: &Rational,
        gamma: &Rational,
    ) -> Result<Self, Undefined> {
        if !network.is_deep_linear() {
            return Err(Undefined::Missing("the network is not linear with squared loss".into()));
        }
        let spans = || Undefined::Missing("the inputs do not span their space".into());
        let (inputs, samples) = (&network.inputs, network.inputs.len());
        let targets = vec![Rational::ZERO; samples];
        let features =
            FiniteSum::LeastSquares { features: inputs.clone(), targets, ridge: Rational::ZERO };
        let single = Sampling::new(samples, 1).ok_or_else(spans)?;
        let outer = Constants::compute(&features, single).map_err(|_| spans())?;
        let matrices = network.matrices(x);
        let moves = reach(network, x, teacher, lambda, gamma)?;
        let norms: Vec<Rational> = matrices.iter().map(spectral_norm).collect();
        let growth = |skipped: &[usize]| {
            let kept = || (0..norms.len()).filter(|j| !skipped.contains(j));
            let near = kept().fold(Rational::ONE, |p, j| p.times(&norms[j]));
            let far = kept().fold(Rational::ONE, |p, j| p.times(&norms[j].plus(&moves[j])));
            (far.minus(&near), far)
        };

        // ‖J(V) − J(W)‖² is at most the sum over layers of the squared changes of A_j ⊗ B_jᵀ.
        let gram = jacobian_gram(network, x);
        let [low, high] = eigenvalue_bounds(&gram);
        let change_sq =
            (0..norms.len()).fold(Rational::ZERO, |sum, j| sum.plus(&growth(&[j]).0.squared()));
        let cross = root_above(&high).times(&root_above(&change_sq));
        let change = cross.plus(&cross).plus(&change_sq);
        let (s_min_sq, s_max_sq) = (low.minus(&change), high.plus(&change));

        // ∇²f[D, D] = ∇²F[JD, JD] + ⟨∇F, 2Σ_{i<j} ···D_j···D_i···⟩; the sum is at most a quadratic
        // form in the norms of the D_j, whose matrix has no larger eigenvalue than a row sum.
        let mean_gradient = outer_gradient(network, &network.end_to_end(x));
        let slope = root_above(&norm_sq(mean_gradient.entries()))
            .plus(&outer.l_smooth.times(&growth(&[]).0));
        let row = |i: usize| {
            let others = (0..norms.len()).filter(|j| *j != i);
            others.fold(Rational::ZERO, |sum, j| sum.plus(&growth(&[i, j]).1))
        };
        let bend = (0..norms.len()).map(row).max().unwrap_or(Rational::ZERO);
        let l_smooth = s_max_sq.times(&outer.l_smooth).plus(&slope.times(&bend));

        let best = minimiser(network).ok_or_else(spans)?;
        let taught = network.end_to_end(teacher);
        let residuals = |w: &Matrix<Rational>| -> Vec<Vec<Rational>> {
            (0..samples).map(|n| subtract(&w.apply(&inputs[n]), &network.labels[n])).collect()
        };
        let (own, theirs) = (residuals(&best), residuals(&taught));
        let share = Rational::ONE.over(&Rational::count(samples)).unwrap_or(Rational::ZERO);
        let mean = |of: &dyn Fn(usize) -> Rational| {
            (0..samples).fold(Rational::ZERO, |sum, n| sum.plus(&of(n))).times(&share)
        };
        let size = |n: usize| norm_sq(&inputs[n]);
        let noise = [
            mean(&|n| norm_sq(&own[n]).times(&size(n))),
            mean(&|n| dot(&own[n], &theirs[n]).times(&size(n)).times(&Rational::integer(-2))),
            mean(&|n| norm_sq(&theirs[n]).times(&size(n))),
        ];
        let least = mean(&|n| norm_sq(&own[n])).times(&Rational::ratio(1, 2));
        let bias_sq = norm_sq(outer_gradient(network, &taught).entries());
        Ok(Self { s_min_sq, s_max_sq, l_smooth, outer, least, bias_sq, noise })
    }

    /// S_F(λ) = E‖∇F_n(W*) − λ∇F_n(W_θ)‖².
    pub fn noise_at<S: Scalar>(&self, lambda: &S) -> S {
        let [constant, linear, square] = self.noise.each_ref().map(S::from_rational);
        constant.plus(&lambda.times(&linear)).plus(&lambda.squared().times(&square))
    }
}

/// d_j, from each sample's distillation gradient at x.
fn reach(
    network: &Network<Rational>,
    x: &[Rational],
    teacher: &[Rational],
    lambda: &Rational,
    gamma: &Rational,
) -> Result<Vec<Rational>, Undefined> {
    let mut longest = vec![Rational::ZERO; network.depth()];
    for n in 0..network.inputs.len() {
        let control = scale(lambda, &network.control(n, x, teacher)?);
        let step = subtract(&network.gradient(n, x)?, &control);
        for (longest, part) in longest.iter_mut().zip(network.matrices(&step)) {
            *longest = longest.greatest(&norm_sq(part.entries()));
        }
    }
    Ok(longest.iter().map(|square| gamma.times(&root_above(square))).collect())
}

/// JJᵀ = Σ_j A_jA_jᵀ ⊗ B_jᵀB_j, for W read row by row.
fn jacobian_gram(network: &Network<Rational>, x: &[Rational]) -> Matrix<Rational> {
    let (outputs, inputs) = (network.outputs(), network.widths[0]);
    let size = outputs * inputs;
    network.outer_layers(x).iter().fold(Matrix::zeros(size, size), |sum, (after, before)| {
        let left = after.product(&transposed(after));
        let right = transposed(before).product(before);
        let part = Matrix::from_fn(size, size, |i, j| {
            left[(i / inputs, j / inputs)].times(&right[(i % inputs, j % inputs)])
        });
        sum.plus_scaled(&Rational::ONE, &part)
    })
}

/// ∇F(W) = (1/N) Σ (W a_n − y_n) a_nᵀ.
fn outer_gradient(network: &Network<Rational>, w: &Matrix<Rational>) -> Matrix<Rational> {
    let share = Rational::ONE.over(&Rational::count(network.inputs.len()));
    let zero = Matrix::zeros(w.rows(), w.columns());
    let total = network.inputs.iter().zip(&network.labels).fold(zero, |sum, (a, y)| {
        sum.plus_scaled(&Rational::ONE, &Matrix::outer(&subtract(&w.apply(a), y), a))
    });
    total.scaled(&share.unwrap_or(Rational::ZERO))
}

/// W* with ∇F(W*) = 0; `None` where it is not unique.
fn minimiser(network: &Network<Rational>) -> Option<Matrix<Rational>> {
    let width = network.widths[0];
    let zero = Matrix::zeros(network.outputs(), width);
    // At W = 0 the gradient is −(1/N) Σ y_n a_nᵀ.
    let right = outer_gradient(network, &zero).scaled(&Rational::integer(-1));
    let square = <Rational as crate::linear::Linear>::average_gram(&network.inputs);
    Some(transposed(&exact::solve(&square, &transposed(&right))?))
}

fn product<S: Scalar>(matrices: &[Matrix<S>], width: usize) -> Matrix<S> {
    let unit = Matrix::from_fn(width, width, |i, j| if i == j { S::one() } else { S::zero() });
    matrices.iter().fold(unit, |product, w| w.product(&product))
}

fn transposed<S: Scalar>(matrix: &Matrix<S>) -> Matrix<S> {
    Matrix::from_fn(matrix.columns(), matrix.rows(), |i, j| matrix[(j, i)].clone())
}

/// Above the root of a non-negative number, with few digits.
fn root_above(square: &Rational) -> Rational {
    let exponent = square.binary_exponent() / 2 - DIGITS as i32;
    let root = square.root_bounds(DIGITS).1;
    let short = root.round_to_dyadic(exponent);
    if short < root { short.plus(&Rational::two_to(exponent)) } else { short }
}

fn spectral_norm(matrix: &Matrix<Rational>) -> Rational {
    root_above(&eigenvalue_bounds(&transposed(matrix).product(matrix))[1])
}

/// A lower and an upper bound of the eigenvalues of a positive semidefinite matrix: floats propose,
/// exact elimination decides.
pub fn eigenvalue_bounds(matrix: &Matrix<Rational>) -> [Rational; 2] {
    let (low, high) = spectrum::estimate_extreme_eigenvalues(&matrix.map(Scalar::to_f64));
    let minus = Rational::integer(-1);
    let shifted = |factor: &Rational, diagonal: &Rational| {
        Matrix::from_fn(matrix.rows(), matrix.rows(), |i, j| {
            let entry = factor.times(&matrix[(i, j)]);
            if i == j { entry.plus(diagonal) } else { entry }
        })
    };
    let candidates = |value: f64, sign: f64| {
        [40, 30, 20, 10].map(|digits| {
            let moved = value + sign * value.abs() * 2_f64.powi(-digits);
            Rational::from_f64(moved).unwrap_or(Rational::ZERO)
        })
    };
    let below = candidates(low, -1.0).into_iter().find(|bound| {
        bound.is_positive()
            && exact::is_positive_semidefinite(&shifted(&Rational::ONE, &bound.negated()))
    });
    let above = candidates(high, 1.0)
        .into_iter()
        .find(|bound| exact::is_positive_semidefinite(&shifted(&minus, bound)));
    [below.unwrap_or(Rational::ZERO), above.unwrap_or_else(|| matrix.trace())]
}

/// Bounds of the largest eigenvalue of a positive semidefinite matrix, certified on both sides.
pub fn largest_eigenvalue(matrix: &Matrix<Rational>) -> [Rational; 2] {
    let upper = eigenvalue_bounds(matrix)[1].clone();
    let exceeds = |bound: &Rational| {
        !exact::is_positive_semidefinite(&Matrix::from_fn(matrix.rows(), matrix.rows(), |i, j| {
            let entry = matrix[(i, j)].negated();
            if i == j { bound.plus(&entry) } else { entry }
        }))
    };
    let lower = [-38, -28, -18, -8]
        .map(|digits| upper.times(&Rational::ONE.minus(&Rational::two_to(digits))))
        .into_iter()
        .find(exceeds);
    // The mean of the eigenvalues is at most the largest.
    let mean = || matrix.trace().over(&Rational::count(matrix.rows()));
    [lower.unwrap_or_else(|| mean().unwrap_or(Rational::ZERO)), upper]
}
