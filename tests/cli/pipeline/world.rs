//! What gates ask outside: commands, addresses, files. No answer counts as shut.

use super::configured;
use crate::delivery::Site;
use snapbox::{assert_data_eq, str};
use std::io::{Read, Write};
use std::net::TcpListener;

/// The line of the blocker, and the exit code.
pub fn blocker(site: &Site) -> String {
    blocker_with(site, &["--allow-commands"])
}

fn blocker_with(site: &Site, options: &[&str]) -> String {
    let said = site.told(&[&["ask", "api", "--to", "prod"], options].concat());
    let exit = said.lines().next().unwrap_or_default().to_owned();
    let line = said.lines().find(|line| line.starts_with("blocker")).unwrap_or(&said);
    let line: Vec<&str> =
        line.split("   ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    format!("{exit}: {}\n", line.join(" | "))
}

fn script(site: &Site, text: &str) {
    site.land(
        "scripts/incidents",
        &format!("#!/bin/sh\n{text}\n"),
        "incidents",
        "2026-08-06T10:00:00Z",
    );
}

const COMMAND: &str = "gates:\n- blocker: { command: [./scripts/incidents, '$(touch pwned)', '; touch pwned'], timeout: 1s }\n";

#[cfg(unix)]
#[test]
fn a_command_answers_by_its_exit_code() {
    let site = configured(COMMAND);
    let mut said = String::new();
    for text in [
        "exit 0",
        "echo INC-7: the database is down; exit 1",
        "exit 1",
        "echo 'no such option' >&2; exit 64",
        "kill -9 $$",
        "sleep 30",
        "sleep 30 & exit 0",
        "yes incident; exit 1",
        "head -c 300000 /dev/zero | tr '\\0' x; exit 1",
        "[ \"$TOWPATH_APP $TOWPATH_STAGE $TOWPATH_VERSION\" = 'api prod v2' ]",
        "printf '%s|' \"$@\"; exit 1",
    ] {
        script(&site, text);
        said.push_str(&format!("{text}\n  {}", blocker(&site)));
    }
    assert!(!site.clone.join("pwned").exists());
    assert_data_eq!(
        said,
        str![[r#"
exit 0
  exit 0: blocker | open | `./scripts/incidents` does not block | towpath.yaml:5
echo INC-7: the database is down; exit 1
  exit 3: blocker | shut | INC-7: the database is down | towpath.yaml:5
exit 1
  exit 3: blocker | shut | `./scripts/incidents` blocks | towpath.yaml:5
echo 'no such option' >&2; exit 64
  exit 3: blocker | shut | no answer from `./scripts/incidents` (counts as shut): exit code 64: no such option | towpath.yaml:5
kill -9 $$
  exit 3: blocker | shut | no answer from `./scripts/incidents` (counts as shut): it was killed | towpath.yaml:5
sleep 30
  exit 3: blocker | shut | no answer from `./scripts/incidents` (counts as shut): it did not end within 1s | towpath.yaml:5
sleep 30 & exit 0
  exit 0: blocker | open | `./scripts/incidents` does not block | towpath.yaml:5
yes incident; exit 1
  exit 3: blocker | shut | no answer from `./scripts/incidents` (counts as shut): it did not end within 1s | towpath.yaml:5
head -c 300000 /dev/zero | tr '/0' x; exit 1
  exit 3: blocker | shut | xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | towpath.yaml:5
[ "$TOWPATH_APP $TOWPATH_STAGE $TOWPATH_VERSION" = 'api prod v2' ]
  exit 0: blocker | open | `./scripts/incidents` does not block | towpath.yaml:5
printf '%s|' "$@"; exit 1
  exit 3: blocker | shut | $(touch pwned)|; touch pwned| | towpath.yaml:5

"#]]
    );
}

#[cfg(unix)]
#[test]
fn nobody_runs_what_a_pull_request_says() {
    let site = configured("");
    script(&site, "exit 1");
    let stages = "stages: [dev, staging, prod]\nsources:\n- helm-values: apps/{stage}/{app}.yaml\n";
    // On a branch of somebody's, the configuration names a command of theirs.
    site.sandbox.git(&site.clone, &["switch", "-qc", "theirs"]);
    std::fs::write(
        site.clone.join("towpath.yaml"),
        format!("{stages}gates:\n- blocker: {{ command: [touch, pwned] }}\n"),
    )
    .expect("written");
    site.sandbox.git(&site.clone, &["commit", "-qam", "mine"]);
    assert_data_eq!(
        blocker(&site),
        str![[r#"
exit 0: exit 0
gate | verdict | reason | since | from
order | open | staging has run v2 since 2026-08-03 10:00 UTC | 29d | built-in
isolation | open | v1 was deployed before outcomes were recorded here | 31d | built-in
lock | open | not locked | built-in
rejected | open | not rejected | built-in
hold | open | not on hold | built-in

api v2 may go to prod.
--
reading main, the branch that origin deploys; `--branch theirs` reads the checked-out one

"#]]
    );
    assert!(!site.clone.join("pwned").exists());
    // Neither is their version of a program run that the protected branch names.
    site.sandbox.git(&site.clone, &["switch", "-q", "main"]);
    site.land("towpath.yaml", &format!("{stages}{COMMAND}"), "a blocker", "2026-08-07T10:00:00Z");
    site.sandbox.git(&site.clone, &["switch", "-qc", "yours"]);
    std::fs::write(site.clone.join("scripts/incidents"), "#!/bin/sh\ntouch pwned\nexit 0\n")
        .expect("written");
    site.sandbox.git(&site.clone, &["commit", "-qam", "yours"]);
    assert_data_eq!(
        blocker(&site),
        str![[r#"
exit 3: blocker | shut | `./scripts/incidents` blocks | towpath.yaml:5

"#]]
    );
    assert!(!site.clone.join("pwned").exists());
    // Where nobody knows which branch is protected, none is run.
    site.sandbox.git(&site.clone, &["remote", "set-head", "origin", "-d"]);
    assert_data_eq!(
        blocker(&site),
        str![[r#"
exit 3: blocker | shut | no answer from `./scripts/incidents` (counts as shut): the protected branch is unknown; name it with --branch | towpath.yaml:5

"#]]
    );
}

#[cfg(unix)]
#[test]
fn a_command_is_run_only_where_the_user_says_so() {
    let site = configured(COMMAND);
    script(&site, "touch pwned");
    assert_data_eq!(
        blocker_with(&site, &[]),
        str![[r#"
exit 3: blocker | shut | no answer from `./scripts/incidents` (counts as shut): towpath runs commands from towpath.yaml only with --allow-commands | towpath.yaml:5

"#]]
    );
    assert_data_eq!(
        blocker_with(&site, &["--allow-commands", "--read-only"]),
        str![[r#"
exit 3: blocker | shut | no answer from `./scripts/incidents` (counts as shut): scripts/incidents must be copied before it runs, and there is no writable cache | towpath.yaml:5

"#]]
    );
    assert!(!site.clone.join("pwned").exists());
    let config = site.clone.join("towpath.yaml").display().to_string();
    assert_data_eq!(
        blocker_with(&site, &["--config", &config]),
        str![[r#"
exit 0: blocker | open | `./scripts/incidents` does not block | [..]towpath.yaml:5

"#]]
    );
    assert!(site.clone.join("pwned").exists());
}

#[test]
fn a_file_shuts_by_being_there() {
    let site = configured("gates:\n- blocker: { file: FROZEN, reason: frozen }\n");
    assert_data_eq!(
        blocker(&site),
        str![[r#"
exit 0: blocker | open | file FROZEN does not block | towpath.yaml:5

"#]]
    );
    site.land("FROZEN", "the move to the new cluster\n", "freeze", "2026-08-06T10:00:00Z");
    assert_data_eq!(
        blocker(&site),
        str![[r#"
exit 3: blocker | shut | frozen: the move to the new cluster | towpath.yaml:5

"#]]
    );
}

/// Answers every request with this, and says where.
pub fn serve(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0; 4096];
            let _request = stream.read(&mut request);
            let _sent = stream.write_all(answer);
            if answer.is_empty() {
                std::thread::sleep(std::time::Duration::from_secs(5));
            }
        }
    });
    format!("http://{address}/status")
}

pub fn asked(url: &str, rest: &str) -> String {
    let site = configured(&format!("gates:\n- blocker: {{ url: '{url}', timeout: 1s{rest} }}\n"));
    blocker(&site).replace(url, "http://status")
}

#[test]
fn an_address_answers_by_its_status() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-length: 31\r\n\r\n{\"status\":{\"indicator\":\"none\"}}\n";
    let cases: [(&'static [u8], &str); 8] = [
        (b"HTTP/1.1 204 No Content\r\n\r\n", ""),
        (b"HTTP/1.1 503 Down\r\ncontent-length: 14\r\n\r\nerror budget 0", ""),
        (b"HTTP/1.1 302 Found\r\nlocation: https://example.com/\r\ncontent-length: 0\r\n\r\n", ""),
        (b"not http at all\r\n\r\n", ""),
        (b"", ""),
        (ok.as_bytes(), ", pointer: /status/indicator, equals: none"),
        (ok.as_bytes(), ", pointer: /status/indicator, equals: major"),
        (ok.as_bytes(), ", pointer: /state, equals: none"),
    ];
    let said: String =
        cases.into_iter().map(|(answer, rest)| asked(&serve(answer), rest)).collect();
    assert_data_eq!(
        said,
        str![[r#"
exit 0: blocker | open | http://status does not block | towpath.yaml:5
exit 3: blocker | shut | it answers 503: error budget 0 | towpath.yaml:5
exit 3: blocker | shut | no answer from http://status (counts as shut): it redirects (302), and towpath does not follow redirects | towpath.yaml:5
exit 3: blocker | shut | no answer from http://status (counts as shut): protocol: http parse fail: invalid HTTP version | towpath.yaml:5
exit 3: blocker | shut | no answer from http://status (counts as shut): it took longer than 1s | towpath.yaml:5
exit 0: blocker | open | http://status does not block | towpath.yaml:5
exit 3: blocker | shut | /status/indicator is none, not major | towpath.yaml:5
exit 3: blocker | shut | no answer from http://status (counts as shut): its answer has no /state | towpath.yaml:5

"#]]
    );
    let nobody =
        { TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address") };
    assert_data_eq!(
        asked(&format!("http://{nobody}/status"), ""),
        str![[r#"
exit 3: blocker | shut | no answer from http://status (counts as shut): the connection was refused | towpath.yaml:5

"#]]
    );
}

#[test]
fn a_huge_answer_is_none() {
    let mut huge = b"HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\n\r\n".to_vec();
    huge.extend(std::iter::repeat_n(b'x', 3_000_000));
    let said = asked(&serve(huge.leak()), ", pointer: /a, equals: b");
    assert_data_eq!(
        said,
        str![[r#"
exit 3: blocker | shut | no answer from http://status (counts as shut): the answer is too large | towpath.yaml:5

"#]]
    );
}
