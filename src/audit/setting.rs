//! An instance as the formulas see it: every quantity of the vocabulary, in any arithmetic.

mod compression;
mod memory;
mod network;
mod paths;

use crate::claim::evaluate::{Environment, Moments, Place};
use crate::claim::vocabulary::{Law, Process, Quantity};
use crate::estimator::{self, Known, Oracle};
use crate::expectation::moments::{SampleMoments, packed};
use crate::expectation::{Budget, Contraction, ErrorMoments, MomentArithmetic};
use crate::linear::{Matrix, add, average, norm_sq, scale, subtract};
use crate::problem::network::DeepLinear;
use crate::problem::{
    Constants, ControlVariate, Curvature, FiniteSum, Instance, enclose_minimiser,
    largest_sample_smoothness, mixed_label_gradient,
};
use crate::scalar::{Interval, Rational, Scalar, Undefined};
use paths::Twin;
use std::cmp::Ordering;
use std::sync::{Mutex, OnceLock};

/// An instance in the arithmetic `S`, with what has been computed of it so far.
///
/// It may be shared between threads and between claims about the same process.
pub struct Setting<'a, S> {
    instance: &'a Instance,
    /// `None` when f has no minimiser that is known.
    constants: Option<&'a Constants>,
    process: Process,
    budget: Budget,
    problem: FiniteSum<S>,
    teacher: ControlVariate<S>,
    point: Vec<S>,
    gamma: S,
    lambda: S,
    x_star: Option<Result<Vec<S>, Undefined>>,
    f_star: OnceLock<Result<S, Undefined>>,
    /// c_n.
    control: OnceLock<Result<Vec<Vec<S>>, Undefined>>,
    batches: OnceLock<Result<Vec<Vec<usize>>, Undefined>>,
    at_point: OnceLock<Result<Vec<Vec<S>>, Undefined>>,
    at_star: OnceLock<Result<Vec<Vec<S>>, Undefined>>,
    at_teacher: OnceLock<Result<Vec<Vec<S>>, Undefined>>,
    sample_moments: OnceLock<Result<SampleMoments<S>, Undefined>>,
    paths: OnceLock<Result<Vec<Twin<S>>, Undefined>>,
    coefficients: Memo<S, [S; 3]>,
    errors: Memo<[S; 2], ErrorMoments<S>>,
    mean_hessian: OnceLock<Result<Matrix<S>, Undefined>>,
    l_max: OnceLock<Option<S>>,
    x_lambda: OnceLock<Result<Vec<S>, Undefined>>,
    at_lambda: OnceLock<Result<Vec<Vec<S>>, Undefined>>,
    deep_linear: OnceLock<Result<DeepLinear, Undefined>>,
    compressed: OnceLock<Result<Vec<compression::Outcomes<S>>, Undefined>>,
    remembered: OnceLock<Result<Vec<memory::States<S>>, Undefined>>,
    known: OnceLock<Vec<Known<S>>>,
    known_errors: OnceLock<Vec<memory::KnownErrors<S>>>,
}

/// Results by their arguments; each costs a linear system.
type Memo<K, V> = Mutex<Vec<(K, Result<V, Undefined>)>>;

impl<'a, S: MomentArithmetic> Setting<'a, S> {
    /// The instance as a claim about `process` sees it. `constants` are its certified constants,
    /// or estimates where only floats are asked for; `None` if there is no unique minimiser.
    pub fn new(
        instance: &'a Instance,
        constants: Option<&'a Constants>,
        process: Process,
        budget: Budget,
    ) -> Self {
        let problem = instance.problem.map(S::from_rational);
        let teacher = instance.control.map(S::from_rational);
        let vector = |v: &[Rational]| v.iter().map(S::from_rational).collect();
        Self {
            control: OnceLock::new(),
            point: vector(&instance.point),
            gamma: S::from_rational(&instance.parameters.gamma),
            lambda: S::from_rational(&instance.parameters.lambda),
            instance,
            constants,
            process,
            budget,
            problem,
            teacher,
            x_star: constants
                .map(|c| c.x_star.iter().map(|v| S::around(v, &c.x_star_error)).collect()),
            f_star: OnceLock::new(),
            batches: OnceLock::new(),
            at_point: OnceLock::new(),
            at_star: OnceLock::new(),
            at_teacher: OnceLock::new(),
            sample_moments: OnceLock::new(),
            paths: OnceLock::new(),
            coefficients: Mutex::default(),
            errors: Mutex::default(),
            mean_hessian: OnceLock::new(),
            l_max: OnceLock::new(),
            x_lambda: OnceLock::new(),
            at_lambda: OnceLock::new(),
            deep_linear: OnceLock::new(),
            compressed: OnceLock::new(),
            remembered: OnceLock::new(),
            known: OnceLock::new(),
            known_errors: OnceLock::new(),
        }
    }

