//! Each state of a cell, from snapshots.

use super::look::{LiveLook, LiveSource, LiveSubject};
use crate::config::{self, Config};
use crate::git::testing::TestRepository;
use crate::history::Timeline;
use crate::history::testing::timeline;
use crate::model::{Confidence, ImageReference, MappingEntry, SourceKind, StageName};
use crate::ops::options::Options;
use crate::ops::session::Session;
use crate::report::{LiveCell, LiveState};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// The digests of two builds.
const ONE: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const TWO: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

/// `web` has had v0, v1 and v2 in prod; the last two landed in one hour.
const PAST: [&str; 4] =
    ["0 web prod ->v0", "100 web prod v0>v1", "130 web prod v1>v2", "140 api prod ->v7"];

/// A repository that wants images, and what was seen.
struct LiveBench {
    config: Config,
    timeline: Timeline,
    entries: Vec<MappingEntry>,
}

impl LiveBench {
    fn new(live: &str) -> Self {
        let text = format!("stages: [dev, prod]\n{live}");
        let config = config::parse(&text, "towpath.yaml").unwrap_or_else(|error| panic!("{error}"));
        let entries = vec![entry("web", "r.io/team/web:v2"), entry("api", "r.io/team/api:v7")];
        LiveBench { config, timeline: timeline(&PAST), entries }
    }

    /// The answer about `web`, for objects as YAML.
    fn web(&self, objects: &str) -> LiveCell {
        self.answer(objects, 200)
    }

    fn answer(&self, objects: &str, minute: i64) -> LiveCell {
        let mut repository = TestRepository::new();
        repository.commit("start", &[("a", Some("1"))]);
        let opened = repository.open();
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("live.yaml");
        let time = Timestamp::from_second(minute * 60).expect("in range");
        let text = format!("schema: towpath.live-snapshot/1\ntime: {time}\nobjects:\n{objects}");
        std::fs::write(&path, text).expect("a file");
        let subject = LiveSubject {
            repository: &opened,
            config: &self.config,
            timeline: &self.timeline,
            entries: &self.entries,
            until: None,
        };
        let session =
            Session::new(Options::default(), Arc::new(move || time.to_zoned(TimeZone::UTC)));
        let source = LiveSource::Snapshot(path);
        let cells: Vec<_> = self.entries.iter().map(MappingEntry::cell).collect();
        let look = LiveLook::take(subject, &cells, &source, &session);
        let look = look.unwrap_or_else(|failure| panic!("{failure}"));
        let entry = &self.entries[0];
        look.answers(std::iter::once((entry.app.as_str(), entry))).remove(0)
    }
}

pub(super) fn entry(app: &str, image: &str) -> MappingEntry {
    let ImageReference { name, version } = ImageReference::parse(image);
    MappingEntry {
        app: app.into(),
        component: None,
        stage: StageName::from("prod"),
        target: None,
        image: Some(name),
        version,
        locations: Vec::new(),
        file: String::new(),
        overrides: Vec::new(),
        overridden: Vec::new(),
        source: SourceKind::Kustomize,
        rule: 0,
        confidence: Confidence::Configured,
        notes: Vec::new(),
    }
}

const CLUSTER: &str = "live: {prod: {witness: kubernetes, namespace: shop}}\n";

/// A Deployment in `shop` with these further fields.
fn deployment(image: &str, rest: &str) -> String {
    format!(
        "- {{kind: Deployment, namespace: shop, name: web, images: [{{container: web, image: \
         '{image}'}}], {rest}}}\n"
    )
}

fn state(objects: &str) -> (LiveState, String) {
    let cell = LiveBench::new(CLUSTER).web(objects);
    (cell.state, cell.reason.unwrap_or_default())
}

#[test]
fn the_wanted_version_counts_with_its_own_health() {
    let wanted = |rest: &str| state(&deployment("r.io/team/web:v2", rest)).0;
    assert_eq!(wanted("health: healthy"), LiveState::AsWanted);
    assert_eq!(wanted("health: progressing"), LiveState::Rolling);
    assert_eq!(wanted("health: degraded"), LiveState::Unwell);
    assert_eq!(wanted("health: unknown"), LiveState::Unknown);
    // The health of the state before, read before the controller saw the new one.
    assert_eq!(wanted("health: healthy, observed: false"), LiveState::Rolling);
}

