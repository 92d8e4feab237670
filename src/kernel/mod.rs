//! The part that must be trusted: it decides whether a proof proves its claim.
//!
//! A certificate is an expression that is *seen* to be non-negative (`sign`) and has the same
//! normal form (`normal`, over `polynomial`) as right side minus left side. Everything else is
//! a rule that yields a further fact. `show` words refusals, and decides nothing. There is no
//! search here, no floating-point number, no input or output; what is not understood is refused.
//!
//! Only `check` makes a [`Proved`].

mod build;
mod compare;
mod form;
mod nature;
mod normal;
mod paths;
mod polynomial;
mod rules;
mod samples;
pub mod show;
mod sign;
mod usage;

pub use compare::Reader;
pub use normal::Untranslatable;
pub use show::Residual;

use crate::claim::expr::{Expr, Formula, Known, Node, Relation, Sign};
use crate::claim::proof::{Proof, StatementName};
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Class, Quantity};
use crate::scalar::Rational;
use normal::{Signs, combine, normal};
use sign::{Basis, Context, Fact, Relationship};
use std::collections::{BTreeMap, BTreeSet};

/// The statements that have been proved so far. Each proof may use only these, so that no proof
/// rests on itself.
pub type Library = BTreeMap<StatementName, Proved>;

/// A claim that [`check`] has accepted.
#[derive(Clone, Debug)]
pub struct Proved {
    claim: Claim,
    basis: Basis,
}

impl Proved {
    /// The claim.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// The axioms that the proof rests on, with those of the statements that it uses.
    pub fn axioms(&self) -> &BTreeSet<&'static str> {
        &self.basis.axioms
    }

    /// The proved statements that it uses, and those that these use.
    pub fn statements(&self) -> &BTreeSet<StatementName> {
        &self.basis.statements
    }

    /// The hypotheses that the proof does not use.
    pub fn unused_hypotheses(&self) -> impl Iterator<Item = &str> {
        let names = self.claim.hypotheses.iter().map(|hypothesis| hypothesis.name.as_str());
        names.filter(|name| !self.basis.hypotheses.contains(*name))
    }
}

/// Why a proof is not accepted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{place}: {cause}")]
pub struct Rejection {
    /// The hypothesis or step, or the claim itself.
    pub place: String,
    /// What is wrong with it.
    pub cause: Cause,
}

/// What is wrong with a step of a proof.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Cause {
    /// A part of a certificate has no visible sign.
    #[error("not seen to be {wanted}: {}", show::plain(part))]
    Sign {
        /// Non-negative, positive, zero or different from zero.
        wanted: &'static str,
        /// The smallest part without that sign.
        part: Box<Expr>,
        /// A fact whose slack it is, up to a factor that has the sign.
        multiple: Option<Box<show::Multiple>>,
    },
    /// The identity does not hold.
    #[error("{}; the difference is {residual}", compared.fault())]
    Residual {
        /// What is compared.
        compared: Compared,
        /// What is left.
        residual: Box<Residual>,
    },
    /// A formula has no normal form.
    #[error(transparent)]
    Formula(#[from] Untranslatable),
    /// A rule does not apply.
    #[error("{0}")]
    Rule(String),
}

/// Two expressions that should be equal: the residual is the first minus the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The slack of an inequality, and its certificate.
    Certificate,
    /// The slack of an equality or equivalence, and its certificate.
    Identity,
    /// What a step claims, and what its rule yields.
    Rule,
}

impl Compared {
    /// What is wrong if they differ.
    pub fn fault(self) -> &'static str {
        match self {
            Self::Certificate | Self::Identity => "the certificate does not add up to the claim",
            Self::Rule => "what the rule yields does not add up to the claim",
        }
    }
}

/// Checks a proof of a claim. `library` holds the statements that it may use.
///
/// # Errors
/// The first step that is not accepted, and why.
pub fn check(claim: &Claim, proof: &Proof, library: &Library) -> Result<Proved, Rejection> {
    let at_claim = |cause| Rejection { place: "the claim".into(), cause };
    // What is a constant of a finite sum moves with the parameters of a network.
    if claim.family.is_network() {
        return Err(at_claim(Cause::Rule("nothing is proved about networks".into())));
    }
    form::claim(claim, &proof.certificates).map_err(at_claim)?;
    let mut context = Context::new(claim.process, claim.symbols.clone());
    assume(&mut context, claim)?;
    for step in &proof.steps {
        rules::derive(&mut context, claim, step, library)?;
    }
    context.used = Basis::default();
    let at_case = |(case, cause): (Option<usize>, _)| {
        let case = case.map_or(String::new(), |case| format!(", case {case}"));
        Rejection { place: format!("the claim{case}"), cause }
    };
    conclude(&mut context, &claim.formula, &proof.certificates).map_err(at_case)?;
    exists(&mut context, claim).map_err(at_claim)?;
    Ok(Proved { claim: claim.clone(), basis: context.used })
}

