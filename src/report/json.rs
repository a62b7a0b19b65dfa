//! JSON output, a stable interface for scripts: fields are added, never changed or removed. This
//! file has `towpath.status/1`.

mod annotation;
#[cfg(any(feature = "announce", test))]
mod announcement;
mod ask;
mod audit;
mod changes;
mod commit_trace;
mod diff;
mod guard;
mod history;
mod ledger;
mod left_out;
mod live;
mod metrics;
mod plan;
mod proposals;
mod publish;
mod trace;
mod versions;

pub use annotation::AnnotationJson;
#[cfg(any(feature = "announce", test))]
pub use announcement::{AnnouncementJson, AnnouncementsJson, ToldAnnouncementJson};
pub use ask::AskJson;
pub use audit::AuditJson;
pub use changes::ChangesJson;
pub use commit_trace::CommitTraceJson;
pub use diff::DiffJson;
pub use guard::GuardJson;
pub use history::{DeploymentJson, HistoryJson, ImageVersionJson};
pub use ledger::{LedgerEventJson, LedgerJson, LockJson, LocksJson};
pub use left_out::LeftOutJson;
pub use live::{LiveCellJson, LiveJson};
pub use metrics::MetricsJson;
pub use plan::PlanJson;
pub use proposals::{ProposalJson, ProposalsJson};
pub use publish::PublishJson;
pub use trace::TraceJson;
pub use versions::VersionsJson;

use super::{BroughtBy, StatusEntry, StatusReport};
use crate::config::ConfigReport;
use crate::model::{EntryNote, Location, Warning};
use serde::Serialize;

/// Answer of `status --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.status/1"))]
pub struct StatusJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.status/1")))]
    pub schema: &'static str,
    pub repository: String,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub time: Option<String>,
    pub stages: Vec<String>,
    pub entries: Vec<EntryJson>,
    pub warnings: Vec<WarningJson>,
    /// Versions that are not shown, with `--all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<Vec<LeftOutJson>>,
}

/// `towpath.config/1`: the answer of `config show`.
#[derive(Debug, Serialize)]
pub struct ConfigJson<'a> {
    pub schema: &'static str,
    #[serde(flatten)]
    pub config: &'a ConfigReport,
}

impl<'a> From<&'a ConfigReport> for ConfigJson<'a> {
    fn from(config: &'a ConfigReport) -> Self {
        ConfigJson { schema: "towpath.config/1", config }
    }
}

/// An image in a cell.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EntryJson {
    pub app: String,
    pub stage: String,
    pub target: Option<String>,
    pub image: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
    pub locations: Vec<LocationJson>,
    pub since: Option<BroughtByJson>,
    pub component: Option<String>,
    pub confidence: &'static str,
    pub found: String,
    pub notes: Vec<NoteJson>,
    /// Places whose value has no effect, because this version replaces it.
    pub overridden: Vec<PlaceJson>,
    /// What runs, if the witnesses were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<LiveCellJson>,
}

/// A place in a file.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PlaceJson {
    pub path: String,
    /// 1-based.
    pub line: u32,
    pub key: String,
}

/// A place where a version is written.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LocationJson {
    pub path: String,
    pub line: u32,
    pub key: String,
    pub source: &'static str,
    pub part: &'static str,
}

/// The commit that introduced the version.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BroughtByJson {
    pub commit: String,
    pub time: String,
    pub author: PersonJson,
    pub subject: String,
    pub pull_request: Option<u64>,
}

/// Name and address, as in git.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PersonJson {
    pub name: String,
    pub email: String,
}

impl PersonJson {
    fn new(name: &str, email: &str) -> Self {
        PersonJson { name: name.to_owned(), email: email.to_owned() }
    }
}

/// A remark on an entry.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NoteJson {
    pub code: &'static str,
    pub message: String,
}

/// A problem that was skipped.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WarningJson {
    pub code: &'static str,
    pub path: Option<String>,
    pub message: String,
}

impl From<&StatusReport> for StatusJson {
    fn from(status: &StatusReport) -> Self {
        StatusJson {
            schema: "towpath.status/1",
            repository: status.repository.clone(),
            branch: status.branch.clone(),
            revision: status.revision.clone(),
            time: status.time.map(|time| time.to_string()),
            stages: status.stages.iter().map(ToString::to_string).collect(),
            entries: status.occupants.iter().map(EntryJson::from).collect(),
            warnings: status.warnings.iter().map(WarningJson::from).collect(),
            left_out: status
                .left_out
                .as_ref()
                .map(|entries| entries.iter().map(LeftOutJson::from).collect()),
        }
    }
}

impl From<&StatusEntry> for EntryJson {
    fn from(occupant: &StatusEntry) -> Self {
        let entry = &occupant.entry;
        let source = entry.source.as_str();
        EntryJson {
            app: occupant.name.clone(),
            stage: entry.stage.to_string(),
            target: entry.target.as_ref().map(ToString::to_string),
            image: entry.image.clone(),
            tag: entry.version.tag.clone(),
            digest: entry.version.digest.clone(),
            locations: entry
                .locations
                .iter()
                .map(|location| location_json(location, source))
                .collect(),
            since: occupant.since.as_ref().map(BroughtByJson::from),
            component: entry.component.clone(),
            confidence: entry.confidence.as_str(),
            found: occupant.found.clone(),
            notes: entry.notes.iter().map(NoteJson::from).collect(),
            overridden: entry.overridden.iter().map(PlaceJson::from).collect(),
            live: occupant.live.as_ref().map(LiveCellJson::from),
        }
    }
}

