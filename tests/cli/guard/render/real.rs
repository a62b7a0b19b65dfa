//! The real programs, where they are installed: changes that try to use them.

use super::{CONFIG, NOW, Site, ahead};
use crate::guard::Case;
use crate::support::{History, search_path};
use serde_json::Value;
use std::time::Instant;

/// True if a program is installed; a test that needs it is passed over otherwise.
#[expect(clippy::print_stderr, reason = "says why a test does nothing")]
fn is_installed(name: &str) -> bool {
    let is_there = std::env::split_paths(&search_path()).any(|folder| folder.join(name).exists());
    if !is_there {
        eprintln!("passed over: {name} is not installed");
    }
    is_there
}

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - {name: web, image: 'acme/web:v1'}
      - {name: proxy, image: 'acme/proxy:v1'}
";

const CHART: &str = "apiVersion: v2\nname: web\nversion: 0.1.0\n";

const TEMPLATE: &str = "\
kind: Deployment
metadata: {name: web}
spec:
  containers:
  - {name: web, image: 'acme/web:{{ .Values.image.tag }}'}
";

fn story() -> History {
    let config =
        CONFIG.replace("gates:", "- helm-values: charts/{app}/values-{stage}.yaml\ngates:");
    let overlay = "resources: [../../base]\nimages: [{name: acme/web, newTag: v1}]\n";
    let mut history = History::new()
        .commit("2026-08-01T10:00:00Z", "Ann", "start")
        .write("towpath.yaml", &config)
        .write("apps/web/base/kustomization.yaml", "resources: [web.yaml]\n")
        .write("apps/web/base/web.yaml", DEPLOYMENT)
        .write("charts/web/Chart.yaml", CHART)
        .write("charts/web/values.yaml", "image:\n  tag: v1\n")
        .write("charts/web/templates/web.yaml", TEMPLATE);
    for stage in ["dev", "prod"] {
        history = history
            .write(&format!("apps/web/overlays/{stage}/kustomization.yaml"), overlay)
            .write(&format!("charts/web/values-{stage}.yaml"), "replicas: 1\n");
    }
    history
}

const PROD: &str = "apps/web/overlays/prod/kustomization.yaml";

/// The build of prod, and the exit code.
fn rendered(site: &Site, index: usize) -> (Value, Option<i32>) {
    let head = format!("case-{index}");
    let all = ["guard", "--base", "main", "--head", &head, "--render", "--allow-network"];
    let all = [&all[..], &["--actor", "mallory", "-o", "json"]].concat();
    let mut command = site.sandbox.program(&site.repository, &all);
    let output = command.env("TOWPATH_NOW", NOW).output().expect("it runs");
    let mut answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    (answer["rendered"][0].take(), output.status.code())
}

#[test]
fn kustomize_runs_nothing_and_fetches_nothing() {
    if !is_installed("kubectl") && !is_installed("kustomize") {
        return;
    }
    let case = |name, change| Case { name, actor: "", change };
    let cases = [
        case("a replica", |history| {
            let more = DEPLOYMENT.replace("spec:\n  template", "spec:\n  replicas: 3\n  template");
            ahead(history).write("apps/web/base/web.yaml", &more)
        }),
        case("an image", |history| {
            let evil = DEPLOYMENT.replace("acme/proxy", "evil/proxy");
            ahead(history).write("apps/web/base/web.yaml", &evil)
        }),
        case("a program", |history| {
            let plugin = "apiVersion: acme/v1\nkind: Evil\nmetadata:\n  name: evil\n  annotations:\n    \
                          config.kubernetes.io/function: |\n      exec: {path: ./evil.sh}\n";
            ahead(history)
                .write("apps/web/overlays/prod/evil.sh", "#!/bin/sh\necho > ran\n")
                .write("apps/web/overlays/prod/evil.yaml", plugin)
                .write(PROD, "resources: [../../base]\ngenerators: [evil.yaml]\n")
        }),
        case("a repository", |history| {
            let remote = "resources: [../../base, 'https://127.0.0.1:1/x//y?ref=v1']\n";
            ahead(history).write(PROD, remote)
        }),
        case("a file of the machine", |history| {
            let file =
                "resources: [../../base]\nconfigMapGenerator:\n- {name: x, files: [/etc/passwd]}\n";
            ahead(history).write(PROD, file)
        }),
        case("a link", |history| {
            ahead(history).link("apps/web/overlays/prod/link.yaml", "/etc/passwd")
        }),
    ];
    let site = Site::of(story(), &cases);
    let outcome = |index: usize| {
        let (build, code) = rendered(&site, index);
        let text = |key: &str| build[key].as_str().unwrap_or_default().to_owned();
        (text("outcome"), text("reason"), code)
    };
    assert_eq!(outcome(0), ("same".to_owned(), String::new(), Some(0)));
    assert_eq!(outcome(1), ("explained".to_owned(), String::new(), Some(3)));
    for (index, word) in [(2, "plugin"), (3, "git"), (4, "security"), (5, "link")] {
        let (outcome, reason, code) = outcome(index);
        assert_eq!((outcome.as_str(), code), ("broken", Some(3)), "{reason}");
        assert!(reason.contains(word), "{reason}");
    }
}

#[test]
fn a_template_that_never_ends_is_stopped() {
    if !is_installed("helm") {
        return;
    }
    let cases = [
        Case {
            name: "a sidecar",
            actor: "",
            change: |history| {
                let more = format!("{TEMPLATE}  - {{name: evil, image: 'evil:v1'}}\n");
                ahead(history).write("charts/web/templates/web.yaml", &more)
            },
        },
        Case {
            name: "a list that fills the memory",
            actor: "",
            change: |history| {
                let bomb = "{{ range until 2000000000 }}{{ . }}{{ end }}\n";
                ahead(history).write("charts/web/templates/bomb.yaml", bomb)
            },
        },
    ];
    let site = Site::of(story(), &cases);
    let (build, code) = rendered(&site, 0);
    assert_eq!((build["outcome"].as_str(), code), (Some("unexplained"), Some(3)));
    assert_eq!(build["differences"][0]["new"], "evil:v1");
    let started = Instant::now();
    let (build, code) = rendered(&site, 1);
    assert_eq!((build["outcome"].as_str(), code), (Some("broken"), Some(3)), "{build}");
    assert!(started.elapsed().as_secs() < 100);
}
