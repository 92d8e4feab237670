//! The pictures of the report, as numbers: what the theorems say beside what happens, on one small
//! problem, each point evaluated rigorously from the theorem files themselves.

use super::check::{Outcome, check_instance};
use super::library::Library;
use super::sampled::measured_error;
use super::setting::Setting;
use crate::claim::evaluate::evaluate_scalar;
use crate::claim::expr::{Expr, Formula};
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::Process;
use crate::expectation::Budget;
use crate::expectation::sampled::SamplingPlan;
use crate::problem::{Constants, ControlVariate, Instance, Sampling};
use crate::scalar::{Interval, Rational, Scalar};
use serde::Serialize;

/// A picture: curves and points over one axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// A short name.
    pub id: &'static str,
    /// What is shown.
    pub title: &'static str,
    /// How to read it.
    pub caption: String,
    /// The horizontal axis.
    pub x_label: &'static str,
    /// The vertical axis.
    pub y_label: &'static str,
    /// Whether the vertical axis is logarithmic.
    pub log_y: bool,
    /// The curves and points.
    pub series: Vec<Series>,
}

/// One curve, or a set of marked points.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// What it is.
    pub name: String,
    /// How it is drawn.
    pub mark: Mark,
    /// Midpoints of enclosures, or exact values, for display.
    pub points: Vec<(f64, f64)>,
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// What happens: a full line.
    Fact,
    /// What a theorem bounds it by: a dashed line.
    Bound,
    /// Single points.
    Points,
    /// Upright bars: two points each, the lower end and the upper one.
    Intervals,
}

/// Least squares with a = (1,0), (0,1), (1,1) and y = (1,0,0), at theorem-1's largest step. Its
/// minimiser is (2/3, −1/3), and the teacher is a twelfth off in each coordinate.
fn example() -> Instance {
    let text = r#"{"a": [["1","0"],["0","1"],["1","1"]], "y": ["1","0","0"], "teacher": ["3/4","-1/4"],
        "gamma": "1/16", "lambda": "0", "x": ["5/3","2/3"]}"#;
    serde_json::from_str(text).expect("the example is an instance")
}

/// Every picture that the theorems of the library admit.
pub fn figures(library: &Library, budget: Budget) -> Vec<Figure> {
    [path, weight, parallel, step_limits]
        .into_iter()
        .filter_map(|figure| figure(library, budget))
        .collect()
}

/// theorem-1 over time: the exact error of distillation and the bound on it.
fn path(library: &Library, budget: Budget) -> Option<Figure> {
    let claim = library.claim("theorem-1", "all-t", None)?;
    let mut series = Vec::new();
    for (name, lambda) in
        [("SGD", Rational::ZERO), ("distillation, λ = 1/3", Rational::ratio(1, 3))]
    {
        let at = |t: u64| {
            let mut instance = example();
            instance.parameters.horizon = t;
            instance.parameters.lambda = lambda.clone();
            Some((t as f64, sides(claim, &instance, budget)?))
        };
        let points: Vec<_> = (0..=40).filter_map(|k| at(4 * k)).collect();
        let fact = points.iter().map(|(t, (lhs, _))| (*t, *lhs)).collect();
        let bound = points.iter().map(|(t, (_, rhs))| (*t, *rhs)).collect();
        series.push(Series { name: name.into(), mark: Mark::Fact, points: fact });
        series.push(Series { name: format!("bound, {name}"), mark: Mark::Bound, points: bound });
    }
    let third = Rational::ratio(1, 3);
    let points: Vec<_> = (1..=12).filter_map(|k| sampled(8 * k, &third)).flatten().collect();
    if !points.is_empty() {
        let name = format!("{} sampled paths, 1 − 10⁻⁹", PLAN.paths);
        series.push(Series { name, mark: Mark::Intervals, points });
    }
    let last = |k: usize| series.get(k)?.points.last().map(|point| point.1);
    let share = 100.0 * last(2)? / last(0)?;
    Some(Figure {
        id: "path",
        title: "The error over time and theorem-1’s bound",
        caption: format!(
            "E‖x^t − x*‖² by exact moments, and the right side of theorem-1/all-t, on least squares \
             in two dimensions with three samples and γ = 1/(8𝓛). Distillation ends at {share:.0} % of \
             SGD’s error. The bounds hold at every t; their rate 1 − γμ is what the worst problem of \
             the class needs, and this one is faster. The bars are confidence intervals of the error \
             of distillation from sampled paths; they rest on a proved range of every path, which grows \
             with t until the lower end is 0, and then they are left out."
        ),
        x_label: "steps t",
        y_label: "E‖x^t − x*‖²",
        log_y: true,
        series,
    })
}

