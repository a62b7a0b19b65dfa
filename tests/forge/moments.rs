//! What a forge knows only after a moment, what it never takes, and where it queues.

use crate::bench::{ALL, Bench, merge_of, new};
use crate::fake::Fault;
use crate::fake::server::Answer;
use serde_json::{Value, json};
use towpath::forge::{
    ForgeError, ForgeKind, MergeBlock, NewProposal, ProposalState, ProposalUpdate, text_length,
};

fn each(test: impl Fn(&Bench, ForgeKind)) {
    for kind in ALL {
        test(&Bench::new(kind), kind);
    }
}

fn refused(status: u16, body: Value) -> Fault {
    Fault::Instead(Answer::json(status, body))
}

/// The answer about a branch that was pushed a moment ago.
fn unknown_branch(kind: ForgeKind) -> Fault {
    match kind {
        ForgeKind::GitHub => {
            let errors = json!([{ "resource": "PullRequest", "field": "head", "code": "invalid" }]);
            refused(422, json!({ "message": "Validation Failed", "errors": errors }))
        }
        ForgeKind::GitLab => {
            refused(400, json!({ "message": ["Source branch \"b\" does not exist"] }))
        }
        ForgeKind::Gitea => refused(404, json!({ "message": "branch does not exist [name: b]" })),
        ForgeKind::Bitbucket => refused(
            400,
            json!({ "type": "error", "error": { "message": "source branch not found" } }),
        ),
        _ => refused(400, json!({ "message": "TF401398: The source branch no longer exists" })),
    }
}

/// Where proposals are created, and where they are merged.
fn paths(kind: ForgeKind) -> (&'static str, (&'static str, &'static str)) {
    match kind {
        ForgeKind::GitHub => ("/pulls", ("PUT", "/merge")),
        ForgeKind::Gitea => ("/pulls", ("POST", "/merge")),
        ForgeKind::GitLab => ("/merge_requests", ("PUT", "/merge")),
        ForgeKind::Bitbucket => ("/pullrequests", ("POST", "/merge")),
        _ => ("/pullrequests", ("PATCH", "/pullrequests/1")),
    }
}

#[test]
fn a_branch_that_is_not_known_yet_is_waited_for() {
    each(|bench, kind| {
        let (path, _) = paths(kind);
        for _ in 0..3 {
            bench.fake.break_next("POST", path, unknown_branch(kind));
        }
        let created = bench.forge.create_proposal(&new("b")).expect("after a moment");
        assert!(created.is_new, "{kind:?}");
        assert_eq!(bench.slept(), [500, 1000, 2000]);
        // Not without end.
        for _ in 0..6 {
            bench.fake.break_next("POST", path, unknown_branch(kind));
        }
        bench.error(bench.forge.create_proposal(&new("c")));
    });
}

#[test]
fn a_merge_that_is_not_checked_yet_is_waited_for() {
    each(|bench, kind| {
        bench.forge.create_proposal(&new("b")).expect("opened");
        let (_, (method, path)) = paths(kind);
        let why = match kind {
            ForgeKind::GitHub => (405, "Base branch was modified. Review and try the merge again."),
            ForgeKind::GitLab => (405, "405 Method Not Allowed"),
            _ => (405, "Please try again later"),
        };
        bench.fake.world.lock().expect("no panic within").pull(1).expect("there").checking = 2;
        for _ in 0..2 {
            bench.fake.break_next(method, path, refused(why.0, json!({ "message": why.1 })));
        }
        let merged = bench.forge.merge_proposal(1, &merge_of("b")).expect("merged");
        assert_eq!(merged.state, ProposalState::Merged, "{kind:?}");
    });
}

/// GitLab answers 405 and 406 until it has checked a new merge request.
#[test]
fn merging_by_itself_waits_for_the_check() {
    let bench = Bench::new(ForgeKind::GitLab);
    bench.forge.create_proposal(&new("b")).expect("opened");
    bench.fake.world.lock().expect("no panic within").pull(1).expect("there").checking = 9;
    for status in [405, 406] {
        let fault = refused(status, json!({ "message": format!("{status} Not Now") }));
        bench.fake.break_next("PUT", "/merge", fault);
    }
    bench.forge.auto_merge(1, &merge_of("b")).expect("asked for");
    assert!(bench.forge.get_proposal(1).expect("there").auto_merge);
    assert_eq!(bench.slept(), [500, 1000]);
}

#[test]
fn a_number_that_no_proposal_has_is_told_from_a_repository_that_is_not_there() {
    each(|bench, kind| {
        let error = bench.error(bench.forge.get_proposal(99));
        assert_eq!(error, ForgeError::NoSuchProposal { number: 99 }, "{kind:?}");
        for _ in 0..2 {
            bench.fake.break_next("GET", "", Fault::Instead(Answer::missing()));
        }
        let error = bench.error(bench.forge.get_proposal(99));
        assert!(matches!(error, ForgeError::NotFound { .. }), "{kind:?}: {error}");
    });
}

