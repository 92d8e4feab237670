//! Coq identifiers.

use crate::claim::proof::StatementName;
use crate::claim::vocabulary::Quantity;
use crate::scalar::Rational;

/// Words that a symbol of a file must not shadow: Coq's, and those of the fixed files.
const RESERVED: &[&str] = &[
    "E",
    "S",
    "O",
    "I",
    "R",
    "V",
    "W",
    "as",
    "at",
    "cofix",
    "else",
    "end",
    "exists",
    "fix",
    "for",
    "forall",
    "fun",
    "if",
    "in",
    "let",
    "match",
    "mod",
    "return",
    "then",
    "where",
    "with",
    "Set",
    "Prop",
    "Type",
    "act",
    "average",
    "c",
    "c_n",
    "coin",
    "cst",
    "dot",
    "each",
    "enough",
    "f",
    "f_n",
    "full_grad",
    "g",
    "g_n",
    "index",
    "law",
    "lift",
    "limit",
    "mean",
    "n",
    "p",
    "pairs",
    "paths",
    "point",
    "position",
    "run",
    "s",
    "s_0",
    "sample",
    "samples",
    "size",
    "slack",
    "state",
    "step",
    "unroll",
    "w",
    "x_star",
    "z",
];

fn plain(name: &str) -> String {
    name.replace(['-', '/'], "_")
}

/// The module of a statement: its file without the extension.
pub(super) fn module(name: &StatementName) -> String {
    plain(&name.to_string())
}

/// The hypothesis or lemma of a fact. The prefix keeps it apart from every symbol.
pub(super) fn fact(name: &str) -> String {
    format!("h_{}", plain(name))
}

/// The theorem of a part.
pub(super) fn part(name: &str) -> String {
    format!("claim_{}", plain(name))
}

/// A symbol that a theorem file declares.
pub(super) fn symbol(name: &str) -> String {
    let clash = RESERVED.contains(&name) || Quantity::named(name).is_some();
    if clash { format!("symbol_{name}") } else { name.to_owned() }
}

/// A definition of the language as a Coq definition.
pub(super) fn definition(name: &str) -> String {
    let clash = RESERVED.contains(&name) || Quantity::named(name).is_some();
    if clash { format!("the_{name}") } else { name.to_owned() }
}

/// A quantity in a certificate file.
pub(super) fn quantity(quantity: Quantity) -> String {
    quantity.entry().name.to_owned()
}

/// A quantity of one sample in a certificate file.
pub(super) fn indexed(quantity: Quantity) -> String {
    format!("{}_n", quantity.entry().name)
}

/// A number; a fraction is a quotient, so that `field` sees its parts.
pub(super) fn number(value: &Rational) -> String {
    let text = value.to_string();
    match text.split_once('/') {
        Some((p, q)) => format!("({} / {})", p.trim(), q.trim()),
        None if value.is_negative() => format!("({text})"),
        None => text,
    }
}

/// Which definitions of the language have a Coq definition.
pub(super) trait Defined {
    fn is_defined(&self, name: &str) -> bool;
}

/// None: every definition is expanded.
pub(super) struct Expanded;

impl Defined for Expanded {
    fn is_defined(&self, _: &str) -> bool {
        false
    }
}
