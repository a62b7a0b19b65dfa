//! The recipe for commands in comments in docs/ci.md, run as its step is, with what people write.

use crate::fake::TOKEN;
use crate::proposals::Forge;
use serde_yaml::Value;
use towpath::forge::ForgeKind;

/// Where the permissions name `ann`, and the account that opens pull requests.
const CONFIG: &str =
    "stages: [dev, staging, prod]\npermissions: {prod: [ann, bot], staging: [ann, bot]}\n";

/// The script of the step.
fn script() -> String {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ci.md"))
        .expect("the page");
    let (_, section) = page.split_once("\n## Commands in comments\n").expect("the part");
    let (_, block) = crate::recipes::blocks(section).into_iter().next().expect("a block");
    let workflow: Value = serde_yaml::from_str(block).expect("YAML");
    let steps = workflow["jobs"]["command"]["steps"].as_sequence().expect("steps");
    let step = &steps[1];
    assert_eq!(step["env"]["COMMENT"], "${{ github.event.comment.body }}");
    let run = step["run"].as_str().expect("a script").to_owned();
    assert!(!run.contains("${{"), "what a person wrote is in no line of the script: {run}");
    run
}

struct Comments {
    forge: Forge,
    script: String,
}

impl Comments {
    fn new() -> Self {
        let forge = Forge::new(ForgeKind::GitHub, "github");
        forge.site.land("towpath.yaml", CONFIG, "configure", "2026-08-05T10:00:00Z");
        Comments { forge, script: script() }
    }

    /// What a person writes; exit code, and what was said.
    fn write(&self, person: &str, comment: &str) -> (i32, String) {
        let site = &self.forge.site;
        site.sandbox.git(&site.clone, &["fetch", "-q"]);
        site.sandbox.git(&site.clone, &["reset", "-q", "--hard", "origin/main"]);
        let script = format!("set -eo pipefail\n{}", self.script);
        let output = site
            .sandbox
            .bash(&site.clone, &script)
            .env("COMMENT", comment)
            .env("PERSON", person)
            .env("GITHUB_REF_NAME", "main")
            .env("TOWPATH_FORGE", "github")
            .env("TOWPATH_FORGE_API", self.forge.fake.api())
            .env("TOWPATH_TOKEN", TOKEN)
            .output()
            .expect("it runs");
        let (told, said) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let said = format!("{told}{said}");
        assert!(!said.contains(TOKEN), "{said}");
        (output.status.code().unwrap_or(-1), said)
    }

    fn titles(&self) -> Vec<String> {
        let world = self.forge.fake.world.lock().expect("no panic within");
        world.pulls.iter().map(|pull| pull.title.clone()).collect()
    }
}

#[test]
fn a_command_of_a_permitted_person_opens_a_pull_request() {
    let comments = Comments::new();
    let (code, said) = comments.write("mallory", "/towpath promote api --to prod");
    assert_eq!(code, 3, "{said}");
    assert!(comments.titles().is_empty());
    let (code, said) = comments.write("ann", "/towpath promote api --to prod\r\nplease");
    assert_eq!(code, 0, "{said}");
    assert_eq!(comments.titles(), ["Promote api to prod: v1 -> v2"]);
    // The gates say no to what never ran in staging.
    let (code, said) = comments.write("ann", "/towpath promote web --to prod");
    assert_ne!(code, 0, "{said}");
    let (code, said) = comments.write("ann", "/towpath reject web v2");
    assert_eq!(code, 0, "{said}");
    let ledger = comments.forge.run(&["ledger"]);
    assert!(ledger.contains("comment by ann"), "{ledger}");
    assert_eq!(comments.titles().len(), 1);
}

#[test]
fn what_is_no_command_does_nothing() {
    let comments = Comments::new();
    for text in [
        "/towpath promote web --to prod --break-glass now",
        "/towpath promote --forge-api=http://evil.example --to prod",
        "/towpath promote web --to prod; touch pwned",
        "/towpath promote $(touch pwned) --to prod",
        "/towpath promote `touch pwned` --to prod",
        "/towpath promote web --to prod && touch pwned",
        "/towpath promote web --to \"$(touch pwned)\"",
        "/towpath promote ../../etc --to -C",
        "/towpath reject web v2 --local",
        "/towpath reject web '$(touch pwned)'",
        "/towpath reject -h x",
        "please /towpath promote api --to prod",
        "/towpath",
        "\n/towpath promote api --to prod",
    ] {
        let (code, said) = comments.write("ann", text);
        assert_ne!(code, 0, "{text}: {said}");
        assert!(comments.titles().is_empty(), "{text}: {said}");
        assert!(!comments.forge.site.clone.join("pwned").exists(), "{text}");
        let ledger = comments.forge.run(&["ledger", "-o", "jsonl"]);
        assert!(!ledger.contains("rejected"), "{text}: {ledger}");
    }
}
