//! Types: from a syntax tree to a typed [`Expr`].

use super::dictionary::{Dictionary, Entry};
use super::expr::{
    Definition, Exponent, Expr, Node, Scope, Shape, Symbol, SymbolKind, depends_on_point,
};
use super::parser::{FormulaError, Syntax, SyntaxNode};
use super::vocabulary::{Law, Quantity};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An expanded formula has at most this many parts, and nests at most this deep.
const MAX_PARTS: usize = 50_000;
const MAX_DEPTH: usize = 400;

/// One expression being typed.
pub(super) struct Elaboration<'a> {
    dictionary: &'a Dictionary,
    bound: BTreeMap<&'a str, &'a Expr>,
    index: Option<String>,
    /// Below an `E[...]` or a sum of this text, where a random argument would be captured.
    binds: bool,
    depth: usize,
    parts: usize,
    /// Inside the body of a definition, which was checked against the symbols of its own file.
    in_body: bool,
}

/// The scope of a combination; two different laws do not combine outside `E[...]`.
pub(super) fn join(a: Scope, b: Scope, at: usize) -> Result<Scope, FormulaError> {
    match (a, b) {
        // The coin is tossed given ξ, and so may depend on it.
        (Scope::Random(Law::Coin), Scope::Random(Law::Step))
        | (Scope::Random(Law::Step), Scope::Random(Law::Coin)) => Ok(Scope::Random(Law::Coin)),
        (Scope::Random(left), Scope::Random(right)) if left != right => Err(FormulaError::new(
            at,
            format!("mixes the laws {left:?} and {right:?} in one expression"),
        )),
        (Scope::Random(law), _) | (_, Scope::Random(law)) => Ok(Scope::Random(law)),
        (Scope::State, _) | (_, Scope::State) => Ok(Scope::State),
        (Scope::Fixed, Scope::Fixed) => Ok(Scope::Fixed),
    }
}

impl<'a> Elaboration<'a> {
    pub(super) fn new(dictionary: &'a Dictionary, bound: BTreeMap<&'a str, &'a Expr>) -> Self {
        Self { dictionary, bound, index: None, binds: false, depth: 0, parts: 0, in_body: false }
    }

    pub(super) fn expr(&mut self, syntax: &Syntax) -> Result<Expr, FormulaError> {
        self.depth += 1;
        self.parts += 1;
        self.check_size(0, syntax.at)?;
        let expr = self.node(syntax)?;
        self.depth -= 1;
        Ok(expr)
    }

    fn check_size(&self, height: usize, at: usize) -> Result<(), FormulaError> {
        if self.depth + height > MAX_DEPTH || self.parts > MAX_PARTS {
            return Err(FormulaError::new(at, "the formula is too large once expanded"));
        }
        Ok(())
    }

    /// Counts what a name stands for as if it were written out.
    fn expand(&mut self, value: &Expr, at: usize) -> Result<(), FormulaError> {
        let (parts, height) = size(value);
        self.parts += parts;
        self.check_size(height, at)
    }

    /// What stands under an `E[...]` or in a sum.
    fn under(&mut self, index: Option<String>, syntax: &Syntax) -> Result<Expr, FormulaError> {
        let outer = (std::mem::replace(&mut self.index, index), self.binds);
        self.binds = true;
        let inner = self.expr(syntax)?;
        (self.index, self.binds) = outer;
        Ok(inner)
    }

