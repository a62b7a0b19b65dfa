//! `towpath attest`: marks an image in its registry.

use super::context::CommandContext;
use super::exit::ExitKind;
use crate::ops::attest::{AttestQuery, attest};
use crate::ops::error::Failure;
use clap::{Args, ValueHint};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  towpath attest web@v1.4.0 --type application/vnd.example.deployable
  towpath attest web@sha256:… --type application/spdx+json --file sbom.json

Exit codes:
  0  done, or it was there already
  1  failed, such as a registry that refuses the upload
  2  wrong usage or configuration";

/// Attach a marker or a file to an image in its registry
///
/// The gate `attested` opens for images that bear an artifact of a type. A build or a test job
/// attaches one with this command, and needs no write access to the deployment repository. The
/// artifact is an OCI referrer of the image. Equal artifacts are one: doing it twice changes
/// nothing. The digest of the artifact is printed.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct AttestArgs {
    /// App and version: a tag, a whole digest, or both
    #[arg(value_name = "APP@VERSION")]
    subject: String,

    /// Type of the artifact, such as application/vnd.example.deployable
    #[arg(long = "type", value_name = "TYPE")]
    artifact_type: String,

    /// File to attach
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,

    /// With --file: media type of the file [default: application/octet-stream]
    #[arg(long, value_name = "TYPE", requires = "file")]
    media_type: Option<String>,
}

/// Attaches the artifact, and prints its digest.
pub fn run(args: &AttestArgs, context: &CommandContext) -> Result<ExitKind, Failure> {
    let query = AttestQuery {
        subject: args.subject.clone(),
        artifact_type: args.artifact_type.clone(),
        file: args.file.clone(),
        media_type: args.media_type.clone(),
    };
    let answer = attest(&query, &context.session)?;
    let done = if answer.artifact.was_there { "was attached already to" } else { "attached to" };
    context.ui.print_note(&format!("{} {done} {}", args.artifact_type, answer.image));
    context.ui.write_answer(&answer.artifact.digest)?;
    Ok(ExitKind::Done)
}
