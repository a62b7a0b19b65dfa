//! A small HTTP/1.1 server on 127.0.0.1, one request for each connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Longer requests are not read, in bytes.
const MAX_REQUEST: usize = 64 * 1024 * 1024;
const MAX_LINE: u64 = 64 * 1024;
/// A client that sends nothing for so long is left alone.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request to the server.
#[derive(Debug, Clone, Default)]
pub struct LoopbackRequest {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// An answer of the server.
#[derive(Debug, Clone, Default)]
pub struct LoopbackAnswer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Answers requests.
pub type LoopbackHandler = Arc<dyn Fn(&LoopbackRequest) -> LoopbackAnswer + Send + Sync>;

impl LoopbackRequest {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The path without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A value of the query, as it was sent.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
}

impl LoopbackAnswer {
    /// An answer with a body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        LoopbackAnswer { status, headers: Vec::new(), body: body.into() }
    }

    /// The answer with one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Starts a server on a free port; it answers until the process ends.
///
/// # Errors
/// When no port can be opened.
pub fn serve_loopback(handler: LoopbackHandler) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handler = Arc::clone(&handler);
            thread::spawn(move || {
                // A client that hangs up has what it wanted.
                let _ = converse(stream, &handler);
            });
        }
    });
    Ok(address)
}

fn converse(mut stream: TcpStream, handler: &LoopbackHandler) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let Some(request) = read_request(&mut stream)? else { return Ok(()) };
    let answer = handler(&request);
    let length = answer.headers.iter().any(|(name, _)| name == "content-length");
    let mut head = format!("HTTP/1.1 {} -\r\nconnection: close\r\n", answer.status);
    if !length {
        head += &format!("content-length: {}\r\n", answer.body.len());
    }
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    if request.method != "HEAD" {
        stream.write_all(&answer.body)?;
    }
    stream.flush()
}

fn read_request(stream: &mut TcpStream) -> io::Result<Option<LoopbackRequest>> {
    let mut reader = BufReader::new(stream);
    let line = read_line(&mut reader)?;
    let mut words = line.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    let (method, target) = (method.to_owned(), target.to_owned());
    let mut headers = Vec::new();
    loop {
        let line = read_line(&mut reader)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut request = LoopbackRequest { method, target, headers, body: Vec::new() };
    let length = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    if length > MAX_REQUEST {
        return Ok(None);
    }
    request.body = vec![0; length];
    reader.read_exact(&mut request.body)?;
    Ok(Some(request))
}

fn read_line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.by_ref().take(MAX_LINE).read_line(&mut line)?;
    Ok(line)
}
