//! What was found as a theorem file: a statement at given numbers, with its certificate as a proof in
//! the format of every other file. Nothing is returned that the kernel does not accept.
//!
//! The numbers are those of the products γμ, γ𝓛, ...: the file holds for every step size and every
//! weight, with `mu` read as a multiple of 1/γ.

use super::certificate::{Wording, degree};
use super::claims::{ClaimProgram, Numbers, claim_program};
use super::decide::decide;
use super::gram::{Block, Form};
use super::program::Program;
use crate::claim::expr::{Expr, Formula, Node, Relation, Scope};
use crate::claim::file::{FORMAT, parse_theorem};
use crate::claim::proof::AXIOMS;
use crate::claim::theorem::{Claim, Condition, Hypothesis, Statement, Theorem};
use crate::claim::vocabulary::{QUANTITIES, Quantity};
use crate::kernel;
use crate::scalar::{Rational, Scalar};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What is to be written.
pub struct Export<'a> {
    /// The id of the new theorem.
    pub id: &'a str,
    /// The theorem that it is a case of.
    pub theorem: &'a Theorem,
    /// The part.
    pub statement: &'a Statement,
    /// The text of the claim, which may have another constant than the part's.
    pub claim: &'a str,
}

/// Why there is no file.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoFile {
    /// The claim is of a form that is not written.
    #[error("no file is written: {0}")]
    Form(String),
    /// The kernel rejects the file.
    #[error("no file is written, because the kernel rejects it: {0}")]
    Rejected(String),
}

fn form(cause: impl ToString) -> NoFile {
    NoFile::Form(cause.to_string())
}

/// The constants that scale as 1/γ.
const RATES: [Quantity; 4] = [Quantity::Mu, Quantity::LExp, Quantity::LSmooth, Quantity::LMax];

/// The text of a theorem file.
///
/// # Errors
/// If the statement is not proved at these numbers, or has symbols of its own.
pub fn theorem_file(export: &Export<'_>, numbers: &Numbers) -> Result<String, NoFile> {
    let formula = export.theorem.dictionary.formula(export.claim).map_err(form)?;
    let mut claim = export.statement.claim.clone();
    claim.formula = formula;
    let gamma = numbers.get("gamma").cloned().unwrap_or(Rational::ONE);
    let unit = scaled(numbers, &gamma);
    let decision = decide(&claim, &unit, true).map_err(form)?;
    let multipliers =
        decision.certificate.ok_or_else(|| form("the statement is not proved at these numbers"))?;
    let found = claim_program(&claim, &unit, true).map_err(form)?;
    // The same at γ = 2 shows how each slack scales.
    let half = Rational::ratio(1, 2);
    let double = claim_program(&claim, &scaled(&unit, &half), true).map_err(form)?;
    let degrees = Degrees::new(&found.reduced.program, &double.reduced.program)?;
    let written = substituted(&claim, &unit, &found.reduced.program)?;
    let steps = steps(&written, &found, &multipliers);
    let constraints = &found.reduced.program.constraints;
    let fact = |name: &String| match name.strip_suffix(" >= 0") {
        Some(value) => value.to_owned(),
        None if is_random(name, &found, &written) => format!("E[[{name}]]"),
        None => format!("[{name}]"),
    };
    let facts = constraints.iter().map(|constraint| fact(&constraint.name));
    let facts = facts.zip(degrees.constraints).map(Some).collect();
    let (reduced, degree) = (&found.reduced, degrees.objective);
    let certificate = Wording { reduced, facts, degree, scaled: true }.certificate(&multipliers)?;
    let text = file(export, &written, &steps, &certificate);
    checked(text)
}

/// The text of a theorem file with one part, if the kernel accepts its proof.
pub(super) fn checked(text: String) -> Result<String, NoFile> {
    let theorem = parse_theorem("the file", &text, |_| None).map_err(form)?;
    let statement = &theorem.statements[0];
    let proof = statement.proof.as_ref().ok_or_else(|| form("no proof"))?;
    kernel::check(&statement.claim, proof, &kernel::Library::new())
        .map_err(|rejection| NoFile::Rejected(rejection.to_string()))?;
    Ok(text)
}

/// The numbers with γ divided by `gamma`, the rates multiplied by it, and weight 1.
fn scaled(numbers: &Numbers, gamma: &Rational) -> Numbers {
    let mut unit = numbers.clone();
    let step = numbers.get("gamma").cloned().unwrap_or(Rational::ONE);
    if let Ok(step) = step.over(gamma) {
        unit.insert("gamma".into(), step);
    }
    unit.insert("lambda".into(), Rational::ONE);
    for rate in RATES {
        if let Some(value) = unit.get_mut(rate.entry().name) {
            *value = value.times(gamma);
        }
    }
    unit
}

