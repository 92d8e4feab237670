//! The theorem files that are compiled into the program.

use crate::claim::file::{FileError, parse_theorem};
use crate::claim::theorem::{Claim, Mutant, Statement, Stored, Theorem};
use crate::problem::Instance;

/// The files of `theorems/`, each after those whose definitions it uses.
pub static FILES: [(&str, &str); 31] = [
    ("proposition-1", include_str!("../../theorems/proposition-1.toml")),
    ("proposition-1-fails", include_str!("../../theorems/proposition-1-fails.toml")),
    ("temperature-limit", include_str!("../../theorems/temperature-limit.toml")),
    ("lemma-quadratic-growth", include_str!("../../theorems/lemma-quadratic-growth.toml")),
    ("lemma-expected-smoothness", include_str!("../../theorems/lemma-expected-smoothness.toml")),
    ("lemma-noise-quadratic", include_str!("../../theorems/lemma-noise-quadratic.toml")),
    ("lemma-minibatch-noise", include_str!("../../theorems/lemma-minibatch-noise.toml")),
    ("lemma-optimal-weight", include_str!("../../theorems/lemma-optimal-weight.toml")),
    ("theorem-1", include_str!("../../theorems/theorem-1.toml")),
    ("theorem-1-optimal", include_str!("../../theorems/theorem-1-optimal.toml")),
    ("theorem-1-min", include_str!("../../theorems/theorem-1-min.toml")),
    ("theorem-1-sharp", include_str!("../../theorems/theorem-1-sharp.toml")),
    ("theorem-1-exact", include_str!("../../theorems/theorem-1-exact.toml")),
    ("theorem-1-limit", include_str!("../../theorems/theorem-1-limit.toml")),
    ("theorem-1-tilted", include_str!("../../theorems/theorem-1-tilted.toml")),
    ("theorem-2", include_str!("../../theorems/theorem-2.toml")),
    ("theorem-2-min", include_str!("../../theorems/theorem-2-min.toml")),
    ("theorem-2-sharp", include_str!("../../theorems/theorem-2-sharp.toml")),
    ("theorem-2-curve", include_str!("../../theorems/theorem-2-curve.toml")),
    ("theorem-2-deep-linear", include_str!("../../theorems/theorem-2-deep-linear.toml")),
    ("theorem-4", include_str!("../../theorems/theorem-4.toml")),
    ("theorem-4-sharp", include_str!("../../theorems/theorem-4-sharp.toml")),
    ("theorem-5", include_str!("../../theorems/theorem-5.toml")),
    ("proposition-2", include_str!("../../theorems/proposition-2.toml")),
    ("proposition-3", include_str!("../../theorems/proposition-3.toml")),
    ("proposition-4", include_str!("../../theorems/proposition-4.toml")),
    ("theorem-3", include_str!("../../theorems/theorem-3.toml")),
    ("theorem-3-wide", include_str!("../../theorems/theorem-3-wide.toml")),
    ("theorem-3-mask", include_str!("../../theorems/theorem-3-mask.toml")),
    ("theorem-6", include_str!("../../theorems/theorem-6.toml")),
    ("theorem-7", include_str!("../../theorems/theorem-7.toml")),
];

/// Theorems, in order.
#[derive(Clone, Debug)]
pub struct Library {
    theorems: Vec<Theorem>,
}

impl Library {
    /// The compiled-in theorems.
    ///
    /// # Errors
    /// If one of them is malformed, which a test excludes.
    pub fn load() -> Result<Self, FileError> {
        Self::from_texts(FILES.iter().map(|(id, text)| (format!("theorems/{id}.toml"), *text)))
    }

    /// Theorems from texts, each after those whose definitions it uses.
    ///
    /// # Errors
    /// At the first fault of a text.
    pub fn from_texts<'a>(
        texts: impl IntoIterator<Item = (String, &'a str)>,
    ) -> Result<Self, FileError> {
        let mut library = Self { theorems: Vec::new() };
        for (file, text) in texts {
            library.add(&file, text)?;
        }
        Ok(library)
    }

    /// Reads one more theorem file, and returns its id.
    ///
    /// # Errors
    /// If the file is malformed, its instances included.
    pub fn add(&mut self, file: &str, text: &str) -> Result<String, FileError> {
        let theorem = parse_theorem(file, text, |id| self.theorem(id))?;
        for stored in theorem.stored() {
            stored.load(file)?;
        }
        let id = theorem.id.clone();
        self.theorems.retain(|existing| existing.id != id);
        self.theorems.push(theorem);
        Ok(id)
    }

    /// Every theorem, in order.
    pub fn theorems(&self) -> &[Theorem] {
        &self.theorems
    }

    /// The theorem of an id.
    pub fn theorem(&self, id: &str) -> Option<&Theorem> {
        self.theorems.iter().find(|theorem| theorem.id == id)
    }

    /// The claim of a part, or of one of its mutants.
    pub fn claim(&self, id: &str, part: &str, mutant: Option<&str>) -> Option<&Claim> {
        let statement = self.theorem(id)?.statement(part)?;
        match mutant {
            None => Some(&statement.claim),
            Some(name) => Some(&statement.mutant(name)?.claim),
        }
    }
}

impl Theorem {
    /// The parts that are evaluated on instances.
    pub fn evaluated(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| statement.unevaluated.is_none())
    }

    /// The part of a name.
    pub fn statement(&self, part: &str) -> Option<&Statement> {
        self.statements.iter().find(|statement| statement.part == part)
    }

    /// Every instance in the file.
    fn stored(&self) -> impl Iterator<Item = &Stored> {
        self.statements.iter().flat_map(|statement| {
            let witnesses = statement.mutants.iter().filter_map(|mutant| mutant.witness.as_ref());
            statement.examples.iter().chain(&statement.satisfied).chain(witnesses)
        })
    }
}

impl Statement {
    /// The mutant of a name.
    pub fn mutant(&self, name: &str) -> Option<&Mutant> {
        self.mutants.iter().find(|mutant| mutant.name == name)
    }
}

impl Stored {
    /// The instance, or why the document is none.
    ///
    /// # Errors
    /// The reason, which [`Library::add`] has excluded for every file it has read.
    pub fn instance(&self) -> Result<Instance, String> {
        let instance = self.instance.clone().try_into();
        instance.map_err(|error: toml::de::Error| error.message().trim().to_owned())
    }

    /// The instance; `file` is named in the error.
    ///
    /// # Errors
    /// If the document is not an instance, at its line.
    pub fn load(&self, file: &str) -> Result<Instance, FileError> {
        self.instance().map_err(|cause| FileError {
            file: file.to_owned(),
            line: self.line,
            column: 1,
            cause: format!("the instance {:?}: {cause}", self.name),
        })
    }
}
