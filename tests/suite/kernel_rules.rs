//! Each rule of the kernel: what it yields, and what it does not.

use super::kernel_support::{accepts, rejects};

/// Puts further lines into a part.
fn step(claim: &str, given: &str, steps: &str, certificate: &str) -> String {
    format!("part p kd\nclaim {claim}\n{given}\n{steps}\ncert {certificate}")
}

#[test]
fn axioms() {
    let growth = "step g: mu/2*norm_sq(x - x_star) <= gap ;; axiom = \"quadratic-growth\"";
    let claim = "mu/2*norm_sq(x - x_star) <= gap";
    accepts(&step(claim, "given qsc = QSC(mu)", growth, "[g]"));
    rejects(&step(claim, "given es = ES(l_exp)", growth, "[g]"), "needs the hypothesis QSC");
    rejects(&step(claim, "given qsc = QSC(mu/2)", growth, "[g]"), "does not add up");
    rejects(&step(claim, "given qsc = QSC(mu)", &growth.replace("mu/2", "mu"), "[g]"), "does not");
    rejects(&step(claim, "", &growth.replace("quadratic-growth", "my-own"), "[g]"), "no axiom");
    rejects(&step(claim, "", &growth.replace("<=", "="), "[g]"), "needs the hypothesis QSC");
    let at =
        growth.replace("norm_sq(x - x_star) <= gap", "norm_sq(teacher - x_star) <= teacher_gap");
    let claim = "mu/2*norm_sq(teacher - x_star) <= teacher_gap";
    accepts(&step(claim, "given qsc = QSC(mu)", &format!("{at} ; at = \"teacher\""), "[g]"));
    rejects(&step(claim, "given qsc = QSC(mu)", &at, "[g]"), "does not add up");
    rejects(
        &step(claim, "given qsc = QSC(mu)", &format!("{at} ; at = \"x_0\""), "[g]"),
        "no point",
    );
    // About x⁺, which has its own gap.
    let descent = "step d: gap_next <= gap + inner(E[grad], x_next - x) + l_smooth/2*norm_sq(x_next - x) ;; axiom = \"descent\"";
    let claim =
        "E[gap_next] <= E[gap + inner(E[grad], x_next - x) + l_smooth/2*norm_sq(x_next - x)]";
    accepts(&step(claim, "given sm = SM(l_smooth)", descent, "E[[d]]"));
    rejects(
        &step(claim, "given sm = SM(l_smooth)", &format!("{descent} ; at = \"teacher\""), "E[[d]]"),
        "is not known at",
    );
    let rate = "step r: mu <= l_exp ;; axiom = \"rate\"";
    accepts(&step("mu <= l_exp", "given q = QSC(mu)\ngiven e = ES(l_exp)", rate, "[r]"));
    rejects(&step("mu <= l_exp", "given q = QSC(mu)", rate, "[r]"), "needs the hypothesis ES");
    let affine =
        "step a: grad = lambda*grad_teacher + (1 - lambda)*grad_sgd ;; axiom = \"affine-gradient\"";
    let claim = "E[grad] = lambda*E[grad_teacher] + (1 - lambda)*E[grad_sgd]";
    let here = "here h = x = lambda*teacher + (1 - lambda)*sgd";
    accepts(&step(claim, &format!("given q = quadratic_samples\n{here}"), affine, "E[[a]]"));
    rejects(&step(claim, "given q = quadratic_samples", affine, "E[[a]]"), "needs x");
    rejects(&step(claim, here, affine, "E[[a]]"), "needs the hypothesis quadratic_samples");
    rejects(
        &step(claim, "given q = quadratic_samples\nhere h = x = teacher", affine, "E[[a]]"),
        "needs x",
    );
}

