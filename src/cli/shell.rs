//! `kd-audit completions` and `kd-audit man`: what a shell and a system want to know of the program.

use super::MET;
use super::help::{self, Example, Manual};
use super::output::{print, remark, write};
use clap::Args;
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use kd_audit::error::Error;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

#[derive(Args)]
pub struct ManArgs {
    /// The folder for a page a command; made if it is not there. Without it, the program's own page
    /// goes to standard output
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Prints the completions and returns the exit code.
pub fn completions(args: &CompletionsArgs) -> u8 {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut help::command(), "kd-audit", &mut text);
    print(&String::from_utf8_lossy(&text));
    MET
}

/// Prints the page, or writes all of them, and returns the exit code.
pub fn man(args: &ManArgs) -> Result<u8, Error> {
    let pages = pages().map_err(|source| Error::Io { file: "a man page".into(), source })?;
    let Some(out) = args.out.as_deref() else {
        if let Some((_, text)) = pages.first() {
            print(text);
        }
        return Ok(MET);
    };
    let fault = |source| Error::Io { file: out.display().to_string(), source };
    std::fs::create_dir_all(out).map_err(fault)?;
    for (name, text) in &pages {
        write(&out.join(name), text)?;
    }
    remark(&format!("{} pages written to {}\n", pages.len(), out.display()), Path::new(""));
    Ok(MET)
}

/// A page a command, the program's first, with their file names.
fn pages() -> std::io::Result<Vec<(String, String)>> {
    let mut root = help::command().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    for manual in help::MANUALS {
        let mut command = &root;
        for word in manual.command.split_whitespace() {
            let found = command.find_subcommand(word);
            command = found.ok_or_else(|| std::io::Error::other(manual.command))?;
        }
        let page = Man::new(command.clone());
        pages.push((page.get_filename(), page_text(&page, command, manual)?));
    }
    Ok(pages)
}

fn page_text(page: &Man, command: &clap::Command, manual: &Manual) -> std::io::Result<String> {
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if command.has_subcommands() {
        page.render_subcommands_section(&mut text)?;
    }
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]);
    for Example { line, says } in manual.examples {
        roff.control("TP", []).text([bold(*line)]).text([roman(*says)]);
    }
    roff.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in manual.all_codes() {
        roff.control("TP", []).text([bold(code.to_string())]).text([roman(meaning)]);
    }
    roff.control("SH", ["ENVIRONMENT"]);
    roff.control("TP", []).text([bold("NO_COLOR")]);
    roff.text([roman(
        "If it is set, messages about arguments have no colour; nothing else has any.",
    )]);
    roff.to_writer(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    // Each section defines the apostrophe anew; once is enough.
    let (head, rest) = text.split_at(text.find(".TH").unwrap_or(0));
    Ok(format!("{head}{}", rest.replace(head, "")))
}
