//! The command line of unscatter: parse, run, turn the result into an exit status.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(std::env::args_os().collect()).into()
}
