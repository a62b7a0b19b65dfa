//! Runs git against the remote with a time limit, and retries lost connections.
//!
//! Each operation is safe to repeat: listing and fetching change nothing at the remote, and a push
//! that already arrived is `up to date` when repeated.

use super::git_process::GitOutput;
use super::write::Workspace;
use super::write_error::WriteError;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// Time a workspace may lose to dead connections before it stops retrying.
const PATIENCE: Duration = Duration::from_secs(20);

/// Upper limit of the time lost to dead connections.
const LONGEST: Duration = Duration::from_secs(40);

/// The shortest time limit of a connection, even past the deadline.
const SHORTEST: Duration = Duration::from_secs(5);

/// Number of attempts for a connection that broke, and for one that was never established.
const BROKEN_ATTEMPTS: u32 = 6;
const UNMADE_ATTEMPTS: u32 = 3;

/// Pause before the second attempt; doubled before each further one up to `LONGEST_PAUSE`.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Messages of git, curl and ssh for a broken connection; a retry may succeed.
const BROKEN: [&str; 13] = [
    "hung up unexpectedly",
    "Connection reset",
    "Connection closed by",
    "Broken pipe",
    "early EOF",
    "expected flush after",
    "Could not read from remote repository",
    "unexpected disconnect",
    "bytes of body are still expected",
    "Empty reply from server",
    "returned error: 502",
    "returned error: 503",
    "returned error: 504",
];

/// Messages for a connection that was never established.
const UNMADE: [&str; 5] = [
    "Connection refused",
    "Connection timed out",
    "Operation timed out",
    "Could not resolve host",
    "Temporary failure in name resolution",
];

impl Workspace<'_> {
    /// Runs git against the remote; `arguments` adds the subcommand. A failure of git is in the
    /// returned status.
    ///
    /// # Errors
    /// [`WriteError::NoGit`], or [`WriteError::TooSlow`] after `limit` or the time left.
    pub(super) fn run_remote(
        &self,
        doing: &'static str,
        limit: Duration,
        arguments: impl Fn(&mut Command),
    ) -> Result<GitOutput, WriteError> {
        let mut pause = PAUSE;
        let mut attempt = 1;
        loop {
            let begun = Instant::now();
            let answer = self.talk_once(doing, limit, &arguments);
            let worth = attempts_for(&answer);
            if worth > 1 {
                self.lost.set(self.lost.get() + begun.elapsed());
            }
            if attempt >= worth
                || self.lost.get() > PATIENCE
                || self.time_left().is_some_and(|left| left.is_zero())
            {
                return answer;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
            attempt += 1;
        }
    }

    fn talk_once(
        &self,
        doing: &'static str,
        limit: Duration,
        arguments: &impl Fn(&mut Command),
    ) -> Result<GitOutput, WriteError> {
        let mut git = self.git_command();
        arguments(&mut git);
        self.run_git(git, b"", doing, time_allowance(limit, self.lost.get(), self.time_left()))
    }

    /// Sets the deadline for all connections to the remote. A connection that begins shortly before
    /// it, or later, still gets a few seconds.
    pub fn end_by(&self, end: Instant) {
        self.end.set(Some(end));
    }

    fn time_left(&self) -> Option<Duration> {
        self.end.get().map(|end| end.saturating_duration_since(Instant::now()))
    }
}

/// Returns the time limit of a connection that may take up to `limit`, given the time `lost` to
/// dead connections and the time `left` until the deadline.
fn time_allowance(limit: Duration, lost: Duration, left: Option<Duration>) -> Duration {
    let rest = LONGEST.saturating_sub(lost);
    limit.min(left.map_or(rest, |left| left.min(rest)).max(SHORTEST))
}

/// Messages of ssh and servers that appear together with a broken connection but are permanent.
const FINAL: [&str; 8] = [
    "denied",
    "Host key",
    "not found",
    "does not appear",
    "not exist",
    "not exported",
    "does not support",
    "ERROR: ",
];

/// True for a line of a push that git rejected itself, before sending anything. The server then
/// reports a broken connection, which must not be retried.
fn is_decided(line: &str) -> bool {
    line.starts_with('!') && line.contains("[rejected]")
}

/// Returns the total number of attempts for an answer.
fn attempts_for(answer: &Result<GitOutput, WriteError>) -> u32 {
    match answer {
        Ok(answer) if answer.status.success() || answer.stdout.lines().any(is_decided) => 1,
        Ok(answer) if says_any(&UNMADE, answer) => UNMADE_ATTEMPTS,
        Ok(answer) if says_any(&FINAL, answer) => 1,
        Ok(answer) if says_any(&BROKEN, answer) => BROKEN_ATTEMPTS,
        Err(WriteError::TooSlow { .. }) => BROKEN_ATTEMPTS,
        _ => 1,
    }
}

fn says_any(words: &[&str], answer: &GitOutput) -> bool {
    words.iter().any(|words| answer.stderr.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_talk_may_take_what_is_left_and_never_less_than_a_few_seconds() {
        let seconds = Duration::from_secs;
        let allowance = |limit, lost, left: Option<u64>| {
            time_allowance(seconds(limit), seconds(lost), left.map(seconds))
        };
        assert_eq!(allowance(45, 0, None), LONGEST);
        assert_eq!(allowance(12, 0, None), seconds(12));
        assert_eq!(allowance(45, 28, None), seconds(12));
        assert_eq!(allowance(45, 100, None), SHORTEST);
        assert_eq!(allowance(45, 0, Some(50)), LONGEST);
        assert_eq!(allowance(45, 0, Some(9)), seconds(9));
        assert_eq!(allowance(45, 28, Some(9)), seconds(9));
        assert_eq!(allowance(45, 0, Some(0)), SHORTEST);
        assert_eq!(allowance(2, 0, Some(0)), seconds(2));
    }
}
