//! The client of registries, against a registry over HTTP on 127.0.0.1: paging, sign-in, limits,
//! hostile answers, referrers and uploads.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use towpath::demo::{DemoImage, DemoRegistry, LoopbackAnswer, LoopbackRequest, serve_loopback};
use towpath::forge::{Clock, ForgeAccess, HttpExchange, RequestLimits};
use towpath::registry::{
    ArtifactUpload, ImageRepository, RegistryCache, RegistryClient, RegistryConnector,
    RegistryCredential, RegistryError, RegistryHost, RegistryHosts,
};

/// What a test does with a request before the registry answers it.
type Intercept = dyn Fn(&LoopbackRequest) -> Option<LoopbackAnswer> + Send + Sync;

/// A registry with one image, and what it was asked.
struct Site {
    registry: Arc<DemoRegistry>,
    host: String,
    log: Arc<Mutex<Vec<String>>>,
    digest: String,
}

impl Site {
    fn new(lists_referrers: bool, intercept: Box<Intercept>) -> Self {
        let registry = Arc::new(DemoRegistry::new(lists_referrers));
        let digest = registry.push_image(&image("v1"));
        let log = Arc::<Mutex<Vec<String>>>::default();
        let (served, told) = (Arc::clone(&registry), Arc::clone(&log));
        let answer = move |request: &LoopbackRequest| {
            let signed = request.header("authorization").unwrap_or("-");
            let line = format!("{} {} {signed}", request.method, request.target);
            told.lock().expect("not poisoned").push(line);
            intercept(request).unwrap_or_else(|| served.answer(request))
        };
        let host = serve_loopback(Arc::new(answer)).expect("a free port").to_string();
        Site { registry, host, log, digest }
    }

    fn plain() -> Self {
        Site::new(true, Box::new(|_| None))
    }

    fn place(&self) -> ImageRepository {
        ImageRepository::parse(&format!("{}/team/web", self.host)).expect("a name")
    }

    fn client(&self) -> RegistryClient {
        self.client_with(None, None)
    }

    fn client_with(
        &self,
        credential: Option<RegistryCredential>,
        cache: Option<&Path>,
    ) -> RegistryClient {
        let named = [(self.host.clone(), RegistryHost { mirror: None, plain_http: true })];
        let hosts = RegistryHosts { named: named.into(), ..RegistryHosts::default() };
        let connector = RegistryConnector {
            connect: Box::new(|_| HttpExchange::new(&access()).map_err(|error| error.to_string())),
            credential: Box::new(move |_| credential.clone()),
        };
        RegistryClient::new(hosts, connector, RegistryCache::new(cache, true))
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().expect("not poisoned"))
    }
}

fn image(tag: &str) -> DemoImage {
    DemoImage {
        repository: "team/web".into(),
        tag: tag.into(),
        created: "2026-02-18T13:16:42Z".into(),
        labels: [
            ("org.opencontainers.image.revision".to_owned(), "0a1b2c3".to_owned()),
            ("org.opencontainers.image.source".to_owned(), "https://h.io/web".to_owned()),
        ]
        .into(),
    }
}

fn access() -> ForgeAccess {
    ForgeAccess {
        token: None,
        proxy: None,
        no_proxy: Vec::new(),
        authorities: None,
        limits: RequestLimits {
            timeout: Duration::from_secs(1),
            attempts: 3,
            pause: Duration::ZERO,
            patience: Duration::from_secs(30),
            pages: 1,
        },
        clock: Clock { now: Arc::new(|| 1000), sleep: Arc::new(|_| ()), chance: Arc::new(|| 0.0) },
        log: None,
    }
}

/// Answers with something else once, or always, where the target contains a text.
fn instead(part: &'static str, times: usize, answer: LoopbackAnswer) -> Box<Intercept> {
    let left = Mutex::new(times);
    Box::new(move |request| {
        let mut left = left.lock().expect("not poisoned");
        (request.target.contains(part) && *left > 0).then(|| {
            *left -= 1;
            answer.clone()
        })
    })
}

