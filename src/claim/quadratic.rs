//! Expectations over a path or a stationary law: what stands inside E[...] is rewritten as a
//! quadratic polynomial in the error, whose expectation needs two moments only.

use super::evaluate::{Environment, Evaluator, Moments, Place, Value};
use super::expr::{Expr, Node, Scope, Shape};
use super::vocabulary::Quantity;
use crate::linear::{add, dot, scale};
use crate::scalar::{Scalar, Undefined};

/// constant + ⟨linear, e⟩ + square‖e‖² + gap·(f(x) − f*) + memory·τ, or constant + slope·e.
pub(super) enum Polynomial<S> {
    Scalar { constant: S, linear: Vec<S>, square: S, gap: Option<S>, memory: Option<S> },
    Vector { constant: Vec<S>, slope: S },
}

impl<S: Scalar> Polynomial<S> {
    fn scaled(&self, factor: &S) -> Self {
        match self {
            Self::Scalar { constant, linear, square, gap, memory } => Self::Scalar {
                constant: constant.times(factor),
                linear: scale(factor, linear),
                square: square.times(factor),
                gap: gap.as_ref().map(|gap| gap.times(factor)),
                memory: memory.as_ref().map(|memory| memory.times(factor)),
            },
            Self::Vector { constant, slope } => {
                Self::Vector { constant: scale(factor, constant), slope: slope.times(factor) }
            }
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let both = |a: &Option<S>, b: &Option<S>| match (a, b) {
            (Some(a), Some(b)) => Some(a.plus(b)),
            (a, b) => a.as_ref().or(b.as_ref()).cloned(),
        };
        match (self, other) {
            (
                Self::Scalar { constant, linear, square, gap, memory },
                Self::Scalar { constant: c, linear: l, square: s, gap: g, memory: m },
            ) => Self::Scalar {
                constant: constant.plus(c),
                linear: add(linear, l),
                square: square.plus(s),
                gap: both(gap, g),
                memory: both(memory, m),
            },
            (Self::Vector { constant, slope }, Self::Vector { constant: c, slope: s }) => {
                Self::Vector { constant: add(constant, c), slope: slope.plus(s) }
            }
            _ => unreachable!("elaboration has checked the shapes"),
        }
    }

    fn inner(&self, other: &Self) -> Result<Self, Undefined> {
        match (self, other) {
            (Self::Vector { constant, slope }, Self::Vector { constant: c, slope: s }) => {
                Ok(Self::Scalar {
                    constant: dot(constant, c),
                    linear: add(&scale(s, constant), &scale(slope, c)),
                    square: slope.times(s),
                    gap: None,
                    memory: None,
                })
            }
            _ => unreachable!("elaboration has checked the shapes"),
        }
    }
}

impl<S: Scalar, E: Environment<S>> Evaluator<'_, S, E> {
    /// Rewrites what stands inside E[...] of a path as a quadratic polynomial in e = x − center.
    pub(super) fn polynomial(
        &self,
        expr: &Expr,
        moments: &Moments<S>,
    ) -> Result<Polynomial<S>, Undefined> {
        if !matches!(expr.scope, Scope::Random(_)) {
            return Ok(match self.value(expr, Place::Fixed)? {
                Value::Vector(constant) => Polynomial::Vector { constant, slope: S::zero() },
                Value::Scalar(constant) => Polynomial::Scalar {
                    constant,
                    linear: vec![S::zero(); moments.center.len()],
                    square: S::zero(),
                    gap: None,
                    memory: None,
                },
            });
        }
        let part = |expr: &Expr| self.polynomial(expr, moments);
        match &expr.node {
            Node::Quantity(Quantity::XT | Quantity::XInf, _) => {
                Ok(Polynomial::Vector { constant: moments.center.clone(), slope: S::one() })
            }
            Node::Quantity(q @ (Quantity::GapT | Quantity::MemoryErrorT), _) => {
                Ok(Polynomial::Scalar {
                    constant: S::zero(),
                    linear: vec![S::zero(); moments.center.len()],
                    square: S::zero(),
                    gap: (*q == Quantity::GapT).then(S::one),
                    memory: (*q == Quantity::MemoryErrorT).then(S::one),
                })
            }
            Node::Defined(definition) => part(&definition.body),
            Node::Negate(a) => Ok(part(a)?.scaled(&S::one().negated())),
            Node::Add(a, b) => Ok(part(a)?.plus(&part(b)?)),
            Node::Subtract(a, b) => Ok(part(a)?.plus(&part(b)?.scaled(&S::one().negated()))),
            Node::Multiply(a, b)
                if !matches!(a.scope, Scope::Random(_)) && a.shape == Shape::Scalar =>
            {
                Ok(part(b)?.scaled(&self.scalar(a, Place::Fixed)?))
            }
            Node::Multiply(a, b)
                if !matches!(b.scope, Scope::Random(_)) && b.shape == Shape::Scalar =>
            {
                Ok(part(a)?.scaled(&self.scalar(b, Place::Fixed)?))
            }
            Node::Divide(a, b) if !matches!(b.scope, Scope::Random(_)) => {
                let inverse = S::one().over(&self.scalar(b, Place::Fixed)?)?;
                Ok(part(a)?.scaled(&inverse))
            }
            Node::Inner(a, b) => part(a)?.inner(&part(b)?),
            Node::NormSq(a) => {
                let a = part(a)?;
                a.inner(&a)
            }
            _ => Err(Undefined::Missing(
                "over a path, only the expectation of a quadratic in x_t, or linear in gap_t, is computed".into(),
            )),
        }
    }
}
