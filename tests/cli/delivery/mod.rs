//! `towpath promote`, `deploy` and `rollback` on real repositories with a bare origin.

mod after_push;
mod assumed;
mod branches;
mod local;
mod races;
mod signing;
#[cfg(unix)]
mod terminal;

use crate::support::{History, Sandbox};
use std::path::PathBuf;

/// web, api and blog in dev, staging and prod; dev is ahead of staging in web, staging of prod in api.
pub fn history() -> History {
    let mut history = History::new()
        .commit("2026-08-01T10:00:00Z", "Ann", "start")
        .write("towpath.yaml", "stages: [dev, staging, prod]\n");
    for app in ["api", "blog", "web"] {
        for stage in ["dev", "staging", "prod"] {
            history = history.write(&format!("apps/{stage}/{app}.yaml"), &values(app, "v1"));
        }
    }
    let land = |history: History, time: &str, app: &str, stage: &str, version: &str| {
        let history = history.commit(time, "Ann", &format!("{app} {version} to {stage}"));
        history.write(&format!("apps/{stage}/{app}.yaml"), &values(app, version))
    };
    let history = land(history, "2026-08-02T10:00:00Z", "api", "dev", "v2");
    let history = land(history, "2026-08-03T10:00:00Z", "api", "staging", "v2");
    land(history, "2026-08-04T10:00:00Z", "web", "dev", "v2")
}

pub fn values(app: &str, version: &str) -> String {
    format!(
        "# of {app}\nimage:\n  repository: ghcr.io/example/{app}\n  tag: {version} # moves\nreplicas: 2\n"
    )
}

/// A bare origin and a clone of it, in which git knows who the user is.
pub struct Site {
    pub sandbox: Sandbox,
    pub origin: PathBuf,
    pub clone: PathBuf,
}

impl Site {
    pub fn new() -> Site {
        Site::of(&history())
    }

    /// A site with this history.
    pub fn of(history: &History) -> Site {
        let sandbox = Sandbox::new();
        sandbox.introduce();
        let origin = sandbox.bare("origin.git", history);
        let clone = sandbox.path("clone");
        sandbox.git(&sandbox.path(""), &["clone", "-q", "origin.git", "clone"]);
        Site { sandbox, origin, clone }
    }

    /// towpath in the clone; exit code, stdout and stderr as one text.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.run_with(arguments, &[])
    }

    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> String {
        let mut command = self.sandbox.towpath(&self.clone, arguments);
        for (name, value) in variables {
            command = command.env(name, value);
        }
        let output = command.output().expect("it runs");
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let text = format!("exit {}\n{stdout}--\n{stderr}", output.status.code().unwrap_or(-1));
        let text = text.replace(&self.sandbox.path("").display().to_string(), "/sandbox/");
        let assumed: Vec<&str> =
            text.lines().filter(|line| !line.starts_with("assumed: ")).collect();
        assumed.join("\n") + "\n"
    }

    pub fn at_origin(&self, arguments: &[&str]) -> String {
        self.sandbox.git(&self.origin, arguments)
    }

    /// What a file says at origin.
    pub fn says(&self, revision: &str, path: &str) -> String {
        self.at_origin(&["show", &format!("{revision}:{path}")])
    }
}
