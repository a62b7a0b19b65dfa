//! Three texts of pull requests as a reviewer sees them: one app, thirty apps, and one that waits. They
//! are kept as files, rendered here by the rules of CommonMark and of GitHub, and drawn by
//! `tests/page/pictures`.

use super::Forge;
use super::settings::{configure, sources};
use crate::delivery::values;
use pulldown_cmark::{Event, Options, Parser, Tag};
use snapbox::{Data, assert_data_eq};
use towpath::forge::ForgeKind;

/// The file with a text. Characters without width are shown, as they matter.
fn kept(name: &str) -> Data {
    let path = format!("{}/tests/cli/proposals/pictures/{name}.md", env!("CARGO_MANIFEST_DIR"));
    Data::read_from(std::path::Path::new(&path), Some(snapbox::data::DataFormat::Text))
}

fn body(forge: &Forge) -> String {
    forge.fake.world.lock().expect("no panic within").pulls[0].body.clone()
}

/// The sources of api at an address of GitHub.
fn with_sources(forge: &Forge) {
    let real = format!("url.{}.insteadOf", sources(&forge.site).display());
    let home = forge.site.sandbox.path("home").join(".gitconfig");
    let words = ["config", "--file", home.to_str().expect("plain"), &real];
    let address = "https://github.com/example/api";
    forge.site.sandbox.git(&forge.site.clone, &[&words[..], &[address]].concat());
}

/// Renders a text, and checks what a reviewer must never see.
fn check(name: &str, text: &str) {
    let gfm = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    for options in [Options::empty(), gfm] {
        let mut tables = 0;
        let mut shown = String::new();
        for event in Parser::new_ext(text, options) {
            match event {
                Event::Start(Tag::Table(_)) => tables += 1,
                Event::Text(text) | Event::Code(text) => shown.push_str(&text),
                Event::Html(html) | Event::InlineHtml(html) => panic!("{name}: raw HTML: {html}"),
                Event::SoftBreak | Event::HardBreak | Event::End(_) => shown.push('\n'),
                _ => {}
            }
        }
        assert_eq!(tables > 0, options == gfm, "{name}: {text}");
        for word in ["towpath:", "[//]", "](", "### "] {
            assert!(!shown.contains(word), "{name}: `{word}` is shown: {shown}");
        }
        let acts = |sign: char| {
            let parts = shown.split(sign).skip(1);
            parts.filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric())).count()
        };
        assert_eq!((acts('@'), acts('#')), (0, 0), "{name}: {shown}");
    }
}

#[test]
fn one_app() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    with_sources(&forge);
    configure(&forge.site, "apps: {'*': {repository: 'https://github.com/example/{app}'}}\n");
    forge.run(&["promote", "api", "--to", "prod"]);
    check("one-app", &body(&forge));
    assert_data_eq!(body(&forge), kept("one-app").raw());
}

#[test]
fn thirty_apps() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    for number in 1..=30 {
        let name = format!("service-{number}");
        for (stage, version) in [("dev", "v2"), ("staging", "v2"), ("prod", "v1")] {
            let path = forge.site.clone.join(format!("apps/{stage}/{name}.yaml"));
            std::fs::write(path, values(&name, version)).expect("written");
        }
    }
    let gates = "gates:\n- { approvals: 1, apps: [service-7, service-8] }\n";
    configure(&forge.site, gates);
    forge.site.sandbox.git(&forge.site.clone, &["add", "."]);
    let day = [
        ("GIT_AUTHOR_DATE", "2026-08-10T10:00:00Z"),
        ("GIT_COMMITTER_DATE", "2026-08-10T10:00:00Z"),
    ];
    let commit = ["commit", "-qm", "thirty services"];
    forge.site.sandbox.git_with(&forge.site.clone, &commit, &day);
    forge.site.sandbox.git(&forge.site.clone, &["push", "-q", "origin", "HEAD:main"]);
    let said = forge.run(&["promote", "--all", "--to", "prod", "--one-pr"]);
    assert!(said.contains("opened pull request 1"), "{said}");
    check("thirty-apps", &body(&forge));
    assert_data_eq!(body(&forge), kept("thirty-apps").raw());
}

#[test]
fn one_that_waits() {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    with_sources(&forge);
    configure(
        &forge.site,
        "\
apps: {'*': {repository: 'https://github.com/example/{app}'}}
gates:
- approvals: 2
- bake: 45d
- freeze: {from: 2026-08-30, to: 2026-09-03, reason: stocktaking}
",
    );
    let said = forge.run(&["promote", "api", "--to", "prod"]);
    assert!(said.contains("opened pull request 1"), "{said}");
    check("blocked", &body(&forge));
    assert_data_eq!(body(&forge), kept("blocked").raw());
}
