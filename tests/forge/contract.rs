//! What every forge does, whatever its dialect.

use crate::bench::{ALL, Bench, merge_of, new};
use crate::fake::{ME, Pull, sha};
use towpath::forge::{
    CheckState, CommitCheck, DraftState, Forge, ForgeError, ForgeFeature, ForgeKind, NewProposal,
    Proposal, ProposalMerge, ProposalState, ProposalUpdate, Review, ReviewVerdict,
};

fn each(test: impl Fn(&Bench, &dyn Forge)) {
    for kind in ALL {
        let bench = Bench::new(kind);
        assert_eq!(bench.forge.kind(), kind);
        test(&bench, bench.forge.as_ref());
    }
}

/// What a part of the contract needs to know of the forge that it is run for.
pub struct Subject<'a> {
    pub forge: &'a dyn Forge,
    /// Who asks.
    pub me: &'a str,
    /// What a branch is at.
    pub sha: &'a dyn Fn(&str) -> String,
}

/// Without what lists leave out.
fn known(proposal: Proposal) -> Proposal {
    Proposal { is_checking: false, mergeable: None, ..proposal }
}

#[test]
fn a_proposal_is_opened_found_changed_and_closed() {
    each(|_, forge| opened_found_changed_and_closed(&Subject { forge, me: ME, sha: &sha }));
}

pub fn opened_found_changed_and_closed(subject: &Subject<'_>) {
    let Subject { forge, me, sha } = *subject;
    {
        let wanted = NewProposal { draft: DraftState::Yes, ..new("towpath/prod/web") };
        let created = forge.create_proposal(&wanted).expect("opened");
        assert!(created.is_new);
        let decoration = ProposalUpdate {
            add_labels: vec!["towpath".into(), "prod stage".into()],
            add_reviewers: vec!["alice".into(), me.into()],
            ..ProposalUpdate::default()
        };
        let opened =
            forge.update_proposal(created.proposal.number, &decoration).expect("decorated");
        let labels = !forge.missing_features().contains(&ForgeFeature::Labels);
        assert_eq!((opened.number, opened.state, opened.draft), (1, ProposalState::Open, true));
        assert_eq!(
            (opened.title.as_str(), opened.body.as_str()),
            (wanted.title.as_str(), wanted.body.as_str())
        );
        assert_eq!((opened.head.as_str(), opened.base.as_str()), ("towpath/prod/web", "main"));
        assert_eq!(opened.author, me);
        assert_eq!(opened.labels, if labels { decoration.add_labels.clone() } else { Vec::new() });
        assert_eq!(opened.reviewers, ["alice"], "the author is not asked");
        assert!(opened.url.ends_with('1') && !opened.from_fork && opened.merge_commit.is_none());
        let head = opened.head_commit.clone().expect("it is known");
        assert!(sha("towpath/prod/web").starts_with(&head), "{head}");

        let found = forge.find_proposal("towpath/prod/web", "main").expect("found");
        assert_eq!(found.map(known), Some(known(opened)));
        assert_eq!(forge.find_proposal("towpath/prod/web", "release").expect("looked"), None);
        assert_eq!(forge.find_proposals("towpath/prod").expect("looked"), []);

        let change = ProposalUpdate {
            title: Some("Promote web to 3".into()),
            body: Some("From 1 to 3.".into()),
            draft: Some(DraftState::No),
            add_labels: vec!["break-glass".into()],
            remove_labels: vec!["towpath".into(), "never there".into()],
            add_reviewers: vec!["alice".into(), "carol".into()],
            add_assignees: Vec::new(),
        };
        let changed = forge.update_proposal(1, &change).expect("changed");
        assert_eq!(
            (changed.title.as_str(), changed.body.as_str()),
            ("Promote web to 3", "From 1 to 3.")
        );
        assert!(!changed.draft);
        assert_eq!(
            changed.labels,
            if labels { vec!["prod stage", "break-glass"] } else { Vec::new() }
        );
        assert_eq!(changed.reviewers, ["alice", "carol"]);
        assert_eq!(
            forge.update_proposal(1, &change).expect("changed again"),
            changed,
            "twice is once"
        );
        let other = forge
            .update_proposal(
                1,
                &ProposalUpdate { draft: Some(DraftState::Yes), ..ProposalUpdate::default() },
            )
            .expect("a draft again");
        assert_eq!((other.title.as_str(), other.draft), ("Promote web to 3", true));
        let other = forge
            .update_proposal(
                1,
                &ProposalUpdate { title: Some("Other".into()), ..ProposalUpdate::default() },
            )
            .expect("renamed");
        assert_eq!((other.title.as_str(), other.draft), ("Other", true), "a draft stays one");

        assert_eq!(forge.close_proposal(1).expect("closed").state, ProposalState::Closed);
        assert_eq!(forge.close_proposal(1).expect("closed already").state, ProposalState::Closed);
        assert_eq!(forge.find_proposals("towpath/prod/web").expect("looked"), []);
        assert_eq!(forge.open_proposals().expect("listed"), []);
    }
}

