//! Verifies commit signatures against a list of allowed signers.
//!
//! `git verify-commit` uses OpenSSH's `ssh-keygen`; ssh-keygen(1), "ALLOWED SIGNERS", describes the
//! format of the list. git checks validity at the time that the commit itself claims, so a
//! backdated commit could use an expired key. Lines that are not valid now are therefore removed
//! first, and certificates are checked here.

use super::write::run_git;
use super::write_error::WriteError;
use super::{Oid, Repository, git_process, signing_certificate};
use git2::ObjectType;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Time limit for verifying one signature.
const SOON: Duration = Duration::from_secs(20);

const DOING: &str = "verify a signature";

const UNLISTED: &str = "its key is not listed or not valid now";

/// Result of verifying a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureStatus {
    /// A good signature by this listed signer.
    Good(String),
    /// No signature that `ssh-keygen` can check.
    None,
    /// A bad signature, or one by an unlisted signer. The reason, in git's words.
    Bad(String),
}

/// A temporary file of allowed signers.
#[derive(Debug)]
pub struct AllowedSigners {
    file: tempfile::NamedTempFile,
    now: Timestamp,
    /// Folder for git's own temporary files.
    folder: PathBuf,
    /// The lines that are valid now.
    lines: String,
}

impl AllowedSigners {
    /// Collects the lines of the lists that are valid now. Temporary files are created in `folder`,
    /// which is created if missing.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn new<'t>(
        lists: impl IntoIterator<Item = &'t str>,
        now: &Zoned,
        folder: &Path,
    ) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new().prefix("signers-").tempfile_in(folder)?;
        let valid = lists.into_iter().flat_map(str::lines).filter(|line| is_valid(line, now));
        let lines: String = valid.map(|line| format!("{line}\n")).collect();
        file.write_all(lines.as_bytes())?;
        file.flush()?;
        Ok(AllowedSigners { file, now: now.timestamp(), folder: folder.to_path_buf(), lines })
    }

    /// The lines of the lists that are valid now.
    pub fn valid_lines(&self) -> &str {
        &self.lines
    }

    /// True if a line names an authority for certificates, which are valid for a time of their own.
    pub fn has_authority(&self) -> bool {
        self.lines
            .lines()
            .any(|line| signer_options(line).iter().any(|one| one == "cert-authority"))
    }

    /// False if the list cannot have the key of a signature, so that no program needs to look.
    fn may_list_key_of(&self, commit: &[u8]) -> bool {
        let key = signing_certificate::plain_key(commit);
        let is_listed = |key: String| self.lines.contains(&key);
        self.has_authority() || key.is_some_and(is_listed)
    }

    /// Verifies the signature of a commit.
    ///
    /// # Errors
    /// When git cannot be run or the commit is missing.
    pub fn verify_commit(
        &self,
        repository: &Repository,
        commit: Oid,
    ) -> Result<SignatureStatus, WriteError> {
        let bytes = repository.read_object(commit, ObjectType::Commit)?;
        if !is_signed_by_ssh(&bytes) {
            return Ok(SignatureStatus::None);
        }
        if !self.may_list_key_of(&bytes) {
            return Ok(SignatureStatus::Bad(UNLISTED.into()));
        }
        if !signing_certificate::is_valid_now(&bytes, self.now) {
            return Ok(SignatureStatus::Bad("its certificate is not valid now".into()));
        }
        let mut git = git_process::git_command(false, None);
        let list = format!("gpg.ssh.allowedSignersFile={}", self.file.path().display());
        // The repository's configuration must not choose the verifying program or a revocation
        // file.
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

impl Repository {
    /// True if both commits have good signatures by the same plain ssh key, or neither is signed
    /// with ssh.
    ///
    /// # Errors
    /// When git cannot be run or a commit is missing.
    pub(super) fn is_signed_like(&self, old: Oid, new: Oid) -> Result<bool, WriteError> {
        let read = |commit| self.read_object(commit, ObjectType::Commit);
        let (before, after) = (read(old)?, read(new)?);
        if !is_signed_by_ssh(&after) {
            return Ok(!is_signed_by_ssh(&before));
        }
        let key = signing_certificate::plain_key(&after);
        let Some(key) = key.filter(|_| is_signed_by_ssh(&before)) else { return Ok(false) };
        let now = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
        let failed =
            |error: std::io::Error| WriteError::Failed { doing: DOING, message: error.to_string() };
        let folder = tempfile::tempdir().map_err(failed)?;
        let line = format!("own namespaces=\"git\" {key}");
        let own = AllowedSigners::new([line.as_str()], &now, folder.path()).map_err(failed)?;
        Ok(matches!(own.verify_commit(self, old)?, SignatureStatus::Good(_)))
    }
}

/// Returns the signer in `Good "git" signature for alice@example.com with ED25519 key SHA256:…`.
fn signer_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("Good \"git\" signature for ")?;
    rest.rsplit_once(" with ").map(|(signer, _)| signer)
}

/// Returns why a signature is not accepted: its key is not listed, or else the message of
/// `ssh-keygen`.
fn failure_reason(said: &str) -> String {
    if said.lines().any(|line| line.starts_with("Good \"git\" signature with ")) {
        return UNLISTED.into();
    }
    let mut lines =
        said.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("warning:"));
    let line = lines.next().unwrap_or("git gave no reason");
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// True if the commit has exactly one signature and it is an SSH one. Other kinds would be checked
/// against whatever keys this machine has.
fn is_signed_by_ssh(commit: &[u8]) -> bool {
    let header = commit.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    let mut signatures = header.filter(|line| line.starts_with(b"gpgsig"));
    let first = signatures.next();
    first.is_some_and(|line| line.ends_with(b" -----BEGIN SSH SIGNATURE-----"))
        && signatures.next().is_none()
}

/// True if a line is valid at this time. A line with times that cannot be parsed is not.
fn is_valid(line: &str, now: &Zoned) -> bool {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return false;
    }
    let after = find_option(line, "valid-after=").map(|text| parse_moment(&text, now));
    let before = find_option(line, "valid-before=").map(|text| parse_moment(&text, now));
    after.is_none_or(|after| after.is_some_and(|after| after <= now.timestamp()))
        && before.is_none_or(|before| before.is_some_and(|before| now.timestamp() < before))
}

/// Returns the value of an option, given its name with `=`.
fn find_option(line: &str, name: &str) -> Option<String> {
    signer_options(line).into_iter().find_map(|option| Some(option.strip_prefix(name)?.to_owned()))
}

/// Returns the comma-separated options between principals and key, without quotes and in lower
/// case.
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

/// Parses `YYYYMMDD[HHMM[SS]][Z]`; without `Z` the time is in the local time zone.
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
