//! Messages: what is left of a claim, and which part lacks a sign, so that a person can mend it.
//!
//! Nothing is decided here. All of it runs after a proof has been refused, on copies.

use super::Cause;
use super::nature::Over;
use super::normal::{Atom, Signs, Table, Untranslatable, Value, Vector, VectorAtom, normal};
use super::polynomial::{Fraction, Monomial, Polynomial, Unknown, Work, exponent_of, lowered};
use super::sign::{Context, Relationship};
use crate::claim::expr::{Exponent, Expr, Known, Node, Scope, Symbol, SymbolKind};
use crate::claim::vocabulary::Quantity;
use crate::scalar::{Rational, Scalar};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// What is left when one side is taken from the other, collected by Gram symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Residual {
    /// Its terms.
    pub terms: Vec<Term>,
    /// Divisors that are positive, and were left out.
    pub without: Vec<String>,
    /// A fact of which it is a multiple.
    pub multiple: Option<Multiple>,
}

/// A coefficient times a Gram symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term, without its sign if it is a product.
    pub text: String,
    /// Whether a minus stands before it.
    pub negative: bool,
    /// Whether it is seen to be at least zero, or at most zero.
    pub at_least_zero: Option<bool>,
}

/// The residual is `factor` times the slack of `fact`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multiple {
    /// The factor.
    pub factor: String,
    /// The name of the fact.
    pub fact: String,
    /// Whether the product is seen to be at least zero, or at most zero.
    pub at_least_zero: Option<bool>,
}

impl Term {
    /// One of many: nobody reads them, and each costs as much as all divisors.
    fn unworded() -> Self {
        Self { text: "...".into(), negative: false, at_least_zero: None }
    }
}

impl Residual {
    /// The first terms, and how many more there are.
    pub fn short(&self, most: usize) -> (String, usize) {
        let mut text = String::new();
        for term in self.terms.iter().take(most) {
            text.push_str(match (text.is_empty(), term.negative) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            });
            text.push_str(&term.text);
        }
        (text, self.terms.len().saturating_sub(most))
    }
}

impl fmt::Display for Residual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, more) = self.short(12);
        f.write_str(&text)?;
        if more > 0 { write!(f, " and {more} more") } else { Ok(()) }
    }
}

/// How many terms are written in terms of differences, and unknowns in a term.
const READABLE: usize = 1_000;

/// How many terms have words: of the others it is said how many they are.
const WORDED: usize = 50;

/// Names for differences that formulas are usually about: each vector is written as its distance
/// to another, if that makes the residual shorter.
const DISTANCES: [(Quantity, Quantity, &str); 12] = [
    (Quantity::X, Quantity::XStar, "e"),
    (Quantity::Start, Quantity::XStar, "x_0 - x_star"),
    (Quantity::XT, Quantity::XStar, "x_t - x_star"),
    (Quantity::XInf, Quantity::XStar, "x_inf - x_star"),
    (Quantity::XNext, Quantity::XStar, "x_next - x_star"),
    (Quantity::Teacher, Quantity::XStar, "teacher - x_star"),
    (Quantity::XLambda, Quantity::XStar, "x_lambda - x_star"),
    (Quantity::X, Quantity::XLambda, "x - x_lambda"),
    (Quantity::Grad, Quantity::GradStar, "grad - grad_star"),
    (Quantity::Grad, Quantity::GradLambda, "grad - grad_lambda"),
    (Quantity::GradTeacher, Quantity::GradStar, "grad_teacher - grad_star"),
    (Quantity::GradLambda, Quantity::GradStar, "grad_lambda - grad_star"),
];

/// A difference of normal forms, for a message.
pub(super) fn residual(context: &Context, value: &Value) -> Residual {
    let mut table = context.table.clone();
    table.work = Work::small();
    let mut shower = Shower { table, symbols: &context.symbols };
    match value {
        Value::Scalar(value) => shower.scalar(context, value),
        Value::Vector(value) => {
            let terms = value.iter().enumerate().map(|(i, (vector, weight))| {
                if i >= WORDED {
                    return Term::unworded();
                }
                let (negative, text) =
                    shower.product(weight, &Printer::new(&shower.table).show_vector(*vector));
                Term { text, negative, at_least_zero: None }
            });
            Residual { terms: terms.collect(), without: Vec::new(), multiple: None }
        }
    }
}

