//! `permissions: { ledger: signed }`: events that open something count only with a signature.

use crate::delivery::Site;
use snapbox::cmd::Command;
use snapbox::{assert_data_eq, str};

const REF: &str = "refs/towpath/ledger";

/// Approvals by `jo` or whoever is in the file for prod; `ci` may sign events, but not move prod.
const CONFIG: &str = "\
stages: [dev, staging, prod]
sources:
- helm-values: apps/{stage}/{app}.yaml
gates: [{approvals: 1, stages: [prod]}, isolation: off]
permissions:
  prod: { actors: [ann], signers: [.towpath/prod] }
  ledger: { signers: [.towpath/ci] }
";

struct SignedSite {
    site: Site,
}

impl SignedSite {
    /// A clone in which git signs nothing yet.
    fn new() -> Self {
        let signed = SignedSite { site: Site::new() };
        let time = "2026-08-05T10:00:00Z";
        let line = |name: &str| format!("{name}@example.com {}", signed.key(name));
        signed.site.land(".towpath/prod", &line("jo"), "signers", time);
        signed.site.land(".towpath/ci", &line("ci"), "signers", time);
        signed.key("mallory");
        signed.site.land("towpath.yaml", CONFIG, "configure", time);
        signed
    }

    fn key(&self, name: &str) -> String {
        let key = self.site.sandbox.path("home").join(name);
        let file = key.to_str().expect("a plain path");
        let arguments = ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file];
        Command::new("ssh-keygen").args(arguments).assert().success();
        std::fs::read_to_string(key.with_extension("pub")).expect("it was made")
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.site.sandbox.git(&self.site.clone, arguments)
    }

    /// From now on git signs with this key.
    fn sign_with(&self, name: &str) {
        let key = self.site.sandbox.path("home").join(name).display().to_string();
        let settings =
            [("gpg.format", "ssh"), ("user.signingkey", &key), ("commit.gpgsign", "true")];
        for (name, value) in settings {
            self.git(&["config", name, value]);
        }
    }

    /// Puts an event into the ledger at origin as Ann, without towpath, signed with a key.
    fn forge(&self, id: &str, event: &str, key: Option<&str>) {
        let message =
            format!("Event\n\n{{\"id\": \"{id}\", \"time\": \"2026-08-30T10:00:00Z\", {event}}}\n");
        let there = self.git(&["ls-remote", "origin", REF]);
        let parent = there.split_whitespace().next().map(str::to_owned);
        self.git(&["fetch", "-q", "origin", "+refs/towpath/*:refs/forged/*"]);
        let tree = self.git(&["mktree"]);
        let key = key.map(|key| self.site.sandbox.path("home").join(key).display().to_string());
        let key = key.map(|key| format!("user.signingkey={key}"));
        let mut arguments: Vec<&str> = match &key {
            Some(key) => vec!["-c", "gpg.format=ssh", "-c", key, "commit-tree", "-S"],
            None => vec!["-c", "commit.gpgsign=false", "commit-tree"],
        };
        arguments.extend([tree.trim(), "-m", &message]);
        arguments.extend(parent.iter().flat_map(|parent| ["-p", parent.as_str()]));
        let ann = [("GIT_AUTHOR_NAME", "Ann"), ("GIT_AUTHOR_EMAIL", "ann@example.com")];
        let commit = self.site.sandbox.git_with(&self.site.clone, &arguments, &ann);
        self.git(&["push", "-q", "origin", &format!("{}:{REF}", commit.trim())]);
    }

    /// What the gate says of the approval.
    fn approval(&self, arguments: &[&str]) -> String {
        let all = [&["ask", "web", "--to", "prod", "--version", "v2"], arguments].concat();
        let said = self.site.told(&all);
        let gate = said.lines().filter(|line| line.starts_with("approval"));
        gate.map(|line| format!("{}\n", line.split("   from").next().unwrap_or(line))).collect()
    }
}

const APPROVED: &str =
    r#""event": "approved", "app": "web", "stage": "prod", "version": "v2", "reason": null"#;

