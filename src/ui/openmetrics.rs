//! Measurements in the text form of OpenMetrics, as Prometheus collects them.

use crate::model::Version;
use crate::report::MeasurementReport;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The content type of the text.
pub const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Each cell is a series; the cells beyond this number are left out, and counted.
const MAX_CELLS: usize = 10_000;

/// Upper bounds of lead times: five minutes to ninety days.
const LEADS: [f64; 10] = [
    300.0,
    1_800.0,
    3_600.0,
    14_400.0,
    86_400.0,
    259_200.0,
    604_800.0,
    1_209_600.0,
    2_592_000.0,
    7_776_000.0,
];

type Labels = Vec<(&'static str, String)>;

/// Counts of the server itself.
#[derive(Debug, Clone, Default)]
pub struct ServerMeasurements {
    /// Requests by route and status.
    pub requests: Vec<((String, u16), u64)>,
    /// Refreshes that succeeded, and that failed.
    pub refreshes: (u64, u64),
    /// The time of the last refresh that succeeded, in seconds since 1970.
    pub refreshed: Option<i64>,
    /// The answers in memory, and their bytes.
    pub answers: (usize, usize),
}

/// Renders the measurements of a repository, without the end of the text.
pub fn render_measurements(report: &MeasurementReport) -> String {
    let mut registry = Registry::with_prefix("towpath");
    add_cells(report, &mut registry);
    let deployments = Family::<Labels, Counter>::default();
    for ((stage, kind), count) in &report.deployments {
        let labels = vec![("stage", stage.to_string()), ("kind", kind.as_str().to_owned())];
        deployments.get_or_create(&labels).inc_by(*count);
    }
    registry.register("deployments", "Deployments in the known history", deployments);
    let leads = Family::<Labels, Histogram, _>::new_with_constructor(|| Histogram::new(LEADS));
    for (stage, seconds) in &report.leads {
        let histogram = leads.get_or_create(&vec![("stage", stage.to_string())]).clone();
        seconds.iter().for_each(|lead| histogram.observe(as_float(*lead)));
    }
    let help = "Time from the previous stage to this one, in the known history";
    registry.register("lead_time_seconds", help, leads);
    if let Some(locks) = report.locks {
        let gauge = Gauge::<i64>::default();
        gauge.set(as_count(locks));
        registry.register("locks", "Locks that are active", gauge);
    }
    let findings = Family::<Labels, Gauge>::default();
    for (severity, count) in &report.findings {
        let labels = vec![("severity", severity.as_str().to_owned())];
        findings.get_or_create(&labels).set(as_count(*count));
    }
    registry.register("audit_findings", "Findings of the audit", findings);
    let complete = Gauge::<i64>::default();
    complete.set(i64::from(report.is_complete));
    registry.register("history_complete", "1 where the clone has the whole history", complete);
    encode(&registry)
}

fn add_cells(report: &MeasurementReport, registry: &mut Registry) {
    let (cells, since) = (Family::<Labels, Gauge>::default(), Family::<Labels, Gauge>::default());
    let occupants = &report.status.occupants;
    for one in occupants.iter().take(MAX_CELLS) {
        let target = one.entry.target.as_ref().map(ToString::to_string).unwrap_or_default();
        let place = vec![
            ("app", one.name.clone()),
            ("stage", one.entry.stage.to_string()),
            ("target", target),
        ];
        if let Some(brought) = &one.since {
            since.get_or_create(&place).set(brought.time.as_second());
        }
        let Version { tag, digest } = one.entry.version.clone();
        let mut labels = place;
        labels.push(("image", one.entry.image.clone().unwrap_or_default()));
        labels.push(("tag", tag.unwrap_or_default()));
        labels.push(("digest", digest.unwrap_or_default()));
        cells.get_or_create(&labels).set(1);
    }
    registry.register("cell_info", "The version that an app runs in a stage", cells);
    let help = "When the version came there, in seconds since 1970";
    registry.register("cell_since_timestamp_seconds", help, since);
    let left_out = Gauge::<i64>::default();
    left_out.set(as_count(occupants.len().saturating_sub(MAX_CELLS)));
    registry.register("cells_left_out", "Cells beyond the limit of series", left_out);
}

/// Renders the counts of the server, and the end of the text.
pub fn render_server_measurements(server: &ServerMeasurements) -> String {
    let mut registry = Registry::with_prefix("towpath");
    let requests = Family::<Labels, Counter>::default();
    for ((route, status), count) in &server.requests {
        let labels = vec![("route", route.clone()), ("status", status.to_string())];
        requests.get_or_create(&labels).inc_by(*count);
    }
    registry.register("http_requests", "Requests by route and status", requests);
    let refreshes = Family::<Labels, Counter>::default();
    for (result, count) in [("success", server.refreshes.0), ("failure", server.refreshes.1)] {
        refreshes.get_or_create(&vec![("result", result.to_owned())]).inc_by(count);
    }
    registry.register("refreshes", "Looks at the repository", refreshes);
    let gauge = |registry: &mut Registry, name: &str, help: &str, value: i64| {
        let gauge = Gauge::<i64>::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    };
    if let Some(time) = server.refreshed {
        let help = "The last look at the repository that succeeded, in seconds since 1970";
        gauge(&mut registry, "refreshed_timestamp_seconds", help, time);
    }
    gauge(&mut registry, "answers", "Answers in memory", as_count(server.answers.0));
    gauge(&mut registry, "answers_bytes", "Bytes of them", as_count(server.answers.1));
    let mut text = encode(&registry);
    encode_eof(&mut text).expect("a String takes everything");
    text
}

fn encode(registry: &Registry) -> String {
    let mut text = String::new();
    encode_registry(&mut text, registry).expect("a String takes everything");
    text
}

fn as_count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "lead times are less than 2^53 seconds")]
fn as_float(seconds: i64) -> f64 {
    seconds as f64
}
