//! One concrete problem with everything a claim can ask about: the thing that is evaluated,
//! searched for, shrunk, written as JSON and replayed.

use super::algorithm::default_refresh;
use super::model_form::ModelForm;
use super::{Algorithm, Compressor, ControlVariate, FiniteSum, RidgeConvention, Sampling};
use crate::linear::Matrix;
use crate::scalar::Rational;
use serde::{Deserialize, Serialize};

/// A problem, a control variate, a point and the scalars of a run, all exactly rational.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "InstanceForm", into = "InstanceForm")]
pub struct Instance {
    /// f.
    pub problem: FiniteSum<Rational>,
    /// c_n.
    pub control: ControlVariate<Rational>,
    /// How a step draws its minibatch.
    pub sampling: Sampling,
    /// The student point x, also the start x⁰ of a path; of length d.
    pub point: Vec<Rational>,
    /// The parameters of the run.
    pub parameters: Parameters,
    /// Constants that are claimed for the problem instead of the computed ones.
    pub asserted: AssertedConstants,
    /// Compressor and memory.
    pub algorithm: Algorithm,
}

/// The scalars of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Step size γ > 0.
    pub gamma: Rational,
    /// A second step size > 0.
    pub gamma_2: Rational,
    /// Distillation weight λ.
    pub lambda: Rational,
    /// Weight κ of the squared bias.
    pub kappa: Rational,
    /// A free number a > 0.
    pub a: Rational,
    /// A free number η > 0.
    pub eta: Rational,
    /// ω: what the compressor's variance is claimed to be at most, relative to the squared norm.
    pub omega: Rational,
    /// A third free positive number.
    pub delta: Rational,
    /// Number of steps t.
    pub horizon: u64,
}

/// η where none is given: with a = 1, the value at which theorem-1-limit is theorem-1.
pub fn default_eta() -> Rational {
    Rational::ratio(3, 4)
}

/// Constants to be used instead of the computed ones; the hypotheses then check them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AssertedConstants {
    /// μ.
    pub mu: Option<Rational>,
    /// L.
    pub l_smooth: Option<Rational>,
    /// 𝓛.
    pub l_exp: Option<Rational>,
}

