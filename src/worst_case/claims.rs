//! From formulas to a program: the texts of a registered method, or the statement of a theorem file
//! with its hypotheses and the axioms that they admit.

use super::expand::{Expansion, Generators, Unexpandable};
use super::gram::Form;
use super::program::{Constraint, Degenerate, Equality, Program, Reduced};
use crate::claim::dictionary::Dictionary;
use crate::claim::expr::{
    Expr, Formula, Known, Node, Relation, Scope, Shape, Sign, Symbol, SymbolKind,
};
use crate::claim::parser::FormulaError;
use crate::claim::proof::{AXIOMS, Axiom};
use crate::claim::theorem::{Claim, Condition};
use crate::claim::vocabulary::{Law, Process, Quantity};
use crate::scalar::Rational;
use std::collections::{BTreeMap, BTreeSet};

/// Values of the names that are numbers.
pub type Numbers = BTreeMap<String, Rational>;

/// A worst-case problem as formulas.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// Whose step x_next is: a process of the vocabulary.
    pub process: String,
    /// x_next, where it is not the step of a process.
    pub next: Option<String>,
    /// What is maximised.
    pub objective: String,
    /// Relations of scalars, by name.
    pub constraints: Vec<(String, String)>,
    /// Equalities of vectors, by name.
    pub equalities: Vec<(String, String)>,
    /// Further vectors, the same for every sample.
    pub shared: Vec<String>,
    /// Further vectors, one a sample.
    pub families: Vec<String>,
    /// Further function values.
    pub scalars: Vec<String>,
    /// What the further names are on some sum of quadratics: then they satisfy every constraint.
    pub instance: Vec<(&'static str, &'static str)>,
    /// Values of the names that are numbers.
    pub numbers: Numbers,
    /// Whether there is one sample only.
    pub single: bool,
}

/// Why there is no program.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoProgram {
    /// A text is not a formula.
    #[error("{place}: {error}")]
    Formula {
        /// Its name.
        place: String,
        /// The fault.
        error: FormulaError,
    },
    /// A formula is not a form over one step.
    #[error("{place}: {error}")]
    Form {
        /// Its name.
        place: String,
        /// The fault.
        error: Unexpandable,
    },
    /// The numbers do not meet a hypothesis.
    #[error("the numbers do not meet [{0}]")]
    Unmet(String),
    /// The statement is no upper bound.
    #[error("{0}")]
    Kind(String),
    /// The constraints contradict each other.
    #[error(transparent)]
    Degenerate(#[from] Degenerate),
}

/// A statement of a theorem file as a program: by how much it can fail, or how large its quotient is.
#[derive(Clone, Debug)]
pub struct ClaimProgram {
    /// The program.
    pub reduced: Reduced,
    /// The steps that name an axiom in a proof: name of the step, name of the axiom, what it says.
    pub axioms: Vec<(String, &'static str, Formula)>,
    /// Hypotheses about numbers that do not hold, and are left out.
    pub without: Vec<String>,
}

impl Texts {
    /// A problem about x_next.
    pub(super) fn of_step(process: &str, objective: &str) -> Self {
        Self { process: process.into(), objective: objective.into(), ..Self::default() }
    }

    /// The program that the formulas describe.
    ///
    /// # Errors
    /// The first formula that is none, or not a form.
    pub fn program(&self) -> Result<Reduced, NoProgram> {
        let reader = self.reader()?;
        let next =
            self.next.as_ref().map(|text| reader.expression("the step", text)).transpose()?;
        let mut builder = Builder::new(&self.numbers, self.process(), next, false);
        let objective = reader.objective(self)?;
        let objective = builder.form("objective", |e| e.scalar(&objective))?;
        for (name, text) in self.constraints.iter().chain(&self.equalities) {
            builder.assume(name, &reader.read(name, text)?)?;
        }
        Ok(builder.finish(objective, self.single).reduce()?)
    }

