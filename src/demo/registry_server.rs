//! A container registry in memory: enough of the OCI distribution API to list tags, to pull and
//! push manifests and small contents, and to list referrers.

use super::loopback_server::{LoopbackAnswer, LoopbackRequest, serve_loopback};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

/// An image to be put into the registry.
#[derive(Debug, Clone, Default)]
pub struct DemoImage {
    pub repository: String,
    pub tag: String,
    /// RFC 3339.
    pub created: String,
    pub labels: BTreeMap<String, String>,
}

/// A registry in memory.
#[derive(Debug)]
pub struct DemoRegistry {
    contents: Mutex<RegistryContents>,
    /// True where it lists referrers by the API of OCI 1.1; else clients use the fallback tag.
    pub lists_referrers: bool,
}

#[derive(Debug, Default)]
struct RegistryContents {
    blobs: BTreeMap<String, Vec<u8>>,
    /// Media type and bytes by repository and digest.
    manifests: BTreeMap<(String, String), (String, Vec<u8>)>,
    tags: BTreeMap<String, BTreeMap<String, String>>,
}

impl DemoRegistry {
    /// An empty registry.
    pub fn new(lists_referrers: bool) -> Self {
        DemoRegistry { contents: Mutex::default(), lists_referrers }
    }

    /// Serves the registry on a free port of 127.0.0.1 until the process ends.
    ///
    /// # Errors
    /// When no port can be opened.
    pub fn serve(self: Arc<Self>) -> io::Result<SocketAddr> {
        serve_loopback(Arc::new(move |request| self.answer(request)))
    }