#[test]
fn another_base_is_another_proposal() {
    each(|bench, kind| {
        bench.forge.create_proposal(&new("b")).expect("opened");
        bench.fake.world.lock().expect("no panic within").pull(1).expect("there").base =
            "release".into();
        assert_eq!(bench.forge.find_proposal("b", "main").expect("looked"), None);
        let second = bench.forge.create_proposal(&new("b")).expect("opened");
        assert!(second.is_new && second.proposal.number == 2, "{kind:?}");
        assert_eq!(bench.forge.find_proposals("b").expect("looked").len(), 2);
    });
}

/// The fake refuses what the forge would refuse.
#[test]
fn texts_are_cut_to_what_the_forge_takes() {
    each(|bench, kind| {
        let limits = kind.text_limits();
        let (title, body) = ("ä".repeat(3_000), "ü".repeat(2_000_000));
        let wanted = NewProposal { title: title.clone(), body: body.clone(), ..new("b") };
        let opened = bench.forge.create_proposal(&wanted).expect("opened").proposal;
        assert!(text_length(&opened.title) <= limits.title && opened.title.ends_with('…'));
        let change =
            ProposalUpdate { title: Some(title), body: Some(body), ..ProposalUpdate::default() };
        let changed = bench.forge.update_proposal(1, &change).expect("changed");
        assert!(changed.body.len() <= limits.body && changed.body.ends_with('…'), "{kind:?}");
    });
}

#[test]
fn a_base_that_has_it_all_needs_no_proposal() {
    each(|bench, kind| {
        let (path, _) = paths(kind);
        let answer = match kind {
            ForgeKind::GitHub => {
                let errors =
                    json!([{ "code": "custom", "message": "No commits between main and b" }]);
                refused(422, json!({ "message": "Validation Failed", "errors": errors }))
            }
            ForgeKind::Bitbucket => {
                refused(400, json!({ "error": { "message": "There are no changes to be pulled" } }))
            }
            _ => refused(422, json!({ "message": "no changes between the head and the base" })),
        };
        bench.fake.break_next("POST", path, answer);
        let error = bench.error(bench.forge.create_proposal(&new("b")));
        assert!(matches!(error, ForgeError::NothingToPropose { .. }), "{kind:?}: {error}");
    });
}

/// GitLab's answer to a merge says nothing; its words are in the merge request.
#[test]
fn gitlab_says_why_it_does_not_merge() {
    for (status, expected) in [
        ("need_rebase", MergeBlock::Behind),
        ("not_approved", MergeBlock::Pending),
        ("requested_changes", MergeBlock::Pending),
        ("ci_still_running", MergeBlock::Pending),
        ("discussions_not_resolved", MergeBlock::Pending),
        ("status_checks_must_pass", MergeBlock::Pending),
        ("jira_association_missing", MergeBlock::Other),
    ] {
        let bench = Bench::new(ForgeKind::GitLab);
        bench.forge.create_proposal(&new("b")).expect("opened");
        let mut world = bench.fake.world.lock().expect("no panic within");
        world.pull(1).expect("it is there").blocked = Some(status.into());
        drop(world);
        let error = bench.error(bench.forge.merge_proposal(1, &merge_of("b")));
        assert_eq!(error.merge_block(), Some(expected), "{status}: {error}");
    }
}

#[test]
fn a_merge_queue_is_used_where_there_is_one() {
    for kind in [ForgeKind::GitHub, ForgeKind::GitLab] {
        let bench = Bench::new(kind);
        bench.fake.world.lock().expect("no panic within").has_queue = true;
        bench.forge.create_proposal(&new("b")).expect("opened");
        for _ in 0..2 {
            let queued = bench.forge.merge_proposal(1, &merge_of("b")).expect("queued");
            assert!(queued.queued && queued.state == ProposalState::Open, "{kind:?}");
        }
        bench.forge.auto_merge(1, &merge_of("b")).expect("queued");
        let requests = bench.fake.requests();
        let sent = requests.iter().map(|request| request.body.to_string()).collect::<String>();
        assert!(!sent.contains("mergeMethod"), "a queue has its own method: {sent}");
    }
}

#[test]
fn the_newest_closed_one_of_a_branch_is_found() {
    each(|bench, kind| {
        let closed = |head: &str| {
            let found = bench.forge.find_closed(head, "main").expect("looked");
            found.map(|closed| closed.proposal.number)
        };
        for head in ["b", "c", "b"] {
            let number = bench.forge.create_proposal(&new(head)).expect("opened").proposal.number;
            bench.forge.close_proposal(number).expect("closed");
        }
        assert_eq!((closed("b"), closed("c"), closed("d")), (Some(3), Some(2), None), "{kind:?}");
        assert_eq!(bench.forge.find_closed("b", "release").expect("looked"), None);
        bench.forge.create_proposal(&new("c")).expect("opened");
        bench.forge.merge_proposal(4, &merge_of("c")).expect("merged");
        assert_eq!(closed("c"), None, "the newest was merged");
        let body = bench.forge.find_closed("b", "main").expect("looked").expect("found");
        assert_eq!(body.proposal.body.trim(), new("b").body.trim(), "the whole text");
    });
}
