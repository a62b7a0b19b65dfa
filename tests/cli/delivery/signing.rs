//! Commits are signed as the user's git says: here with an ssh key.

use super::Site;
use snapbox::cmd::Command;
use snapbox::{assert_data_eq, str};

/// Makes a key, and lets git sign with it. Gives the options that make git trust it.
fn sign(site: &Site) -> String {
    let key = site.sandbox.path("home").join("key");
    let name = key.to_str().expect("a plain path");
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "jo", "-f", name]);
    made.assert().success();
    let public = std::fs::read_to_string(key.with_extension("pub")).expect("it was made");
    let signers = site.sandbox.path("home").join("signers");
    std::fs::write(&signers, format!("jo@example.com {public}")).expect("written");
    for (setting, value) in
        [("gpg.format", "ssh"), ("user.signingkey", name), ("commit.gpgsign", "true")]
    {
        site.sandbox.git(&site.clone, &["config", "--global", setting, value]);
    }
    format!("gpg.ssh.allowedSignersFile={}", signers.display())
}

#[test]
fn what_is_written_is_signed() {
    let site = Site::new();
    let trust = sign(&site);
    let verify = |revision: &str| site.at_origin(&["-c", &trust, "verify-commit", revision]);
    assert!(site.run(&["deploy", "web", "v3", "--push"]).starts_with("exit 0"));
    verify("main");
    assert!(site.run(&["promote", "api", "--to", "prod"]).starts_with("exit 0"));
    verify("towpath/prod/api");
    verify("refs/towpath/proposals/1");
    // Running again finds it, and makes no other.
    assert!(site.run(&["promote", "api", "--to", "prod"]).contains("nothing to do"));
    assert!(site.run(&["deploy", "blog", "v3", "--push"]).starts_with("exit 0"));
    assert!(site.run(&["proposals", "merge", "1"]).starts_with("exit 0"));
    verify("main");
    assert_eq!(site.at_origin(&["rev-list", "--merges", "--count", "main"]), "1\n");
    assert_eq!(
        site.at_origin(&["-c", &trust, "log", "--format=%G?", "-4", "main"]),
        "G\nG\nG\nG\n"
    );
    assert_eq!(
        site.at_origin(&["log", "-1", "--format=%an <%ae> %ad %cd", "--date=raw", "main"]),
        "Jo Doe <jo@example.com> 1788264000 +0000 1788264000 +0000\n"
    );
}

#[test]
fn a_key_that_is_missing_is_said_and_nothing_is_pushed() {
    let site = Site::new();
    sign(&site);
    std::fs::remove_file(site.sandbox.path("home").join("key")).expect("removed");
    std::fs::remove_file(site.sandbox.path("home").join("key.pub")).expect("removed");
    let main = site.at_origin(&["rev-parse", "main"]);
    let said = site.run(&["deploy", "web", "v3", "--push"]);
    assert_data_eq!(
        said,
        str![[r#"
exit 1
--
app   dev   to
web   v2    → v3
error: git could not sign the commit: [..]/sandbox/home/key[..]

"#]]
    );
    assert_eq!(site.at_origin(&["rev-parse", "main"]), main);
}
