//! Facts from the forge of `origin`: checks of deployments, reviews of proposals, open issues.

use crate::forge::{Forge, ForgeKind, Proposal, Review};
use crate::model::StageName;
use crate::ops::error::Failure;
use crate::ops::forge;
use crate::ops::forge::ForgeLocation;
use crate::ops::gates::GateContext;
use crate::pipeline::{Evidence, ExternalAnswer, ExternalFacts, GateQuery};
use crate::promotion::branch_of;
use std::cell::OnceCell;

/// Facts from the forge, which is opened on the first request.
pub(super) struct ForgeFacts<'w, 'r> {
    inquiry: &'w GateContext<'r>,
    forge: OnceCell<Result<Box<dyn Forge + 'r>, String>>,
    proposals: OnceCell<Result<Vec<Proposal>, String>>,
}

impl<'w, 'r> ForgeFacts<'w, 'r> {
    pub fn new(inquiry: &'w GateContext<'r>) -> Self {
        ForgeFacts { inquiry, forge: OnceCell::new(), proposals: OnceCell::new() }
    }

    fn open_forge(&self) -> Result<&(dyn Forge + 'r), String> {
        let opened = self.forge.get_or_init(|| {
            let repository = self.inquiry.repository;
            let said = self.inquiry.session.options.forge.to_options(self.inquiry.config());
            let open = |home: ForgeLocation| match home {
                // Without a forge there are no checks or issues, and opening it needs write access.
                ForgeLocation::Plain => {
                    Err(Failure::failed(format!("{} has none", ForgeKind::Plain.as_str())))
                }
                home => forge::open_forge(&home, repository, None, self.inquiry.session),
            };
            forge::locate_forge(said, repository, self.inquiry.session)
                .and_then(open)
                .map_err(|failure| failure.message().to_owned())
        });
        opened.as_deref().map_err(Clone::clone)
    }

    /// Collects the statuses and check runs of the commits that brought the version to the previous
    /// stages.
    pub fn collect_checks(
        &self,
        named: &[StageName],
        evidence: &Evidence<'_>,
        question: &GateQuery<'_>,
        facts: &mut ExternalFacts,
    ) {
        for cell in evidence.asked_cells(named, question) {
            let course = evidence.run_periods(cell, question.history_end());
            let landing = course.iter().find(|landing| landing.version.is_same(question.version));
            let Some(commit) = landing.and_then(|landing| landing.commit) else { continue };
            facts.checks.entry(commit).or_insert_with(|| {
                self.open_forge().and_then(|forge| {
                    forge.list_checks(&commit.to_string()).map_err(|error| error.to_string())
                })
            });
        }
    }

    /// Collects the reviews of the open proposal. Without a forge there are none, and the ledger
    /// alone has approvals.
    pub fn collect_reviews(&self, question: &GateQuery<'_>, facts: &mut ExternalFacts) {
        if let Ok(forge) = self.open_forge() {
            facts.set_reviews(question, self.newest_reviews(forge, question));
        }
    }

    /// The reviews of the newest commit of the open proposal, if there is one.
    fn newest_reviews(
        &self,
        forge: &dyn Forge,
        question: &GateQuery<'_>,
    ) -> Result<Vec<Review>, String> {
        let branch = branch_of(&question.subject.to_string(), question.stage, question.targets);
        let open = self
            .proposals
            .get_or_init(|| forge.open_proposals().map_err(|error| error.to_string()));
        let mut open = open.as_ref().map_err(Clone::clone)?.iter();
        let Some(proposal) = open.find(|proposal| proposal.head == branch && !proposal.from_fork)
        else {
            return Ok(Vec::new());
        };
        let is_newest = |review: &Review| match (&review.commit, &proposal.head_commit) {
            (Some(seen), Some(head)) => {
                seen.starts_with(head.as_str()) || head.starts_with(seen.as_str())
            }
            _ => true,
        };
        let reviews = forge.list_reviews(proposal.number).map_err(|error| error.to_string())?;
        Ok(reviews.into_iter().filter(is_newest).collect())
    }

    /// Shut, with the issue as the reason, where an open issue has this label.
    pub fn find_open_issue(&self, label: &str) -> ExternalAnswer {
        let issues = self
            .open_forge()
            .and_then(|forge| forge.open_issues(label).map_err(|error| error.to_string()));
        match issues {
            Ok(issues) => match issues.first() {
                Some(issue) => ExternalAnswer::Shut(format!(
                    "#{} {}",
                    issue.number,
                    crate::ops::gates::facts::line(&issue.title)
                )),
                None => ExternalAnswer::Open,
            },
            Err(why) => ExternalAnswer::NoAnswer(why),
        }
    }
}
