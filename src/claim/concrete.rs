//! A claim about an instance: what the file's own symbols stand for there, and whether its
//! hypotheses can be met at all.
//!
//! What a declaration says of a symbol is as good as a hypothesis: its sign, what it depends on, and
//! what it becomes after a step. All of it is asked of the value, or else hypotheses that contradict
//! a declaration would pass as met.

use super::dictionary::Dictionary;
use super::expr::{
    Expr, Formula, Known, Node, Relation, Scope, Shape, Sign, Symbol, SymbolKind, depends_on_point,
};
use super::parser::FormulaError;
use super::theorem::{Claim, Condition, Hypothesis};
use super::vocabulary::{Class, Law, MOTIONS, Motion, Process, Quantity};
use crate::scalar::Rational;
use std::collections::BTreeMap;

/// What follows the process of an instance, whatever x⁺ is said to be.
const FOLLOWING: [Quantity; 7] = [
    Quantity::XNext,
    Quantity::GapNext,
    Quantity::XCompressed,
    Quantity::XT,
    Quantity::GapT,
    Quantity::XInf,
    Quantity::GradInf,
];

/// What needs a minimiser of f, or of f tilted.
const MINIMISED: [Quantity; 11] = [
    Quantity::XStar,
    Quantity::Gap,
    Quantity::GradStar,
    Quantity::GapNext,
    Quantity::GapT,
    Quantity::StartGap,
    Quantity::TeacherGap,
    Quantity::GapLambda,
    Quantity::XLambda,
    Quantity::GradLambda,
    Quantity::GapTilted,
];

impl Claim {
    /// The claim with formulas of the vocabulary in place of the file's own symbols, and of x⁺ where
    /// the process leaves it open. The name `process` stands for the process, which is distillation
    /// otherwise.
    ///
    /// # Errors
    /// If a formula does not parse, does not fit where it is put, or is not what the symbol is
    /// declared to be.
    pub fn concrete(&self, symbols: &BTreeMap<String, String>) -> Result<Self, FormulaError> {
        let dictionary = Dictionary::standard();
        let mut values = BTreeMap::new();
        let mut process = None;
        for (name, text) in symbols {
            let declared = self.symbols.iter().any(|symbol| symbol.name == *name);
            if !declared && !["process", "x_next"].contains(&name.as_str()) {
                return Err(fault(format!("{name} is no symbol of the file")));
            }
            if name == "process" {
                let named = Process::named(text);
                process = Some(named.ok_or_else(|| fault(format!("{text:?} is no process")))?);
                continue;
            }
            values.insert(name.as_str(), dictionary.expression(text)?);
        }
        let mut claim = self.clone();
        claim.process = match process {
            None => self.followed(&mut values)?,
            Some(_) if self.process != Process::Any || values.contains_key("x_next") => {
                return Err(fault("the process is given twice".into()));
            }
            // A claim about any process calls the point after a step x_next; here that is the point
            // before the compressor, and paths go on from the one after it.
            Some(process) if process.compresses() => {
                let name = process.name();
                return Err(fault(format!(
                    "the step of {name} ends at x_compressed, not at x_next"
                )));
            }
            Some(process) => process,
        };
        for symbol in &self.symbols {
            let own = symbol.name.as_str();
            let mut moved = symbol.motion.iter().flatten();
            if let Some(name) = moved.find(|name| values.contains_key(name.as_str()))
                && !values.contains_key(own)
            {
                return Err(fault(format!("{name} is given, and not {own}, whose motion it is")));
            }
            if let Some(value) = values.get(own) {
                check_scope(symbol, value)?;
                self.check_motion(symbol, value, &values)?;
                claim.hypotheses.extend(sign(symbol, value));
            }
        }
        let replace = |part: &Expr| match &part.node {
            Node::Symbol(symbol) => values.get(symbol.name.as_str()).cloned(),
            // A map is given as a number, and multiplies.
            Node::Apply(map, operand) => {
                let factor = values.get(map.name.as_str())?.clone();
                let operand = operand.replaced(&|part| match &part.node {
                    Node::Symbol(symbol) => values.get(symbol.name.as_str()).cloned(),
                    _ => None,
                });
                let node = Node::Multiply(Box::new(factor), Box::new(operand));
                Some(Expr { node, shape: Shape::Vector, scope: part.scope })
            }
            Node::Quantity(Quantity::XNext, _) => values.get("x_next").cloned(),
            _ => None,
        };
        let again = |formula: &Formula| {
            let side = |relation: &Relation| relation.replaced(&replace).to_string();
            let text = match formula {
                Formula::Relation(relation) => side(relation),
                Formula::Equivalence(a, b) => format!("{} <=> {}", side(a), side(b)),
            };
            dictionary.formula(&text)
        };
        claim.formula = again(&self.formula)?;
        for hypothesis in &mut claim.hypotheses {
            hypothesis.condition = match &hypothesis.condition {
                Condition::Class(class, constant) => {
                    let constant = constant.as_ref().map(|c| c.replaced(&replace).to_string());
                    let constant = constant.map(|text| dictionary.expression(&text)).transpose()?;
                    Condition::Class(*class, constant)
                }
                Condition::Formula(formula) => Condition::Formula(Box::new(again(formula)?)),
                Condition::Everywhere(formula) => Condition::Everywhere(Box::new(again(formula)?)),
            };
        }
        let own = |quantity: &Quantity| values.contains_key("x_next") && claim.mentions(*quantity);
        if let Some(quantity) = FOLLOWING.iter().find(|quantity| own(quantity)) {
            let name = quantity.entry().name;
            return Err(fault(format!("{name} does not follow the x_next that is given")));
        }
        claim.almost_surely = claim.formula.almost_sure_law().is_some();
        claim.symbols.clear();
        Ok(claim)
    }

