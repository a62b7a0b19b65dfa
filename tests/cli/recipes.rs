//! The recipes of docs/ci.md: what a pipeline would run is run for three nights in a row, each job
//! against a repository and a forge of its own, with the variables that its system sets. By day,
//! somebody merges what is open, and builds bring new versions.

use crate::delivery::{Site, values};
use crate::fake::{Fake, Pull, TOKEN};
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
            "groovy" => {
                let job = of_jenkins(block);
                let _ = writeln!(done, "{}:\n{}", job.name.clone(), carried_out(job));
            }
            "yml" => {
                for job in jobs(&serde_yaml::from_str(block).expect("YAML")) {
                    let _ = writeln!(done, "{}:\n{}", job.name.clone(), carried_out(job));
                }
            }
            _ => {
                let steps = vec![(Variables::new(), block.to_owned())];
                let _ =
                    writeln!(done, "shell:\n{}", carried_out(Job { name: String::new(), steps }));
            }
        }
    }
    assert_data_eq!(
        done,
        str![[r#"
deploy:
  main: Build, Deploy web to dev: v2 -> 0a1b2c3d
  main: Build, Deploy web to dev: v7 -> 1b2c3d4e
  main: Build, Deploy web to dev: v8 -> 2c3d4e5f

promote:
  pull request, merged: Promote web to staging: v1 -> v2
  pull request, merged: Promote web to staging: v2 -> v7
  pull request, merged: Promote web to staging: v7 -> v8

deploy:
  main: Build, Deploy web to dev: v2 -> 0a1b2c3d
  main: Build, Deploy web to dev: v7 -> 1b2c3d4e
  main: Build, Deploy web to dev: v8 -> 2c3d4e5f

to-staging:
  pull request, merged: Promote web to staging: v1 -> v2
  pull request, merged: Promote web to staging: v2 -> v7
  pull request, merged: Promote web to staging: v7 -> v8

promote:
  pull request, merged: Promote web to staging: v1 -> v2
  pull request, merged: Promote web to staging: v2 -> v7
  pull request, merged: Promote web to staging: v7 -> v8

deploy:
  main: Build, Deploy web to dev: v2 -> 0a1b2c3d
  main: Build, Deploy web to dev: v7 -> 1b2c3d4e
  main: Build, Deploy web to dev: v8 -> 2c3d4e5f
  pull request, merged: Promote web to staging: v1 -> 0a1b2c3d
  pull request, merged: Promote web to staging: 0a1b2c3d -> 1b2c3d4e
  pull request, merged: Promote web to staging: 1b2c3d4e -> 2c3d4e5f

promote:
  pull request, merged: Promote web to staging: v1 -> v2
  pull request, merged: Promote web to staging: v2 -> v7
  pull request, merged: Promote web to staging: v7 -> v8

deploy:
  main: Build, Deploy web to dev: v2 -> 0a1b2c3d
  main: Build, Deploy web to dev: v7 -> 1b2c3d4e
  main: Build, Deploy web to dev: v8 -> 2c3d4e5f

promote:
  pull request, merged: Promote web to staging: v1 -> v2
  pull request, merged: Promote web to staging: v2 -> v7
  pull request, merged: Promote web to staging: v7 -> v8

deploy, the plugin:
  main: Build, Deploy 0a1b2c3d
  main: Build, Deploy 1b2c3d4e
  main: Build, Deploy 2c3d4e5f

Jenkins:
  pull request, merged: Promote web to staging: v1 -> v2
  pull request, merged: Promote web to staging: v2 -> v7
  pull request, merged: Promote web to staging: v7 -> v8

promote:
  pull request, merged: Promote web to staging: v1 -> v2
  pull request, merged: Promote web to staging: v2 -> v7
  pull request, merged: Promote web to staging: v7 -> v8

promote:
  pull request, merged: Promote web to staging: v1 -> v2
  pull request, merged: Promote web to staging: v2 -> v7
  pull request, merged: Promote web to staging: v7 -> v8

promote:
  pull request, merged: Promote web to staging: v1 -> v2
  pull request, merged: Promote web to staging: v2 -> v7
  pull request, merged: Promote web to staging: v7 -> v8

shell:
  main: Build, Deploy web to dev: v2 -> v7
  main: Build, Promote web to staging: v1 -> v7
  main: Build, Deploy web to dev: v7 -> v8
  main: Build, Promote web to staging: v7 -> v8
  main: Build, Deploy web to dev: v8 -> v9
  main: Build, Promote web to staging: v8 -> v9


"#]]
    );
}

/// The fenced recipes of a page: language and text.
pub fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fenced = page.split("\n```").skip(1).step_by(2);
    fenced
        .filter_map(|block| block.split_once('\n'))
        .filter(|(language, _)| ["yml", "sh", "groovy"].contains(language))
        .collect()
}

