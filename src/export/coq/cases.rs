//! Minimum and maximum by cases, in the order in which the kernel asks for certificates.

use super::render::Unsupported;
use crate::claim::expr::{Expr, Node, Relation, Sign};
use std::fmt::Write as _;

/// The parts of a minimum or maximum, through definitions.
fn parts(side: &Expr, least: bool) -> usize {
    match &side.node {
        Node::Defined(definition) => parts(&definition.body, least),
        Node::Least(parts) if least => parts.len(),
        Node::Greatest(parts) if !least => parts.len(),
        _ => 1,
    }
}

/// The proof of a relation by one tactic for each case: all parts of a minimum on the right and of
/// a maximum on the left, and some part of a minimum on the left and of a maximum on the right.
pub(super) fn proof(relation: &Relation, tactics: &[String]) -> Result<String, Unsupported> {
    let (low, high) = match relation.sign {
        Sign::AtLeast | Sign::Greater => (&relation.rhs, &relation.lhs),
        _ => (&relation.lhs, &relation.rhs),
    };
    if matches!(relation.sign, Sign::Equal | Sign::NotEqual) {
        return match tactics {
            [tactic] => Ok(format!("  {tactic}.\n")),
            _ => Err(Unsupported("an equality has one certificate".into())),
        };
    }
    let strict = matches!(relation.sign, Sign::Less | Sign::Greater);
    let (highs, lows) = (parts(high, true), parts(low, false));
    let choices = alternatives(parts(low, true), parts(high, false));
    if strict && highs.max(lows).max(choices.len()) > 1 {
        return Err(Unsupported("a strict claim about a minimum".into()));
    }
    if highs * lows != tactics.len() {
        return Err(Unsupported("the cases and the certificates differ in number".into()));
    }
    let mut text = String::new();
    let leaves: Vec<String> = tactics
        .iter()
        .map(|tactic| match choices.as_slice() {
            [only] if only.is_empty() => format!("{tactic}."),
            _ => {
                let some: Vec<String> =
                    choices.iter().map(|choice| format!("solve [{choice}{tactic}]")).collect();
                format!("first\n    [ {} ].", some.join("\n    | "))
            }
        })
        .collect();
    if leaves.len() == 1 {
        let _ = writeln!(text, "  {}", leaves[0]);
        return Ok(text);
    }
    // All parts on the right, then all parts on the left below each.
    for _ in 1..highs {
        text.push_str("  apply Rmin_glb; [|].\n");
    }
    if lows > 1 {
        return Err(Unsupported("a maximum on the left".into()));
    }
    if highs > 2 {
        return Err(Unsupported("a minimum of more than two on the right".into()));
    }
    for leaf in leaves {
        let _ = writeln!(text, "  - {leaf}");
    }
    Ok(text)
}

/// How to choose one part of a minimum of `lows` on the left and of a maximum of `highs` on the
/// right: as applications before the certificate.
fn alternatives(lows: usize, highs: usize) -> Vec<String> {
    let choose = |count: usize, left: &str, right: &str| -> Vec<String> {
        (0..count)
            .map(|i| {
                let mut text = format!("apply {right}; ").repeat(i);
                if i + 1 < count {
                    let _ = write!(text, "apply {left}; ");
                }
                text
            })
            .collect()
    };
    let mut all = Vec::new();
    for low in choose(lows, "min_below_l", "min_below_r") {
        for high in choose(highs, "max_above_l", "max_above_r") {
            all.push(format!("{low}{high}"));
        }
    }
    all
}
