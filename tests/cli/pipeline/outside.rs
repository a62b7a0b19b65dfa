//! What gates ask far away: addresses with TLS, slow and odd answers, issues and reviews at a forge.

use super::configured;
use super::world::{asked, blocker, serve};
use crate::fake::server::Answer;
use crate::fake::{Fault, TOKEN};
use crate::proposals::Forge;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use snapbox::{assert_data_eq, str};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use towpath::forge::ForgeKind;

/// An answer that opens the gate, behind a certificate of an authority that nobody knows.
fn secure() -> String {
    let certificate = include_bytes!("../../forge/tls/server.pem");
    let chain = vec![CertificateDer::from_pem_slice(certificate).expect("a certificate")];
    let key =
        PrivateKeyDer::from_pem_slice(include_bytes!("../../forge/tls/server.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them");
    let config = Arc::new(
        config.with_no_client_auth().with_single_cert(chain, key).expect("they belong together"),
    );
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a good config");
            let mut stream = StreamOwned::new(connection, stream);
            let mut request = [0; 4096];
            // Whoever does not trust it goes away.
            if stream.read(&mut request).is_ok() {
                let _sent = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
            }
        }
    });
    format!("https://{address}/status")
}

#[test]
fn a_certificate_that_nobody_vouches_for_shuts() {
    let url = secure();
    let site = configured(&format!("gates:\n- blocker: {{ url: '{url}', timeout: 5s }}\n"));
    assert_data_eq!(
        blocker(&site).replace(&url, "https://status"),
        str![[r#"
exit 3: blocker | shut | no answer from https://status (counts as shut): its certificate is not trusted: invalid peer certificate: UnknownIssuer | towpath.yaml:5

"#]]
    );
    // With its authority named, the same address opens.
    let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/forge/tls/ca.pem");
    let said = site.run_with(&["ask", "api", "--to", "prod"], &[("SSL_CERT_FILE", authority)]);
    assert!(said.starts_with("exit 0\n"), "{said}");
}

/// Sends the head and then a byte now and then, for ever.
fn dripping() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _request = stream.read(&mut request);
            let _head = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
            while stream.write_all(b" ").is_ok() {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        }
    });
    format!("http://{address}/status")
}

