//! The loop: x⁺ = x − γg for every estimator.

use super::kernel::{accumulate, full_pass, outputs};
use super::problem::{Problem, RunError, Teacher};
use super::stream::Stream;
use crate::linear::simd::{Aligned, Real, dispatch, scale_add, scale_by};
use crate::problem::RidgeConvention;
use pulp::{Simd, WithSimd};

/// A gradient estimator g. With r_n = A'(Xa_n) − y_n, and the same for the teacher or a memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// g = ∇f_ξ(x).
    Sgd,
    /// g = ∇f_ξ(x) − λ∇f_ξ(θ).
    Kd,
    /// g = ∇f_ξ(x) − λ(∇f_ξ(θ) − ∇f(θ)).
    UnbiasedKd,
    /// g = ∇f_ξ(x) − ∇f_ξ(w) + ∇f(w), w ← x before every `period`-th step, from the first.
    Svrg {
        /// m ≥ 1.
        period: u64,
    },
    /// The same, w ← x (the point before the step) with this probability at each step.
    LSvrg {
        /// p in (0, 1].
        probability: f64,
    },
    /// g = ∇f_ξ(x) − ∇f_ξ(φ_ξ) + (1/N) Σ ∇f_j(φ_j), then φ_n ← x (before the step) for each sample
    /// of the batch; φ_n = x⁰ at the start.
    Saga {
        /// Whether f_n has the ridge term. Then the table holds N points. If only the student has it,
        /// the term is added to g as it is, and the table holds K numbers a sample.
        ridge: RidgeConvention,
    },
}

/// What a step uses; both may change from step to step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates<T> {
    /// γ.
    pub gamma: T,
    /// λ; only distillation reads it.
    pub lambda: T,
}

/// A point on its way, with all that a method remembers.
#[derive(Clone, Debug)]
pub struct Stepper<'a, T: Real> {
    problem: &'a Problem<T>,
    teacher: Option<&'a Teacher<T>>,
    method: Method,
    /// K padded rows.
    x: Aligned<T>,
    memory: Memory<T>,
    batch: Vec<u32>,
    /// Weights of the batch and, for a table, the new responses; or a group of a full pass.
    scratch: Vec<T>,
    steps: u64,
    sample_gradients: u64,
}

/// The snapshot or the table. Linear models need K responses a sample, not K×d gradients.
#[derive(Clone, Debug)]
struct Memory<T: Real> {
    /// A'(Wa_n) at the snapshot, or A'(Φ_na_n): N×K.
    responses: Vec<T>,
    /// Mean gradient of the data terms there, padded.
    mean: Aligned<T>,
    /// x before the step, where the memory is refreshed after it.
    before: Aligned<T>,
    /// Each Φ_n, where a table must have the ridge term, and their mean.
    points: Aligned<T>,
    mean_point: Aligned<T>,
}

impl<T: Real> Memory<T> {
    fn new(problem: &Problem<T>, method: Method, x: &Aligned<T>) -> Self {
        let none = || Aligned::zeros(0);
        let mut memory = Self {
            responses: Vec::new(),
            mean: none(),
            before: none(),
            points: none(),
            mean_point: none(),
        };
        match method {
            Method::Sgd | Method::Kd | Method::UnbiasedKd => {}
            Method::Svrg { .. } => {
                memory.responses = vec![T::ZERO; problem.labels.len()];
                memory.mean = Aligned::zeros(x.len());
            }
            Method::LSvrg { .. } | Method::Saga { .. } => {
                (memory.responses, memory.mean) = problem.full_pass(x);
                memory.before = x.clone();
            }
        }
        if method == (Method::Saga { ridge: RidgeConvention::Both }) && problem.ridge != T::ZERO {
            memory.points = Aligned::zeros(problem.samples * x.len());
            memory.points.chunks_exact_mut(x.len()).for_each(|point| point.copy_from_slice(x));
            memory.mean_point = x.clone();
        }
        memory
    }
}

impl<'a, T: Real> Stepper<'a, T> {
    /// At a start of K rows of length d. Distillation needs a teacher; others ignore it.
    ///
    /// # Errors
    /// If the start has the wrong length, the batch is empty, a teacher is missing or was made for
    /// another problem, or a parameter of the method is out of range.
    pub fn new(
        problem: &'a Problem<T>,
        method: Method,
        teacher: Option<&'a Teacher<T>>,
        start: &[T],
        batch: usize,
    ) -> Result<Self, RunError> {
        if batch == 0 {
            return Err(RunError::Empty("the batch size"));
        }
        match method {
            Method::Kd | Method::UnbiasedKd => {
                let (found, expected) =
                    (teacher.ok_or(RunError::NoTeacher)?.responses.len(), problem.labels.len());
                if found != expected {
                    return Err(RunError::Length { what: "the teacher", found, expected });
                }
            }
            Method::Svrg { period: 0 } => {
                return Err(RunError::Parameter("the period of SVRG must be at least 1"));
            }
            Method::LSvrg { probability } if !(probability > 0.0 && probability <= 1.0) => {
                return Err(RunError::Parameter("the probability of L-SVRG must be in (0, 1]"));
            }
            _ => {}
        }
        let x = problem.pad("the start", start)?;
        let outputs = problem.model.outputs();
        let is_full = matches!(method, Method::LSvrg { .. } | Method::Saga { .. });
        Ok(Self {
            problem,
            teacher,
            method,
            memory: Memory::new(problem, method, &x),
            x,
            batch: vec![0; batch],
            scratch: vec![T::ZERO; (2 * batch).max(4) * outputs],
            steps: 0,
            sample_gradients: if is_full { problem.samples as u64 } else { 0 },
        })
    }

