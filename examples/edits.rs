//! Edits every version that discovery finds in a repository to another one and back, in memory, and
//! prints a row of a table: `cargo run --release --example edits -- [--every] [--verbose] [--trees DIR]
//! REPOSITORY…`. `tests/edits.sh` runs it over folders of clones. Exit code 1 when anything is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use towpath::config::{self, Config, NameTemplate, SourceRule, Stage};
use towpath::discovery;
use towpath::git::{Repository, Snapshot};
use towpath::model::{EntryNote, ImagePart, MappingEntry, SourceKind, Version};
use towpath::promotion::{
    EditBase, EditConsent, EditRefusal, EntryChange, FileEdits, RefusalReason,
    entries_sharing_place,
};
use towpath::source::{ParseCache, SnapshotReader};
use towpath::yaml;

fn main() -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let mut wrong = false;
    let (options, paths) = options();
    for path in paths {
        let row = row(&path, &options)?;
        wrong |= row.is_wrong();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().replace('+', "/");
        writeln!(out, "{}", row.shown(&name))?;
    }
    Ok(ExitCode::from(u8::from(wrong)))
}

/// What is asked for.
#[derive(Default)]
struct Options {
    /// Every file, not only those that discovery takes for a stage's.
    every: bool,
    /// Each refusal and each wrong edit is a line on stderr.
    verbose: bool,
    /// The repository's files on disk, for kustomize to build.
    trees: Option<PathBuf>,
}

fn options() -> (Options, Vec<PathBuf>) {
    let (mut options, mut paths) = (Options::default(), Vec::new());
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--every") => options.every = true,
            Some("--verbose") => options.verbose = true,
            Some("--trees") => options.trees = arguments.next().map(PathBuf::from),
            _ => paths.push(PathBuf::from(argument)),
        }
    }
    (options, paths)
}

