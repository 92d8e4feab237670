//! The translation: a formula becomes a quotient of polynomials in Gram symbols.
//!
//! Unknowns are scalars, inner products of vectors, and expectations of products that do not
//! reduce to these. Two formulas with one normal form are equal for every problem; nothing is
//! claimed about formulas whose normal forms differ.

use super::nature::{Nature, Over};
use super::polynomial::{Fraction, Monomial, Polynomial, TooLarge, Unknown, Work};
use crate::claim::expr::{Exponent, Expr, Node};
use crate::claim::vocabulary::Quantity;
use crate::scalar::{Rational, Scalar};
use std::collections::{BTreeMap, BTreeSet};

/// Why a formula has no normal form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untranslatable {
    /// The expansion is over the limit.
    #[error("its expansion is too large")]
    TooLarge,
    /// A divisor may be zero.
    #[error("the divisor {0} is not seen to be different from zero")]
    Divisor(String),
    /// A radicand may be negative.
    #[error("the operand of sqrt({0}) is not seen to be non-negative")]
    Radicand(String),
    /// An expectation is taken over a law that its operand does not follow.
    #[error("E[{0}] is taken over the wrong law")]
    Law(String),
    /// A fact is named that is not there.
    #[error("there is no fact [{0}]")]
    Fact(String),
    /// A shape is wrong.
    #[error("{0} has the wrong shape")]
    Shape(String),
}

impl From<TooLarge> for Untranslatable {
    fn from(_: TooLarge) -> Self {
        Self::TooLarge
    }
}

/// A vector is a combination of vector unknowns.
pub(super) type Vector = BTreeMap<Unknown, Fraction>;

/// A normal form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    Scalar(Fraction),
    Vector(Vector),
}

/// What a scalar unknown stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Atom {
    Quantity(Quantity, Vec<Value>),
    Symbol(String, Nature),
    /// Of two vector unknowns, in order.
    Inner(Unknown, Unknown),
    /// E of a product over a law, or over the samples.
    Mean(Over, Monomial),
    Power(Value, Quantity),
    Root(Value),
    Least(BTreeSet<Value>),
    Greatest(BTreeSet<Value>),
}

/// What a vector unknown stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum VectorAtom {
    Quantity(Quantity),
    Indexed(Quantity),
    Symbol(String, Nature),
    Mean(Over, Monomial, Unknown),
    Apply(String, Nature, Unknown),
}

/// What the translation asks of the facts at hand.
pub(super) trait Signs {
    /// Whether the expression is certainly not zero.
    fn is_nonzero(&mut self, expr: &Expr) -> Result<bool, Untranslatable>;
    /// Whether the expression is certainly not negative.
    fn is_non_negative(&mut self, expr: &Expr) -> Result<bool, Untranslatable>;
    /// What a fact's slack is, or a defined vector of the process.
    fn meaning(&self, node: &Node) -> Option<Expr>;
    /// The table of unknowns.
    fn table(&mut self) -> &mut Table;
}

/// The unknowns that formulas have been translated to so far.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub work: Work,
    pub atoms: Vec<Atom>,
    natures: Vec<Nature>,
    numbers: BTreeMap<Atom, Unknown>,
    pub vectors: Vec<VectorAtom>,
    vector_natures: Vec<Nature>,
    vector_numbers: BTreeMap<VectorAtom, Unknown>,
}

impl Table {
    pub fn new() -> Self {
        Self {
            work: Work::new(),
            atoms: Vec::new(),
            natures: Vec::new(),
            numbers: BTreeMap::new(),
            vectors: Vec::new(),
            vector_natures: Vec::new(),
            vector_numbers: BTreeMap::new(),
        }
    }

    fn scalar(&mut self, atom: Atom) -> Polynomial {
        let next = self.atoms.len() as Unknown;
        let number = *self.numbers.entry(atom.clone()).or_insert(next);
        if number == next {
            self.natures.push(self.nature_of_atom(&atom));
            self.atoms.push(atom);
        }
        Polynomial::unknown(number)
    }

    pub fn vector(&mut self, atom: VectorAtom) -> Unknown {
        let next = self.vectors.len() as Unknown;
        let number = *self.vector_numbers.entry(atom.clone()).or_insert(next);
        if number == next {
            self.vector_natures.push(self.nature_of_vector(&atom));
            self.vectors.push(atom);
        }
        number
    }

