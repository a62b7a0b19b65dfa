//! `deployments:`: whether the forge is told what runs where.

use super::cell_template::CellTemplate;
use super::diagnostic::DiagnosticCollector;
use super::fields::ConfigFields;
use crate::model::CellKey;

/// Deployments and environments of the forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentsConfig {
    /// `None` for names such as `prod/eu/web`.
    environment: Option<CellTemplate>,
    /// Line of `towpath.yaml`, 1-based.
    pub line: u32,
}

impl DeploymentsConfig {
    /// The environment of a cell: the name from the template, or stage, target, app and component
    /// with slashes between them.
    pub fn environment(&self, cell: &CellKey) -> String {
        if let Some(template) = &self.environment {
            return template.expand(cell);
        }
        let own = format!("{}/{}", cell.place(), cell.app);
        match &cell.component {
            Some(component) => format!("{own}/{component}"),
            None => own,
        }
    }
}

/// Reads `deployments:`, which is `true`, `false`, or the name of an environment.
pub(super) fn read(
    fields: &ConfigFields<'_>,
    problems: &mut DiagnosticCollector<'_>,
) -> Option<DeploymentsConfig> {
    let word = fields.text("deployments", problems)?;
    let line = word.at.line();
    match word.text {
        "true" => Some(DeploymentsConfig { environment: None, line }),
        "false" => None,
        text if text.contains('{') => {
            let environment = Some(CellTemplate::read("deployments", word, problems));
            Some(DeploymentsConfig { environment, line })
        }
        _ => {
            let hint = String::from("for example `deployments: '{stage}/{app}'`");
            problems.add(
                word.at,
                "`deployments` must be `true`, `false`, or a name with `{app}`",
                hint,
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::parse;
    use crate::model::CellKey;

    #[test]
    fn an_environment_has_the_names_of_the_cell() {
        let cell = CellKey {
            app: "web".into(),
            component: Some("nginx".into()),
            stage: "prod".into(),
            target: Some("eu".into()),
        };
        let read = |value: &str| {
            let text = format!("stages: [dev]\ndeployments: {value}\n");
            parse(&text, "f").map(|config| config.deployments.map(|one| one.environment(&cell)))
        };
        let name = |text: &str| Some(text.to_owned());
        assert_eq!(read("true").expect("right"), name("prod/eu/web/nginx"));
        assert_eq!(read("false").expect("right"), None);
        assert_eq!(read("'{stage}-{app}'").expect("right"), name("prod-web"));
        for wrong in ["prod", "'{stagge}/{app}'", "[x]", "''"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
