//! `towpath status`