    pub fn nature(&self, unknown: Unknown) -> Nature {
        self.natures[unknown as usize]
    }

    pub fn vector_nature(&self, unknown: Unknown) -> Nature {
        self.vector_natures[unknown as usize]
    }

    /// ⟨u, v⟩ by bilinearity.
    pub fn inner(&mut self, u: &Vector, v: &Vector) -> Result<Fraction, TooLarge> {
        let mut sum = Fraction::default();
        for (i, a) in u {
            for (j, b) in v {
                let product = self.scalar(Atom::Inner(*i.min(j), *i.max(j)));
                let weight = a.times(b, &self.work)?;
                sum = sum.plus(&weight.times(&product.into(), &self.work)?, &self.work)?;
            }
        }
        Ok(sum)
    }

    /// E of a scalar: linear, and what is not random leaves it.
    pub fn mean(&mut self, over: Over, value: &Fraction) -> Result<Fraction, Untranslatable> {
        let wrong = || Untranslatable::Law("...".into());
        if value.divisors().any(|p| self.polynomial_nature(p).is_random(over) != Some(false)) {
            return Err(wrong());
        }
        let mut sum = Polynomial::default();
        for (monomial, coefficient) in value.top().terms() {
            let (outside, inside) = self.split(over, monomial).ok_or_else(wrong)?;
            let mean = self.mean_of_product(over, inside)?;
            let term = Polynomial::term(outside, coefficient.clone());
            sum = sum.plus(&term.times(&mean, &self.work)?, &self.work)?;
        }
        Ok(value.with_top(sum))
    }

    fn mean_of_product(&mut self, over: Over, inside: Monomial) -> Result<Polynomial, TooLarge> {
        match inside[..] {
            [] => return Ok(Polynomial::constant(Rational::one())),
            // E⟨U, v⟩ = ⟨E U, v⟩ if v is not random.
            [(unknown, 1)] => {
                if let Atom::Inner(u, v) = self.atoms[unknown as usize] {
                    let random = |w| self.vector_nature(w).is_random(over) == Some(true);
                    let (u, v) = match (random(u), random(v)) {
                        (true, false) => (u, v),
                        (false, true) => (v, u),
                        _ => return Ok(self.scalar(Atom::Mean(over, inside))),
                    };
                    let one = Fraction::constant(Rational::one());
                    let mean = self.mean_vector(over, Vec::new(), u);
                    let inner = self
                        .inner(&Vector::from([(mean, one.clone())]), &Vector::from([(v, one)]))?;
                    return Ok(inner.top().clone());
                }
            }
            _ => {}
        }
        Ok(self.scalar(Atom::Mean(over, inside)))
    }

    /// E of a product of scalars and a vector, at least one of them random.
    fn mean_vector(&mut self, over: Over, inside: Monomial, vector: Unknown) -> Unknown {
        if let VectorAtom::Apply(map, nature, operand) = self.vectors[vector as usize].clone()
            && nature.is_random(over) == Some(false)
            && self.vector_nature(operand).is_random(over) == Some(true)
        {
            // A map that is not random commutes with E.
            let mean = self.mean_vector(over, inside, operand);
            return self.vector(VectorAtom::Apply(map, nature, mean));
        }
        self.vector(VectorAtom::Mean(over, inside, vector))
    }

    pub fn mean_of_vector(&mut self, over: Over, value: &Vector) -> Result<Vector, Untranslatable> {
        let wrong = || Untranslatable::Law("...".into());
        let mut sum = Vector::new();
        for (vector, coefficient) in value {
            let divisors = coefficient.divisors();
            let mut natures = divisors.map(|p| self.polynomial_nature(p).is_random(over));
            if natures.any(|random| random != Some(false)) {
                return Err(wrong());
            }
            let random = self.vector_nature(*vector).is_random(over).ok_or_else(wrong)?;
            for (monomial, weight) in coefficient.top().terms() {
                let (outside, inside) = self.split(over, monomial).ok_or_else(wrong)?;
                let term = Polynomial::term(outside, weight.clone());
                let (term, mean) = if random {
                    (term, self.mean_vector(over, inside, *vector))
                } else {
                    let mean = self.mean_of_product(over, inside)?;
                    (term.times(&mean, &self.work)?, *vector)
                };
                add_to(&mut sum, mean, &coefficient.with_top(term), &self.work)?;
            }
        }
        Ok(sum)
    }

