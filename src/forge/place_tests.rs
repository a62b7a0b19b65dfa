use super::*;

fn place(remote: &str) -> String {
    shown(ForgeRepository::from_remote(remote, None))
}

fn known(remote: &str, kind: ForgeKind, api: Option<&str>) -> String {
    shown(ForgeRepository::from_remote(
        remote,
        Some(&ForgeHost { kind, host: None, api: api.map(str::to_owned) }),
    ))
}

fn shown(place: Result<ForgeRepository, ForgeUrlError>) -> String {
    match place {
        Ok(place) => {
            format!("{} {} | {} | {}", place.kind.as_str(), place.api, place.owner, place.name)
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_way_to_write_a_github_remote() {
    let remotes = [
        "https://github.com/o/r",
        "https://github.com/o/r.git/",
        "https://user:secret@GitHub.com/o/r.git",
        "http://github.com/o/r",
        "git@github.com:o/r.git",
        "github.com:o/r",
        "ssh://git@github.com/o/r.git",
        "ssh://git@ssh.github.com:443/o/r.git",
        "git://github.com/o/r.git",
    ];
    for remote in remotes {
        assert_eq!(place(remote), "GitHub https://api.github.com | o | r", "{remote}");
    }
    assert_eq!(place("git@corp.ghe.com:o/r.git"), "GitHub https://api.corp.ghe.com | o | r");
    assert_eq!(
        known("https://git.corp:8443/o/r.git", ForgeKind::GitHub, None),
        "GitHub https://git.corp:8443/api/v3 | o | r"
    );
    assert_eq!(
        known("ssh://git@git.corp:2222/o/r", ForgeKind::GitHub, None),
        "GitHub https://git.corp/api/v3 | o | r"
    );
}

#[test]
fn gitlab_has_groups_in_groups_and_may_live_below_a_path() {
    assert_eq!(place("git@gitlab.com:a/b/c/r.git"), "GitLab https://gitlab.com/api/v4 | a/b/c | r");
    assert_eq!(
        place("ssh://git@altssh.gitlab.com:443/a/r.git"),
        "GitLab https://gitlab.com/api/v4 | a | r"
    );
    let api = Some("https://corp.example/gitlab/api/v4/");
    assert_eq!(
        known("https://corp.example/gitlab/a/b/r.git", ForgeKind::GitLab, api),
        "GitLab https://corp.example/gitlab/api/v4 | a/b | r"
    );
    assert_eq!(
        known("git@corp.example:a/b/r.git", ForgeKind::GitLab, api),
        "GitLab https://corp.example/gitlab/api/v4 | a/b | r"
    );
}

#[test]
fn the_others_by_their_hosts() {
    assert_eq!(place("https://codeberg.org/o/r.git"), "Gitea https://codeberg.org/api/v1 | o | r");
    assert_eq!(
        place("git@bitbucket.org:team/r.git"),
        "Bitbucket https://api.bitbucket.org/2.0 | team | r"
    );
    assert_eq!(
        known("http://127.0.0.1:3000/o/r", ForgeKind::Gitea, Some("http://127.0.0.1:3000/api/v1")),
        "Gitea http://127.0.0.1:3000/api/v1 | o | r"
    );
}

#[test]
fn azure_has_many_forms() {
    let one = "Azure DevOps https://dev.azure.com/org | My Project | r";
    for remote in [
        "https://dev.azure.com/org/My%20Project/_git/r",
        "https://org@dev.azure.com/org/My%20Project/_git/r",
        "git@ssh.dev.azure.com:v3/org/My%20Project/r",
        "ssh://git@ssh.dev.azure.com/v3/org/My%20Project/r",
        "org@vs-ssh.visualstudio.com:v3/org/My%20Project/r",
        "https://dev.azure.com/org/My%20Project/_git/_full/r",
    ] {
        assert_eq!(place(remote), one, "{remote}");
    }
    assert_eq!(
        place("https://org.visualstudio.com/p/_git/r"),
        "Azure DevOps https://org.visualstudio.com | p | r"
    );
    assert_eq!(
        place("https://org.visualstudio.com/DefaultCollection/p/_git/r"),
        "Azure DevOps https://org.visualstudio.com/DefaultCollection | p | r"
    );
    assert_eq!(
        place("https://dev.azure.com/org/_git/r"),
        "Azure DevOps https://dev.azure.com/org | r | r"
    );
    assert_eq!(
        known("https://ado.corp/tfs/Main/p/_git/r", ForgeKind::Azure, None),
        "Azure DevOps https://ado.corp/tfs/Main | p | r"
    );
    assert_eq!(
        known("https://ado.corp/Main/p/_git/r", ForgeKind::Azure, None),
        "Azure DevOps https://ado.corp/Main | p | r"
    );
}

#[test]
fn what_has_no_forge_says_so() {
    assert_eq!(place("/srv/git/r.git"), "the remote is not on a host, so it has no forge");
    assert_eq!(place("file:///srv/git/r.git"), "the remote is not on a host, so it has no forge");
    assert_eq!(place("https://github.com/o"), "`o` is not the path of a repository on GitHub");
    assert_eq!(
        place("https://github.com/a/b/c"),
        "`a/b/c` is not the path of a repository on GitHub"
    );
    let error = ForgeRepository::from_remote("git@gitlab.corp:a/b", None)
        .expect_err("nobody said what it is");
    assert_eq!(error.to_string(), "`gitlab.corp` is not a known forge");
    let hint = error.hint().expect("there is a way out");
    assert_eq!(hint, "set the forge of `gitlab.corp` in the config, for example `forge: gitlab`");
}
