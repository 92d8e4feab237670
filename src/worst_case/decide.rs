//! Whether a statement follows from its hypotheses at given numbers: a certificate with bound 0, or
//! a point that violates it and, if there is one, an explicit problem.

use super::barrier::{Semidefinite, Start};
use super::claims::{ClaimProgram, NoProgram, Numbers, claim_program};
use super::dual::Dual;
use super::facial::reduced_faces;
use super::judge::judge_certificate;
use super::program::Reduced;
use super::quadratics::one_dimensional;
use super::solve::{Bounds, Effort, Lower, solve};
use crate::audit::check::Sides;
use crate::claim::theorem::Claim;
use crate::problem::Instance;
use crate::scalar::{Multi, Rational, Scalar};

/// What was found about a statement at given numbers.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The program; its objective is left side minus right side.
    pub reduced: Reduced,
    /// Hypotheses about numbers that do not hold, and are left out.
    pub without: Vec<String>,
    /// Multipliers that prove the statement.
    pub certificate: Option<Vec<Rational>>,
    /// A point that violates it where its hypotheses are used; the violation is its value.
    pub violation: Option<Lower>,
    /// A problem that meets the hypotheses everywhere and violates it, checked exactly.
    pub problem: Option<(Instance, Sides)>,
}

/// Looks for a certificate, then for a violation. `beyond` leaves out hypotheses about numbers that
/// do not hold.
///
/// # Errors
/// If the statement is not an upper bound over one step, or the numbers are not admitted.
pub fn decide(claim: &Claim, numbers: &Numbers, beyond: bool) -> Result<Decision, NoProgram> {
    let ClaimProgram { reduced, without, .. } = claim_program(claim, numbers, beyond)?;
    let mut decision = Decision {
        certificate: interior(&reduced),
        reduced,
        without,
        violation: None,
        problem: None,
    };
    if decision.certificate.is_some() {
        return Ok(decision);
    }
    let count = decision.reduced.constraints.len();
    let normalised = decision.reduced.clone().normalised();
    let mut bounds = solve(&normalised, Effort::Plain);
    if bounds.lower.as_ref().is_none_or(|lower| !lower.value.is_positive()) {
        bounds = solve(&normalised, Effort::Full);
    }
    let proved = proof_of(&bounds, &decision.reduced, count);
    decision.certificate = proved;
    if decision.certificate.is_none()
        && let Some(lower) = bounds.lower.filter(|lower| lower.value.is_positive())
    {
        decision.problem = one_dimensional(claim, numbers, &normalised, &lower.gram, beyond);
        decision.violation = Some(lower);
    }
    Ok(decision)
}

/// A certificate for the normalised program proves the statement if it does not use the norm.
fn proof_of(bounds: &Bounds, reduced: &Reduced, count: usize) -> Option<Vec<Rational>> {
    let multipliers = &bounds.upper.as_ref()?.multipliers;
    let (own, norm) = multipliers.split_at(count);
    let good = norm.iter().all(Rational::is_zero) && judge_certificate(reduced, own).is_ok();
    good.then(|| own.to_vec())
}

/// A certificate away from every boundary, with short numbers.
fn interior(reduced: &Reduced) -> Option<Vec<Rational>> {
    let (dual, y) = reduced_faces(Dual::new(reduced)?, &mut Bounds::default())?;
    // Fewer bits are easier to read; the judge says when they are too few.
    for bits in [2, 4, 8, 12, 16, 24, 32, 48] {
        let free: Option<Vec<Rational>> =
            y.iter().map(|y| Some(Rational::from_f64(*y)?.round_to_dyadic(-bits))).collect();
        let multipliers = dual.multipliers(&free?);
        if judge_certificate(reduced, &multipliers).is_ok_and(|bound| bound <= Rational::ZERO) {
            return Some(multipliers);
        }
    }
    multi_interior(&dual, reduced)
}

/// The same where double precision is too coarse.
fn multi_interior(dual: &Dual<'_>, reduced: &Reduced) -> Option<Vec<Rational>> {
    let program: Semidefinite<Multi> = dual.semidefinite().map(Multi::from_rational);
    let q = |value: i64| Multi::from_rational(&Rational::integer(value));
    let end = Multi::from_rational(&Rational::two_to(60));
    let Start::Interior(y) = program.interior(&q(100), &q(8), &end) else { return None };
    let free: Vec<Rational> = y.iter().map(|y| y.to_rational().round_to_dyadic(-160)).collect();
    let multipliers = dual.multipliers(&free);
    judge_certificate(reduced, &multipliers).ok().filter(|bound| *bound <= Rational::ZERO)?;
    Some(multipliers)
}
