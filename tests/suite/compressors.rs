//! Compressors: bias, variance and moments against every outcome, and what compressed claims make of
//! them.

use kd_audit::audit::check::{Outcome, check_instance};
use kd_audit::audit::library::Library;
use kd_audit::audit::setting::Setting;
use kd_audit::claim::evaluate::Environment;
use kd_audit::claim::vocabulary::{Law, Process};
use kd_audit::estimator::{Oracle, estimator, step};
use kd_audit::expectation::{Budget, enumerate_paths};
use kd_audit::linear::{Matrix, add, norm_sq, scale, subtract};
use kd_audit::problem::{Compressor, Constants, Excess, Instance, enumerated_moments};
use kd_audit::scalar::{Interval, Rational, Scalar};

fn q(p: i64, r: i64) -> Rational {
    Rational::ratio(p, r)
}

fn unbiased(d: usize) -> Vec<Compressor> {
    let mut all = vec![Compressor::Bernoulli, Compressor::Natural];
    all.extend((1..=d).map(Compressor::RandK));
    all.extend([1, 2, 3, 7].map(Compressor::Dithering));
    all
}

/// ω of a compressor: its own, or one for the Bernoulli compressor.
fn omega(compressor: &Compressor, d: usize) -> Rational {
    compressor.own_omega(d).unwrap_or_else(|| q(2, 3))
}

/// Points of every kind: zeros, ties, powers of two, both signs.
fn points(d: usize) -> Vec<Vec<Rational>> {
    (0..60)
        .map(|k: i64| {
            (0..d as i64)
                .map(|i| q((k * (7 * i + 3) + 5 * i * i) % 17 - 8, 1 + (k + i) % 5))
                .collect()
        })
        .collect()
}

#[test]
fn unbiased_ones_have_mean_and_variance_as_stated() {
    for d in 1..=4 {
        for compressor in unbiased(d) {
            let omega = omega(&compressor, d);
            assert_eq!(compressor.check_variance(d, &omega, &omega), Ok(()), "{compressor:?}");
            for y in points(d) {
                let (mean, variance) = enumerated_moments(&compressor, &omega, &y).unwrap();
                assert_eq!(mean, y, "{compressor:?}");
                assert!(variance <= omega.times(&norm_sq(&y)), "{compressor:?} at {y:?}");
            }
            // No smaller ω would do: at the worst point it is attained, or nearly.
            let worst = compressor.worst_point(d);
            let (_, variance) = enumerated_moments(&compressor, &omega, &worst).unwrap();
            let ratio = variance.over(&norm_sq(&worst)).unwrap();
            assert!(omega.minus(&ratio) <= q(1, 1 << 19), "{compressor:?}: {ratio} of {omega}");
            let less = omega.minus(&q(1, 1 << 18));
            assert!(
                matches!(compressor.check_variance(d, &omega, &less), Err(Excess::Variance(_))),
                "{compressor:?}"
            );
        }
    }
}

#[test]
fn biased_ones_are_caught_at_the_point_that_is_named() {
    for compressor in
        [Compressor::Mask(vec![true, false, true]), Compressor::TopK(1), Compressor::TopK(2)]
    {
        let Err(Excess::Biased(y)) = compressor.check_variance(3, &q(0, 1), &q(100, 1)) else {
            panic!("{compressor:?} passes for unbiased");
        };
        assert_ne!(enumerated_moments(&compressor, &q(0, 1), &y).unwrap().0, y);
    }
    // Without the factor d/k, the mean shows it.
    let y = [q(1, 1), q(-2, 1), q(3, 1)];
    let outcomes = Compressor::RandK(2).outcomes(&q(1, 2), &y).unwrap();
    let mean = outcomes.iter().fold(vec![q(0, 1); 3], |sum, (chance, image)| {
        add(&sum, &scale(&chance.times(&q(2, 3)), image))
    });
    assert_ne!(mean, y);
}

