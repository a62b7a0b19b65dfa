//! YAML as written: a tree whose scalars keep their exact text and byte span.
//!
//! Types are not guessed: a tag is text, `1.10` stays `1.10`. Aliases and merge keys (`<<`) are
//! followed on access, never expanded, so a small file cannot become a large one. This module knows
//! nothing of deployments; `source` interprets the keys.
//!
//! Only [`parse`](fn@parse) uses the parser (`granit-parser`).

mod add_value;
mod document_texts;
mod edit;
mod edit_check;
mod edit_entry;
mod inside_text;
mod node_positions;
mod oddities;
mod parse;
mod quote;
mod tree;
mod typed;

pub use add_value::add_value;
pub use document_texts::{DocumentText, split_documents};
pub use edit::{AliasUse, Dialect, EditObstacle, EditableScalar, Splice, apply_splices};
pub use edit_check::{ScalarEdit, same_but, same_outside};
pub use edit_entry::{add_field, add_item, add_key, remove_field};
pub use oddities::{YamlOddity, YamlOddityKind};
pub use parse::{YamlError, is_yaml, parse};
pub use quote::{plain_or_quoted, plain_or_quoted_in_flow};
pub use tree::{QuoteStyle, YamlDocument, YamlStream, YamlValue};
pub use typed::is_number_or_bool;
