//! `--wait`: looks again and again, fetching what is new, until the answer is yes.

use super::{AskArgs, ExitKind, Failure, GateContext, answer_waves, print_answer};
use crate::cli::context::CommandContext;
use crate::cli::environment::ProcessEnvironment;
use crate::cli::{book, follow};
use std::thread;
use std::time::{Duration, Instant};

pub(super) fn run(args: &AskArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let started = Instant::now();
    let mut said = String::new();
    loop {
        let now = CommandContext::new(context.globals.clone(), ProcessEnvironment::read());
        let now = follow::fetching_context(&now)?;
        let repository = now.open_repository()?;
        let inquiry = GateContext::load(&now, &repository)?;
        if repository.origin_url().is_some() && now.url().is_none() {
            // What cannot be fetched now is fetched the next time.
            let _fetched = book::fetch(&now, &repository, inquiry.config());
        }
        let inquiry = GateContext::load(&now, &repository)?;
        let answers = answer_waves(args, &inquiry)?;
        let judged = answers.current();
        let is_over = args.timeout.is_some_and(|limit| started.elapsed() >= limit.unsigned_abs());
        if judged.is_allowed() || is_over {
            return print_answer(&answers, args.output, &inquiry);
        }
        let sentence = judged.summary_sentence();
        if sentence != said {
            now.ui.print_note(&sentence);
            said = sentence;
        }
        thread::sleep(args.every.unsigned_abs().max(Duration::from_millis(50)));
    }
}
