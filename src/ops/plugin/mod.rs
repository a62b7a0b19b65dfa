//! Writes a tag into a file of a deployment repository and pushes it: the step of a build in CI.
//!
//! Where the file is a place that the repository deploys from, the gates are asked as for `deploy`.

mod settings;

use crate::config::gates::GateKind;
use crate::git::{
    BranchPush, ExpectedRef, FileKind, GitIdentity, NewCommit, Oid, PushMode, PushOutcome,
    Repository, Snapshot, Workspace, clone_shallow,
};
use crate::model::MappingEntry;
use crate::ops::change::base::PlanBase;
use crate::ops::error::Failure;
use crate::ops::gates::plan::{answer_requests, gate_obstacle};
use crate::ops::gates::{GateContext, GateRequest};
use crate::ops::ledger;
use crate::ops::retry;
use crate::ops::session::{Session, WritePermission};
use crate::pipeline::{AppComponent, MoveDirection};
use crate::report::GateReport;
use settings::{expand_variables, in_repository, only_tag, with_token};
use std::time::Instant;

/// The settings of the step.
#[derive(Debug, Clone)]
pub struct TagWrite {
    pub url: String,
    /// Token for the URL, if it needs one.
    pub token: Option<String>,
    /// `None` means the default branch of the repository.
    pub branch: Option<String>,
    pub path: String,
    pub tag: String,
    pub author: Option<GitIdentity>,
    /// `$NAME` and `${NAME}` are replaced by variables.
    pub message: String,
}

/// The result of the step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagWriteOutcome {
    /// The commit that was pushed to this branch.
    Pushed { commit: String, branch: String },
    /// The file already contains the tag.
    Unchanged,
}

/// Clones the newest commit, writes the tag and pushes the commit. If another push comes first, it
/// tries again on the newest commit.
///
/// # Errors
/// When a setting is wrong, a gate is not open, or git refuses. No text contains the token.
pub fn write_tag(request: &TagWrite, session: &Session) -> Result<TagWriteOutcome, Failure> {
    session.check_write_access()?;
    let job = TagJob {
        url: with_token(&request.url, request.token.as_deref())?,
        path: in_repository(&request.path)?,
        tag: only_tag(&request.tag)?,
        message: expand_variables(&request.message, &|name| session.variable(name))?,
        author: request.author.clone(),
    };
    let folder = tempfile::tempdir().map_err(|error| {
        Failure::failed("cannot create a temporary folder to clone into").with_cause(&error)
    })?;
    let clone = folder.path().join("clone.git");
    clone_shallow(&job.url, request.branch.as_deref(), &clone)?;
    let repository = Repository::open(&clone)?;
    let branch = request.branch.clone().or_else(|| repository.head_branch()).ok_or_else(|| {
        Failure::failed("the repository has no branch").hint("set `branch` in the settings")
    })?;
    let mut session = session.clone();
    session.options.repository = clone.to_str().map(str::to_owned);
    session.options.origin = Some(job.url.clone());
    session.options.write_access = WritePermission::Declared;
    // The clone is gone after this step, so an index of it would help nobody.
    session.options.no_index = true;
    let mut manner = session.git_options(job.author.as_ref());
    manner.committer.clone_from(&job.author);
    let workspace = Workspace::new(&repository, manner);
    TagPush { job: &job, session: &session, workspace: &workspace, branch: &branch }.carry_out()
}

/// The checked settings.
struct TagJob<'a> {
    /// URL of the repository, including the token.
    url: String,
    path: &'a str,
    tag: &'a str,
    author: Option<GitIdentity>,
    message: String,
}

/// A push of the tag to a branch.
struct TagPush<'a> {
    job: &'a TagJob<'a>,
    session: &'a Session,
    workspace: &'a Workspace<'a>,
    branch: &'a str,
}