#[test]
fn an_image_is_read() {
    let site = Site::plain();
    let client = site.client();
    let digest = client.resolve_tag(&site.place(), "v1").expect("it is there");
    assert_eq!(digest, site.digest);
    let facts = client.image_facts(&site.place(), &digest).expect("it is read");
    assert_eq!(facts.created, Some(1_771_420_602));
    assert_eq!(facts.revision.as_deref(), Some("0a1b2c3"));
    assert_eq!(facts.source.as_deref(), Some("https://h.io/web"));
    assert_eq!(facts.platforms, ["linux/amd64"]);
    let missing = client.resolve_tag(&site.place(), "v2").expect_err("it is not there");
    assert!(missing.is_absence(), "{missing}");
    let bad = client.resolve_tag(&site.place(), "../../x").expect_err("it is no tag");
    assert!(matches!(bad, RegistryError::BadName { .. }), "{bad}");
}

#[test]
fn ten_thousand_tags_come_in_pages_once() {
    let site = Site::plain();
    (0..9_999).for_each(|n| drop(site.registry.push_image(&image(&format!("main-{n}")))));
    let cache = tempfile::tempdir().expect("a folder");
    let client = site.client_with(None, Some(cache.path()));
    let tags = client.tags(&site.place(), 0, 1000).expect("they are listed");
    assert_eq!((tags.tags.len(), site.asked().len()), (10_000, 10));
    let again = site.client_with(None, Some(cache.path()));
    assert_eq!(again.tags(&site.place(), 900, 2000).expect("from the cache"), tags);
    assert_eq!((again.request_count(), site.asked().len()), (0, 0));
    assert_eq!(again.tags(&site.place(), 1001, 2000).expect("asked again").read_at, 2000);
    assert_eq!(site.asked().len(), 10);
}

