//! `kd-audit licenses`: whose work is compiled into the program, and on which terms.

use super::MET;
use super::output::print;

/// Where the data sets come from, with their citations; the section on hashes is for the project.
static DATA: &str = include_str!("../../data/README.md");
static MIT: &str = include_str!("../../LICENSE-MIT");
static APACHE: &str = include_str!("../../LICENSE-APACHE");

/// Prints everything and returns the exit code.
pub fn run() -> u8 {
    let data = DATA.split("\n## SHA-256").next().unwrap_or(DATA).trim_end();
    print(&format!(
        "kd-audit {} may be used under the MIT license or the Apache License 2.0, at your option; both are\nbelow. The data sets that are compiled in have terms of their own:\n\n{data}\n\n{}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        MIT.trim_end(),
        APACHE.trim_end(),
    ));
    MET
}
