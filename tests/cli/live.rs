//! `towpath live` and `status --live`: snapshots of the demo, and witnesses that ask an API server
//! in this process. `tests/live/run` does the same with a real one.

use super::schema::fits;
use crate::support::{History, Sandbox};
use snapbox::{assert_data_eq, str};
use std::path::PathBuf;

/// The demo, with the snapshot beside it.
fn demo() -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::new();
    let home = sandbox.path("home");
    sandbox.towpath(&home, &["demo", "--no-tour", "--dir", "demo"]).assert().success();
    let clone = home.join("demo/deploy");
    (sandbox, clone)
}

#[test]
fn a_time_to_wait_without_an_equals_sign_is_explained() {
    let (sandbox, at) = demo();
    let failed = sandbox.towpath(&at, &["live", "--wait", "2m"]).assert().code(2);
    failed.stderr_eq(str![[r#"
...
hint: the time to wait is written `--wait=2m`

"#]]);
    let failed = sandbox.towpath(&at, &["live", "2m"]).assert().code(2);
    let text = String::from_utf8_lossy(&failed.get_output().stderr).into_owned();
    assert!(!text.contains("--wait"), "{text}");
}

#[test]
fn each_state_has_a_sign() {
    let (sandbox, at) = demo();
    sandbox
        .towpath(&at, &["status", "--live=../seen.yaml"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
app          dev                  staging                   prod
billing      1.29.1 ✓     11d     1.29.1 ✓           9d     1.29.1 ! 1.29.1-hotfix
blog         main-1109 ✓  30m   ≠ main-1106 ✓        2d     main-1106 ?
checkout     500857c ✓     7d     500857c ✓          6d   ≠ 6c90bcb ✓               4d
storefront   v2.40.0 ◐     4m   ≠ v2.39.0 ○ v2.38.0  3d   ≠ v2.38.0 ✗               1h

"#]])
        .stderr_eq(str![[r#"
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
✓ as wanted: 7, ? unknown: 1, ◐ rolling: 1, ○ not yet applied: 1, ✗ unwell: 1, ! something else runs: 1
≠ differs from the previous stage, in 3 of 4 rows
warning: not seen in namespace blog: deployments; the cluster of prod did not answer

"#]]);
    sandbox
        .towpath(&at, &["live", "--snapshot", "../seen.yaml", "--exit-code"])
        .assert()
        .code(4)
        .stdout_eq(str![[r#"
app          stage     wanted      runs            state                   since   reason
billing      dev       1.29.1      1.29.1          ✓ as wanted               11d
billing      staging   1.29.1      1.29.1          ✓ as wanted                9d
billing      prod      1.29.1      1.29.1-hotfix   ! something else runs           1.29.1-hotfix runs, which the repository does not say
blog         dev       main-1109   main-1109       ✓ as wanted               30m
blog         staging   main-1106   main-1106       ✓ as wanted                2d
blog         prod      main-1106                   ? unknown                       deployments could not be seen in blog: the cluster of prod did not answer
checkout     dev       500857c     500857c         ✓ as wanted                7d
checkout     staging   500857c     500857c         ✓ as wanted                6d
checkout     prod      6c90bcb     6c90bcb         ✓ as wanted                4d
storefront   dev       v2.40.0     v2.40.0         ◐ rolling                  4m   1 of 2 replicas are updated
storefront   staging   v2.39.0     v2.38.0         ○ not yet applied          3d   v2.38.0 runs
storefront   prod      v2.38.0     v2.38.0         ✗ unwell                   1h   container web: CrashLoopBackOff

"#]])
        .stderr_eq(str![[r#"
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
✓ as wanted: 7, ? unknown: 1, ◐ rolling: 1, ○ not yet applied: 1, ✗ unwell: 1, ! something else runs: 1
warning: not seen in namespace blog: deployments; the cluster of prod did not answer

"#]]);
    sandbox
        .towpath(&at, &["status", "storefront", "--stage", "prod", "--live=../seen.yaml"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
storefront

  prod  v2.38.0
    image     registry.example.com/storefront
    tag       v2.38.0
    written   apps/storefront/overlays/prod/kustomization.yaml:8 (images[registry.example.com/storefront].newTag)
    found     kustomize, discovered in apps/{app}/overlays/{stage}, confidence high
    since     2026-08-28 00:24 UTC, 4d ago
    commit    d77f86c9eb Merge pull request #156 from team/promote-storefront-v2.38.0
    by        Amara Okafor <amara.okafor@example.com>
    live      ✗ unwell, for 1h: container web: CrashLoopBackOff
    runs      Deployment storefront/storefront (storefront): registry.example.com/storefront:v2.38.0, 1 of 2 ready, unwell (container web: CrashLoopBackOff)

"#]])
        .stderr_eq(str![[r#"
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
warning: not seen in namespace blog: deployments; the cluster of prod did not answer

"#]]);
}

#[test]
fn every_format_has_what_runs() {
    let (sandbox, at) = demo();
    let run = |arguments: &[&str]| {
        let output = sandbox.towpath(&at, arguments).output().expect("it runs");
        assert!(output.status.success(), "{arguments:?}");
        output.stdout
    };
    let live = fits("live", &run(&["live", "--snapshot=../seen.yaml", "-o", "json"]));
    assert_eq!(live["cells"].as_array().map(Vec::len), Some(12));
    assert_eq!(live["as_wanted"], false);
    let status = fits("status", &run(&["status", "--live=../seen.yaml", "-o", "json"]));
    assert_eq!(status["entries"][2]["live"]["state"], "drift");
    let plain = fits("status", &run(&["status", "-o", "json"]));
    assert!(plain["entries"][2].get("live").is_none(), "nobody asked");
    let csv = String::from_utf8(run(&["status", "--live=../seen.yaml", "-o", "csv"]));
    let csv = csv.expect("text");
    assert!(csv.lines().next().is_some_and(|line| line.ends_with("notes,live,runs,live_since")));
    let lines = run(&["live", "--snapshot=../seen.yaml", "-o", "jsonl"]);
    assert_eq!(lines.iter().filter(|byte| **byte == b'\n').count(), 12);
    let table = String::from_utf8(run(&["live", "--snapshot=../seen.yaml", "-o", "markdown"]));
    assert!(table.expect("text").contains("| billing | prod | `1.29.1` | `1.29.1-hotfix` |"));
}

#[test]
fn without_witnesses_the_way_out_is_said() {
    let (sandbox, at) = demo();
    sandbox.towpath(&at, &["live"]).assert().code(2).stderr_eq(str![[r#"
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
error: `live` in towpath.yaml names no witness of what runs
hint: add `live:` to it, for example `live: {'*': {witness: kubernetes, namespace: '{app}'}}`
hint: `--live=FILE` takes a snapshot whose objects name their stages

"#]]);
    sandbox
        .towpath(&at, &["live", "--snapshot", "nowhere.yaml"])
        .assert()
        .code(1)
        .stderr_eq(str![[r#"
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
error: cannot read the snapshot [..]/nowhere.yaml: No such file or directory (os error 2)
hint: `towpath live snapshot` writes one; docs/live.md has its form

"#]]);
    std::fs::write(at.join("x.yaml"), "token: s3cret\n").expect("a file");
    sandbox.towpath(&at, &["live", "--snapshot", "x.yaml"]).assert().code(1).stderr_eq(str![[r#"
assumed: stages dev → staging → prod, from 12 files in 3 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
error: cannot read the snapshot [..]/x.yaml: it is neither JSON nor YAML, or lacks a field, in line 1, column 1
hint: `towpath live snapshot` writes one; docs/live.md has its form

"#]]);
}

/// Gates and the ledger take what a snapshot outside of the repository says.
#[test]
fn outcomes_are_what_the_witnesses_saw() {
    let (sandbox, at) = demo();
    sandbox.towpath(&at, &["-q", "init", "--yes"]).assert().success();
    let written = std::fs::read_to_string(at.join("towpath.yaml")).expect("a file");
    let more = "live: {staging: {witness: kubernetes, namespace: '{app}'}}\n\
        gates: [{verified: {live: healthy, for: 10m}, stages: [prod]}]\n";
    std::fs::write(at.join("towpath.yaml"), written + more).expect("a file");
    sandbox.git(&at, &["add", "towpath.yaml"]);
    sandbox.git(&at, &["commit", "-qm", "Ask the clusters"]);
    sandbox.git(&at, &["push", "-q"]);
    let seen = at.join("../seen.yaml");
    let run = |arguments: &[&str]| {
        sandbox.towpath(&at, arguments).env("TOWPATH_LIVE_SNAPSHOT", &seen).assert()
    };
    run(&["ask", "checkout", "--to", "prod", "-o", "csv"]).success().stdout_eq(str![[r#"
gate,verdict,until,reason,since,from,event,clear
order,open,,staging has run 500857c since 2026-08-25 12:00 UTC,2026-08-25T12:00:00Z,built-in,,
isolation,open,,6c90bcb was deployed before outcomes were recorded here,2026-08-26T16:00:00Z,built-in,,
verified,open,,500857c in staging: well for 6d 22h,2026-08-25T13:20:00Z,towpath.yaml:20,,
lock,open,,not locked,,built-in,,
rejected,open,,not rejected,,built-in,,
hold,open,,"not on hold, but prod ran it before, and went to 6c90bcb by 516b874c50 on 2026-08-26",,built-in,,

"#]]);
    run(&["ask", "storefront", "--to", "prod", "-o", "csv"]).code(3).stdout_eq(str![[r#"
gate,verdict,until,reason,since,from,event,clear
order,open,,staging has run v2.39.0 since 2026-08-29 03:25 UTC,2026-08-29T03:25:00Z,built-in,,
isolation,open,,v2.38.0 was deployed before outcomes were recorded here,2026-08-28T00:24:00Z,built-in,,
verified,shut,,v2.39.0 in staging: not yet applied: v2.38.0 runs,2026-08-29T03:25:00Z,towpath.yaml:20,,
lock,open,,not locked,,built-in,,
rejected,open,,not rejected,,built-in,,
hold,open,,not on hold,,built-in,,

"#]]);
    let arguments = ["advance", "--record-live", "--stage", "prod", "--forge", "plain"];
    run(&arguments).success().stderr_eq(str![[r#"
recorded: billing 1.29.1 passed in staging (live by a snapshot: well for 9d 17h)
recorded: checkout/checkout 500857c passed in staging (live by a snapshot: well for 6d 22h)

"#]]);
    run(&arguments).success().stderr_eq(str![]);
    run(&["ledger"]).success().stdout_eq(str![[r#"
time                   id         by    event
2026-09-01 12:00 UTC   [..]   You   Record checkout/checkout 500857c in staging: passed
2026-09-01 12:00 UTC   [..]   You   Record billing 1.29.1 in staging: passed

"#]]);
    // What is recorded is known without the witnesses; everything else is not.
    let without =
        |app: &str| sandbox.towpath(&at, &["ask", app, "--to", "prod", "-o", "csv"]).assert();
    without("checkout").success();
    without("storefront").code(3);
    let old = std::fs::read_to_string(&seen)
        .expect("a file")
        .replace("time: 2026-09-01T12", "time: 2026-09-01T11");
    std::fs::write(&seen, old).expect("a file");
    run(&["ask", "storefront", "--to", "prod", "-o", "csv"]).code(3).stdout_eq(str![[r#"
gate,verdict,until,reason,since,from,event,clear
order,open,,staging has run v2.39.0 since 2026-08-29 03:25 UTC,2026-08-29T03:25:00Z,built-in,,
isolation,open,,v2.38.0 was deployed before outcomes were recorded here,2026-08-28T00:24:00Z,built-in,,
verified,shut,,v2.39.0 in staging: the look is 60 minutes from now,2026-08-29T03:25:00Z,towpath.yaml:20,,
lock,open,,not locked,,built-in,,
rejected,open,,not rejected,,built-in,,
hold,open,,not on hold,,built-in,,

"#]]);
}

/// The repository went back from v2, so that it failed in staging, whatever is seen now.
#[test]
fn what_was_taken_back_has_failed() {
    let site = crate::delivery::Site::new();
    let config = "stages: [dev, staging, prod]\nsources:\n- helm-values: apps/{stage}/{app}.yaml\n\
                  live: {staging: {witness: kubernetes, namespace: '{app}'}}\n\
                  gates: [{verified: {live: healthy, for: 10m}, stages: [prod]}]\n";
    site.land("towpath.yaml", config, "configure", "2026-08-05T10:00:00Z");
    let path = "apps/staging/api.yaml";
    site.land(path, &crate::delivery::values("api", "v1"), "back", "2026-08-20T10:00:00Z");
    let seen = site.sandbox.path("seen.yaml");
    let text = "schema: towpath.live-snapshot/1\ntime: 2026-09-01T12:00:00Z\nobjects: []\n";
    std::fs::write(&seen, text).expect("a file");
    let variables = [("TOWPATH_LIVE_SNAPSHOT", seen.to_str().expect("text"))];
    let advance = ["advance", "--record-live", "--stage", "prod", "--forge", "plain"];
    let said = site.run_with(&advance, &variables);
    let told = "recorded: api v2 failed in staging (rolled back to v1 by ";
    assert_eq!(said.matches(told).count(), 1, "{said}");
    let said = site.run_with(&advance, &variables);
    assert!(!said.contains("recorded:"), "once: {said}");
    let ask = ["ask", "api", "--version", "v2", "--to", "prod", "-o", "csv"];
    let said = site.run_with(&ask, &variables);
    assert!(said.contains("verified,shut,,v2 failed in staging"), "{said}");
}

/// Of a series, the earlier snapshots are judged by what the repository said then.
#[test]
fn a_series_of_snapshots_tells_what_was_wrong_in_between() {
    let site = crate::delivery::Site::new();
    let config = "stages: [dev, staging, prod]\nsources:\n- helm-values: apps/{stage}/{app}.yaml\n";
    site.land("towpath.yaml", config, "configure", "2026-08-01T11:00:00Z");
    let values = |version: &str| crate::delivery::values("api", version);
    site.land("apps/prod/api.yaml", &values("v2"), "api to prod", "2026-08-04T10:00:00Z");
    site.land("apps/staging/api.yaml", &values("v3"), "next", "2026-08-10T10:00:00Z");
    let folder = site.sandbox.path("seen");
    std::fs::create_dir(&folder).expect("a folder");
    let write = |time: &str, version: &str, health: &str, since: &str| {
        let object = format!(
            "- {{kind: Deployment, name: api, stage: staging, health: {health}, since: {since},\n   \
             images: [{{container: api, image: 'ghcr.io/example/api:{version}'}}]}}\n"
        );
        let text = format!("schema: towpath.live-snapshot/1\ntime: {time}\nobjects:\n{object}");
        let name = format!("{}.yaml", &time[..10]);
        std::fs::write(folder.join(name), text).expect("a file");
    };
    write("2026-08-02T10:00:00Z", "v0-hotfix", "healthy", "2026-08-01T10:00:00Z");
    write("2026-08-04T12:00:00Z", "v2", "degraded", "2026-08-04T08:00:00Z");
    write("2026-09-01T11:00:00Z", "v3", "healthy", "2026-08-10T10:00:00Z");
    let live = format!("--live={}", folder.display());
    let rules = ["unhealthy-when-promoted", "out-of-band", "drift", "never-applied"];
    let rules = rules.map(|rule| format!("--rule={rule}"));
    let rules = rules.iter().map(String::as_str);
    let audit: Vec<&str> = ["-q", "audit", "-o", "csv", &live].into_iter().chain(rules).collect();
    assert_data_eq!(
        site.run(&audit),
        str![[r#"
exit 0
id,rule,severity,app,stage,targets,version,time,commit,author,path,line,event,message
12d2ce950ef534be,unhealthy-when-promoted,high,api,prod,,v2,2026-08-04T10:00:00Z,c58435bc049177746d2908ea5e90ec6478742673,Jo Doe,apps/prod/api.yaml,,,"staging was unwell: since 2026-08-04 08:00 UTC, seen at 2026-08-04 12:00 UTC"
12ec0d12123bccf6,out-of-band,high,api,staging,,v1,,,,apps/staging/api.yaml,4,,"v0-hotfix runs, which was never in the repository; seen at 2026-08-02 10:00 UTC"
--

"#]]
    );
    // The newest alone finds nothing.
    let newest = format!("--live={}/2026-09-01.yaml", folder.display());
    let alone: Vec<&str> =
        audit.iter().map(|one| if *one == live { &newest } else { *one }).collect();
    assert_data_eq!(
        site.run(&alone),
        str![[r#"
exit 0
id,rule,severity,app,stage,targets,version,time,commit,author,path,line,event,message
--

"#]]
    );
}

/// Argo CD keeps when it applied which revision.
#[test]
fn history_and_metrics_tell_when_it_was_applied() {
    let site = crate::delivery::Site::new();
    let config = "stages: [dev, staging, prod]\nsources:\n- helm-values: apps/{stage}/{app}.yaml\n\
                  live: {staging: {witness: argo, apps: '{app}-{stage}'}}\n";
    site.land("towpath.yaml", config, "configure", "2026-08-20T10:00:00Z");
    let values = |version: &str| crate::delivery::values("api", version);
    site.land("apps/dev/api.yaml", &values("v3"), "v3 to dev", "2026-08-21T10:00:00Z");
    let before = site.at_origin(&["rev-parse", "main"]).trim().to_owned();
    site.land("apps/staging/api.yaml", &values("v3"), "v3", "2026-08-21T12:00:00Z");
    let after = site.at_origin(&["rev-parse", "main"]).trim().to_owned();
    let seen = site.sandbox.path("seen.yaml");
    let text = format!(
        "schema: towpath.live-snapshot/1\ntime: 2026-09-01T12:00:00Z\nobjects:\n\
         - kind: Application\n  namespace: argocd\n  name: api-staging\n  revisions: ['{after}']\n  \
         images: [{{image: 'ghcr.io/example/api:v3'}}]\n  health: healthy\n  applied:\n  \
         - {{revision: '{before}', time: 2026-08-21T10:01:00Z}}\n  \
         - {{revision: '{after}', time: 2026-08-21T12:07:00Z}}\n"
    );
    std::fs::write(&seen, text).expect("a file");
    let live = format!("--live={}", seen.display());
    assert_data_eq!(
        site.run(&["history", "api", "--stage", "staging", "--exact", &live]),
        str![[r#"
exit 0
when               stage     app   from   to     kind      who      change       applied after
2026-08-21 12:00   staging   api   v2     → v3   promote   Jo Doe   8cac63b030   7m
2026-08-03 10:00   staging   api   v1     → v2   promote   Ann      837e8ccfe9
2026-08-01 10:00   staging   api   ·      → v1   add       Ann      cea64778d0
--

"#]]
    );
    let one = ["history", "api", "--stage", "staging", "-n", "1"];
    let csv = site.run(&[&one[..], &["-o", "csv", &live]].concat());
    assert!(csv.contains(",subject,applied,applied_after_seconds\n"), "{csv}");
    assert!(csv.contains(",v3,2026-08-21T12:07:00Z,420\n"), "{csv}");
    let json = site.run(&[&one[..], &["-o", "jsonl", &live]].concat());
    assert!(json.contains("\"applied_after_seconds\":420"), "{json}");
    let without = site.run(&[&one[..], &["-o", "jsonl"]].concat());
    assert!(!without.contains("applied"), "{without}");
    assert_data_eq!(
        site.run(&["-q", "metrics", "--app", "api", "--since", "2026-08-01", &live]),
        str![[r#"
exit 0
app   stage     deployments   per week   by week   lead (median, p90)   failed   lead to running (median, p90)
all                       7        1.6   █  ▄      2h, 1d                   0%   2h 7m, 2h 7m
all   dev                 3        0.7   █  ▄                               0%
all   staging             3        0.7   █  ▄      2h, 1d                   0%   2h 7m, 2h 7m
all   prod                1        0.2   █                                  0%
api   dev                 3        0.7   █  ▄                               0%
api   staging             3        0.7   █  ▄      2h, 1d                   0%   2h 7m, 2h 7m
api   prod                1        0.2   █                                  0%

stages          changes   was there before   same commit   overtook   later   never   lead (median, p90)
dev → staging         2                  2             0          0       0       0   2h, 1d
--

"#]]
    );
}

#[test]
fn the_role_only_reads() {
    let sandbox = Sandbox::new();
    let home = sandbox.path("home");
    sandbox
        .towpath(&home, &["live", "rbac", "--namespace", "shop", "--account", "ci/bot"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: towpath-live
  namespace: shop
rules:
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
- apiGroups: ["apps"]
  resources: [deployments, statefulsets, daemonsets]
  verbs: [get, list, watch]
- apiGroups: ["batch"]
  resources: [jobs, cronjobs]
  verbs: [get, list, watch]
- apiGroups: ["argoproj.io"]
  resources: [applications, rollouts]
  verbs: [get, list, watch]
- apiGroups: ["kustomize.toolkit.fluxcd.io"]
  resources: [kustomizations]
  verbs: [get, list, watch]
- apiGroups: ["helm.toolkit.fluxcd.io"]
  resources: [helmreleases]
  verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: towpath-live
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: towpath-live
subjects:
- kind: ServiceAccount
  name: bot
  namespace: ci

"#]]);
}

/// A snapshot in the repository counts, but no link to another file.
#[test]
fn the_witness_file_stays_in_the_work_tree() {
    let sandbox = Sandbox::new();
    let pin = "images:\n- name: r.io/web\n  newTag: v1\n";
    let history = History::new()
        .commit("2026-08-01T00:00:00Z", "Alice", "start")
        .write(
            "towpath.yaml",
            "stages: [prod]\nsources: [{kustomize: 'apps/{app}/{stage}'}]\nlive: {prod: {witness: \
             file, file: seen.yaml}}\n",
        )
        .write("apps/web/prod/kustomization.yaml", pin);
    let at = sandbox.repository("deploy", &history);
    let seen = "schema: towpath.live-snapshot/1\ntime: 2026-09-01T00:00:00Z\nobjects:\n\
        - {kind: Deployment, name: web, images: [{image: 'r.io/web:v1'}], health: healthy}\n";
    std::fs::write(at.join("seen.yaml"), seen).expect("a file");
    sandbox.towpath(&at, &["live", "--exit-code"]).assert().success();
    let outside = sandbox.path("outside.yaml");
    std::fs::rename(at.join("seen.yaml"), &outside).expect("a file");
    sandbox.towpath(&at, &["live"]).assert().success().stdout_eq(str![[r#"
app   stage   wanted   state       reason
web   prod    v1       ? unknown   cannot read the snapshot seen.yaml: No such file or directory (os error 2); `--live=FILE` names another one

"#]]).stderr_eq(str![[r#"
? unknown: 1
warning: file at seen.yaml: cannot read the snapshot seen.yaml: No such file or directory (os error 2); `--live=FILE` names another one

"#]]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&outside, at.join("seen.yaml")).expect("a link");
        let output = sandbox.towpath(&at, &["live"]).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("outside of the work tree"), "{said}");
    }
}

#[cfg(feature = "live")]
mod cluster {
    use super::{History, PathBuf, Sandbox, str};
    use std::path::Path;
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, Instant};
    use towpath::demo::{LoopbackAnswer, LoopbackRequest, serve_loopback};
    use towpath::live::{
        ArgoWitness, ClusterAccess, FluxWitness, KubernetesWitness, LiveError, LiveHealth,
        LiveScope, LiveSnapshot, Witness,
    };

    /// The token of the kubeconfig, which may be seen nowhere.
    const TOKEN: &str = "s3cret-of-bot";
    const NOW: &str = "2026-09-01T12:00:00Z";
    const DATE: &str = "Tue, 01 Sep 2026 12:00:00 GMT";

    type Answers = dyn Fn(&LoopbackRequest) -> LoopbackAnswer + Send + Sync;

    /// An API server of our own.
    struct ApiServer {
        address: String,
        asked: Arc<Mutex<Vec<String>>>,
    }

    impl ApiServer {
        fn new(answers: Arc<Answers>) -> Self {
            let asked = Arc::<Mutex<Vec<String>>>::default();
            let log = Arc::clone(&asked);
            let answer = move |request: &LoopbackRequest| {
                let line = format!("{} {}", request.method, request.target);
                log.lock().expect("not poisoned").push(line);
                if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
                    return LoopbackAnswer::new(401, "{}");
                }
                answers(request).with("date", DATE)
            };
            let address = serve_loopback(Arc::new(answer)).expect("a free port").to_string();
            ApiServer { address, asked }
        }

        fn asked(&self) -> Vec<String> {
            std::mem::take(&mut *self.asked.lock().expect("not poisoned"))
        }

        /// A kubeconfig for the server.
        fn kubeconfig(&self, at: &Path, user: &str) -> PathBuf {
            let text = format!(
                "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: \
                 'http://{}'}}}}]\nusers: [{{name: u, user: {user}}}]\ncontexts: [{{name: prod, \
                 context: {{cluster: c, user: u}}}}]\ncurrent-context: prod\n",
                self.address
            );
            std::fs::write(at, text).expect("a file");
            at.to_path_buf()
        }

        fn access(&self, folder: &Path) -> ClusterAccess {
            let user = format!("{{token: {TOKEN}}}");
            ClusterAccess {
                kubeconfigs: vec![self.kubeconfig(&folder.join("kubeconfig"), &user)],
                in_cluster: None,
                work_tree: None,
                allow_commands: false,
                timeout: Duration::from_secs(5),
                now: NOW.parse().expect("a time"),
            }
        }
    }

    fn groups() -> LoopbackAnswer {
        let names = ["apps", "batch", "argoproj.io", "kustomize.toolkit.fluxcd.io"];
        let groups: Vec<String> = names.map(|name| format!("{{\"name\":\"{name}\"}}")).into();
        LoopbackAnswer::new(200, format!("{{\"groups\":[{}]}}", groups.join(",")))
    }

    fn list(items: &str) -> LoopbackAnswer {
        LoopbackAnswer::new(200, format!("{{\"metadata\":{{}},\"items\":[{items}]}}"))
    }

    fn deployment(namespace: &str, name: &str, image: &str) -> String {
        format!(
            "{{\"metadata\":{{\"name\":\"{name}\",\"namespace\":\"{namespace}\",\"generation\":3}},\
             \"spec\":{{\"replicas\":2,\"template\":{{\"spec\":{{\"containers\":[{{\"name\":\"web\",\
             \"image\":\"{image}\"}}]}}}}}},\"status\":{{\"observedGeneration\":3,\"replicas\":2,\
             \"updatedReplicas\":2,\"readyReplicas\":2,\"availableReplicas\":2,\"conditions\":[\
             {{\"type\":\"Available\",\"status\":\"True\",\"lastTransitionTime\":\"2026-08-31T10:00:00Z\"}},\
             {{\"type\":\"Progressing\",\"status\":\"True\",\"reason\":\"NewReplicaSetAvailable\",\
             \"lastUpdateTime\":\"2026-09-01T10:00:00Z\"}}]}}}}"
        )
    }

    fn scope(namespaces: &[&str]) -> LiveScope {
        let namespaces = namespaces.iter().map(|name| (*name).to_owned()).collect();
        LiveScope { context: Some("prod".to_owned()), namespaces }
    }

    /// Answers lists: deployments by `deployments`, other resources with none.
    fn answering(
        deployments: impl Fn(&LoopbackRequest) -> LoopbackAnswer + Send + Sync + 'static,
    ) -> ApiServer {
        ApiServer::new(Arc::new(move |request| match request.path() {
            "/apis" => groups(),
            path if path.ends_with("/deployments") => deployments(request),
            _ => list(""),
        }))
    }

    fn look(server: &ApiServer, namespaces: &[&str]) -> Result<LiveSnapshot, LiveError> {
        let folder = tempfile::tempdir().expect("a folder");
        KubernetesWitness(server.access(folder.path())).look(&scope(namespaces))
    }

    #[test]
    fn pages_follow_each_other() {
        let server = answering(|request| match request.query("continue") {
            None => LoopbackAnswer::new(
                200,
                format!(
                    "{{\"metadata\":{{\"continue\":\"a/b=\"}},\"items\":[{}]}}",
                    deployment("shop", "a", "r.io/a:v1")
                ),
            ),
            Some("a%2Fb%3D") => list(&deployment("shop", "b", "r.io/b:v1")),
            Some(_) => LoopbackAnswer::new(400, "{}"),
        });
        let seen = look(&server, &["shop"]).expect("an answer");
        let names: Vec<&str> = seen.objects.iter().map(|object| object.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(seen.objects[0].health, LiveHealth::Healthy);
        assert_eq!(seen.objects[0].since, "2026-09-01T10:00:00Z".parse().ok());
        assert!(server.asked().iter().all(|line| line.starts_with("GET ")));
    }

    #[test]
    fn a_list_that_has_expired_is_begun_anew_but_not_for_ever() {
        let lists = Arc::<Mutex<usize>>::default();
        let counted = Arc::clone(&lists);
        let server = answering(move |request| {
            if request.query("continue").is_some() {
                return LoopbackAnswer::new(410, "{\"reason\":\"Expired\"}");
            }
            let mut count = counted.lock().expect("not poisoned");
            *count += 1;
            match *count {
                1 => LoopbackAnswer::new(200, "{\"metadata\":{\"continue\":\"x\"},\"items\":[]}"),
                _ => list(&deployment("shop", "a", "r.io/a:v1")),
            }
        });
        assert_eq!(look(&server, &["shop"]).expect("an answer").objects.len(), 1);
        let endless = answering(|_| LoopbackAnswer::new(410, "{\"reason\":\"Expired\"}"));
        let error = look(&endless, &["shop"]).expect_err("no list");
        assert!(error.message.contains("expired 3 times"), "{error}");
    }

    #[test]
    fn what_is_forbidden_in_one_namespace_is_seen_in_the_others() {
        let server = ApiServer::new(Arc::new(|request| {
            let path = request.path();
            if path == "/apis" {
                return groups();
            }
            match path.contains("/namespaces/shop/") {
                true if path.ends_with("/deployments") => {
                    list(&deployment("shop", "a", "r.io/a:v1"))
                }
                true => list(""),
                false => LoopbackAnswer::new(403, "{\"message\":\"no\"}"),
            }
        }));
        let seen = look(&server, &["shop", "blog"]).expect("an answer");
        assert_eq!(seen.objects.len(), 1);
        assert!(seen.gaps.iter().all(|gap| gap.namespace.as_deref() == Some("blog")));
        assert_eq!(seen.gaps.len(), 7, "each resource");
        // Of many namespaces the whole cluster is asked first.
        server.asked();
        let seen = look(&server, &["shop", "blog", "c", "d"]).expect("an answer");
        assert_eq!(seen.objects.len(), 1);
        assert!(server.asked().iter().any(|line| line.contains("/apis/apps/v1/deployments?")));
    }

    #[test]
    fn a_busy_server_is_asked_again_and_a_hanging_one_is_not_waited_for() {
        let count = Arc::<Mutex<usize>>::default();
        let counted = Arc::clone(&count);
        let server = answering(move |_| {
            let mut count = counted.lock().expect("not poisoned");
            *count += 1;
            match *count {
                1 => LoopbackAnswer::new(429, "{}").with("retry-after", "0"),
                _ => list(&deployment("shop", "a", "r.io/a:v1")),
            }
        });
        assert_eq!(look(&server, &["shop"]).expect("an answer").objects.len(), 1);
        let server = answering(|_| {
            std::thread::sleep(Duration::from_secs(3));
            list("")
        });
        let folder = tempfile::tempdir().expect("a folder");
        let access = server.access(folder.path());
        let access = ClusterAccess { timeout: Duration::from_millis(200), ..access };
        let start = Instant::now();
        let error = KubernetesWitness(access).look(&scope(&["shop"])).expect_err("no answer");
        assert!(start.elapsed() < Duration::from_secs(2));
        assert!(error.message.contains("prod (127.0.0.1)"), "{error}");
    }

    #[test]
    fn what_an_old_cluster_lacks_is_no_gap() {
        let server = ApiServer::new(Arc::new(|request| match request.path() {
            "/apis" => LoopbackAnswer::new(200, "{\"groups\":[{\"name\":\"batch\"}]}"),
            "/apis/batch/v1/namespaces/shop/cronjobs" => LoopbackAnswer::new(404, "{}"),
            "/apis/batch/v1beta1/namespaces/shop/cronjobs" => list(
                "{\"metadata\":{\"name\":\"nightly\",\"namespace\":\"shop\"},\"spec\":{\
                 \"jobTemplate\":{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\
                 \"image\":\"r.io/c:v1\"}]}}}}},\"status\":{}}",
            ),
            _ => list(""),
        }));
        let seen = look(&server, &["shop"]).expect("an answer");
        assert_eq!((seen.objects.len(), seen.gaps.len()), (1, 0));
        assert_eq!(seen.objects[0].images[0].image, "r.io/c:v1");
        assert_eq!(seen.objects[0].health, LiveHealth::Unknown, "it has not run yet");
    }

    #[test]
    fn clocks_that_differ_are_a_gap() {
        let server = answering(|_| list(""));
        let folder = tempfile::tempdir().expect("a folder");
        let access = server.access(folder.path());
        let early = "2026-09-01T11:00:00Z".parse().expect("a time");
        let access = ClusterAccess { now: early, ..access };
        let seen = KubernetesWitness(access).look(&scope(&["shop"])).expect("an answer");
        assert_eq!(seen.time, NOW.parse().expect("a time"), "the cluster's own");
        let gap = seen.gaps.first().expect("a gap");
        assert!(gap.reason.contains("60 minutes ahead"), "{}", gap.reason);
    }

    #[test]
    fn pods_tell_what_really_runs() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let pod = format!(
            "{{\"metadata\":{{\"name\":\"web-1-x\",\"namespace\":\"shop\",\"labels\":{{\
             \"pod-template-hash\":\"1\"}},\"ownerReferences\":[{{\"kind\":\"ReplicaSet\",\"name\":\
             \"web-1\"}}]}},\"spec\":{{\"containers\":[{{\"name\":\"web\",\"image\":\"r.io/web:v1\"}}]}},\
             \"status\":{{\"phase\":\"Running\",\"containerStatuses\":[{{\"name\":\"web\",\"imageID\":\
             \"docker-pullable://r.io/web@{digest}\",\"state\":{{}}}}]}}}}"
        );
        let server = ApiServer::new(Arc::new(move |request| match request.path() {
            "/apis" => groups(),
            path if path.ends_with("/deployments") => {
                list(&deployment("shop", "web", "r.io/web:v1"))
            }
            path if path.ends_with("/pods") => list(&pod),
            _ => list(""),
        }));
        let seen = look(&server, &["shop"]).expect("an answer");
        let running = &seen.objects[0].images[0].running;
        assert_eq!((running.len(), running[0].pods), (1, 1));
        assert_eq!(running[0].digest, Some(digest));
    }

    #[test]
    fn an_application_applies_what_its_history_says_while_it_is_out_of_sync() {
        let application = |sync: &str, operation: &str| {
            format!(
                "{{\"metadata\":{{\"name\":\"web\",\"namespace\":\"argocd\"}},\"status\":{{\"sync\":{{\
                 \"status\":\"{sync}\",\"revision\":\"new\"}},\"health\":{{\"status\":\"Healthy\",\
                 \"lastTransitionTime\":\"2026-08-01T00:00:00Z\"}},\"summary\":{{\"images\":[\"r.io/w:v1\"]}},\
                 \"history\":[{{\"revision\":\"old\",\"deployedAt\":\"2026-08-02T00:00:00Z\"}}],\
                 \"reconciledAt\":\"2026-08-03T00:00:00Z\",\"operationState\":{{{operation}}}}}}}"
            )
        };
        let seen = |sync: &str, operation: &str| {
            let text = application(sync, operation);
            let server = ApiServer::new(Arc::new(move |_| list(&text)));
            let folder = tempfile::tempdir().expect("a folder");
            let witness = ArgoWitness(server.access(folder.path()));
            witness.look(&scope(&["argocd"])).expect("an answer").objects.remove(0)
        };
        let done = "\"phase\":\"Succeeded\",\"finishedAt\":\"2026-08-02T00:00:00Z\"";
        let synced = seen("Synced", done);
        assert_eq!(synced.revisions, ["new"]);
        assert_eq!(synced.since, "2026-08-02T00:00:00Z".parse().ok(), "well since it was applied");
        assert!(synced.observed);
        assert_eq!(seen("OutOfSync", done).revisions, ["old"]);
        let later = "\"phase\":\"Succeeded\",\"finishedAt\":\"2026-08-04T00:00:00Z\"";
        assert!(!seen("Synced", later).observed, "the health is that of before the sync");
        assert_eq!(seen("OutOfSync", "\"phase\":\"Running\"").health, LiveHealth::Progressing);
        let failed = seen("OutOfSync", "\"phase\":\"Failed\",\"message\":\"boom\"");
        assert_eq!(failed.health, LiveHealth::Degraded);
        assert_eq!(failed.reason.as_deref(), Some("the last sync failed: boom"));
    }

    #[test]
    fn a_kustomization_delivers_the_workloads_of_its_inventory() {
        let revision = format!("main@sha1:{}", "b".repeat(40));
        let kustomization = format!(
            "{{\"metadata\":{{\"name\":\"web\",\"namespace\":\"flux-system\",\"generation\":2}},\
             \"status\":{{\"observedGeneration\":2,\"lastAppliedRevision\":\"{revision}\",\"conditions\":[\
             {{\"type\":\"Ready\",\"status\":\"True\"}}],\"inventory\":{{\"entries\":[{{\"id\":\
             \"shop_web_apps_Deployment\",\"v\":\"v1\"}}]}}}}}}"
        );
        let server = ApiServer::new(Arc::new(move |request| match request.path() {
            "/apis" => groups(),
            path if path.ends_with("/kustomizations") => list(&kustomization),
            path if path.contains("helm.toolkit") => LoopbackAnswer::new(404, "{}"),
            "/apis/apps/v1/namespaces/shop/deployments" => {
                list(&deployment("shop", "web", "r.io/web:v1"))
            }
            _ => list(""),
        }));
        let folder = tempfile::tempdir().expect("a folder");
        let witness = FluxWitness(server.access(folder.path()));
        let seen = witness.look(&scope(&["flux-system"])).expect("an answer");
        let kinds: Vec<&str> = seen.objects.iter().map(|object| object.kind.as_str()).collect();
        assert_eq!(kinds, ["Kustomization", "Deployment"]);
        assert!(seen.objects[0].delivers.contains(&seen.objects[1].id()));
        assert_eq!(seen.objects[0].revisions, [revision]);
    }

    /// A repository whose witness is the server.
    fn site(server: &ApiServer) -> (Sandbox, PathBuf, PathBuf) {
        let sandbox = Sandbox::new();
        let config = "stages: [prod]\nsources: [{kustomize: 'apps/{app}/{stage}'}]\nlive: {'*': \
            {witness: kubernetes, context: prod, namespace: '{app}'}}\n";
        let history = History::new()
            .commit("2026-08-01T00:00:00Z", "Alice", "start")
            .write("towpath.yaml", config)
            .write("apps/web/prod/kustomization.yaml", "images:\n- name: r.io/web\n  newTag: v2\n");
        let at = sandbox.repository("deploy", &history);
        let user = format!("{{token: {TOKEN}}}");
        let kubeconfig = server.kubeconfig(&sandbox.path("kubeconfig"), &user);
        (sandbox, at, kubeconfig)
    }

    #[test]
    fn nothing_is_asked_unless_somebody_asks() {
        let server = answering(|_| list(&deployment("web", "web", "r.io/web:v2")));
        let (sandbox, at, kubeconfig) = site(&server);
        let run = |arguments: &[&str]| {
            sandbox.towpath(&at, arguments).env("KUBECONFIG", &kubeconfig).assert().success()
        };
        for arguments in [&["status"][..], &["history"], &["config", "show"], &["live", "rbac"]] {
            run(arguments);
        }
        assert_eq!(server.asked(), [""; 0], "no request, and no other place is known");
        run(&["live"])
            .stdout_eq(str![[r#"
app   stage   wanted   runs   state         since
web   prod    v2       v2     ✓ as wanted      2h

"#]])
            .stderr_eq(str![[r#"
✓ as wanted: 1

"#]]);
        let asked = server.asked();
        assert!(asked.iter().all(|line| line.starts_with("GET /api")), "{asked:?}");
        let written = run(&["live", "snapshot"]).get_output().stdout.clone();
        let snapshot = super::fits("live-snapshot", &written);
        assert_eq!(snapshot["objects"][0]["name"], "web");
        assert!(!String::from_utf8_lossy(&written).contains(TOKEN));
        std::fs::write(sandbox.path("seen.json"), written).expect("a file");
        server.asked();
        let seen = format!("--live={}", sandbox.path("seen.json").display());
        run(&["status", &seen]);
        assert_eq!(server.asked(), [""; 0], "the snapshot answers");
    }

    #[test]
    fn waiting_ends_with_the_wanted_version_or_the_time() {
        let count = Arc::<Mutex<usize>>::default();
        let counted = Arc::clone(&count);
        let server = answering(move |_| {
            let mut count = counted.lock().expect("not poisoned");
            *count += 1;
            let version = if *count < 3 { "v1" } else { "v2" };
            list(&deployment("web", "web", &format!("r.io/web:{version}")))
        });
        let (sandbox, at, kubeconfig) = site(&server);
        let run = |wait: &str| {
            let arguments = ["live", wait, "--every", "1s", "--quiet"];
            sandbox.towpath(&at, &arguments).env("KUBECONFIG", &kubeconfig).assert()
        };
        run("--wait=0s").code(3);
        run("--wait=1m").success();
        assert_eq!(*count.lock().expect("not poisoned"), 3);
    }

    #[test]
    fn programs_of_a_repository_never_run() {
        let server = answering(|_| list(""));
        let (sandbox, at, _) = site(&server);
        let marker = sandbox.path("it-ran");
        let user =
            format!("{{exec: {{apiVersion: v1, command: touch, args: ['{}']}}}}", marker.display());
        let inside = server.kubeconfig(&at.join("kubeconfig"), &user);
        let arguments = ["live", "--allow-commands"];
        sandbox
            .towpath(&at, &arguments)
            .env("KUBECONFIG", &inside)
            .assert()
            .success()
            .stdout_eq(str![[r#"
app   stage   wanted   state       reason
web   prod    v2       ? unknown   the kubeconfig [..]/kubeconfig is part of the repository and names the program `touch`; programs of a repository's files never run; use a kubeconfig elsewhere

"#]])
            .stderr_eq(str![[r#"
? unknown: 1
warning: kubernetes at prod: the kubeconfig [..]/kubeconfig is part of the repository and names the program `touch`; programs of a repository's files never run; use a kubeconfig elsewhere

"#]]);
        assert!(!marker.exists());
        assert_eq!(server.asked(), [""; 0]);
    }

    #[test]
    fn the_words_of_a_failed_program_are_not_repeated() {
        let server = answering(|_| list(""));
        let (sandbox, at, _) = site(&server);
        let user = format!(
            "{{exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: \
             sh, args: [-c, 'echo {TOKEN}; echo {TOKEN} >&2; exit 1'], env: [{{name: T, value: \
             {TOKEN}}}]}}}}"
        );
        let own = server.kubeconfig(&sandbox.path("exec"), &user);
        let output = sandbox.towpath(&at, &["live", "-v"]).env("KUBECONFIG", &own).output();
        let output = output.expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("the program for its credentials failed"), "{said}");
        assert!(!said.contains(TOKEN) && !String::from_utf8_lossy(&output.stdout).contains(TOKEN));
        let broken = sandbox.path("broken");
        std::fs::write(&broken, format!("users: [{{name: u, user: {{token: {TOKEN}"))
            .expect("a file");
        let output = sandbox.towpath(&at, &["live", "-v"]).env("KUBECONFIG", &broken).output();
        let said = String::from_utf8_lossy(&output.expect("it runs").stderr).into_owned();
        assert!(said.contains("it is no valid kubeconfig") && !said.contains(TOKEN), "{said}");
    }

    #[test]
    fn a_token_that_is_not_accepted_is_said_without_it() {
        let server = answering(|_| list(""));
        let (sandbox, at, _) = site(&server);
        let wrong = server.kubeconfig(&sandbox.path("wrong"), "{token: another-s3cret}");
        let output = sandbox.towpath(&at, &["live", "-v"]).env("KUBECONFIG", &wrong).output();
        let said = String::from_utf8_lossy(&output.expect("it runs").stderr).into_owned();
        assert!(said.contains("does not accept the credentials"), "{said}");
        assert!(!said.contains("another-s3cret"), "{said}");
    }
}
