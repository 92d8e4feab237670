//! False bounds on worst cases: none may be certified, and nearly all are refuted.

use super::worst_case::{numbers, program, q};
use kd_audit::audit::library::Library;
use kd_audit::scalar::{Rational, Scalar};
use kd_audit::worst_case::decide::decide;
use kd_audit::worst_case::dual::Dual;
use kd_audit::worst_case::judge::judge_certificate;
use kd_audit::worst_case::methods::{Method, Samples};
use kd_audit::worst_case::program::Reduced;
use kd_audit::worst_case::quadratics::two_quadratics;
use kd_audit::worst_case::solve::{Effort, solve};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

type Problem = (&'static str, &'static [(&'static str, &'static str)], Samples);

const ANY: Samples = Samples::Infinite;

const PROBLEMS: [Problem; 22] = [
    ("sgd", &[], ANY),
    ("sgd", &[("gamma", "7/10"), ("r_sq", "4")], ANY),
    ("sgd", &[("gamma", "1"), ("v_sq", "9/25")], ANY),
    ("sgd", &[("gamma", "23/10"), ("v_sq", "0")], ANY),
    ("sgd", &[("mu", "0")], ANY),
    ("sgd", &[("mu", "1/100"), ("gamma", "2")], ANY),
    ("sgd", &[], Samples::Finite(1)),
    ("tau-nice", &[("tau", "2")], Samples::Finite(5)),
    ("tau-nice", &[("tau", "3"), ("gamma", "1/2")], Samples::Finite(100)),
    ("tau-nice", &[("tau", "4")], ANY),
    ("kd", &[], ANY),
    ("kd", &[("lambda", "7/10")], ANY),
    ("kd", &[("lambda", "7/10"), ("s", "1851/400")], ANY),
    ("kd", &[("lambda", "2"), ("gamma", "1/2")], ANY),
    ("kd", &[("lambda", "-1"), ("s", "3")], ANY),
    ("kd", &[("lambda", "1/2"), ("gamma", "1"), ("b", "1/4")], ANY),
    ("kd-teacher", &[("lambda", "7/10")], ANY),
    ("saga", &[("gamma", "1/6")], Samples::Finite(5)),
    ("saga", &[("gamma", "1/4")], Samples::Finite(20)),
    ("saga-prox", &[("gamma", "1/3")], Samples::Finite(5)),
    ("saga-prox", &[("gamma", "1/202")], Samples::Finite(1000)),
    ("l-svrg", &[("gamma", "1/6")], ANY),
];

const BELOW: [&str; 3] = ["1e-2", "1e-4", "1e-6"];

/// Multipliers whose bound is at most `claimed`: near those of the best certificate, rounded,
/// perturbed within the equations, and lowered to the claim along each bounded quantity.
fn forgeries(
    reduced: &Reduced,
    best: &[Rational],
    claimed: &Rational,
    random: &mut ChaCha8Rng,
) -> Vec<Vec<Rational>> {
    let dual = Dual::new(reduced).unwrap();
    let free: Vec<Rational> = dual.free().iter().map(|&k| best[k].clone()).collect();
    let mut starts = vec![best.to_vec()];
    for bits in [8, 16, 24, 32] {
        let rounded: Vec<Rational> = free.iter().map(|y| y.round_to_dyadic(-bits)).collect();
        starts.push(dual.multipliers(&rounded));
    }
    for exponent in [-7, -10, -13, -16, -20, -24, -28, -32] {
        let noise = |random: &mut ChaCha8Rng| {
            let unit = i64::from(random.next_u32()) - (1 << 31);
            Rational::dyadic(unit, exponent - 31)
        };
        let moved: Vec<Rational> = free.iter().map(|y| y.plus(&y.times(&noise(random)))).collect();
        starts.push(dual.multipliers(&moved));
    }
    let bounded: Vec<usize> =
        (0..best.len()).filter(|&k| reduced.constraints[k].constant.is_positive()).collect();
    let bound = |multipliers: &[Rational]| {
        let terms = reduced.constraints.iter().zip(multipliers);
        terms.fold(reduced.objective.constant.clone(), |s, (c, m)| s.plus(&m.times(&c.constant)))
    };
    let mut forged = Vec::new();
    for start in starts {
        let excess = bound(&start).minus(claimed);
        for &k in &bounded {
            let mut lowered = start.clone();
            lowered[k] = lowered[k].minus(&excess.over(&reduced.constraints[k].constant).unwrap());
            forged.push(lowered);
        }
        // In proportion, all of them.
        let total = bounded.iter().fold(Rational::ZERO, |s, &k| {
            s.plus(&start[k].times(&reduced.constraints[k].constant))
        });
        let share = Rational::ONE.minus(&excess.over(&total).unwrap());
        let mut lowered = start.clone();
        for &k in &bounded {
            lowered[k] = lowered[k].times(&share);
        }
        forged.push(lowered);
    }
    for multipliers in &forged {
        assert!(bound(multipliers) <= *claimed, "no forgery of the claim");
    }
    forged
}

