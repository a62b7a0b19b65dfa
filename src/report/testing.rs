//! Reports of the shape of real repositories, for tests of what fits a terminal.

use super::audit::testing::audited;
use super::matrix::tests::status;
use super::{
    AheadSide, AppDifference, AuditReport, BroughtBy, DeploymentKind, DeploymentReport, DiffReport,
    DiffSide, DoraFigures, FindingReport, ImageVersion, MetricsReport, PlanReport,
    ReportedRunPeriod, SideVersion, StagePairFigures, StatusReport, TraceReport,
    VersionTraceReport, to_timestamp,
};
use crate::audit::{Finding, rules};
use crate::history::{CommitDetails, Metrics};
use crate::model::{CellKey, Version};
use crate::pipeline::ledger::{EventAuthor, EventKind, LedgerEvent};
use crate::promotion::{
    FileEdits, ItemOutcome, Plan, PlanItem, PlanObstacle, PlannedMove, PlannedMoves,
};
use std::rc::Rc;

/// The time that ages count from.
pub const NOW: i64 = 1_700_000_000;

const DAY: i64 = 86_400;

/// A repository: its stages, its apps, and how its versions look.
pub struct RepositoryShape {
    pub name: &'static str,
    pub stages: Vec<&'static str>,
    apps: Vec<String>,
    version: fn(usize) -> String,
    /// An app runs in each stage, or only in some of them.
    has_gaps: bool,
}

/// Three stages and forty apps; nineteen environments and 120 apps with gaps; and 200 rows with
/// long names and versions.
pub fn shapes() -> [RepositoryShape; 3] {
    let app = |number: usize| match number % 4 {
        0 => format!("content-data-publisher-api-{number}"),
        1 => format!("router-{number}"),
        2 => format!("specialist-publisher-{number}"),
        _ => format!("web{number}"),
    };
    let service = |number: usize| {
        format!("vector-kubearchive-log-collector-{}/component-{}", number / 3, number % 3)
    };
    [
        RepositoryShape {
            name: "3 stages, 40 apps",
            stages: vec!["integration", "staging", "production"],
            apps: (0..40).map(app).collect(),
            version: |number| format!("v{}", 1300 - number),
            has_gaps: false,
        },
        RepositoryShape {
            name: "19 stages, 120 apps",
            stages: vec![
                "usdfdev",
                "usdfint",
                "usdfprod",
                "idfdev",
                "idfint",
                "idfprod",
                "base",
                "summit",
                "tucson-teststand",
                "ccin2p3",
                "roe",
                "rsp-dev",
                "rsp-int",
                "rsp-prod",
                "minikube",
                "usdf-cm-dev",
                "usdf-cm",
                "usdfdev-alert-stream-broker",
                "usdfprod-prompt",
            ],
            apps: (0..120).map(app).collect(),
            version: |number| format!("15.{}.1", 40 - number),
            has_gaps: true,
        },
        RepositoryShape {
            name: "200 rows, long versions",
            stages: vec!["development", "staging", "production"],
            apps: (0..200).map(service).collect(),
            version: |number| {
                format!("RELEASE.2025-0{number}-24T17-08-30Z-cpuv1-distroless-libc-hotfix.{number}")
            },
            has_gaps: true,
        },
    ]
}

impl RepositoryShape {
    /// Every version that some stage runs, as `app stage number`.
    fn cells(&self) -> Vec<(&str, &'static str, usize)> {
        let mut cells = Vec::new();
        for (row, app) in self.apps.iter().enumerate() {
            for (column, stage) in self.stages.iter().copied().enumerate() {
                if !self.has_gaps || row % 5 == 0 || (row + column) % 3 == 0 {
                    cells.push((app.as_str(), stage, (row + column) % 4 * (row % 3)));
                }
            }
        }
        cells
    }

