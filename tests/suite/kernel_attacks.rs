//! Attempts to have a false claim accepted from a text, one idea a row: what is tried, the file in
//! short, and the reason of the refusal. None of the claims holds.

use super::kernel_support::{accepts, rejects, verdict};
use kd_audit::audit::library::Library;
use kd_audit::claim::expr::{Expr, Formula, Node, Relation, Scope, Symbol};
use kd_audit::claim::proof::{Proof, Rule, StatementName, Step};
use kd_audit::claim::theorem::{Claim, Condition};
use kd_audit::kernel::{self, check};
use std::sync::Arc;

/// A part about one claim with one certificate, and lines before it.
fn part(claim: &str, lines: &str, certificate: &str) -> String {
    format!("part p kd\nclaim {claim}\n{lines}\ncert {certificate}")
}

#[rustfmt::skip]
const CLAIMS: &[(&str, &str, &str, &str, &str)] = &[
    // Powers and roots.
    ("0^0 is 0", "(lambda - lambda)^0 = 0", "", "0", "does not add up"),
    ("0^t is 0, at t = 0 as well", "0^t = 0", "", "0", "does not add up"),
    ("a count is positive", "0 < t", "", "t", "not seen to be positive"),
    ("a power of a negative number", "0 <= (0 - 1)^t", "", "(0 - 1)^t", "not seen"),
    ("an odd power of an odd power", "0 <= ((lambda^63)^63)^3", "", "((lambda^63)^63)^3", ""),
    ("an exponent beyond the limit", "0 <= lambda^66", "", "lambda^66", "up to 64"),
    ("an exponent that wraps around", "0 <= lambda^4294967298", "", "lambda^4294967298", "up to 64"),
    ("an exponent that is a real number", "0 <= 2^lambda", "", "2^lambda", "natural number"),
    ("the root of a square is its base", "sqrt(lambda^2) = lambda", "", "0", "does not add up"),
    ("the root of a negative number", "0 <= -1", "", "sqrt(-1)^2", "sqrt("),
    ("a root that is negative", "sqrt(gap) <= 0", "", "0 - sqrt(gap)", "not seen"),
    ("twice negated", "0 <= --lambda", "", "--lambda", "not seen"),
    ("two negatives and one more", "lambda^3 >= 0", "given a = lambda <= 0", "[a]*[a]*lambda", "not seen"),
    // Divisors.
    ("a divisor that is zero on the edge", "(1 - lambda)/(1 - lambda) = 1", "given a = lambda <= 1", "0", "the divisor"),
    ("a quotient of roots", "sqrt(gap)/sqrt(gap) = 1", "", "0", "the divisor"),
    ("the best weight of no control variate", "noise(cov/(teacher_var + bias_sq)) <= sigma_star_sq", "", "cov^2/(teacher_var + bias_sq)", "the divisor"),
    ("a divisor under E", "E[gap/norm_sq(grad)] <= gap/norm_sq(E[grad])", "", "0", "the divisor"),
    ("a divisor that a minimum hides", "min(1/lambda, 0) <= 0", "", "0 - min(1/lambda, 0)", ""),
    // Minima and maxima.
    ("a part above the maximum", "max(lambda, 1) <= lambda", "", "lambda - max(lambda, 1)", "case"),
    ("a part below the minimum", "lambda <= min(lambda, 1)", "", "min(lambda, 1) - lambda", "case"),
    ("either part of a minimum", "0 <= min(lambda, -lambda)", "", "lambda", "case"),
    ("a maximum of what is smaller", "lambda <= max(0, lambda - 1)", "", "0 - lambda", "not seen"),
    ("one certificate for two cases", "lambda <= min(gamma, lambda)", "", "0", "case"),
    // Relations.
    ("strict from weak", "gamma < 1", "given a = gamma <= 1", "[a]", "not seen to be positive"),
    ("apart is above", "0 <= lambda", "given a = lambda != 0", "-[a]", "not seen"),
    ("an equivalence is a fact", "lambda <= 1", "given a = gamma <= 1 <=> lambda <= 1", "[a]", "neither a hypothesis"),
    ("an equivalence one way", "lambda <= 1 <=> lambda^2 <= 1", "", "1 + lambda", "not seen"),
    ("vectors in order", "x <= x_star", "", "x", "compared with"),
    // Expectations.
    ("a mean of either sign", "0 <= E[inner(grad, c)]", "", "E[inner(grad, c)]", "not seen"),
    ("the coin of what has none", "Ec[norm_sq(grad)] = norm_sq(grad)", "", "0", "does not depend on the coin"),
    ("the step of what has a coin", "E[norm_sq(x_compressed)] = 0", "", "0", "needs E[Ec"),
    ("the coin outside of the step", "Ec[E[norm_sq(x_compressed)]] = 0", "", "0", "needs E[Ec"),
    ("a step and a path at once", "E[inner(c, x_t)] = inner(E[c], E[x_t])", "", "0", "mixes the laws"),
    ("one sample outside of a sum", "norm_sq(c[n]) = 0", "", "0", "is not the index"),
    ("a sample inside of E", "sum(n, E[norm_sq(c[n])]) = 0", "", "0", "is not the index"),
    ("a sum of sums", "sum(n, sum(n, 1)) = n_samples", "", "0", "do not nest"),
    ("a mean for each sample", "sum(n, c[n]) = n_samples*c", "", "0*x", "does not add up"),
    // Axioms and points.
    ("stationarity at another point", "E[grad_teacher] = 0*teacher", "given q = QSC(mu)\nstep s: E[grad_teacher] = 0*teacher ;; axiom = \"stationarity\" ; at = \"teacher\"", "[s]", "does not add up"),
    ("the rate the other way round", "l_exp <= mu", "given q = QSC(mu)\ngiven e = ES(l_exp)\nstep s: l_exp <= mu ;; axiom = \"rate\"", "[s]", "does not add up"),
    ("a class with a negative constant", "-mu/2*norm_sq(x - x_star) >= -gap", "given q = QSC(-mu)\nstep s: -mu/2*norm_sq(x - x_star) <= gap ;; axiom = \"quadratic-growth\"", "[s]", "not seen to be non-negative"),
    ("a class whose constant depends on x", "0 <= gap", "given q = QSC(gap)", "gap", "takes a fixed scalar"),
    ("a tilted minimiser of any weight", "E[grad_teacher] = lambda*E[c]", "given q = SC(kappa)\nstep s: E[grad_lambda] = lambda*E[c] ;; axiom = \"tilt\"\nstep u: E[grad_teacher] = lambda*E[c] ;; fact = \"s\" ; at = \"teacher\"", "[u]", "does not add up"),
    ("a stationary law of compressed steps", "E[grad_inf] = lambda*E[c]", "given q = UC(omega)\nstep s: E[x_inf - gamma*(grad_inf - lambda*E[c])] = E[x_inf] ;; axiom = \"stationary-mean\" ; at = \"x_inf\"", "[s]", "no point"),
    ("a random weight in a minibatch", "E[grad] = 0*x", "step s: E[norm_sq(c)*grad] = 0*x ;; average = \"norm_sq(c)*grad\"", "[s]", "is random"),
    // Names.
    ("a name in another alphabet", "0 < g\u{430}mma", "", "1", "unexpected character"),
    ("a name with a space of no width", "0 < gamma\u{200b}", "", "1", "would not show"),
    ("digits that are not ASCII", "0 < \u{ff11}", "", "1", "unexpected character"),
    ("a minus that is none", "gamma \u{2212} 1 < 0", "", "1", "unexpected character"),
];

