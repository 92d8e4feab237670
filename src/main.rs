//! `kd-audit`: parse the command line, run, print, and choose the exit code.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        // Help and the version are printed here too; whatever else is wrong has code 2.
        Err(error) => error.exit(),
    };
    match cli::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(cli::USAGE)
        }
    }
}
