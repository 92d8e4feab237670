//! Which distillation weight for data and a teacher of yours; here for the embedded diabetes data.
//!
//! ```sh
//! cargo run --release --example choose_weight
//! ```

use kd_audit::problem::RidgeConvention;
use kd_audit::weight::advice::{Question, advise};
use kd_audit::weight::model::{Model, Problem};
use kd_audit::weight::table::Table;
use kd_audit::weight::teacher::Teacher;
use nalgebra::DMatrix;

/// In a program of yours: the bytes of your file.
const DATA: &[u8] = include_bytes!("../data/diabetes.csv");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let table = Table::from_csv(DATA, "target")?;
    let rows = table.rows();

    // A column a sample. Features of one size make the problem far better conditioned.
    let mut features = DMatrix::from_column_slice(table.dimension, rows, &table.features);
    for mut feature in features.row_iter_mut() {
        feature.add_scalar_mut(-feature.mean());
        feature /= (feature.norm_squared() / rows as f64).sqrt();
    }
    let mut labels = DMatrix::from_row_slice(1, rows, &table.numbers()?);
    labels.add_scalar_mut(-labels.mean());
    let problem = Problem { model: Model::Linear, features, labels, ridge: 0.0 };

    // Any teacher will do; this one has seen half of the rows.
    let teacher = Teacher::subset(&problem, 0.5)?;
    // Without a step size the largest is taken that theorem-1 admits.
    let question = Question { gamma: None, batch: 1, convention: RidgeConvention::Both };
    let advice = advise(&problem, &teacher, &question)?;

    for line in &advice.verdict {
        println!("{line}");
    }
    // For least squares the weight minimises the stationary error itself, and not a bound.
    let choice = advice.here.exact.or(advice.here.theorem_1).ok_or("no weight is best")?;
    let (weight, left) = (choice.weight.value(), 100.0 * choice.share.value());
    println!("lambda = {weight:.4} leaves {left:.1} % of the noise of SGD");
    Ok(())
}