struct Shower<'a> {
    table: Table,
    symbols: &'a [Arc<Symbol>],
}

impl Shower<'_> {
    fn scalar(&mut self, context: &Context, value: &Fraction) -> Residual {
        let multiple = self.multiple(context, value);
        let mut value = value.clone().cancelled();
        let (mut kept, mut without) = (Fraction::constant(Rational::one()), Vec::new());
        for (divisor, k) in value.bottom() {
            let single = divisor.terms().count() == 1;
            if !single && self.is_positive(context, divisor) {
                let power = if k > 1 { format!("^{k}") } else { String::new() };
                without.push(format!("({}){power}", Printer::new(&self.table).show(divisor)));
                continue;
            }
            let inverse = Fraction::from(divisor.clone())
                .power(k, &self.table.work)
                .and_then(|power| power.inverse(&self.table.work));
            if let Ok(Some(inverse)) = inverse
                && let Ok(product) = kept.times(&inverse, &self.table.work)
            {
                kept = product;
            }
        }
        let mut top = value.top().clone();
        // Nobody reads more, and each way to write it costs as much as the expansion.
        let readable = top.terms().count() <= READABLE;
        for (from, to, name) in DISTANCES.into_iter().filter(|_| readable) {
            let shorter = self.in_terms_of(&top, from, to, name);
            if let Some(shorter) =
                shorter.filter(|s| self.groups(s).len() < self.groups(&top).len())
            {
                top = shorter;
            }
        }
        value = kept.with_top(Polynomial::constant(Rational::one()));
        let mut terms = Vec::new();
        for (gram, weight) in self.groups(&top) {
            if terms.len() >= WORDED {
                terms.push(Term::unworded());
                continue;
            }
            let weight = value.with_top(weight).cancelled();
            let one = Polynomial::term(gram.clone(), Rational::one());
            let shown =
                if gram.is_empty() { String::new() } else { Printer::new(&self.table).show(&one) };
            let (negative, text) = self.product(&weight, &shown);
            let at_least_zero = self.seen(weight.top()).filter(|_| {
                self.is_even(&gram) && weight.divisors().all(|p| self.seen(p) == Some(true))
            });
            terms.push(Term { text, negative, at_least_zero });
        }
        Residual { terms, without, multiple }
    }

    /// Terms by their products of Gram symbols and quantities of the state.
    fn groups(&self, polynomial: &Polynomial) -> BTreeMap<Monomial, Polynomial> {
        let mut groups: BTreeMap<Monomial, Polynomial> = BTreeMap::new();
        for (monomial, value) in polynomial.terms() {
            let (gram, rest) = monomial.iter().copied().partition(|(u, _)| self.is_gram(*u));
            groups.entry(gram).or_default().add_term(rest, value.clone());
        }
        groups
    }

    fn is_gram(&self, unknown: Unknown) -> bool {
        match &self.table.atoms[unknown as usize] {
            Atom::Inner(..) | Atom::Mean(..) => true,
            Atom::Quantity(quantity, _) => quantity.entry().scope != Scope::Fixed,
            _ => self.table.nature(unknown) != Default::default(),
        }
    }

    /// The polynomial with `from` written as `name` + `to`.
    fn in_terms_of(
        &mut self,
        polynomial: &Polynomial,
        from: Quantity,
        to: Quantity,
        name: &str,
    ) -> Option<Polynomial> {
        let of = |quantity| VectorAtom::Quantity(quantity);
        let from = self.table.vectors.iter().position(|atom| *atom == of(from))? as Unknown;
        let to = self.table.vector(of(to));
        let nature = self.table.vector_nature(from);
        let difference = self.table.vector(VectorAtom::Symbol(name.to_owned(), nature));
        let one = Fraction::constant(Rational::one());
        let image = Vector::from([(difference, one.clone()), (to, one)]);
        rewritten(&mut self.table, polynomial, from, &image).ok()
    }

    /// Whether a divisor is positive: as a fact says, or by its form.
    fn is_positive(&self, context: &Context, divisor: &Polynomial) -> bool {
        let by_fact = context.facts.iter().any(|fact| match &fact.normal {
            Value::Scalar(slack) => {
                let multiple = divisor.multiple_of(slack.top());
                fact.relationship == Relationship::Positive
                    && slack.divisors().all(|p| self.seen(p) == Some(true))
                    && multiple.is_some_and(|factor| factor.is_positive())
            }
            Value::Vector(_) => false,
        });
        by_fact || self.seen(divisor) == Some(true)
    }

    /// Whether all terms are seen to be at least zero, or all at most zero.
    fn seen(&self, polynomial: &Polynomial) -> Option<bool> {
        let mut signs = polynomial.terms().map(|(m, v)| self.is_even(m).then(|| v.is_positive()));
        let first = signs.next()??;
        signs.all(|sign| sign == Some(first)).then_some(first)
    }

    /// Whether a product of unknowns is at least zero.
    fn is_even(&self, monomial: &Monomial) -> bool {
        monomial.iter().all(|(u, k)| k % 2 == 0 || self.is_non_negative(*u))
    }

    fn is_non_negative(&self, unknown: Unknown) -> bool {
        match &self.table.atoms[unknown as usize] {
            Atom::Quantity(quantity, _) => {
                quantity.entry().natural || quantity.entry().sign != Known::Real
            }
            Atom::Symbol(name, _) => self.symbols.iter().any(|symbol| {
                let signed =
                    matches!(symbol.kind, SymbolKind::Scalar(known) if known != Known::Real);
                symbol.name == *name && signed
            }),
            Atom::Inner(u, v) => u == v,
            Atom::Mean(_, monomial) => self.is_even(monomial),
            Atom::Root(_) => true,
            _ => false,
        }
    }

    /// The fact of whose slack the value is a multiple by a product of powers.
    fn multiple(&self, context: &Context, value: &Fraction) -> Option<Multiple> {
        let work = Work::small();
        let raised = |top: &Polynomial, side: &Fraction| {
            side.bottom().try_fold(top.clone(), |top, (p, k)| top.times_power(p, k, &work))
        };
        context.facts.iter().find_map(|fact| {
            let Value::Scalar(slack) = &fact.normal else { return None };
            let own = raised(value.top(), slack).ok()?;
            let theirs = raised(slack.top(), value).ok()?;
            let (factor, above, below) = monomial_multiple(&own, &theirs)?;
            if slack.top().terms().count() < 2 || fact.relationship == Relationship::NonZero {
                return None;
            }
            let mut text =
                Printer::new(&self.table).show(&Polynomial::term(above.clone(), factor.clone()));
            for (u, k) in &below {
                let divisor = Polynomial::term(vec![(*u, *k)], Rational::one());
                text = format!("{text}/{}", Printer::new(&self.table).show(&divisor));
            }
            let seen = self.is_even(&above) && self.is_even(&below);
            let at_least_zero = match fact.relationship {
                Relationship::Zero => None,
                _ => seen.then(|| factor.is_positive()),
            };
            Some(Multiple { factor: text, fact: fact.name.clone(), at_least_zero })
        })
    }

    /// A weight times a symbol, and whether a minus stands before it.
    fn product(&self, weight: &Fraction, symbol: &str) -> (bool, String) {
        let mut terms = weight.top().terms();
        let (mut negative, mut text) = (false, String::new());
        if let (Some((monomial, value)), None) = (terms.next(), terms.next()) {
            negative = value.is_negative();
            let size = Polynomial::term(monomial.clone(), value.abs());
            if size.as_constant() != Some(Rational::one()) || weight.divisors().next().is_some() {
                text = Printer::new(&self.table).show(&size);
            }
        } else if !weight.is_zero() {
            text = format!("({})", Printer::new(&self.table).show(weight.top()));
        }
        for (divisor, k) in weight.bottom() {
            let power = if k > 1 { format!("^{k}") } else { String::new() };
            let shown = Printer::new(&self.table).show(divisor);
            let simple = shown.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let shown = if simple { shown } else { format!("({shown})") };
            text = format!("{text}/{shown}{power}");
        }
        (
            negative,
            match (text.is_empty(), symbol.is_empty()) {
                (true, true) => "1".into(),
                (true, false) => symbol.to_owned(),
                (false, true) => text,
                (false, false) => format!("{text}*{symbol}"),
            },
        )
    }
}

