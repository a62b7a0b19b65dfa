//! A forge over HTTP on 127.0.0.1, with state. The world is the same for all; each dialect says how
//! it is asked about and told.

mod azure;
mod bitbucket;
pub mod comments;
pub mod deployments;
mod gitea;
mod github;
mod gitlab;
mod people;
pub mod server;

use serde_json::{Value, json};
use server::{Answer, Request};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use towpath::forge::ForgeKind;

/// The token that the forge accepts.
pub const TOKEN: &str = "t0ken-9f31c7-secret";

/// Who the token belongs to.
pub const ME: &str = "bot";

/// One pull request.
#[derive(Debug, Clone, Default)]
pub struct Pull {
    pub number: u64,
    pub title: String,
    pub body: String,
    pub head: String,
    pub base: String,
    pub state: String,
    pub draft: bool,
    pub labels: Vec<String>,
    pub reviewers: Vec<String>,
    pub assignees: Vec<String>,
    pub auto: bool,
    pub fork: bool,
    pub reviews: Vec<(String, String)>,
    /// Why it cannot be merged.
    pub blocked: Option<String>,
    /// How many answers say that it is still checked whether it can be merged.
    pub checking: u32,
    /// True where the base takes only branches that are up to date, and this one is not.
    pub behind: bool,
    /// What its branch was at when it was opened, where there is a real repository.
    pub commit: Option<String>,
}

impl Pull {
    /// What its branch is at.
    pub fn sha(&self) -> String {
        self.commit.clone().unwrap_or_else(|| sha(&self.head))
    }
}

/// The commit of a branch: stable, and as long as a real one.
pub fn sha(branch: &str) -> String {
    let sum = branch.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    format!("{sum:016x}{sum:016x}{sum:08x}")[..40].to_owned()
}

/// What goes wrong with the next request that matches.
#[derive(Clone)]
pub enum Fault {
    /// This answer, and nothing happens.
    Instead(Answer),
    /// What was asked is done, and this answer comes.
    After(Answer),
    /// What was asked is done, and the connection closes without an answer.
    Hangup,
    /// No answer for a while.
    Silence,
}

/// Tells whether a branch is behind the base.
pub type BehindOf = Box<dyn Fn(&str) -> bool + Send>;

/// Finds the commit of a branch.
pub type HeadOf = Box<dyn Fn(&str) -> String + Send>;

#[derive(Default)]
pub struct World {
    pub pulls: Vec<Pull>,
    /// Of a commit: name, state in the dialect's word, description, address.
    pub statuses: BTreeMap<String, Vec<(String, String, String, String)>>,
    pub labels: Vec<String>,
    pub issues: Vec<(u64, String, Vec<String>)>,
    pub comments: Vec<comments::Comment>,
    /// The notes of the releases of tags.
    pub releases: BTreeMap<String, String>,
    /// The accounts of the authors of commits.
    pub authors: BTreeMap<String, String>,
    /// The token is that of an app, which cannot ask who it is.
    pub is_app: bool,
    pub deployments: Vec<deployments::Deployment>,
    pub made_deployments: u64,
    /// Method and part of the path, and what then goes wrong.
    pub faults: Vec<(String, String, Fault)>,
    pub requests: Vec<Request>,
    /// Every request with its answer, for the judges in `tests/real`.
    pub exchanges: Vec<Value>,
    pub page_size: usize,
    /// The base is merged into through a queue.
    pub has_queue: bool,
    /// The base takes only branches that are up to date; tells those that are behind.
    pub behind_of: Option<BehindOf>,
    /// What a branch of a real repository is at.
    pub head_of: Option<HeadOf>,
}

impl World {
    pub fn pull(&mut self, number: u64) -> Option<&mut Pull> {
        self.pulls.iter_mut().find(|pull| pull.number == number)
    }

    pub fn open(&self) -> Vec<Pull> {
        let mut open: Vec<Pull> =
            self.pulls.iter().filter(|pull| pull.state == "open").cloned().collect();
        open.reverse();
        open
    }

    /// Those that a list of open, closed or all ones has, newest first.
    pub fn listed(&self, state: &str) -> Vec<Pull> {
        let is_open = |pull: &&Pull| match state {
            "all" => true,
            "closed" => pull.state != "open",
            _ => pull.state == "open",
        };
        let mut out: Vec<Pull> = self.pulls.iter().filter(is_open).cloned().collect();
        out.reverse();
        out
    }

