//! Registered problems: one step of a method on every sum of smooth and strongly convex functions.
//!
//! Each is a few formulas in the language of theorem files: what is maximised, what is bounded, and
//! the interpolation inequalities of the points that the method visits, averaged over the samples.
//! These are sufficient as well as necessary, so that the value is the worst case over functions of
//! any dimension.
//! To add a method: one row of [`METHODS`].

use super::claims::{Numbers, Texts};
use crate::scalar::{Rational, Scalar};

/// The number of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Samples {
    /// This many.
    Finite(u64),
    /// Any number, in the limit.
    Infinite,
}

/// A parameter of a method.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name in formulas.
    pub name: &'static str,
    /// Its value if none is given.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// One row of the registry.
pub struct Method {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is bounded.
    pub summary: &'static str,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// Its formulas.
    texts: fn(&Numbers, Samples) -> Result<Texts, String>,
}

const fn parameter(name: &'static str, default: &'static str, meaning: &'static str) -> Parameter {
    Parameter { name, default, meaning }
}

const GAMMA: Parameter = parameter("gamma", "1/8", "step size");
const MU: Parameter = parameter("mu", "1/10", "strong convexity of each sample");
const L: Parameter = parameter("l_smooth", "1", "smoothness of each sample");
const R_SQ: Parameter = parameter("r_sq", "1", "bound on the squared distance to x*");
const V_SQ: Parameter = parameter("v_sq", "1", "bound on the gradient noise at x*");
const LAMBDA: Parameter = parameter("lambda", "1", "distillation weight");
const S: Parameter = parameter("s", "1", "bound on the noise at x* that distillation leaves");
const B: Parameter = parameter("b", "1", "bound on the squared mean of the control variate");

/// Every registered method.
pub static METHODS: [Method; 8] = [
    Method {
        name: "sgd",
        summary: "E||x+ - x*||^2 after one step of SGD",
        parameters: &[GAMMA, MU, L, R_SQ, V_SQ],
        texts: sgd,
    },
    Method {
        name: "tau-nice",
        summary: "E||x+ - x*||^2 after one step of SGD with minibatches drawn without replacement",
        parameters: &[GAMMA, MU, L, R_SQ, V_SQ, parameter("tau", "1", "size of a minibatch")],
        texts: tau_nice,
    },
    Method {
        name: "kd",
        summary: "E||x+ - x*||^2 after one step of distillation with any control variate",
        parameters: &[GAMMA, MU, L, LAMBDA, R_SQ, S, B],
        texts: kd,
    },
    Method {
        name: "kd-teacher",
        summary: "E||x+ - x*||^2 after one step of distillation towards a teacher point",
        parameters: &[GAMMA, MU, L, LAMBDA, R_SQ, S, B],
        texts: kd_teacher,
    },
    Method {
        name: "unbiased-kd",
        summary: "E||x+ - x*||^2 after one step of unbiased distillation towards a teacher point",
        parameters: &[GAMMA, MU, L, LAMBDA, R_SQ, S],
        texts: unbiased_kd,
    },
    Method {
        name: "saga",
        summary: "E||x+ - x*||^2 + M gamma^2 E||table+ - gradients at x*||^2 per unit of the same before the step",
        parameters: &[GAMMA, MU, L, parameter("weight", "4*n", "M, the weight of the table")],
        texts: saga,
    },
    Method {
        name: "saga-prox",
        summary: "proximal SAGA: c E||x+ - x*||^2 + Bregman distance of the table, per unit of the same before the step",
        parameters: &[GAMMA, MU, L],
        texts: saga_prox,
    },
    Method {
        name: "l-svrg",
        summary: "E||x+ - x*||^2 + M gamma^2 E||memory+ - gradients at x*||^2 per unit of the same before the step",
        parameters: &[
            GAMMA,
            MU,
            L,
            parameter("p", "1/2", "probability of a new snapshot"),
            parameter("weight", "4/p", "M, the weight of the memory"),
        ],
        texts: l_svrg,
    },
];

