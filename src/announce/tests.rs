//! Each target with a service that has state: the answer is lost, the run is killed, two run at
//! once.

#[path = "cdevents_tests.rs"]
mod cdevents_tests;

use super::fake::{FakeService, ServiceFault, TOKEN};
use super::{AnnouncementTarget, TargetTemplate, open_targets};
use crate::ops::announcements::{
    AnnounceQuery, AnnouncementMessage, AnnouncementOutcome, AnnouncementPlace, AnnouncementSender,
    SendError, TargetReport, announce,
};
use crate::ops::error::Failure;
use crate::ops::history::HistoryQuery;
use crate::ops::session::{Options, Session, WritePermission};
use crate::ops::testing::TestRepository;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

/// The targets that take a message once, whatever happens.
const EXACTLY_ONCE: [&str; 5] = ["mastodon", "matrix", "slack:C1", "discord:C1", "grafana"];
/// The targets that cannot be asked.
const AT_LEAST_ONCE: [&str; 4] = ["slack", "discord", "teams", "webhook"];
// A receiver of CDEvents recognises each by its id; they have a test of their own.

const CONFIG: &str = "stages: [dev, prod]\nsources:\n  - text: \"{app}/{stage}\"\n";

struct Bench {
    repository: TestRepository,
    service: FakeService,
    folder: TempDir,
}

impl Bench {
    /// A repository in which announcements to a target have begun, and two deployments landed.
    fn new(kind: &str) -> Self {
        let mut repository = TestRepository::new();
        repository.commit("configure", &[("towpath.yaml", Some(CONFIG))]);
        let last =
            repository.commit("web v1", &[("web/dev", Some("v1\n")), ("web/prod", Some("v1\n"))]);
        let folder = tempfile::tempdir().expect("a folder");
        repository.open();
        let mut bench = Bench { repository, service: FakeService::start(), folder };
        let first = bench.run(kind);
        assert!(first.begins && first.messages.is_empty(), "{kind}: {first:?}");
        let all =
            [("towpath.yaml", Some(CONFIG)), ("web/dev", Some("v2\n")), ("web/prod", Some("v1\n"))];
        bench.repository.commit_as(b"Ann <ann@example.com>", b"web v2", &all, &[last]);
        let more = [("web/prod", Some("v2\n")), ("api/dev", Some("v1\n"))];
        bench.repository.commit("ship @all <b>", &more);
        bench.repository.open();
        bench
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("announced.jsonl")
    }

    fn session(&self) -> Session {
        let address = self.service.address.clone();
        let folder = self.repository.path.display().to_string();
        let options = Options {
            repository: Some(folder),
            write_access: WritePermission::Declared,
            ..Options::default()
        };
        let clock = || "2023-11-15T12:00:00Z[UTC]".parse::<jiff::Zoned>().expect("a time");
        Session::new(options, Arc::new(clock)).with_variables(Arc::new(
            move |name: &str| match name {
                "TOWPATH_SLACK_WEBHOOK" => Some(format!("{address}/hooks/slack/{TOKEN}")),
                "TOWPATH_DISCORD_WEBHOOK" => Some(format!("{address}/hooks/discord/{TOKEN}")),
                "TOWPATH_TEAMS_WEBHOOK" => Some(format!("{address}/hooks/teams/{TOKEN}")),
                "TOWPATH_CDEVENTS_WEBHOOK" => Some(format!("{address}/hooks/cdevents/{TOKEN}")),
                "TOWPATH_CDEVENTS_SECRET" | "TOWPATH_WEBHOOK_SECRET" => {
                    Some("whsec_c2VjcmV0".to_owned())
                }
                "TOWPATH_WEBHOOK_WEBHOOK" => Some(format!("{address}/hooks/own/{TOKEN}")),
                name if name.ends_with("_TOKEN") => Some(TOKEN.to_owned()),
                _ => None,
            },
        ))
    }

