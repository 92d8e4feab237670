//! What can be read off formulas without a proof: visible signs, and which of them say the same.
//! Nothing here accepts a claim.

use super::assume;
use super::normal::{Value, combine, normal};
use super::polynomial::Work;
use super::sign::{Context, Relationship};
use crate::claim::expr::{Expr, Formula, Known, Shape};
use crate::claim::theorem::Claim;
use crate::scalar::Rational;

/// Reads formulas under the hypotheses of one claim.
pub struct Reader {
    context: Context,
    /// Formulas read so far: what each relation says of its slack, in normal form.
    seen: Vec<Vec<(Relationship, Value)>>,
}

impl Reader {
    /// A reader that knows the hypotheses of a claim, as far as they have a normal form.
    pub fn new(claim: &Claim) -> Self {
        let mut context = Context::new(claim.process, claim.symbols.clone());
        // A hypothesis that is not understood is not known; that only makes fewer signs visible.
        let _ = assume(&mut context, claim);
        Self { context, seen: Vec::new() }
    }

    /// What is seen of the sign of an expression.
    pub fn sign(&mut self, expr: &Expr) -> Known {
        if expr.shape != Shape::Scalar {
            return Known::Real;
        }
        self.context.table.work = Work::new();
        self.context.sign(expr).unwrap_or(Known::Real)
    }

    /// Whether the formula says something else than those read before, as its normal form tells;
    /// `None` if it has none.
    pub fn is_new(&mut self, formula: &Formula) -> Option<bool> {
        self.context.table.work = Work::new();
        let mut own = Vec::new();
        for relation in formula.relations() {
            let slack = normal(&mut self.context, &relation.slack()).ok()?;
            own.push((Relationship::from(relation.sign), slack));
        }
        let new = !self.seen.iter().any(|other| self.same(&own, other));
        if new {
            self.seen.push(own);
        }
        Some(new)
    }

    fn same(&self, a: &[(Relationship, Value)], b: &[(Relationship, Value)]) -> bool {
        let minus = Rational::integer(-1);
        let equal = |(says, x): &(Relationship, Value), (other, y): &(Relationship, Value)| {
            let work = Work::new();
            says == other && combine(x, &minus, y, &work).is_ok_and(|rest| rest.is_zero())
        };
        a.len() == b.len() && a.iter().zip(b).all(|(x, y)| equal(x, y))
    }
}