#[test]
fn a_registry_that_ignores_pages_or_names_none_is_read_to_the_end() {
    let all: Vec<String> = (0..1000).map(|n| format!("t{n:04}")).collect();
    let body = serde_json::json!({"tags": all}).to_string();
    let site = Site::new(true, instead("tags/list", usize::MAX, LoopbackAnswer::new(200, body)));
    let tags = site.client().tags(&site.place(), 0, 0).expect("they are listed").tags;
    assert_eq!((tags.len(), site.asked().len()), (1000, 2), "the second page brings nothing new");
    let null = LoopbackAnswer::new(200, r#"{"name":"team/web","tags":null}"#);
    let site = Site::new(true, instead("tags/list", 1, null));
    assert!(site.client().tags(&site.place(), 0, 0).expect("an empty list").tags.is_empty());
}

/// A registry that wants a token, or a password, of `bot`.
fn guarded(bearer: bool) -> Site {
    let basic = format!("Basic {}", STANDARD.encode("bot:s3cret"));
    let host = Arc::<Mutex<String>>::default();
    let told = Arc::clone(&host);
    let site = Site::new(
        true,
        Box::new(move |request| {
            let signed = request.header("authorization");
            if request.path() == "/token" {
                let known = signed == Some(basic.as_str()) || request.body.ends_with(b"=refresh");
                return Some(match known {
                    true => LoopbackAnswer::new(200, r#"{"token":"t0ken"}"#),
                    false => LoopbackAnswer::new(401, ""),
                });
            }
            let wanted = if bearer { "Bearer t0ken" } else { basic.as_str() };
            if signed == Some(wanted) {
                return None;
            }
            let challenge = match bearer {
                true => {
                    let host = told.lock().expect("not poisoned").clone();
                    format!("Bearer realm=\"http://{host}/token\",service=\"s\"")
                }
                false => "Basic realm=\"x\"".to_owned(),
            };
            Some(LoopbackAnswer::new(401, "").with("www-authenticate", &challenge))
        }),
    );
    site.host.clone_into(&mut host.lock().expect("not poisoned"));
    site
}

#[test]
fn tokens_and_passwords_sign_in_and_are_not_told() {
    for bearer in [false, true] {
        let site = guarded(bearer);
        let known = Some(RegistryCredential::new("bot", "s3cret"));
        let client = site.client_with(known, None);
        client.resolve_tag(&site.place(), "v1").expect("signed in");
        client.tags(&site.place(), 0, 0).expect("still signed in");
        let asked = site.asked();
        assert_eq!(asked.len(), if bearer { 4 } else { 3 }, "{asked:?}");
        let wrong = site.client_with(Some(RegistryCredential::new("bot", "wr0ng")), None);
        let error = wrong.tags(&site.place(), 0, 0).expect_err("it is rejected");
        assert!(matches!(error, RegistryError::Unauthorised { .. }), "{error}");
        let said = format!("{error} {error:?} {:?}", error.hint());
        assert!(!said.contains("wr0ng") && !said.contains(&STANDARD.encode("bot:wr0ng")), "{said}");
        let error = site.client().tags(&site.place(), 0, 0).expect_err("nobody asks");
        assert!(error.to_string().contains("there is no credential for it"), "{error}");
    }
    let site = guarded(true);
    let client = site.client_with(Some(RegistryCredential::new("<token>", "refresh")), None);
    client.tags(&site.place(), 0, 0).expect("signed in by a refresh token");
    let asked = site.asked();
    assert!(asked.iter().all(|line| !line.contains("refresh")), "in no URL: {asked:?}");
}

#[test]
fn a_redirect_to_another_host_goes_without_the_credential() {
    let other = Site::plain();
    let target = format!("http://{}/v2/team/web/manifests/v1", other.host);
    let basic = format!("Basic {}", STANDARD.encode("bot:s3cret"));
    let site = Site::new(
        true,
        Box::new(move |request| match request.header("authorization") {
            Some(signed) if signed == basic => {
                Some(LoopbackAnswer::new(307, "").with("location", &target))
            }
            _ => Some(LoopbackAnswer::new(401, "").with("www-authenticate", "Basic")),
        }),
    );
    let client = site.client_with(Some(RegistryCredential::new("bot", "s3cret")), None);
    client.resolve_tag(&site.place(), "v1").expect("it is found there");
    let asked = other.asked();
    assert_eq!(asked, ["HEAD /v2/team/web/manifests/v1 -"]);
}

#[test]
fn hostile_answers_are_refused_by_name() {
    let tags = |answer: LoopbackAnswer| {
        let site = Site::new(true, instead("tags/list", usize::MAX, answer));
        let error = site.client().tags(&site.place(), 0, 0).expect_err("refused");
        (error.to_string().replace(&site.host, "HOST"), site.asked().len())
    };
    let (said, _) = tags(LoopbackAnswer::new(200, "<html>login</html>"));
    assert!(
        said.starts_with("unexpected answer from HOST for the tags of HOST/team/web"),
        "{said}"
    );
    let (said, times) = tags(LoopbackAnswer::new(200, "{\"tags\":[").with("content-length", "999"));
    assert!(said.starts_with("lost the connection to HOST"), "{said}");
    assert_eq!(times, 3, "it is asked again");
    let (said, _) = tags(LoopbackAnswer::new(403, ""));
    assert_eq!(said, "HOST denied access to the tags of HOST/team/web (status 403)");
    let (said, times) = tags(LoopbackAnswer::new(502, ""));
    assert_eq!(said, "HOST returned a server error for the tags of HOST/team/web (status 502)");
    assert_eq!(times, 3);
    let (said, times) = tags(LoopbackAnswer::new(429, "").with("retry-after", "3600"));
    assert_eq!((said.as_str(), times), ("the rate limit of HOST is exceeded", 1));
    let (said, _) = tags(LoopbackAnswer::new(302, "").with("location", "file:///etc/passwd"));
    assert_eq!(said, "HOST redirects the tags of HOST/team/web: it leads nowhere");
    let next = LoopbackAnswer::new(200, r#"{"tags":["a"]}"#)
        .with("link", "<https://evil.example.com/v2/x>; rel=\"next\"");
    let (said, _) = tags(next);
    assert!(said.ends_with("it points to another host"), "{said}");
}

#[test]
fn a_short_rate_limit_is_waited_for() {
    let limit = LoopbackAnswer::new(429, "").with("retry-after", "2");
    let site = Site::new(true, instead("tags/list", 2, limit));
    assert_eq!(site.client().tags(&site.place(), 0, 0).expect("at last").tags, ["v1"]);
    assert_eq!(site.asked().len(), 3);
}

#[test]
fn contents_must_have_their_digest_and_a_size() {
    let site = Site::new(true, instead("manifests/sha256", 9, LoopbackAnswer::new(200, "{}")));
    let error = site.client().manifest(&site.place(), &site.digest).expect_err("other bytes");
    assert!(matches!(error, RegistryError::WrongDigest { .. }), "{error}");
    let huge = LoopbackAnswer::new(200, vec![b' '; 5 * 1024 * 1024]);
    let site = Site::new(true, instead("manifests/sha256", 9, huge));
    let error = site.client().manifest(&site.place(), &site.digest).expect_err("too large");
    assert!(matches!(error, RegistryError::TooLarge { .. }), "{error}");
    assert_eq!(site.asked().len(), 1, "another answer would be as large");
    let claims = LoopbackAnswer::new(200, "{").with("content-length", "104857600");
    let site = Site::new(true, instead("manifests/sha256", 9, claims));
    let error = site.client().manifest(&site.place(), &site.digest).expect_err("100 MB");
    let is_told = matches!(error, RegistryError::TooLarge { .. } | RegistryError::Broken { .. });
    assert!(is_told, "{error}");
}

#[test]
fn a_registry_that_hangs_is_left() {
    let site = Site::new(
        true,
        Box::new(|_| {
            std::thread::sleep(Duration::from_secs(5));
            None
        }),
    );
    let start = Instant::now();
    let error = site.client().tags(&site.place(), 0, 0).expect_err("no answer");
    let wanted = format!("{} did not send the tags of {} within 1 s", site.host, site.place());
    assert_eq!(error.to_string(), wanted);
    assert!(start.elapsed() < Duration::from_secs(4), "it is not asked again and again");
}

#[test]
fn the_cache_holds_contents_by_digest_and_believes_no_others() {
    let site = Site::plain();
    let cache = tempfile::tempdir().expect("a folder");
    let client = || site.client_with(None, Some(cache.path()));
    let facts = client().image_facts(&site.place(), &site.digest).expect("it is read");
    site.asked();
    assert_eq!(client().image_facts(&site.place(), &site.digest).expect("again"), facts);
    assert_eq!(site.asked(), [""; 0]);
    let hex = site.digest.strip_prefix("sha256:").expect("a digest");
    let file = cache.path().join("registry/sha256").join(hex);
    std::fs::write(&file, "{}").expect("written");
    assert_eq!(client().image_facts(&site.place(), &site.digest).expect("asked again"), facts);
    assert_eq!(site.asked().len(), 1);
}

#[test]
fn a_marker_is_attached_once_with_and_without_the_referrers_api() {
    for lists_referrers in [true, false] {
        let site = Site::new(lists_referrers, Box::new(|_| None));
        let none = BTreeMap::new();
        let upload = ArtifactUpload {
            subject: &site.digest,
            artifact_type: "application/vnd.example.deployable",
            content: Some((b"{\"ok\":true}", "application/json")),
            annotations: &none,
        };
        let client = site.client();
        let first = client.attach(&site.place(), &upload).expect("attached");
        let second = client.attach(&site.place(), &upload).expect("attached again");
        assert_eq!((first.was_there, second.was_there), (false, true));
        assert_eq!(first.digest, second.digest);
        let found = client.referrers(&site.place(), &site.digest).expect("listed");
        let found: Vec<(&str, &str)> =
            found.iter().map(|one| (one.digest.as_str(), one.artifact_type.as_str())).collect();
        let wanted = (first.digest.as_str(), "application/vnd.example.deployable");
        assert_eq!(found, [wanted], "{lists_referrers}");
        let marker = ArtifactUpload { content: None, artifact_type: "a/b", ..upload };
        client.attach(&site.place(), &marker).expect("another type");
        assert_eq!(client.referrers(&site.place(), &site.digest).expect("listed").len(), 2);
        let other = format!("sha256:{}", "0".repeat(64));
        let error = client.attach(&site.place(), &ArtifactUpload { subject: &other, ..upload });
        assert!(error.expect_err("no such image").is_absence());
    }
}

#[test]
fn an_artifact_about_another_image_does_not_count() {
    let site = Site::plain();
    let other = site.registry.push_image(&DemoImage { created: String::new(), ..image("v2") });
    let none = BTreeMap::new();
    let upload =
        ArtifactUpload { subject: &other, artifact_type: "a/b", content: None, annotations: &none };
    let about_other = site.client().attach(&site.place(), &upload).expect("attached").digest;
    let body = serde_json::json!({"manifests": [{"digest": about_other, "artifactType": "a/b"}]});
    let lie = LoopbackAnswer::new(200, body.to_string())
        .with("content-type", "application/vnd.oci.image.index.v1+json");
    let path = format!("/v2/team/web/referrers/{}", site.digest);
    let (registry, target) = (Arc::clone(&site.registry), path);
    let lying = serve_loopback(Arc::new(move |request: &LoopbackRequest| {
        if request.target == target { lie.clone() } else { registry.answer(request) }
    }));
    let site = Site { host: lying.expect("a free port").to_string(), ..site };
    assert!(site.client().referrers(&site.place(), &site.digest).expect("listed").is_empty());
}