pub fn a_second_is_the_first(forge: &dyn Forge) {
    let first = forge.create_proposal(&new("b")).expect("opened");
    let second =
        forge.create_proposal(&NewProposal { title: "Other".into(), ..new("b") }).expect("found");
    assert!(first.is_new && !second.is_new);
    assert_eq!(
        (second.proposal.number, second.proposal.title),
        (first.proposal.number, first.proposal.title),
        "it is as it was"
    );
}

#[test]
fn a_second_proposal_of_a_branch_is_the_first() {
    each(|bench, forge| {
        a_second_is_the_first(forge);
        assert_eq!(bench.fake.world.lock().expect("no panic within").pulls.len(), 1);
    });
}

#[test]
fn a_branch_of_a_fork_is_another() {
    each(|bench, forge| {
        let theirs = Pull {
            head: "b".into(),
            base: "main".into(),
            title: "x".into(),
            fork: true,
            ..Pull::default()
        };
        bench.fake.world.lock().expect("no panic within").add(theirs);
        assert_eq!(forge.find_proposals("b").expect("looked"), []);
        let all = forge.open_proposals().expect("listed");
        assert_eq!(all.iter().map(|proposal| proposal.from_fork).collect::<Vec<_>>(), [true]);
        assert_eq!(forge.create_proposal(&new("b")).expect("opened").proposal.number, 2);
    });
}

#[test]
fn merged_once_and_only_as_judged() {
    each(|bench, forge| {
        forge.create_proposal(&new("b")).expect("opened");
        let mut other = merge_of("b");
        other.expect = sha("something else");
        let error = bench.error(forge.merge_proposal(1, &other));
        assert!(matches!(error, ForgeError::NotMergeable { number: 1, .. }), "{error}");
        bench.fake.world.lock().expect("no panic within").pull(1).expect("it is there").blocked =
            Some("checks are pending".into());
        let error = bench.error(forge.merge_proposal(1, &merge_of("b")));
        let said = if forge.kind() == ForgeKind::Azure {
            "it has conflicts"
        } else {
            "checks are pending"
        };
        assert_eq!(error.to_string(), format!("proposal 1 cannot be merged: {said}"));

        bench.fake.world.lock().expect("no panic within").pull(1).expect("it is there").blocked =
            None;
        let merged = merged_once(&Subject { forge, me: ME, sha: &sha });
        assert!(sha("merge").starts_with(&merged));
    });
}

