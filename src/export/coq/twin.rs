//! Statements about more than one run: distillation with SGD beside it on the same samples, and the
//! stationary error as a function of step size and weight.

use super::certificate::{Certificate, Parameter};
use super::names;
use super::render::Unsupported;
use super::statement::Draft;
use crate::claim::expr::{Node, Relation};
use crate::claim::vocabulary::{Process, Quantity};

impl Draft<'_> {
    /// The step and the start of SGD.
    pub fn define_twin(&mut self) -> Result<(), Unsupported> {
        self.quantities.extend([Quantity::SgdT, Quantity::Gamma, Quantity::Lambda]);
        let [step, start] = Process::twin();
        let (step, start) = (self.renderer().vector(&step)?, self.renderer().vector(&start)?);
        let step = format!("Definition sgd_step (sgd : V) (w : sample) : V := {step}.");
        let start = format!("Definition sgd_start (x_0 : V) : V := {start}.");
        self.definitions.push(("sgd_step".into(), step));
        self.definitions.push(("sgd_start".into(), start));
        Ok(())
    }

    /// The stationary error, with a law that is stationary at each pair of arguments.
    pub fn define_stationary(&mut self) -> Result<(), Unsupported> {
        if !self.quantities.contains(&Quantity::StationaryError) {
            return Ok(());
        }
        let step = self.renderer().vector(&self.claim.process.step())?;
        let text =
            format!("Definition step_of (gamma lambda : R) (x : V) (w : sample) : V := {step}.");
        self.definitions.push(("step_of".into(), text));
        let text = "Definition stationary_error (a b : R) : R := E (stationary a b) (fun y => nsq (y - x_star)).";
        self.definitions.push(("stationary_error".into(), text.into()));
        Ok(())
    }

    /// That the laws at hand are stationary.
    pub fn stationary_laws(&mut self) -> Result<(), Unsupported> {
        let mut pairs = Vec::new();
        for formula in self.formulas() {
            for relation in formula.relations() {
                for side in [&relation.lhs, &relation.rhs] {
                    side.walk(&mut |part| {
                        if let Node::Quantity(Quantity::StationaryError, arguments) = &part.node
                            && !pairs.contains(arguments)
                        {
                            pairs.push(arguments.clone());
                        }
                    });
                }
            }
        }
        for (i, pair) in pairs.iter().enumerate() {
            let [a, b] = pair.as_slice() else { continue };
            let (a, b) = (self.renderer().argument(a)?, self.renderer().argument(b)?);
            let text =
                format!("stationary_law law (step_of {a} {b}) (stationary {a} {b}) (fun y => y)");
            self.field(&format!("stationary_{i}"), text, Some("exact line_forgets"));
        }
        Ok(())
    }

    /// The proof by induction over the path: `next` is the certificate of a step, applied.
    pub fn induct(
        &mut self,
        before: &Relation,
        next: &str,
        start: &Certificate,
    ) -> Result<String, Unsupported> {
        let before = self.renderer().relation(before)?;
        let module = names::module(self.name);
        let pointwise = std::mem::replace(&mut self.pointwise, false);
        let mut terms = Vec::new();
        for parameter in &start.parameters {
            terms.push(match parameter {
                // Nothing is drawn at the start.
                Parameter::Shared("sample") => "unit".into(),
                Parameter::Shared("law") => "(point tt)".into(),
                _ => self.supply(parameter)?,
            });
        }
        self.pointwise = pointwise;
        Ok(format!(
            "refine (induct step sgd_step (fun x sgd : V => {before}) _ p x_0 (sgd_start x_0) _).
  - intros x sgd w h_before. exact (at_point w _ _ ({next})).
  - exact ({module}_cert.{} {})",
            start.theorem,
            terms.join(" ")
        ))
    }
}
