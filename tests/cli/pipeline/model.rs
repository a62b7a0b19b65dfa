//! Random histories of a pipeline against a model that knows what every gate should say.
//!
//! After each step, what has landed at origin since is compared with what the model allows at that
//! moment: by towpath nothing may land that it does not allow, whoever did what before.

use super::configured;
use crate::delivery::{Site, values};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use std::collections::BTreeSet;
use std::process::Stdio;

const STAGES: [&str; 3] = ["dev", "staging", "prod"];

const CONFIG: &str = "\
proposals: { merge: auto }
gates:
- { isolation: target, stages: [staging, prod] }
- approval-after-failure
- { window: 08:00-20:00 UTC, stages: [prod] }
";

#[derive(Debug, Clone)]
enum Step {
    Deploy,
    Promote(usize),
    Advance,
    AdvanceTwice,
    Record(usize, bool),
    Lock(usize),
    Unlock(usize),
    RejectNewest,
    Unreject,
    RollBack(usize),
    Release(usize),
    Approve(usize),
    ByHand(usize),
    Hours(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let later = 1..3_usize;
    prop_oneof![
        4 => Just(Step::Deploy),
        4 => later.clone().prop_map(Step::Promote),
        4 => Just(Step::Advance),
        2 => Just(Step::AdvanceTwice),
        6 => (0..3_usize, any::<bool>()).prop_map(|(stage, passed)| Step::Record(stage, passed)),
        1 => (0..3_usize).prop_map(Step::Lock),
        1 => (0..3_usize).prop_map(Step::Unlock),
        1 => Just(Step::RejectNewest),
        1 => Just(Step::Unreject),
        2 => later.clone().prop_map(Step::RollBack),
        2 => later.clone().prop_map(Step::Release),
        2 => later.clone().prop_map(Step::Approve),
        1 => later.prop_map(Step::ByHand),
        3 => (1..14_i64).prop_map(Step::Hours),
    ]
}

#[derive(Debug, Clone)]
struct Landing {
    version: u32,
    /// Whether it passed, and at which step that was said.
    outcome: Option<(bool, usize)>,
}

#[derive(Debug)]
struct Model {
    /// Minutes since the first of the month.
    minute: i64,
    step: usize,
    newest: u32,
    landings: [Vec<Landing>; 3],
    locked: [bool; 3],
    held: [bool; 3],
    rejected: BTreeSet<u32>,
    /// Stage, version and step.
    approved: Vec<(usize, u32, usize)>,
}

impl Model {
    fn new() -> Self {
        let first = || vec![Landing { version: 1, outcome: None }];
        let mut landings = [first(), first(), first()];
        landings[0].push(Landing { version: 2, outcome: None });
        Model {
            minute: 9 * 60,
            step: 0,
            newest: 2,
            landings,
            locked: [false; 3],
            held: [false; 3],
            rejected: BTreeSet::new(),
            approved: Vec::new(),
        }
    }

    fn now(&self) -> String {
        let start: jiff::Timestamp = "2026-09-01T00:00:00Z".parse().expect("a time");
        (start + jiff::SignedDuration::from_mins(self.minute)).to_string()
    }

    fn last(&self, stage: usize) -> &Landing {
        self.landings[stage].last().expect("something runs everywhere")
    }

    fn is_open(&self, stage: usize, version: u32) -> bool {
        let hour = self.minute / 60 % 24;
        !self.locked[stage]
            && !self.rejected.contains(&version)
            && (stage < 2 || (8..20).contains(&hour))
    }

    /// True if the version failed in a stage when it ran there last.
    fn has_failed(&self, stage: usize, version: u32) -> bool {
        let mut runs = self.landings[stage].iter().rev();
        let newest = runs.find(|run| run.version == version);
        newest.is_some_and(|run| matches!(run.outcome, Some((false, _))))
    }

    /// Why a version must not go forward to a stage, if so.
    fn forbids(&self, stage: usize, version: u32) -> Option<&'static str> {
        let approved = |since: usize| {
            let mut all = self.approved.iter();
            all.any(|(at, what, step)| (*at, *what) == (stage, version) && *step >= since)
        };
        match self.last(stage).outcome {
            _ if !self.is_open(stage, version) => Some("locked, rejected or closed"),
            _ if self.held[stage] => Some("on hold"),
            _ if stage > 0
                && !self.landings[stage - 1].iter().any(|one| one.version == version) =>
            {
                Some("order")
            }
            _ if stage > 0 && self.has_failed(stage - 1, version) => Some("failed before"),
            None if stage > 0 => Some("isolation"),
            Some((false, since)) if !approved(since) => Some("no approval after a failure"),
            _ => None,
        }
    }

