//! Processes with points in memory: outcomes of a step, and moments along paths.

use super::Setting;
use crate::claim::evaluate::Moments;
use crate::claim::vocabulary::Process;
use crate::estimator::{
    Known, MemoryEstimator, Oracle, State, estimator_with_memory, step_with_memory,
};
use crate::expectation::joint::{SparseMap, iterate_jointly};
use crate::expectation::{MomentArithmetic, enumerate_paths};
use crate::linear::{Matrix, add, norm_sq, scale, subtract};
use crate::scalar::{Rational, Undefined};
use std::borrow::Cow;

/// Entries of the joint second moment, times the minibatches, that are worked with.
const MAX_JOINT: usize = 1 << 20;

/// The states that may follow, with probabilities given the minibatch.
pub(super) type States<S> = Vec<(S, State<S>)>;

/// Points in memory with what they add to a sample's part of τ.
pub(super) type KnownErrors<S> = Vec<(Vec<S>, S)>;

impl<S: MomentArithmetic> Setting<'_, S> {
    fn with_memory(&self) -> Result<Box<dyn MemoryEstimator<S>>, Undefined> {
        let refresh = S::from_rational(&self.instance.algorithm.refresh);
        estimator_with_memory(self.process, &refresh)
            .ok_or_else(|| Undefined::Missing("this process has no memory".into()))
    }

    /// The point in memory for sample `n`.
    pub(super) fn stored(&self, n: usize) -> Vec<S> {
        let n = if self.process == Process::Saga { n } else { 0 };
        let stored = self.instance.algorithm.stored(n, &self.instance.point);
        stored.iter().map(S::from_rational).collect()
    }

    fn state(&self) -> State<S> {
        let count = if self.process == Process::Saga { self.problem.samples() } else { 1 };
        let memory = (0..count).map(|n| self.stored(n)).collect();
        State { x: self.point.clone(), memory, taken: 0 }
    }

    /// Knows each sample's gradient at x and at the point in memory: what is drawn, and what is
    /// remembered after a step, are these.
    fn oracle(&self) -> Result<Oracle<'_, S>, Undefined> {
        let known = self.known.get_or_init(|| self.known_at(&self.state()));
        Ok(Oracle::new(&self.problem, self.control()?).knowing(known))
    }

    fn known_at(&self, state: &State<S>) -> Vec<Known<S>> {
        let known = |n: usize| {
            let points = [&state.x, state.memory.get(n).unwrap_or(&state.memory[0])];
            let known = |x: &Vec<S>| Some((x.clone(), self.problem.gradient(n, x).ok()?));
            points.into_iter().filter_map(known).collect()
        };
        (0..self.problem.samples()).map(known).collect()
    }

    /// τ = (1/N) Σ_n ‖∇f_n(φ_n) − ∇f_n(x*)‖². Of most samples the point is that of the instance:
    /// what it adds is known.
    pub(super) fn memory_error(&self, memory: &[Vec<S>]) -> Result<S, Undefined> {
        let known = self.known_errors.get_or_init(|| {
            let state = self.state();
            let points = |n| [&state.x, state.memory.get(n).unwrap_or(&state.memory[0])];
            let known = |n, x: &Vec<S>| Some((x.clone(), self.sample_memory_error(n, x).ok()?));
            let samples = 0..self.problem.samples();
            samples.map(|n| points(n).into_iter().filter_map(|x| known(n, x)).collect()).collect()
        });
        let errors = known.iter().enumerate().map(|(n, known)| {
            // A snapshot serves every sample.
            let stored = memory.get(n).unwrap_or(&memory[0]);
            match known.iter().find(|(point, _)| point == stored) {
                Some((_, error)) => Ok(Cow::Borrowed(error)),
                None => self.sample_memory_error(n, stored).map(Cow::Owned),
            }
        });
        let errors: Vec<Cow<'_, S>> = errors.collect::<Result<_, _>>()?;
        let share = S::from_rational(&Rational::ratio(1, known.len().max(1) as i64));
        Ok(S::sum_of_products(errors.iter().map(|error| (&**error, &share))))
    }

    fn sample_memory_error(&self, n: usize, x: &[S]) -> Result<S, Undefined> {
        let gradient = self.oracle()?.gradient(n, x)?;
        Ok(norm_sq(&subtract(&gradient, &self.gradients_at_star()?[n])))
    }

    pub(super) fn memory_error_now(&self) -> Result<S, Undefined> {
        self.with_memory()?;
        self.memory_error(&self.state().memory)
    }

    /// What may follow each outcome of the step.
    pub(super) fn remembered(&self) -> Result<&[States<S>], Undefined> {
        let states = self.remembered.get_or_init(|| {
            let estimator = self.with_memory()?;
            let oracle = self.oracle()?;
            let state = self.state();
            let step = |batch: &Vec<usize>| {
                step_with_memory(&*estimator, &oracle, &self.gamma, &state, batch)
            };
            self.batches()?.iter().map(step).collect()
        });
        states.as_deref().map_err(Clone::clone)
    }

    /// The moments after t steps: of the joint state, or over every path where there are none.
    pub(super) fn memory_moments(&self) -> Result<Moments<S>, Undefined> {
        let center = self.x_star()?.to_vec();
        match self.joint_moments(&center) {
            // Beyond the budget enclosed moments are much cheaper than exact paths.
            Err(Undefined::Budget(why)) if !S::EXACT => {
                self.memory_path_moments(center).map_err(|_| Undefined::Budget(why))
            }
            moments => moments,
        }
    }

    /// e = x − x* and v_n = φ_n − x* move by e⁺ = e − γ(H_ξ(e − v_ξ) + (1/N) Σ H_nv_n), and v_n
    /// stays or becomes e: linearly, because the gradients at x* sum to zero.
    fn joint_moments(&self, center: &[S]) -> Result<Moments<S>, Undefined> {
        let (d, samples) = (center.len(), self.problem.samples());
        let state = self.state();
        let points = state.memory.len();
        let own = |n: usize| if points == 1 { 0 } else { n };
        let width = d * (1 + points);
        let batches = self.batches()?;
        let size = width.saturating_mul(width).saturating_mul(batches.len());
        if size > MAX_JOINT {
            return Err(Undefined::Budget(format!("joint moments of {width} coordinates")));
        }
        let share = |count: usize| S::from_rational(&Rational::ratio(1, count as i64));
        let quadratics = self.problem.as_quadratic();
        let quadratics = quadratics.ok_or_else(|| {
            Undefined::Budget("joint moments of a process that is not affine".into())
        })?;
        let entry = |n: usize, i: usize, j: usize| quadratics.hessian_entry(n, i, j);
        let refresh = S::from_rational(&self.instance.algorithm.refresh);
        let coins = match self.process {
            Process::LSvrg => vec![(refresh.clone(), true), (S::one().minus(&refresh), false)],
            _ => vec![(S::one(), true)],
        };
        let mut maps = Vec::new();
        for batch in batches {
            // Row i of e⁺: coordinates 0..d are e, then d for each point in memory.
            let mut step: Matrix<S> = Matrix::zeros(d, width);
            let minus = self.gamma.negated();
            let mut put = |i: usize, column: usize, value: &S| {
                step[(i, column)] = step[(i, column)].plus(value);
            };
            for i in 0..d {
                put(i, i, &S::one());
                for j in 0..d {
                    for &n in batch {
                        let part = entry(n, i, j).times(&minus).times(&share(batch.len()));
                        put(i, j, &part);
                        put(i, d * (1 + own(n)) + j, &part.negated());
                    }
                    for n in 0..samples {
                        let part = entry(n, i, j).times(&minus).times(&share(samples));
                        put(i, d * (1 + own(n)) + j, &part);
                    }
                }
            }
            for (chance, refreshes) in &coins {
                let mut rows: Vec<Vec<(usize, S)>> =
                    (0..d).map(|i| step.row(i).iter().cloned().enumerate().collect()).collect();
                for point in 0..points {
                    let drawn = points == 1 || batch.contains(&point);
                    let from = if *refreshes && drawn { 0 } else { d * (1 + point) };
                    rows.extend((0..d).map(|i| vec![(from + i, S::one())]));
                }
                maps.push(SparseMap { chance: chance.times(&share(batches.len())), rows });
            }
        }
        let mut start = subtract(&state.x, center);
        for point in &state.memory {
            start.extend(subtract(point, center));
        }
        let steps = self.instance.parameters.horizon;
        let joint = iterate_jointly(&maps, &start, steps, self.budget)?;
        // E‖H_nv_n‖² and E⟨H̄e, e⟩/2.
        let quadratic = |offset: usize, weight: &dyn Fn(usize, usize) -> S| {
            let pairs = (0..d).flat_map(|i| (0..d).map(move |j| (i, j)));
            pairs.fold(S::zero(), |sum, (i, j)| {
                sum.plus(&weight(i, j).times(&joint.second[(offset + i, offset + j)]))
            })
        };
        let memory = (0..samples).fold(S::zero(), |sum, n| {
            let square = |i: usize, j: usize| {
                (0..d).fold(S::zero(), |sum, k| sum.plus(&entry(n, k, i).times(&entry(n, k, j))))
            };
            sum.plus(&quadratic(d * (1 + own(n)), &square))
        });
        let mean_hessian = self.mean_hessian()?;
        let half = S::from_rational(&Rational::ratio(1, 2));
        let identity = |i: usize, j: usize| if i == j { S::one() } else { S::zero() };
        Ok(Moments {
            center: center.to_vec(),
            mean: joint.mean[..d].to_vec(),
            second: quadratic(0, &identity),
            gap: Ok(quadratic(0, &|i, j| mean_hessian[(i, j)].clone()).times(&half)),
            memory: Ok(memory.times(&share(samples))),
        })
    }

    /// The same from every path of minibatches and coins.
    pub(super) fn memory_path_moments(&self, center: Vec<S>) -> Result<Moments<S>, Undefined> {
        let estimator = self.with_memory()?;
        let batches = self.batches()?;
        let chance = S::from_rational(&Rational::ratio(1, batches.len() as i64));
        let paths = enumerate_paths(
            self.state(),
            self.instance.parameters.horizon,
            self.budget,
            |state| state.x.iter().map(S::bits).max().unwrap_or(0),
            |state| {
                // Every minibatch asks for the same gradients.
                let known = self.known_at(state);
                let oracle = Oracle::new(&self.problem, self.control()?).knowing(&known);
                let mut next = Vec::new();
                for batch in batches {
                    let own = step_with_memory(&*estimator, &oracle, &self.gamma, state, batch)?;
                    next.extend(own.into_iter().map(|(own, s)| (own.times(&chance), s)));
                }
                Ok(next)
            },
        )?;
        let mut mean = vec![S::zero(); center.len()];
        let (mut second, mut gap, mut memory) = (S::zero(), S::zero(), S::zero());
        for (chance, state) in &paths {
            let e = subtract(&state.x, &center);
            mean = add(&mean, &scale(chance, &e));
            second = second.plus(&chance.times(&norm_sq(&e)));
            gap = gap.plus(&chance.times(&self.gap_at(&state.x)?));
            memory = memory.plus(&chance.times(&self.memory_error(&state.memory)?));
        }
        Ok(Moments { center, mean, second, gap: Ok(gap), memory: Ok(memory) })
    }
}
