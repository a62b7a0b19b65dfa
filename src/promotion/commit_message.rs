//! Commit message and branch name of a plan. The subject is also the title of the proposal, whose
//! text is made by `proposal_body`.
//!
//! Subjects are ASCII except for names and versions (`->`, not an arrow): they travel through mail,
//! hooks and terminals of all kinds. The trailers are machine-readable; `history` takes the person
//! who wanted a deployment from `Promoted-By`.

use super::plan::{PlanItem, PlannedMove};
use super::proposal_body::{AppVersionChange, purpose_note};
use crate::config::{SubjectParts, SubjectTemplate};
use crate::model::short_fingerprint;
use crate::model::{StageName, TargetName, Version};
use std::collections::BTreeSet;

/// Purpose of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanPurpose<'a> {
    /// Takes the version of this stage to the next.
    Promote { from: &'a StageName },
    /// Deploys the version of a build.
    Deploy,
    /// Restores a version that ran there before.
    RollBack,
}

/// One app of a commit.
#[derive(Debug, Clone, Copy)]
pub struct MessagePart<'a> {
    /// `web`, or `api/nginx`.
    pub name: &'a str,
    pub steps: &'a [PlannedMove],
}

/// Message of a commit and its proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitMessage {
    pub subject: String,
    /// Lines between subject and trailers, if there are several apps.
    body: String,
    trailers: Vec<(&'static str, String)>,
    pub(super) rows: Vec<MessageRow>,
    pub(super) note: String,
    pub(super) stage: String,
    /// Values for templates.
    pub(super) words: SubjectParts,
    /// Rollback version of each part that had a single one.
    pub(super) back: Vec<RollbackVersion>,
}

/// The version that a rollback of one part restores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RollbackVersion {
    pub name: String,
    /// The target, if the part has only one.
    pub target: Option<String>,
    pub version: String,
}

/// One entry that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MessageRow {
    /// The app, with its target if it has one.
    pub name: String,
    /// `web`, or `api/nginx`.
    pub app_name: String,
    pub moved: AppVersionChange,
}

impl CommitMessage {
    /// Composes the message for apps that move in one stage. `wording` is the subject template.
    pub fn compose(
        purpose: PlanPurpose<'_>,
        to: &StageName,
        parts: &[MessagePart<'_>],
        by: &str,
        wording: Option<&SubjectTemplate>,
    ) -> Self {
        let line = |part: &MessagePart<'_>| {
            format!("{}{}", single_line(part.name), move_suffix(part.steps))
        };
        let subject = plain_subject(purpose, to, parts);
        let (subject, body) = match parts {
            [one] => (format!("{subject}{}", move_suffix(one.steps)), String::new()),
            several => {
                (subject, several.iter().map(|part| format!("* {}\n", line(part))).collect())
            }
        };
        let subject = single_line(&subject);
        let words = subject_parts(subject.clone(), purpose, to, parts);
        let subject = match wording {
            Some(wording) => wording.render(&words),
            None => subject,
        };
        CommitMessage {
            subject,
            body,
            trailers: commit_trailers(purpose, to, parts, by),
            rows: parts
                .iter()
                .flat_map(|part| part.steps.iter().map(|step| message_row(part.name, step)))
                .collect(),
            note: purpose_note(purpose),
            stage: to.to_string(),
            words,
            back: parts.iter().filter_map(rollback_version).collect(),
        }
    }

    /// Version changes of the apps, without duplicates.
    pub fn version_changes(&self) -> BTreeSet<&AppVersionChange> {
        self.rows.iter().map(|row| &row.moved).collect()
    }

    /// The names of the apps, `web` or `api/nginx`, without duplicates.
    pub fn app_names(&self) -> BTreeSet<&str> {
        self.rows.iter().map(|row| row.app_name.as_str()).collect()
    }

    /// Adds trailers.
    #[must_use]
    pub fn with_trailers(mut self, more: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.trailers.extend(more.into_iter().map(|(key, value)| (key, single_line(&value))));
        self
    }

    /// Returns the whole commit message.
    pub fn commit(&self) -> String {
        format!("{}\n\n{}", self.subject, self.below_the_subject())
    }

    /// Returns the commit message without its subject.
    pub fn below_the_subject(&self) -> String {
        let trailers: String =
            self.trailers.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
        let body = if self.body.is_empty() { String::new() } else { format!("{}\n", self.body) };
        format!("{body}{trailers}")
    }
}

/// Returns the subject without versions: `Promote web to prod`.
fn plain_subject(purpose: PlanPurpose<'_>, to: &StageName, parts: &[MessagePart<'_>]) -> String {
    let what = match parts {
        [one] => single_line(one.name),
        several => format!("{} apps", several.len()),
    };
    match purpose {
        PlanPurpose::Promote { .. } => format!("Promote {what} to {}", place_text(to, parts)),
        PlanPurpose::Deploy => format!("Deploy {what} to {}", place_text(to, parts)),
        PlanPurpose::RollBack => format!("Roll back {what} in {}", place_text(to, parts)),
    }
}