/// The jobs of a pipeline, whichever system it is for.
pub fn jobs(pipeline: &Mapping) -> Vec<Job> {
    let common = variables(pipeline.get("env"));
    if let Some(Value::Mapping(jobs)) = pipeline.get("jobs") {
        return jobs.iter().map(|(name, job)| of_actions(name, job, &common)).collect();
    }
    if let Some(spec) = pipeline.get("spec") {
        return spec["steps"].as_sequence().expect("steps").iter().map(of_tekton).collect();
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
        // CircleCI has the variables of a job here.
        all.extend(variables(job.get("environment")));
        all.extend(variables(step.get("env")));
        Some((all, text(step.get("run")?)))
    };
    Job { name: text(name), steps: steps.filter_map(of_step).collect() }
}

fn of_woodpecker(step: &Value) -> Job {
    if let Some(label) = step.get("label") {
        // Buildkite replaces variables when it reads the pipeline, unless the sign is doubled.
        let script = text(step.get("command").expect("a command")).replace("$$", "$");
        return Job { name: text(label), steps: vec![(variables(step.get("env")), script)] };
    }
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

fn of_tekton(step: &Value) -> Job {
    let all = step.get("env").and_then(Value::as_sequence).into_iter().flatten();
    let plain = all.filter_map(|one| Some((text(one.get("name")?), text(one.get("value")?))));
    let script = text(step.get("script").expect("a script"));
    Job { name: text(step.get("name").expect("a name")), steps: vec![(plain.collect(), script)] }
}

/// The scripts of a Jenkinsfile, with the variables of its `environment`.
fn of_jenkins(file: &str) -> Job {
    let assigned = file.lines().filter_map(|line| line.trim().split_once(" = '"));
    let variables: Variables = assigned
        .map(|(name, value)| (name.to_owned(), value.trim_end_matches('\'').to_owned()))
        .collect();
    let mut steps = Vec::new();
    for after in file.split("sh '''").skip(1) {
        let (script, _) = after.split_once("'''").expect("the end of a script");
        steps.push((variables.clone(), script.to_owned()));
    }
    Job { name: "Jenkins".into(), steps }
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

/// The secrets of the recipes.
const SECRETS: [&str; 2] = ["${{ secrets.GITHUB_TOKEN }}", "${{ secrets.DEPLOY_TOKEN }}"];

/// The system that runs a job.
#[derive(Clone, Copy, PartialEq, Eq)]
enum System {
    GitHub,
    GitLab,
    Forgejo,
    /// One that belongs to no forge.
    Other,
}

impl System {
    fn of(job: &Job) -> System {
        let has = |name: &str| job.steps.iter().any(|(all, _)| all.contains_key(name));
        let says = |words: &str| {
            job.steps.iter().any(|(all, script)| {
                script.contains(words) || all.values().any(|value| value.contains(words))
            })
        };
        match () {
            () if has("FORGEJO_TOKEN") => System::Forgejo,
            () if says("gitlab.example.com") || has("GITLAB_TOKEN") => System::GitLab,
            () if says("secrets.") || says("GITHUB_SHA") => System::GitHub,
            () => System::Other,
        }
    }

    /// The forge, the host and the path of the repository.
    fn place(self) -> (ForgeKind, &'static str, &'static str) {
        match self {
            System::GitLab => (ForgeKind::GitLab, "gitlab.example.com", "group/sub/r"),
            System::Forgejo => (ForgeKind::Gitea, "codeberg.example", "o/r"),
            System::GitHub | System::Other => (ForgeKind::GitHub, "github.com", "o/r"),
        }
    }

    /// The variables that the system sets. Only tests have another API of github.com.
    fn variables(self, api: &str) -> Vec<(&'static str, String)> {
        let (_, host, _) = self.place();
        let (api, server) = (api.to_owned(), format!("https://{host}"));
        let yes = String::from("true");
        match self {
            System::GitLab => {
                vec![("GITLAB_CI", yes), ("CI_SERVER_URL", server), ("CI_API_V4_URL", api)]
            }
            System::GitHub | System::Forgejo => vec![
                ("GITHUB_ACTIONS", yes),
                ("GITHUB_SERVER_URL", server),
                ("GITHUB_API_URL", api),
            ],
            System::Other => {
                vec![("TOWPATH_FORGE", "github".into()), ("TOWPATH_FORGE_API", api)]
            }
        }
    }
}

/// A job with its repository and its forge.
struct Stage {
    job: Job,
    system: System,
    site: Site,
    fake: Fake,
}

/// The commits that a build brings, one each night.
const BUILDS: [&str; 3] = ["0a1b2c3d", "1b2c3d4e", "2c3d4e5f"];

/// Runs a job for three nights, and says what they have changed.
fn carried_out(job: Job) -> String {
    let system = System::of(&job);
    let (kind, host, repository) = system.place();
    let (site, fake) = (Site::new(), Fake::start(kind));
    for host in ["github.com", "gitlab.example.com", "codeberg.example"] {
        let address = format!("https://{host}/{repository}.git");
        let real = format!("url.{}.insteadOf", site.origin.display());
        site.sandbox.git(&site.clone, &["config", "--global", "--add", &real, &address]);
    }
    let checked_out = format!("https://{host}/{repository}.git");
    site.sandbox.git(&site.clone, &["remote", "set-url", "origin", &checked_out]);
    let origin = git2::Repository::open_bare(&site.origin).expect("it is there");
    let head_of = move |branch: &str| {
        origin.refname_to_id(&format!("refs/heads/{branch}")).expect("pushed").to_string()
    };
    fake.world.lock().expect("no panic within").head_of = Some(Box::new(head_of));
    let begin = site.at_origin(&["rev-parse", "main"]).trim().to_owned();
    let stage = Stage { job, system, site, fake };
    for (night, build) in BUILDS.into_iter().enumerate() {
        stage.run(build, &format!("v{}", 7 + night));
        stage.day(&format!("v{}", 7 + night));
    }
    let landed = stage.site.at_origin(&[
        "log",
        "--reverse",
        "--first-parent",
        "--invert-grep",
        "--grep=^by day",
        "--format=  main: %an, %s",
        &format!("{begin}..main"),
    ]);
    let world = stage.fake.world.lock().expect("no panic within");
    let pull = |pull: &Pull| format!("  pull request, {}: {}\n", pull.state, pull.title);
    landed + &world.pulls.iter().map(pull).collect::<String>()
}

impl Stage {
    /// One night.
    fn run(&self, build: &str, version: &str) {
        let (_, host, repository) = self.system.place();
        let place = format!("{host}/{repository}");
        for (variables, script) in &self.job.steps {
            let mut command = self.site.sandbox.bash(
                &self.site.clone,
                &format!("set -eu\n{}", script.replace("team/deploy", repository)),
            );
            for (name, value) in self.system.variables(&self.fake.api()) {
                command = command.env(name, value);
            }
            for (name, value) in variables {
                let value = value.replace("team/deploy", repository);
                let secret = SECRETS.iter().fold(value, |value, name| value.replace(name, TOKEN));
                let built = ["${CI_COMMIT_SHA}", "$CI_COMMIT_SHORT_SHA"];
                let value = built.iter().fold(secret, |value, name| value.replace(name, build));
                // GitLab puts variables into variables.
                let value = value.replace("$CI_SERVER_HOST/$CI_PROJECT_PATH", &place);
                command = command.env(name, value.replace("$DEPLOY_TOKEN", TOKEN));
            }
            for name in ["GITHUB_SHA", "CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA"] {
                command = command.env(name, build);
            }
            let script_only =
                [("DEPLOY_TOKEN", TOKEN), ("TOWPATH_TOKEN", TOKEN), ("VERSION", version)];
            for (name, value) in script_only {
                if !variables.contains_key(name) {
                    command = command.env(name, value);
                }
            }
            command = command.env("CI_REPO_CLONE_URL", format!("https://{place}.git"));
            let output = command.output().expect("it runs");
            let said = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(output.status.success(), "{}: `{script}` says\n{said}", self.job.name);
            assert!(!said.contains(TOKEN), "{said}");
        }
    }

    /// Somebody merges what is open, and a build brings a new version of web.
    fn day(&self, version: &str) {
        let git = |words: &[&str]| self.site.sandbox.git(&self.site.clone, words);
        git(&["fetch", "-q"]);
        git(&["switch", "-q", "-C", "main", "origin/main"]);
        for pull in &mut self.fake.world.lock().expect("no panic within").pulls {
            if pull.state == "open" {
                let subject = format!("by day: merge pull request #{}", pull.number);
                git(&["merge", "-q", "--no-ff", "-m", &subject, &format!("origin/{}", pull.head)]);
                pull.state = "merged".into();
            }
        }
        std::fs::write(self.site.clone.join("apps/dev/web.yaml"), values("web", version))
            .expect("written");
        git(&["commit", "-q", "--allow-empty", "-am", "by day: build"]);
        git(&["push", "-q", "origin", "main"]);
    }
}