    /// Whose step x_next is.
    pub(super) fn process(&self) -> Process {
        match self.process.as_str() {
            "sgd" => Process::Sgd,
            "kd" => Process::Kd,
            "unbiased-kd" => Process::UnbiasedKd,
            _ => Process::Any,
        }
    }

    /// The names that the texts use.
    pub(super) fn reader(&self) -> Result<Reader, NoProgram> {
        let mut dictionary = Dictionary::standard();
        let mut declare = |name: &str, kind, scope| {
            let (name, latex) = (name.to_owned(), name.to_owned());
            let symbol = Symbol {
                name: name.clone(),
                latex,
                kind,
                scope,
                moves: true,
                motion: None,
                meaning: String::new(),
            };
            dictionary.declare(symbol).map_err(|error| NoProgram::Formula { place: name, error })
        };
        for name in &self.shared {
            declare(name, SymbolKind::Vector, Scope::State)?;
        }
        for name in &self.families {
            declare(name, SymbolKind::Vector, Scope::Random(Law::Step))?;
        }
        for name in &self.scalars {
            declare(name, SymbolKind::Scalar(Known::Real), Scope::State)?;
        }
        let numbers = self.numbers.iter().filter(|(name, _)| Quantity::named(name).is_none());
        let number = |value: &Rational| Expr::scalar(Node::Number(value.clone()));
        let numbers = numbers.map(|(name, value)| (name.clone(), number(value))).collect();
        Ok(Reader { dictionary, numbers })
    }
}

/// Reads the texts of a problem: its own names are declared, and names of numbers that are not of the
/// vocabulary stand for them.
pub(super) struct Reader {
    dictionary: Dictionary,
    numbers: BTreeMap<String, Expr>,
}

impl Reader {
    /// A text as a formula.
    pub fn read(&self, place: &str, text: &str) -> Result<Formula, NoProgram> {
        let numbers = self.numbers.iter().map(|(name, value)| (name.as_str(), value)).collect();
        self.dictionary.formula_with(text, &numbers).map_err(at(place))
    }

    /// A text as an expression.
    pub fn expression(&self, place: &str, text: &str) -> Result<Expr, NoProgram> {
        self.dictionary.expression(text).map_err(at(place))
    }

