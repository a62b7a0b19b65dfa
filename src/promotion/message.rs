//! What the commit of a plan and its proposal say: subject, trailers, title and body, and the name
//! of its branch.
//!
//! Subjects are ASCII where names and versions are (`->`, not an arrow): they travel through mail,
//! hooks and terminals of all kinds. The trailers are what machines read back; `history` takes who
//! wanted a deployment from `Promoted-By`.

use super::plan::{Item, Step};
use crate::model::{StageName, Version};
use std::collections::BTreeSet;

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// What this stage runs is taken to the next.
    Promote { from: &'a StageName },
    /// A build's version is put there.
    Deploy,
    /// A version that ran there comes back.
    RollBack,
}

/// One app's part of a commit.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// `web`, or `api/nginx`.
    pub name: &'a str,
    pub steps: &'a [Step],
}

/// The words of one commit and its proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub subject: String,
    /// The lines between subject and trailers, if there are several apps.
    body: String,
    trailers: Vec<(&'static str, String)>,
    rows: Vec<[String; 3]>,
    note: String,
}

impl Message {
    /// The words for some apps that go to one stage.
    pub fn of(purpose: Purpose<'_>, to: &StageName, parts: &[Part<'_>], by: &str) -> Self {
        let line = |part: &Part<'_>| format!("{}{}", plain(part.name), moved(part.steps));
        let what = match parts {
            [one] => plain(one.name),
            several => format!("{} apps", several.len()),
        };
        let subject = match purpose {
            Purpose::Promote { .. } => format!("Promote {what} to {}", place(to, parts)),
            Purpose::Deploy => format!("Deploy {what} to {}", place(to, parts)),
            Purpose::RollBack => format!("Roll back {what} in {}", place(to, parts)),
        };
        let (subject, body) = match parts {
            [one] => (format!("{subject}{}", moved(one.steps)), String::new()),
            several => (subject, several.iter().map(|part| format!("* {}\n", line(part))).collect()),
        };
        let rows = parts.iter().flat_map(|part| part.steps.iter().map(|step| row(part.name, step))).collect();
        Message {
            subject: plain(&subject),
            body,
            trailers: trailers(purpose, to, parts, by),
            rows,
            note: note(purpose),
        }
    }

    /// The whole commit message.
    pub fn commit(&self) -> String {
        let trailers: String = self.trailers.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
        let body = if self.body.is_empty() { String::new() } else { format!("{}\n", self.body) };
        format!("{}\n\n{body}{trailers}", self.subject)
    }

    /// What a proposal says below its title, as Markdown.
    pub fn proposal(&self) -> String {
        let mut out = String::from("| app | from | to |\n| --- | --- | --- |\n");
        for [name, from, to] in &self.rows {
            out.push_str(&format!("| {} | {} | {} |\n", cell(name), code(from), code(to)));
        }
        out.push_str(&format!(
            "\n{}\n\nTo take it back after the merge: revert the commit, or `towpath rollback`. A newer version \
             replaces this one here; commits of others on this branch are never overwritten.\n",
            self.note
        ));
        out
    }
}

fn note(purpose: Purpose<'_>) -> String {
    match purpose {
        Purpose::Promote { from } => format!("Promoted from {} by towpath.", cell(from.as_str())),
        Purpose::Deploy => "Deployed by towpath.".into(),
        Purpose::RollBack => "Rolled back by towpath.".into(),
    }
}

