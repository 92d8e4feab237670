//! The search for a witness against a claim: random draws first, then a derivative-free ascent of
//! the violation on small problems, rounded to short rationals and confirmed exactly.
//!
//! Floats only propose. Budgets count evaluations of the claim, so that a search ends at the same
//! point on every machine and with any number of threads.

use super::ascent::{Aim, Ascent, ascend};
use super::check::{Outcome, Sides, check_draw};
use super::hypotheses::network_family;
use super::shrink::shrink;
use crate::claim::expr::{Formula, Sign};
use crate::claim::theorem::{self, Claim};
use crate::claim::vocabulary::{Class, Quantity};
use crate::expectation::Budget;
use crate::problem::{Draw, Family, Instance, Profile, curved_instances, instances};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// What a search found.
#[derive(Clone, Debug)]
pub struct SearchResult {
    /// A shrunk instance that violates the claim, and its sides there.
    pub witness: Option<(Instance, Sides)>,
    /// Evaluations of the claim that were spent, shrinking excluded.
    pub evaluations: usize,
}

/// Draws are tried in groups of this size, ascents in waves of this many starts: large enough for
/// the threads, small enough to stop early. The result does not depend on the number of threads.
const GROUP: usize = 32;
pub(super) const WAVE: usize = 16;
/// Binary digits after the point that a proposal is rounded to, fewest first.
pub(super) const DIGITS: [i32; 9] = [1, 2, 3, 4, 6, 8, 12, 16, 24];
/// The share of the budget that goes to random draws before the ascents begin, and where nothing can
/// ascend, as in families of networks.
const DRAW_SHARE: usize = 20;
const DRAW_SHARE_ALONE: usize = 2;

impl Profile {
    /// What most instances must be for the hypotheses of a claim to hold.
    pub fn of(claim: &Claim) -> Self {
        Self {
            teacher: has_teacher(claim),
            convex: claim.assumes(Class::ConvexSamples),
            least_squares: claim.family == theorem::Family::LeastSquares,
            ridge: has_teacher(claim) && !claim.assumes(Class::TeacherGradient),
        }
    }
}

/// Whether a claim assumes a teacher, or has no value without one.
fn has_teacher(claim: &Claim) -> bool {
    use Quantity::{GradSgd, GradTeacher, MixedGrad, Sgd, SgdT, Teacher, TeacherGap};
    let named = [GradSgd, GradTeacher, MixedGrad, Sgd, SgdT, Teacher, TeacherGap];
    let assumed = [Class::TeacherGradient, Class::HasTeacher];
    assumed.into_iter().any(|class| claim.assumes(class))
        || named.into_iter().any(|quantity| claim.mentions(quantity))
}

/// The seed of item `index` of a claim: every random choice of the audit starts here.
pub fn seed_of(seed: u64, name: &str, index: usize) -> [u8; 32] {
    Sha256::digest(format!("kd-audit {seed} {name} {index}").as_bytes()).into()
}

/// Draw `index` for a claim.
pub fn draw(claim: &Claim, seed: u64, name: &str, index: usize) -> Draw {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed_of(seed, name, index));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    if let Some(family) = network_family(claim.family) {
        let tree = family.instances().new_tree(&mut runner);
        return tree.expect("the strategies reject nothing").current();
    }
    let tree = instances(Profile::of(claim)).new_tree(&mut runner);
    tree.expect("the strategies reject nothing").current()
}

/// Draw `index` of a family for a claim.
pub fn draw_of_family(claim: &Claim, family: Family, seed: u64, name: &str, index: usize) -> Draw {
    let name = format!("{name} {}", family.name());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed_of(seed, &name, index));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let tree = curved_instances(family, Profile::of(claim)).new_tree(&mut runner);
    tree.expect("the strategies reject nothing").current()
}

