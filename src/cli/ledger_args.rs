//! The argument that every command with ledger events accepts.

use crate::ops::ledger::LedgerTarget;
use clap::Args;

/// The place to write an event to.
#[derive(Debug, Clone, Copy, Args)]
pub struct LedgerWriteArgs {
    /// Write to this clone only; `towpath ledger push` sends it to the origin later
    #[arg(long)]
    local: bool,
}

impl LedgerWriteArgs {
    /// Converts the argument to a [`LedgerTarget`].
    pub fn target(self) -> LedgerTarget {
        if self.local { LedgerTarget::Clone } else { LedgerTarget::Origin }
    }
}
