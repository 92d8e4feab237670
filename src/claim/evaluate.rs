//! The meaning of a formula on an instance, in any of the three arithmetics.

use super::expr::{Exponent, Expr, Formula, Node, Relation, Scope, Shape, Sign};
use super::quadratic::Polynomial;
use super::vocabulary::{Law, Quantity};
use crate::linear::{add, dot, scale, subtract};
use crate::scalar::{Scalar, Undefined};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;

/// Where a random quantity is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Not random.
    Fixed,
    /// One of the equally likely outcomes of a law.
    Outcome(usize),
    /// An outcome of the step, and one of the algorithm's own randomness after it.
    Tossed(usize, usize),
    /// One sample of the finite sum.
    Sample(usize),
}

/// What an instance must tell to have formulas evaluated on it.
pub trait Environment<S: Scalar> {
    /// The value of a scalar quantity.
    ///
    /// # Errors
    /// If the instance does not have it, or it would cost too much.
    fn scalar(&self, quantity: Quantity, arguments: &[S]) -> Result<S, Undefined>;
    /// The value of a scalar quantity that is random.
    ///
    /// # Errors
    /// If the instance does not have it, or it would cost too much.
    fn random_scalar(&self, quantity: Quantity, place: Place) -> Result<S, Undefined> {
        let name = quantity.entry().name;
        Err(Undefined::Missing(format!("{name} is not a random scalar, or not at {place:?}")))
    }
    /// The value of a natural number.
    ///
    /// # Errors
    /// If the instance does not have it.
    fn natural(&self, quantity: Quantity) -> Result<u64, Undefined>;
    /// The value of a vector quantity, of length d.
    ///
    /// # Errors
    /// If the instance does not have it, or it would cost too much.
    fn vector(&self, quantity: Quantity, place: Place) -> Result<Vec<S>, Undefined>;
    /// The number of equally likely outcomes of the law.
    ///
    /// # Errors
    /// If they are too many to enumerate.
    fn outcomes(&self, law: Law) -> Result<usize, Undefined>;
    /// The probabilities of what the algorithm's own randomness does after an outcome of the step.
    ///
    /// # Errors
    /// If the process has none, or its outcomes are too many.
    fn tosses(&self, outcome: usize) -> Result<Vec<S>, Undefined> {
        Err(Undefined::Missing(format!("no coin is tossed after outcome {outcome}")))
    }
    /// The number of samples N.
    fn samples(&self) -> usize;
    /// The first two moments of the point that the law produces.
    ///
    /// # Errors
    /// If they do not exist, or would cost too much.
    fn moments(&self, law: Law) -> Result<Moments<S>, Undefined>;
    /// The largest size in bits that an exact power may reach.
    fn bit_budget(&self) -> u64;
}

/// The moments of a random point x = center + e that quadratic formulas need.
#[derive(Clone, Debug)]
pub struct Moments<S> {
    /// The centre, of length d; x* in practice.
    pub center: Vec<S>,
    /// E e, of length d.
    pub mean: Vec<S>,
    /// E‖e‖².
    pub second: S,
    /// E[f(x) − f*], or why it is not known.
    pub gap: Result<S, Undefined>,
    /// The expected error of the memory, or why it is not known.
    pub memory: Result<S, Undefined>,
}

/// The truth of a formula as far as an arithmetic can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Certainly true (in the arithmetic's own sense: floats are never certain).
    Holds,
    /// Certainly false.
    Fails,
    /// The two sides cannot be told apart, or a value is not comparable.
    Unknown,
}

/// A formula's truth and the sides that decided it.
#[derive(Clone, Debug)]
pub struct Evaluation<S> {
    /// The truth of the whole.
    pub truth: Truth,
    /// The sides of each relation, one pair a component, outcome after outcome.
    pub sides: Vec<Vec<(S, S)>>,
    /// Where in the sides of the first relation the first outcome begins that refutes the formula;
    /// 0 if none does.
    pub decisive: usize,
}

