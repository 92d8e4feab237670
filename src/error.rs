//! Faults of what the program is given. Verdicts about claims are not errors: they are
//! [`finding`](crate::audit::finding)s.

use crate::audit::data::DataError;
use crate::claim::file::{FORMAT, FileError};
use crate::problem::DatasetError;
use crate::reproduce::ReproduceError;
use crate::weight::WeightError;

/// Bad input, with the file, the place and the cause.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A theorem file is malformed.
    #[error(transparent)]
    Theorem(#[from] FileError),
    /// A file cannot be read.
    #[error("{file}: {source}: expected {expected}")]
    Unreadable {
        /// The file.
        file: String,
        /// What should be there.
        expected: &'static str,
        /// The cause.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// The cause.
        source: std::io::Error,
    },
    /// A data set is malformed.
    #[error("{file}: {source}")]
    Dataset {
        /// The file.
        file: String,
        /// The cause, with its line.
        source: DatasetError,
    },
    /// A data set cannot be audited.
    #[error("{file}: {source}")]
    Data {
        /// The file.
        file: String,
        /// The cause.
        source: DataError,
    },
    /// There is no weight to advise.
    #[error("{file}: {source}")]
    Weight {
        /// The file.
        file: String,
        /// The cause.
        source: WeightError,
    },
    /// An experiment cannot be run.
    #[error(transparent)]
    Reproduce(#[from] ReproduceError),
    /// A witness file is malformed.
    #[error("{file}:{line}:{column}: {cause}")]
    Witness {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The cause.
        cause: String,
    },
    /// A file of a later format.
    #[error(
        "{file}:{line}:1: the file has format {found}, and this version of kd-audit reads up to {FORMAT}: a newer kd-audit is needed"
    )]
    NewerFormat {
        /// The file.
        file: String,
        /// The line where the format is stated.
        line: usize,
        /// Its format.
        found: u64,
    },
    /// No theorem, part or mutant of that name.
    #[error("there is no {what} {given:?}; {}there are: {known}", meant(.nearest.as_deref()))]
    Unknown {
        /// Theorem, part or mutant.
        what: &'static str,
        /// What was asked for.
        given: String,
        /// What was probably meant.
        nearest: Option<String>,
        /// What there is.
        known: String,
    },
    /// Options that do not go together.
    #[error("{0}")]
    Usage(String),
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("did you mean {nearest:?}? "))
}
