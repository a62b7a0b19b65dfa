//! Identities that are proven, and their permissions.
//!
//! An author line proves nothing: anybody can write one.

use crate::config::gates::{BREAK_GLASS, CONFIG, OwnerRule, Permission, PipelineConfig};
use crate::model::{CellKey, short_commit};
use std::collections::BTreeSet;

/// A person who contributed to the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributor {
    pub name: String,
    pub proof: IdentitySource,
}

/// Source of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentitySource {
    /// The forge's event names the person as the one who opened the pull request.
    Event,
    /// The forge's event names the person as the last one to act on the pull request.
    Sender,
    /// The forge's API names the person as the one who opened the pull request.
    Forge,
    /// The caller vouches for the person.
    Told,
}

impl IdentitySource {
    /// Describes the source in a sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            IdentitySource::Event => "opened the pull request",
            IdentitySource::Sender => "acted on the pull request last",
            IdentitySource::Forge => "opened the pull request",
            IdentitySource::Told => "is named by --actor",
        }
    }

    /// The word used in JSON.
    pub fn json_name(self) -> &'static str {
        match self {
            IdentitySource::Event => "event",
            IdentitySource::Sender => "sender",
            IdentitySource::Forge => "forge",
            IdentitySource::Told => "actor",
        }
    }
}

/// Result of checking the commits' signatures against lists of signers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureResult {
    /// Every relevant commit has a good signature by one of these.
    By(BTreeSet<String>),
    /// The signatures do not suffice, for this reason.
    No(String),
}

/// Everybody who contributed to the change.
pub struct ChangeContributors<'p> {
    /// People who all have to be permitted.
    pub persons: Vec<Contributor>,
    /// Checks the signatures of all commits by these files of allowed signers.
    pub signed: &'p dyn Fn(&[String]) -> SignatureResult,
    /// Tells whether one commit has a good signature, by these files of allowed signers.
    pub vouched: &'p dyn Fn(&[String], &str) -> bool,
}

/// Result of a permission check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PermissionResult {
    /// Everyone is permitted.
    Free,
    /// The person, and how their identity is known.
    Granted(String),
    Denied(PermissionDenial),
}

impl PermissionResult {
    /// Combines two checks that both have to allow the change.
    pub(super) fn and(self, other: PermissionResult) -> PermissionResult {
        match (self, other) {
            (PermissionResult::Denied(denial), _) | (_, PermissionResult::Denied(denial)) => {
                PermissionResult::Denied(denial)
            }
            (PermissionResult::Free, other) => other,
            (one, PermissionResult::Free) => one,
            (PermissionResult::Granted(one), PermissionResult::Granted(other)) if one == other => {
                PermissionResult::Granted(one)
            }
            (PermissionResult::Granted(one), PermissionResult::Granted(other)) => {
                PermissionResult::Granted(format!("{one}; {other}"))
            }
        }
    }
}

/// A denied permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionDenial {
    pub reason: String,
    /// Line of the configuration, if there is one.
    pub line: Option<u32>,
    /// People who are permitted.
    pub named: String,
    /// True if the identity is unknown.
    pub is_unknown: bool,
}

/// A commit with a break-glass trailer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlassCommit {
    pub commit: String,
    pub reason: String,
    /// Apps and stages; empty means the whole change.
    pub apps: Vec<String>,
    pub stages: Vec<String>,
}

impl ChangeContributors<'_> {
    /// Checks the permission to change a stage.
    pub fn stage(&self, rules: &PipelineConfig, stage: &str) -> PermissionResult {
        rules.find_permission(stage).map_or(PermissionResult::Free, |permission| {
            self.check_permission(permission, &format!("actors of {stage}"))
        })
    }

    /// Checks the permission to change the rules. If there are any permissions, the rules need one
    /// too; otherwise anybody could grant themselves the others.
    pub fn permit_rules(&self, rules: &PipelineConfig) -> PermissionResult {
        match rules.find_permission(CONFIG) {
            Some(permission) => {
                self.check_permission(permission, "people who may change the rules")
            }
            None if !rules.has_permissions() => PermissionResult::Free,
            None => PermissionResult::Denied(PermissionDenial {
                reason: format!(
                    "nobody may change the rules: `permissions` has no entry for `{CONFIG}`"
                ),
                line: None,
                named: String::new(),
                is_unknown: false,
            }),
        }
    }

    /// Checks the permission to change what only these owners' apps are made of: theirs, or that to
    /// change the rules.
    pub fn permit_owned(
        &self,
        rules: &PipelineConfig,
        owners: &BTreeSet<String>,
    ) -> PermissionResult {
        let permit = self.permit_rules(rules);
        if owners.is_empty() || matches!(permit, PermissionResult::Granted(_)) {
            return permit;
        }
        let own = rules.owners.iter().filter(|rule| owners.contains(&rule.permission.of));
        let check = |rule: &OwnerRule| {
            let group = format!("owners of {}", rule.scope.describe());
            self.check_permission(&rule.permission, &group)
        };
        own.map(check).fold(PermissionResult::Free, PermissionResult::and)
    }

    /// Returns who overrides the gates for this cell. Requires `break-glass` permission of the
    /// requester, or of the signer of the commit with the trailer.
    pub fn find_break_glass(
        &self,
        rules: &PipelineConfig,
        glasses: &[BreakGlassCommit],
        cell: &CellKey,
    ) -> Option<String> {
        let permission = rules.find_permission(BREAK_GLASS)?;
        let mut glasses = glasses.iter().filter(|glass| glass.applies_to(cell));
        if let Some(who) = self.persons_in(permission) {
            return glasses.next().map(|_| who);
        }
        let signed = glasses.find(|glass| (self.vouched)(&permission.signers, &glass.commit))?;
        Some(format!("commit {} is signed", short_commit(&signed.commit)))
    }

    /// Returns the requester if they may override the gates by a ledger event, without a trailer.
    pub fn may_break(&self, rules: &PipelineConfig) -> Option<String> {
        self.persons_in(rules.find_permission(BREAK_GLASS)?)
    }

    /// Describes the requesters, if all of them are named by the permission.
    fn persons_in(&self, permission: &Permission) -> Option<String> {
        let is_named = |person: &Contributor| permission.names_any([person.name.as_str()]);
        let who = || self.persons.iter().map(|one| format!("{} {}", one.name, one.proof.as_str()));
        (!self.persons.is_empty() && self.persons.iter().all(is_named))
            .then(|| who().collect::<Vec<_>>().join("; "))
    }

    pub(super) fn check_permission(
        &self,
        permission: &Permission,
        group: &str,
    ) -> PermissionResult {
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
                format!("{}, who {}, is not one of the {group}", person.name, person.proof.as_str())
            }
            None => "the requester is unknown; commit authors are not proof of identity".to_owned(),
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
