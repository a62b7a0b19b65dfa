//! Everything that must not get past.

use super::{
    CONFIG, Case, Site, ahead, ahead_by, anchored, behind, deployment, merged, overlay, values,
};
use crate::support::History;

const PROD: &str = "envs/prod/web.yaml";
const SUBMODULE: &str = "0123456789012345678901234567890123456789";

fn granted(to: &str) -> String {
    CONFIG.replace("actors: [deploy-bot]", &format!("actors: [deploy-bot, {to}]"))
}

fn case(name: &'static str, actor: &'static str, change: fn(History) -> History) -> Case {
    Case { name, actor, change }
}

fn people() -> Vec<Case> {
    vec![
        case("somebody else promotes what may go", "mallory", |h| {
            ahead(h).write(PROD, &values("v2"))
        }),
        case("nobody is known to ask", "", |h| ahead(h).write(PROD, &values("v2"))),
        case("the author line is forged", "", |h| {
            ahead_by(h, "Deploy-Bot", "deploy").write(PROD, &values("v2"))
        }),
        case("the author line is forged, and the forge knows better", "mallory", |h| {
            ahead_by(h, "Deploy-Bot", "deploy").write(PROD, &values("v2"))
        }),
        case("the name has another end", "deploy-bot[bot]", |h| {
            ahead(h).write(PROD, &values("v2"))
        }),
        case("the permission comes with the change", "mallory", |h| {
            ahead(h).write("towpath.yaml", &granted("mallory")).write(PROD, &values("v2"))
        }),
        case("the permission to change rules comes with the change", "mallory", |h| {
            ahead(h).write("towpath.yaml", &CONFIG.replace("[platform]", "[mallory]"))
        }),
        case("the rules go away with the change", "mallory", |h| {
            ahead(h).remove("towpath.yaml").write(PROD, &values("v9"))
        }),
        case("the rules alone", "deploy-bot", |h| {
            ahead(h).write("towpath.yaml", &granted("mallory"))
        }),
        case("the rules become a link", "mallory", |h| {
            ahead(h).remove("towpath.yaml").link("towpath.yaml", "docs/notes.md")
        }),
        case("rules beside the rules", "mallory", |h| {
            ahead(h).write("TowPath.YAML", &granted("mallory"))
        }),
        case("a key of the rules is written twice", "mallory", |h| {
            ahead(h).write("towpath.yaml", &format!("{CONFIG}permissions: {{ prod: [mallory] }}\n"))
        }),
        case("the same by somebody who may change them", "platform", |h| {
            ahead(h).write("towpath.yaml", &format!("{CONFIG}permissions: {{ prod: [mallory] }}\n"))
        }),
        case("the rules in an anchor", "mallory", |h| {
            ahead(h).write(
                "towpath.yaml",
                &CONFIG.replace("config: [platform]", "config: &all [platform, mallory]"),
            )
        }),
        case("the rules of another document", "mallory", |h| {
            ahead(h).write("towpath.yaml", &format!("{}---\n{CONFIG}", granted("mallory")))
        }),
        case("the list of signers", "deploy-bot", |h| {
            ahead(h).write(".towpath/signers", "mallory ssh-ed25519 AAAA\n")
        }),
        case("the list of signers becomes a link", "platform", |h| {
            ahead(h).remove(".towpath/signers").link(".towpath/signers", "../docs/notes.md")
        }),
        case("the folder of the signers becomes a link", "platform", |h| {
            ahead(h).remove(".towpath").link(".towpath", "docs")
        }),
        case("a program that a gate runs", "mallory", |h| {
            ahead(h).write("scripts/is-quiet", "#!/bin/sh\ntrue\n")
        }),
        case("the glass is broken by nobody", "mallory", |h| {
            let message = "deploy\n\nApp: web\nStage: prod\nGate-Override: because\n";
            ahead_by(h, "Alice", message).write(PROD, &values("v9"))
        }),
        case("the glass is broken by one who may deploy", "deploy-bot", |h| {
            ahead_by(h, "Alice", "deploy\n\nGate-Override: because\n").write(PROD, &values("v9"))
        }),
        case("the glass is broken for another app", "alice", |h| {
            let message = "deploy\n\nApp: cron\nStage: prod\nGate-Override: because\n";
            ahead_by(h, "Alice", message).write(PROD, &values("v9"))
        }),
        case("a link behind a broken glass", "alice", |h| {
            let message = "deploy\n\nGate-Override: because\n";
            ahead_by(h, "Alice", message).remove(PROD).link(PROD, "../staging/web.yaml")
        }),
        case("the rules behind a broken glass", "alice", |h| {
            ahead_by(h, "Alice", "deploy\n\nGate-Override: because\n")
                .write("towpath.yaml", &granted("alice"))
        }),
    ]
}

