//! Whose signature a commit bears, by a list of signers.
//!
//! `git verify-commit` does it with OpenSSH's `ssh-keygen`; the format of the list is described in
//! ssh-keygen(1), "ALLOWED SIGNERS". git takes the time that the commit names for itself, so a key
//! whose time is over would still do for a commit that is dated back: such lines are left out before.

use super::write::{WriteError, run_git};
use super::{Oid, Repository, git_process};
use git2::ObjectType;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// For one signature.
const SOON: Duration = Duration::from_secs(20);

const DOING: &str = "verify a signature";

/// What a signature is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureStatus {
    /// Good, and by this signer of the list.
    Good(String),
    /// There is none that `ssh-keygen` could check.
    None,
    /// Not good, or not by anybody on the list. In git's words.
    Bad(String),
}

/// Lines of allowed signers.
#[derive(Debug)]
pub struct AllowedSigners {
    file: tempfile::NamedTempFile,
    /// Where git may put its own temporary files.
    folder: PathBuf,
}

impl AllowedSigners {
    /// Takes those lines of the lists that are valid at this moment. Temporary files lie in the folder,
    /// which is made where it is missing.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn new<'t>(
        lists: impl IntoIterator<Item = &'t str>,
        now: &Zoned,
        folder: &Path,
    ) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new().prefix("signers-").tempfile_in(folder)?;
        for line in lists.into_iter().flat_map(str::lines).filter(|line| is_valid(line, now)) {
            writeln!(file, "{line}")?;
        }
        file.flush()?;
        Ok(AllowedSigners { file, folder: folder.to_path_buf() })
    }

    /// Looks at the signature of a commit.
    ///
    /// # Errors
    /// When git cannot be run or the commit is not there.
    pub fn verify_commit(
        &self,
        repository: &Repository,
        commit: Oid,
    ) -> Result<SignatureStatus, WriteError> {
        let bytes = repository.read_object(commit, ObjectType::Commit)?;
        if !is_signed_by_ssh(&bytes) {
            return Ok(SignatureStatus::None);
        }
        let mut git = git_process::git_command(false, None);
        let list = format!("gpg.ssh.allowedSignersFile={}", self.file.path().display());
        // Which program checks, and what else counts, is not for the repository to say.
        git_process::disable_programs(&mut git);
        git_process::add_settings(
            &mut git,
            &[&list, "gpg.ssh.revocationFile=", "gpg.program=false", "gpg.openpgp.program=false"],
        );
        git.arg("--git-dir").arg(repository.git_dir()).args([
            "verify-commit",
            "--raw",
            &commit.to_string(),
        ]);
        if let Some(folder) = repository.incoming_objects() {
            git.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", folder);
        }
        git.env("GIT_NO_REPLACE_OBJECTS", "1").env("TMPDIR", &self.folder);
        let answer = run_git(git, b"", DOING, SOON)?;
        let signer = answer.stderr.lines().chain(answer.stdout.lines()).find_map(signer_name);
        Ok(match signer.filter(|_| answer.status.success()) {
            Some(signer) => SignatureStatus::Good(signer.to_owned()),
            None => SignatureStatus::Bad(failure_reason(&answer.stderr)),
        })
    }
}

/// `Good "git" signature for alice@example.com with ED25519 key SHA256:…`
fn signer_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("Good \"git\" signature for ")?;
    rest.rsplit_once(" with ").map(|(signer, _)| signer)
}

/// Why a signature does not count: it fits, but its key is not on the list; or else in the words of
/// `ssh-keygen`.
fn failure_reason(said: &str) -> String {
    if said.lines().any(|line| line.starts_with("Good \"git\" signature with ")) {
        return "its key is on no line that counts now".into();
    }
    let mut lines =
        said.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("warning:"));
    let line = lines.next().unwrap_or("git does not say why");
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Signatures of other kinds are checked against keys that this machine happens to have.
fn is_signed_by_ssh(commit: &[u8]) -> bool {
    let header = commit.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    let mut signatures = header.filter(|line| line.starts_with(b"gpgsig"));
    let first = signatures.next();
    first.is_some_and(|line| line.ends_with(b" -----BEGIN SSH SIGNATURE-----"))
        && signatures.next().is_none()
}

/// Does this line count at this moment? What its times mean has to be understood.
fn is_valid(line: &str, now: &Zoned) -> bool {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return false;
    }
    let bound = |name: &str| {
        signer_options(line)
            .into_iter()
            .find_map(|option| Some(option.strip_prefix(name)?.to_owned()))
    };
    let after = bound("valid-after=").map(|text| parse_moment(&text, now));
    let before = bound("valid-before=").map(|text| parse_moment(&text, now));
    after.is_none_or(|after| after.is_some_and(|after| after <= now.timestamp()))
        && before.is_none_or(|before| before.is_some_and(|before| now.timestamp() < before))
}

/// The options of a line, without quotes, in lower case: what stands between the principals and the
/// key, divided by commas.
fn signer_options(line: &str) -> Vec<String> {
    let mut fields: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut quoted = false;
    for c in line.chars() {
        let field = fields.last_mut().map(|field| (field.len(), field));
        match (c, quoted, field) {
            ('"', _, _) => quoted = !quoted,
            (' ' | '\t', false, _) => fields.push(vec![String::new()]),
            (',', false, Some((_, field))) => field.push(String::new()),
            (c, _, Some((length, field))) => field[length - 1].push(c),
            _ => {}
        }
    }
    let parts = fields.into_iter().skip(1).flatten();
    parts.map(|part| part.to_ascii_lowercase()).collect()
}

/// `YYYYMMDD[HHMM[SS]][Z]`; without `Z` it is the time of this machine's zone.
fn parse_moment(text: &str, now: &Zoned) -> Option<Timestamp> {
    let (digits, zone) = match text.strip_suffix('z') {
        Some(digits) => (digits, TimeZone::UTC),
        None => (text, now.time_zone().clone()),
    };
    let whole = match digits.len() {
        8 => format!("{digits}000000"),
        12 => format!("{digits}00"),
        _ => digits.to_owned(),
    };
    let time = DateTime::strptime("%Y%m%d%H%M%S", whole).ok()?;
    time.to_zoned(zone).ok().map(|time| time.timestamp())
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
