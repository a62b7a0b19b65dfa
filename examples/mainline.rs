//! How long the walk takes: `cargo run --release --example mainline -- REPOSITORY PATTERN`.
use std::time::Instant;
use towpath::git::{Flow, Mainline, Repository, Snapshot, Tracked};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let repository = Repository::open(std::path::Path::new(&args[1])).expect("open");
    let tip = repository.head().expect("head");
    let start = Instant::now();
    Mainline::new(&repository, tip).find(|_, _| false).expect("chain");
    println!("chain {:?}", start.elapsed());
    let start = Instant::now();
    let mut tracked = Tracked::new();
    let files = Snapshot::of_commit(&repository, tip).expect("snapshot").files_under("").expect("files");
    let mut n = 0;
    for f in files.iter().filter(|f| f.path.contains(&args[2])) {
        tracked.add(&f.path);
        n += 1;
    }
    let listed = start.elapsed();
    let mut found = 0;
    let mut last = 0;
    let stopped = Mainline::new(&repository, tip).walk(&mut tracked, |step, tracked| {
        for id in step.changed {
            if std::env::args().len() < 4 {
                tracked.remove(*id);
            }
            found += 1;
        }
        last = step.position;
        Flow::Continue
    });
    println!("{found} of {n} list {listed:?} all {:?} {stopped:?} last {last}", start.elapsed());
    let status = std::fs::read_to_string("/proc/self/status").expect("status");
    println!("{}", status.lines().filter(|l| l.starts_with("VmHWM")).collect::<String>());
}
