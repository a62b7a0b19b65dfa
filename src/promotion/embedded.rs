//! The place of a value in a text that is YAML inside of YAML.

use crate::model::Location;
use crate::source::leaf::{self, Leaf};
use crate::yaml::{self, EditableScalar, YamlStream};
use std::ops::Range;

/// Returns the bytes of the value at a location whose span is the whole text. `None` if they are
/// not known, or if other values of the text depend on it.
pub(super) fn find_span(
    spot: &EditableScalar<'_>,
    stream: &YamlStream,
    location: &Location,
) -> Option<Range<usize>> {
    let text = spot.text();
    let inner = yaml::parse(&text).ok()?;
    // The leaves of the file come from the text in the same order.
    let outer = leaf::of_yaml(stream);
    let of_text = |leaf: &&Leaf| leaf.embedded && leaf.span == location.span;
    let found: Vec<&Leaf> = outer.iter().filter(of_text).collect();
    let mut places =
        found.iter().enumerate().filter(|(_, leaf)| leaf.display_key() == location.key);
    let (at, _) = places.next()?;
    let leaves = leaves_inside(&inner);
    let leaf = leaves.get(at).filter(|leaf| {
        places.next().is_none()
            && leaves.len() == found.len()
            && leaf.text == found[at].text
            && !leaf.embedded
            && !leaf.alias
    })?;
    let span = leaf.span.start..leaf.span.end;
    let value = EditableScalar::find(&text, &inner, span.clone()).ok()?;
    let is_alone =
        value.alias_uses().is_empty() && value.check_keys().is_ok() && !value.is_long_text();
    is_alone.then(|| spot.span_inside(span)).flatten()
}

/// Returns the leaves of the mappings of a text, as they are read as a part of a file.
fn leaves_inside(inner: &YamlStream) -> Vec<Leaf> {
    let roots = inner.documents.iter().filter_map(|document| document.root());
    let mappings = roots.filter(|root| root.is_mapping());
    mappings.flat_map(|root| leaf::leaves_below(root, 0)).collect()
}
