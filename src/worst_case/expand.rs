//! Formulas as forms: each scalar of a claim, expanded over the generators of its Gram matrix.
//!
//! The same text that is evaluated on instances and proved by the kernel becomes objective and
//! constraints here; no bound is typed twice.

use super::gram::{Form, Vector};
use crate::claim::expr::{Exponent, Expr, Formula, Node, Relation, Scope, Shape, Sign, SymbolKind};
use crate::claim::vocabulary::{Law, Process, Quantity};
use crate::scalar::{Rational, Scalar};
use std::collections::{BTreeMap, BTreeSet};

/// Why a formula is not linear in the inner products of finitely many vectors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unexpandable {
    /// A number of the formula has no value.
    #[error("{name} has no value: give --{option}")]
    Missing {
        /// Its name in formulas.
        name: String,
        /// Its name on the command line.
        option: String,
    },
    /// A part of the formula is of another kind.
    #[error("{0}")]
    Kind(String),
}

/// Generators by name, made as formulas mention them.
#[derive(Clone, Debug, Default)]
pub struct Generators {
    /// Shared vectors and averages, as formulas.
    pub means: Vec<String>,
    /// Deviations, as formulas.
    pub spreads: Vec<String>,
    /// Function values, as formulas.
    pub values: Vec<String>,
}

fn position(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

impl Generators {
    fn shared(&mut self, name: &str) -> Vector {
        let mut vector = Vector::default();
        vector.mean.add(position(&mut self.means, name), &Rational::ONE);
        vector
    }

    fn family(&mut self, name: &str) -> Vector {
        let mut vector = self.shared(&format!("E[{name}]"));
        let spread = format!("({name} - E[{name}])");
        vector.spread.add(position(&mut self.spreads, &spread), &Rational::ONE);
        vector
    }

    fn value(&mut self, name: &str) -> Form {
        let mut form = Form::default();
        form.values.add(position(&mut self.values, name), &Rational::ONE);
        form
    }
}

/// Expands formulas with numbers in place of their constants.
pub struct Expansion<'a> {
    /// The generators so far.
    pub generators: Generators,
    /// Values of the names that are numbers.
    pub numbers: &'a BTreeMap<String, Rational>,
    /// Whose step x_next is.
    pub process: Process,
    /// x_next, where a claim gives it by a hypothesis.
    pub next: Option<Expr>,
    /// Non-negative values that occurred.
    pub non_negative: BTreeSet<String>,
}

/// The value of a part.
enum Value {
    Scalar(Form),
    Vector(Vector),
}

