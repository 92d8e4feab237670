//! Forgeries: those that were accepted once, and identities that are true and prove nothing.

use super::kernel_support::{accepts, rejects, verdict};

/// An induction may not use what it is about at another point: P(x) does not give P(x*).
/// With f = |x - x*|²/2 and γ = 1/2, x⁰ = 1, x* = 0 this would say x¹ = 1; it is 1/2.
#[test]
fn before_is_known_at_x_only() {
    rejects(
        r#"part p sgd
        claim x_t = x_0
        everywhere quad = grad = x - x_star
        cert [all]
        step all: x_t = x_0 ;; induction = { before = "x = x_0", start = "0*x_0", next = "[before] - gamma*[quad] + gamma*([star] - [before])", step = [{ name = "star", claim = "x_star = x_0", fact = "before", at = "x_star" }] }"#,
        "known at the current x only",
    );
}

/// A symbol that moves cannot be replaced by itself: y, y⁺, y^t, y⁰ belong together.
#[test]
fn symbols_that_move_are_not_replaced() {
    rejects(
        r#"symbol y vector state y_next y_t y_0
        symbol y_next vector random
        symbol y_t vector path
        symbol y_0 vector fixed
        part one sgd
        claim E[norm_sq(y_next)] <= (1 - 1/2)*norm_sq(y) + 0
        everywhere half = E[norm_sq(y_next)] <= 1/2*norm_sq(y)
        cert [half]
        part all sgd
        claim E[norm_sq(y_t)] <= (1 - 1/2)^t*norm_sq(y_0)
        everywhere half = E[norm_sq(y_next)] <= 1/2*norm_sq(y)
        cert [all]
        step all: E[norm_sq(y_t)] <= (1 - 1/2)^t*norm_sq(y_0) ;; unroll = { statement = "test/one", potential = "norm_sq(y)", contraction = "1/2", noise = "0" }
        part false sgd
        claim E[norm_sq(x_t)] <= 0
        cert [used]
        step used: E[norm_sq(x_t)] <= 0 ;; use = "test/all" ; with = { y = "0*x", y_next = "0*x", y_t = "x_t", y_0 = "0*x_0" }"#,
        "y is followed along a path",
    );
}

#[test]
fn lambda_is_in_x_lambda() {
    rejects(
        r#"part tilt kd
        claim E[grad_lambda] = lambda*E[c]
        given sc = SC(mu)
        cert [tilt]
        step tilt: E[grad_lambda] = lambda*E[c] ;; axiom = "tilt"
        part false kd
        claim lambda*E[c] = 0*x_star
        given sc = SC(mu)
        cert [zero] - [tilt]
        step tilt: E[grad_lambda] = lambda*E[c] ;; axiom = "tilt"
        step zero: E[grad_lambda] = 0*E[c] ;; use = "test/tilt" ; with = { lambda = "0" }"#,
        "lambda",
    );
    rejects(
        r#"part start kd
        claim sgd_0 = (x_0 - lambda*teacher)/(1 - lambda)
        given other = lambda != 1
        cert 0*x_0
        part false kd
        claim (x_0 - lambda*teacher)/(1 - lambda) = x_0
        given other = lambda != 1
        cert [zero]
        step zero: sgd_0 = x_0 ;; use = "test/start" ; with = { lambda = "0" }"#,
        "lambda",
    );
}

/// A slack in what is followed would stay where it is while x moves.
#[test]
fn slacks_are_not_followed() {
    rejects(
        r#"part p sgd
        claim norm_sq(x_t - x_0)*(norm_sq(x_t - x_star) - (1 - gamma)^2*norm_sq(x - x_star)) = 0
        everywhere quad = grad = x - x_star
        cert [all]
        step s: 0 <= norm_sq(x - x_star) ;; norm_sq(x - x_star)
        step all: norm_sq(x_t - x_0)*(norm_sq(x_t - x_star) - (1 - gamma)^2*norm_sq(x - x_star)) = 0 ;; induction = { before = "norm_sq(x - x_0)*(norm_sq(x - x_star) - (1 - gamma)^2*[s]) = 0", start = "0", next = "0 - norm_sq(x_next - x_0)*(2*gamma*(1 - gamma)*inner(x - x_star, [quad]) + gamma^2*norm_sq([quad]))" }"#,
        "only certificates may name facts",
    );
}

