//! HTTP/1.1, as much as a client of JSON needs: one request for each connection.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// As it was sent, with its query.
    pub target: String,
    /// Unescaped, without the query; an escaped slash stays escaped.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn number(&self, name: &str) -> Option<usize> {
        self.value(name)?.parse().ok()
    }

    pub fn raw_query(&self) -> impl Iterator<Item = &str> {
        self.target.split_once('?').map_or("", |(_, query)| query).split('&')
    }
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
    /// Close without a word.
    pub hang_up: bool,
}

impl Answer {
    pub fn json(status: u16, body: Value) -> Answer {
        Answer { status, headers: Vec::new(), body, hang_up: false }
    }

    pub fn status(status: u16) -> Answer {
        Answer::json(status, Value::Null)
    }

    pub fn missing() -> Answer {
        Answer::json(404, serde_json::json!({ "message": "Not Found" }))
    }

    pub fn refused(status: u16, why: &str) -> Answer {
        Answer::json(status, serde_json::json!({ "message": why }))
    }

    pub fn with(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.into(), value.into()));
        self
    }
}

pub type Handler = Arc<dyn Fn(&Request, &str) -> Answer + Send + Sync>;

/// Answers until the test process ends.
pub fn serve(port: u16, handler: Handler) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handler = Arc::clone(&handler);
            thread::spawn(move || {
                let _ = converse(stream, &handler, &format!("http://{address}"));
            });
        }
    });
    address
}

/// Reads one request from a stream and answers it.
pub fn converse(
    mut stream: impl Read + Write,
    handler: &Handler,
    base: &str,
) -> std::io::Result<()> {
    let Some(request) = read(&mut stream)? else { return Ok(()) };
    let answer = handler(&request, base);
    if answer.hang_up {
        return Ok(());
    }
    let body = if answer.body.is_null() { String::new() } else { answer.body.to_string() };
    let mut head = format!(
        "HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n",
        answer.status,
        body.len()
    );
    if !body.is_empty() {
        head.push_str("Content-Type: application/json\r\n");
    }
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
    stream.flush()
}

fn read(stream: &mut impl Read) -> std::io::Result<Option<Request>> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    let (method, target) = (method.to_owned(), target.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (unescape(key), unescape(&value.replace('+', " ")))
    };
    let query = query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
    let path = path
        .split('/')
        .map(|part| if part.contains("%2F") { part.to_owned() } else { unescape(part) });
    let path = path.collect::<Vec<_>>().join("/");
    Ok(Some(Request { method, path, target, query, headers, body }))
}

fn unescape(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}
