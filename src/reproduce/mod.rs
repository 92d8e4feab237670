//! The paper's linear experiments on real data, each curve beside what the theorems say of it.
//!
//! Two regimes are shown, because one alone would flatter. Where *noise* dominates (a minimiser
//! exists, the step is theorem-1's largest, and runs are long enough to reach the noise floor)
//! distillation removes noise, by the amount that theorem-7 predicts for least squares. Where
//! *optimisation* dominates (the paper's batch and step, no ridge, a few dozen epochs) there is hardly
//! any noise to remove, and an imperfect teacher's mean gradient only misleads.
//!
//! A [`Plan`] is a list of experiments, each with curves, each run from several seeds. A run of one
//! curve from one seed is an entry: a deterministic function of the plan, so that what is finished can
//! be kept in a [`Journal`] and an interrupted run goes on where it stopped. A [`Summary`] compares
//! what was measured with what was predicted. Curves are floats; predicted floors are enclosed where
//! the exact engines reach, and nothing here is concluded about a theorem: what is judged is whether
//! these runs did what it says.
//!
//! | file | what it is |
//! |---|---|
//! | `data` | the embedded sets, or a user's file, as a problem |
//! | `schedule` | the weight over the epochs |
//! | `study` | a problem with teachers, curves and times of measurement |
//! | `regime` | the two regimes as studies |
//! | `network` | the same gradients in a small ReLU network, where they differ |
//! | `prediction` | floors and bounds |
//! | `journal` | what has been run |
//! | `checks` | predictions against measurements |
//! | `summary` | curves with their bands, checks, and the weight over the ridge |

mod checks;
mod data;
mod journal;
mod network;
mod prediction;
mod regime;
mod schedule;
mod study;
mod summary;

pub use checks::{Band, Basis, Check, SIMULTANEOUS};
pub use data::{Loss, Source};
pub use journal::{Journal, Record};
pub use network::NetworkStudy;
pub use prediction::{Floor, RidgeRow};
pub use schedule::Schedule;
pub use study::{Curve, Panel, Regime, Study};
pub use summary::{CurveSummary, Quantity, StudySummary, Summary};

use crate::audit::library::Library;
use crate::claim::file::FORMAT;
use crate::problem::DatasetError;
use crate::run::RunError;
use crate::scalar::Undefined;
use crate::weight::WeightError;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What can be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Where all randomness starts.
    pub seed: u64,
    /// Runs of each curve, at least 2.
    pub seeds: usize,
    /// Epochs where optimisation dominates.
    pub epochs: usize,
    /// Minibatch size where optimisation dominates; the scripts of the paper have 10.
    pub batch: usize,
    /// Step size where optimisation dominates; the scripts of the paper have 0.05.
    pub step: f64,
    /// Minibatch size where noise dominates.
    pub noise_batch: usize,
    /// Shorter runs of fewer curves, with stronger ridges.
    pub quick: bool,
    /// A defect put in on purpose: runs have the teacher's term with the wrong sign, predictions do
    /// not. Checks must notice.
    pub flipped: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            seeds: 10,
            epochs: 50,
            batch: 10,
            step: 0.05,
            noise_batch: 1,
            quick: false,
            flipped: false,
        }
    }
}

/// Why an experiment cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum ReproduceError {
    /// There is no minimiser, or no teacher.
    #[error("{name}: {source}")]
    Weight {
        /// The experiment.
        name: String,
        /// The cause.
        source: WeightError,
    },
    /// A run cannot be set up.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A value does not exist.
    #[error("a value is undefined: {0}")]
    Undefined(#[from] Undefined),
    /// A table that cannot be read.
    #[error("{name}: {source}")]
    Data {
        /// The data set.
        name: String,
        /// The cause, with its line.
        source: DatasetError,
    },
    /// A target that does not suit the loss.
    #[error("{name}: {cause}")]
    Target {
        /// The data set.
        name: String,
        /// What is wrong.
        cause: String,
    },
    /// An option out of range.
    #[error("{0}")]
    Option(String),
    /// The folder or a file in it.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// The cause.
        source: std::io::Error,
    },
    /// The journal of another run, or a damaged one.
    #[error("{file}: {cause}")]
    Journal {
        /// The file.
        file: String,
        /// What is wrong.
        cause: String,
    },
}

/// An experiment: curves that belong together.
pub enum Experiment {
    /// A linear model.
    Linear(Box<Study>),
    /// A small ReLU network.
    Network(Box<NetworkStudy>),
}

