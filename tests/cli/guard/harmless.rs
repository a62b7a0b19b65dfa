//! Everything that must not be held up.

use super::{CONFIG, Case, Site, ahead, ahead_by, behind, deployment, overlay, values};
use crate::support::History;

const PROD: &str = "envs/prod/web.yaml";

fn case(name: &'static str, actor: &'static str, change: fn(History) -> History) -> Case {
    Case { name, actor, change }
}

fn cases() -> Vec<Case> {
    vec![
        case("a page", "mallory", |h| ahead(h).write("README.md", "deployments, and how\n")),
        case("a page by nobody in particular", "", |h| {
            ahead(h).write("README.md", "deployments, and how\n")
        }),
        case("a comment beside the version", "mallory", |h| {
            ahead(h).write(PROD, &format!("# ours\n{}", values("v1")))
        }),
        case("other quotes", "mallory", |h| ahead(h).write(PROD, &values("\"v1\""))),
        case("another order of keys", "mallory", |h| {
            ahead(h).write(PROD, "replicas: 2\nimage:\n  tag: v1\n  repository: ghcr.io/acme/web\n")
        }),
        case("another style", "mallory", |h| {
            ahead(h)
                .write(PROD, "{ replicas: 2, image: { repository: ghcr.io/acme/web, tag: v1 } }\n")
        }),
        case("other line ends", "mallory", |h| {
            ahead(h).write(PROD, &values("v1").replace('\n', "\r\n"))
        }),
        case("another key", "mallory", |h| {
            ahead(h).write(PROD, &values("v1").replace("replicas: 2", "replicas: 5"))
        }),
        case("a resource of the base", "mallory", |h| {
            ahead(h).write(
                "kustom/api/base/deployment.yaml",
                &deployment("v1").replace("spec:\n  template", "spec:\n  replicas: 3\n  template"),
            )
        }),
        case("a build brings a version", "mallory", |h| {
            ahead(h).write("envs/dev/web.yaml", &values("v4"))
        }),
        case("a build brings another image", "mallory", |h| {
            ahead(h).write("envs/dev/web.yaml", &values("v4").replace("acme", "acme-two"))
        }),
        case("a promotion to a stage that is free for all", "mallory", |h| {
            ahead(h).write("envs/staging/web.yaml", &values("v3"))
        }),
        case("a promotion to prod", "deploy-bot", |h| ahead(h).write(PROD, &values("v2"))),
        case("the same by a name in other case", "Deploy-Bot", |h| {
            ahead(h).write(PROD, &values("v2"))
        }),
        case("a rollback", "deploy-bot", |h| ahead(h).write(PROD, &values("v0"))),
        case("an overlay says what the base said", "deploy-bot", |h| {
            ahead(h).write("kustom/api/overlays/prod/kustomization.yaml", &overlay("v1"))
        }),
        case("a new app in dev", "mallory", |h| {
            ahead(h).write("envs/dev/shop.yaml", &values("v1").replace("web", "shop"))
        }),
        case("an app goes from dev", "mallory", |h| ahead(h).remove("envs/dev/mail.yaml")),
        case("a file is renamed and nothing else", "deploy-bot", |h| {
            ahead(h).rename("envs/prod/mail.yaml", "envs/prod/post.yaml")
        }),
        case("a link elsewhere", "mallory", |h| ahead(h).link("docs/start.md", "../README.md")),
        case("a submodule elsewhere", "mallory", |h| {
            ahead(h).submodule("vendor/x", "0123456789012345678901234567890123456789")
        }),
        case("names in another case elsewhere", "mallory", |h| ahead(h).write("readme.md", "x\n")),
        case("a key is written twice elsewhere", "mallory", |h| {
            ahead(h).write("docs/a.yaml", "a: 1\na: 2\n")
        }),
        case("a branch that is behind", "deploy-bot", |h| {
            behind(h).write(
                "envs/prod/cron.yaml",
                "version: v1\nimage: { repository: ghcr.io/acme/cron, tag: v1 }\n",
            )
        }),
        case("there and back", "mallory", |h| {
            let there = ahead(h).write(PROD, &values("v9"));
            there.commit("2026-08-21T10:00:00Z", "Mallory", "back").write(PROD, &values("v1"))
        }),
        case("a merge of the base", "mallory", |h| {
            let side = behind(h).write("docs/notes.md", "more\n");
            side.commit("2026-08-21T10:00:00Z", "Mallory", "merge main")
                .merge("main")
                .write("envs/staging/web.yaml", &values("v2"))
                .write("envs/dev/web.yaml", &values("v3"))
        }),
        case("new rules by one who may", "platform", |h| {
            ahead(h).write("towpath.yaml", &CONFIG.replace("[deploy-bot]", "[deploy-bot, alice]"))
        }),
        case("new signers by one who may", "platform", |h| {
            ahead(h).write(".towpath/signers", "a@example.com ssh-ed25519 AAAA\n")
        }),
        case("the glass is broken by one who may", "alice", |h| {
            let message = "deploy\n\nApp: web\nStage: prod\nGate-Override: nothing works\n";
            ahead_by(h, "Alice", message).write(PROD, &values("v9"))
        }),
        case("nothing at all", "mallory", ahead),
    ]
}

#[test]
fn all_pass() {
    let cases = cases();
    assert!(cases.len() >= 20, "{}", cases.len());
    let site = Site::new(&cases);
    let mut told = String::new();
    let mut held = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let (code, lines) = site.told(index, case);
        told.push_str(&format!(
            "{} ({})\n{lines}",
            case.name,
            if case.actor.is_empty() { "?" } else { case.actor }
        ));
        held.extend((code != 0).then(|| format!("{}: exit {code}\n{lines}", case.name)));
    }
    assert!(held.is_empty(), "{}", held.concat());
    snapbox::assert_data_eq!(told, snapbox::file!["harmless.txt"]);
}