fn versions() -> Vec<Case> {
    vec![
        case("a stage is skipped", "deploy-bot", |h| ahead(h).write(PROD, &values("v3"))),
        case("a version that never was", "deploy-bot", |h| ahead(h).write(PROD, &values("v9"))),
        case("two stages at once", "deploy-bot", |h| {
            ahead(h).write(PROD, &values("v3")).write("envs/staging/web.yaml", &values("v3"))
        }),
        case("no version any more", "deploy-bot", |h| ahead(h).write(PROD, &values("''"))),
        case("a digest that never was, behind a tag that may", "deploy-bot", |h| {
            let digest = "a".repeat(64);
            ahead(h).write(PROD, &values(&format!("v2@sha256:{digest}")))
        }),
        case("another image of the same tag", "deploy-bot", |h| {
            ahead(h).write(PROD, &values("v2").replace("acme", "mallory"))
        }),
        case("another image alone", "deploy-bot", |h| {
            ahead(h).write(PROD, &values("v1").replace("acme", "mallory"))
        }),
        case("through a base", "mallory", |h| {
            ahead(h).write("kustom/api/base/deployment.yaml", &deployment("v9"))
        }),
        case("through a base, by one who may", "deploy-bot", |h| {
            ahead(h).write("kustom/api/base/deployment.yaml", &deployment("v9"))
        }),
        case("through a patch", "deploy-bot", |h| {
            let patch = "patches:\n- target: { kind: Deployment }\n  patch: |\n    - op: replace\n      path: /spec/template/spec/containers/0/image\n      value: ghcr.io/acme/api:v9\n";
            let kustomization =
                overlay("v1").split("images:").next().unwrap_or_default().to_owned() + patch;
            ahead(h).write("kustom/api/overlays/prod/kustomization.yaml", &kustomization)
        }),
        case("through newName", "deploy-bot", |h| {
            let images =
                overlay("v1").replace("newTag: v1", "newTag: v1\n  newName: ghcr.io/mallory/api");
            ahead(h).write("kustom/api/overlays/prod/kustomization.yaml", &images)
        }),
        case("through another base", "deploy-bot", |h| {
            let kustomization = overlay("v1")
                .split("images:")
                .next()
                .unwrap_or_default()
                .replace("../../base", "../../other");
            let base = "resources:\n- deployment.yaml\n";
            ahead(h)
                .write("kustom/api/overlays/prod/kustomization.yaml", &kustomization)
                .write("kustom/api/other/kustomization.yaml", base)
                .write("kustom/api/other/deployment.yaml", &deployment("v9"))
        }),
        case("through a component", "deploy-bot", |h| {
            let kustomization =
                overlay("v1").split("images:").next().unwrap_or_default().to_owned()
                    + "components:\n- ../../part\n";
            let part = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n- name: ghcr.io/acme/api\n  newTag: v9\n";
            ahead(h)
                .write("kustom/api/overlays/prod/kustomization.yaml", &kustomization)
                .write("kustom/api/part/kustomization.yaml", part)
        }),
        case("through an anchor", "deploy-bot", |h| {
            ahead(h).write("envs/prod/cron.yaml", &anchored("v9"))
        }),
        case("through a merge key", "deploy-bot", |h| {
            ahead(h).write("envs/prod/mail.yaml", &merged("v9"))
        }),
        case("behind a merge key", "deploy-bot", |h| {
            ahead(h).write("envs/prod/mail.yaml", &(merged("v1") + "  tag: v9\n"))
        }),
        case("the file is renamed", "deploy-bot", |h| {
            ahead(h).remove(PROD).write("envs/prod/shop.yaml", &values("v9"))
        }),
        case("the file is renamed, without a name of the image", "deploy-bot", |h| {
            ahead(h).remove(PROD).write("envs/prod/shop.yaml", "image:\n  tag: v9\n")
        }),
        case("the folders of stages change places", "deploy-bot", |h| {
            ahead(h)
                .rename("envs/prod", "envs/x")
                .rename("envs/dev", "envs/prod")
                .rename("envs/x", "envs/dev")
        }),
        case("the stage goes away", "mallory", |h| ahead(h).remove("envs/prod")),
        case("a new twin", "deploy-bot", |h| ahead(h).write("extra/prod/web.yaml", &values("v9"))),
        case("a second document", "deploy-bot", |h| {
            ahead(h).write(PROD, &format!("{}---\n{}", values("v1"), values("v9")))
        }),
        case("a first document", "deploy-bot", |h| {
            ahead(h).write(PROD, &format!("{}---\n{}", values("v9"), values("v1")))
        }),
        case("a new app in all stages at once", "deploy-bot", |h| {
            ["dev", "staging", "prod"].into_iter().fold(ahead(h), |h, stage| {
                h.write(&format!("envs/{stage}/shop.yaml"), &values("v9").replace("web", "shop"))
            })
        }),
        case("a new app with the image of another", "deploy-bot", |h| {
            ahead(h).write("envs/prod/shop.yaml", &values("v9"))
        }),
        case("a tag that is no text", "deploy-bot", |h| ahead(h).write(PROD, &values("[v1, v9]"))),
    ]
}

