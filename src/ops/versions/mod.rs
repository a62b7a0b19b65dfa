//! `versions`: what the registry has of an app, in order, and whether it may be deployed.

mod deployment;
mod facts;
mod judgement;
mod latest;
mod ordering;

pub use deployment::{DeploymentQuery, request_deployment};
pub use latest::{LatestQuery, LatestVersion, find_latest};

use crate::config::CONFIG_FILE;
use crate::git::revision_or_time::{TIME_FORMS, parse_time};
use crate::model::VersionScheme;
use crate::ops::error::Failure;
use crate::ops::gates::GateContext;
use crate::ops::registries::{AppImage, find_app_image, open_registry_client};
use crate::ops::session::Session;
use crate::pipeline::AppComponent;
use crate::registry::RegistryClient;
use crate::report::{LeftOutTag, VersionOrder, VersionsReport, to_timestamp};
use facts::read_facts;
use judgement::VersionJudge;
use ordering::{Candidate, OrderedTags, order_by_history, order_by_tags, order_by_times};

/// The number of versions whose build times are asked for, where only these tell the order.
const MAX_TIMES: usize = 500;

/// The selection and options of a list of versions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionsQuery {
    /// `web`, or `api/nginx`.
    pub app: String,
    /// The number of versions; `None` for all.
    pub limit: Option<usize>,
    /// True where tags that are no versions are listed, too, with the reason.
    pub all: bool,
    /// Only versions built since this time.
    pub since: Option<String>,
    /// True where the registry is asked for the digest, build and labels of each listed version.
    pub details: bool,
    /// True where towpath.yaml must say something about the registry of the app. Whoever asks a
    /// server may not make it ask hosts that only a file of the repository names.
    pub only_configured: bool,
}

/// The versions, and the repository that deploys the app.
pub struct VersionsAnswer {
    pub report: VersionsReport,
    pub repository: String,
}

/// Lists the versions of an app in its registry, the newest first.
///
/// # Errors
/// When the app or its image is unknown, the registry does not answer, or the order is unknown.
pub fn list_versions(query: &VersionsQuery, session: &Session) -> Result<VersionsAnswer, Failure> {
    let repository = session.open_repository()?;
    let context = GateContext::load(session, &repository)?;
    context.survey.note_assumption(session);
    let subject = context.subject(&query.app)?;
    if query.only_configured && !context.config().apps.has_registry(&subject.to_string()) {
        let message = format!("{CONFIG_FILE} says nothing about a registry of {subject}");
        return Err(Failure::absent(message).hint("`image` or `versions` under `apps` does"));
    }
    let lister = VersionLister::open(&subject, &context)?;
    let report = lister.list(query)?;
    session.detail(&format!("{} requests to registries", lister.client.request_count()));
    Ok(VersionsAnswer { report, repository: session.repository_name(&repository) })
}

/// Lists the versions of one app.
pub(in crate::ops) struct VersionLister<'a, 'r> {
    pub image: AppImage,
    pub client: RegistryClient,
    /// True where the list of tags is read again.
    pub is_fresh: bool,
    context: &'a GateContext<'r>,
}

impl<'a, 'r> VersionLister<'a, 'r> {
    /// Finds the image of the app. Nothing is asked yet.
    ///
    /// # Errors
    /// When the app has several images, or none.
    pub fn open(subject: &AppComponent, context: &'a GateContext<'r>) -> Result<Self, Failure> {
        let (config, session) = (context.config(), context.session);
        let image = find_app_image(subject, config, &context.survey.mapping.entries, session)?;
        let client = open_registry_client(session, config);
        Ok(VersionLister { image, client, is_fresh: false, context })
    }

