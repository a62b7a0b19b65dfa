//! What an open proposal should be: title, text, labels and reviewers. Each run compares and
//! repairs it, each part on its own, as trouble may have interrupted an earlier run.

use crate::forge::{
    Forge, ForgeError, ForgeFeature, Proposal, ProposalUpdate, Result, is_same_reviewer,
    new_assignees,
};
use crate::ops::session::Session;
use crate::promotion::is_own_title;

/// The wanted state of a proposal.
pub struct DesiredProposal {
    pub title: String,
    /// The whole text, with the words of people.
    pub body: String,
    pub labels: Vec<String>,
    pub reviewers: Vec<String>,
    pub assignees: Vec<String>,
}

/// A proposal after its repair.
pub struct RepairedProposal {
    pub proposal: Proposal,
    /// True where something was changed.
    pub is_changed: bool,
    /// Trouble that may pass. What the forge refused for good is a caution.
    pub troubles: Vec<ForgeError>,
}

/// Brings a proposal into its wanted state. Settings of people stay: their title, their labels, and
/// the state as a draft.
pub fn repair_proposal(
    forge: &dyn Forge,
    proposal: Proposal,
    wanted: &DesiredProposal,
    session: &Session,
) -> RepairedProposal {
    let mut repair = Repair { forge, session, proposal, is_changed: false, troubles: Vec::new() };
    repair.set_texts(wanted);
    repair.add_labels(wanted);
    repair.ask_reviewers(wanted);
    repair.assign_people(wanted);
    let Repair { proposal, is_changed, troubles, .. } = repair;
    RepairedProposal { proposal, is_changed, troubles }
}

struct Repair<'a> {
    forge: &'a dyn Forge,
    session: &'a Session,
    proposal: Proposal,
    is_changed: bool,
    troubles: Vec<ForgeError>,
}

impl Repair<'_> {
    fn set_texts(&mut self, wanted: &DesiredProposal) {
        // Forges may change line ends.
        let there = self.proposal.body_text();
        let is_titled =
            self.proposal.title == wanted.title || !is_own_title(&there, &self.proposal.title);
        let title = (!is_titled).then(|| wanted.title.clone());
        let body = (there.trim() != wanted.body.trim()).then(|| wanted.body.clone());
        if title.is_none() && body.is_none() {
            return;
        }
        let change = ProposalUpdate { title, body, ..ProposalUpdate::default() };
        if let Err(error) = self.update(&change) {
            self.note("update its title and text", error);
        }
    }

    fn add_labels(&mut self, wanted: &DesiredProposal) {
        if self.forge.missing_features().contains(&ForgeFeature::Labels) {
            return;
        }
        let is_there = |label: &String| {
            self.proposal.labels.iter().any(|there| there.eq_ignore_ascii_case(label))
        };
        let missing: Vec<String> =
            wanted.labels.iter().filter(|label| !is_there(label)).cloned().collect();
        self.each_alone(&missing, "label", &|names| ProposalUpdate {
            add_labels: names,
            ..ProposalUpdate::default()
        });
    }

    /// Asks the reviewers who were neither asked nor have reviewed. A team counts as done as soon
    /// as anybody has reviewed, as forges drop it then.
    fn ask_reviewers(&mut self, wanted: &DesiredProposal) {
        let is_asked = |name: &String| {
            is_same_reviewer(name, &self.proposal.author)
                || self.proposal.reviewers.iter().any(|asked| is_same_reviewer(name, asked))
        };
        let mut missing: Vec<String> =
            wanted.reviewers.iter().filter(|name| !is_asked(name)).cloned().collect();
        if missing.is_empty() {
            return;
        }
        if !self.forge.missing_features().contains(&ForgeFeature::Reviews) {
            match self.forge.list_reviewers(self.proposal.number) {
                Ok(done) => missing.retain(|name| {
                    let is_team = name.contains('/') && !done.is_empty();
                    !is_team && !done.iter().any(|done| is_same_reviewer(name, done))
                }),
                Err(error) => return self.note("read its reviews", error),
            }
        }
        self.each_alone(&missing, "ask for a review of", &|names| ProposalUpdate {
            add_reviewers: names,
            ..ProposalUpdate::default()
        });
    }

    /// Assigns people. GitHub passes over those who may not be assigned, without a word.
    fn assign_people(&mut self, wanted: &DesiredProposal) {
        if self.forge.missing_features().contains(&ForgeFeature::Assignees) {
            return;
        }
        let names = new_assignees(&wanted.assignees, &self.proposal.assignees);
        self.each_alone(&names, "assign", &|names| ProposalUpdate {
            add_assignees: names,
            ..ProposalUpdate::default()
        });
        let left = new_assignees(&wanted.assignees, &self.proposal.assignees);
        if !left.is_empty() {
            self.session.detail(&format!("the forge did not assign {}", left.join(", ")));
        }
    }

    /// Sets all names at once; where the forge refuses that, each on its own.
    fn each_alone(
        &mut self,
        names: &[String],
        what: &str,
        change: &dyn Fn(Vec<String>) -> ProposalUpdate,
    ) {
        if names.is_empty() {
            return;
        }
        let listed = |names: &[String]| {
            let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            quoted.join(", ")
        };
        match self.update(&change(names.to_vec())) {
            Ok(()) => {}
            Err(error) if error.may_pass() || names.len() == 1 => {
                self.note(&told(what, &listed(names)), error)
            }
            Err(_) => {
                for name in names {
                    if let Err(error) = self.update(&change(vec![name.clone()])) {
                        self.note(&told(what, &listed(std::slice::from_ref(name))), error);
                    }
                }
            }
        }
    }

    fn update(&mut self, change: &ProposalUpdate) -> Result<()> {
        let now = self.forge.update_proposal(self.proposal.number, change)?;
        // Lists and single answers differ in what they tell of the merge.
        let parts = |one: &Proposal| {
            let people = (one.reviewers.clone(), one.assignees.clone());
            (one.title.clone(), one.body_text().trim().to_owned(), one.labels.clone(), people)
        };
        self.is_changed |= parts(&now) != parts(&self.proposal);
        self.proposal = now;
        Ok(())
    }

    /// Reports what could not be done. Trouble that may pass also fails the run, so that it is run
    /// again.
    fn note(&mut self, what: &str, error: ForgeError) {
        let number = self.proposal.number;
        self.session.caution(&format!("pull request {number} is open; cannot {what}: {error}"));
        if error.may_pass() {
            self.troubles.push(error);
        } else if let Some(hint) = error.hint() {
            self.session.hint(&hint);
        }
    }
}

fn told(what: &str, names: &str) -> String {
    if what == "label" { format!("add the label {names}") } else { format!("{what} {names}") }
}
