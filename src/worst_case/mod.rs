//! Worst cases over whole classes of problems: the largest value of a quantity after one step, with
//! an exact certificate from above and an exact witness from below.
//!
//! [`methods`] registers problems as formulas, [`claims`] makes a [`program`] of these or of a
//! statement, over the Gram matrices of [`gram`]; [`expand`] is what turns formulas into forms.
//! [`solve`](mod@solve) proposes bounds by a [`barrier`] method on the [`dual`], with `facial`
//! reduction and `recognise`, and [`judge`] alone decides. [`quadratics`] makes explicit problems of
//! witnesses; [`decide`] and [`tighten`] ask when a statement holds, and [`proof`] and
//! [`method_proof`], with `certificate`, write what was found as a theorem file that the kernel accepts. [`ladder`] puts
//! the worst case between what was sampled and what is stated, [`curves`] certifies where two theorems
//! are sharp, and [`overview`] does both for everything.

pub mod barrier;
mod certificate;
pub mod claims;
pub mod curves;
pub mod decide;
pub mod dual;
pub mod expand;
mod facial;
pub mod gram;
pub mod judge;
pub mod ladder;
pub mod method_proof;
pub mod methods;
pub mod overview;
pub mod program;
pub mod proof;
pub mod quadratics;
mod recognise;
pub mod solve;
pub mod tighten;