impl<S: Scalar> Evaluation<S> {
    /// The pair of sides to show: of the first relation, at the outcome that refutes the formula or
    /// else the first, the first component that fails, else the first.
    pub fn shown(&self, formula: &Formula) -> Option<&(S, S)> {
        let relations = formula.relations();
        let sides = self.sides.first()?.get(self.decisive..)?;
        let fails = |(l, r): &&(S, S)| compare(relations[0].sign, l, r) == Truth::Fails;
        sides.iter().find(fails).or_else(|| sides.first())
    }
}

/// Evaluates a formula on an instance. A random formula is evaluated at every outcome of its law
/// and holds if it holds at each.
///
/// # Errors
/// If a side has no value in this arithmetic, see [`Undefined`].
pub fn evaluate<S: Scalar>(
    formula: &Formula,
    environment: &impl Environment<S>,
) -> Result<Evaluation<S>, Undefined> {
    let evaluator = Evaluator { environment, memo: RefCell::default() };
    let relations = formula.relations();
    let places: Vec<Place> = match formula.almost_sure_law() {
        None => vec![Place::Fixed],
        Some(law) => (0..environment.outcomes(law)?).map(Place::Outcome).collect(),
    };
    let mut sides = vec![Vec::new(); relations.len()];
    let mut truths = Vec::new();
    let mut decisive = 0;
    for place in places {
        let here: Vec<Vec<(S, S)>> = relations
            .iter()
            .map(|relation| evaluator.relation(relation, place))
            .collect::<Result<_, _>>()?;
        let parts = relations.iter().zip(&here).map(|(relation, pairs)| {
            let parts = pairs.iter().map(|(l, r)| compare(relation.sign, l, r));
            components(parts, relation.sign)
        });
        let truth = match parts.collect::<Vec<_>>()[..] {
            [truth] => truth,
            [Truth::Unknown, _] | [_, Truth::Unknown] => Truth::Unknown,
            [left, right] if left == right => Truth::Holds,
            _ => Truth::Fails,
        };
        if truth == Truth::Fails && !truths.contains(&Truth::Fails) {
            decisive = sides.first().map_or(0, Vec::len);
        }
        sides.iter_mut().zip(here).for_each(|(all, pairs)| all.extend(pairs));
        truths.push(truth);
    }
    Ok(Evaluation { truth: all_of(truths.into_iter()), sides, decisive })
}

/// Evaluates a scalar expression that is not random.
///
/// # Errors
/// If it has no value in this arithmetic.
pub fn evaluate_scalar<S: Scalar>(
    expr: &Expr,
    environment: &impl Environment<S>,
) -> Result<S, Undefined> {
    Evaluator { environment, memo: RefCell::default() }.scalar(expr, Place::Fixed)
}

/// Evaluates a vector expression at a place.
///
/// # Errors
/// If it has no value in this arithmetic.
pub fn evaluate_vector<S: Scalar>(
    expr: &Expr,
    place: Place,
    environment: &impl Environment<S>,
) -> Result<Vec<S>, Undefined> {
    Evaluator { environment, memo: RefCell::default() }.vector(expr, place)
}

/// How one pair of values satisfies a sign.
pub fn compare<S: Scalar>(sign: Sign, lhs: &S, rhs: &S) -> Truth {
    let known = |value: Option<bool>| match value {
        Some(true) => Truth::Holds,
        Some(false) => Truth::Fails,
        None => Truth::Unknown,
    };
    let order = lhs.compare(rhs);
    match sign {
        Sign::AtMost => known(lhs.at_most(rhs)),
        Sign::AtLeast => known(rhs.at_most(lhs)),
        Sign::Less => known(rhs.at_most(lhs).map(|above| !above)),
        Sign::Greater => known(lhs.at_most(rhs).map(|below| !below)),
        Sign::Equal => known(order.map(Ordering::is_eq)),
        Sign::NotEqual => known(order.map(Ordering::is_ne)),
    }
}

