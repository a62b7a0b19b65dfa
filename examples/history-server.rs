//! Serves the newest deployments as lines of JSON, a session for each request:
//! `cargo run --example history-server -- FOLDER 127.0.0.1:8080`.
#![expect(clippy::disallowed_methods, reason = "the clock of the session is the program's")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use towpath::ops::history::{HistoryQuery, history};
use towpath::ops::session::{Options, Session};
use towpath::report::json::DeploymentJson;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options = Options { repository: arguments.first().cloned(), ..Options::default() };
    let session = Session::new(options, Arc::new(jiff::Zoned::now));
    let address = arguments.get(1).map_or("127.0.0.1:8080", String::as_str);
    for connection in TcpListener::bind(address)?.incoming() {
        let session = session.at_current_time();
        thread::spawn(move || connection.map(|stream| answer(stream, &session)));
    }
    Ok(())
}

fn answer(mut stream: TcpStream, session: &Session) -> anyhow::Result<()> {
    let _request = stream.read(&mut [0; 4096])?;
    let query = HistoryQuery { limit: Some(20), ..HistoryQuery::default() };
    let (status, body) = match history(&query, session) {
        Ok(report) => {
            let line =
                |one| serde_json::to_string(&DeploymentJson::from(one)).map(|text| text + "\n");
            ("200 OK", report.deployments.iter().map(line).collect::<Result<String, _>>()?)
        }
        Err(failure) => ("500 Internal Server Error", format!("{failure}\n")),
    };
    Ok(write!(stream, "HTTP/1.0 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())?)
}
