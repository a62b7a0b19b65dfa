//! Streams of updates, webhooks that cause them, and several repositories in one server.

use super::access::AccessRules;
use super::testing::{WEBHOOK_SECRET, WebBench};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use tower_service::Service;

async fn next_text(body: &mut Body) -> Option<String> {
    let frame = body.frame().await?.expect("a frame");
    Some(String::from_utf8_lossy(frame.data_ref().expect("data")).into_owned())
}

#[test]
fn a_reader_is_told_when_another_state_is_served() {
    let bench = WebBench::new(AccessRules::default());
    bench.mirror.refresh();
    let revision = |bench: &WebBench| {
        let state = bench.mirror.current().expect("it is read");
        format!("event: revision\ndata: {}\n\n", state.state.revision.clone().expect("a commit"))
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(async {
        let request = Request::builder().uri("/events").body(Body::empty()).expect("a request");
        let answer = bench.router().call(request).await.expect("it cannot fail");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let mut body = answer.into_body();
        let first = next_text(&mut body).await.expect("an event");
        assert_eq!(first, format!("retry: 5000\n{}", revision(&bench)));
        bench.land("web v3", "web/dev", "v3\n");
        bench.mirror.refresh();
        let second = next_text(&mut body).await.expect("an event");
        assert_eq!(second, revision(&bench));
        assert!(!first.ends_with(&second));
        bench.stop.send(true).expect("it is heard");
        assert_eq!(next_text(&mut body).await, None);
    });
}

#[test]
fn only_a_signed_webhook_wakes_the_mirror() {
    let bench = WebBench::new(AccessRules::default());
    let post_text = |path: &str, name: &'static str, value: &str, text: &'static str| {
        let request = Request::builder().method("POST").uri(path).header(name, value);
        bench.answer(request.body(Body::from(text)).expect("a request"))
    };
    let post = |path: &str, name, value: &str| post_text(path, name, value, "Hello, World!");
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let forged = post("/webhook/github", "x-hub-signature-256", "sha256=00");
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert!(!bench.mirror.is_woken());
    let taken = post("/webhook/github", "x-hub-signature-256", signature);
    assert_eq!((taken.status, bench.mirror.is_woken()), (StatusCode::ACCEPTED, true));
    let again = post("/webhook/github", "x-hub-signature-256", signature);
    assert_eq!((again.status, bench.mirror.is_woken()), (StatusCode::CONFLICT, false));
    let gitlab = post_text("/webhook/gitlab", "x-gitlab-token", WEBHOOK_SECRET, "{}");
    assert_eq!(gitlab.status, StatusCode::ACCEPTED);
    assert_eq!(post("/webhook/nobody", "x", "y").status, StatusCode::NOT_FOUND);
    let reads = bench.send("GET", "/webhook/github", &[]);
    assert_eq!(reads.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[test]
fn repositories_have_paths_of_their_own() {
    let bench = WebBench::below("/shop", AccessRules::default());
    assert_eq!(bench.send("GET", "/readyz", &[]).status, StatusCode::SERVICE_UNAVAILABLE);
    let page = bench.get("/shop/");
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let page = page.text.replace("&#x2f;", "/");
    for link in [
        "\"/shop/apps/web\"",
        "\"/shop/stages/prod\"",
        "\"/shop/events\"",
        "\"/shop/feeds/all.atom\"",
    ] {
        assert!(page.contains(link), "{link}: {page}");
    }
    assert!(!page.contains("\"/apps/"), "{page}");
    for path in
        ["/shop", "/shop/apps/web", "/shop/history", "/shop/feeds/apps/web", "/shop/metrics"]
    {
        assert_eq!(bench.get(path).status, StatusCode::OK, "{path}");
    }
    let status = bench.get("/shop/api/v1/status/web").json();
    assert_eq!(status["entries"].as_array().map(Vec::len), Some(3));
    assert_eq!(bench.get("/shop/api/openapi.json").json()["servers"][0]["url"], "/shop/");
    let all = bench.get("/api/v1/repositories").json();
    assert_eq!(all["repositories"][0]["path"], "/shop/");
    let overview = bench.get("/").text.replace("&#x2f;", "/");
    assert!(overview.contains("<a href=\"/shop/\">shop</a>"), "{overview}");
    assert_eq!(bench.get("/api/v1/status").status, StatusCode::NOT_FOUND);
    assert_eq!(bench.get("/readyz").status, StatusCode::OK);
    assert_eq!(bench.get("/healthz").status, StatusCode::OK);
}
