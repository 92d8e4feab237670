//! The typed formula: what a theorem file says, after parsing and checking.
//!
//! An [`Expr`] is built once, by [`dictionary`](super::dictionary), and then *evaluated* in three
//! arithmetics, *rendered* as LaTeX and *written back* as text. No bound exists in any other form.

use super::vocabulary::{Law, Quantity};
use crate::scalar::Rational;
use std::fmt;
use std::sync::Arc;

/// A checked statement about an instance: one relation, or the equivalence of two.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// `lhs relation rhs`.
    Relation(Relation),
    /// Both relations hold, or neither does.
    Equivalence(Relation, Relation),
}

/// `lhs sign rhs`, both scalar or both vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// Left side.
    pub lhs: Expr,
    /// The sign between the sides.
    pub sign: Sign,
    /// Right side.
    pub rhs: Expr,
}

/// The sign of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
}

/// A typed expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub node: Node,
    /// Scalar or vector.
    pub shape: Shape,
    /// What it depends on.
    pub scope: Scope,
}

/// The shapes of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A real number.
    Scalar,
    /// A vector of R^d.
    Vector,
}

/// What a value depends on. The order is by dependence: fixed < state < random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The same for every point and every draw: constants of the problem.
    Fixed,
    /// Depends on the current point x.
    State,
    /// A random variable of the law.
    Random(Law),
}

/// The exponent of a power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exponent {
    /// A literal.
    Literal(u32),
    /// A natural number of the instance, such as the iteration count t.
    Symbol(Quantity),
}

/// The operations of the language; [`super::parser`] gives the grammar.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A literal, exactly.
    Number(Rational),
    /// A quantity of the vocabulary that the instance supplies, with its arguments.
    Quantity(Quantity, Vec<Expr>),
    /// A quantity of one sample: `u[n]`, inside `sum(n, ...)`.
    Indexed(Quantity),
    /// A symbol that a file declares by itself; it stands for any value of its kind.
    Symbol(Arc<Symbol>),
    /// A declared linear map, applied to a vector.
    Apply(Arc<Symbol>, Box<Expr>),
    /// `[name]`: the slack of a hypothesis or of a step of a proof, in a certificate.
    Slack(String),
    /// A defined name, with its arguments already substituted into the body.
    Defined(Definition),
    /// `-a`
    Negate(Box<Expr>),
    /// `a + b`
    Add(Box<Expr>, Box<Expr>),
    /// `a - b`
    Subtract(Box<Expr>, Box<Expr>),
    /// `a * b`; at most one of them is a vector.
    Multiply(Box<Expr>, Box<Expr>),
    /// `a / b`; b is a scalar.
    Divide(Box<Expr>, Box<Expr>),
    /// `a ^ k`
    Power(Box<Expr>, Exponent),
    /// `sqrt(a)`
    Root(Box<Expr>),
    /// `min(a, b, ...)`
    Least(Vec<Expr>),
    /// `max(a, b, ...)`
    Greatest(Vec<Expr>),
    /// `inner(u, v)`
    Inner(Box<Expr>, Box<Expr>),
    /// `norm_sq(u)`
    NormSq(Box<Expr>),
    /// `E[a]` under the law that its random quantities share.
    Expectation(Law, Box<Expr>),
    /// `sum(n, a)` over the samples.
    Sum(Box<Expr>),
}

/// A symbol that a theorem file declares beyond the vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name in formulas.
    pub name: String,
    /// How it is typeset.
    pub latex: String,
    /// What it stands for.
    pub kind: SymbolKind,
    /// What it depends on.
    pub scope: Scope,
    /// Whether a random symbol also depends on the point that the step is taken from.
    pub moves: bool,
    /// For a symbol of the state: its names after one step, after t steps and at the start.
    pub motion: Option<[String; 3]>,
    /// What it means.
    pub meaning: String,
}

/// Kinds of declared symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A real number with what is known of its sign.
    Scalar(Known),
    /// A vector.
    Vector,
    /// A linear map from vectors to vectors.
    Map,
}

/// What is known of the sign of a scalar from its declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Greater than zero.
    Positive,
    /// At least zero.
    NonNegative,
    /// Nothing.
    Real,
}

/// The use of a defined name.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its name in the file.
    pub name: String,
    /// How it is typeset.
    pub latex: String,
    /// The arguments of this use, for display.
    pub arguments: Vec<Expr>,
    /// What it stands for. Shared, so that uses without arguments are evaluated once.
    pub body: Arc<Expr>,
}

