//! Polynomials and quotients of polynomials over the rationals, in numbered unknowns.

use crate::scalar::{Rational, Scalar};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The number of an unknown.
pub(super) type Unknown = u32;

/// A product of powers of unknowns: sorted, exponents positive.
pub(super) type Monomial = Vec<(Unknown, u32)>;

/// What an expansion may cost. Without a limit `((x + y)^64)^64` would not end.
#[derive(Clone, Debug)]
pub(super) struct Work(Cell<u64>);

/// The expansion is over the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Products of terms in one proof, each weighed by the sizes of its coefficients, in 64-bit words, and
/// of its monomials: no proof of the library comes near it, and what it lets pass fits in the memory
/// of a small machine.
const LIMIT: u64 = 2_000_000;

impl Work {
    pub fn new() -> Self {
        Self(Cell::new(LIMIT))
    }

    /// A small limit, for messages.
    pub fn small() -> Self {
        Self(Cell::new(LIMIT / 100))
    }

    /// Pays for so many products of terms.
    pub fn spend(&self, amount: u64) -> Result<(), TooLarge> {
        self.0.set(self.0.get().checked_sub(amount).ok_or(TooLarge)?);
        Ok(())
    }
}

/// A polynomial in normal form: no coefficient is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Polynomial(BTreeMap<Monomial, Rational>);

impl Polynomial {
    pub fn constant(value: Rational) -> Self {
        Self::term(Vec::new(), value)
    }

    pub fn term(monomial: Monomial, value: Rational) -> Self {
        if value.is_zero() { Self::default() } else { Self(BTreeMap::from([(monomial, value)])) }
    }

    pub fn unknown(unknown: Unknown) -> Self {
        Self::term(vec![(unknown, 1)], Rational::one())
    }

    pub fn terms(&self) -> impl Iterator<Item = (&Monomial, &Rational)> {
        self.0.iter()
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// The value, if it has no unknowns.
    pub fn as_constant(&self) -> Option<Rational> {
        match self.0.first_key_value() {
            None => Some(Rational::zero()),
            Some((monomial, value)) if monomial.is_empty() && self.0.len() == 1 => {
                Some(value.clone())
            }
            Some(_) => None,
        }
    }

    /// The unknown that it is, if it is one.
    fn as_unknown(&self) -> Option<Unknown> {
        let (monomial, value) = self.0.first_key_value()?;
        match monomial[..] {
            [(unknown, 1)] if self.0.len() == 1 && *value == Rational::ONE => Some(unknown),
            _ => None,
        }
    }

    fn least_exponent(&self, unknown: Unknown) -> u32 {
        self.0.keys().map(|monomial| exponent_of(monomial, unknown)).min().unwrap_or(0)
    }

    /// Divides by a power of an unknown that every term has.
    fn lower(&mut self, unknown: Unknown, power: u32) {
        if power > 0 {
            let terms = std::mem::take(&mut self.0).into_iter();
            self.0 = terms.map(|(m, value)| (lowered(&m, &[(unknown, power)]), value)).collect();
        }
    }

    pub fn add_term(&mut self, monomial: Monomial, value: Rational) {
        match self.0.entry(monomial) {
            Entry::Vacant(_) if value.is_zero() => {}
            Entry::Vacant(place) => {
                place.insert(value);
            }
            Entry::Occupied(mut place) => {
                let sum = place.get().plus(&value);
                if sum.is_zero() {
                    place.remove();
                } else {
                    place.insert(sum);
                }
            }
        }
    }

    /// What it takes to go through the terms.
    fn weight(&self) -> u64 {
        let term = |(m, value): (&Monomial, &Rational)| 1 + m.len() as u64 / 4 + value.bits() / 64;
        self.terms().map(term).sum()
    }

    pub fn plus(&self, other: &Self, work: &Work) -> Result<Self, TooLarge> {
        work.spend(self.weight().saturating_add(other.weight()))?;
        let mut sum = self.clone();
        for (monomial, value) in &other.0 {
            sum.add_term(monomial.clone(), value.clone());
        }
        Ok(sum)
    }

    pub fn scaled(&self, factor: &Rational) -> Self {
        if factor.is_zero() {
            return Self::default();
        }
        Self(self.0.iter().map(|(m, value)| (m.clone(), value.times(factor))).collect())
    }

    pub fn times(&self, other: &Self, work: &Work) -> Result<Self, TooLarge> {
        work.spend(self.weight().saturating_mul(other.weight()).max(1))?;
        let mut product = Self::default();
        for (left, a) in &self.0 {
            for (right, b) in &other.0 {
                product.add_term(join(left, right)?, a.times(b));
            }
        }
        Ok(product)
    }

    /// The product with another's power.
    pub fn times_power(self, other: &Self, exponent: u32, work: &Work) -> Result<Self, TooLarge> {
        (0..exponent).try_fold(self, |product, _| product.times(other, work))
    }

    /// The quotient if the polynomial is a number times `other`.
    pub fn multiple_of(&self, other: &Self) -> Option<Rational> {
        let (monomial, value) = other.0.first_key_value()?;
        let factor = self.0.get(monomial)?.over(value).ok()?;
        // Most differ in their lengths or in a term near the first.
        let same = |((m, own), (n, value)): ((&Monomial, &Rational), (&Monomial, &Rational))| {
            m == n && *own == value.times(&factor)
        };
        (self.0.len() == other.0.len() && self.terms().zip(other.terms()).all(same))
            .then_some(factor)
    }

    /// Splits off the leading coefficient and the powers of unknowns that every term has.
    pub fn factor(&self) -> Option<(Rational, Monomial, Self)> {
        let content = self.0.last_key_value()?.1.clone();
        let mut common = self.0.keys().next()?.clone();
        for monomial in self.0.keys() {
            common =
                common.into_iter().map(|(u, k)| (u, k.min(exponent_of(monomial, u)))).collect();
        }
        common.retain(|(_, k)| *k > 0);
        let inverse = content.reciprocal()?;
        let rest = self.0.iter().map(|(m, value)| (lowered(m, &common), value.times(&inverse)));
        let rest = Self(rest.collect());
        Some((content, common, rest))
    }
}

pub(super) fn exponent_of(monomial: &[(Unknown, u32)], unknown: Unknown) -> u32 {
    monomial.binary_search_by_key(&unknown, |(u, _)| *u).map_or(0, |place| monomial[place].1)
}

/// The quotient of a monomial by one that divides it.
pub(super) fn lowered(monomial: &Monomial, by: &[(Unknown, u32)]) -> Monomial {
    let rest = monomial.iter().map(|(u, k)| (*u, *k - exponent_of(by, *u)));
    rest.filter(|(_, k)| *k > 0).collect()
}

/// The product of two monomials.
pub(super) fn join(left: &Monomial, right: &Monomial) -> Result<Monomial, TooLarge> {
    let mut product = Monomial::with_capacity(left.len() + right.len());
    let mut rest = left.iter().copied().peekable();
    for (unknown, k) in right {
        while let Some(smaller) = rest.next_if(|(u, _)| u < unknown) {
            product.push(smaller);
        }
        let own = rest.next_if(|(u, _)| u == unknown).map_or(0, |(_, own)| own);
        let sum = own.checked_add(*k).filter(|sum| *sum <= 4096).ok_or(TooLarge)?;
        product.push((*unknown, sum));
    }
    product.extend(rest);
    Ok(product)
}

/// A quotient. The divisor is kept as a product of powers of polynomials with leading coefficient
/// one, so that sums do not multiply equal divisors.
///
/// It stands for a number only where no divisor is zero: who divides must show that first.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fraction {
    top: Polynomial,
    bottom: BTreeMap<Polynomial, u32>,
}

