//! What long searches have found, kept with the project: witnesses against generated mutants, and
//! how long the survivors have been searched. A record counts only as long as its claim is the same.

use super::finding::{ClaimName, Witness};
use crate::claim::file::FORMAT;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The file of records that is compiled in.
pub static RECORDS: &str = include_str!("../../theorems/witnesses.json");

/// The form of the file: one record a line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// The format of the file.
    pub format: u64,
    /// Where the searches started.
    pub seed: u64,
    /// Witnesses against generated mutants.
    pub witnesses: Vec<Witness>,
    /// Generated mutants against which none was found.
    pub survivors: Vec<Survivor>,
    /// Instances on which statements are nearest to equality.
    pub tightest: Vec<Witness>,
}

/// A mutant without a witness.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survivor {
    /// The mutant.
    pub claim: ClaimName,
    /// The hash of its claim when it was searched.
    pub hash: String,
    /// The evaluations that found nothing.
    pub evaluations: usize,
}

/// Records by claim.
#[derive(Clone, Debug, Default)]
pub struct Store {
    witnesses: BTreeMap<String, Witness>,
    survivors: BTreeMap<String, Survivor>,
    tightest: BTreeMap<String, Witness>,
}

impl Store {
    /// The records that are compiled in.
    ///
    /// # Errors
    /// If the file is malformed, which a test excludes.
    pub fn load() -> Result<Self, serde_json::Error> {
        Ok(Self::new(Records::parse(RECORDS)?))
    }

    /// The records of a file.
    pub fn new(records: Records) -> Self {
        let by_name = |records: Vec<Witness>| {
            records.into_iter().map(|own| (own.claim.to_string(), own)).collect()
        };
        let survivors = records.survivors.into_iter().map(|s| (s.claim.to_string(), s)).collect();
        let (witnesses, tightest) = (by_name(records.witnesses), by_name(records.tightest));
        Self { witnesses, survivors, tightest }
    }

    /// The witness against a claim of this name and hash.
    pub fn witness(&self, name: &ClaimName, hash: &str) -> Option<&Witness> {
        self.witnesses.get(&name.to_string()).filter(|witness| witness.hash == hash)
    }

    /// The instance on which a statement of this name and hash is nearest to equality.
    pub fn tightest(&self, name: &ClaimName, hash: &str) -> Option<&Witness> {
        self.tightest.get(&name.to_string()).filter(|witness| witness.hash == hash)
    }

    /// How many evaluations have found nothing against a claim of this name and hash.
    pub fn searched(&self, name: &ClaimName, hash: &str) -> usize {
        let found = self.survivors.get(&name.to_string()).filter(|own| own.hash == hash);
        found.map_or(0, |own| own.evaluations)
    }
}

impl Records {
    /// Reads a file of records.
    ///
    /// # Errors
    /// If it is malformed, or of a newer format.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let records: Self = serde_json::from_str(text)?;
        if records.format == FORMAT {
            return Ok(records);
        }
        let cause = format!("the file has format {}, not {FORMAT}", records.format);
        Err(serde::de::Error::custom(cause))
    }

    /// These records, and those of others about theorems that are not `audited`, in the order of
    /// `theorems`.
    pub fn beside(mut self, others: Self, audited: &[&str], theorems: &[&str]) -> Self {
        fn joined<T>(
            own: Vec<T>,
            others: Vec<T>,
            audited: &[&str],
            place: impl Fn(&T) -> usize,
            id: impl Fn(&T) -> &str,
        ) -> Vec<T> {
            let kept = others.into_iter().filter(|other| !audited.contains(&id(other)));
            let mut all: Vec<T> = own.into_iter().chain(kept).collect();
            // Stable: within a theorem records stay in the order of its parts.
            all.sort_by_key(place);
            all
        }
        fn of(witness: &Witness) -> &str {
            &witness.claim.theorem
        }
        let place = |id: &str| theorems.iter().position(|own| *own == id).unwrap_or(usize::MAX);
        let survivor = |own: &Survivor| place(&own.claim.theorem);
        let witness = |own: &Witness| place(of(own));
        self.witnesses = joined(self.witnesses, others.witnesses, audited, witness, of);
        self.survivors =
            joined(self.survivors, others.survivors, audited, survivor, |own| &own.claim.theorem);
        self.tightest = joined(self.tightest, others.tightest, audited, witness, of);
        self
    }

    /// The text of the file.
    ///
    /// # Panics
    /// Never: every record has a JSON form.
    pub fn to_text(&self) -> String {
        fn lines<T: Serialize>(records: &[T]) -> String {
            let line = |record| serde_json::to_string(record).expect("records serialise");
            records.iter().map(line).collect::<Vec<_>>().join(",\n")
        }
        format!(
            "{{\"format\":{},\"seed\":{},\"witnesses\":[\n{}\n],\"survivors\":[\n{}\n],\"tightest\":[\n{}\n]}}\n",
            self.format,
            self.seed,
            lines(&self.witnesses),
            lines(&self.survivors),
            lines(&self.tightest)
        )
    }
}
