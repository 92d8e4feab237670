//! Minibatches: what the pair rule and the average rule say, and how a statement shows it.
//!
//! A statement about single samples is about a list of N samples; its minibatches are the sublists
//! of size tau, its law is uniform on them, and f, g and c are means. The rules are theorems of
//! `coq/Batches.v`.

use super::level::Level;
use super::names;
use super::problem::point_of;
use super::render::{Renderer, Unsupported};
use super::statement::Draft;
use crate::claim::expr::{Expr, Formula, Node, Relation, Scope, Shape, Sign};
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Law, Quantity};
use crate::scalar::{Rational, Scalar as _};

/// What follows from the list of samples: a name, and its definition.
pub(super) const SAMPLED: [(&str, &str); 8] = [
    ("sample", "Definition sample : Type := list index."),
    ("n_samples", "Definition n_samples : R := INR (length samples)."),
    ("tau", "Definition tau : R := INR size."),
    ("each", "Definition each : dist index := one_of samples size enough."),
    ("law", "Definition law : dist sample := minibatches samples size enough."),
    ("f", "Definition f (x : V) : R := E each (fun n => f_n n x)."),
    ("g", "Definition g (w : sample) (x : V) : V := average w (fun n => g_n n x)."),
    ("c", "Definition c (w : sample) : V := average w c_n."),
];

fn times(a: Expr, b: Expr) -> Expr {
    Expr::scalar(Node::Multiply(Box::new(a), Box::new(b)))
}

fn inner(a: Expr, b: Expr) -> Expr {
    Expr::scalar(Node::Inner(Box::new(a), Box::new(b)))
}

fn like(a: &Expr, node: Node) -> Expr {
    Expr { node, shape: a.shape, scope: Scope::Fixed }
}

fn mean(a: &Expr) -> Expr {
    like(a, Node::Expectation(Law::Step, Box::new(a.clone())))
}

fn quantity(quantity: Quantity) -> Expr {
    Expr::scalar(Node::Quantity(quantity, Vec::new()))
}

fn over_samples(a: &Expr) -> Expr {
    let sum = like(a, Node::Sum(Box::new(a.clone())));
    like(a, Node::Divide(Box::new(sum), Box::new(quantity(Quantity::Samples))))
}

/// A minibatch mean for one sample.
fn sampled(renderer: &Renderer<'_>, expr: &Expr) -> Result<Expr, Unsupported> {
    if renderer.level(expr) == Level::Value {
        return Ok(expr.clone());
    }
    let part = |a: &Expr| Ok::<_, Unsupported>(Box::new(sampled(renderer, a)?));
    let node = match &expr.node {
        Node::Quantity(own, _) => Node::Indexed(*own),
        Node::Defined(definition) => return sampled(renderer, &definition.body),
        Node::Negate(a) => Node::Negate(part(a)?),
        Node::Add(a, b) => Node::Add(part(a)?, part(b)?),
        Node::Subtract(a, b) => Node::Subtract(part(a)?, part(b)?),
        Node::Multiply(a, b) if a.shape == Shape::Scalar => Node::Multiply(a.clone(), part(b)?),
        _ => return Err(Unsupported(format!("{expr} is not affine in each sample"))),
    };
    Ok(like(expr, node))
}

/// The hypothesis that minibatches have one sample.
fn single(claim: &Claim) -> Option<&str> {
    let one = |relation: &Relation| {
        relation.sign == Sign::Equal
            && relation.lhs == quantity(Quantity::Batch)
            && matches!(&relation.rhs.node, Node::Number(k) if *k == Rational::one())
    };
    let found = claim.hypotheses.iter().find(|hypothesis| match &hypothesis.condition {
        Condition::Formula(formula) => {
            matches!(&**formula, Formula::Relation(relation) if one(relation))
        }
        _ => false,
    });
    found.map(|hypothesis| hypothesis.name.as_str())
}

/// The pair rule, as Coq proves it: with s = (1/N) sum <u_n, v_n>,
/// tau (N - 1) E<U, V> = (N - 1) s + (tau - 1)(N <E U, E V> - s), and E<U, V> = s for tau = 1.
pub(super) fn pairs(
    renderer: &Renderer<'_>,
    claim: &Claim,
    u: &Expr,
    v: &Expr,
) -> Result<Relation, Unsupported> {
    let average = over_samples(&inner(sampled(renderer, u)?, sampled(renderer, v)?));
    let whole = mean(&inner(u.clone(), v.clone()));
    let sign = Sign::Equal;
    if single(claim).is_some() {
        return Ok(Relation { lhs: whole, sign, rhs: average });
    }
    let one = Expr::scalar(Node::Number(Rational::one()));
    let less_one = |q| quantity(q).minus(one.clone());
    let (n, tau) = (Quantity::Samples, Quantity::Batch);
    let distinct = times(quantity(n), inner(mean(u), mean(v))).minus(average.clone());
    Ok(Relation {
        lhs: times(times(quantity(tau), less_one(n)), whole),
        sign,
        rhs: times(less_one(n), average).plus(times(less_one(tau), distinct)),
    })
}