/// Facts within facts would nest as deep as there are steps.
#[test]
fn slacks_are_named_in_certificates_only() {
    for claimed in [
        "step s: 0 <= [f]",
        "step s: 0 <= gamma ;; use = \"test/other\" ; with = { gift = \"[f]\" } ",
    ] {
        let rule = if claimed.contains(";;") { "" } else { ";; [f]" };
        rejects(
            &format!(
                "symbol gift non-negative fixed\npart other kd\nclaim 0 <= gift\ncert gift\npart p kd\nclaim 0 <= gamma\ncert [s]\nstep f: 0 <= gamma ;; gamma\n{claimed}{rule}"
            ),
            "only certificates may name facts",
        );
    }
}

/// D_f(x, x_λ) may be negative where f is not convex.
#[test]
fn tilted_gap_without_convexity() {
    rejects("part p kd\nclaim 0 <= gap_tilted\ngiven qsc = QSC(mu)\ncert gap_tilted", "not seen");
}

/// f = const: QSC(0) and ES(-1) hold, and 0 <= -1 does not.
#[test]
fn rate_of_a_constant() {
    rejects(
        r#"part p kd
        claim 0*mu <= -l_exp
        given qsc = QSC(0*mu)
        given es = ES(-l_exp)
        cert [rate]
        step rate: 0*mu <= -l_exp ;; axiom = "rate""#,
        "not seen to be non-negative",
    );
}

/// f = sqrt(1 + x²): |∇f| <= 1, and no point has the gradient 2.
#[test]
fn tilt_without_a_tilted_minimiser() {
    rejects(
        r#"part p kd
        claim lambda^2*bias_sq <= 1
        everywhere bounded = norm_sq(E[grad]) <= 1
        cert [at] - inner([tilt], lambda*E[c] + E[grad_lambda])
        step tilt: E[grad_lambda] = lambda*E[c] ;; axiom = "tilt"
        step at: norm_sq(E[grad_lambda]) <= 1 ;; fact = "bounded" ; at = "x_lambda""#,
        "needs an x_lambda",
    );
}