    /// The process of the instance. A value of x⁺ that is the step of one stands for that process,
    /// and is taken out of the values.
    fn followed(&self, values: &mut BTreeMap<&str, Expr>) -> Result<Process, FormulaError> {
        let Some(next) = values.get("x_next") else {
            return Ok(if self.process == Process::Any { Process::Kd } else { self.process });
        };
        if self.process != Process::Any {
            return Err(fault("x_next is the step of the process".into()));
        }
        let text = next.to_string();
        let is_step = |process: &Process| process.step().to_string() == text;
        let Some(process) = Process::FOLLOWED.into_iter().find(is_step) else {
            return Ok(Process::Kd);
        };
        values.remove("x_next");
        Ok(process)
    }

    /// What the symbol is after a step, after t steps and at the start are its value there. A coin of
    /// the step may be averaged out where the value after the step occurs linearly: nothing else
    /// depends on the coin, so its mean and it have the same expectation.
    fn check_motion(
        &self,
        symbol: &Symbol,
        value: &Expr,
        values: &BTreeMap<&str, Expr>,
    ) -> Result<(), FormulaError> {
        let Some(names) = &symbol.motion else { return Ok(()) };
        let mut left = false;
        value.walk(&mut |part| {
            if let Node::Quantity(own, _) | Node::Indexed(own) = &part.node {
                let is_followed = |motion: &&Motion| {
                    let ends = motion.compressed.is_some() || !self.process.compresses();
                    motion.now == *own && ends
                };
                left |= depends_on_point(*own) && !MOTIONS.iter().any(|m| is_followed(&m));
            }
        });
        if left {
            return Err(fault(format!("{value} is not followed from step to step")));
        }
        // After a step the outcome that is averaged is another one than that of the step.
        let mut averaged = false;
        value.walk(&mut |part| {
            if let Node::Expectation(_, inside) | Node::Sum(inside) = &part.node {
                averaged |= moves(inside);
            }
        });
        if averaged {
            return Err(fault(format!(
                "{value} is an average, and not followed from step to step"
            )));
        }
        for (i, name) in names.iter().enumerate() {
            let moved = value.replaced(&|part| {
                let Node::Quantity(own, _) = &part.node else { return None };
                let motion = MOTIONS.iter().find(|motion| motion.now == *own)?;
                let next = if self.process.compresses() { motion.compressed } else { None };
                let quantity = [next.unwrap_or(motion.next), motion.after, motion.start][i];
                let row = quantity.entry();
                let node = Node::Quantity(quantity, Vec::new());
                Some(Expr { node, shape: row.shape, scope: row.scope })
            });
            let Some(given) = values.get(name.as_str()) else { continue };
            let averaged = matches!(&given.node, Node::Expectation(Law::Coin, inside)
                if inside.to_string() == moved.to_string());
            let same = given.to_string() == moved.to_string();
            let coin_averaged = i == 0 && averaged;
            let is_averaged = |value: &Expr| matches!(value.node, Node::Expectation(Law::Coin, _));
            let all = values.iter().filter(|(_, value)| is_averaged(value));
            let all: Vec<&str> = all.map(|(name, _)| *name).collect();
            if !(same || coin_averaged && self.is_linear_in(&all)) {
                let own = &symbol.name;
                return Err(fault(format!(
                    "{own} is {value}, so {name} is {moved}, and not {given}"
                )));
            }
        }
        Ok(())
    }

