//! Worst cases as text and JSON. Every bound shown is an exact number, or one rounded outward.

use crate::audit::check::Sides;
use crate::claim::file::FORMAT;
use crate::claim::theorem::Claim;
use crate::linear::Matrix;
use crate::problem::Instance;
use crate::scalar::{Rational, Scalar};
use crate::worst_case::claims::{Numbers, Texts};
use crate::worst_case::decide::Decision;
use crate::worst_case::gram::Block;
use crate::worst_case::ladder::{Quotient, necessary};
use crate::worst_case::methods::{Method, Samples};
use crate::worst_case::program::Reduced;
use crate::worst_case::proof::NoFile;
use crate::worst_case::solve::Bounds;
use crate::worst_case::tighten::Tightened;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Significant decimals of a bound that is too long to be written as a fraction.
const DIGITS: usize = 30;

/// Longer fractions are rounded for people.
const LONGEST: usize = 40;

/// What the value of a method's problem is.
const SUFFICIENT: &str = "the interpolation inequalities are sufficient: this is the worst case over functions of any dimension";

/// The worst case of a method.
#[derive(Clone, Debug, Serialize)]
pub struct WorstCase {
    format: u64,
    problem: &'static str,
    meaning: &'static str,
    numbers: Numbers,
    samples: String,
    generators: BTreeMap<&'static str, Vec<String>>,
    /// Whether the two bounds are equal.
    exact: bool,
    unbounded: bool,
    upper: Option<Rational>,
    lower: Option<Rational>,
    /// One multiplier a constraint: what proves the upper bound.
    certificate: Option<BTreeMap<String, Rational>>,
    /// Gram matrices and function values that attain the lower bound.
    witness: Option<WitnessForm>,
    /// Multipliers that are zero in every certificate.
    vanishing: Vec<String>,
    explicit: Option<Explicit>,
    scope: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct WitnessForm {
    means: Vec<Vec<Rational>>,
    spreads: Vec<Vec<Rational>>,
    values: Vec<Rational>,
}

#[derive(Clone, Debug, Serialize)]
struct Explicit {
    value: Rational,
    instance: Instance,
}

fn rows(matrix: &Matrix<Rational>) -> Vec<Vec<Rational>> {
    (0..matrix.rows()).map(|i| matrix.row(i).to_vec()).collect()
}

fn certificate(reduced: &Reduced, multipliers: &[Rational]) -> BTreeMap<String, Rational> {
    let named = multipliers.iter().enumerate();
    named.map(|(k, value)| (reduced.name(k).to_owned(), value.clone())).collect()
}

impl WorstCase {
    /// Puts a report together; `explicit` is a problem with the value that it attains.
    pub fn new(
        method: &Method,
        texts: &Texts,
        samples: Samples,
        reduced: &Reduced,
        bounds: &Bounds,
        explicit: Option<(Instance, Rational)>,
    ) -> Self {
        let names = |block| reduced.kept_names(block).into_iter().map(str::to_owned).collect();
        let generators =
            BTreeMap::from([("means", names(Block::Mean)), ("spreads", names(Block::Spread))]);
        Self {
            format: FORMAT,
            problem: method.name,
            meaning: method.summary,
            numbers: texts.numbers.clone(),
            samples: match samples {
                Samples::Finite(n) => n.to_string(),
                Samples::Infinite => "inf".into(),
            },
            generators,
            exact: bounds.is_exact(),
            unbounded: bounds.unbounded,
            upper: bounds.upper.as_ref().map(|upper| upper.value.clone()),
            lower: bounds.lower.as_ref().map(|lower| lower.value.clone()),
            certificate: bounds.upper.as_ref().map(|u| certificate(reduced, &u.multipliers)),
            witness: bounds.lower.as_ref().map(|lower| WitnessForm {
                means: rows(&lower.gram.blocks[0]),
                spreads: rows(&lower.gram.blocks[1]),
                values: lower.gram.values.clone(),
            }),
            vanishing: bounds.vanishing.clone(),
            explicit: explicit.map(|(instance, value)| Explicit { value, instance }),
            scope: SUFFICIENT,
        }
    }
}

/// The registered methods and their parameters.
pub fn methods(methods: &[Method]) -> String {
    let mut text = String::new();
    for method in methods {
        let _ = writeln!(text, "{}\n  {}", method.name, method.summary);
        for parameter in method.parameters {
            let (name, default) = (parameter.name, parameter.default);
            let _ = writeln!(text, "  {name:<9} {default:<5} {}", parameter.meaning);
        }
    }
    text
}

fn numbers_line(numbers: &Numbers) -> String {
    let pairs: Vec<String> =
        numbers.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    pairs.join(", ")
}

/// A worst case for people.
pub fn worst_case(found: &WorstCase) -> String {
    let mut text = format!("{}: {}\n", found.problem, found.meaning);
    let _ = writeln!(text, "  {}; n = {}", numbers_line(&found.numbers), found.samples);
    match (&found.lower, &found.upper) {
        (Some(lower), Some(upper)) if found.exact => {
            let _ = writeln!(text, "  worst case    {}, exactly", bound(upper, true));
            assert_eq!(lower, upper);
        }
        (lower, upper) => {
            let show = |value: &Option<Rational>, up| {
                value.as_ref().map_or_else(|| "-".to_owned(), |value| bound(value, up))
            };
            let _ = writeln!(text, "  from below    {}", show(lower, false));
            let _ = writeln!(text, "  from above    {}", show(upper, true));
            if let (Some(lower), Some(upper)) = (lower, upper) {
                let _ = writeln!(text, "  gap           {}", magnitude(&upper.minus(lower)));
            }
        }
    }
    if found.unbounded {
        text.push_str("  no multipliers cancel the function values: there is no bound\n");
    }
    if let Some(certificate) = &found.certificate {
        text.push_str("  certificate, one multiplier a constraint:\n");
        for (name, value) in certificate {
            let _ = writeln!(text, "    {name:<22} {}", short(value));
        }
    }
    if !found.vanishing.is_empty() {
        let _ = writeln!(text, "  zero in every certificate: {}", found.vanishing.join(", "));
    }
    match &found.explicit {
        Some(explicit) => {
            let d = explicit.instance.point.len();
            let count = match explicit.instance.problem.samples() {
                2 => "two quadratics".to_owned(),
                n => format!("{n} quadratics of two kinds"),
            };
            let _ = writeln!(
                text,
                "  {count} in dimension {d}, evaluated exactly, attain {}",
                bound(&explicit.value, false)
            );
        }
        None if found.lower.is_some() => {
            text.push_str("  the witness is a pair of Gram matrices, checked exactly\n");
        }
        None => {}
    }
    let _ = writeln!(text, "  {}", found.scope);
    text
}

/// What was found about a statement at given numbers.
#[derive(Clone, Debug, Serialize)]
pub struct WorstClaim {
    format: u64,
    statement: String,
    claim: String,
    numbers: Numbers,
    /// Hypotheses about numbers that do not hold, and are left out.
    without: Vec<String>,
    verdict: &'static str,
    certificate: Option<BTreeMap<String, Rational>>,
    /// Whether the kernel accepts the certificate as a proof, or why it is not put to it.
    kernel: Option<String>,
    /// Left side minus right side at a point of unit norm that meets what is used of the hypotheses.
    violation: Option<Rational>,
    explicit: Option<Violated>,
    /// The largest smaller side per unit of the larger: the statement says 1.
    quotient: Option<QuotientForm>,
}

#[derive(Clone, Debug, Serialize)]
struct QuotientForm {
    /// What an explicit problem attains.
    attained: Option<Rational>,
    /// What Gram matrices attain that meet the conditions at the points visited.
    witness: Option<Rational>,
    /// What no problem of the class exceeds.
    certified: Option<Rational>,
    /// One multiplier a constraint: what proves it.
    certificate: Option<BTreeMap<String, Rational>>,
    /// Conditions that are only necessary, because they are assumed for every x.
    necessary: Vec<String>,
    problem: Option<Instance>,
}

#[derive(Clone, Debug, Serialize)]
struct Violated {
    lhs: Rational,
    rhs: Rational,
    instance: Instance,
}

impl WorstClaim {
    /// Puts a report together; `kernel` is what became of the certificate there.
    pub fn new(
        name: &str,
        claim: &Claim,
        numbers: &Numbers,
        decision: &Decision,
        kernel: Option<&Result<String, NoFile>>,
        quotient: Option<&Quotient>,
    ) -> Self {
        let explicit = decision.problem.as_ref().and_then(|(instance, sides)| match sides {
            Sides::Exact(lhs, rhs) => {
                Some(Violated { lhs: lhs.clone(), rhs: rhs.clone(), instance: instance.clone() })
            }
            Sides::Enclosed(..) => None,
        });
        Self {
            format: FORMAT,
            statement: name.to_owned(),
            claim: claim.text.clone(),
            numbers: numbers.clone(),
            without: decision.without.clone(),
            kernel: kernel.map(|result| match result {
                Ok(_) => "accepted".to_owned(),
                Err(cause) => cause.to_string(),
            }),
            verdict: match (&decision.certificate, &decision.problem, &decision.violation) {
                (Some(_), _, _) => "proved",
                (None, Some(_), _) => "refuted",
                (None, None, Some(_)) => "not implied",
                (None, None, None) => "undecided",
            },
            certificate: decision.certificate.as_ref().map(|m| certificate(&decision.reduced, m)),
            violation: decision.violation.as_ref().map(|lower| lower.value.clone()),
            explicit,
            quotient: quotient.map(|found| {
                let (upper, lower) = (&found.bounds.upper, &found.bounds.lower);
                let reduced = &found.program.reduced;
                QuotientForm {
                    attained: found.explicit.as_ref().map(|(_, value)| value.clone()),
                    witness: lower.as_ref().map(|lower| lower.value.clone()),
                    certified: upper.as_ref().map(|upper| upper.value.clone()),
                    certificate: upper.as_ref().map(|u| certificate(reduced, &u.multipliers)),
                    necessary: necessary(claim, &found.program),
                    problem: found.explicit.as_ref().map(|(instance, _)| instance.clone()),
                }
            }),
        }
    }
}

/// A statement's worst case for people.
pub fn worst_claim(found: &WorstClaim) -> String {
    let mut text = format!("{}: {}\n", found.statement, found.claim);
    let _ = writeln!(text, "  {}", numbers_line(&found.numbers));
    if !found.without.is_empty() {
        let _ = writeln!(
            text,
            "  without [{}], which these numbers do not meet",
            found.without.join("], [")
        );
    }
    if let Some(certificate) = &found.certificate {
        text.push_str("  holds at these numbers for every problem of the class; multipliers:\n");
        for (name, value) in certificate.iter().filter(|(_, value)| !value.is_zero()) {
            let _ = writeln!(text, "    [{name}] {}", short(value));
        }
    }
    if let Some(kernel) = &found.kernel {
        let _ = writeln!(text, "  kernel: {kernel}");
    }
    if let Some(quotient) = &found.quotient {
        text.push_str(&quotient_lines(quotient));
    }
    if let Some(violation) = &found.violation {
        let by = bound(violation, false);
        let _ = writeln!(
            text,
            "  does not follow from what is used of the hypotheses: it fails by {by}\n  at a point of unit norm"
        );
    }
    match (&found.explicit, &found.certificate, &found.violation) {
        (Some(explicit), _, _) => {
            let instance = serde_json::to_string(&explicit.instance).unwrap_or_default();
            let _ = writeln!(
                text,
                "  refuted by\n    {instance}\n    left side   {}\n    right side  {}",
                explicit.lhs, explicit.rhs
            );
        }
        (None, None, Some(_)) => text.push_str(
            "  no explicit problem was found: hypotheses for every x are used at the points visited only,\n  and are only necessary there\n",
        ),
        (None, None, None) => text.push_str("  undecided: neither a certificate nor a violation\n"),
        _ => {}
    }
    text
}

/// The worst case as an interval of quotients.
fn quotient_lines(found: &QuotientForm) -> String {
    let mut text = String::from("  left side per unit of the right, at worst\n");
    if found.attained.is_some() && found.attained == found.certified {
        let _ = writeln!(text, "    exactly           {}", bound_or_dash(&found.certified, true));
        return text;
    }
    let _ = writeln!(text, "    explicit problem  {}", bound_or_dash(&found.attained, false));
    let _ = writeln!(text, "    Gram matrices     {}", bound_or_dash(&found.witness, false));
    let _ = writeln!(text, "    certificate       {}", bound_or_dash(&found.certified, true));
    if found.attained != found.certified && !found.necessary.is_empty() {
        let _ = writeln!(
            text,
            "    only necessary for a problem: [{}] at the points visited",
            found.necessary.join("], [")
        );
    }
    text
}

fn bound_or_dash(value: &Option<Rational>, up: bool) -> String {
    value.as_ref().map_or_else(|| "-".to_owned(), |value| bound(value, up))
}

/// The sharpest constant.
pub fn tightened(name: &str, found: &Tightened) -> String {
    let mut text = format!("{name}\n  proved at      {}\n", bound(&found.proved, false));
    match &found.not_proved {
        None => text.push_str("  the whole range is proved\n"),
        Some(value) if found.refuted => {
            let _ = writeln!(text, "  refuted at     {}", bound(value, true));
        }
        Some(value) => {
            let _ = writeln!(text, "  not proved at  {}", bound(value, true));
        }
    }
    text
}

fn short(value: &Rational) -> String {
    let text = value.to_string();
    if text.len() <= LONGEST { text } else { format!("about {:.10}", value.to_f64()) }
}

pub(super) fn magnitude(value: &Rational) -> String {
    format!("{:.1e}", value.to_f64())
}

/// The fraction, or its decimals rounded up or down.
fn bound(value: &Rational, up: bool) -> String {
    let text = value.to_string();
    if text.len() <= LONGEST {
        return text;
    }
    let decimal = decimal(value, up, DIGITS);
    let side = if up { "rounded up" } else { "rounded down" };
    format!("{decimal} ({side})")
}

/// Decimals, rounded up or down.
pub(super) fn decimal(value: &Rational, up: bool, places: usize) -> String {
    let ten = Rational::integer(10);
    let power = (0..places).fold(Rational::ONE, |power, _| power.times(&ten));
    let scaled = value.times(&power);
    let nearest = scaled.round_to_dyadic(0);
    let digits = match (up, nearest < scaled, nearest > scaled) {
        (true, true, _) => nearest.plus(&Rational::ONE),
        (false, _, true) => nearest.minus(&Rational::ONE),
        _ => nearest,
    };
    let sign = if digits.is_negative() { "-" } else { "" };
    let text = format!("{:0>width$}", digits.abs().to_string(), width = places + 1);
    let (whole, fraction) = text.split_at(text.len() - places);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_rounded_outward() {
        let third = Rational::ratio(-1, 3);
        assert_eq!(decimal(&third, false, 30), format!("-0.{}4", "3".repeat(29)));
        assert_eq!(decimal(&third, true, 30), format!("-0.{}", "3".repeat(30)));
        assert_eq!(decimal(&Rational::ratio(25, 2), true, 30), format!("12.5{}", "0".repeat(29)));
    }
}
