//! Forgeries that were accepted once.

use super::kernel_support::rejects;

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
        "cannot be followed along a path",
    );
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
        "needs the hypothesis SC",
    );
}

