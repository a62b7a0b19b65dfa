//! Apps and folders with owners: nobody else moves what is theirs, under whatever name.

use super::{CONFIG, Case, Site, ahead, overlay, story, values};
use crate::support::History;
use snapbox::{assert_data_eq, str};

const OWNED: &str = "  prod: [ann, ben, deploy-bot]
  config: [platform]
  apps:
    web: [ann, eve]
    a*: [ann]
    ap?: [ann, ben]
    gone: [ann]
  paths:
    extra/: [ben]
";

/// The repository of the other tests with owners, an app in the folder of ben, and another one that
/// nobody owns.
fn owned() -> History {
    let rules = CONFIG.split_once("  prod: {").expect("permissions").0.to_owned() + OWNED;
    let tool = values("v1").replace("acme/web", "acme/tool");
    let base = "kind: Kustomization\nresources:\n- deployment.yaml\n";
    let deployment = super::deployment("v1").replace("api", "free");
    story()
        .commit("2026-08-06T10:00:00Z", "Platform", "owners")
        .write("towpath.yaml", &rules)
        .write("extra/dev/tool.yaml", &tool)
        .write("kustom/free/base/kustomization.yaml", base)
        .write("kustom/free/base/deployment.yaml", &deployment)
        .write("kustom/free/overlays/dev/kustomization.yaml", &overlay("v1").replace("api", "free"))
}

fn case(name: &'static str, actor: &'static str, change: fn(History) -> History) -> Case {
    Case { name, actor, change }
}

fn told(cases: &[Case]) -> String {
    let site = Site::of(owned(), cases);
    let one = |(index, case): (usize, &Case)| {
        let (code, lines) = site.told(index, case);
        format!("{}, by {}: exit {code}\n{lines}", case.name, case.actor)
    };
    cases.iter().enumerate().map(one).collect()
}

const WEB: &str = "envs/prod/web.yaml";

