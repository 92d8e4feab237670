//! The worst case of a registered method as a theorem file: the bound r‖e‖² + s·noise + ... that its
//! certificate proves, from the interpolation inequalities at the current point.

use super::claims::{Numbers, Texts};
use super::program::Reduced;
use super::proof::{Export, NoFile, theorem_file};
use crate::claim::file::parse_theorem;
use crate::scalar::{Rational, Scalar};
use std::fmt::Write;

/// The text of a theorem file that says what a certificate of `sgd` or `kd` proves, for every step
/// size γ with the same γμ and γL. The kernel has accepted its proof.
///
/// # Errors
/// For other methods, at λ = 0, and if no proof is found.
pub fn method_file(
    method: &str,
    id: &str,
    texts: &Texts,
    reduced: &Reduced,
    multipliers: &[Rational],
) -> Result<String, NoFile> {
    let refuse = |cause: &str| Err(NoFile::Form(cause.to_owned()));
    let numbers = &texts.numbers;
    let gamma = numbers.get("gamma").cloned().unwrap_or(Rational::ONE);
    let lambda = numbers.get("lambda").cloned().unwrap_or(Rational::ONE);
    // What a bound's multiplier multiplies, with the scale that makes it a number.
    let of_bound = |name: &str| match (method, name) {
        ("sgd" | "kd", "distance") => Some(("norm_sq(x - x_star)", Rational::ONE)),
        ("sgd", "noise") => Some(("gamma^2*E[norm_sq(grad_star)]", gamma.squared())),
        ("kd", "noise") => Some(("gamma^2*E[norm_sq(grad_star - lambda*c)]", gamma.squared())),
        ("kd", "bias") => {
            Some(("gamma^2*lambda^2*norm_sq(E[c])", gamma.squared().times(&lambda.squared())))
        }
        _ => None,
    };
    if !matches!(method, "sgd" | "kd") {
        return refuse("only the bounds of sgd and kd are written");
    }
    let mut right = Vec::new();
    for (k, multiplier) in multipliers.iter().enumerate() {
        if let Some((term, scale)) = of_bound(reduced.name(k)) {
            let Ok(factor) = multiplier.over(&scale) else {
                return refuse("without distillation it is the bound of sgd");
            };
            right.push(format!("{factor}*{term}"));
        }
    }
    let here = texts.constraints.iter().filter(|(name, _)| name.contains("-above-"));
    let here: Vec<String> = here.map(|(name, text)| format!("{name} = \"{text}\"")).collect();
    if right.is_empty() || here.is_empty() {
        return refuse("nothing is bounded, or no inequality is used");
    }
    let claim = format!("E[norm_sq(x_next - x_star)] <= {}", right.join(" + "));
    let control = if method == "kd" { ("\"lambda\", ", "\"c\", ") } else { ("", "") };
    let mut text = format!(
        "format = 1\nid = \"{id}\"\ntitle = \"{method}\"\nsummary = \"{method}\"\nsource = \"\"\npublished = \"\"\ndeviation = \"\"\n"
    );
    let _ = write!(
        text,
        "[symbols]\nfixed = [{}\"gamma\", \"mu\", \"l_smooth\", \"x_star\"]\nstate = [\"x\", \"gap\"]\nrandom = [{}\"x_next\", \"grad\", \"grad_star\"]\n",
        control.0, control.1
    );
    let _ = write!(
        text,
        "[[statement]]\npart = \"one-step\"\nkind = \"inequality\"\nsummary = \"\"\nprocess = \"{method}\"\nclaim = \"{claim}\"\nhypotheses = {{ minimiser = \"minimiser\" }}\nhere = {{ {} }}\n",
        here.join(", ")
    );
    let theorem =
        parse_theorem(method, &text, |_| None).map_err(|error| NoFile::Form(error.to_string()))?;
    let statement = &theorem.statements[0];
    let export = Export { id, theorem: &theorem, statement, claim: &claim };
    let own: Numbers = ["gamma", "mu", "l_smooth", "lambda"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), numbers.get(name)?.clone())))
        .collect();
    theorem_file(&export, &own)
}
