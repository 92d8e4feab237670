//! What a statement supplies to its certificate: a term for each parameter, and the hypotheses
//! that the terms need.

use super::certificate::{Given, Parameter, Source};
use super::level::Level;
use super::names;
use super::problem::{point_of, text};
use super::render::Unsupported;
use super::section::sign;
use super::statement::{Draft, moves};
use crate::claim::expr::{Formula, Known, Node, Relation, Scope, Shape, Symbol, SymbolKind};
use crate::claim::proof::{Rule, StatementName};
use crate::claim::theorem::Condition;
use crate::claim::vocabulary::{Class, Quantity};
use std::fmt::Write as _;

/// A hypothesis of a statement.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub name: String,
    pub text: String,
    /// How it is shown for the problem on the line.
    pub instance: Option<String>,
}

const NUMBERS: &str = "numbers";

fn no<T>(cause: impl Into<String>) -> Result<T, Unsupported> {
    Err(Unsupported(cause.into()))
}

/// Whether no vector occurs in the formula.
fn about_numbers(formula: &Formula) -> bool {
    let mut numbers = true;
    for side in formula.relations().into_iter().flat_map(|own| [&own.lhs, &own.rhs]) {
        side.walk(&mut |part| numbers &= part.shape == Shape::Scalar);
    }
    numbers
}

