//! The practitioner's weight against brute force, and its readers against damaged files.

use kd_audit::problem::RidgeConvention;
use kd_audit::weight::WeightError;
use kd_audit::weight::advice::{Graded, Question, advise};
use kd_audit::weight::model::{Model, Problem};
use kd_audit::weight::optimum::minimise;
use kd_audit::weight::table::{Table, TableError, numbers, unzip};
use kd_audit::weight::teacher::Teacher;
use nalgebra::DMatrix;
use std::io::Write;

const ASK: Question = Question { gamma: None, batch: 1, convention: RidgeConvention::Both };

fn table(file: &str, target: &str) -> Table {
    let path = format!("{}/data/{file}", env!("CARGO_MANIFEST_DIR"));
    Table::from_csv(&std::fs::read(path).unwrap(), target).unwrap()
}

/// Features centred and scaled, so that the problem is not hopelessly conditioned.
fn features(table: &Table) -> DMatrix<f64> {
    let mut features = DMatrix::from_column_slice(table.dimension, table.rows(), &table.features);
    for mut row in features.row_iter_mut() {
        let mean = row.mean();
        row.add_scalar_mut(-mean);
        let size = (row.norm_squared() / row.len() as f64).sqrt();
        row /= if size > 0.0 { size } else { 1.0 };
    }
    features
}

fn diabetes() -> Problem {
    let table = table("diabetes.csv", "target");
    let targets = table.numbers().unwrap();
    let mean = targets.iter().sum::<f64>() / targets.len() as f64;
    let labels = DMatrix::from_iterator(1, targets.len(), targets.iter().map(|y| y - mean));
    Problem { model: Model::Linear, features: features(&table), labels, ridge: 0.0 }
}

fn digits(ridge: f64) -> Problem {
    let table = table("digits.csv", "label");
    let labels = table.labels.iter().map(|label| f64::from(u8::from(label == "3")));
    let labels = DMatrix::from_iterator(1, table.rows(), labels);
    Problem { model: Model::Linear, features: features(&table), labels, ridge }
}

/// theorem-7 by its own formula, and the least error by search over the weight.
fn agrees_with_brute_force(problem: &Problem) {
    let teacher = Teacher::subset(problem, 0.5).unwrap();
    let advice = advise(problem, &teacher, &ASK).unwrap();
    let error = advice.curve.unwrap();
    let x_star = minimise(problem).unwrap().point;
    let distance = (teacher.point().unwrap() - x_star).norm_squared();
    let formula = error.p_0 / (error.p_0 + distance);
    let brute = (0..=200_000).map(|k| f64::from(k) / 100_000.0);
    let brute = brute.min_by(|a, b| error.at(*a).total_cmp(&error.at(*b))).unwrap();
    let exact = advice.here.exact.unwrap();
    // Conjugate gradients end at a relative residual of 1e-13; the grid has steps of 1e-5.
    assert!((exact.weight.value() - formula).abs() < 1e-7, "{:?} for {formula}", exact.weight);
    assert!((exact.weight.value() - brute).abs() <= 1e-5, "{:?} for {brute}", exact.weight);
    let share = distance / (error.p_0 + distance);
    assert!((exact.share.value() - share).abs() < 1e-7, "{:?} for {share}", exact.share);
    // Removing the bias cannot be worse than keeping it at the best weight of the bound.
    let bound = advice.here.theorem_1.unwrap();
    assert!(error.at(bound.weight.value()) >= error.at(exact.weight.value()));
}

#[test]
fn the_weight_is_the_one_that_minimises_the_measured_floor() {
    agrees_with_brute_force(&diabetes());
    agrees_with_brute_force(&digits(0.05));
}

#[test]
fn with_the_ridge_on_one_side_theorem_7_is_not_used() {
    let problem = digits(0.5);
    let teacher = Teacher::subset(&problem, 0.5).unwrap();
    let one_sided = Question { convention: RidgeConvention::StudentOnly, ..ASK };
    let advice = advise(&problem, &teacher, &one_sided).unwrap();
    let error = advice.curve.unwrap();
    let x_star = minimise(&problem).unwrap().point;
    let distance = (teacher.point().unwrap() - x_star).norm_squared();
    let formula = error.p_0 / (error.p_0 + distance);
    assert!((advice.here.exact.unwrap().weight.value() - formula).abs() > 1e-3);
}

