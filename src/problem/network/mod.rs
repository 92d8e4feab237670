//! Small networks: linear models, deep linear networks, tanh and ReLU networks, with one loss.

mod deep_linear;
mod loss;
mod strategy;

pub use deep_linear::{DeepLinear, eigenvalue_bounds, largest_eigenvalue};
pub use loss::Loss;
pub use strategy::{NetworkCase, NetworkFamily, networks};

use crate::linear::{Matrix, dot, norm_sq, scale, subtract};
use crate::problem::dual::{Dual, derivatives};
use crate::scalar::{Rational, Scalar, Undefined};

/// What stands between two layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// Nothing: the network is linear in its input.
    #[default]
    Identity,
    /// max(z, 0), with slope 0 at 0: rational, and so exact.
    Relu,
    /// tanh z.
    Tanh,
}

/// f_n(x) = ℓ(Φ_n(x), y_n), Φ_n(x) = W_k φ(W_{k−1} ··· φ(W_1 a_n)) without biases.
///
/// The parameters x are the entries of W_1, then W_2, ..., row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Network<S> {
    /// Widths from the input to the output, k + 1 of them, all positive.
    pub widths: Vec<usize>,
    /// φ.
    pub activation: Activation,
    /// ℓ.
    pub loss: Loss,
    /// a_n, N vectors of the first width.
    pub inputs: Vec<Vec<S>>,
    /// y_n, N vectors of the last width.
    pub labels: Vec<Vec<S>>,
}

/// The student's pass over one sample: what stands before and after each activation.
struct Pass<S> {
    /// The input of each layer.
    entering: Vec<Vec<S>>,
    /// The slopes of the activation after each layer but the last.
    slopes: Vec<Vec<S>>,
    /// Φ_n(x).
    outputs: Vec<S>,
}

impl Activation {
    fn value<S: Scalar>(self, z: &S) -> Result<S, Undefined> {
        match self {
            Self::Identity => Ok(z.clone()),
            Self::Tanh => z.tanh(),
            Self::Relu => match z.compare(&S::zero()) {
                Some(std::cmp::Ordering::Greater) => Ok(z.clone()),
                Some(_) => Ok(S::zero()),
                None => Err(kink()),
            },
        }
    }

    fn slope<S: Scalar>(self, z: &S) -> Result<S, Undefined> {
        match self {
            Self::Identity => Ok(S::one()),
            Self::Tanh => Ok(S::one().minus(&z.tanh()?.squared())),
            Self::Relu => match z.compare(&S::zero()) {
                Some(std::cmp::Ordering::Greater) => Ok(S::one()),
                Some(_) => Ok(S::zero()),
                None => Err(kink()),
            },
        }
    }
}

/// At an enclosure of the kink neither slope encloses both.
fn kink() -> Undefined {
    Undefined::NotCertified("a unit may be at the kink of its activation".into())
}

/// The number of parameters of these widths.
pub fn parameters(widths: &[usize]) -> usize {
    widths.windows(2).map(|pair| pair[0] * pair[1]).sum()
}

impl<S: Scalar> Network<S> {
    /// The number of layers k.
    pub fn depth(&self) -> usize {
        self.widths.len() - 1
    }

    /// d.
    pub fn dimension(&self) -> usize {
        parameters(&self.widths)
    }

    /// K, the last width.
    pub fn outputs(&self) -> usize {
        self.widths[self.depth()]
    }

    /// The same network in another scalar.
    pub fn map<T: Scalar>(&self, convert: impl Fn(&S) -> T + Copy) -> Network<T> {
        let vectors = |vectors: &[Vec<S>]| -> Vec<Vec<T>> {
            vectors.iter().map(|v| v.iter().map(convert).collect()).collect()
        };
        Network {
            widths: self.widths.clone(),
            activation: self.activation,
            loss: self.loss.clone(),
            inputs: vectors(&self.inputs),
            labels: vectors(&self.labels),
        }
    }

