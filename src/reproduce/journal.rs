//! What has been run, a line an entry, so that a run can be interrupted and go on.

use super::{Plan, ReproduceError};
use crate::claim::file::FORMAT;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The measurements of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The experiment.
    pub study: String,
    /// The curve.
    pub curve: String,
    /// The number of the run.
    pub replicate: usize,
    /// The step by which a value was infinite or not a number; values end before it.
    pub diverged: Option<u64>,
    /// One value an interval of the grid, by quantity.
    pub values: BTreeMap<String, Vec<f64>>,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    format: u64,
    plan: String,
}

type Key = (String, String, usize);

/// The journal of a folder: finished runs, in memory and in `journal.jsonl`.
///
/// A run is written as one line with its end of line, and flushed; a line without its end is that of
/// a run that was interrupted, and is dropped. Results are always those that the text says, whether
/// they were just found or read again.
pub struct Journal {
    path: PathBuf,
    head: String,
    state: Mutex<State>,
}

struct State {
    file: File,
    records: BTreeMap<Key, (Record, String)>,
}

impl Journal {
    /// Opens or creates the journal of a plan in a folder, which is created as well.
    ///
    /// # Errors
    /// If the folder has the journal of another plan, or cannot be used.
    pub fn open(folder: &Path, plan: &Plan) -> Result<Self, ReproduceError> {
        let path = folder.join("journal.jsonl");
        let io = |source| ReproduceError::Io { file: path.display().to_string(), source };
        let fault = |cause: String| {
            Err(ReproduceError::Journal { file: path.display().to_string(), cause })
        };
        std::fs::create_dir_all(folder).map_err(io)?;
        let head = Head { format: FORMAT, plan: plan.hash().to_owned() };
        let head = serde_json::to_string(&head).unwrap_or_default() + "\n";
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(io(error)),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let mut records = BTreeMap::new();
        for (k, line) in text[..whole].split_inclusive('\n').enumerate() {
            if k == 0 {
                match serde_json::from_str::<Head>(line) {
                    Ok(found) if found.format > FORMAT => {
                        return fault(format!(
                            "the journal has format {}, and this version reads up to {FORMAT}: a newer kd-audit is needed",
                            found.format
                        ));
                    }
                    Ok(found) if found.plan == plan.hash() => {}
                    Ok(_) => {
                        return fault(
                            "this is the journal of other options or other data: choose another --out, or remove it".into(),
                        );
                    }
                    Err(error) => return fault(format!("line 1: {error}")),
                }
                continue;
            }
            match serde_json::from_str::<Record>(line) {
                Ok(record) => records.insert(key(&record), (record, line.to_owned())),
                Err(error) => return fault(format!("line {}: {error}", k + 1)),
            };
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(io)?;
        file.set_len(whole as u64).map_err(io)?;
        if whole == 0 {
            file.write_all(head.as_bytes()).map_err(io)?;
        }
        Ok(Self { path: path.clone(), head, state: Mutex::new(State { file, records }) })
    }

    /// The number of finished runs.
    pub fn len(&self) -> usize {
        self.with(|state| state.records.len())
    }

    /// Whether nothing has been run.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The run of a curve with this number.
    pub fn record(&self, study: &str, curve: &str, replicate: usize) -> Option<Record> {
        let key = (study.to_owned(), curve.to_owned(), replicate);
        self.with(|state| state.records.get(&key).map(|(record, _)| record.clone()))
    }

    pub(super) fn has(&self, study: &str, curve: &str, replicate: usize) -> bool {
        let key = (study.to_owned(), curve.to_owned(), replicate);
        self.with(|state| state.records.contains_key(&key))
    }

    pub(super) fn append(&self, record: &Record) -> Result<(), ReproduceError> {
        let fault = |cause: serde_json::Error| ReproduceError::Journal {
            file: self.path.display().to_string(),
            cause: cause.to_string(),
        };
        let line = serde_json::to_string(record).map_err(fault)? + "\n";
        let record: Record = serde_json::from_str(&line).map_err(fault)?;
        self.with(|state| {
            state.file.write_all(line.as_bytes()).map_err(|source| self.io(source))?;
            state.records.insert(key(&record), (record, line));
            Ok(())
        })
    }

    /// Writes the finished runs in order, whatever order they were finished in.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn sort(&self) -> Result<(), ReproduceError> {
        self.with(|state| {
            let lines = state.records.values().map(|(_, line)| line.as_str());
            let text: String = std::iter::once(self.head.as_str()).chain(lines).collect();
            let fresh = self.path.with_extension("jsonl.new");
            let whole = std::fs::write(&fresh, text)
                .and_then(|()| std::fs::rename(&fresh, &self.path))
                .and_then(|()| OpenOptions::new().append(true).open(&self.path));
            state.file = whole.map_err(|source| self.io(source))?;
            Ok(())
        })
    }

    fn io(&self, source: std::io::Error) -> ReproduceError {
        ReproduceError::Io { file: self.path.display().to_string(), source }
    }

    fn with<T>(&self, of: impl FnOnce(&mut State) -> T) -> T {
        of(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn key(record: &Record) -> Key {
    (record.study.clone(), record.curve.clone(), record.replicate)
}