/// The conclusions that a plain certificate is not enough for: claim, hypotheses, certificate, and
/// the reason of the rejection. Each identity is true.
#[rustfmt::skip]
const SIGNS: &[(&str, &str, &str, &str)] = &[
    // A coefficient that is negative somewhere.
    ("0 <= lambda*gap", "", "lambda*gap", "not seen to be non-negative"),
    ("0 <= (1 - gamma)*gap", "", "(1 - gamma)*gap", "not seen to be non-negative"),
    ("0 <= (mu - l_exp)*gap", "given a = mu <= l_exp", "(mu - l_exp)*gap", "not seen"),
    ("lambda*gamma <= lambda", "given a = gamma <= 1", "lambda*[a]", "not seen"),
    ("0 <= kappa*norm_sq(x)", "", "kappa*norm_sq(x)", "not seen"),
    ("0 <= (lambda - 1)*(lambda + 1)*gap", "", "(lambda - 1)*(lambda + 1)*gap", "not seen"),
    ("-gap <= 0", "given a = gamma <= 1", "(1 - gamma)*gap + (gamma - 1 + 1)*gap + (0 - 1)*gap + gap - gap", "does not add up"),
    // Odd powers.
    ("0 <= lambda^3", "", "lambda^3", "not seen"),
    ("0 <= lambda^3*lambda^2", "", "lambda^5", "not seen"),
    ("0 <= lambda^64*lambda", "", "lambda^64*lambda", "not seen"),
    ("0 <= (lambda - 1)^t", "", "(lambda - 1)^t", "not seen"),
    ("0 <= (1 - gamma*mu)^t", "", "(1 - gamma*mu)^t", "not seen"),
    // Divisors.
    ("lambda/lambda = 1", "", "0", "the divisor lambda"),
    ("0 <= 1/lambda^2", "", "1/lambda^2", "the divisor"),
    ("0 <= gap/gap", "", "gap/gap", "the divisor gap"),
    ("0*(1/lambda) = 0", "", "0", "the divisor lambda"),
    ("(1/lambda)^0 = 1", "", "0", "the divisor lambda"),
    ("1/(gamma - mu) = 1/(gamma - mu)", "", "0", "the divisor"),
    ("1/norm_sq(x) = 1/norm_sq(x)", "", "0", "the divisor"),
    ("0 <= 1/lambda", "given a = lambda >= 0", "1/lambda", "the divisor"),
    ("lambda = lambda", "", "0*(1/lambda)", "the divisor"),
    ("0 <= 1/(gamma - 1)", "given a = gamma != 1", "1/(gamma - 1)", "not seen"),
    ("0 <= 1", "given a = 1/lambda <= 1", "1", "the divisor"),
    ("gamma_2/(lambda*(1 - lambda)) = gamma_2/(lambda*(1 - lambda))", "given a = lambda != 0", "0", "the divisor"),
    // Strictness.
    ("0 < gap", "", "gap", "positive"),
    ("0 < norm_sq(x)", "", "norm_sq(x)", "positive"),
    ("0 < lambda^2", "", "lambda^2", "positive"),
    ("gamma < 1", "given a = gamma <= 1", "[a]", "positive"),
    ("0 < gap*gamma", "", "gap*gamma", "positive"),
    ("0 < sqrt(gap)", "", "sqrt(gap)", "positive"),
    ("gamma != 1", "given a = gamma <= 1", "[a]", "different from zero"),
    ("lambda != 0", "", "lambda", "different from zero"),
    // Roots.
    ("sqrt(lambda)^2 = lambda", "", "0", "sqrt(lambda)"),
    ("sqrt(lambda^2) = lambda", "", "0", "does not add up"),
    ("0 <= sqrt(1 - gamma)", "", "sqrt(1 - gamma)", "sqrt("),
    ("sqrt(gap*gamma) = sqrt(gap)*sqrt(gamma)", "", "0", "does not add up"),
    ("sqrt(gap)^2 = 2*gap", "", "sqrt(gap)^2 - gap", "does not add up"),
    ("E[sqrt(norm_sq(grad))] <= sqrt(E[norm_sq(grad)])", "", "sqrt(E[norm_sq(grad)]) - E[sqrt(norm_sq(grad))]", "not seen"),
    // Expectations.
    ("E[norm_sq(grad)] = norm_sq(E[grad])", "", "0", "does not add up"),
    ("E[norm_sq(grad)] <= norm_sq(E[grad])", "", "norm_sq(grad_star)", "does not add up"),
    ("E[inner(grad, c)] = inner(E[grad], E[c])", "", "0", "does not add up"),
    ("E[norm_sq(grad)*c] = E[norm_sq(grad)]*E[c]", "", "0*x", "does not add up"),
    ("E[norm_sq(grad)^2] = E[norm_sq(grad)]^2", "", "0", "does not add up"),
    ("E[inner(grad, c)*norm_sq(c)] = inner(E[grad], E[c])*E[norm_sq(c)]", "", "0", "does not add up"),
    ("norm_sq(grad) = E[norm_sq(grad)]", "", "0", "does not add up"),
    ("grad = E[grad]", "", "0*x", "does not add up"),
    ("E[norm_sq(grad)/n_samples] = norm_sq(E[grad])", "given a = n_samples = 1", "0", "does not add up"),
    ("E[norm_sq(x_t)] = norm_sq(E[x_t])", "", "0", "does not add up"),
    ("E[inner(x_t, sgd_t)] = inner(E[x_t], E[sgd_t])", "", "0", "does not add up"),
    ("E[norm_sq(x_t)] = E[norm_sq(x_inf)]", "", "0", "does not add up"),
    ("Ec[norm_sq(x_compressed)] = norm_sq(Ec[x_compressed])", "", "0", "does not add up"),
    ("E[Ec[inner(x_compressed, grad)]] = inner(E[Ec[x_compressed]], E[grad])", "", "0", "does not add up"),
    ("E[norm_sq(Ec[x_compressed])] = E[Ec[norm_sq(x_compressed)]]", "", "0", "does not add up"),
    ("E[1/norm_sq(grad)] = 1/norm_sq(E[grad])", "", "0", "the divisor"),
    ("E[max(gap, inner(grad, x))] = max(gap, inner(E[grad], x))", "", "0", "does not add up"),
    ("E[inner(grad, x)^t] = inner(E[grad], x)^t", "", "0", "does not add up"),
    // Sums.
    ("sum(n, norm_sq(grad[n])) = n_samples*E[norm_sq(grad)]", "", "0", "does not add up"),
    ("sum(n, norm_sq(grad[n])) = norm_sq(sum(n, grad[n]))", "", "0", "does not add up"),
    ("sum(n, grad[n]) = n_samples*E[grad]", "", "0*x", "does not add up"),
    ("sum(n, inner(grad[n], c[n])) = inner(sum(n, grad[n]), sum(n, c[n]))/n_samples", "", "0", "does not add up"),
    // Equalities.
    ("lambda = 1", "given a = lambda <= 1", "[a]", "not seen to be zero"),
    ("lambda = 1", "given a = lambda^2 = 1", "[a]", "does not add up"),
    ("gap <= 1", "here a = gap^2 = 1", "[a]", "does not add up"),
    ("E[grad] = 0*x", "here a = norm_sq(E[grad]) = 0", "[a]", ""),
    ("inner(x, x_star) = 0", "", "inner(x, x_star)", "not seen to be zero"),
    // Minima and maxima.
    ("min(gamma, lambda) <= lambda", "", "min(gamma, lambda)", "not seen"),
    ("lambda <= min(gamma, lambda)", "", "0", "case"),
    ("max(gamma, lambda) <= gamma", "", "0", "case"),
    ("0 <= min(gamma, lambda)", "", "gamma", "case"),
    ("0 <= max(kappa, lambda)", "", "max(kappa, lambda)", "not seen"),
    ("min(a, lambda) = a", "", "0", "does not add up"),
    // Equivalences.
    ("gamma <= 1 <=> gamma*lambda <= lambda", "", "lambda", "not seen to be positive"),
    ("gamma <= 1 <=> gamma*gap_0 <= gap_0", "", "gap_0", "not seen to be positive"),
    ("gamma = 1 <=> gamma*lambda = lambda", "", "lambda", "different from zero"),
    ("gamma <= 1 <=> gamma < 1", "", "1", "different kinds"),
    ("lambda <= 1 <=> lambda^2 <= 1", "", "1 + lambda", "not seen to be positive"),
];