#[test]
fn no_false_bound_is_certified() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (mut cases, mut attempts, mut refuted, mut explicit) = (0, 0, 0, 0);
    for (name, given, samples) in PROBLEMS {
        let reduced = program(name, given, samples);
        let bounds = solve(&reduced, Effort::Full);
        let texts = Method::named(name).unwrap().texts(&numbers(given), samples).unwrap();
        let plain = solve(&reduced, Effort::Plain);
        let problem = plain
            .lower
            .and_then(|lower| two_quadratics(name, &texts.numbers, samples, &reduced, &lower.gram));
        let upper = bounds.upper.expect(name);
        let lower = bounds.lower.expect(name).value;
        for below in BELOW {
            let claimed = upper.value.minus(&q(below));
            let forged = forgeries(&reduced, &upper.multipliers, &claimed, &mut random);
            assert!(forged.len() >= 20, "{name}: {}", forged.len());
            for multipliers in &forged {
                let judged = judge_certificate(&reduced, multipliers);
                assert!(judged.is_err(), "{name} {given:?} - {below}: {multipliers:?}");
            }
            cases += 1;
            attempts += forged.len();
            refuted += usize::from(lower > claimed);
            explicit += usize::from(problem.as_ref().is_some_and(|(_, value)| *value > claimed));
        }
    }
    println!(
        "{cases} false bounds, {attempts} forgeries, {refuted} refuted, {explicit} by quadratics"
    );
    assert!(cases >= 60 && attempts >= 20 * cases);
    assert_eq!(refuted, cases);
    assert!(explicit >= 33, "{explicit}");
}

/// theorem-1 with a rate, a noise factor or a bias factor below its sharp one is refuted by an
/// explicit problem, and never certified.
#[test]
fn false_constants_of_theorem_1_are_refuted() {
    let library = Library::load().unwrap();
    let theorem = library.theorem("theorem-1").unwrap();
    let statement = theorem.statement("one-step").unwrap();
    let mut refuted = 0;
    for (t, curve) in [("1/1000", "1013/8006"), ("1/10", "23/86"), ("1/2", "15/22")] {
        let given = numbers(&[("gamma", "1"), ("lambda", "1"), ("mu", t), ("l_exp", curve)]);
        for below in ["1/100", "1/10000", "1/1000000"] {
            for (term, changed) in [
                ("(1 - gamma*mu)", format!("(1 - gamma*mu - {below})")),
                ("2*gamma^2", format!("(2 - {below})*gamma^2")),
                ("4*gamma/(3*mu)", format!("(4/3 - {below})*gamma/mu")),
            ] {
                let text = statement.claim.text.replace(term, &changed);
                let mut claim = statement.claim.clone();
                claim.formula = theorem.dictionary.formula(&text).unwrap();
                claim.text = text;
                let found = decide(&claim, &given, true).unwrap();
                assert!(found.certificate.is_none(), "{t}: {}", claim.text);
                refuted += usize::from(found.problem.is_some());
            }
        }
    }
    println!("{refuted} of 27 refuted by explicit problems");
    assert!(refuted >= 18, "{refuted}");
}
