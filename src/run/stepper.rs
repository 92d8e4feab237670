//! The loop: x⁺ = x − γg for every estimator.

use super::kernel::{FullPass, accumulate, outputs};
use super::problem::{Model, Problem, RunError, Teacher};
use super::single;
use super::stream::Stream;
use crate::linear::simd::{Aligned, Real, dispatch, multiply, scale_add, scale_by};
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
    /// Ones where the student has a weight and zeros where it is pruned.
    mask: Option<Aligned<T>>,
    memory: Memory<T>,
    batch: usize,
    plan: Plan<T>,
    /// Weights of the batch and, for a table, the new responses; or a group of a full pass.
    scratch: Vec<T>,
    steps: u64,
    sample_gradients: u64,
}

/// What the next steps use, drawn before they are taken: the loop itself is then the same for every
/// stream and schedule, and is compiled once.
#[derive(Clone, Debug, Default)]
struct Plan<T> {
    indices: Vec<u32>,
    coins: Vec<bool>,
    rates: Vec<Rates<T>>,
}

/// Steps that are planned together.
const PLANNED: u64 = 256;

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

impl<T: Run> Memory<T> {
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

impl<'a, T: Run> Stepper<'a, T> {
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
                    (teacher.ok_or(RunError::NoTeacher)?.labels.len(), problem.labels.len());
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
            mask: None,
            batch,
            plan: Plan::default(),
            scratch: vec![T::ZERO; (2 * batch).max(4) * outputs],
            steps: 0,
            sample_gradients: if is_full { problem.samples as u64 } else { 0 },
        })
    }

    /// A pruned student: entries of K rows of length d that the mask leaves out are zero, at the start
    /// and after every step. This is projected SGD, x⁺ = P(x − γg), as in theorem-3-mask.
    ///
    /// # Errors
    /// If the mask has the wrong length, or the method remembers a point that is not pruned.
    pub fn pruned(mut self, mask: &[bool]) -> Result<Self, RunError> {
        if matches!(self.method, Method::LSvrg { .. } | Method::Saga { .. }) {
            return Err(RunError::Parameter("a pruned student runs without a table or a coin"));
        }
        let ones: Vec<T> = mask.iter().map(|kept| if *kept { T::ONE } else { T::ZERO }).collect();
        let mask = self.problem.pad("the mask", &ones)?;
        self.x.iter_mut().zip(mask.iter()).for_each(|(x, kept)| *x = *x * *kept);
        self.mask = Some(mask);
        Ok(self)
    }

    /// Takes `steps` steps; `rates` is asked with the number of each, counted from the first of all.
    ///
    /// # Errors
    /// If the stream is not for this problem and batch.
    pub fn run(
        &mut self,
        stream: &mut impl Stream,
        steps: u64,
        mut rates: impl FnMut(u64) -> Rates<T>,
    ) -> Result<(), RunError> {
        self.admit(stream)?;
        let mut left = steps;
        while left > 0 {
            let count = left.min(PLANNED);
            self.plan(stream, count, &mut rates);
            T::take_steps(self);
            left -= count;
        }
        Ok(())
    }

    fn admit(&self, stream: &impl Stream) -> Result<(), RunError> {
        let (samples, batch) = (self.problem.samples, self.batch);
        let admits = stream.admits(samples, batch);
        if admits { Ok(()) } else { Err(RunError::Stream { samples, batch }) }
    }

    fn plan(
        &mut self,
        stream: &mut impl Stream,
        count: u64,
        rates: &mut impl FnMut(u64) -> Rates<T>,
    ) {
        let Plan { indices, coins, rates: planned } = &mut self.plan;
        indices.resize(count as usize * self.batch, 0);
        coins.clear();
        planned.clear();
        if let Method::LSvrg { probability } = self.method {
            for drawn in indices.chunks_exact_mut(self.batch) {
                stream.draw(drawn);
                coins.push(stream.coin(probability));
            }
        } else {
            stream.draw_batches(indices, self.batch);
        }
        planned.extend((self.steps..self.steps + count).map(rates));
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

    /// Numbers held, shared data, teacher and the plan of the next steps apart; it never changes.
    pub fn numbers_held(&self) -> usize {
        let Memory { responses, mean, before, points, mean_point } = &self.memory;
        let memory = responses.len() + mean.len() + before.len() + points.len() + mean_point.len();
        self.x.len() + memory + self.scratch.len() + self.mask.as_ref().map_or(0, |m| m.len())
    }
}