    /// Whether the symbols occur in the claim and its hypotheses under E only, and linearly: of two
    /// symbols that depend on one coin, the product of the means is not the mean of the product.
    fn is_linear_in(&self, names: &[&str]) -> bool {
        let linear = |formula: &Formula| match formula {
            Formula::Relation(Relation { lhs, rhs, .. }) => {
                degree(lhs, names).is_some() && degree(rhs, names).is_some()
            }
            Formula::Equivalence(a, b) => [a, b].into_iter().all(|side| {
                degree(&side.lhs, names) == Some(0) && degree(&side.rhs, names) == Some(0)
            }),
        };
        linear(&self.formula)
            && self.hypotheses.iter().all(|hypothesis| match &hypothesis.condition {
                Condition::Class(_, constant) => {
                    constant.as_ref().is_none_or(|constant| degree(constant, names) == Some(0))
                }
                Condition::Formula(formula) | Condition::Everywhere(formula) => linear(formula),
            })
    }

    /// The same hypotheses with the claim 0 = 0, which asks whether they can be met. The points and
    /// laws that the claim is about must exist.
    pub fn hypotheses_alone(&self) -> Self {
        let zero = || Expr::scalar(Node::Number(Rational::ZERO));
        let relation = Relation { lhs: zero(), sign: Sign::Equal, rhs: zero() };
        let formula = Formula::Relation(relation);
        let mut alone = Self { formula, almost_surely: false, ..self.clone() };
        let says = |quantity: Quantity| {
            let formulas = self.hypotheses.iter().flat_map(|own| own.condition.says());
            let sides = |formula: &Formula| {
                let sides =
                    |own: &&Relation| own.lhs.mentions(quantity) || own.rhs.mentions(quantity);
                formula.relations().iter().any(sides)
            };
            formulas.into_iter().any(|(_, formula)| sides(&formula))
        };
        if MINIMISED.into_iter().any(|quantity| self.mentions(quantity) || says(quantity)) {
            let (name, text) = ("there is a minimiser".to_owned(), "minimiser".to_owned());
            let condition = Condition::Class(Class::Minimiser, None);
            alone.hypotheses.push(Hypothesis { name, text, condition });
        }
        if self.mentions(Quantity::XInf) || self.mentions(Quantity::GradInf) {
            let text = "0 <= E[norm_sq(x_inf - x_star)]".to_owned();
            if let Ok(formula) = Dictionary::standard().formula(&text) {
                let name = "there is a stationary law".to_owned();
                let condition = Condition::Formula(Box::new(formula));
                alone.hypotheses.push(Hypothesis { name, text, condition });
            }
        }
        alone
    }
}

