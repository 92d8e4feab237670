//! Random small networks with a student, a teacher and a weight, made of small integers so that
//! proptest shrinks each by itself: fewer layers, narrower ones, fewer samples, zeros.

use super::{Activation, Loss, Network, parameters};
use crate::problem::{
    Algorithm, AssertedConstants, ControlVariate, Draw, FiniteSum, Instance, Parameters,
    RidgeConvention, Sampling, default_eta,
};
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

/// A family of networks that a claim can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkFamily {
    /// One layer, logistic, softmax or Poisson loss.
    CanonicalLink,
    /// One layer, squared loss of a sigmoid.
    SigmoidSquared,
    /// One layer, softmax distilled at a temperature.
    Temperature,
    /// One layer, probit link.
    Probit,
    /// Up to four linear layers, squared loss.
    DeepLinear,
    /// Up to three layers, ReLU, squared loss.
    Relu,
    /// Up to two layers, tanh, a canonical loss.
    Tanh,
}

impl NetworkFamily {
    /// Whether a network is of the family; the number of layers is free where it is not one.
    pub fn contains<S: Scalar>(self, network: &Network<S>) -> bool {
        let (one, loss) = (network.depth() == 1, &network.loss);
        match self {
            Self::CanonicalLink => one && loss.is_canonical() && *loss != Loss::Squared,
            Self::SigmoidSquared => one && *loss == Loss::SigmoidSquared,
            Self::Temperature => one && matches!(loss, Loss::Temperature(_)),
            Self::Probit => one && *loss == Loss::Probit,
            Self::DeepLinear => network.is_deep_linear(),
            Self::Relu => network.activation == Activation::Relu && *loss == Loss::Squared,
            Self::Tanh => network.activation == Activation::Tanh && loss.is_canonical(),
        }
    }

    /// Random instances of the family, with a teacher and single samples. Step sizes are fractions
    /// of the largest admissible ones.
    pub fn instances(self) -> BoxedStrategy<Draw> {
        let of = |activation, loss, depth| networks(activation, loss, depth).boxed();
        let any = |activation, losses: Vec<Loss>, depth| {
            let of = move |loss| networks(activation, loss, depth);
            prop::sample::select(losses).prop_flat_map(of).boxed()
        };
        let linear = Activation::Identity;
        let links = vec![Loss::Logistic, Loss::Softmax, Loss::Poisson];
        let heats = [2, 1, 4, 8].map(|heat| Loss::Temperature(Rational::integer(heat)));
        let cases = match self {
            Self::CanonicalLink => any(linear, links, 1),
            Self::SigmoidSquared => of(linear, Loss::SigmoidSquared, 1),
            Self::Temperature => any(linear, heats.to_vec(), 1),
            Self::Probit => of(linear, Loss::Probit, 1),
            Self::DeepLinear => of(linear, Loss::Squared, MAX_DEPTH),
            Self::Relu => of(Activation::Relu, Loss::Squared, 3),
            Self::Tanh => {
                any(Activation::Tanh, vec![Loss::Squared, Loss::Logistic, Loss::Softmax], 2)
            }
        };
        (cases, 1..=16_i64).prop_map(|(case, fraction)| case.draw(fraction)).boxed()
    }
}

impl NetworkCase {
    /// The instance, with a step of this many sixteenths of the largest.
    fn draw(self, fraction: i64) -> Draw {
        let step = Rational::ratio(fraction, 16);
        let samples = self.network.inputs.len();
        let instance = Instance {
            problem: FiniteSum::Network(self.network),
            control: ControlVariate::Teacher {
                parameters: self.teacher,
                ridge: RidgeConvention::Both,
            },
            sampling: Sampling::new(samples, 1).expect("a drawn network has samples"),
            point: self.student,
            parameters: Parameters {
                gamma: step.clone(),
                gamma_2: step,
                lambda: self.lambda,
                kappa: Rational::ZERO,
                a: Rational::ONE,
                eta: default_eta(),
                omega: Rational::ZERO,
                delta: Rational::ONE,
                horizon: 1,
            },
            asserted: AssertedConstants::default(),
            algorithm: Algorithm::default(),
        };
        Draw { instance }
    }
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
        // Enough of them to span their space.
        let samples = samples.max(widths[0]);
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
