//! The text of a proposal: its order, and what is cut first.

use super::*;
use crate::model::{StageName, Version};
use crate::promotion::commit_message::{MessageRow, RollbackVersion};

fn message(apps: usize) -> CommitMessage {
    let row = |number: usize| MessageRow {
        name: format!("app{number} (eu)"),
        app_name: format!("app{number}"),
        moved: AppVersionChange {
            app: format!("app{number}").as_str().into(),
            from: Version::parse("v1"),
            to: Version::parse("v2"),
        },
    };
    let back = |number: usize| RollbackVersion {
        name: format!("app{number}"),
        target: None,
        version: "v1".into(),
    };
    let stage = StageName::from("prod");
    let purpose = PlanPurpose::Promote { from: &stage };
    let mut message = CommitMessage::compose(purpose, &stage, &[], "Jo Doe <jo@x>", None);
    message.rows = (0..apps).map(row).collect();
    message.back = (0..apps).map(back).collect();
    message
}

fn page<'p>(brought: &'p [AppChangelog], limit: usize) -> ProposalPage<'p> {
    ProposalPage {
        brought,
        sightings: &[],
        gates: "* all open: order",
        run: None,
        notes: "",
        template: None,
        closing: ClosingMode::Skip,
        limit,
    }
}

fn changelog() -> AppChangelog {
    let commit = |number: usize| AppCommit {
        id: format!("{number:040}"),
        page: Some(format!("https://git.example.com/{number}")),
        proposal: None,
        author: "Ann".into(),
        subject: format!("change {number} for @octocat, fixes #12"),
        is_breaking: number == 19,
    };
    AppChangelog {
        moved: message(1).rows.remove(0).moved,
        page: None,
        commits: (0..20).map(commit).collect(),
        unlisted: 3,
        is_back: false,
        release: None,
    }
}

/// Whoever writes release notes is nobody that the reviewer has to trust.
#[test]
fn release_notes_are_shown_as_text() {
    let hostile = "# @octocat fixes #12\n- [x](https://evil.example)\n1. <img src=x>\n\n```\n\
                   [//]: # (towpath:end)\n| a | b |\n    code\n+ more\n=== \n";
    let notes = format!("{hostile}{}", "line\n".repeat(20));
    let url = "https://git.example.com/web/releases/v2".to_owned();
    let brought = AppChangelog {
        commits: Vec::new(),
        release: Some(ReleaseNotes { url, notes }),
        ..changelog()
    };
    let text = super::changes_text(&brought, 5);
    let (mut links, mut quotes) = (Vec::new(), 0);
    let tables = pulldown_cmark::Options::ENABLE_TABLES | pulldown_cmark::Options::ENABLE_TASKLISTS;
    for event in pulldown_cmark::Parser::new_ext(&text, tables) {
        use pulldown_cmark::{Event, Tag};
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.to_string()),
            Event::Start(Tag::BlockQuote(_)) => quotes += 1,
            Event::Start(Tag::Heading { .. }) => {}
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::TaskListMarker(_)
            | Event::Start(Tag::Image { .. } | Tag::List(_))
            | Event::Start(Tag::Table(_) | Tag::CodeBlock(_)) => {
                panic!("{event:?} in {text}")
            }
            _ => {}
        }
    }
    assert_eq!(links, ["https://git.example.com/web/releases/v2"]);
    assert_eq!(quotes, 1, "{text}");
    assert!(text.ends_with(">\n> …\n"), "{text}");
    assert!(!text.contains("\n[//]: # (towpath:end)"), "{text}");
}

#[test]
fn parts_come_in_the_order_of_their_use() {
    let sightings = [VersionSighting {
        app: "app0".into(),
        version: Version::parse("v2"),
        place: "staging".into(),
        since: Some("2026-08-01".into()),
        by: Some("Jo @ Doe".into()),
        commit: None,
    }];
    let brought = [changelog()];
    let run = Some("Opened by [this run](https://ci/1).");
    let page = ProposalPage { sightings: &sightings, run, ..page(&brought, 65_536) };
    let text = message(1).render_body("Promote", &page);
    let parts = [
        "| app0 (eu) | `v1` | `v2` | staging since 2026-08-01, by Jo @\u{200b} Doe |",
        "[this run](https://ci/1)",
        "### Commits added to app0",
        "**breaking:** change 19 for @\u{200b}octocat, fixes #\u{200b}12 (Ann)",
        "change 0 ",
        "* … and 3 more",
        "### Gates",
        "* all open: order",
        "### What you can do here",
        "`towpath reject app0 v2 --reason WHY`",
        "### How to take it back",
        "towpath rollback app0 --stage prod --version v1",
    ];
    let mut rest = text.as_str();
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("`{part}` is not in its place: {text}"));
        rest = &rest[at + part.len()..];
    }
}

/// A link reference definition does not interrupt a paragraph, a list item or a table.
#[test]
fn markers_are_not_shown() {
    let brought = [changelog()];
    let text = message(3).render_body("Promote", &page(&brought, 65_536));
    let lines: Vec<&str> = text.lines().collect();
    let shown = |(number, line): (usize, &&str)| {
        let before = number.checked_sub(1).map(|before| lines[before]);
        line.starts_with("[//]: #")
            && before.is_some_and(|before| !before.is_empty() && !before.starts_with("[//]: #"))
    };
    assert_eq!(lines.iter().enumerate().filter(|line| shown(*line)).count(), 0, "{text}");
}

#[test]
fn a_limit_cuts_what_matters_least() {
    let brought = [changelog()];
    let render = |apps: usize, limit: usize| {
        let text = message(apps).render_body("Promote", &page(&brought, limit));
        assert!(text.len() <= limit, "{apps} apps in {} bytes", text.len());
        assert!(text.contains("[//]: # (towpath:gates)") && text.contains("[//]: # (towpath:end)"));
        text
    };
    let whole = render(1, 65_536);
    assert!(whole.contains("change 18"));
    let short = render(1, 2_500);
    assert!(short.contains("breaking") && !short.contains("change 18"), "{short}");
    let many = render(500, 65_536);
    assert!(many.contains("| app499 (eu) |"), "all rows fit");
    for limit in [65_536, 32_768, 4_000] {
        let most = render(5_000, limit);
        assert!(most.contains("| app0 (eu) |") && most.contains("… and "), "{most}");
    }
}