    /// Lists the versions.
    ///
    /// # Errors
    /// When the registry does not answer, or the order is unknown.
    pub fn list(&self, query: &VersionsQuery) -> Result<VersionsReport, Failure> {
        let session = self.context.session;
        let now = session.now().as_second();
        let oldest = self.oldest();
        let since = query.since.as_deref().map(|text| since_time(text, session)).transpose()?;
        let stored = self.client.tags(&self.image.place, oldest, now)?;
        let (mut ordered, order) = self.order(&stored.tags, oldest, query.all)?;
        let judge = VersionJudge::new(self.context, &self.image, &self.client, &ordered);
        if let Some(since) = since {
            ordered.candidates.retain(|one| one.time().is_some_and(|time| time >= since));
        }
        let limit = query.limit.unwrap_or(usize::MAX);
        let unlisted = ordered.candidates.len().saturating_sub(limit);
        ordered.candidates.truncate(limit);
        if query.details {
            self.add_facts(&mut ordered.candidates, oldest)?;
        } else {
            self.add_known_facts(&mut ordered.candidates, oldest);
        }
        Ok(VersionsReport {
            app: self.image.name(),
            image: self.image.place.to_string(),
            order,
            stage: judge.stage_name(),
            versions: ordered.candidates.iter().map(|one| judge.judge(one)).collect(),
            left_out: if query.all { ordered.left_out } else { Vec::new() },
            tags: stored.tags.len(),
            unlisted,
            read_at: to_timestamp(stored.read_at),
        })
    }

    /// The oldest answer that is taken from the cache, in seconds since 1970.
    fn oldest(&self) -> i64 {
        let session = self.context.session;
        match session.options.max_age.as_secs() {
            // Whoever keeps nothing wants no answer of this very second either.
            0 => i64::MAX,
            _ if self.is_fresh => i64::MAX,
            age => session.now().as_second().saturating_sub(age),
        }
    }

    /// Puts the tags into order: by the scheme, else by build times, else by the history.
    fn order(
        &self,
        tags: &[String],
        oldest: i64,
        all: bool,
    ) -> Result<(OrderedTags, VersionOrder), Failure> {
        let scheme = self.context.config().apps.scheme_of(&self.image.name());
        let used = scheme.cloned().unwrap_or(VersionScheme::Created);
        let mut ordered = order_by_tags(&used, tags);
        if used.is_ordered() {
            return Ok((ordered, VersionOrder::Scheme(used.to_string())));
        }
        self.add_known_facts(&mut ordered.candidates, oldest);
        let unknown = ordered.candidates.iter().filter(|one| one.time().is_none()).count();
        if unknown <= MAX_TIMES || all {
            self.add_facts(&mut ordered.candidates, oldest)?;
        } else if scheme.is_some() {
            return Err(Failure::failed(format!(
                "{} has {unknown} versions whose build times are unknown; only {MAX_TIMES} are \
                 asked for",
                self.image.place
            ))
            .hint("name a scheme that tells the order by the tags, or use --all once"));
        }
        if ordered.candidates.iter().all(|one| one.time().is_some()) {
            return Ok((order_by_times(ordered), VersionOrder::BuildTimes));
        }
        if scheme.is_some() {
            // Those without a time have no place; the others are in order.
            return Ok((order_by_times(ordered), VersionOrder::BuildTimes));
        }
        let deployed = self.context.chronicle.timeline.deployments();
        let subject = &self.image.subject;
        let deployed = deployed.filter(|one| subject.matches_cell(one.cell));
        Ok((order_by_history(ordered, deployed), VersionOrder::History))
    }

    /// Asks the registry for what is not known yet.
    fn add_facts(&self, candidates: &mut [Candidate], oldest: i64) -> Result<(), Failure> {
        let now = self.context.session.now().as_second();
        read_facts(&self.client, &self.image.place, candidates, oldest, now)
    }

    /// Adds what the cache knows.
    fn add_known_facts(&self, candidates: &mut [Candidate], oldest: i64) {
        for one in candidates.iter_mut().filter(|one| one.facts.is_none()) {
            let tag = &one.tag.tag;
            let digest = self.client.known_digest(&self.image.place, tag, oldest);
            one.facts = digest
                .as_deref()
                .and_then(|digest| self.client.known_facts(&self.image.place, digest));
            one.digest = digest;
        }
    }
}

fn since_time(text: &str, session: &Session) -> Result<i64, Failure> {
    let time = parse_time(text, session.local_time());
    time.map(|time| time.as_second()).ok_or_else(|| {
        Failure::usage(format!("`{text}` is not a time"))
            .hint(format!("a time can be written {TIME_FORMS}"))
    })
}

impl From<(String, crate::model::TagMisfit)> for LeftOutTag {
    fn from((tag, misfit): (String, crate::model::TagMisfit)) -> Self {
        LeftOutTag { tag, code: misfit.code(), reason: misfit.to_string() }
    }
}
