//! SGD, knowledge distillation and its unbiased variant.

use super::{GradientEstimator, Oracle, batch_mean, corrected};
use crate::linear::{Linear, average, subtract};
use crate::scalar::Undefined;

/// g = ∇f_ξ(x).
#[derive(Clone, Copy, Debug)]
pub struct Sgd;

/// g = ∇f_ξ(x) − λc_ξ, the control variate on the same minibatch.
#[derive(Clone, Debug)]
pub struct Kd<S> {
    /// λ.
    pub lambda: S,
}

/// g = ∇f_ξ(x) − λ(c_ξ − E c_ξ): one full teacher gradient removes the bias.
#[derive(Clone, Debug)]
pub struct UnbiasedKd<S> {
    /// λ.
    pub lambda: S,
}

impl<S: Linear> GradientEstimator<S> for Sgd {
    fn estimate(
        &self,
        oracle: &Oracle<'_, S>,
        x: &[S],
        batch: &[usize],
    ) -> Result<Vec<S>, Undefined> {
        batch_mean(oracle.dimension(), batch, |n| oracle.gradient(n, x))
    }

    fn corrections(&self, oracle: &Oracle<'_, S>) -> Vec<Vec<S>> {
        vec![vec![S::zero(); oracle.dimension()]; oracle.samples()]
    }
}

impl<S: Linear> GradientEstimator<S> for Kd<S> {
    fn estimate(
        &self,
        oracle: &Oracle<'_, S>,
        x: &[S],
        batch: &[usize],
    ) -> Result<Vec<S>, Undefined> {
        batch_mean(oracle.dimension(), batch, |n| {
            Ok(corrected(&oracle.gradient(n, x)?, &self.lambda, oracle.control(n)))
        })
    }

    fn corrections(&self, oracle: &Oracle<'_, S>) -> Vec<Vec<S>> {
        (0..oracle.samples()).map(|n| oracle.control(n).to_vec()).collect()
    }
}

impl<S: Linear> GradientEstimator<S> for UnbiasedKd<S> {
    fn estimate(
        &self,
        oracle: &Oracle<'_, S>,
        x: &[S],
        batch: &[usize],
    ) -> Result<Vec<S>, Undefined> {
        let gradient = batch_mean(oracle.dimension(), batch, |n| oracle.gradient(n, x))?;
        let control = batch_mean(oracle.dimension(), batch, |n| Ok(oracle.control(n).to_vec()))?;
        Ok(corrected(&gradient, &self.lambda, &subtract(&control, &full_control(oracle))))
    }

    fn corrections(&self, oracle: &Oracle<'_, S>) -> Vec<Vec<S>> {
        let mean = full_control(oracle);
        (0..oracle.samples()).map(|n| subtract(oracle.control(n), &mean)).collect()
    }
}

/// E c_ξ, which is the mean over all samples whatever the minibatch size.
fn full_control<S: Linear>(oracle: &Oracle<'_, S>) -> Vec<S> {
    let all: Vec<Vec<S>> = (0..oracle.samples()).map(|n| oracle.control(n).to_vec()).collect();
    average(oracle.dimension(), &all)
}

#[cfg(test)]
mod tests {
    use super::super::{estimator, step};
    use super::*;
    use crate::claim::vocabulary::Process;
    use crate::linear::{Matrix, scale};
    use crate::problem::{FiniteSum, Sampling};
    use crate::scalar::Rational;

    fn q(p: i64, r: i64) -> Rational {
        Rational::ratio(p, r)
    }

    fn example() -> (FiniteSum<Rational>, Vec<Vec<Rational>>) {
        let h = |n: i64| Matrix::from_fn(2, 2, |i, j| q(n + i64::from(i == j) * 3, 2));
        let problem = FiniteSum::Quadratic {
            hessians: (0..4).map(h).collect(),
            linear: (0..4).map(|n| vec![q(n, 3), q(1 - n, 5)]).collect(),
        };
        (problem, (0..4).map(|n| vec![q(n * n, 7), q(2 - n, 3)]).collect())
    }

