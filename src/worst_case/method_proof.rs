//! The worst case of a registered method as a theorem file: what its certificate proves, at these
//! numbers, about any process that takes this step. The bound is r times what was bounded, as in
//! r‖e‖² + s·noise, from the interpolation inequalities at the current point.

use super::certificate::{STATIONARITY, Wording};
use super::claims::{NoProgram, Reader, Texts};
use super::methods::Method;
use super::program::Reduced;
use super::proof::{NoFile, checked, symbols};
use crate::claim::expr::{Expr, Formula, Node, Relation, Scope};
use crate::claim::file::FORMAT;
use crate::claim::vocabulary::{Process, Quantity};
use crate::scalar::Rational;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The text of the theorem file. The kernel has accepted its proof.
///
/// # Errors
/// If nothing is bounded, or if the certificate uses more than inequalities and E[∇f_ξ(x*)] = 0, as
/// where μ = L.
pub fn method_file(
    method: &Method,
    id: &str,
    texts: &Texts,
    reduced: &Reduced,
    multipliers: &[Rational],
) -> Result<String, NoFile> {
    let unread = |error: NoProgram| NoFile::Form(error.to_string());
    let formulas = Formulas { texts, reader: texts.reader().map_err(unread)? };
    let (mut facts, mut right, mut here) = (Vec::new(), Vec::new(), Vec::new());
    let mut fixed = vec!["minimiser = \"minimiser\"".to_owned()];
    for (constraint, value) in reduced.program.constraints.iter().zip(multipliers) {
        let name = &constraint.name;
        let relation = formulas.constraint(name).map_err(unread)?;
        // What is assumed is homogeneous; a bound has a constant.
        if !constraint.form.constant.is_zero() {
            facts.push(None);
            right.push(format!("{value}*({})", relation.lhs));
        } else {
            facts.push(Some((format!("[{name}]"), 0)));
            if !value.is_zero() {
                let sides = [&relation.lhs, &relation.rhs];
                let is_fixed = sides.iter().all(|side| side.scope == Scope::Fixed);
                let place = if is_fixed { &mut fixed } else { &mut here };
                place.push(format!("{name} = \"{relation}\""));
            }
        }
    }
    if right.is_empty() {
        return Err(NoFile::Form("nothing is bounded".into()));
    }
    let claim = formulas.reader.objective(texts).map_err(unread)?.replaced(&|e| formulas.number(e));
    let mut certificate =
        Wording { reduced, facts, degree: 0, scaled: false }.certificate(multipliers)?;
    let mut values: BTreeMap<&str, String> =
        texts.instance.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    if claim.mentions(Quantity::XNext) {
        let step = formulas.step().map_err(unread)?;
        values.insert("x_next", formulas.at_instance(&step).map_err(unread)?.to_string());
        here.push(format!("next = \"x_next = {step}\""));
        let _ = write!(certificate, "\n+ E[inner([next], x_next - x_star + {step} - x_star)]");
    }
    let claim = format!("{claim} <= {}", right.join(" + "));
    let stationary = certificate.contains(STATIONARITY);
    let axiom = "E[grad_star] = 0*x_star";
    let mut all = vec![claim.clone(), certificate.clone(), here.join(", "), fixed.join(", ")];
    all.extend(stationary.then(|| axiom.to_owned()));
    let is_used = |name: &str| all.iter().any(|text| text.contains(name));
    values.retain(|name, _| is_used(name));
    let satisfied = formulas.satisfied(&values);
    let numbers: Vec<String> =
        texts.numbers.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let mut text = format!(
        "format = {FORMAT}\nid = \"{id}\"\ntitle = \"{} at given numbers\"\nsummary = \"A bound on {}, with {}.\"\nsource = \"Found by kd-audit: a rounded optimum of the worst case over the class\"\npublished = \"Not published.\"\ndeviation = \"Not a case of a published theorem.\"\n{}",
        method.name,
        method.summary,
        numbers.join(", "),
        symbols(&all)
    );
    let symbol = |text: &mut String, names: &[String], kind: &str, scope: &str| {
        for name in names.iter().filter(|name| is_used(name)) {
            let _ = write!(
                text,
                "\n[[symbol]]\nname = \"{name}\"\nkind = \"{kind}\"\nscope = \"{scope}\"\nlatex = '\\mathrm{{{}}}'\nmeaning = \"{name}\"\n",
                name.replace('_', "\\_")
            );
        }
    };
    symbol(&mut text, &texts.shared, "vector", "state");
    symbol(&mut text, &texts.families, "vector", "random");
    symbol(&mut text, &texts.scalars, "real", "state");
    let _ = write!(
        text,
        "\n[[statement]]\npart = \"one-step\"\nkind = \"inequality\"\nsummary = \"The bound at these numbers.\"\nprocess = \"any\"\nclaim = \"{claim}\"\nhypotheses = {{ {} }}\nhere = {{ {} }}\nsatisfied = {satisfied}\n\n[statement.proof]\ncertificate = \"\"\"\n{certificate}\"\"\"\n",
        fixed.join(", "),
        here.join(", ")
    );
    if stationary {
        let _ = write!(
            text,
            "\n[[statement.proof.step]]\nname = \"{STATIONARITY}\"\naxiom = \"stationarity\"\nclaim = \"{axiom}\"\n"
        );
    }
    checked(text)
}

