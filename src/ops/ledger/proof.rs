//! Proves who wrote the events of the ledger, by the signatures of their commits.

use super::LedgerRules;
use crate::config::gates::PipelineConfig;
use crate::git::{
    AllowedSigners, CommitInfo, FileKind, Oid, Repository, SignatureStatus, Snapshot,
};
use crate::history::index::CacheFile;
use crate::ops::session::Session;
use crate::pipeline::ledger::{EventKind, EventProof, LedgerEvent};
use std::collections::BTreeMap;

/// Signers by commit, as hexadecimal ids.
type KnownSigners = BTreeMap<String, String>;

/// Verifies the signatures of events, where the configuration demands them.
pub(super) struct EventVerifier<'v> {
    session: &'v Session,
    repository: &'v Repository,
    lists: Vec<SignerList>,
    /// Why no signature can be verified; `None` where they can.
    unable: Option<String>,
    is_demanded: bool,
}

/// One file of signers.
struct SignerList {
    path: String,
    signers: AllowedSigners,
    known: KnownSigners,
    cache: Option<CacheFile>,
    is_changed: bool,
}

impl<'v> EventVerifier<'v> {
    /// Reads the files of signers at the commit that the rules are from.
    pub fn load(session: &'v Session, repository: &'v Repository, rules: LedgerRules<'_>) -> Self {
        let pipeline = &rules.config.pipeline;
        let mut verifier = EventVerifier {
            session,
            repository,
            lists: Vec::new(),
            unable: None,
            is_demanded: pipeline.ledger_proof.is_some(),
        };
        if verifier.is_demanded {
            match load_lists(session, repository, pipeline, rules.signers_at) {
                Ok(lists) => verifier.lists = lists,
                Err(why) => verifier.unable = Some(why),
            }
        }
        verifier
    }

    /// The events of these commits of a repository, each with its proof.
    pub fn prove(
        &mut self,
        links: Vec<CommitInfo>,
        holder: Option<&Repository>,
    ) -> Vec<LedgerEvent> {
        let parsed = links.into_iter().filter_map(|link| {
            let id = link.id;
            LedgerEvent::parse(&link.message, link.author).map(|event| (id, event))
        });
        parsed
            .map(|(id, event)| {
                if !self.is_demanded || is_announcement(&event.what) {
                    return event;
                }
                let proof = self.proof_of(id, holder.unwrap_or(self.repository));
                event.with_proof(proof)
            })
            .collect()
    }

    fn proof_of(&mut self, id: Oid, holder: &Repository) -> EventProof {
        if let Some(why) = &self.unable {
            return EventProof::Missing(why.clone());
        }
        let (mut by, mut paths, mut reason) = (None, Vec::new(), None);
        for list in &mut self.lists {
            match list.verify(holder, id) {
                Ok(signer) => {
                    by.get_or_insert(signer);
                    paths.push(list.path.clone());
                }
                Err(why) => reason = Some(why),
            }
        }
        match by {
            Some(signer) => EventProof::SignedBy { signer, lists: paths },
            None => EventProof::Missing(reason.unwrap_or_else(|| "nobody may sign".to_owned())),
        }
    }

    /// Says why signatures cannot be verified, and keeps what was verified.
    pub fn finish(self, events: &[LedgerEvent]) {
        let missing = events.iter().filter(|event| !event.counts()).count();
        if let (Some(why), true) = (&self.unable, missing > 0) {
            self.session.caution(&format!(
                "{missing} events of the ledger do not count, because their signatures are not \
                 verified: {why}"
            ));
        } else if missing > 0 {
            self.session.detail(&format!(
                "{missing} events of the ledger have no signature that counts; `towpath ledger` \
                 shows them"
            ));
        }
        for list in self.lists.iter().filter(|list| list.is_changed) {
            if let Some(Err(error)) = list.cache.as_ref().map(|cache| cache.write(&list.known)) {
                self.session.detail(&format!("cannot store verified signatures: {error}"));
            }
        }
    }
}

impl SignerList {
    /// Returns the signer of a commit, or why there is none.
    fn verify(&mut self, holder: &Repository, id: Oid) -> Result<String, String> {
        let key = id.to_string();
        if let Some(signer) = self.known.get(&key) {
            return Ok(signer.clone());
        }
        match self.signers.verify_commit(holder, id).map_err(|error| error.to_string())? {
            SignatureStatus::Good(signer) => {
                // A certificate is valid for a time, so its verdict is not kept.
                if !self.signers.has_authority() {
                    self.known.insert(key, signer.clone());
                    self.is_changed = true;
                }
                Ok(signer)
            }
            SignatureStatus::None => Err("it is not signed with an ssh key".to_owned()),
            SignatureStatus::Bad(why) => Err(why),
        }
    }
}

fn is_announcement(what: &EventKind) -> bool {
    matches!(
        what,
        EventKind::AnnouncementsBegun { .. }
            | EventKind::Announcing { .. }
            | EventKind::Announced { .. }
            | EventKind::AnnouncingGivenUp { .. }
    )
}

fn load_lists(
    session: &Session,
    repository: &Repository,
    pipeline: &PipelineConfig,
    at: Option<Oid>,
) -> Result<Vec<SignerList>, String> {
    if session.options.read_only {
        return Err("--read-only verifies none, because git needs a temporary file".into());
    }
    let folder = session.writable_cache().ok_or("there is no cache folder")?.join("signatures");
    let at = at.ok_or("the rules are not from a commit")?;
    let snapshot = Snapshot::of_commit(repository, at).map_err(|error| error.to_string())?;
    let list = |path: &str| {
        let file = snapshot.find_file(path).filter(|file| file.kind == FileKind::File);
        let bytes = file.and_then(|file| snapshot.read_file(&file).ok());
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(|| format!("the base does not contain {path}"))?;
        let signers = AllowedSigners::new([text.as_str()], session.local_time(), &folder)
            .map_err(|error| error.to_string())?;
        let cache = (!session.options.no_index).then(|| {
            CacheFile::new(folder.clone(), repository.common_dir(), &[signers.valid_lines()])
        });
        let known = cache.as_ref().and_then(|cache| cache.read().ok().flatten());
        let known = known.unwrap_or_default();
        Ok(SignerList { path: path.to_owned(), signers, known, cache, is_changed: false })
    };
    pipeline.signer_lists().into_iter().map(list).collect()
}