/// `prod`, or `prod/eu` where that is the only target.
fn place(to: &StageName, parts: &[Part<'_>]) -> String {
    let targets: BTreeSet<_> = parts.iter().flat_map(|part| part.steps).map(|step| &step.entry.target).collect();
    match targets.first() {
        Some(Some(target)) if targets.len() == 1 => format!("{to}/{target}"),
        _ => to.to_string(),
    }
}

/// `: v1 -> v2`, where that is one move.
fn moved(steps: &[Step]) -> String {
    let moves: BTreeSet<(String, String)> =
        steps.iter().map(|step| (short(&step.entry.version), short(&step.to))).collect();
    let targets: BTreeSet<&String> = moves.iter().map(|(_, to)| to).collect();
    match (moves.first(), moves.len(), targets.len()) {
        (Some((from, to)), 1, _) => format!(": {from} -> {to}"),
        (Some((_, to)), _, 1) => format!(": {to}"),
        _ => String::new(),
    }
}

/// The tag, or the first digits of the digest.
fn short(version: &Version) -> String {
    match (&version.tag, &version.digest) {
        (Some(tag), _) if !tag.is_empty() => plain(tag),
        (_, Some(digest)) => plain(digest).chars().take("sha256:".len() + 12).collect(),
        _ => "(none)".into(),
    }
}

fn row(name: &str, step: &Step) -> [String; 3] {
    let target = step.entry.target.as_ref().map(|target| format!(" ({target})")).unwrap_or_default();
    [format!("{name}{target}"), step.entry.version.to_string(), step.to.to_string()]
}

fn trailers(purpose: Purpose<'_>, to: &StageName, parts: &[Part<'_>], by: &str) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    for part in parts {
        out.push(("App", plain(part.name)));
        out.push(("Stage", plain(to.as_str())));
        let distinct = |of: &dyn Fn(&Step) -> Option<String>| {
            let mut seen = BTreeSet::new();
            part.steps.iter().filter_map(of).filter(|text| seen.insert(text.clone())).collect::<Vec<_>>()
        };
        out.extend(distinct(&|step| step.entry.image.clone()).into_iter().map(|image| ("Image", plain(&image))));
        let from = distinct(&|step| Some(step.entry.version.to_string()));
        out.extend(from.into_iter().map(|version| ("From-Version", plain(&version))));
        let versions = distinct(&|step| Some(step.to.to_string()));
        out.extend(versions.into_iter().map(|version| ("To-Version", plain(&version))));
        if let Purpose::Promote { from } = purpose {
            out.push(("Promoted-From", plain(from.as_str())));
        }
    }
    out.push(("Promoted-By", plain(by)));
    out
}

/// One line, whatever a file may hold.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in plain(text).chars() {
        if matches!(c, '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '@' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn code(text: &str) -> String {
    format!("`{}`", plain(text).replace('`', "'").replace('|', "\\|"))
}

/// The branch of one app's proposal: the same each time. A target that was asked for is part of it.
pub fn branch_name(item: &Item, to: &StageName, target: Option<&str>) -> String {
    branch_of(&item.name(), to, target)
}

/// The same for an app by its name: `web`, or `api/nginx`.
pub fn branch_of(app: &str, to: &StageName, target: Option<&str>) -> String {
    let name = match target {
        Some(target) => format!("{app}@{target}"),
        None => app.to_owned(),
    };
    format!("towpath/{}/{}", ref_part(to.as_str()), ref_part(&name))
}

/// The branch of a proposal for several apps at once.
pub fn joint_branch_name(to: &StageName) -> String {
    format!("towpath/{}/_all", ref_part(to.as_str()))
}

/// A name as a part of a ref (`git check-ref-format`). What has to be changed for that gets a hash, so
/// that two names never become one.
fn ref_part(name: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.' | '@');
    let odd = name.starts_with(['.', '-', '@', '_']) || name.ends_with(['.', '@']) || name.contains("..");
    if name.chars().all(fits) && !odd && !name.ends_with(".lock") && !name.is_empty() {
        return name.to_owned();
    }
    let safe: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    // FNV-1a, 32 bits.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{}-{hash:08x}", safe.trim_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::ref_part;

    #[test]
    fn names_become_parts_of_refs() {
        for name in ["web", "build-service", "a.b", "web@eu", "é1"] {
            assert_eq!(ref_part(name), name);
        }
        for (name, expected) in [
            ("api/nginx", "api-nginx-6cf4e2b7"),
            ("api-nginx", "api-nginx"),
            (".hidden", "hidden-2a2f6d7b"),
            ("x.lock", "x-lock-5ac6e6cb"),
            ("a..b", "a--b-5a32d0f3"),
        ] {
            let (part, expected) = (ref_part(name), expected.rsplit_once('-').map_or(expected, |(head, _)| head));
            assert!(part.starts_with(expected), "{name}: {part}");
            assert!(git2::Reference::is_valid_name(&format!("refs/heads/towpath/prod/{part}")), "{part}");
        }
        assert_ne!(ref_part("a/b"), ref_part("a b"));
    }
}
