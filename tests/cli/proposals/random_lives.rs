//! Random lives of a pull request, with trouble at the forge: whatever happens, there is one at most,
//! and the first run after the trouble leaves everything as it should be.
//!
//! `TOWPATH_LIVES=100 cargo test --test cli -- random_lives` runs that many.

use super::settings::configure;
use super::{FORGES, Forge};
use crate::delivery::values;
use crate::fake::server::Answer;
use crate::fake::{Fault, Pull};
use towpath::forge::ForgeKind;

const BRANCH: &str = "towpath/prod/api";

/// A sequence that is the same for the same seed (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).expect("small")
    }
}

/// One life: what has happened so far, and what people wrote.
struct Life {
    forge: Forge,
    dice: Dice,
    version: usize,
    told: Vec<String>,
}

impl Life {
    fn begin(seed: u64) -> Life {
        let (kind, name) = FORGES[usize::try_from(seed).expect("small") % FORGES.len()];
        let forge = Forge::new(kind, name);
        let labels = if kind == ForgeKind::Bitbucket { "" } else { ", labels: [towpath]" };
        configure(&forge.site, &format!("proposals: {{reviewers: [alice]{labels}}}\n"));
        let dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        Life { forge, dice, version: 2, told: vec![format!("seed {seed}, {name}")] }
    }

    fn git(&self, words: &[&str]) -> String {
        self.forge.site.sandbox.git(&self.forge.site.clone, words)
    }

    fn open(&self) -> Vec<Pull> {
        let world = self.forge.fake.world.lock().expect("no panic within");
        world.pulls.iter().filter(|one| one.state == "open").cloned().collect()
    }

    fn change(&self, number: u64, change: impl Fn(&mut Pull)) {
        let mut world = self.forge.fake.world.lock().expect("no panic within");
        change(world.pull(number).expect("it is there"));
    }