fn files() -> Vec<Case> {
    vec![
        case("a line break that only YAML 1.1 knows", "deploy-bot", |h| {
            ahead(h).write(
                PROD,
                &values("v1").replace("  tag", "  # x\u{2028}  tag: v9\u{2028}note: |\n  tag"),
            )
        }),
        case("a number in place of a text", "mallory", |h| {
            ahead(h).write("envs/prod/job.yaml", "image:\n  tag: 1.10\n")
        }),
        case("a tag of YAML before the version", "deploy-bot", |h| {
            ahead(h).write(PROD, &values("!!binary v1"))
        }),
        case("a second key that was there twice before, in another mapping", "deploy-bot", |h| {
            ahead(h).write(
                PROD,
                &(values("v9").replace("  tag: v9\n", "  tag: v9\n  tag: v1\n") + "x: 1\nx: 2\n"),
            )
        }),
        case("files are converted on their way to a disk", "mallory", |h| {
            ahead(h).write(".gitattributes", "*.yaml working-tree-encoding=ASCII//TRANSLIT\n")
        }),
        case("transformers in a file", "deploy-bot", |h| {
            let kustomization = overlay("v1") + "transformers:\n- t.yaml\n";
            ahead(h).write("kustom/api/overlays/prod/kustomization.yaml", &kustomization)
        }),
        case("a key is written twice, the good one last", "deploy-bot", |h| {
            ahead(h).write(PROD, &values("v9").replace("  tag: v9\n", "  tag: v9\n  tag: v1\n"))
        }),
        case("a key is written twice, the good one first", "deploy-bot", |h| {
            ahead(h).write(PROD, &values("v1").replace("  tag: v1\n", "  tag: v1\n  tag: v9\n"))
        }),
        case("a mapping is written twice", "deploy-bot", |h| {
            ahead(h).write(
                PROD,
                &format!("{}image: {{ repository: ghcr.io/acme/web, tag: v9 }}\n", values("v1")),
            )
        }),
        case("the key in another spelling", "deploy-bot", |h| {
            ahead(h).write(
                PROD,
                &format!(
                    "{}\"\\x69mage\": {{ repository: ghcr.io/acme/web, tag: v9 }}\n",
                    values("v1")
                ),
            )
        }),
        case("no YAML any more", "deploy-bot", |h| {
            ahead(h).write(PROD, "image: {{ .Values.image }}\n")
        }),
        case("too long to be read", "deploy-bot", |h| {
            ahead(h)
                .write(PROD, &(values("v9") + &format!("# {}\n", "x".repeat(99)).repeat(110_000)))
        }),
        case("a file becomes a link", "deploy-bot", |h| {
            ahead(h).remove(PROD).link(PROD, "../staging/web.yaml")
        }),
        case("a folder becomes a link", "deploy-bot", |h| {
            ahead(h).remove("envs/prod").link("envs/prod", "dev")
        }),
        case("a link where a file may be", "deploy-bot", |h| {
            ahead(h).link("envs/prod/shop.yaml", "../dev/web.yaml")
        }),
        case("a link where a folder may be", "deploy-bot", |h| {
            ahead(h).link("extra/prod", "../envs/dev")
        }),
        case("a link where an overlay may be", "deploy-bot", |h| {
            ahead(h).link("kustom/shop", "api")
        }),
        case("a base becomes a link", "deploy-bot", |h| {
            ahead(h).remove("kustom/api/base").link("kustom/api/base", "../../docs")
        }),
        case("a folder becomes a submodule", "deploy-bot", |h| {
            ahead(h).remove("envs/prod").submodule("envs/prod", SUBMODULE)
        }),
        case("a base becomes a submodule", "deploy-bot", |h| {
            ahead(h).remove("kustom/api/base").submodule("kustom/api/base", SUBMODULE)
        }),
        case("a name in another case", "deploy-bot", |h| {
            ahead(h).write("envs/prod/Web.yaml", &values("v2"))
        }),
        case("a folder in another case", "deploy-bot", |h| {
            ahead(h).write("envs/Prod/web.yaml", &values("v9"))
        }),
        case("a folder with a sign that is not seen", "deploy-bot", |h| {
            ahead(h).write("envs/pr\u{200c}od/web.yaml", &values("v9"))
        }),
        case("a folder with a dot at its end", "deploy-bot", |h| {
            ahead(h).write("envs/prod./web.yaml", &values("v9"))
        }),
    ]
}