/// Whether instances of a family can meet the hypotheses of a claim and give its sides a value.
///
/// Stationary laws are those of quadratics. Without a smoothness constant, and without a unique
/// minimiser, a claim that needs one is rejected on every instance.
pub fn admits(claim: &Claim, family: Family) -> bool {
    use Quantity as Q;
    let stationary = [
        Q::XInf,
        Q::GradInf,
        Q::StationaryError,
        Q::StationaryP0,
        Q::StationaryP1,
        Q::StationaryP2,
    ];
    if stationary.into_iter().any(|quantity| claim.mentions(quantity))
        || claim.assumes(Class::QuadraticSamples)
        || claim.mentions(Q::MixedGrad)
    {
        return false;
    }
    let pl = claim.assumes(Class::Pl);
    match family {
        _ if claim.family != theorem::Family::Quadratic => false,
        Family::RankDeficient | Family::PlWaves => pl,
        Family::Poisson => {
            let smooth = [Q::LSmooth, Q::LExp, Q::LMax];
            !smooth.into_iter().any(|quantity| claim.mentions(quantity))
        }
        // Where f is not convex there may be several tilted minimisers.
        Family::QuasiWaves => !claim.mentions(Q::XLambda) || claim.assumes(Class::ConvexSamples),
        Family::Logistic | Family::Softmax => true,
    }
}

/// Searches for an instance that violates the claim, spending at most about `evaluations`.
pub fn search(
    claim: &Claim,
    name: &str,
    seed: u64,
    evaluations: usize,
    budget: Budget,
) -> SearchResult {
    let share = if can_ascend(claim) { DRAW_SHARE } else { DRAW_SHARE_ALONE };
    search_from(claim, name, seed, evaluations / share, evaluations, budget)
}

/// The same with a given number of random draws before the ascents begin.
pub fn search_from(
    claim: &Claim,
    name: &str,
    seed: u64,
    draws: usize,
    evaluations: usize,
    budget: Budget,
) -> SearchResult {
    let drawn = search_draws(claim, name, seed, draws, budget);
    if drawn.witness.is_some() {
        return drawn;
    }
    let mut spent = drawn.evaluations;
    let found = |draw: Draw, spent| {
        let witness = shrink(claim, draw, budget);
        SearchResult { witness, evaluations: spent }
    };
    let mut wave = 0;
    while spent < evaluations && can_ascend(claim) {
        let ascents: Vec<Ascent> = (wave * WAVE..(wave + 1) * WAVE)
            .into_par_iter()
            .map(|index| ascend(claim, Aim::Violation, seed_of(seed, name, index), budget))
            .collect();
        wave += 1;
        spent += ascents.iter().map(|ascent| ascent.evaluations).sum::<usize>();
        let mut best: Vec<&Ascent> = ascents.iter().filter(|a| a.violation > 0.0).collect();
        best.sort_by(|a, b| b.violation.total_cmp(&a.violation));
        let confirmed = best.iter().find_map(|ascent| {
            // Few binary digits first: the shortest fractions that still violate the claim.
            DIGITS.into_iter().find_map(|bits| {
                spent += 1;
                let draw = ascent.shape.draw(&ascent.point, bits)?;
                matches!(check_draw(claim, &draw, budget).0, Outcome::Fails(_)).then_some(draw)
            })
        });
        if let Some(draw) = confirmed {
            return found(draw, spent);
        }
    }
    SearchResult { witness: None, evaluations: spent }
}

/// Searches among random draws only, at least `draws` of them.
pub fn search_draws(
    claim: &Claim,
    name: &str,
    seed: u64,
    draws: usize,
    budget: Budget,
) -> SearchResult {
    let mut spent = 0;
    while spent < draws {
        let failing = (spent..spent + GROUP)
            .into_par_iter()
            .map(|index| draw(claim, seed, &format!("{name} search"), index))
            .find_first(|draw| matches!(check_draw(claim, draw, budget).0, Outcome::Fails(_)));
        spent += GROUP;
        if let Some(draw) = failing {
            return SearchResult { witness: shrink(claim, draw, budget), evaluations: spent };
        }
    }
    SearchResult { witness: None, evaluations: spent }
}

/// Whether the violation of the claim is a number that can be increased.
pub(super) fn can_ascend(claim: &Claim) -> bool {
    match &claim.formula {
        // The problems of an ascent are sums of quadratics.
        Formula::Relation(relation) => {
            relation.sign != Sign::NotEqual && claim.family == theorem::Family::Quadratic
        }
        Formula::Equivalence(..) => false,
    }
}
