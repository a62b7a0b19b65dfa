//! The check on a change that somebody proposes: may *this* identity change *this* mapping, in this
//! order?
//!
//! What counts is the meaning: the mapping of the state as it is, and of the state as it would be. The
//! rules are those of the state as it is, so no change grants itself anything. What cannot be judged
//! is not let through: a link in place of a file, names that differ in case only, keys that are
//! written twice.

mod alike;
mod attributes;
mod blind;
mod moves;
mod oddities;
mod people;
mod queries;
mod rulings;
mod side;
mod texts;

pub use blind::of_blind;
pub use moves::{Kind, Move, Written, moves};
pub use oddities::{Scope, oddities};
pub use people::{Glass, People, Permit, Person, Proof, Signed};
pub use queries::{Asked, Need, Query, queries};
pub use rulings::{Check, Refusal, Ruling, of_moves, of_rules};
pub use side::{Blind, Side};