#[test]
fn the_version_before_is_not_yet_applied_and_any_other_is_drift() {
    let runs =
        |version: &str| state(&deployment(&format!("r.io/team/web:{version}"), "health: healthy"));
    assert_eq!(runs("v1"), (LiveState::NotApplied, "v1 runs".into()));
    assert_eq!(runs("v0").0, LiveState::NotApplied, "v1 landed half an hour before v2");
    assert_eq!(runs("v9"), (LiveState::Drift, "v9 runs, which the repository does not say".into()));
}

#[test]
fn another_image_is_never_the_wanted_one() {
    let (found, reason) = state(&deployment("evil.io/team/web:v2", "health: healthy"));
    assert_eq!(found, LiveState::Drift, "{reason}");
    assert!(reason.contains("another image"), "{reason}");
}

#[test]
fn what_is_not_seen_is_unknown() {
    assert_eq!(state("  []\n").0, LiveState::Unknown);
    let elsewhere = deployment("r.io/team/web:v2", "health: healthy").replace("shop", "blog");
    assert_eq!(state(&elsewhere).0, LiveState::Unknown);
    let gap = "  []\ngaps: [{namespace: shop, what: deployments, reason: forbidden}]\n";
    let (found, reason) = state(gap);
    assert_eq!(found, LiveState::Unknown);
    assert_eq!(reason, "deployments could not be seen in shop: forbidden");
    let other = LiveBench::new("live: {dev: {witness: kubernetes}}\n");
    let all = deployment("r.io/team/web:v2", "health: healthy");
    assert_eq!(other.web(&all).state, LiveState::Unknown, "no rule places it in prod");
}

#[test]
fn an_object_that_names_its_stage_needs_no_configuration() {
    let bench = LiveBench::new("");
    let at = |stage: &str| {
        bench.web(&deployment("r.io/team/web:v2", &format!("health: healthy, stage: {stage}")))
    };
    assert_eq!(at("prod").state, LiveState::AsWanted);
    assert_eq!(at("dev").state, LiveState::Unknown);
}

#[test]
fn old_pods_are_a_rollout() {
    let running = "health: healthy, replicas: {wanted: 2, updated: 2, ready: 2}";
    let pods = deployment("r.io/team/web:v2", running).replace(
        "web:v2'}",
        "web:v2', running: [{image: 'r.io/team/web:v2', pods: 2}, {image: 'r.io/team/web:v1', pods: 1}]}",
    );
    assert_eq!(state(&pods), (LiveState::Rolling, "1 of the pods run v1".into()));
}

#[test]
fn digests_decide_where_the_repository_names_them() {
    let mut bench = LiveBench::new(CLUSTER);
    bench.entries[0].version.digest = Some(ONE.to_owned());
    let with = |digest: Option<&str>| {
        let digest = digest.map(|one| format!(", digest: '{one}'")).unwrap_or_default();
        let text = deployment("r.io/team/web:v2", "health: healthy").replace(
            "web:v2'}",
            &format!("web:v2', running: [{{image: 'r.io/team/web:v2', pods: 1{digest}}}]}}"),
        );
        bench.web(&text).state
    };
    assert_eq!(with(Some(ONE)), LiveState::AsWanted);
    assert_eq!(with(Some(TWO)), LiveState::Drift, "the tag was moved");
    assert_eq!(with(None), LiveState::Unknown);
    let pinned = deployment(&format!("r.io/team/web:v2@{ONE}"), "health: healthy");
    assert_eq!(bench.web(&pinned).state, LiveState::AsWanted);
}

#[test]
fn an_image_of_several_apps_needs_a_name() {
    let mut bench = LiveBench::new(CLUSTER);
    bench.entries[1].image = Some("r.io/team/web".to_owned());
    let named = |name: &str, rest: &str| {
        let text =
            deployment("r.io/team/web:v9", rest).replace("name: web", &format!("name: {name}"));
        bench.web(&text).state
    };
    assert_eq!(named("web", "health: healthy"), LiveState::Drift);
    assert_eq!(named("worker", "health: healthy"), LiveState::Unknown);
    assert_eq!(named("w-1", "health: healthy, apps: [web]"), LiveState::Drift);
    let text = "live: {prod: {witness: kubernetes, namespace: shop, workloads: '{app}-*'}}\n";
    let mut bench = LiveBench::new(text);
    bench.entries[1].image = Some("r.io/team/web".to_owned());
    let text =
        deployment("r.io/team/web:v2", "health: healthy").replace("name: web", "name: web-1");
    assert_eq!(bench.web(&text).state, LiveState::AsWanted);
}

