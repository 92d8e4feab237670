//! All worst cases at once: every inequality of the library, every registered method, and the curves.

use super::curves::{CurvePoint, curves};
use super::ladder::{Step, ladder};
use super::methods::{METHODS, Method, Samples};
use super::quadratics::two_quadratics;
use super::solve::{Effort, solve};
use crate::audit::library::Library;
use crate::audit::runner::Options;
use crate::scalar::Rational;
use rayon::prelude::*;
use serde::Serialize;

/// What is known of all worst cases.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The inequalities of the library.
    pub statements: Vec<Step>,
    /// The registered methods at their default numbers.
    pub methods: Vec<MethodRow>,
    /// The curves on which theorem-1 and theorem-2 are sharp.
    pub curves: Vec<CurvePoint>,
}

/// A method's worst case.
#[derive(Clone, Debug, Serialize)]
pub struct MethodRow {
    /// The method.
    pub method: &'static str,
    /// The number of samples.
    pub samples: u64,
    /// What two explicit quadratics attain.
    pub attained: Option<Rational>,
    /// What Gram matrices attain that meet every interpolation inequality.
    pub witness: Option<Rational>,
    /// What no problem exceeds.
    pub certified: Option<Rational>,
}

/// The number of samples of the methods.
const SAMPLES: u64 = 10;

/// Random instances a statement, at most: those with a memory are slow to evaluate.
const INSTANCES: usize = 24;

/// Solves everything.
pub fn overview(library: &Library, options: Options) -> Overview {
    let options = Options { instances: options.instances.min(INSTANCES), ..options };
    let methods = METHODS.par_iter().filter_map(row).collect();
    Overview { statements: ladder(library, options), methods, curves: curves(library) }
}

fn row(method: &Method) -> Option<MethodRow> {
    let samples = Samples::Finite(SAMPLES);
    let texts = method.texts(&Default::default(), samples).ok()?;
    let reduced = texts.program().ok()?;
    let bounds = solve(&reduced, Effort::Full);
    // An explicit problem needs room for rounding, which an interior point has.
    let interior = solve(&reduced, Effort::Plain).lower;
    let explicit = interior.and_then(|lower| {
        two_quadratics(method.name, &texts.numbers, samples, &reduced, &lower.gram)
    });
    Some(MethodRow {
        method: method.name,
        samples: SAMPLES,
        attained: explicit.map(|(_, value)| value),
        witness: bounds.lower.map(|lower| lower.value),
        certified: bounds.upper.map(|upper| upper.value),
    })
}
