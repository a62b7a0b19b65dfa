//! The requester of a change: from the caller, the event, the forge, or the signatures of commits.

use crate::forge::{Forge, Review};
use crate::git::{
    AllowedSigners, Oid, Repository, SignatureStatus, Snapshot, SnapshotFile, short_id,
};
use crate::guard::{
    BreakGlassCommit, Contributor, GuardCheck, GuardRefusal, IdentitySource, Ruling,
    SignatureResult,
};
use crate::ops::error::Failure;
use crate::ops::forge;
use crate::ops::guard::GuardQuery;
use crate::ops::guard::base_rules::plain_path;
use crate::ops::guard::comparison::BaseHeadComparison;
use crate::ops::guard::event;
use crate::ops::guard::event::{ForgeEventKind, PullRequestEvent};
use crate::ops::session::Session;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The number of commits above which the commits of a branch are not read one by one.
const MOST: usize = 1_000;

/// The pull request that is checked, and its requesters, as far as they are known.
pub struct Requester<'r> {
    pub persons: Vec<Contributor>,
    pub number: Option<u64>,
    /// In a merge queue: the commit that was reviewed, from which the queue made another one.
    queued_head: Option<String>,
    forge: Option<Box<dyn Forge + 'r>>,
}

impl<'r> Requester<'r> {
    /// Finds the requesters. The forge is asked only if the configuration has `permissions`.
    ///
    /// # Errors
    /// When an event or a pull request is about another commit, or cannot be read.
    pub fn find(
        query: &GuardQuery,
        session: &Session,
        repository: &'r Repository,
        sides: &BaseHeadComparison<'_>,
    ) -> Result<Self, Failure> {
        let told = |name: &String| Contributor { name: name.clone(), proof: IdentitySource::Told };
        if !query.actors.is_empty() {
            let persons = query.actors.iter().map(told).collect();
            let number = query.proposal;
            return Ok(Requester { persons, number, queued_head: None, forge: None });
        }
        let event = query.event.as_deref().map(event::read_event).transpose()?.flatten();
        let mut queued = None;
        if let (Some(event), None) = (event, query.proposal) {
            let PullRequestEvent { number, head, persons, kind } = event;
            check_head(repository, sides.head, head.as_deref(), "the event")?;
            match kind {
                ForgeEventKind::Proposal => {
                    return Ok(Requester { persons, number, queued_head: None, forge: None });
                }
                ForgeEventKind::MergeGroup => queued = number,
            }
        }
        let number = query.proposal.or(queued).or_else(|| event::number(session));
        let nobody = Requester { persons: Vec::new(), number, queued_head: None, forge: None };
        let (Some(asked), true) = (number, sides.config().pipeline.has_permissions()) else {
            return Ok(nobody);
        };
        let forge = match open_forge(query, session, repository, sides) {
            Ok(forge) => forge,
            Err(failure) if query.proposal.is_some() => return Err(failure),
            Err(failure) => {
                let why = failure.message();
                session.caution(&format!(
                    "cannot ask the forge who opened pull request {asked}: {why}"
                ));
                return Ok(nobody);
            }
        };
        let proposal = forge.get_proposal(asked)?;
        // The event of a merge queue is about a commit that the forge has made of the pull request.
        if queued.is_none() {
            let head = proposal.head_commit.as_deref();
            check_head(repository, sides.head, head, "the pull request")?;
        }
        let persons = vec![Contributor { name: proposal.author, proof: IdentitySource::Forge }];
        let queued_head = proposal.head_commit.filter(|_| queued.is_some());
        Ok(Requester { persons, number, queued_head, forge: Some(forge) })
    }

    /// The reviews of the newest commit of the pull request; none without a forge.
    pub fn load_reviews(
        &self,
        query: &GuardQuery,
        session: &Session,
        repository: &Repository,
        sides: &BaseHeadComparison<'_>,
    ) -> Vec<Review> {
        let Some(number) = self.number else { return Vec::new() };
        let asked = || match &self.forge {
            Some(forge) => Ok(forge.list_reviews(number)?),
            None => Ok(open_forge(query, session, repository, sides)?.list_reviews(number)?),
        };
        let reviews = asked().unwrap_or_else(|failure: Failure| {
            let why = failure.message();
            session.caution(&format!(
                "cannot ask the forge who approved pull request {number}: {why}"
            ));
            Vec::new()
        });
        let is_newest = |review: &Review| {
            review.commit.as_ref().is_none_or(|seen| {
                self.queued_head.as_ref() == Some(seen)
                    || names_commit(repository, sides.head, seen)
            })
        };
        reviews.into_iter().filter(is_newest).collect()
    }
}

