//! Statement files: a theorem in textbook form.
//!
//! A file is one section: the problem and its constants, definitions, the hypotheses as a record,
//! and the claim for every point or every path. The proof supplies each parameter of the
//! certificate by a term ([`supply`](super::supply)); Coq accepts it by conversion. Then follows a
//! problem on the line that satisfies the hypotheses, so that they do not contradict each other.

use super::certificate::{Certificate, Parameter};
use super::definitions::coq_name;
use super::names;
use super::problem::{Variable, compressed_text, text};
use super::render::{Renderer, Style, Unsupported};
use super::sampling::SAMPLED;
use super::supply::Field;
use crate::claim::expr::{Expr, Formula, Node, Relation, depends_on_point};
use crate::claim::proof::StatementName;
use crate::claim::theorem::{Claim, Condition, Theorem};
use crate::claim::vocabulary::{Process, Quantity};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A statement file, with what a later one needs to use it.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub text: String,
    /// Names and types of the section's variables, with their values on the line.
    pub variables: Vec<Variable>,
    /// The variables that the hypotheses are about.
    pub about: Vec<String>,
    pub fields: Vec<Field>,
    pub satisfiable: bool,
    /// Whether the file shows that there is an instance: there is none to show without hypotheses.
    pub instance: bool,
}

/// What is known while a statement is written.
pub(super) struct Draft<'a> {
    pub name: &'a StatementName,
    pub claim: &'a Claim,
    pub done: &'a BTreeMap<StatementName, Statement>,
    pub quantities: BTreeSet<Quantity>,
    /// Whether single samples are spoken of.
    pub samples: bool,
    pub definitions: Vec<(String, String)>,
    pub fields: Vec<Field>,
    /// Whether a space of one point is a case by itself.
    pub splits: bool,
    /// Steps of the proof before the certificate is applied.
    pub script: String,
}

/// The statement of a proof whose certificate is at hand.
pub(super) fn statement(
    name: &StatementName,
    theorem: &Theorem,
    claim: &Claim,
    certificate: &Certificate,
    done: &BTreeMap<StatementName, Statement>,
) -> Result<Statement, Unsupported> {
    if !claim.symbols.is_empty() {
        return Err(Unsupported("symbols of the file have no problem behind them".into()));
    }
    if claim.process == Process::Any {
        return Err(Unsupported("the step is described by hypotheses only".into()));
    }
    let mut draft = Draft {
        name,
        claim,
        done,
        quantities: BTreeSet::new(),
        samples: false,
        definitions: Vec::new(),
        fields: Vec::new(),
        splits: false,
        script: String::new(),
    };
    draft.read(certificate);
    let uses = |quantity: &Quantity| draft.quantities.contains(quantity);
    let moving = [
        Quantity::XNext,
        Quantity::XCompressed,
        Quantity::GapNext,
        Quantity::XT,
        Quantity::GapT,
        Quantity::XInf,
    ];
    let steps = moving.iter().any(uses)
        || certificate.parameters.iter().any(|p| matches!(p, Parameter::StepFunction));
    if draft.samples {
        let sampled = SAMPLED.iter().map(|(name, text)| ((*name).into(), (*text).into()));
        draft.definitions.extend(sampled);
    }
    draft.definitions.push((
        "full_grad".into(),
        "Definition full_grad (x : V) : V := EV law (fun w => g w x).".into(),
    ));
    if steps {
        let body = draft.renderer().vector(&claim.process.step())?;
        if claim.process.compresses() {
            let text = format!("Definition uncompressed (x : V) (w : sample) : V := {body}.");
            draft.definitions.push(("uncompressed".into(), text));
            let text = "Definition step (x : V) (d : sample * coin) : V := compress (snd d) (uncompressed x (fst d)).";
            draft.definitions.push(("step".into(), text.into()));
        } else {
            let text = format!("Definition step (x : V) (w : sample) : V := {body}.");
            draft.definitions.push(("step".into(), text));
        }
    }
    for formula in draft.formulas() {
        for relation in formula.relations() {
            draft.define(&relation.lhs, &theorem.dictionary);
            draft.define(&relation.rhs, &theorem.dictionary);
        }
    }
    draft.assume()?;
    let terms = certificate
        .parameters
        .iter()
        .map(|parameter| draft.supply(parameter))
        .collect::<Result<Vec<_>, _>>()?;
    draft.write(&theorem.title, certificate, &terms)
}

