//! The matrix: apps down, stages across, with differences from the previous stage.

#[path = "matrix/fold.rs"]
mod fold;

use super::{BroughtBy, LiveCell, LiveMark, StatusEntry, StatusReport};
use crate::model::{AppName, StageName, TargetName, Version};
use jiff::Timestamp;

/// Rows and columns in display order.
#[derive(Debug, Clone, Default)]
pub struct Matrix {
    /// True if at least one stage comes after another.
    pub is_ordered: bool,
    pub columns: Vec<MatrixColumn>,
    pub rows: Vec<MatrixRow>,
}

/// A stage, or one target of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixColumn {
    pub stage: StageName,
    /// Set if targets have columns of their own and this stage has targets.
    pub target: Option<TargetName>,
}

/// An app, or one component of it.
#[derive(Debug, Clone)]
pub struct MatrixRow {
    pub name: String,
    /// The app, without its component.
    pub app: AppName,
    /// One per column.
    pub cells: Vec<MatrixCell>,
}

/// Versions in one place. Empty if the app does not exist there.
#[derive(Debug, Clone, Default)]
pub struct MatrixCell {
    /// Different versions, in the order of their first target.
    pub running: Vec<CellVersion>,
    /// True if the versions differ from the nearest earlier stage with the app.
    pub differs: bool,
}

/// A version in a cell.
#[derive(Debug, Clone)]
pub struct CellVersion {
    pub version: Version,
    /// True if the tag is empty, so that the chart's own version counts.
    pub app_version: bool,
    /// Its targets; empty for a stage without targets.
    pub targets: Vec<TargetName>,
    /// Latest arrival in any of the targets; with `live`, since when the state is what it is.
    pub since: Option<Timestamp>,
    /// How what runs compares with it, if the witnesses were asked.
    pub live: Option<LiveMark>,
}

impl Matrix {
    /// Lays out a report. `spread` gives each target a column of its own.
    pub fn new(status: &StatusReport, spread: bool) -> Self {
        let columns = build_columns(status, spread);
        let mut rows: Vec<MatrixRow> = Vec::new();
        let mut rest = status.occupants.as_slice();
        while let Some(first) = rest.first() {
            let end =
                rest.iter().position(|occupant| occupant.name != first.name).unwrap_or(rest.len());
            rows.push(build_row(status, &columns, &rest[..end]));
            rest = &rest[end..];
        }
        let is_ordered = status.before.iter().any(|before| !before.is_empty());
        Matrix { is_ordered, columns, rows }
    }

    /// Number of rows in which a stage differs from the previous one.
    pub fn differing_rows(&self) -> usize {
        self.rows.iter().filter(|row| row.cells.iter().any(|cell| cell.differs)).count()
    }
}

fn build_columns(status: &StatusReport, spread: bool) -> Vec<MatrixColumn> {
    let mut out = Vec::new();
    for stage in &status.stages {
        let here = status.occupants.iter().filter(|occupant| occupant.entry.stage == *stage);
        let mut targets: Vec<Option<TargetName>> =
            here.map(|occupant| occupant.entry.target.clone()).collect();
        targets.sort();
        targets.dedup();
        if !spread || targets.is_empty() {
            targets = vec![None];
        }
        out.extend(targets.into_iter().map(|target| MatrixColumn { stage: stage.clone(), target }));
    }
    out
}

fn build_row(
    status: &StatusReport,
    columns: &[MatrixColumn],
    occupants: &[StatusEntry],
) -> MatrixRow {
    let spread = columns.iter().any(|column| column.target.is_some());
    let in_stage = |stage: &StageName| {
        occupants.iter().filter(|o| o.entry.stage == *stage).collect::<Vec<_>>()
    };
    let by_stage: Vec<Vec<CellVersion>> =
        status.stages.iter().map(|stage| distinct_versions(&in_stage(stage))).collect();
    let cells = columns.iter().map(|column| {
        let mut here = in_stage(&column.stage);
        if spread {
            here.retain(|occupant| occupant.entry.target == column.target);
        }
        let running = distinct_versions(&here);
        let differs = differs_from_previous(
            status,
            &by_stage,
            status.position(&column.stage),
            &running,
            column.target.is_some(),
        );
        MatrixCell { running, differs }
    });
    let first = occupants.first();
    MatrixRow {
        name: first.map(|occupant| occupant.name.clone()).unwrap_or_default(),
        app: first.map(|occupant| occupant.entry.app.clone()).unwrap_or_else(|| "".into()),
        cells: cells.collect(),
    }
}

/// Different versions of one cell.
fn distinct_versions(occupants: &[&StatusEntry]) -> Vec<CellVersion> {
    let mut out: Vec<CellVersion> = Vec::new();
    for occupant in occupants {
        let entry = &occupant.entry;
        let brought = occupant.since.as_ref().map(|since: &BroughtBy| since.time);
        let time = occupant.live.as_ref().map_or(brought, |live| live.since);
        let live = occupant.live.as_ref().map(LiveCell::mark);
        match out.iter_mut().find(|running| running.version == entry.version) {
            Some(same) => {
                same.since = same.since.max(time);
                merge_marks(&mut same.live, live.as_ref());
                same.targets
                    .extend(entry.target.clone().filter(|target| !same.targets.contains(target)));
            }
            None => out.push(CellVersion {
                version: entry.version.clone(),
                app_version: entry.notes.contains(&crate::model::EntryNote::AppVersion),
                targets: entry.target.clone().into_iter().collect(),
                since: time,
                live,
            }),
        }
    }
    out
}

