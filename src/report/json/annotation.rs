//! Annotations of a dashboard, in the form that Grafana's data sources take.

use crate::report::DeploymentReport;
use serde::Serialize;

/// A deployment as an annotation.
#[derive(Debug, Serialize)]
pub struct AnnotationJson {
    /// Milliseconds since 1970.
    pub time: i64,
    pub title: String,
    pub text: String,
    /// The app, the stage and the kind.
    pub tags: [String; 3],
}

impl From<&DeploymentReport> for AnnotationJson {
    fn from(one: &DeploymentReport) -> Self {
        let stage = one.cell.stage.to_string();
        let place = match &one.cell.target {
            Some(target) => format!("{stage}/{target}"),
            None => stage.clone(),
        };
        let title = match &one.to {
            Some(to) => format!("{} {} in {place}", one.name, to.version),
            None => format!("{} removed from {place}", one.name),
        };
        let (kind, subject) = (one.kind.as_str(), &one.account.subject);
        let text = match &one.account.break_glass {
            Some(why) => format!("{kind}: {subject} (gates overridden: {why})"),
            None => format!("{kind}: {subject}"),
        };
        let tags = [one.name.clone(), stage, kind.to_owned()];
        AnnotationJson { time: one.time.as_millisecond(), title, text, tags }
    }
}