    fn node(&mut self, syntax: &Syntax) -> Result<Expr, FormulaError> {
        let at = syntax.at;
        match &syntax.node {
            SyntaxNode::Number(value) => Ok(Expr {
                node: Node::Number(value.clone()),
                shape: Shape::Scalar,
                scope: Scope::Fixed,
            }),
            SyntaxNode::Name(name) => self.named(name, &[], at),
            SyntaxNode::Call(name, arguments) => self.call(name, arguments, at),
            SyntaxNode::Index(name, index) => self.indexed(name, index, at),
            SyntaxNode::Slack(name) => match self.dictionary.fact(name) {
                Some((shape, scope)) => Ok(Expr { node: Node::Slack(name.clone()), shape, scope }),
                None => Err(FormulaError::new(
                    at,
                    format!("{name} is neither a hypothesis nor an earlier step of this proof"),
                )),
            },
            SyntaxNode::Expectation(coin, inner) => {
                let inner = self.under(None, inner)?;
                let law = match inner.scope {
                    Scope::Random(Law::Coin) if !coin => {
                        let cause = "what depends on the coin needs E[Ec[...]]";
                        return Err(FormulaError::new(at, cause));
                    }
                    Scope::Random(law) if (law == Law::Coin) == *coin => law,
                    _ if *coin => {
                        let cause = "Ec[...] of something that does not depend on the coin";
                        return Err(FormulaError::new(at, cause));
                    }
                    _ => {
                        return Err(FormulaError::new(
                            at,
                            "E[...] of something that is not random",
                        ));
                    }
                };
                let scope = match law {
                    Law::Coin => Scope::Random(Law::Step),
                    _ if depends_on_state(&inner) => Scope::State,
                    _ => Scope::Fixed,
                };
                Ok(Expr {
                    shape: inner.shape,
                    scope,
                    node: Node::Expectation(law, Box::new(inner)),
                })
            }
            SyntaxNode::Negate(inner) => {
                let inner = self.expr(inner)?;
                Ok(Expr {
                    shape: inner.shape,
                    scope: inner.scope,
                    node: Node::Negate(Box::new(inner)),
                })
            }
            SyntaxNode::Binary(sign, left, right) => self.binary(*sign, left, right, at),
            SyntaxNode::Power(base, exponent) => {
                let base = self.scalar(base, "the base of a power")?;
                let exponent = self.exponent(exponent)?;
                let scope = base.scope;
                let node = Node::Power(Box::new(base), exponent);
                Ok(Expr { node, shape: Shape::Scalar, scope })
            }
        }
    }

    fn allows(&self, name: &str) -> bool {
        self.in_body || self.dictionary.allows(name)
    }

    fn scalar(&mut self, syntax: &Syntax, what: &str) -> Result<Expr, FormulaError> {
        self.shaped(syntax, what, Shape::Scalar)
    }

    fn shaped(&mut self, syntax: &Syntax, what: &str, shape: Shape) -> Result<Expr, FormulaError> {
        let expr = self.expr(syntax)?;
        if expr.shape == shape {
            return Ok(expr);
        }
        let wanted = if shape == Shape::Scalar { "a scalar" } else { "a vector" };
        Err(FormulaError::new(syntax.at, format!("{what} must be {wanted}")))
    }

    fn binary(
        &mut self,
        sign: char,
        left: &Syntax,
        right: &Syntax,
        at: usize,
    ) -> Result<Expr, FormulaError> {
        let (a, b) = (self.expr(left)?, self.expr(right)?);
        let scope = join(a.scope, b.scope, at)?;
        let shape = match (sign, a.shape, b.shape) {
            ('+' | '-', left, right) if left != right => {
                return Err(FormulaError::new(at, "a scalar and a vector are added"));
            }
            ('*', Shape::Vector, Shape::Vector) => {
                let cause = "two vectors are multiplied: write inner(u, v)";
                return Err(FormulaError::new(at, cause));
            }
            ('/', _, Shape::Vector) => {
                return Err(FormulaError::new(right.at, "division by a vector"));
            }
            (_, Shape::Scalar, Shape::Scalar) => Shape::Scalar,
            _ => Shape::Vector,
        };
        let (a, b) = (Box::new(a), Box::new(b));
        let node = match sign {
            '+' => Node::Add(a, b),
            '-' => Node::Subtract(a, b),
            '*' => Node::Multiply(a, b),
            _ => Node::Divide(a, b),
        };
        Ok(Expr { node, shape, scope })
    }

