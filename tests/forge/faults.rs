//! What goes wrong, and what becomes of it: nothing happens twice, nothing is given up too early,
//! and every failure says what to do.

use crate::bench::{ALL, Bench, NOW, merge_of, new};
use crate::fake::server::Answer;
use crate::fake::{Fault, Pull, TOKEN, prefix};
use serde_json::json;
use std::time::Duration;
use towpath::forge::{ForgeError, ForgeKind, ProposalState, ProposalUpdate, Token};

fn instead(status: u16) -> Fault {
    Fault::Instead(Answer::json(status, json!({ "message": format!("it said {status}") })))
}

/// Where pull requests are.
fn pulls(kind: ForgeKind) -> &'static str {
    match kind {
        ForgeKind::GitHub | ForgeKind::Gitea => "/repos/o/r/pulls",
        ForgeKind::GitLab => "/projects/group%2Fsub%2Fr/merge_requests",
        ForgeKind::Bitbucket => "/repositories/o/r/pullrequests",
        ForgeKind::Azure => "/p/_apis/git/repositories/r/pullrequests",
        ForgeKind::Plain => unreachable!("it is not asked over HTTP"),
    }
}

fn each(test: impl Fn(&Bench, &'static str)) {
    for kind in ALL {
        test(&Bench::new(kind), pulls(kind));
    }
}

fn there(bench: &Bench) -> usize {
    bench.fake.world.lock().expect("no panic within").pulls.len()
}

#[test]
fn a_proposal_whose_answer_got_lost_is_found() {
    let lost = [
        Fault::After(Answer::json(504, json!({ "message": "Gateway Timeout" }))),
        Fault::After(Answer::status(502)),
        Fault::Hangup,
    ];
    each(|bench, path| {
        for (number, fault) in (1..).zip(lost.clone()) {
            bench.fake.break_next("POST", path, fault);
            let wanted = new(&format!("b{number}"));
            let opened = bench.forge.create_proposal(&wanted).expect("it is there").proposal;
            assert_eq!(opened.number, number);
            assert_eq!(there(bench), usize::try_from(number).expect("a small number"));
        }
        assert_eq!(
            bench
                .fake
                .requests()
                .iter()
                .filter(|sent| sent.method == "POST" && sent.path.ends_with(path))
                .count(),
            3
        );
    });
}

#[test]
fn a_proposal_that_was_not_opened_is_tried_again_a_few_times() {
    each(|bench, path| {
        bench.fake.break_next("POST", path, instead(502));
        assert_eq!(
            bench.forge.create_proposal(&new("b")).expect("the second time").proposal.number,
            1
        );
        assert_eq!(there(bench), 1);
        for _ in 0..3 {
            bench.fake.break_next("POST", path, instead(500));
        }
        let error = bench.error(bench.forge.create_proposal(&new("c")));
        assert!(matches!(error, ForgeError::Server { status: 500, .. }), "{error}");
        assert!(error.is_unsure() && error.hint().is_some());
        assert_eq!(there(bench), 1);
    });
}

#[test]
fn silence_is_not_waited_for_without_end() {
    std::thread::scope(|scope| {
        for kind in ALL {
            scope.spawn(move || {
                let (path, short) = (pulls(kind), Duration::from_millis(250));
                let bench =
                    Bench::with(kind, Token::new(TOKEN), |access| access.limits.timeout = short);
                bench.fake.break_next("POST", path, Fault::Silence);
                assert_eq!(
                    bench
                        .forge
                        .create_proposal(&new("b"))
                        .expect("the second time")
                        .proposal
                        .number,
                    1
                );
                for _ in 0..4 {
                    bench.fake.break_next("GET", path, Fault::Silence);
                }
                assert!(matches!(
                    bench.error(bench.forge.open_proposals()),
                    ForgeError::Timeout { .. }
                ));
            });
        }
    });
}

#[test]
fn a_merge_whose_answer_got_lost_is_a_merge() {
    for kind in ALL {
        let bench = Bench::new(kind);
        bench.forge.create_proposal(&new("b")).expect("opened");
        let (method, path) = match kind {
            ForgeKind::GitHub | ForgeKind::GitLab => ("PUT", "/merge"),
            ForgeKind::Gitea | ForgeKind::Bitbucket => ("POST", "/merge"),
            ForgeKind::Azure => ("PATCH", "/pullrequests/1"),
            ForgeKind::Plain => continue,
        };
        bench.fake.break_next(method, path, Fault::After(Answer::status(504)));
        assert_eq!(
            bench.forge.merge_proposal(1, &merge_of("b")).expect("merged").state,
            ProposalState::Merged
        );
        assert_eq!(
            bench
                .fake
                .requests()
                .iter()
                .filter(|sent| sent.method == method && sent.path.ends_with(path))
                .count(),
            1
        );
    }
}

#[test]
fn reads_and_repeatable_writes_are_sent_again() {
    each(|bench, path| {
        bench.forge.create_proposal(&new("b")).expect("opened");
        for fault in [instead(500), instead(503), Fault::Hangup] {
            bench.fake.break_next("GET", path, fault);
        }
        assert_eq!(bench.forge.open_proposals().expect("the fourth time").len(), 1);
        assert_eq!(bench.slept()[..3], [500, 1000, 2000]);
        for _ in 0..4 {
            bench.fake.break_next("GET", path, instead(503));
        }
        assert!(matches!(
            bench.error(bench.forge.open_proposals()),
            ForgeError::Server { status: 503, .. }
        ));

        let method = if matches!(bench.forge.kind(), ForgeKind::GitLab | ForgeKind::Bitbucket) {
            "PUT"
        } else {
            "PATCH"
        };
        bench.fake.break_next(method, path, Fault::After(Answer::status(502)));
        let change = ProposalUpdate { body: Some("new".into()), ..ProposalUpdate::default() };
        assert_eq!(bench.forge.update_proposal(1, &change).expect("changed").body, "new");
    });
}

#[test]
fn limits_are_waited_for_within_reason() {
    each(|bench, path| {
        let wait = |seconds: &str| {
            Fault::Instead(Answer::refused(429, "slow down").with("Retry-After", seconds))
        };
        bench.fake.break_next("GET", path, wait("7"));
        bench.forge.open_proposals().expect("after the wait");
        bench.fake.break_next("POST", path, wait("3"));
        bench
            .forge
            .create_proposal(&new("b"))
            .expect("a request that was turned away had no effect");
        assert_eq!(bench.slept(), [7000, 3000]);
        assert_eq!(there(bench), 1);

        let reset = (NOW + 20).to_string();
        let spent = Answer::refused(403, "API rate limit exceeded")
            .with("X-RateLimit-Remaining", "0")
            .with("X-RateLimit-Reset", &reset);
        bench.fake.break_next("GET", path, Fault::Instead(spent));
        bench.forge.open_proposals().expect("after the reset");
        assert_eq!(bench.slept()[2..], [10_000], "ten seconds of the twenty have passed");

        bench.fake.break_next("GET", path, wait("3600"));
        let error = bench.error(bench.forge.open_proposals());
        assert_eq!(
            error,
            ForgeError::RateLimited {
                host: "git.example.com".into(),
                until: Some(NOW + 20 + 3600)
            }
        );
        assert!(error.to_string().ends_with("is exceeded until 2027-01-15T09:00:20Z"), "{error}");
    });
}

#[test]
fn refusals_say_what_to_do() {
    each(|bench, path| {
        let sent = format!("GET {}{}{path}", bench.fake.base, prefix(bench.forge.kind()));
        let cases: [(Fault, &str, &str); 5] = [
            (
                instead(401),
                "git.example.com rejected the token (status 401, `",
                "the token may have expired",
            ),
            (
                instead(403),
                "git.example.com denied access (status 403, `",
                "the token needs permission to read the repository",
            ),
            (
                Fault::Instead(
                    Answer::refused(403, "SAML")
                        .with("X-GitHub-SSO", "required; url=https://github.com/orgs/o/sso"),
                ),
                "git.example.com denied access (status 403, `",
                "the organisation requires single sign-on; authorise the token at https://github.com/orgs/o/sso",
            ),
            (
                instead(404),
                "not found on git.example.com, or not visible to this token (status 404, `",
                "check the repository's name",
            ),
            (instead(409), "git.example.com reports a conflict (status 409, `", "run it again"),
        ];
        for (fault, said, hint) in cases {
            bench.fake.break_next("GET", path, fault);
            let error = bench.error(bench.forge.open_proposals());
            assert!(error.to_string().starts_with(&format!("{said}{sent}")), "{error}");
            assert!(error.hint().expect("there is a way out").starts_with(hint), "{error:?}");
        }
        bench.fake.break_next("POST", path, instead(422));
        let error = bench.error(bench.forge.create_proposal(&new("b")));
        assert!(
            matches!(&error, ForgeError::Refused { status: 422, why, .. } if why == "it said 422"),
            "{error}"
        );
        assert_eq!(bench.slept().len(), 0, "none of these gets better by waiting");
    });
}

#[test]
fn a_wrong_token_is_told_and_not_shown() {
    for kind in ALL {
        let bench = Bench::with(kind, Token::new("wr0ng-but-secret"), |_| {});
        let error = bench.error(bench.forge.open_proposals());
        assert!(matches!(&error, ForgeError::Unauthorised { .. }), "{error}");
        assert!(!format!("{error:?}{error}").contains("wr0ng"));
    }
}

#[test]
fn a_forge_that_repeats_the_token_does_not_spread_it() {
    each(|bench, path| {
        bench.forge.open_proposals().expect("listed");
        let sent = bench.fake.requests()[0].header("authorization").expect("it is sent").to_owned();
        let why = format!("bad header `{sent}` of {TOKEN}\u{1b}[2J");
        bench.fake.break_next("GET", path, Fault::Instead(Answer::refused(403, &why)));
        let error = bench.error(bench.forge.open_proposals()).to_string();
        assert!(error.contains("***") && !error.contains('\u{1b}'), "{error}");
    });
}

#[test]
fn a_renamed_repository_is_followed_where_that_is_safe() {
    for kind in [ForgeKind::GitHub, ForgeKind::Gitea, ForgeKind::GitLab] {
        let bench = Bench::new(kind);
        let path = pulls(kind);
        let to = format!("{}{}{path}?state=open", bench.fake.base, prefix(kind));
        let moved =
            |status: u16, to: &str| Fault::Instead(Answer::status(status).with("Location", to));
        let add =
            || Pull { head: "a".into(), base: "main".into(), title: "t".into(), ..Pull::default() };
        bench.fake.world.lock().expect("no panic within").add(add());

        bench.fake.break_next("GET", path, moved(301, &to));
        assert_eq!(bench.forge.open_proposals().expect("followed").len(), 1, "a read follows");
        bench.fake.break_next("POST", path, moved(307, &to));
        assert_eq!(
            bench.forge.create_proposal(&new("b")).expect("followed").proposal.number,
            2,
            "so does a write that stays one"
        );
        bench.fake.break_next("POST", path, moved(301, &to));
        let error = bench.error(bench.forge.create_proposal(&new("c")));
        assert_eq!(
            error.hint().as_deref(),
            Some("set the new address with `git remote set-url origin URL`")
        );
        assert!(
            error.to_string().starts_with(&format!("the repository has moved to `{to}`")),
            "{error}"
        );
        assert_eq!(there(&bench), 2, "no write became a read or was sent elsewhere");

        let before = bench.fake.requests().len();
        bench.fake.break_next("GET", path, moved(302, "https://evil.example.com/login"));
        assert!(matches!(bench.error(bench.forge.open_proposals()), ForgeError::Moved { .. }));
        bench.fake.break_next("GET", path, moved(302, &to));
        for _ in 0..6 {
            bench.fake.break_next("GET", path, moved(302, &to));
        }
        assert!(
            matches!(bench.error(bench.forge.open_proposals()), ForgeError::Moved { .. }),
            "not for ever"
        );
        assert_eq!(bench.fake.requests().len() - before, 7);
    }
}

#[test]
fn a_next_page_on_another_host_is_not_asked_for() {
    for kind in [ForgeKind::GitHub, ForgeKind::Gitea, ForgeKind::GitLab] {
        let bench = Bench::new(kind);
        let link = r#"<https://evil.example.com/page2>; rel="next""#;
        bench.fake.break_next(
            "GET",
            pulls(kind),
            Fault::Instead(Answer::json(200, json!([])).with("Link", link)),
        );
        let error = bench.error(bench.forge.open_proposals());
        assert!(
            matches!(&error, ForgeError::Unreadable { why, .. } if why == "it points to another host"),
            "{error}"
        );
    }
}

#[test]
fn what_is_not_json_is_said_to_be_so() {
    each(|bench, path| {
        bench.fake.break_next("GET", path, Fault::Instead(Answer::json(200, json!("<html>"))));
        let error = bench.error(bench.forge.open_proposals());
        assert!(matches!(&error, ForgeError::Unreadable { .. }), "{error}");
        assert!(error.hint().expect("there is one").contains("login page"));
        bench.fake.break_next("GET", path, Fault::Instead(Answer::json(203, json!("<html>"))));
        assert!(matches!(
            bench.error(bench.forge.open_proposals()),
            ForgeError::Unauthorised { .. }
        ));
    });
}
