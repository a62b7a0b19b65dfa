//! The newest version that may be deployed, or one that somebody named, as the registry has it.

use super::{VersionLister, VersionsQuery};
use crate::model::Version;
use crate::ops::error::Failure;
use crate::ops::gates::GateContext;
use crate::report::VersionsReport;

/// The number of versions that are looked through.
const LOOKED_AT: usize = 200;

/// A question for the newest version of an app.
#[derive(Debug, Clone, Copy)]
pub struct LatestQuery<'a> {
    /// `web`, or `api/nginx`.
    pub app: &'a str,
}

/// The newest version that may be deployed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LatestVersion {
    /// With its digest, which the registry has now; `None` where the stage runs it.
    pub version: Option<Version>,
    /// The newest version that is held back, and why: rejected, or not attested.
    pub held: Option<(String, String)>,
}

/// Finds the newest version that may be deployed to the first stage.
///
/// # Errors
/// When the registry does not answer, or no version may be deployed.
pub fn find_latest(
    query: LatestQuery<'_>,
    context: &GateContext<'_>,
) -> Result<LatestVersion, Failure> {
    let subject = context.subject(query.app)?;
    let mut lister = VersionLister::open(&subject, context)?;
    match newest(query, &lister) {
        // The kept list may name a tag that was deleted since.
        Err(LatestError::Gone) => {
            lister.is_fresh = true;
            newest(query, &lister).map_err(|error| error.into_failure(&lister))
        }
        other => other.map_err(|error| error.into_failure(&lister)),
    }
}

/// Why there is no newest version.
enum LatestError {
    /// The tag that the list names is gone.
    Gone,
    Failed(Failure),
}

impl LatestError {
    fn into_failure(self, lister: &VersionLister<'_, '_>) -> Failure {
        match self {
            LatestError::Gone => {
                Failure::failed(format!("{} lists a tag that it does not have", lister.image.place))
            }
            LatestError::Failed(failure) => failure,
        }
    }
}

fn newest(
    query: LatestQuery<'_>,
    lister: &VersionLister<'_, '_>,
) -> Result<LatestVersion, LatestError> {
    let wanted =
        VersionsQuery { app: query.app.to_owned(), limit: Some(LOOKED_AT), ..Default::default() };
    let report = lister.list(&wanted).map_err(LatestError::Failed)?;
    match report.newest_deployable() {
        Some(newest) => {
            let digest = match lister.client.resolve_tag(&lister.image.place, &newest.tag) {
                Ok(digest) => digest,
                Err(error) if error.is_absence() => return Err(LatestError::Gone),
                Err(error) => return Err(LatestError::Failed(error.into())),
            };
            let version = Version { tag: Some(newest.tag.clone()), digest: Some(digest) };
            Ok(LatestVersion { version: Some(version), held: held_version(&report) })
        }
        None if is_current(&report) => {
            Ok(LatestVersion { version: None, held: held_version(&report) })
        }
        None => Err(LatestError::Failed(nothing_deployable(&report))),
    }
}

/// The newest version that only a rejection or a missing attestation holds back, if no version that
/// may be deployed or runs is newer.
fn held_version(report: &VersionsReport) -> Option<(String, String)> {
    let newer = report
        .versions
        .iter()
        .take_while(|one| one.obstacle.as_ref().is_some_and(|obstacle| obstacle.code != "runs"));
    newer.filter_map(|one| Some((one, one.obstacle.as_ref()?))).find_map(|(one, obstacle)| {
        let is_held = matches!(obstacle.code, "rejected" | "not-attested");
        is_held.then(|| (one.tag.clone(), obstacle.reason.clone()))
    })
}

/// True where the first version that is not left alone for its branch or a rejection runs already.
fn is_current(report: &VersionsReport) -> bool {
    let is_skipped = |code: &str| matches!(code, "branch" | "rejected" | "not-attested");
    let mut codes = report.versions.iter().filter_map(|one| Some(one.obstacle.as_ref()?.code));
    codes.find(|code| !is_skipped(code)) == Some("runs")
}

fn nothing_deployable(report: &VersionsReport) -> Failure {
    let first = report.versions.iter().find_map(|one| Some((&one.tag, one.obstacle.as_ref()?)));
    let why = match first {
        Some((tag, obstacle)) => format!("{tag}: {}", obstacle.reason),
        None => "the registry has none".to_owned(),
    };
    Failure::failed(format!(
        "no version of {} in {} may be deployed: {why}",
        report.app, report.image
    ))
    .hint(format!("`towpath versions {} --all` lists every tag with the reason", report.app))
}
