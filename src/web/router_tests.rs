use super::access::{AccessRules, AccessToken};
use super::testing::WebBench;

fn bench() -> WebBench {
    WebBench::new(AccessRules::default())
}

#[test]
fn the_api_answers_with_the_json_of_the_command_line() {
    let bench = bench();
    let status = bench.get("/api/v1/status").json();
    assert_eq!(status["schema"], "towpath.status/1");
    assert_eq!(status["entries"].as_array().map(Vec::len), Some(4));
    let one = bench.get("/api/v1/status/web?stage=prod&no_since=true").json();
    assert_eq!(
        (&one["entries"][0]["tag"], &one["entries"][0]["since"]),
        (&"v1".into(), &().into())
    );
    let history = bench.get("/api/v1/history?app=w*&kind=promote,rollback").json();
    assert_eq!(history["schema"], "towpath.history/1");
    assert_eq!(history["deployments"][0]["pull_request"], 7);
    let diff = bench.get("/api/v1/diff?left=staging&right=prod").json();
    assert_eq!((&diff["schema"], &diff["compared"]), (&"towpath.diff/1".into(), &1.into()));
    let trace = bench.get("/api/v1/trace/web%40v1").json();
    assert_eq!(trace["found"][0]["stays"].as_array().map(Vec::len), Some(3));
    let metrics = bench.get("/api/v1/metrics?since=2023-01-01&tolerance=1m").json();
    assert_eq!(metrics["schema"], "towpath.metrics/1");
    let audit = bench.get("/api/v1/audit?rule=skipped-stage").json();
    assert_eq!(audit["schema"], "towpath.audit/1");
    let ask = bench.get("/api/v1/ask?app=web&to=prod").json();
    assert_eq!((&ask["schema"], &ask["tag"]), (&"towpath.ask/1".into(), &"v2".into()));
}

#[test]
fn csv_is_sent_where_the_command_has_it() {
    let bench = bench();
    let csv = bench.get("/api/v1/status?format=csv");
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.text.starts_with("app,stage,target,"), "{}", csv.text);
    let wanted = [("accept", "text/csv")];
    assert!(bench.send("GET", "/api/v1/history", &wanted).text.starts_with("time,stage,"));
    assert!(bench.send("GET", "/api/v1/trace/v1", &wanted).text.starts_with('{'));
    let json = bench.send("GET", "/api/v1/history?format=json", &wanted);
    assert_eq!(json.header("content-type"), "application/json");
}

#[test]
fn a_history_is_read_in_pages_that_stay_where_they_are() {
    let bench = bench();
    let whole = bench.get("/api/v1/history?app=web").json();
    let whole = whole["deployments"].as_array().expect("deployments").clone();
    let (mut target, mut read) = ("/api/v1/history?app=web&limit=2".to_owned(), Vec::new());
    loop {
        let page = bench.get(&target);
        assert_eq!(page.status, 200, "{}", page.text);
        read.extend(page.json()["deployments"].as_array().expect("deployments").clone());
        let link = page.header("link").to_owned();
        let Some(next) = link.strip_prefix('<').and_then(|link| link.split_once('>')) else {
            break;
        };
        assert!(next.0.starts_with("?app=web&limit=2&cursor="), "{link}");
        target = format!("/api/v1/history{}", next.0);
        // What lands meanwhile belongs before the first page.
        bench.land("later", "web/dev", &format!("v{}\n", 10 + read.len()));
        bench.mirror.refresh();
    }
    assert_eq!((read.len(), &read), (5, &whole));
    let stranger = format!("/api/v1/history?cursor=1-{}", "0".repeat(40));
    let reply = bench.get(&stranger);
    assert_eq!(reply.status, 404);
    assert!(reply.text.contains("begin again without it"), "{}", reply.text);
}