/// Whether a quantity depends on the point that the step is taken from.
pub fn depends_on_point(quantity: Quantity) -> bool {
    use Quantity::{
        EndGrad, EndGradTeacher, Gap, GapNext, GapTilted, Grad, GradSgd, GradStored, JacobianError,
        JacobianGapSq, LSegment, MemoryError, MemoryErrorNext, MixedGrad, OutputRange, SMaxSq,
        SMinSq, Sgd, SgdNext, TemperedGap, X, XCompressed, XNext,
    };
    matches!(
        quantity,
        X | Gap
            | GapTilted
            | Grad
            | MixedGrad
            | XNext
            | GapNext
            | XCompressed
            | Sgd
            | SgdNext
            | GradSgd
            // The memory is part of the state.
            | GradStored
            | MemoryError
            | MemoryErrorNext
            // Of a network: at its parameters, or along the step from them.
            | EndGrad
            | EndGradTeacher
            | JacobianError
            | JacobianGapSq
            | LSegment
            | OutputRange
            | SMaxSq
            | SMinSq
            | TemperedGap
    )
}

impl Sign {
    /// The sign as written in a file.
    pub fn text(self) -> &'static str {
        match self {
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::Greater => ">",
            Self::Equal => "=",
            Self::NotEqual => "!=",
        }
    }
}

impl Relation {
    /// The side that is claimed to be the larger one minus the other.
    pub fn slack(&self) -> Expr {
        match self.sign {
            Sign::AtLeast | Sign::Greater => self.lhs.clone().minus(self.rhs.clone()),
            _ => self.rhs.clone().minus(self.lhs.clone()),
        }
    }

    /// The relation with parts of both sides replaced.
    pub fn replaced(&self, replace: &dyn Fn(&Expr) -> Option<Expr>) -> Self {
        let side = |expr: &Expr| expr.replaced(replace);
        Self { lhs: side(&self.lhs), sign: self.sign, rhs: side(&self.rhs) }
    }
}

impl Formula {
    /// The relations of the formula, in order.
    pub fn relations(&self) -> Vec<&Relation> {
        match self {
            Self::Relation(relation) => vec![relation],
            Self::Equivalence(left, right) => vec![left, right],
        }
    }

    /// The law over which the formula holds almost surely, when a side is random.
    pub fn almost_sure_law(&self) -> Option<Law> {
        self.relations().iter().find_map(|relation| {
            [&relation.lhs, &relation.rhs].into_iter().find_map(|side| match side.scope {
                Scope::Random(law) => Some(law),
                _ => None,
            })
        })
    }
}

impl Expr {
    /// The expressions directly below this one; below the use of a definition, its body.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.node {
            Node::Number(_) | Node::Indexed(_) | Node::Symbol(_) | Node::Slack(_) => Vec::new(),
            Node::Quantity(_, parts) | Node::Least(parts) | Node::Greatest(parts) => {
                parts.iter().collect()
            }
            Node::Defined(definition) => vec![&definition.body],
            Node::Negate(a)
            | Node::Power(a, _)
            | Node::Root(a)
            | Node::NormSq(a)
            | Node::Expectation(_, a)
            | Node::Apply(_, a)
            | Node::Sum(a) => vec![a],
            Node::Add(a, b)
            | Node::Subtract(a, b)
            | Node::Multiply(a, b)
            | Node::Divide(a, b)
            | Node::Inner(a, b) => vec![a, b],
        }
    }

    /// A scalar of the given parts, for building formulas.
    pub fn scalar(node: Node) -> Self {
        Self { node, shape: Shape::Scalar, scope: Scope::Fixed }
    }

    /// a − b, of the shape of a.
    pub fn minus(self, other: Self) -> Self {
        let shape = self.shape;
        let node = Node::Subtract(Box::new(self), Box::new(other));
        Self { node, shape, scope: Scope::Fixed }
    }

    /// a + b, of the shape of a.
    pub fn plus(self, other: Self) -> Self {
        let shape = self.shape;
        let node = Node::Add(Box::new(self), Box::new(other));
        Self { node, shape, scope: Scope::Fixed }
    }

    /// The expression with parts replaced, from the outside in; bodies of definitions included.
    /// The scopes of what is rebuilt are not computed again.
    pub fn replaced(&self, replace: &dyn Fn(&Self) -> Option<Self>) -> Self {
        if let Some(new) = replace(self) {
            return new;
        }
        let one = |a: &Self| Box::new(a.replaced(replace));
        let all = |parts: &[Self]| parts.iter().map(|part| part.replaced(replace)).collect();
        let node = match &self.node {
            Node::Number(_) | Node::Indexed(_) | Node::Symbol(_) | Node::Slack(_) => {
                self.node.clone()
            }
            Node::Quantity(quantity, parts) => Node::Quantity(*quantity, all(parts)),
            Node::Apply(map, a) => Node::Apply(Arc::clone(map), one(a)),
            Node::Defined(definition) => Node::Defined(Definition {
                body: Arc::new(definition.body.replaced(replace)),
                ..definition.clone()
            }),
            Node::Negate(a) => Node::Negate(one(a)),
            Node::Add(a, b) => Node::Add(one(a), one(b)),
            Node::Subtract(a, b) => Node::Subtract(one(a), one(b)),
            Node::Multiply(a, b) => Node::Multiply(one(a), one(b)),
            Node::Divide(a, b) => Node::Divide(one(a), one(b)),
            Node::Power(a, k) => Node::Power(one(a), *k),
            Node::Root(a) => Node::Root(one(a)),
            Node::Least(parts) => Node::Least(all(parts)),
            Node::Greatest(parts) => Node::Greatest(all(parts)),
            Node::Inner(a, b) => Node::Inner(one(a), one(b)),
            Node::NormSq(a) => Node::NormSq(one(a)),
            Node::Expectation(law, a) => Node::Expectation(*law, one(a)),
            Node::Sum(a) => Node::Sum(one(a)),
        };
        Self { node, shape: self.shape, scope: self.scope }
    }

    /// Whether it nests at most this deep and has at most this many parts.
    pub fn is_within(&self, depth: usize, mut parts: usize) -> bool {
        fn within(expr: &Expr, depth: usize, parts: &mut usize) -> bool {
            let room = depth > 0 && *parts > 0;
            *parts = parts.saturating_sub(1);
            room && expr.children().into_iter().all(|part| within(part, depth - 1, parts))
        }
        within(self, depth, &mut parts)
    }

    /// Calls `visit` on this expression and all of its parts, bodies of definitions included.
    pub fn walk(&self, visit: &mut impl FnMut(&Expr)) {
        visit(self);
        self.children().into_iter().for_each(|part| part.walk(visit));
    }

    /// Whether a symbol occurs that a file has declared by itself: no instance supplies it.
    pub fn is_abstract(&self) -> bool {
        let mut found = false;
        self.walk(&mut |part| found |= matches!(part.node, Node::Symbol(_) | Node::Apply(..)));
        found
    }

    /// Whether the quantity occurs, through definitions as well.
    pub fn mentions(&self, quantity: Quantity) -> bool {
        let mut found = false;
        self.walk(&mut |part| {
            found |= match &part.node {
                Node::Quantity(q, _) | Node::Indexed(q) => *q == quantity,
                Node::Power(_, Exponent::Symbol(q)) => *q == quantity,
                _ => false,
            };
        });
        found
    }
}