    fn constants(&self) -> Result<&'a Constants, Undefined> {
        self.constants
            .ok_or_else(|| Undefined::Missing("the problem has no unique minimiser".into()))
    }

    fn x_star(&self) -> Result<&[S], Undefined> {
        self.constants()?;
        match &self.x_star {
            Some(x_star) => x_star.as_deref().map_err(Clone::clone),
            None => Ok(&[]),
        }
    }

    /// c_n of every sample.
    fn control(&self) -> Result<&[Vec<S>], Undefined> {
        let control = self.control.get_or_init(|| match &self.problem {
            // What distillation subtracts from a network depends on the student.
            FiniteSum::Network(network) => (0..self.problem.samples())
                .map(|n| network.control(n, &self.point, self.teacher()?))
                .collect(),
            _ => self.teacher.vectors(&self.problem),
        });
        control.as_deref().map_err(Clone::clone)
    }

    fn gradients_at_star(&self) -> Result<&[Vec<S>], Undefined> {
        let gradients = self.at_star.get_or_init(|| {
            let x_star = self.x_star()?;
            // Known without a computation.
            if let FiniteSum::Waves(waves) = &self.problem {
                return Ok(waves.noise.clone());
            }
            let bits = x_star.iter().map(Scalar::bits).max().unwrap_or(0);
            let all = bits * (self.problem.samples() * x_star.len()) as u64;
            if S::EXACT && all > self.budget.gradient_bits {
                return Err(Undefined::Budget(format!("exact gradients at x* have {all} bits")));
            }
            self.problem.gradients(x_star)
        });
        gradients.as_deref().map_err(Clone::clone)
    }

    fn gradients_at_teacher(&self) -> Result<&[Vec<S>], Undefined> {
        let gradients = self.at_teacher.get_or_init(|| self.problem.gradients(self.teacher()?));
        gradients.as_deref().map_err(Clone::clone)
    }

    /// x* + λm with H̄m = c̄, where the full gradient is λc̄.
    fn x_lambda(&self) -> Result<&[S], Undefined> {
        let point = self.x_lambda.get_or_init(|| {
            let right = average(self.problem.dimension(), self.control()?);
            if self.problem.as_quadratic().is_none() {
                return self.tilted_minimiser(&right);
            }
            let x_star = self.x_star()?;
            let contraction = self.contraction(&self.gamma)?;
            let tilt = S::solve_mean(self.mean_hessian()?, &right, &contraction)?;
            Ok(add(x_star, &scale(&self.lambda, &tilt)))
        });
        point.as_deref().map_err(Clone::clone)
    }

    fn gradients_at_lambda(&self) -> Result<&[Vec<S>], Undefined> {
        let gradients = self.at_lambda.get_or_init(|| self.problem.gradients(self.x_lambda()?));
        gradients.as_deref().map_err(Clone::clone)
    }

    fn teacher(&self) -> Result<&[S], Undefined> {
        self.teacher
            .teacher()
            .ok_or_else(|| Undefined::Missing("the control variate has no teacher".into()))
    }

    fn batches(&self) -> Result<&[Vec<usize>], Undefined> {
        let batches = self.batches.get_or_init(|| self.instance.sampling.batches());
        batches.as_deref().map_err(Clone::clone)
    }

    /// H̄ of a sum of quadratics.
    fn mean_hessian(&self) -> Result<&Matrix<S>, Undefined> {
        let mean = self.mean_hessian.get_or_init(|| {
            let quadratics = self.problem.as_quadratic();
            let none = || Undefined::Missing("the Hessian depends on x".into());
            Ok(quadratics.ok_or_else(none)?.mean_hessian())
        });
        mean.as_ref().map_err(Clone::clone)
    }

    /// x_λ where f is strongly convex and not quadratic, for c̄ = `control`.
    fn tilted_minimiser(&self, control: &[S]) -> Result<Vec<S>, Undefined> {
        if S::EXACT {
            return Err(Undefined::Irrational("the tilted minimiser"));
        }
        let Instance { problem, sampling, .. } = self.instance;
        let strong = Constants::compute_for(problem, *sampling, Curvature::Strong).ok();
        let strong = strong.filter(|strong| strong.mu.is_positive());
        let tilt = scale(&self.lambda, control);
        let tilt = tilt.iter().map(|v| {
            let [lower, upper] = v.rational_bounds()?;
            Some(Interval::from_rational(&lower).hull(&Interval::from_rational(&upper)))
        });
        let ball = strong
            .zip(tilt.collect::<Option<Vec<_>>>())
            .and_then(|(strong, tilt)| enclose_minimiser(problem, &tilt, &strong.mu));
        let ball = ball.ok_or_else(|| {
            Undefined::Missing("the tilted minimiser is enclosed where f is strongly convex".into())
        })?;
        ball.center.iter().map(|v| S::around(v, &ball.radius)).collect()
    }

    /// f*, up to the constant that [`FiniteSum::mean_loss`] leaves out: with f strongly convex,
    /// f(x̂) − f* ≤ ‖∇f(x̂)‖²/(2μ) at the centre x̂ of the ball of radius ‖∇f(x̂)‖/μ.
    fn f_star(&self) -> Result<&S, Undefined> {
        let f_star = self.f_star.get_or_init(|| {
            if let FiniteSum::Network(_) = &self.problem {
                return Ok(S::from_rational(&self.deep_linear()?.least));
            }
            let constants = self.constants()?;
            if let FiniteSum::Waves(_) = &self.problem {
                return Ok(S::zero());
            }
            let center: Vec<S> = constants.x_star.iter().map(S::from_rational).collect();
            let error = constants.x_star_error.squared().times(&constants.mu);
            let error = error.times(&Rational::ratio(1, 4));
            Ok(self.problem.mean_loss(&center)?.minus(&S::around(&error, &error)?))
        });
        f_star.as_ref().map_err(Clone::clone)
    }

    /// f(x) − f*, which is ½⟨∇f(x), x − x*⟩ for quadratics.
    fn gap_at(&self, x: &[S]) -> Result<S, Undefined> {
        if self.problem.as_quadratic().is_none() {
            return Ok(self.problem.mean_loss(x)?.minus(self.f_star()?));
        }
        let e = subtract(x, self.x_star()?);
        let image = self.mean_hessian()?.apply(&e);
        Ok(crate::linear::dot(&image, &e).times(&S::from_rational(&Rational::ratio(1, 2))))
    }

    /// E[f(x) − f*] = ½⟨H̄, E eeᵀ⟩ for quadratics.
    fn mean_gap(&self, moments: &ErrorMoments<S>) -> Result<S, Undefined> {
        let Some(full) = &moments.full else {
            return Err(Undefined::Missing("only the trace of the second moment is known".into()));
        };
        let mean = self.mean_hessian()?;
        let mut total = S::zero();
        for i in 0..mean.rows() {
            for j in 0..=i {
                let part = mean[(i, j)].times(&full[packed(i, j)]);
                let part = if i == j { part } else { part.plus(&part) };
                total = total.plus(&part);
            }
        }
        Ok(total.times(&S::from_rational(&Rational::ratio(1, 2))))
    }

    fn sample_moments(&self) -> Result<&SampleMoments<S>, Undefined> {
        let moments = self.sample_moments.get_or_init(|| {
            if !self.process.compresses() {
                self.check_plain()?;
            }
            let oracle = Oracle::new(&self.problem, self.control()?);
            let corrections = estimator::estimator(self.process, &self.lambda).corrections(&oracle);
            let gradients = self.gradients_at_star()?;
            let sampling = self.instance.sampling;
            SampleMoments::compute(&self.problem, gradients, &corrections, sampling, self.budget)
        });
        moments.as_ref().map_err(Clone::clone)
    }

    fn contraction(&self, gamma: &S) -> Result<Contraction, Undefined> {
        let bounds = gamma
            .rational_bounds()
            .ok_or_else(|| Undefined::NotCertified("the step size is unbounded".into()))?;
        Ok(Contraction::new(self.constants()?, &bounds))
    }

    fn stationary(&self, gamma: &S, lambda: &S) -> Result<ErrorMoments<S>, Undefined> {
        self.check_plain()?;
        remember(&self.errors, &[gamma.clone(), lambda.clone()], || {
            let contraction = self.contraction(gamma)?;
            self.sample_moments()?.stationary(gamma, lambda, &contraction, self.budget)
        })
    }

    fn coefficient(&self, gamma: &S, degree: usize) -> Result<S, Undefined> {
        self.check_plain()?;
        let all = remember(&self.coefficients, gamma, || {
            let contraction = self.contraction(gamma)?;
            self.sample_moments()?.stationary_coefficients(gamma, &contraction, self.budget)
        })?;
        Ok(all[degree].clone())
    }

    /// X⁰ = (x⁰ − λθ)/(1 − λ).
    fn twin_start(&self) -> Result<Vec<S>, Undefined> {
        let rest = S::one().minus(&self.lambda);
        let shifted = subtract(&self.point, &scale(&self.lambda, self.teacher()?));
        shifted.iter().map(|v| v.over(&rest)).collect()
    }

    /// A per-sample vector.
    fn sample_vector(&self, quantity: Quantity, n: usize) -> Result<Vec<S>, Undefined> {
        match quantity {
            Quantity::Grad => {
                let gradients = self.at_point.get_or_init(|| self.problem.gradients(&self.point));
                Ok(gradients.as_deref().map_err(Clone::clone)?[n].clone())
            }
            Quantity::GradStar => Ok(self.gradients_at_star()?[n].clone()),
            Quantity::GradTeacher => Ok(self.gradients_at_teacher()?[n].clone()),
            Quantity::GradLambda => Ok(self.gradients_at_lambda()?[n].clone()),
            Quantity::Control => Ok(self.control()?[n].clone()),
            Quantity::GradStored => self.problem.gradient(n, &self.stored(n)),
            Quantity::MixedGrad => {
                mixed_label_gradient(&self.problem, &self.teacher, n, &self.point, &self.lambda)
            }
            _ => self.network_vector(quantity, n),
        }
    }

    fn step_outcome(&self, quantity: Quantity, outcome: usize) -> Result<Vec<S>, Undefined> {
        let batch = &self.batches()?[outcome];
        if quantity == Quantity::XNext && self.process.remembers() {
            // The coin is tossed for the memory alone.
            return Ok(self.remembered()?[outcome][0].1.x.clone());
        }
        if quantity == Quantity::XNext {
            let oracle = Oracle::new(&self.problem, self.control()?);
            let g = estimator::estimator(self.process, &self.lambda);
            return estimator::step(&*g, &oracle, &self.gamma, &self.point, batch);
        }
        let parts: Vec<Vec<S>> =
            batch.iter().map(|&n| self.sample_vector(quantity, n)).collect::<Result<_, _>>()?;
        Ok(match <[Vec<S>; 1]>::try_from(parts) {
            Ok([single]) => single,
            Err(parts) => average(self.problem.dimension(), &parts),
        })
    }
}

