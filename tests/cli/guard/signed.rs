//! Signatures prove who asks, if they are by somebody the base lists.

use super::{Site, lines, values};
use snapbox::cmd::Command;

const PROD: &str = "envs/prod/web.yaml";

/// A repository whose `main` lists some of three keys: `bot`, `old`, whose time is over, and `file`, which
/// may sign files only. `mallory` is not listed.
struct Signed {
    site: Site,
}

impl Signed {
    fn new() -> Self {
        let site = Site::new(&[]);
        site.sandbox.introduce();
        let signed = Signed { site };
        let keys: Vec<String> =
            ["bot", "old", "file", "mallory"].iter().map(|name| signed.key(name)).collect();
        let lines = [
            format!("deploy-bot@example.com {}", keys[0]),
            format!("old@example.com valid-before=\"20260815Z\" {}", keys[1]),
            format!("file@example.com namespaces=\"file\" {}", keys[2]),
        ];
        signed.write(".towpath/signers", &(lines.join("\n") + "\n"));
        signed.git(&["commit", "-qam", "signers"]);
        signed
    }

    fn key(&self, name: &str) -> String {
        let key = self.site.sandbox.path("home").join(name);
        let file = key.to_str().expect("a plain path");
        Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file])
            .assert()
            .success();
        std::fs::read_to_string(key.with_extension("pub")).expect("it was made").trim().to_owned()
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.site.sandbox.git(&self.site.repository, arguments)
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.site.repository.join(path), text).expect("written");
    }

    /// A new branch from `main`.
    fn branch(&self, name: &str) -> &Self {
        self.git(&["switch", "-qc", name, "main"]);
        self
    }

    /// A commit of one file on the branch that is checked out, signed with a key; the author is somebody
    /// who may.
    fn commit(&self, key: Option<&str>, path: &str, text: &str) -> &Self {
        self.write(path, text);
        self.git(&["add", "."]);
        self.finish(
            key,
            &["commit", "-q", "-m", "deploy", "--author=Deploy-Bot <deploy-bot@example.com>"],
        )
    }

    fn finish(&self, key: Option<&str>, arguments: &[&str]) -> &Self {
        let file = key.map(|key| {
            format!("user.signingkey={}", self.site.sandbox.path("home").join(key).display())
        });
        let sign: Vec<&str> = file
            .iter()
            .flat_map(|file| ["-c", "gpg.format=ssh", "-c", file, "-c", "commit.gpgsign=true"])
            .collect();
        let date = [
            ("GIT_COMMITTER_DATE", "2026-08-10T10:00:00Z"),
            ("GIT_AUTHOR_DATE", "2026-08-10T10:00:00Z"),
        ];
        self.site.sandbox.git_with(&self.site.repository, &[&sign, arguments].concat(), &date);
        self
    }

    /// The exit code and why.
    fn told(&self, head: &str) -> String {
        let (code, answer) = self.site.guard(head, &[]);
        let rulings = answer["rulings"].as_array().expect("rulings");
        let reasons = rulings.iter().flat_map(|ruling| {
            let refusals = ruling["refusals"].as_array().into_iter().flatten();
            let reasons = refusals.filter_map(|refusal| refusal["reason"].as_str());
            reasons.chain(ruling["granted"].as_str()).map(str::to_owned).collect::<Vec<_>>()
        });
        let id = regex::Regex::new("[0-9a-f]{10}").expect("an expression");
        let text = reasons.collect::<Vec<_>>().join("; ");
        format!("{code}: {}", id.replace_all(&text, "COMMIT"))
    }
}

#[test]
fn a_listed_signer_may() {
    let signed = Signed::new();
    signed.branch("good").commit(Some("bot"), PROD, &values("v2"));
    assert_eq!(signed.told("good"), "0: signed by deploy-bot@example.com");
    // Others may add what does not matter, and the base may be merged.
    signed.commit(None, "README.md", "more\n");
    signed.git(&["switch", "-q", "main"]);
    signed.commit(None, "envs/dev/web.yaml", &values("v4"));
    signed.git(&["switch", "-q", "good"]);
    signed.finish(None, &["merge", "-q", "--no-edit", "main"]);
    assert_eq!(signed.told("good"), "0: signed by deploy-bot@example.com");
}

