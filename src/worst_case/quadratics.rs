//! Explicit problems from Gram matrices: finite sums of two quadratics, exactly rational, which the
//! ordinary evaluator checks again from scratch.

use super::claims::Numbers;
use super::gram::Block;
use super::methods::Samples;
use super::program::{Gram, Reduced};
use crate::audit::check::{Outcome, Sides, check_instance};
use crate::audit::setting::Setting;
use crate::claim::dictionary::Dictionary;
use crate::claim::evaluate::evaluate_scalar;
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::Process;
use crate::expectation::Budget;
use crate::linear::exact::is_positive_semidefinite;
use crate::linear::{Matrix, add, dot, norm_sq, scale, subtract};
use crate::problem::{
    Algorithm, AssertedConstants, Constants, ControlVariate, FiniteSum, Instance, Parameters,
    Sampling, default_eta, shifted,
};
use crate::scalar::{Rational, Scalar};

/// Vectors whose Gram matrix is near a positive semidefinite one: row i of L √D, rounded.
fn vectors(gram: &Matrix<Rational>, bits: u32) -> Option<Matrix<Rational>> {
    let d = gram.rows();
    let mut lower = Matrix::zeros(d, d);
    let mut rest = gram.clone();
    for k in 0..d {
        let pivot = rest[(k, k)].clone();
        if pivot.is_negative() {
            return None;
        }
        if pivot.is_zero() {
            continue;
        }
        let root = pivot.root_bounds(bits).0;
        let column: Vec<Rational> =
            (0..d).map(|i| rest[(i, k)].over(&pivot)).collect::<Result<_, _>>().ok()?;
        for i in k..d {
            lower[(i, k)] = column[i].times(&root).round_to_dyadic(-(bits as i32));
        }
        rest = rest.plus_scaled(&pivot.negated(), &Matrix::outer(&column, &column));
    }
    Some(lower)
}

/// Every generator of a program as a vector: means in the first coordinates, spreads in the others.
struct Vectors {
    means: Vec<(String, Vec<Rational>)>,
    spreads: Vec<(String, Vec<Rational>)>,
}

impl Vectors {
    fn new(reduced: &Reduced, gram: &Gram, bits: u32) -> Option<Self> {
        let (m, p) = (vectors(&gram.blocks[0], bits)?, vectors(&gram.blocks[1], bits)?);
        let (m, p) = (reduced.lifts[0].product(&m), reduced.lifts[1].product(&p));
        let (dm, dp) = (m.columns(), p.columns());
        let zeros = |count: usize| vec![Rational::ZERO; count];
        let names = |block| reduced.program.generators(block).iter().cloned();
        let means = names(Block::Mean)
            .enumerate()
            .map(|(i, name)| (name, [m.row(i).to_vec(), zeros(dp)].concat()));
        let spreads = names(Block::Spread)
            .enumerate()
            .map(|(i, name)| (name, [zeros(dm), p.row(i).to_vec()].concat()));
        Some(Self { means: means.collect(), spreads: spreads.collect() })
    }

    fn dimension(&self) -> usize {
        self.means.iter().chain(&self.spreads).map(|(_, v)| v.len()).next().unwrap_or(0)
    }

    fn find(list: &[(String, Vec<Rational>)], name: &str, d: usize) -> Vec<Rational> {
        let found = list.iter().find(|(known, _)| known == name);
        found.map_or_else(|| vec![Rational::ZERO; d], |(_, vector)| vector.clone())
    }

    fn shared(&self, name: &str) -> Vec<Rational> {
        Self::find(&self.means, name, self.dimension())
    }

    /// The two members of a family: average plus and minus the spread.
    fn pair(&self, name: &str) -> [Vec<Rational>; 2] {
        let d = self.dimension();
        let mean = Self::find(&self.means, &format!("E[{name}]"), d);
        let spread = Self::find(&self.spreads, &format!("({name} - E[{name}])"), d);
        [add(&mean, &spread), subtract(&mean, &spread)]
    }
}

/// A symmetric H with H e = u and μ ≤ H ≤ L, which there is if ⟨u − μe, Le − u⟩ ≥ 0.
fn hessian(
    e: &[Rational],
    u: &[Rational],
    mu: &Rational,
    l: &Rational,
) -> Option<Matrix<Rational>> {
    let d = e.len();
    let identity = |factor: &Rational| {
        Matrix::from_fn(d, d, |i, j| if i == j { factor.clone() } else { Rational::ZERO })
    };
    let (sum, width) = (l.plus(mu), l.minus(mu));
    if width.is_zero() {
        return Some(identity(mu));
    }
    let half = Rational::ratio(1, 2);
    let length = norm_sq(e).reciprocal()?;
    let two = Rational::integer(2);
    let w = scale(&width.reciprocal()?, &subtract(&scale(&two, u), &scale(&sum, e)));
    let along = dot(&w, e).times(&length);
    let v = subtract(&w, &scale(&along, e));
    let mut k = Matrix::outer(e, e).scaled(&along.times(&length));
    if let Some(inverse) = norm_sq(&v).reciprocal() {
        k = k.plus_scaled(&along.times(&inverse).negated(), &Matrix::outer(&v, &v));
    }
    let cross = Matrix::outer(&v, e).plus_scaled(&Rational::ONE, &Matrix::outer(e, &v));
    k = k.plus_scaled(&length, &cross);
    let h = identity(&sum.times(&half)).plus_scaled(&width.times(&half), &k);
    let inside = is_positive_semidefinite(&shifted(&h, mu))
        && is_positive_semidefinite(&shifted(&h.scaled(&Rational::integer(-1)), &l.negated()));
    (inside && h.apply(e) == u).then_some(h)
}