fn no_memory() -> Undefined {
    Undefined::Missing("this process has no memory".into())
}

/// Looks a result up, or computes and keeps it. The lock is not held while computing, so two
/// threads may compute the same value once each; both get the same.
fn remember<K: PartialEq + Clone, V: Clone>(
    memo: &Memo<K, V>,
    key: &K,
    compute: impl FnOnce() -> Result<V, Undefined>,
) -> Result<V, Undefined> {
    let lock = || memo.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((_, value)) = lock().iter().find(|(k, _)| k == key) {
        return value.clone();
    }
    let value = compute();
    lock().push((key.clone(), value.clone()));
    value
}

impl<S: MomentArithmetic> Environment<S> for Setting<'_, S> {
    fn scalar(&self, quantity: Quantity, arguments: &[S]) -> Result<S, Undefined> {
        let parameters = &self.instance.parameters;
        let asserted = &self.instance.asserted;
        let rational = |value: &Rational| Ok(S::from_rational(value));
        let unbounded = || Undefined::Missing("no constant bounds the curvature".into());
        let constant = |own: &Option<Rational>, pick: fn(&Constants) -> &Rational| {
            own.as_ref().map_or_else(
                || Ok(S::from_rational(pick(self.constants()?))),
                |v| Ok(S::from_rational(v)),
            )
        };
        let smoothness = |own: &Option<Rational>, pick: fn(&Constants) -> &Rational| {
            let value = constant(own, pick)?;
            if value == S::zero() { Err(unbounded()) } else { Ok(value) }
        };
        match (quantity, arguments) {
            (Quantity::Gamma, _) => Ok(self.gamma.clone()),
            (Quantity::Gamma2, _) => rational(&parameters.gamma_2),
            (Quantity::Lambda, _) => Ok(self.lambda.clone()),
            (Quantity::Kappa, _) => rational(&parameters.kappa),
            (Quantity::A, _) => rational(&parameters.a),
            (Quantity::Eta, _) => rational(&parameters.eta),
            (Quantity::Omega, _) => rational(&parameters.omega),
            (Quantity::Delta, _) => rational(&parameters.delta),
            (Quantity::Mu, _) => match &asserted.mu {
                None if self.constants()?.mu.is_zero() => {
                    Err(Undefined::Missing("f is not strongly quasi-convex".into()))
                }
                own => constant(own, |c| &c.mu),
            },
            (Quantity::LSmooth, _) => smoothness(&asserted.l_smooth, |c| &c.l_smooth),
            (Quantity::LExp, _) => smoothness(&asserted.l_exp, |c| &c.l_exp),
            (Quantity::LMax, _) => {
                let largest = self.l_max.get_or_init(|| {
                    let largest = largest_sample_smoothness(&self.instance.problem);
                    largest.map(|largest| S::from_rational(&largest))
                });
                let largest = largest.clone().ok_or_else(unbounded)?;
                // Its sign is declared: a constant that is 0 would not have it.
                if largest.compare(&S::zero()) == Some(Ordering::Equal) {
                    return Err(Undefined::Missing("no sample has any curvature".into()));
                }
                Ok(largest)
            }
            (Quantity::Gap | Quantity::StartGap, _) => self.gap_at(&self.point),
            (Quantity::TeacherGap, _) => self.gap_at(self.teacher()?),
            (Quantity::Dimension, _) => rational(&Rational::count(self.problem.dimension())),
            (Quantity::Kept, _) => {
                let d = self.problem.dimension();
                match self.instance.algorithm.compressor.kept(d) {
                    0 => Err(Undefined::Missing("the compressor keeps no coordinate".into())),
                    kept => rational(&Rational::count(kept)),
                }
            }
            (Quantity::Refresh, _) => rational(&self.instance.algorithm.refresh),
            (Quantity::MemoryError | Quantity::MemoryError0, _) => self.memory_error_now(),
            (Quantity::StationaryError, [gamma, lambda]) => {
                Ok(self.stationary(gamma, lambda)?.second)
            }
            (Quantity::StationaryP0, [gamma]) => self.coefficient(gamma, 0),
            (Quantity::StationaryP1, [gamma]) => self.coefficient(gamma, 1),
            (Quantity::StationaryP2, [gamma]) => self.coefficient(gamma, 2),
            (Quantity::Samples | Quantity::Batch | Quantity::Horizon, _) => {
                let value = i64::try_from(self.natural(quantity)?).unwrap_or(i64::MAX);
                Ok(S::from_rational(&Rational::integer(value)))
            }
            _ => self.network_scalar(quantity, arguments),
        }
    }

    fn random_scalar(&self, quantity: Quantity, place: Place) -> Result<S, Undefined> {
        match (quantity, place) {
            (Quantity::MemoryErrorNext, Place::Tossed(outcome, k)) => {
                self.memory_error(&self.remembered()?[outcome][k].1.memory)
            }
            (_, Place::Tossed(outcome, _)) => self.random_scalar(quantity, Place::Outcome(outcome)),
            (Quantity::GapNext, Place::Outcome(outcome)) => {
                self.gap_at(&self.step_outcome(Quantity::XNext, outcome)?)
            }
            (Quantity::GapT, Place::Outcome(path)) => self.gap_at(&self.paths()?[path].process),
            (_, Place::Outcome(outcome)) => match self.batches()?[outcome][..] {
                [n] => self.network_sample_scalar(quantity, n),
                _ => Err(Undefined::Missing("a minibatch of several samples".into())),
            },
            _ => Err(Undefined::Missing(format!(
                "{} is random, and no outcome is given",
                quantity.entry().name
            ))),
        }
    }

    fn natural(&self, quantity: Quantity) -> Result<u64, Undefined> {
        match quantity {
            Quantity::Samples => Ok(self.problem.samples() as u64),
            Quantity::Batch => Ok(self.instance.sampling.batch() as u64),
            Quantity::Horizon => Ok(self.instance.parameters.horizon),
            _ => Err(Undefined::Missing(format!("{} is not a count", quantity.entry().name))),
        }
    }

    fn vector(&self, quantity: Quantity, place: Place) -> Result<Vec<S>, Undefined> {
        match (quantity, place) {
            (Quantity::XCompressed, Place::Tossed(outcome, k)) => {
                Ok(self.compressed()?[outcome][k].1.clone())
            }
            (_, Place::Tossed(outcome, _)) => self.vector(quantity, Place::Outcome(outcome)),
            (Quantity::X | Quantity::Start, _) => Ok(self.point.clone()),
            (Quantity::XStar, _) => Ok(self.x_star()?.to_vec()),
            (Quantity::Teacher, _) => Ok(self.teacher()?.to_vec()),
            (Quantity::XLambda, _) => Ok(self.x_lambda()?.to_vec()),
            (Quantity::XT, Place::Outcome(path)) => Ok(self.paths()?[path].process.clone()),
            (Quantity::SgdT, Place::Outcome(path)) => {
                let twin = self.paths()?[path].sgd.clone();
                twin.map_or_else(|| self.twin_start(), Ok)
            }
            (_, Place::Outcome(outcome)) => self.step_outcome(quantity, outcome),
            (_, Place::Sample(n)) => self.sample_vector(quantity, n),
            (_, Place::Fixed) => Err(Undefined::Missing(format!(
                "{} is random, and no outcome is given",
                quantity.entry().name
            ))),
        }
    }

    fn outcomes(&self, law: Law) -> Result<usize, Undefined> {
        match law {
            Law::Step => Ok(self.batches()?.len()),
            Law::Path => Ok(self.paths()?.len()),
            Law::Coin => Err(Undefined::Missing("this process tosses no coin".into())),
            Law::Stationary => {
                Err(Undefined::Missing("the stationary law has no finite list of outcomes".into()))
            }
        }
    }

    fn tosses(&self, outcome: usize) -> Result<Vec<S>, Undefined> {
        if self.process.remembers() {
            let states = &self.remembered()?[outcome];
            return Ok(states.iter().map(|(chance, _)| chance.clone()).collect());
        }
        Ok(self.compressed()?[outcome].iter().map(|(chance, _)| chance.clone()).collect())
    }

    fn samples(&self) -> usize {
        self.problem.samples()
    }

    fn moments(&self, law: Law) -> Result<Moments<S>, Undefined> {
        if law == Law::Path && self.process.compresses() {
            return self.compressed_moments();
        }
        if law == Law::Path && self.process.remembers() {
            return self.memory_moments();
        }
        let center = self.x_star()?.to_vec();
        let moments = match law {
            Law::Path if self.problem.as_quadratic().is_none() => {
                return self.path_moments(center);
            }
            Law::Path => {
                let recursion = match self.sample_moments() {
                    Ok(moments) => moments.recursion(&self.gamma, &self.lambda),
                    // Too many coordinates, but perhaps few paths.
                    Err(why) => return self.path_moments(center).map_err(|_| why),
                };
                let start = subtract(&self.point, &center);
                let steps = self.instance.parameters.horizon;
                let contraction = self.contraction(&self.gamma)?;
                S::iterate(&recursion, &start, steps, &contraction, self.budget)
            }
            Law::Stationary => self.stationary(&self.gamma, &self.lambda),
            Law::Step | Law::Coin => return Err(Undefined::Missing("a step is enumerated".into())),
        }?;
        let gap = self.mean_gap(&moments);
        let (mean, second) = (moments.mean, moments.second);
        Ok(Moments { center, mean, second, gap, memory: Err(no_memory()) })
    }

    fn bit_budget(&self) -> u64 {
        self.budget.bits
    }
}

impl<S: MomentArithmetic> Setting<'_, S> {
    /// ‖x − x*‖², to describe the instance.
    pub fn distance_sq(&self) -> Result<S, Undefined> {
        Ok(norm_sq(&subtract(&self.point, self.x_star()?)))
    }
}
