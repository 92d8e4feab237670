//! What is read and written, and how much is said: `-` as a file name, `--quiet` and `--verbose`.
//!
//! Results go to standard output, remarks beside them as well; progress, notes and details go to
//! standard error. Where a file is written to standard output, what would have been there goes to
//! standard error, so that the output is the file and nothing else.

use clap::Args;
use kd_audit::error::Error;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// How much is said; before or after the command.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Volume {
    /// Print the result only: no progress, no remarks
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say on standard error what is being done, and what it took
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

/// Set once, before a command runs: it concerns the process, not what is found.
static VOLUME: OnceLock<Volume> = OnceLock::new();
/// Standard input has one reader.
static STDIN_READ: AtomicBool = AtomicBool::new(false);

/// Sets how much is said from now on.
pub fn set_volume(volume: Volume) {
    let _ = VOLUME.set(volume);
}

fn volume() -> Volume {
    VOLUME.get().copied().unwrap_or_default()
}

/// Whether a progress bar has somebody to look at it.
pub fn shows_progress() -> bool {
    !volume().quiet && std::io::stderr().is_terminal()
}

/// Writes a result to standard output; a reader that has gone away is no fault.
pub fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Says beside the result that it is in a file; `--quiet` leaves it out.
pub fn remark(text: &str, file: &Path) {
    if !volume().quiet && !is_stream(file) {
        print(text);
    }
}

/// Writes a result to standard output, or to standard error if `file` takes up standard output.
pub fn tell(text: &str, file: Option<&Path>) {
    match file {
        Some(file) if is_stream(file) => {
            if !volume().quiet {
                let _ = std::io::stderr().write_all(text.as_bytes());
            }
        }
        _ => print(text),
    }
}

/// Whether details are wanted, for those that are not free.
pub fn is_verbose() -> bool {
    volume().verbose && !volume().quiet
}

/// Says on standard error what is being done, if `--verbose` asks for it.
pub fn detail(text: impl FnOnce() -> String) {
    if is_verbose() {
        let _ = writeln!(std::io::stderr(), "{}", text());
    }
}

/// Whether a file name stands for standard input or output.
pub fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The name of an input in messages.
pub fn name_of(path: &Path) -> String {
    if is_stream(path) { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// The bytes of a file, or of standard input; `expected` says what should be there.
pub fn read(path: &Path, expected: &'static str) -> Result<Vec<u8>, Error> {
    let file = name_of(path);
    let bytes = if is_stream(path) {
        if STDIN_READ.swap(true, Ordering::Relaxed) {
            let cause = format!("{file} is read once: give another input as a file");
            return Err(Error::Usage(cause));
        }
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let bytes =
        bytes.map_err(|source| Error::Unreadable { file: file.clone(), expected, source })?;
    detail(|| format!("{file}: {} bytes", bytes.len()));
    Ok(bytes)
}

/// The same as text.
pub fn read_text(path: &Path, expected: &'static str) -> Result<String, Error> {
    let invalid =
        |_| std::io::Error::new(std::io::ErrorKind::InvalidData, "the file is not UTF-8 text");
    String::from_utf8(read(path, expected)?).map_err(invalid).map_err(|source| Error::Unreadable {
        file: name_of(path),
        expected,
        source,
    })
}

/// Writes a file, or to standard output.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    if is_stream(path) {
        print(text);
        return Ok(());
    }
    let file = path.display().to_string();
    std::fs::write(path, text).map_err(|source| Error::Io { file: file.clone(), source })?;
    detail(|| format!("{file}: {} bytes written", text.len()));
    Ok(())
}