fn open_forge<'r>(
    query: &GuardQuery,
    session: &Session,
    repository: &'r Repository,
    sides: &BaseHeadComparison<'_>,
) -> Result<Box<dyn Forge + 'r>, Failure> {
    let home = forge::locate_forge(query.forge.to_options(sides.config()), repository, session)?;
    forge::open_forge(&home, repository, None, session)
}

/// Checks that an event or pull request is about the judged commit, or about a commit that it
/// merges.
pub(super) fn check_head(
    repository: &Repository,
    head: Oid,
    said: Option<&str>,
    what: &str,
) -> Result<(), Failure> {
    let said = said.unwrap_or_default();
    if names_commit(repository, head, said) {
        return Ok(());
    }
    let failure = Failure::usage(format!("{what} is about commit {said}, but --head is {head}"));
    Err(failure.hint("check out the newest commit of the pull request, or name it with --head"))
}

/// True where the forge names this commit, or a commit that it merges.
fn names_commit(repository: &Repository, commit: Oid, said: &str) -> bool {
    let merged = repository.commit_parents(commit).unwrap_or_default().into_iter().skip(1);
    let said = said.to_ascii_lowercase();
    said.len() >= 7
        && [commit].into_iter().chain(merged).any(|id| id.to_string().starts_with(&said))
}

/// The commits of the change, and their signatures.
pub struct ProposedCommits<'c> {
    session: &'c Session,
    repository: &'c Repository,
    sides: &'c BaseHeadComparison<'c>,
    /// The commits; `None` where there are too many.
    all: Option<Vec<Oid>>,
    known: RefCell<HashMap<Vec<String>, SignatureResult>>,
}

impl<'c> ProposedCommits<'c> {
    /// Lists the commits between base and head.
    ///
    /// # Errors
    /// When commits are missing.
    pub fn list(
        session: &'c Session,
        repository: &'c Repository,
        sides: &'c BaseHeadComparison<'c>,
    ) -> Result<Self, Failure> {
        let all = repository.commits_ahead(sides.base, sides.head, MOST)?;
        Ok(ProposedCommits { session, repository, sides, all, known: RefCell::default() })
    }

    /// Verifies the signatures with these lists of signers from the base.
    pub fn check_signatures(&self, lists: &[String]) -> SignatureResult {
        if let Some(known) = self.known.borrow().get(lists) {
            return known.clone();
        }
        let found = self.verify(lists).unwrap_or_else(SignatureResult::No);
        self.known.borrow_mut().insert(lists.to_vec(), found.clone());
        found
    }

    /// True where the commit has a good signature by a signer in one of the lists.
    pub fn has_good_signature(&self, lists: &[String], commit: &str) -> bool {
        let verified = || {
            let signers = self.load_signers(lists).ok()?;
            signers.verify_commit(self.repository, commit.parse().ok()?).ok()
        };
        !lists.is_empty() && matches!(verified(), Some(SignatureStatus::Good(_)))
    }

    /// True where the commit has a good signature by a signer in one of the lists, and so has every
    /// commit that others could have put on top of it: all that touch a version or a rule and are
    /// not among its ancestors.
    pub fn vouches_for_content(&self, lists: &[String], commit: &str) -> bool {
        let (Some(all), Ok(signed)) = (&self.all, commit.parse::<Oid>()) else { return false };
        if !self.has_good_signature(lists, commit) {
            return false;
        }
        let own: BTreeSet<Oid> = all.iter().copied().collect();
        let (mut covered, mut open) = (BTreeSet::from([signed]), vec![signed]);
        while let Some(next) = open.pop() {
            let parents = self.repository.commit_parents(next).unwrap_or_default();
            let new = parents.into_iter().filter(|one| own.contains(one));
            open.extend(new.filter(|one| covered.insert(*one)));
        }
        let weighty = self.sides.relevant_paths();
        all.iter().filter(|one| !covered.contains(one)).all(|one| {
            let touches = self.repository.touches_itself(*one, &weighty).unwrap_or(true);
            !touches || self.has_good_signature(lists, &one.to_string())
        })
    }

