//! One comment on a pull request, kept up to date, on every forge.

use crate::bench::{ALL, Bench, new};
use crate::fake::{Fault, sha};
use towpath::forge::{
    CommentChange, ForgeFeature, ForgeKind, ProposalUpdate, keep_comment, update_comment,
};

const MARKER: &str = "<!-- towpath:test -->";

fn bodies(bench: &Bench) -> Vec<(String, String)> {
    let world = bench.fake.world.lock().expect("no panic within");
    world.comments.iter().map(|one| (one.author.clone(), one.body.clone())).collect()
}

#[test]
fn a_comment_is_added_once_and_edited() {
    for kind in ALL {
        let bench = Bench::new(kind);
        let forge = bench.forge.as_ref();
        forge.create_proposal(&new("b")).expect("opened");
        bench.fake.world.lock().expect("no panic within").comment(1, "alice", "Nice");
        let kept = |text: &str| keep_comment(forge, 1, MARKER, text).expect("kept");
        assert_eq!(
            update_comment(forge, 1, MARKER, "none").expect("looked"),
            CommentChange::Unchanged
        );
        assert_eq!(kept("first"), CommentChange::Added, "{kind:?}");
        assert_eq!(kept("first"), CommentChange::Unchanged, "{kind:?}");
        assert_eq!(kept("second"), CommentChange::Edited, "{kind:?}");
        let all = bodies(&bench);
        assert_eq!(all.len(), 2, "{kind:?}: {all:?}");
        assert_eq!(all[1].1, format!("{MARKER}\nsecond"), "{kind:?}");
        assert_eq!(
            update_comment(forge, 1, MARKER, "third").expect("there"),
            CommentChange::Edited
        );
    }
}

#[test]
fn a_comment_of_somebody_else_with_the_marker_is_not_ours() {
    for kind in ALL {
        for is_app in [false, true] {
            if is_app && !matches!(kind, ForgeKind::GitHub) {
                continue;
            }
            let bench = Bench::new(kind);
            let forge = bench.forge.as_ref();
            forge.create_proposal(&new("b")).expect("opened");
            let planted = format!("{MARKER}\nAll gates are open.");
            {
                let mut world = bench.fake.world.lock().expect("no panic within");
                world.comment(1, "alice", &planted);
                world.is_app = is_app;
            }
            for text in ["first", "second"] {
                keep_comment(forge, 1, MARKER, text).expect("kept");
            }
            let all = bodies(&bench);
            assert_eq!(all.len(), 2, "{kind:?}: {all:?}");
            assert_eq!(all[0], ("alice".to_owned(), planted), "{kind:?}");
            assert_eq!(all[1].1, format!("{MARKER}\nsecond"), "{kind:?}");
        }
    }
}

#[test]
fn a_lost_answer_makes_no_second_comment() {
    for kind in ALL {
        let bench = Bench::new(kind);
        let forge = bench.forge.as_ref();
        forge.create_proposal(&new("b")).expect("opened");
        bench.fake.break_next("POST", "1/", Fault::Hangup);
        let added = keep_comment(forge, 1, MARKER, "text").expect("found");
        assert_eq!(added, CommentChange::Added, "{kind:?}");
        assert_eq!(bodies(&bench).len(), 1, "{kind:?}");
    }
}

#[test]
fn people_are_assigned_beside_those_who_are() {
    for kind in ALL {
        let bench = Bench::new(kind);
        let forge = bench.forge.as_ref();
        forge.create_proposal(&new("b")).expect("opened");
        let assigned = |names: &[&str]| {
            let add_assignees = names.iter().map(|name| (*name).to_owned()).collect();
            let change = ProposalUpdate { add_assignees, ..ProposalUpdate::default() };
            forge.update_proposal(1, &change).expect("assigned").assignees
        };
        if forge.missing_features().contains(&ForgeFeature::Assignees) {
            assert!(assigned(&["alice"]).is_empty(), "{kind:?}");
            continue;
        }
        assert_eq!(assigned(&["alice"]), ["alice"], "{kind:?}");
        assert_eq!(assigned(&["ALICE", "carol"]), ["alice", "carol"], "{kind:?}");
    }
}

#[test]
fn the_forge_says_whose_account_wrote_a_commit() {
    for kind in ALL {
        let bench = Bench::new(kind);
        let authors = [(sha("known"), "alice".to_owned())];
        bench.fake.world.lock().expect("no panic within").authors = authors.into();
        let author = |branch: &str| bench.forge.commit_author(&sha(branch)).expect("asked");
        assert_eq!(author("known").as_deref(), Some("alice"), "{kind:?}");
        assert_eq!(author("unknown"), None, "{kind:?}");
    }
}

#[test]
fn the_release_of_a_tag_is_found() {
    for kind in [ForgeKind::GitHub, ForgeKind::GitLab, ForgeKind::Gitea] {
        let bench = Bench::new(kind);
        let releases = [("v1.2".to_owned(), "Faster.".to_owned())];
        bench.fake.world.lock().expect("no panic within").releases = releases.into();
        let found = bench.forge.find_release("v1.2").expect("asked").expect("there is one");
        assert_eq!(found.notes, "Faster.", "{kind:?}");
        assert!(found.url.ends_with("/releases/v1.2"), "{kind:?}: {}", found.url);
        assert_eq!(bench.forge.find_release("v1.3").expect("asked"), None, "{kind:?}");
    }
}