    /// Takes `steps` steps; `rates` is asked with the number of each, counted from the first of all.
    ///
    /// # Errors
    /// If the stream is not for this problem and batch.
    pub fn run(
        &mut self,
        stream: &mut impl Stream,
        steps: u64,
        rates: impl FnMut(u64) -> Rates<T>,
    ) -> Result<(), RunError> {
        let (samples, batch) = (self.problem.samples, self.batch.len());
        if !stream.admits(samples, batch) {
            return Err(RunError::Stream { samples, batch });
        }
        dispatch(Steps { stepper: self, stream, steps, rates });
        Ok(())
    }

    /// The point, K rows of length d.
    pub fn point(&self) -> Vec<T> {
        let (d, stride) = (self.problem.dimension, self.problem.stride);
        self.x.chunks_exact(stride).flat_map(|row| &row[..d]).copied().collect()
    }

    /// ‖x − y‖² for a point of K rows of length d, summed in doubles.
    pub fn distance_sq(&self, point: &[T]) -> f64 {
        let (d, stride) = (self.problem.dimension, self.problem.stride);
        let own = self.x.chunks_exact(stride).flat_map(|row| &row[..d]);
        own.zip(point).map(|(x, y)| (x.to_f64() - y.to_f64()).powi(2)).sum()
    }

    /// Sample gradients of the student so far; a full pass counts N.
    pub fn sample_gradients(&self) -> u64 {
        self.sample_gradients
    }

    /// Numbers held, shared data and teacher apart; it never changes.
    pub fn numbers_held(&self) -> usize {
        let Memory { responses, mean, before, points, mean_point } = &self.memory;
        let memory = responses.len() + mean.len() + before.len() + points.len() + mean_point.len();
        self.x.len() + memory + self.batch.len() + self.scratch.len()
    }

    /// One step, inlined into the loop.
    #[inline(always)]
    fn step<S: Simd>(&mut self, simd: S, stream: &mut impl Stream, rates: Rates<T>) {
        let Rates { gamma, lambda } = rates;
        let problem = self.problem;
        let count = self.batch.len() * problem.model.outputs();
        stream.draw(&mut self.batch);
        if let Method::Svrg { period } = self.method
            && self.steps.is_multiple_of(period)
        {
            self.refresh(simd);
        }
        outputs(simd, problem, &self.x, &self.batch, &mut self.scratch[..count]);
        problem.model.respond(&mut self.scratch[..count]);
        self.steps += 1;
        self.sample_gradients += self.batch.len() as u64;
        let scale = -(gamma / T::from_f64(self.batch.len() as f64));
        let mut heads = false;
        match (self.method, self.teacher) {
            (Method::Kd, Some(teacher)) => {
                // proposition-1: the label becomes (1 − λ)y + λA'(θa_n).
                let responses = &teacher.responses[..];
                self.residuals(scale, |i, y| y + lambda * (responses[i] - y));
                let weight = match teacher.convention {
                    RidgeConvention::Both => gamma * lambda * problem.ridge,
                    RidgeConvention::StudentOnly => T::ZERO,
                };
                self.shrink(simd, gamma, (weight != T::ZERO).then_some((weight, &teacher.point)));
            }
            (Method::UnbiasedKd, Some(teacher)) => {
                let responses = &teacher.responses[..];
                self.residuals(scale, |i, y| y + lambda * (responses[i] - y));
                // The ridge term is the same for all samples: it cancels in c_ξ − E c_ξ.
                self.shrink(simd, gamma, Some((-(gamma * lambda), &teacher.mean)));
            }
            (Method::Svrg { .. } | Method::LSvrg { .. }, _) => {
                if let Method::LSvrg { probability } = self.method {
                    heads = stream.coin(probability);
                }
                if heads {
                    self.memory.before.copy_from_slice(&self.x);
                }
                self.descend_by_memory(simd, gamma, scale);
            }
            (Method::Saga { .. }, _) => {
                self.saga(simd, gamma, scale);
                return;
            }
            // A stepper is not built without the teacher that its method needs.
            (Method::Sgd | Method::Kd | Method::UnbiasedKd, _) => {
                self.residuals(scale, |_, y| y);
                self.shrink(simd, gamma, None);
            }
        }
        accumulate(simd, problem, &mut self.x, &self.batch, &self.scratch[..count]);
        if heads {
            std::mem::swap(&mut self.x, &mut self.memory.before);
            self.refresh(simd);
            std::mem::swap(&mut self.x, &mut self.memory.before);
        }
    }

