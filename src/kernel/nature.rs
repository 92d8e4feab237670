//! How unknowns vary: what they are random over, and whether they depend on the point.

use super::normal::{Atom, Table, Value, VectorAtom};
use super::polynomial::{Fraction, Monomial, Polynomial};
use crate::claim::expr::{Scope, Symbol, depends_on_point};
use crate::claim::vocabulary::{Law, Quantity};

/// What an average runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Over {
    Step,
    Coin,
    Path,
    Stationary,
    Samples,
    /// Two laws that have nothing to do with each other: no expectation is taken of these.
    Mixed,
}

/// How an unknown varies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Nature {
    /// What it is random over. What is random over the coin may depend on the step as well.
    over: Option<Over>,
    /// Whether it may depend on the point that the step is taken from.
    moves: bool,
}

impl Nature {
    fn of(scope: Scope, moves: bool) -> Self {
        match scope {
            Scope::Fixed => Self { over: None, moves: false },
            Scope::State => Self { over: None, moves: true },
            Scope::Random(law) => Self { over: Some(Over::from(law)), moves },
        }
    }

    fn of_quantity(quantity: Quantity) -> Self {
        Self::of(quantity.entry().scope, depends_on_point(quantity))
    }

    pub fn of_symbol(symbol: &Symbol) -> Self {
        Self::of(symbol.scope, symbol.moves)
    }

    /// Of a combination. The coin is inside the step; other laws do not mix.
    fn join(self, other: Self) -> Self {
        let over = match (self.over, other.over) {
            (None, over) | (over, None) => over,
            (Some(a), Some(b)) if a == b => Some(a),
            (Some(Over::Step), Some(Over::Coin)) | (Some(Over::Coin), Some(Over::Step)) => {
                Some(Over::Coin)
            }
            _ => Some(Over::Mixed),
        };
        Self { over, moves: self.moves || other.moves }
    }

    /// After an expectation. What the coin has decided may still depend on the step.
    fn averaged(self, over: Over) -> Self {
        let rest = match (over, self.over) {
            (_, Some(Over::Mixed)) => Some(Over::Mixed),
            (Over::Coin, _) => Some(Over::Step),
            _ => None,
        };
        Self { over: rest, moves: self.moves }
    }

    /// Whether something of this nature is random over the law; `None` if it follows another law.
    pub fn is_random(self, over: Over) -> Option<bool> {
        match (self.over, over) {
            (None, _) | (Some(Over::Step), Over::Coin) => Some(false),
            (Some(own), over) => (own == over && own != Over::Mixed).then_some(true),
        }
    }
}

impl From<Law> for Over {
    fn from(law: Law) -> Self {
        match law {
            Law::Step => Self::Step,
            Law::Coin => Self::Coin,
            Law::Path => Self::Path,
            Law::Stationary => Self::Stationary,
        }
    }
}

impl Table {
    /// From those of its parts, which have their numbers already.
    pub fn nature_of_atom(&self, atom: &Atom) -> Nature {
        let natures = |values: &mut dyn Iterator<Item = &Value>| {
            values.fold(Nature::default(), |all, value| all.join(self.nature_of(value)))
        };
        match atom {
            Atom::Quantity(quantity, arguments) => {
                Nature::of_quantity(*quantity).join(natures(&mut arguments.iter()))
            }
            Atom::Symbol(_, nature) => *nature,
            Atom::Inner(u, v) => self.vector_nature(*u).join(self.vector_nature(*v)),
            Atom::Mean(over, monomial) => self.monomial_nature(monomial).averaged(*over),
            Atom::Power(value, _) | Atom::Root(value) => self.nature_of(value),
            Atom::Least(values) | Atom::Greatest(values) => natures(&mut values.iter()),
        }
    }

    pub fn nature_of_vector(&self, atom: &VectorAtom) -> Nature {
        match atom {
            VectorAtom::Quantity(quantity) => Nature::of_quantity(*quantity),
            VectorAtom::Indexed(quantity) => {
                Nature { over: Some(Over::Samples), ..Nature::of_quantity(*quantity) }
            }
            VectorAtom::Symbol(_, nature) => *nature,
            VectorAtom::Mean(over, monomial, vector) => {
                self.monomial_nature(monomial).join(self.vector_nature(*vector)).averaged(*over)
            }
            VectorAtom::Apply(_, nature, vector) => nature.join(self.vector_nature(*vector)),
        }
    }

    fn monomial_nature(&self, monomial: &Monomial) -> Nature {
        monomial.iter().fold(Nature::default(), |all, (u, _)| all.join(self.nature(*u)))
    }

    pub fn polynomial_nature(&self, polynomial: &Polynomial) -> Nature {
        polynomial.terms().fold(Nature::default(), |all, (m, _)| all.join(self.monomial_nature(m)))
    }

    fn fraction_nature(&self, fraction: &Fraction) -> Nature {
        fraction.divisors().fold(self.polynomial_nature(fraction.top()), |all, p| {
            all.join(self.polynomial_nature(p))
        })
    }

    fn nature_of(&self, value: &Value) -> Nature {
        match value {
            Value::Scalar(fraction) => self.fraction_nature(fraction),
            Value::Vector(vector) => vector.iter().fold(Nature::default(), |all, (u, c)| {
                all.join(self.vector_nature(*u)).join(self.fraction_nature(c))
            }),
        }
    }

    /// Whether a value is neither random nor dependent on the point.
    pub fn is_fixed(&self, value: &Value) -> bool {
        self.nature_of(value) == Nature::default()
    }

    /// Whether a value varies no more than something of this scope.
    pub fn varies_within(&self, value: &Value, scope: Scope, may_move: bool) -> bool {
        let (own, limit) = (self.nature_of(value), Nature::of(scope, may_move));
        let law = own.over.is_none()
            || own.over == limit.over
            || (own.over == Some(Over::Step) && limit.over == Some(Over::Coin));
        law && (limit.moves || !own.moves)
    }
}
