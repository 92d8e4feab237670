//! Ways in which something false could be reported as holding: each was open once.

use kd_audit::audit::check::{Outcome, Sides, check_instance};
use kd_audit::audit::data::{DataOptions, DataProblem};
use kd_audit::audit::library::Library;
use kd_audit::audit::setting::Setting;
use kd_audit::claim::evaluate::evaluate;
use kd_audit::expectation::Budget;
use kd_audit::problem::{Constants, Dataset, RidgeConvention};
use kd_audit::report::{AuditReport, data_summary};
use kd_audit::scalar::{Interval, Rational, Scalar, Undefined};

fn file(
    id: &str,
    uses: &str,
    symbols: &str,
    definitions: &str,
    process: &str,
    claim: &str,
) -> String {
    let kind = if claim.contains('<') { "inequality" } else { "identity" };
    format!(
        "format = 1\nid = \"{id}\"\ntitle = \"t\"\nsummary = \"s\"\nsource = \"s\"\npublished = \"p\"\ndeviation = \"d\"\nuses = {uses}\n\n[symbols]\n{symbols}\n{definitions}\n[[statement]]\npart = \"a\"\nkind = \"{kind}\"\nsummary = \"s\"\nprocess = \"{process}\"\nclaim = \"{claim}\"\nhypotheses = {{ minimiser = \"minimiser\" }}\n\n[[statement.example]]\nname = \"e\"\ninstance = {{ h = [\"1\", \"1\"], z = [\"1\", \"-1\"], c = [\"2\", \"0\"], gamma = \"1/8\" }}\nlhs = \"0\"\nrhs = \"0\"\n"
    )
}

/// Adds a file to the built-in library and judges its only part on its example.
fn outcome(text: &str) -> Result<Outcome, String> {
    let mut library = Library::load().unwrap();
    let id = library.add("user.toml", text).map_err(|error| error.to_string())?;
    let statement = &library.theorem(&id).unwrap().statements[0];
    let instance = statement.examples[0].instance().unwrap();
    Ok(check_instance(&statement.claim, &instance, Budget::STANDARD))
}

#[test]
fn data_are_judged_under_the_process_of_the_claim() {
    let options = DataOptions { steps: Some(8), ..DataOptions::default() };
    let data = DataProblem::new("diabetes", Dataset::diabetes(), &options).unwrap();
    let case = data.case(Budget::STANDARD);
    let judge = |process: &str, claim: &str| {
        let symbols = "fixed = [\"gamma\", \"x_star\", \"stationary_error\"]\nrandom = [\"x_inf\"]";
        let mut library = Library::load().unwrap();
        let id =
            library.add("user.toml", &file("user", "[]", symbols, "", process, claim)).unwrap();
        case.check(&library.theorem(&id).unwrap().statements[0].claim)
    };
    let equal = "E[norm_sq(x_inf - x_star)] = stationary_error(gamma, 0)";
    assert!(matches!(judge("kd", equal), Outcome::Fails(_)), "distillation is not SGD");
    assert!(matches!(judge("sgd", equal), Outcome::Holds(_)));
    let less = "E[norm_sq(x_inf - x_star)] < stationary_error(gamma, 0)";
    assert!(matches!(judge("sgd", less), Outcome::Fails(_)));
}

/// A hypothesis about the process is checked for each process, though its text is the same.
#[test]
fn hypotheses_on_data_are_not_taken_over_from_another_process() {
    let options = DataOptions { steps: Some(8), ..DataOptions::default() };
    let data = DataProblem::new("diabetes", Dataset::diabetes(), &options).unwrap();
    let case = data.case(Budget::STANDARD);
    let judge = |process: &str| {
        let symbols = "fixed = [\"gamma\", \"x_star\", \"stationary_error\"]\nrandom = [\"x_inf\"]";
        let better = "better = \"E[norm_sq(x_inf - x_star)] < stationary_error(gamma, 0)\"";
        let text = file("user", "[]", symbols, "", process, "0 <= gamma")
            .replace("minimiser = \"minimiser\"", better);
        let mut library = Library::load().unwrap();
        let id = library.add("user.toml", &text).unwrap();
        case.check(&library.theorem(&id).unwrap().statements[0].claim)
    };
    assert!(matches!(judge("kd"), Outcome::Holds(_)), "distillation beats SGD here");
    assert!(matches!(judge("sgd"), Outcome::Rejected { .. }), "SGD does not beat itself");
}

/// A claim about paths is judged on data at t = 1, its hypotheses and its witness included.
#[test]
fn path_claims_on_data_are_judged_and_replayed_at_one_horizon() {
    let options = DataOptions { steps: Some(8), ..DataOptions::default() };
    let data = DataProblem::new("diabetes", Dataset::diabetes(), &options).unwrap();
    let case = data.case(Budget::STANDARD);
    let judge = |hypothesis: &str| {
        let symbols = "fixed = [\"teacher\", \"t\"]\nrandom = [\"x_t\"]";
        let text = file("user", "[]", symbols, "", "kd", "x_t = teacher + 0*t*teacher")
            .replace("process =", "almost_surely = true\nprocess =")
            .replace("minimiser = \"minimiser\"", hypothesis);
        let mut library = Library::load().unwrap();
        let id = library.add("user.toml", &text).unwrap();
        let claim = library.theorem(&id).unwrap().statements[0].claim.clone();
        let found = case.check(&claim);
        assert_eq!(check_instance(&claim, case.instance(&claim), Budget::STANDARD), found);
        found
    };
    assert!(matches!(judge("early = \"t <= 1\""), Outcome::Fails(_)));
    assert!(matches!(judge("late = \"t >= 2\""), Outcome::Rejected { .. }));
}

