//! The gradient of the loss that distillation minimises, by automatic differentiation of the loss.
//!
//! proposition-1 equates it with a difference of gradients. Here it is computed from losses and
//! potentials alone, so that the two sides share no derivative.

use super::dual::{Dual, derivatives};
use super::{ControlVariate, FiniteSum, LinearModel, RidgeConvention};
use crate::linear::{Linear, dot, norm_sq};
use crate::scalar::{Rational, Scalar, Undefined};

/// The gradient at x of the mixed-label loss of sample `n`, of length d.
///
/// # Errors
/// If there is no teacher or no label to mix, or the arithmetic has no value for it.
pub fn mixed_label_gradient<S: Linear>(
    problem: &FiniteSum<S>,
    control: &ControlVariate<S>,
    n: usize,
    x: &[S],
    lambda: &S,
) -> Result<Vec<S>, Undefined> {
    let ControlVariate::Teacher { parameters, ridge: convention } = control else {
        return Err(Undefined::Missing("labels are mixed with a teacher's responses".into()));
    };
    let lift = |v: &[S]| v.iter().map(Dual::constant).collect::<Vec<_>>();
    let (teacher, weight) = (lift(parameters), Dual::constant(lambda));
    let part = match problem {
        FiniteSum::LeastSquares { features, targets, ridge } => {
            let (a, y) = (lift(&features[n]), Dual::constant(&targets[n]));
            let loss = |x: &[Dual<S>]| Ok(least_squares(&a, &y, x, &teacher, &weight));
            (derivatives(x, loss)?, ridge)
        }
        FiniteSum::LinearModel(model) => {
            let loss = |x: &[Dual<S>]| linear_model(model, n, x, parameters, lambda);
            (derivatives(x, loss)?, &model.ridge)
        }
        FiniteSum::Network(network) => {
            return network.distilled_gradient(n, x, parameters, lambda);
        }
        _ => return Err(Undefined::Missing("the samples have no labels".into())),
    };
    let (data, ridge) = part;
    let ridge = Dual::constant(ridge);
    let half = Dual::from_rational(&Rational::ratio(1, 2));
    let penalty = derivatives(x, |x| {
        let student = half.times(&ridge).times(&norm_sq(x));
        Ok(match convention {
            RidgeConvention::StudentOnly => student,
            // The ridge is distilled as well: its part of ∇f_n(θ) is rθ.
            RidgeConvention::Both => student.minus(&weight.times(&ridge).times(&dot(&teacher, x))),
        })
    })?;
    Ok(crate::linear::add(&data, &penalty))
}

/// A(z) − y'z with z = aᵀx, A(z) = z²/2 and y' = (1 − λ)y + λA'(aᵀθ).
fn least_squares<S: Scalar>(a: &[S], y: &S, x: &[S], teacher: &[S], lambda: &S) -> S {
    let half = S::from_rational(&Rational::ratio(1, 2));
    let z = dot(a, x);
    let label = S::one().minus(lambda).times(y).plus(&lambda.times(&dot(a, teacher)));
    half.times(&z.squared()).minus(&label.times(&z))
}

/// A(z) − ⟨y', z⟩ with y' = (1 − λ)y + λ∇A(z_θ), the response by differentiating A.
fn linear_model<S: Linear>(
    model: &LinearModel<S>,
    n: usize,
    x: &[Dual<S>],
    teacher: &[S],
    lambda: &S,
) -> Result<Dual<S>, Undefined> {
    let response = derivatives(&model.logits(n, teacher), |v| model.link.potential(v))?;
    let rest = S::one().minus(lambda);
    let features: Vec<Dual<S>> = model.features[n].iter().map(Dual::constant).collect();
    let z: Vec<Dual<S>> = x.chunks(features.len()).map(|block| dot(&features, block)).collect();
    let label: Vec<Dual<S>> = model.labels[n]
        .iter()
        .zip(&response)
        .map(|(y, r)| Dual::constant(&rest.times(y).plus(&lambda.times(r))))
        .collect();
    Ok(model.link.potential(&z)?.minus(&dot(&label, &z)))
}