/// Proposal 1 is of `b`, and can be merged; what the merge became.
pub fn merged_once(subject: &Subject<'_>) -> String {
    let Subject { forge, sha, .. } = *subject;
    let how = |head: &str| ProposalMerge { expect: sha(head), ..merge_of(head) };
    let merged = forge.merge_proposal(1, &how("b")).expect("merged");
    assert_eq!(merged.state, ProposalState::Merged);
    let commit = merged.merge_commit.expect("it became one");
    assert_eq!(
        forge.merge_proposal(1, &how("b")).expect("merged already").state,
        ProposalState::Merged
    );
    assert_eq!(forge.find_proposals("b").expect("looked"), []);

    forge.create_proposal(&new("c")).expect("opened");
    forge.close_proposal(2).expect("closed");
    let error = forge.merge_proposal(2, &how("c")).expect_err("it cannot be");
    assert_eq!(error.to_string(), "proposal 2 cannot be merged: it is closed");
    commit
}

#[test]
fn merging_by_itself_can_be_asked_for() {
    each(|bench, forge| {
        forge.create_proposal(&new("b")).expect("opened");
        if forge.missing_features().contains(&ForgeFeature::AutoMerge) {
            let error = bench.error(forge.auto_merge(1, &merge_of("b")));
            assert_eq!(error.to_string(), "Bitbucket does not support auto-merge");
            return;
        }
        assert!(
            bench
                .error(forge.auto_merge(1, &merge_of("other")))
                .to_string()
                .contains("cannot be merged")
        );
        forge.auto_merge(1, &merge_of("b")).expect("asked for");
        forge.auto_merge(1, &merge_of("b")).expect("asked for again");
        let now = forge.get_proposal(1).expect("there");
        // Gitea does not tell.
        assert_eq!(
            (now.state, now.auto_merge),
            (ProposalState::Open, forge.kind() != ForgeKind::Gitea)
        );
    });
}

#[test]
fn checks_are_set_replaced_and_read() {
    each(|_, forge| {
        let commit = sha("b");
        let check = |name: &str, state, text: &str| CommitCheck {
            name: name.into(),
            state,
            description: text.into(),
            url: Some("https://ci.example/1".into()),
        };
        let long = "towpath/production/a-name-that-is-longer-than-some-allow";
        let waiting = check("towpath/prod", CheckState::Pending, "blocked until Mon 09:00");
        forge.set_check(&commit, &waiting).expect("set");
        forge.set_check(&commit, &waiting).expect("set again");
        forge.set_check(&commit, &check(long, CheckState::Failed, "no")).expect("set");
        forge
            .set_check(&commit, &check("towpath/prod", CheckState::Passed, "open"))
            .expect("replaced");
        let mut all = forge.list_checks(&commit).expect("read");
        all.sort_by(|a, b| a.name.cmp(&b.name));
        let passed = check("towpath/prod", CheckState::Passed, "open");
        assert_eq!(all, [passed, check(long, CheckState::Failed, "no")]);
        assert_eq!(forge.list_checks(&sha("other")).expect("read"), []);
        let wordy =
            CommitCheck { url: None, ..check("wordy", CheckState::Passed, &"ä".repeat(139)) };
        forge.set_check(&sha("c"), &wordy).expect("an address is not needed");
        assert_eq!(forge.list_checks(&sha("c")).expect("read").len(), 1);
    });
}

#[test]
fn check_runs_count_beside_statuses() {
    let bench = Bench::new(ForgeKind::GitHub);
    let runs = [
        ("run:unit", "success"),
        ("run:lint", "skipped"),
        ("run:e2e", "in_progress"),
        ("run:old", "cancelled"),
    ];
    for (name, state) in runs {
        let status = (name.to_owned(), state.to_owned(), String::new(), String::new());
        bench.fake.world.lock().expect("no panic within").set_status("abc", status);
    }
    let all = bench.forge.list_checks("abc").expect("read");
    let states: Vec<_> = all.iter().map(|check| (check.name.as_str(), check.state)).collect();
    let (failed, pending) = (CheckState::Failed, CheckState::Pending);
    assert_eq!(
        states,
        [
            ("old", failed),
            ("e2e", pending),
            ("lint", CheckState::Neutral),
            ("unit", CheckState::Passed)
        ]
    );
}

