//! Runs every audit rule over a repository: `cargo run --example audit -- FOLDER`.
#![expect(clippy::print_stdout, reason = "a program prints its answer")]
#![expect(clippy::disallowed_methods, reason = "the clock of the session is the program's")]

use std::sync::Arc;
use towpath::ops::audit::{AuditQuery, audit};
use towpath::ops::session::{Options, Session};

fn main() -> anyhow::Result<()> {
    let options = Options { repository: std::env::args().nth(1), ..Options::default() };
    let session = Session::new(options, Arc::new(jiff::Zoned::now));
    let page = audit(&AuditQuery::default(), &session)?;
    println!("{} deployments, {} findings", page.audited.deployments, page.audited.findings.len());
    for found in &page.audited.findings {
        let rule = found.finding.rule;
        println!(
            "{} {} {}: {}",
            rule.severity.as_str(),
            rule.id,
            found.name,
            found.finding.message
        );
    }
    Ok(())
}
