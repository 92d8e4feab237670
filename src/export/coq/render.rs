//! Formulas as Coq text: one function of the tree, for certificates and for statements.
//!
//! Every part has a *level*: 0 is a fixed value or the state, 1 depends on a sample, 2 on a coin as
//! well. In [`Style::Combinators`] a part is printed at the level of its surroundings: one of a
//! lower level is raised by `const`, `coin_free`, `scst` or `slift`, so that there are no binders
//! and expectations can be expanded by rewriting. In [`Style::Pointwise`] everything is a value at
//! an outcome, which is how a textbook writes it. The two are convertible in Coq.

use super::level::{Level, Over, rank};
use super::names::{self, number};
use crate::claim::expr::{Exponent, Expr, Node, Relation, Scope, Shape, Sign, Symbol};
use crate::claim::vocabulary::{Law, Quantity};
use std::collections::BTreeMap;

/// Why a formula has no Coq text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsupported(pub String);

/// How random parts are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Combinators,
    Pointwise,
}

/// A fact that certificates may cite.
#[derive(Clone, Debug)]
pub(super) struct Cited {
    /// Its identifier.
    pub name: String,
    pub sign: Sign,
    pub level: Level,
    pub shape: Shape,
}

/// What names mean: the text of each quantity, and the facts at hand.
pub(super) struct Renderer<'a> {
    pub style: Style,
    /// The text of a quantity; in the pointwise style, at the outcome `w`, `p`, `s` or `n`.
    pub text: &'a dyn Fn(Quantity) -> Option<String>,
    /// The definitions that have a Coq definition.
    pub defined: &'a dyn names::Defined,
    pub facts: BTreeMap<String, Cited>,
    /// The law of a path, in the pointwise style.
    pub path_law: &'static str,
    /// The current point, in the pointwise style.
    pub here: &'static str,
    /// The text of a file's symbols, where it is not their name.
    pub symbols: BTreeMap<String, String>,
}

/// How tightly a text binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Sum,
    Product,
    Applied,
    Atom,
}
use Strength::{Applied, Atom, Product, Sum};

type Text = Result<(String, Strength), Unsupported>;

fn no<T>(cause: impl Into<String>) -> Result<T, Unsupported> {
    Err(Unsupported(cause.into()))
}

/// In parentheses if it binds less tightly than its place asks for.
fn at(place: Strength, (text, strength): (String, Strength)) -> String {
    if strength < place { format!("({text})") } else { text }
}