#[test]
fn the_stage_and_the_owners_have_to_allow() {
    let prod = |h: History| ahead(h).write(WEB, &values("v2"));
    let dev = |h: History| ahead(h).write("envs/dev/web.yaml", &values("v4"));
    let api = |h: History| {
        ahead(h).write("kustom/api/overlays/staging/kustomization.yaml", &overlay("v2"))
    };
    let cron = |h: History| ahead(h).write("envs/dev/cron.yaml", &super::anchored("v2"));
    assert_data_eq!(
        told(&[
            case("prod", "ann", prod),
            case("prod, not an owner", "deploy-bot", prod),
            case("prod, not of the stage", "eve", prod),
            case("dev", "eve", dev),
            case("dev, not an owner", "mallory", dev),
            case("an app of nobody", "mallory", cron),
            case("both patterns", "ann", api),
            case("one of two patterns", "ben", api),
        ]),
        str![[r#"
prod, by ann: exit 0
  web prod v1 > v2: ok
prod, not an owner, by deploy-bot: exit 3
  web prod v1 > v2: permission
prod, not of the stage, by eve: exit 3
  web prod v1 > v2: permission
dev, by eve: exit 0
  web dev v3 > v4: ok
dev, not an owner, by mallory: exit 3
  web dev v3 > v4: permission
an app of nobody, by mallory: exit 0
  cron dev v1 > v2: ok
both patterns, by ann: exit 3
  api staging v1 > v2: order
one of two patterns, by ben: exit 3
  api staging v1 > v2: permission, order

"#]]
    );
}

#[test]
fn another_name_does_not_take_an_app_from_its_owners() {
    assert_data_eq!(
        told(&[
            case("renamed", "deploy-bot", |h| {
                ahead(h).remove(WEB).write("envs/prod/web2.yaml", &values("v1"))
            }),
            case("copied", "mallory", |h| {
                ahead(h).write("envs/dev/shop.yaml", &values("v9").replace("ghcr.io", "GHCR.io"))
            }),
            case("taken up by another app", "mallory", |h| {
                let values = super::anchored("v1").replace("acme/cron", "acme/web");
                ahead(h).write("envs/dev/cron.yaml", &values)
            }),
            case("an image of an app that nobody owns", "mallory", |h| {
                let image = values("v1").replace("acme/web", "acme/cron");
                ahead(h).write("envs/dev/shop.yaml", &image)
            }),
            case("taken into another file", "mallory", |h| {
                let shared = values("v3").replace("tag: v3", "tag: v9");
                ahead(h).write("extra/dev/web.yaml", &shared).remove("envs/dev/web.yaml")
            }),
            case("the rules", "eve", |h| {
                let own = CONFIG.split_once("  prod: {").expect("permissions").0.to_owned();
                let rules = own + &OWNED.replace("ann, eve", "mallory, eve");
                ahead(h).write("towpath.yaml", &rules).write("envs/dev/web.yaml", &values("v4"))
            }),
        ]),
        str![[r#"
renamed, by deploy-bot: exit 3
  web prod v1 >: permission
  web2 prod > v1: permission
copied, by mallory: exit 3
  shop dev > v9: permission
taken up by another app, by mallory: exit 3
  cron dev v1 > v1: permission
an image of an app that nobody owns, by mallory: exit 0
  shop dev > v1: ok
taken into another file, by mallory: exit 3
  web dev v3 > v9: permission
the rules, by eve: exit 3
  towpath.yaml: rules
  web dev v3 > v4: ok

"#]]
    );
}

#[test]
fn a_folder_has_owners() {
    let moved = |h: History| {
        let tool = values("v1").replace("acme/web", "acme/tool");
        ahead(h).remove("extra/dev/tool.yaml").write("envs/dev/tool.yaml", &tool)
    };
    let bumped = |h: History| {
        let tool = values("v2").replace("acme/web", "acme/tool");
        ahead(h).write("extra/dev/tool.yaml", &tool)
    };
    assert_data_eq!(
        told(&[
            case("a version", "ben", bumped),
            case("a version", "ann", bumped),
            case("out of the folder, the same version", "mallory", moved),
            case("out of the folder, the same version", "ben", moved),
            case("into the folder, the same version", "ann", |h| {
                ahead(h).remove("envs/dev/web.yaml").write("extra/dev/web.yaml", &values("v3"))
            }),
            case("a new app in the folder", "ann", |h| {
                let new = values("v1").replace("acme/web", "acme/new");
                ahead(h).write("extra/dev/new.yaml", &new)
            }),
        ]),
        str![[r#"
a version, by ben: exit 0
  tool dev v1 > v2: ok
a version, by ann: exit 3
  tool dev v1 > v2: permission
out of the folder, the same version, by mallory: exit 3
  envs/dev/tool.yaml: permission
out of the folder, the same version, by ben: exit 0
  envs/dev/tool.yaml: ok
into the folder, the same version, by ann: exit 3
  extra/dev/web.yaml: permission
a new app in the folder, by ann: exit 3
  new dev > v1: permission

"#]]
    );
}

#[test]
fn anyone_may_change_what_is_beside() {
    let harmless = |h: History| {
        let values = values("v3").replace("replicas: 2", "replicas: 3");
        ahead(h).write("envs/dev/web.yaml", &values).write("README.md", "more\n")
    };
    assert_data_eq!(
        told(&[
            case("replicas", "mallory", harmless),
            case("a schema of an owned app", "mallory", |h| {
                ahead(h).write(
                    "kustom/api/overlays/dev/kustomization.yaml",
                    &(overlay("v1") + "openapi: {path: schema.json}\n"),
                )
            }),
            case("a schema of an owned app", "ann", |h| {
                ahead(h).write(
                    "kustom/api/overlays/dev/kustomization.yaml",
                    &(overlay("v1") + "openapi: {path: schema.json}\n"),
                )
            }),
            case("a schema of another app", "mallory", |h| {
                ahead(h).write(
                    "kustom/free/overlays/dev/kustomization.yaml",
                    &(overlay("v1").replace("api", "free") + "openapi: {path: schema.json}\n"),
                )
            }),
        ]),
        str![[r#"
replicas, by mallory: exit 0
a schema of an owned app, by mallory: exit 3
  kustom/api/overlays/dev/kustomization.yaml: unproven
a schema of an owned app, by ann: exit 0
  kustom/api/overlays/dev/kustomization.yaml: ok
a schema of another app, by mallory: exit 0

"#]]
    );
}

#[test]
fn owners_of_what_is_not_there_are_named() {
    let site = Site::of(owned(), &[case("", "ann", |h| ahead(h).write("README.md", "x\n"))]);
    let mut program = site.sandbox.program(
        &site.repository,
        &["guard", "--base", "main", "--head", "case-0", "--actor", "ann"],
    );
    let output = program.env("TOWPATH_NOW", crate::support::NOW).output().expect("it runs");
    assert_data_eq!(
        String::from_utf8_lossy(&output.stderr).into_owned(),
        str![[r#"
warning: towpath.yaml:16:1: `gone` has owners, but no app has that name
  hint: `*` in a name matches any text

"#]]
    );
}