#[test]
fn every_other_signature_proves_nothing() {
    let signed = Signed::new();
    let versions = [
        ("none", None),
        ("unlisted", Some("mallory")),
        ("expired", Some("old")),
        ("other-use", Some("file")),
    ];
    let mut told = String::new();
    for (name, key) in versions {
        signed.branch(name).commit(key, PROD, &values("v2"));
        told.push_str(&format!("{name} {}\n", signed.told(name)));
    }
    signed.branch("below").commit(None, PROD, &values("v2")).commit(
        Some("bot"),
        "envs/prod/mail.yaml",
        &other(&signed, "mail"),
    );
    told.push_str(&format!("below {}\n", signed.told("below")));
    signed.branch("side").commit(Some("bot"), "envs/prod/cron.yaml", &other(&signed, "cron"));
    signed.branch("evil").commit(Some("bot"), "README.md", "more\n");
    signed.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    signed.commit(None, PROD, &values("v2"));
    told.push_str(&format!("evil {}\n", signed.told("evil")));
    told.push_str(&format!("undone {}\n", undone(&signed)));
    told.push_str(&format!("borrowed {}\n", borrowed(&signed)));
    let told = told.replace(&signed.site.sandbox.path("").display().to_string(), "[sandbox]/");
    snapbox::assert_data_eq!(
        told,
        snapbox::str![[r#"
none 3: COMMIT is not signed with an ssh key
unlisted 3: COMMIT is not signed by anyone in .towpath/signers: its key is not listed or not valid now
expired 3: COMMIT is not signed by anyone in .towpath/signers: its key is not listed or not valid now
other-use 3: COMMIT is not signed by anyone in .towpath/signers: Could not verify signature.
below 3: COMMIT is not signed with an ssh key
evil 3: COMMIT is not signed with an ssh key
undone 3: COMMIT is not signed with an ssh key
borrowed 3: COMMIT is not signed by anyone in .towpath/signers: Could not verify signature.

"#]]
    );
}

/// The values of another app, with a comment.
fn other(signed: &Signed, app: &str) -> String {
    "# ours\n".to_owned() + &signed.git(&["show", &format!("main:envs/prod/{app}.yaml")])
}

/// Nobody has changed the file but somebody who may; a merge takes it as it was long before.
fn undone(signed: &Signed) -> String {
    signed.branch("forth").commit(Some("bot"), PROD, &values("v2"));
    let old = signed.git(&["rev-parse", "main~1"]);
    signed.git(&["switch", "-qc", "old", old.trim()]);
    signed.commit(None, "docs/more.md", "more\n");
    signed.git(&["switch", "-qc", "back", "forth"]);
    signed.git(&["merge", "-q", "--no-commit", "--no-ff", "old"]);
    signed.git(&["checkout", "-q", "old", "--", PROD]);
    signed.commit(None, "docs/most.md", "most\n");
    signed.git(&["switch", "-q", "main"]);
    signed.git(&["merge", "-q", "--ff-only", "forth"]);
    let told = signed.told("back");
    signed.git(&["reset", "-q", "--hard", "HEAD~1"]);
    told
}

/// A signature that was made for another commit.
fn borrowed(signed: &Signed) -> String {
    signed.branch("lender").commit(Some("bot"), "README.md", "signed\n");
    let lent = signed.git(&["cat-file", "commit", "lender"]);
    let start = lent.find("gpgsig").expect("a signature");
    let end = lent.find("\n\n").expect("a message");
    signed.branch("borrower").commit(None, PROD, &values("v2"));
    let own = signed.git(&["cat-file", "commit", "borrower"]);
    let (head, message) = own.split_once("\n\n").expect("a message");
    let forged = signed.site.sandbox.path("forged");
    std::fs::write(&forged, format!("{head}\n{}\n\n{message}", &lent[start..end]))
        .expect("written");
    let name = forged.to_str().expect("a plain path");
    let id = signed.git(&["hash-object", "-t", "commit", "-w", name]);
    signed.told(id.trim())
}

#[test]
fn signers_that_come_with_the_change_do_not_count() {
    let signed = Signed::new();
    let own = std::fs::read_to_string(signed.site.sandbox.path("home").join("mallory.pub"))
        .expect("made");
    signed.branch("own").commit(
        Some("mallory"),
        ".towpath/signers",
        &format!("mallory@example.com {own}"),
    );
    signed.commit(Some("mallory"), PROD, &values("v2"));
    let (code, answer) = signed.site.guard("own", &[]);
    assert_eq!(
        (code, lines(&answer).as_str()),
        (3, "  .towpath/signers: rules\n  web prod v1 > v2: permission\n")
    );
}

#[test]
fn nothing_is_verified_where_nothing_may_be_written() {
    let signed = Signed::new();
    signed.branch("good").commit(Some("bot"), PROD, &values("v2"));
    let (code, answer) = signed.site.guard("good", &["--read-only"]);
    let reason = &answer["rulings"][0]["refusals"][0]["reason"];
    assert_eq!(
        (code, reason.as_str()),
        (
            3,
            Some(
                "signatures are not verified under --read-only, because git needs a temporary file"
            )
        )
    );
}

#[test]
fn a_repository_says_neither_who_signs_nor_what_checks() {
    let signed = Signed::new();
    let canary = signed.site.sandbox.path("canary");
    let program = signed.site.sandbox.path("program");
    std::fs::write(&program, format!("#!/bin/sh\ntouch {}\nexit 0\n", canary.display()))
        .expect("written");
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("set");
    signed.branch("own").commit(Some("mallory"), PROD, &values("v2"));
    let all = signed.site.sandbox.path("all-signers");
    let own = std::fs::read_to_string(signed.site.sandbox.path("home").join("mallory.pub"))
        .expect("made");
    std::fs::write(&all, format!("mallory@example.com {own}")).expect("written");
    let (program, all) = (program.display().to_string(), all.display().to_string());
    for (setting, value) in [
        ("gpg.ssh.allowedSignersFile", all.as_str()),
        ("gpg.ssh.program", program.as_str()),
        ("gpg.program", program.as_str()),
        ("gpg.openpgp.program", program.as_str()),
        ("gpg.ssh.defaultKeyCommand", program.as_str()),
        ("core.fsmonitor", program.as_str()),
        ("core.hooksPath", "/tmp"),
    ] {
        signed.git(&["config", setting, value]);
    }
    assert!(signed.told("own").starts_with("3: "), "{}", signed.told("own"));
    assert!(!canary.exists(), "a program of the repository ran");
}