    /// Turns the responses of the batch into weights: scale·(response − label), where the label of
    /// output i of all N×K may be another than the given one.
    #[inline(always)]
    fn residuals(&mut self, scale: T, label: impl Fn(usize, T) -> T) {
        let k = self.problem.model.outputs();
        let labels = &self.problem.labels[..];
        for (n, slots) in self.batch.iter().zip(self.scratch.chunks_exact_mut(k)) {
            let first = *n as usize * k;
            for (c, (slot, y)) in slots.iter_mut().zip(&labels[first..first + k]).enumerate() {
                *slot = (*slot - label(first + c, *y)) * scale;
            }
        }
    }

    /// x ← (1 − γr)x + weight·other.
    #[inline(always)]
    fn shrink<S: Simd>(&mut self, simd: S, gamma: T, shift: Option<(T, &[T])>) {
        let factor = T::ONE - gamma * self.problem.ridge;
        match shift {
            Some((weight, other)) => scale_add(simd, &mut self.x, factor, weight, other),
            None if self.problem.ridge != T::ZERO => scale_by(simd, &mut self.x, factor),
            None => {}
        }
    }

    /// Weights of ∇f_ξ(x) − ∇f_ξ(memory), in which labels cancel; the full gradient of the memory and
    /// the ridge term, of which only rx is left, are applied.
    #[inline(always)]
    fn descend_by_memory<S: Simd>(&mut self, simd: S, gamma: T, scale: T) {
        let k = self.problem.model.outputs();
        for (n, slots) in self.batch.iter().zip(self.scratch.chunks_exact_mut(k)) {
            let first = *n as usize * k;
            let old = &self.memory.responses[first..first + k];
            for (slot, old) in slots.iter_mut().zip(old) {
                *slot = (*slot - *old) * scale;
            }
        }
        let factor = T::ONE - gamma * self.problem.ridge;
        scale_add(simd, &mut self.x, factor, -gamma, &self.memory.mean);
    }

    /// Moves the snapshot to x.
    #[inline(always)]
    fn refresh<S: Simd>(&mut self, simd: S) {
        let Memory { responses, mean, .. } = &mut self.memory;
        full_pass(simd, self.problem, &self.x, responses, mean, &mut self.scratch);
        self.sample_gradients += self.problem.samples as u64;
    }

    #[inline(always)]
    fn saga<S: Simd>(&mut self, simd: S, gamma: T, scale: T) {
        let problem = self.problem;
        let (k, width) = (problem.model.outputs(), self.x.len());
        let count = self.batch.len() * k;
        let share = T::ONE / T::from_f64(problem.samples as f64);
        let has_points = !self.memory.points.is_empty();
        if has_points {
            self.memory.before.copy_from_slice(&self.x);
        }
        // The new responses are kept beside the weights: the table is read before it is written.
        let (weights, fresh) = self.scratch.split_at_mut(count);
        fresh[..count].copy_from_slice(weights);
        self.descend_by_memory(simd, gamma, scale);
        accumulate(simd, problem, &mut self.x, &self.batch, &self.scratch[..count]);
        if has_points {
            // Here f_n has the ridge term: − r(1/τ)Σφ_n + r·(mean of φ) belongs to g.
            let Memory { points, mean_point, .. } = &self.memory;
            let weight = gamma * problem.ridge;
            scale_add(simd, &mut self.x, T::ONE, -weight, mean_point);
            for n in &self.batch {
                let point = &points[*n as usize * width..][..width];
                scale_add(simd, &mut self.x, T::ONE, -(scale * problem.ridge), point);
            }
        }
        let Memory { responses, mean, before, points, mean_point } = &mut self.memory;
        let (weights, fresh) = self.scratch.split_at_mut(count);
        let slots = weights.chunks_exact_mut(k).zip(fresh.chunks_exact(k));
        for (n, (weights, fresh)) in self.batch.iter().zip(slots) {
            let old = &mut responses[*n as usize * k..][..k];
            for ((weight, old), new) in weights.iter_mut().zip(old).zip(fresh) {
                // A sample that is drawn twice in a batch enters the mean once.
                *weight = (*new - *old) * share;
                *old = *new;
            }
            if has_points {
                let point = &mut points[*n as usize * width..][..width];
                scale_add(simd, mean_point, T::ONE, -share, point);
                scale_add(simd, mean_point, T::ONE, share, before);
                point.copy_from_slice(before);
            }
        }
        accumulate(simd, problem, mean, &self.batch, &self.scratch[..count]);
    }
}

/// Many steps as one operation, so that instructions are chosen once a run.
struct Steps<'s, 'a, 't, T: Real, I, F> {
    stepper: &'s mut Stepper<'a, T>,
    stream: &'t mut I,
    steps: u64,
    rates: F,
}

impl<T: Real, I: Stream, F: FnMut(u64) -> Rates<T>> WithSimd for Steps<'_, '_, '_, T, I, F> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        for _ in 0..self.steps {
            let rates = (self.rates)(self.stepper.steps);
            self.stepper.step(simd, self.stream, rates);
        }
    }
}