/// Some axioms are about a point that need not exist. Nothing follows from them for what is not
/// about it, unless the hypotheses make it exist.
fn exists(context: &mut Context, claim: &Claim) -> Result<(), Cause> {
    use Class::{Es, Minimiser, Pl, Qsc, Sc};
    use Quantity::{
        Gap, GapLambda, GapNext, GapT, GapTilted, GradInf, GradLambda, GradStar, StartGap,
        TeacherGap, XInf, XLambda, XStar,
    };
    type Row = (&'static str, [&'static [Class]; 2], &'static [Quantity], &'static str);
    const ROWS: [Row; 3] = [
        (
            "tilt",
            [&[Sc], &[]],
            &[GapLambda, GapTilted, GradLambda, XLambda],
            "an x_lambda: SC with a positive constant",
        ),
        ("stationary-mean", [&[], &[]], &[XInf, GradInf], "a stationary law: a claim about x_inf"),
        (
            "stationarity",
            [&[Sc, Pl], &[Qsc, Es, Minimiser]],
            &[XStar, Gap, GradStar, GapNext, GapT, StartGap, TeacherGap, GapLambda],
            "an x_star: minimiser",
        ),
    ];
    for (axiom, [with_constant, classes], about, needs) in ROWS {
        let used = context.used.axioms.contains(axiom);
        let mut known = !used || about.iter().any(|quantity| claim.mentions(*quantity));
        for hypothesis in &claim.hypotheses {
            let Condition::Class(own, constant) = &hypothesis.condition else { continue };
            if known {
                break;
            }
            let before = context.used.clone();
            // With a constant that is seen to be positive: sqrt(1 + x²) is SC(0), and e^x is PL(0).
            known = classes.contains(own)
                || match constant.as_ref().filter(|_| with_constant.contains(own)) {
                    Some(constant) => context.sign(constant)? == Known::Positive,
                    None => false,
                };
            if known {
                context.used.hypotheses.insert(hypothesis.name.clone());
            } else {
                context.used = before;
            }
        }
        if !known {
            return Err(Cause::Rule(format!("the axiom {axiom} needs {needs}")));
        }
    }
    Ok(())
}

/// Makes facts of the hypotheses. One that divides by what another shows to be positive waits for
/// it.
fn assume(context: &mut Context, claim: &Claim) -> Result<(), Rejection> {
    let mut waiting = Vec::new();
    for hypothesis in &claim.hypotheses {
        for (suffix, formula) in hypothesis.condition.says() {
            if let Formula::Relation(relation) = formula {
                let here = hypothesis.condition.is_here();
                let hypotheses = BTreeSet::from([hypothesis.name.clone()]);
                let basis = Basis { here, hypotheses, ..Basis::default() };
                waiting.push((format!("{}{suffix}", hypothesis.name), relation, basis));
            }
        }
    }
    loop {
        let before = waiting.len();
        let mut refused = None;
        let mut left = Vec::new();
        for (name, relation, basis) in waiting {
            match add_fact(context, &name, &relation, basis.clone()) {
                Ok(()) => {}
                Err(cause) => {
                    refused.get_or_insert(Rejection { place: format!("[{name}]"), cause });
                    left.push((name, relation, basis));
                }
            }
        }
        match refused {
            None => return Ok(()),
            Some(refusal) if left.len() == before => return Err(refusal),
            Some(_) => waiting = left,
        }
    }
}

fn add_fact(
    context: &mut Context,
    name: &str,
    relation: &Relation,
    mut basis: Basis,
) -> Result<(), Cause> {
    if context.fact(name).is_some() {
        return Err(Cause::Rule(format!("a second fact [{name}]")));
    }
    context.used = Basis::default();
    let slack = relation.slack();
    let normal = normal(context, &slack)?;
    // What shows a divisor to be positive belongs to the fact.
    basis.add(&context.used);
    let relationship = Relationship::from(relation.sign);
    context.facts.push(Fact { name: name.to_owned(), relationship, slack, normal, basis });
    Ok(())
}

/// Shows the formula by certificates: one for each case. A refusal names the case, from 1, if there
/// are several.
fn conclude(
    context: &mut Context,
    formula: &Formula,
    certificates: &[Expr],
) -> Result<(), (Option<usize>, Cause)> {
    let relation = match formula {
        Formula::Equivalence(left, right) => {
            return equivalence(context, left, right, certificates).map_err(|cause| (None, cause));
        }
        Formula::Relation(relation) => relation,
    };
    let cases = cases(relation).map_err(|cause| (None, cause))?;
    if cases.len() != certificates.len() {
        let (wanted, found) = (cases.len(), certificates.len());
        let cause = format!("the claim has {wanted} case(s), and the proof {found} certificate(s)");
        return Err((None, Cause::Rule(cause)));
    }
    for (i, (choices, certificate)) in cases.iter().zip(certificates).enumerate() {
        let mut refusal = None;
        // One part is enough, and all of them must have a value.
        for choice in choices.iter().filter(|_| choices.len() > 1) {
            normal(context, &choice.slack()).map_err(|cause| (Some(i + 1), cause.into()))?;
        }
        let mut shown = false;
        for choice in choices {
            match show(context, choice, certificate) {
                Ok(()) => shown = true,
                Err(cause) => {
                    refusal.get_or_insert(cause);
                }
            }
        }
        if !shown {
            let cause = refusal.unwrap_or_else(|| Cause::Rule("an empty case".into()));
            return Err(((cases.len() > 1).then_some(i + 1), cause));
        }
    }
    Ok(())
}