/// The paths behind each interval of the picture, and its level.
const PLAN: SamplingPlan = SamplingPlan { paths: 50_000, steps: 10_000_000, alpha: 1e-9 };

/// The ends of the confidence interval of the error after t steps, where the lower one is positive.
fn sampled(t: u64, lambda: &Rational) -> Option<[(f64, f64); 2]> {
    let mut instance = example();
    instance.parameters.horizon = t;
    instance.parameters.lambda = lambda.clone();
    let constants = Constants::compute(&instance.problem, instance.sampling).ok()?;
    let measured = measured_error(&instance, &constants, Process::Kd, PLAN, [1; 32]).ok()?;
    let (lower, upper) = measured.interval;
    (lower > 0.0).then_some([(t as f64, lower), (t as f64, upper)])
}

/// The noise floor over the weight: theorem-1's neighbourhood and the stationary error, with the
/// weights that minimise each.
fn weight(library: &Library, budget: Budget) -> Option<Figure> {
    let bound = library.claim("theorem-1", "all-t", None)?;
    let fact = library.claim("theorem-5", "c", None)?;
    let at = |lambda: &Rational| {
        let mut instance = example();
        instance.parameters.lambda = lambda.clone();
        let floor = sides(fact, &instance, budget)?.0;
        // From x* the bound is the neighbourhood alone.
        instance.point = minimiser(&instance)?;
        Some((lambda.to_f64(), floor, sides(bound, &instance, budget)?.1))
    };
    let grid: Vec<_> = (-4..=28).filter_map(|k| at(&Rational::ratio(k, 24))).collect();
    let best = |of: fn(&(f64, f64, f64)) -> f64| {
        let least = (-400..=2800).filter_map(|k| {
            // A parabola through three points of the grid has the same minimiser.
            Some((f64::from(k) / 2400.0, parabola(&grid, of, f64::from(k) / 2400.0)?))
        });
        least.min_by(|a, b| a.1.total_cmp(&b.1))
    };
    let points = |of: fn(&(f64, f64, f64)) -> f64| grid.iter().map(|p| (p.0, of(p))).collect();
    let (floor, neighbourhood) = (|p: &(f64, f64, f64)| p.1, |p: &(f64, f64, f64)| p.2);
    let (best_floor, best_bound) = (best(floor)?, best(neighbourhood)?);
    let percent = 100.0 * best_floor.1 / parabola(&grid, floor, 0.0)?;
    Some(Figure {
        id: "weight",
        title: "The noise floor over the distillation weight",
        caption: format!(
            "The stationary error (theorem-5/c, exact) and theorem-1’s neighbourhood on the same \
             problem. The floor is least at λ = {:.3}, at {percent:.0} % of SGD’s; the bound is least at \
             λ = {:.3}. To minimise the bound is to distil less than is best.",
            best_floor.0, best_bound.0
        ),
        x_label: "weight λ",
        y_label: "stationary E‖x − x*‖²",
        log_y: true,
        series: vec![
            Series { name: "stationary error".into(), mark: Mark::Fact, points: points(floor) },
            Series {
                name: "theorem-1’s bound".into(),
                mark: Mark::Bound,
                points: points(neighbourhood),
            },
            Series {
                name: "minimisers".into(),
                mark: Mark::Points,
                points: vec![best_floor, best_bound],
            },
        ],
    })
}

