//! One state of a repository, however it is asked for: which branch, which revision, which
//! configuration, what it says, and what came before.

pub mod assumption;
mod branches;
pub mod deployed_branch;
pub mod effective_config;
pub mod index_location;
pub mod indexed_history;
mod loader;
mod mapping;
mod owned_readings;
mod past;
mod repository_state;
mod selector;
mod since_lookup;
pub mod source;

pub use branches::stage_branch_tips;
pub use mapping::read_mapping;
pub use repository_state::RepositoryState;
pub use selector::{RevisionSelector, open_snapshot};
pub use since_lookup::SinceLookup;