/// c, a and b with b·own = c·a·theirs, if there are such monomials a and b.
fn monomial_multiple(
    own: &Polynomial,
    theirs: &Polynomial,
) -> Option<(Rational, Monomial, Monomial)> {
    let ((c, a, own), (d, b, theirs)) = (own.factor()?, theirs.factor()?);
    let factor = own.multiple_of(&theirs)?.times(&c).over(&d).ok()?;
    let shared: Monomial = a.iter().map(|(u, k)| (*u, (*k).min(exponent_of(&b, *u)))).collect();
    Some((factor, lowered(&a, &shared), lowered(&b, &shared)))
}

/// The polynomial with a vector replaced by a combination, inside inner products and expectations.
fn rewritten(
    table: &mut Table,
    polynomial: &Polynomial,
    from: Unknown,
    image: &Vector,
) -> Result<Polynomial, Untranslatable> {
    let mut sum = Polynomial::default();
    for (monomial, value) in polynomial.terms() {
        let mut product = Polynomial::constant(value.clone());
        for (unknown, k) in monomial {
            let new = match table.atoms[*unknown as usize].clone() {
                Atom::Inner(u, v) => {
                    let u = rewritten_vector(table, u, from, image)?;
                    let v = rewritten_vector(table, v, from, image)?;
                    table.inner(&u, &v)?.top().clone()
                }
                Atom::Mean(over, inside) => {
                    let inside = Polynomial::term(inside, Rational::one());
                    let inside = rewritten(table, &inside, from, image)?;
                    table.mean(over, &inside.into())?.top().clone()
                }
                _ => Polynomial::unknown(*unknown),
            };
            product = product.times_power(&new, *k, &table.work)?;
        }
        sum = sum.plus(&product, &table.work)?;
    }
    Ok(sum)
}

