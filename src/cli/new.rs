//! `kd-audit new`: a theorem file to start from.

use super::MET;
use super::output::{is_stream, print, remark};
use clap::Args;
use kd_audit::audit::library::Library;
use kd_audit::error::Error;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

/// A small true statement with an example, a mutant and a proof; every key is explained.
const TEMPLATE: &str = include_str!("template.toml");

#[derive(Args)]
pub struct NewArgs {
    /// The id of the theorem: lower-case letters, digits and '-'
    name: String,
    /// The file; NAME.toml by default; - is standard output
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Writes the file, unless it is there already.
pub fn run(library: &Library, args: &NewArgs) -> Result<u8, Error> {
    let name = &args.name;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(plain) {
        let cause = format!("the name {name:?} may hold lower-case letters, digits and '-' only");
        return Err(Error::Usage(cause));
    }
    if library.theorem(name).is_some() {
        return Err(Error::Usage(format!(
            "{name} is a theorem of the library: choose another name"
        )));
    }
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("{name}.toml")));
    let file = path.display().to_string();
    let text = TEMPLATE.replace("NAME", name);
    if is_stream(&path) {
        print(&text);
        return Ok(MET);
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut out| out.write_all(text.as_bytes()));
    written.map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => {
            Error::Usage(format!("{file} is there already, and is not overwritten"))
        }
        _ => Error::Io { file: file.clone(), source },
    })?;
    remark(&format!("Written to {file}. Next: kd-audit prove {file}\n"), &path);
    Ok(MET)
}
