//! The checks of docs/ci.md, each run as its system would, on a pull request of somebody who may and on
//! one of somebody who may not; and the hook of a plain server.

use crate::delivery::{Site, values};
use crate::fake::{Fake, ME, Pull, TOKEN};
use crate::recipes::{self, CHECK, Job, Variables};
use serde_yaml::{Mapping, Value};
use snapbox::{assert_data_eq, str};
use std::fmt::Write as _;
use std::path::Path;
use towpath::forge::ForgeKind;

#[test]
fn checks_let_through_whom_they_should() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ci.md"))
        .expect("the page");
    let (_, section) = page.split_once(CHECK).expect("the part about the check");
    let (section, _) = section.split_once("\n## ").expect("another part");
    let mut told = String::new();
    for (language, block) in recipes::blocks(section) {
        assert_eq!(language, "yml");
        for job in jobs(&serde_yaml::from_str(block).expect("YAML")) {
            let variables: Vec<&str> =
                job.steps.iter().flat_map(|(all, _)| all.keys().map(String::as_str)).collect();
            let _ = writeln!(
                told,
                "{} ({}): may {}, may not {}",
                job.name,
                variables.join(" "),
                run(&job, ME),
                run(&job, "alice")
            );
        }
    }
    assert_data_eq!(
        told,
        str![[r#"
guard (GITHUB_TOKEN HEAD_COMMIT): may exit 0, may not exit 3
guard (BASE_COMMIT GITHUB_TOKEN HEAD_COMMIT): may exit 0, may not exit 3
guard (GITLAB_TOKEN GIT_DEPTH GITLAB_TOKEN GIT_DEPTH): may exit 0, may not exit 3
guard (HEAD_COMMIT): may exit 0, may not exit 3
guard (): may exit 0, may not exit 3
guard for Bitbucket (): may exit 0, may not exit 3
guard for Azure (SYSTEM_ACCESSTOKEN): may exit 0, may not exit 3

"#]]
    );
}

/// The jobs, also of the systems that deploy nothing on these pages.
fn jobs(pipeline: &Mapping) -> Vec<Job> {
    if let Some(pipelines) = pipeline.get("pipelines") {
        let steps = pipelines["pull-requests"]["**"].as_sequence().expect("steps").iter();
        return steps
            .map(|step| of("guard for Bitbucket", recipes::lines(&step["step"], "none", "script")))
            .collect();
    }
    if let Some(Value::Sequence(steps)) = pipeline.get("steps")
        && steps.iter().any(|step| step.get("displayName").is_some())
    {
        let scripts = steps.iter().filter_map(|step| {
            Some((recipes::variables(step.get("env")), recipes::text(step.get("script")?)))
        });
        return vec![of("guard for Azure", scripts.collect())];
    }
    recipes::jobs(pipeline)
}

fn of(name: &str, steps: Vec<(Variables, String)>) -> Job {
    Job { name: name.into(), steps }
}

/// What a job ends with, where `prod` is for one person and the pull request is the bot's.
fn run(job: &Job, permitted: &str) -> String {
    let site = Site::new();
    let sources =
        "stages: [dev, staging, prod]\nsources:\n- helm-values: apps/{stage}/{app}.yaml\n";
    let rules = format!("{sources}permissions: {{ prod: [{permitted}] }}\n");
    site.land("towpath.yaml", &rules, "rules", "2026-08-05T10:00:00Z");
    site.sandbox.git(&site.clone, &["switch", "-qc", "proposed"]);
    std::fs::write(site.clone.join("apps/prod/api.yaml"), values("api", "v2")).expect("written");
    site.sandbox.git(&site.clone, &["commit", "-qam", "promote"]);
    site.sandbox.git(&site.clone, &["push", "-q", "origin", "proposed"]);
    let proposed = site.sandbox.git(&site.clone, &["rev-parse", "HEAD"]).trim().to_owned();
    let is_queue = job.steps.iter().any(|(own, _)| own.contains_key("BASE_COMMIT"));
    let head = if is_queue { queued_commit(&site, &proposed) } else { proposed.clone() };
    let (kind, repository) = kind(job);
    let host = match kind {
        ForgeKind::GitLab => "gitlab.example.com",
        ForgeKind::Gitea => "codeberg.example",
        ForgeKind::Bitbucket => "bitbucket.org",
        ForgeKind::Azure => "dev.azure.com",
        _ => "github.com",
    };
    let address = format!("https://{host}/{repository}");
    site.sandbox.git(
        &site.clone,
        &["config", "--global", &format!("url.{}.insteadOf", site.origin.display()), &address],
    );
    site.sandbox.git(&site.clone, &["remote", "set-url", "origin", &address]);
    let fake = Fake::start(kind);
    let pull = Pull {
        head: "proposed".into(),
        base: "main".into(),
        commit: Some(proposed.clone()),
        ..Pull::default()
    };
    let at = proposed;
    let mut world = fake.world.lock().expect("no panic within");
    world.head_of = Some(Box::new(move |_| at.clone()));
    world.add(pull).expect("the first");
    drop(world);
    let variables = surroundings(&site, kind, &head, &fake.api());
    // What the job is given is not what it may change: it begins where its system checks out.
    for (own, script) in &job.steps {
        let mut command = site.sandbox.program(&site.clone, &[]);
        let path = command.get_program().to_owned();
        let folder = Path::new(&path).parent().expect("a folder").display().to_string();
        command = std::process::Command::new("bash");
        command.args(["-c", &format!("set -eu\n{script}")]).current_dir(&site.clone).env_clear();
        command
            .env("HOME", site.sandbox.path("home"))
            .env("PATH", format!("{folder}:/usr/bin:/bin"));
        command.envs(variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        command.envs(own.iter().map(|(name, value)| (name.as_str(), with_secrets(value, &head))));
        let output = command.output().expect("it runs");
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(!said.contains(TOKEN), "{said}");
        let code = output.status.code().unwrap_or(-1);
        assert!([0, 3].contains(&code), "`{script}` says\n{said}");
        if code != 0 {
            assert!(said.contains("not one of the actors of prod"), "{said}");
            return format!("exit {code}");
        }
    }
    "exit 0".into()
}

fn kind(job: &Job) -> (ForgeKind, &'static str) {
    let has = |name: &str| job.steps.iter().any(|(variables, _)| variables.contains_key(name));
    let is_woodpecker =
        job.steps.iter().any(|(_, script)| script.contains("CI_COMMIT_TARGET_BRANCH"));
    match ((has("GITLAB_TOKEN"), is_woodpecker), job.name.as_str()) {
        ((true, _), _) => (ForgeKind::GitLab, "group/sub/r"),
        ((_, true), _) => (ForgeKind::Gitea, "o/r"),
        (_, "guard for Bitbucket") => (ForgeKind::Bitbucket, "o/r"),
        (_, "guard for Azure") => (ForgeKind::Azure, "org/p/_git/r"),
        _ => (ForgeKind::GitHub, "o/r"),
    }
}

fn with_secrets(value: &str, head: &str) -> String {
    let is_token = ["secrets.GITHUB_TOKEN", "$GUARD_TOKEN", "$(System.AccessToken)"]
        .iter()
        .any(|name| value.contains(name));
    if is_token {
        return TOKEN.into();
    }
    value
        .replace("${{ github.event.pull_request.head.sha }}", head)
        .replace("${{ github.event.merge_group.head_sha }}", head)
        .replace("${{ github.event.merge_group.base_sha }}", "origin/main")
}

/// What a queue that squashes makes of the pull request.
fn queued_commit(site: &Site, proposed: &str) -> String {
    let git = |words: &[&str]| site.sandbox.git(&site.clone, words);
    git(&["switch", "-q", "--detach", "origin/main"]);
    git(&["merge", "-q", "--squash", proposed]);
    git(&["commit", "-qm", "promote (#1)"]);
    git(&["rev-parse", "HEAD"]).trim().to_owned()
}

/// What each system sets for the pull request of the bot.
fn surroundings(site: &Site, kind: ForgeKind, head: &str, api: &str) -> Variables {
    let event = serde_json::json!({
        "pull_request": { "number": 1, "user": { "login": ME }, "head": { "sha": head } },
        "sender": { "login": ME },
    });
    // Of a queue, the event has the commit that it made.
    let is_queued = site.sandbox.git(&site.clone, &["log", "-1", "--format=%s"]).contains("(#1)");
    let branch = format!("refs/heads/gh-readonly-queue/main/pr-1-{head}");
    let queued = serde_json::json!({
        "merge_group": { "head_sha": head, "head_ref": branch },
        "sender": { "login": "github-merge-queue[bot]" },
    });
    let event = if is_queued { queued } else { event };
    let file = site.sandbox.path("event.json");
    std::fs::write(&file, event.to_string()).expect("written");
    let own: &[(&str, &str)] = match kind {
        ForgeKind::GitLab => &[
            ("CI_MERGE_REQUEST_IID", "1"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_COMMIT_SHA", head),
            ("GITLAB_CI", "true"),
            ("CI_SERVER_URL", "https://gitlab.example.com"),
            ("CI_API_V4_URL", api),
        ],
        ForgeKind::Gitea => &[
            ("CI_COMMIT_PULL_REQUEST", "1"),
            ("CI_COMMIT_TARGET_BRANCH", "main"),
            ("CI_COMMIT_SHA", head),
            ("CI_FORGE_TYPE", "forgejo"),
            ("CI_FORGE_URL", "https://codeberg.example"),
            ("FORGEJO_TOKEN", TOKEN),
        ],
        ForgeKind::Bitbucket => &[
            ("TOWPATH_FORGE", "bitbucket"),
            ("BITBUCKET_PR_ID", "1"),
            ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
            ("BITBUCKET_COMMIT", head),
            ("BITBUCKET_TOKEN", TOKEN),
        ],
        ForgeKind::Azure => &[
            ("TOWPATH_FORGE", "azure"),
            ("SYSTEM_PULLREQUEST_PULLREQUESTID", "1"),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
            ("SYSTEM_PULLREQUEST_SOURCECOMMITID", head),
        ],
        _ => &[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_API_URL", api),
            ("GITHUB_BASE_REF", "main"),
            ("GITHUB_EVENT_PATH", file.to_str().expect("a plain path")),
        ],
    };
    let common = [("TOWPATH_FORGE_API", api), ("TOWPATH_NOW", crate::support::NOW)];
    common
        .iter()
        .chain(own)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn the_hook_of_a_server_takes_what_it_should() {
    use std::os::unix::fs::PermissionsExt;
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ci.md"))
        .expect("the page");
    let (_, hook) = page.split_once("```sh hook\n").expect("the hook");
    let (hook, _) = hook.split_once("```").expect("an end");
    let site = Site::new();
    let sources =
        "stages: [dev, staging, prod]\nsources:\n- helm-values: apps/{stage}/{app}.yaml\n";
    let rules = format!("{sources}permissions: {{ prod: [bot] }}\n");
    site.land("towpath.yaml", &rules, "rules", "2026-08-05T10:00:00Z");
    let file = site.origin.join("hooks/pre-receive");
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    std::fs::write(&file, hook).expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("set");
    let program = site.sandbox.program(&site.clone, &[]).get_program().to_owned();
    let folder = Path::new(&program).parent().expect("a folder").display().to_string();
    let push = |user: &str, what: &str| {
        let mut git = std::process::Command::new("git");
        git.args(["push", "-q", "origin", what])
            .current_dir(&site.clone)
            .env_clear()
            .env("REMOTE_USER", user);
        git.env("HOME", site.sandbox.path("home")).env("PATH", format!("{folder}:/usr/bin:/bin"));
        let output = git.env("TOWPATH_NOW", crate::support::NOW).output().expect("git runs");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let promote = |app: &str, version: &str| {
        std::fs::write(site.clone.join(format!("apps/prod/{app}.yaml")), values(app, version))
            .expect("written");
        site.sandbox.git(&site.clone, &["commit", "-qam", "promote"]);
    };
    promote("api", "v2");
    let (taken, said) = push("mallory", "HEAD:main");
    assert!(
        !taken
            && said.contains("mallory, who is named by --actor, is not one of the actors of prod"),
        "{said}"
    );
    let (taken, said) = push("mallory", "HEAD:elsewhere");
    assert!(taken, "{said}");
    let (taken, said) = push("bot", "HEAD:main");
    assert!(taken, "{said}");
    promote("api", "v9");
    let (taken, said) = push("bot", "HEAD:main");
    assert!(!taken && said.contains("staging has never run v9"), "{said}");
    let (taken, said) = push("bot", "+HEAD~2:main");
    assert!(!taken && said.contains("main only goes on"), "{said}");
    let (taken, said) = push("bot", ":main");
    assert!(!taken && said.contains("main stays"), "{said}");
}
