use super::*;
use crate::git::BranchTips;
use crate::git::testing::{TestRepository, git};

fn opened(path: &Path) -> Result<String, String> {
    let repository = Repository::open(path).map_err(|error| error.to_string())?;
    repository.head_commit().map(|id| id.to_string()).map_err(|error| error.to_string())
}

#[test]
fn every_way_to_name_a_repository_works() {
    let mut test = TestRepository::new();
    test.commit("one", &[("sub/a", Some("1"))]);
    let second = test.commit("two", &[("sub/a", Some("2"))]);
    test.open();
    test.git(&["reset", "-q", "--hard"]);
    let folder = test.folder.path();
    git(folder, &["clone", "-q", "--bare", "repo", "bare.git"]);
    test.git(&["worktree", "add", "-q", "-b", "topic", "../linked", "HEAD~1"]);
    git(folder, &["clone", "-q", "--separate-git-dir=elsewhere", "repo", "pointer"]);
    let tip = test.id(second).to_string();
    for path in ["repo", "repo/sub", "repo/.git", "bare.git", "pointer"] {
        assert_eq!(opened(&folder.join(path)).as_ref(), Ok(&tip), "{path}");
    }
    let linked = Repository::open(&folder.join("linked/sub")).expect("opens");
    let first = linked.head_commit().expect("a head");
    assert_ne!(first.to_string(), tip);
    assert_eq!(linked.head_branch().as_deref(), Some("topic"));
    assert_eq!(
        (
            linked.resolve_revision("HEAD").expect("a head"),
            linked.resolve_revision("@").expect("a head")
        ),
        (first, first)
    );
    assert_eq!(linked.resolve_revision("main~1").expect("a revision"), first);
    assert_eq!(linked.work_tree().map(|path| path.ends_with("linked")), Some(true));
}

#[test]
fn what_is_no_repository_is_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("nothing");
    assert_eq!(opened(&path), Err(format!("there is no file or folder `{}`", path.display())));
    assert_eq!(
        opened(folder.path()),
        Err(format!("`{}` is not in a git repository", folder.path().display()))
    );
    git(folder.path(), &["init", "-q", "-b", "main", "empty"]);
    assert_eq!(
        opened(&folder.path().join("empty")),
        Err("the repository has no commits yet".to_owned())
    );
}

#[test]
fn unborn_and_detached_heads_are_understood() {
    let mut test = TestRepository::new();
    test.commit("one", &[("a", Some("1"))]);
    let repository = test.open();
    let tip = repository.head_commit().expect("a head");
    test.git(&["checkout", "-q", "--detach", "main"]);
    assert_eq!((repository.head_branch(), repository.head_commit().expect("a head")), (None, tip));
    test.git(&["checkout", "-q", "--orphan", "new"]);
    assert_eq!(opened(&test.path), Err("branch `new` has no commits yet".to_owned()));
    assert_eq!(repository.branch_tips("main").expect("a branch"), BranchTips::Same(tip));
    let unknown = repository.branch_tips("nope");
    assert!(matches!(unknown, Err(GitError::UnknownBranch { .. })));
}

#[test]
fn a_branch_of_the_origin_is_enough() {
    let mut test = TestRepository::new();
    test.commit("one", &[("a", Some("1"))]);
    test.write();
    test.git(&["branch", "deploy", "main"]);
    git(test.folder.path(), &["clone", "-q", "repo", "clone"]);
    let clone = test.folder.path().join("clone");
    git(&clone, &["remote", "set-url", "origin", "https://user:token@example.com/team/x.git"]);
    let repository = Repository::open(&clone).expect("opens");
    assert!(matches!(repository.branch_tips("deploy"), Ok(BranchTips::Same(_))));
    assert_eq!(repository.origin_url().as_deref(), Some("https://example.com/team/x.git"));
    assert_eq!(Repository::open(&test.path).expect("opens").origin_url(), None);
}

#[test]
fn formats_that_cannot_be_read_are_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    for (option, what) in [
        ("--object-format=sha256", "SHA-256 object names"),
        ("--ref-format=reftable", "the reftable format"),
    ] {
        let help = git(folder.path(), &["version"]);
        let old = help.contains("version 2.3") || help.contains("version 2.40");
        if old && option.contains("reftable") {
            continue;
        }
        git(folder.path(), &["init", "-q", option, what]);
        let path = folder.path().join(what);
        assert_eq!(
            opened(&path),
            Err(format!("`{}` uses {what}, which towpath cannot read yet", path.display()))
        );
    }
}

#[test]
fn a_shallow_clone_knows_where_it_ends() {
    let mut test = TestRepository::new();
    test.commit("one", &[("a", Some("1"))]);
    let second = test.commit("two", &[("a", Some("2"))]);
    let repository = test.open();
    assert_eq!(repository.shallow_commits(), []);
    git(test.folder.path(), &["clone", "-q", "--depth=1", &test.url(), "shallow"]);
    let shallow = Repository::open(&test.folder.path().join("shallow")).expect("opens");
    assert_eq!(shallow.shallow_commits(), [test.id(second)]);
}

#[test]
fn nothing_that_the_config_names_runs() {
    let mut test = TestRepository::new();
    test.commit("one", &[("a", Some("1")), (".gitattributes", Some("* filter=x diff=x\n"))]);
    test.write();
    let ran = test.folder.path().join("ran");
    let command = format!("touch {}", ran.display());
    for key in [
        "core.fsmonitor",
        "filter.x.smudge",
        "filter.x.clean",
        "diff.x.textconv",
        "core.sshCommand",
        "core.pager",
    ] {
        test.git(&["config", key, &command]);
    }
    let repository = Repository::open(&test.path).expect("opens");
    let tip = repository.head_commit().expect("a head");
    let snapshot = crate::git::Snapshot::of_commit(&repository, tip).expect("a snapshot");
    for file in snapshot.files_under("").expect("files") {
        snapshot.read_file(&file).expect("a text");
    }
    assert!(!ran.exists());
}