#[test]
fn facts_at_other_points() {
    let use_at =
        "step u: norm_sq(teacher - x_star) <= teacher_gap ;; fact = \"h\" ; at = \"teacher\"";
    let claim = "norm_sq(teacher - x_star) <= teacher_gap";
    let bound = "h = norm_sq(x - x_star) <= gap";
    accepts(&step(claim, &format!("everywhere {bound}"), use_at, "[u]"));
    rejects(&step(claim, &format!("here {bound}"), use_at, "[u]"), "at the current x only");
    rejects(
        &step(
            claim,
            &format!("here {bound}"),
            "step u: norm_sq(teacher - x_star) <= teacher_gap ;; fact = \"v\" ; at = \"teacher\"",
            "[u]",
        ),
        "no fact [v]",
    );
    // What is derived from it is known here as well.
    let derived = "step v: norm_sq(x - x_star) <= 2*gap ;; [h] + gap\nstep u: norm_sq(teacher - x_star) <= 2*teacher_gap ;; fact = \"v\" ; at = \"teacher\"";
    let claim = "norm_sq(teacher - x_star) <= 2*teacher_gap";
    accepts(&step(claim, &format!("everywhere {bound}"), derived, "[u]"));
    rejects(&step(claim, &format!("here {bound}"), derived, "[u]"), "at the current x only");
    // A sign, a divisor or a radicand that is known here.
    let sign = "step v: 0 <= lambda*gap ;; lambda*gap\nstep u: 0 <= lambda*teacher_gap ;; fact = \"v\" ; at = \"teacher\"";
    rejects(
        &step(
            "0 <= lambda*teacher_gap",
            "here h = lambda >= gap",
            &format!("step w: 0 <= lambda ;; [h] + gap\n{sign}"),
            "[u]",
        ),
        "at the current x only",
    );
    let divisor = "step v: gap/gap <= 1 ;; 0\nstep u: teacher_gap/teacher_gap <= 1 ;; fact = \"v\" ; at = \"teacher\"";
    rejects(
        &step("teacher_gap/teacher_gap <= 1", "here h = gap != 0", divisor, "[u]"),
        "at the current x only",
    );
    rejects(&step("teacher_gap/teacher_gap <= 1", "everywhere h = gap != 0", divisor, "[u]"), "");
    for (fact, moved) in [
        ("gap_next <= gap", "gap_next <= teacher_gap"),
        ("norm_sq(sgd) <= gap", "norm_sq(sgd) <= teacher_gap"),
        ("norm_sq(E[x_next]) <= gap", "norm_sq(E[x_next]) <= teacher_gap"),
        ("gap_tilted <= gap", "gap_tilted <= teacher_gap"),
    ] {
        let text = format!(
            "part p kd\nclaim 0 <= gap\neverywhere h = {fact}\nstep u: {moved} ;; fact = \"h\" ; at = \"teacher\"\ncert gap"
        );
        rejects(&text, "is not known at teacher");
    }
    let star = "step u: norm_sq(x_star - x_star) <= 0 ;; fact = \"h\" ; at = \"x_star\"";
    accepts(&step("0 <= gap", &format!("everywhere {bound}"), star, "gap"));
}

const LEMMA: &str = "part lemma kd\nclaim lambda*gap <= gap\ngiven h = lambda <= 1\ncert [h]*gap\n";