#[test]
fn the_last_word_of_each_reviewer_counts() {
    each(|bench, forge| {
        forge.create_proposal(&new("b")).expect("opened");
        let words = [
            ("alice", "CHANGES_REQUESTED"),
            ("carol", "APPROVED"),
            ("alice", "APPROVED"),
            ("alice", "COMMENTED"),
            ("dave", "CHANGES_REQUESTED"),
            ("erin", "APPROVED"),
            ("erin", "DISMISSED"),
        ];
        let words = words.map(|(name, state)| (name.to_owned(), state.to_owned()));
        bench.fake.world.lock().expect("no panic within").pull(1).expect("it is there").reviews =
            words.to_vec();
        let mut reviews = forge.list_reviews(1).expect("read");
        reviews.sort_by(|a, b| a.author.cmp(&b.author));
        let commit = matches!(forge.kind(), ForgeKind::GitHub | ForgeKind::Gitea).then(|| sha("b"));
        let review = |author: &str, verdict| Review {
            author: author.into(),
            verdict,
            commit: commit.clone(),
        };
        let (yes, no) = (ReviewVerdict::Approved, ReviewVerdict::ChangesRequested);
        assert_eq!(reviews, [review("alice", yes), review("carol", yes), review("dave", no)]);
    });
}

#[test]
fn open_issues_with_a_label() {
    each(|bench, forge| {
        let issues = [
            (5, "Prod is down", "incident"),
            (6, "PR with the label", "incident"),
            (7, "A wish", "incidental"),
        ];
        let issues = issues.map(|(number, title, label)| {
            (number, title.to_owned(), vec!["x".repeat(3), label.to_owned()])
        });
        bench.fake.world.lock().expect("no panic within").issues = issues.to_vec();
        if forge.missing_features().contains(&ForgeFeature::Issues) {
            let error = bench.error(forge.open_issues("incident"));
            assert_eq!(error.to_string(), "Bitbucket does not support issues with labels");
            forge.open_proposals().expect("listed");
            return;
        }
        let found = forge.open_issues("incident").expect("read");
        assert_eq!(
            found.iter().map(|issue| (issue.number, issue.title.as_str())).collect::<Vec<_>>(),
            [(5, "Prod is down")]
        );
        assert_eq!(forge.open_issues("no such label").expect("read"), []);
    });
}

#[test]
fn lists_are_whole_and_have_an_end() {
    each(|bench, forge| {
        {
            let mut world = bench.fake.world.lock().expect("no panic within");
            world.page_size = 50;
            for number in 0..230 {
                world.add(Pull {
                    head: format!("b{number}"),
                    base: "main".into(),
                    title: "t".into(),
                    ..Pull::default()
                });
            }
        }
        let all = forge.open_proposals().expect("listed");
        assert_eq!(
            all.iter().map(|proposal| proposal.number).collect::<Vec<_>>(),
            (1..=230).rev().collect::<Vec<_>>()
        );
        let asked = bench.fake.requests().len();
        assert!(asked <= 5, "{asked} requests for 230");
        assert_eq!(forge.find_proposal("b3", "main").expect("looked").expect("found").number, 4);
    });
    for kind in ALL {
        let bench = Bench::with(kind, towpath::forge::Token::new(crate::fake::TOKEN), |access| {
            access.limits.pages = 2
        });
        bench.fake.world.lock().expect("no panic within").page_size = 50;
        for number in 0..230 {
            let pull = Pull {
                head: format!("b{number}"),
                base: "main".into(),
                title: "t".into(),
                ..Pull::default()
            };
            bench.fake.world.lock().expect("no panic within").add(pull);
        }
        assert!(matches!(
            bench.error(bench.forge.open_proposals()),
            ForgeError::TooMany { pages: 2, .. }
        ));
    }
}