impl From<Polynomial> for Fraction {
    fn from(top: Polynomial) -> Self {
        Self { top, bottom: BTreeMap::new() }
    }
}

impl Fraction {
    pub fn constant(value: Rational) -> Self {
        Polynomial::constant(value).into()
    }

    pub fn top(&self) -> &Polynomial {
        &self.top
    }

    /// The divisors, without their exponents.
    pub fn divisors(&self) -> impl Iterator<Item = &Polynomial> {
        self.bottom.keys()
    }

    /// The divisors with their exponents.
    pub fn bottom(&self) -> impl Iterator<Item = (&Polynomial, u32)> {
        self.bottom.iter().map(|(factor, k)| (factor, *k))
    }

    /// What it takes to copy it.
    pub fn weight(&self) -> u64 {
        self.top.weight() + self.divisors().map(Polynomial::weight).sum::<u64>()
    }

    pub fn with_top(&self, top: Polynomial) -> Self {
        Self { top, bottom: self.bottom.clone() }
    }

    pub fn is_zero(&self) -> bool {
        self.top.is_zero()
    }

    pub fn scaled(&self, factor: &Rational) -> Self {
        self.with_top(self.top.scaled(factor))
    }

    pub fn plus(&self, other: &Self, work: &Work) -> Result<Self, TooLarge> {
        if self.is_zero() {
            work.spend(other.top.weight())?;
            return Ok(other.clone());
        }
        let mut bottom = self.bottom.clone();
        for (factor, k) in &other.bottom {
            let own = bottom.entry(factor.clone()).or_insert(0);
            *own = (*own).max(*k);
        }
        let raised = |side: &Self| {
            bottom.iter().try_fold(side.top.clone(), |top, (factor, k)| {
                let own = side.bottom.get(factor).copied().unwrap_or(0);
                top.times_power(factor, k - own, work)
            })
        };
        Ok(Self { top: raised(self)?.plus(&raised(other)?, work)?, bottom })
    }

    pub fn times(&self, other: &Self, work: &Work) -> Result<Self, TooLarge> {
        let mut bottom = self.bottom.clone();
        for (factor, k) in &other.bottom {
            let own = bottom.entry(factor.clone()).or_insert(0);
            *own = own.checked_add(*k).filter(|sum| *sum <= 4096).ok_or(TooLarge)?;
        }
        Ok(Self { top: self.top.times(&other.top, work)?, bottom }.cancelled())
    }

