//! Asks the gates whether an app may go to a stage: `cargo run --example ask -- FOLDER APP STAGE`.
#![expect(clippy::print_stdout, reason = "a program prints its answer")]
#![expect(clippy::disallowed_methods, reason = "the clock of the session is the program's")]

use std::sync::Arc;
use towpath::ops::gates::ask::{GateQuestion, ask};
use towpath::ops::session::{Options, Session};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let options = Options { repository: arguments.next(), ..Options::default() };
    let (app, to) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
    let session = Session::new(options, Arc::new(jiff::Zoned::now));
    let answer = ask(&GateQuestion { app, to, ..GateQuestion::default() }, &session)?;
    let report = answer.waves.current();
    println!("{}", report.summary_sentence());
    for gate in report.judgement.closed_gates() {
        println!("{}: {}", gate.gate, gate.reason);
    }
    Ok(())
}