    fn exponent(&self, syntax: &Syntax) -> Result<Exponent, FormulaError> {
        const WANTED: &str = "an exponent is a natural number up to 64, or the name of one";
        match &syntax.node {
            SyntaxNode::Number(value) => value
                .is_integer()
                .then(|| value.floor_u64())
                .flatten()
                .and_then(|k| u32::try_from(k).ok())
                .filter(|k| *k <= 64)
                .map(Exponent::Literal)
                .ok_or_else(|| FormulaError::new(syntax.at, WANTED)),
            SyntaxNode::Name(name) => match Quantity::named(name) {
                Some(quantity) if quantity.entry().natural && self.allows(name) => {
                    Ok(Exponent::Symbol(quantity))
                }
                _ => Err(FormulaError::new(syntax.at, WANTED)),
            },
            _ => Err(FormulaError::new(syntax.at, WANTED)),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Syntax], at: usize) -> Result<Expr, FormulaError> {
        let count = |wanted: usize| {
            if arguments.len() == wanted {
                Ok(())
            } else {
                let found = arguments.len();
                let cause = format!("{name} takes {wanted} argument(s), found {found}");
                Err(FormulaError::new(at, cause))
            }
        };
        match name {
            "inner" => {
                count(2)?;
                let a = self.shaped(&arguments[0], "an argument of inner", Shape::Vector)?;
                let b = self.shaped(&arguments[1], "an argument of inner", Shape::Vector)?;
                let scope = join(a.scope, b.scope, at)?;
                let node = Node::Inner(Box::new(a), Box::new(b));
                Ok(Expr { node, shape: Shape::Scalar, scope })
            }
            "norm_sq" => {
                count(1)?;
                let a = self.shaped(&arguments[0], "the argument of norm_sq", Shape::Vector)?;
                let scope = a.scope;
                Ok(Expr { node: Node::NormSq(Box::new(a)), shape: Shape::Scalar, scope })
            }
            "sqrt" => {
                count(1)?;
                let a = self.scalar(&arguments[0], "the argument of sqrt")?;
                let scope = a.scope;
                Ok(Expr { node: Node::Root(Box::new(a)), shape: Shape::Scalar, scope })
            }
            "min" | "max" => {
                let mut parts = Vec::new();
                let mut scope = Scope::Fixed;
                for argument in arguments {
                    let part = self.scalar(argument, "an argument of min or max")?;
                    scope = join(scope, part.scope, argument.at)?;
                    parts.push(part);
                }
                let node = if name == "min" { Node::Least(parts) } else { Node::Greatest(parts) };
                Ok(Expr { node, shape: Shape::Scalar, scope })
            }
            "sum" => {
                count(2)?;
                let SyntaxNode::Name(index) = &arguments[0].node else {
                    return Err(FormulaError::new(
                        arguments[0].at,
                        "the first argument of sum is its index",
                    ));
                };
                if self.index.is_some() {
                    return Err(FormulaError::new(at, "sums do not nest"));
                }
                let body = self.under(Some(index.clone()), &arguments[1])?;
                if matches!(body.scope, Scope::Random(_)) {
                    let cause = "a quantity that is not indexed is random inside a sum";
                    return Err(FormulaError::new(arguments[1].at, cause));
                }
                Ok(Expr { shape: body.shape, scope: body.scope, node: Node::Sum(Box::new(body)) })
            }
            _ => self.named(name, arguments, at),
        }
    }

    fn indexed(&self, name: &str, index: &str, at: usize) -> Result<Expr, FormulaError> {
        if self.index.as_deref() != Some(index) {
            let cause = format!("{index} is not the index of an enclosing sum in the same E[...]");
            return Err(FormulaError::new(at, cause));
        }
        match Quantity::named(name) {
            Some(quantity)
                if quantity.entry().scope == Scope::Random(Law::Step)
                    && quantity.entry().shape == Shape::Vector
                    && !matches!(quantity, Quantity::XNext | Quantity::GapNext) =>
            {
                if !self.allows(name) {
                    return Err(self.undeclared(name, at));
                }
                let shape = quantity.entry().shape;
                let state = depends_on_point(quantity);
                let scope = if state { Scope::State } else { Scope::Fixed };
                Ok(Expr { node: Node::Indexed(quantity), shape, scope })
            }
            _ => Err(FormulaError::new(at, format!("{name} is not a quantity of each sample"))),
        }
    }

    fn named(&mut self, name: &str, arguments: &[Syntax], at: usize) -> Result<Expr, FormulaError> {
        if let Some(value) = self.bound.get(name) {
            if !arguments.is_empty() {
                let cause = format!("{name} is a parameter, not a function");
                return Err(FormulaError::new(at, cause));
            }
            let value = *value;
            self.expand(value, at)?;
            if self.binds && varies(value) {
                let cause = format!("{name} is random, and cannot enter E[...] or a sum");
                return Err(FormulaError::new(at, cause));
            }
            return Ok(value.clone());
        }
        if let Some(symbol) = self.dictionary.symbol(name) {
            return self.declared(symbol, arguments, at);
        }
        let entry = self.dictionary.definitions.get(name);
        if entry.is_none_or(|entry| !entry.local) && !self.allows(name) {
            return Err(self.undeclared(name, at));
        }
        let wanted = match entry {
            Some(entry) => entry.parameters.len(),
            None => match Quantity::named(name) {
                Some(quantity) => quantity.entry().arguments.len(),
                None => return Err(self.undeclared(name, at)),
            },
        };
        if arguments.len() != wanted {
            let found = arguments.len();
            let cause = format!("{name} takes {wanted} argument(s), found {found}");
            return Err(FormulaError::new(at, cause));
        }
        let mut values = Vec::new();
        let mut scope = Scope::Fixed;
        for argument in arguments {
            let value = self.scalar(argument, "an argument")?;
            scope = join(scope, value.scope, argument.at)?;
            values.push(value);
        }
        match (entry, Quantity::named(name)) {
            (Some(entry), _) => self.defined(name, entry, values, at),
            (None, Some(quantity)) => {
                let row = quantity.entry();
                let scope = join(scope, row.scope, at)?;
                Ok(Expr { node: Node::Quantity(quantity, values), shape: row.shape, scope })
            }
            (None, None) => Err(self.undeclared(name, at)),
        }
    }

