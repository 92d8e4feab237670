//! The text of a statement file: its section, its theorem, and the instance that follows.

use super::definitions::coq_name;
use super::names;
use super::problem::Variable;
use super::render::Unsupported;
use super::statement::{Draft, Statement, moves};
use super::supply::Field;
use crate::claim::vocabulary::{Law, Quantity};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

impl Draft<'_> {
    /// The section, its theorem and the instance.
    pub fn write(mut self, title: &str, last: &str) -> Result<Statement, Unsupported> {
        let module = names::module(self.name);
        let theorem = names::part(&self.name.part);
        let mut claim = Vec::new();
        for relation in self.claim.formula.relations() {
            claim.push(if self.pointwise {
                self.renderer().relation(relation)?
            } else {
                self.renderer().almost_surely(relation)?
            });
        }
        let (quantifiers, intros) = self.quantifiers();
        let claim = format!("{quantifiers}{}", claim.join("\n  <-> "));
        let proof = self.proof(last);
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
        if !self.definitions.is_empty() {
            text.push_str("\n(** ** Definitions *)\n\n");
        }
        for (_, definition) in &self.definitions {
            let _ = writeln!(text, "{definition}");
        }
        let fields: Vec<String> =
            self.fields.iter().map(|field| format!("  {} : {}", field.name, field.text)).collect();
        let (assuming, record) = if fields.is_empty() {
            (String::new(), String::new())
        } else {
            let (variable, kind) = self.here();
            let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            let names = names.join(" ");
            let (about, assuming, names) = if self.is_here() {
                (
                    format!(" ({variable} : {kind})"),
                    format!("forall {variable} : {kind}, hypotheses {variable} ->\n  "),
                    format!(" {variable} [{names}]"),
                )
            } else {
                (String::new(), "hypotheses ->\n  ".to_owned(), format!(" [{names}]"))
            };
            let _ =
                write!(text, "\n(** ** Hypotheses *)\n\nRecord hypotheses{about} : Prop := {{\n");
            let _ = writeln!(text, "{}\n}}.", fields.join(";\n"));
            (assuming, names)
        };
        let _ =
            writeln!(text, "\n(** ** Claim *)\n\nTheorem {theorem} : {assuming}{claim}.\nProof.");
        if !record.is_empty() || !intros.is_empty() {
            let _ = writeln!(text, "  intros{record}{intros}.");
        }
        let _ = writeln!(text, "{proof}.\nQed.\nEnd Statement.");
        let about = self.about(&variables);
        let shown = self.fields.iter().all(|field| field.instance.is_some());
        let instance =
            if shown && !self.fields.is_empty() { self.instance(&variables, &about) } else { None };
        let satisfiable = self.fields.is_empty() || instance.is_some();
        text.push_str(instance.as_deref().unwrap_or(""));
        let instance = instance.is_some();
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
        let mut reached = format!("{claim}\n{proof}\nV\n");
        for text in definitions.chain(fields) {
            reached.push_str(text);
            reached.push('\n');
        }
        let mut kept = Vec::new();
        for variable in variables.into_iter().rev() {
            if mentions(&reached, &variable.name) {
                reached.push_str(&variable.kind);
                reached.push('\n');
                kept.push(variable);
            }
        }
        kept.reverse();
        kept
    }

    /// What the claim is about: every x, or every number of steps from every start, and every
    /// outcome if it is shown at each.
    fn quantifiers(&self) -> (String, String) {
        let (variable, kind) = self.here();
        let path = self.quantities.contains(&Quantity::Horizon);
        let moving = self.claim.formula.relations().iter().any(|r| moves(&r.lhs) || moves(&r.rhs));
        let law = self.claim.formula.almost_sure_law();
        let mut bound: Vec<(String, &str)> = match (path, moving) {
            _ if self.pointwise && law == Some(Law::Path) => {
                vec![("x_0".into(), "V"), ("p".into(), "list sample")]
            }
            (true, _) => vec![("t".into(), "nat"), (format!("{variable}_0"), kind)],
            (_, true) if !self.is_here() => vec![(variable.into(), kind)],
            _ => Vec::new(),
        };
        if self.pointwise && law == Some(Law::Step) {
            bound.push(("w".into(), "sample"));
        }
        let names: String = bound.iter().map(|(name, _)| format!(" {name}")).collect();
        let binders: Vec<String> = match bound.as_slice() {
            [] => return (String::new(), names),
            [(name, kind)] => vec![format!("{name} : {kind}")],
            all => all.iter().map(|(name, kind)| format!("({name} : {kind})")).collect(),
        };
        (format!("forall {},\n  ", binders.join(" ")), names)
    }

    /// Whether a hypothesis is about the current x only; then all of them are.
    fn is_here(&self) -> bool {
        self.claim.hypotheses.iter().any(|hypothesis| hypothesis.condition.is_here())
    }

    /// The variables that occur in the hypotheses, through types and definitions: the arguments
    /// that Coq gives to the record.
    fn about(&self, variables: &[Variable]) -> Vec<String> {
        let mut meaning: BTreeMap<&str, &str> =
            variables.iter().map(|v| (v.name.as_str(), v.kind.as_str())).collect();
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

    /// The instance on the line, if there is a value for everything.
    fn instance(&self, variables: &[Variable], about: &[String]) -> Option<String> {
        let all = self.variables();
        let mut values: Vec<String> = Vec::new();
        for variable in variables.iter().filter(|variable| about.contains(&variable.name)) {
            values.push(self.on_the_line(variable.value.as_deref()?, &all)?);
        }
        if self.is_here() {
            values.push("(3 : line)".into());
        }
        let module = names::module(self.name);
        let own = self.definitions.iter().map(|(name, _)| format!("{module}.{}", coq_name(name)));
        let own: Vec<String> = own.collect();
        let unfold = if own.is_empty() {
            "cbv beta".to_owned()
        } else {
            format!("cbv delta [{}] beta", own.join(" "))
        };
        let mut text = format!(
            "\n(** ** The hypotheses hold together *)\n\nRequire Import Line.\n\nTheorem satisfiable : hypotheses {}.\nProof.\n  constructor; {unfold}.\n",
            values.join(" "),
        );
        for field in &self.fields {
            let _ = writeln!(text, "  - {}.", field.instance.as_deref().unwrap_or("idtac"));
        }
        text.push_str("Qed.\n");
        Some(text)
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

pub(super) fn mentions(text: &str, name: &str) -> bool {
    words(text).any(|word| word == name)
}
