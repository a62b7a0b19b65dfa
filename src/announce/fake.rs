//! A service with state on 127.0.0.1, which speaks as all of the targets do.

use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The token that the service takes.
pub const TOKEN: &str = "t0ken-4711-secret";

/// What goes wrong with the next message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceFault {
    /// This status, and nothing happens.
    Status(u16),
    /// The message is taken, and the connection closes without an answer.
    LostAnswer,
    /// The connection closes before the message is taken.
    LostRequest,
}

/// A message as the service took it.
#[derive(Debug, Clone)]
pub struct TakenMessage {
    /// The key by which the service recognises it.
    pub key: String,
    pub text: String,
    pub body: Value,
    pub headers: Vec<(String, String)>,
}

#[derive(Default)]
pub struct ServiceWorld {
    pub taken: Vec<TakenMessage>,
    pub faults: VecDeque<ServiceFault>,
    pub requests: usize,
}

/// A running service.
pub struct FakeService {
    pub address: String,
    world: Arc<Mutex<ServiceWorld>>,
}

impl FakeService {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let world = Arc::new(Mutex::new(ServiceWorld::default()));
        let shared = Arc::clone(&world);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let world = Arc::clone(&shared);
                std::thread::spawn(move || converse(stream, &world));
            }
        });
        FakeService { address, world }
    }

    pub fn world(&self) -> MutexGuard<'_, ServiceWorld> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct ServiceCall {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Value,
}

impl ServiceCall {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

fn converse(stream: TcpStream, world: &Mutex<ServiceWorld>) {
    let mut reader = BufReader::new(stream);
    let Some(call) = read_call(&mut reader) else { return };
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    world.requests += 1;
    let is_message = call.method != "GET";
    let fault = if is_message { world.faults.pop_front() } else { None };
    let (status, body) = match fault {
        Some(ServiceFault::LostRequest) => return,
        Some(ServiceFault::Status(status)) => {
            let token = call.header("authorization");
            (status, json!({ "error": format!("no, not with {token} at {}", call.path) }))
        }
        _ => answer(&mut world, &call),
    };
    drop(world);
    if fault == Some(ServiceFault::LostAnswer) {
        return;
    }
    let body = body.to_string();
    let wait = if status == 429 { "Retry-After: 0\r\n" } else { "" };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n");
    let _ = reader.get_mut().write_all(format!("{head}{wait}\r\n{body}").as_bytes());
}

fn read_call(reader: &mut BufReader<TcpStream>) -> Option<ServiceCall> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut call = ServiceCall { method, path, headers, body: Value::Null };
    let mut body = vec![0; call.header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    call.body = serde_json::from_slice(&body).unwrap_or_default();
    Some(call)
}

/// Takes a message, once for each key where the service knows keys.
fn take(world: &mut ServiceWorld, call: &ServiceCall, key: &str, text: &str) {
    if key.is_empty() || world.taken.iter().all(|taken| taken.key != key) {
        let (body, headers) = (call.body.clone(), call.headers.clone());
        world.taken.push(TakenMessage { key: key.into(), text: text.into(), body, headers });
    }
}

fn answer(world: &mut ServiceWorld, call: &ServiceCall) -> (u16, Value) {
    let text = |field: &str| call.body[field].as_str().unwrap_or_default().to_owned();
    let path = call.path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let is_known = call.header("authorization").ends_with(TOKEN);
    match (call.method.as_str(), parts.as_slice()) {
        // An event for each deployment; a receiver knows them by their ids.
        ("POST", ["hooks", "cdevents", TOKEN]) => {
            let content = &call.body["subject"]["content"];
            let shown = format!("{} {content}", call.body["context"]["type"]);
            take(world, call, call.header("ce-id"), &shown);
            (202, Value::Null)
        }
        ("POST", ["hooks", kind, TOKEN]) => {
            let shown = match *kind {
                "slack" => text("text"),
                "discord" => text("content"),
                "teams" => call.body["attachments"][0]["content"]["body"].to_string(),
                _ => text("text"),
            };
            take(world, call, "", &shown);
            (200, json!("ok"))
        }
        _ if !is_known => (401, json!({ "error": "wrong token" })),
        ("POST", ["api", "v1", "statuses"]) => {
            take(world, call, call.header("idempotency-key"), &text("status"));
            (200, json!({ "id": "1" }))
        }
        ("GET", ["api", "v1", "accounts", "verify_credentials"]) => (200, json!({ "id": "7" })),
        ("GET", ["api", "v1", "accounts", "7", "statuses"]) => {
            let ids: Vec<Value> =
                (0..world.taken.len()).rev().map(|at| json!({ "id": at.to_string() })).collect();
            (200, ids.into())
        }
        ("GET", ["api", "v1", "statuses", id, "source"]) => {
            let at: usize = id.parse().unwrap_or(usize::MAX);
            (200, json!({ "id": id, "text": world.taken[at].text }))
        }
        ("PUT", ["_matrix", "client", "v3", "rooms", _, "send", "m.room.message", id]) => {
            take(world, call, id, &text("body"));
            (200, json!({ "event_id": "$1" }))
        }
        ("GET", ["_matrix", "client", "v3", "rooms", _, "messages"]) => {
            let events = world.taken.iter().map(|taken| json!({ "content": taken.body }));
            (200, json!({ "chunk": events.collect::<Vec<_>>() }))
        }
        ("POST", ["slack", "chat.postMessage"]) => {
            take(world, call, "", &text("text"));
            (200, json!({ "ok": true }))
        }
        ("GET", ["slack", "conversations.history"]) => {
            let all: Vec<&Value> = world.taken.iter().map(|taken| &taken.body).collect();
            (200, json!({ "ok": true, "messages": all }))
        }
        ("POST", ["discord", "channels", _, "messages"]) => {
            take(world, call, &text("nonce"), &text("content"));
            (200, json!({ "id": "1" }))
        }
        ("POST", ["grafana", "api", "annotations"]) => {
            take(world, call, "", &text("text"));
            (200, json!({ "id": 1, "message": "Annotation added" }))
        }
        ("GET", ["grafana", "api", "annotations"]) => {
            let all: Vec<&Value> = world.taken.iter().map(|taken| &taken.body).collect();
            (200, json!(all))
        }
        ("GET", ["discord", "users", "@me"]) => (200, json!({ "id": "7" })),
        ("GET", ["discord", "channels", _, "messages"]) => {
            let all = world.taken.iter();
            let all = all.map(|taken| json!({ "content": taken.text, "author": { "id": "7" } }));
            (200, all.collect::<Vec<_>>().into())
        }
        _ => (404, json!({ "error": "not found" })),
    }
}
