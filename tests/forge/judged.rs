//! For `tests/real/run`: the same client, with a judge between it and the fake, or before a real
//! emulator. Passed over by `cargo test`, for the judges have to be started first.

use crate::bench::{Bench, merge_of, new};
use crate::fake::{Fake, TOKEN, prefix, sha};
use towpath::forge::{
    CheckState, CommitCheck, DeploymentChange, DeploymentState, DraftState, ForgeError,
    ForgeFeature, ForgeKind, MergeMethod, NewProposal, ProposalState, ProposalUpdate, Token,
    keep_comment,
};

#[expect(
    clippy::disallowed_methods,
    reason = "the script that starts the judges says where they are"
)]
fn told(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; tests/real/run sets it"))
}

/// Every request that there is goes through the judge, who writes down what he thinks of it.
#[test]
#[ignore = "tests/real/run starts the judge"]
fn every_request_before_a_judge() {
    let kind = ForgeKind::from_name(&told("FORGE_KIND")).expect("a forge");
    let fake = Fake::start_on(kind, told("FORGE_PORT").parse().expect("a port"));
    let api = format!(
        "{}{}",
        told("FORGE_JUDGE"),
        if kind == ForgeKind::GitHub { "" } else { prefix(kind) }
    );
    let bench = Bench::at(fake, &api, Token::new(TOKEN), |_| {});
    let forge = bench.forge.as_ref();
    let wanted = NewProposal { draft: DraftState::Yes, ..new("towpath/prod/web") };
    let opened = forge.create_proposal(&wanted).expect("opened").proposal;
    let decoration = ProposalUpdate {
        add_labels: vec!["towpath".into()],
        add_reviewers: vec!["alice".into()],
        ..ProposalUpdate::default()
    };
    forge.update_proposal(opened.number, &decoration).expect("decorated");
    assert!(forge.find_proposal("towpath/prod/web", "main").expect("looked").is_some());
    assert_eq!(forge.open_proposals().expect("listed").len(), 1);
    let change = ProposalUpdate {
        title: Some("Other".into()),
        body: Some("Other".into()),
        draft: Some(DraftState::No),
        remove_labels: vec!["towpath".into()],
        ..ProposalUpdate::default()
    };
    forge.update_proposal(opened.number, &change).expect("changed");
    for state in [CheckState::Pending, CheckState::Failed, CheckState::Passed] {
        let url = Some("https://ci.example.com/1".into());
        let check =
            CommitCheck { name: "towpath/prod".into(), state, description: "so so".into(), url };
        forge.set_check(&sha("towpath/prod/web"), &check).expect("set");
    }
    assert_eq!(forge.list_checks(&sha("towpath/prod/web")).expect("read").len(), 1);
    forge.list_reviews(opened.number).expect("read");
    for text in ["first", "second"] {
        keep_comment(forge, opened.number, "[//]: # (judged)\n", text).expect("commented");
    }
    let add_assignees = vec!["alice".into()];
    let change = ProposalUpdate { add_assignees, ..ProposalUpdate::default() };
    forge.update_proposal(opened.number, &change).expect("assigned");
    forge.commit_author(&sha("towpath/prod/web")).expect("asked");
    if let Some(log) = forge.deployments() {
        let wanted = crate::deployments::wanted("prod/web", "main");
        let made = log.create_deployment(&wanted).expect("made");
        for state in [DeploymentState::Succeeded, DeploymentState::Failed] {
            let url = Some("https://ci.example.com/1".into());
            let change = DeploymentChange { state, description: "so so".into(), url };
            log.change_deployment(&made, &change).expect("changed");
        }
        // Another run made one at the same time.
        assert_eq!(log.create_deployment(&wanted).expect("withdrawn").id, made.id);
    }
    if !forge.missing_features().contains(&ForgeFeature::Issues) {
        forge.open_issues("incident").expect("read");
    }
    if !forge.missing_features().contains(&ForgeFeature::AutoMerge) {
        forge.auto_merge(opened.number, &merge_of("towpath/prod/web")).expect("asked for");
    }
    assert_eq!(
        forge.merge_proposal(opened.number, &merge_of("towpath/prod/web")).expect("merged").state,
        ProposalState::Merged
    );
    let second = forge.create_proposal(&new("second")).expect("opened").proposal;
    assert_eq!(forge.close_proposal(second.number).expect("closed").state, ProposalState::Closed);
    let exchanges = bench.fake.world.lock().expect("no panic within").exchanges.clone();
    std::fs::write(told("FORGE_EXCHANGES"), serde_json::Value::from(exchanges).to_string())
        .expect("written");
}

/// The flow against the `emulate` server, whose repository has the branch `FORGE_BRANCH` at
/// `FORGE_COMMIT`. It knows neither GraphQL nor commit statuses.
#[test]
#[ignore = "tests/real/run starts the emulator"]
fn the_flow_before_an_emulator() {
    let (branch, commit) = (told("FORGE_BRANCH"), told("FORGE_COMMIT"));
    let bench = Bench::at(
        Fake::start(ForgeKind::GitHub),
        &told("FORGE_API"),
        Token::new(&told("FORGE_TOKEN")),
        |_| {},
    );
    let forge = bench.forge.as_ref();
    let opened = forge.create_proposal(&new(&branch)).expect("opened").proposal;
    let labels = vec!["towpath".to_owned()];
    let label = ProposalUpdate { add_labels: labels.clone(), ..ProposalUpdate::default() };
    let opened = forge.update_proposal(opened.number, &label).expect("labelled");
    assert_eq!((opened.head.as_str(), opened.state), (branch.as_str(), ProposalState::Open));
    assert_eq!(
        (opened.head_commit.as_deref(), opened.labels.as_slice()),
        (Some(commit.as_str()), &labels[..])
    );
    assert_eq!(
        forge.find_proposal(&branch, "main").expect("looked").expect("found").number,
        opened.number
    );
    let change = ProposalUpdate {
        title: Some("Other".into()),
        add_labels: vec!["more".into()],
        ..ProposalUpdate::default()
    };
    let changed = forge.update_proposal(opened.number, &change).expect("changed");
    assert_eq!((changed.title.as_str(), changed.labels.len()), ("Other", 2));
    assert_eq!(forge.list_reviews(opened.number).expect("read"), []);
    let mut how = merge_of(&branch);
    how.method = MergeMethod::Merge;
    assert!(
        matches!(
            bench.error(forge.merge_proposal(opened.number, &how)),
            ForgeError::NotMergeable { .. }
        ),
        "another head"
    );
    how.expect = commit;
    assert_eq!(
        forge.merge_proposal(opened.number, &how).expect("merged").state,
        ProposalState::Merged
    );
    assert_eq!(forge.find_proposals(&branch).expect("looked"), []);
}
