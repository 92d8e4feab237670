//! Statement files: a theorem in textbook form.
//!
//! A file is one section: the problem and its constants, definitions, the hypotheses as a record,
//! and the claim for every point or every path. The proof supplies each parameter of the
//! certificate by a term ([`supply`](super::supply)); Coq accepts it by conversion. Then follows a
//! problem on the line that satisfies the hypotheses, so that they do not contradict each other.

use super::certificate::{Certificate, Parameter};
use super::names;
use super::render::{Renderer, Style, Unsupported};
use super::supply::Field;
use crate::claim::dictionary::Dictionary;
use crate::claim::expr::{
    Definition, Expr, Formula, Known, Node, Relation, Scope, Shape, Symbol, SymbolKind,
    depends_on_point,
};
use crate::claim::proof::StatementName;
use crate::claim::theorem::{Claim, Condition, Theorem};
use crate::claim::vocabulary::{Process, Quantity};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// A statement file, with what a later one needs to use it.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub text: String,
    /// Names and types of the section's variables, with their values on the line.
    pub variables: Vec<Variable>,
    /// The variables that the hypotheses are about.
    pub about: Vec<String>,
    pub fields: Vec<Field>,
    pub premises: Vec<String>,
    pub satisfiable: bool,
}

/// A variable of the section.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub name: String,
    pub kind: &'static str,
    /// Its value in the instance.
    pub value: &'static str,
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
    pub premises: Vec<String>,
    /// Steps of the proof before the certificate is applied.
    pub script: String,
}

/// What a quantity is, at the outcomes `w`, `p` and `s`.
pub(super) fn text(quantity: Quantity) -> Option<String> {
    Some(match quantity {
        Quantity::Gap => "(f x - f x_star)".into(),
        Quantity::GapNext => "(f (step x w) - f x_star)".into(),
        Quantity::GapT => "(f (run step x_0 p) - f x_star)".into(),
        Quantity::StartGap => "(f x_0 - f x_star)".into(),
        Quantity::TeacherGap => "(f teacher - f x_star)".into(),
        Quantity::GapLambda => "(f x_lambda - f x_star)".into(),
        Quantity::GapTilted => {
            "(f x - f x_lambda - dot (full_grad x_lambda) (x - x_lambda))".into()
        }
        Quantity::Grad => "g w x".into(),
        Quantity::GradStar => "g w x_star".into(),
        Quantity::GradTeacher => "g w teacher".into(),
        Quantity::GradLambda => "g w x_lambda".into(),
        Quantity::GradInf => "full_grad (x_inf s)".into(),
        Quantity::Control => "c w".into(),
        Quantity::XNext => "step x w".into(),
        Quantity::XCompressed => "compress z (uncompressed x w)".into(),
        Quantity::XT => "run step x_0 p".into(),
        Quantity::XInf => "x_inf s".into(),
        Quantity::Horizon => "INR t".into(),
        _ if is_variable(quantity) => names::quantity(quantity),
        _ => return None,
    })
}

/// The same where a compressor follows the step.
pub(super) fn compressed_text(quantity: Quantity) -> Option<String> {
    match quantity {
        Quantity::XNext => Some("uncompressed x w".into()),
        _ => text(quantity),
    }
}

/// The point at which a gradient is taken.
pub(super) fn point_of(quantity: Quantity) -> Option<&'static str> {
    Some(match quantity {
        Quantity::Grad => "x",
        Quantity::GradStar => "x_star",
        Quantity::GradTeacher => "teacher",
        Quantity::GradLambda => "x_lambda",
        _ => return None,
    })
}

/// Whether the quantity is a variable of the section or bound by the claim.
fn is_variable(quantity: Quantity) -> bool {
    let row = quantity.entry();
    let gap = matches!(quantity, Quantity::TeacherGap | Quantity::StartGap | Quantity::GapLambda);
    let point = quantity == Quantity::X;
    point
        || (row.scope == Scope::Fixed
            && !gap
            && quantity != Quantity::Sgd0
            && row.arguments.is_empty())
}

