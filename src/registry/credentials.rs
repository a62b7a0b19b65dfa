//! Credentials for registries, in the places where docker, podman and CI systems keep them.

use super::place::ImageRepository;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// The key of Docker Hub in `config.json`.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";
/// The user name with which a credential helper marks a refresh token.
const TOKEN_USER: &str = "<token>";

/// A user name and a password, or a refresh token. `Debug` hides the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistryCredential {
    user: String,
    secret: String,
    is_refresh_token: bool,
}

impl RegistryCredential {
    /// Creates a credential from a user name and a password.
    pub fn new(user: &str, secret: &str) -> Self {
        let is_refresh_token = user == TOKEN_USER;
        RegistryCredential { user: user.into(), secret: secret.trim().into(), is_refresh_token }
    }

    /// The refresh token, if it is one.
    pub(super) fn refresh_token(&self) -> Option<&str> {
        self.is_refresh_token.then_some(self.secret.as_str())
    }

    /// The value of the `Authorization` header.
    pub(super) fn basic(&self) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", self.user, self.secret)))
    }

    fn refresh(token: &str) -> Self {
        RegistryCredential::new(TOKEN_USER, token)
    }
}

impl fmt::Debug for RegistryCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegistryCredential(***)")
    }
}

/// The places to look up credentials, as functions of the caller.
pub struct CredentialSources<'a> {
    /// An environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The contents of a file; `None` where there is none.
    pub read: &'a dyn Fn(&Path) -> Option<Vec<u8>>,
    /// The answer of `docker-credential-NAME get` for a server.
    pub helper: &'a dyn Fn(&str, &str) -> Option<String>,
}

/// The result of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialSearch {
    /// The credential, and where it was found, in words.
    pub found: Option<(RegistryCredential, String)>,
    /// Files that could not be read, in words.
    pub troubles: Vec<String>,
}

/// `config.json` and `auth.json`.
#[derive(Debug, Default, Deserialize)]
struct AuthFile {
    #[serde(default)]
    auths: BTreeMap<String, AuthEntry>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
struct AuthEntry {
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default, rename = "identitytoken")]
    identity_token: Option<String>,
}

/// The answer of a credential helper.
#[derive(Deserialize)]
struct HelperAnswer {
    #[serde(rename = "Username")]
    user: String,
    #[serde(rename = "Secret")]
    secret: String,
}

/// Finds the credential for a repository. Variables come first, as CI systems set them, then the
/// files of podman and docker with their helpers. A variable counts only for the host that another
/// variable names: a secret is never sent to a host it was not meant for.
pub fn find_credential(
    place: &ImageRepository,
    sources: &CredentialSources<'_>,
) -> CredentialSearch {
    let read = |name: &str| (sources.variable)(name).filter(|value| !value.trim().is_empty());
    if let Some(found) = from_variables(place, &read) {
        return CredentialSearch { found: Some(found), troubles: Vec::new() };
    }
    let mut out = CredentialSearch::default();
    let mut texts: Vec<(Vec<u8>, String)> = Vec::new();
    texts.extend(
        read("DOCKER_AUTH_CONFIG")
            .map(|text| (text.into_bytes(), "the variable DOCKER_AUTH_CONFIG".to_owned())),
    );
    for path in auth_files(&read) {
        texts.extend((sources.read)(&path).map(|text| (text, path.display().to_string())));
    }
    for (text, name) in texts {
        match serde_json::from_slice::<AuthFile>(&text) {
            Ok(file) => {
                if let Some((credential, by)) = from_file(&file, place, sources) {
                    out.found = Some((credential, format!("{name}{by}")));
                    return out;
                }
            }
            // The error of the parser could show a piece of the file.
            Err(_) => out.troubles.push(format!("{name} is no docker configuration")),
        }
    }
    out.found = github_token(place, &read);
    out
}

fn from_variables(
    place: &ImageRepository,
    read: &dyn Fn(&str) -> Option<String>,
) -> Option<(RegistryCredential, String)> {
    let sets = [
        ["TOWPATH_REGISTRY", "TOWPATH_REGISTRY_USER", "TOWPATH_REGISTRY_PASSWORD"],
        ["CI_REGISTRY", "CI_REGISTRY_USER", "CI_REGISTRY_PASSWORD"],
    ];
    sets.iter().find_map(|[host, user, password]| {
        let is_meant = server_of(&read(host)?).eq_ignore_ascii_case(&place.host);
        let secret = read(password).filter(|_| is_meant)?;
        let user = read(user).unwrap_or_default();
        Some((RegistryCredential::new(&user, &secret), format!("the variable {password}")))
    })
}

