//! `towpath.audit/1`.

use super::PersonJson;
use super::metrics::StagePairJson;
use crate::audit::{AuditRule, Severity};
use crate::report::{AuditReport, FindingReport, UnknownImage, to_timestamp};
use serde::Serialize;

/// Answer of `audit --output json`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "towpath.audit/1"))]
pub struct AuditJson {
    #[cfg_attr(test, schemars(extend("const" = "towpath.audit/1")))]
    pub schema: &'static str,
    pub repository: String,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub since: String,
    pub until: String,
    pub tolerance_seconds: i64,
    pub complete: bool,
    pub deployments: usize,
    pub stopped_by_policy: Option<usize>,
    pub rules: Vec<AuditRuleJson>,
    /// Rules that were skipped because what they need is missing.
    pub not_judged: Vec<UnjudgedRuleJson>,
    pub findings: Vec<FindingJson>,
    /// With `--registry`: the versions of which no registry told anything.
    pub unknown: Vec<UnknownImageJson>,
    pub hidden_by_baseline: usize,
    pub pairs: Vec<StagePairJson>,
}

/// Number of findings of a rule, for one severity.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AuditRuleJson {
    pub id: &'static str,
    pub severity: &'static str,
    pub title: &'static str,
    pub findings: usize,
}

/// A rule that was skipped.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UnjudgedRuleJson {
    pub id: &'static str,
    pub needs: String,
}

/// A version of which no registry told anything.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UnknownImageJson {
    pub app: String,
    pub component: Option<String>,
    pub stage: String,
    pub target: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
    /// Why nothing is known.
    pub reason: String,
}

impl From<&UnknownImage> for UnknownImageJson {
    fn from(unknown: &UnknownImage) -> Self {
        let UnknownImage { cell, version, reason, .. } = unknown.clone();
        UnknownImageJson {
            app: cell.app.to_string(),
            component: cell.component,
            stage: cell.stage.to_string(),
            target: cell.target.map(|target| target.to_string()),
            tag: version.tag,
            digest: version.digest,
            reason,
        }
    }
}

/// A finding.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FindingJson {
    pub id: String,
    pub rule: &'static str,
    pub severity: &'static str,
    pub message: String,
    pub app: Option<String>,
    pub stage: Option<String>,
    pub targets: Vec<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
    pub commit: Option<String>,
    pub time: Option<String>,
    pub author: Option<PersonJson>,
    pub subject: Option<String>,
    pub pull_request: Option<u64>,
    pub path: Option<String>,
    pub line: Option<u32>,
    pub event: Option<String>,
}

impl From<&AuditReport> for AuditJson {
    fn from(audited: &AuditReport) -> Self {
        AuditJson {
            schema: "towpath.audit/1",
            repository: audited.repository.clone(),
            branch: audited.branch.clone(),
            revision: audited.revision.clone(),
            since: audited.since.to_string(),
            until: audited.until.to_string(),
            tolerance_seconds: audited.tolerance,
            complete: audited.complete,
            deployments: audited.deployments,
            stopped_by_policy: audited.stopped,
            rules: audited.rule_counts().into_iter().map(AuditRuleJson::from).collect(),
            not_judged: audited.unjudged.iter().map(|rule| UnjudgedRuleJson::from(*rule)).collect(),
            findings: audited.findings.iter().map(FindingJson::from).collect(),
            unknown: audited.unknown.iter().map(UnknownImageJson::from).collect(),
            hidden_by_baseline: audited.hidden,
            pairs: audited.pairs.iter().map(StagePairJson::from).collect(),
        }
    }
}

impl From<(&'static AuditRule, Severity, usize)> for AuditRuleJson {
    fn from((rule, severity, findings): (&'static AuditRule, Severity, usize)) -> Self {
        AuditRuleJson { id: rule.id, severity: severity.as_str(), title: rule.title, findings }
    }
}

impl From<&'static AuditRule> for UnjudgedRuleJson {
    fn from(rule: &'static AuditRule) -> Self {
        UnjudgedRuleJson { id: rule.id, needs: rule.needs.missing_text() }
    }
}

impl From<&FindingReport> for FindingJson {
    fn from(told: &FindingReport) -> Self {
        let (finding, account) = (&told.finding, told.account.as_deref());
        let version = finding.version.as_ref();
        let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        FindingJson {
            id: finding.id(),
            rule: finding.rule.id,
            severity: finding.severity.as_str(),
            message: finding.message.clone(),
            app: named(&told.name),
            stage: named(told.stage()),
            targets: told.targets().into_iter().map(str::to_owned).collect(),
            tag: version.and_then(|version| version.tag.clone()),
            digest: version.and_then(|version| version.digest.clone()),
            commit: finding.commit.map(|commit| commit.to_string()),
            time: finding.time.map(|time| to_timestamp(time).to_string()),
            author: account
                .map(|account| PersonJson::new(&account.author.name, &account.author.email)),
            subject: account.map(|account| account.subject.clone()),
            pull_request: account.and_then(|account| account.pull_request),
            path: finding.path.clone(),
            line: finding.line,
            event: finding.event.clone(),
        }
    }
}