/// The average rule: E U = (1/N) sum u_n.
pub(super) fn average(renderer: &Renderer<'_>, u: &Expr) -> Result<Relation, Unsupported> {
    Ok(Relation { lhs: mean(u), sign: Sign::Equal, rhs: over_samples(&sampled(renderer, u)?) })
}

/// What stands for a minibatch mean: the vector of a minibatch, that of a sample, and the proof
/// that the one is the mean of the other.
struct Mean {
    whole: String,
    each: String,
    proof: String,
}

impl Draft<'_> {
    /// The term for the pair rule.
    pub fn pairs_term(&self, u: &Expr, v: &Expr) -> Result<String, Unsupported> {
        let (u, v) = (self.mean_of(u)?, self.mean_of(v)?);
        let (rule, tail) = match single(self.claim) {
            Some(name) => ("minibatch_single", format!(" {}", names::fact(name))),
            None => ("minibatch_pairs", String::new()),
        };
        Ok(format!(
            "({rule} samples size enough {} {}\n      {} {}\n      {}\n      {}{tail})",
            u.whole, v.whole, u.each, v.each, u.proof, v.proof
        ))
    }

    /// The term for the average rule.
    pub fn average_term(&self, u: &Expr) -> Result<String, Unsupported> {
        let u = self.mean_of(u)?;
        Ok(format!("(minibatch_average samples size enough {} {} {})", u.whole, u.each, u.proof))
    }

    /// The term for the fact that the gradients seen at a point are those of f in the mean.
    pub fn gradients_agree(&self) -> String {
        let own = "(fun n => g_n n y)";
        format!(
            "(fun y => minibatch_mean samples size enough (fun w => g w y) {own} (@batch_self index samples size V {own}))"
        )
    }

    fn mean_of(&self, expr: &Expr) -> Result<Mean, Unsupported> {
        let renderer = self.renderer();
        let each = sampled(&renderer, expr)?;
        let whole = format!("(fun w => ({})%vec)", renderer.value(expr)?);
        let each = format!("(fun n => ({})%vec)", renderer.value(&each)?);
        let proof = |lemma: &str, parts: &[&Mean]| {
            let functions = parts.iter().map(|part| part.whole.as_str());
            let functions: Vec<_> =
                functions.chain(parts.iter().map(|part| part.each.as_str())).collect();
            let proofs: Vec<_> = parts.iter().map(|part| part.proof.as_str()).collect();
            format!("(@{lemma} index samples size V {} {})", functions.join(" "), proofs.join(" "))
        };
        let proof = match &expr.node {
            _ if renderer.level(expr) == Level::Value => {
                let value = renderer.value(expr)?;
                format!("(@batch_const index samples size enough V ({value})%vec)")
            }
            Node::Quantity(Quantity::Control, _) => {
                "(@batch_self index samples size V c_n)".to_owned()
            }
            Node::Quantity(quantity, _) => match point_of(*quantity, renderer.here) {
                Some(point) => {
                    format!("(@batch_self index samples size V (fun n => g_n n {point}))")
                }
                None => return Err(Unsupported(format!("{expr} is no minibatch mean"))),
            },
            Node::Defined(definition) => return self.mean_of(&definition.body),
            Node::Negate(a) => proof("batch_opp", &[&self.mean_of(a)?]),
            Node::Add(a, b) => proof("batch_add", &[&self.mean_of(a)?, &self.mean_of(b)?]),
            Node::Subtract(a, b) => proof("batch_sub", &[&self.mean_of(a)?, &self.mean_of(b)?]),
            Node::Multiply(a, b) => {
                let (factor, part) = (renderer.argument(a)?, self.mean_of(b)?);
                format!(
                    "(@batch_scal index samples size V {factor} {} {} {})",
                    part.whole, part.each, part.proof
                )
            }
            _ => return Err(Unsupported(format!("{expr} is no minibatch mean"))),
        };
        Ok(Mean { whole, each, proof })
    }
}
