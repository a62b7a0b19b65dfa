//! What the gates say to a merge. They are asked about what it would move, on the tip that it goes to, by
//! the rules that stand there, as for everything else that towpath writes.

use crate::cli::book;
use crate::cli::context::Context;
use crate::cli::delivery::{answers, obstacle, remote_tip};
use crate::cli::failure::Failure;
use crate::cli::guard::{Sides, of_query};
use crate::cli::inquiry::{Asked, Inquiry};
use crate::cli::scene::Scene;
use crate::forge::Proposal;
use crate::git::{Oid, Premerge, RefAt, Workspace};
use crate::guard::{self, Query};
use crate::pipeline::Facts;
use crate::promotion::Obstacle;
use crate::report::Judged;
use std::collections::BTreeMap;

/// Asks them. The refs that they were asked of; nothing, where the merge goes to no branch that is
/// deployed, or does not go together with it.
///
/// # Errors
/// With exit code 3, where a gate is not open.
pub fn open(found: &Proposal, workspace: &Workspace<'_>, context: &Context) -> Result<Vec<RefAt>, Failure> {
    let repository = workspace.repository();
    let heads: BTreeMap<String, Oid> = workspace.remote_heads(&[&found.head, &found.base])?;
    let (Some(head), Some(base)) = (heads.get(&found.head).copied(), heads.get(&found.base).copied()) else {
        return Ok(Vec::new());
    };
    workspace.fetch(&heads)?;
    let scene = Scene::read(context, repository, &|_, branch| remote_tip(workspace, branch))?;
    let premerge = repository.premerge(base, head)?;
    let goes_together = matches!(premerge, Premerge::Forward(_) | Premerge::Tree(_));
    if found.from_fork || !goes_together || !is_deployed(&found.base, &scene) {
        return Ok(Vec::new());
    }
    let ledger = book::fetch(context, repository, &scene.settings.config)?.there;
    let seeing = context.on_branch(Some(&found.base), base);
    let sides = Sides::read(&seeing, repository, (base, head), &premerge, Some(&found.base))?;
    match refusal(&sides, &Inquiry::on(context, &scene)?) {
        Some(Obstacle { reason, hint, .. }) => {
            let failure = Failure::refused(format!("pull request {} is not merged: {reason}", found.number));
            Err(hint.into_iter().fold(failure, Failure::hint))
        }
        None => Ok(vec![RefAt { name: format!("refs/heads/{}", found.base), at: Some(base) }, ledger]),
    }
}

/// Is this the branch of the pipeline, or of one of its stages?
fn is_deployed(branch: &str, scene: &Scene<'_>) -> bool {
    let is_it = |scene: &Scene<'_>| scene.branch().is_ok_and(|at| at == branch);
    is_it(scene) || scene.settings.config.stages.iter().any(|stage| is_it(&scene.of(&stage.name)))
}

/// The first answer that stands in the way. What only goes away has fewer gates to pass.
fn refusal(sides: &Sides<'_>, inquiry: &Inquiry<'_>) -> Option<Obstacle> {
    let (past, nothing) = (inquiry.past(), Facts::default());
    let evidence = inquiry.evidence(&past, &nothing);
    let queries = guard::queries(&sides.moves(), &evidence, &sides.before.entries, inquiry.context.now()).queries;
    let asked: Vec<Asked> = queries.iter().map(|query| of_query(query, inquiry)).collect();
    let judged = answers(&asked, inquiry);
    let stopped = queries.iter().zip(&judged).find(|(query, one)| is_stopped(query, one));
    stopped.map(|(_, one)| obstacle(one))
}

fn is_stopped(query: &Query, judged: &Judged) -> bool {
    !judged.allows() && judged.judgement.closed().any(|answer| query.need.has(answer.gate))
}
