//! What an image bears in its registry: artifacts of a type, and signatures that verify.

use super::version_digest;
use crate::config::gates::{AttestedGate, SignatureRequirement, SignedBy};
use crate::model::Version;
use crate::ops::session::Session;
use crate::pipeline::ExternalAnswer;
use crate::process::{ProgramLimits, run_program};
use crate::registry::{ImageRepository, RegistryClient};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::Command;
use std::time::Duration;
use tempfile::NamedTempFile;

/// Time limit for cosign, which asks the registry and perhaps a transparency log.
const COSIGN: Duration = Duration::from_secs(60);
/// The longest reason from cosign, in characters.
const LONGEST: usize = 200;

/// Function that returns a file of the deployed branch.
pub type RepositoryFile<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// Checks what an image bears.
pub struct AttestationCheck<'a> {
    pub client: &'a RegistryClient,
    pub place: &'a ImageRepository,
    pub read_file: RepositoryFile<'a>,
    pub session: &'a Session,
}

impl AttestationCheck<'_> {
    /// Open where the image has all that the gate asks for. Whatever cannot be asked is no answer.
    pub fn check(&self, wanted: &AttestedGate, version: &Version) -> ExternalAnswer {
        let digest = match version_digest(self.client, self.place, version) {
            Ok(Some(digest)) => digest,
            Ok(None) => return ExternalAnswer::NoAnswer("the version has no name".into()),
            Err(error) if error.is_absence() => {
                let tag = version.tag.as_deref().unwrap_or_default();
                return ExternalAnswer::Shut(format!("{} has no {tag}", self.place));
            }
            Err(error) => return ExternalAnswer::NoAnswer(error.to_string()),
        };
        if !wanted.types.is_empty() {
            match self.lacking_types(wanted, &digest) {
                Ok(lacking) if lacking.is_empty() => {}
                Ok(lacking) => {
                    let lacking = lacking.join(" and ");
                    let why = format!("{version} has no artifact of type {lacking}");
                    return ExternalAnswer::Shut(why);
                }
                Err(why) => return ExternalAnswer::NoAnswer(why),
            }
        }
        match &wanted.signature {
            Some(signature) => self.check_signature(signature, version, &digest),
            None => ExternalAnswer::Open,
        }
    }

    fn lacking_types<'g>(
        &self,
        wanted: &'g AttestedGate,
        digest: &str,
    ) -> Result<Vec<&'g str>, String> {
        let found = self.client.referrers(self.place, digest);
        let found = found.map_err(|error| error.to_string())?;
        let there: BTreeSet<&str> = found.iter().map(|one| one.artifact_type.as_str()).collect();
        let types = wanted.types.iter().map(String::as_str);
        Ok(types.filter(|kind| !there.contains(kind)).collect())
    }

    /// Runs `cosign verify` with fixed arguments: nothing of the repository becomes an option.
    fn check_signature(
        &self,
        wanted: &SignatureRequirement,
        version: &Version,
        digest: &str,
    ) -> ExternalAnswer {
        let mut cosign = Command::new("cosign");
        cosign.arg("verify");
        // The files must live until cosign has ended.
        let mut files: Vec<NamedTempFile> = Vec::new();
        let mut add_file = |option: &str, path: &str, cosign: &mut Command| {
            let file = self.copy_file(path)?;
            cosign.arg(format!("{option}={}", file.path().display()));
            files.push(file);
            Ok::<(), String>(())
        };
        let added = match &wanted.by {
            SignedBy::Key(path) => add_file("--key", path, &mut cosign),
            SignedBy::Identity { identity, issuer } => {
                cosign.arg(format!("--certificate-identity={identity}"));
                cosign.arg(format!("--certificate-oidc-issuer={issuer}"));
                Ok(())
            }
        };
        let roots = wanted.roots.as_deref();
        let added = added
            .and_then(|()| roots.map_or(Ok(()), |path| add_file("--ca-roots", path, &mut cosign)));
        if let Err(why) = added {
            return ExternalAnswer::NoAnswer(why);
        }
        if roots.is_some() {
            // Authorities of one's own have no public log of certificates.
            cosign.arg("--insecure-ignore-sct=true");
        }
        if !wanted.in_log {
            cosign.arg("--insecure-ignore-tlog=true");
        }
        let endpoint = self.client.endpoint(self.place);
        if endpoint.origin.starts_with("http:") {
            cosign.args(["--allow-http-registry=true", "--allow-insecure-registry=true"]);
        }
        cosign.arg("--").arg(format!("{}@{digest}", endpoint.place));
        match run_program(cosign, ProgramLimits::of_time(COSIGN)) {
            Ok(output) => {
                self.session.detail(&format!("cosign: {}", output.text().trim()));
                if output.status.success() {
                    return ExternalAnswer::Open;
                }
                let said = error_line(&output.text());
                // cosign ends with 10 and 12 where it found no signature, or none that fits.
                match output.status.code() {
                    Some(_) => ExternalAnswer::Shut(format!(
                        "{version} has no signature that verifies: {said}"
                    )),
                    None => ExternalAnswer::NoAnswer("cosign was killed".into()),
                }
            }
            Err(why) => ExternalAnswer::NoAnswer(format!("cosign: {why}")),
        }
    }

    /// A copy of a file of the deployed branch, as cosign reads files only.
    fn copy_file(&self, path: &str) -> Result<NamedTempFile, String> {
        let bytes = (self.read_file)(path)
            .ok_or_else(|| format!("the deployed branch has no file {path}"))?;
        let failed = |error: std::io::Error| format!("cannot write a copy of {path}: {error}");
        let mut file = tempfile::Builder::new().prefix("towpath-").tempfile().map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
        Ok(file)
    }
}

/// The line of an output that says what went wrong.
fn error_line(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<&str> = lines.collect();
    let error = lines.iter().find(|line| line.to_ascii_lowercase().starts_with("error"));
    let line = error.or(lines.last()).copied().unwrap_or("cosign gave no reason");
    line.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}
