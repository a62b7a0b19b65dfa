//! How long a walk down the mainline takes that compares all trees below a path:
//! `cargo run --release --example mainline -- REPOSITORY PATH THREADS`.

use anyhow::Context as _;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
use towpath::git::{MainlineWalk, PathScope, Repository, WalkControl};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: mainline REPOSITORY PATH THREADS";
    let (path, scope) = (arguments.next().context(usage)?, arguments.next().context(usage)?);
    let threads = arguments.next().context(usage)?.parse()?;
    let repository = Repository::open(Path::new(&path))?;
    let tip = repository.head_commit()?;
    let (start, mut changes, mut done) = (Instant::now(), 0, 0);
    let stopped = MainlineWalk::new(&repository, tip, PathScope::of([scope])).threads(threads).run(
        || |_: &_, _: &_| (),
        |step, ()| {
            changes += step.changes.len();
            WalkControl::Continue
        },
        |reached| done = reached.done,
    );
    writeln!(
        std::io::stdout(),
        "{changes} changes, {done} commits, {:?}, {stopped:?}",
        start.elapsed()
    )?;
    Ok(())
}