    pub fn status(&self) -> StatusReport {
        let line = |(app, stage, number): (&str, &str, usize)| {
            format!("{app} {stage} {}", (self.version)(number))
        };
        let lines: Vec<String> = self.cells().into_iter().map(line).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut status = status(&self.stages, &lines);
        for (at, occupant) in (0..).zip(&mut status.occupants) {
            occupant.since = Some(BroughtBy {
                commit: "ad09c3c83b".repeat(4),
                time: to_timestamp(NOW - at * DAY / 3),
                author_name: "Continuous Integration User".into(),
                author_email: "ci@users.noreply.example.com".into(),
                subject: "Merge update-image-tag into main".into(),
                pull_request: None,
            });
        }
        status
    }

    pub fn deployments(&self) -> Vec<DeploymentReport> {
        let kinds = DeploymentKind::ALL;
        let deployment = |(at, (app, stage, number)): (usize, (&str, &str, usize))| {
            let mut account = CommitDetails {
                author: Default::default(),
                committer: Default::default(),
                who: Default::default(),
                subject: String::new(),
                is_signed: false,
                pull_request: (at % 2 == 0).then_some(4711),
                break_glass: (at == 7).then(|| "login is down, incident 12 of that day".into()),
            };
            account.who.name = "Continuous Integration User".into();
            DeploymentReport {
                name: app.into(),
                cell: cell(app, stage),
                kind: kinds[at % kinds.len()],
                from: Some(self.pinned(number)),
                to: Some(self.pinned(number + 1)),
                commit: "0123456789".repeat(4),
                time: to_timestamp(NOW - i64::try_from(at).expect("small") * 3600),
                account: Rc::new(account),
                path: String::new(),
                lead: Some(86_000),
                changes: None,
                applied: None,
            }
        };
        self.cells().into_iter().take(200).enumerate().map(deployment).collect()
    }

    fn pinned(&self, number: usize) -> ImageVersion {
        ImageVersion { image: None, version: Version::parse(&(self.version)(number)) }
    }

    pub fn diff(&self) -> DiffReport {
        let side = |stage: &str| DiffSide {
            text: stage.into(),
            stage: Some(stage.into()),
            revision: None,
            time: None,
            entries: Vec::new(),
            cut: 0,
        };
        let version = |app: &str, stage: &str, number| SideVersion {
            cell: cell(app, stage),
            image: None,
            version: Version::parse(&(self.version)(number)),
            targets: Vec::new(),
        };
        let (left, right) = (self.stages[0], self.stages[1]);
        let difference = |app: &String| AppDifference {
            name: app.clone(),
            component: None,
            stage: None,
            target: None,
            left: vec![version(app, left, 1)],
            right: vec![version(app, right, 2)],
            ahead: AheadSide::Left(12),
            changes: None,
        };
        DiffReport {
            left: side(left),
            right: side(right),
            differences: self.apps.iter().map(difference).collect(),
            compared: self.apps.len(),
            warnings: Vec::new(),
        }
    }

    pub fn metrics(&self) -> MetricsReport {
        let figures = |app: Option<&str>, stage: Option<&str>| {
            let mut figures = DoraFigures {
                app: app.map(Into::into),
                stage: stage.map(Into::into),
                deployments: 1234,
                per_week: (0..13).collect(),
                rollbacks: 3,
                ..DoraFigures::default()
            };
            figures.lead.add(86_000);
            figures.restore.add(3_000_000);
            figures
        };
        let pair = |pair: &[&str]| StagePairFigures {
            before: pair[0].into(),
            stage: pair[1].into(),
            changes: 1234,
            had: 1200,
            same_commit: 10,
            after: 20,
            tolerated: 5,
            never: 4,
            lead: Default::default(),
            versions: 100,
            met: 90,
            comparable: true,
            contradicted: None,
        };
        MetricsReport {
            metrics: Metrics {
                overall: figures(None, None),
                stages: self.stages.iter().map(|stage| figures(None, Some(stage))).collect(),
                apps: self.cells().iter().map(|(a, s, _)| figures(Some(a), Some(s))).collect(),
                pairs: self.stages.windows(2).map(pair).collect(),
            },
            since: to_timestamp(NOW - 90 * DAY),
            until: to_timestamp(NOW),
            weeks: 12.9,
            tolerance: 600,
        }
    }