/// The parabola through the ends and the middle of a grid, at `x`.
fn parabola(grid: &[(f64, f64, f64)], of: fn(&(f64, f64, f64)) -> f64, x: f64) -> Option<f64> {
    let three = [grid.first()?, grid.get(grid.len() / 2)?, grid.last()?];
    let term = |i: usize| {
        let others = (0..3).filter(|j| *j != i);
        of(three[i]) * others.map(|j| (x - three[j].0) / (three[i].0 - three[j].0)).product::<f64>()
    };
    Some((0..3).map(term).sum())
}

/// theorem-7: the least error that a teacher at a distance leaves is the parallel sum.
fn parallel(library: &Library, budget: Budget) -> Option<Figure> {
    let residual = library.claim("theorem-7", "residual", None)?;
    let beats = library.claim("theorem-7", "beats-both", None)?;
    let star = minimiser(&example())?;
    let stationary = |teacher: Vec<Rational>| {
        let mut instance = example();
        if let ControlVariate::Teacher { parameters, .. } = &mut instance.control {
            *parameters = teacher;
        }
        instance
    };
    let sgd = sides(library.claim("theorem-5", "c", None)?, &example(), budget)?.0;
    let (mut least, mut teacher_error, mut floor) = (Vec::new(), Vec::new(), Vec::new());
    for k in 1..=32 {
        let step = Rational::ratio(k, 160);
        let teacher: Vec<Rational> = star.iter().map(|v| v.plus(&step)).collect();
        let instance = stationary(teacher);
        let distance = 2.0 * step.to_f64().powi(2);
        let Some((value, _)) = sides(residual, &instance, budget) else { continue };
        let Some((again, smaller)) = sides(beats, &instance, budget) else { continue };
        assert!(again <= smaller);
        least.push((distance, value));
        teacher_error.push((distance, distance));
        floor.push((distance, sgd));
    }
    Some(Figure {
        id: "parallel",
        title: "A teacher and SGD in parallel",
        caption: "The least stationary error p₀D/(p₀ + D) that distillation reaches (theorem-7), over \
                  the teacher’s squared distance D to the minimiser. Like resistances in parallel, it \
                  is below SGD’s own p₀ and below D, and total only if one of them is zero."
            .into(),
        x_label: "teacher’s squared distance D",
        y_label: "stationary E‖x − x*‖²",
        log_y: false,
        series: vec![
            Series { name: "distillation, best weight".into(), mark: Mark::Fact, points: least },
            Series { name: "SGD, p₀".into(), mark: Mark::Bound, points: floor },
            Series { name: "the teacher, D".into(), mark: Mark::Bound, points: teacher_error },
        ],
    })
}

/// The largest steps: theorem-1's sharp limit and theorem-2's, over the conditioning γμ or γL.
fn step_limits(library: &Library, budget: Budget) -> Option<Figure> {
    let curve = |theorem: &str, part: &str, hypothesis: &str| {
        let claim = library.claim(theorem, part, None)?;
        let condition = claim.hypotheses.iter().find(|h| h.name == hypothesis)?;
        let Condition::Formula(formula) = &condition.condition else { return None };
        let points = (1..40).filter_map(|k| {
            let step = Rational::ratio(k, 40);
            Some((step.to_f64(), limit(formula, &step, budget)?))
        });
        Some(points.collect::<Vec<_>>())
    };
    let theorem_1 = curve("theorem-1-sharp", "step-limit", "limit")?;
    let theorem_2 = curve("theorem-2-curve", "one-step", "limit")?;
    Some(Figure {
        id: "step-limits",
        title: "How large a step may be",
        caption: "theorem-1’s one step is proved for γ𝓛 ≤ (1+13γμ)/(8+6γμ), and theorem-2’s \
                  whenever γL𝓛/μ ≤ (1+5γL)/(4+2γL); the published constants 1/8 and 1/4 are the limits \
                  at the left. Both curves are read off the hypotheses that the kernel’s proofs use."
            .into(),
        x_label: "γμ (theorem-1), γL (theorem-2)",
        y_label: "largest admitted γ𝓛, γL𝓛/μ",
        log_y: false,
        series: vec![
            Series { name: "theorem-1, γ𝓛 over γμ".into(), mark: Mark::Fact, points: theorem_1 },
            Series { name: "theorem-2, γL𝓛/μ over γL".into(), mark: Mark::Fact, points: theorem_2 },
        ],
    })
}