    /// Somebody lands a file on the deployed branch.
    fn land(&self, path: &str, text: &str) {
        self.git(&["fetch", "-q", "--prune"]);
        self.git(&["switch", "-q", "--detach", "origin/main"]);
        std::fs::write(self.forge.site.clone.join(path), text).expect("written");
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "something else"]);
        self.git(&["push", "-q", "origin", "HEAD:main"]);
    }

    fn step(&mut self) {
        let open = self.open().into_iter().next();
        let did = match (self.dice.roll(10), open) {
            (0 | 1, _) => {
                self.version += 1;
                let version = format!("v{}", self.version);
                self.land("apps/staging/api.yaml", &values("api", &version));
                version
            }
            (2, _) => {
                let text = format!("{}\n", self.told.len());
                self.land("README.md", &text);
                "another file".into()
            }
            (3, Some(_)) => self.update_branch(),
            (4, Some(open)) => {
                let note = format!("\n\nnote {}", self.told.len());
                self.change(open.number, |pull| pull.body.push_str(&note));
                "a note below the text".into()
            }
            (5, Some(open)) => {
                self.change(open.number, |pull| pull.state = "closed".into());
                "closed".into()
            }
            (6, Some(open)) => self.merge(&open),
            (_, _) => self.run_in_trouble(),
        };
        self.told.push(did);
        let open = self.open();
        assert!(open.len() <= 1, "{:#?}\n{open:#?}", self.told);
    }

    /// The button that merges the base into the branch, or rebases it.
    fn update_branch(&mut self) -> String {
        let button = if self.dice.roll(2) == 0 { "merge" } else { "rebase" };
        self.git(&["fetch", "-q", "--prune"]);
        self.git(&["switch", "-q", "--detach", &format!("origin/{BRANCH}")]);
        let words: &[&str] = match button {
            "merge" => &["merge", "-q", "--no-edit", "origin/main"],
            _ => &["rebase", "-q", "origin/main"],
        };
        let sandbox = &self.forge.site.sandbox;
        let script = format!("git {} || git {button} --abort", words.join(" "));
        assert!(
            sandbox
                .bash(&self.forge.site.clone, &script)
                .output()
                .expect("it runs")
                .status
                .success()
        );
        self.git(&["push", "-q", "--force", "origin", &format!("HEAD:{BRANCH}")]);
        format!("update branch by {button}")
    }

    /// A person merges on the page, by one of three buttons, unless it conflicts.
    fn merge(&mut self, open: &Pull) -> String {
        let button = ["--no-ff", "--squash", "rebase"][self.dice.roll(3)];
        let script = match button {
            "rebase" => format!("git cherry-pick origin/main..origin/{BRANCH} --no-merges"),
            "--squash" => format!("git merge -q --squash origin/{BRANCH} && git commit -qm title"),
            _ => format!("git merge -q --no-ff -m merge origin/{BRANCH}"),
        };
        self.git(&["fetch", "-q", "--prune"]);
        self.git(&["switch", "-q", "--detach", "origin/main"]);
        let script = format!("({script}) >&2 || {{ git reset -q --hard origin/main; exit 9; }}");
        let bash = self.forge.site.sandbox.bash(&self.forge.site.clone, &script);
        if bash.output().expect("it runs").status.code() == Some(9) {
            return format!("cannot merge by {button}");
        }
        self.git(&["push", "-q", "origin", "HEAD:main"]);
        self.change(open.number, |pull| pull.state = "merged".into());
        format!("merged by {button}")
    }

    /// A run while the forge is in trouble.
    fn run_in_trouble(&mut self) -> String {
        let mut faults = Vec::new();
        for _ in 0..self.dice.roll(4) {
            let method = ["GET", "POST", "PUT", "PATCH"][self.dice.roll(4)];
            let (name, fault) = match self.dice.roll(5) {
                0 => ("502", Fault::Instead(Answer::status(502))),
                1 => ("done, 504", Fault::After(Answer::status(504))),
                2 => ("hangup", Fault::Hangup),
                3 => ("404", Fault::Instead(Answer::missing())),
                _ => ("422", Fault::Instead(Answer::refused(422, "try later"))),
            };
            self.forge.fake.break_next(method, "", fault);
            faults.push(format!("{method} {name}"));
        }
        let words: &[&str] = match self.dice.roll(2) {
            0 => &["promote", "api", "--to", "prod"],
            _ => &["advance", "--stage", "prod"],
        };
        let said = self.forge.run(words);
        self.forge.fake.world.lock().expect("no panic within").faults.clear();
        let code = said.lines().next().unwrap_or_default().to_owned();
        assert!(["exit 0", "exit 1"].contains(&code.as_str()), "{:#?}\n{said}", self.told);
        format!("{} with {faults:?}: {code}", words.join(" "))
    }

    /// The first run after the trouble leaves everything as it should be, and the next one has nothing
    /// to do.
    fn end(self) {
        let words = ["promote", "api", "--to", "prod"];
        let said = self.forge.run(&words);
        let all = format!("{:#?}\n{said}", self.told);
        assert!(said.starts_with("exit 0\n"), "{all}");
        let file = "apps/prod/api.yaml";
        let wanted = self.forge.site.says("main", "apps/staging/api.yaml");
        let open = self.open();
        if self.forge.site.says("main", file) == wanted {
            self.forge.run(&["advance", "--stage", "prod"]);
            assert_eq!(self.open().len(), 0, "{all}");
            return;
        }
        let [open] = open.as_slice() else { panic!("{all}\n{open:#?}") };
        let version = wanted.lines().find_map(|line| line.trim().strip_prefix("tag: "));
        let version = version.and_then(|text| text.split(' ').next()).expect("a version");
        assert_eq!(self.forge.site.says(BRANCH, file), wanted, "{all}");
        assert!(open.title.ends_with(version), "{all}\n{open:#?}");
        assert!(open.body.contains(&format!("`{version}`")), "{all}\n{open:#?}");
        assert_eq!(open.reviewers, ["alice"], "{all}");
        if !self.told[0].ends_with("bitbucket") {
            assert_eq!(open.labels, ["towpath"], "{all}");
        }
        let head = self.forge.site.at_origin(&["rev-parse", BRANCH]).trim().to_owned();
        let statuses = self.forge.fake.world.lock().expect("no panic within").statuses_of(&head);
        // A request whose answer was lost is sent again, so that the status may be there twice.
        assert!(!statuses.is_empty(), "{all}");
        let again = self.forge.run(&words);
        assert!(again.contains("nothing to do: pull request"), "{all}\n{again}");
    }
}

/// The number of lives: one on each forge, or as many as are asked for.
#[expect(clippy::disallowed_methods, reason = "a switch of this test alone")]
fn lives() -> u64 {
    std::env::var("TOWPATH_LIVES").ok().and_then(|text| text.parse().ok()).unwrap_or(5)
}

#[test]
fn one_pull_request_whatever_happens() {
    for seed in 0..lives() {
        let mut life = Life::begin(seed);
        for _ in 0..10 {
            life.step();
        }
        life.end();
    }
}