/// The value of a constant on the line.
fn value_of(name: &StatementName, quantity: Quantity, stationary: bool) -> &'static str {
    // There the teacher's mean must not count.
    let unbiased =
        (name.theorem.as_str(), name.part.as_str()) == ("theorem-1-sharp", "best-a-unbiased");
    match quantity {
        Quantity::Lambda if unbiased => "0",
        Quantity::Omega => "0",
        Quantity::Mu => "(1 / 2)",
        Quantity::Gamma if stationary => "1",
        Quantity::Gamma => "(1 / 16)",
        Quantity::Gamma2 => "(1 / 8)",
        Quantity::Lambda => "(1 / 2)",
        Quantity::Teacher => "(2 : line)",
        Quantity::XLambda => "(1 : line)",
        Quantity::Samples => "2",
        _ => "1",
    }
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
        premises: Vec::new(),
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
        if self.samples {
            self.quantities.insert(Quantity::Samples);
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

    /// Gives a Coq definition to the fixed scalars that the file names, inner ones first.
    fn define(&mut self, expr: &Expr, dictionary: &Dictionary) {
        if let Node::Defined(definition) = &expr.node {
            self.define(&definition.body, dictionary);
            let known = self.definitions.iter().any(|(name, _)| *name == definition.name);
            if !known
                && expr.shape == Shape::Scalar
                && !moves(&definition.body)
                && let Some(text) = self.generic(definition, dictionary)
            {
                self.definitions.push((definition.name.clone(), text));
            }
            definition.arguments.iter().for_each(|argument| self.define(argument, dictionary));
            return;
        }
        expr.children().into_iter().for_each(|part| self.define(part, dictionary));
    }

    /// A definition for any argument, if the dictionary of the file reads it.
    fn generic(&self, definition: &Definition, dictionary: &Dictionary) -> Option<String> {
        let names: &[&str] = match definition.arguments.len() {
            0 => &[],
            1 => &["l"],
            _ => return None,
        };
        let symbols: Vec<Expr> = names.iter().map(|name| parameter(name)).collect();
        let bound = names.iter().copied().zip(&symbols).collect();
        let arguments =
            if names.is_empty() { String::new() } else { format!("({})", names.join(", ")) };
        let formula =
            dictionary.formula_with(&format!("{}{arguments} = 0", definition.name), &bound);
        let Ok(Formula::Relation(relation)) = formula else { return None };
        let Node::Defined(own) = relation.lhs.node else { return None };
        let body = self.renderer().value(&own.body).ok()?;
        let name = names::definition(&definition.name);
        let parameters: String = names.iter().map(|name| format!(" ({name} : R)")).collect();
        Some(format!("Definition {name}{parameters} : R := {body}."))
    }

    fn variables(&self) -> Vec<Variable> {
        let own = |name: &str, kind, value| Variable { name: name.into(), kind, value };
        let mut all = vec![
            own("V", "gram", "line"),
            own("sample", "Type", "bool"),
            own("law", "dist sample", "coin_flip"),
            own("f", "V -> R", "half_square"),
            own("g", "sample -> V -> V", "gradient"),
            own("c", "sample -> V", "control"),
            own("x_star", "V", "(0 : line)"),
        ];
        let stationary = self.quantities.contains(&Quantity::XInf);
        if stationary {
            all.extend([
                own("limit", "Type", "bool"),
                own("limit_law", "dist limit", "coin_flip"),
                own("x_inf", "limit -> V", "limit_point"),
            ]);
        }
        if self.claim.process.compresses() {
            all.extend([
                own("coin", "Type", "unit"),
                own("coin_law", "dist coin", "no_coin"),
                own("compress", "coin -> V -> V", "keep"),
            ]);
        }
        if self.samples {
            all.extend([
                own("index", "Type", "bool"),
                own("each", "dist index", "coin_flip"),
                own("f_n", "index -> V -> R", "sample_loss"),
                own("g_n", "index -> V -> V", "gradient"),
                own("c_n", "index -> V", "control"),
            ]);
        }
        let bound = [Quantity::XStar, Quantity::X, Quantity::Start, Quantity::Horizon];
        for quantity in self.quantities.iter().filter(|q| is_variable(**q) && !bound.contains(*q)) {
            let kind = if quantity.entry().shape == Shape::Vector { "V" } else { "R" };
            let name = names::quantity(*quantity);
            all.push(Variable { name, kind, value: value_of(self.name, *quantity, stationary) });
        }
        all
    }

    /// The section, its theorem and the instance.
    fn write(
        self,
        title: &str,
        certificate: &Certificate,
        terms: &[String],
    ) -> Result<Statement, Unsupported> {
        let (variables, module) = (self.variables(), names::module(self.name));
        let theorem = names::part(&self.name.part);
        let mut text =
            format!("(** * {}: {title} *)\nRequire Import Glue.\nRequire {module}_cert", self.name);
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
        text.push_str("\n(** ** Hypotheses *)\n\nRecord hypotheses : Prop := {\n");
        let fields: Vec<String> =
            self.fields.iter().map(|field| format!("  {} : {}", field.name, field.text)).collect();
        let _ = write!(text, "{}\n}}.\n\n(** ** Claim *)\n\n", fields.join(";\n"));
        let mut claim = Vec::new();
        for relation in self.claim.formula.relations() {
            claim.push(self.renderer().almost_surely(relation)?);
        }
        let (quantifiers, intros) = self.quantifiers();
        let _ = writeln!(
            text,
            "Theorem {theorem} : hypotheses ->\n  {quantifiers}{}.",
            claim.join("\n  <-> ")
        );
        let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        let _ = writeln!(text, "Proof.\n  intros [{}]{intros}.", names.join(" "));
        text.push_str(&self.script);
        let _ = writeln!(
            text,
            "  exact ({module}_cert.{}\n    {}).\nQed.\nEnd Statement.",
            certificate.theorem,
            terms.join("\n    ")
        );
        let about = self.about(&variables);
        let satisfiable = self.fields.iter().all(|field| field.instance.is_some());
        if satisfiable {
            text.push_str(&self.instance(&variables, &about));
        }
        let Self { fields, premises, .. } = self;
        Ok(Statement { text, variables, about, fields, premises, satisfiable })
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
        for (name, text) in &coq {
            let body = text.split_once(":=").map_or("", |(_, body)| body);
            meaning.insert(name, body);
        }
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<&str> = self.fields.iter().map(|field| field.text.as_str()).collect();
        // Definitions of points and steps mention V in their types.
        waiting.push("V");
        while let Some(text) = waiting.pop() {
            for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
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
            self.definitions.iter().map(|(name, _)| coq_name(name)).collect::<Vec<_>>().join(" "),
        );
        for field in &self.fields {
            let _ = writeln!(text, "  - {}.", field.instance.as_deref().unwrap_or("idtac"));
        }
        text.push_str("Qed.\n");
        text
    }
}

impl super::render::Defined for Draft<'_> {
    fn is_defined(&self, name: &str) -> bool {
        self.definitions.iter().any(|(own, _)| own == name)
    }
}

/// The name of a definition, the exporter's own or the file's.
fn coq_name(name: &str) -> String {
    let own = ["step", "uncompressed", "full_grad"].contains(&name);
    if own { name.to_owned() } else { names::definition(name) }
}

fn parameter(name: &str) -> Expr {
    let symbol = Symbol {
        name: name.to_owned(),
        latex: name.to_owned(),
        kind: SymbolKind::Scalar(Known::Real),
        scope: Scope::Fixed,
        moves: false,
        motion: None,
        meaning: String::new(),
    };
    Expr::scalar(Node::Symbol(Arc::new(symbol)))
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
