//! How long a walk down the mainline takes that watches all files whose path contains a text:
//! `cargo run --release --example mainline -- REPOSITORY TEXT`.

use anyhow::Context as _;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
use towpath::git::{Flow, Mainline, Repository, Snapshot, Tracked};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: mainline REPOSITORY TEXT";
    let (path, text) = (arguments.next().context(usage)?, arguments.next().context(usage)?);
    let repository = Repository::open(Path::new(&path))?;
    let tip = repository.head()?;
    let files = Snapshot::of_commit(&repository, tip)?.files_under("")?;
    let mut tracked = Tracked::new();
    for file in files.iter().filter(|file| file.path.contains(&text)) {
        tracked.add(&file.path);
    }
    let (start, mut changes, mut last) = (Instant::now(), 0, 0);
    let stopped = Mainline::new(&repository, tip).walk(&mut tracked, |step, _| {
        changes += step.changed.len();
        last = step.position;
        Flow::Continue
    });
    writeln!(std::io::stdout(), "{changes} changes, {} commits, {:?}, {stopped:?}", last + 1, start.elapsed())?;
    Ok(())
}