#[test]
fn without_an_image_the_name_tells_the_workload() {
    let mut bench = LiveBench::new(CLUSTER);
    bench.entries[0].image = None;
    let own = deployment("other.io/any:v2", "health: healthy");
    assert_eq!(bench.web(&own).state, LiveState::AsWanted);
    assert_eq!(bench.web(&own.replace("name: web", "name: blog")).state, LiveState::Unknown);
    let two = own.replace("images: [", "images: [{container: proxy, image: 'p:1'}, ");
    assert_eq!(bench.web(&two).state, LiveState::AsWanted, "the container has its name");
}

#[test]
fn what_was_seen_before_the_version_landed_says_nothing() {
    let bench = LiveBench::new(CLUSTER);
    let old = deployment("r.io/team/web:v1", "health: healthy");
    assert_eq!(bench.answer(&old, 129).state, LiveState::Unknown);
    assert_eq!(bench.answer(&old, 131).state, LiveState::NotApplied);
}

#[test]
fn evidence_needs_pods_a_time_and_a_whole_view() {
    let since = "since: '1970-01-01T03:00:00Z'";
    let full = format!("health: healthy, {since}, replicas: {{wanted: 1, updated: 1, ready: 1}}");
    let bench = LiveBench::new(CLUSTER);
    let is_evidence = |text: &str| bench.web(text).is_evidence;
    let good = deployment("r.io/team/web:v2", &full);
    assert!(is_evidence(&good));
    let zero = full.replace("wanted: 1, updated: 1, ready: 1", "wanted: 0, updated: 0, ready: 0");
    assert!(!is_evidence(&deployment("r.io/team/web:v2", &zero)), "nothing runs");
    assert!(!is_evidence(&deployment("r.io/team/web:v2", "health: healthy")), "since when?");
    let gap = "gaps: [{namespace: shop, what: statefulsets, reason: forbidden}]\n";
    assert!(!is_evidence(&format!("{good}{gap}")), "something was not seen");
    assert_eq!(bench.web(&good).since, "1970-01-01T03:00:00Z".parse().ok());
    let early = good.replace("03:00", "01:00");
    assert_eq!(
        bench.web(&early).since,
        "1970-01-01T02:10:00Z".parse().ok(),
        "well before the version landed is well since it landed"
    );
}

#[test]
fn a_job_of_an_older_version_that_has_ended_is_no_drift() {
    let job = deployment("r.io/team/web:v9", "health: completed").replace("Deployment", "Job");
    let text = deployment("r.io/team/web:v2", "health: healthy") + &job;
    assert_eq!(state(&text).0, LiveState::AsWanted);
    assert_eq!(state(&text.replace("completed", "progressing")).0, LiveState::Drift);
}

#[test]
fn a_controller_is_asked_for_its_images_and_its_revision() {
    let text = "live: {prod: {witness: argo, namespace: argocd, apps: '{app}-{stage}'}}\n";
    let bench = LiveBench::new(text);
    let seen = |images: &str, rest: &str| {
        bench.web(&format!(
            "- {{kind: Application, namespace: argocd, name: web-prod, images: [{images}], {rest}}}\n"
        ))
    };
    let (v1, v2) = ("{image: 'r.io/team/web:v1'}", "{image: 'r.io/team/web:v2'}");
    assert_eq!(seen(v2, "health: healthy").state, LiveState::AsWanted);
    assert_eq!(seen(&format!("{v1}, {v2}"), "health: healthy").state, LiveState::Rolling);
    assert_eq!(seen(v1, "health: healthy").state, LiveState::NotApplied);
    assert_eq!(seen(v2, "health: degraded, reason: x").state, LiveState::Unwell);
    assert_eq!(seen("", "health: healthy").state, LiveState::Unknown);
    let foreign = format!("health: healthy, revisions: ['main@sha1:{}']", "a".repeat(40));
    assert_eq!(seen("", &foreign).state, LiveState::Unknown, "the revision is not in the clone");
}