#[test]
fn no_idea_has_a_false_claim_accepted() {
    let mut wrong = Vec::new();
    for (idea, claim, lines, certificate, reason) in CLAIMS {
        match verdict(&part(claim, lines, certificate)) {
            Err(found) if found.contains(reason) => {}
            other => wrong.push(format!("{idea}: {other:?}")),
        }
    }
    for (idea, text, reason) in FILES {
        match verdict(text) {
            Err(found) if found.contains(reason) => {}
            other => wrong.push(format!("{idea}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} ideas", CLAIMS.len() + FILES.len());
}

#[rustfmt::skip]
const FILES: &[(&str, &str, &str)] = &[
    ("a definition in the place of a quantity", "define gap = 0 - gamma\npart p kd\nclaim 0 <= gap\ncert gap", "is of the vocabulary"),
    ("a name defined twice", "define s = gamma\ndefine s = lambda\npart p kd\nclaim 0 <= s\ncert s", "is taken"),
    ("a symbol declared twice", "symbol s positive fixed\nsymbol s real state\npart p kd\nclaim 0 <= s\ncert s", "is taken"),
    ("a symbol of the vocabulary", "symbol lambda positive fixed\npart p kd\nclaim 0 <= lambda\ncert lambda", "is a quantity of the vocabulary"),
    ("a symbol named E", "symbol E positive fixed\npart p kd\nclaim 0 <= E\ncert E", "is taken"),
    ("a state for what is fixed", "file a\nsymbol s real fixed\npart q kd\nclaim s <= s^2 + 1/4\ncert (s - 1/2)^2\nfile b\npart p kd\nclaim gap <= 0\nstep u: gap <= gap^2 + 1/4 ;; use = \"a/q\" ; with = { s = \"gap\" }\ncert [u]", "cannot stand for s"),
    ("what is random for a state", "file a\nsymbol v vector state\npart q kd\nclaim E[inner(v, c)] = inner(v, E[c])\ncert 0\nfile b\npart p kd\nclaim E[norm_sq(c)] = inner(c, E[c])\nstep u: E[norm_sq(c)] = inner(c, E[c]) ;; use = \"a/q\" ; with = { v = \"c\" }\ncert [u]", "cannot stand for v"),
    ("the gradient for noise", "file a\nsymbol z vector noise\npart q kd\nclaim 0 <= E[norm_sq(z)]\ncert E[norm_sq(z)]\nfile b\npart p kd\nclaim 0 <= -gap\nstep u: 0 <= E[norm_sq(grad)] ;; use = \"a/q\" ; with = { z = \"grad\" }\ncert [u]", "cannot stand for z"),
    ("a square for what is positive", "file a\nsymbol s positive fixed\npart q kd\nclaim 0 < s\ncert s\nfile b\npart p kd\nclaim 0 < lambda^2\nstep u: 0 < lambda^2 ;; use = \"a/q\" ; with = { s = \"lambda^2\" }\ncert [u]", "cannot stand for s"),
    ("another number of steps", "part q kd\nclaim 0 <= t\ncert t\npart p kd\nclaim 0 <= -1\nstep u: 0 <= -1 ;; use = \"test/q\" ; with = { t = \"0 - 1\" }\ncert [u]", "not free to be replaced"),
    ("an equivalence as a lemma", "part q kd\nclaim gamma <= 1 <=> gamma^2 <= 1\ncert 1 + gamma\npart p kd\nclaim gamma <= 1\nstep u: gamma <= 1 ;; use = \"test/q\"\ncert [u]", "cannot be used"),
    ("the start of an induction by its end", "part p sgd\nclaim x_t = x_star\neverywhere quad = grad = x - x_star\ncert [u]\nstep u: x_t = x_star ;; induction = { before = \"x = x_star\", start = \"[before]\", next = \"(1 - gamma)*[before] - gamma*[quad]\" }", "neither a hypothesis"),
    ("an induction inside of an induction", "part p sgd\nclaim x_t = x_0\ncert [u]\nstep u: x_t = x_0 ;; induction = { before = \"x = x_0\", start = \"0*x_0\", next = \"0*x\", step = [{ name = \"v\", claim = \"x_t = x_0\", induction = { before = \"x = x_0\", start = \"0*x_0\", next = \"[before]\" } }] }", "taken"),
    ("an induction over noise", "symbol z vector noise\npart p any\nclaim norm_sq(x_t - x_0) = 0\neverywhere h = x_next = z\ncert [u]\nstep u: x_t = z ;; induction = { before = \"x = z\", start = \"0*x_0\", next = \"[h]\" }", "mixes the laws"),
    ("a potential with noise", "symbol z vector noise\npart one any\nclaim E[inner(z, x_next)] <= (1 - 1/2)*inner(z, x) + 0\neverywhere h = E[inner(z, x_next)] <= 0\nhere k = inner(z, x) >= 0\ncert [h] + 1/2*[k]\npart p any\nclaim E[norm_sq(x_t)] <= 0\neverywhere h = E[inner(z, x_next)] <= 0\nhere k = inner(z, x) >= 0\nstep u: E[norm_sq(x_t)] <= 0 ;; unroll = { statement = \"test/one\", potential = \"inner(z, x)\", contraction = \"1/2\", noise = \"0\" }\ncert [u]", ""),
    ("a rate above one", "part one sgd\nclaim E[norm_sq(x_next)] <= (1 - gamma*mu)*norm_sq(x) + 0\neverywhere h = E[norm_sq(x_next)] <= (1 - gamma*mu)*norm_sq(x)\ncert [h]\npart p sgd\nclaim E[norm_sq(x_t)] <= (1 - gamma*mu)^t*norm_sq(x_0)\neverywhere h = E[norm_sq(x_next)] <= (1 - gamma*mu)*norm_sq(x)\nstep u: E[norm_sq(x_t)] <= (1 - gamma*mu)^t*norm_sq(x_0) ;; unroll = { statement = \"test/one\", potential = \"norm_sq(x)\", contraction = \"gamma*mu\", noise = \"0\" }\ncert [u]", "not seen to be non-negative"),
    ("a motion of another sign", "symbol y real state y_next y_t y_0\nsymbol y_next non-negative random\nsymbol y_t non-negative path\nsymbol y_0 non-negative fixed\npart one sgd\nclaim E[y_next] <= (1 - 1/2)*y + 0\neverywhere h = E[y_next] <= 1/2*y\ncert [h]\npart p sgd\nclaim 0 <= E[y_t]\neverywhere h = E[y_next] <= 1/2*y\nstep u: E[y_t] <= (1 - 1/2)^t*y_0 ;; unroll = { statement = \"test/one\", potential = \"y\", contraction = \"1/2\", noise = \"0\" }\ncert [u]", "cannot be followed"),
    ("a motion of a fixed symbol", "symbol y real fixed y_next y_t y_0\nsymbol y_next real noise\nsymbol y_t real path\nsymbol y_0 real fixed\npart p sgd\nclaim 0 <= gap\ncert gap", "only what depends on the state"),
    ("a stationary law of another process", "part p sgd\nclaim E[grad_inf] = 0*x\nstep s: E[x_inf - gamma*(grad_inf - lambda*E[c])] = E[x_inf] ;; axiom = \"stationary-mean\"\ncert [s]", "process of the axiom"),
];

/// A bound that is known for one fixed value says nothing of the values along a path. The reader
/// refuses such a motion; the kernel does without the reader.
#[test]
fn only_states_are_followed() {
    let text = "symbol y non-negative state y_next y_t y_0\nsymbol y_next real noise\nsymbol y_t real path\nsymbol y_0 real fixed\n";
    let one = "part one sgd\nclaim E[y_next] <= (1 - 1/2)*y + 0\ngiven h = E[y_next] = 0\ncert 1/2*y + [h]\n";
    let all = "part all sgd\nclaim E[y_t] <= (1 - 1/2)^t*y_0\ngiven h = E[y_next] = 0\nstep u: E[y_t] <= (1 - 1/2)^t*y_0 ;; unroll = { statement = \"test/one\", potential = \"y\", contraction = \"1/2\", noise = \"0\" }\ncert [u]";
    let text = format!("{text}{one}{all}");
    accepts(&text);
    rejects(&text.replace("potential = \"y\"", "potential = \"2*y\""), "does not add up");
    let library: Library = super::kernel_support::library(&text).unwrap();
    let theorem = library.theorem("test").unwrap();
    let verdict = |change: &dyn Fn(&Symbol) -> Symbol| {
        let mut proved = kernel::Library::new();
        let mut last = None;
        for statement in &theorem.statements {
            let name = StatementName { theorem: "test".into(), part: statement.part.clone() };
            let (claim, proof) = (&statement.claim, statement.proof.as_ref().unwrap());
            let result =
                check(&changed_claim(claim, change), &changed_proof(proof, change), &proved);
            last = Some(result.clone().map(drop));
            if let Ok(result) = result {
                proved.insert(name, result);
            }
        }
        last.unwrap()
    };
    assert_eq!(verdict(&Symbol::clone), Ok(()));
    let fixed = |own: &Symbol| match own.name.as_str() {
        "y" => Symbol { scope: Scope::Fixed, moves: false, ..own.clone() },
        _ => own.clone(),
    };
    let refused = verdict(&fixed).unwrap_err().to_string();
    assert!(refused.contains("does not add up") || refused.contains("followed"), "{refused}");
}

fn changed(expr: &Expr, change: &dyn Fn(&Symbol) -> Symbol) -> Expr {
    expr.replaced(&|part| match &part.node {
        Node::Symbol(own) => {
            let new = change(own);
            let scope = new.scope;
            Some(Expr { node: Node::Symbol(Arc::new(new)), scope, ..part.clone() })
        }
        _ => None,
    })
}

fn changed_relation(relation: &Relation, change: &dyn Fn(&Symbol) -> Symbol) -> Relation {
    let side = |side: &Expr| changed(side, change);
    Relation { lhs: side(&relation.lhs), sign: relation.sign, rhs: side(&relation.rhs) }
}

fn changed_claim(claim: &Claim, change: &dyn Fn(&Symbol) -> Symbol) -> Claim {
    let formula = |formula: &Formula| match formula {
        Formula::Relation(relation) => Formula::Relation(changed_relation(relation, change)),
        other => other.clone(),
    };
    let mut new = claim.clone();
    new.formula = formula(&claim.formula);
    new.symbols = claim.symbols.iter().map(|own| Arc::new(change(own))).collect();
    for hypothesis in &mut new.hypotheses {
        if let Condition::Formula(own) = &mut hypothesis.condition {
            **own = formula(own);
        }
    }
    new
}

fn changed_proof(proof: &Proof, change: &dyn Fn(&Symbol) -> Symbol) -> Proof {
    let steps = proof.steps.iter().map(|step| {
        let mut rule = step.rule.clone();
        if let Rule::Unroll(own) = &mut rule {
            own.potential = changed(&own.potential, change);
        }
        Step { rule, claim: changed_relation(&step.claim, change), ..step.clone() }
    });
    let certificates = proof.certificates.iter().map(|own| changed(own, change)).collect();
    Proof { steps: steps.collect(), certificates }
}
