//! Owners: permissions for apps and for folders, besides those for stages.
//!
//! `permissions: { apps: {…}, paths: {…} }`. A stage's permission and an owner's both have to allow
//! a move.

use super::{Permission, PipelineConfig};
use crate::model::{AppName, StageName, matches_app};
use std::collections::BTreeSet;

/// Key of the owners of apps.
pub const APPS: &str = "apps";

/// Key of the owners of folders.
pub const PATHS: &str = "paths";

/// Pattern for every app that no other entry names.
const ALL_OTHERS: &str = "*";

/// A permission for an app or a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerRule {
    pub scope: OwnerScope,
    /// `of` is the key in the file: `apps.web`, `paths.teams/a`.
    pub permission: Permission,
}

/// What an owner owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnerScope {
    /// Apps by name or by a pattern with `*` and `?`.
    App(String),
    /// Whatever stands below a folder, which is written without a `/` at its end.
    Folder(String),
}

impl OwnerScope {
    /// What it is, for messages: `web`, `teams/a/`.
    pub fn describe(&self) -> String {
        match self {
            OwnerScope::App(pattern) => pattern.clone(),
            OwnerScope::Folder(folder) => format!("{folder}/"),
        }
    }
}

impl PipelineConfig {
    /// The owners of an app, all of whom have to allow a move: the entry with its name, else all
    /// patterns that match it, else `*`.
    pub fn app_owners(&self, app: &AppName, component: Option<&str>) -> Vec<&OwnerRule> {
        let full = component.map(|component| format!("{app}/{component}"));
        let names = || full.as_deref().into_iter().chain([app.as_str()]);
        let by_name = |name: &str| {
            self.owners.iter().find(|rule| rule.scope == OwnerScope::App(name.to_owned()))
        };
        if let Some(own) = names().find_map(by_name) {
            return vec![own];
        }
        let matching = |rule: &&OwnerRule| match &rule.scope {
            OwnerScope::App(pattern) => {
                pattern != ALL_OTHERS && names().any(|name| matches_app(pattern, name))
            }
            OwnerScope::Folder(_) => false,
        };
        let patterns: Vec<&OwnerRule> = self.owners.iter().filter(matching).collect();
        if patterns.is_empty() { by_name(ALL_OTHERS).into_iter().collect() } else { patterns }
    }

    /// The owner of a file: the entry with the deepest folder around it.
    pub fn folder_owner(&self, path: &str) -> Option<&OwnerRule> {
        let depth = |rule: &&OwnerRule| match &rule.scope {
            OwnerScope::Folder(folder) => {
                path.strip_prefix(folder.as_str())?.starts_with('/').then_some(folder.len())
            }
            OwnerScope::App(_) => None,
        };
        self.owners.iter().filter(|rule| depth(rule).is_some()).max_by_key(depth)
    }

    /// True if `permissions` names anybody for anything.
    pub fn has_permissions(&self) -> bool {
        self.all_permissions().next().is_some()
    }

    /// Every permission: of stages, of owners, and of those who sign events of the ledger.
    pub fn all_permissions(&self) -> impl Iterator<Item = &Permission> {
        let owners = self.owners.iter().map(|rule| &rule.permission);
        self.permissions.iter().chain(owners).chain(&self.ledger_proof)
    }

    /// True if the signature of an event proves that its author has this permission.
    pub fn takes_signers_of(&self, permission: &Permission) -> bool {
        self.ledger_proof.is_some() && !permission.signers.is_empty()
    }

    /// The files of signers that any permission names.
    pub fn signer_lists(&self) -> BTreeSet<&str> {
        self.all_permissions().flat_map(|one| &one.signers).map(String::as_str).collect()
    }

    /// The permissions that a decision about an app in a stage needs, all of them: that of the
    /// stage, and those of the app's owners.
    pub fn permissions_for(
        &self,
        stage: &StageName,
        app: &AppName,
        component: Option<&str>,
    ) -> Vec<&Permission> {
        let owners = self.app_owners(app, component).into_iter().map(|rule| &rule.permission);
        self.find_permission(stage.as_str()).into_iter().chain(owners).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::config::parse;
    use crate::model::AppName;

    const TEXT: &str = "\
stages: [dev, prod]
permissions:
  apps: { web: [ann], web/nginx: [nina], shop/*: [shop], '*/web': [ben], '*': [all] }
  paths: { teams/: [org], ./teams/a/: [a], teams/ab: { actors: [ab], signers: [keys] } }
";

    fn owners(app: &str, component: Option<&str>) -> String {
        let config = parse(TEXT, "towpath.yaml").expect("config");
        let all = config.pipeline.app_owners(&AppName::from(app), component);
        all.iter().map(|rule| rule.permission.of.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_name_counts_before_patterns_and_a_star_last() {
        assert_eq!(owners("web", None), "apps.web");
        assert_eq!(owners("web", Some("sidecar")), "apps.web");
        assert_eq!(owners("web", Some("nginx")), "apps.web/nginx");
        assert_eq!(owners("shop/cart", None), "apps.shop/*");
        assert_eq!(owners("shop/web", None), "apps.shop/* apps.*/web");
        assert_eq!(owners("mail", None), "apps.*");
    }

    #[test]
    fn the_deepest_folder_owns_a_file() {
        let config = parse(TEXT, "towpath.yaml").expect("config");
        let owner = |path| config.pipeline.folder_owner(path).map(|rule| &*rule.permission.of);
        assert_eq!(owner("teams/a/prod.yaml"), Some("paths.teams/a"));
        assert_eq!(owner("teams/abc/prod.yaml"), Some("paths.teams"));
        assert_eq!(owner("teams/ab/deep/prod.yaml"), Some("paths.teams/ab"));
        assert_eq!((owner("teams"), owner("other/teams/a/x")), (None, None));
    }
}
