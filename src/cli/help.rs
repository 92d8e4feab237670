//! Examples and exit codes of every command: the one list from which `--help`, the man pages and the
//! tests are made.

use super::Cli;
use clap::{Command, CommandFactory};
use std::fmt::Write;

/// A line for a shell, and what it is good for. The tests run every line but those that take minutes
/// or need files of the reader's, and these say so.
pub struct Example {
    /// The line.
    pub line: &'static str,
    /// What it does.
    pub says: &'static str,
}

/// What is said of a command beside its arguments.
pub struct Manual {
    /// Its words after `kd-audit`.
    pub command: &'static str,
    /// At least one.
    pub examples: &'static [Example],
    /// What its exit codes mean, beside [`USAGE`].
    pub codes: &'static [(u8, &'static str)],
}

/// What code 2 means everywhere.
pub const USAGE: &str = "the arguments or an input cannot be used; standard error says why";

const fn example(line: &'static str, says: &'static str) -> Example {
    Example { line, says }
}

const AUDIT: &[(u8, &str)] = &[
    (0, "every expectation of the theorem files is met"),
    (1, "one is contradicted: a statement is refuted, a proof rejected, or a mutant survives"),
    (3, "none is contradicted, but some statement is undecided"),
];
const DONE: &[(u8, &str)] = &[(0, "done")];

/// Every command, in the order of the help.
pub const MANUALS: &[Manual] = &[
    Manual {
        command: "",
        examples: &[
            example("kd-audit", "audits every theorem, and the diabetes data (a minute)"),
            example("kd-audit theorem-7 --instances 16", "one theorem, in seconds"),
            example("kd-audit -q prove", "checks every proof; prints nothing but the result"),
        ],
        codes: AUDIT,
    },
    Manual {
        command: "audit",
        examples: &[
            example("kd-audit audit theorem-1 --instances 100 --no-data", "more instances"),
            example("kd-audit audit mine.toml --no-data", "a theorem file of your own"),
            example("kd-audit audit - --no-data < mine.toml", "the same from standard input"),
            example(
                "kd-audit audit theorem-7 --data data/diabetes.csv --target target",
                "certified constants of a data set, what is predicted, and what is measured",
            ),
            example(
                "kd-audit audit theorem-7 --no-data --format junit > audit.xml",
                "a test report: a case a statement, and a case a mutant",
            ),
        ],
        codes: AUDIT,
    },
    Manual {
        command: "list",
        examples: &[example("kd-audit list", "ids and parts, for the other commands")],
        codes: DONE,
    },
    Manual {
        command: "show",
        examples: &[
            example("kd-audit show theorem-7", "statement, hypotheses and published form"),
            example("kd-audit show mine.toml", "the same of a file"),
        ],
        codes: DONE,
    },
    Manual {
        command: "prove",
        examples: &[
            example("kd-audit prove", "every proof, in a second"),
            example("kd-audit prove theorem-1/one-step", "one, with what it rests on"),
            example("kd-audit prove - --format json < mine.toml", "a file's, for programs"),
        ],
        codes: &[
            (0, "every proof is accepted"),
            (1, "a proof is rejected, or proves a mutant"),
            (3, "there is nothing to prove"),
        ],
    },
    Manual {
        command: "weight",
        examples: &[
            example(
                "kd-audit weight --data data/diabetes.csv --target target --scale",
                "least squares; the teacher is fitted to half of the rows",
            ),
            example(
                "kd-audit weight --data - --target label --model logistic --scale < data/breast_cancer.csv",
                "two classes, from standard input",
            ),
            example(
                "kd-audit weight --images train-images-idx3-ubyte.gz --labels train-labels-idx1-ubyte.gz --model softmax --teacher sgd:1",
                "MNIST, with a teacher of one epoch (your files)",
            ),
            example(
                "kd-audit weight --data train.svm --model logistic --soft-labels teacher.npy --format json",
                "any teacher by its soft labels, for programs (your files)",
            ),
        ],
        codes: DONE,
    },
    Manual {
        command: "reproduce",
        examples: &[
            example("kd-audit reproduce --out curves", "everything (minutes; can be resumed)"),
            example("kd-audit reproduce --quick --out quick", "shorter runs (a minute)"),
            example(
                "kd-audit reproduce --data mine.csv --target y --model logistic --out mine",
                "on a file of yours (minutes; your files)",
            ),
        ],
        codes: &[
            (0, "every prediction of a theorem is met"),
            (1, "one is not"),
            (3, "none is seen to fail, but the runs are too few to tell"),
        ],
    },
    Manual {
        command: "report",
        examples: &[
            example("kd-audit report --out report.html", "everything (minutes)"),
            example("kd-audit report theorem-1 --out - > page.html", "one theorem (a minute)"),
        ],
        codes: AUDIT,
    },
    Manual {
        command: "new",
        examples: &[
            example("kd-audit new mine", "writes mine.toml, unless it is there"),
            example("kd-audit new mine --out - > draft.toml", "to standard output"),
        ],
        codes: DONE,
    },
    Manual {
        command: "index",
        examples: &[example("kd-audit index --out INDEX.md", "of every statement (minutes)")],
        codes: AUDIT,
    },
    Manual {
        command: "cost",
        examples: &[
            example(
                "kd-audit cost --model softmax --dimension 784 --samples 10000",
                "counted, and timed on this machine",
            ),
            example(
                "kd-audit cost --data data/diabetes.csv --target target --no-measure --format json",
                "with the constants of a file; counted only, for programs",
            ),
        ],
        codes: DONE,
    },
    Manual {
        command: "export",
        examples: &[example("kd-audit export coq --out coq-files", "for Coq 8.16")],
        codes: DONE,
    },
    Manual {
        command: "export coq",
        examples: &[
            example("kd-audit export coq --out coq-files", "every proof and statement"),
            example("kd-audit export coq mine.toml --out coq-mine", "the proofs of a file"),
        ],
        codes: DONE,
    },
    Manual {
        command: "refute",
        examples: &[
            example(
                "kd-audit refute theorem-1/one-step --mutant step-1/7",
                "finds, shrinks and saves a witness against a mutant",
            ),
            example(
                "kd-audit refute mine.toml --mutant twice --out - > found.json",
                "the witness alone, on standard output",
            ),
        ],
        codes: &[
            (0, "mutants are refuted; no witness is found against what should hold"),
            (1, "a mutant survives, or what should hold is refuted"),
            (3, "a statement cannot be searched"),
        ],
    },
    Manual {
        command: "worst-case",
        examples: &[
            example("kd-audit worst-case", "the methods, and their parameters"),
            example("kd-audit worst-case saga --gamma 1/6 --n 5", "a method, exactly"),
            example(
                "kd-audit worst-case theorem-1/one-step --gamma 1 --mu 1/10 --l-exp 1/8 --format json",
                "a statement at given numbers, for programs",
            ),
            example("kd-audit worst-case --all", "every inequality, between bounds (a minute)"),
        ],
        codes: &[
            (0, "the worst case is bounded, or the statement proved"),
            (1, "the statement is refuted by an explicit problem"),
            (3, "undecided"),
        ],
    },
    Manual {
        command: "tighten",
        examples: &[example(
            "kd-audit tighten theorem-1/one-step --gamma 1 --mu 1/10 --vary l_exp --from 1/8 --to 1/2",
            "the largest expected smoothness at which the statement is proved",
        )],
        codes: &[(0, "a constant is found"), (3, "nothing in the range is proved")],
    },
    Manual {
        command: "replay",
        examples: &[
            example("kd-audit replay witness.json", "checks it again, exactly"),
            example("kd-audit replay - < witness.json", "the same from standard input"),
        ],
        codes: &[(0, "the witness is reproduced"), (1, "it is not"), (3, "it cannot be decided")],
    },
    Manual {
        command: "completions",
        examples: &[
            example("kd-audit completions bash > kd-audit.bash", "source it in ~/.bashrc"),
            example("kd-audit completions zsh > _kd-audit", "put it into a folder of $fpath"),
            example("kd-audit completions fish > kd-audit.fish", "~/.config/fish/completions"),
        ],
        codes: DONE,
    },
    Manual {
        command: "man",
        examples: &[
            example("kd-audit man > kd-audit.1", "the page of the program"),
            example("kd-audit man --out man1", "that and a page a command, into a folder"),
        ],
        codes: DONE,
    },
    Manual {
        command: "licenses",
        examples: &[example("kd-audit licenses", "of the data sets within, and of the program")],
        codes: DONE,
    },
];

