//! The argument of every command that writes to the ledger.

use crate::ops::ledger::LedgerTarget;
use clap::Args;

/// Where an event is written.
#[derive(Debug, Clone, Copy, Args)]
pub struct LedgerWriteArgs {
    /// Write to this clone only; `towpath ledger push` brings it to the origin
    #[arg(long)]
    local: bool,
}

impl LedgerWriteArgs {
    /// The place as the library takes it.
    pub fn target(self) -> LedgerTarget {
        if self.local { LedgerTarget::Clone } else { LedgerTarget::Origin }
    }
}