    fn load_signers(&self, lists: &[String]) -> Result<AllowedSigners, String> {
        if self.session.options.read_only {
            return Err(
                "signatures are not verified under --read-only, because git needs a temporary file"
                    .into(),
            );
        }
        let cache = self
            .session
            .writable_cache()
            .ok_or("signatures are not verified without a cache folder")?;
        let texts = lists.iter().map(|path| {
            let text = self.sides.text(&plain_path(path));
            text.ok_or_else(|| format!("the base does not contain {path}, the list of signers"))
        });
        let texts = texts.collect::<Result<Vec<String>, _>>()?;
        let signers = AllowedSigners::new(
            texts.iter().map(String::as_str),
            self.session.local_time(),
            &cache.join("signatures"),
        );
        signers.map_err(|error| format!("cannot verify signatures: {error}"))
    }

    fn verify(&self, lists: &[String]) -> Result<SignatureResult, String> {
        let signers = self.load_signers(lists)?;
        let all =
            self.all.as_ref().ok_or_else(|| format!("more than {MOST} commits are proposed"))?;
        let weighty = self.sides.relevant_paths();
        let mut by = BTreeSet::new();
        for commit in all {
            if !self
                .repository
                .touches_itself(*commit, &weighty)
                .map_err(|error| error.to_string())?
            {
                continue;
            }
            let short = short_id(*commit);
            match signers
                .verify_commit(self.repository, *commit)
                .map_err(|error| error.to_string())?
            {
                SignatureStatus::Good(signer) => by.insert(signer),
                SignatureStatus::None => {
                    return Err(format!("{short} is not signed with an ssh key"));
                }
                SignatureStatus::Bad(why) => {
                    return Err(format!(
                        "{short} is not signed by anyone in {}: {why}",
                        lists.join(", ")
                    ));
                }
            };
        }
        if by.is_empty() {
            return Err("no commit that changes a version or a rule is signed".into());
        }
        Ok(SignatureResult::By(by))
    }

    /// Refusals for files that a rebase of the branch could leave in another state than a merge.
    /// Commits of the branch change them more than once, and the last change is not the result of
    /// the merge.
    ///
    /// # Errors
    /// When objects are missing.
    pub fn rebase_conflicts(&self) -> Result<Vec<Ruling>, Failure> {
        let all = self.all.as_deref().unwrap_or_default();
        let parents = |commit: &Oid| self.repository.commit_parents(*commit).unwrap_or_default();
        let has_merges = all.iter().any(|commit| parents(commit).len() > 1);
        if !has_merges && self.sides.is_ahead() {
            return Ok(Vec::new());
        }
        let mut last: BTreeMap<String, (Option<SnapshotFile>, usize)> = BTreeMap::new();
        for commit in all {
            let [parent] = parents(commit)[..] else { continue };
            let own = Snapshot::of_commit(self.repository, *commit)?;
            for change in
                Snapshot::of_commit(self.repository, parent)?.differences_to(&own)?.changes
            {
                if self.sides.is_relevant(&change.path) {
                    let found = own.find_file(&change.path);
                    last.entry(change.path).or_insert((found, 0)).1 += 1;
                }
            }
        }
        let unsettled = last.into_iter().filter(|(path, (file, changes))| {
            (has_merges || *changes > 1) && self.sides.coming_file(path) != *file
        });
        let reason = "commits of the branch change it back and forth, so a rebase could give \
                      another result than a merge";
        let refusal = || {
            GuardRefusal::new(GuardCheck::Merge, reason)
                .hint("rebase the branch onto the base first, or squash it")
        };
        Ok(unsettled.map(|(path, _)| Ruling::of_file(path, None, Some(refusal()))).collect())
    }

    /// The commits with a `Gate-Override` trailer.
    pub fn break_glass_commits(&self) -> Vec<BreakGlassCommit> {
        let infos = self
            .all
            .iter()
            .flatten()
            .filter_map(|commit| self.repository.commit_info(*commit).ok());
        let glass = |info: crate::git::CommitInfo| {
            let all = |key: &str| info.trailers(key).map(str::to_owned).collect();
            let reason =
                info.trailers("Gate-Override").find(|reason| !reason.is_empty())?.to_owned();
            Some(BreakGlassCommit {
                commit: info.id.to_string(),
                reason,
                apps: all("App"),
                stages: all("Stage"),
            })
        };
        infos.filter_map(glass).collect()
    }
}