/// Probabilities and outcomes of enclosures contain the exact ones, or the enclosure says that it
/// cannot tell.
#[test]
fn enclosures_contain_exact_outcomes() {
    let mut told = 0;
    for compressor in unbiased(3) {
        let omega = omega(&compressor, 3);
        for y in points(3) {
            let exact = compressor.outcomes(&omega, &y).unwrap();
            let wide: Vec<Interval> = y.iter().map(Interval::from_rational).collect();
            let Ok(enclosed) = compressor.outcomes(&Interval::from_rational(&omega), &wide) else {
                continue;
            };
            if exact.len() != enclosed.len() {
                continue; // a value that is hit exactly may have two roundings in an enclosure
            }
            told += 1;
            for ((p, v), (chance, image)) in exact.iter().zip(&enclosed) {
                assert!(chance.contains(p), "{compressor:?}");
                assert!(image.iter().zip(v).all(|(i, v)| i.contains(v)), "{compressor:?}");
            }
        }
    }
    assert!(told > 300, "{told}");
}

#[test]
fn multipliers_are_the_moments_of_the_outcomes() {
    for d in 1..=4 {
        let mut linear =
            vec![Compressor::Bernoulli, Compressor::Mask((0..d).map(|i| i != 1).collect())];
        linear.extend((1..=d).map(Compressor::RandK));
        for compressor in linear {
            let omega = omega(&compressor, d);
            let found = compressor.multipliers(&omega, d).unwrap();
            let ones = vec![Rational::ONE; d];
            let outcomes = compressor.outcomes(&omega, &ones).unwrap();
            for (i, first) in found.first.iter().enumerate() {
                let mean = outcomes.iter().fold(q(0, 1), |s, (p, v)| s.plus(&p.times(&v[i])));
                assert_eq!(*first, mean, "{compressor:?}");
            }
            let second = Matrix::from_fn(d, d, |i, j| {
                outcomes.iter().fold(q(0, 1), |s, (p, v)| s.plus(&p.times(&v[i]).times(&v[j])))
            });
            assert_eq!(found.second, second, "{compressor:?}");
        }
    }
    for compressor in [Compressor::Natural, Compressor::Dithering(1), Compressor::TopK(1)] {
        assert!(compressor.multipliers(&q(1, 8), 2).is_none() && !compressor.is_linear());
    }
}