#[test]
fn uses() {
    let user = |given: &str, how: &str, claim: &str| {
        format!(
            "{LEMMA}part p kd\nclaim {claim}\n{given}\nstep u: {claim} ;; use = {how}\ncert [u]"
        )
    };
    let with = "\"test/lemma\" ; with = { lambda = \"lambda^2\" }";
    accepts(&user("given k = lambda <= 1", "\"test/lemma\"", "lambda*gap <= gap"));
    accepts(&user("given k = lambda^2 <= 1", with, "lambda^2*gap <= gap"));
    rejects(&user("given k = lambda <= 1", with, "lambda^2*gap <= gap"), "is not at hand");
    rejects(&user("", "\"test/lemma\"", "lambda*gap <= gap"), "is not at hand");
    rejects(&user("given k = lambda <= 2", "\"test/lemma\"", "lambda*gap <= gap"), "not at hand");
    rejects(
        &user("given k = lambda <= 1", "\"test/lemma\"", "2*lambda*gap <= gap"),
        "does not add",
    );
    rejects(&user("given k = lambda <= 1", "\"test/p\"", "lambda*gap <= gap"), "not proved before");
    rejects(&user("given k = lambda <= 1", "\"other/lemma\"", "lambda*gap <= gap"), "not proved");
    for (name, value) in
        [("gamma", "1"), ("gap", "0*gap"), ("mu", "0"), ("x", "x_star"), ("nu", "1")]
    {
        let how = format!("\"test/lemma\" ; with = {{ {name} = \"{value}\" }}");
        let reason = if name == "nu" { "no symbol" } else { "not free to be replaced" };
        rejects(&user("given k = lambda <= 1", &how, "lambda*gap <= gap"), reason);
    }
    let state = "\"test/lemma\" ; with = { lambda = \"gap\" }";
    rejects(&user("here k = gap <= 1", state, "gap*gap <= gap"), "cannot stand for");
    // x⁺ has the weight in it.
    let about_next = "part lemma kd\nclaim E[norm_sq(x_next)] <= lambda\nhere h = E[norm_sq(x_next)] <= lambda\ncert [h]\n";
    rejects(
        &format!(
            "{about_next}part p kd\nclaim E[norm_sq(x_next)] <= 0\nhere h = E[norm_sq(x_next)] <= 0\nstep u: E[norm_sq(x_next)] <= 0 ;; use = \"test/lemma\" ; with = {{ lambda = \"0\" }}\ncert [u]"
        ),
        "not free to be replaced",
    );
    rejects(
        &format!(
            "{about_next}part p sgd\nclaim E[norm_sq(x_next)] <= lambda\nhere h = E[norm_sq(x_next)] <= lambda\nstep u: E[norm_sq(x_next)] <= lambda ;; use = \"test/lemma\"\ncert [u]"
        ),
        "another process",
    );
    // Symbols: sign, shape, scope.
    let own = "symbol s positive fixed\nsymbol v vector fixed\npart lemma kd\nclaim 0 < s\ngiven h = norm_sq(v) <= 1\ncert s\n";
    let user = |with: &str, claim: &str| {
        format!(
            "file a\n{own}file b\npart p kd\nclaim {claim}\nstep u: {claim} ;; use = \"a/lemma\" ; with = {{ {with} }}\ncert [u]"
        )
    };
    accepts(&user("s = \"gamma\", v = \"0*x_0\"", "0 < gamma"));
    rejects(&user("s = \"lambda\", v = \"0*x_0\"", "0 < lambda"), "cannot stand for s");
    rejects(&user("s = \"gap_0\", v = \"0*x_0\"", "0 < gap_0"), "cannot stand for s");
    rejects(&user("s = \"gamma\", v = \"gamma\"", "0 < gamma"), "cannot stand for v");
    rejects(&user("s = \"gamma\", v = \"0*x + x - x + grad\"", "0 < gamma"), "cannot stand for v");
    rejects(&user("s = \"gamma\"", "0 < gamma"), "nothing is given for v");
    // Everywhere is not here, and another constant is another class.
    let lemma = "part lemma kd\nclaim teacher_gap <= 1\neverywhere h = gap <= 1\nstep t: teacher_gap <= 1 ;; fact = \"h\" ; at = \"teacher\"\ncert [t]\n";
    let user = |given: &str| {
        format!(
            "{lemma}part p kd\nclaim teacher_gap <= 1\n{given}\nstep u: teacher_gap <= 1 ;; use = \"test/lemma\"\ncert [u]"
        )
    };
    accepts(&user("everywhere h = gap <= 1"));
    rejects(&user("here h = gap <= 1"), "must hold for every x");
    let lemma = "part lemma kd\nclaim 0 <= gap\ngiven q = QSC(mu)\ncert gap\n";
    let user = |given: &str| {
        format!(
            "{lemma}part p kd\nclaim 0 <= gap\n{given}\nstep u: 0 <= gap ;; use = \"test/lemma\"\ncert [u]"
        )
    };
    accepts(&user("given q = QSC(2*mu/2)"));
    rejects(&user("given q = QSC(2*mu)"), "QSC is not at hand");
    rejects(&user("given q = SC(mu)"), "QSC is not at hand");
}

fn unrolled(one: &str, given: &str, change: &[(&str, &str)]) -> String {
    let mut text = format!(
        "part one sgd\nclaim {one}\n{given}\ncert [h]\npart all sgd\nclaim E[norm_sq(x_t)] <= (1 - R)^t*norm_sq(x_0) + N/(R)\n{given}\nstep u: E[norm_sq(x_t)] <= (1 - R)^t*norm_sq(x_0) + N/(R) ;; unroll = {{ statement = \"test/one\", potential = \"P\", contraction = \"R\", noise = \"N\" }}\ncert [u]"
    );
    for (from, to) in change {
        text = text.replace(from, to);
    }
    text
}