#[test]
fn an_event_that_would_not_count_is_not_written() {
    let signed = SignedSite::new();
    assert_data_eq!(
        signed.site.told(&["approve", "web", "--stage", "prod", "--version", "v2"]),
        str![[r#"
exit 3
--
error: the event would not count: `permissions` in towpath.yaml:7 demands a signature with an ssh key, and git signs no commits here
hint: `git config gpg.format ssh`, `git config user.signingkey FILE` and `git config commit.gpgsign true` make it sign

"#]]
    );
    // A lock can only hold more.
    let said = signed.site.told(&["lock", "--stage", "prod", "--reason", "incident"]);
    assert!(said.starts_with("exit 0"), "{said}");
    let said = signed.site.told(&["unlock", "--stage", "prod"]);
    assert!(said.starts_with("exit 3"), "{said}");
}

#[test]
fn the_signature_says_who_approved() {
    let signed = SignedSite::new();
    signed.forge("aa", APPROVED, None);
    signed.forge("bb", APPROVED, Some("mallory"));
    assert_data_eq!(
        signed.approval(&[]),
        str![[r#"
approval   needs-approval   no approvals yet; 1 required; 2 without a signature that counts   towpath.yaml:4

"#]]
    );
    // Whoever may sign events is not one of those who may approve for prod, whatever the author is.
    signed.forge("cc", APPROVED, Some("ci"));
    assert_data_eq!(
        signed.approval(&[]),
        str![[r#"
approval   needs-approval   no approvals yet; 1 required; 2 without a signature that counts   towpath.yaml:4

"#]]
    );
    assert_data_eq!(
        signed.site.told(&["ledger"]),
        str![[r#"
exit 0
time                   id   by               event
2026-08-30 10:00 UTC   cc   ci@example.com   Approve web v2 for prod
2026-08-30 10:00 UTC   bb   Ann              Approve web v2 for prod (does not count: its key is not listed or not valid now)
2026-08-30 10:00 UTC   aa   Ann              Approve web v2 for prod (does not count: it is not signed with an ssh key)
--

"#]]
    );
    signed.sign_with("jo");
    let said = signed.site.told(&["approve", "web", "--stage", "prod", "--version", "v2"]);
    assert!(said.starts_with("exit 0"), "{said}");
    assert_data_eq!(
        signed.approval(&[]),
        str![[r#"
approval   open      approved by jo@example.com   towpath.yaml:4

"#]]
    );
    assert_data_eq!(
        signed.approval(&["--read-only"]),
        str![[r#"
approval   needs-approval   no approvals yet; 1 required; 4 without a signature that counts   towpath.yaml:4

"#]]
    );
    let said = signed.site.told(&["ask", "web", "--to", "prod", "--version", "v2", "--read-only"]);
    assert!(said.contains("--read-only verifies none"), "{said}");
    // A second look takes what was verified from the cache, and so does one with a key that is no
    // longer listed not.
    assert_eq!(signed.approval(&[]), signed.approval(&[]));
    signed.site.land(".towpath/prod", "# nobody\n", "revoke", "2026-08-31T10:00:00Z");
    let said = signed.approval(&[]);
    assert!(said.contains("needs-approval"), "{said}");
}

#[test]
fn a_forged_release_releases_nothing() {
    let signed = SignedSite::new();
    signed.sign_with("jo");
    signed.site.told(&["lock", "--stage", "prod", "--reason", "incident"]);
    let unlocked = r#""event": "unlocked", "app": null, "stage": "prod""#;
    signed.forge("aa", unlocked, None);
    let locked = r#""event": "locked", "app": null, "stage": "prod", "reason": "x", "until": "2026-08-31T00:00:00Z""#;
    signed.forge("bb", locked, Some("mallory"));
    assert!(signed.site.told(&["locks"]).contains("incident"), "the lock stands");
    signed.forge("cc", unlocked, Some("ci"));
    assert!(!signed.site.told(&["locks"]).contains("incident"), "ci may");
}

/// What somebody took back from the ledger at origin is still in this clone, and goes along with the
/// next event. It must not get the signature of whoever writes that.
#[test]
fn nobody_signs_events_of_others() {
    let signed = SignedSite::new();
    signed.forge("aa", APPROVED, None);
    signed.site.told(&["ledger", "fetch"]);
    signed.git(&["push", "-q", "origin", &format!(":{REF}")]);
    signed.forge("bb", r#""event": "released", "app": "web", "stage": "prod""#, None);
    signed.sign_with("jo");
    let said = signed.site.told(&["lock", "api", "--reason", "mine"]);
    assert!(said.starts_with("exit 0"), "{said}");
    let log = signed.site.at_origin(&["log", "--format=%s", REF]);
    assert_eq!(log, "Lock api: mine\nEvent\nEvent\n");
    assert!(signed.approval(&[]).contains("needs-approval"), "{}", signed.approval(&[]));
    // One's own goes along signed.
    let own = ["approve", "web", "--stage", "prod", "--version", "v2", "--local"];
    assert!(signed.site.told(&own).starts_with("exit 0"));
    signed.forge("cc", r#""event": "released", "app": "web", "stage": "dev""#, None);
    assert!(signed.site.told(&["ledger", "push"]).starts_with("exit 0"));
    assert!(
        signed.approval(&[]).contains("approved by jo@example.com"),
        "{}",
        signed.approval(&[])
    );
}
