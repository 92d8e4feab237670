//! What a statement supplies to its certificate: a term for each parameter, and the hypotheses
//! that the terms need.

use super::certificate::{Given, Parameter, Source};
use super::level::Level;
use super::names;
use super::problem::{point_of, text};
use super::render::Unsupported;
use super::section::sign;
use super::statement::{Draft, moves};
use crate::claim::expr::{Known, Node, Shape};
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

impl Draft<'_> {
    fn field(&mut self, name: &str, text: impl Into<String>, instance: Option<&str>) {
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
        self.field("diff", "differentiable f full_grad", Some("exact line_diff"));
        self.field("least", "minimiser f x_star", Some("exact line_least"));
        let claim = self.claim;
        for hypothesis in &claim.hypotheses {
            let name = names::fact(&hypothesis.name);
            match &hypothesis.condition {
                Condition::Class(class, constant) => {
                    let k = constant.as_ref().map(|k| self.renderer().argument(k)).transpose()?;
                    self.class(&name, *class, k.as_deref().unwrap_or(""))?;
                }
                Condition::Formula(formula) | Condition::Everywhere(formula) => {
                    let crate::claim::expr::Formula::Relation(relation) = &**formula else {
                        return no("a hypothesis that is an equivalence");
                    };
                    if hypothesis.condition.is_here() {
                        return no("a hypothesis at one x");
                    }
                    let text = self.renderer().relation(relation)?;
                    let moving = moves(&relation.lhs) || moves(&relation.rhs);
                    let every = if moving { "forall x : V, " } else { "" };
                    let shown =
                        if relation.lhs.shape == Shape::Vector { "vectors" } else { NUMBERS };
                    self.field(&name, format!("{every}{text}"), (!moving).then_some(shown));
                }
            }
        }
        Ok(())
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
            Class::QuadraticSamples => {
                return no(format!("the class {} is stated at one point only", class.entry().name));
            }
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
            Parameter::Shared(name) => (*name).to_owned(),
            Parameter::Quantity(quantity) => self.quantity(*quantity)?,
            Parameter::Indexed(quantity) => match (quantity, point_of(*quantity)) {
                (Quantity::Control, _) => "c_n".into(),
                (_, Some(point)) => format!("(fun n => g_n n {point})"),
                _ => return no(format!("{}[n] has no counterpart", quantity.entry().name)),
            },
            Parameter::Sign(quantity) => self.sign_of(*quantity)?,
            Parameter::GapFunction => "(fun x => f x - f x_star)".into(),
            Parameter::GapSign => "(gap_pos f x_star least)".into(),
            Parameter::StepFunction => "step".into(),
            Parameter::Symbol(symbol) | Parameter::SymbolSign(symbol) => {
                return no(format!("the symbol {} has no problem behind it", symbol.name));
            }
            Parameter::Fact(given) => self.fact(given)?,
        })
    }

    fn quantity(&self, quantity: Quantity) -> Result<String, Unsupported> {
        if quantity == Quantity::Horizon {
            return Ok("t".into());
        }
        let Some(text) = (self.renderer().text)(quantity) else {
            return no(format!("{} has no counterpart", quantity.entry().name));
        };
        let row = quantity.entry();
        let outcome = match Level::of(row.scope) {
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
            Quantity::Gap => gap("x"),
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
                    Condition::Class(class, _) => self.says(*class, suffix, "x"),
                    Condition::Everywhere(_) => Ok(format!("({name} x)")),
                    Condition::Formula(_) => Ok(name),
                }
            }
            Source::EveryStep(statement) => self.every_step(statement),
            Source::Rule(Rule::Axiom(axiom, point)) => {
                self.axiom(axiom, point.as_deref().unwrap_or("x"))
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
                Ok(if moving { format!("({used} x)") } else { used })
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
                format!("(@veq_rv sample law V _ _ {name})")
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
                self.splits = true;
                format!("(rate_form {problem} {mu} {l} {positive} {qsc} {es} other)")
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
                    "co-coercivity" => ("form", "x_star diff least x"),
                    _ => ("tilted", "x x_lambda"),
                };
                format!(
                    "(cocoercive_{lemma} law f g each f_n g_n l_max n_samples l_max_sign n_samples_sign {samples} (fun _ => eq_refl)\n      {} {ends})",
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
        let Some(other) = self.done.get(statement) else {
            return no(format!("{statement} is not stated"));
        };
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