    fn land(&mut self, stage: usize, version: u32) {
        self.landings[stage].push(Landing { version, outcome: None });
    }

    /// Something landed by towpath.
    fn landed(&mut self, subject: &str, stage: usize, version: u32) {
        if subject.starts_with("Roll back") {
            assert!(self.landings[stage].iter().any(|one| one.version == version), "{subject}");
            assert!(self.is_open(stage, version), "{subject} {self:?}");
            let step = self.step;
            let last = self.landings[stage].last_mut().expect("something runs everywhere");
            last.outcome.get_or_insert((false, step));
            self.held[stage] = true;
        } else {
            assert_eq!(self.forbids(stage, version), None, "{subject} {self:?}");
        }
        self.land(stage, version);
    }
}

/// The repository and the model, side by side.
struct Pair {
    site: Site,
    other: std::path::PathBuf,
    model: Model,
    main: String,
    ledger: String,
}

impl Pair {
    fn new() -> Self {
        let site = configured(CONFIG);
        let other = site.another("other");
        let main = site.at_origin(&["rev-parse", "main"]).trim().to_owned();
        Pair { site, other, model: Model::new(), main, ledger: String::new() }
    }

    fn run(&self, arguments: &[&str]) -> String {
        self.site.run_with(arguments, &[("TOWPATH_NOW", &self.model.now())])
    }

    /// Does it, and says whether it went well.
    fn does(&self, arguments: &[&str]) -> bool {
        let said = self.run(arguments);
        assert!(
            said.starts_with("exit 0\n") || said.starts_with("exit 3\n"),
            "{arguments:?} {said} {:?}",
            self.model
        );
        said.starts_with("exit 0\n")
    }

    fn take(&mut self, step: &Step) {
        self.model.step += 1;
        self.model.minute += 1;
        self.refresh();
        match step {
            Step::Deploy => {
                self.model.newest += 1;
                let version = self.model.newest;
                let done = self.does(&["deploy", "web", &format!("v{version}"), "--push"]);
                assert_eq!(done, self.model.forbids(0, version).is_none(), "{:?}", self.model);
            }
            Step::Promote(stage) => self.promote(*stage),
            Step::Advance => {
                self.does(&["advance", "--app", "web"]);
            }
            Step::AdvanceTwice => self.advance_twice(),
            Step::Record(stage, passed) => {
                let word = if *passed { "passed" } else { "failed" };
                assert!(self.does(&["record", "web", "--stage", STAGES[*stage], word]));
                let step = self.model.step;
                self.model.landings[*stage].last_mut().expect("it runs").outcome =
                    Some((*passed, step));
            }
            Step::Lock(stage) => {
                assert!(self.does(&[
                    "lock",
                    "web",
                    "--stage",
                    STAGES[*stage],
                    "--reason",
                    "model"
                ]));
                self.model.locked[*stage] = true;
            }
            Step::Unlock(stage) => {
                let said = self.run(&["unlock", "web", "--stage", STAGES[*stage]]);
                assert_eq!(said.starts_with("exit 0\n"), self.model.locked[*stage], "{said}");
                self.model.locked[*stage] = false;
            }
            Step::RejectNewest => {
                assert!(self.does(&["reject", "web", &format!("v{}", self.model.newest)]));
                self.model.rejected.insert(self.model.newest);
            }
            Step::Unreject => {
                if let Some(version) = self.model.rejected.pop_first() {
                    assert!(self.does(&["unreject", "web", &format!("v{version}")]));
                }
            }
            Step::RollBack(stage) => {
                // Where there is nothing to go back to, it fails and nothing lands.
                self.run(&["rollback", "web", "--stage", STAGES[*stage], "--push"]);
            }
            Step::Release(stage) => {
                assert!(self.does(&["release", "web", "--stage", STAGES[*stage]]));
                self.model.held[*stage] = false;
            }
            Step::Approve(stage) => {
                let version = self.model.last(stage - 1).version;
                let tag = format!("v{version}");
                assert!(self.does(&[
                    "approve",
                    "web",
                    "--stage",
                    STAGES[*stage],
                    "--version",
                    &tag
                ]));
                self.model.approved.push((*stage, version, self.model.step));
            }
            Step::ByHand(stage) => self.by_hand(*stage),
            Step::Hours(hours) => self.model.minute += hours * 60,
        }
        self.compare();
    }