    /// What is maximised.
    pub fn objective(&self, texts: &Texts) -> Result<Expr, NoProgram> {
        match self.read("objective", &format!("{} <= 0", texts.objective))? {
            Formula::Relation(relation) => Ok(relation.lhs),
            Formula::Equivalence(..) => Err(NoProgram::Kind("the objective is a scalar".into())),
        }
    }
}

/// Where a text is no formula.
fn at(place: &str) -> impl Fn(FormulaError) -> NoProgram {
    let place = place.to_owned();
    move |error| NoProgram::Formula { place: place.clone(), error }
}

/// The name of the constraint that the right side of a statement is at most 1.
pub const RIGHT_SIDE: &str = "right side";

/// A statement as a program. `beyond` leaves out hypotheses about numbers that do not hold, so that
/// the worst case past a step-size limit can be asked for.
///
/// # Errors
/// If the statement is not an upper bound over one step that is linear in inner products, or the
/// numbers do not meet a hypothesis.
pub fn claim_program(
    claim: &Claim,
    numbers: &Numbers,
    beyond: bool,
) -> Result<ClaimProgram, NoProgram> {
    statement_program(claim, numbers, beyond, |builder, relation| {
        let slack = builder.form("the claim", |e| e.slack(relation))?;
        Ok(slack.scaled(&Rational::integer(-1)))
    })
}

/// The largest smaller side of a statement where the larger side is at most 1. Every other constraint
/// is homogeneous, so that a bound r on it says: smaller side ≤ r · larger side.
///
/// # Errors
/// As for [`claim_program`].
pub fn quotient_program(
    claim: &Claim,
    numbers: &Numbers,
    beyond: bool,
) -> Result<ClaimProgram, NoProgram> {
    statement_program(claim, numbers, beyond, |builder, relation| {
        let (small, large) = match relation.sign {
            Sign::AtLeast => (&relation.rhs, &relation.lhs),
            _ => (&relation.lhs, &relation.rhs),
        };
        let objective = builder.form("the claim", |e| e.scalar(small))?;
        let large = builder.form("the claim", |e| e.scalar(large))?;
        let form = Form::number(Rational::ONE).plus_scaled(&Rational::integer(-1), &large);
        builder.constraints.push(Constraint { name: RIGHT_SIDE.into(), form });
        Ok(objective)
    })
}

fn statement_program(
    claim: &Claim,
    numbers: &Numbers,
    beyond: bool,
    asked: impl FnOnce(&mut Builder<'_>, &Relation) -> Result<Form, NoProgram>,
) -> Result<ClaimProgram, NoProgram> {
    let Formula::Relation(relation) = &claim.formula else {
        return Err(NoProgram::Kind("an equivalence bounds nothing".into()));
    };
    if !matches!(relation.sign, Sign::AtMost | Sign::AtLeast) || claim.almost_surely {
        return Err(NoProgram::Kind("only bounds in expectation have a worst case".into()));
    }
    // A sum over the samples is an average times their number, which cancels where the claim is not
    // about it.
    let mut known = numbers.clone();
    if !claim.mentions(Quantity::Samples) {
        known.entry("n_samples".into()).or_insert(Rational::integer(2));
    }
    let mut builder = Builder::new(&known, claim.process, next_of(claim), true);
    let objective = asked(&mut builder, relation)?;
    for hypothesis in &claim.hypotheses {
        for (suffix, formula) in hypothesis.condition.says() {
            let name = format!("{}{suffix}", hypothesis.name);
            let class = matches!(hypothesis.condition, Condition::Class(..));
            match builder.hypothesis(&name, &formula, beyond) {
                // What a class says of other points is not needed: less is assumed without it.
                Err(NoProgram::Form { error: Unexpandable::Kind(_), .. }) if class => {}
                other => other?,
            }
        }
    }
    let mut axioms = Vec::new();
    for axiom in &AXIOMS {
        let Ok(formula) = axiom.instantiate(claim) else { continue };
        // An axiom is of use only for what the claim is about already.
        if axiom.given.is_some() || !about(&formula, claim, &known) {
            continue;
        }
        if !builder.admits(axiom, claim)? {
            continue;
        }
        // Numbers that violate an axiom are those of no problem.
        let name = format!("axiom-{}", axiom.name);
        builder.hypothesis(&name, &formula, false)?;
        axioms.push((name, axiom.name, formula));
    }
    let without = std::mem::take(&mut builder.without);
    let single = numbers.get("n_samples") == Some(&Rational::ONE);
    let reduced = builder.finish(objective, single).reduce()?;
    Ok(ClaimProgram { reduced, axioms, without })
}

/// x_next as a hypothesis gives it.
fn next_of(claim: &Claim) -> Option<Expr> {
    claim.hypotheses.iter().find_map(|hypothesis| {
        let (Condition::Everywhere(formula) | Condition::Formula(formula)) = &hypothesis.condition
        else {
            return None;
        };
        let Formula::Relation(relation) = &**formula else { return None };
        let is_next = matches!(relation.lhs.node, Node::Quantity(Quantity::XNext, _));
        (is_next && relation.sign == Sign::Equal && !relation.rhs.mentions(Quantity::XNext))
            .then(|| relation.rhs.clone())
    })
}

/// Whether every vector and value of an axiom occurs in the claim or in the step, and every number
/// has a value.
fn about(formula: &Formula, claim: &Claim, numbers: &Numbers) -> bool {
    let mut known = BTreeSet::from([Quantity::X, Quantity::XStar, Quantity::Gap]);
    known.extend([Quantity::Grad, Quantity::GradStar, Quantity::XNext]);
    let mut good = true;
    for relation in formula.relations() {
        for side in [&relation.lhs, &relation.rhs] {
            side.walk(&mut |part| {
                if let Node::Quantity(quantity, _) | Node::Indexed(quantity) = &part.node {
                    good &= known.contains(quantity)
                        || numbers.contains_key(quantity.entry().name)
                        || claim.mentions(*quantity);
                }
            });
        }
    }
    good
}

struct Builder<'a> {
    expansion: Expansion<'a>,
    constraints: Vec<Constraint>,
    equalities: Vec<Equality>,
    without: Vec<String>,
    /// Whether the signs of function values are constraints of their own.
    signed: bool,
}

impl<'a> Builder<'a> {
    fn new(numbers: &'a Numbers, process: Process, next: Option<Expr>, signed: bool) -> Self {
        let expansion = Expansion {
            generators: Generators::default(),
            numbers,
            process,
            next,
            non_negative: BTreeSet::new(),
        };
        Self {
            expansion,
            constraints: Vec::new(),
            equalities: Vec::new(),
            without: Vec::new(),
            signed,
        }
    }