#[test]
fn unrolling() {
    let one = "E[norm_sq(x_next)] <= (1 - R)*norm_sq(x) + N";
    let every = "everywhere h = E[norm_sq(x_next)] <= (1 - R)*norm_sq(x) + N";
    let plain = [("R", "1/2"), ("P", "norm_sq(x)"), ("N", "gamma")];
    accepts(&unrolled(one, every, &plain));
    rejects(&unrolled(one, &every.replace("everywhere", "here"), &plain), "");
    for (changes, reason) in [
        ([("R", "3/2"), ("P", "norm_sq(x)"), ("N", "gamma")], "not seen to be non-negative"),
        ([("R", "gamma"), ("P", "norm_sq(x)"), ("N", "gamma")], "not seen to be non-negative"),
        ([("R", "0"), ("P", "norm_sq(x)"), ("N", "gamma")], ""),
        ([("R", "1/2"), ("P", "norm_sq(x)"), ("N", "lambda")], "not seen to be non-negative"),
        ([("R", "1/2"), ("P", "norm_sq(x)"), ("N", "gap")], "depends on the state"),
        ([("R", "1/2"), ("P", "norm_sq(x_0)"), ("N", "gamma")], "does not add up"),
        ([("R", "1/2"), ("P", "gap_tilted"), ("N", "gamma")], "cannot be followed"),
        ([("R", "1/2"), ("P", "norm_sq(x_next)"), ("N", "gamma")], "cannot be followed"),
        ([("R", "1/2"), ("P", "E[norm_sq(grad)]"), ("N", "gamma")], "cannot be followed"),
    ] {
        rejects(&unrolled(one, every, &changes), reason);
    }
    rejects(
        &unrolled(&one.replace("<=", "<"), &every.replace("<=", "<"), &plain),
        "written with <=",
    );
    // Another process, and a state that is not the one of the claim.
    let text = unrolled(one, every, &plain);
    rejects(&text.replace("part all sgd", "part all kd"), "another process");
}

#[test]
fn induction() {
    let text = "part p sgd\nclaim x_t = x_star\ngiven start = x_0 = x_star\neverywhere quad = grad = x - x_star\nstep u: x_t = x_star ;; induction = { before = \"x = x_star\", start = \"[start]\", next = \"(1 - gamma)*[before] - gamma*[quad]\" }\ncert [u]";
    accepts(text);
    rejects(&text.replace("everywhere quad", "here quad"), "must hold for every x");
    rejects(
        &text
            .replace("start = \\\"[start]", "start = \\\"0*x")
            .replace("given start = x_0 = x_star\n", "")
            .replace("[start]", "0*x"),
        "does not add up",
    );
    rejects(&text.replace("(1 - gamma)*", "(2 - gamma)*"), "does not add up");
    rejects(
        &text
            .replace("\"x = x_star\"", "\"inner(x - x_star, x) <= 0\"")
            .replace("[start]\"", "0\"")
            .replace("(1 - gamma)*[before] - gamma*[quad]", "0"),
        "over an equality",
    );
    rejects(&text.replace("\"x = x_star\"", "\"E[grad] = 0*x\""), "cannot be followed");
    rejects(
        &text.replace("step u: x_t = x_star", "step u: x_t = x_0 + x_0 - x_star - x_star + x_0"),
        "does not add up",
    );
    rejects(&text.replace("part p sgd", "part p compressed-kd"), "without a compressor");
    rejects(
        &text.replace("cert [u]", "step v: x = x_star ;; [before]\ncert [u]"),
        "neither a hypothesis",
    );
}

#[test]
fn minibatches() {
    let average = "step a: sum(n, grad[n])/n_samples = E[grad] ;; average = \"grad\"";
    let flipped = "step a: E[grad] = sum(n, grad[n])/n_samples ;; average = \"grad\"";
    accepts(&step("E[grad] = sum(n, grad[n])/n_samples", "", flipped, "[a]"));
    rejects(
        &step(
            "E[grad] = sum(n, grad[n])/n_samples",
            "",
            &average.replace("grad[n]", "c[n]"),
            "[a]",
        ),
        "does not add up",
    );
    for u in ["x_next", "E[grad_sgd] + grad_sgd", "Ec[x_compressed]", "mixed_grad"] {
        let text = format!(
            "part p kd\nclaim 0 <= gap\nstep a: E[grad] = sum(n, grad[n])/n_samples ;; average = \"{u}\"\ncert gap"
        );
        rejects(&text, "is not affine");
    }
    let pair = "step a: E[norm_sq(grad)] = sum(n, norm_sq(grad[n]))/n_samples ;; pairs = [\"grad\", \"grad\"]";
    let claim = "E[norm_sq(grad)] = sum(n, norm_sq(grad[n]))/n_samples";
    accepts(&step(claim, "given one = tau = 1", pair, "[a]"));
    rejects(&step(claim, "given one = tau = 2", pair, "[a]"), "does not add up");
    rejects(&step(claim, "", pair, "[a]"), "does not add up");
}