/// The value r of γ𝓛 (with μ = 1) or of γL𝓛/μ (with L = μ = 1) at which a limit is met with
/// equality: the left side is linear in 𝓛 and the right side free of it.
fn limit(formula: &Formula, step: &Rational, budget: Budget) -> Option<f64> {
    let Formula::Relation(relation) = formula else { return None };
    // h = 1 twice: μ = L = 𝓛 = 1 at γ = step.
    let mut instance: Instance =
        serde_json::from_str(r#"{"h": ["1"], "b": ["0"], "gamma": "1"}"#).ok()?;
    instance.parameters.gamma = step.clone();
    let constants = Constants::compute(&instance.problem, Sampling::new(1, 1)?).ok()?;
    let setting = Setting::<Interval>::new(&instance, Some(&constants), Process::Kd, budget);
    let value = |side: &Expr| Some(evaluate_scalar(side, &setting).ok()?.to_f64());
    Some(step.to_f64() * value(&relation.rhs)? / value(&relation.lhs)?)
}

fn minimiser(instance: &Instance) -> Option<Vec<Rational>> {
    Constants::compute(&instance.problem, instance.sampling).ok().map(|c| c.x_star)
}

/// Both sides where the hypotheses are met, for display.
fn sides(claim: &Claim, instance: &Instance, budget: Budget) -> Option<(f64, f64)> {
    match check_instance(claim, instance, budget) {
        Outcome::Holds(sides) | Outcome::Fails(sides) => Some(sides.to_f64()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_drawn_and_says_what_its_caption_says() {
        let library = Library::load().unwrap();
        let figures = figures(&library, Budget::STANDARD);
        assert_eq!(figures.len(), 4);
        let series = |id: &str, k: usize| {
            let figure = figures.iter().find(|f| f.id == id).unwrap();
            assert!(figure.series[k].points.iter().all(|(x, y)| x.is_finite() && y.is_finite()));
            figure.series[k].points.clone()
        };
        let (sgd, bound, kd) = (series("path", 0), series("path", 1), series("path", 2));
        assert_eq!(sgd.len(), 41);
        assert!(sgd.iter().zip(&bound).all(|(fact, bound)| fact.1 <= bound.1));
        assert!(kd[40].1 < sgd[40].1, "distillation ends lower");
        let best = series("weight", 2);
        assert!(best[0].0 > best[1].0 && best[0].1 < best[1].1, "{best:?}");
        // theorem-7's best weight p₀/(p₀ + D) on this problem: p₀ = 94/12969 and D = 1/72.
        let exact = (94.0 / 12969.0) / (94.0 / 12969.0 + 1.0 / 72.0);
        assert!((best[0].0 - exact).abs() < 1e-3, "{} for {exact}", best[0].0);
        for ((distance, least), (_, sgd)) in series("parallel", 0).iter().zip(series("parallel", 1))
        {
            assert!((1.0 / least - 1.0 / distance - 1.0 / sgd).abs() < 1e-6 / least);
        }
        for (t, limit) in series("step-limits", 0) {
            assert!((limit - (1.0 + 13.0 * t) / (8.0 + 6.0 * t)).abs() < 1e-9);
        }
        for (t, limit) in series("step-limits", 1) {
            assert!((limit - (1.0 + 5.0 * t) / (4.0 + 2.0 * t)).abs() < 1e-9);
        }
    }
}