fn rewritten_vector(
    table: &mut Table,
    vector: Unknown,
    from: Unknown,
    image: &Vector,
) -> Result<Vector, Untranslatable> {
    if vector == from {
        return Ok(image.clone());
    }
    if let VectorAtom::Mean(over, inside, operand) = table.vectors[vector as usize].clone()
        && inside.is_empty()
        && over != Over::Samples
    {
        let operand = rewritten_vector(table, operand, from, image)?;
        return table.mean_of_vector(over, &operand);
    }
    Ok(Vector::from([(vector, Fraction::constant(Rational::one()))]))
}

/// That an expression is not seen to have a sign, with the smallest part that lacks it.
pub(super) fn refusal(context: &mut Context, expr: &Expr, wanted: &'static str) -> Cause {
    let part = unseen(context, expr, wanted);
    let multiple = match normal(context, &part) {
        Ok(Value::Scalar(value)) if !matches!(part.node, Node::Slack(_)) => {
            let shower = Shower { table: context.table.clone(), symbols: &context.symbols };
            let found = shower.multiple(context, &value);
            found.filter(|multiple| multiple.at_least_zero == Some(true)).map(Box::new)
        }
        _ => None,
    };
    Cause::Sign { wanted, part: Box::new(part), multiple }
}

/// The smallest part of a certificate that lacks the sign.
fn unseen(context: &mut Context, expr: &Expr, wanted: &str) -> Expr {
    let lacks = |context: &mut Context, part: &Expr| match wanted {
        "zero" => !context.is_zero(part).unwrap_or(false),
        "different from zero" => !context.is_nonzero(part).unwrap_or(false),
        _ => context.sign(part).unwrap_or(Known::Real) == Known::Real,
    };
    let descends = match &expr.node {
        Node::Multiply(..) | Node::Divide(..) => wanted != "zero",
        Node::Subtract(..) | Node::Negate(_) => wanted == "zero",
        Node::Add(..) | Node::Expectation(..) | Node::Sum(_) => wanted != "different from zero",
        Node::Defined(_) => true,
        _ => false,
    };
    let lacking: Vec<&Expr> =
        expr.children().into_iter().filter(|part| lacks(context, part)).collect();
    let product = matches!(expr.node, Node::Multiply(..) | Node::Divide(..));
    match lacking.first() {
        // Two factors without a sign: their product is what is asked about.
        Some(part) if descends && !(product && lacking.len() > 1) => unseen(context, part, wanted),
        _ => expr.clone(),
    }
}