fn read(compressor: &str, steps: u64) -> Instance {
    let text = format!(
        r#"{{"h": [[["2","1"],["1","1"]], [["1","-1"],["-1","2"]]], "b": [["1","0"],["2","1"]],
        "c": [["1/2","1"],["0","-1"]], "gamma": "1/8", "lambda": "1/2", "x": ["3","-2"], "t": {steps},
        "omega": "1/3", {compressor}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

/// E‖x^t − x*‖² of a compressed run: the recursion, or the engine's own enumeration, against a loop
/// written here; and enclosures of it.
#[test]
fn compressed_paths_agree_with_every_path() {
    for compressor in [
        r#""compressor": "bernoulli""#,
        r#""compressor": {"rand-k": 1}"#,
        r#""compressor": {"mask": [true, false]}"#,
        r#""compressor": "natural""#,
        r#""compressor": {"dithering": 2}"#,
        r#""compressor": {"top-k": 1}"#,
    ] {
        let instance = read(compressor, 3);
        let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
        let control = instance.control.vectors(&instance.problem).unwrap();
        let oracle = Oracle::new(&instance.problem, &control);
        let process = estimator(Process::Kd, &instance.parameters.lambda);
        let next = |x: &Vec<Rational>| {
            let mut next = Vec::new();
            for n in 0..2 {
                let y = step(&*process, &oracle, &instance.parameters.gamma, x, &[n])?;
                let omega = &instance.parameters.omega;
                for (p, image) in instance.algorithm.compressor.outcomes(omega, &y)? {
                    next.push((p.times(&q(1, 2)), image));
                }
            }
            Ok(next)
        };
        let start = instance.point.clone();
        let paths = enumerate_paths(start, 3, Budget::STANDARD, |_| 0, next).unwrap();
        assert_eq!(paths.iter().fold(q(0, 1), |s, (p, _)| s.plus(p)), Rational::ONE);
        let expected = paths
            .iter()
            .fold(q(0, 1), |s, (p, x)| s.plus(&p.times(&norm_sq(&subtract(x, &constants.x_star)))));
        let exact = Setting::<Rational>::new(
            &instance,
            Some(&constants),
            Process::CompressedKd,
            Budget::STANDARD,
        );
        assert_eq!(exact.moments(Law::Path).unwrap().second, expected, "{compressor}");
        let enclosed = Setting::<Interval>::new(
            &instance,
            Some(&constants),
            Process::CompressedKd,
            Budget::STANDARD,
        );
        if let Ok(moments) = enclosed.moments(Law::Path) {
            assert!(moments.second.contains(&expected), "{compressor}");
        }
    }
    // Beyond sixteen steps enclosures are made a posteriori, with the compressor in the contraction.
    let instance = read(r#""compressor": {"rand-k": 1}"#, 20);
    let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
    let process = Process::CompressedKd;
    let budget = Budget::STANDARD;
    let exact = Setting::<Rational>::new(&instance, Some(&constants), process, budget);
    let enclosed = Setting::<Interval>::new(&instance, Some(&constants), process, budget);
    let enclosed = enclosed.moments(Law::Path).unwrap().second;
    assert!(enclosed.contains(&exact.moments(Law::Path).unwrap().second));
}

/// theorem-3-wide's limit: one curvature, minimiser at 0, no noise. Below the limit the second moment
/// dies out, at it it stays, above it it grows.
#[test]
fn boundedness_ends_at_the_limit() {
    for (omega, expected) in [("5/2", -1), ("3", 0), ("7/2", 1)] {
        let text = format!(
            r#"{{"h": ["1"], "b": ["0"], "gamma": "1/2", "x": "1", "omega": "{omega}", "t": 12}}"#
        );
        let instance: Instance = serde_json::from_str(&text).unwrap();
        let constants = Constants::compute(&instance.problem, instance.sampling).unwrap();
        let setting = Setting::<Rational>::new(
            &instance,
            Some(&constants),
            Process::CompressedKd,
            Budget::STANDARD,
        );
        let second = setting.moments(Law::Path).unwrap().second;
        assert_eq!(second.cmp(&Rational::ONE) as i64, expected, "{omega}");
    }
}

#[test]
fn the_hypothesis_on_the_compressor_is_met_and_violated() {
    let library = Library::load().unwrap();
    let claim = library.claim("theorem-3", "one-step", Some("any-compressor")).unwrap();
    for (compressor, met) in [
        (r#""compressor": "natural""#, true), // ω = 1/3 is given, 1/8 would do
        (r#""compressor": {"rand-k": 2}"#, true),
        (r#""compressor": {"rand-k": 1}"#, false), // needs ω = 1
        (r#""compressor": {"dithering": 1}"#, true), // needs (√2 − 1)/2
        (r#""compressor": {"top-k": 1}"#, false),
        (r#""compressor": {"mask": [false, true]}"#, false),
    ] {
        let mut instance = read(compressor, 1);
        instance.parameters.gamma = q(1, 100);
        let outcome = check_instance(claim, &instance, Budget::STANDARD);
        let rejected =
            matches!(&outcome, Outcome::Rejected { hypothesis, .. } if hypothesis == "uc");
        assert_eq!(rejected, !met, "{compressor}: {outcome:?}");
    }
}

/// Every masked step in the full space is the step of distillation on the restriction: along paths
/// from a point in the range, second moments are equal, up to what the mask leaves of x*.
#[test]
fn masked_paths_are_paths_of_the_restriction() {
    for control in [
        r#""c": [["1/2","1","2"],["0","-1","1"]]"#,
        r#""teacher": ["1","0","-1"]"#,
        r#""teacher": ["1","2","-1"]"#,
    ] {
        let text = format!(
            r#"{{"h": [[["2","1","0"],["1","1","1/2"],["0","1/2","3"]], [["1","-1","0"],["-1","2","0"],["0","0","1"]]],
            "b": [["1","0","1"],["2","1","-1"]], {control}, "gamma": "1/8", "lambda": "1/2",
            "x": ["3","0","-2"], "t": 3, "compressor": {{"mask": [true, false, true]}}}}"#
        );
        let full: Instance = serde_json::from_str(&text).unwrap();
        let part = full.restricted().unwrap();
        assert_eq!(part.problem.dimension(), 2);
        let constants =
            |instance: &Instance| Constants::compute(&instance.problem, instance.sampling).unwrap();
        let (of_full, of_part) = (constants(&full), constants(&part));
        let masked = Setting::<Rational>::new(
            &full,
            Some(&of_full),
            Process::CompressedKd,
            Budget::STANDARD,
        );
        let restricted =
            Setting::<Rational>::new(&part, Some(&of_part), Process::MaskedKd, Budget::STANDARD);
        let (masked, restricted) =
            (masked.moments(Law::Path).unwrap(), restricted.moments(Law::Path).unwrap());
        // Both means, as points; the dropped coordinate stays zero.
        let point = |moments: &kd_audit::claim::evaluate::Moments<Rational>| {
            add(&moments.mean, &moments.center)
        };
        let mean = point(&masked);
        assert_eq!(mean[1], q(0, 1));
        assert_eq!([mean[0].clone(), mean[2].clone()].to_vec(), point(&restricted), "{control}");
        // E‖x‖² from each.
        let size = |moments: &kd_audit::claim::evaluate::Moments<Rational>| {
            let cross = kd_audit::linear::dot(&moments.mean, &moments.center);
            moments.second.plus(&cross).plus(&cross).plus(&norm_sq(&moments.center))
        };
        assert_eq!(size(&masked), size(&restricted), "{control}");
    }
}

/// Why theorem-3-mask assumes the restriction to be strongly quasi-convex: it does not follow. With
/// u = x, v = y − 1, f = ρ² + (u⁴ − 6u²v² + v⁴)/(2ρ²) is homogeneous of degree two, so that
/// ⟨∇f, z⟩ = 2f, and QSC(1) about z = 0 is f ≥ ρ²/2. On y = 0 it has a maximum at x = 0, between two
/// minima.
#[test]
fn strong_quasi_convexity_does_not_pass_to_a_mask() {
    let f = |u: &Rational, v: &Rational| {
        let (u2, v2) = (u.squared(), v.squared());
        let rho = u2.plus(&v2);
        let cosine = u2.squared().minus(&q(6, 1).times(&u2).times(&v2)).plus(&v2.squared());
        rho.plus(&cosine.over(&rho.plus(&rho)).unwrap())
    };
    for (a, b) in (-12..=12).flat_map(|a| (-12..=12).map(move |b| (a, b))) {
        if (a, b) == (0, 0) {
            continue;
        }
        let (u, v) = (q(a, 3), q(b, 3));
        assert!(u.squared().plus(&v.squared()).times(&q(1, 2)) <= f(&u, &v), "{a} {b}");
    }
    let on_the_line = |x: &Rational| f(x, &q(-1, 1));
    // An even function: its derivative at 0 is 0, and QSC(m) about a minimiser x* with any m > 0
    // would make f(x*) larger than f(0).
    let (least, middle) = (on_the_line(&q(4, 5)), on_the_line(&q(0, 1)));
    assert_eq!(least, on_the_line(&q(-4, 5)));
    assert!(least < middle);
    // The minima are near ±0.7956: lower there than on both sides.
    let (left, inner, right) = (q(7955, 10_000), q(7956, 10_000), q(7957, 10_000));
    assert!(on_the_line(&inner) < on_the_line(&q(79, 100)));
    assert!(on_the_line(&inner) < on_the_line(&q(80, 100)));
    assert!(on_the_line(&inner) <= on_the_line(&left).least(&on_the_line(&right)));
}
