//! The way there: private authorities, proxies, hosts that are not there.

use crate::bench::Bench;
use crate::fake::server::{Answer, Handler, converse};
use crate::fake::{Fake, TOKEN};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use towpath::forge::{ForgeError, ForgeKind, Token};

const AUTHORITY: &[u8] = include_bytes!("tls/ca.pem");

/// A server with a certificate of the private authority, which has no proposals.
fn secure() -> String {
    let chain = vec![
        CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).expect("a certificate"),
    ];
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them");
    let config = Arc::new(
        config.with_no_client_auth().with_single_cert(chain, key).expect("they belong together"),
    );
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let handler: Handler = Arc::new(|_, _| Answer::json(200, json!([])));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a good config");
            let _ = converse(StreamOwned::new(connection, stream), &handler, "");
        }
    });
    format!("https://{address}")
}

/// A proxy that knows `CONNECT`, and what it was asked.
fn proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    let log = Arc::clone(&asked);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let log = Arc::clone(&log);
            thread::spawn(move || tunnel(client, &log));
        }
    });
    (address, asked)
}

fn tunnel(mut client: TcpStream, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut head = String::new();
    while reader.read_line(&mut head).ok()? > 2 {}
    let target = head.split_whitespace().nth(1)?.to_owned();
    log.lock().expect("no panic within").push(head);
    let mut server = TcpStream::connect(target).ok()?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    let (mut from, mut to) = (server.try_clone().ok()?, client.try_clone().ok()?);
    thread::spawn(move || std::io::copy(&mut from, &mut to));
    std::io::copy(&mut reader, &mut server).ok()?;
    Some(())
}

#[test]
fn a_private_authority_is_trusted_when_it_is_named() {
    let api = format!("{}/api/v1", secure());
    let token = || Token::new(TOKEN);
    let known = Bench::at(Fake::start(ForgeKind::Gitea), &api, token(), |access| {
        access.authorities = Some(AUTHORITY.to_vec())
    });
    assert_eq!(known.forge.open_proposals().expect("trusted"), []);
    let unknown = Bench::at(Fake::start(ForgeKind::Gitea), &api, token(), |_| {});
    let error = unknown.error(unknown.forge.open_proposals());
    assert!(matches!(error, ForgeError::Certificate { .. }), "{error:?}");
    assert_eq!(
        error.hint().as_deref(),
        Some(
            "name the file with the certificate, or with your company's certificate authority, in \
             TOWPATH_CA_FILE"
        )
    );
    assert_eq!(unknown.slept(), [], "it does not get better by waiting");
}

#[test]
fn a_proxy_is_used_but_for_hosts_without_one() {
    let api = format!("{}/api/v1", secure());
    for (except, through) in
        [(vec!["example.org".to_owned()], true), (vec!["127.0.0.1".to_owned()], false)]
    {
        let (address, asked) = proxy();
        let bench = Bench::at(Fake::start(ForgeKind::Gitea), &api, Token::new(TOKEN), |access| {
            access.authorities = Some(AUTHORITY.to_vec());
            access.proxy = Some(format!("http://user:pr0xy-secret@{address}"));
            access.no_proxy = except;
        });
        assert_eq!(bench.forge.open_proposals().expect("reached"), []);
        let asked = asked.lock().expect("no panic within").concat();
        assert_eq!(asked.starts_with("CONNECT 127.0.0.1:"), through, "{asked}");
        // Base64 of `user:pr0xy-secret`.
        assert_eq!(
            asked.to_lowercase().contains("proxy-authorization: basic dxnlcjpwcjb4es1zzwnyzxq="),
            through,
            "{asked}"
        );
        assert!(
            !asked.contains("authorization: token"),
            "the token is for the forge only: {asked}"
        );
    }
}

#[test]
fn what_is_not_there_is_tried_a_few_times() {
    let free =
        TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("it was bound");
    let bench = Bench::at(
        Fake::start(ForgeKind::GitHub),
        &format!("http://{free}"),
        Token::new(TOKEN),
        |_| {},
    );
    let error = bench.error(bench.forge.create_proposal(&crate::bench::new("b")));
    assert_eq!(error.to_string(), "cannot reach git.example.com: the connection was refused");
    assert_eq!(bench.slept(), [500, 1000, 2000]);
}

#[test]
fn settings_that_cannot_work_are_refused_without_being_shown() {
    let sleeps = Arc::default();
    let mut access = crate::bench::access(Token::new("two\nlines"), &sleeps);
    let place = crate::bench::place(ForgeKind::Gitea, "http://127.0.0.1:1/api/v1");
    let refused = |access: &towpath::forge::ForgeAccess| {
        towpath::forge::connect(&place, access)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    assert_eq!(
        refused(&access),
        "the token cannot be used: it contains characters that are not valid in a token"
    );
    access.token = None;
    access.proxy = Some("socks5://user:pr0xy-secret@127.0.0.1:1".into());
    assert!(
        refused(&access).starts_with("the proxy cannot be used: ")
            && !refused(&access).contains("secret")
    );
    access.proxy = None;
    access.authorities = Some(b"no certificate".to_vec());
    assert_eq!(refused(&access), "the certificate file cannot be used: it contains no certificate");
}