/// The powers of 1/γ that objective and constraints scale with.
struct Degrees {
    objective: i32,
    constraints: Vec<i32>,
}

impl Degrees {
    fn new(unit: &Program, double: &Program) -> Result<Self, NoFile> {
        if (&unit.means, &unit.spreads, &unit.values)
            != (&double.means, &double.spreads, &double.values)
        {
            return Err(form("the statement has another form at another step size"));
        }
        let of = |name: &str, a: &Form, b: &Form| {
            let moved = rescaled(unit, b);
            (-8..=8)
                .find(|p| moved.scaled(&Rational::two_to(*p)) == *a)
                .ok_or_else(|| form(format!("[{name}] does not scale with the step size")))
        };
        let pairs = unit.constraints.iter().zip(&double.constraints);
        Ok(Self {
            objective: of("the claim", &unit.objective, &double.objective)?,
            constraints: pairs
                .map(|(a, b)| of(&a.name, &a.form, &b.form))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// A form at γ = 2, in generators that are multiplied by γ.
fn rescaled(program: &Program, form: &Form) -> Form {
    let mut moved = Form::number(form.constant.clone());
    for block in Block::ALL {
        let names = program.generators(block);
        for ((i, j), value) in form.products(block).iter() {
            let power = Rational::two_to(-degree(&names[i]) - degree(&names[j]));
            moved.products_mut(block).add((i, j), &value.times(&power));
        }
    }
    for (i, value) in form.values.iter() {
        moved.values.add(i, &value.times(&Rational::two_to(-1)));
    }
    moved
}

/// The claim with numbers in place of its constants; what is about numbers only is left out.
fn substituted(claim: &Claim, unit: &Numbers, program: &Program) -> Result<Claim, NoFile> {
    let number = |name: &str| unit.get(name).map(|value| Expr::scalar(Node::Number(value.clone())));
    let replace = |part: &Expr| match &part.node {
        Node::Quantity(quantity, _) if RATES.contains(quantity) => {
            let gamma = Expr::scalar(Node::Quantity(Quantity::Gamma, Vec::new()));
            let value = number(quantity.entry().name)?;
            Some(Expr::scalar(Node::Divide(Box::new(value), Box::new(gamma))))
        }
        Node::Quantity(Quantity::Gamma | Quantity::Lambda, _) => None,
        Node::Quantity(quantity, _) => number(quantity.entry().name),
        Node::Symbol(symbol) => number(&symbol.name),
        _ => None,
    };
    let in_formula = |formula: &Formula| match formula {
        Formula::Relation(relation) => Formula::Relation(relation.replaced(&replace)),
        Formula::Equivalence(a, b) => {
            Formula::Equivalence(a.replaced(&replace), b.replaced(&replace))
        }
    };
    let used = |name: &str| {
        program.constraints.iter().any(|c| c.name == name)
            || program.equalities.iter().any(|e| e.name == name)
    };
    let mut written = claim.clone();
    written.formula = in_formula(&claim.formula);
    written.hypotheses = claim
        .hypotheses
        .iter()
        .filter(|h| matches!(h.condition, Condition::Class(..)) || used(&h.name))
        .map(|h| {
            let condition = match &h.condition {
                Condition::Class(class, constant) => {
                    Condition::Class(*class, constant.as_ref().map(|k| k.replaced(&replace)))
                }
                Condition::Formula(f) => Condition::Formula(Box::new(in_formula(f))),
                Condition::Everywhere(f) => Condition::Everywhere(Box::new(in_formula(f))),
            };
            Hypothesis { condition, ..h.clone() }
        })
        .collect();
    if written.is_abstract() {
        return Err(form("the statement has symbols of its own"));
    }
    Ok(written)
}

/// The steps that name the axioms which the certificate uses.
fn steps(
    written: &Claim,
    found: &ClaimProgram,
    multipliers: &[Rational],
) -> Vec<(String, &'static str, Relation)> {
    let program = &found.reduced.program;
    let used = |name: &str| {
        program.equalities.iter().any(|equality| equality.name == name)
            || program
                .constraints
                .iter()
                .zip(multipliers)
                .any(|(constraint, value)| constraint.name == name && !value.is_zero())
    };
    let named = found.axioms.iter().filter(|(step, _, _)| used(step));
    named
        .filter_map(|(step, name, _)| {
            let axiom = AXIOMS.iter().find(|axiom| axiom.name == *name)?;
            match axiom.instantiate(written).ok()? {
                Formula::Relation(relation) => Some((step.clone(), *name, relation)),
                Formula::Equivalence(..) => None,
            }
        })
        .collect()
}

/// Whether a fact has random sides, so that its expectation is used.
fn is_random(name: &str, found: &ClaimProgram, written: &Claim) -> bool {
    let random = |formula: &Formula| {
        formula.relations().iter().any(|relation| {
            [&relation.lhs, &relation.rhs]
                .into_iter()
                .any(|side| matches!(side.scope, Scope::Random(_)))
        })
    };
    let axiom = found.axioms.iter().any(|(step, _, formula)| step == name && random(formula));
    axiom
        || written.hypotheses.iter().any(|hypothesis| {
            let says = hypothesis.condition.says();
            says.iter().any(|(suffix, formula)| {
                format!("{}{suffix}", hypothesis.name) == name && random(formula)
            })
        })
}

fn file(
    export: &Export<'_>,
    claim: &Claim,
    steps: &[(String, &'static str, Relation)],
    certificate: &str,
) -> String {
    let mut all = vec![claim.formula.to_string(), certificate.to_owned()];
    all.extend(claim.hypotheses.iter().map(|hypothesis| hypothesis.condition.to_string()));
    all.extend(steps.iter().map(|(_, _, relation)| relation.to_string()));
    let conditions = |wanted: &dyn Fn(&Condition) -> bool| {
        let found = claim.hypotheses.iter().filter(|h| wanted(&h.condition));
        let text = |h: &Hypothesis| match &h.condition {
            Condition::Everywhere(formula) => format!("{} = \"{formula}\"", h.name),
            condition => format!("{} = \"{condition}\"", h.name),
        };
        found.map(text).collect::<Vec<_>>().join(", ")
    };
    let process = claim.process.name();
    let (id, part) = (&export.theorem.id, &export.statement.part);
    let mut text = format!(
        "format = {FORMAT}\nid = \"{}\"\ntitle = \"{id}/{part} at given numbers\"\nsummary = \"A case of {id}/{part}, for every step size: the constants are multiples of 1/gamma.\"\nsource = \"Found by kd-audit: a rounded optimum of the worst case over the class\"\npublished = \"Not published.\"\ndeviation = \"The products of gamma with the constants of {id}/{part} are numbers.\"\n",
        export.id
    );
    text.push_str(&symbols(&all));
    let _ = write!(
        text,
        "\n[[statement]]\npart = \"{part}\"\nkind = \"inequality\"\nsummary = \"The bound at these numbers.\"\nprocess = \"{process}\"\nclaim = \"{}\"\nhypotheses = {{ {} }}\n",
        claim.formula,
        conditions(&|c| !matches!(c, Condition::Everywhere(_)) && !c.is_here())
    );
    for (key, list) in [
        ("everywhere", conditions(&|c| matches!(c, Condition::Everywhere(_)))),
        ("here", conditions(&Condition::is_here)),
    ] {
        if !list.is_empty() {
            let _ = writeln!(text, "{key} = {{ {list} }}");
        }
    }
    let _ = write!(text, "\n[statement.proof]\ncertificate = \"\"\"\n{certificate}\"\"\"\n");
    for (step, axiom, relation) in steps {
        let _ = write!(
            text,
            "\n[[statement.proof.step]]\nname = \"{step}\"\naxiom = \"{axiom}\"\nclaim = \"{relation}\"\n"
        );
    }
    text
}

/// The table of symbols: a name of the vocabulary is declared if it is written anywhere.
pub(super) fn symbols(texts: &[String]) -> String {
    let written: BTreeSet<&str> = texts
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .collect();
    let names = QUANTITIES.iter().filter(|row| written.contains(row.name));
    let names: BTreeMap<&str, Scope> = names.map(|row| (row.name, row.scope)).collect();
    let list = |wanted: fn(&Scope) -> bool| {
        let found = names.iter().filter(|(_, scope)| wanted(scope));
        found.map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    };
    format!(
        "\n[symbols]\nfixed = [{}]\nstate = [{}]\nrandom = [{}]\n",
        list(|scope| *scope == Scope::Fixed),
        list(|scope| *scope == Scope::State),
        list(|scope| matches!(scope, Scope::Random(_)))
    )
}