#[test]
fn the_weight_does_not_depend_on_units() {
    let problem = digits(0.05);
    let teacher = Teacher::subset(&problem, 0.25).unwrap();
    let gamma = 1e-4;
    let weight = |s: f64| {
        let mut scaled = problem.clone();
        scaled.features *= s;
        scaled.ridge *= s * s;
        let theta = Teacher::Parameters(teacher.point().unwrap() / s);
        let ask = Question { gamma: Some(gamma / (s * s)), ..ASK };
        let here = advise(&scaled, &theta, &ask).unwrap().here;
        (here.theorem_1.unwrap().weight.value(), here.exact.unwrap().weight.value())
    };
    let (one, other) = (weight(1.0), weight(8.0));
    assert!((one.0 - other.0).abs() < 1e-9 && (one.1 - other.1).abs() < 1e-7, "{one:?} {other:?}");
}

#[test]
fn classification_is_answered_in_enclosures() {
    let cancer = table("breast_cancer.csv", "label");
    let labels = cancer.numbers().unwrap();
    let labels = DMatrix::from_iterator(1, labels.len(), labels);
    let mut problem =
        Problem { model: Model::Logistic, features: features(&cancer), labels, ridge: 0.0 };
    let teacher = |problem: &Problem| Teacher::subset(problem, 0.5);
    assert_eq!(teacher(&problem).unwrap_err(), WeightError::NoRidge);
    problem.ridge = 1e-2;
    let advice = advise(&problem, &teacher(&problem).unwrap(), &ASK).unwrap();
    for value in [advice.sigma_star_sq, advice.teacher_var, advice.bias_sq, advice.cov] {
        let Graded::Enclosed { lower, upper } = value else { panic!("{value:?}") };
        assert!(upper - lower < 1e-3 * (1.0 + upper.abs()), "{value:?}");
    }
    let (best, unbiased) = (advice.here.theorem_1.unwrap(), advice.unbiased.unwrap());
    assert!(unbiased.share.value() <= best.share.value());
    assert!(best.weight.value() > 0.0 && best.weight.value() <= unbiased.weight.value());
    // The student as its own teacher: nothing to remove but everything.
    let perfect = Teacher::Parameters(minimise(&problem).unwrap().point);
    let perfect = advise(&problem, &perfect, &ASK).unwrap().here.theorem_1.unwrap();
    assert!(
        (perfect.weight.value() - 1.0).abs() < 1e-3 && perfect.share.value() < 1e-3,
        "{perfect:?}"
    );
    // Soft labels of the same teacher say the same, without the ridge at the teacher.
    let theta = teacher(&problem).unwrap();
    let soft = Teacher::Responses(theta.responses(&problem));
    assert_eq!(advise(&problem, &soft, &ASK).unwrap_err(), WeightError::NoParameters);
    let one_sided = Question { convention: RidgeConvention::StudentOnly, ..ASK };
    let pair =
        [theta, soft].map(|t| advise(&problem, &t, &one_sided).unwrap().here.theorem_1.unwrap());
    assert!((pair[0].weight.value() - pair[1].weight.value()).abs() < 1e-9);
}

