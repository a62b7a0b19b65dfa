//! The text of a message: a template, with the values escaped for the target.

use crate::config::{LimitedTemplate, TemplateFault};
use crate::forge::truncate_text;
use crate::model::{Version, short_commit};
use crate::ops::announcements::AnnouncementMessage;
use crate::ops::error::Failure;
use crate::report::{DeploymentReport, ImageVersion};
use minijinja::{Value, context};

/// The names that a template may use.
pub const NAMES: [&str; 15] = [
    "app",
    "apps",
    "author",
    "commit",
    "deployments",
    "kind",
    "more",
    "overridden",
    "place",
    "repository",
    "stage",
    "stages",
    "subject",
    "time",
    "url",
];

const DEFAULT: &str = "\
{% for one in deployments %}\
{% if one.kind == 'rollback' %}Rollback: {% endif %}\
{% if one.to %}{{ one.app }} {{ one.to }} in {{ one.place }}\
{% if one.from %} (was {{ one.from }}){% endif %}\
{% else %}{{ one.app }} removed from {{ one.place }}{% endif %}\n\
{% endfor %}\
{% if more %}and {{ more }} more\n{% endif %}\
{% if overridden %}gates overridden: {{ overridden }}\n{% endif %}\
{{ subject }} ({{ author }}, {{ commit }}){% if url %} {{ url }}{% endif %}";

/// How a target shows text.
#[derive(Debug, Clone, Copy)]
pub struct TextStyle {
    /// Escapes what the target would take for markup or for a mention.
    pub escape: fn(&str) -> String,
    /// The longest message, in UTF-16 units.
    pub limit: usize,
    /// The deployments that are listed; the template gets the number of the others.
    pub listed: usize,
}

/// The texts of the messages to one target.
#[derive(Debug, Clone)]
pub struct MessageTexts {
    template: LimitedTemplate,
    style: TextStyle,
}

impl MessageTexts {
    /// Parses a template, or takes the one that is built in.
    ///
    /// # Errors
    /// When it is none, or uses a name that there is not.
    pub fn new(template: Option<&str>, style: TextStyle) -> Result<Self, Failure> {
        let sample = sample_values();
        let template = LimitedTemplate::parse(template.unwrap_or(DEFAULT), &NAMES, sample)
            .map_err(|fault| match fault {
                TemplateFault::Broken(why) => {
                    Failure::usage(format!("the template is wrong: {why}"))
                }
                TemplateFault::Unknown(name) => {
                    let failure = Failure::usage(format!("the template uses `{name}`"));
                    failure.hint(format!("the names are {}", NAMES.join(", ")))
                }
            })?;
        Ok(MessageTexts { template, style })
    }

    /// Renders the text of a message.
    ///
    /// # Errors
    /// When the template fails on these values.
    pub fn render(&self, message: &AnnouncementMessage) -> Result<String, Failure> {
        let values = message_values(message, self.style.listed);
        let text = self.template.render(values, self.style.escape).map_err(|why| {
            Failure::failed(format!("the template cannot say {}: {why}", message.commit))
        })?;
        let kept = |c: &char| *c == '\n' || !c.is_control();
        let text: String = text.trim().chars().filter(kept).collect();
        if text.is_empty() {
            return Err(Failure::failed(format!(
                "the template says nothing of {}",
                message.commit
            )));
        }
        Ok(truncate_text(&text, self.style.limit))
    }
}

fn message_values(message: &AnnouncementMessage, listed: usize) -> Value {
    let first = message.first();
    let all = &message.deployments;
    let distinct = |of: &dyn Fn(&DeploymentReport) -> String| {
        let mut texts: Vec<String> = all.iter().map(of).collect();
        let mut seen = std::collections::HashSet::new();
        texts.retain(|text| seen.insert(text.clone()));
        texts
    };
    let apps = distinct(&|one| one.name.clone());
    let stages = distinct(&|one| one.cell.stage.to_string());
    let places = distinct(&|one| one.cell.place());
    let only = |texts: &[String], what: &str| match texts {
        [one] => one.clone(),
        several => format!("{} {what}", several.len()),
    };
    let deployments: Vec<Value> = all.iter().take(listed).map(deployment_values).collect();
    context! {
        app => only(&apps, "apps"),
        apps => apps,
        author => first.account.who.name.as_str(),
        commit => short_commit(&message.commit),
        deployments => deployments,
        kind => only(&distinct(&|one| one.kind.as_str().to_owned()), "kinds"),
        more => all.len().saturating_sub(listed),
        overridden => first.account.break_glass.clone().unwrap_or_default(),
        place => only(&places, "places"),
        repository => message.repository.as_str(),
        stage => only(&stages, "stages"),
        stages => stages,
        subject => first.account.subject.as_str(),
        time => first.time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        url => Value::from_safe_string(message.url.clone().unwrap_or_default()),
    }
}

fn deployment_values(one: &DeploymentReport) -> Value {
    context! {
        app => one.name.as_str(),
        stage => one.cell.stage.to_string(),
        target => one.cell.target.as_ref().map(ToString::to_string).unwrap_or_default(),
        place => one.cell.place(),
        kind => one.kind.as_str(),
        from => one.from.as_ref().map(version).unwrap_or_default(),
        to => one.to.as_ref().map(version).unwrap_or_default(),
        image => one.to.as_ref().and_then(|to| to.image.clone()).unwrap_or_default(),
        path => one.path.as_str(),
    }
}

/// Values of the right kinds, with which a template is tried.
fn sample_values() -> Value {
    let one = context! {
        app => "web", stage => "prod", target => "", place => "prod", kind => "promote",
        from => "v1", to => "v2", image => "web", path => "prod.yaml",
    };
    context! {
        app => "web", apps => ["web"], author => "Ada", commit => "0123456789",
        deployments => [one], kind => "promote", more => 0, overridden => "", place => "prod",
        repository => "team/deploy", stage => "prod", stages => ["prod"],
        subject => "Promote web to prod", time => "2026-01-01 00:00 UTC", url => "",
    }
}

/// The tag, or the first digits of the digest.
fn version(pinned: &ImageVersion) -> String {
    match &pinned.version {
        Version { tag: Some(tag), .. } if !tag.is_empty() => tag.clone(),
        Version { digest: Some(digest), .. } => digest.chars().take("sha256:".len() + 12).collect(),
        other => other.to_string(),
    }
}

/// Escapes nothing, for targets that show plain text.
pub fn plain(text: &str) -> String {
    text.to_owned()
}

/// Escapes text for Slack, whose mentions and links stand between `<` and `>`.
pub fn escape_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Escapes text for places that show HTML.
pub fn escape_html(text: &str) -> String {
    escape_slack(text).replace('"', "&quot;").replace('\'', "&#39;")
}

/// Escapes text for Mastodon: a name after `@` would be mentioned.
pub fn escape_mentions(text: &str) -> String {
    text.replace('@', "@\u{200b}")
}

/// Escapes text for the Markdown of Discord and Teams.
pub fn escape_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_~|<>[]()#@".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