/// Bits of the vectors of an explicit problem.
const BITS: u32 = 60;

/// The most copies of a quadratic in an explicit problem.
const MOST_COPIES: u64 = 32;

/// Two quadratics that realise a point of the problems `sgd`, `kd` and, where half of an even number
/// of samples may be copies of each, `tau-nice`; with the value that the ordinary evaluator finds, all
/// bounds checked. `None` if the point does not give one.
pub fn two_quadratics(
    method: &str,
    numbers: &Numbers,
    samples: Samples,
    reduced: &Reduced,
    gram: &Gram,
) -> Option<(Instance, Rational)> {
    let (process, copies, tau) = match (method, samples) {
        ("sgd", _) => (Process::Sgd, 1, 1),
        ("kd", _) => (Process::Kd, 1, 1),
        ("tau-nice", Samples::Finite(n)) if n.is_multiple_of(2) && n / 2 <= MOST_COPIES => {
            (Process::Sgd, n / 2, numbers["tau"].floor_u64()?)
        }
        _ => return None,
    };
    let copies = copies as usize;
    let found = Vectors::new(reduced, gram, BITS)?;
    let (mu, l) = (&numbers["mu"], &numbers["l_smooth"]);
    let e = found.shared("e");
    let (grad, z) = (found.pair("grad"), found.pair("grad_star"));
    let mut hessians = Vec::new();
    for i in 0..2 {
        hessians.push(hessian(&e, &subtract(&grad[i], &z[i]), mu, l)?);
    }
    let linear: Vec<_> = z.iter().map(|z| scale(&Rational::integer(-1), z)).collect();
    let instance = Instance {
        problem: FiniteSum::Quadratic {
            hessians: repeated(&hessians, copies),
            linear: repeated(&linear, copies),
        },
        control: ControlVariate::Free(repeated(&found.pair("c"), copies)),
        sampling: Sampling::new(2 * copies, tau as usize)?,
        point: e,
        parameters: parameters(numbers),
        asserted: AssertedConstants::default(),
        algorithm: Algorithm::default(),
    };
    let value = |text: &str, instance: &Instance| {
        let expr = Dictionary::standard().expression(text).ok()?;
        let constants = Constants::compute(&instance.problem, instance.sampling).ok()?;
        let constants = Some(&constants);
        let setting = Setting::<Rational>::new(instance, constants, process, Budget::STANDARD);
        evaluate_scalar(&expr, &setting).ok()
    };
    // The bounds are of single samples.
    let single = Instance { sampling: Sampling::new(2 * copies, 1)?, ..instance.clone() };
    let bounds: &[(&str, &str)] = match process {
        Process::Sgd => &[("norm_sq(e)", "r_sq"), ("E[norm_sq(grad_star)]", "v_sq")],
        _ => &[("norm_sq(e)", "r_sq"), ("noise(lambda)", "s"), ("bias_sq", "b")],
    };
    let below = |v: Rational, bound: &str| v <= numbers[bound];
    let met =
        bounds.iter().all(|(text, bound)| value(text, &single).is_some_and(|v| below(v, bound)));
    if !met {
        return None;
    }
    let value = value("E[norm_sq(x_next - x_star)]", &instance)?;
    Some((instance, value))
}

/// So many copies of the first, and as many of the second.
fn repeated<T: Clone>(pair: &[T], copies: usize) -> Vec<T> {
    pair.iter().flat_map(|one| std::iter::repeat_n(one.clone(), copies)).collect()
}

/// Two quadratics on the line that realise the leading direction of a violation, if the exact check
/// finds that they meet the hypotheses and violate the statement.
pub(super) fn one_dimensional(
    claim: &Claim,
    numbers: &Numbers,
    reduced: &Reduced,
    gram: &Gram,
    beyond: bool,
) -> Option<(Instance, Sides)> {
    let instance = on_the_line(numbers, reduced, gram)?;
    let mut claim = claim.clone();
    if beyond {
        claim.hypotheses.retain(|hypothesis| matches!(hypothesis.condition, Condition::Class(..)));
    }
    match check_instance(&claim, &instance, Budget::STANDARD) {
        Outcome::Fails(sides) => Some((instance, sides)),
        _ => None,
    }
}

