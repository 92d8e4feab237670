//! Random small networks with a student, a teacher and a weight, made of small integers so that
//! proptest shrinks each by itself: fewer layers, narrower ones, fewer samples, zeros.

use super::{Activation, Loss, Network, parameters};
use crate::scalar::{Rational, Scalar};
use proptest::collection::vec;
use proptest::prelude::*;

/// A network, two points and a weight.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkCase {
    /// The network with its samples.
    pub network: Network<Rational>,
    /// The student x, of length d.
    pub student: Vec<Rational>,
    /// The teacher θ, of length d.
    pub teacher: Vec<Rational>,
    /// λ.
    pub lambda: Rational,
}

/// The largest depth, width and number of samples that are drawn.
const MAX_DEPTH: usize = 4;
const MAX_WIDTH: usize = 3;
const MAX_SAMPLES: usize = 4;
const POOL: usize = MAX_DEPTH * MAX_WIDTH * MAX_WIDTH;
const DATA: usize = MAX_SAMPLES * MAX_WIDTH;

/// Networks of at most `depth` layers, from 1 to 4, with this loss. Labels are probabilities where
/// the loss is about probabilities; student and teacher have entries in quarters.
pub fn networks(
    activation: Activation,
    loss: Loss,
    depth: usize,
) -> impl Strategy<Value = NetworkCase> {
    let shape = (1..=depth.min(MAX_DEPTH), vec(1..=MAX_WIDTH, MAX_DEPTH + 1), 1..=MAX_SAMPLES);
    let points = (vec(-6..=6_i64, POOL), vec(-6..=6_i64, POOL));
    let data = (vec(-4..=4_i64, DATA), vec(0..=4_i64, DATA));
    (shape, points, data, -4..=8_i64).prop_map(move |(shape, points, data, lambda)| {
        let (layers, widths, samples) = shape;
        let mut widths = widths[..=layers].to_vec();
        widths[layers] = match &loss {
            Loss::Softmax | Loss::Temperature(_) => widths[layers].max(2),
            other => other.outputs().unwrap_or(widths[layers]),
        };
        let outputs = widths[layers];
        let quarter = |v: &i64| Rational::ratio(*v, 4);
        let inputs = (0..samples)
            .map(|n| {
                let own = &data.0[n * MAX_WIDTH..][..widths[0]];
                let mut input: Vec<Rational> = own.iter().map(|v| Rational::ratio(*v, 2)).collect();
                // Most inputs span their space.
                input[n % widths[0]] = input[n % widths[0]].plus(&Rational::ratio(5, 2));
                input
            })
            .collect();
        let labels =
            (0..samples).map(|n| labels(&loss, &data.1[n * MAX_WIDTH..][..outputs])).collect();
        let count = parameters(&widths);
        NetworkCase {
            student: points.0[..count].iter().map(quarter).collect(),
            teacher: points.1[..count].iter().map(quarter).collect(),
            lambda: quarter(&lambda),
            network: Network { widths, activation, loss: loss.clone(), inputs, labels },
        }
    })
}

/// A label of the kind that the loss is about.
fn labels(loss: &Loss, own: &[i64]) -> Vec<Rational> {
    match loss {
        Loss::Squared | Loss::Poisson => own.iter().map(|v| Rational::integer(*v)).collect(),
        Loss::Logistic | Loss::SigmoidSquared | Loss::Probit => {
            own.iter().map(|v| Rational::ratio(*v, 4)).collect()
        }
        Loss::Softmax | Loss::Temperature(_) => {
            let class = own[0].unsigned_abs() as usize % own.len();
            (0..own.len()).map(|k| Rational::count(usize::from(k == class))).collect()
        }
    }
}