/// Takes the graver of two states.
fn merge_marks(mark: &mut Option<LiveMark>, other: Option<&LiveMark>) {
    match (mark, other) {
        (Some(mark), Some(other)) => mark.merge(other),
        (mark, other) => *mark = mark.take().or(other.cloned()),
    }
}

/// True if the versions differ from one of the nearest earlier stages with the app. A single target
/// need not run every version of those.
fn differs_from_previous(
    status: &StatusReport,
    by_stage: &[Vec<CellVersion>],
    stage: usize,
    here: &[CellVersion],
    one_target: bool,
) -> bool {
    if here.is_empty() {
        return false;
    }
    let nearest = status
        .nearest_upstream(stage, &|i| by_stage.get(i).is_some_and(|running| !running.is_empty()));
    nearest
        .into_iter()
        .any(|i| !is_subset(here, &by_stage[i]) || !one_target && !is_subset(&by_stage[i], here))
}

fn is_subset(xs: &[CellVersion], ys: &[CellVersion]) -> bool {
    xs.iter().all(|x| ys.iter().any(|y| x.version.is_same(&y.version)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::config::{Config, Stage};
    use crate::model::{AppName, Confidence, Mapping, MappingEntry, SourceKind};

    /// `app[/component] stage[/target] version`, one per line; stages in a chain in this order.
    pub fn status(stages: &[&str], lines: &[&str]) -> StatusReport {
        let stage = |(i, name): (usize, &&str)| Stage {
            name: (*name).into(),
            after: i.checked_sub(1).map(|before| stages[before].into()).into_iter().collect(),
            aliases: Vec::new(),
            branch: None,
            line: None,
        };
        let config =
            Config { stages: stages.iter().enumerate().map(stage).collect(), ..Config::default() };
        let mapping = Mapping {
            entries: lines.iter().map(|line| entry(line)).collect(),
            stages: stages.iter().map(|name| (*name).into()).collect(),
            warnings: Vec::new(),
        };
        StatusReport::new(&config, mapping, |_| String::new())
    }

    fn entry(line: &str) -> MappingEntry {
        let mut words = line.split(' ');
        let mut pair = || {
            let word = words.next().expect("three words");
            word.split_once('/').map_or((word, None), |(a, b)| (a, Some(b)))
        };
        let ((app, component), (stage, target), (version, _)) = (pair(), pair(), pair());
        MappingEntry {
            file: String::new(),
            overrides: Vec::new(),
            overridden: Vec::new(),
            app: AppName::from(app),
            component: component.map(str::to_owned),
            stage: stage.into(),
            target: target.map(TargetName::from),
            image: None,
            version: Version::parse(version),
            locations: Vec::new(),
            source: SourceKind::Yaml,
            rule: 0,
            confidence: Confidence::High,
            notes: Vec::new(),
        }
    }

    fn shown(status: &StatusReport, spread: bool) -> Vec<String> {
        let matrix = Matrix::new(status, spread);
        let cell = |cell: &MatrixCell| {
            let versions: Vec<String> =
                cell.running.iter().map(|running| running.version.to_string()).collect();
            format!("{}{}", if cell.differs { "!" } else { "" }, versions.join("+"))
        };
        let row = |row: &MatrixRow| {
            format!("{}: {}", row.name, row.cells.iter().map(cell).collect::<Vec<_>>().join(" | "))
        };
        matrix.rows.iter().map(row).collect()
    }

    #[test]
    fn a_stage_is_compared_with_the_nearest_that_has_the_app() {
        let status = status(
            &["dev", "staging", "prod"],
            &[
                "api dev v2",
                "api staging v1",
                "api prod v1",
                "web dev v3",
                "web prod v2",
                "job prod v1",
            ],
        );
        assert_eq!(
            shown(&status, false),
            ["api: v2 | !v1 | v1", "web: v3 |  | !v2", "job:  |  | v1"]
        );
        assert_eq!(Matrix::new(&status, false).differing_rows(), 2);
    }

    #[test]
    fn targets_that_agree_are_one_cell() {
        let status = status(
            &["dev", "prod"],
            &[
                "api dev v1",
                "api prod/eu v1",
                "api prod/us v1",
                "web dev v2",
                "web prod/eu v2",
                "web prod/us v1",
            ],
        );
        assert_eq!(shown(&status, false), ["api: v1 | v1", "web: v2 | !v2+v1"]);
        assert_eq!(shown(&status, true), ["api: v1 | v1 | v1", "web: v2 | v2 | !v1"]);
    }

    #[test]
    fn an_only_component_is_not_named() {
        let status = status(&["dev"], &["api/nginx dev v1", "api/main dev v1", "web/main dev v1"]);
        assert_eq!(shown(&status, false), ["api/nginx: v1", "api/main: v1", "web: v1"]);
    }

    #[test]
    fn a_digest_says_more_than_a_tag() {
        let digest = |c: &str| format!("sha256:{}", c.repeat(64));
        let (a, b) = (digest("a"), digest("b"));
        let lines = [
            format!("x dev v1@{a}"),
            format!("x prod v1@{b}"),
            format!("y dev v1@{a}"),
            "y prod v1".into(),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let status = status(&["dev", "prod"], &lines);
        assert_eq!(Matrix::new(&status, false).differing_rows(), 1);
    }

    #[test]
    fn stages_left_out_leave_no_gap() {
        let mut status =
            status(&["dev", "staging", "prod"], &["api dev v2", "api staging v1", "api prod v2"]);
        status.keep_stages(|stage| stage.as_str() != "staging");
        assert_eq!(shown(&status, false), ["api: v2 | v2"]);
    }
}