    /// A new pull request, unless its branch has one.
    pub fn add(&mut self, mut pull: Pull) -> Option<Pull> {
        if !pull.fork
            && self
                .open()
                .iter()
                .any(|other| !other.fork && other.head == pull.head && other.base == pull.base)
        {
            return None;
        }
        pull.number = self.pulls.len() as u64 + 1;
        pull.state = "open".into();
        pull.commit = self.head_of.as_ref().map(|head_of| head_of(&pull.head));
        self.pulls.push(pull.clone());
        Some(pull)
    }

    /// Newest first, one for each name.
    pub fn set_status(&mut self, commit: &str, status: (String, String, String, String)) {
        self.statuses.entry(commit.to_owned()).or_default().insert(0, status);
    }

    pub fn statuses_of(&self, commit: &str) -> Vec<(String, String, String, String)> {
        self.statuses.get(commit).cloned().unwrap_or_default()
    }
}

/// A running fake.
pub struct Fake {
    pub kind: ForgeKind,
    pub base: String,
    pub world: Arc<Mutex<World>>,
}

impl Fake {
    pub fn start(kind: ForgeKind) -> Fake {
        Fake::start_on(kind, 0)
    }

    /// On a port that is known beforehand.
    pub fn start_on(kind: ForgeKind, port: u16) -> Fake {
        let world = Arc::new(Mutex::new(World { page_size: 100, ..World::default() }));
        let shared = Arc::clone(&world);
        let handler = move |request: &Request, base: &str| handle(kind, &shared, request, base);
        let address = server::serve(port, Arc::new(handler));
        Fake { kind, base: format!("http://{address}"), world }
    }

    /// The base of its API, as a config would name it.
    pub fn api(&self) -> String {
        format!("{}{}", self.base, prefix(self.kind))
    }

    pub fn break_next(&self, method: &str, path: &str, fault: Fault) {
        self.world.lock().expect("no panic within").faults.push((
            method.into(),
            path.into(),
            fault,
        ));
    }

    pub fn requests(&self) -> Vec<Request> {
        self.world.lock().expect("no panic within").requests.clone()
    }
}

/// Where the API of each forge begins.
pub fn prefix(kind: ForgeKind) -> &'static str {
    match kind {
        ForgeKind::GitHub => "/api/v3",
        ForgeKind::GitLab => "/api/v4",
        ForgeKind::Gitea => "/api/v1",
        ForgeKind::Bitbucket => "/2.0",
        ForgeKind::Azure => "/org",
        ForgeKind::Plain => unreachable!("it is not asked over HTTP"),
    }
}

fn handle(kind: ForgeKind, world: &Mutex<World>, request: &Request, base: &str) -> Answer {
    let mut world = world.lock().expect("no panic within");
    world.requests.push(request.clone());
    let World { pulls, behind_of, head_of, .. } = &mut *world;
    if let Some(is_behind) = behind_of {
        for pull in pulls.iter_mut().filter(|pull| pull.state == "open") {
            pull.behind = is_behind(&pull.head);
            pull.commit = head_of.as_ref().map(|head_of| head_of(&pull.head));
        }
    }
    let matches = |(method, path, _): &(String, String, Fault)| {
        *method == request.method && request.path.contains(path.as_str())
    };
    let fault = world.faults.iter().position(matches).map(|at| world.faults.remove(at).2);
    match fault {
        None => {
            let answer = speak(kind, &mut world, request, base);
            let exchange = json!({
                "method": request.method, "path": request.path, "query": request.query, "body": request.body,
                "status": answer.status, "answer": answer.body,
            });
            world.exchanges.push(exchange);
            answer
        }
        Some(Fault::Instead(answer)) => answer,
        Some(Fault::After(answer)) => {
            speak(kind, &mut world, request, base);
            answer
        }
        Some(Fault::Hangup) => {
            speak(kind, &mut world, request, base);
            Answer { hang_up: true, ..Answer::status(500) }
        }
        Some(Fault::Silence) => {
            drop(world);
            std::thread::sleep(std::time::Duration::from_millis(900));
            Answer { hang_up: true, ..Answer::status(500) }
        }
    }
}