fn subject_parts(
    subject: String,
    purpose: PlanPurpose<'_>,
    to: &StageName,
    parts: &[MessagePart<'_>],
) -> SubjectParts {
    let apps: Vec<String> = parts.iter().map(|part| single_line(part.name)).collect();
    let one = |of: &dyn Fn(&PlannedMove) -> String| {
        let all: BTreeSet<String> = parts.iter().flat_map(|part| part.steps).map(of).collect();
        if all.len() == 1 { all.into_iter().next().unwrap_or_default() } else { String::new() }
    };
    let (action, from_stage) = match purpose {
        PlanPurpose::Promote { from } => ("promote", single_line(from.as_str())),
        PlanPurpose::Deploy => ("deploy", String::new()),
        PlanPurpose::RollBack => ("rollback", String::new()),
    };
    SubjectParts {
        subject,
        action,
        app: if apps.len() == 1 { apps.concat() } else { format!("{} apps", apps.len()) },
        apps,
        stage: single_line(to.as_str()),
        target: one(&|step| {
            step.entry.target.as_ref().map(ToString::to_string).unwrap_or_default()
        }),
        from_stage,
        from: one(&|step| short_version(&step.entry.version)),
        to: one(&|step| short_version(&step.to)),
    }
}

/// Returns the rollback version of a part, if all its entries had the same version.
fn rollback_version(part: &MessagePart<'_>) -> Option<RollbackVersion> {
    let before: BTreeSet<&Version> = part.steps.iter().map(|step| &step.entry.version).collect();
    let only = before.first().filter(|_| before.len() == 1)?;
    let targets: BTreeSet<_> = part.steps.iter().map(|step| step.entry.target.as_ref()).collect();
    let target = targets.first().copied().flatten().filter(|_| targets.len() == 1);
    Some(RollbackVersion {
        name: part.name.to_owned(),
        target: target.map(ToString::to_string),
        version: only.to_string(),
    })
}

/// `prod`, or `prod/eu` if all moves are in that target.
fn place_text(to: &StageName, parts: &[MessagePart<'_>]) -> String {
    let targets: BTreeSet<_> =
        parts.iter().flat_map(|part| part.steps).map(|step| &step.entry.target).collect();
    match targets.first() {
        Some(Some(target)) if targets.len() == 1 => format!("{to}/{target}"),
        _ => to.to_string(),
    }
}

/// `: v1 -> v2` for a single change, `: v2` for several to the same version, or else nothing.
fn move_suffix(steps: &[PlannedMove]) -> String {
    let moves: BTreeSet<(String, String)> = steps
        .iter()
        .map(|step| (short_version(&step.entry.version), short_version(&step.to)))
        .collect();
    let targets: BTreeSet<&String> = moves.iter().map(|(_, to)| to).collect();
    match (moves.first(), moves.len(), targets.len()) {
        (Some((from, to)), 1, _) => format!(": {from} -> {to}"),
        (Some((_, to)), _, 1) => format!(": {to}"),
        _ => String::new(),
    }
}

/// The tag, or the first digits of the digest.
pub(super) fn short_version(version: &Version) -> String {
    match (&version.tag, &version.digest) {
        (Some(tag), _) if !tag.is_empty() => single_line(tag),
        (_, Some(digest)) => single_line(digest).chars().take("sha256:".len() + 12).collect(),
        _ => "(none)".into(),
    }
}

fn message_row(name: &str, step: &PlannedMove) -> MessageRow {
    let target =
        step.entry.target.as_ref().map(|target| format!(" ({target})")).unwrap_or_default();
    let (from, to) = (step.entry.version.clone(), step.to.clone());
    MessageRow {
        name: format!("{name}{target}"),
        app_name: name.to_owned(),
        moved: AppVersionChange { app: step.entry.app.clone(), from, to },
    }
}

fn commit_trailers(
    purpose: PlanPurpose<'_>,
    to: &StageName,
    parts: &[MessagePart<'_>],
    by: &str,
) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    for part in parts {
        out.push(("App", single_line(part.name)));
        out.push(("Stage", single_line(to.as_str())));
        out.extend(
            distinct_texts(part.steps, |step| step.entry.image.clone())
                .into_iter()
                .map(|image| ("Image", single_line(&image))),
        );
        let from = distinct_texts(part.steps, |step| Some(step.entry.version.to_string()));
        out.extend(from.into_iter().map(|version| ("From-Version", single_line(&version))));
        let versions = distinct_texts(part.steps, |step| Some(step.to.to_string()));
        out.extend(versions.into_iter().map(|version| ("To-Version", single_line(&version))));
        if let PlanPurpose::Promote { from } = purpose {
            out.push(("Promoted-From", single_line(from.as_str())));
        }
    }
    out.push(("Promoted-By", single_line(by)));
    out
}

/// Returns the texts of the moves, each once, in order.
fn distinct_texts(
    steps: &[PlannedMove],
    of: impl Fn(&PlannedMove) -> Option<String>,
) -> Vec<String> {
    let mut seen = BTreeSet::new();
    steps.iter().filter_map(of).filter(|text| seen.insert(text.clone())).collect()
}

/// Replaces control characters by spaces, as files may hold any text.
pub(super) fn single_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// Prefix of all branches made by towpath.
pub const BRANCHES: &str = "towpath/";

/// True for proposal branches of a stage.
pub fn is_to_stage(branch: &str, stage: &StageName) -> bool {
    let rest =
        branch.strip_prefix(BRANCHES).and_then(|rest| rest.strip_prefix(&ref_part(stage.as_str())));
    rest.is_some_and(|rest| rest.starts_with('/'))
}

/// Branch of one app's proposal, the same each time. Targets that it is limited to are part of the
/// name.
pub fn branch_name(item: &PlanItem, to: &StageName) -> String {
    branch_of(&item.name(), to, &item.targets)
}

/// Limit on the targets in a branch name, in characters.
const LONGEST_TARGETS: usize = 60;

/// Branch of a proposal for an app name: `web`, or `api/nginx`.
pub fn branch_of(app: &str, to: &StageName, targets: &[TargetName]) -> String {
    let all = targets.iter().map(|target| target.as_str()).collect::<Vec<_>>().join("+");
    let name = match targets {
        [] => app.to_owned(),
        [first, rest @ ..] if all.chars().count() > LONGEST_TARGETS => {
            let (first, hash) = (first.as_str(), short_fingerprint(all.as_bytes()));
            format!(
                "{app}@{}+{}-{hash:08x}",
                first.chars().take(LONGEST_TARGETS).collect::<String>(),
                rest.len()
            )
        }
        _ => format!("{app}@{all}"),
    };
    format!("{BRANCHES}{}/{}", ref_part(to.as_str()), ref_part(&name))
}

/// Branch of a proposal for several apps.
pub fn joint_branch_name(to: &StageName) -> String {
    format!("{BRANCHES}{}/_all", ref_part(to.as_str()))
}

/// The longest part of a branch name, in bytes. A ref is a file in many repositories, so that a
/// part may have 255 bytes with `.lock` at the end; forges take 244 to 255 bytes for the whole
/// name.
const LONGEST_PART: usize = 110;

/// Makes a name valid as a part of a ref (`git check-ref-format`). A changed name gets a hash, so
/// that two names never collide.
fn ref_part(name: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.' | '@');
    let odd =
        name.starts_with(['.', '-', '@', '_']) || name.ends_with(['.', '@']) || name.contains("..");
    let is_short = name.len() <= LONGEST_PART;
    if is_short && name.chars().all(fits) && !odd && !name.ends_with(".lock") && !name.is_empty() {
        return name.to_owned();
    }
    let safe = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' });
    let mut left = LONGEST_PART - 9;
    let safe: String = safe
        .take_while(|c| {
            let enough = left.checked_sub(c.len_utf8());
            left = enough.unwrap_or(0);
            enough.is_some()
        })
        .collect();
    format!("{}-{:08x}", safe.trim_matches('-'), short_fingerprint(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::ref_part;

    #[test]
    fn names_become_parts_of_refs() {
        for name in ["web", "build-service", "a.b", "web@eu", "é1"] {
            assert_eq!(ref_part(name), name);
        }
        for (name, expected) in [
            ("api/nginx", "api-nginx-6cf4e2b7"),
            ("api-nginx", "api-nginx"),
            (".hidden", "hidden-2a2f6d7b"),
            ("x.lock", "x-lock-5ac6e6cb"),
            ("a..b", "a--b-5a32d0f3"),
        ] {
            let (part, expected) =
                (ref_part(name), expected.rsplit_once('-').map_or(expected, |(head, _)| head));
            assert!(part.starts_with(expected), "{name}: {part}");
            assert!(
                git2::Reference::is_valid_name(&format!("refs/heads/towpath/prod/{part}")),
                "{part}"
            );
        }
        assert_ne!(ref_part("a/b"), ref_part("a b"));
        let long = |end: &str| ref_part(&format!("{}{end}", "ä".repeat(90)));
        assert!(long("1").len() <= super::LONGEST_PART && long("1") != long("2"));
    }
}