impl Draft<'_> {
    pub fn field(&mut self, name: &str, text: impl Into<String>, instance: Option<&str>) {
        let text = text.into();
        if !self.fields.iter().any(|field| field.name == name) {
            let batches = if self.samples { "line_batches; " } else { "" };
            let instance = instance.map(|tactic| format!("{batches}{tactic}"));
            self.fields.push(Field { name: name.to_owned(), text, instance });
        }
    }

    /// The hypotheses of the claim, in textbook form, after signs and the minimiser.
    pub fn assume(&mut self) -> Result<(), Unsupported> {
        for quantity in self.quantities.clone() {
            let (name, row) = (names::quantity(quantity), quantity.entry());
            let counted = [Quantity::Samples, Quantity::Batch].contains(&quantity);
            let is_number =
                row.shape == Shape::Scalar && text(quantity).as_ref() == Some(&name) && !counted;
            if is_number && let Some(sign) = sign(&name, row.sign, Level::of(row.scope)) {
                self.field(&format!("{name}_sign"), sign, Some(NUMBERS));
            }
        }
        for symbol in &self.claim.symbols {
            let (variable, kind) = self.here();
            let name = names::symbol(&symbol.name);
            let (every, value) = match symbol.scope {
                Scope::Fixed => (String::new(), name.clone()),
                Scope::State => {
                    (format!("forall {variable} : {kind}, "), format!("{name} {variable}"))
                }
                Scope::Random(_) => continue,
            };
            if let SymbolKind::Scalar(known) = symbol.kind
                && let Some(sign) = sign(&value, known, Level::Value)
            {
                let shown = if every.is_empty() { NUMBERS } else { "for_every_x" };
                self.field(&format!("{name}_sign"), format!("{every}{sign}"), Some(shown));
            }
        }
        self.field("diff", "differentiable f full_grad", Some("exact line_diff"));
        self.field("least", "minimiser f x_star", Some("exact line_least"));
        self.stationary_laws()?;
        let claim = self.claim;
        for hypothesis in &claim.hypotheses {
            let name = names::fact(&hypothesis.name);
            match &hypothesis.condition {
                Condition::Class(class, constant) => {
                    let k = constant.as_ref().map(|k| self.renderer().argument(k)).transpose()?;
                    self.class(&name, *class, k.as_deref().unwrap_or(""))?;
                }
                Condition::Formula(formula) | Condition::Everywhere(formula) => {
                    let Formula::Relation(relation) = &**formula else {
                        return no("a hypothesis that is an equivalence");
                    };
                    let (text, shown) = self.said(relation, hypothesis.condition.is_here())?;
                    self.field(&name, text, Some(shown));
                }
            }
        }
        Ok(())
    }

    /// A formula as a hypothesis: for every x, or for the current one, and at every outcome or almost
    /// surely. With it, how it is shown for the problem on the line.
    fn said(&self, relation: &Relation, here: bool) -> Result<(String, &'static str), Unsupported> {
        let (variable, kind) = self.here();
        let renderer = self.renderer();
        let level = renderer.level(&relation.lhs).max(renderer.level(&relation.rhs));
        let moving = moves(&relation.lhs) || moves(&relation.rhs);
        let every =
            if moving && !here { format!("forall {variable} : {kind}, ") } else { String::new() };
        let text = match level {
            Level::Value => renderer.relation(relation)?,
            _ if self.pointwise => {
                format!("forall w : sample, {}", renderer.relation(relation)?)
            }
            _ => renderer.almost_surely(relation)?,
        };
        let shown = match (relation.lhs.shape, level) {
            _ if self.pointwise && level != Level::Value => "for_every_sample",
            _ if !every.is_empty() => "for_every_x",
            (Shape::Vector, _) => "vectors",
            _ => NUMBERS,
        };
        Ok((format!("{every}{text}"), shown))
    }

    fn class(&mut self, name: &str, class: Class, k: &str) -> Result<(), Unsupported> {
        let (text, instance) = match class {
            Class::Qsc => (format!("QSC {k} f full_grad x_star"), "apply line_qsc; numbers"),
            Class::Es => (format!("ES law {k} f g x_star"), "exact line_es"),
            Class::Sm => (format!("smooth {k} full_grad"), "exact line_smooth"),
            Class::Pl => (format!("PL {k} f full_grad x_star"), "apply line_pl; numbers"),
            Class::Sc => (format!("SC {k} f full_grad"), "apply line_sc; numbers"),
            Class::TeacherGradient => {
                ("forall w, c w == g w teacher".to_owned(), "exact line_teacher")
            }
            Class::HasTeacher => (
                "forall w, (c w - EV law c)%vec == (g w teacher - full_grad teacher)%vec".into(),
                "exact line_has_teacher",
            ),
            Class::ConvexSamples => {
                ("convex_smooth_samples l_max f_n g_n".into(), "exact line_samples")
            }
            // Already there.
            Class::Minimiser => return Ok(()),
            Class::Uc => (
                format!("unbiased_compressor {k} coin_law compress"),
                "apply line_compressor; numbers",
            ),
            Class::QuadraticSamples => ("forall w, quadratic (g w)".into(), "exact line_quadratic"),
        };
        self.field(name, text, Some(instance));
        Ok(())
    }

    /// The name of the hypothesis of a class, with its constant.
    fn of_class(&self, class: Class) -> Result<(String, String, String), Unsupported> {
        for hypothesis in &self.claim.hypotheses {
            if let Condition::Class(own, constant) = &hypothesis.condition
                && *own == class
            {
                let k = constant.as_ref().map(|k| self.renderer().argument(k)).transpose()?;
                let positive = match constant.as_ref().map(|k| &k.node) {
                    Some(Node::Quantity(quantity, _))
                        if quantity.entry().sign == Known::Positive =>
                    {
                        format!("{}_sign", names::quantity(*quantity))
                    }
                    _ => String::new(),
                };
                return Ok((names::fact(&hypothesis.name), k.unwrap_or_default(), positive));
            }
        }
        no(format!("the class {} is not assumed", class.entry().name))
    }

    /// The term for a parameter.
    pub fn supply(&mut self, parameter: &Parameter) -> Result<String, Unsupported> {
        Ok(match parameter {
            Parameter::Shared("law") => self.law().to_owned(),
            Parameter::Shared(name) => (*name).to_owned(),
            Parameter::Quantity(quantity) => self.quantity(*quantity)?,
            Parameter::Indexed(quantity) => match (quantity, point_of(*quantity, "x")) {
                (Quantity::Control, _) => "c_n".into(),
                (_, Some(point)) => format!("(fun n => g_n n {point})"),
                _ => return no(format!("{}[n] has no counterpart", quantity.entry().name)),
            },
            Parameter::Sign(quantity) => self.sign_of(*quantity)?,
            Parameter::GapFunction => "(fun x => f x - f x_star)".into(),
            Parameter::GapSign => "(gap_pos f x_star least)".into(),
            Parameter::StepFunction => "step".into(),
            Parameter::Symbol(symbol) => self.symbol(symbol),
            Parameter::SymbolSign(symbol) if symbol.scope == Scope::State && !self.along() => {
                format!("({}_sign {})", names::symbol(&symbol.name), self.here().0)
            }
            Parameter::SymbolSign(symbol) => format!("{}_sign", names::symbol(&symbol.name)),
            Parameter::Fact(given) => self.fact(given)?,
        })
    }

    /// One outcome only, if the claim is shown at each.
    fn law(&self) -> &'static str {
        if self.pointwise { "(point w)" } else { "law" }
    }

    fn along(&self) -> bool {
        self.quantities.contains(&Quantity::Horizon)
    }

    fn symbol(&self, symbol: &Symbol) -> String {
        let renderer = self.renderer();
        let text = renderer.symbols.get(&symbol.name).cloned().unwrap_or_default();
        match Level::of(symbol.scope) {
            Level::Value if symbol.scope == Scope::State && !self.along() => format!("({text})"),
            Level::Value => names::symbol(&symbol.name),
            level => format!("(fun {} => {text})", level.over().outcome()),
        }
    }

    fn quantity(&self, quantity: Quantity) -> Result<String, Unsupported> {
        match quantity {
            Quantity::Horizon => return Ok("t".into()),
            Quantity::StationaryError => return Ok("stationary_error".into()),
            _ => {}
        }
        let Some(text) = (self.renderer().text)(quantity) else {
            return no(format!("{} has no counterpart", quantity.entry().name));
        };
        let row = quantity.entry();
        let outcome = match Level::of(row.scope) {
            Level::Value if text.contains(' ') && !text.starts_with('(') => {
                return Ok(format!("({text})"));
            }
            Level::Value => return Ok(text),
            Level::Random(over) => over.outcome(),
            Level::Coin => "w z",
        };
        let scope = if row.shape == Shape::Vector { "vec" } else { "R" };
        Ok(format!("(fun {outcome} => ({text})%{scope})"))
    }

    fn sign_of(&self, quantity: Quantity) -> Result<String, Unsupported> {
        let gap = |point: &str| format!("(gap_pos f x_star least {point})");
        Ok(match quantity {
            Quantity::Gap => gap(self.renderer().here),
            Quantity::StationaryError => {
                "(fun a b => E_pos (stationary a b) _ (fun y => nsq_pos (y - x_star)%vec))".into()
            }
            Quantity::StartGap => gap("x_0"),
            Quantity::TeacherGap => gap("teacher"),
            Quantity::GapLambda => gap("x_lambda"),
            Quantity::GapNext => "(fun w => gap_pos f x_star least (step x w))".into(),
            Quantity::GapT => "(fun p => gap_pos f x_star least (run step x_0 p))".into(),
            _ => format!("{}_sign", names::quantity(quantity)),
        })
    }

    fn fact(&mut self, given: &Given) -> Result<String, Unsupported> {
        match &given.source {
            Source::Hypothesis(i, suffix) => {
                let hypothesis = &self.claim.hypotheses[*i];
                let name = names::fact(&hypothesis.name);
                match &hypothesis.condition {
                    Condition::Class(class, _) => self.says(*class, suffix, self.renderer().here),
                    Condition::Everywhere(_) => Ok(format!("({name} {})", self.here().0)),
                    Condition::Formula(_)
                        if self.pointwise && given.relation.lhs.shape == Shape::Vector =>
                    {
                        Ok(format!("(@veq_rv sample {} _ _ _ {name})", self.law()))
                    }
                    Condition::Formula(_) => Ok(name),
                }
            }
            Source::EveryStep(statement) => self.every_step(statement),
            Source::Before => Ok("h_before".into()),
            Source::Rule(Rule::Axiom(axiom, point)) => {
                self.axiom(axiom, point.as_deref().unwrap_or(self.renderer().here))
            }
            Source::Rule(Rule::At(fact, point)) => {
                let own = self.claim.hypotheses.iter().find(|h| h.name == *fact);
                match own.map(|hypothesis| &hypothesis.condition) {
                    Some(Condition::Class(class, _)) => self.says(*class, "", point),
                    Some(Condition::Everywhere(_)) => {
                        Ok(format!("({} {point})", names::fact(fact)))
                    }
                    _ => no(format!("[{fact}] at {point}")),
                }
            }
            Source::Rule(Rule::Pairs(u, v)) => self.pairs_term(u, v),
            Source::Rule(Rule::Average(u)) => self.average_term(u),
            Source::Rule(Rule::Use(name, with)) if with.is_empty() => {
                let moving = moves(&given.relation.lhs) || moves(&given.relation.rhs);
                let used = self.every_step(name)?;
                let here = self.renderer().here;
                Ok(if moving { format!("({used} {here})") } else { used })
            }
            Source::Rule(Rule::Use(name, _)) => {
                no(format!("{name} is used with other expressions for its symbols"))
            }
            Source::Rule(_) => no("a rule without a term"),
        }
    }

    /// What a class says at a point.
    fn says(&self, class: Class, suffix: &str, point: &str) -> Result<String, Unsupported> {
        let (name, k, _) = self.of_class(class)?;
        Ok(match (class, suffix) {
            (Class::Qsc, _) => format!("(qsc_form law f g x_star {k} {name} {point})"),
            (Class::Es, _) => format!("({name} {point})"),
            (Class::Sm, "-inf") => format!("(fun s => {name} (x_inf s) x_star)"),
            (Class::Sm, _) => format!("({name} {point} x_star)"),
            (Class::Pl, _) => format!("(pl_form law f g x_star {k} {name} {point})"),
            (Class::Sc, "-gap") => format!("(sc_gap law f g {k} {name} {point} x_lambda)"),
            (Class::Sc, "-tilted") => format!("(sc_tilted law f g {k} {name} {point} x_lambda)"),
            (Class::Sc, _) => format!("(sc_form law f g {k} {name} {point} x_star)"),
            (Class::Uc, "-mean") => {
                format!("(@veq_rv sample law V _ _ (fun w => proj1 {name} (uncompressed x w)))")
            }
            (Class::Uc, _) => format!("(fun w => proj2 {name} (uncompressed x w))"),
            (Class::TeacherGradient | Class::HasTeacher, _) => {
                format!("(@veq_rv sample {} V _ _ {name})", self.law())
            }
            _ => return no(format!("what {} says", class.entry().name)),
        })
    }

    fn axiom(&mut self, name: &str, point: &str) -> Result<String, Unsupported> {
        let problem = "law f g x_star diff least";
        Ok(match name {
            "stationarity" => format!("(stationary_form {problem})"),
            "quadratic-growth" => {
                let (qsc, mu, _) = self.of_class(Class::Qsc)?;
                format!("(quadratic_growth {mu} f full_grad x_star diff least {qsc} {point})")
            }
            "descent" => {
                let (smooth, l, positive) = self.of_class(Class::Sm)?;
                format!(
                    "(descent_at {l} f full_grad x x_star (step x) (descent {l} f full_grad (Rlt_le _ _ {positive}) diff {smooth}))"
                )
            }
            "gradient-bound" => {
                let (smooth, l, positive) = self.of_class(Class::Sm)?;
                format!("(gradient_bound_form {problem} {l} {positive} {smooth} {point})")
            }
            "rate" => {
                let (qsc, mu, positive) = self.of_class(Class::Qsc)?;
                let (es, l, _) = self.of_class(Class::Es)?;
                // In a space of one point every distance is zero, but a claim about numbers alone may
                // be false.
                if about_numbers(&self.claim.formula) {
                    let another = "exists x : V, 0 < nsq (x - x_star)";
                    self.field("other", another, Some("exists (1 : line); numbers"));
                } else {
                    self.splits = true;
                }
                format!("(rate_form {problem} {mu} {l} {positive} {qsc} {es} other)")
            }
            "affine-gradient" => {
                let (quadratic, ..) = self.of_class(Class::QuadraticSamples)?;
                format!(
                    "(@veq_rv sample {} V _ _ (fun w => affine_gradient (g w) lambda x teacher sgd ({quadratic} w) h_before))",
                    self.law()
                )
            }
            "tilt" => {
                let text = "(full_grad x_lambda)%vec == (lambda * EV law c)%vec";
                self.field("tilted", text, Some("exact line_tilted"));
                "tilted".into()
            }
            "stationary-mean" => {
                let text = "stationary_law law step limit_law x_inf";
                self.field("stationary", text, Some("exact line_stationary"));
                "(stationary_mean_form law g c gamma lambda limit_law x_inf stationary)".into()
            }
            "co-coercivity" | "co-coercivity-tilted" => {
                let (samples, ..) = self.of_class(Class::ConvexSamples)?;
                let (lemma, ends) = match name {
                    "co-coercivity" => ("form", "x_star diff least"),
                    _ => ("tilted", ""),
                };
                let end = if name == "co-coercivity" { "" } else { " x_lambda" };
                format!(
                    "(cocoercive_{lemma} law f g each f_n g_n l_max n_samples l_max_sign n_samples_sign {samples} (fun _ => eq_refl)\n      {} {ends} {point}{end})",
                    self.gradients_agree()
                )
            }
            "batch-size" => "(batch_size samples size enough)".into(),
            "batch-at-least-one" => "(batch_at_least_one samples size enough)".into(),
            _ => return no(format!("the axiom {name}")),
        })
    }

    /// An earlier statement, for every x: its hypotheses are among those here.
    fn every_step(&mut self, statement: &StatementName) -> Result<String, Unsupported> {
        let done = self.done;
        let Some(other) = done.get(statement) else {
            return no(format!("{statement} is not stated"));
        };
        // What defines x_λ is as good here as there.
        if let Some(tilted) = other.fields.iter().find(|field| field.name == "tilted") {
            self.field("tilted", tilted.text.clone(), Some("exact line_tilted"));
        }
        let module = names::module(statement);
        let mut proof = String::new();
        for field in &other.fields {
            let own = self.fields.iter().find(|own| own.text == field.text);
            let Some(own) = own else {
                return no(format!(
                    "{statement} assumes {}, which is not assumed here",
                    field.text
                ));
            };
            let _ = write!(proof, " exact {} |", own.name);
        }
        let about = other.about.join(" ");
        let arguments: Vec<&str> = other.variables.iter().map(|v| v.name.as_str()).collect();
        let _ = writeln!(
            self.script,
            "  assert (each_step : {module}.hypotheses {about}).\n  {{ constructor; [{} ]. }}",
            proof.trim_end_matches('|')
        );
        Ok(format!("({module}.{} {} each_step)", names::part(&statement.part), arguments.join(" ")))
    }
}
