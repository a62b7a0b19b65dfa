//! A forge under test: the client, its fake, a clock that does not wait, and everything that was
//! said, which is searched for the token at the end.

use crate::fake::{Fake, TOKEN};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use towpath::forge::{
    Clock, DraftState, Forge, ForgeAccess, ForgeError, ForgeHost, ForgeKind, ForgeRepository,
    MergeMethod, NewProposal, ProposalMerge, RequestLimits, Token, connect,
};

/// When the tests take place.
pub const NOW: i64 = 1_800_000_000;

pub const ALL: [ForgeKind; 5] = [
    ForgeKind::GitHub,
    ForgeKind::GitLab,
    ForgeKind::Gitea,
    ForgeKind::Bitbucket,
    ForgeKind::Azure,
];

pub struct Bench {
    pub fake: Fake,
    pub forge: Box<dyn Forge>,
    pub sleeps: Arc<Mutex<Vec<Duration>>>,
    said: Arc<Mutex<Vec<String>>>,
}

impl Bench {
    pub fn new(kind: ForgeKind) -> Bench {
        Bench::with(kind, Token::new(TOKEN), |_| {})
    }

    pub fn with(kind: ForgeKind, token: Token, change: impl FnOnce(&mut ForgeAccess)) -> Bench {
        let fake = Fake::start(kind);
        let api = fake.api();
        Bench::at(fake, &api, token, change)
    }

    /// The client goes to `api`, wherever the fake is.
    pub fn at(fake: Fake, api: &str, token: Token, change: impl FnOnce(&mut ForgeAccess)) -> Bench {
        let (sleeps, said) = (Arc::default(), Arc::<Mutex<Vec<String>>>::default());
        let mut access = access(token, &sleeps);
        let log = Arc::clone(&said);
        access.log = Some(Arc::new(move |line: &str| {
            log.lock().expect("no panic within").push(line.to_owned())
        }));
        change(&mut access);
        let forge = connect(&place(fake.kind, api), &access).expect("settings that work");
        Bench { fake, forge, sleeps, said }
    }

    /// An error, noted down with all that it says.
    pub fn error<T: std::fmt::Debug>(&self, result: Result<T, ForgeError>) -> ForgeError {
        let error = result.expect_err("this cannot work");
        let text = format!("{error}\n{error:?}\n{:?}", error.hint());
        self.said.lock().expect("no panic within").push(text);
        error
    }

    pub fn slept(&self) -> Vec<u128> {
        self.sleeps.lock().expect("no panic within").iter().map(Duration::as_millis).collect()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let said = self.said.lock().expect("no panic within");
        assert!(!said.is_empty(), "every request is logged");
        for text in said.iter() {
            assert!(
                !text.contains(TOKEN) && !text.contains("OnQwa2VuLTlmMzFjNy1zZWNyZXQ"),
                "the token is in: {text}"
            );
        }
        for request in self.fake.requests() {
            assert!(
                !request.target.contains(TOKEN),
                "the token is in the address {}",
                request.target
            );
        }
    }
}

pub fn access(token: Token, sleeps: &Arc<Mutex<Vec<Duration>>>) -> ForgeAccess {
    let (now, slept) = (Arc::new(AtomicI64::new(NOW)), Arc::clone(sleeps));
    let later = Arc::clone(&now);
    let clock = Clock {
        now: Arc::new(move || now.load(Ordering::Relaxed)),
        sleep: Arc::new(move |pause| {
            later.fetch_add(
                i64::try_from(pause.as_secs()).expect("a short pause"),
                Ordering::Relaxed,
            );
            slept.lock().expect("no panic within").push(pause);
        }),
        chance: Arc::new(|| 0.0),
    };
    let limits = RequestLimits { timeout: Duration::from_secs(10), ..RequestLimits::default() };
    ForgeAccess {
        token: Some(token),
        proxy: None,
        no_proxy: Vec::new(),
        authorities: None,
        limits,
        clock,
        log: None,
    }
}

pub fn place(kind: ForgeKind, api: &str) -> ForgeRepository {
    let remote = match kind {
        ForgeKind::GitLab => "git@git.example.com:group/sub/r.git",
        ForgeKind::Azure => "https://git.example.com/org/p/_git/r",
        _ => "git@git.example.com:o/r.git",
    };
    let known = ForgeHost { kind, host: Some("git.example.com".into()), api: Some(api.to_owned()) };
    ForgeRepository::from_remote(remote, Some(&known)).expect("a good remote")
}

pub fn new(head: &str) -> NewProposal {
    NewProposal {
        head: head.into(),
        base: "main".into(),
        title: format!("Promote {head}"),
        body: "From 1 to 2.\n\n| gate | |\n".into(),
        draft: DraftState::No,
    }
}

pub fn merge_of(head: &str) -> ProposalMerge {
    ProposalMerge {
        method: MergeMethod::Squash,
        expect: crate::fake::sha(head),
        title: Some("Promote web".into()),
        message: Some("App: web".into()),
        if_still: Vec::new(),
    }
}