impl Method {
    /// The method of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        METHODS.iter().find(|method| method.name == name)
    }

    /// The formulas with these numbers; parameters that are not given have their defaults.
    ///
    /// # Errors
    /// A parameter outside its range, and the reason.
    pub fn texts(&self, given: &Numbers, samples: Samples) -> Result<Texts, String> {
        let mut numbers = given.clone();
        check_probability(&numbers)?;
        for parameter in self.parameters.iter().filter(|p| !given.contains_key(p.name)) {
            let value = match (parameter.default, samples) {
                ("4*n", Samples::Finite(n)) => Rational::integer(4).times(&count(n)),
                ("4*n", Samples::Infinite) => {
                    return Err("the weight of the table needs a number of samples".into());
                }
                ("4/p", _) => divided(&Rational::integer(4), &numbers["p"])?,
                (text, _) => text.parse().map_err(|error| format!("{error}"))?,
            };
            numbers.insert(parameter.name.to_owned(), value);
        }
        for name in numbers.keys() {
            if self.parameters.iter().all(|parameter| parameter.name != name) {
                let known: Vec<&str> = self.parameters.iter().map(|p| p.name).collect();
                return Err(format!("{} has no {name}; it has {}", self.name, known.join(", ")));
            }
        }
        check(&numbers, samples)?;
        let mut texts = (self.texts)(&numbers, samples)?;
        texts.single = samples == Samples::Finite(1);
        texts.numbers.extend(numbers);
        Ok(texts)
    }
}

fn check(numbers: &Numbers, samples: Samples) -> Result<(), String> {
    let zero = Rational::ZERO;
    let get = |name: &str| numbers.get(name).cloned().unwrap_or_default();
    if samples == Samples::Finite(0) {
        return Err("there must be a sample".into());
    }
    if get("gamma") <= zero {
        return Err("the step size must be positive".into());
    }
    if get("l_smooth") <= zero {
        return Err("the smoothness must be positive".into());
    }
    if get("mu") < zero {
        return Err("the samples must be convex: mu >= 0".into());
    }
    if get("mu") > get("l_smooth") {
        return Err("no function is smoother than it is strongly convex: mu <= l".into());
    }
    for name in ["r_sq", "v_sq", "s", "b", "weight"] {
        if get(name) < zero {
            return Err(format!("{name} bounds a square and must not be negative"));
        }
    }
    Ok(())
}

fn check_probability(numbers: &Numbers) -> Result<(), String> {
    if let Some(p) = numbers.get("p").filter(|p| !p.is_positive() || **p > Rational::ONE) {
        return Err(format!("p is a probability in (0, 1], not {p}"));
    }
    Ok(())
}

fn count(n: u64) -> Rational {
    Rational::count(usize::try_from(n).unwrap_or(usize::MAX))
}

fn divided(a: &Rational, b: &Rational) -> Result<Rational, String> {
    a.over(b).map_err(|error| error.to_string())
}

