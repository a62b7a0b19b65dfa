//! Progress reports of long operations.

/// Receives progress reports of a long operation.
pub trait Progress {
    /// `done` of `total` units; `what` is git's own word for the phase, such as `Receiving
    /// objects`.
    fn update(&self, done: u64, total: u64, what: &str);
}

/// Discards all reports.
pub struct NoProgress;

impl Progress for NoProgress {
    fn update(&self, _done: u64, _total: u64, _what: &str) {}
}

/// Parses a progress line of git: `remote: Counting objects:  45% (9/20), done.` becomes (9, 20,
/// "Counting objects"). `None` for other lines.
pub(super) fn parse_progress(line: &str) -> Option<(u64, u64, &str)> {
    let line = line.trim();
    let line = line.strip_prefix("remote: ").unwrap_or(line);
    let (what, rest) = line.split_once(':')?;
    let (percent, rest) = rest.split_once("% (")?;
    percent.trim().parse::<u8>().ok()?;
    let (done, total) = rest.split_once(')')?.0.split_once('/')?;
    Some((done.parse().ok()?, total.parse().ok()?, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gits_progress_is_read() {
        let line = "Receiving objects:  45% (450/1000), 1.20 MiB | 3.00 MiB/s";
        assert_eq!(parse_progress(line), Some((450, 1000, "Receiving objects")));
        assert_eq!(
            parse_progress("remote: Counting objects: 100% (3/3), done."),
            Some((3, 3, "Counting objects"))
        );
        for other in
            ["fatal: x", "remote: Enumerating objects: 3, done.", "", "a: b% (c/d)", "a: 5% (1/2"]
        {
            assert_eq!(parse_progress(other), None, "{other}");
        }
    }
}
