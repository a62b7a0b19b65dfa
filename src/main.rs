//! Starts towpath.

use std::process::ExitCode;

fn main() -> ExitCode {
    towpath::cli::main()
}