    /// The rows of each W_j.
    fn layers<'x, T>(&self, x: &'x [T]) -> Vec<Vec<&'x [T]>> {
        let mut rest = x;
        self.widths
            .windows(2)
            .map(|pair| {
                let (own, others) = rest.split_at(pair[0] * pair[1]);
                rest = others;
                own.chunks(pair[0]).collect()
            })
            .collect()
    }

    /// Φ_n(x), of length K, in any arithmetic that the inputs can be lifted to.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn outputs_at<T: Scalar>(
        &self,
        n: usize,
        x: &[T],
        lift: impl Fn(&S) -> T,
    ) -> Result<Vec<T>, Undefined> {
        let mut entering: Vec<T> = self.inputs[n].iter().map(lift).collect();
        for (j, rows) in self.layers(x).into_iter().enumerate() {
            let sums = rows.into_iter().map(|row| dot(row, &entering));
            let last = j + 1 == self.depth();
            let act = |z: T| if last { Ok(z) } else { self.activation.value(&z) };
            entering = sums.map(act).collect::<Result<_, _>>()?;
        }
        Ok(entering)
    }

    fn pass(&self, n: usize, x: &[S]) -> Result<Pass<S>, Undefined> {
        let (mut entering, mut slopes) = (vec![self.inputs[n].clone()], Vec::new());
        let mut outputs = Vec::new();
        for (j, rows) in self.layers(x).into_iter().enumerate() {
            let sums: Vec<S> = rows.into_iter().map(|row| dot(row, &entering[j])).collect();
            if j + 1 == self.depth() {
                outputs = sums;
                break;
            }
            let of = |f: &dyn Fn(&S) -> Result<S, Undefined>| sums.iter().map(f).collect();
            let next: Result<Vec<S>, Undefined> = of(&|z| self.activation.value(z));
            let slope: Result<Vec<S>, Undefined> = of(&|z| self.activation.slope(z));
            entering.push(next?);
            slopes.push(slope?);
        }
        Ok(Pass { entering, slopes, outputs })
    }

    /// J_n(x)ᵀu by back-propagation, of length d.
    fn pull_back(&self, pass: &Pass<S>, x: &[S], u: &[S]) -> Vec<S> {
        let layers = self.layers(x);
        let mut parts = Vec::with_capacity(layers.len());
        let mut arriving = u.to_vec();
        for (j, rows) in layers.iter().enumerate().rev() {
            let part: Vec<S> =
                arriving.iter().flat_map(|delta| scale(delta, &pass.entering[j])).collect();
            parts.push(part);
            if j > 0 {
                arriving = (0..self.widths[j])
                    .map(|i| {
                        let column: Vec<S> = rows.iter().map(|row| row[i].clone()).collect();
                        dot(&column, &arriving).times(&pass.slopes[j - 1][i])
                    })
                    .collect();
            }
        }
        parts.into_iter().rev().flatten().collect()
    }

    /// f_n(x).
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn sample_loss(&self, n: usize, x: &[S]) -> Result<S, Undefined> {
        self.loss.value(&self.outputs_at(n, x, S::clone)?, &self.labels[n])
    }

    /// ∇f_n(x), of length d.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn gradient(&self, n: usize, x: &[S]) -> Result<Vec<S>, Undefined> {
        let pass = self.pass(n, x)?;
        let slope = self.loss.slope(&pass.outputs, &self.labels[n])?;
        Ok(self.pull_back(&pass, x, &slope))
    }

    /// The teacher's residual r_n = A'(Φ_n(θ)) − y_n, of length K.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn teacher_residual(&self, n: usize, teacher: &[S]) -> Result<Vec<S>, Undefined> {
        let outputs = self.outputs_at(n, teacher, S::clone)?;
        Ok(subtract(&self.loss.response(&outputs)?, &self.labels[n]))
    }

    /// What distillation subtracts with weight λ at the student x: J_n(x)ᵀr_n, of length d. In a
    /// deep network it depends on x; for one layer it is the teacher's gradient.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn control(&self, n: usize, x: &[S], teacher: &[S]) -> Result<Vec<S>, Undefined> {
        let residual = self.teacher_residual(n, teacher)?;
        Ok(self.pull_back(&self.pass(n, x)?, x, &residual))
    }

    /// ∇f_n(x | θ, λ), of length d: the gradient of the loss that distillation minimises, by automatic
    /// differentiation of that loss. It shares no derivative with [`Self::gradient`].
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn distilled_gradient(
        &self,
        n: usize,
        x: &[S],
        teacher: &[S],
        lambda: &S,
    ) -> Result<Vec<S>, Undefined> {
        let lift = |v: &[S]| v.iter().map(Dual::constant).collect::<Vec<_>>();
        let taught = lift(&self.outputs_at(n, teacher, S::clone)?);
        let (label, weight) = (lift(&self.labels[n]), Dual::constant(lambda));
        derivatives(x, |x| {
            let outputs = self.outputs_at(n, x, Dual::constant)?;
            self.loss.distilled(&outputs, &label, &taught, &weight)
        })
    }

    /// ∇f_n(x) − λ∇f_n(θ), of length d: the control-variate form.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn control_variate_form(
        &self,
        n: usize,
        x: &[S],
        teacher: &[S],
        lambda: &S,
    ) -> Result<Vec<S>, Undefined> {
        Ok(subtract(&self.gradient(n, x)?, &scale(lambda, &self.gradient(n, teacher)?)))
    }

    /// (J_n(x) − J_n(θ))ᵀr_n, of length d: what the teacher's gradient gets wrong.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn jacobian_error(&self, n: usize, x: &[S], teacher: &[S]) -> Result<Vec<S>, Undefined> {
        let residual = self.teacher_residual(n, teacher)?;
        let own = self.pull_back(&self.pass(n, x)?, x, &residual);
        let taught = self.pull_back(&self.pass(n, teacher)?, teacher, &residual);
        Ok(subtract(&own, &taught))
    }

    /// (J_n(x) − J_n(θ))(J_n(x) − J_n(θ))ᵀ, K×K; the square of the operator norm of the difference
    /// is its largest eigenvalue.
    ///
    /// # Errors
    /// If the arithmetic has no value for it.
    pub fn jacobian_gap_gram(
        &self,
        n: usize,
        x: &[S],
        teacher: &[S],
    ) -> Result<Matrix<S>, Undefined> {
        let (own, taught) = (self.pass(n, x)?, self.pass(n, teacher)?);
        let outputs = self.outputs();
        let rows: Vec<Vec<S>> = (0..outputs)
            .map(|k| {
                let unit: Vec<S> =
                    (0..outputs).map(|i| if i == k { S::one() } else { S::zero() }).collect();
                let own = self.pull_back(&own, x, &unit);
                subtract(&own, &self.pull_back(&taught, teacher, &unit))
            })
            .collect();
        Ok(Matrix::from_fn(outputs, outputs, |k, l| dot(&rows[k], &rows[l])))
    }
}

