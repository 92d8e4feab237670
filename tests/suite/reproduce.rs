//! The experiments: predictions met, defects noticed, and runs that are interrupted.

use kd_audit::audit::library::Library;
use kd_audit::report;
use kd_audit::reproduce::{
    Basis, Check, Experiment, Journal, Loss, Options, Plan, Source, Summary,
};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const QUICK: Options = Options {
    seed: 1,
    seeds: 10,
    epochs: 12,
    batch: 10,
    step: 0.05,
    noise_batch: 1,
    quick: true,
    flipped: false,
};

fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    folder
}

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::load().unwrap())
}

/// Diabetes alone, as a file: seconds.
fn diabetes() -> Source {
    let reading = Loss::LeastSquares.reading("target".into(), kd_audit::problem::Scale::Standard);
    let text = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/data/diabetes.csv")).unwrap();
    let dataset = kd_audit::problem::Dataset::parse(&text, &reading).unwrap();
    Source::File { name: "diabetes".into(), dataset, loss: Loss::LeastSquares, ridge: None }
}

fn run(name: &str, source: &Source, options: &Options) -> Summary {
    let plan = Plan::new(source, options).unwrap();
    let journal = Journal::open(&fresh(name), &plan).unwrap();
    assert!(plan.run(&journal, None, |_| ()).unwrap());
    plan.summary(&journal, library()).unwrap()
}

/// The quick run of the embedded sets.
fn quick() -> &'static Summary {
    static SUMMARY: OnceLock<Summary> = OnceLock::new();
    SUMMARY.get_or_init(|| run("reproduce-quick", &Source::Embedded, &QUICK))
}

fn checks<'a>(summary: &'a Summary, study: &str) -> &'a [Check] {
    &summary.studies.iter().find(|s| s.id == study).unwrap().checks
}

fn check<'a>(summary: &'a Summary, study: &str, id: &str) -> &'a Check {
    let all = checks(summary, study);
    let ids: Vec<&str> = all.iter().map(|check| check.id.as_str()).collect();
    all.iter().find(|check| check.id == id).unwrap_or_else(|| panic!("{id} is not in {ids:?}"))
}

fn floor(summary: &Summary, study: &str, curve: &str) -> f64 {
    let study = summary.studies.iter().find(|s| s.id == study).unwrap();
    study.curves.iter().find(|c| c.id == curve).unwrap().floor.unwrap().mean
}

#[test]
fn least_squares_ends_at_the_floor_that_theorem_7_predicts() {
    let summary = quick();
    let exact = |c: &&Check| c.id.starts_with("floor-");
    let floors: Vec<&Check> = checks(summary, "noise-diabetes").iter().filter(exact).collect();
    assert!(floors.len() >= 9, "{} floors", floors.len());
    for check in floors {
        let (band, (low, high)) = (check.measured.unwrap(), check.predicted.unwrap());
        assert!(check.met, "{}: {band:?} for {low} to {high}", check.id);
        // A band that is too wide would agree with anything.
        assert!(band.high - band.low < 0.25 * band.mean, "{}: {band:?}", check.id);
        // Nor is much left of the start.
        assert!(high - low < 0.05 * high, "{}: {low} to {high}", check.id);
    }
    let gain = check(summary, "noise-diabetes", "kd-best-below-sgd-distance_sq");
    assert!(gain.met && gain.basis == Basis::Theorem("theorem-7"), "{gain:?}");
    for pair in ["unbiased-below-kd-best", "svrg-below-unbiased"] {
        assert!(check(summary, "noise-diabetes", &format!("{pair}-distance_sq")).met, "{pair}");
    }
    assert!(gain.measured.unwrap().high < 0.0, "{gain:?}");
    let share =
        floor(summary, "noise-diabetes", "kd-best") / floor(summary, "noise-diabetes", "sgd");
    assert!(share < 0.25, "{share}");
}

