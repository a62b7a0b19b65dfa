//! A chain at a remote: asked, fetched into a copy, and remembered.

use super::*;
use crate::git::testing::TestRepository;

const THERE: &str = "refs/towpath/ledger";

fn chain(url: &Path) -> RemoteChain {
    RemoteChain::at_url(url.to_str().expect("a plain path"), THERE, false)
}

/// A repository whose ledger has one commit, and its tip.
fn with_ledger() -> (TestRepository, Oid) {
    let mut repository = TestRepository::new();
    repository.commit("Lock prod", &[("locks/prod", Some("locked"))]);
    let opened = repository.open();
    let tip = opened.head_commit().expect("a commit");
    opened.inner().reference(THERE, tip, false, "test").expect("a new ref");
    (repository, tip)
}

#[test]
fn a_remote_is_asked_and_its_chain_is_copied() {
    let (there, tip) = with_ledger();
    let cache = tempfile::tempdir().expect("a folder");
    let remote = chain(&there.path);
    assert_eq!(remote.remote_tip().expect("an answer"), Some(tip));
    assert!(remote.open_copy(cache.path()).is_none());
    remote.fetch_into(cache.path()).expect("it is fetched");
    let copy = remote.open_copy(cache.path()).expect("a copy");
    let links = copy.chain_commits(tip).expect("the whole chain");
    assert_eq!(links.iter().map(|link| link.message.trim()).collect::<Vec<_>>(), ["Lock prod"]);
}

#[test]
fn a_remote_without_a_chain_says_so_and_one_that_is_gone_is_an_error() {
    let mut empty = TestRepository::new();
    empty.commit("start", &[("a", Some("b"))]);
    assert_eq!(chain(empty.open().git_dir()).remote_tip().expect("it"), None);
    let gone = empty.path.join("gone.git");
    assert!(chain(&gone).remote_tip().is_err());
    let helper = RemoteChain::at_url("ext::sh -c true", THERE, false);
    let refused = helper.remote_tip().expect_err("a program").to_string();
    assert!(refused.contains("runs an external program"), "{refused}");
}

#[test]
fn an_answer_is_remembered_by_url_and_ref() {
    let cache = tempfile::tempdir().expect("a folder");
    let (here, tip) = with_ledger();
    let remote = chain(&here.path);
    assert_eq!(remote.remembered_answer(cache.path()), None);
    for answer in [ChainAnswer { tip: None, time: 5 }, ChainAnswer { tip: Some(tip), time: 7 }] {
        remote.remember_answer(cache.path(), answer);
        assert_eq!(remote.remembered_answer(cache.path()), Some(answer));
    }
    let branch = RemoteChain::at_url(&remote.url, "refs/heads/towpath-ledger", false);
    assert_eq!(branch.remembered_answer(cache.path()), None);
}

#[test]
fn a_clone_names_the_original_of_a_fork_and_its_headers() {
    let mut clone = TestRepository::new();
    clone.commit("start", &[("a", Some("b"))]);
    let repository = clone.open();
    let git = repository.inner();
    git.remote("origin", "https://user:secret@h.example/me/fork.git").expect("a remote");
    git.remote("upstream", "../there.git").expect("a remote");
    let mut config = git.config().expect("its configuration");
    config.set_str("http.https://h.example/.extraheader", "AUTHORIZATION: basic x").expect("set");
    let chains = repository.remote_chains(THERE, false);
    let addresses: Vec<String> = chains.iter().map(RemoteChain::address).collect();
    let top = repository.work_tree().expect("a work tree").join("../there.git");
    assert_eq!(addresses, [top.to_str().expect("text"), "https://h.example/me/fork.git"]);
    let command = chains[1].git_command("ask").expect("a command");
    let settings: Vec<&str> = command
        .get_envs()
        .filter(|(name, _)| name.to_string_lossy().starts_with("GIT_CONFIG"))
        .filter_map(|(_, value)| value?.to_str())
        .collect();
    assert!(
        settings.contains(&"2") && settings.contains(&"AUTHORIZATION: basic x"),
        "{settings:?}"
    );
    let arguments = format!("{:?}", command.get_args().collect::<Vec<_>>());
    assert!(!arguments.contains("secret") && !arguments.contains("basic"), "{arguments}");
}