/// Takes `steps` steps of two runs in turn. Each ends where it would have ended alone, bit by bit. For
/// single samples, where a step is mostly waiting for the one before, this is faster than one run after
/// the other: twice as much is under way.
///
/// # Errors
/// If a stream is not for its problem and batch.
pub fn run_abreast<T: Run>(
    [first, second]: [(&mut Stepper<'_, T>, &mut impl Stream); 2],
    steps: u64,
    mut rates: impl FnMut(u64) -> Rates<T>,
) -> Result<(), RunError> {
    let ((first, first_stream), (second, second_stream)) = (first, second);
    first.admit(first_stream)?;
    second.admit(second_stream)?;
    let mut left = steps;
    while left > 0 {
        let count = left.min(PLANNED);
        first.plan(first_stream, count, &mut rates);
        second.plan(second_stream, count, &mut rates);
        if first.is_single() && first.is_like(second) {
            T::take_steps_abreast([first, second]);
        } else {
            T::take_steps(first);
            T::take_steps(second);
        }
        left -= count;
    }
    Ok(())
}

impl<T: Real> Stepper<'_, T> {
    /// One step, inlined into the loop. Temporaries leave `self` for its time.
    #[inline(always)]
    fn step<S: Simd>(&mut self, simd: S, batch: &[u32], heads: bool, rates: Rates<T>) {
        let Rates { gamma, lambda } = rates;
        let problem = self.problem;
        let count = batch.len() * problem.model.outputs();
        if let Method::Svrg { period } = self.method
            && self.steps.is_multiple_of(period)
        {
            self.refresh(simd);
        }
        // First, so that their cache lines, far apart, arrive while the outputs are computed.
        self.gather_labels(batch, lambda);
        outputs(simd, problem, &self.x, batch, &mut self.scratch[..count]);
        problem.model.respond(&mut self.scratch[..count]);
        self.steps += 1;
        self.sample_gradients += batch.len() as u64;
        let scale = -(gamma / T::from_f64(batch.len() as f64));
        match (self.method, self.teacher) {
            (Method::Kd, Some(teacher)) => {
                self.residuals(count, scale);
                let weight = match teacher.convention {
                    RidgeConvention::Both => gamma * lambda * problem.ridge,
                    RidgeConvention::StudentOnly => T::ZERO,
                };
                self.shrink(simd, gamma, (weight != T::ZERO).then_some((weight, &teacher.point)));
            }
            (Method::UnbiasedKd, Some(teacher)) => {
                self.residuals(count, scale);
                // The ridge term is the same for all samples: it cancels in c_ξ − E c_ξ.
                self.shrink(simd, gamma, Some((-(gamma * lambda), &teacher.mean)));
            }
            (Method::Svrg { .. } | Method::LSvrg { .. }, _) => {
                if heads {
                    self.memory.before.copy_from_slice(&self.x);
                }
                self.descend_by_memory(simd, batch, gamma, scale);
            }
            (Method::Saga { .. }, _) => {
                self.saga(simd, batch, gamma, scale);
                return;
            }
            // A stepper is not built without the teacher that its method needs.
            (Method::Sgd | Method::Kd | Method::UnbiasedKd, _) => {
                self.residuals(count, scale);
                self.shrink(simd, gamma, None);
            }
        }
        accumulate(simd, problem, &mut self.x, batch, &self.scratch[..count]);
        if heads {
            std::mem::swap(&mut self.x, &mut self.memory.before);
            self.refresh(simd);
            std::mem::swap(&mut self.x, &mut self.memory.before);
        }
    }

    /// Whether the short loop of [`single`] applies.
    fn is_single(&self) -> bool {
        let is_free = matches!(self.method, Method::Sgd | Method::Kd) && self.mask.is_none();
        let is_scalar = matches!(self.problem.model, Model::LeastSquares | Model::Logistic);
        is_free && is_scalar && self.batch == 1 && self.problem.ridge == T::ZERO
    }

    /// The planned steps, for [`single`]; they are counted here.
    fn lane(&mut self) -> single::Lane<'_, T> {
        let Self { x, plan, steps, sample_gradients, .. } = self;
        *steps += plan.rates.len() as u64;
        *sample_gradients += plan.rates.len() as u64;
        single::Lane { x, indices: &plan.indices, rates: &plan.rates }
    }

    /// Whether two runs differ in their points and plans only.
    fn is_like(&self, other: &Self) -> bool {
        let teacher = match (self.teacher, other.teacher) {
            (Some(own), Some(other)) => std::ptr::eq(own, other),
            (None, None) => true,
            _ => false,
        };
        let method = self.method == other.method && self.batch == other.batch;
        method && teacher && other.mask.is_none() && std::ptr::eq(self.problem, other.problem)
    }

    /// Labels of the batch, to the second half of the scratch. With a teacher that is distilled they
    /// are (1 − λ)y + λA'(θa_n), by proposition-1.
    #[inline(always)]
    fn gather_labels(&mut self, batch: &[u32], lambda: T) {
        let k = self.problem.model.outputs();
        let (_, labels) = self.scratch.split_at_mut(batch.len() * k);
        let slots = batch.iter().zip(labels.chunks_exact_mut(k));
        match (self.method, self.teacher) {
            (Method::Kd | Method::UnbiasedKd, Some(teacher)) => {
                for (n, slots) in slots {
                    let entries = &teacher.labels[*n as usize * k..][..k];
                    for (slot, [y, shift]) in slots.iter_mut().zip(entries) {
                        *slot = *y + lambda * *shift;
                    }
                }
            }
            (Method::Sgd, _) => {
                for (n, slots) in slots {
                    slots.copy_from_slice(&self.problem.labels[*n as usize * k..][..k]);
                }
            }
            // Differences of gradients, from which labels cancel.
            _ => {}
        }
    }

    /// Turns the responses of the batch into weights: scale·(response − label).
    #[inline(always)]
    fn residuals(&mut self, count: usize, scale: T) {
        let (slots, labels) = self.scratch.split_at_mut(count);
        for (slot, label) in slots.iter_mut().zip(labels) {
            *slot = (*slot - *label) * scale;
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
    fn descend_by_memory<S: Simd>(&mut self, simd: S, batch: &[u32], gamma: T, scale: T) {
        let k = self.problem.model.outputs();
        for (n, slots) in batch.iter().zip(self.scratch.chunks_exact_mut(k)) {
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
        let (problem, point, scratch) = (self.problem, &self.x[..], &mut self.scratch[..]);
        simd.vectorize(FullPass { problem, point, responses, mean, scratch });
        self.sample_gradients += self.problem.samples as u64;
    }

    #[inline(always)]
    fn saga<S: Simd>(&mut self, simd: S, batch: &[u32], gamma: T, scale: T) {
        let problem = self.problem;
        let (k, width) = (problem.model.outputs(), self.x.len());
        let count = batch.len() * k;
        let share = T::ONE / T::from_f64(problem.samples as f64);
        let has_points = !self.memory.points.is_empty();
        if has_points {
            self.memory.before.copy_from_slice(&self.x);
        }
        // The new responses are kept beside the weights: the table is read before it is written.
        let (weights, fresh) = self.scratch.split_at_mut(count);
        fresh[..count].copy_from_slice(weights);
        self.descend_by_memory(simd, batch, gamma, scale);
        accumulate(simd, problem, &mut self.x, batch, &self.scratch[..count]);
        if has_points {
            // Here f_n has the ridge term: − r(1/τ)Σφ_n + r·(mean of φ) belongs to g.
            let Memory { points, mean_point, .. } = &self.memory;
            let weight = gamma * problem.ridge;
            scale_add(simd, &mut self.x, T::ONE, -weight, mean_point);
            for n in batch {
                let point = &points[*n as usize * width..][..width];
                scale_add(simd, &mut self.x, T::ONE, -(scale * problem.ridge), point);
            }
        }
        let Memory { responses, mean, before, points, mean_point } = &mut self.memory;
        let (weights, fresh) = self.scratch.split_at_mut(count);
        let slots = weights.chunks_exact_mut(k).zip(fresh.chunks_exact(k));
        for (n, (weights, fresh)) in batch.iter().zip(slots) {
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
        accumulate(simd, problem, mean, batch, &self.scratch[..count]);
    }
}

/// Takes the planned steps.
struct Steps<'s, 'a, T: Real>(&'s mut Stepper<'a, T>);

impl<T: Real> WithSimd for Steps<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self(stepper) = self;
        if stepper.is_single() {
            let (problem, teacher, method) = (stepper.problem, stepper.teacher, stepper.method);
            let lane = stepper.lane();
            match (method, teacher) {
                (Method::Kd, Some(teacher)) => {
                    single::steps(simd, problem, lane, |n, lambda| mixed(teacher, n, lambda));
                }
                _ => single::steps(simd, problem, lane, |n, _| problem.labels[n]),
            }
            return;
        }
        // Taken out for the loop, so that a step may borrow the rest.
        let plan = std::mem::take(&mut stepper.plan);
        for (i, batch) in plan.indices.chunks_exact(stepper.batch).enumerate() {
            let heads = plan.coins.get(i).is_some_and(|coin| *coin);
            stepper.step(simd, batch, heads, plan.rates[i]);
            if let Some(mask) = &stepper.mask {
                multiply(simd, &mut stepper.x, mask);
            }
        }
        stepper.plan = plan;
    }
}

/// Takes the planned steps of two runs that are [alike](Stepper::is_like) and
/// [single](Stepper::is_single).
struct StepsAbreast<'s, 'a, T: Real>([&'s mut Stepper<'a, T>; 2]);

impl<T: Real> WithSimd for StepsAbreast<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self([one, two]) = self;
        let (problem, teacher, method) = (one.problem, one.teacher, one.method);
        let lanes = [one.lane(), two.lane()];
        match (method, teacher) {
            (Method::Kd, Some(teacher)) => {
                single::steps_abreast(simd, problem, lanes, |n, lambda| mixed(teacher, n, lambda));
            }
            _ => single::steps_abreast(simd, problem, lanes, |n, _| problem.labels[n]),
        }
    }
}