/// Also by the distance, with a good teacher.
#[test]
fn where_noise_dominates_digits_are_in_the_predicted_order() {
    for pair in ["svrg-below-unbiased", "unbiased-below-kd-best", "kd-best-below-sgd"] {
        for quantity in ["loss", "distance_sq"] {
            let check = check(quick(), "noise-digits", &format!("{pair}-{quantity}"));
            assert!(check.met, "{check:?}");
        }
    }
    for check in checks(quick(), "noise-digits").iter().filter(|c| c.id.starts_with("bound-")) {
        assert!(check.met && check.measured.unwrap().mean > 0.0, "{check:?}");
    }
}

#[test]
fn where_optimisation_dominates_distillation_ends_above_sgd_the_more_the_larger_the_weight() {
    let all = checks(quick(), "optimisation-digits");
    let chain: Vec<&str> = all.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(
        chain,
        [
            "sgd-below-kd-0.1-loss",
            "kd-0.1-below-kd-0.3-loss",
            "kd-0.3-below-kd-0.7-loss",
            "kd-0.7-below-kd-1.0-loss",
            "noise-negligible"
        ]
    );
    for check in all {
        assert!(check.met && check.basis == Basis::Observation, "{check:?}");
    }
}

#[test]
fn the_best_weight_falls_with_the_ridge() {
    let weights: Vec<f64> = quick().ridges.iter().map(|row| row.weight.value()).collect();
    assert_eq!(weights.len(), 3);
    assert!(weights[0] > 5.0 * weights[1] && weights[1] > 5.0 * weights[2], "{weights:?}");
    assert!(weights[2] > 0.0 && quick().ridge_check.as_ref().unwrap().met);
}

#[test]
fn gradients_of_a_network_differ_and_those_of_a_linear_model_do_not() {
    let all = checks(quick(), "network-digits");
    assert!(all.iter().all(|check| check.met), "{all:?}");
    let cosine = |id: &str| check(quick(), "network-digits", id).measured.unwrap().mean;
    assert!(cosine("cosine-linear-0.7") > 1.0 - 1e-9);
    // The smaller the weight, the closer; and never the same.
    assert!(cosine("cosine-relu-0.3") > cosine("cosine-relu-0.7"));
    assert!(cosine("cosine-relu-0.7") > cosine("cosine-relu-1.0") + 0.05);
    assert!(cosine("cosine-relu-0.3") < 0.999);
}

/// The teacher's term with the wrong sign: the checks must not be met.
#[test]
fn a_flipped_sign_is_noticed() {
    let right = run("reproduce-right", &diabetes(), &QUICK);
    assert!(right.predictions_met);
    let wrong = run("reproduce-flipped", &diabetes(), &Options { flipped: true, ..QUICK });
    assert!(!wrong.predictions_met);
    for id in ["floor-kd-0.3", "floor-kd-best", "kd-best-below-sgd-distance_sq", "floor-unbiased"] {
        assert!(check(&right, "noise-diabetes", id).met, "{id}");
        assert!(!check(&wrong, "noise-diabetes", id).met, "{id}");
    }
    // What has no teacher is as before.
    assert!(check(&wrong, "noise-diabetes", "floor-sgd").met);
}

