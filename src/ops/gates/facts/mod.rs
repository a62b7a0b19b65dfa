//! External facts for gates: commands, URLs, files and the forge. Each rule is asked once, before
//! the gates. A rule without an answer is recorded as such.

mod command;
mod command_policy;
mod flags;
mod forge;
mod http;

use crate::config::gates::{BlockedBy, BlockerGate, Gate, GateKind, GateRule, VerifiedBy};
use crate::git::{FileKind, Oid, Snapshot};
use crate::ops::gates::GateContext;
use crate::ops::gates::facts::command_policy::CommandPolicy;
use crate::ops::session::Session;
use crate::pipeline::{Evidence, ExternalAnswer, ExternalFacts, GateQuery};
use std::cell::RefCell;
use std::collections::HashMap;

/// Collects external facts, and keeps the answers for further questions.
pub struct FactCollector<'w, 'r> {
    inquiry: &'w GateContext<'r>,
    trust: CommandPolicy,
    /// The answers that do not depend on the app, by the line of the rule.
    known: RefCell<HashMap<u32, ExternalAnswer>>,
    desk: forge::ForgeFacts<'w, 'r>,
}

impl<'w, 'r> FactCollector<'w, 'r> {
    /// A collector without answers.
    pub fn new(inquiry: &'w GateContext<'r>) -> Self {
        let trust = CommandPolicy::load(inquiry.session, inquiry.repository);
        FactCollector {
            inquiry,
            trust,
            known: RefCell::default(),
            desk: forge::ForgeFacts::new(inquiry),
        }
    }

    /// The session of the gate context.
    pub fn session(&self) -> &'w Session {
        self.inquiry.session
    }

    /// Collects the facts that the gates need for some questions. For questions about the past,
    /// nothing external is asked.
    pub fn collect(&self, evidence: &Evidence<'_>, questions: &[GateQuery<'_>]) -> ExternalFacts {
        let mut facts = ExternalFacts::default();
        for question in questions {
            flags::collect_flags(self.inquiry, evidence, question, &mut facts);
            if question.is_past {
                continue;
            }
            for kind in [GateKind::Verified, GateKind::Approval, GateKind::Blocker] {
                for rule in self.inquiry.config().pipeline.rules_for(
                    kind,
                    question.stage,
                    &question.subject.app,
                ) {
                    self.collect_for_rule(rule, evidence, question, &mut facts);
                }
            }
        }
        facts
    }

    /// A collector that trusts the commands of this commit.
    pub fn with_trusted_commit(inquiry: &'w GateContext<'r>, commit: Oid) -> Self {
        let trust = CommandPolicy::of_commit(inquiry.session, inquiry.repository, commit);
        FactCollector { trust, ..FactCollector::new(inquiry) }
    }

    fn collect_for_rule(
        &self,
        rule: &GateRule,
        evidence: &Evidence<'_>,
        question: &GateQuery<'_>,
        facts: &mut ExternalFacts,
    ) {
        match &rule.gate {
            Gate::Verified(verified) => match &verified.by {
                VerifiedBy::Command(call) => {
                    facts.tell_about(
                        rule.line,
                        question,
                        command::run_command(call, &self.trust, question, self.inquiry),
                    );
                }
                VerifiedBy::Checks(_) => {
                    self.desk.collect_checks(&verified.stages, evidence, question, facts)
                }
                VerifiedBy::Ledger => {}
            },
            Gate::Approvals(_) | Gate::ApprovalAfterFailure => {
                self.desk.collect_reviews(question, facts)
            }
            Gate::Blocker(BlockerGate { by: BlockedBy::Command(call), .. }) => {
                facts.tell_about(
                    rule.line,
                    question,
                    command::run_command(call, &self.trust, question, self.inquiry),
                );
            }
            Gate::Blocker(blocker) => {
                let known = self.known.borrow().get(&rule.line).cloned();
                let asked = known.unwrap_or_else(|| self.ask_blocker(&blocker.by));
                self.known.borrow_mut().insert(rule.line, asked.clone());
                facts.set_answer(rule.line, asked);
            }
            _ => {}
        }
    }

    fn ask_blocker(&self, by: &BlockedBy) -> ExternalAnswer {
        match by {
            BlockedBy::File(path) => self.find_file(path),
            BlockedBy::Issue(label) => self.desk.find_open_issue(label),
            BlockedBy::Http { url, expect, timeout } => {
                http::fetch_answer(url, expect.as_ref(), *timeout, self.inquiry.session)
            }
            BlockedBy::Command(_) => ExternalAnswer::NoAnswer("it runs for each deployment".into()),
        }
    }

    /// Shut where the file exists in the judged commit, with its first line as the reason.
    fn find_file(&self, path: &str) -> ExternalAnswer {
        let commit = self.inquiry.survey.commit;
        let snapshot = commit.map(|commit| Snapshot::of_commit(self.inquiry.repository, commit));
        let Some(Ok(snapshot)) = snapshot else {
            return ExternalAnswer::NoAnswer("no commit was read".into());
        };
        match text(&snapshot, path) {
            Some(text) => ExternalAnswer::Shut(line(&text)),
            None => ExternalAnswer::Open,
        }
    }
}

/// The text of a path, if it is a text file.
fn text(snapshot: &Snapshot<'_>, path: &str) -> Option<String> {
    let file = snapshot.find_file(path).filter(|file| file.kind == FileKind::File)?;
    String::from_utf8(snapshot.read_file(&file).ok()?).ok()
}

/// The first line that is not blank, shortened for a message.
fn line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}
