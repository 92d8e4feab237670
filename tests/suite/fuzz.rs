//! Damaged theorem files and instances, arbitrary bytes and arbitrary formulas: an error with its
//! place, or a result, but never a panic, an overflow of the stack or a hang.

use kd_audit::audit::check::{Outcome, check_instance};
use kd_audit::audit::library::{FILES, Library};
use kd_audit::claim::dictionary::Dictionary;
use kd_audit::claim::theorem::Expectation;
use kd_audit::expectation::Budget;
use kd_audit::problem::Instance;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::load().unwrap());

/// A damage of a text: where, what kind, how long, and a byte to write.
fn damages() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, usize, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0..6_u8, 1..400_usize, any::<u8>()), 1..4)
}

/// Numbers for instances: degenerate, extreme, and as counts too large.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "1/3",
    "-7/5",
    "12",
    "100",
    "5000",
    "99999",
    "18446744073709551615",
    "100000000000000000000000000000000000000000000000000",
    "1/100000000000000000000000000000000",
];

/// Characters that mean something in a formula or in TOML.
const MARKS: &[u8] = b"0123456789()[]{}+-*/^<=>!,.\"'\\#\n eE";

fn damage(text: &str, damages: &[(prop::sample::Index, u8, usize, u8)]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (at, kind, length, byte) in damages {
        let at = at.index(bytes.len().max(1)).min(bytes.len());
        let end = (at + length).min(bytes.len());
        match kind {
            0 => drop(bytes.drain(at..end)),
            1 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
            2 => bytes[at..end].iter_mut().take(1).for_each(|b| *b ^= 1 << (byte % 8)),
            3 => bytes.insert(at, *byte),
            4 => bytes.insert(at, MARKS[*byte as usize % MARKS.len()]),
            _ => bytes.truncate(bytes.len() - (bytes.len() - at) % 40),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads a file as part of the library, fast, and with the place of an error inside the text.
fn survives(text: &str) -> Result<(), TestCaseError> {
    let started = Instant::now();
    if let Err(error) = LIBRARY.clone().add("fuzz.toml", text) {
        let lines = text.matches('\n').count() + 1;
        prop_assert!((1..=lines).contains(&error.line), "{error}");
        let line = text.split('\n').nth(error.line - 1).unwrap_or_default();
        prop_assert!((1..=line.chars().count() + 1).contains(&error.column), "{error}");
        prop_assert!(!error.cause.is_empty() && error.file == "fuzz.toml", "{error:?}");
    }
    // Milliseconds in truth; the limit only tells growth without bound from a busy machine.
    prop_assert!(started.elapsed() < Duration::from_secs(5));
    Ok(())
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(1_200))]

    #[test]
    fn damaged_files_never_panic(file in 0..FILES.len(), damages in damages()) {
        survives(&damage(FILES[file].1, &damages))?;
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        survives(&text)?;
        survives(&format!("{}{text}", FILES[0].1))?;
    }

    /// Sequences of tokens reach deeper into the parser than bytes do.
    #[test]
    fn arbitrary_formulas_never_panic(
        tokens in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    "gamma", "x", "c", "x_t", "t", "E", "sum", "n", "noise", "norm_sq", "inner",
                    "min", "sqrt", "QSC", "2", "0.5", "(", ")", "[", "]", "+", "-", "*", "/", "^",
                    ",", "<=", "=", "<=>", " ", "c[n]", "E[", "sum(n,",
                ]).prop_map(str::to_owned),
                any::<char>().prop_map(String::from),
            ],
            0..40,
        ),
    ) {
        let text = tokens.concat();
        let dictionary = Dictionary::standard();
        let formula = dictionary.formula(&text).err();
        let expression = dictionary.expression(&text).err();
        let condition = dictionary.condition(&text).err();
        for error in [formula, expression, condition].into_iter().flatten() {
            prop_assert!(text.is_char_boundary(error.at), "{text}: {error} at {}", error.at);
        }
    }
}

proptest! {
    #![proptest_config(config(300))]

    /// Whatever can be read as an instance has an outcome for every claim.
    #[test]
    fn damaged_instances_never_panic(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(NUMBERS.to_vec())),
            1..4,
        ),
    ) {
        let examples = LIBRARY.theorems().iter().flat_map(|theorem| &theorem.statements);
        let examples: Vec<_> = examples.flat_map(|statement| &statement.examples).collect();
        let instance = examples[pick.index(examples.len())].load("").unwrap();
        let mut text = serde_json::to_string(&instance).unwrap();
        for (at, number) in changes {
            // A maximal run of the characters of numbers, which no name of a field has but gamma_2.
            let digit = |c: char| c.is_ascii_digit() || c == '/' || c == '-';
            let starts: Vec<usize> = (1..text.len())
                .filter(|&i| text[i..].starts_with(digit) && text[..i].ends_with(['"', ':']))
                .collect();
            let start = starts[at.index(starts.len())];
            let end = start + text[start..].find(|c| !digit(c)).unwrap();
            text.replace_range(start..end, number);
        }
        let started = Instant::now();
        if let Ok(instance) = serde_json::from_str::<Instance>(&text) {
            for statement in LIBRARY.theorems().iter().flat_map(|theorem| &theorem.statements) {
                let outcome = check_instance(&statement.claim, &instance, Budget::STANDARD);
                let false_on_purpose = statement.expect == Expectation::Refuted;
                let fails = matches!(outcome, Outcome::Fails(_));
                prop_assert!(false_on_purpose || !fails, "{text}: {outcome:?}");
            }
        }
        prop_assert!(started.elapsed() < Duration::from_secs(20), "{text}");
    }
}
