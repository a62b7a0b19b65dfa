//! Who is proven to ask, and what they may do.
//!
//! An author line proves nothing: anybody can write one.

use crate::config::gates::{BREAK_GLASS, CONFIG, Permission, PipelineConfig};
use crate::model::CellKey;
use std::collections::BTreeSet;

/// Somebody who had a hand in the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributor {
    pub name: String,
    pub proof: IdentitySource,
}

/// How it is known who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentitySource {
    /// The forge's event says who opened the pull request.
    Event,
    /// The forge's event says who changed it last.
    Sender,
    /// The forge says who opened it.
    Forge,
    /// Whoever runs the check vouches for it.
    Told,
}

impl IdentitySource {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            IdentitySource::Event => "opened the pull request",
            IdentitySource::Sender => "acted on the pull request last",
            IdentitySource::Forge => "opened the pull request",
            IdentitySource::Told => "is vouched for by --actor",
        }
    }

    /// The word in JSON.
    pub fn json_name(self) -> &'static str {
        match self {
            IdentitySource::Event => "event",
            IdentitySource::Sender => "sender",
            IdentitySource::Forge => "forge",
            IdentitySource::Told => "actor",
        }
    }
}

/// What the signatures of the commits come to, by some lists of signers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureResult {
    /// Every commit that matters bears a good signature by one of these.
    By(BTreeSet<String>),
    /// Why that is not so.
    No(String),
}

/// Everybody who had a hand in the change.
pub struct ChangeContributors<'p> {
    /// All of them have to be permitted.
    pub persons: Vec<Contributor>,
    /// Asked for some files with allowed signers.
    pub signed: &'p dyn Fn(&[String]) -> SignatureResult,
    /// Does one commit bear a good signature, by some files with allowed signers?
    pub vouched: &'p dyn Fn(&[String], &str) -> bool,
}

/// May they?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PermissionResult {
    /// Everyone may.
    Free,
    /// Who, and how that is known.
    Granted(String),
    Denied(PermissionDenial),
}

/// Why they may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionDenial {
    pub reason: String,
    /// The line of the configuration, if there is one.
    pub line: Option<u32>,
    /// Who may.
    pub named: String,
    /// Nobody said who asks.
    pub is_unknown: bool,
}

/// The words of a commit that breaks the glass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlassCommit {
    pub commit: String,
    pub reason: String,
    /// Apps and stages; empty: for all of the change.
    pub apps: Vec<String>,
    pub stages: Vec<String>,
}

impl ChangeContributors<'_> {
    /// May they change a stage?
    pub fn stage(&self, rules: &PipelineConfig, stage: &str) -> PermissionResult {
        rules.find_permission(stage).map_or(PermissionResult::Free, |permission| {
            self.check_permission(permission, &format!("actors of {stage}"))
        })
    }

    /// May they change the rules themselves? Where anybody is named for anything, somebody has to be
    /// named for this, or everybody could name themselves.
    pub fn permit_rules(&self, rules: &PipelineConfig) -> PermissionResult {
        match rules.find_permission(CONFIG) {
            Some(permission) => {
                self.check_permission(permission, "people who may change the rules")
            }
            None if rules.permissions.is_empty() => PermissionResult::Free,
            None => PermissionResult::Denied(PermissionDenial {
                reason: format!(
                    "nobody may change the rules: `permissions` names nobody for `{CONFIG}`"
                ),
                line: None,
                named: String::new(),
                is_unknown: false,
            }),
        }
    }

    /// Who breaks the glass for this cell? Nobody may, unless named: as the person who asks, or as the
    /// signer of the very commit that says so.
    pub fn find_break_glass(
        &self,
        rules: &PipelineConfig,
        glasses: &[BreakGlassCommit],
        slot: &CellKey,
    ) -> Option<String> {
        let permission = rules.find_permission(BREAK_GLASS)?;
        let mut glasses = glasses.iter().filter(|glass| glass.applies_to(slot));
        if let Some(who) = self.persons_in(permission) {
            return glasses.next().map(|_| who);
        }
        let signed = glasses.find(|glass| (self.vouched)(&permission.signers, &glass.commit))?;
        Some(format!("commit {} is signed", signed.commit.get(..10).unwrap_or(&signed.commit)))
    }

    /// May whoever asks break the glass without a commit that says so: by an event of the ledger?
    pub fn may_break(&self, rules: &PipelineConfig) -> Option<String> {
        self.persons_in(rules.find_permission(BREAK_GLASS)?)
    }

    /// Everybody who asks, if all are named.
    fn persons_in(&self, permission: &Permission) -> Option<String> {
        let is_named = |person: &Contributor| permission.names_any([person.name.as_str()]);
        let who = || self.persons.iter().map(|one| format!("{} {}", one.name, one.proof.as_str()));
        (!self.persons.is_empty() && self.persons.iter().all(is_named))
            .then(|| who().collect::<Vec<_>>().join("; "))
    }

    fn check_permission(&self, permission: &Permission, group: &str) -> PermissionResult {
        if let Some(who) = self.persons_in(permission) {
            return PermissionResult::Granted(who);
        }
        let is_named = |person: &Contributor| permission.names_any([person.name.as_str()]);
        let signed = (!permission.signers.is_empty()).then(|| (self.signed)(&permission.signers));
        if let Some(SignatureResult::By(signers)) = &signed {
            let signers: Vec<&str> = signers.iter().map(String::as_str).collect();
            return PermissionResult::Granted(format!("signed by {}", signers.join(", ")));
        }
        let stranger = self.persons.iter().find(|person| !is_named(person));
        let stranger = match stranger {
            Some(person) => {
                format!("{}, who {}, is none of the {group}", person.name, person.proof.as_str())
            }
            None => {
                "it is not known who asks for it; what commits say of their authors proves nothing"
                    .to_owned()
            }
        };
        let reason = match signed {
            Some(SignatureResult::No(why)) if self.persons.is_empty() => why,
            Some(SignatureResult::No(why)) => format!("{stranger}; {why}"),
            _ => stranger,
        };
        let is_unknown = self.persons.is_empty() && permission.signers.is_empty();
        let named = permission.named_parties().collect::<Vec<_>>().join(", ");
        PermissionResult::Denied(PermissionDenial {
            reason,
            line: Some(permission.line),
            named,
            is_unknown,
        })
    }
}