fn branches() -> Vec<Case> {
    vec![
        case("a branch that is behind", "deploy-bot", |h| behind(h).write(PROD, &values("v9"))),
        case("a branch that is behind, by somebody else", "mallory", |h| {
            behind(h).write("envs/prod/cron.yaml", &anchored("v1").replace("v1", "v0"))
        }),
        case("a branch that the base contradicts", "deploy-bot", |h| {
            behind(h)
                .write("envs/dev/web.yaml", &values("v9"))
                .write("envs/prod/cron.yaml", &anchored("v9"))
        }),
        case("a history with nothing in common", "deploy-bot", |h| {
            h.commit("2026-08-20T10:00:00Z", "Mallory", "other")
                .write("towpath.yaml", CONFIG)
                .write(PROD, &values("v9"))
        }),
        case("a merge that carries the change", "mallory", |h| {
            let side = ahead(h).write("docs/notes.md", "more\n");
            side.commit("2026-08-21T10:00:00Z", "Mallory", "merge main")
                .merge("main")
                .write(PROD, &values("v2"))
        }),
        case("the change is deep in the branch", "mallory", |h| {
            let first = ahead(h).write(PROD, &values("v2"));
            first
                .commit("2026-08-21T10:00:00Z", "Deploy-Bot", "and more")
                .write("docs/notes.md", "more\n")
        }),
        case("a merge hides what a rebase would bring", "mallory", |h| {
            let there = ahead(h).write(PROD, &values("v9"));
            let side = there.commit("2026-08-21T10:00:00Z", "Mallory", "hide").merge("main");
            side.write(PROD, &values("v1"))
        }),
        case("nothing but a going back", "mallory", |h| ahead(h).write(PROD, &values("v0"))),
    ]
}

#[test]
fn none_gets_past() {
    let cases: Vec<Case> =
        [people(), versions(), files(), branches()].into_iter().flatten().collect();
    assert!(cases.len() >= 40, "{}", cases.len());
    let site = Site::new(&cases);
    let mut told = String::new();
    let mut past = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let (code, lines) = site.told(index, case);
        told.push_str(&format!(
            "{} ({})\n{lines}",
            case.name,
            if case.actor.is_empty() { "?" } else { case.actor }
        ));
        past.extend((code != 3).then(|| format!("{}: exit {code}\n{lines}", case.name)));
    }
    assert!(past.is_empty(), "{}", past.concat());
    snapbox::assert_data_eq!(told, snapbox::file!["hostile.txt"]);
}
