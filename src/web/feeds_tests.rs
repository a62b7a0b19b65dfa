use super::access::AccessRules;
use super::testing::WebBench;

fn bench() -> WebBench {
    WebBench::new(AccessRules::default())
}

#[test]
fn feeds_tell_the_newest_deployments() {
    let bench = bench();
    let feed = bench.get("/feeds/apps/web");
    assert_eq!(feed.header("content-type"), "application/atom+xml; charset=utf-8");
    assert_eq!(feed.text.matches("<entry>").count(), 5);
    assert!(feed.text.contains("<title>web v2 in staging (promote)</title>"), "{}", feed.text);
    let of_stage = bench.get("/feeds/stages/dev?kind=add").text;
    assert_eq!(of_stage.matches("<entry>").count(), 2, "{of_stage}");
    let all = bench.get("/feeds/all.atom").text;
    let ids: std::collections::BTreeSet<&str> =
        all.split("<id>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(ids.len(), 1 + all.matches("<entry>").count());
    assert!(all.contains("&lt;b&gt;") && !all.contains("<b>"), "{all}");
    assert_eq!(bench.get("/feeds/apps/wbe").status, 404);
}

#[test]
fn grafana_gets_annotations_in_both_forms() {
    let bench = bench();
    let list = bench.get("/grafana/annotations?app=web&kind=promote&from=0&to=now").json();
    let first = &list[0];
    assert_eq!(first["tags"], serde_json::json!(["web", "staging", "promote"]));
    let text = "promote: web v2 (#7)";
    assert_eq!((&first["title"], &first["text"]), (&"web v2 in staging".into(), &text.into()));
    let until = first["time"].as_i64().expect("a number");
    let earlier = format!("/grafana/annotations?app=web&kind=promote&to={until}");
    let count = |list: &serde_json::Value| list.as_array().map_or(0, Vec::len);
    assert_eq!(count(&bench.get(&earlier).json()), count(&list) - 1);
    let posted = r#"{"range":{"from":"1970-01-01T00:00:00Z","to":"2030-01-01T00:00:00Z"},
        "annotation":{"name":"x","query":"app=web&kind=promote"}}"#;
    assert_eq!(bench.post("/grafana/annotations", posted).json(), list);
    assert_eq!(bench.post("/grafana/annotations", "{}").status, 400);
    assert_eq!(bench.post("/grafana/annotations", &" ".repeat(70_000)).status, 413);
    assert_eq!(bench.post("/api/v1/status", posted).status, 405);
}

#[test]
fn measurements_are_those_of_the_repository_and_of_the_server() {
    let bench = bench();
    bench.get("/api/v1/status");
    let reply = bench.get("/metrics");
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(reply.header("content-type"), content_type);
    for line in [
        r#"towpath_cell_info{app="web",stage="prod",target="",image="",tag="v1",digest=""} 1"#,
        r#"towpath_deployments_total{stage="staging",kind="promote"} 1"#,
        r#"towpath_lead_time_seconds_count{stage="staging"} 1"#,
        "towpath_locks 0",
        "towpath_history_complete 1",
        r#"towpath_http_requests_total{route="/api/v1/status",status="200"} 1"#,
        r#"towpath_refreshes_total{result="success"} 1"#,
    ] {
        assert!(reply.text.lines().any(|one| one == line), "{line} is not in {}", reply.text);
    }
    assert!(reply.text.ends_with("# EOF\n") && reply.text.matches("# EOF").count() == 1);
}

#[test]
fn the_calendar_has_freezes_and_opening_hours_of_each_stage() {
    let bench = bench();
    let config = "stages:\n  - dev\n  - name: staging\n  - name: prod\n    gates:\n      \
        - window: off\n      - freeze: { from: 2023-12-20, to: 2024-01-03, reason: holidays }\n\
        gates:\n  - window: Mon-Thu 09:00-16:00 Europe/London\n\
        sources:\n  - text: \"{app}/{stage}\"\n";
    bench.land("freeze", "towpath.yaml", config);
    let reply = bench.get("/calendar.ics");
    assert_eq!(reply.header("content-type"), "text/calendar; charset=utf-8");
    let summaries: Vec<&str> =
        reply.text.lines().filter_map(|line| line.strip_prefix("SUMMARY:")).collect();
    assert_eq!(summaries, ["dev open", "staging open", "prod frozen: holidays"]);
    let again = bench.send("GET", "/calendar.ics", &[("if-none-match", reply.header("etag"))]);
    assert_eq!(again.status, 304);
    assert!(bench.get("/dora").text.contains("calendar.ics\">Freezes"));
}