/// The token of GitHub's own runners, which opens its own registry alone.
fn github_token(
    place: &ImageRepository,
    read: &dyn Fn(&str) -> Option<String>,
) -> Option<(RegistryCredential, String)> {
    let names = ["GITHUB_TOKEN", "GH_TOKEN"];
    let (name, secret) = names.iter().find_map(|name| Some((name, read(name)?)))?;
    let user = read("GITHUB_ACTOR").unwrap_or_else(|| "x-access-token".to_owned());
    let found = (RegistryCredential::new(&user, &secret), format!("the variable {name}"));
    (place.host == "ghcr.io").then_some(found)
}

/// The files of podman and docker, in the order in which podman reads them.
fn auth_files(read: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let folder = |name: &str| read(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = folder("HOME");
    let config = folder("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config")));
    let docker = folder("DOCKER_CONFIG").or_else(|| Some(home.as_ref()?.join(".docker")));
    [
        folder("REGISTRY_AUTH_FILE"),
        folder("XDG_RUNTIME_DIR").map(|path| path.join("containers/auth.json")),
        config.map(|path| path.join("containers/auth.json")),
        docker.map(|path| path.join("config.json")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn from_file(
    file: &AuthFile,
    place: &ImageRepository,
    sources: &CredentialSources<'_>,
) -> Option<(RegistryCredential, String)> {
    let keys = server_keys(place);
    let named = keys.iter().find_map(|key| file.helpers.get(key)).or(file.store.as_ref());
    if let Some(helper) = named.filter(|name| is_helper_name(name)) {
        for key in &keys {
            let answer = (sources.helper)(helper, key);
            let answer: Option<HelperAnswer> =
                answer.and_then(|text| serde_json::from_str(&text).ok());
            if let Some(answer) = answer.filter(|answer| !answer.secret.is_empty()) {
                let credential = RegistryCredential::new(&answer.user, &answer.secret);
                return Some((credential, format!(" (docker-credential-{helper})")));
            }
        }
    }
    // The longest prefix counts: `quay.io/team` before `quay.io`.
    let whole = place.to_string();
    let fits = |key: &str| {
        let key = key.trim_start_matches("https://").trim_start_matches("http://");
        let key = key.trim_end_matches('/').trim_end_matches("/v1").trim_end_matches("/v2");
        let key = if place.is_docker_hub() && key == "index.docker.io" { "docker.io" } else { key };
        whole.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut entries: Vec<(&String, &AuthEntry)> =
        file.auths.iter().filter(|(key, _)| fits(key)).collect();
    entries.sort_by_key(|(key, _)| std::cmp::Reverse(key.len()));
    entries.into_iter().find_map(|(_, entry)| Some((credential_of(entry)?, String::new())))
}

fn credential_of(entry: &AuthEntry) -> Option<RegistryCredential> {
    if let Some(token) = entry.identity_token.as_deref().filter(|token| !token.is_empty()) {
        return Some(RegistryCredential::refresh(token));
    }
    if let Some(auth) = entry.auth.as_deref().filter(|auth| !auth.is_empty()) {
        let bytes = BASE64_STANDARD.decode(auth.trim()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (user, secret) = text.split_once(':')?;
        return Some(RegistryCredential::new(user, secret));
    }
    let secret = entry.password.as_deref().filter(|secret| !secret.is_empty())?;
    Some(RegistryCredential::new(entry.username.as_deref().unwrap_or_default(), secret))
}

/// The names under which helpers know a server.
fn server_keys(place: &ImageRepository) -> Vec<String> {
    if place.is_docker_hub() {
        return vec![DOCKER_HUB_KEY.to_owned(), "docker.io".to_owned()];
    }
    vec![place.host.clone(), format!("https://{}", place.host)]
}

/// True for the end of a program's name, which cannot leave its folder.
fn is_helper_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// The host of a URL or of a text such as `registry.gitlab.com`, with its port.
fn server_of(text: &str) -> String {
    let text = text.trim().trim_start_matches("https://").trim_start_matches("http://");
    text.split('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(image: &str, variables: &[(&str, &str)], files: &[(&str, &str)]) -> String {
        let variable = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let read = |path: &Path| {
            let file = files.iter().find(|(name, _)| Path::new(name) == path);
            file.map(|(_, text)| text.as_bytes().to_vec())
        };
        let helper = |name: &str, server: &str| {
            (name == "pass" && server == "r.io")
                .then(|| r#"{"ServerURL":"r.io","Username":"h","Secret":"by-helper"}"#.to_owned())
        };
        let place = ImageRepository::parse(image).expect("a name");
        let sources = CredentialSources { variable: &variable, read: &read, helper: &helper };
        let search = find_credential(&place, &sources);
        match search.found {
            Some((found, by)) => format!("{}:{} {by}", found.user, found.secret),
            None => format!("none {}", search.troubles.join("; ")).trim_end().to_owned(),
        }
    }

    #[test]
    fn files_and_helpers_of_docker_and_podman_are_read() {
        let home = [("HOME", "/h")];
        let auth = BASE64_STANDARD.encode("me:p:w");
        let docker = "/h/.docker/config.json";
        let plain = format!(r#"{{"auths": {{"r.io": {{"auth": "{auth}"}}}}}}"#);
        assert_eq!(found("r.io/a", &home, &[(docker, &plain)]), format!("me:p:w {docker}"));
        assert_eq!(found("r.io.evil.io/a", &home, &[(docker, &plain)]), "none");
        let hub =
            format!(r#"{{"auths": {{"https://index.docker.io/v1/": {{"auth": "{auth}"}}}}}}"#);
        assert_eq!(found("nginx", &home, &[(docker, &hub)]), format!("me:p:w {docker}"));
        let by_helper = r#"{"auths": {"r.io": {}}, "credHelpers": {"r.io": "pass"}}"#;
        assert_eq!(
            found("r.io/a", &home, &[(docker, by_helper)]),
            format!("h:by-helper {docker} (docker-credential-pass)")
        );
        let store = r#"{"credsStore": "../../evil"}"#;
        assert_eq!(found("r.io/a", &home, &[(docker, store)]), "none");
        let nested = r#"{"auths": {"q.io": {"username": "a", "password": "1"}, "q.io/team": {"username": "b", "password": "2"}}}"#;
        let podman = "/h/.config/containers/auth.json";
        assert_eq!(found("q.io/team/x", &home, &[(podman, nested)]), format!("b:2 {podman}"));
        assert_eq!(found("q.io/teams/x", &home, &[(podman, nested)]), format!("a:1 {podman}"));
        let token = r#"{"auths": {"r.io": {"identitytoken": "t"}}}"#;
        assert_eq!(found("r.io/a", &home, &[(docker, token)]), format!("<token>:t {docker}"));
        assert_eq!(
            found("r.io/a", &home, &[(docker, "{\"auths\": s3cret")]),
            format!("none {docker} is no docker configuration")
        );
    }

    #[test]
    fn a_variable_counts_for_the_host_it_is_meant_for() {
        let ours = [
            ("TOWPATH_REGISTRY", "r.io"),
            ("TOWPATH_REGISTRY_USER", "ci"),
            ("TOWPATH_REGISTRY_PASSWORD", "s"),
            ("GITHUB_TOKEN", "g"),
        ];
        assert_eq!(found("r.io/a", &ours, &[]), "ci:s the variable TOWPATH_REGISTRY_PASSWORD");
        assert_eq!(found("evil.io/a", &ours, &[]), "none");
        assert_eq!(found("ghcr.io/a/b", &ours, &[]), "x-access-token:g the variable GITHUB_TOKEN");
        let config = r#"{"auths": {"d.io": {"username": "a", "password": "1"}}}"#;
        let gitlab = [("DOCKER_AUTH_CONFIG", config)];
        assert_eq!(found("d.io/a", &gitlab, &[]), "a:1 the variable DOCKER_AUTH_CONFIG");
    }

    #[test]
    fn a_credential_is_not_shown() {
        assert_eq!(
            format!("{:?}", RegistryCredential::new("a", "s3cret")),
            "RegistryCredential(***)"
        );
    }
}