/// The cosine of the angle between the exact distillation gradient of a sample and its
/// control-variate form ∇f_n(x) − λ∇f_n(θ), which the paper reports along training.
///
/// # Errors
/// If one of the two is zero, or the arithmetic has no value for it.
pub fn gradient_similarity<S: Scalar>(
    network: &Network<S>,
    n: usize,
    x: &[S],
    teacher: &[S],
    lambda: &S,
) -> Result<S, Undefined> {
    let exact = network.distilled_gradient(n, x, teacher, lambda)?;
    let form = network.control_variate_form(n, x, teacher, lambda)?;
    dot(&exact, &form).over(&norm_sq(&exact).times(&norm_sq(&form)).root()?)
}

/// T(softmax(z/T) − softmax(v/T)) − ((z − z̄) − (v − v̄))/K for outputs z and v of length K: what the
/// limit of a high temperature gets wrong.
///
/// # Errors
/// If the arithmetic has no value for it.
pub fn temperature_error<S: Scalar>(
    z: &[S],
    v: &[S],
    temperature: &Rational,
) -> Result<Vec<S>, Undefined> {
    let heat = S::from_rational(temperature);
    let cold = S::one().over(&heat)?;
    let tempered = |z: &[S]| loss::softmax(&scale(&cold, z));
    let (own, taught) = (tempered(z)?, tempered(v)?);
    let share = S::from_rational(&Rational::ratio(1, z.len() as i64));
    let difference = subtract(z, v);
    let mean = difference.iter().fold(S::zero(), |sum, d| sum.plus(d)).times(&share);
    let limit = difference.iter().map(|d| d.minus(&mean).times(&share));
    let left = own.iter().zip(&taught).map(|(p, q)| heat.times(&p.minus(q)));
    Ok(left.zip(limit).map(|(left, limit)| left.minus(&limit)).collect())
}

/// max z − min z.
pub fn range<S: Scalar>(z: &[S]) -> S {
    let first = z.first().cloned().unwrap_or_else(S::zero);
    let greatest = z.iter().fold(first.clone(), |most, v| most.greatest(v));
    greatest.minus(&z.iter().fold(first, |least, v| least.least(v)))
}