impl Expansion<'_> {
    /// The slack of a relation of scalars, in expectation; of an equality, right side minus left.
    ///
    /// # Errors
    /// If a side is not a form.
    pub fn slack(&mut self, relation: &Relation) -> Result<Form, Unexpandable> {
        if matches!(relation.sign, Sign::NotEqual) {
            return Err(kind("!= bounds nothing"));
        }
        self.scalar(&relation.slack())
    }

    /// A scalar expression, in expectation.
    ///
    /// # Errors
    /// If it is not a form.
    pub fn scalar(&mut self, expr: &Expr) -> Result<Form, Unexpandable> {
        match self.value(expr)? {
            Value::Scalar(form) => Ok(form),
            Value::Vector(_) => Err(kind(format!("{expr} is a vector"))),
        }
    }

    /// A vector expression.
    ///
    /// # Errors
    /// If it is not a combination of generators.
    pub fn vector(&mut self, expr: &Expr) -> Result<Vector, Unexpandable> {
        match self.value(expr)? {
            Value::Vector(vector) => Ok(vector),
            Value::Scalar(_) => Err(kind(format!("{expr} is a scalar"))),
        }
    }

    /// A number: an expression without vectors and function values.
    ///
    /// # Errors
    /// If it is not one.
    pub fn number(&mut self, expr: &Expr) -> Result<Rational, Unexpandable> {
        let form = self.scalar(expr)?;
        form.as_number().cloned().ok_or_else(|| kind(format!("{expr} is not a number")))
    }

    /// Whether a formula about numbers holds; `None` if it is about more.
    ///
    /// # Errors
    /// If a number has no value.
    pub fn holds(&mut self, formula: &Formula) -> Result<Option<bool>, Unexpandable> {
        let mut truths = Vec::new();
        for relation in formula.relations() {
            if relation.lhs.shape == Shape::Vector {
                return Ok(None);
            }
            let (lhs, rhs) = (self.scalar(&relation.lhs)?, self.scalar(&relation.rhs)?);
            let (Some(lhs), Some(rhs)) = (lhs.as_number(), rhs.as_number()) else {
                return Ok(None);
            };
            truths.push(match relation.sign {
                Sign::AtMost => lhs <= rhs,
                Sign::AtLeast => lhs >= rhs,
                Sign::Less => lhs < rhs,
                Sign::Greater => lhs > rhs,
                Sign::Equal => lhs == rhs,
                Sign::NotEqual => lhs != rhs,
            });
        }
        Ok(Some(match truths[..] {
            [left, right] => left == right,
            _ => truths.iter().all(|truth| *truth),
        }))
    }

    fn value(&mut self, expr: &Expr) -> Result<Value, Unexpandable> {
        match expr.shape {
            Shape::Scalar => self.scalar_node(expr).map(Value::Scalar),
            Shape::Vector => self.vector_node(expr).map(Value::Vector),
        }
    }

    fn scalar_node(&mut self, expr: &Expr) -> Result<Form, Unexpandable> {
        let minus = Rational::integer(-1);
        Ok(match &expr.node {
            Node::Number(value) => Form::number(value.clone()),
            Node::Quantity(quantity, arguments) if arguments.is_empty() => {
                self.scalar_quantity(*quantity)?
            }
            Node::Symbol(symbol) => match self.numbers.get(&symbol.name) {
                Some(number) => Form::number(number.clone()),
                None if symbol.scope == Scope::Fixed => return Err(missing(&symbol.name)),
                None => {
                    if let SymbolKind::Scalar(
                        crate::claim::expr::Known::NonNegative
                        | crate::claim::expr::Known::Positive,
                    ) = symbol.kind
                    {
                        self.non_negative.insert(symbol.name.clone());
                    }
                    self.generators.value(&symbol.name)
                }
            },
            Node::Defined(definition) => self.scalar(&definition.body)?,
            Node::Negate(a) => self.scalar(a)?.scaled(&minus),
            Node::Add(a, b) => self.scalar(a)?.plus_scaled(&Rational::ONE, &self.scalar(b)?),
            Node::Subtract(a, b) => self.scalar(a)?.plus_scaled(&minus, &self.scalar(b)?),
            Node::Multiply(a, b) => {
                let (a, b) = (self.scalar(a)?, self.scalar(b)?);
                match (a.as_number(), b.as_number()) {
                    (Some(factor), _) => b.scaled(factor),
                    (_, Some(factor)) => a.scaled(factor),
                    _ => return Err(kind(format!("{expr} is not linear in inner products"))),
                }
            }
            Node::Divide(a, b) => {
                let divisor = self.number(b)?;
                let factor = divisor.reciprocal().ok_or_else(|| kind(format!("{b} is zero")))?;
                self.scalar(a)?.scaled(&factor)
            }
            Node::Power(a, Exponent::Literal(k)) => {
                Form::number(self.number(a)?.power(u64::from(*k)))
            }
            Node::Root(a) => {
                let value = self.number(a)?;
                Form::number(value.root().map_err(|why| kind(format!("sqrt({a}): {why}")))?)
            }
            Node::Least(parts) => Form::number(self.extreme(parts, Rational::least)?),
            Node::Greatest(parts) => Form::number(self.extreme(parts, Rational::greatest)?),
            Node::Inner(a, b) => Form::inner(&self.vector(a)?, &self.vector(b)?),
            Node::NormSq(a) => {
                let vector = self.vector(a)?;
                Form::inner(&vector, &vector)
            }
            // Random scalars are expanded in expectation from the start: they are linear.
            Node::Expectation(Law::Step, a) => self.scalar(a)?,
            // The samples are the outcomes: a minibatch of one.
            Node::Sum(a) => {
                if self.numbers.get("tau").is_some_and(|tau| *tau != Rational::ONE) {
                    return Err(kind("a sum over samples is expanded for minibatches of one only"));
                }
                let count = self.named("n_samples")?;
                self.scalar(a)?.scaled(&count)
            }
            _ => return Err(kind(format!("{expr} is not a form over one step"))),
        })
    }

    fn extreme(
        &mut self,
        parts: &[Expr],
        pick: fn(&Rational, &Rational) -> Rational,
    ) -> Result<Rational, Unexpandable> {
        let mut best: Option<Rational> = None;
        for part in parts {
            let value = self.number(part)?;
            best = Some(best.map_or_else(|| value.clone(), |best| pick(&best, &value)));
        }
        best.ok_or_else(|| kind("min or max of nothing"))
    }

    fn named(&self, name: &str) -> Result<Rational, Unexpandable> {
        self.numbers.get(name).cloned().ok_or_else(|| missing(name))
    }

    fn scalar_quantity(&mut self, quantity: Quantity) -> Result<Form, Unexpandable> {
        let row = quantity.entry();
        match quantity {
            Quantity::Gap | Quantity::GapNext | Quantity::TeacherGap => {
                self.non_negative.insert(row.name.to_owned());
                Ok(self.generators.value(row.name))
            }
            Quantity::Gamma
            | Quantity::Gamma2
            | Quantity::Lambda
            | Quantity::Kappa
            | Quantity::Mu
            | Quantity::LSmooth
            | Quantity::LExp
            | Quantity::LMax
            | Quantity::Samples
            | Quantity::Batch
            | Quantity::A
            | Quantity::Eta
            | Quantity::Delta => Ok(Form::number(self.named(row.name)?)),
            _ => Err(kind(format!("{} is not a quantity of one step", row.name))),
        }
    }

    fn vector_node(&mut self, expr: &Expr) -> Result<Vector, Unexpandable> {
        let minus = Rational::integer(-1);
        Ok(match &expr.node {
            Node::Quantity(quantity, _) | Node::Indexed(quantity) => {
                self.vector_quantity(*quantity)?
            }
            Node::Symbol(symbol) => match symbol.scope {
                Scope::Fixed | Scope::State => self.generators.shared(&symbol.name),
                Scope::Random(Law::Step) => self.generators.family(&symbol.name),
                Scope::Random(_) => return Err(kind(format!("{expr} is not of one step"))),
            },
            Node::Defined(definition) => self.vector(&definition.body)?,
            Node::Negate(a) => self.vector(a)?.scaled(&minus),
            Node::Add(a, b) => self.vector(a)?.plus_scaled(&Rational::ONE, &self.vector(b)?),
            Node::Subtract(a, b) => self.vector(a)?.plus_scaled(&minus, &self.vector(b)?),
            Node::Multiply(a, b) if a.shape == Shape::Scalar => {
                let factor = self.number(a)?;
                self.vector(b)?.scaled(&factor)
            }
            Node::Multiply(a, b) => {
                let factor = self.number(b)?;
                self.vector(a)?.scaled(&factor)
            }
            Node::Divide(a, b) => {
                let divisor = self.number(b)?;
                let factor = divisor.reciprocal().ok_or_else(|| kind(format!("{b} is zero")))?;
                self.vector(a)?.scaled(&factor)
            }
            Node::Expectation(Law::Step, a) => self.vector(a)?.average(),
            _ => return Err(kind(format!("{expr} is not a combination of vectors of one step"))),
        })
    }

    fn vector_quantity(&mut self, quantity: Quantity) -> Result<Vector, Unexpandable> {
        match quantity {
            Quantity::XStar => Ok(self.generators.shared("x_star")),
            // Positions are measured from x*, so that a claim about differences never sees x*.
            Quantity::X => {
                let error = self.generators.shared("e");
                Ok(error.plus_scaled(&Rational::ONE, &self.generators.shared("x_star")))
            }
            Quantity::Teacher => {
                let error = self.generators.shared("(teacher - x_star)");
                Ok(error.plus_scaled(&Rational::ONE, &self.generators.shared("x_star")))
            }
            Quantity::Grad | Quantity::GradStar | Quantity::GradTeacher | Quantity::Control => {
                Ok(self.generators.family(quantity.entry().name))
            }
            Quantity::XNext => {
                let step = match (&self.next, self.process) {
                    (Some(next), _) => next.clone(),
                    (None, Process::Any) => {
                        return Err(kind("x_next is not given by a step or a hypothesis"));
                    }
                    (None, process) => process.step(),
                };
                self.vector(&step)
            }
            _ => Err(kind(format!("{} is not a vector of one step", quantity.entry().name))),
        }
    }
}

fn kind(cause: impl Into<String>) -> Unexpandable {
    Unexpandable::Kind(cause.into())
}

fn missing(name: &str) -> Unexpandable {
    Unexpandable::Missing { name: name.to_owned(), option: option_of(name) }
}

/// The command-line option that gives the number of this name.
pub fn option_of(name: &str) -> String {
    match name {
        "l_smooth" => "l".to_owned(),
        "n_samples" => "n".to_owned(),
        "gamma" | "lambda" | "mu" | "tau" => name.to_owned(),
        "l_exp" => "l-exp".to_owned(),
        "l_max" => "l-max".to_owned(),
        _ => format!("set {name}=VALUE"),
    }
}