impl From<&Location> for PlaceJson {
    fn from(location: &Location) -> Self {
        let (path, key) = (location.path.clone(), location.key.clone());
        PlaceJson { path, line: location.line, key }
    }
}

fn location_json(location: &Location, source: &'static str) -> LocationJson {
    LocationJson {
        path: location.path.clone(),
        line: location.line,
        key: location.key.clone(),
        source,
        part: location.part.as_str(),
    }
}

impl From<&BroughtBy> for BroughtByJson {
    fn from(since: &BroughtBy) -> Self {
        BroughtByJson {
            commit: since.commit.clone(),
            time: since.time.to_string(),
            author: PersonJson::new(&since.author_name, &since.author_email),
            subject: since.subject.clone(),
            pull_request: since.pull_request,
        }
    }
}

impl From<&EntryNote> for NoteJson {
    fn from(note: &EntryNote) -> Self {
        let code = match note {
            EntryNote::Inherited => "inherited",
            EntryNote::Automated(_) => "automated",
            EntryNote::Mutable => "mutable",
            EntryNote::AppVersion => "app-version",
            EntryNote::Unbuildable => "unbuildable",
            EntryNote::Unmatched => "unmatched",
            EntryNote::Remote => "remote",
            EntryNote::Disagrees(_) => "disagrees",
            EntryNote::NoEffect => "no-effect",
            EntryNote::Overrides(_) => "overrides",
            EntryNote::DefaultOf(_) => "default-of-variable",
        };
        NoteJson { code, message: note_sentence(note) }
    }
}

/// Describes a note, for people and in JSON.
pub fn note_sentence(note: &EntryNote) -> String {
    match note {
        EntryNote::Inherited => "inherited: written in a base that other stages share".into(),
        EntryNote::Automated(automation) => {
            format!("automated: policy {} owns this line", automation.policy)
        }
        EntryNote::Mutable => {
            "mutable: this tag can be moved, so the running image may have changed since".into()
        }
        EntryNote::AppVersion => "no tag: the chart's appVersion is used".into(),
        EntryNote::Unbuildable => {
            "unbuildable: YAML reads this tag as a number, a boolean or null; quote it".into()
        }
        EntryNote::Unmatched => {
            "unmatched: no local resource has this image, but a remote one may".into()
        }
        EntryNote::Remote => "remote: the version of a remote resource, chart or git source".into(),
        EntryNote::Disagrees(what) => format!("disagrees: {what}"),
        EntryNote::NoEffect => "no effect: no image has this name".into(),
        EntryNote::Overrides(place) => {
            format!("overrides {place}, which therefore has no effect")
        }
        EntryNote::DefaultOf(name) => {
            format!("default: nothing here sets the variable {name}")
        }
    }
}

impl From<&Warning> for WarningJson {
    fn from(warning: &Warning) -> Self {
        WarningJson {
            code: warning.code,
            path: warning.path.clone(),
            message: warning.message.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LiveJson;
    use super::{AnnouncementJson, AnnouncementsJson};
    use super::{
        AskJson, AuditJson, ChangesJson, CommitTraceJson, GuardJson, LedgerEventJson, LedgerJson,
        LocksJson,
    };
    use super::{
        DeploymentJson, DiffJson, HistoryJson, MetricsJson, PlanJson, ProposalsJson, PublishJson,
        StatusJson, TraceJson, VersionsJson,
    };
    use crate::live::LiveSnapshot;
    use schemars::JsonSchema;
    use std::path::Path;

    /// `SNAPSHOTS=overwrite` rewrites the files.
    #[test]
    fn the_schemas_that_are_checked_in_are_fresh() {
        is_fresh::<StatusJson>("status");
        is_fresh::<HistoryJson>("history");
        is_fresh::<DeploymentJson>("deployment");
        is_fresh::<DiffJson>("diff");
        is_fresh::<TraceJson>("trace");
        is_fresh::<VersionsJson>("versions");
        is_fresh::<ChangesJson>("changes");
        is_fresh::<CommitTraceJson>("commit");
        is_fresh::<MetricsJson>("metrics");
        is_fresh::<PlanJson>("plan");
        is_fresh::<AnnouncementJson>("announcement");
        is_fresh::<AnnouncementsJson>("announcements");
        is_fresh::<AskJson>("ask");
        is_fresh::<AuditJson>("audit");
        is_fresh::<GuardJson>("guard");
        is_fresh::<LedgerEventJson>("event");
        is_fresh::<LedgerJson>("ledger");
        is_fresh::<LocksJson>("locks");
        is_fresh::<ProposalsJson>("proposals");
        is_fresh::<PublishJson>("publish");
        is_fresh::<LiveJson>("live");
        is_fresh::<LiveSnapshot>("live-snapshot");
    }

    fn is_fresh<T: JsonSchema>(name: &str) {
        let schema =
            schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
        let text = serde_json::to_string_pretty(&schema.into_root_schema_for::<T>())
            .expect("a schema is JSON")
            + "\n";
        let file = format!("docs/reference/towpath.{name}.schema.json");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        snapbox::Assert::new()
            .action_env("SNAPSHOTS")
            .eq(text, snapbox::Data::read_from(&path, None).raw());
    }
}