    /// Splits a monomial into what is not random over the law, and what is.
    fn split(&self, over: Over, monomial: &Monomial) -> Option<(Monomial, Monomial)> {
        let (mut outside, mut inside) = (Monomial::new(), Monomial::new());
        for (unknown, k) in monomial {
            match self.nature(*unknown).is_random(over)? {
                true => inside.push((*unknown, *k)),
                false => outside.push((*unknown, *k)),
            }
        }
        Some((outside, inside))
    }
}

fn add_to(sum: &mut Vector, vector: Unknown, term: &Fraction, work: &Work) -> Result<(), TooLarge> {
    let total = match sum.get(&vector) {
        Some(own) => own.plus(term, work)?,
        None => {
            work.spend(term.weight())?;
            term.clone()
        }
    };
    if total.is_zero() {
        sum.remove(&vector);
    } else {
        sum.insert(vector, total);
    }
    Ok(())
}

/// a + c·b for values of one shape.
pub(super) fn combine(
    a: &Value,
    c: &Rational,
    b: &Value,
    work: &Work,
) -> Result<Value, Untranslatable> {
    match (a, b) {
        (Value::Scalar(a), Value::Scalar(b)) => Ok(Value::Scalar(a.plus(&b.scaled(c), work)?)),
        (Value::Vector(a), Value::Vector(b)) => {
            work.spend(a.values().map(Fraction::weight).sum())?;
            let mut sum = a.clone();
            for (vector, weight) in b {
                add_to(&mut sum, *vector, &weight.scaled(c), work)?;
            }
            Ok(Value::Vector(sum))
        }
        _ => Err(Untranslatable::Shape("a sum".into())),
    }
}

impl Value {
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Scalar(value) => value.is_zero(),
            Self::Vector(value) => value.is_empty(),
        }
    }
}

/// The normal form of a scalar expression.
pub(super) fn scalar<C: Signs>(context: &mut C, expr: &Expr) -> Result<Fraction, Untranslatable> {
    match normal(context, expr)? {
        Value::Scalar(value) => Ok(value),
        Value::Vector(_) => Err(Untranslatable::Shape(expr.to_string())),
    }
}

fn vector<C: Signs>(context: &mut C, expr: &Expr) -> Result<Vector, Untranslatable> {
    match normal(context, expr)? {
        Value::Vector(value) => Ok(value),
        Value::Scalar(_) => Err(Untranslatable::Shape(expr.to_string())),
    }
}