/// A point of every component: its value, its gradient and its position, as formulas.
type Point = [&'static str; 3];

/// The zero vector.
const ZERO: &str = "0*x_star";

const AT_X: Point = ["gap", "grad", "x"];
const AT_STAR: Point = ["0", "grad_star", "x_star"];
/// The control variate is the gradient there.
const AT_TEACHER: Point = ["teacher_gap", "c", "teacher"];
const AT_SNAPSHOT: Point = ["gap_snapshot", "grad_memory", "snapshot"];

/// The inequalities f_a >= f_b + ... that smooth and strongly convex components obey between these
/// points, averaged; they are also sufficient. Multiplied by 2(L - mu), so that nothing is divided
/// by zero; where mu = L the gradient is determined instead.
fn interpolated(texts: &mut Texts, numbers: &Numbers, points: &[(&str, Point)]) {
    let exact = numbers["mu"] == numbers["l_smooth"];
    // At x* itself the inequalities say no more than that the gradients are equal.
    let at_star = numbers.get("r_sq").is_some_and(Rational::is_zero);
    if at_star {
        texts.equalities.push(("x-is-star".into(), "grad = grad_star".into()));
    }
    let points: Vec<_> = points.iter().filter(|(name, _)| !at_star || *name != "x").collect();
    for (i, (first, [fa, ga, xa])) in points.iter().enumerate() {
        for (j, (second, [fb, gb, xb])) in points.iter().enumerate() {
            if i == j {
                continue;
            }
            let name = format!("{first}-above-{second}");
            if exact {
                if i < j {
                    let text = format!("{ga} - ({gb}) = mu*({xa} - ({xb}))");
                    texts.equalities.push((name, text));
                }
                continue;
            }
            let slope = match *gb {
                ZERO => "0".to_owned(),
                _ => format!("E[inner({gb}, {xa} - ({xb}))]"),
            };
            let text = format!(
                "E[norm_sq({ga} - ({gb})) + mu*l_smooth*norm_sq({xa} - ({xb})) - 2*mu*inner({ga} - ({gb}), {xa} - ({xb}))] <= 2*(l_smooth - mu)*({fa} - ({fb}) - {slope})"
            );
            texts.constraints.push((name, text));
        }
    }
}

/// A bound on a square. Where it is zero the vector vanishes: a constraint without interior would
/// have unbounded multipliers.
fn bounded(texts: &mut Texts, numbers: &Numbers, name: &str, vector: &str, bound: &str) {
    if numbers[bound].is_zero() {
        texts.equalities.push((name.to_owned(), format!("{vector} = 0*x_star")));
        return;
    }
    let text = match vector {
        "e" | "E[c]" => format!("norm_sq({vector}) <= {bound}"),
        _ => format!("E[norm_sq({vector})] <= {bound}"),
    };
    texts.constraints.push((name.to_owned(), text));
}

fn stationary(texts: &mut Texts) {
    texts.equalities.push(("stationary".into(), "E[grad_star] = 0*x_star".into()));
}

fn sgd(numbers: &Numbers, _: Samples) -> Result<Texts, String> {
    let mut texts = Texts::of_step("sgd", "E[norm_sq(x_next - x_star)]");
    stationary(&mut texts);
    interpolated(&mut texts, numbers, &[("x", AT_X), ("star", AT_STAR)]);
    bounded(&mut texts, numbers, "distance", "e", "r_sq");
    bounded(&mut texts, numbers, "noise", "grad_star", "v_sq");
    Ok(texts)
}

fn tau_nice(numbers: &Numbers, samples: Samples) -> Result<Texts, String> {
    let tau = &numbers["tau"];
    if !tau.is_integer() || *tau < Rational::ONE {
        return Err(format!("a minibatch has a positive number of samples, not {tau}"));
    }
    let factor = match samples {
        Samples::Infinite => divided(&Rational::ONE, tau)?,
        Samples::Finite(n) if *tau > count(n) => {
            return Err(format!("a minibatch of {tau} needs as many samples, not {n}"));
        }
        Samples::Finite(1) => Rational::ZERO,
        Samples::Finite(n) => divided(&count(n).minus(tau), &tau.times(&count(n - 1)))?,
    };
    let objective = "norm_sq(e - gamma*E[grad]) + gamma^2*batch_factor*E[norm_sq(grad - E[grad])]";
    let mut texts = Texts::of_step("sgd", objective);
    texts.numbers.insert("batch_factor".into(), factor);
    stationary(&mut texts);
    interpolated(&mut texts, numbers, &[("x", AT_X), ("star", AT_STAR)]);
    bounded(&mut texts, numbers, "distance", "e", "r_sq");
    bounded(&mut texts, numbers, "noise", "grad_star", "v_sq");
    Ok(texts)
}

fn kd(numbers: &Numbers, _: Samples) -> Result<Texts, String> {
    let mut texts = Texts::of_step("kd", "E[norm_sq(x_next - x_star)]");
    stationary(&mut texts);
    interpolated(&mut texts, numbers, &[("x", AT_X), ("star", AT_STAR)]);
    bounded(&mut texts, numbers, "distance", "e", "r_sq");
    bounded(&mut texts, numbers, "noise", "grad_star - lambda*c", "s");
    bounded(&mut texts, numbers, "bias", "E[c]", "b");
    Ok(texts)
}

fn kd_teacher(numbers: &Numbers, samples: Samples) -> Result<Texts, String> {
    let mut texts = kd(numbers, samples)?;
    texts.constraints.retain(|(name, _)| !name.contains("above"));
    texts.equalities.retain(|(name, _)| !name.contains("above"));
    let points = [("x", AT_X), ("star", AT_STAR), ("teacher", AT_TEACHER)];
    interpolated(&mut texts, numbers, &points);
    Ok(texts)
}

fn unbiased_kd(numbers: &Numbers, _: Samples) -> Result<Texts, String> {
    let mut texts = Texts::of_step("unbiased-kd", "E[norm_sq(x_next - x_star)]");
    stationary(&mut texts);
    let points = [("x", AT_X), ("star", AT_STAR), ("teacher", AT_TEACHER)];
    interpolated(&mut texts, numbers, &points);
    bounded(&mut texts, numbers, "distance", "e", "r_sq");
    bounded(&mut texts, numbers, "noise", "grad_star - lambda*(c - E[c])", "s");
    Ok(texts)
}

/// The step that SAGA and L-SVRG share.
const CORRECTED: &str = "x - gamma*(grad - grad_memory + E[grad_memory])";

/// The Lyapunov function of theorem-6 before and after a step, where the memory is renewed with
/// this probability.
fn with_memory(renewed: &str) -> Texts {
    let old = "E[norm_sq(grad_memory - grad_star)]";
    let new = "E[norm_sq(grad - grad_star)]";
    let objective = format!(
        "E[norm_sq(x_next - x_star)] + weight*gamma^2*((1 - {renewed})*{old} + {renewed}*{new})"
    );
    let mut texts = Texts::of_step("any", &objective);
    texts.next = Some(CORRECTED.to_owned());
    texts.families.push("grad_memory".into());
    texts.instance.push(("grad_memory", "grad_star"));
    let start = format!("norm_sq(e) + weight*gamma^2*{old} <= 1");
    texts.constraints.push(("start".into(), start));
    stationary(&mut texts);
    texts
}

fn over_n(samples: Samples) -> Result<Rational, String> {
    match samples {
        Samples::Finite(n) => divided(&Rational::ONE, &count(n)),
        Samples::Infinite => Err("SAGA has a table of n gradients: n must be finite".into()),
    }
}

/// Where the table's points are is of no consequence: any gradients b_i are those of a convex
/// sample at some point.
fn saga(numbers: &Numbers, samples: Samples) -> Result<Texts, String> {
    let mut texts = with_memory("over_n");
    texts.numbers.insert("over_n".into(), over_n(samples)?);
    interpolated(&mut texts, numbers, &[("x", AT_X), ("star", AT_STAR)]);
    Ok(texts)
}

fn l_svrg(numbers: &Numbers, _: Samples) -> Result<Texts, String> {
    let mut texts = with_memory("p");
    texts.shared.push("snapshot".into());
    texts.scalars.push("gap_snapshot".into());
    texts.instance.extend([("snapshot", "x_star"), ("gap_snapshot", "0*gap")]);
    let points = [("x", AT_X), ("star", AT_STAR), ("snapshot", AT_SNAPSHOT)];
    interpolated(&mut texts, numbers, &points);
    Ok(texts)
}

/// Defazio, Bach and Lacoste-Julien's Lyapunov function. Values and gradients are relative to x*
/// (Bregman distances), positions are measured from x*, and h is the proximal term.
fn saga_prox(numbers: &Numbers, samples: Samples) -> Result<Texts, String> {
    let over_n = over_n(samples)?;
    let (gamma, mu) = (&numbers["gamma"], &numbers["mu"]);
    if *mu == numbers["l_smooth"] {
        return Err("mu = l determines the function values, which this problem has not".into());
    }
    let room = Rational::ONE.minus(&mu.times(gamma));
    if !room.is_positive() {
        return Err("the Lyapunov function needs mu*gamma < 1".into());
    }
    let two = Rational::integer(2);
    let weight = divided(&over_n, &two.times(gamma).times(&room))?;
    let step = "(e - gamma*(a_x - a_phi) - gamma*E[a_phi] - gamma*subgradient)";
    let objective = format!("weight_c*E[norm_sq({step})] + (1 - over_n)*d_phi + over_n*d_x");
    let mut texts = Texts::of_step("any", &objective);
    texts.families.extend(["phi", "a_x", "a_phi", "subgradient"].map(String::from));
    texts.scalars.extend(["d_x", "d_phi", "d_h"].map(String::from));
    texts.instance.extend([("a_x", "grad - grad_star"), ("d_x", "gap"), ("d_phi", "0*gap")]);
    texts.instance.extend([
        ("phi", "0*grad"),
        ("a_phi", "0*grad"),
        ("subgradient", "0*grad"),
        ("d_h", "0*gap"),
    ]);
    texts.numbers.insert("over_n".into(), over_n);
    texts.numbers.insert("weight_c".into(), weight);
    let start = "weight_c*norm_sq(e) + d_phi <= 1";
    texts.constraints.push(("start".into(), start.into()));
    let points = [
        ("x", ["d_x", "a_x", "e"]),
        ("phi", ["d_phi", "a_phi", "phi"]),
        ("star", ["0", ZERO, ZERO]),
    ];
    interpolated(&mut texts, numbers, &points);
    for (name, text) in [
        ("h-above-star", "d_h >= 0".to_owned()),
        ("star-above-h", format!("d_h <= E[inner(subgradient, {step})]")),
        // Monotonicity of the subgradients of h, averaged over pairs of different samples.
        ("h-pairs", format!("E[inner(subgradient - E[subgradient], {step})] >= 0")),
    ] {
        texts.constraints.push((name.into(), text));
    }
    Ok(texts)
}