    /// E g over every minibatch.
    fn mean(
        g: &dyn GradientEstimator<Rational>,
        oracle: &Oracle<'_, Rational>,
        tau: usize,
    ) -> Vec<Rational> {
        let batches = Sampling::new(4, tau).unwrap().batches().unwrap();
        let x = [q(1, 2), q(-3, 1)];
        average(
            2,
            &batches.iter().map(|batch| g.estimate(oracle, &x, batch).unwrap()).collect::<Vec<_>>(),
        )
    }

    /// E g = ∇f(x) − λ E c, or ∇f(x): what proposition-4 says of each process.
    fn has_stated_mean(g: &dyn GradientEstimator<Rational>, biased: bool, tau: usize) -> bool {
        let (problem, control) = example();
        let oracle = Oracle::new(&problem, &control);
        let full = Sgd.estimate(&oracle, &[q(1, 2), q(-3, 1)], &[0, 1, 2, 3]).unwrap();
        let bias = scale(&q(if biased { 1 } else { 0 }, 3), &average(2, &control));
        mean(g, &oracle, tau) == subtract(&full, &bias)
    }

    #[test]
    fn means_are_as_stated_for_every_batch_size() {
        let lambda = q(1, 3);
        for tau in 1..=4 {
            assert!(has_stated_mean(&Sgd, false, tau));
            assert!(has_stated_mean(&Kd { lambda: lambda.clone() }, true, tau));
            assert!(has_stated_mean(&UnbiasedKd { lambda: lambda.clone() }, false, tau));
        }
    }

    /// Deliberately wrong estimators, which the check above must catch.
    struct Broken(Wrong);
    type Wrong = fn(&Oracle<'_, Rational>, &[Rational], &[usize]) -> Vec<Rational>;

    impl GradientEstimator<Rational> for Broken {
        fn estimate(
            &self,
            o: &Oracle<'_, Rational>,
            x: &[Rational],
            batch: &[usize],
        ) -> Result<Vec<Rational>, Undefined> {
            Ok(self.0(o, x, batch))
        }
        fn corrections(&self, oracle: &Oracle<'_, Rational>) -> Vec<Vec<Rational>> {
            Sgd.corrections(oracle)
        }
    }

    #[test]
    fn biased_variants_are_caught() {
        // 1/N instead of 1/τ.
        let wrong_weight = Broken(|o, x, batch| {
            scale(&q(batch.len() as i64, 4), &Sgd.estimate(o, x, batch).unwrap())
        });
        assert!(!has_stated_mean(&wrong_weight, false, 2));
        // Only the first sample of the batch is distilled.
        let partial = Broken(|o, x, batch| {
            corrected(&Sgd.estimate(o, x, batch).unwrap(), &q(1, 6), o.control(batch[0]))
        });
        assert!(!has_stated_mean(&partial, true, 2));
        // The correction forgets the mean of the control variate.
        let forgetful = Broken(|o, x, batch| Kd { lambda: q(1, 3) }.estimate(o, x, batch).unwrap());
        assert!(!has_stated_mean(&forgetful, false, 1));
        // The first minibatch is never drawn.
        let skips = Broken(|o, x, batch| {
            let batch = if batch[0] == 0 { &[3][..] } else { batch };
            Sgd.estimate(o, x, batch).unwrap()
        });
        assert!(!has_stated_mean(&skips, false, 1));
    }

    #[test]
    fn corrections_agree_with_estimates_and_calls_are_counted() {
        let (problem, control) = example();
        let lambda = q(-2, 3);
        let x = [q(1, 1), q(2, 1)];
        for process in Process::ALL {
            let oracle = Oracle::new(&problem, &control);
            let g = estimator(process, &lambda);
            let direct = step(&*g, &oracle, &q(1, 8), &x, &[1, 3]).unwrap();
            assert_eq!(oracle.gradient_calls(), 2, "{process:?}");
            let parts = g.corrections(&oracle);
            let weight = if process == Process::Sgd { q(0, 1) } else { lambda.clone() };
            let gradients: Vec<Vec<Rational>> = [1, 3]
                .into_iter()
                .map(|n| corrected(&problem.gradient(n, &x).unwrap(), &weight, &parts[n]))
                .collect();
            let expected = subtract(&x, &scale(&q(1, 8), &average(2, &gradients)));
            assert_eq!(direct, expected, "{process:?}");
        }
    }
}
