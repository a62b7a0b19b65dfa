//! Names as distinct types, so that they cannot be confused.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(String);

        impl $name {
            /// Wraps a text unchanged.
            pub fn new(text: impl Into<String>) -> Self {
                $name(text.into())
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.to_owned())
            }
        }
    };
}

name! {
    /// The name of an app, as the repository spells it: `publisher`, `build-service`.
    AppName
}
name! {
    /// The name of a stage: `dev`, `staging`, `prod`.
    StageName
}
name! {
    /// The name of one of several clusters, regions or tenants of a stage: `eu`, `stone-prod-p01`.
    TargetName
}
