//! Pull requests: a branch of our own for each commit, and one open proposal for each branch. Running
//! again updates what is there.

use super::args::DeliveryArgs;
use super::group::{Group, groups};
use super::standing::{Standing, foreign};
use super::{Selection, agreed, ending, remote_tip};
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::forge;
use crate::cli::intent::Intent;
use crate::cli::scene::Scene;
use crate::forge::{Change, Draft, Forge, NewProposal, Proposal};
use crate::git::{Push, Pushed, Repository, Way, Workspace};
use std::collections::BTreeMap;

/// So often a branch is looked at again when another process was faster.
const ATTEMPTS: u32 = 4;

/// Plans, asks, pushes branches and opens or updates their proposals. What fails for one app does not
/// stop the others.
pub fn run(
    intent: &Intent,
    args: &DeliveryArgs,
    selection: Selection,
    repository: &Repository,
    context: &Context,
) -> Result<Exit, Failure> {
    let place = forge::place(args.forge.as_deref(), args.forge_api.as_deref(), repository)?;
    let workspace = context.workspace(repository, args.author())?;
    let scene = Scene::read(context, repository, &|_, branch| remote_tip(&workspace, branch))?;
    let Some(planned) = agreed(intent, args, selection, &scene, context)? else { return Ok(Exit::Done) };
    if planned.plan.moving().next().is_none() {
        return Ok(ending(&planned, intent));
    }
    let forge = forge::open(&place, repository, context)?;
    let desk = Desk { scene: &scene, workspace: &workspace, forge: forge.as_ref(), context };
    let mut failures = Vec::new();
    for group in groups(&planned, args, &scene, &workspace.author()?)? {
        if let Err(failure) = desk.propose(&group) {
            failures.push(failure);
        }
    }
    let last = failures.pop();
    for failure in failures {
        context.ui.failure(failure.message().unwrap_or_default(), failure.causes(), failure.hints());
    }
    last.map_or_else(|| Ok(ending(&planned, intent)), Err)
}

struct Desk<'a> {
    scene: &'a Scene<'a>,
    workspace: &'a Workspace<'a>,
    forge: &'a dyn Forge,
    context: &'a Context,
}

impl Desk<'_> {
    fn propose(&self, group: &Group) -> Result<(), Failure> {
        let pushed = self.brought(group)?;
        let (proposal, done) = match self.forge.find(&group.branch)? {
            Some(open) => self.updated(group, open, pushed)?,
            None => (self.forge.create(&self.wanted(group)?)?, "opened"),
        };
        self.context.ui.answer(&proposal.url)?;
        self.context.ui.note(&format!("{done} pull request {}: {}", proposal.number, group.message.subject));
        Ok(())
    }

    /// Brings the branch to where it should be; says whether it had to be changed.
    fn brought(&self, group: &Group) -> Result<bool, Failure> {
        let branch = group.branch.as_str();
        let repository = self.scene.repository;
        for _ in 0..ATTEMPTS {
            let heads: BTreeMap<_, _> = self.workspace.remote_heads(&[branch])?;
            self.workspace.fetch(&heads)?;
            let head = heads.get(branch).copied();
            match Standing::of(self.workspace, repository, group, head, self.scene.tip)? {
                Standing::Foreign => return Err(foreign(branch)),
                Standing::Same(_) => return Ok(false),
                Standing::Absent | Standing::Older(_) => {
                    let text = group.message.commit();
                    let commit = self.workspace.commit(&group.commit(self.scene, &text))?;
                    let push = Push { branch, commit, way: Way::Replace(head) };
                    if self.workspace.push(&push)? == Pushed::Done {
                        return Ok(true);
                    }
                }
            }
        }
        Err(Failure::failed(format!("branch `{branch}` is being changed by others")).hint("run it again"))
    }

    fn wanted(&self, group: &Group) -> Result<NewProposal, Failure> {
        Ok(NewProposal {
            head: group.branch.clone(),
            base: self.scene.branch()?.to_owned(),
            title: group.message.subject.clone(),
            body: group.message.proposal(),
            draft: Draft::No,
            labels: Vec::new(),
            reviewers: Vec::new(),
        })
    }

    fn updated(&self, group: &Group, open: Proposal, pushed: bool) -> Result<(Proposal, &'static str), Failure> {
        let (title, body) = (&group.message.subject, group.message.proposal());
        // Forges write line ends of their own.
        let is_same = open.title == *title && open.body.replace("\r\n", "\n").trim() == body.trim();
        if is_same {
            return Ok((open, if pushed { "updated" } else { "nothing to do:" }));
        }
        let change = Change { title: Some(title.clone()), body: Some(body), ..Change::default() };
        Ok((self.forge.update(open.number, &change)?, "updated"))
    }
}
