use super::access::AccessRules;
use super::testing::WebBench;
use axum::http::StatusCode;

fn bench() -> WebBench {
    WebBench::new(AccessRules::default())
}

#[test]
fn every_page_shows_its_answer_and_links_to_the_others() {
    let bench = bench();
    for (target, expected) in [
        ("/", vec!["<a href=\"/apps/web\">web</a>", "<code>v2</code>", "class=\"differs\""]),
        ("/?differs=true&stage=prod,staging", vec![" checked>", "value=\"prod,staging\""]),
        ("/apps/web", vec!["<h1>web</h1>", "<a href=\"/stages/prod\">", "web/prod:1", "(#7)"]),
        ("/stages/staging", vec!["<h1>staging</h1>", "<a href=\"/apps/web\">", "<svg "]),
        ("/versions/web%40v1", vec!["The way of web@v1", "left for v2", "runs here"]),
        ("/history?app=web&kind=promote", vec!["<option selected>promote</option>", ">#7<"]),
        ("/dora", vec!["<h2 id=\"table1\">Stages</h2>", "staging"]),
        ("/audit", vec!["<p class=\"kicker\">towpath audit</p>", "<a href=\"/history\">"]),
    ] {
        let page = bench.get(target);
        assert_eq!(
            (page.status.as_u16(), page.header("content-type")),
            (200, "text/html; charset=utf-8")
        );
        assert!(
            page.header("content-security-policy").starts_with("default-src 'none'; style-src")
        );
        // The template engine escapes slashes, too.
        let shown = page.text.replace("&#x2f;", "/");
        for text in expected {
            assert!(shown.contains(text), "{target} lacks {text}: {shown}");
        }
    }
}

#[test]
fn texts_of_a_repository_are_shown_as_they_are_written() {
    let bench = bench();
    bench.land("<script>alert(1)</script>", "a<i>/dev", "a2\n");
    for target in ["/", "/history", "/apps/a%3Ci%3E", "/stages/dev"] {
        let page = bench.get(target).text;
        assert!(!page.contains("<script>alert") && !page.contains("<i>"), "{target}: {page}");
        assert!(page.contains("a&lt;i&gt;"), "{target}: {page}");
    }
    let page = bench.get("/?app=%22%3E%3Cscript%3E*").text;
    assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;*\""), "{page}");
}

#[test]
fn problems_are_pages_where_a_page_was_asked_for() {
    let bench = bench();
    for (target, status, expected) in [
        ("/apps/wbe", 404, "there is no app `wbe`"),
        ("/stages/%3Cb%3E", 404, "there is no stage `&lt;b&gt;`"),
        ("/versions/v9", 404, "version `v9` was never deployed"),
        ("/history?kind=x", 400, "`kind` does not know `x`"),
    ] {
        let page = bench.get(target);
        assert_eq!(page.status, status, "{target}");
        assert!(page.text.contains(&format!("<h1>{expected}")), "{target}: {}", page.text);
    }
}

#[test]
fn the_matrix_of_another_time_is_of_that_commit() {
    let bench = bench();
    let page = bench.get("/?at=HEAD~2");
    assert!(page.text.contains("at <b>HEAD~2</b>") && !page.text.contains("<code>v2</code>"));
    let page = bench.get("/?at=2023-11-14T22:19:00Z");
    assert!(page.text.contains("<code>v2</code>") || page.text.contains("<code>v1</code>"));
}

/// A browser that reloads a page keeps the body, and takes the policy of the answer.
#[test]
fn a_page_that_is_known_keeps_its_policy() {
    let bench = WebBench::new(AccessRules::default());
    let page = bench.get("/");
    let known = bench.send("GET", "/", &[("if-none-match", page.header("etag"))]);
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    let policy = "content-security-policy";
    assert_eq!(known.header(policy), page.header(policy));
}