    fn form<T>(
        &mut self,
        place: &str,
        expand: impl FnOnce(&mut Expansion<'a>) -> Result<T, Unexpandable>,
    ) -> Result<T, NoProgram> {
        expand(&mut self.expansion)
            .map_err(|error| NoProgram::Form { place: place.to_owned(), error })
    }

    /// A hypothesis: about numbers it is checked, about vectors it is assumed.
    fn hypothesis(&mut self, name: &str, formula: &Formula, beyond: bool) -> Result<(), NoProgram> {
        match self.form(name, |e| e.holds(formula))? {
            Some(false) if !beyond => Err(NoProgram::Unmet(name.to_owned())),
            Some(false) => {
                self.without.push(name.to_owned());
                Ok(())
            }
            Some(true) => Ok(()),
            None => self.assume(name, formula),
        }
    }

    /// Whether the constants of the classes that an axiom needs are non-negative: f = const is
    /// QSC(0) and ES(-1).
    fn admits(&mut self, axiom: &Axiom, claim: &Claim) -> Result<bool, NoProgram> {
        for hypothesis in &claim.hypotheses {
            if let Condition::Class(class, Some(constant)) = &hypothesis.condition
                && axiom.needs.iter().any(|(needed, _)| needed == class)
                && self.form(&hypothesis.name, |e| e.number(constant))?.is_negative()
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn assume(&mut self, name: &str, formula: &Formula) -> Result<(), NoProgram> {
        let Formula::Relation(relation) = formula else {
            return Err(NoProgram::Kind(format!("[{name}] is an equivalence")));
        };
        if relation.lhs.shape == Shape::Vector {
            // The step itself is in place already.
            if matches!(relation.lhs.node, Node::Quantity(Quantity::XNext, _)) {
                return Ok(());
            }
            let vector = self.form(name, |e| e.vector(&relation.slack()))?;
            self.equalities.push(Equality { name: name.to_owned(), vector });
            return Ok(());
        }
        let form = self.form(name, |e| e.slack(relation))?;
        if relation.sign == Sign::Equal {
            let other = form.scaled(&Rational::integer(-1));
            self.constraints.push(Constraint { name: format!("{name} (reversed)"), form: other });
        }
        self.constraints.push(Constraint { name: name.to_owned(), form });
        Ok(())
    }

    fn finish(mut self, objective: Form, single: bool) -> Program {
        let generators = self.expansion.generators;
        for (i, name) in generators.values.iter().enumerate() {
            // Interpolation implies it for the methods.
            if self.signed && self.expansion.non_negative.contains(name) {
                let mut form = Form::default();
                form.values.add(i, &Rational::ONE);
                self.constraints.push(Constraint { name: format!("{name} >= 0"), form });
            }
        }
        Program {
            means: generators.means,
            spreads: generators.spreads,
            values: generators.values,
            objective,
            constraints: self.constraints,
            equalities: self.equalities,
            single,
        }
    }
}
