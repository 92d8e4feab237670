//! The adversary of a bound that holds: the instance of the family on which it is nearest to
//! equality. Draws and ascents propose; the quotient that counts is exact.

use super::ascent::{Aim, Ascent, ascend};
use super::check::{Outcome, Sides, check_draw};
use super::search::{DIGITS, WAVE, can_ascend, draw, seed_of};
use crate::claim::theorem::Claim;
use crate::expectation::Budget;
use crate::problem::{Draw, Instance};
use crate::scalar::{Rational, Scalar};
use rayon::prelude::*;

/// Random draws before the ascents.
const DRAWS: usize = 64;
/// The best ascents of a wave, which are rounded.
const ROUNDED: usize = 3;

/// The nearest to equality that was found.
#[derive(Clone, Debug)]
pub struct Tightest {
    /// The instance.
    pub instance: Instance,
    /// The sides there, exact.
    pub sides: Sides,
    /// Their quotient, left over right.
    pub quotient: Rational,
    /// Whether the claim holds there; otherwise the search has refuted it.
    pub holds: bool,
}

/// Maximises left side over right side, spending about `evaluations`. Longer fractions are taken
/// only for a quotient that is larger by a millionth. `None` where no right side is positive.
pub fn find_tightest(
    claim: &Claim,
    name: &str,
    seed: u64,
    evaluations: usize,
    budget: Budget,
) -> Option<Tightest> {
    let judged = |draw: &Draw| judge(claim, draw, budget);
    let text = format!("{name} tightest");
    let drawn: Vec<Tightest> = (0..DRAWS)
        .into_par_iter()
        .filter_map(|index| judged(&draw(claim, seed, &text, index)))
        .collect();
    let mut best = None;
    drawn.into_iter().for_each(|new| improve(&mut best, new));
    let mut spent = DRAWS;
    let mut wave = 0;
    let attained =
        |best: &Option<Tightest>| best.as_ref().is_some_and(|best| best.quotient >= Rational::ONE);
    while spent < evaluations && can_ascend(claim) && !attained(&best) {
        let mut ascents: Vec<Ascent> = (wave * WAVE..(wave + 1) * WAVE)
            .into_par_iter()
            .map(|index| ascend(claim, Aim::Quotient, seed_of(seed, &text, index), budget))
            .collect();
        wave += 1;
        spent += ascents.iter().map(|ascent| ascent.evaluations).sum::<usize>();
        ascents.retain(|ascent| ascent.violation.is_finite());
        ascents.sort_by(|a, b| b.violation.total_cmp(&a.violation));
        let rounded: Vec<Vec<Tightest>> = ascents[..ascents.len().min(ROUNDED)]
            .par_iter()
            .map(|ascent| {
                let draws =
                    DIGITS.into_iter().filter_map(|bits| ascent.shape.draw(&ascent.point, bits));
                draws.filter_map(|draw| judged(&draw)).collect()
            })
            .collect();
        spent += ROUNDED * DIGITS.len();
        rounded.into_iter().flatten().for_each(|new| improve(&mut best, new));
    }
    best
}

fn judge(claim: &Claim, draw: &Draw, budget: Budget) -> Option<Tightest> {
    let (outcome, instance) = check_draw(claim, draw, budget);
    let (sides, holds) = match outcome {
        Outcome::Holds(sides) => (sides, true),
        Outcome::Fails(sides) => (sides, false),
        _ => return None,
    };
    let Sides::Exact(lhs, rhs) = &sides else { return None };
    let quotient = rhs.is_positive().then(|| lhs.over(rhs).ok())??;
    Some(Tightest { instance, sides, quotient, holds })
}

fn improve(best: &mut Option<Tightest>, new: Tightest) {
    let margin = Rational::ratio(1, 1_000_000);
    let better = match best {
        None => true,
        Some(best) => best.holds && (!new.holds || new.quotient > best.quotient.plus(&margin)),
    };
    // Equality itself is worth any fraction.
    let attains = new.quotient >= Rational::ONE
        && best.as_ref().is_some_and(|best| best.quotient < Rational::ONE);
    if better || attains {
        *best = Some(new);
    }
}