#[test]
fn definitions_mean_what_they_meant_where_they_were_made() {
    // A file has no c of its own, which would not change what the standard noise is, but look so.
    let symbols = "fixed = [\"lambda\", \"noise\", \"sigma_star_sq\"]\nrandom = [\"grad_star\"]";
    let own = "\n[[definition]]\nname = \"c\"\nformula = \"0*grad_star\"\nlatex = \"c\"\n";
    let text =
        file("user", "[]", symbols, own, "kd", "noise(2*lambda) + 0*E[norm_sq(c)] = sigma_star_sq");
    assert!(outcome(&text).unwrap_err().contains("\"c\" is of the vocabulary"));
    // Two files that mean different things by one name are not used together.
    let uses = "[\"lemma-optimal-weight\", \"theorem-1-optimal\"]";
    let text = file("user", uses, "fixed = [\"sigma_star_sq\"]", "", "kd", "sigma_star_sq = 1");
    assert!(outcome(&text).unwrap_err().contains("two meanings"));
}

#[test]
fn an_undefined_side_does_not_hold() {
    let judge =
        |claim: &str| outcome(&file("user", "[]", "fixed = [\"gamma\"]", "", "kd", claim)).unwrap();
    // √2·√2 − 2 − 10^−400 is negative, which no enclosure of the roots can tell.
    let tiny = format!("sqrt(sqrt(2)*sqrt(2) - 2 - 1/1{}) <= 1 + 0*gamma", "0".repeat(400));
    assert!(matches!(judge(&tiny), Outcome::Inconclusive { .. }));
    let divisor = "min(1/(sqrt(2)*sqrt(2) - 2), 0) <= 0*gamma";
    assert!(matches!(judge(divisor), Outcome::Inconclusive { .. }));
    assert!(matches!(judge("sqrt(2)/gamma <= 12"), Outcome::Holds(Sides::Enclosed(..))));
}

/// In float intervals a divisor that may be zero is refused as well: the whole line would hide it.
#[test]
fn an_enclosed_divisor_of_zero_is_refused() {
    let text = file(
        "user",
        "[]",
        "fixed = [\"lambda\", \"noise\"]",
        "",
        "kd",
        "min(1/(noise(lambda) - noise(lambda)), 0) <= 0*lambda",
    )
    .replace("[\"2\", \"0\"]", "[\"1/3\", \"1/7\"]");
    let mut library = Library::load().unwrap();
    let id = library.add("user.toml", &text).unwrap();
    let statement = &library.theorem(&id).unwrap().statements[0];
    let instance = statement.examples[0].instance().unwrap();
    let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
    let process = statement.claim.process;
    let setting = Setting::<Interval>::new(&instance, Some(&constants), process, Budget::STANDARD);
    let found = evaluate(&statement.claim.formula, &setting);
    assert!(matches!(found, Err(Undefined::NotCertified(_))), "{found:?}");
}

#[test]
fn predictions_are_shown_only_where_their_hypotheses_hold() {
    let library = Library::load().unwrap();
    let report = |options: DataOptions| {
        let data = DataProblem::new("diabetes", Dataset::diabetes(), &options).unwrap();
        data.report(&library, Budget::STANDARD)
    };
    let options = DataOptions { ridge: Rational::ONE, steps: Some(8), ..DataOptions::default() };
    let both = report(options.clone());
    assert!(both.best_weight.is_some() && both.rows.len() == 3);
    let one_side =
        report(DataOptions { ridge_convention: RidgeConvention::StudentOnly, ..options.clone() });
    assert!(one_side.best_weight.is_none() && one_side.rows.len() == 2);
    assert!(one_side.rows.iter().all(|row| row.predicted.is_none()));
    let long = report(DataOptions { gamma: Some(Rational::integer(100)), ..options.clone() });
    assert!(long.rows.iter().all(|row| row.bound_at_t.is_none()), "γ is far beyond 1/(8𝓛)");
    // The weight that theorem-1 recommends needs no enumeration of minibatches.
    let batch = report(DataOptions { batch: 2, ..options });
    assert!(batch.rows[1].lambda > 0.0);
}

/// Every printed "a ± r" holds the exact value.
#[test]
fn printed_enclosures_contain_the_exact_values() {
    let library = Library::load().unwrap();
    let options = DataOptions { steps: Some(40), ..DataOptions::default() };
    let data = DataProblem::new("diabetes", Dataset::diabetes(), &options).unwrap();
    let report = data.report(&library, Budget::STANDARD);
    let text = data_summary(&report);
    let printed: Vec<(Rational, Rational)> = text
        .split("  ")
        .filter_map(|cell| cell.trim().split_once(" ± "))
        .map(|(a, r)| (a.parse().unwrap(), r.split_whitespace().next().unwrap().parse().unwrap()))
        .collect();
    let enclosures: Vec<Interval> = report
        .rows
        .iter()
        .flat_map(|row| [row.error_at_t, row.stationary, row.predicted].into_iter().flatten())
        .collect();
    assert_eq!(printed.len(), enclosures.len());
    for ((center, radius), enclosure) in printed.iter().zip(enclosures) {
        for end in [enclosure.lower(), enclosure.upper()] {
            let off = Rational::from_f64(end).unwrap().minus(center).abs();
            assert!(off <= *radius, "{center} ± {radius} leaves out {end}");
        }
    }
    let report =
        AuditReport::new(kd_audit::audit::runner::Options::default(), Vec::new(), Some(report));
    assert!(kd_audit::report::to_json(&report).contains("\"best_weight\""));
}