/// The formulas of a method with numbers for all constants.
struct Formulas<'a> {
    texts: &'a Texts,
    reader: Reader,
}

impl Formulas<'_> {
    /// The number that a part of a formula stands for.
    fn number(&self, part: &Expr) -> Option<Expr> {
        let Node::Quantity(quantity, _) = &part.node else { return None };
        let value = self.texts.numbers.get(quantity.entry().name)?;
        Some(Expr::scalar(Node::Number(value.clone())))
    }

    fn constraint(&self, name: &str) -> Result<Relation, NoProgram> {
        let text = self.texts.constraints.iter().find(|(known, _)| known == name);
        let text = text.map_or_else(String::new, |(_, text)| text.clone());
        match self.reader.read(name, &text)? {
            Formula::Relation(relation) => Ok(relation.replaced(&|e| self.number(e))),
            Formula::Equivalence(..) => Err(NoProgram::Kind(format!("[{name}] is an equivalence"))),
        }
    }

    /// A step with what its further names are on the instance.
    fn at_instance(&self, step: &Expr) -> Result<Expr, NoProgram> {
        let mut values = BTreeMap::new();
        for (name, text) in &self.texts.instance {
            values.insert(*name, self.reader.expression(name, text)?);
        }
        Ok(step.replaced(&|part| match &part.node {
            Node::Symbol(symbol) => values.get(symbol.name.as_str()).cloned(),
            _ => None,
        }))
    }

    /// Two quadratics that are as curved as the class admits, with noise at x* = 0 and a teacher: the
    /// hypotheses do not contradict each other.
    fn satisfied(&self, values: &BTreeMap<&str, String>) -> String {
        let numbers = &self.texts.numbers;
        let number = |name: &str| numbers.get(name).map_or_else(String::new, ToString::to_string);
        let teacher = match numbers.get("lambda") {
            Some(lambda) => format!("teacher = \"1\", lambda = \"{lambda}\", "),
            None => String::new(),
        };
        let values: Vec<String> =
            values.iter().map(|(name, value)| format!("{name} = \"{value}\"")).collect();
        format!(
            "{{ instance = {{ h = [\"{}\", \"{}\"], z = [\"1\", \"-1\"], {teacher}gamma = \"{}\", x = \"2\" }}, where = {{ {} }} }}",
            number("l_smooth"),
            number("mu"),
            number("gamma"),
            values.join(", ")
        )
    }

    /// What x_next is.
    fn step(&self) -> Result<Expr, NoProgram> {
        let step = match (&self.texts.next, self.texts.process()) {
            (Some(text), _) => self.reader.expression("the step", text)?,
            (None, Process::Any) => {
                return Err(NoProgram::Kind("the step has no formula".into()));
            }
            (None, process) => process.step(),
        };
        Ok(step.replaced(&|e| self.number(e)))
    }
}