impl TagPush<'_> {
    fn carry_out(&self) -> Result<TagWriteOutcome, Failure> {
        let started = Instant::now();
        self.workspace.end_by(retry::retry_deadline(started));
        for losses in 1.. {
            let begun = Instant::now();
            if let Some(done) = self.push_once()? {
                return Ok(done);
            }
            if !retry::goes_on(started, begun.elapsed(), losses) {
                break;
            }
        }
        Err(Failure::failed(format!("other pushes to `{}` came first each time", self.branch))
            .hint("run it again"))
    }

    /// Writes the tag on the newest commit and pushes it, unless it is there already; `None` if
    /// another push came first.
    fn push_once(&self) -> Result<Option<TagWriteOutcome>, Failure> {
        let TagPush { job, workspace, branch, .. } = *self;
        let heads = workspace.remote_heads(&[branch])?;
        workspace.fetch_branches(&heads)?;
        let tip = heads
            .get(branch)
            .copied()
            .ok_or_else(|| Failure::failed(format!("the repository has no branch `{branch}`")))?;
        let Some(text) = job.new_text(workspace.repository(), tip)? else {
            return Ok(Some(TagWriteOutcome::Unchanged));
        };
        let files = vec![(job.path, text.as_str())];
        let commit =
            workspace.write_commit(&NewCommit { parent: tip, message: &job.message, files })?;
        let ledger = self.check_gates(tip, commit)?;
        let if_still = ledger.as_slice();
        let push = BranchPush { branch, commit, way: PushMode::Forward, if_still };
        let is_done = workspace.push_branch(&push)? == PushOutcome::Done;
        Ok(is_done.then(|| TagWriteOutcome::Pushed {
            commit: commit.to_string(),
            branch: branch.to_owned(),
        }))
    }

    /// Asks the gates about every version that the commit brings. Returns the position of the
    /// ledger that they were asked with; `None` if no version moves.
    fn check_gates(&self, tip: Oid, commit: Oid) -> Result<Option<ExpectedRef>, Failure> {
        let seeing = self.session.on_branch(Some(self.branch), tip);
        let repository = self.workspace.repository();
        let base = PlanBase::load(&seeing, repository, &|_, _| Ok(tip))?;
        let asked = self.moved_cells(&base, commit)?;
        if asked.is_empty() {
            return Ok(None);
        }
        let ledger = ledger::fetch(&seeing, repository, &base.settings.config)?.there;
        let is_assumed = base.settings.assumed.is_some();
        let is_shut = |one: &GateReport| match is_assumed {
            // The order of the stages is a guess; what people wrote into the ledger is not.
            true => one.judgement.closed_gates().any(|answer| {
                matches!(answer.gate, GateKind::Lock | GateKind::Rejected | GateKind::Hold)
            }),
            false => !one.is_allowed(),
        };
        let answers = || -> Result<Vec<GateReport>, Failure> {
            Ok(answer_requests(&asked, &GateContext::load_at(&seeing, &base)?))
        };
        let mut judged = answers()?;
        if judged.iter().any(is_shut) && self.workspace.fetch_older_commits(self.branch)? {
            judged = answers()?;
        }
        match judged.iter().find(|one| is_shut(one)) {
            None => Ok(Some(ledger)),
            Some(no) => {
                let obstacle = gate_obstacle(no);
                let failure = Failure::refused(obstacle.reason);
                Err(match obstacle.hint {
                    Some(hint) => failure.hint(hint),
                    None => failure,
                })
            }
        }
    }

    /// The questions about the cells of the file that get another version.
    fn moved_cells(&self, base: &PlanBase<'_>, commit: Oid) -> Result<Vec<GateRequest>, Failure> {
        let before = base.load_edit_base()?.to_mapping().entries;
        let after = base.at_commit(commit).load_edit_base()?.to_mapping().entries;
        let is_new = |entry: &&MappingEntry| {
            entry.locations.iter().any(|at| at.path == self.job.path)
                && !before
                    .iter()
                    .any(|known| known.cell() == entry.cell() && known.version == entry.version)
        };
        let question = |entry: &MappingEntry| GateRequest {
            subject: AppComponent { app: entry.app.clone(), component: entry.component.clone() },
            stage: entry.stage.clone(),
            targets: entry.target.iter().cloned().collect(),
            version: entry.version.clone(),
            purpose: MoveDirection::Forward,
        };
        Ok(after.iter().filter(is_new).map(question).collect())
    }
}

impl TagJob<'_> {
    /// The new text of the file at a commit; `None` if the file already contains the tag.
    fn new_text(&self, repository: &Repository, tip: Oid) -> Result<Option<String>, Failure> {
        let snapshot = Snapshot::of_commit(repository, tip)?;
        let folders = self.path.match_indices('/').map(|(at, _)| &self.path[..at]);
        if let Some(folder) =
            folders.into_iter().find(|folder| snapshot.find_file(folder).is_some())
        {
            return Err(Failure::failed(format!("{folder} is not a folder")));
        }
        if snapshot.is_directory(self.path) {
            return Err(Failure::failed(format!("{} is a folder", self.path)));
        }
        let Some(file) = snapshot.find_file(self.path) else {
            return Ok(Some(format!("{}\n", self.tag)));
        };
        if file.kind != FileKind::File {
            return Err(Failure::failed(format!("{} is not a regular file", self.path)));
        }
        let old = snapshot
            .read_file(&file)
            .map_err(|error| Failure::failed(format!("{}: {error}", self.path)))?;
        let old = String::from_utf8_lossy(&old);
        if old.split_whitespace().count() > 1 {
            let failure = Failure::failed(format!("{} contains more than a tag", self.path));
            return Err(failure.hint("`towpath deploy` changes a version inside a file"));
        }
        let end = if old.is_empty() || old.ends_with('\n') { "\n" } else { "" };
        let new = format!("{}{end}", self.tag);
        Ok((new != old).then_some(new))
    }
}
