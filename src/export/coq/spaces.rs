//! Two spaces: parameters, and what linear maps are applied to.
//!
//! The formula language has one kind of vector. Where a file declares linear maps, as transposed
//! Jacobians, their arguments are responses, and may live in a space of their own.

use crate::claim::expr::{Expr, Node, Relation, Shape};
use std::collections::BTreeSet;

/// The vectors that are added or compared to each other, and whether a map is applied to them.
#[derive(Debug, Default)]
struct Group {
    argument: bool,
    parts: BTreeSet<String>,
}

/// What stands for a vector that is one of parameters: a quantity, or the value of a map.
const PARAMETER: &str = "";

/// The symbols that maps are applied to. None if one of them is compared with parameters.
pub(super) fn responses(relations: &[(String, Relation)], others: &[Expr]) -> BTreeSet<String> {
    let mut groups = Vec::new();
    for (fact, Relation { lhs, rhs, .. }) in relations {
        if lhs.shape == Shape::Vector {
            let mut group = Group::default();
            group.parts.insert(slack(fact));
            vector(lhs, &mut group, &mut groups);
            vector(rhs, &mut group, &mut groups);
            groups.push(group);
        } else {
            scalar(lhs, &mut groups);
            scalar(rhs, &mut groups);
        }
    }
    for expr in others {
        alone(expr, false, &mut groups);
    }
    let mut found: BTreeSet<String> = BTreeSet::new();
    loop {
        let before = found.len();
        for group in &groups {
            if group.argument || !group.parts.is_disjoint(&found) {
                found.extend(group.parts.iter().cloned());
            }
        }
        if found.len() == before {
            break;
        }
    }
    if found.contains(PARAMETER) { BTreeSet::new() } else { found }
}

fn slack(fact: &str) -> String {
    format!("[{fact}]")
}

fn alone(expr: &Expr, argument: bool, groups: &mut Vec<Group>) {
    if expr.shape == Shape::Scalar {
        return scalar(expr, groups);
    }
    let mut group = Group { argument, ..Group::default() };
    vector(expr, &mut group, groups);
    groups.push(group);
}

fn vector(expr: &Expr, group: &mut Group, groups: &mut Vec<Group>) {
    match &expr.node {
        Node::Symbol(symbol) => {
            group.parts.insert(symbol.name.clone());
        }
        Node::Slack(fact) => {
            group.parts.insert(slack(fact));
        }
        Node::Apply(_, argument) => {
            group.parts.insert(PARAMETER.to_owned());
            alone(argument, true, groups);
        }
        Node::Quantity(..) | Node::Indexed(_) => {
            group.parts.insert(PARAMETER.to_owned());
        }
        _ => {
            for part in expr.children() {
                match part.shape {
                    Shape::Vector => vector(part, group, groups),
                    Shape::Scalar => scalar(part, groups),
                }
            }
        }
    }
}

fn scalar(expr: &Expr, groups: &mut Vec<Group>) {
    if let Node::Inner(a, b) = &expr.node {
        let mut group = Group::default();
        vector(a, &mut group, groups);
        vector(b, &mut group, groups);
        groups.push(group);
        return;
    }
    expr.children().into_iter().for_each(|part| alone(part, false, groups));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::dictionary::Dictionary;
    use crate::claim::expr::{Formula, Known, Scope, Symbol, SymbolKind};

    /// The responses of a relation about vectors u and v, a number a and a map J.
    fn found(text: &str) -> Vec<String> {
        let mut dictionary = Dictionary::standard();
        let symbols = [
            ("u", SymbolKind::Vector),
            ("v", SymbolKind::Vector),
            ("J", SymbolKind::Map),
            ("number", SymbolKind::Scalar(Known::Real)),
        ];
        for (name, kind) in symbols {
            let name = name.to_owned();
            let (latex, meaning) = (name.clone(), name.clone());
            let scope = Scope::Fixed;
            let symbol = Symbol { name, latex, kind, scope, moves: false, motion: None, meaning };
            dictionary.declare(symbol).unwrap();
        }
        let Formula::Relation(relation) = dictionary.formula(text).unwrap() else { panic!() };
        responses(&[("fact".into(), relation)], &[]).into_iter().collect()
    }

    #[test]
    fn what_a_map_is_applied_to_is_a_response() {
        assert_eq!(found("J(u - number*v) = 0*x"), ["u", "v"]);
        assert_eq!(found("norm_sq(J(u)) <= norm_sq(u - v)"), ["u", "v"]);
        assert_eq!(found("norm_sq(J(u)) <= norm_sq(v)"), ["u"]);
        assert!(found("norm_sq(u) <= norm_sq(v)").is_empty());
    }

    #[test]
    fn there_is_one_space_if_responses_are_compared_with_parameters() {
        assert!(found("J(u) = u").is_empty());
        assert!(found("J(J(u)) = v").is_empty());
        assert!(found("inner(J(u), v) <= norm_sq(u - v)").is_empty());
        assert!(found("J(u - x) = 0*x").is_empty());
    }
}
