//! What the forge of `origin` knows: checks of deployments, reviews of proposals, open issues.

use crate::cli::failure::Failure;
use crate::cli::forge::Home;
use crate::cli::inquiry::Inquiry;
use crate::cli::{environment, forge};
use crate::forge::{Forge, Kind, Proposal};
use crate::model::StageName;
use crate::pipeline::{Asked, Evidence, Facts, Question};
use crate::promotion::branch_of;
use std::cell::OnceCell;

/// The forge, opened when something is asked of it for the first time.
pub(super) struct Desk<'w, 'r> {
    inquiry: &'w Inquiry<'r>,
    forge: OnceCell<Result<Box<dyn Forge + 'r>, String>>,
    proposals: OnceCell<Result<Vec<Proposal>, String>>,
}

impl<'w, 'r> Desk<'w, 'r> {
    pub fn new(inquiry: &'w Inquiry<'r>) -> Self {
        Desk { inquiry, forge: OnceCell::new(), proposals: OnceCell::new() }
    }

    fn forge(&self) -> Result<&(dyn Forge + 'r), String> {
        let opened = self.forge.get_or_init(|| {
            let (name, api) = (environment::text("TOWPATH_FORGE"), environment::text("TOWPATH_FORGE_API"));
            let repository = self.inquiry.repository;
            let config = self.inquiry.config().forge.as_deref();
            let said = forge::Said { user: name.as_deref(), api: api.as_deref(), config };
            let open = |home: Home| match home {
                // What git alone keeps has neither checks nor issues, and opening it is for those who write.
                Home::Plain => Err(Failure::failed(format!("{} has none", Kind::Plain.as_str()))),
                home => forge::open(&home, repository, None, self.inquiry.context),
            };
            forge::home(said, repository)
                .and_then(open)
                .map_err(|failure| failure.message().unwrap_or("there is none").to_owned())
        });
        opened.as_deref().map_err(Clone::clone)
    }

    /// The statuses and check runs of the commits that brought the version to the stages before.
    pub fn checks(&self, named: &[StageName], evidence: &Evidence<'_>, question: &Question<'_>, facts: &mut Facts) {
        let before = evidence.before(question);
        let stages = if named.is_empty() { &before } else { named };
        let waves = if named.is_empty() { evidence.wave_before(question) } else { Vec::new() };
        for slot in stages.iter().flat_map(|stage| evidence.sources(question, stage)).chain(waves) {
            let course = evidence.course(slot, question.end());
            let landing = course.iter().find(|landing| landing.version.is_same(question.version));
            let Some(commit) = landing.and_then(|landing| landing.commit) else { continue };
            facts.checks.entry(commit).or_insert_with(|| {
                self.forge().and_then(|forge| forge.checks(&commit.to_string()).map_err(|error| error.to_string()))
            });
        }
    }

    /// What reviewers think of the open proposal. No forge, no reviews: the ledger has approvals, too.
    pub fn reviews(&self, question: &Question<'_>, facts: &mut Facts) {
        let branch = branch_of(&question.subject.to_string(), question.stage, question.targets);
        let open = self
            .proposals
            .get_or_init(|| self.forge().and_then(|forge| forge.open_proposals().map_err(|error| error.to_string())));
        let Ok(open) = open else { return };
        let Some(proposal) = open.iter().find(|proposal| proposal.head == branch && !proposal.from_fork) else {
            return;
        };
        let reviews = self.forge().and_then(|forge| forge.reviews(proposal.number).map_err(|error| error.to_string()));
        let is_newest = |commit: &Option<String>| match (commit, &proposal.head_commit) {
            (Some(seen), Some(head)) => seen.starts_with(head.as_str()) || head.starts_with(seen.as_str()),
            _ => true,
        };
        let reviews = reviews.unwrap_or_default().into_iter().filter(|review| is_newest(&review.commit));
        facts.review(question, reviews.collect());
    }

    /// Is there an open issue with this label?
    pub fn issues(&self, label: &str) -> Asked {
        let issues = self.forge().and_then(|forge| forge.open_issues(label).map_err(|error| error.to_string()));
        match issues {
            Ok(issues) => match issues.first() {
                Some(issue) => Asked::Shut(format!("#{} {}", issue.number, super::line(&issue.title))),
                None => Asked::Open,
            },
            Err(why) => Asked::NoAnswer(why),
        }
    }
}