/// (1 − λ)y + λA'(θa_n), for one output a sample.
#[inline(always)]
fn mixed<T: Real>(teacher: &Teacher<T>, n: usize, lambda: T) -> T {
    let [y, shift] = teacher.labels[n];
    y + lambda * shift
}

/// The loops, compiled here once for single and once for double precision, for each kind of
/// processor.
pub trait Run: Real {
    /// Takes the steps that are planned.
    fn take_steps(stepper: &mut Stepper<'_, Self>);
    /// The same for two runs in turn, which must be alike and of single samples.
    fn take_steps_abreast(pair: [&mut Stepper<'_, Self>; 2]);
    /// Fills the N×K responses at a padded point and the mean gradient of the data terms; the scratch
    /// holds 4K numbers.
    fn full_pass(
        problem: &Problem<Self>,
        point: &[Self],
        responses: &mut [Self],
        mean: &mut [Self],
        scratch: &mut [Self],
    );
}

macro_rules! run {
    ($real:ident) => {
        impl Run for $real {
            #[inline(never)]
            fn take_steps(stepper: &mut Stepper<'_, Self>) {
                dispatch(Steps(stepper));
            }
            #[inline(never)]
            fn take_steps_abreast(pair: [&mut Stepper<'_, Self>; 2]) {
                dispatch(StepsAbreast(pair));
            }
            #[inline(never)]
            fn full_pass(
                problem: &Problem<Self>,
                point: &[Self],
                responses: &mut [Self],
                mean: &mut [Self],
                scratch: &mut [Self],
            ) {
                dispatch(FullPass { problem, point, responses, mean, scratch });
            }
        }
    };
}

run!(f32);
run!(f64);