impl Draft<'_> {
    pub fn renderer(&self) -> Renderer<'_> {
        let compresses = self.claim.process.compresses();
        Renderer {
            style: Style::Pointwise,
            text: if compresses { &compressed_text } else { &text },
            defined: self,
            facts: BTreeMap::new(),
            path_law: if compresses { "(paths (product law coin_law) t)" } else { "(paths law t)" },
        }
    }

    fn formulas(&self) -> Vec<Formula> {
        let mut formulas = vec![self.claim.formula.clone()];
        for hypothesis in &self.claim.hypotheses {
            match &hypothesis.condition {
                Condition::Formula(formula) | Condition::Everywhere(formula) => {
                    formulas.push((**formula).clone());
                }
                Condition::Class(_, Some(constant)) => {
                    formulas.push(Formula::Relation(Relation {
                        lhs: constant.clone(),
                        sign: crate::claim::expr::Sign::Equal,
                        rhs: constant.clone(),
                    }));
                }
                Condition::Class(_, None) => {}
            }
        }
        formulas
    }

    /// Notes which quantities occur.
    fn read(&mut self, certificate: &Certificate) {
        for formula in self.formulas() {
            for relation in formula.relations() {
                self.note(&relation.lhs);
                self.note(&relation.rhs);
            }
        }
        for parameter in &certificate.parameters {
            match parameter {
                Parameter::Quantity(quantity) => {
                    self.quantities.insert(*quantity);
                }
                Parameter::Indexed(_) | Parameter::Shared("each") => self.samples = true,
                Parameter::Fact(given) => {
                    let relation = given.relation.clone();
                    self.note(&relation.lhs);
                    self.note(&relation.rhs);
                }
                _ => {}
            }
        }
        let quantities = self.quantities.clone();
        let has = |quantity| quantities.contains(&quantity);
        if has(Quantity::XNext)
            || has(Quantity::XCompressed)
            || has(Quantity::GapNext)
            || has(Quantity::XT)
            || has(Quantity::GapT)
            || has(Quantity::XInf)
        {
            self.quantities.extend([Quantity::Gamma, Quantity::Lambda]);
        }
        if has(Quantity::XLambda)
            || has(Quantity::GradLambda)
            || has(Quantity::GapTilted)
            || has(Quantity::GapLambda)
        {
            self.quantities.extend([Quantity::Lambda, Quantity::XLambda]);
        }
        if has(Quantity::GradTeacher) || has(Quantity::TeacherGap) {
            self.quantities.insert(Quantity::Teacher);
        }
        let teacher = crate::claim::vocabulary::Class::TeacherGradient;
        if self.claim.assumes(teacher)
            || self.claim.assumes(crate::claim::vocabulary::Class::HasTeacher)
        {
            self.quantities.insert(Quantity::Teacher);
        }
        if self.claim.assumes(crate::claim::vocabulary::Class::ConvexSamples) {
            self.samples = true;
            self.quantities.insert(Quantity::LMax);
        }
        self.samples |= has(Quantity::Samples) || has(Quantity::Batch);
        if self.samples {
            self.quantities.extend([Quantity::Samples, Quantity::Batch]);
        }
    }

    fn note(&mut self, expr: &Expr) {
        expr.walk(&mut |part| match &part.node {
            Node::Quantity(quantity, _)
            | Node::Power(_, crate::claim::expr::Exponent::Symbol(quantity)) => {
                self.quantities.insert(*quantity);
            }
            Node::Sum(_) | Node::Indexed(_) => self.samples = true,
            _ => {}
        });
    }

    /// The section, its theorem and the instance.
    fn write(
        mut self,
        title: &str,
        certificate: &Certificate,
        terms: &[String],
    ) -> Result<Statement, Unsupported> {
        let module = names::module(self.name);
        let theorem = names::part(&self.name.part);
        let mut claim = Vec::new();
        for relation in self.claim.formula.relations() {
            claim.push(self.renderer().almost_surely(relation)?);
        }
        let (quantifiers, intros) = self.quantifiers();
        let claim = format!("{quantifiers}{}", claim.join("\n  <-> "));
        let terms = terms.join("\n    ");
        let proof =
            self.proof(&format!("exact ({module}_cert.{}\n    {terms})", certificate.theorem));
        self.forget(&claim, &proof);
        let variables = self.needed(self.variables(), &claim, &proof);
        let mut text = format!("(** * {}: {title} *)\nRequire Import Glue", self.name);
        text.push_str(if self.samples { " Batches.\n" } else { ".\n" });
        let _ = write!(text, "Require {module}_cert");
        let others: BTreeSet<String> = self
            .done
            .keys()
            .map(names::module)
            .filter(|other| self.script.contains(&format!("{other}.")))
            .collect();
        for other in others {
            let _ = write!(text, " {other}");
        }
        text.push_str(".\nSet Default Proof Using \"All\".\n\nSection Statement.\n");
        for variable in &variables {
            let _ = writeln!(text, "Variable {} : {}.", variable.name, variable.kind);
        }
        text.push_str("\n(** ** Definitions *)\n\n");
        for (_, definition) in &self.definitions {
            let _ = writeln!(text, "{definition}");
        }
        let fields: Vec<String> =
            self.fields.iter().map(|field| format!("  {} : {}", field.name, field.text)).collect();
        let (assuming, record) = if fields.is_empty() {
            ("", String::new())
        } else {
            text.push_str("\n(** ** Hypotheses *)\n\nRecord hypotheses : Prop := {\n");
            let _ = writeln!(text, "{}\n}}.", fields.join(";\n"));
            let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            ("hypotheses ->\n  ", format!(" [{}]", names.join(" ")))
        };
        let _ =
            writeln!(text, "\n(** ** Claim *)\n\nTheorem {theorem} : {assuming}{claim}.\nProof.");
        if !record.is_empty() || !intros.is_empty() {
            let _ = writeln!(text, "  intros{record}{intros}.");
        }
        let _ = writeln!(text, "{proof}.\nQed.\nEnd Statement.");
        let about = self.about(&variables);
        let satisfiable = self.fields.iter().all(|field| field.instance.is_some());
        let instance = satisfiable && !self.fields.is_empty();
        if instance {
            text.push_str(&self.instance(&variables, &about));
        }
        Ok(Statement { text, variables, about, fields: self.fields, satisfiable, instance })
    }

    /// The steps of the proof, of which the last applies the certificate.
    fn proof(&self, last: &str) -> String {
        let mut text = String::new();
        if self.samples {
            for (lemma, name) in [("number_of_samples", "n_samples"), ("batch_positive", "tau")] {
                let fact = format!("{name}_sign");
                if mentions(last, &fact) {
                    let _ = writeln!(
                        text,
                        "  pose proof ({lemma} samples size enough : 0 < {name}) as {fact}."
                    );
                }
            }
        }
        if self.splits {
            let unfold: Vec<String> =
                self.definitions.iter().map(|(name, _)| coq_name(name)).collect();
            let _ = writeln!(
                text,
                "  destruct (another_point x_star) as [other|only].\n  2: {{ cbv delta [{}] beta; one_point only. }}",
                unfold.join(" ")
            );
        }
        format!("{text}{}  {last}", self.script)
    }

    /// Drops what the exporter put there for every statement, and this one does not need.
    fn forget(&mut self, claim: &str, proof: &str) {
        let own = |name: &str| !["diff", "least"].contains(&name) && !name.ends_with("_sign");
        let kept: Vec<Field> = self.fields.clone();
        self.fields =
            kept.into_iter().filter(|f| own(&f.name) || mentions(proof, &f.name)).collect();
        let fields: String = self.fields.iter().map(|field| format!("{}\n", field.text)).collect();
        let mut reached = format!("{claim}\n{proof}\n{fields}");
        let mut kept = Vec::new();
        for (name, text) in self.definitions.drain(..).rev() {
            if mentions(&reached, &coq_name(&name)) {
                reached.push_str(&text);
                kept.push((name, text));
            }
        }
        kept.reverse();
        self.definitions = kept;
    }

    /// The variables that occur anywhere.
    fn needed(&self, variables: Vec<Variable>, claim: &str, proof: &str) -> Vec<Variable> {
        let definitions = self.definitions.iter().map(|(_, text)| text.as_str());
        let fields = self.fields.iter().map(|field| field.text.as_str());
        let mut reached: Vec<&str> = vec![claim, proof, "V"];
        reached.extend(definitions.chain(fields));
        let mut kept = Vec::new();
        for variable in variables.into_iter().rev() {
            if reached.iter().any(|text| mentions(text, &variable.name)) {
                reached.push(variable.kind);
                kept.push(variable);
            }
        }
        kept.reverse();
        kept
    }

    /// What the claim is about: every x, or every number of steps from every start.
    fn quantifiers(&self) -> (String, &'static str) {
        let path = self.quantities.contains(&Quantity::Horizon);
        let moving = self.claim.formula.relations().iter().any(|r| moves(&r.lhs) || moves(&r.rhs));
        match (path, moving) {
            (true, _) => ("forall (t : nat) (x_0 : V),\n  ".into(), " t x_0"),
            (_, true) => ("forall x : V,\n  ".into(), " x"),
            _ => (String::new(), ""),
        }
    }

    /// The variables that occur in the hypotheses, through types and definitions: the arguments
    /// that Coq gives to the record.
    fn about(&self, variables: &[Variable]) -> Vec<String> {
        let mut meaning: BTreeMap<&str, &str> =
            variables.iter().map(|variable| (variable.name.as_str(), variable.kind)).collect();
        let coq: Vec<(String, &str)> =
            self.definitions.iter().map(|(name, text)| (coq_name(name), text.as_str())).collect();
        meaning.extend(coq.iter().map(|(name, text)| (name.as_str(), *text)));
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<&str> = self.fields.iter().map(|field| field.text.as_str()).collect();
        while let Some(text) = waiting.pop() {
            for word in words(text) {
                if let Some(more) = meaning.get(word)
                    && reached.insert(word.to_owned())
                {
                    waiting.push(more);
                }
            }
        }
        let names = variables.iter().map(|variable| variable.name.clone());
        names.filter(|name| reached.contains(name)).collect()
    }

    /// The instance on the line.
    fn instance(&self, variables: &[Variable], about: &[String]) -> String {
        let values: Vec<&str> = variables
            .iter()
            .filter(|variable| about.contains(&variable.name))
            .map(|variable| variable.value)
            .collect();
        let mut text = format!(
            "\n(** ** The hypotheses hold together *)\n\nRequire Import Line.\n\nTheorem satisfiable : hypotheses {}.\nProof.\n  constructor; cbv delta [{}] beta.\n",
            values.join(" "),
            self.definitions
                .iter()
                .map(|(name, _)| format!("{}.{}", names::module(self.name), coq_name(name)))
                .collect::<Vec<_>>()
                .join(" "),
        );
        for field in &self.fields {
            let _ = writeln!(text, "  - {}.", field.instance.as_deref().unwrap_or("idtac"));
        }
        text.push_str("Qed.\n");
        text
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

fn mentions(text: &str, name: &str) -> bool {
    words(text).any(|word| word == name)
}

/// Whether an expression depends on the point.
pub(super) fn moves(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        found |= match &part.node {
            Node::Quantity(quantity, _) | Node::Indexed(quantity) => depends_on_point(*quantity),
            _ => false,
        };
    });
    found
}