/// The definition of the command line, with examples and exit codes.
pub fn command() -> Command {
    MANUALS.iter().fold(Cli::command(), |command, manual| {
        let path: Vec<&str> = manual.command.split_whitespace().collect();
        attach(command, &path, manual)
    })
}

fn attach(command: Command, path: &[&str], manual: &Manual) -> Command {
    match path {
        [] => command.after_help(manual.text()),
        [first, rest @ ..] => command.mut_subcommand(first, |sub| attach(sub, rest, manual)),
    }
}

impl Manual {
    /// Every exit code with its meaning, in order.
    pub fn all_codes(&self) -> Vec<(u8, &'static str)> {
        let mut codes = self.codes.to_vec();
        codes.push((super::USAGE, USAGE));
        codes.sort_by_key(|(code, _)| *code);
        codes
    }

    fn text(&self) -> String {
        let mut text = String::from("Examples:\n");
        for Example { line, says } in self.examples {
            let _ = writeln!(text, "  {line}\n      {says}");
        }
        text.push_str("\nExit codes:\n");
        for (code, meaning) in self.all_codes() {
            let _ = writeln!(text, "  {code}  {meaning}");
        }
        text.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsString;

    fn commands(command: &Command, path: &str, found: &mut Vec<String>) {
        found.push(path.to_owned());
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            commands(sub, format!("{path} {}", sub.get_name()).trim(), found);
        }
    }

    #[test]
    fn the_command_line_is_well_defined() {
        command().debug_assert();
    }

    #[test]
    fn every_command_has_one_manual_with_an_example() {
        let mut found = Vec::new();
        commands(&command(), "", &mut found);
        let told: Vec<&str> = MANUALS.iter().map(|manual| manual.command).collect();
        assert_eq!(found, told);
        assert!(MANUALS.iter().all(|manual| !manual.examples.is_empty()));
        assert!(MANUALS.iter().all(|manual| manual.codes[0].0 == crate::cli::MET));
    }

    #[test]
    fn every_example_is_a_command_line() {
        for Example { line, says } in MANUALS.iter().flat_map(|manual| manual.examples) {
            let words = line.split(['<', '>']).next().unwrap_or_default().split_whitespace();
            let parsed = crate::cli::parse(words.map(OsString::from));
            assert!(parsed.is_ok(), "{line}: {:?}", parsed.err().map(|error| error.to_string()));
            assert!(!says.is_empty() && !says.ends_with('.'), "{line}: {says}");
        }
    }
}
