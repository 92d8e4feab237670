//! The opening of a certificate file: every variable, sign and fact that it takes from elsewhere.

use super::certificate::{Draft, Parameter, Source};
use super::level::{Level, Over};
use super::names;
use super::path::{self, Followed};
use super::render::{Renderer, Unsupported};
use super::spaces::responses;
use super::statement::moves;
use crate::claim::expr::{Known, Relation, Shape, SymbolKind};
use crate::claim::proof::StatementName;
use crate::claim::vocabulary::{Process, Quantity};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

impl Draft<'_> {
    /// The opening of the section: every variable and every hypothesis.
    pub fn section(
        &self,
        name: &StatementName,
        renderer: &Renderer<'_>,
    ) -> Result<(String, Vec<Parameter>), Unsupported> {
        let mut text = format!(
            "(** Certificate of {name}, as the kernel has checked it. *)\nRequire Import Prelude.\n"
        );
        for module in &self.requires {
            let _ = writeln!(text, "Require {module}.");
        }
        text.push_str("Set Default Proof Using \"All\".\n\nSection Certificate.\n");
        let mut parameters =
            vec![Parameter::Shared("V"), Parameter::Shared("sample"), Parameter::Shared("law")];
        text.push_str("Variables (V : gram) (sample : Type) (law : dist sample).\n");
        text.push_str("Local Notation const v := (cst (D := law) v).\n");
        let varies = |level| self.quantities.iter().any(|q| Level::of(q.entry().scope) == level);
        let symbols = |level| self.symbols.values().any(|s| Level::of(s.scope) == level);
        if varies(Level::Coin) || symbols(Level::Coin) {
            text.push_str("Variables (coin : Type) (coin_law : dist coin).\nLocal Notation coin_free U := (lift (D1 := law) (D2 := coin_law) U).\n");
            parameters.extend([Parameter::Shared("coin"), Parameter::Shared("coin_law")]);
        }
        if varies(Level::Random(Over::Stationary)) || symbols(Level::Random(Over::Stationary)) {
            text.push_str("Variables (limit : Type) (limit_law : dist limit).\nLocal Notation limit_const v := (cst (D := limit_law) v).\n");
            parameters.extend([Parameter::Shared("limit"), Parameter::Shared("limit_law")]);
        }
        if self.samples || !self.indexed.is_empty() {
            text.push_str("(* The average over all samples; a sum is their number times it. *)\nVariables (index : Type) (each : dist index).\nLocal Notation each_const v := (cst (D := each) v).\n");
            parameters.extend([Parameter::Shared("index"), Parameter::Shared("each")]);
        }
        let responses = responses(&self.known, &self.parts);
        if !responses.is_empty() {
            text.push_str("(* What the linear maps are applied to. *)\nVariable W : gram.\n");
            parameters.push(Parameter::Shared("W"));
        }
        text.push('\n');
        if self.memory() {
            path::open_state(&mut text, &mut parameters);
        }
        self.variables(&responses, &mut text, &mut parameters)?;
        if self.along {
            path::open(self, &mut text, &mut parameters)?;
        } else {
            self.notations(&mut text, renderer)?;
        }
        self.signs(&mut text, &mut parameters);
        for (fact, given) in &self.given {
            let every = if matches!(given.source, Source::EveryStep(_)) {
                if self.memory() { "forall s : state, " } else { "forall x : V, " }
            } else if self.along && moves_along(&given.relation) {
                return Err(Unsupported(format!("[{fact}] is about one point of a path")));
            } else {
                ""
            };
            let (name, relation) = (names::fact(fact), renderer.relation(&given.relation)?);
            let _ = writeln!(text, "Hypothesis {name} :\n  {every}{relation}.");
            parameters.push(Parameter::Fact(Box::new(given.clone())));
        }
        text.push('\n');
        Ok((text, parameters))
    }

    fn variables(
        &self,
        responses: &BTreeSet<String>,
        text: &mut String,
        parameters: &mut Vec<Parameter>,
    ) -> Result<(), Unsupported> {
        for quantity in &self.quantities {
            let described = *quantity == Quantity::XNext && self.claim.process != Process::Any;
            let derived = described || matches!(quantity, Quantity::SgdNext | Quantity::Sgd0);
            let start = self.memory() && *quantity == Quantity::Start;
            if derived || start || (self.along && path::follows(*quantity)) {
                continue;
            }
            let row = quantity.entry();
            if *quantity == Quantity::StationaryError {
                text.push_str("Variable stationary_error : R -> R -> R.\n");
                parameters.push(Parameter::Quantity(*quantity));
                continue;
            }
            if !row.arguments.is_empty() {
                return Err(Unsupported(format!("{} has no definition in Coq", row.name)));
            }
            let name = names::quantity(*quantity);
            let kind = type_of(row.shape, Level::of(row.scope))?;
            let kind = if *quantity == Quantity::Horizon { "nat" } else { &kind };
            let _ = writeln!(text, "Variable {name} : {kind}.");
            parameters.push(Parameter::Quantity(*quantity));
        }
        for quantity in &self.indexed {
            let kind = type_of(quantity.entry().shape, Level::Random(Over::Samples))?;
            let _ = writeln!(text, "Variable {} : {kind}.", names::indexed(*quantity));
            parameters.push(Parameter::Indexed(*quantity));
        }
        let spaces = if responses.is_empty() { "V V" } else { "W V" };
        for symbol in self.symbols.values() {
            let level = Level::of(symbol.scope);
            let kind = match symbol.kind {
                SymbolKind::Scalar(_) => type_of(Shape::Scalar, level)?,
                SymbolKind::Vector if responses.contains(&symbol.name) => {
                    type_of(Shape::Vector, level)?.replace('V', "W").replace("RW", "RV")
                }
                SymbolKind::Vector => type_of(Shape::Vector, level)?,
                SymbolKind::Map if level == Level::Value => format!("linear {spaces}"),
                SymbolKind::Map => format!("sample -> linear {spaces}"),
            };
            let kind = match path::followed(self, symbol)? {
                Followed::No => kind,
                Followed::State => format!("state -> {kind}"),
                Followed::Derived => continue,
            };
            let _ = writeln!(text, "Variable {} : {kind}.", names::symbol(&symbol.name));
            parameters.push(Parameter::Symbol(Arc::clone(symbol)));
        }
        Ok(())
    }

    fn notations(&self, text: &mut String, renderer: &Renderer<'_>) -> Result<(), Unsupported> {
        let [sgd_next, sgd_start] = Process::twin();
        let means = [
            (Quantity::XNext, self.claim.process.step()),
            (Quantity::SgdNext, sgd_next),
            (Quantity::Sgd0, sgd_start),
        ];
        for (quantity, meaning) in means {
            let opaque = quantity == Quantity::XNext && self.claim.process == Process::Any;
            if self.quantities.contains(&quantity) && !opaque {
                let name = names::quantity(quantity);
                let meaning = renderer.vector(&meaning)?;
                let _ = writeln!(text, "Local Notation {name} := {meaning}.");
            }
        }
        Ok(())
    }

    fn signs(&self, text: &mut String, parameters: &mut Vec<Parameter>) {
        text.push('\n');
        for quantity in &self.quantities {
            let (name, row) = (names::quantity(*quantity), quantity.entry());
            if *quantity == Quantity::StationaryError {
                let _ = writeln!(text, "Hypothesis {name}_sign : forall a b, 0 <= {name} a b.");
                parameters.push(Parameter::Sign(*quantity));
                continue;
            }
            if row.shape == Shape::Scalar
                && !(self.along && path::follows(*quantity))
                && let Some(sign) = sign(&name, row.sign, Level::of(row.scope))
            {
                let _ = writeln!(text, "Hypothesis {name}_sign : {sign}.");
                parameters.push(Parameter::Sign(*quantity));
            }
        }
        for symbol in self.symbols.values() {
            let name = names::symbol(&symbol.name);
            let every = match path::followed(self, symbol) {
                Ok(Followed::No) => "",
                Ok(Followed::State) => "forall s, ",
                _ => continue,
            };
            let value = if every.is_empty() { name.clone() } else { format!("{name} s") };
            if let SymbolKind::Scalar(known) = symbol.kind
                && let Some(sign) = sign(&value, known, Level::of(symbol.scope))
            {
                let _ = writeln!(text, "Hypothesis {name}_sign : {every}{sign}.");
                parameters.push(Parameter::SymbolSign(Arc::clone(symbol)));
            }
        }
    }
}