    fn sender(&self, kind: &str) -> Box<dyn AnnouncementSender> {
        let address = &self.service.address;
        let text = match kind {
            "mastodon" => format!("mastodon:{address}"),
            "matrix" => format!("matrix:{address}/!room:example.org"),
            "grafana" => format!("grafana:{address}/grafana"),
            "slack:C1" => format!("slack:{address}/slack/C1"),
            "discord:C1" => format!("discord:{address}/discord/C1"),
            other => other.to_owned(),
        };
        let target = AnnouncementTarget::parse(&text).expect(kind);
        let opened = open_targets(&[target], &[], &self.session()).expect(kind);
        opened.into_iter().next().expect("one target")
    }

    fn query(&self) -> AnnounceQuery {
        let place = AnnouncementPlace::File(self.state());
        AnnounceQuery { history: HistoryQuery::default(), place, limit: 50, is_dry: false }
    }

    fn run_with(&self, sender: Box<dyn AnnouncementSender>) -> Result<TargetReport, Failure> {
        let mut reports = announce(&self.query(), &[sender], &self.session())?;
        Ok(reports.remove(0))
    }

    fn run(&self, kind: &str) -> TargetReport {
        self.run_with(self.sender(kind)).expect(kind)
    }

    /// Runs until nothing is left, as a job that starts again does.
    fn run_until_done(&self, kind: &str) {
        for _ in 0..4 {
            let report = self.run(kind);
            if report.failure.is_none() && report.messages.is_empty() {
                return;
            }
        }
        panic!("{kind}: there is always something left");
    }

    fn texts(&self) -> Vec<String> {
        self.service.world().taken.iter().map(|taken| taken.text.clone()).collect()
    }
}

/// A sender that panics at a step, which leaves behind what a kill leaves.
struct KilledSender {
    inner: Box<dyn AnnouncementSender>,
    is_sent: bool,
}

impl AnnouncementSender for KilledSender {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn can_find(&self) -> bool {
        self.inner.can_find()
    }

    fn text(&self, message: &AnnouncementMessage) -> Result<String, Failure> {
        self.inner.text(message)
    }

    fn send(&self, message: &AnnouncementMessage) -> Result<(), SendError> {
        if self.is_sent {
            self.inner.send(message)?;
        }
        // A panic without the message of the hook.
        std::panic::resume_unwind(Box::new("killed"));
    }

    fn find(&self, message: &AnnouncementMessage) -> Result<bool, Failure> {
        self.inner.find(message)
    }
}

#[test]
fn what_a_commit_deploys_is_one_message_and_is_told_once() {
    for kind in EXACTLY_ONCE.into_iter().chain(AT_LEAST_ONCE) {
        let bench = Bench::new(kind);
        let report = bench.run(kind);
        assert_eq!(report.messages.len(), 2, "{kind}: {report:?}");
        let texts = bench.texts();
        assert_eq!(texts.len(), 2, "{kind}");
        assert!(texts[0].contains("web v2 in dev (was v1)"), "{kind}: {}", texts[0]);
        let both = texts[1].contains("web v2 in prod") && texts[1].contains("api v1 in dev");
        assert!(both, "{kind}: {}", texts[1]);
        assert!(bench.run(kind).messages.is_empty(), "{kind}");
        assert_eq!(bench.texts().len(), 2, "{kind}");
    }
}

#[test]
fn a_message_is_taken_exactly_once_where_the_target_can_be_asked() {
    for kind in EXACTLY_ONCE {
        for fault in [
            ServiceFault::LostAnswer,
            ServiceFault::LostRequest,
            ServiceFault::Status(429),
            ServiceFault::Status(401),
        ] {
            let bench = Bench::new(kind);
            bench.service.world().faults.push_back(fault);
            bench.run_until_done(kind);
            assert_eq!(bench.texts().len(), 2, "{kind} {fault:?}: {:?}", bench.texts());
        }
    }
}