/// An interrupted run, resumed: the same bytes as one that was not.
#[test]
fn a_resumed_run_is_an_uninterrupted_one() {
    let options = Options { seeds: 3, ..QUICK };
    let source = diabetes();
    let plan = Plan::new(&source, &options).unwrap();
    let documents = |journal: &Journal, folder: &Path| {
        journal.sort().unwrap();
        let summary = plan.summary(journal, library()).unwrap();
        let pictures = report::reproduce_pictures(&summary).unwrap();
        let text = report::to_json(&report::Document::new(&summary));
        (
            report::reproduce_csv(&summary),
            text,
            pictures,
            std::fs::read(folder.join("journal.jsonl")).unwrap(),
        )
    };
    let whole = fresh("reproduce-whole");
    let journal = Journal::open(&whole, &plan).unwrap();
    assert!(plan.run(&journal, None, |_| ()).unwrap());
    let expected = documents(&journal, &whole);
    let count = plan.entries().len();

    let parts = fresh("reproduce-parts");
    for _ in 0..3 {
        let journal = Journal::open(&parts, &plan).unwrap();
        let before = journal.len();
        assert!(!plan.run(&journal, Some(7), |_| ()).unwrap());
        assert_eq!(journal.len(), before + 7);
        assert!(plan.summary(&journal, library()).is_none());
        drop(journal);
        // As if the program had been killed while it wrote a line.
        let path = parts.join("journal.jsonl");
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"study\":\"noise-diab");
        std::fs::write(&path, text).unwrap();
    }
    let journal = Journal::open(&parts, &plan).unwrap();
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let count_one = |_| {
        seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    };
    assert!(plan.run(&journal, None, count_one).unwrap());
    assert_eq!(seen.into_inner(), count - 21, "nothing is run twice");
    assert!(documents(&journal, &parts) == expected);
    // Finished: nothing is left to run.
    assert_eq!(plan.work(&journal).1, 0);

    let other = Plan::new(&source, &Options { seed: 2, ..options }).unwrap();
    let refused = Journal::open(&parts, &other).err().unwrap().to_string();
    assert!(refused.contains("other options or other data"), "{refused}");
    std::fs::write(parts.join("journal.jsonl"), "{\"format\":99,\"plan\":\"\"}\n").unwrap();
    let newer = Journal::open(&parts, &plan).err().unwrap().to_string();
    assert!(newer.contains("a newer kd-audit is needed"), "{newer}");
}

#[test]
fn bad_options_are_refused() {
    let source = diabetes();
    let refused = |options: Options| Plan::new(&source, &options).err().unwrap().to_string();
    assert!(refused(Options { seeds: 1, ..QUICK }).contains("at least 2 seeds"));
    assert!(refused(Options { step: 0.0, ..QUICK }).contains("positive"));
    assert!(refused(Options { batch: 443, ..QUICK }).contains("between 1 and"));
    assert!(refused(Options { noise_batch: 0, ..QUICK }).contains("between 1 and"));
    let Source::File { name, dataset, .. } = source else { unreachable!() };
    let logistic = Source::File { name, dataset, loss: Loss::Logistic, ridge: Some(0.1) };
    let cause = Plan::new(&logistic, &QUICK).err().unwrap().to_string();
    assert!(cause.contains("needs two classes"), "{cause}");
}

/// A step that is too large diverges, and the record says so instead of an infinite number.
#[test]
fn divergence_is_told() {
    let options = Options { seeds: 2, step: 5.0, ..QUICK };
    let summary = run("reproduce-diverged", &diabetes(), &options);
    let study = summary.studies.iter().find(|s| s.id == "optimisation-diabetes").unwrap();
    assert!(study.curves.iter().all(|curve| curve.diverged.is_some()));
    assert!(study.checks.iter().all(|check| !check.met && check.measured.is_none()));
    assert!(report::reproduce(&summary).contains("diverged by step"));
    report::reproduce_pictures(&summary).unwrap();
}

/// The pruned student stays pruned, and every experiment has its pictures.
#[test]
fn pictures_and_tables_are_complete() {
    let summary = quick();
    let pictures = report::reproduce_pictures(summary).unwrap();
    let names: Vec<&str> = pictures.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "noise-diabetes-methods-distance-sq.svg",
        "noise-digits-weights-loss-gap.svg",
        "optimisation-digits-pruned-loss.svg",
        "optimisation-digits-teachers-loss.svg",
        "network-digits-network-cosine.svg",
        "noise-diabetes-floor.svg",
        "weight-over-ridge.svg",
    ] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    assert!(pictures.iter().all(|(_, svg)| svg.ends_with("</svg>\n") && !svg.contains("NaN")));
    let table = report::reproduce_csv(summary);
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    assert!(rows.records().all(|row| row.unwrap().len() == 9));
    let text = report::reproduce(summary);
    for part in ["theorem-7 says", "Observation, not prediction", "ridge goes to 0", "cosine"] {
        assert!(text.contains(part), "{part}");
    }
    let plan = Plan::new(&diabetes(), &QUICK).unwrap();
    assert!(plan.experiments.iter().all(|e| matches!(e, Experiment::Linear(_))));
}