/// Every part must hold.
fn all_of(parts: impl Iterator<Item = Truth>) -> Truth {
    parts.fold(Truth::Holds, |all, part| match (all, part) {
        (Truth::Fails, _) | (_, Truth::Fails) => Truth::Fails,
        (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
        _ => Truth::Holds,
    })
}

/// A relation of vectors from its components: they differ (`!=`) as soon as one component does.
fn components(parts: impl Iterator<Item = Truth>, sign: Sign) -> Truth {
    let not = |truth| match truth {
        Truth::Holds => Truth::Fails,
        Truth::Fails => Truth::Holds,
        Truth::Unknown => Truth::Unknown,
    };
    if sign == Sign::NotEqual { not(all_of(parts.map(not))) } else { all_of(parts) }
}

pub(super) struct Evaluator<'a, S, E> {
    environment: &'a E,
    /// Values of expectations that do not depend on an outcome: without it, `E[c]` inside
    /// `E[norm_sq(c - E[c])]` would be summed again for each outcome.
    memo: RefCell<HashMap<*const Expr, Value<S>>>,
}

#[derive(Clone, Debug)]
pub(super) enum Value<S> {
    Scalar(S),
    Vector(Vec<S>),
}

impl<S: Scalar, E: Environment<S>> Evaluator<'_, S, E> {
    fn relation(&self, relation: &Relation, place: Place) -> Result<Vec<(S, S)>, Undefined> {
        match relation.lhs.shape {
            Shape::Scalar => {
                Ok(vec![(self.scalar(&relation.lhs, place)?, self.scalar(&relation.rhs, place)?)])
            }
            Shape::Vector => {
                let (l, r) =
                    (self.vector(&relation.lhs, place)?, self.vector(&relation.rhs, place)?);
                Ok(l.into_iter().zip(r).collect())
            }
        }
    }

    pub(super) fn scalar(&self, expr: &Expr, place: Place) -> Result<S, Undefined> {
        match self.value(expr, place)? {
            Value::Scalar(value) => Ok(value),
            Value::Vector(_) => unreachable!("elaboration has checked the shapes"),
        }
    }

    fn vector(&self, expr: &Expr, place: Place) -> Result<Vec<S>, Undefined> {
        match self.value(expr, place)? {
            Value::Vector(value) => Ok(value),
            Value::Scalar(_) => unreachable!("elaboration has checked the shapes"),
        }
    }

    pub(super) fn value(&self, expr: &Expr, place: Place) -> Result<Value<S>, Undefined> {
        let average = matches!(expr.node, Node::Expectation(law, _) if law != Law::Coin);
        let remembered = average && !matches!(place, Place::Sample(_));
        if remembered && let Some(value) = self.memo.borrow().get(&std::ptr::from_ref(expr)) {
            return Ok(value.clone());
        }
        let value = match expr.shape {
            Shape::Scalar => Value::Scalar(self.scalar_node(expr, place)?),
            Shape::Vector => Value::Vector(self.vector_node(expr, place)?),
        };
        if remembered {
            self.memo.borrow_mut().insert(std::ptr::from_ref(expr), value.clone());
        }
        Ok(value)
    }

    fn scalar_node(&self, expr: &Expr, place: Place) -> Result<S, Undefined> {
        let fold = |parts: &[Expr], pick: fn(&S, &S) -> S| {
            let mut values = parts.iter().map(|part| self.scalar(part, place));
            let first =
                values.next().ok_or_else(|| Undefined::Missing("min of nothing".into()))??;
            values.try_fold(first, |best, value| Ok(pick(&best, &value?)))
        };
        Ok(match &expr.node {
            Node::Number(value) => S::from_rational(value),
            Node::Quantity(quantity, _) if matches!(quantity.entry().scope, Scope::Random(_)) => {
                self.environment.random_scalar(*quantity, place)?
            }
            Node::Quantity(quantity, arguments) => {
                let arguments = arguments.iter().map(|a| self.scalar(a, place));
                self.environment.scalar(*quantity, &arguments.collect::<Result<Vec<_>, _>>()?)?
            }
            Node::Defined(definition) => self.scalar(&definition.body, place)?,
            Node::Negate(a) => self.scalar(a, place)?.negated(),
            Node::Add(a, b) => self.scalar(a, place)?.plus(&self.scalar(b, place)?),
            Node::Subtract(a, b) => self.scalar(a, place)?.minus(&self.scalar(b, place)?),
            Node::Multiply(a, b) => self.scalar(a, place)?.times(&self.scalar(b, place)?),
            Node::Divide(a, b) => self.scalar(a, place)?.over(&divisor(self.scalar(b, place)?)?)?,
            Node::Power(a, exponent) => self.power(&self.scalar(a, place)?, *exponent)?,
            Node::Root(a) => radicand(self.scalar(a, place)?)?.root()?,
            Node::Least(parts) => fold(parts, S::least)?,
            Node::Greatest(parts) => fold(parts, S::greatest)?,
            Node::Inner(a, b) => dot(&self.vector(a, place)?, &self.vector(b, place)?),
            Node::NormSq(a) => crate::linear::norm_sq(&self.vector(a, place)?),
            Node::Expectation(Law::Coin, a) => {
                let mut total = S::zero();
                for (place, chance) in self.tosses(place)? {
                    total = total.plus(&self.scalar(a, place)?.times(&chance));
                }
                total
            }
            Node::Expectation(Law::Step, a) => {
                let count = self.environment.outcomes(Law::Step)?;
                let mut total = S::zero();
                for outcome in 0..count {
                    total = total.plus(&self.scalar(a, Place::Outcome(outcome))?);
                }
                total.over(&count_of(count))?
            }
            Node::Expectation(law, a) => {
                let moments = self.environment.moments(*law)?;
                match self.polynomial(a, &moments)? {
                    Polynomial::Scalar { constant, linear, square, gap, memory } => {
                        let mean = dot(&linear, &moments.mean);
                        let mut value = constant.plus(&mean).plus(&square.times(&moments.second));
                        for (weight, known) in [(gap, &moments.gap), (memory, &moments.memory)] {
                            if let Some(weight) = weight {
                                value = value.plus(&weight.times(&known.clone()?));
                            }
                        }
                        value
                    }
                    Polynomial::Vector { .. } => unreachable!("elaboration has checked the shapes"),
                }
            }
            Node::Sum(a) => {
                let mut total = S::zero();
                for n in 0..self.environment.samples() {
                    total = total.plus(&self.scalar(a, Place::Sample(n))?);
                }
                total
            }
            Node::Indexed(_) => unreachable!("quantities of a sample are vectors"),
            Node::Symbol(_) | Node::Apply(..) | Node::Slack(_) => return Err(not_supplied(expr)),
        })
    }

    fn vector_node(&self, expr: &Expr, place: Place) -> Result<Vec<S>, Undefined> {
        Ok(match &expr.node {
            Node::Quantity(quantity, _) => self.environment.vector(
                *quantity,
                match quantity.entry().scope {
                    Scope::Random(_) => place,
                    Scope::Fixed | Scope::State => Place::Fixed,
                },
            )?,
            Node::Indexed(quantity) => self.environment.vector(*quantity, place)?,
            Node::Symbol(_) | Node::Apply(..) | Node::Slack(_) => return Err(not_supplied(expr)),
            Node::Defined(definition) => self.vector(&definition.body, place)?,
            Node::Negate(a) => scale(&S::one().negated(), &self.vector(a, place)?),
            Node::Add(a, b) => add(&self.vector(a, place)?, &self.vector(b, place)?),
            Node::Subtract(a, b) => subtract(&self.vector(a, place)?, &self.vector(b, place)?),
            Node::Multiply(a, b) if a.shape == Shape::Scalar => {
                scale(&self.scalar(a, place)?, &self.vector(b, place)?)
            }
            Node::Multiply(a, b) => scale(&self.scalar(b, place)?, &self.vector(a, place)?),
            Node::Divide(a, b) => {
                let divisor = divisor(self.scalar(b, place)?)?;
                let parts = self.vector(a, place)?;
                parts.iter().map(|part| part.over(&divisor)).collect::<Result<_, _>>()?
            }
            Node::Expectation(Law::Coin, a) => {
                let mut total: Option<Vec<S>> = None;
                for (place, chance) in self.tosses(place)? {
                    let part = scale(&chance, &self.vector(a, place)?);
                    total = Some(total.map_or_else(|| part.clone(), |total| add(&total, &part)));
                }
                total.ok_or_else(|| Undefined::Missing("a coin without sides".into()))?
            }
            Node::Expectation(Law::Step, a) => {
                let count = self.environment.outcomes(Law::Step)?;
                let mut total = self.vector(a, Place::Outcome(0))?;
                for outcome in 1..count {
                    total = add(&total, &self.vector(a, Place::Outcome(outcome))?);
                }
                let count = count_of(count);
                total.iter().map(|part| part.over(&count)).collect::<Result<_, _>>()?
            }
            Node::Expectation(law, a) => {
                let moments = self.environment.moments(*law)?;
                match self.polynomial(a, &moments)? {
                    Polynomial::Vector { constant, slope } => {
                        add(&constant, &scale(&slope, &moments.mean))
                    }
                    Polynomial::Scalar { .. } => unreachable!("elaboration has checked the shapes"),
                }
            }
            Node::Sum(a) => {
                let mut total = self.vector(a, Place::Sample(0))?;
                for n in 1..self.environment.samples() {
                    total = add(&total, &self.vector(a, Place::Sample(n))?);
                }
                total
            }
            _ => unreachable!("the other operations are scalar"),
        })
    }

    /// The outcomes of the algorithm's own randomness at an outcome of the step.
    fn tosses(&self, place: Place) -> Result<Vec<(Place, S)>, Undefined> {
        let Place::Outcome(outcome) = place else {
            return Err(Undefined::Missing("the coin is tossed at no outcome of a step".into()));
        };
        let chances = self.environment.tosses(outcome)?;
        let place = |(k, chance)| (Place::Tossed(outcome, k), chance);
        Ok(chances.into_iter().enumerate().map(place).collect())
    }

    fn power(&self, base: &S, exponent: Exponent) -> Result<S, Undefined> {
        let exponent = match exponent {
            Exponent::Literal(k) => u64::from(k),
            Exponent::Symbol(quantity) => self.environment.natural(quantity)?,
        };
        if S::EXACT && base.bits().saturating_mul(exponent) > self.environment.bit_budget() {
            let bits = base.bits();
            return Err(Undefined::Budget(format!("a power of {bits} bits to the {exponent}")));
        }
        Ok(base.power(exponent))
    }
}

/// What no instance supplies.
fn not_supplied(expr: &Expr) -> Undefined {
    Undefined::Missing(format!("{expr} stands for any value: no instance supplies it"))
}

fn count_of<S: Scalar>(count: usize) -> S {
    S::from_rational(&crate::scalar::Rational::count(count))
}

/// A divisor that is certainly not zero: an enclosure of zero may stand for a quotient that does
/// not exist, and nothing may be concluded from that.
fn divisor<S: Scalar>(value: S) -> Result<S, Undefined> {
    match value.compare(&S::zero()) {
        None => Err(Undefined::NotCertified("a divisor may be zero".into())),
        Some(_) => Ok(value),
    }
}

/// A radicand that is certainly not negative.
fn radicand<S: Scalar>(value: S) -> Result<S, Undefined> {
    match S::zero().at_most(&value) {
        None => Err(Undefined::NotCertified("the operand of a root may be negative".into())),
        Some(_) => Ok(value),
    }
}
