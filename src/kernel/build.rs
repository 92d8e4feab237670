//! Expressions that the rules put together. Scopes are not set: the kernel does not read them.

use crate::claim::expr::{Expr, Node, Scope, Shape, Symbol, SymbolKind};
use crate::claim::vocabulary::{Law, Quantity};
use std::sync::Arc;

pub(super) fn quantity(quantity: Quantity) -> Expr {
    let row = quantity.entry();
    Expr { node: Node::Quantity(quantity, Vec::new()), shape: row.shape, scope: row.scope }
}

pub(super) fn symbol(symbol: &Arc<Symbol>) -> Expr {
    let scalar = matches!(symbol.kind, SymbolKind::Scalar(_));
    let shape = if scalar { Shape::Scalar } else { Shape::Vector };
    Expr { node: Node::Symbol(Arc::clone(symbol)), shape, scope: symbol.scope }
}

pub(super) fn times(a: &Expr, b: &Expr) -> Expr {
    Expr::scalar(Node::Multiply(Box::new(a.clone()), Box::new(b.clone())))
}

pub(super) fn mean(a: &Expr) -> Expr {
    let node = Node::Expectation(Law::Step, Box::new(a.clone()));
    Expr { node, shape: a.shape, scope: Scope::Fixed }
}

/// a/b, of the shape of a.
pub(super) fn over(a: Expr, b: &Expr) -> Expr {
    let shape = a.shape;
    let node = Node::Divide(Box::new(a), Box::new(b.clone()));
    Expr { node, shape, scope: Scope::Fixed }
}