#[test]
fn a_message_is_taken_at_least_once_everywhere() {
    for kind in AT_LEAST_ONCE {
        for (fault, most) in [
            (ServiceFault::LostAnswer, 3),
            (ServiceFault::LostRequest, 2),
            (ServiceFault::Status(429), 2),
            (ServiceFault::Status(403), 2),
        ] {
            let bench = Bench::new(kind);
            bench.service.world().faults.push_back(fault);
            bench.run_until_done(kind);
            let count = bench.texts().len();
            assert_eq!(count, most, "{kind} {fault:?}");
        }
    }
}

#[test]
fn a_server_error_is_tried_again() {
    for kind in ["mastodon", "slack"] {
        let bench = Bench::new(kind);
        bench.service.world().faults.push_back(ServiceFault::Status(500));
        bench.run_until_done(kind);
        assert_eq!(bench.texts().len(), 2, "{kind}");
    }
}

#[test]
fn a_killed_run_is_made_good_by_the_next_one() {
    for (kind, most) in [("mastodon", 2), ("matrix", 2), ("slack:C1", 2), ("slack", 3)] {
        for is_sent in [false, true] {
            let bench = Bench::new(kind);
            let killed = Box::new(KilledSender { inner: bench.sender(kind), is_sent });
            let run = std::panic::AssertUnwindSafe(|| bench.run_with(killed).map(drop));
            assert!(std::panic::catch_unwind(run).is_err(), "{kind}");
            let next = bench.run(kind);
            assert!(next.failure.is_none(), "{kind} {is_sent}: {next:?}");
            let is_found = next.messages.iter().any(|(_, how)| *how == AnnouncementOutcome::Found);
            assert_eq!(is_found, is_sent && kind != "slack", "{kind} {is_sent}: {next:?}");
            let expected = if is_sent { most } else { 2 };
            assert_eq!(bench.texts().len(), expected, "{kind} {is_sent}");
            assert!(bench.run(kind).messages.is_empty(), "{kind}");
        }
    }
}

#[test]
fn two_runs_at_once_tell_it_once() {
    let bench = Bench::new("slack");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| drop(bench.run("slack")));
        }
    });
    assert_eq!(bench.texts().len(), 2);
}

#[test]
fn half_a_line_in_the_file_is_dropped() {
    let bench = Bench::new("slack");
    let mut text = std::fs::read(bench.state()).expect("a file");
    text.extend(b"{\"id\":\"12");
    std::fs::write(bench.state(), text).expect("written");
    assert_eq!(bench.run("slack").messages.len(), 2);
    assert!(bench.run("slack").messages.is_empty());
    std::fs::write(bench.state(), "nonsense\n").expect("written");
    let failure = bench.run_with(bench.sender("slack")).expect_err("no event");
    assert!(failure.message().starts_with("line 1 of "), "{}", failure.message());
}

#[test]
fn a_refusal_says_no_secret() {
    for kind in EXACTLY_ONCE.into_iter().chain(AT_LEAST_ONCE) {
        let bench = Bench::new(kind);
        bench.service.world().faults.push_back(ServiceFault::Status(403));
        let report = bench.run(kind);
        let failure = report.failure.expect("it is refused");
        let all = format!("{} {:?} {:?}", failure.message(), failure.causes(), failure.hints());
        assert!(!all.contains(TOKEN) && all.contains("403"), "{kind}: {all}");
        let state = std::fs::read_to_string(bench.state()).expect("a file");
        assert!(!state.contains(TOKEN), "{kind}: {state}");
    }
}

#[test]
fn what_a_commit_says_mentions_nobody() {
    for (kind, shown) in [
        ("mastodon", "ship @\u{200b}all <b>"),
        ("slack", "ship @all &lt;b&gt;"),
        ("discord", "ship \\@all \\<b\\>"),
        ("matrix", "ship @all <b>"),
    ] {
        let bench = Bench::new(kind);
        bench.run(kind);
        let texts = bench.texts();
        assert!(texts[1].contains(shown), "{kind}: {}", texts[1]);
    }
    let bench = Bench::new("discord");
    bench.run("discord");
    let body = bench.service.world().taken[0].body.clone();
    assert_eq!(body["allowed_mentions"], serde_json::json!({ "parse": [] }));
}