    pub fn audit(&self) -> AuditReport {
        let rule = rules::find_rule("skipped-stage").expect("there is such a rule");
        let other = rules::find_rule("mutable-tag").expect("there is such a rule");
        let told = |(at, (app, stage, number)): (usize, (&str, &str, usize))| FindingReport {
            finding: Finding {
                cells: vec![cell(app, stage)],
                version: Some(Version::parse(&(self.version)(number))),
                time: (at < 100).then_some(NOW - DAY),
                commit: (at < 100).then(|| format!("{at:040x}").parse().expect("forty digits")),
                ..Finding::from_message(
                    if at < 100 { rule } else { other },
                    "the stages before it never had this version, neither earlier nor later",
                )
            },
            name: app.into(),
            account: None,
        };
        audited(self.cells().into_iter().take(200).enumerate().map(told).collect())
    }

    /// A plan in which the apps of the second stage move, and one is refused.
    pub fn plan(&self) -> PlanReport {
        let to = Version::parse(&(self.version)(0));
        let here = self.status().occupants.into_iter().map(|occupant| occupant.entry);
        let here = here.filter(|entry| entry.stage.as_str() == self.stages[1]);
        let moves = here.map(|entry| PlanItem {
            app: entry.app.clone(),
            component: entry.component.clone(),
            targets: Vec::new(),
            outcome: ItemOutcome::Moves(PlannedMoves {
                steps: vec![PlannedMove { entry, to: to.clone() }],
                edits: FileEdits::default(),
            }),
        });
        let refused = PlanItem {
            app: self.apps[0].as_str().into(),
            component: None,
            targets: Vec::new(),
            outcome: ItemOutcome::Refused(PlanObstacle {
                code: "absent",
                reason: "it does not run there".into(),
                hint: None,
            }),
        };
        let items = moves.chain([refused]).collect();
        PlanReport {
            repository: String::new(),
            branch: None,
            revision: String::new(),
            from: Some(self.stages[0].into()),
            is_rollback: false,
            plan: Plan { to: self.stages[1].into(), items },
            gates: Vec::new(),
        }
    }

    pub fn trace(&self) -> TraceReport {
        let visit = |deployment: &DeploymentReport| ReportedRunPeriod {
            cell: deployment.cell.clone(),
            came: Some(deployment.clone()),
            left: Some(deployment.clone()),
        };
        let deployments = self.deployments();
        let way = VersionTraceReport {
            name: self.apps[0].clone(),
            component: None,
            version: Version::parse(&(self.version)(1)),
            visits: deployments.iter().take(self.stages.len()).map(visit).collect(),
            absent: vec![(cell(&self.apps[0], self.stages[0]), Version::parse("v1"))],
        };
        TraceReport { text: (self.version)(1), ways: vec![way] }
    }

    pub fn events(&self) -> Vec<LedgerEvent> {
        let event = |app: &String| LedgerEvent {
            proof: Default::default(),
            id: "0123456789abcdef".into(),
            time: to_timestamp(NOW),
            what: EventKind::Locked {
                app: Some(app.clone()),
                stage: Some(self.stages[0].into()),
                reason: "the database is being moved, and nothing may change until that is done"
                    .into(),
                until: Some(to_timestamp(NOW + DAY)),
            },
            places: Vec::new(),
            by: EventAuthor { name: "Jonas Lindqvist".into(), email: "jonas@example.com".into() },
        };
        self.apps.iter().map(event).collect()
    }
}

fn cell(app: &str, stage: &str) -> CellKey {
    CellKey { app: app.into(), component: None, stage: stage.into(), target: None }
}
