//! The recipes of docs/ci.md: what a pipeline would run is run, each job against a repository and a
//! forge of its own, with the variables that its system sets.

use crate::delivery::Site;
use crate::fake::{Fake, TOKEN};
use serde_yaml::{Mapping, Value};
use snapbox::{assert_data_eq, str};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use towpath::forge::ForgeKind;

pub type Variables = BTreeMap<String, String>;

/// The part of the page whose recipes `guard/recipes.rs` runs.
pub const CHECK: &str = "\n## The check on pull requests\n";

/// One job: its variables, and the lines of its scripts, each with variables of its own.
pub struct Job {
    pub name: String,
    pub steps: Vec<(Variables, String)>,
}

#[test]
fn recipes_do_what_they_say() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ci.md"))
        .expect("the page");
    let mut done = String::new();
    let (before, _) = page.split_once(CHECK).expect("the page has a part about the check");
    let (_, after) =
        page.split_once("\n## A shell\n").expect("the page has a part about the shell");
    for (language, block) in blocks(before).into_iter().chain(blocks(after)) {
        match language {
            "yml" => {
                for job in jobs(&serde_yaml::from_str(block).expect("YAML")) {
                    let _ = writeln!(done, "{}:\n{}", job.name, carried_out(&job));
                }
            }
            _ => {
                let steps = vec![(Variables::new(), block.to_owned())];
                let _ =
                    writeln!(done, "shell:\n{}", carried_out(&Job { name: String::new(), steps }));
            }
        }
    }
    assert_data_eq!(
        done,
        str![[r#"
deploy:
  main: Build, Deploy web to dev: v2 -> 0a1b2c3d

promote:
  pull request: Promote web to staging: v1 -> v2

deploy:
  main: Build, Deploy web to dev: v2 -> 0a1b2c3d

to-staging:
  pull request: Promote web to staging: v1 -> v2

deploy:
  main: Build, Deploy web to dev: v2 -> 0a1b2c3d
  pull request: Promote web to staging: v1 -> 0a1b2c3d

deploy:
  main: Build, Deploy web to dev: v2 -> 0a1b2c3d

deploy, the plugin:
  main: Build, Deploy 0a1b2c3d

shell:
  main: Build, Deploy web to dev: v2 -> v7
  main: Build, Promote web to staging: v1 -> v7


"#]]
    );
}

/// The fenced recipes of a page: language and text.
pub fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fenced = page.split("\n```").skip(1).step_by(2);
    fenced
        .filter_map(|block| block.split_once('\n'))
        .filter(|(language, _)| ["yml", "sh"].contains(language))
        .collect()
}

/// The jobs of a pipeline, whichever system it is for.
pub fn jobs(pipeline: &Mapping) -> Vec<Job> {
    let common = variables(pipeline.get("env"));
    if let Some(Value::Mapping(jobs)) = pipeline.get("jobs") {
        return jobs.iter().map(|(name, job)| of_actions(name, job, &common)).collect();
    }
    if let Some(Value::Sequence(steps)) = pipeline.get("steps") {
        return steps.iter().map(of_woodpecker).collect();
    }
    let scripted = pipeline.iter().filter(|(_, job)| job.get("script").is_some());
    scripted
        .map(|(name, job)| Job { name: text(name), steps: lines(job, "variables", "script") })
        .collect()
}

fn of_actions(name: &Value, job: &Value, common: &Variables) -> Job {
    let steps = job.get("steps").and_then(Value::as_sequence).expect("steps").iter();
    let of_step = |step: &Value| {
        let mut all = common.clone();
        all.extend(variables(step.get("env")));
        Some((all, text(step.get("run")?)))
    };
    Job { name: text(name), steps: steps.filter_map(of_step).collect() }
}

fn of_woodpecker(step: &Value) -> Job {
    let name = text(step.get("name").expect("a name"));
    let Some(settings) = step.get("settings") else {
        return Job { name, steps: lines(step, "environment", "commands") };
    };
    let settings = settings.as_mapping().expect("settings").iter();
    let setting = |(name, value): (&Value, &Value)| {
        // What stands in for a secret is left out: a folder takes no token.
        (!value.is_mapping())
            .then(|| (format!("PLUGIN_{}", text(name).to_uppercase()), text(value)))
    };
    let variables = settings.filter_map(setting).collect();
    Job { name: format!("{name}, the plugin"), steps: vec![(variables, "towpath plugin".into())] }
}