fn speak(kind: ForgeKind, world: &mut World, request: &Request, base: &str) -> Answer {
    let expected = match kind {
        ForgeKind::Gitea => format!("token {TOKEN}"),
        // Base64 of `:t0ken-9f31c7-secret`.
        ForgeKind::Azure => "Basic OnQwa2VuLTlmMzFjNy1zZWNyZXQ=".to_owned(),
        _ => format!("Bearer {TOKEN}"),
    };
    if request.header("authorization") != Some(&expected) {
        return Answer::json(401, json!({ "message": "Bad credentials" }));
    }
    if let Some(why) = too_long(kind, request) {
        return Answer::json(422, json!({ "message": why }));
    }
    let base = &format!("{base}{}", prefix(kind));
    // Beside the other API, or below it where a judge stands before the whole server.
    if kind == ForgeKind::GitHub && request.path.ends_with("/graphql") {
        return github::graphql(world, request);
    }
    let Some(path) = request.path.strip_prefix(prefix(kind)) else { return Answer::missing() };
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let own = comments::own_account(kind, world, &parts);
    let own = own.or_else(|| comments::answer(kind, world, request, &parts));
    let own = own.or_else(|| people::answer(kind, world, request, &parts));
    let own = own.or_else(|| match kind {
        ForgeKind::GitHub => deployments::github(world, request, &parts, base),
        ForgeKind::GitLab => deployments::gitlab(world, request, &parts, base),
        _ => None,
    });
    if let Some(answer) = own {
        return answer;
    }
    match kind {
        ForgeKind::GitHub => github::answer(world, request, &parts, base),
        ForgeKind::GitLab => gitlab::answer(world, request, &parts, base),
        ForgeKind::Gitea => gitea::answer(world, request, &parts, base),
        ForgeKind::Bitbucket => bitbucket::answer(world, request, &parts, base),
        ForgeKind::Azure => azure::answer(world, request, &parts),
        ForgeKind::Plain => Answer::missing(),
    }
}

/// What the forge finds too long, by its documentation or its source.
fn too_long(kind: ForgeKind, request: &Request) -> Option<&'static str> {
    let (title, body) = match kind {
        ForgeKind::GitHub => (256, 65_536),
        ForgeKind::GitLab => (255, 1_048_576),
        ForgeKind::Gitea => (255, 65_535),
        ForgeKind::Bitbucket => (255, 32_768),
        _ => (400, 4_000),
    };
    let length = |name: &str| request.body[name].as_str().unwrap_or_default().chars().count();
    if length("title") > title {
        return Some("title is too long");
    }
    let longest = length("body").max(length("description"));
    (longest > body).then_some("body is too long")
}

/// One page of a list, with the `Link` header that says where the next is.
pub fn linked(
    world: &World,
    request: &Request,
    base: &str,
    size_key: &str,
    items: Vec<Value>,
) -> Answer {
    let asked: usize = request.value(size_key).and_then(|size| size.parse().ok()).unwrap_or(30);
    let (size, page) = (asked.min(world.page_size), request.number("page").unwrap_or(1).max(1));
    let (items, more) = page_of(items, size, page);
    let mut answer = Answer::json(200, items.into());
    if more {
        let path = request.target.split('?').next().unwrap_or_default();
        let query: Vec<String> = request
            .raw_query()
            .filter(|pair| !pair.starts_with("page="))
            .map(str::to_owned)
            .collect();
        let root = base.split("/api/").next().unwrap_or(base);
        let link = format!(r#"<{root}{path}?{}&page={}>; rel="next""#, query.join("&"), page + 1);
        answer.headers.push(("Link".into(), link));
    }
    answer
}

pub fn page_of(items: Vec<Value>, size: usize, page: usize) -> (Vec<Value>, bool) {
    let start = (page - 1) * size;
    let more = items.len() > start + size;
    (items.into_iter().skip(start).take(size).collect(), more)
}

/// The text of a field of the body.
pub fn field(request: &Request, name: &str) -> Option<String> {
    request.body[name].as_str().map(str::to_owned)
}

/// The texts in a list of the body.
pub fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}