/// Min and max by cases: each list holds relations of which one suffices, and all lists are needed.
fn cases(relation: &Relation) -> Result<Vec<Vec<Relation>>, Cause> {
    const MOST: usize = 1_000;
    fn parts(side: &Expr, least: bool) -> Option<&[Expr]> {
        match &side.node {
            Node::Defined(definition) => parts(&definition.body, least),
            Node::Least(parts) if least => Some(parts),
            Node::Greatest(parts) if !least => Some(parts),
            _ => None,
        }
    }
    let (low, high) = match relation.sign {
        Sign::AtMost | Sign::Less => (&relation.lhs, &relation.rhs),
        Sign::AtLeast | Sign::Greater => (&relation.rhs, &relation.lhs),
        Sign::Equal | Sign::NotEqual => return Ok(vec![vec![relation.clone()]]),
    };
    let strict = matches!(relation.sign, Sign::Less | Sign::Greater);
    let sign = if strict { Sign::Less } else { Sign::AtMost };
    let each = |side: &Expr, least| parts(side, least).map(<[Expr]>::to_vec);
    let alone = |side: &Expr| vec![side.clone()];
    // low <= min(...) needs every part, max(...) <= high too; min(...) <= high and low <= max(...)
    // need one.
    let highs = each(high, true).unwrap_or_else(|| alone(high));
    let lows = each(low, false).unwrap_or_else(|| alone(low));
    let (mut all, mut count) = (Vec::new(), 0);
    for high in &highs {
        for low in &lows {
            let mut some = Vec::new();
            for low in each(low, true).unwrap_or_else(|| alone(low)) {
                for high in each(high, false).unwrap_or_else(|| alone(high)) {
                    some.push(Relation { lhs: low.clone(), sign, rhs: high });
                    count += 1;
                    if count > MOST {
                        return Err(Cause::Rule("the claim has too many cases".into()));
                    }
                }
            }
            all.push(some);
        }
    }
    Ok(all)
}

/// Shows one relation by a certificate: its slack has the certificate's normal form, and the
/// certificate has the sign.
fn show(context: &mut Context, relation: &Relation, certificate: &Expr) -> Result<(), Cause> {
    let (wanted, ok) = match Relationship::from(relation.sign) {
        Relationship::Zero => ("zero", context.is_zero(certificate)?),
        Relationship::NonZero => ("different from zero", context.is_nonzero(certificate)?),
        Relationship::Positive => ("positive", context.sign(certificate)? == Known::Positive),
        Relationship::NonNegative => ("non-negative", context.sign(certificate)? != Known::Real),
    };
    if !ok {
        return Err(show::refusal(context, certificate, wanted));
    }
    let compared = if wanted == "zero" { Compared::Identity } else { Compared::Certificate };
    agree(context, &relation.slack(), certificate, compared)
}

/// The two expressions have one normal form.
fn agree(
    context: &mut Context,
    claimed: &Expr,
    certificate: &Expr,
    compared: Compared,
) -> Result<(), Cause> {
    let (claimed, shown) = (normal(context, claimed)?, normal(context, certificate)?);
    let difference = combine(&claimed, &Rational::integer(-1), &shown, &context.table().work)?;
    if difference.is_zero() {
        return Ok(());
    }
    Err(Cause::Residual { compared, residual: Box::new(show::residual(context, &difference)) })
}

/// P ⇔ Q when the slack of Q is a positive multiple of the slack of P: the certificate is the
/// multiple. For equalities it need only not vanish.
fn equivalence(
    context: &mut Context,
    left: &Relation,
    right: &Relation,
    certificates: &[Expr],
) -> Result<(), Cause> {
    let kinds = (Relationship::from(left.sign), Relationship::from(right.sign));
    let [factor] = certificates else {
        return Err(Cause::Rule("an equivalence needs one certificate, a factor".into()));
    };
    let (wanted, ok) = match kinds {
        (Relationship::Zero, Relationship::Zero)
        | (Relationship::NonZero, Relationship::NonZero) => {
            ("different from zero", context.is_nonzero(factor)?)
        }
        (a, b) if a == b => ("positive", context.sign(factor)? == Known::Positive),
        _ => return Err(Cause::Rule("the two sides are relations of different kinds".into())),
    };
    if !ok {
        return Err(show::refusal(context, factor, wanted));
    }
    let node = Node::Multiply(Box::new(factor.clone()), Box::new(left.slack()));
    let product = Expr { shape: left.lhs.shape, ..Expr::scalar(node) };
    agree(context, &right.slack(), &product, Compared::Identity)
}