pub fn lines(job: &Value, variables_are: &str, script: &str) -> Vec<(Variables, String)> {
    let variables = variables(job.get(variables_are));
    let lines = job.get(script).and_then(Value::as_sequence).expect("a script").iter();
    lines.map(|line| (variables.clone(), text(line))).collect()
}

pub fn variables(map: Option<&Value>) -> Variables {
    let map = map.and_then(Value::as_mapping).into_iter().flatten();
    // What stands in for a secret of the system is left out.
    let plain = map.filter(|(_, value)| !value.is_mapping());
    plain.map(|(name, value)| (text(name), text(value))).collect()
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// What the systems set, and the secrets of the recipes.
const SET: [(&str, &str); 5] = [
    ("${{ secrets.GITHUB_TOKEN }}", TOKEN),
    ("${{ secrets.DEPLOY_TOKEN }}", TOKEN),
    ("$DEPLOY_TOKEN", TOKEN),
    ("${CI_COMMIT_SHA}", "0a1b2c3d"),
    ("$CI_COMMIT_SHORT_SHA", "0a1b2c3d"),
];

/// Runs a job and says what has changed by it.
fn carried_out(job: &Job) -> String {
    let site = Site::new();
    let forge = job.steps.iter().find_map(|(variables, _)| variables.get("TOWPATH_FORGE"));
    let (kind, forge, repository) = match forge.map(String::as_str) {
        Some("gitlab") => (ForgeKind::GitLab, "gitlab", "group/sub/r"),
        Some("forgejo") => (ForgeKind::Gitea, "forgejo", "o/r"),
        _ => (ForgeKind::GitHub, "github", "o/r"),
    };
    for host in ["github.com", "gitlab.example.com", "codeberg.example"] {
        let address = format!("https://{host}/{repository}.git");
        let real = format!("url.{}.insteadOf", site.origin.display());
        site.sandbox.git(&site.clone, &["config", "--global", "--add", &real, &address]);
    }
    let checked_out = format!("https://github.com/{repository}.git");
    site.sandbox.git(&site.clone, &["remote", "set-url", "origin", &checked_out]);
    let fake = Fake::start(kind);
    let origin = git2::Repository::open_bare(&site.origin).expect("it is there");
    let head_of = move |branch: &str| {
        origin.refname_to_id(&format!("refs/heads/{branch}")).expect("pushed").to_string()
    };
    fake.world.lock().expect("no panic within").head_of = Some(Box::new(head_of));
    let before = site.at_origin(&["rev-parse", "main"]).trim().to_owned();
    for (variables, script) in &job.steps {
        let mut command = site.sandbox.bash(&site.clone, &format!("set -eu\n{script}"));
        command =
            command.env("TOWPATH_FORGE", forge).env("CI_SERVER_URL", "https://gitlab.example.com");
        command = command.env("GITHUB_SERVER_URL", "https://github.com");
        for (name, value) in variables {
            let value = value.replace("team/deploy", repository);
            let value = SET.iter().fold(value, |value, (name, set)| value.replace(name, set));
            command = command.env(name, value);
        }
        command = command
            .env("GITHUB_SHA", "0a1b2c3d")
            .env("CI_COMMIT_SHA", "0a1b2c3d")
            .env("VERSION", "v7");
        command =
            command.env("CI_COMMIT_SHORT_SHA", "0a1b2c3d").env("TOWPATH_FORGE_API", fake.api());
        let output = command.output().expect("it runs");
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.status.success(), "{}: `{script}` says\n{said}", job.name);
        assert!(!said.contains(TOKEN), "{said}");
    }
    let landed = site.at_origin(&[
        "log",
        "--reverse",
        "--format=  main: %an, %s",
        &format!("{before}..main"),
    ]);
    let world = fake.world.lock().expect("no panic within");
    landed
        + &world
            .pulls
            .iter()
            .map(|pull| format!("  pull request: {}\n", pull.title))
            .collect::<String>()
}