/// Why an instance is not one.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InstanceError {
    /// A free number is not positive.
    #[error("{name} must be positive, found {value}")]
    Free {
        /// Its key.
        name: &'static str,
        /// Its value.
        value: Rational,
    },
    /// ω < 0.
    #[error("omega must not be negative, found {0}")]
    Omega(Rational),
    /// Two of the ways to give the problem, or none.
    #[error("give the problem as h and b, as h, z and x_star, as a and y, or as a model")]
    Form,
    /// Two of the ways to give the control variate, or none.
    #[error("give the control variate as c or as teacher, not both")]
    Control,
    /// There are no samples, or no coordinates.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// A list has the wrong number of items.
    #[error("{what} has {found} entries, expected {expected}")]
    Length {
        /// Which list.
        what: &'static str,
        /// Its length.
        found: usize,
        /// What the other fields call for.
        expected: usize,
    },
    /// H_n is not symmetric.
    #[error("the matrix h[{0}] is not symmetric")]
    Asymmetric(usize),
    /// γ ≤ 0.
    #[error("the step size {name} must be positive, found {value}")]
    StepSize {
        /// Which of the step sizes.
        name: &'static str,
        /// Its value.
        value: Rational,
    },
    /// τ is not in 1..=N.
    #[error("the batch size tau must be between 1 and {samples}, found {batch}")]
    Batch {
        /// τ.
        batch: usize,
        /// N.
        samples: usize,
    },
    /// The parts of a sum of waves do not fit.
    #[error("{0}")]
    Waves(&'static str),
    /// A network that is none.
    #[error("{0}")]
    Network(&'static str),
    /// A compressor that cannot act on points of this length.
    #[error("the compressor does not fit a point of {0} coordinates")]
    Compressor(usize),
    /// p is not a positive probability.
    #[error("p must be above 0 and at most 1, found {0}")]
    Refresh(Rational),
    /// The ridge is negative.
    #[error("the ridge must not be negative, found {0}")]
    Ridge(Rational),
}

/// The file form: numbers are "p/q" strings, and in one dimension a number may stand for a vector
/// or matrix of one entry.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InstanceForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    h: Option<Vec<MatrixForm>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    b: Option<Vec<VectorForm>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    z: Option<Vec<VectorForm>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x_star: Option<VectorForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<ModelForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    a: Option<Vec<VectorForm>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<Vec<Rational>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ridge: Option<Rational>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    c: Option<Vec<VectorForm>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    teacher: Option<VectorForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ridge_convention: Option<RidgeConvention>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tau: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replacement: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<VectorForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gamma: Option<Rational>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gamma_2: Option<Rational>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lambda: Option<Rational>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kappa: Option<Rational>,
    /// The free number a; the key `a` holds the features of least squares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    free_a: Option<Rational>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    eta: Option<Rational>,
    #[serde(skip_serializing_if = "Option::is_none")]
    omega: Option<Rational>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delta: Option<Rational>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compressor: Option<Compressor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    memory: Option<Vec<VectorForm>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<Rational>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    t: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mu: Option<Rational>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    l_smooth: Option<Rational>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    l_exp: Option<Rational>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum VectorForm {
    Entries(Vec<Rational>),
    One(Rational),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum MatrixForm {
    Rows(Vec<Vec<Rational>>),
    One(Rational),
}

impl VectorForm {
    pub(super) fn entries(self) -> Vec<Rational> {
        match self {
            Self::Entries(entries) => entries,
            Self::One(entry) => vec![entry],
        }
    }
}

pub(super) fn expect(
    what: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), InstanceError> {
    if found == expected { Ok(()) } else { Err(InstanceError::Length { what, found, expected }) }
}

pub(super) fn vectors(
    what: &'static str,
    forms: Vec<VectorForm>,
    count: usize,
    d: usize,
) -> Result<Vec<Vec<Rational>>, InstanceError> {
    expect(what, forms.len(), count)?;
    let vectors: Vec<Vec<Rational>> = forms.into_iter().map(VectorForm::entries).collect();
    vectors.iter().try_for_each(|v| expect(what, v.len(), d))?;
    Ok(vectors)
}

fn matrices(forms: Vec<MatrixForm>) -> Result<Vec<Matrix<Rational>>, InstanceError> {
    let mut matrices: Vec<Matrix<Rational>> = Vec::new();
    for (n, form) in forms.into_iter().enumerate() {
        let rows = match form {
            MatrixForm::Rows(rows) => rows,
            MatrixForm::One(entry) => vec![vec![entry]],
        };
        let d = matrices.first().map_or(rows.len(), Matrix::rows);
        expect("a matrix of h", rows.len(), d)?;
        rows.iter().try_for_each(|row| expect("a row of h", row.len(), d))?;
        let matrix = Matrix::from_fn(d, d, |i, j| rows[i][j].clone());
        if !matrix.is_symmetric() {
            return Err(InstanceError::Asymmetric(n));
        }
        matrices.push(matrix);
    }
    Ok(matrices)
}

fn parse_problem(form: &mut InstanceForm) -> Result<FiniteSum<Rational>, InstanceError> {
    let model = form.model.take().map(ModelForm::parse).transpose()?;
    let problem = match (form.h.take(), form.b.take(), form.z.take(), form.a.take(), form.y.take())
    {
        (None, None, None, None, None) => model.clone().ok_or(InstanceError::Form)?,
        (Some(h), b, z, None, None) => {
            let hessians = matrices(h)?;
            let (count, d) = (hessians.len(), hessians.first().map_or(0, Matrix::rows));
            let linear = match (b, z) {
                (Some(b), None) => vectors("b", b, count, d)?,
                (None, Some(z)) => {
                    // In error form f_n(x) = ½(x−p)ᵀH_n(x−p) + z_nᵀ(x−p), with p = x_star if Σz = 0.
                    let z = vectors("z", z, count, d)?;
                    let center =
                        form.x_star.take().map_or(vec![Rational::ZERO; d], VectorForm::entries);
                    expect("x_star", center.len(), d)?;
                    let shifts = hessians.iter().map(|h| h.apply(&center));
                    shifts.zip(&z).map(|(hx, z)| crate::linear::subtract(&hx, z)).collect()
                }
                _ => return Err(InstanceError::Form),
            };
            FiniteSum::Quadratic { hessians, linear }
        }
        (None, None, None, Some(a), Some(y)) => {
            let d = a.first().cloned().map_or(0, |v| v.entries().len());
            let ridge = form.ridge.take().unwrap_or(Rational::ZERO);
            if ridge.is_negative() {
                return Err(InstanceError::Ridge(ridge));
            }
            FiniteSum::LeastSquares { features: vectors("a", a, y.len(), d)?, targets: y, ridge }
        }
        _ => return Err(InstanceError::Form),
    };
    let two_ways = model.is_some_and(|model| model != problem);
    if two_ways || form.x_star.is_some() || form.ridge.is_some() {
        return Err(InstanceError::Form);
    }
    if problem.samples() == 0 {
        return Err(InstanceError::Empty("the list of samples"));
    }
    if problem.dimension() == 0 {
        return Err(InstanceError::Empty("a sample"));
    }
    Ok(problem)
}

impl TryFrom<InstanceForm> for Instance {
    type Error = InstanceError;

    fn try_from(mut form: InstanceForm) -> Result<Self, InstanceError> {
        let problem = parse_problem(&mut form)?;
        let (samples, d) = (problem.samples(), problem.dimension());
        let control = match (form.c, form.teacher) {
            (Some(c), None) => ControlVariate::Free(vectors("c", c, samples, d)?),
            (None, Some(teacher)) => {
                let parameters = teacher.entries();
                expect("teacher", parameters.len(), d)?;
                ControlVariate::Teacher {
                    parameters,
                    ridge: form.ridge_convention.unwrap_or_default(),
                }
            }
            (None, None) => ControlVariate::Free(vec![vec![Rational::ZERO; d]; samples]),
            (Some(_), Some(_)) => return Err(InstanceError::Control),
        };
        let batch = form.tau.unwrap_or(1);
        let sampling = match form.replacement {
            Some(true) => Sampling::with_replacement(samples, batch),
            _ => Sampling::new(samples, batch),
        };
        let sampling = sampling.ok_or(InstanceError::Batch { batch, samples })?;
        let point = form.x.map_or(vec![Rational::ZERO; d], VectorForm::entries);
        expect("x", point.len(), d)?;
        let algorithm = Algorithm {
            compressor: form.compressor.unwrap_or_default(),
            memory: form.memory.unwrap_or_default().into_iter().map(VectorForm::entries).collect(),
            refresh: form.p.unwrap_or_else(default_refresh),
        };
        algorithm.check(samples, d)?;
        let gamma = form.gamma.unwrap_or(Rational::ONE);
        let parameters = Parameters {
            gamma_2: form.gamma_2.unwrap_or_else(|| gamma.clone()),
            gamma,
            lambda: form.lambda.unwrap_or(Rational::ONE),
            kappa: form.kappa.unwrap_or(Rational::ZERO),
            a: form.free_a.unwrap_or(Rational::ONE),
            eta: form.eta.unwrap_or_else(default_eta),
            omega: form
                .omega
                .or_else(|| algorithm.compressor.own_omega(d))
                .unwrap_or(Rational::ZERO),
            delta: form.delta.unwrap_or(Rational::ONE),
            horizon: form.t.unwrap_or(1),
        };
        for (name, value) in [("gamma", &parameters.gamma), ("gamma_2", &parameters.gamma_2)] {
            if !value.is_positive() {
                return Err(InstanceError::StepSize { name, value: value.clone() });
            }
        }
        if parameters.omega.is_negative() {
            return Err(InstanceError::Omega(parameters.omega));
        }
        for (name, value) in
            [("free_a", &parameters.a), ("eta", &parameters.eta), ("delta", &parameters.delta)]
        {
            if !value.is_positive() {
                return Err(InstanceError::Free { name, value: value.clone() });
            }
        }
        let asserted =
            AssertedConstants { mu: form.mu, l_smooth: form.l_smooth, l_exp: form.l_exp };
        Ok(Self { problem, control, sampling, point, parameters, asserted, algorithm })
    }
}

impl From<Instance> for InstanceForm {
    fn from(instance: Instance) -> Self {
        let vectors =
            |vectors: Vec<Vec<Rational>>| vectors.into_iter().map(VectorForm::Entries).collect();
        let (d, algorithm) = (instance.problem.dimension(), instance.algorithm);
        let mut form = Self {
            tau: Some(instance.sampling.batch()),
            replacement: Some(true).filter(|_| instance.sampling.replaces()),
            x: Some(VectorForm::Entries(instance.point)),
            gamma: Some(instance.parameters.gamma.clone()),
            lambda: Some(instance.parameters.lambda),
            kappa: Some(instance.parameters.kappa).filter(|kappa| !kappa.is_zero()),
            free_a: Some(instance.parameters.a).filter(|a| *a != Rational::ONE),
            eta: Some(instance.parameters.eta).filter(|eta| *eta != default_eta()),
            omega: Some(instance.parameters.omega).filter(|omega| {
                *omega != algorithm.compressor.own_omega(d).unwrap_or(Rational::ZERO)
            }),
            delta: Some(instance.parameters.delta).filter(|delta| *delta != Rational::ONE),
            compressor: Some(algorithm.compressor).filter(|c| *c != Compressor::default()),
            memory: Some(vectors(algorithm.memory)).filter(|m: &Vec<_>| !m.is_empty()),
            p: Some(algorithm.refresh).filter(|p| *p != default_refresh()),
            t: Some(instance.parameters.horizon),
            mu: instance.asserted.mu,
            l_smooth: instance.asserted.l_smooth,
            l_exp: instance.asserted.l_exp,
            ..Self::default()
        };
        form.gamma_2 =
            Some(instance.parameters.gamma_2).filter(|g| *g != instance.parameters.gamma);
        form.model = ModelForm::of(&instance.problem);
        match instance.problem {
            FiniteSum::LinearModel(_) | FiniteSum::Waves(_) | FiniteSum::Network(_) => {}
            FiniteSum::Quadratic { hessians, linear } => {
                let rows = |h: &Matrix<Rational>| {
                    MatrixForm::Rows((0..h.rows()).map(|i| h.row(i).to_vec()).collect())
                };
                form.h = Some(hessians.iter().map(rows).collect());
                form.b = Some(vectors(linear));
            }
            FiniteSum::LeastSquares { features, targets, ridge } => {
                form.a = Some(vectors(features));
                form.y = Some(targets);
                form.ridge = Some(ridge).filter(|ridge| !ridge.is_zero());
            }
        }
        match instance.control {
            ControlVariate::Free(c) => form.c = Some(vectors(c)),
            ControlVariate::Teacher { parameters, ridge } => {
                form.teacher = Some(VectorForm::Entries(parameters));
                form.ridge_convention = Some(ridge).filter(|ridge| *ridge != RidgeConvention::Both);
            }
        }
        form
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Instance, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn short_forms_are_read_and_long_forms_written() {
        let instance = read(
            r#"{"h": ["11", -9], "z": ["10", "-10"], "c": ["3/4", "0.75"], "gamma": "1/707", "x": "1"}"#,
        )
        .unwrap();
        assert_eq!(instance.problem.samples(), 2);
        assert_eq!(instance.parameters.lambda, Rational::ONE);
        let text = serde_json::to_string(&instance).unwrap();
        assert_eq!(
            text,
            r#"{"h":[[["11"]],[["-9"]]],"b":[["-10"],["10"]],"c":[["3/4"],["3/4"]],"tau":1,"x":["1"],"gamma":"1/707","lambda":"1","t":1}"#
        );
        assert_eq!(read(&text).unwrap(), instance);
    }

    #[test]
    fn least_squares_with_either_ridge_convention_round_trips() {
        let text = r#"{"a":[["1","0"],["0","1"]],"y":["1","0"],"ridge":"1/2","teacher":["1","1"],"ridge_convention":"student-only","tau":2,"x":["0","0"],"gamma":"1/4","gamma_2":"1/8","lambda":"-1","kappa":"3","free_a":"2","eta":"1/2","t":7,"mu":"1/9"}"#;
        assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), text);
    }

    #[test]
    fn compressors_and_memories_round_trip() {
        for own in [
            r#""compressor":{"rand-k":1},"#,
            r#""compressor":{"dithering":3},"memory":[["1","2"],["0","0"]],"#,
            r#""compressor":"natural","#,
            r#""compressor":{"mask":[true,false]},"memory":[["1","2"]],"p":"1/3","#,
            r#""omega":"2","compressor":{"top-k":2},"#,
        ] {
            let head = r#"{"a":[["1","0"],["0","1"]],"y":["1","0"],"c":[["0","0"],["0","0"]],"tau":1,"x":["0","0"],"gamma":"1","lambda":"1","#;
            let text = format!(r#"{head}{own}"t":1}}"#);
            assert_eq!(serde_json::to_string(&read(&text).unwrap()).unwrap(), text);
        }
        let natural = read(r#"{"h": ["1"], "b": ["1"], "compressor": "natural"}"#).unwrap();
        assert_eq!(natural.parameters.omega, Rational::ratio(1, 8));
    }

    #[test]
    fn draws_with_replacement_round_trip() {
        let text = r#"{"a":[["1"]],"y":["1"],"c":[["0"]],"tau":3,"replacement":true,"x":["0"],"gamma":"1","lambda":"1","t":1}"#;
        let instance = read(text).unwrap();
        assert!(instance.sampling.replaces());
        assert_eq!(serde_json::to_string(&instance).unwrap(), text);
    }

    #[test]
    fn bad_instances_are_refused_with_the_reason() {
        for (json, cause) in [
            (r#"{"gamma": "1"}"#, "give the problem as"),
            (r#"{"h": ["1"], "b": ["1"], "gamma": "0"}"#, "gamma must be positive, found 0"),
            (r#"{"h": ["1"], "b": ["1"], "gamma": "-1/2"}"#, "gamma must be positive, found -1/2"),
            (r#"{"h": ["1"], "b": ["1", "2"]}"#, "b has 2 entries, expected 1"),
            (r#"{"h": [[["1","2"],["3","1"]]], "b": [["1","2"]]}"#, "h[0] is not symmetric"),
            (r#"{"h": ["1"], "b": ["1"], "c": ["1"], "teacher": "1"}"#, "not both"),
            (r#"{"h": ["1"], "b": ["1"], "tau": 2}"#, "tau must be between 1 and 1, found 2"),
            (r#"{"a": [["1"]], "y": ["1"], "ridge": "-1"}"#, "ridge must not be negative"),
            (r#"{"h": ["1"], "b": ["1"], "eta": "0"}"#, "eta must be positive, found 0"),
            (r#"{"h": ["1"], "b": ["1"], "free_a": "-1"}"#, "free_a must be positive, found -1"),
            (r#"{"h": ["1"], "b": ["1"], "omega": "-1/8"}"#, "omega must not be negative"),
            (r#"{"h": ["1"], "b": ["1"], "compressor": {"rand-k": 2}}"#, "does not fit"),
            (r#"{"h": ["1"], "b": ["1"], "compressor": "lossless"}"#, "unknown variant"),
            (r#"{"h": ["1"], "b": ["1"], "p": "0"}"#, "p must be above 0 and at most 1, found 0"),
            (r#"{"h": ["1"], "b": ["1"], "p": "3/2"}"#, "at most 1, found 3/2"),
            (
                r#"{"h": ["1"], "b": ["1"], "memory": ["1", "2"]}"#,
                "memory has 2 entries, expected 1",
            ),
            (r#"{"h": ["1"], "b": ["1"], "memory": [["1", "2"]]}"#, "2 entries, expected 1"),
            (r#"{"a": [], "y": []}"#, "is empty"),
            (r#"{"h": ["1"], "b": ["1"], "x": ["1", "2"]}"#, "x has 2 entries, expected 1"),
            (r#"{"h": ["1"], "b": ["1"], "color": "red"}"#, "unknown field"),
            (r#"{"h": ["1"], "b": ["one"]}"#, "did not match"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(cause), "{json}: {error}");
        }
    }
}