    /// A symbol that the file declares by itself.
    fn declared(
        &mut self,
        symbol: &Arc<Symbol>,
        arguments: &[Syntax],
        at: usize,
    ) -> Result<Expr, FormulaError> {
        let name = &symbol.name;
        let shape = match (symbol.kind, arguments) {
            (SymbolKind::Map, [argument]) => {
                let inner = self.shaped(argument, "the argument of a map", Shape::Vector)?;
                let scope = join(symbol.scope, inner.scope, at)?;
                let node = Node::Apply(Arc::clone(symbol), Box::new(inner));
                return Ok(Expr { node, shape: Shape::Vector, scope });
            }
            (SymbolKind::Map, _) => {
                let cause = format!("{name} is a linear map: write {name}(u)");
                return Err(FormulaError::new(at, cause));
            }
            (SymbolKind::Scalar(_), []) => Shape::Scalar,
            (SymbolKind::Vector, []) => Shape::Vector,
            _ => return Err(FormulaError::new(at, format!("{name} takes no arguments"))),
        };
        Ok(Expr { node: Node::Symbol(Arc::clone(symbol)), shape, scope: symbol.scope })
    }

    fn defined(
        &mut self,
        name: &str,
        entry: &'a Entry,
        arguments: Vec<Expr>,
        at: usize,
    ) -> Result<Expr, FormulaError> {
        let body = match &entry.body {
            Some(body) => {
                self.expand(body, at)?;
                Arc::clone(body)
            }
            None => {
                let bound =
                    entry.parameters.iter().map(String::as_str).zip(arguments.iter()).collect();
                let mut inner = Elaboration {
                    dictionary: &entry.scope,
                    bound,
                    index: None,
                    binds: false,
                    depth: self.depth,
                    parts: self.parts,
                    in_body: true,
                };
                let body = inner.expr(&entry.syntax).map_err(|error| {
                    FormulaError::new(at, format!("in {name}: {}", error.cause))
                })?;
                self.parts = inner.parts;
                Arc::new(body)
            }
        };
        Ok(Expr {
            shape: body.shape,
            scope: body.scope,
            node: Node::Defined(Definition {
                name: name.to_owned(),
                latex: entry.latex.clone(),
                arguments,
                body,
            }),
        })
    }

    fn undeclared(&self, name: &str, at: usize) -> FormulaError {
        let known =
            Quantity::named(name).is_some() || self.dictionary.definitions.contains_key(name);
        FormulaError::new(
            at,
            if known {
                format!("the symbol {name} is not declared in [symbols]")
            } else {
                format!("unknown symbol {name}")
            },
        )
    }
}

fn depends_on_state(expr: &Expr) -> bool {
    let mut state = false;
    expr.walk(&mut |part| {
        state |= part.scope == Scope::State
            || match &part.node {
                Node::Quantity(quantity, _) => depends_on_point(*quantity),
                Node::Symbol(symbol) | Node::Apply(symbol, _) => symbol.moves,
                _ => false,
            };
    });
    state
}

/// Whether an expression takes different values from outcome to outcome or from sample to sample.
fn varies(expr: &Expr) -> bool {
    let mut indexed = false;
    expr.walk(&mut |part| indexed |= matches!(part.node, Node::Indexed(_)));
    indexed || matches!(expr.scope, Scope::Random(_))
}

/// The number of parts of an expression and how deep they nest, arguments of definitions included.
fn size(expr: &Expr) -> (usize, usize) {
    let (mut parts, mut height) = (1, 0);
    let mut add = |part: &Expr| {
        let inner = size(part);
        parts += inner.0;
        height = height.max(inner.1);
    };
    expr.children().into_iter().for_each(&mut add);
    if let Node::Defined(definition) = &expr.node {
        definition.arguments.iter().for_each(&mut add);
    }
    (parts, height + 1)
}