/// A value varies no more than the symbol: E leaves alone what is declared not to be random.
fn check_scope(symbol: &Symbol, value: &Expr) -> Result<(), FormulaError> {
    if matches!(symbol.scope, Scope::Random(_)) && !symbol.moves && moves(value) {
        let name = &symbol.name;
        return Err(fault(format!("{name} is the same whatever x, and {value} is not")));
    }
    let fits = match (value.scope, symbol.scope) {
        (Scope::Fixed, _) | (Scope::State, Scope::State | Scope::Random(_)) => true,
        (Scope::Random(Law::Step), Scope::Random(Law::Coin)) => true,
        (Scope::Random(own), Scope::Random(law)) => own == law,
        (Scope::State | Scope::Random(_), _) => false,
    };
    if fits {
        return Ok(());
    }
    let name = &symbol.name;
    let declared = match symbol.scope {
        Scope::Fixed => "fixed",
        Scope::State => "a state",
        Scope::Random(_) => "random in another way",
    };
    Err(fault(format!("{name} is {declared}, and {value} is not")))
}

/// Whether the value depends on the point that the step is taken from.
fn moves(value: &Expr) -> bool {
    let mut found = false;
    value.walk(&mut |part| {
        if let Node::Quantity(own, _) | Node::Indexed(own) = &part.node {
            found |= depends_on_point(*own);
        }
    });
    found
}

/// Whether the expression is free of the symbols (0), linear in them and under E (1), or neither.
fn degree(expr: &Expr, names: &[&str]) -> Option<u8> {
    match &expr.node {
        Node::Expectation(_, inside) => degree_inside(inside, names),
        Node::Add(a, b) | Node::Subtract(a, b) => Some(degree(a, names)?.max(degree(b, names)?)),
        Node::Multiply(a, b) => Some(degree(a, names)? + degree(b, names)?).filter(|sum| *sum <= 1),
        Node::Divide(a, b) => degree(a, names).filter(|_| degree(b, names) == Some(0)),
        Node::Negate(a) => degree(a, names),
        Node::Defined(definition) => degree(&definition.body, names),
        _ => degree_inside(expr, names).filter(|degree| *degree == 0),
    }
}

/// The same under E.
fn degree_inside(expr: &Expr, names: &[&str]) -> Option<u8> {
    match &expr.node {
        // What depends on the coin that the symbols are averaged over counts as they do.
        Node::Symbol(symbol) => {
            let averaged = names.contains(&symbol.name.as_str());
            Some(u8::from(averaged || symbol.scope == Scope::Random(Law::Coin)))
        }
        Node::Quantity(own, _) if own.entry().scope == Scope::Random(Law::Coin) => Some(1),
        Node::Negate(a) | Node::Expectation(_, a) => degree_inside(a, names),
        Node::Defined(definition) => degree_inside(&definition.body, names),
        Node::Add(a, b) | Node::Subtract(a, b) => {
            Some(degree_inside(a, names)?.max(degree_inside(b, names)?))
        }
        Node::Multiply(a, b) | Node::Inner(a, b) => {
            let sum = degree_inside(a, names)? + degree_inside(b, names)?;
            (sum <= 1).then_some(sum)
        }
        Node::Divide(a, b) => {
            degree_inside(a, names).filter(|_| degree_inside(b, names) == Some(0))
        }
        _ => {
            let mut free = true;
            expr.walk(&mut |part| match &part.node {
                Node::Symbol(symbol) | Node::Apply(symbol, _) => {
                    free &= !names.contains(&symbol.name.as_str())
                }
                _ => {}
            });
            free.then_some(0)
        }
    }
}

/// What is declared of the symbol's sign, as a hypothesis on its value.
fn sign(symbol: &Symbol, value: &Expr) -> Option<Hypothesis> {
    let sign = match symbol.kind {
        SymbolKind::Scalar(Known::Positive) => Sign::Less,
        SymbolKind::Scalar(Known::NonNegative) => Sign::AtMost,
        _ => return None,
    };
    let zero = Expr::scalar(Node::Number(Rational::ZERO));
    let relation = Relation { lhs: zero, sign, rhs: value.clone() };
    let formula = Box::new(Formula::Relation(relation));
    // What is declared of a state is declared of every state.
    let condition = match symbol.scope == Scope::State || symbol.moves {
        true => Condition::Everywhere(formula),
        false => Condition::Formula(formula),
    };
    let name = format!("the sign of {}", symbol.name);
    Some(Hypothesis { name, text: value.to_string(), condition })
}

fn fault(cause: String) -> FormulaError {
    FormulaError { at: 0, cause }
}
