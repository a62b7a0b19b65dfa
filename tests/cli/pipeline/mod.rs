//! Gates and the ledger on real repositories with a bare origin.

mod advance;
mod ask;
mod chain;
mod clones;
mod deliver;
mod ledger;
mod meanwhile;
pub mod model;
mod outside;
mod signed_ledger;
mod waves;
mod world;
mod writers;

use crate::delivery::Site;

/// A site whose configuration, at origin and in the clone, is this one.
pub fn configured(config: &str) -> Site {
    let site = Site::new();
    let stages = "stages: [dev, staging, prod]\nsources:\n- helm-values: apps/{stage}/{app}.yaml\n";
    site.land("towpath.yaml", &format!("{stages}{config}"), "configure", "2026-08-05T10:00:00Z");
    site
}

impl Site {
    /// A commit of somebody on main, here and at origin.
    pub fn land(&self, path: &str, text: &str, message: &str, time: &str) {
        let file = self.clone.join(path);
        std::fs::create_dir_all(file.parent().expect("it lies in a folder")).expect("a folder");
        std::fs::write(file, text).expect("written");
        self.sandbox.git(&self.clone, &["add", "."]);
        let date = [("GIT_AUTHOR_DATE", time), ("GIT_COMMITTER_DATE", time)];
        self.sandbox.git_with(&self.clone, &["commit", "-qm", message], &date);
        self.sandbox.git(&self.clone, &["push", "-q", "origin", "HEAD:main"]);
    }

    /// The same as [`Site::run`], with the ids of events and commits made equal.
    pub fn told(&self, arguments: &[&str]) -> String {
        self.told_at("2026-09-01T12:00:00Z", arguments)
    }

    /// The same at another time.
    pub fn told_at(&self, now: &str, arguments: &[&str]) -> String {
        let said = self.run_with(arguments, &[("TOWPATH_NOW", now)]);
        let id = regex::Regex::new(r"\b[0-9a-f]{16}\b").expect("an expression");
        let short = regex::Regex::new(r"\b[0-9a-f]{8}\b").expect("an expression");
        let said = id.replace_all(&said, "[id]");
        short.replace_all(&said, "[short]").into_owned()
    }

    /// Another clone of the origin.
    pub fn another(&self, name: &str) -> std::path::PathBuf {
        self.sandbox.git(&self.sandbox.path(""), &["clone", "-q", "origin.git", name]);
        self.sandbox.path(name)
    }
}
