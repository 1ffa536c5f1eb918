//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    sanggar::cli::run()
}