/// Two quadratics on the line along the leading direction of a point, inside the class; whether they
/// meet the hypotheses is for the exact check to say.
pub(super) fn on_the_line(numbers: &Numbers, reduced: &Reduced, gram: &Gram) -> Option<Instance> {
    let full = |block: Block| {
        let (matrix, lift) = (&gram.blocks[block as usize], &reduced.lifts[block as usize]);
        lift.product(&matrix.product(&super::program::transpose(lift)))
    };
    // The direction of one generator; of the longest one but `e` where none is named.
    let leading = |block: Block, anchor: Option<&str>| {
        let (full, names) = (full(block), reduced.program.generators(block));
        let anchor = match anchor {
            Some(name) => names.iter().position(|known| known == name)?,
            None => (0..names.len())
                .filter(|&i| names[i] != "e")
                .max_by(|&i, &j| full[(i, i)].cmp(&full[(j, j)]))?,
        };
        let weight = full[(anchor, anchor)].to_f64();
        let entry = |i: usize| full[(i, anchor)].to_f64() / weight.sqrt();
        Some((0..names.len()).map(|i| (names[i].clone(), entry(i))).collect::<Vec<_>>())
    };
    let get = |list: &[(String, f64)], name: &str| {
        list.iter().find(|(known, _)| known == name).map_or(0.0, |(_, value)| *value)
    };
    // The distance to x* may be there and bound to nothing.
    let along = |means: &Vec<(String, f64)>| {
        means.iter().any(|(name, value)| name != "e" && value.is_finite() && *value != 0.0)
    };
    let (means, unit) = match leading(Block::Mean, Some("e")).filter(along) {
        Some(means) => {
            let unit = get(&means, "e");
            (means, unit)
        }
        // A statement about values and gradients: F = h e²/2 and ∇f = h e give e.
        None => {
            let means = leading(Block::Mean, None)?;
            let gap = reduced.program.values.iter().position(|name| name == "gap")?;
            let slope = get(&means, "E[grad]") - get(&means, "E[grad_star]");
            (means, 2.0 * gram.values[gap].to_f64() / slope)
        }
    };
    let spreads = leading(Block::Spread, None).unwrap_or_default();
    let rounded = |value: f64| Some(Rational::from_f64(value / unit)?.round_to_dyadic(-30));
    let of = |name: &str| {
        let mean = rounded(get(&means, &format!("E[{name}]")))?;
        let spread = rounded(get(&spreads, &format!("({name} - E[{name}])")))?;
        Some((mean, spread))
    };
    let number = |name: &str| numbers.get(name).cloned();
    let ((grad, grad_spread), (centre, star), (c, c_spread)) =
        (of("grad")?, of("grad_star")?, of("c")?);
    // Only differences of the three are seen: they can be moved so that the gradients at x* average
    // to zero.
    let weight = number("lambda").unwrap_or(Rational::ONE);
    let moved = centre.over(&weight).unwrap_or_default();
    let (grad, c) = (grad.minus(&centre), c.minus(&moved));
    // The hypotheses for every x: curvature mu or more on average and at most l_smooth, and at most
    // l_exp in the mean square.
    let (low, high) = (number("mu")?, number("l_exp").or_else(|| number("l_smooth"))?);
    let largest = number("l_smooth").map_or_else(|| high.clone(), |l| l.least(&high));
    let bend = grad.greatest(&low).least(&largest);
    let most = high.times(&bend).minus(&bend.squared()).root_bounds(40).0;
    let width = grad_spread.minus(&star);
    let width = width.least(&most).greatest(&most.negated());
    let pair = |a: &Rational, b: &Rational| vec![vec![a.plus(b)], vec![a.minus(b)]];
    let curvature = pair(&bend, &width);
    Some(Instance {
        problem: FiniteSum::Quadratic {
            hessians: curvature
                .iter()
                .map(|h| Matrix::from_fn(1, 1, |_, _| h[0].clone()))
                .collect(),
            linear: pair(&Rational::ZERO, &star.negated()),
        },
        control: ControlVariate::Free(pair(&c, &c_spread)),
        sampling: Sampling::new(2, 1)?,
        point: vec![Rational::ONE],
        parameters: parameters(numbers),
        asserted: AssertedConstants {
            mu: number("mu"),
            l_smooth: number("l_smooth"),
            l_exp: number("l_exp"),
        },
        algorithm: Algorithm::default(),
    })
}

fn parameters(numbers: &Numbers) -> Parameters {
    let number = |name: &str| numbers.get(name).cloned();
    let gamma = number("gamma").unwrap_or(Rational::ONE);
    Parameters {
        gamma_2: number("gamma_2").unwrap_or_else(|| gamma.clone()),
        gamma,
        lambda: number("lambda").unwrap_or(Rational::ONE),
        kappa: number("kappa").unwrap_or_default(),
        a: number("a").unwrap_or(Rational::ONE),
        eta: number("eta").unwrap_or_else(default_eta),
        omega: Rational::ZERO,
        delta: number("delta").unwrap_or(Rational::ONE),
        horizon: 1,
    }
}
