//! Every equally likely path of a process, followed step by step.

use super::{Setting, no_memory};
use crate::claim::evaluate::Moments;
use crate::claim::vocabulary::Process;
use crate::estimator::{self, Oracle};
use crate::expectation::{MomentArithmetic, check_steps};
use crate::linear::{average, norm_sq, scale, subtract};
use crate::problem::{FiniteSum, MAX_BATCHES};
use crate::scalar::Undefined;

/// The end of a path of the process, and of SGD on the same samples from the twin start.
pub(super) struct Twin<S> {
    pub(super) process: Vec<S>,
    pub(super) sgd: Option<Vec<S>>,
}

impl<S: MomentArithmetic> Setting<'_, S> {
    /// Whether the process takes an affine step, with nothing after it.
    pub(super) fn check_plain(&self) -> Result<(), Undefined> {
        if let FiniteSum::Network(_) = self.problem {
            let why = "what distillation subtracts from a network changes along a path";
            return Err(Undefined::Missing(why.into()));
        }
        if Process::FOLLOWED.contains(&self.process) {
            return Ok(());
        }
        let why = "this is for processes without compressor and memory";
        Err(Undefined::Missing(why.into()))
    }

    /// s_n = ∇f_n(x*) − λ(correction): what sample n adds to the step at x*, per unit of γ.
    ///
    /// # Errors
    /// If there is no minimiser, or its gradients cost too much.
    pub(in crate::audit) fn shifts(&self) -> Result<Vec<Vec<S>>, Undefined> {
        self.check_plain()?;
        let oracle = Oracle::new(&self.problem, self.control()?);
        let corrections = estimator::estimator(self.process, &self.lambda).corrections(&oracle);
        let pairs = self.gradients_at_star()?.iter().zip(&corrections);
        Ok(pairs.map(|(g, c)| subtract(g, &scale(&self.lambda, c))).collect())
    }

    /// Every equally likely path of t steps.
    pub(super) fn paths(&self) -> Result<&[Twin<S>], Undefined> {
        let paths = self.paths.get_or_init(|| {
            self.check_plain()?;
            let batches = self.batches()?;
            check_steps(self.instance.parameters.horizon)?;
            let steps = u32::try_from(self.instance.parameters.horizon).unwrap_or(u32::MAX);
            let count = batches.len().checked_pow(steps).filter(|count| *count <= MAX_BATCHES);
            if count.is_none() {
                return Err(Undefined::Budget(format!(
                    "there are more than {MAX_BATCHES} paths of {steps} steps"
                )));
            }
            let oracle = Oracle::new(&self.problem, self.control()?);
            let process = estimator::estimator(self.process, &self.lambda);
            let sgd = estimator::estimator(Process::Sgd, &self.lambda);
            let mut twins = vec![Twin { process: self.point.clone(), sgd: self.twin_start().ok() }];
            for taken in 0..steps {
                let step = |twin: &Twin<S>, batch: &[usize]| {
                    let along = |g, x: &[S]| estimator::step(g, &oracle, &self.gamma, x, batch);
                    Ok(Twin {
                        process: along(&*process, &twin.process)?,
                        sgd: twin.sgd.as_ref().map(|x| along(&*sgd, x)).transpose()?,
                    })
                };
                twins = twins
                    .iter()
                    .flat_map(|twin| batches.iter().map(move |batch| step(twin, batch)))
                    .collect::<Result<_, Undefined>>()?;
                let budget = self.budget.bits;
                let bits = twins.iter().flat_map(|twin| &twin.process).map(S::bits).max();
                let bits = bits.filter(|_| S::EXACT).unwrap_or(0);
                // As in the recursion of moments: what all steps cost is known after the first.
                if bits > budget || (taken == 0 && bits * u64::from(steps) > 4 * budget) {
                    return Err(Undefined::Budget(format!(
                        "exact paths of {steps} steps need more than {budget} bits"
                    )));
                }
            }
            Ok(twins)
        });
        paths.as_deref().map_err(Clone::clone)
    }

    /// The moments after t steps, from every path.
    pub(super) fn path_moments(&self, center: Vec<S>) -> Result<Moments<S>, Undefined> {
        let paths = self.paths()?;
        let mut rows = Vec::with_capacity(paths.len());
        for path in paths {
            let mut row = subtract(&path.process, &center);
            row.extend([norm_sq(&row), self.gap_at(&path.process)?]);
            rows.push(row);
        }
        let d = center.len();
        let mut mean = average(d + 2, &rows);
        let rest = mean.split_off(d);
        let (second, gap) = (rest[0].clone(), Ok(rest[1].clone()));
        Ok(Moments { center, mean, second, gap, memory: Err(no_memory()) })
    }
}