#[test]
fn a_webhook_is_signed_and_keeps_its_id_when_it_is_sent_again() {
    let bench = Bench::new("webhook");
    bench.service.world().faults.push_back(ServiceFault::LostAnswer);
    bench.run_until_done("webhook");
    let taken = bench.service.world().taken.clone();
    let header = |at: usize, name: &str| {
        let found = taken[at].headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).expect(name)
    };
    assert_eq!(header(0, "webhook-id"), header(1, "webhook-id"));
    assert_ne!(header(0, "webhook-id"), header(2, "webhook-id"));
    let (id, time) = (header(2, "webhook-id"), header(2, "webhook-timestamp"));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"secret");
    let signed = format!("{id}.{time}.{}", taken[2].body);
    let sent = header(2, "webhook-signature");
    let tag = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, &sent[3..]);
    ring::hmac::verify(&key, signed.as_bytes(), &tag.expect("Base64")).expect("the signature");
    let body = &taken[2].body;
    assert_eq!(body["schema"], "towpath.announcement/1");
    assert_eq!(body["deployments"].as_array().map(Vec::len), Some(2));
}

#[test]
fn an_annotation_has_the_time_and_the_tags_of_its_commit() {
    let bench = Bench::new("grafana");
    bench.run("grafana");
    let world = bench.service.world();
    let body = &world.taken[1].body;
    let tags = body["tags"].as_array().expect("a list").clone();
    let tags: Vec<&str> = tags.iter().filter_map(|tag| tag.as_str()).collect();
    assert!(tags[0].starts_with("towpath-"), "{tags:?}");
    assert_eq!(tags[1..], ["towpath", "add", "promote", "dev", "prod", "api", "web"]);
    assert!(body["time"].as_i64().is_some_and(|time| time > 1_600_000_000_000), "{body}");
    let text = body["text"].as_str().unwrap_or_default();
    assert!(text.contains("<br>ship @all &lt;b&gt; (Ann, "), "{text}");
}

#[test]
fn a_template_words_the_message() {
    let bench = Bench::new("slack");
    let target = AnnouncementTarget::parse("slack").expect("a target");
    let open = |text: &str| {
        let template = TargetTemplate { target: Some("slack".into()), text: text.into() };
        open_targets(std::slice::from_ref(&target), &[template], &bench.session())
    };
    let wrong = |text: &str| open(text).err().expect("it is wrong").message();
    assert_eq!(wrong("{{ ap }}"), "the template uses `ap`");
    assert!(wrong("{{ app").starts_with("the template is wrong: "));
    let template = "*{{ apps | join(', ') }}* -> {{ place }}: {{ subject }}";
    let senders = open(template).expect("a template");
    announce(&bench.query(), &senders, &bench.session()).expect("sent");
    assert_eq!(
        bench.texts()[1],
        "*web, api* -&gt; 2 places: ship @all &lt;b&gt;".replace("-&gt;", "->")
    );
}

#[test]
fn filters_have_beginnings_of_their_own() {
    let bench = Bench::new("slack");
    bench.run("slack");
    let only_prod = AnnounceQuery {
        history: HistoryQuery { apps: vec!["web".to_owned()], ..HistoryQuery::default() },
        ..bench.query()
    };
    let run = |query: &AnnounceQuery| {
        announce(query, &[bench.sender("slack")], &bench.session()).expect("done").remove(0)
    };
    assert!(run(&only_prod).begins, "a new filter tells nothing old");
    let mut since = only_prod.clone();
    since.history.window.since = Some("2000-01-01".to_owned());
    let told = run(&since).messages;
    assert_eq!(told.len(), 1, "only v1, which no run has told: {told:?}");
    let dry = AnnounceQuery { is_dry: true, ..since };
    assert!(run(&dry).messages.is_empty());
}
