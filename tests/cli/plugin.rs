//! `towpath plugin`: settings as Drone and Woodpecker hand them over.

use crate::support::{History, Sandbox};
use snapbox::{assert_data_eq, str};

struct Step {
    sandbox: Sandbox,
}

impl Step {
    fn new() -> Step {
        let sandbox = Sandbox::new();
        let history = History::new().commit("2026-08-01T10:00:00Z", "Ann", "start");
        let history = history.write("deployed_tags/staging_image_tag", "v1\n");
        let history = history
            .write("deployed_tags/no_newline", "v1")
            .write("apps/web.yaml", "image:\n  tag: v1\n");
        sandbox.bare("origin.git", &history);
        Step { sandbox }
    }

    /// The step with these settings on top of the usual ones; an empty one is left out.
    fn run(&self, settings: &[(&str, &str)]) -> String {
        let url = format!("file://{}", self.sandbox.path("origin.git").display());
        let mut command = self.sandbox.towpath(&self.sandbox.path(""), &["plugin"]);
        let usual = [
            ("GIT_REPO", url.as_str()),
            ("IMAGE_TAG", "v2"),
            ("DESTINATION_FILE", "deployed_tags/staging_image_tag"),
            ("AUTHOR_NAME", "Build"),
            ("AUTHOR_EMAIL", "build@example.com"),
        ];
        for (name, value) in usual.iter().chain(settings) {
            command = command.env(format!("PLUGIN_{name}"), value);
        }
        let output = command.output().expect("it runs");
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        format!("exit {}\n{stdout}--\n{stderr}", output.status.code().unwrap_or(-1))
    }

    fn at_origin(&self, arguments: &[&str]) -> String {
        self.sandbox.git(&self.sandbox.path("origin.git"), arguments)
    }
}

#[test]
fn a_tag_is_written_once() {
    let step = Step::new();
    let message = (
        "COMMIT_MESSAGE",
        "Deploy $PLUGIN_IMAGE_TAG by ${PLUGIN_AUTHOR_NAME}\n\nBuild: $PLUGIN_BUILD",
    );
    let ran = step.run(&[message, ("BUILD", "77"), ("BRANCH", "main")]);
    assert_data_eq!(
        ran,
        str![[r#"
exit 0
[..]
--
pushed to main: deployed_tags/staging_image_tag is v2

"#]]
    );
    assert_data_eq!(
        step.at_origin(&["log", "-1", "-p", "--format=%an <%ae>, %cn <%ce>%n%B", "main"]),
        str![[r#"
Build <build@example.com>, Build <build@example.com>
Deploy v2 by Build

Build: 77


diff --git a/deployed_tags/staging_image_tag b/deployed_tags/staging_image_tag
index 626799f..8c1384d 100644
--- a/deployed_tags/staging_image_tag
+++ b/deployed_tags/staging_image_tag
@@ -1 +1 @@
-v1
+v2

"#]]
    );
    assert_data_eq!(
        step.run(&[]),
        str![[r#"
exit 0
--
deployed_tags/staging_image_tag already contains v2

"#]]
    );
    // A file that is not there is made, and one without a line's end stays so.
    step.run(&[("DESTINATION_FILE", "deployed_tags/prod/web")]);
    step.run(&[("DESTINATION_FILE", "deployed_tags/no_newline")]);
    assert_eq!(step.at_origin(&["show", "main:deployed_tags/prod/web"]), "v2\n");
    assert_eq!(step.at_origin(&["show", "main:deployed_tags/no_newline"]), "v2");
    assert_eq!(
        step.at_origin(&["log", "-1", "--format=%s", "main"]),
        "Deploy v2 to deployed_tags/no_newline\n"
    );
    assert_eq!(step.at_origin(&["rev-list", "--count", "main"]), "4\n");
}

/// The repository deploys from the file, and another clone has locked the stage.
#[test]
fn locks_and_gates_are_obeyed() {
    let step = Step::new();
    let history = History::new()
        .commit("2026-08-01T10:00:00Z", "Ann", "start")
        .write("towpath.yaml", "stages: [dev, prod]\nsources: [{text: '{stage}/{app}'}]\n")
        .write("dev/web", "v1\n")
        .write("prod/web", "v0\n")
        .commit("2026-08-02T10:00:00Z", "Ann", "v2")
        .write("dev/web", "v2\n");
    step.sandbox.bare("gated.git", &history);
    let url = format!("file://{}", step.sandbox.path("gated.git").display());
    let run =
        |path, tag| step.run(&[("GIT_REPO", &url), ("DESTINATION_FILE", path), ("IMAGE_TAG", tag)]);
    let refused = run("prod/web", "v3");
    assert!(refused.starts_with("exit 3\n") && refused.contains("order: "), "{refused}");
    // A clone of one commit does not tell what ran before; the step fetches the rest.
    assert!(run("prod/web", "v2").starts_with("exit 0\n"));
    assert!(run("dev/web", "v3").starts_with("exit 0\n"));
    step.sandbox.introduce();
    step.sandbox.git(&step.sandbox.path(""), &["clone", "-q", &url, "other"]);
    let lock = ["lock", "--stage", "dev", "--reason", "incident 7"];
    step.sandbox.towpath(&step.sandbox.path("other"), &lock).assert().success();
    let refused = run("dev/web", "v4");
    assert!(refused.starts_with("exit 3\n") && refused.contains("incident 7"), "{refused}");
    assert_eq!(
        step.sandbox.git(&step.sandbox.path("gated.git"), &["show", "main:dev/web"]),
        "v3\n"
    );
}

#[test]
fn what_is_wrong_is_said() {
    let step = Step::new();
    let mistakes: &[&[(&str, &str)]] = &[
        &[("DESTINATION_FILE", "apps/web.yaml")],
        &[("DESTINATION_FILE", "apps")],
        &[("DESTINATION_FILE", "apps/web.yaml/tag")],
        &[("DESTINATION_FILE", "../../etc/passwd")],
        &[("DESTINATION_FILE", ".git/config")],
        &[("DESTINATION_FILE", "towpath.yaml")],
        &[("IMAGE_TAG", "v1 v2")],
        &[("IMAGE_TAG", "{{x}}")],
        &[("IMAGE_TAG", "org/repo:v1")],
        &[("BRANCH", "nowhere")],
        &[("GIT_REPO", "ext::sh -c touch")],
        &[("COMMIT_MESSAGE", "with $PLUGIN_ACCESS_TOKEN"), ("ACCESS_TOKEN", "")],
        &[("COMMIT_MESSAGE", "by $PLUGIN_NOBODY")],
        &[("ACCESS_TOKEN", "s3cret")],
        &[("ACCESS_TOKEN", "s3 cret"), ("GIT_REPO", "https://127.0.0.1:1/x")],
        &[("ACCESS_TOKEN", "s3cret"), ("GIT_REPO", "https://127.0.0.1:1/x")],
    ];
    let said: String =
        mistakes.iter().map(|settings| format!("{settings:?}\n{}\n", step.run(settings))).collect();
    assert!(!said.contains("x-access-token"), "{said}");
    let said = said.replace(&step.sandbox.path("").display().to_string(), "/sandbox/");
    // curl says how long it tried.
    let said =
        regex::Regex::new(r"after \d+ ms").expect("a pattern").replace_all(&said, "after 0 ms");
    let said = said.into_owned();
    assert_data_eq!(said, snapbox::file!["plugin.txt"]);
    assert_eq!(step.at_origin(&["rev-list", "--count", "main"]), "1\n");
}