/// The normal form of an expression.
///
/// # Errors
/// If a divisor may be zero or a radicand negative, or the expansion is too large.
pub(super) fn normal<C: Signs>(context: &mut C, expr: &Expr) -> Result<Value, Untranslatable> {
    use Value::{Scalar as S, Vector as V};
    context.table().work.spend(1)?;
    let one = Fraction::constant(Rational::one());
    let unit = |vector| V(Vector::from([(vector, one.clone())]));
    if let Some(meaning) = context.meaning(&expr.node) {
        return normal(context, &meaning);
    }
    Ok(match &expr.node {
        Node::Number(value) => S(Fraction::constant(value.clone())),
        Node::Quantity(quantity, arguments) => {
            let arguments = arguments.iter().map(|a| normal(context, a));
            let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
            match expr.shape {
                crate::claim::expr::Shape::Scalar => {
                    S(context.table().scalar(Atom::Quantity(*quantity, arguments)).into())
                }
                crate::claim::expr::Shape::Vector => {
                    unit(context.table().vector(VectorAtom::Quantity(*quantity)))
                }
            }
        }
        Node::Indexed(quantity) => unit(context.table().vector(VectorAtom::Indexed(*quantity))),
        Node::Symbol(symbol) => {
            let (name, nature) = (symbol.name.clone(), Nature::of_symbol(symbol));
            match symbol.kind {
                crate::claim::expr::SymbolKind::Scalar(_) => {
                    S(context.table().scalar(Atom::Symbol(name, nature)).into())
                }
                _ => unit(context.table().vector(VectorAtom::Symbol(name, nature))),
            }
        }
        Node::Apply(map, operand) => {
            let operand = vector(context, operand)?;
            let table = context.table();
            let mut image = Vector::new();
            for (u, weight) in operand {
                let nature = Nature::of_symbol(map);
                let u = table.vector(VectorAtom::Apply(map.name.clone(), nature, u));
                add_to(&mut image, u, &weight, &table.work)?;
            }
            V(image)
        }
        Node::Slack(name) => return Err(Untranslatable::Fact(name.clone())),
        Node::Defined(definition) => normal(context, &definition.body)?,
        Node::Negate(a) => {
            let a = normal(context, a)?;
            let zero = match a {
                S(_) => S(Fraction::default()),
                V(_) => V(Vector::new()),
            };
            combine(&zero, &Rational::integer(-1), &a, &context.table().work)?
        }
        Node::Add(a, b) | Node::Subtract(a, b) => {
            let sign = if matches!(expr.node, Node::Add(..)) { 1 } else { -1 };
            let (a, b) = (normal(context, a)?, normal(context, b)?);
            combine(&a, &Rational::integer(sign), &b, &context.table().work)?
        }
        Node::Multiply(a, b) => {
            let (a, b) = (normal(context, a)?, normal(context, b)?);
            product(context, &a, &b, expr)?
        }
        Node::Divide(a, b) => {
            let divisor = scalar(context, b)?;
            if !context.is_nonzero(b)? {
                return Err(Untranslatable::Divisor(b.to_string()));
            }
            let a = normal(context, a)?;
            let Some(inverse) = divisor.inverse(&context.table().work)? else {
                return Err(Untranslatable::Divisor(b.to_string()));
            };
            product(context, &a, &S(inverse), expr)?
        }
        Node::Power(base, Exponent::Literal(k)) => {
            let base = scalar(context, base)?;
            S(base.power(*k, &context.table().work)?)
        }
        Node::Power(base, Exponent::Symbol(k)) => {
            let base = normal(context, base)?;
            S(context.table().scalar(Atom::Power(base, *k)).into())
        }
        Node::Root(a) => {
            let value = normal(context, a)?;
            if !context.is_non_negative(a)? {
                return Err(Untranslatable::Radicand(a.to_string()));
            }
            S(context.table().scalar(Atom::Root(value)).into())
        }
        Node::Least(parts) | Node::Greatest(parts) => {
            let parts = parts.iter().map(|part| normal(context, part));
            let parts = parts.collect::<Result<BTreeSet<_>, _>>()?;
            let least = matches!(expr.node, Node::Least(_));
            let atom = if least { Atom::Least(parts) } else { Atom::Greatest(parts) };
            S(context.table().scalar(atom).into())
        }
        Node::Inner(a, b) => {
            let (a, b) = (vector(context, a)?, vector(context, b)?);
            S(context.table().inner(&a, &b)?)
        }
        Node::NormSq(a) => {
            let a = vector(context, a)?;
            S(context.table().inner(&a, &a)?)
        }
        Node::Expectation(law, a) => {
            let value = normal(context, a)?;
            mean(context, Over::from(*law), &value, a)?
        }
        // Σ_n is N times the average over the samples.
        Node::Sum(a) => {
            let value = normal(context, a)?;
            let mean = mean(context, Over::Samples, &value, a)?;
            let count = context.table().scalar(Atom::Quantity(Quantity::Samples, Vec::new()));
            product(context, &S(count.into()), &mean, expr)?
        }
    })
}

fn mean<C: Signs>(
    context: &mut C,
    over: Over,
    value: &Value,
    shown: &Expr,
) -> Result<Value, Untranslatable> {
    let result = match value {
        Value::Scalar(value) => context.table().mean(over, value).map(Value::Scalar),
        Value::Vector(value) => context.table().mean_of_vector(over, value).map(Value::Vector),
    };
    result.map_err(|error| match error {
        Untranslatable::Law(_) => Untranslatable::Law(shown.to_string()),
        other => other,
    })
}

fn product<C: Signs>(
    context: &mut C,
    a: &Value,
    b: &Value,
    shown: &Expr,
) -> Result<Value, Untranslatable> {
    let work = &context.table().work;
    match (a, b) {
        (Value::Scalar(a), Value::Scalar(b)) => Ok(Value::Scalar(a.times(b, work)?)),
        (Value::Scalar(c), Value::Vector(v)) | (Value::Vector(v), Value::Scalar(c)) => {
            let mut scaled = Vector::new();
            for (vector, weight) in v {
                add_to(&mut scaled, *vector, &weight.times(c, work)?, work)?;
            }
            Ok(Value::Vector(scaled))
        }
        _ => Err(Untranslatable::Shape(shown.to_string())),
    }
}