/// Fully parenthesised and with definitions expanded, so that equal texts mean equal claims: a
/// witness is tied to its claim by a hash of this form. It reads back as a formula of the same
/// text.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, name: &str, parts: &[Expr]| {
            write!(f, "{name}(")?;
            for (i, part) in parts.iter().enumerate() {
                write!(f, "{}{part}", if i > 0 { ", " } else { "" })?;
            }
            write!(f, ")")
        };
        match &self.node {
            Node::Number(value) if value.is_integer() => write!(f, "{value}"),
            Node::Number(value) => write!(f, "({})", value.to_string().replace('/', " / ")),
            Node::Quantity(quantity, arguments) if arguments.is_empty() => {
                write!(f, "{}", quantity.entry().name)
            }
            Node::Quantity(quantity, arguments) => list(f, quantity.entry().name, arguments),
            Node::Indexed(quantity) => write!(f, "{}[n]", quantity.entry().name),
            Node::Symbol(symbol) => f.write_str(&symbol.name),
            Node::Apply(map, a) => write!(f, "{}({a})", map.name),
            Node::Slack(name) => write!(f, "[{name}]"),
            Node::Defined(definition) => write!(f, "{}", definition.body),
            Node::Negate(a) => write!(f, "(-{a})"),
            Node::Add(a, b) => write!(f, "({a} + {b})"),
            Node::Subtract(a, b) => write!(f, "({a} - {b})"),
            Node::Multiply(a, b) => write!(f, "({a} * {b})"),
            Node::Divide(a, b) => write!(f, "({a} / {b})"),
            Node::Power(a, Exponent::Literal(k)) => write!(f, "({a}^{k})"),
            Node::Power(a, Exponent::Symbol(k)) => write!(f, "({a}^{})", k.entry().name),
            Node::Root(a) => write!(f, "sqrt({a})"),
            Node::Least(parts) => list(f, "min", parts),
            Node::Greatest(parts) => list(f, "max", parts),
            Node::Inner(a, b) => write!(f, "inner({a}, {b})"),
            Node::NormSq(a) => write!(f, "norm_sq({a})"),
            Node::Expectation(Law::Coin, a) => write!(f, "Ec[{a}]"),
            Node::Expectation(_, a) => write!(f, "E[{a}]"),
            Node::Sum(a) => write!(f, "sum(n, {a})"),
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.lhs, self.sign.text(), self.rhs)
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relation(relation) => write!(f, "{relation}"),
            Self::Equivalence(left, right) => write!(f, "{left} <=> {right}"),
        }
    }
}