impl Experiment {
    /// A short name.
    pub fn id(&self) -> &str {
        match self {
            Self::Linear(study) => &study.id,
            Self::Network(study) => &study.id,
        }
    }

    /// Its curves.
    pub fn curves(&self) -> &[Curve] {
        match self {
            Self::Linear(study) => &study.curves,
            Self::Network(study) => &study.curves,
        }
    }

    fn run(&self, curve: usize, replicate: usize) -> Result<Record, ReproduceError> {
        match self {
            Self::Linear(study) => study.run(curve, replicate),
            Self::Network(study) => study.run(curve, replicate),
        }
    }

    /// The work of one run, in some unit.
    fn work(&self) -> u64 {
        match self {
            Self::Linear(study) => study.work(),
            Self::Network(study) => study.work(),
        }
    }
}

/// All that is to be run.
pub struct Plan {
    /// What was chosen.
    pub options: Options,
    /// The experiments.
    pub experiments: Vec<Experiment>,
    /// The best weight over the ridge, where a data set is for it.
    pub ridges: Vec<RidgeRow>,
    hash: String,
}

impl Plan {
    /// Finds minimisers, teachers and predictions, which takes a few seconds.
    ///
    /// # Errors
    /// If an option is out of range, or the data do not admit the experiment.
    pub fn new(source: &Source, options: &Options) -> Result<Self, ReproduceError> {
        let refuse = |cause: &str| Err(ReproduceError::Option(cause.to_owned()));
        if options.seeds < 2 {
            return refuse("a band needs at least 2 seeds");
        }
        if options.epochs == 0 {
            return refuse("there must be at least 1 epoch");
        }
        if !(options.step > 0.0 && options.step.is_finite()) {
            return refuse("the step size must be positive and finite");
        }
        let (experiments, ridges) = regime::experiments(source, options)?;
        let mut hash = Sha256::new();
        hash.update(format!("{FORMAT} {} {options:?}", env!("CARGO_PKG_VERSION")));
        for experiment in &experiments {
            match experiment {
                Experiment::Linear(study) => study.hash_into(&mut hash),
                Experiment::Network(study) => study.hash_into(&mut hash),
            }
        }
        let hash = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { options: options.clone(), experiments, ridges, hash })
    }

    /// What ties a journal to this plan: options, data, weights and teachers.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Every entry: experiment, curve and number of the run.
    pub fn entries(&self) -> Vec<(usize, usize, usize)> {
        let mut entries = Vec::new();
        for (e, experiment) in self.experiments.iter().enumerate() {
            for c in 0..experiment.curves().len() {
                entries.extend((0..self.options.seeds).map(|replicate| (e, c, replicate)));
            }
        }
        entries
    }

    /// The work of all entries, and of those that the journal lacks.
    pub fn work(&self, journal: &Journal) -> (u64, u64) {
        let work = |entry: &(usize, usize, usize)| self.experiments[entry.0].work();
        let entries = self.entries();
        let missing = entries.iter().filter(|entry| !self.is_done(journal, **entry));
        (entries.iter().map(work).sum(), missing.map(work).sum())
    }

    fn is_done(&self, journal: &Journal, (e, c, replicate): (usize, usize, usize)) -> bool {
        let experiment = &self.experiments[e];
        journal.has(experiment.id(), &experiment.curves()[c].id, replicate)
    }

    /// Runs what the journal lacks, at most `limit` entries, and tells the work of each as it is
    /// finished. Returns whether everything has been run.
    ///
    /// # Errors
    /// If an entry cannot be run, or the journal cannot be written.
    pub fn run(
        &self,
        journal: &Journal,
        limit: Option<usize>,
        progress: impl Fn(u64) + Sync,
    ) -> Result<bool, ReproduceError> {
        let missing: Vec<_> =
            self.entries().into_iter().filter(|entry| !self.is_done(journal, *entry)).collect();
        let taken = AtomicUsize::new(0);
        let limit = limit.unwrap_or(usize::MAX);
        // One by one, so that what a thread has begun is finished and kept.
        missing.par_iter().with_max_len(1).try_for_each(|(e, c, replicate)| {
            if taken.fetch_add(1, Ordering::Relaxed) >= limit {
                return Ok(());
            }
            let experiment = &self.experiments[*e];
            journal.append(&experiment.run(*c, *replicate)?)?;
            progress(experiment.work());
            Ok::<_, ReproduceError>(())
        })?;
        Ok(missing.len() <= limit)
    }

    /// Compares predictions and measurements; `None` before everything has been run.
    pub fn summary(&self, journal: &Journal, library: &Library) -> Option<Summary> {
        Summary::new(self, journal, library)
    }
}