/// Whether the relation is about the current point.
pub(super) fn moves_along(relation: &Relation) -> bool {
    moves(&relation.lhs) || moves(&relation.rhs)
}

/// What is known of a sign, as Coq text.
pub(super) fn sign(name: &str, known: Known, level: Level) -> Option<String> {
    match (known, level) {
        (Known::Real, _) => None,
        (Known::Positive, Level::Value) => Some(format!("0 < {name}")),
        (Known::NonNegative, Level::Value) => Some(format!("0 <= {name}")),
        (_, Level::Random(_)) => Some(format!("rpos {name}")),
        (_, Level::Coin) => Some(format!("rpos2 {name}")),
    }
}

fn type_of(shape: Shape, level: Level) -> Result<String, Unsupported> {
    let outcome = |over| match over {
        Over::Step => "sample",
        Over::Path => "list sample",
        Over::Stationary => "limit",
        Over::Samples => "index",
    };
    Ok(match (shape, level) {
        (Shape::Vector, Level::Value) => "V".to_owned(),
        (Shape::Scalar, Level::Value) => "R".to_owned(),
        (Shape::Vector, Level::Random(Over::Path)) => "RV (paths law t) V".to_owned(),
        (Shape::Vector, Level::Random(over)) => format!("RV {} V", over.law()),
        (Shape::Scalar, Level::Random(Over::Path)) => "rs (list sample)".to_owned(),
        (Shape::Scalar, Level::Random(over)) => format!("rs {}", outcome(over)),
        (Shape::Vector, Level::Coin) => "RV law (RV coin_law V)".to_owned(),
        (Shape::Scalar, Level::Coin) => "rs2 sample coin".to_owned(),
    })
}
