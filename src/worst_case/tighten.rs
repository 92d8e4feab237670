//! The sharpest value of a constant at which a statement can be proved, by bisection between exact
//! certificates and violations; then the simplest fraction in what is left.

use super::claims::{NoProgram, Numbers};
use super::decide::{Decision, decide};
use crate::claim::theorem::{Claim, Statement, Theorem};
use crate::scalar::{Rational, Scalar};

/// The constant that is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vary {
    /// A number of the problem, by name.
    Number(String),
    /// The number that stands at this place in the claim, from 1.
    Literal(usize),
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Tightened {
    /// The last value that is proved.
    pub proved: Rational,
    /// The first value that is not: `None` if the whole range is proved.
    pub not_proved: Option<Rational>,
    /// Whether an explicit problem violates the statement there.
    pub refuted: bool,
    /// The claim at the last value.
    pub claim: String,
    /// The numbers at the last value.
    pub numbers: Numbers,
}

/// Bisections: the range shrinks by 2^-24.
const BISECTIONS: u32 = 24;

/// Goes from `from`, at which the statement must be provable, towards `to`. `None` if it is not
/// proved at `from`.
///
/// # Errors
/// If the statement is not an upper bound over one step, or there is no such constant.
pub fn tighten(
    theorem: &Theorem,
    statement: &Statement,
    numbers: &Numbers,
    vary: &Vary,
    from: &Rational,
    to: &Rational,
) -> Result<Option<Tightened>, NoProgram> {
    let at = |value: &Rational| variant(theorem, statement, numbers, vary, value);
    let decided = |value: &Rational| -> Result<Decision, NoProgram> {
        let (claim, numbers) = at(value)?;
        decide(&claim, &numbers, true)
    };
    if decided(from)?.certificate.is_none() {
        return Ok(None);
    }
    let last = decided(to)?;
    let (mut good, mut bad, mut refuted) = (from.clone(), to.clone(), last.problem.is_some());
    if last.certificate.is_some() {
        let (claim, numbers) = at(to)?;
        let (claim, proved) = (claim.text, to.clone());
        return Ok(Some(Tightened { proved, not_proved: None, refuted: false, claim, numbers }));
    }
    let half = Rational::ratio(1, 2);
    let settle = |value: Rational,
                  good: &mut Rational,
                  bad: &mut Rational,
                  refuted: &mut bool|
     -> Result<(), NoProgram> {
        let decision = decided(&value)?;
        if decision.certificate.is_some() {
            *good = value;
        } else {
            (*bad, *refuted) = (value, decision.problem.is_some());
        }
        Ok(())
    };
    for _ in 0..BISECTIONS {
        settle(good.plus(&bad).times(&half), &mut good, &mut bad, &mut refuted)?;
    }
    // The limit itself, if it is rational, is the simplest number in what is left.
    let (low, high) = if good < bad { (&good, &bad) } else { (&bad, &good) };
    let simplest = Rational::simplest_between(low, high);
    settle(simplest, &mut good, &mut bad, &mut refuted)?;
    let (claim, numbers) = at(&good)?;
    let claim = claim.text;
    Ok(Some(Tightened { proved: good, not_proved: Some(bad), refuted, claim, numbers }))
}

/// The claim and the numbers with another value of the constant.
fn variant(
    theorem: &Theorem,
    statement: &Statement,
    numbers: &Numbers,
    vary: &Vary,
    value: &Rational,
) -> Result<(Claim, Numbers), NoProgram> {
    let mut numbers = numbers.clone();
    let mut claim = statement.claim.clone();
    match vary {
        Vary::Number(name) => {
            numbers.insert(name.clone(), value.clone());
        }
        Vary::Literal(place) => {
            let text = with_literal(&claim.text, *place, value).ok_or_else(|| {
                NoProgram::Kind(format!("the claim has no number at place {place}"))
            })?;
            claim.formula = theorem
                .dictionary
                .formula(&text)
                .map_err(|error| NoProgram::Formula { place: "the claim".into(), error })?;
            claim.text = text;
        }
    }
    Ok((claim, numbers))
}

/// The text with another number in place of the one that stands at `place`; exponents do not count.
fn with_literal(text: &str, place: usize, value: &Rational) -> Option<String> {
    let bytes = text.as_bytes();
    let mut seen = 0;
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        let before = at.checked_sub(1).map(|i| bytes[i]);
        let part = before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'^');
        if !part {
            seen += 1;
            if seen == place {
                return Some(format!("{}({value}){}", &text[..at], &text[end..]));
            }
        }
        at = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_their_place() {
        let text = "E[x_2] <= (1 - gamma)*a^2 + 2*b + 4/3*c";
        let at = |place| with_literal(text, place, &Rational::ratio(1, 7));
        assert_eq!(at(2).unwrap(), "E[x_2] <= (1 - gamma)*a^2 + (1/7)*b + 4/3*c");
        assert_eq!(at(4).unwrap(), "E[x_2] <= (1 - gamma)*a^2 + 2*b + 4/(1/7)*c");
        assert_eq!(at(5), None);
    }
}
