//! `turf completions` and `turf man`: what shells and `man` want to know, made from the arguments themselves.

use std::io;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::output::{self, Exit};
use crate::data::{DataError, Output};

/// Arguments of `turf completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf completions bash > ~/.local/share/bash-completion/completions/turf\n  turf completions zsh > ~/.zfunc/_turf\n  turf completions fish > ~/.config/fish/completions/turf.fish"
)]
pub struct Completions {
    /// The shell to complete in.
    shell: Shell,
}

/// Arguments of `turf man`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  turf man | man -l -\n  turf man --out ~/.local/share/man/man1   one page for turf and one for each command"
)]
pub struct Man {
    /// Write the page of turf and one for each command into this folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the completions of a shell.
pub fn completions(arguments: &Completions) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "turf", &mut script);
    output::print(&String::from_utf8_lossy(&script), Exit::Fine)
}

/// Prints the manual page, or writes all of them.
pub fn man(arguments: &Man) -> Exit {
    let Some(folder) = &arguments.out else {
        return match page(super::Arguments::command()) {
            Ok(page) => output::print(&page, Exit::Fine),
            Err(error) => output::trouble(&DataError::writing("the page", error)),
        };
    };
    let turf = super::Arguments::command();
    let mut pages = vec![("turf.1".to_owned(), turf.clone())];
    for command in turf.get_subcommands() {
        let name = format!("turf-{}", command.get_name());
        pages.push((format!("{name}.1"), command.clone().display_name(name.clone()).bin_name(format!("turf {}", command.get_name()))));
    }
    for (file, command) in pages {
        let path = folder.join(&file);
        let written = page(command).map_err(|e| DataError::writing(&file, e)).and_then(|page| {
            let mut out = Output::file(&path)?;
            out.put(page.as_bytes())?;
            out.finish()
        });
        if let Err(error) = written {
            return output::trouble(&error);
        }
    }
    Exit::Fine
}

fn page(command: clap::Command) -> io::Result<String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