    /// The clone has all that is at origin.
    fn refresh(&self) {
        self.site.sandbox.git(&self.site.clone, &["pull", "-q"]);
        assert!(self.does(&["ledger", "fetch"]));
    }

    /// What `ask` says, the command does, and the model expects.
    fn promote(&self, stage: usize) {
        let (version, now) = (self.model.last(stage - 1).version, self.model.last(stage).version);
        let asked = self.does(&["ask", "web", "--to", STAGES[stage]]);
        let done = self.does(&["promote", "web", "--to", STAGES[stage], "--push"]);
        let expected = version == now || self.model.forbids(stage, version).is_none();
        assert_eq!((asked, done), (expected, expected), "{version} to {stage} {:?}", self.model);
    }

    fn advance_twice(&self) {
        let now = self.model.now();
        self.site.sandbox.git(&self.other, &["pull", "-q"]);
        let start = |at: &std::path::Path| {
            let mut command = self.site.sandbox.program(at, &["advance", "--app", "web"]);
            command
                .env("TOWPATH_NOW", &now)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("it starts")
        };
        for mut child in [start(&self.site.clone), start(&self.other)] {
            child.wait().expect("it ends");
        }
    }

    /// Somebody pushes the newest version there, whatever the gates say.
    fn by_hand(&mut self, stage: usize) {
        let version = self.model.newest;
        if self.model.last(stage).version == version {
            return;
        }
        let path = format!("apps/{}/web.yaml", STAGES[stage]);
        self.site.land(&path, &values("web", &format!("v{version}")), "by hand", &self.model.now());
        self.model.land(stage, version);
        self.main = self.site.at_origin(&["rev-parse", "main"]).trim().to_owned();
    }

    /// Tells the model what has landed, and looks whether the ledger has only grown.
    fn compare(&mut self) {
        let range = format!("{}..main", self.main);
        let format = "--format=%H%x09%s%x09%(trailers:key=Stage,valueonly,separator=)%x09%(trailers:key=To-Version,valueonly,separator=)%x09%(trailers:key=Promoted-From,valueonly,separator=)";
        let log = self.site.at_origin(&["log", "--reverse", "--first-parent", format, &range]);
        for line in log.lines() {
            let hash = line.split('\t').next().unwrap_or_default();
            // What was merged beside something else says in its own commit what it is.
            let merged = format!("{hash}^2");
            let is_merge = line.ends_with("\t\t\t");
            let line = if is_merge {
                self.site.at_origin(&["log", "-1", format, &merged])
            } else {
                line.to_owned()
            };
            let words: Vec<&str> = line.trim_end_matches('\n').split('\t').collect();
            let stage =
                STAGES.iter().position(|stage| *stage == words[2]).expect("it is one of towpath's");
            let version = words[3].trim_start_matches('v').parse().expect("a version of ours");
            self.model.landed(words[1], stage, version);
            hash.clone_into(&mut self.main);
        }
        for (stage, name) in STAGES.iter().enumerate() {
            let text = self.site.says("main", &format!("apps/{name}/web.yaml"));
            assert_eq!(
                text,
                values("web", &format!("v{}", self.model.last(stage).version)),
                "{:?}",
                self.model
            );
        }
        let ledger =
            self.site.at_origin(&["for-each-ref", "--format=%(objectname)", "refs/towpath/ledger"]);
        if !self.ledger.is_empty() {
            self.site.at_origin(&[
                "merge-base",
                "--is-ancestor",
                self.ledger.trim(),
                ledger.trim(),
            ]);
        }
        self.ledger = ledger;
    }
}

/// As many as `PROPTEST_CASES=60` says, else few, for each takes a while.
pub fn cases(few: u32) -> u32 {
    let wanted = ProptestConfig::default().cases;
    let usual = ProptestConfig::with_cases(256).cases;
    if wanted == usual { few } else { wanted }
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { cases: cases(2), max_shrink_iters: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_stage_gets_what_its_gates_do_not_allow(steps in proptest::collection::vec(step(), 12..20)) {
        let mut pair = Pair::new();
        for step in &steps {
            pair.take(step);
        }
    }
}