#[test]
fn true_identities_that_prove_nothing() {
    let mut wrong = Vec::new();
    for (claim, given, certificate, reason) in SIGNS {
        let text = format!("part p kd\nclaim {claim}\n{given}\ncert {certificate}");
        match verdict(&text) {
            Err(found) if found.contains(reason) => {}
            other => wrong.push(format!("{claim}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} forgeries of certificates", SIGNS.len());
}

/// The same claims, with what they need.
#[rustfmt::skip]
const HONEST: &[(&str, &str, &str)] = &[
    ("0 <= lambda*gap", "given a = lambda >= 0", "lambda*gap"),
    ("lambda*gamma <= lambda", "given a = gamma <= 1\ngiven b = lambda >= 0", "lambda*[a]"),
    ("0 <= lambda^4", "", "lambda^4"),
    ("0 < lambda^2", "given a = lambda != 0", "lambda^2"),
    ("lambda/lambda = 1", "given a = lambda != 0", "0"),
    ("sqrt(gap)^2 = gap", "", "0 - (sqrt(gap)^2 - gap)"),
    ("0 <= sqrt(gap)", "", "sqrt(gap)"),
    ("norm_sq(E[grad]) <= E[norm_sq(grad)]", "", "E[norm_sq(grad - E[grad])]"),
    ("E[inner(grad, x)] = inner(E[grad], x)", "", "0"),
    ("min(gamma, lambda) <= lambda", "", "0"),
    ("0 <= max(gamma, lambda)", "", "gamma"),
    ("gamma <= 1 <=> gamma*mu <= mu", "", "mu"),
    ("gamma = 1 <=> gamma*lambda = lambda", "given a = lambda != 0", "lambda"),
    ("gamma <= 1", "given a = gamma < 1", "[a]"),
    ("gamma <= 1 <=> gamma^2 <= 1", "", "1 + gamma"),
    ("(1 + lambda)*gamma <= 1 + lambda", "given a = gamma <= 1\ngiven b = -1 <= lambda", "[a]*[b]"),
    ("0 <= (1 - gamma)^t", "given a = gamma <= 1", "(1 - gamma)^t"),
];

#[test]
fn honest_certificates_are_accepted() {
    for (claim, given, certificate) in HONEST {
        accepts(&format!("part p kd\nclaim {claim}\n{given}\ncert {certificate}"));
    }
}

/// The constant of a class is written into other formulas, which must have room for it.
#[test]
fn deep_constants_are_refused() {
    let mut text = String::from("define d1 = mu\n");
    for i in 2..6 {
        text.push_str(&format!("define d{i} = {}d{}\n", "-".repeat(88), i - 1));
    }
    for depth in 36..44 {
        let minus = "-".repeat(depth);
        let text = format!("{text}part p kd\nclaim 0 <= gap\ngiven q = QSC({minus}d5)\ncert gap");
        assert!(verdict(&text).unwrap_err().contains("too large"));
    }
}