impl Options {
    fn tell(&self, entry: &MappingEntry, what: &str) {
        if self.verbose {
            let at =
                entry.locations.first().map(|at| format!("{}:{} {}", at.path, at.line, at.key));
            let (at, app, component) =
                (at.unwrap_or_default(), &entry.app, entry.component.as_deref().unwrap_or("-"));
            let line =
                format!("{app}/{component} {} {} at {at}: {what}", entry.stage, entry.version);
            // Nothing is lost with a closed stderr.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}

/// What came of one repository.
#[derive(Default)]
struct Row {
    entries: usize,
    /// An image without a version, so that there is nothing to change.
    unpinned: usize,
    places: BTreeSet<(String, usize)>,
    /// Edited in place, and back to the identical bytes.
    restored: usize,
    /// As restored, but an unquoted number came back as text, in quotes.
    quoted: usize,
    /// Given an entry of their own in a kustomize overlay, then edited there and back.
    overridden: usize,
    /// Of these, those that `kubectl kustomize` builds with the new version (with `--trees`).
    built: usize,
    /// Of all of these, those that had to move together with others that share the place.
    together: usize,
    /// Of all of these, those whose line an automation owns.
    automated: usize,
    refused: BTreeMap<&'static str, usize>,
    wrong: usize,
    collateral: usize,
}

impl Row {
    fn is_wrong(&self) -> bool {
        self.wrong + self.collateral > 0
    }

    fn shown(&self, name: &str) -> String {
        let refused: Vec<String> =
            self.refused.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
        let refused = if refused.is_empty() { "-".to_owned() } else { refused.join(", ") };
        let counts = [
            self.entries,
            self.unpinned,
            self.places.len(),
            self.restored,
            self.quoted,
            self.overridden,
            self.built,
            self.together,
            self.automated,
        ];
        let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
        format!(
            "| {name} | {} | {refused} | {} | {} |",
            counts.join(" | "),
            self.wrong,
            self.collateral
        )
    }
}

fn row(path: &Path, options: &Options) -> anyhow::Result<Row> {
    let repository = Repository::open(path)?;
    let cache = ParseCache::default();
    let snapshot = Snapshot::of_commit(&repository, repository.head_commit()?)?;
    let config = if options.every {
        every_file()?
    } else {
        configuration(&SnapshotReader::new(&snapshot, &cache), &repository)?
    };
    let ground = EditBase::load(&config, snapshot, &cache, None);
    let mapping = ground.to_mapping();
    let mut row = Row { entries: mapping.entries.len(), ..Row::default() };
    for entry in mapping.entries.iter() {
        if entry.version.is_empty() {
            row.unpinned += 1;
            continue;
        }
        row.places.extend(entry.locations.iter().map(|at| (at.path.clone(), at.span.start)));
        let tried = Tried { ground: &ground, all: &mapping.entries, entry, options };
        match tried.there_and_back() {
            Ok(outcome) => {
                outcome.wrong.iter().for_each(|what| options.tell(entry, &format!("WRONG {what}")));
                row.count(entry, &outcome);
            }
            Err(refusal) => {
                *row.refused.entry(refusal.reason.code()).or_default() += 1;
                options.tell(entry, &refusal.to_string());
            }
        }
    }
    Ok(row)
}

/// The repository's own configuration, or what discovery proposes.
fn configuration(reader: &SnapshotReader<'_>, repository: &Repository) -> anyhow::Result<Config> {
    let name = config::CONFIG_FILE;
    match reader.find_file(name).and_then(|_| reader.read_text(name)) {
        Some(text) => Ok(config::parse(&text, name)?),
        None => Ok(discovery::propose(reader, repository).config),
    }
}

/// Every file by every source that may know it, all in one stage: the app is the folder, the component
/// the file and what the source calls the version.
fn every_file() -> anyhow::Result<Config> {
    use SourceKind::{
        Argo, Compose, Dotenv, Flux, HelmValues, Json, Kustomize, Manifests, Pulumi, Tfvars, Yaml,
    };
    let stage = Stage {
        name: "all".into(),
        aliases: Vec::new(),
        after: Vec::new(),
        branch: None,
        line: None,
    };
    let mut config = Config { stages: vec![stage], ..Config::default() };
    for (kind, path) in [
        (Kustomize, "{app**}/{file}"),
        (Argo, "{app**}/{file}.yaml"),
        (Flux, "{app**}/{file}.yaml"),
        (Manifests, "{app**}/{file}.yaml"),
        (Manifests, "{app**}/{file}.yml"),
        (Compose, "{app**}/{file}compose.yml"),
        (Compose, "{app**}/{file}compose.yaml"),
        (Pulumi, "{app**}/Pulumi.{file}.yaml"),
        (HelmValues, "{app**}/values{file}"),
        (Yaml, "{app**}/{file}.yaml"),
        (Yaml, "{app**}/{file}.yml"),
        (Json, "{app**}/{file}.json"),
        (Tfvars, "{app**}/{file}.tfvars"),
        (Dotenv, "{app**}/{file}.env"),
        (Dotenv, "{app**}/.env"),
    ] {
        let mut rule = SourceRule::new(kind, path, &[])?;
        rule.stage = Some("all".into());
        rule.component = NameTemplate::new("{file}");
        config.rules.push(rule);
    }
    Ok(config)
}

/// What came of one entry.
#[derive(Default)]
struct Outcome {
    overridden: bool,
    together: bool,
    quoted: bool,
    /// Whether kustomize builds the edited overlay with the new version and nothing else that is new;
    /// unknown where it does not build at all.
    built: Option<bool>,
    wrong: Vec<String>,
    collateral: usize,
}

impl Row {
    fn count(&mut self, entry: &MappingEntry, outcome: &Outcome) {
        self.collateral += outcome.collateral;
        self.built += usize::from(outcome.built == Some(true));
        self.together += usize::from(outcome.together);
        self.automated +=
            usize::from(entry.notes.iter().any(|note| matches!(note, EntryNote::Automated(_))));
        match outcome {
            Outcome { wrong, .. } if !wrong.is_empty() => self.wrong += 1,
            Outcome { overridden: true, .. } => self.overridden += 1,
            Outcome { quoted: true, .. } => self.quoted += 1,
            _ => self.restored += 1,
        }
    }
}

struct Tried<'t, 'r> {
    ground: &'t EditBase<'r>,
    all: &'t [MappingEntry],
    entry: &'t MappingEntry,
    options: &'t Options,
}

const CONSENT: EditConsent = EditConsent {
    drop_digest: false,
    pin_digest: false,
    allow_mutable: true,
    force_automated: true,
    change_shared: false,
};

impl Tried<'_, '_> {
    fn there_and_back(&self) -> Result<Outcome, EditRefusal> {
        let other = self.another();
        let mut entries = vec![self.entry];
        let mut edits = edit(self.ground, &entries, |_| other.clone());
        // What shares the place is promoted together.
        if matches!(&edits, Err(EditRefusal { reason: RefusalReason::Shared { .. }, .. })) {
            entries = entries_sharing_place(self.all, self.entry);
            edits = edit(self.ground, &entries, |_| other.clone());
        }
        let edits = edits?;
        let mut outcome = Outcome { together: entries.len() > 1, ..Outcome::default() };
        self.judge(&entries, &edits, &mut outcome);
        // What matches no image of the build changes nothing in it.
        if outcome.overridden && !self.entry.notes.contains(&EntryNote::Unmatched) {
            outcome.built = self.built(&edits, &other)?;
            if outcome.built == Some(false) {
                outcome.wrong.push("kustomize builds something else".to_owned());
            }
        }
        let failed = |path: &str, error: String| EditRefusal {
            path: path.to_owned(),
            line: None,
            reason: RefusalReason::Unreadable(error),
        };
        let after =
            self.ground.with_edits(&edits).map_err(|error| failed("", error.to_string()))?;
        let said = after.to_mapping().entries;
        let changed: Vec<&MappingEntry> = said
            .iter()
            .filter(|now| {
                now.version == other && entries.iter().any(|entry| entry.cell() == now.cell())
            })
            .filter(|now| !self.all.contains(now))
            .collect();
        if changed.is_empty() {
            outcome.wrong.push("the new version is not read back".to_owned());
            return Ok(outcome);
        }
        match edit(&after, &changed, |now| before(&entries, now)) {
            Ok(back) => self.compare(&edits, &back, &mut outcome),
            Err(refusal) => outcome.wrong.push(format!("no way back: {refusal}")),
        }
        Ok(outcome)
    }

    /// A version of the same shape that the cell does not have yet.
    fn another(&self) -> Version {
        let cell = self.entry.cell();
        let known: Vec<&Version> =
            self.all.iter().filter(|e| e.cell() == cell).map(|e| &e.version).collect();
        let next = |version: &Version| Some(another(version));
        let versions = std::iter::successors(Some(another(&self.entry.version)), next);
        versions
            .take(9)
            .find(|version| !known.contains(&version))
            .unwrap_or_else(|| another(&self.entry.version))
    }

    /// Looks at the lines and the bytes, without asking the library.
    fn judge(&self, entries: &[&MappingEntry], edits: &FileEdits, outcome: &mut Outcome) {
        for file in &edits.files {
            let at: Vec<_> = entries
                .iter()
                .flat_map(|entry| &entry.locations)
                .filter(|at| at.path == file.path)
                .collect();
            let (old, new): (Vec<&str>, Vec<&str>) =
                (file.before.split('\n').collect(), file.after.split('\n').collect());
            if old.len() != new.len() || at.is_empty() {
                outcome.overridden = true;
                outcome.collateral += lost_lines(&old, &new);
                continue;
            }
            let changed = (0..old.len()).filter(|index| old[*index] != new[*index]);
            let meant = |index: usize| at.iter().any(|at| at.line as usize == index + 1);
            let stray = changed.filter(|index| !meant(*index)).count();
            outcome.collateral += stray;
            let inside = |splice: &yaml::Splice| {
                at.iter()
                    .any(|at| at.span.start <= splice.span.start && splice.span.end <= at.span.end)
            };
            if !file.splices.iter().all(inside) {
                outcome.wrong.push(format!("{} is changed outside of the values", file.path));
            }
        }
    }

    /// Asks kustomize, if the repository's files are there.
    fn built(&self, edits: &FileEdits, other: &Version) -> Result<Option<bool>, EditRefusal> {
        let Some(trees) = &self.options.trees else { return Ok(None) };
        let [file] = edits.files.as_slice() else { return Ok(None) };
        let path = trees.join(&file.path);
        let folder = path.parent().unwrap_or(trees);
        let write = |text: &str| {
            let failed = |error: std::io::Error| RefusalReason::Unreadable(error.to_string());
            std::fs::write(&path, text).map_err(|error| EditRefusal {
                path: file.path.clone(),
                line: None,
                reason: failed(error),
            })
        };
        let Some(before) = kustomize(folder) else { return Ok(None) };
        write(&file.after)?;
        let after = kustomize(folder).unwrap_or_default();
        write(&file.before)?;
        let fresh: Vec<&str> = after.lines().filter(|line| !before.contains(*line)).collect();
        let wanted = other.digest.as_ref().or(other.tag.as_ref()).map_or("", String::as_str);
        let images = fresh.iter().all(|line| line.contains("image: ") && line.contains(wanted));
        Ok(Some(!fresh.is_empty() && images && before.lines().count() == after.lines().count()))
    }

    fn compare(&self, there: &FileEdits, back: &FileEdits, outcome: &mut Outcome) {
        if outcome.overridden {
            return;
        }
        for file in &there.files {
            let Some(restored) = back.files.iter().find(|other| other.path == file.path) else {
                outcome.wrong.push(format!("{} is not changed back", file.path));
                continue;
            };
            if restored.after == file.before {
                continue;
            }
            if self.differs_in_quotes(file.before.as_str(), &restored.after) {
                outcome.quoted = true;
            } else {
                outcome.wrong.push(format!("{} is not the same after changing back", file.path));
            }
        }
    }

    /// Was the value a number without quotes, and are quotes the only difference?
    fn differs_in_quotes(&self, old: &str, new: &str) -> bool {
        let is_number = |at: &&towpath::model::Location| {
            let token = old.get(at.span.start..at.span.end).unwrap_or_default();
            at.part != ImagePart::Name
                && yaml::plain_or_quoted(token) != token
                && !token.starts_with(['"', '\''])
        };
        let numbers = self.entry.locations.iter().filter(is_number).count();
        let bare = |text: &str| text.replace(['"', '\''], "");
        numbers > 0 && bare(old) == bare(new)
    }
}

fn edit(
    ground: &EditBase<'_>,
    entries: &[&MappingEntry],
    version: impl Fn(&MappingEntry) -> Version,
) -> Result<FileEdits, EditRefusal> {
    let changes: Vec<EntryChange<'_>> = entries
        .iter()
        .map(|entry| EntryChange { entry, version: version(entry), image: None })
        .collect();
    ground.compute_edits(&changes, CONSENT)
}

/// What an entry said before: the one that was written in the same place, or else the cell's.
fn before(entries: &[&MappingEntry], now: &MappingEntry) -> Version {
    let place = |entry: &MappingEntry| entry.locations.first().map(|at| (at.path.clone(), at.line));
    let same = entries.iter().filter(|entry| entry.cell() == now.cell());
    let found =
        same.clone().find(|entry| place(entry) == place(now)).or_else(|| same.clone().next());
    found.map_or_else(Version::default, |entry| entry.version.clone())
}

fn kustomize(folder: &Path) -> Option<String> {
    let mut kubectl = std::process::Command::new("kubectl");
    // What is remote fails at once instead of being fetched.
    kubectl
        .env("GIT_ALLOW_PROTOCOL", "file")
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("HTTP_PROXY", "http://127.0.0.1:9");
    let output = kubectl.arg("kustomize").arg(folder).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Lines that are gone, other than an `images:` that was empty.
fn lost_lines(old: &[&str], new: &[&str]) -> usize {
    let mut left = new.iter();
    old.iter()
        .filter(|line| {
            !left.clone().any(|other| other == *line) || !left.any(|other| other == *line)
        })
        .filter(|line| !line.starts_with("images:") && !line.is_empty())
        .count()
}

/// A version of the same shape: the last digit is another one.
fn another(version: &Version) -> Version {
    let tag = version.tag.as_ref().map(|tag| match tag.rfind(|c: char| c.is_ascii_digit()) {
        Some(at) => turned(tag, at),
        None => "v9.9.9".to_owned(),
    });
    let digest =
        version.digest.as_ref().map(|digest| match digest.rfind(|c: char| c.is_ascii_digit()) {
            Some(at) => turned(digest, at),
            None => digest.clone(),
        });
    Version { tag, digest }
}

fn turned(text: &str, at: usize) -> String {
    let next = match text.as_bytes()[at] {
        b'9' => '1',
        digit => char::from(digit + 1),
    };
    format!("{}{next}{}", &text[..at], &text[at + 1..])
}