#[test]
fn files_are_read_as_they_are_written() {
    let csv = Table::from_csv(b"a,label,b\n1, x ,2\r\n3,y,4e0\n", "label").unwrap();
    assert_eq!((csv.dimension, csv.features.as_slice()), (2, &[1.0, 2.0, 3.0, 4.0][..]));
    assert_eq!(csv.classes(), (vec!["x".to_owned(), "y".to_owned()], vec![0, 1]));
    let svm = Table::from_libsvm(b"+1 1:0.5 3:-2 # a remark\n\n-1 2:1\n").unwrap();
    assert_eq!(svm.features, [0.5, 0.0, -2.0, 0.0, 1.0, 0.0]);
    assert_eq!(svm.numbers().unwrap(), [1.0, -1.0]);
    let images = [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2][..], &[0, 255, 51, 0]].concat();
    let labels = [0, 0, 8, 1, 0, 0, 0, 2, 7, 3];
    let idx = Table::from_idx(&images, &labels).unwrap();
    assert_eq!((idx.dimension, idx.features.as_slice()), (2, &[0.0, 1.0, 0.2, 0.0][..]));
    assert_eq!(idx.classes(), (vec!["3".to_owned(), "7".to_owned()], vec![1, 0]));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"a,b\n1,2\n").unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(unzip(packed.clone()).unwrap(), b"a,b\n1,2\n");
    assert!(matches!(unzip(packed[..packed.len() - 4].to_vec()), Err(TableError::Gzip(_))));
    let header = |kind: &str, order: &str, shape: &str| {
        let text = format!("{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\x00".as_slice(), &(text.len() as u16).to_le_bytes(), text.as_bytes()]
            .concat()
    };
    let data: Vec<u8> =
        [1f64, 2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let npy = |order| numbers(&[header("<f8", order, "(2, 3)"), data.clone()].concat()).unwrap();
    assert_eq!(npy("False"), (2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
    assert_eq!(npy("True"), (2, 3, vec![1.0, 3.0, 5.0, 2.0, 4.0, 6.0]));
    let half: Vec<u8> = [0.5f32, -1.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let flat = numbers(&[header("<f4", "False", "(2,)"), half].concat()).unwrap();
    assert_eq!(flat, (1, 2, vec![0.5, -1.0]));
    assert_eq!(numbers(b"w1,w2\n1,2\n3,4\n").unwrap(), (2, 2, vec![1.0, 2.0, 3.0, 4.0]));
    let short = numbers(&[header("<f8", "False", "(2, 3)"), data[..40].to_vec()].concat());
    assert!(short.unwrap_err().to_string().contains("40 bytes of data where the shape needs 48"));
    assert!(numbers(&header("<i8", "False", "(1,)")).unwrap_err().to_string().contains("floats"));
}

#[test]
fn damaged_files_are_refused_with_the_reason() {
    let csv = |text: &str| Table::from_csv(text.as_bytes(), "y").unwrap_err().to_string();
    for (text, cause) in [
        ("a,b\n1,2\n", "no column \"y\"; the columns are a, b"),
        ("a,y\n", "no rows"),
        ("y\n1\n", "no rows"),
        ("a,y\n1,2\nx,3\n", "line 3: column a: \"x\" is not a number"),
        ("a,y\n1,2\ninf,3\n", "not finite"),
        ("a,y\n1,2,3\n", "line 2: 3 fields where the header has 2"),
    ] {
        assert!(csv(text).contains(cause), "{text:?}: {}", csv(text));
    }
    let svm = |text: &str| Table::from_libsvm(text.as_bytes()).unwrap_err().to_string();
    for (text, cause) in [
        ("", "no rows"),
        ("1 0:2\n", "indices start at 1"),
        ("1 2:1 1:1\n", "rise"),
        ("1 a\n", "line 1: \"a\" is not index:value"),
        ("1:2 3:4\n", "starts with its label"),
        ("1 1:nan\n", "not finite"),
        ("1 900000000:1\n", "more than"),
    ] {
        assert!(svm(text).contains(cause), "{text:?}: {}", svm(text));
    }
    let images = [0u8, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 9, 9];
    let labels = [0u8, 0, 8, 1, 0, 0, 0, 2, 7, 3];
    let idx = |i: &[u8], l: &[u8]| Table::from_idx(i, l).unwrap_err().to_string();
    assert!(idx(&images[..17], &labels).contains("1 bytes where the header says 2"));
    assert!(idx(&images[..9], &labels).contains("header ends early"));
    assert!(idx(b"P5", &labels).contains("not an IDX file"));
    assert!(idx(&[0, 0, 13, 1], &labels).contains("unsigned bytes"));
    assert!(idx(&images, &[0, 0, 8, 1, 0, 0, 0, 1, 7]).contains("2 rows and 1 labels"));
    let shape = Teacher::parameters(&diabetes(), (1, 3, vec![0.0; 3])).unwrap_err().to_string();
    assert!(shape.ends_with("got 1x3, expected 1x10"), "{shape}");
}