    /// Puts an image under its tag; returns its digest.
    pub fn push_image(&self, image: &DemoImage) -> String {
        let config = json!({
            "created": image.created, "os": "linux", "architecture": "amd64",
            "config": {"Labels": image.labels}, "rootfs": {"type": "layers", "diff_ids": []},
        });
        let config = config.to_string().into_bytes();
        let descriptor =
            json!({"mediaType": CONFIG, "digest": digest_of(&config), "size": config.len()});
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor, "layers": [],
        });
        let mut contents = self.lock();
        contents.blobs.insert(digest_of(&config), config);
        contents.put_manifest(
            &image.repository,
            &image.tag,
            MANIFEST,
            manifest.to_string().into_bytes(),
        )
    }

    /// Removes a tag.
    pub fn remove_tag(&self, repository: &str, tag: &str) {
        if let Some(tags) = self.lock().tags.get_mut(repository) {
            tags.remove(tag);
        }
    }

    /// Answers a request.
    pub fn answer(&self, request: &LoopbackRequest) -> LoopbackAnswer {
        let Some(path) = request.path().strip_prefix("/v2/") else {
            return LoopbackAnswer::new(404, "");
        };
        if path.is_empty() {
            return LoopbackAnswer::new(200, "{}");
        }
        for (mark, act) in [
            ("/tags/list", Self::tags as RequestAnswer),
            ("/manifests/", Self::manifest),
            ("/blobs/uploads/", Self::upload),
            ("/blobs/", Self::blob),
            ("/referrers/", Self::referrers),
        ] {
            if let Some((repository, reference)) = path.rsplit_once(mark) {
                return act(self, request, repository, reference);
            }
        }
        LoopbackAnswer::new(404, "")
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, RegistryContents> {
        match self.contents.lock() {
            Ok(contents) => contents,
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    /// One page of tags, sorted, with a link to the next one.
    fn tags(&self, request: &LoopbackRequest, repository: &str, _rest: &str) -> LoopbackAnswer {
        let contents = self.lock();
        let Some(tags) = contents.tags.get(repository) else {
            return refusal(404, "NAME_UNKNOWN", "repository name not known to registry");
        };
        let last = request.query("last").unwrap_or_default();
        let size = request.query("n").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
        let after: Vec<&String> = tags.keys().filter(|tag| tag.as_str() > last).collect();
        let page: Vec<&String> = after.iter().copied().take(size).collect();
        let body = json!({"name": repository, "tags": page}).to_string();
        let answer = LoopbackAnswer::new(200, body).with("content-type", "application/json");
        match page.last().filter(|_| page.len() < after.len()) {
            Some(last) => {
                let next =
                    format!("</v2/{repository}/tags/list?n={size}&last={last}>; rel=\"next\"");
                answer.with("link", &next)
            }
            None => answer,
        }
    }

    fn manifest(&self, request: &LoopbackRequest, repository: &str, name: &str) -> LoopbackAnswer {
        let mut contents = self.lock();
        if request.method == "PUT" {
            let kind = request.header("content-type").unwrap_or(MANIFEST).to_owned();
            let parsed: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let digest = contents.put_manifest(repository, name, &kind, request.body.clone());
            let answer = LoopbackAnswer::new(201, "").with("docker-content-digest", &digest);
            let subject = parsed.pointer("/subject/digest").and_then(Value::as_str);
            return match subject.filter(|_| self.lists_referrers) {
                Some(subject) => answer.with("oci-subject", subject),
                None => answer,
            };
        }
        let digest = match name.contains(':') {
            true => Some(name.to_owned()),
            false => contents.tags.get(repository).and_then(|tags| tags.get(name)).cloned(),
        };
        let key = (repository.to_owned(), digest.unwrap_or_default());
        match contents.manifests.get(&key) {
            Some((kind, bytes)) => LoopbackAnswer::new(200, bytes.clone())
                .with("content-type", kind)
                .with("docker-content-digest", &key.1),
            None => refusal(404, "MANIFEST_UNKNOWN", "manifest unknown"),
        }
    }

    fn blob(&self, _request: &LoopbackRequest, _repository: &str, digest: &str) -> LoopbackAnswer {
        match self.lock().blobs.get(digest) {
            Some(bytes) => LoopbackAnswer::new(200, bytes.clone()),
            None => refusal(404, "BLOB_UNKNOWN", "blob unknown"),
        }
    }

    /// Starts an upload, or ends one with all its bytes.
    fn upload(&self, request: &LoopbackRequest, repository: &str, _rest: &str) -> LoopbackAnswer {
        if request.method == "POST" {
            let place = format!("/v2/{repository}/blobs/uploads/1?_state=x");
            return LoopbackAnswer::new(202, "").with("location", &place);
        }
        let digest = digest_of(&request.body);
        if request.query("digest") != Some(digest.replace(':', "%3A").as_str()) {
            return refusal(400, "DIGEST_INVALID", "provided digest did not match content");
        }
        self.lock().blobs.insert(digest, request.body.clone());
        LoopbackAnswer::new(201, "")
    }

    fn referrers(&self, _request: &LoopbackRequest, repository: &str, of: &str) -> LoopbackAnswer {
        if !self.lists_referrers {
            return LoopbackAnswer::new(404, "");
        }
        let contents = self.lock();
        let mut found = Vec::new();
        for ((_, digest), (kind, bytes)) in
            contents.manifests.iter().filter(|((there, _), _)| there == repository)
        {
            let parsed: Value = serde_json::from_slice(bytes).unwrap_or_default();
            if parsed.pointer("/subject/digest").and_then(Value::as_str) == Some(of) {
                found.push(json!({
                    "mediaType": kind, "digest": digest, "size": bytes.len(),
                    "artifactType": parsed["artifactType"],
                }));
            }
        }
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": found});
        LoopbackAnswer::new(200, index.to_string()).with("content-type", INDEX)
    }
}

/// Answers a request about a repository and a reference in it.
type RequestAnswer = fn(&DemoRegistry, &LoopbackRequest, &str, &str) -> LoopbackAnswer;

impl RegistryContents {
    fn put_manifest(&mut self, repository: &str, name: &str, kind: &str, bytes: Vec<u8>) -> String {
        let digest = digest_of(&bytes);
        let key = (repository.to_owned(), digest.clone());
        self.manifests.insert(key, (kind.to_owned(), bytes));
        if !name.contains(':') {
            let tags = self.tags.entry(repository.to_owned()).or_default();
            tags.insert(name.to_owned(), digest.clone());
        }
        digest
    }
}

fn refusal(status: u16, code: &str, message: &str) -> LoopbackAnswer {
    let body = json!({"errors": [{"code": code, "message": message}]});
    LoopbackAnswer::new(status, body.to_string()).with("content-type", "application/json")
}

fn digest_of(bytes: &[u8]) -> String {
    let mut out = String::from("sha256:");
    for byte in digest(&SHA256, bytes).as_ref() {
        let _ = write!(out, "{byte:02x}");
    }
    out
}
