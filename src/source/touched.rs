//! Which paths were looked at, shared between everything that looked through the same build.

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

/// Paths, and other sets of paths that count with them. A base that a thousand overlays build on is
/// held once.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    own: BTreeSet<String>,
    shared: Vec<Rc<Touched>>,
}

impl Touched {
    /// Adds a path.
    pub fn insert(&mut self, path: &str) {
        if !self.own.contains(path) {
            self.own.insert(path.to_owned());
        }
    }

    /// Adds everything another set holds.
    pub fn share(&mut self, other: Rc<Touched>) {
        if !self.shared.iter().any(|known| Rc::ptr_eq(known, &other)) {
            self.shared.push(other);
        }
    }

    /// All paths.
    pub fn paths(&self) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        self.collect(&mut HashSet::new(), &mut out);
        out
    }

    fn collect(&self, seen: &mut HashSet<*const Touched>, out: &mut BTreeSet<String>) {
        out.extend(self.own.iter().cloned());
        for shared in &self.shared {
            if seen.insert(Rc::as_ptr(shared)) {
                shared.collect(seen, out);
            }
        }
    }
}
