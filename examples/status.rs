//! Prints which versions run where, as JSON: `cargo run --example status -- FOLDER`.
#![expect(clippy::print_stdout, reason = "a program prints its answer")]
#![expect(clippy::disallowed_methods, reason = "the clock of the session is the program's")]

use std::sync::Arc;
use towpath::ops::session::{Options, Session};
use towpath::ops::status::{StatusQuery, status};
use towpath::report::json::StatusJson;

fn main() -> anyhow::Result<()> {
    let options = Options { repository: std::env::args().nth(1), ..Options::default() };
    let session = Session::new(options, Arc::new(jiff::Zoned::now));
    let answer = status(&StatusQuery::default(), &session)?;
    println!("{}", serde_json::to_string_pretty(&StatusJson::from(&answer.report))?);
    Ok(())
}
