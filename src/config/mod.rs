//! The resolved configuration: stages in order, and rules that say where images are written.
//!
//! It comes from `towpath.yaml` or from discovery; the rest of the program does not distinguish the
//! two.

mod apps;
mod body;
mod cell_template;
mod check;
mod deployments;
mod describe;
mod diagnostic;
mod fields;
pub mod gates;
mod keys;
mod limited_template;
mod live;
mod overrides;
mod parse;
mod proposals;
mod registries;
mod resolved;
mod schema;
mod sources;
mod stages;
mod subject;
mod template_syntax;
mod write;
mod written_setting;

pub use apps::AppsConfig;
pub use body::{BodyParts, BodyTemplate};
pub use cell_template::CellTemplate;
pub use check::{find_unused, strange_apps, strange_owners};
pub use deployments::DeploymentsConfig;
pub use describe::{
    ConfigReport, SettingReport, SourceReport, SourcedValue, StageReport, describe_config,
    order_evidence,
};
pub use diagnostic::{ConfigError, Diagnostic};
pub use limited_template::{LimitedTemplate, TemplateFault};
pub use live::{LiveConfig, LiveRule};
pub use overrides::ConfigOverrides;
pub use parse::parse;
pub use proposals::{
    ClosingMode, MergeMode, ProposalMergeMethod, ProposalOptions, ProposalsConfig,
};
pub use registries::{RegistriesConfig, RegistryConfig};
pub use resolved::{Config, ConfigOrigin, NameTemplate, Provenance, SourceRule, Stage};
pub use schema::schema;
pub use subject::{SubjectParts, SubjectTemplate};
pub use write::{SourceNote, to_yaml};

/// Name of the configuration file, at the top of the repository.
pub const CONFIG_FILE: &str = "towpath.yaml";
