//! What is found without a configuration where no path names a stage: keys, branches, or one stage
//! for everything. Rules for paths are tested where they are, in `src/discovery/`.

use crate::support::{History, Sandbox};
use snapbox::{IntoData, str};

fn history() -> History {
    History::new().commit("2026-03-01T10:00:00Z", "Alice", "start")
}

/// App, stage, target, image, tag, digest, path and line of each entry, and what was assumed.
fn check(history: &History, entries: impl IntoData, assumed: impl IntoData) {
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", history);
    let status = sandbox
        .towpath(&repository, &["status", "--no-since", "--output", "csv"])
        .assert()
        .success();
    let answer = String::from_utf8(status.get_output().stdout.clone()).expect("text");
    let lines = answer
        .lines()
        .skip(1)
        .map(|line| line.split(',').take(8).collect::<Vec<_>>().join(" ") + "\n");
    snapbox::assert_data_eq!(lines.collect::<String>(), entries);
    status.stderr_eq(assumed);
}

#[test]
fn a_stage_is_a_key() {
    let images = "images:\n  dev: {repository: ghcr.io/acme/web, tag: v5}\n  prod: {repository: ghcr.io/acme/web, tag: v4}\n";
    check(
        &history().write("web.yaml", images),
        str![[r#"
web dev  ghcr.io/acme/web v5  web.yaml 2
web prod  ghcr.io/acme/web v4  web.yaml 3

"#]],
        str![[r#"
assumed: stages dev → prod (keys inside files), from 1 file in 1 layout. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn a_matrix_of_sites_and_stages() {
    let sites = "\
next: &next {portal: 1.11.0, reports: 4.2.0}
sites:
  north:
    test: *next
    production: {portal: 1.10.0, reports: 4.2.0}
  south:
    test: *next
    production: {portal: 1.10.0, reports: 4.1.9}
";
    check(
        &history().write("sites.yaml", sites),
        str![[r#"
portal test north  1.11.0  sites.yaml 1
portal test south  1.11.0  sites.yaml 1
portal production north  1.10.0  sites.yaml 5
portal production south  1.10.0  sites.yaml 8
reports test north  4.2.0  sites.yaml 1
reports test south  4.2.0  sites.yaml 1
reports production north  4.2.0  sites.yaml 5
reports production south  4.1.9  sites.yaml 8

"#]],
        str![[r#"
assumed: stages test → production (keys inside files), from 1 file in 1 layout. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn lists_and_maps_in_many_files() {
    let list = |tag: &str| {
        format!(
            "environments:\n- name: staging\n  image: {{tag: {tag}}}\n- name: prod\n  image: {{tag: v1}}\n"
        )
    };
    check(
        &history()
            .write("apps/api/deploy.yaml", &list("v2"))
            .write("apps/web/deploy.yaml", &list("v3"))
            .write(
                "versions.json",
                "{\"staging\": {\"job\": \"1.3.0\"}, \"prod\": {\"job\": \"1.2.9\"}}\n",
            ),
        str![[r#"
api staging   v2  apps/api/deploy.yaml 3
api prod   v1  apps/api/deploy.yaml 5
job staging   1.3.0  versions.json 1
job prod   1.2.9  versions.json 1
web staging   v3  apps/web/deploy.yaml 3
web prod   v1  apps/web/deploy.yaml 5

"#]],
        str![[r#"
assumed: stages staging → prod (keys inside files), from 3 files in 2 layouts. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn a_key_that_has_no_counterpart_is_no_stage() {
    let settings = "prod: {replicas: 3}\ndev: {log: debug}\nlevels: {test: 1.2.3}\n";
    check(
        &history().write("settings.yaml", settings),
        str![""],
        str![[r#"
no stages found in this repository; name them in towpath.yaml

"#]],
    );
}

fn deployment(tag: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  template:\n    spec:\n      containers:\n      - {{name: web, image: ghcr.io/acme/web:{tag}}}\n"
    )
}

#[test]
fn a_stage_is_a_branch() {
    let branches = history()
        .write("README.md", "see the branches\n")
        .branch("env/dev")
        .commit("2026-03-02T10:00:00Z", "Alice", "dev")
        .write("web/deployment.yaml", &deployment("v5"))
        .branch("env/prod")
        .commit("2026-03-03T10:00:00Z", "Alice", "prod")
        .write("web/deployment.yaml", &deployment("v4"))
        .branch("prod")
        .commit("2026-03-03T10:00:00Z", "Alice", "an old one")
        .write("other.yaml", "a: b\n");
    check(
        &branches,
        str![[r#"
web dev  ghcr.io/acme/web v5  web/deployment.yaml 8
web prod  ghcr.io/acme/web v4  web/deployment.yaml 8

"#]],
        str![[r#"
assumed: stages dev → prod (one branch each), from 1 file in 1 layout. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

/// Branches of stages count as they were then, with the ages of then.
#[test]
fn the_past_of_stages_that_are_branches() {
    let deploy = |history: History, day: &str, tag: &str| {
        history
            .commit(&format!("2026-03-{day}T10:00:00Z"), "Alice", tag)
            .write("web/deployment.yaml", &deployment(tag))
    };
    let dev = deploy(
        deploy(history().write("README.md", "see the branches\n").branch("dev"), "02", "v4"),
        "06",
        "v5",
    );
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", &deploy(dev.branch("prod"), "07", "v4"));
    let at = |at: &str| {
        sandbox.towpath(&repository, &["status", "--at", at, "--quiet"]).assert().success()
    };
    at("2026-03-05").stdout_eq(str![[r#"
app   dev
web   v4  2d

"#]]);
    at("dev~1").stdout_eq(str![[r#"
app   dev
web   v4  0s

"#]]);
    at("main").stdout_eq(str![[r#"
app   dev        prod
web   v5  0s   ≠ v4  0s

"#]]);
}

#[test]
fn branches_of_the_remote_count_and_init_writes_them() {
    let sandbox = Sandbox::new();
    let branches = history()
        .write("values.yaml", "image: {repository: ghcr.io/acme/web, tag: v5}\n")
        .branch("staging")
        .commit("2026-03-02T10:00:00Z", "Alice", "staging")
        .write("values.yaml", "image: {repository: ghcr.io/acme/web, tag: v4}\n")
        .branch("production")
        .commit("2026-03-03T10:00:00Z", "Alice", "production")
        .write("values.yaml", "image: {repository: ghcr.io/acme/web, tag: v3}\n");
    let origin = sandbox.bare("origin", &branches);
    let here = sandbox.path("clone");
    sandbox.git(
        &sandbox.path("home"),
        &["clone", "-q", origin.to_str().expect("plain"), here.to_str().expect("plain")],
    );
    sandbox.towpath(&here, &["init", "--stdout"]).assert().success().stdout_eq(str![[r#"
# Which image runs in which stage, and where that is written.
# `towpath config check` verifies this file, `towpath config schema` prints its JSON schema.

stages:
  - {name: staging, branch: staging}
  - {name: production, branch: production}

sources:
  # values.yaml
  - helm-values: values.yaml

"#]]);
    let status = || {
        sandbox
            .towpath(&here, &["status", "--output", "csv"])
            .assert()
            .success()
            .get_output()
            .stdout
            .clone()
    };
    let assumed = status();
    sandbox.towpath(&here, &["init", "--yes", "-q"]).assert().success();
    assert_eq!(status(), assumed);
    assert_eq!(String::from_utf8(assumed).expect("text").lines().count(), 3);
}

#[test]
fn branches_that_hold_other_things_are_no_stages() {
    let branches = history()
        .write("README.md", "hello\n")
        .branch("develop")
        .commit("2026-03-02T10:00:00Z", "Alice", "dev")
        .write("web/deployment.yaml", &deployment("v5"))
        .branch("staging")
        .commit("2026-03-03T10:00:00Z", "Alice", "staging")
        .write("elsewhere/api.yaml", &deployment("v4"));
    check(
        &branches,
        str![""],
        str![[r#"
no stages found in this repository; name them in towpath.yaml

"#]],
    );
}

/// Argo CD's hydrator writes a branch for each environment, with folders called after it, and notes
/// the commit that it read. The branch with what it proposes is no stage.
#[test]
fn hydrated_branches_are_stages() {
    let mut branches = history().write("README.md", "see the branches\n");
    for (day, stage, tag, commit) in [
        (2, "dev", "v5", 'c'),
        (3, "e2e", "v5", 'c'),
        (4, "prd", "v4", 'b'),
        (5, "prd-next", "v5", 'c'),
    ] {
        let dry = commit.to_string().repeat(40);
        let folder = stage.trim_end_matches("-next");
        branches = branches
            .branch(&format!("env/{stage}"))
            .commit(&format!("2026-03-0{day}T10:00:00Z"), "Hydrator", stage)
            .write(&format!("hydrated/web-{folder}/manifest.yaml"), &deployment(tag))
            .write("hydrator.metadata", &format!("{{\n  \"drySha\": \"{dry}\"\n}}\n"));
    }
    check(
        &branches,
        str![[r#"
dry-source dev   cccccccccccccccccccccccccccccccccccccccc  hydrator.metadata 2
dry-source e2e   cccccccccccccccccccccccccccccccccccccccc  hydrator.metadata 2
dry-source prd   bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb  hydrator.metadata 2
web dev  ghcr.io/acme/web v5  hydrated/web-dev/manifest.yaml 8
web e2e  ghcr.io/acme/web v5  hydrated/web-e2e/manifest.yaml 8
web prd  ghcr.io/acme/web v4  hydrated/web-prd/manifest.yaml 8

"#]],
        str![[r#"
assumed: stages dev → e2e → prd (one branch each), from 4 files in 2 layouts. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", &branches);
    let args = ["promote", "web", "--to", "prd", "--dry-run", "--assume"];
    sandbox.towpath(&repository, &args).assert().code(1).stderr_eq(str![[r#"
assumed: stages dev → e2e → prd (one branch each), from 4 files in 2 layouts. No towpath.yaml found. Run `towpath init` to save these settings.
error: web is refused: hydrated/web-prd/manifest.yaml:8: the line is owned by the automation `hydrator.metadata`, which would overwrite the edit
hint: change what the automation follows, or overwrite it with `--force-automated`

"#]]);
}

/// `values-acme-auto-updated.yaml` is a layer of `acme`: it pins what `values-acme.yaml` does not.
#[test]
fn a_layer_is_no_stage() {
    let image = |key: &str, tag: &str| format!("{key}: ghcr.io/acme/{key}:{tag}\n");
    let mut files = history();
    for app in ["api", "job", "shop", "web"] {
        let layer = image(&format!("{app}Image"), "v5");
        files = files
            .write(&format!("apps/{app}/values-acme.yaml"), &image("redisImage", "7.2.1"))
            .write(&format!("apps/{app}/values-acme-auto-updated.yaml"), &layer);
    }
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", &files);
    sandbox.towpath(&repository, &["status", "-q", "--no-since"]).assert().success().stdout_eq(
        str![[r#"
app          acme
api          v5
api/redis    7.2.1
job          v5
job/redis    7.2.1
shop/redis   7.2.1
shop         v5
web/redis    7.2.1
web          v5

"#]],
    );
}

/// A few settings that paths put into stages do not hide that whole trees are stages. What a branch
/// holds of another stage is not used there.
#[test]
fn branches_outweigh_a_few_paths() {
    let image = |tag: &str| format!("image: {{repository: ghcr.io/acme/x, tag: {tag}}}\n");
    let mut branches = history().write("README.md", "see the branches\n");
    for (day, stage, tag) in [(2, "staging", "v5"), (3, "prod", "v4")] {
        branches = branches.branch(stage).commit(&format!("2026-03-0{day}T10:00:00Z"), "A", stage);
        for hub in 0..20 {
            branches = branches.write(&format!("hubs/h{hub}/hub.yaml"), &image(tag));
        }
        for config in ["staging", "prod"] {
            branches = branches.write(&format!("hubs/h0/config/{config}.yaml"), &image(config));
        }
    }
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", &branches);
    sandbox.git(&repository, &["symbolic-ref", "HEAD", "refs/heads/staging"]);
    sandbox
        .towpath(&repository, &["status", "h0", "--locations", "h1"])
        .assert()
        .success()
        .stdout_eq(str![[r#"
h0

  staging  v5
    image     ghcr.io/acme/x
    tag       v5
    written   hubs/h0/hub.yaml:1 (image.tag)
    found     yaml, discovered in hubs/{app}/hub.yaml, confidence medium
    since     2026-03-02 10:00 UTC, 6mo ago
    commit    68d2cff942 staging
    by        A <a@example.com>

  prod  v4
    image     ghcr.io/acme/x
    tag       v4
    written   hubs/h0/hub.yaml:1 (image.tag)
    found     yaml, discovered in hubs/{app}/hub.yaml, confidence medium
    since     2026-03-03 10:00 UTC, 5mo ago
    commit    c30ba04729 prod
    by        A <a@example.com>

h1

  staging  v5
    image     ghcr.io/acme/x
    tag       v5
    written   hubs/h1/hub.yaml:1 (image.tag)
    found     yaml, discovered in hubs/{app}/hub.yaml, confidence medium
    since     2026-03-02 10:00 UTC, 6mo ago
    commit    68d2cff942 staging
    by        A <a@example.com>

  prod  v4
    image     ghcr.io/acme/x
    tag       v4
    written   hubs/h1/hub.yaml:1 (image.tag)
    found     yaml, discovered in hubs/{app}/hub.yaml, confidence medium
    since     2026-03-03 10:00 UTC, 5mo ago
    commit    c30ba04729 prod
    by        A <a@example.com>

"#]]);
}

/// `values.yaml` is what production takes where only staging has a file of its own.
#[test]
fn a_default_file_stands_where_production_has_none() {
    let values = |tag: &str| format!("image:\n  repository: ghcr.io/acme/web\n  tag: {tag}\n");
    let mut files = history();
    for (app, stages) in [("api", &["staging"][..]), ("web", &["staging", "prod"])] {
        files = files.write(&format!("services/{app}/values.yaml"), &values("v1"));
        for stage in stages {
            files = files.write(&format!("services/{app}/values-{stage}.yaml"), &values("v2"));
        }
    }
    let files = files
        .write("services/cron/values.yaml", &values("v1"))
        .write("services/cron/values-staging.yaml", "replicas: 1\n");
    check(
        &files,
        str![[r#"
api staging  ghcr.io/acme/web v2  services/api/values-staging.yaml 3
api default  ghcr.io/acme/web v1  services/api/values.yaml 3
cron staging  ghcr.io/acme/web v1  services/cron/values.yaml 3
cron default  ghcr.io/acme/web v1  services/cron/values.yaml 3
web staging  ghcr.io/acme/web v2  services/web/values-staging.yaml 3
web prod  ghcr.io/acme/web v2  services/web/values-prod.yaml 3

"#]],
        str![[r#"
assumed: stages staging → prod and default, from 5 files in 2 layouts. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn without_any_stage_there_is_one() {
    let one = history()
        .write("apps/web/deployment.yaml", &deployment("v5"))
        .write("apps/web/service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n")
        .write("apps/api/deployment.yaml", &deployment("v1").replace("web", "api"))
        .write("redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 0.1.0\ndependencies:\n- {name: redis, repository: https://charts.example.com, version: 17.7.4}\n");
    check(
        &one,
        str![[r#"
api default  ghcr.io/acme/api v1  apps/api/deployment.yaml 8
redis default  https://charts.example.com 17.7.4  redis/Chart.yaml 5
web default  ghcr.io/acme/web v5  apps/web/deployment.yaml 8

"#]],
        str![[r#"
assumed: one stage (default), because nothing is named like a stage, from 3 files in 2 layouts. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn charts_that_are_written_here_are_deployed_elsewhere() {
    let library = history()
        .write("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n")
        .write("charts/web/values.yaml", "image: {repository: ghcr.io/acme/web, tag: v5}\n")
        .write("charts/web/templates/deployment.yaml", "image: {{ .Values.image.tag }}\n");
    check(
        &library,
        str![""],
        str![[r#"
no stages found in this repository; name them in towpath.yaml. charts/web/values.yaml pins a version; `towpath init` says how to show it

"#]],
    );
}

#[test]
fn terraform_names_its_images_and_builds_deploy_nothing() {
    let module = "module \"shop\" {\n  source = \"./ecs\"\n  backend_image_tag = \"v5\"\n  \
                  proxy_image = \"ghcr.io/acme/proxy:v2\"\n  engine_version = \"15.1\"\n}\n";
    let builds = [".drone.yml", "cloudbuild.yaml", "skaffold.yaml", "ci/base.gitlab-ci.yml"];
    let repository = builds.into_iter().fold(history(), |history, path| {
        history.write(path, "steps:\n  - name: build\n    image: ghcr.io/acme/tools:1.2.3\n")
    });
    check(
        &repository.write("main.tf", module),
        str![[r#"
shop.backend default   v5  main.tf 3
shop.proxy default  ghcr.io/acme/proxy v2  main.tf 4

"#]],
        str![[r#"
assumed: one stage (default), because nothing is named like a stage, from 1 file in 1 layout. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn beside_a_single_stage_the_rest_is_the_default() {
    let names = ["api", "mail", "web"];
    let apart = names.into_iter().fold(history(), |history, app| {
        history.write(&format!("apps/{app}/deploy.yaml"), &deployment("v2"))
    });
    let repository = apart
        .write("apps/shop/base/kustomization.yaml", "resources: [deploy.yaml]\n")
        .write("apps/shop/base/deploy.yaml", &deployment("v1"))
        .write("apps/shop/dev/kustomization.yaml", "resources: [../base]\n");
    check(
        &repository,
        str![[r#"
api default  ghcr.io/acme/web v2  apps/api/deploy.yaml 8
mail default  ghcr.io/acme/web v2  apps/mail/deploy.yaml 8
web dev  ghcr.io/acme/web v1  apps/shop/base/deploy.yaml 8
web/web default  ghcr.io/acme/web v2  apps/web/deploy.yaml 8

"#]],
        str![[r#"
assumed: stages dev and default, from 4 files in 2 layouts. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn stages_that_pin_nothing_stay_empty() {
    let stages = ["test", "prod"].into_iter().fold(history(), |history, stage| {
        let overlay = "resources: [../../base]\nnamePrefix: x-\n";
        history.write(&format!("stages/{stage}/kustomization.yaml"), overlay)
    });
    let base = stages
        .write("base/kustomization.yaml", "resources: [deploy.yaml]\n")
        .write("base/deploy.yaml", &deployment("placeholder"));
    check(
        &base,
        str![""],
        str![[r#"
found stages test, prod, but no version is pinned in them. 2 files pin versions (stages/); `towpath init` says how to show them

"#]],
    );
}

#[test]
fn what_lies_away_from_empty_stages_is_one_stage() {
    let tenants = ["dev", "prod"].into_iter().fold(history(), |history, stage| {
        history.write(&format!("certificates/{stage}/issuer.yaml"), "server: acme\n")
    });
    let apart = tenants
        .write("certificates/issuers.yaml", "image: {repository: ghcr.io/acme/shared, tag: v9}\n")
        .write("services/base/deploy.yaml", &deployment("placeholder"))
        .write("services/labs/api/values.yaml", "image: {repository: ghcr.io/acme/api, tag: v2}\n")
        .write("services/labs/web/values.yaml", "image: {repository: ghcr.io/acme/web, tag: v1}\n");
    check(
        &apart,
        str![[r#"
api default  ghcr.io/acme/api v2  services/labs/api/values.yaml 1
web default  ghcr.io/acme/web v1  services/labs/web/values.yaml 1

"#]],
        str![[r#"
assumed: one stage (default), because no version is pinned in dev, prod, from 2 files in 1 layout. certificates/issuers.yaml pins a version but is not shown. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn a_word_in_one_file_name_makes_no_stages() {
    let word = history()
        .write("config/staging-mirror.yaml", "replicas: 2\n")
        .write("config/web.yaml", "image: {repository: ghcr.io/acme/web, tag: v1}\n");
    check(
        &word,
        str![[r#"
web default  ghcr.io/acme/web v1  config/web.yaml 1

"#]],
        str![[r#"
assumed: one stage (default), because no version is pinned in staging, from 1 file in 1 layout. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn releases_that_a_kustomization_lists_are_read() {
    let release = |name: &str, tag: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: {name}}}\nspec:\n  values:\n    image: {{repository: ghcr.io/acme/{name}, tag: {tag}}}\n"
        )
    };
    let listed = ["api", "web"].into_iter().fold(history(), |history, app| {
        history
            .write(&format!("apps/{app}/app/kustomization.yaml"), "resources: [helmrelease.yaml]\n")
            .write(&format!("apps/{app}/app/helmrelease.yaml"), &release(app, "v1"))
    });
    check(
        &listed,
        str![[r#"
api default  ghcr.io/acme/api v1  apps/api/app/helmrelease.yaml 6
web default  ghcr.io/acme/web v1  apps/web/app/helmrelease.yaml 6

"#]],
        str![[r#"
assumed: one stage (default), because nothing is named like a stage, from 2 files in 1 layout. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn lists_of_references_are_called_by_their_images() {
    let images = |tag: &str| {
        format!("images:\n- name: ghcr.io/acme/web:{tag}\nmore: [ghcr.io/acme/api:{tag}]\n")
    };
    check(
        &history().write("deploy/dev.yaml", &images("v2")).write("deploy/prod.yaml", &images("v1")),
        str![[r#"
more.api dev  ghcr.io/acme/api v2  deploy/dev.yaml 3
more.api prod  ghcr.io/acme/api v1  deploy/prod.yaml 3
web dev  ghcr.io/acme/web v2  deploy/dev.yaml 2
web prod  ghcr.io/acme/web v1  deploy/prod.yaml 2

"#]],
        str![[r#"
assumed: stages dev → prod, from 2 files in 1 layout. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn a_list_without_names_is_no_list_of_apps() {
    let releases = |version: &str| {
        format!("{{\"items\": [{{\"version\": \"{version}\"}}, {{\"version\": \"v0.9.0\"}}]}}\n")
    };
    check(
        &history()
            .write("web/values-dev.yaml", "image: {tag: v2}\n")
            .write("web/values-prod.yaml", "image: {tag: v1}\n")
            .write("web/versions-dev.json", &releases("v2.0.0"))
            .write("web/versions-prod.json", &releases("v1.0.0")),
        str![[r#"
web dev   v2  web/values-dev.yaml 1
web prod   v1  web/values-prod.yaml 1

"#]],
        str![[r#"
assumed: stages dev → prod, from 2 files in 1 layout. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

#[test]
fn lines_of_an_automation_count_without_a_stage() {
    let flux = |name: &str, tag: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}}}\nspec:\n  images:\n  - name: ghcr.io/acme/{name}\n    newTag: {tag} # {{\"$imagepolicy\": \"flux:{name}:tag\"}}\n"
        )
    };
    let automated = history()
        .write("apps/web/staging/web.yaml", &flux("web", "v2"))
        .write("apps/web/prod/web.yaml", &flux("web", "v1"))
        .write("apps/tools/tools.yaml", &flux("tools", "v7"))
        .write(
            "apps/by-hand/by-hand.yaml",
            &flux("by-hand", "v3").replace("$imagepolicy", "$other"),
        );
    check(
        &automated,
        str![[r#"
tools default  ghcr.io/acme/tools v7  apps/tools/tools.yaml 7
web staging  ghcr.io/acme/web v2  apps/web/staging/web.yaml 7
web prod  ghcr.io/acme/web v1  apps/web/prod/web.yaml 7

"#]],
        str![[r#"
assumed: stages staging → prod and default, from 3 files in 2 layouts. apps/by-hand/by-hand.yaml pins a version but names no stage. No towpath.yaml found. Run `towpath init` to save these settings.

"#]],
    );
}

/// What is pinned but not shown is listed with its reason, with a configuration too.
#[test]
fn all_lists_what_is_not_shown() {
    let image = |name: &str, tag: &str| {
        format!("kind: Pod\nspec:\n  containers:\n  - image: ghcr.io/acme/{name}:{tag}\n")
    };
    let files = history()
        .write("apps/dev/web.yaml", &image("web", "v2"))
        .write("apps/prod/web.yaml", &image("web", "v1"))
        .write("apps/dev/motd.txt", "hello")
        .write("apps/prod/motd.txt", "hello")
        .write("tools/backup.yaml", &image("backup", "1.4.0"));
    let sandbox = Sandbox::new();
    let repository = sandbox.bare("deploy", &files);
    let all = ["status", "--all", "--no-since"];
    sandbox
        .towpath(&repository, &all)
        .assert()
        .success()
        .stdout_eq(str![[r#"
app   dev     prod
web   v2    ≠ v1

not shown   stage   version   where                  why
apps        dev     hello     apps/dev/motd.txt:1    may be no deployed version
apps        prod    hello     apps/prod/motd.txt:1   may be no deployed version
tools               1.4.0     tools/backup.yaml:4    names no stage

"#]])
        .stderr_eq(str![[r#"
assumed: stages dev → prod, from 2 files in 1 layout; 1 more layout is uncertain. tools/backup.yaml pins a version but names no stage. No towpath.yaml found. Run `towpath init` to save these settings.
≠ differs from the previous stage, in 1 of 1 rows

"#]]);
    let configured = files.write(
        "towpath.yaml",
        "stages: [dev, prod]\nsources: [{manifests: \"apps/{stage}/{app}.yaml\"}]\n",
    );
    let repository = sandbox.bare("configured", &configured);
    sandbox.towpath(&repository, &all).assert().success().stdout_eq(str![[r#"
app   dev     prod
web   v2    ≠ v1

not shown   version   where                 why
tools       1.4.0     tools/backup.yaml:4   no source reads it

"#]]);
    let json = sandbox.towpath(&repository, &[&all[..], &["-o", "json"]].concat()).output();
    let json: serde_json::Value =
        serde_json::from_slice(&json.expect("runs").stdout).expect("JSON");
    assert_eq!(json["left_out"][0]["reason"], "no-source");
    assert_eq!(json["left_out"][0]["stage"], serde_json::Value::Null);
    sandbox.towpath(&repository, &[&all[..], &["-o", "csv"]].concat()).assert().code(2).stderr_eq(
        str![[r#"
error: --all is shown as `table`, `wide`, `json` or `yaml`

"#]],
    );
}