/// An expression with the parentheses that it needs, and definitions by their names.
pub fn plain(expr: &Expr) -> String {
    at_level(expr, 0)
}

/// Levels: 0 sum, 1 product, 2 operand of a product, 3 base of a power.
fn at_level(expr: &Expr, level: u8) -> String {
    let list = |name: &str, parts: &[Expr]| {
        format!("{name}({})", parts.iter().map(plain).collect::<Vec<_>>().join(", "))
    };
    let (own, text) = match &expr.node {
        Node::Number(value) => (if value.is_integer() { 3 } else { 1 }, value.to_string()),
        Node::Negate(a) => (0, format!("-{}", at_level(a, 1))),
        Node::Add(a, b) => (0, format!("{} + {}", at_level(a, 0), at_level(b, 1))),
        Node::Subtract(a, b) => (0, format!("{} - {}", at_level(a, 0), at_level(b, 1))),
        Node::Multiply(a, b) => (1, format!("{}*{}", at_level(a, 1), at_level(b, 2))),
        Node::Divide(a, b) => (1, format!("{}/{}", at_level(a, 1), at_level(b, 2))),
        Node::Power(a, Exponent::Literal(k)) => (2, format!("{}^{k}", at_level(a, 3))),
        Node::Power(a, Exponent::Symbol(k)) => {
            (2, format!("{}^{}", at_level(a, 3), k.entry().name))
        }
        Node::Defined(d) if d.arguments.is_empty() => (3, d.name.clone()),
        Node::Defined(d) => (3, list(&d.name, &d.arguments)),
        Node::Quantity(q, parts) if !parts.is_empty() => (3, list(q.entry().name, parts)),
        Node::Root(a) => (3, format!("sqrt({})", plain(a))),
        Node::Least(parts) => (3, list("min", parts)),
        Node::Greatest(parts) => (3, list("max", parts)),
        Node::Inner(a, b) => (3, format!("inner({}, {})", plain(a), plain(b))),
        Node::NormSq(a) => (3, format!("norm_sq({})", plain(a))),
        Node::Expectation(crate::claim::vocabulary::Law::Coin, a) => {
            (3, format!("Ec[{}]", plain(a)))
        }
        Node::Expectation(_, a) => (3, format!("E[{}]", plain(a))),
        Node::Sum(a) => (3, format!("sum(n, {})", plain(a))),
        Node::Apply(map, a) => (3, format!("{}({})", map.name, plain(a))),
        Node::Quantity(..) | Node::Indexed(_) | Node::Symbol(_) | Node::Slack(_) => {
            (3, expr.to_string())
        }
    };
    if own < level { format!("({text})") } else { text }
}

/// Writes polynomials in words, for messages.
struct Printer<'a> {
    table: &'a Table,
    /// How many unknowns it may still write: nested roots repeat what they are of.
    left: Cell<usize>,
}