#[test]
fn wrong_questions_are_problems_with_the_hints_of_the_command_line() {
    let bench = bench();
    let problem = |target: &str| {
        let reply = bench.get(target);
        assert_eq!(reply.header("content-type"), "application/problem+json", "{target}");
        let json = reply.json();
        assert_eq!(json["status"], reply.status.as_u16());
        format!("{} {} {}", reply.status.as_u16(), json["detail"], json["hints"])
    };
    for (target, expected) in [
        (
            "/api/v1/status?stag=prod",
            r#"400 "there is no parameter `stag`" ["did you mean `stage`?"]"#,
        ),
        ("/api/v1/status?stage=prd", r#"404 "there is no stage `prd`" ["did you mean `prod`?"]"#),
        ("/api/v1/status/wbe", r#"404 "there is no app `wbe`" ["the apps are api, web"]"#),
        ("/api/v1/diff?left=dev", r#"400 "`right` is missing""#),
        ("/api/v1/history?limit=0", r#"400 "`limit` is a number from 1 to 1000""#),
        ("/api/v1/audit?rule=x", r#"400 "`rule` does not know `x`""#),
        ("/api/v1/ask?app=api&to=prod", r#"404 "api is not in prod""#),
        (
            "/api/v1/versions/web",
            r#"404 "towpath.yaml says nothing about a registry of web" ["`image` or `versions` under `apps` does"]"#,
        ),
        ("/api/v1/status/", r#"404 "there is nothing at this path""#),
        ("/api/v1/status/..%2f..%2fetc", r#"404 "there is no app `../../etc`""#),
        ("/api/v1/status/a%00", r#"404 "there is nothing at this path""#),
        ("/api/v1/status/%ff", r#"404 "there is nothing at this path""#),
        ("/nowhere", r#"404 "there is nothing at this path""#),
    ] {
        assert!(problem(target).starts_with(expected), "{target}: {}", problem(target));
    }
}

#[test]
fn only_reading_is_possible() {
    let bench = bench();
    for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW"] {
        for target in ["/api/v1/status", "/nowhere"] {
            let reply = bench.send(method, target, &[]);
            assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "GET, HEAD, OPTIONS"));
        }
    }
    assert_eq!(bench.send("OPTIONS", "/api/v1/status", &[]).status, 204);
    bench.mirror.refresh();
    assert_eq!(bench.send("HEAD", "/api/v1/status", &[]).text, "");
    let long = format!("/api/v1/status?app={}", "a".repeat(9000));
    assert_eq!(bench.get(&long).status, 414);
}

#[test]
fn an_answer_is_known_by_its_etag_until_the_repository_changes() {
    let bench = bench();
    let first = bench.get("/api/v1/status");
    let etag = first.header("etag").to_owned();
    let again = |bench: &WebBench| bench.send("GET", "/api/v1/status", &[("if-none-match", &etag)]);
    assert_eq!((again(&bench).status.as_u16(), again(&bench).text.as_str()), (304, ""));
    bench.land("web v3", "web/dev", "v3\n");
    let before = again(&bench);
    bench.mirror.refresh();
    let after = again(&bench);
    assert_eq!((before.status.as_u16(), after.status.as_u16()), (304, 200));
    assert_ne!(before.header("towpath-revision"), after.header("towpath-revision"));
}

#[test]
fn a_server_that_has_read_nothing_says_so() {
    let bench = bench();
    assert_eq!(bench.send("GET", "/healthz", &[]).text, "ok\n");
    for target in ["/readyz", "/api/v1/status"] {
        let reply = bench.send("GET", target, &[]);
        assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (503, "2"), "{target}");
    }
    assert_eq!(bench.get("/readyz").json()["ready"], true);
    // A repository that cannot be read any more is still served as it was, and that is said.
    std::fs::rename(&bench.repository.path, bench.repository.path.with_extension("gone"))
        .expect("it can be moved");
    bench.mirror.refresh();
    let ready = bench.get("/readyz").json();
    assert!(
        ready["failure"].as_str().is_some_and(|text| text.contains("there is no file or folder")),
        "{ready}"
    );
}

#[test]
fn readers_show_a_token_where_there_is_one() {
    let tokens = vec![AccessToken::new("s3cret")];
    let bench = WebBench::new(AccessRules { tokens, ..AccessRules::default() });
    bench.mirror.refresh();
    let refused = bench.get("/api/v1/status");
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").starts_with("Basic realm"));
    let shown = [("authorization", "Bearer s3cret"), ("host", "any.example")];
    assert_eq!(bench.send("GET", "/api/v1/status", &shown).status, 200);
    assert_eq!(bench.get("/readyz").status, 200);
}

#[test]
fn foreign_names_and_origins_are_kept_out() {
    let origins = vec!["https://dash.example".to_owned()];
    let bench = WebBench::new(AccessRules { origins, ..AccessRules::default() });
    bench.mirror.refresh();
    let asked = |headers: &[(&str, &str)]| bench.send("GET", "/api/v1/status", headers);
    assert_eq!(asked(&[("host", "rebound.example:8080")]).status, 421);
    let (named, other) = (
        asked(&[("origin", "https://dash.example")]),
        asked(&[("origin", "https://evil.example")]),
    );
    assert_eq!(named.header("access-control-allow-origin"), "https://dash.example");
    assert_eq!((other.status.as_u16(), other.header("access-control-allow-origin")), (200, ""));
    let policy = "default-src 'none'; frame-ancestors 'none'; sandbox";
    assert_eq!(named.header("content-security-policy"), policy);
    assert_eq!(asked(&[("x-request-id", "abc-1")]).header("x-request-id"), "abc-1");
    assert_eq!(asked(&[("x-request-id", "a b")]).header("x-request-id").len(), 16);
}

#[test]
fn the_description_and_its_schemas_are_served() {
    let bench = bench();
    let description = bench.get("/api/openapi.json");
    let reference = "towpath.status.schema.json";
    let schema = &description.json()["paths"]["/api/v1/status"]["get"]["responses"]["200"];
    assert_eq!(schema["content"]["application/json"]["schema"]["$ref"], reference);
    assert_eq!(bench.get(&format!("/api/{reference}")).json()["title"], "towpath.status/1");
}