#[test]
fn an_answer_that_never_ends_is_none() {
    assert_data_eq!(
        asked(&dripping(), ", pointer: /a, equals: b"),
        str![[r#"
exit 3: blocker | shut | no answer from http://status (counts as shut): it took longer than 1s | towpath.yaml:5

"#]]
    );
}

#[test]
fn odd_answers_shut() {
    let cases: [(&'static [u8], &str); 7] = [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n<p>ok", ", pointer: /a, equals: b"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", ", pointer: /a, equals: b"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"a\":[1]}",
            ", pointer: /a/0, equals: '1'",
        ),
        (
            b"HTTP/1.1 301 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
            ", pointer: /a, equals: b",
        ),
        (
            b"HTTP/1.1 307 Temporary\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
            "",
        ),
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 15\r\n\r\n<html>404</html", ""),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"a\":", ", pointer: /a, equals: b"),
    ];
    let said: String =
        cases.into_iter().map(|(answer, rest)| asked(&serve(answer), rest)).collect();
    assert_data_eq!(
        said,
        str![[r#"
exit 3: blocker | shut | no answer from http://status (counts as shut): its answer is not JSON | towpath.yaml:5
exit 3: blocker | shut | no answer from http://status (counts as shut): its answer is not JSON | towpath.yaml:5
exit 0: blocker | open | http://status does not block | towpath.yaml:5
exit 3: blocker | shut | no answer from http://status (counts as shut): it redirects (301), and towpath does not follow redirects | towpath.yaml:5
exit 3: blocker | shut | no answer from http://status (counts as shut): it redirects (307), and towpath does not follow redirects | towpath.yaml:5
exit 3: blocker | shut | it answers 404 | towpath.yaml:5
exit 3: blocker | shut | no answer from http://status (counts as shut): io: Peer disconnected | towpath.yaml:5

"#]]
    );
}

fn site(gates: &str) -> Forge {
    let forge = Forge::new(ForgeKind::GitHub, "github");
    let text = format!(
        "stages: [dev, staging, prod]\nsources:\n- helm-values: 'apps/{{stage}}/{{app}}.yaml'\n{gates}"
    );
    forge.site.land("towpath.yaml", &text, "configure", "2026-08-05T10:00:00Z");
    forge
}

/// The line of a gate, and the exit code.
fn line(forge: &Forge, gate: &str) -> String {
    let said = forge.run(&["ask", "api", "--to", "prod"]);
    let exit = said.lines().next().unwrap_or_default().to_owned();
    let line = said.lines().find(|line| line.starts_with(gate)).unwrap_or(&said).to_owned();
    let cells: Vec<&str> =
        line.split("   ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    format!("{exit}: {}\n", cells.join(" | "))
}

#[test]
fn an_open_issue_with_the_label_shuts() {
    let forge = site("gates:\n- blocker: { issue: incident, reason: open incident }\n");
    let mut said = line(&forge, "blocker");
    let labelled = |label: &str| (12, "The database is down".to_owned(), vec![label.to_owned()]);
    forge.fake.world.lock().expect("no panic within").issues.push(labelled("question"));
    said += &line(&forge, "blocker");
    forge.fake.world.lock().expect("no panic within").issues.push(labelled("incident"));
    said += &line(&forge, "blocker");
    assert_data_eq!(
        said,
        str![[r#"
exit 0: blocker | open | label incident does not block | towpath.yaml:5
exit 0: blocker | open | label incident does not block | towpath.yaml:5
exit 3: blocker | shut | open incident: #12 The database is down | towpath.yaml:5

"#]]
    );
    // A forge that does not answer is no open gate.
    let silent = forge.site.run_with(
        &["ask", "api", "--to", "prod"],
        &[
            ("TOWPATH_FORGE", "github"),
            ("TOWPATH_FORGE_API", "http://127.0.0.1:1"),
            ("TOWPATH_TOKEN", "x"),
        ],
    );
    assert!(
        silent.starts_with("exit 3\n") && silent.contains("no answer from label incident"),
        "{silent}"
    );
}

#[test]
fn an_approving_review_of_the_newest_commit_counts() {
    let forge =
        site("gates:\n- { approvals: 1, stages: [prod] }\npermissions: { prod: [alice] }\n");
    let mut said = line(&forge, "approval");
    assert!(forge.run(&["promote", "api", "--to", "prod"]).starts_with("exit 0\n"));
    for (who, verdict) in [("mallory", "APPROVED"), ("alice", "COMMENTED"), ("alice", "APPROVED")] {
        let mut world = forge.fake.world.lock().expect("no panic within");
        world.pulls[0].reviews.push((who.to_owned(), verdict.to_owned()));
        drop(world);
        said += &line(&forge, "approval");
    }
    assert_data_eq!(
        said,
        str![[r#"
exit 3: approval | needs-approval | no approvals yet; 1 required | towpath.yaml:5
exit 3: approval | needs-approval | no approvals yet; 1 required | towpath.yaml:5
exit 3: approval | needs-approval | no approvals yet; 1 required | towpath.yaml:5
exit 0: approval | open | approved by alice | towpath.yaml:5

"#]]
    );
    assert!(forge.run(&["promote", "api", "--to", "prod", "--push"]).starts_with("exit 0\n"));
}

/// Who may have approved is not known then: it is said, and nobody has.
#[test]
fn reviews_that_are_not_known_are_none() {
    let forge = site("gates:\n- { approvals: 1, stages: [prod] }\n");
    assert!(forge.run(&["promote", "api", "--to", "prod"]).starts_with("exit 0\n"));
    forge.fake.break_next(
        "GET",
        "/pulls/1/reviews",
        Fault::Instead(Answer::refused(403, "Resource not accessible")),
    );
    assert_data_eq!(
        line(&forge, "approval"),
        str![[r#"
exit 3: approval | needs-approval | no approvals yet; 1 required; cannot read reviews: git.example.com denied access (status 403, `GET http://forge/api/v3/repos/o/r/pulls/1/reviews?per_page=100`): Resource not accessible | towpath.yaml:5

"#]]
    );
}

/// The arguments of a command reach what its gates ask, too.
#[test]
fn the_forge_that_a_command_is_told_is_the_one_that_gates_ask() {
    let forge = site("gates:\n- blocker: { issue: incident }\n");
    let issue = (12, "The database is down".to_owned(), vec!["incident".to_owned()]);
    forge.fake.world.lock().expect("no panic within").issues.push(issue);
    let api = forge.fake.api();
    let arguments = ["promote", "api", "--to", "prod", "--forge", "github", "--forge-api", &api];
    let said = forge.site.run_with(&arguments, &[("TOWPATH_TOKEN", TOKEN)]);
    assert!(said.starts_with("exit 3\n") && said.contains("#12 The database is down"), "{said}");
}

/// Where git is the forge there are no issues, for `ask` as little as for those who write.
#[test]
fn without_a_forge_there_are_no_issues() {
    let site = configured("gates:\n- blocker: { issue: incident }\n");
    let reason =
        "no answer from label incident (counts as shut): a repository without a forge has none";
    for arguments in
        [&["ask", "web", "--to", "staging"][..], &["promote", "web", "--to", "staging"]]
    {
        let said = site.told(arguments);
        assert!(said.starts_with("exit 3") && said.contains(reason), "{said}");
    }
}