impl Renderer<'_> {
    /// The level of an expression, from its parts.
    pub fn level(&self, expr: &Expr) -> Level {
        match &expr.node {
            Node::Quantity(quantity, _) => Level::of(quantity.entry().scope),
            Node::Indexed(_) => Level::Random(Over::Samples),
            Node::Symbol(symbol) => Level::of(symbol.scope),
            Node::Slack(name) => self.facts.get(name).map_or(Level::Value, |fact| fact.level),
            Node::Expectation(Law::Coin, _) => Level::Random(Over::Step),
            Node::Expectation(..) | Node::Sum(_) => Level::Value,
            Node::Apply(map, a) => Level::of(map.scope).max(self.level(a)),
            _ => expr.children().iter().map(|e| self.level(e)).max().unwrap_or(Level::Value),
        }
    }

    /// A scalar or vector of level 0, or in the pointwise style of any level.
    pub fn value(&self, expr: &Expr) -> Result<String, Unsupported> {
        Ok(self.at_level(expr, Level::Value)?.0)
    }

    /// As [`Self::value`], fit to be an argument.
    pub fn argument(&self, expr: &Expr) -> Result<String, Unsupported> {
        Ok(at(Atom, self.at_level(expr, Level::Value)?))
    }

    /// An expression raised to a level.
    pub fn raised_to(&self, expr: &Expr, level: Level) -> Result<String, Unsupported> {
        Ok(self.at_level(expr, level)?.0)
    }

    /// A vector by itself, in its scope, at its own level.
    pub fn vector(&self, expr: &Expr) -> Result<String, Unsupported> {
        let level = self.own(expr);
        Ok(format!("({})%vec", self.at_level(expr, level)?.0))
    }

    fn own(&self, expr: &Expr) -> Level {
        match self.style {
            Style::Combinators => self.level(expr),
            Style::Pointwise => Level::Value,
        }
    }

    /// An equality of random vectors, as such: almost surely.
    pub fn almost_surely(&self, relation: &Relation) -> Result<String, Unsupported> {
        let level = self.level(&relation.lhs).max(self.level(&relation.rhs));
        let side = |expr| {
            let outcome = level.over().outcome();
            Ok::<_, Unsupported>(format!("(fun {outcome} => ({})%vec)", self.value(expr)?))
        };
        match (level, relation.sign, relation.lhs.shape) {
            (Level::Random(over), Sign::Equal, Shape::Vector) => {
                let (low, high) = (side(&relation.lhs)?, side(&relation.rhs)?);
                Ok(format!("@veq (RV {} V)\n    {low}\n    {high}", over.law()))
            }
            (Level::Value, ..) => self.relation(relation),
            _ => no("a claim at every outcome"),
        }
    }

    /// A relation: between values, or between random quantities at every outcome. The two sides of
    /// an order are printed in the order of `<=` and `<`.
    pub fn relation(&self, relation: &Relation) -> Result<String, Unsupported> {
        let Relation { lhs, sign, rhs } = relation;
        let level = self.level(lhs).max(self.level(rhs));
        let own = if self.style == Style::Pointwise { Level::Value } else { level };
        let vectors = lhs.shape == Shape::Vector;
        let (low, high) = match sign {
            Sign::AtLeast | Sign::Greater => (rhs, lhs),
            _ => (lhs, rhs),
        };
        let side = |expr| Ok::<_, Unsupported>(self.at_level(expr, own)?.0);
        let (low, high) = (side(low)?, side(high)?);
        let text = match sign {
            Sign::Equal if vectors => format!("({low})%vec == ({high})%vec"),
            Sign::NotEqual if vectors => return no("vectors that differ"),
            Sign::AtMost | Sign::AtLeast => format!("{low} <= {high}"),
            Sign::Equal => format!("{low} = {high}"),
            Sign::Less | Sign::Greater if own == Level::Value => format!("{low} < {high}"),
            Sign::NotEqual if own == Level::Value => format!("{low} <> {high}"),
            _ => return no("a strict relation at every outcome"),
        };
        if vectors || own == Level::Value {
            return Ok(text);
        }
        Ok(format!("({text}){}", own.delimiter()))
    }

    /// The expression at a level that is not below its own.
    fn at_level(&self, expr: &Expr, level: Level) -> Text {
        let own = self.own(expr);
        if own < level {
            return self.raised(self.at_level(expr, own)?, expr.shape, own, level);
        }
        if own > level {
            return no(format!("{expr} is random"));
        }
        let infix = |sign: &str, a: &Expr, b: &Expr, strength, right| {
            let (a, b) = (self.at_level(a, level)?, self.at_level(b, level)?);
            Ok((format!("{} {sign} {}", at(strength, a), at(right, b)), strength))
        };
        let vector = expr.shape == Shape::Vector;
        match &expr.node {
            Node::Number(value) => Ok((number(value), Atom)),
            Node::Quantity(quantity, arguments) if arguments.is_empty() => self.quantity(*quantity),
            Node::Quantity(Quantity::StationaryError, arguments) => {
                let mut text = String::from("stationary_error");
                for argument in arguments {
                    text.push(' ');
                    text.push_str(&self.argument(argument)?);
                }
                Ok((text, Applied))
            }
            Node::Quantity(quantity, _) => {
                no(format!("{} with arguments has no definition", quantity.entry().name))
            }
            Node::Indexed(quantity) => self.indexed(*quantity),
            Node::Symbol(symbol) => Ok(self.symbol(symbol)),
            Node::Apply(map, a) => self.apply(map, a, level),
            Node::Slack(name) => self.slack(name),
            Node::Defined(definition) => {
                if own == Level::Value && !vector && self.defined.is_defined(&definition.name) {
                    return self.use_of(&definition.name, &definition.arguments);
                }
                self.at_level(&definition.body, level)
            }
            Node::Negate(a) => Ok((format!("- {}", at(Atom, self.at_level(a, level)?)), Sum)),
            Node::Add(a, b) => infix("+", a, b, Sum, Product),
            Node::Subtract(a, b) => infix("-", a, b, Sum, Product),
            Node::Multiply(a, b) if vector => {
                let (a, u) = if a.shape == Shape::Scalar { (a, b) } else { (b, a) };
                // The vector may be raised as a whole, its factor may not.
                let (a, u) = (self.at_level(a, Level::Value)?, self.at_level(u, level)?);
                Ok((format!("{} * {}", at(Applied, a), at(Applied, u)), Product))
            }
            Node::Multiply(a, b) => infix("*", a, b, Product, Applied),
            Node::Divide(a, b) => {
                let b = at(Applied, self.at_level(b, Level::Value)?);
                Ok((format!("{} / {b}", at(Product, self.at_level(a, level)?)), Product))
            }
            Node::Power(a, exponent) => {
                let k = match exponent {
                    Exponent::Literal(k) => k.to_string(),
                    Exponent::Symbol(Quantity::Horizon) => "t".to_owned(),
                    Exponent::Symbol(k) => return no(format!("the exponent {}", k.entry().name)),
                };
                Ok((format!("{} ^ {k}", at(Atom, self.at_level(a, level)?)), Applied))
            }
            Node::Root(a) if level == Level::Value => {
                Ok((format!("sqrt {}", at(Atom, self.at_level(a, level)?)), Applied))
            }
            Node::Root(_) => no("the root of a random quantity"),
            Node::Least(parts) => self.extremum("Rmin", parts, level),
            Node::Greatest(parts) => self.extremum("Rmax", parts, level),
            Node::Inner(a, b) => {
                let name = ["dot", "rdot", "rdot2"][rank(level)];
                let (a, b) = (self.at_level(a, level)?, self.at_level(b, level)?);
                Ok((format!("{name} {} {}", at(Atom, a), at(Atom, b)), Applied))
            }
            Node::NormSq(a) => {
                let name = ["nsq", "rsq", "rsq2"][rank(level)];
                Ok((format!("{name} {}", at(Atom, self.at_level(a, level)?)), Applied))
            }
            Node::Expectation(law, a) => self.expectation(*law, a),
            Node::Sum(a) => {
                // Every sample counts once: a sum is their number times their average.
                let (average, _) = self.mean_over(Over::Samples, a)?;
                let (number, _) = self.quantity(Quantity::Samples)?;
                Ok((format!("{number} * {average}"), Product))
            }
        }
    }

    fn quantity(&self, quantity: Quantity) -> Text {
        let name = quantity.entry().name;
        match (self.text)(quantity) {
            Some(text) if text.contains(' ') && !text.starts_with('(') => Ok((text, Applied)),
            Some(text) => Ok((text, Atom)),
            None => no(format!("{name} has no counterpart in Coq")),
        }
    }

    fn indexed(&self, quantity: Quantity) -> Text {
        let name = quantity.entry().name;
        match (self.style, super::problem::point_of(quantity, self.here)) {
            (Style::Combinators, _) => Ok((names::indexed(quantity), Atom)),
            (_, Some(point)) => Ok((format!("g_n n {point}"), Applied)),
            _ if quantity == Quantity::Control => Ok(("c_n n".into(), Applied)),
            _ => no(format!("{name}[n] has no counterpart in Coq")),
        }
    }

    fn symbol(&self, symbol: &Symbol) -> (String, Strength) {
        match self.symbols.get(&symbol.name) {
            Some(text) if text.contains(' ') && !text.starts_with('(') => (text.clone(), Applied),
            Some(text) => (text.clone(), Atom),
            None => (names::symbol(&symbol.name), Atom),
        }
    }

    fn apply(&self, map: &Symbol, a: &Expr, level: Level) -> Text {
        let name = names::symbol(&map.name);
        let random = map.scope == Scope::Random(Law::Step);
        let operator = match (self.style, level) {
            (Style::Pointwise, _) => at(Atom, self.symbol(map)),
            (_, Level::Value) => name,
            (_, Level::Random(_)) if random => format!("(rapply {name})"),
            (_, Level::Random(_)) => format!("(rapply (fun _ => {name}))"),
            (_, Level::Coin) => return no("a linear map of a vector that depends on the coin"),
        };
        Ok((format!("act {operator} {}", at(Atom, self.at_level(a, level)?)), Applied))
    }

    fn slack(&self, name: &str) -> Text {
        let Some(fact) = self.facts.get(name) else {
            return no(format!("there is no fact [{name}]"));
        };
        let of = match (fact.shape, fact.sign, fact.level) {
            (Shape::Vector, _, _) => "vslack",
            (_, Sign::AtMost | Sign::AtLeast, Level::Value) => "slack",
            (_, Sign::Less | Sign::Greater, Level::Value) => "sslack",
            (_, Sign::Equal, Level::Value) => "eslack",
            (_, Sign::AtMost | Sign::AtLeast, Level::Random(_)) => "rslack",
            (_, Sign::Equal, Level::Random(_)) => "reslack",
            (_, Sign::AtMost | Sign::AtLeast, Level::Coin) => "rslack2",
            _ => return no(format!("the slack [{name}] has no sign")),
        };
        Ok((format!("{of} {}", fact.name), Applied))
    }

    fn use_of(&self, name: &str, arguments: &[Expr]) -> Text {
        let mut text = names::definition(name);
        for argument in arguments {
            text.push(' ');
            text.push_str(&self.argument(argument)?);
        }
        let strength = if arguments.is_empty() { Atom } else { Applied };
        Ok((text, strength))
    }

    fn extremum(&self, name: &str, parts: &[Expr], level: Level) -> Text {
        if level != Level::Value {
            return no("the minimum of random quantities");
        }
        let mut texts =
            parts.iter().map(|part| self.argument(part)).collect::<Result<Vec<_>, _>>()?;
        let Some(mut text) = texts.pop() else { return no("an empty minimum") };
        let mut strength = Atom;
        while let Some(next) = texts.pop() {
            text = format!("{name} {next} {}", at(Atom, (text, strength)));
            strength = Applied;
        }
        Ok((text, strength))
    }

    fn expectation(&self, law: Law, a: &Expr) -> Text {
        match (law, self.style) {
            (Law::Coin, Style::Combinators) => {
                let name = if a.shape == Shape::Vector { "EcV" } else { "Ec" };
                let a = at(Atom, self.at_level(a, Level::Coin)?);
                Ok((format!("{name} coin_law {a}"), Applied))
            }
            (Law::Coin, Style::Pointwise) => self.over_outcome("coin_law", "z", a),
            (Law::Step, Style::Pointwise) => match &a.node {
                // The mean of the gradients at a point is the gradient of f.
                Node::Quantity(quantity, _) => match super::problem::point_of(*quantity, self.here)
                {
                    Some(point) => Ok((format!("full_grad {point}"), Applied)),
                    None => self.mean_over(Over::Step, a),
                },
                _ => self.mean_over(Over::Step, a),
            },
            (Law::Step, _) => self.mean_over(Over::Step, a),
            (Law::Path, _) => self.mean_over(Over::Path, a),
            (Law::Stationary, _) => self.mean_over(Over::Stationary, a),
        }
    }

    fn mean_over(&self, over: Over, a: &Expr) -> Text {
        let law = over.law();
        if self.style == Style::Pointwise {
            let law = if over == Over::Path { self.path_law } else { law };
            return self.over_outcome(law, over.outcome(), a);
        }
        let level = Level::Random(over);
        let text = self.at_level(a, level)?;
        Ok(if a.shape == Shape::Vector {
            (format!("mean {law} {}", at(Atom, text)), Applied)
        } else {
            (format!("E {law} ({})%rs", text.0), Applied)
        })
    }

    fn over_outcome(&self, law: &str, outcome: &str, a: &Expr) -> Text {
        let text = self.at_level(a, Level::Value)?.0;
        Ok(if a.shape == Shape::Vector {
            (format!("EV {law} (fun {outcome} => ({text})%vec)"), Applied)
        } else {
            (format!("E {law} (fun {outcome} => ({text})%R)"), Applied)
        })
    }

    fn raised(&self, text: (String, Strength), shape: Shape, from: Level, to: Level) -> Text {
        let text = at(Atom, text);
        let vector = shape == Shape::Vector;
        let text = match (from, to) {
            (Level::Value, Level::Random(over)) if vector => format!("{} {text}", over.raise()),
            (Level::Value, Level::Random(_)) => format!("scst {text}"),
            (Level::Value, Level::Coin) if vector => format!("coin_free (const {text})"),
            (Level::Value, Level::Coin) => format!("slift (scst {text})"),
            (Level::Random(Over::Step), Level::Coin) if vector => {
                format!("coin_free {text}")
            }
            (Level::Random(Over::Step), Level::Coin) => format!("slift {text}"),
            _ => return no(format!("{text} is over another law than {}", to.over().law())),
        };
        Ok((text, Applied))
    }
}
