//! The judgement: which expressions are *seen* to be non-negative, positive, zero or not zero.
//!
//! It goes by the form of an expression and by the facts at hand, and is never a search: sums,
//! products and quotients of what is seen already, even powers, squared norms, expectations.

use super::normal::{Signs, Table, Untranslatable, Value, combine, normal};
use super::polynomial::Fraction;
use crate::claim::expr::{Exponent, Expr, Known, Node, Shape, Sign, Symbol, SymbolKind};
use crate::claim::proof::StatementName;
use crate::claim::vocabulary::{Process, Quantity};
use crate::scalar::Rational;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a fact says of its slack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relationship {
    Zero,
    NonNegative,
    Positive,
    NonZero,
}

impl From<Sign> for Relationship {
    fn from(sign: Sign) -> Self {
        match sign {
            Sign::AtMost | Sign::AtLeast => Self::NonNegative,
            Sign::Less | Sign::Greater => Self::Positive,
            Sign::Equal => Self::Zero,
            Sign::NotEqual => Self::NonZero,
        }
    }
}

/// What a fact depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Basis {
    /// Axioms of the list.
    pub axioms: BTreeSet<&'static str>,
    /// Proved statements.
    pub statements: BTreeSet<StatementName>,
    /// Hypotheses of the claim.
    pub hypotheses: BTreeSet<String>,
    /// Whether it is known at the current x only.
    pub here: bool,
    /// Whether a path was followed: what is said of x_t, or of a symbol after t steps, is said of that
    /// path even where neither is named any more.
    pub followed: bool,
}

impl Basis {
    pub fn add(&mut self, other: &Self) {
        self.axioms.extend(&other.axioms);
        self.statements.extend(other.statements.iter().cloned());
        self.hypotheses.extend(other.hypotheses.iter().cloned());
        self.here |= other.here;
        self.followed |= other.followed;
    }
}

/// A hypothesis or a derived fact.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub name: String,
    pub relationship: Relationship,
    pub slack: Expr,
    pub normal: Value,
    pub basis: Basis,
}

/// The facts at hand, and what names mean.
#[derive(Debug)]
pub(super) struct Context {
    pub table: Table,
    /// The file's own symbols, for messages.
    pub symbols: Vec<Arc<Symbol>>,
    pub facts: Vec<Fact>,
    /// x⁺, X⁺ and X⁰ as expressions.
    next: Option<Expr>,
    sgd_next: Expr,
    sgd_start: Expr,
    /// What the facts used so far rest on.
    pub used: Basis,
}

/// Steps of judging and translating cost this much of the limit on work each, so that nesting is
/// bounded as well.
const STEP: u64 = 50;

