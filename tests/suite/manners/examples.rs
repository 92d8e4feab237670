use std::path::PathBuf;
use std::process::Command;

/// Where cargo puts an example: beside the folder of this test. `cargo test` builds it; a run of this
/// suite alone does not, and then it is built here.
fn example(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let profile = own.parent().unwrap().parent().unwrap();
    let path = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--offline", "--examples"]);
        cargo.arg("--target-dir").arg(profile.parent().unwrap());
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        let status = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap();
        assert!(status.success() && path.exists(), "{} is not built", path.display());
    }
    path
}

/// What a program of `examples/` prints.
fn printed(name: &str) -> String {
    let output = Command::new(example(name)).current_dir(super::fresh(name)).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {err}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_claim_is_audited() {
    let text = printed("audit_one_claim");
    for part in ["proved, with the axioms quadratic-growth", "mutant step-1/7: refuted"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("survived"), "{text}");
}

#[test]
fn an_own_claim_is_proved_and_its_mutant_refuted() {
    let text = printed("own_claim");
    assert!(text.contains("growth/half: the kernel accepts the proof"), "{text}");
    assert!(text.contains("the mutant is refuted") && text.contains("\"gamma\""), "{text}");
}

#[test]
fn a_weight_is_chosen() {
    let text = printed("choose_weight");
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("lambda = 0.") && last.ends_with("of the noise of SGD"), "{text}");
}

#[test]
fn examples_are_short_and_public() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.lines().count() <= 60, "{}", path.display());
        assert!(text.starts_with("//! "), "{}", path.display());
        count += 1;
    }
    assert_eq!(count, 3);
}
