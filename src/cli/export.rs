//! `kd-audit export`.

use super::MET;
use super::output::{self, name_of, print, read_text};
use clap::{Args, Subcommand};
use kd_audit::audit::library::Library;
use kd_audit::error::Error;
use kd_audit::export::coq::{Export, Exported, Status, export, export_certificates};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct ExportArgs {
    #[command(subcommand)]
    format: Format,
}

#[derive(Subcommand)]
enum Format {
    /// Every proof as a Coq certificate, and every statement that can be in textbook form
    Coq {
        /// Theorem files whose certificates are written; without any, all of the library
        files: Vec<PathBuf>,
        /// The directory to write to; made if it is not there
        #[arg(long)]
        out: PathBuf,
        /// Write into a directory that is not empty
        #[arg(long)]
        force: bool,
    },
}

pub fn run(library: &Library, args: &ExportArgs) -> Result<u8, Error> {
    let Format::Coq { files, out, force } = &args.format;
    let export = match files.as_slice() {
        [] => export(library),
        files => export_certificates(&library_of(files)?),
    };
    write(out, *force, &export)?;
    print(&listing(&export));
    Ok(MET)
}

/// The files alone, each after those whose statements it uses.
fn library_of(files: &[PathBuf]) -> Result<Library, Error> {
    let mut texts = Vec::new();
    for file in files {
        texts.push((name_of(file), read_text(file, "a theorem file")?));
    }
    let texts = texts.iter().map(|(file, text)| (file.clone(), text.as_str()));
    Ok(Library::from_texts(texts)?)
}

fn write(out: &Path, force: bool, export: &Export) -> Result<(), Error> {
    let at = |path: &Path| {
        let file = path.display().to_string();
        move |source| Error::Io { file, source }
    };
    std::fs::create_dir_all(out).map_err(at(out))?;
    let occupied = std::fs::read_dir(out).map_err(at(out))?.next().is_some();
    if occupied && !force {
        let out = out.display();
        return Err(Error::Usage(format!(
            "{out} is not empty: choose another directory, or --force"
        )));
    }
    for (name, text) in &export.files {
        output::write(&out.join(name), text)?;
    }
    Ok(())
}

fn listing(export: &Export) -> String {
    let names: Vec<String> = export.statements.iter().map(|own| own.name.to_string()).collect();
    let width = names.iter().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    for (own, name) in export.statements.iter().zip(&names) {
        text.push_str(&format!("{name:width$}  {}\n", remarks(own)));
    }
    let count =
        |wanted: &str| export.statements.iter().filter(|own| own.status.word() == wanted).count();
    let satisfiable = export.statements.iter().filter(|own| own.satisfiable).count();
    text.push_str(&format!(
        "{} proved: {} as statements ({satisfiable} with an instance), {} as certificates only, {} not\n",
        names.len(),
        count("yes"),
        count("certificate"),
        count("no"),
    ));
    text
}

fn remarks(own: &Exported) -> String {
    let mut text = match &own.status {
        Status::Statement => "statement".to_owned(),
        Status::Certificate(cause) => format!("certificate only: {cause}"),
        Status::No(cause) => format!("not exported: {cause}"),
    };
    if own.status == Status::Statement && !own.satisfiable {
        text.push_str("; no instance");
    }
    if !own.unused.is_empty() {
        text.push_str(&format!("; not used: {}", own.unused.join(", ")));
    }
    text
}