    /// Cancels powers of single unknowns.
    pub fn cancelled(mut self) -> Self {
        if self.is_zero() {
            return Self::default();
        }
        for (factor, k) in std::mem::take(&mut self.bottom) {
            let shared = factor.as_unknown().map_or(0, |u| {
                let shared = k.min(self.top.least_exponent(u));
                self.top.lower(u, shared);
                shared
            });
            if k > shared {
                self.bottom.insert(factor, k - shared);
            }
        }
        self
    }

    /// One over the quotient; `None` if it is zero as a polynomial.
    pub fn inverse(&self, work: &Work) -> Result<Option<Self>, TooLarge> {
        work.spend(self.top.weight())?;
        let Some((content, common, rest)) = self.top.factor() else { return Ok(None) };
        let Some(scale) = content.reciprocal() else { return Ok(None) };
        let mut bottom: BTreeMap<Polynomial, u32> =
            common.iter().map(|(u, k)| (Polynomial::unknown(*u), *k)).collect();
        if rest.as_constant().is_none() {
            bottom.insert(rest, 1);
        }
        let below = Polynomial::constant(scale);
        let top = self
            .bottom
            .iter()
            .try_fold(below, |top, (factor, k)| top.times_power(factor, *k, work))?;
        Ok(Some(Self { top, bottom }.cancelled()))
    }

    pub fn power(&self, exponent: u32, work: &Work) -> Result<Self, TooLarge> {
        let one = Self::constant(Rational::one());
        (0..exponent).try_fold(one, |product, _| product.times(self, work))
    }

    /// The number c with self = c·other, if there is one.
    pub fn multiple_of(&self, other: &Self, work: &Work) -> Result<Option<Rational>, TooLarge> {
        work.spend(1)?;
        if self.bottom == other.bottom {
            return Ok(self.top.multiple_of(&other.top));
        }
        // By the divisors of the other side that are not its own.
        let raised = |own: &Self, side: &Self| {
            side.bottom.iter().try_fold(own.top.clone(), |top, (factor, k)| {
                let k = k.saturating_sub(own.bottom.get(factor).copied().unwrap_or(0));
                top.times_power(factor, k, work)
            })
        };
        Ok(raised(self, other)?.multiple_of(&raised(other, self)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(unknown: Unknown) -> Fraction {
        Polynomial::unknown(unknown).into()
    }

    #[test]
    fn quotients_are_added_over_their_common_divisor_and_cancel() {
        let work = Work::new();
        let (x, y) = (fraction(0), fraction(1));
        let sum = x.plus(&y, &work).unwrap();
        let inverse = sum.inverse(&work).unwrap().unwrap();
        // x/(x + y) + y/(x + y) = 1
        let left = x.times(&inverse, &work).unwrap();
        let right = y.times(&inverse, &work).unwrap();
        let one = Fraction::constant(Rational::one());
        let whole = left.plus(&right, &work).unwrap();
        assert_eq!(whole.multiple_of(&one, &work).unwrap(), Some(Rational::one()));
        let minus = |a: &Fraction, b: &Fraction| a.plus(&b.scaled(&Rational::integer(-1)), &work);
        assert!(minus(&whole, &one).unwrap().is_zero());
        assert!(!minus(&left, &right).unwrap().is_zero());
        // x³/x = x²
        let cube = x.power(3, &work).unwrap();
        let square = cube.times(&x.inverse(&work).unwrap().unwrap(), &work).unwrap();
        assert_eq!(square, x.power(2, &work).unwrap());
        assert_eq!(Fraction::default().inverse(&work).unwrap(), None);
    }

    #[test]
    fn multiples_are_recognised_and_others_are_not() {
        let work = Work::new();
        let (x, y) = (fraction(0), fraction(1));
        let p = x.plus(&y.scaled(&Rational::integer(2)), &work).unwrap();
        let tripled = p.scaled(&Rational::integer(-3));
        assert_eq!(tripled.multiple_of(&p, &work).unwrap(), Some(Rational::integer(-3)));
        assert_eq!(x.multiple_of(&p, &work).unwrap(), None);
        assert_eq!(x.multiple_of(&Fraction::default(), &work).unwrap(), None);
    }

    #[test]
    fn expansions_are_bounded() {
        let work = Work::new();
        let mut p = fraction(0);
        for unknown in 1..8 {
            p = p.plus(&fraction(unknown), &work).unwrap();
        }
        let tower = p.power(64, &work).and_then(|q| q.power(64, &work));
        assert_eq!(tower, Err(TooLarge));
        let mut number = Fraction::constant(Rational::integer(3));
        let grown = (0..8).try_for_each(|_| {
            number = number.power(64, &work)?;
            Ok(())
        });
        assert_eq!(grown, Err(TooLarge));
    }
}
