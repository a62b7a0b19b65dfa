//! External facts for gates: commands, URLs, files and the forge. Each rule is asked once, before
//! the gates. A rule without an answer is recorded as such.

mod attested;
mod command;
mod command_policy;
mod flags;
mod forge;
mod http;
mod live;
#[cfg(test)]
mod new_gate_tests;

use crate::config::gates::{DEFAULT_FLAGS, FactNeed, GateKind};
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
    registry: attested::RegistryFacts<'w, 'r>,
    live: live::LiveFacts<'w, 'r>,
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
            registry: attested::RegistryFacts::new(inquiry),
            live: live::LiveFacts::new(inquiry),
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
        let usual = DEFAULT_FLAGS.map(str::to_owned);
        for question in questions {
            let pipeline = &self.inquiry.config().pipeline;
            let needs = pipeline.facts_for(question.stage, &question.subject.app);
            let mut flags: Vec<&String> =
                needs.iter().flat_map(|(_, need)| wanted_flags(*need)).collect();
            let rules =
                pipeline.rules_for(GateKind::Version, question.stage, &question.subject.app);
            if rules.is_empty() {
                flags.extend(&usual);
            }
            flags::collect_flags(self.inquiry, evidence, question, &flags, &mut facts);
            if !question.is_past {
                for (rule, need) in needs {
                    self.collect_fact(rule.line, need, evidence, question, &mut facts);
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

    /// Collects one fact that a rule, given by its line, needs.
    fn collect_fact(
        &self,
        line: u32,
        need: FactNeed<'_>,
        evidence: &Evidence<'_>,
        question: &GateQuery<'_>,
        facts: &mut ExternalFacts,
    ) {
        let once = |ask: &dyn Fn() -> ExternalAnswer, facts: &mut ExternalFacts| {
            let known = self.known.borrow().get(&line).cloned();
            let asked = known.unwrap_or_else(ask);
            self.known.borrow_mut().insert(line, asked.clone());
            facts.set_answer(line, asked);
        };
        match need {
            FactNeed::Command(call) => {
                let answer = command::run_command(call, &self.trust, question, self.inquiry);
                facts.tell_about(line, question, answer);
            }
            FactNeed::Checks(stages) => self.desk.collect_checks(stages, evidence, question, facts),
            FactNeed::Live(stages) => self.live.collect(stages, evidence, question, facts),
            FactNeed::Reviews => self.desk.collect_reviews(question, facts),
            FactNeed::File(path) => once(&|| self.find_file(path), facts),
            FactNeed::Issue(label) => once(&|| self.desk.find_open_issue(label), facts),
            FactNeed::Http { url, expect, timeout } => {
                let session = self.inquiry.session;
                once(&|| http::fetch_answer(url, expect, timeout, session), facts);
            }
            FactNeed::Attested(wanted) => {
                facts.tell_about(line, question, self.registry.check(wanted, question));
            }
            // `flags` reads these from the commit, for the past as well.
            FactNeed::Flags(_) => {}
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

/// The keys beside a version that a need names.
fn wanted_flags<'n>(need: FactNeed<'n>) -> &'n [String] {
    match need {
        FactNeed::Flags(flags) => flags,
        FactNeed::Command(_)
        | FactNeed::Checks(_)
        | FactNeed::Live(_)
        | FactNeed::Reviews
        | FactNeed::File(_)
        | FactNeed::Issue(_)
        | FactNeed::Http { .. }
        | FactNeed::Attested(_) => &[],
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