impl Context {
    pub fn new(process: Process, symbols: Vec<Arc<Symbol>>) -> Self {
        let [sgd_next, sgd_start] = Process::twin();
        Self {
            table: Table::new(),
            symbols,
            facts: Vec::new(),
            next: (process != Process::Any).then(|| process.step()),
            sgd_next,
            sgd_start,
            used: Basis::default(),
        }
    }

    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.name == name)
    }

    fn use_fact(&mut self, index: usize) {
        let basis = self.facts[index].basis.clone();
        self.used.add(&basis);
    }

    /// Whether the two have one normal form.
    pub fn equal(&mut self, a: &Expr, b: &Expr) -> Result<bool, Untranslatable> {
        let (a, b) = (normal(self, a)?, normal(self, b)?);
        Ok(combine(&a, &Rational::integer(-1), &b, &self.table.work)?.is_zero())
    }

    /// Whether the expression vanishes by its form.
    pub fn is_zero(&mut self, expr: &Expr) -> Result<bool, Untranslatable> {
        self.table.work.spend(STEP)?;
        Ok(match &expr.node {
            Node::Number(value) => value.is_zero(),
            Node::Slack(name) => {
                let found = self.facts.iter().position(|fact| fact.name == *name);
                let zero = found.filter(|i| self.facts[*i].relationship == Relationship::Zero);
                zero.map(|i| self.use_fact(i)).is_some()
            }
            Node::Defined(definition) => self.is_zero(&definition.body)?,
            Node::Negate(a)
            | Node::NormSq(a)
            | Node::Expectation(_, a)
            | Node::Sum(a)
            | Node::Apply(_, a)
            | Node::Divide(a, _) => self.is_zero(a)?,
            Node::Power(a, Exponent::Literal(k)) => *k > 0 && self.is_zero(a)?,
            Node::Multiply(a, b) | Node::Inner(a, b) => self.is_zero(a)? || self.is_zero(b)?,
            Node::Subtract(a, b) => {
                self.is_root_identity(a, b)? || (self.is_zero(a)? && self.is_zero(b)?)
            }
            Node::Add(a, b) => self.is_zero(a)? && self.is_zero(b)?,
            _ => false,
        })
    }

    /// √r·√r − r.
    fn is_root_identity(&mut self, square: &Expr, b: &Expr) -> Result<bool, Untranslatable> {
        let Node::Power(root, Exponent::Literal(2)) = &square.node else { return Ok(false) };
        let Node::Root(radicand) = &root.node else { return Ok(false) };
        // That the radicand is not negative is asked when the root is translated.
        self.equal(radicand, b)
    }

    /// What is seen of the sign of a scalar.
    pub fn sign(&mut self, expr: &Expr) -> Result<Known, Untranslatable> {
        use Known::{NonNegative, Positive, Real};
        self.table.work.spend(STEP)?;
        let known = match &expr.node {
            Node::Number(value) if value.is_positive() => Positive,
            Node::Number(value) if value.is_zero() => NonNegative,
            Node::Quantity(quantity, _) if quantity.entry().natural => {
                stronger(NonNegative, quantity.entry().sign)
            }
            Node::Quantity(quantity, _) => quantity.entry().sign,
            Node::Symbol(symbol) => match symbol.kind {
                SymbolKind::Scalar(known) => known,
                _ => Real,
            },
            Node::Slack(name) => {
                let Some(i) = self.facts.iter().position(|fact| fact.name == *name) else {
                    return Err(Untranslatable::Fact(name.clone()));
                };
                self.use_fact(i);
                match self.facts[i].relationship {
                    Relationship::Positive => Positive,
                    Relationship::Zero | Relationship::NonNegative => NonNegative,
                    Relationship::NonZero => Real,
                }
            }
            Node::Defined(definition) => self.sign(&definition.body)?,
            Node::Add(a, b) => match (self.sign(a)?, self.sign(b)?) {
                (Real, _) | (_, Real) => Real,
                (NonNegative, NonNegative) => NonNegative,
                _ => Positive,
            },
            Node::Multiply(a, b) if a == b => NonNegative,
            Node::Multiply(a, b) => match (self.sign(a)?, self.sign(b)?) {
                (Positive, Positive) => Positive,
                (Real, _) | (_, Real) => self.zero_as_sign(expr)?,
                _ => NonNegative,
            },
            Node::Divide(a, b) => match (self.sign(a)?, self.sign(b)?) {
                (known, Positive) if known != Real => known,
                _ => self.zero_as_sign(expr)?,
            },
            Node::Power(_, Exponent::Literal(0)) => Positive,
            Node::Power(a, Exponent::Literal(k)) if k % 2 == 0 => {
                if self.is_nonzero(a)? {
                    Positive
                } else {
                    NonNegative
                }
            }
            Node::Power(a, _) => self.sign(a)?,
            Node::Root(a) | Node::Expectation(_, a) | Node::Sum(a) => self.sign(a)?,
            Node::Least(parts) => {
                let mut all = Positive;
                for part in parts {
                    all = weaker(all, self.sign(part)?);
                }
                all
            }
            Node::Greatest(parts) => {
                let mut any = Real;
                for part in parts {
                    any = stronger(any, self.sign(part)?);
                }
                any
            }
            Node::NormSq(_) => NonNegative,
            Node::Inner(a, b) if a == b => NonNegative,
            Node::Subtract(a, b) if self.is_above(a, b)? => NonNegative,
            Node::Subtract(a, b) if self.is_zero(b)? => self.sign(a)?,
            Node::Inner(..) | Node::Subtract(..) | Node::Negate(_) => self.zero_as_sign(expr)?,
            _ => Real,
        };
        if known == Positive || expr.shape != Shape::Scalar || matches!(expr.node, Node::Slack(_)) {
            return Ok(known);
        }
        Ok(stronger(known, self.known_by_fact(expr)?))
    }

    fn zero_as_sign(&mut self, expr: &Expr) -> Result<Known, Untranslatable> {
        Ok(if self.is_zero(expr)? { Known::NonNegative } else { Known::Real })
    }

    /// Whether a − b is a part minus the minimum, or the maximum minus a part.
    fn is_above(&mut self, a: &Expr, b: &Expr) -> Result<bool, Untranslatable> {
        let (parts, other) = match (&a.node, &b.node) {
            (_, Node::Least(parts)) => (parts, a),
            (Node::Greatest(parts), _) => (parts, b),
            _ => return Ok(false),
        };
        for part in parts {
            if self.equal(part, other)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What a fact says about the expression: the two are one up to a positive number.
    fn known_by_fact(&mut self, expr: &Expr) -> Result<Known, Untranslatable> {
        let Value::Scalar(value) = normal(self, expr)? else { return Ok(Known::Real) };
        if let Some(number) = value.top().as_constant()
            && value.divisors().next().is_none()
        {
            return Ok(match number {
                n if n.is_positive() => Known::Positive,
                n if n.is_zero() => Known::NonNegative,
                _ => Known::Real,
            });
        }
        let mut best = Known::Real;
        for i in 0..self.facts.len() {
            let known = match self.facts[i].relationship {
                Relationship::Positive => Known::Positive,
                Relationship::NonNegative => Known::NonNegative,
                _ => continue,
            };
            let factor = self.multiple(&value, i)?;
            if factor.is_some_and(|factor| factor.is_positive()) && stronger(best, known) != best {
                best = known;
                self.use_fact(i);
            }
        }
        Ok(best)
    }

    /// The number c with value = c·(slack of the fact).
    fn multiple(&self, value: &Fraction, fact: usize) -> Result<Option<Rational>, Untranslatable> {
        match &self.facts[fact].normal {
            Value::Scalar(slack) => Ok(value.multiple_of(slack, &self.table.work)?),
            Value::Vector(_) => Ok(None),
        }
    }
}

impl Signs for Context {
    fn is_nonzero(&mut self, expr: &Expr) -> Result<bool, Untranslatable> {
        if self.sign(expr)? == Known::Positive {
            return Ok(true);
        }
        let by_form = match &expr.node {
            Node::Number(value) => !value.is_zero(),
            Node::Negate(a) => self.is_nonzero(a)?,
            Node::Multiply(a, b) => self.is_nonzero(a)? && self.is_nonzero(b)?,
            Node::Divide(a, _) => self.is_nonzero(a)?,
            Node::Power(a, Exponent::Literal(_)) => self.is_nonzero(a)?,
            Node::Defined(definition) => self.is_nonzero(&definition.body)?,
            _ => false,
        };
        if by_form || expr.shape != Shape::Scalar {
            return Ok(by_form);
        }
        let Value::Scalar(value) = normal(self, expr)? else { return Ok(false) };
        for i in 0..self.facts.len() {
            let apart = matches!(
                self.facts[i].relationship,
                Relationship::Positive | Relationship::NonZero
            );
            if apart && self.multiple(&value, i)?.is_some_and(|factor| !factor.is_zero()) {
                self.use_fact(i);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_non_negative(&mut self, expr: &Expr) -> Result<bool, Untranslatable> {
        Ok(self.sign(expr)? != Known::Real)
    }

    fn meaning(&self, node: &Node) -> Option<Expr> {
        match node {
            Node::Quantity(Quantity::XNext, _) => self.next.clone(),
            Node::Quantity(Quantity::SgdNext, _) => Some(self.sgd_next.clone()),
            Node::Quantity(Quantity::Sgd0, _) => Some(self.sgd_start.clone()),
            Node::Slack(name) => self.fact(name).map(|fact| fact.slack.clone()),
            _ => None,
        }
    }

    fn table(&mut self) -> &mut Table {
        &mut self.table
    }
}

fn strength(known: Known) -> u8 {
    match known {
        Known::Real => 0,
        Known::NonNegative => 1,
        Known::Positive => 2,
    }
}

fn weaker(a: Known, b: Known) -> Known {
    if strength(a) <= strength(b) { a } else { b }
}

fn stronger(a: Known, b: Known) -> Known {
    if strength(a) >= strength(b) { a } else { b }
}
