//! When two builds are the same as far as versions go: the images, and the files and keys that say
//! them, but not the lines.

use super::build::Built;
use super::image::{ImageEntry, Written};
use super::manifest::{Cell, Manifest, Node};
use super::remote::Remote;
use crate::model::Location;
use std::rc::Rc;

/// Do two builds of a directory say the same to what builds on it?
pub(super) fn same_build(a: &Built, b: &Built) -> bool {
    a.silent == b.silent
        && a.specs == b.specs
        && all(&a.objects, &b.objects, |a, b| Rc::ptr_eq(a, b) || same_object(a, b))
        && all(&a.remotes, &b.remotes, same_remote)
        && all(&a.unmatched, &b.unmatched, same_entry)
}

fn all<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

fn same_object(a: &Manifest, b: &Manifest) -> bool {
    a.api_version == b.api_version
        && a.kind == b.kind
        && a.ids == b.ids
        && a.labels == b.labels
        && a.annotations == b.annotations
        && (Rc::ptr_eq(&a.body, &b.body) || same_node(&a.body, &b.body))
}

fn same_node(a: &Node, b: &Node) -> bool {
    match (a, b) {
        (Node::Map(a), Node::Map(b)) => all(a, b, |a, b| a.0 == b.0 && same_node(&a.1, &b.1)),
        (Node::List(a), Node::List(b)) => all(a, b, same_node),
        (Node::Text(a), Node::Text(b)) => same_cell(a, b),
        (Node::Null, Node::Null) | (Node::Other, Node::Other) => true,
        _ => false,
    }
}

fn same_cell(a: &Cell, b: &Cell) -> bool {
    a.text == b.text
        && a.declared == b.declared
        && same_written(&a.written, &b.written)
        && both(a.named_by.as_ref(), b.named_by.as_ref(), same_entry)
        && both(a.versioned_by.as_ref(), b.versioned_by.as_ref(), same_entry)
}

fn both<T>(a: Option<&T>, b: Option<&T>, same: impl Fn(&T, &T) -> bool) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => same(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

fn same_entry(a: &Rc<ImageEntry>, b: &Rc<ImageEntry>) -> bool {
    let same = |a, b| both(a, b, same_written);
    Rc::ptr_eq(a, b)
        || (a.name == b.name
            && same(a.new_name.as_ref(), b.new_name.as_ref())
            && same(a.new_tag.as_ref(), b.new_tag.as_ref())
            && same(a.digest.as_ref(), b.digest.as_ref())
            && same(a.tag_suffix.as_ref(), b.tag_suffix.as_ref()))
}

fn same_written(a: &Written, b: &Written) -> bool {
    a.text == b.text
        && a.unbuildable == b.unbuildable
        && a.automation == b.automation
        && same_place(&a.location, &b.location)
}

fn same_remote(a: &Remote, b: &Remote) -> bool {
    a.name == b.name && a.component == b.component && a.version == b.version && same_place(&a.location, &b.location)
}

fn same_place(a: &Location, b: &Location) -> bool {
    a.path == b.path && a.key == b.key && a.part == b.part && a.document == b.document && a.alias == b.alias
}