impl<'a> Printer<'a> {
    fn new(table: &'a Table) -> Self {
        Self { table, left: Cell::new(READABLE) }
    }

    /// Whether another unknown may be written.
    fn is_short(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    fn show(&self, polynomial: &Polynomial) -> String {
        let mut text = String::new();
        for (monomial, value) in polynomial.terms() {
            if self.left.get() == 0 {
                text.push_str(" ...");
                break;
            }
            let sign = if value.is_negative() { "-" } else { "+" };
            let size = value.abs();
            let mut factors: Vec<String> = monomial
                .iter()
                .map(|(u, k)| {
                    let power = if *k > 1 { format!("^{k}") } else { String::new() };
                    format!("{}{power}", self.show_atom(*u))
                })
                .collect();
            factors.sort_by_key(|factor| (factor.contains(['(', '[']), factor.clone()));
            if size != Rational::one() || factors.is_empty() {
                factors.insert(0, size.to_string());
            }
            let lead = match (text.is_empty(), sign) {
                (true, "+") => "",
                (true, _) => "-",
                (false, "+") => " + ",
                (false, _) => " - ",
            };
            text.push_str(&format!("{lead}{}", factors.join("*")));
        }
        if text.is_empty() { "0".into() } else { text }
    }

    fn show_value(&self, value: &Value) -> String {
        match value {
            Value::Scalar(value) => self.show_fraction(value),
            Value::Vector(value) => {
                let part = |(u, c): (&Unknown, &Fraction)| {
                    format!("({})*{}", self.show_fraction(c), self.show_vector(*u))
                };
                value.iter().map(part).collect::<Vec<_>>().join(" + ")
            }
        }
    }

    fn show_fraction(&self, value: &Fraction) -> String {
        let mut text = self.show(value.top());
        for divisor in value.divisors() {
            text = format!("({text})/({})", self.show(divisor));
        }
        text
    }

    fn show_atom(&self, unknown: Unknown) -> String {
        let list = |values: &BTreeSet<Value>| {
            values.iter().map(|value| self.show_value(value)).collect::<Vec<_>>().join(", ")
        };
        if !self.is_short() {
            return "...".into();
        }
        match &self.table.atoms[unknown as usize] {
            Atom::Quantity(quantity, _) => quantity.entry().name.to_owned(),
            Atom::Symbol(name, _) => name.clone(),
            Atom::Inner(u, v) if u == v => format!("norm_sq({})", self.show_vector(*u)),
            Atom::Inner(u, v) => {
                format!("inner({}, {})", self.show_vector(*u), self.show_vector(*v))
            }
            Atom::Mean(_, monomial) => {
                let product = Polynomial::term(monomial.clone(), Rational::one());
                format!("E[{}]", self.show(&product))
            }
            Atom::Power(value, k) => format!("({})^{}", self.show_value(value), k.entry().name),
            Atom::Root(value) => format!("sqrt({})", self.show_value(value)),
            Atom::Least(values) => format!("min({})", list(values)),
            Atom::Greatest(values) => format!("max({})", list(values)),
        }
    }

    fn show_vector(&self, unknown: Unknown) -> String {
        if !self.is_short() {
            return "...".into();
        }
        match &self.table.vectors[unknown as usize] {
            VectorAtom::Quantity(quantity) => quantity.entry().name.to_owned(),
            VectorAtom::Indexed(quantity) => format!("{}[n]", quantity.entry().name),
            VectorAtom::Symbol(name, _) => name.clone(),
            VectorAtom::Mean(_, monomial, vector) if monomial.is_empty() => {
                format!("E[{}]", self.show_vector(*vector))
            }
            VectorAtom::Mean(_, monomial, vector) => {
                let product = Polynomial::term(monomial.clone(), Rational::one());
                format!("E[{}*{}]", self.show(&product), self.show_vector(*vector))
            }
            VectorAtom::Apply(map, _, vector) => format!("{map}({})", self.show_vector(*vector)),
        }
    }
}
