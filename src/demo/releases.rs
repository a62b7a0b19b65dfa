//! Releases of the demo's four apps, each with its own rhythm.

use super::files::STAGES;

/// Times here are in minutes.
pub const HOUR: i64 = 60;
pub const DAY: i64 = 24 * HOUR;

/// The schedule of an app's releases.
pub struct ReleaseTrain {
    pub app: &'static str,
    /// Formats the version of a release number.
    version: fn(i64) -> String,
    releases: i64,
    /// Age of the last release in dev, in minutes.
    last: i64,
    /// Minutes between releases.
    cadence: i64,
    /// Minutes a release stays in dev, and then in staging.
    stays: [i64; 2],
    /// Every n-th release is not promoted to staging, or not to prod.
    held: [i64; 2],
}

pub const TRAINS: [ReleaseTrain; 4] = [
    ReleaseTrain {
        app: "billing",
        version: |n| format!("1.{}.{}", 24 + n / 3, n % 3),
        releases: 16,
        last: 12 * DAY,
        cadence: 9 * DAY,
        stays: [DAY + 3 * HOUR, 2 * DAY],
        held: [100, 100],
    },
    ReleaseTrain {
        app: "blog",
        version: |n| format!("main-{}", 1007 + n * 3),
        releases: 34,
        last: 48,
        cadence: 4 * DAY,
        stays: [20 * HOUR, 2 * HOUR],
        held: [5, 100],
    },
    ReleaseTrain {
        app: "checkout",
        version: commit_id,
        releases: 19,
        last: 8 * DAY + 2 * HOUR,
        cadence: 7 * DAY,
        stays: [26 * HOUR, 23 * HOUR],
        held: [6, 4],
    },
    ReleaseTrain {
        app: "storefront",
        version: |n| format!("v2.{}.0", 14 + n),
        releases: 26,
        last: 5 * HOUR,
        cadence: 5 * DAY,
        stays: [2 * DAY + 2 * HOUR, 4 * DAY],
        held: [7, 9],
    },
];

/// A version's arrival in a stage.
pub struct DemoDeployment {
    pub minutes_ago: i64,
    pub app: &'static str,
    /// Number of the release within the app, from 0.
    pub release: i64,
    /// An index into the stages.
    pub stage: usize,
    pub version: String,
}

impl ReleaseTrain {
    /// Returns the version that all stages run before the first release.
    pub fn initial_version(&self) -> String {
        (self.version)(0)
    }

    /// Returns the version of a release.
    pub fn version(&self, release: i64) -> String {
        (self.version)(release)
    }

    /// Returns all arrivals until now.
    pub fn arrivals(&self) -> Vec<DemoDeployment> {
        (1..=self.releases).flat_map(|release| self.release_arrivals(release)).collect()
    }

    /// Returns the arrivals of one release, as far as it got.
    fn release_arrivals(&self, release: i64) -> Vec<DemoDeployment> {
        let newer = self.releases - release;
        // Up to nine hours off schedule, as people are, but the same every time.
        let off = if newer == 0 { 0 } else { release * 7919 % (9 * HOUR) };
        let mut minutes_ago = self.last + newer * self.cadence + off;
        let mut out = Vec::new();
        for stage in 0..STAGES.len() {
            if let Some(before) = stage.checked_sub(1) {
                minutes_ago -= self.stays[before];
                let is_held = newer > 2 && release % self.held[before] == 0;
                if is_held || minutes_ago < 0 {
                    break;
                }
            }
            out.push(DemoDeployment {
                minutes_ago,
                app: self.app,
                release,
                stage,
                version: self.version(release),
            });
        }
        out
    }
}

/// Returns seven digits that look like a commit id (Knuth's multiplicative hash).
fn commit_id(release: i64) -> String {
    format!("{:07x}", (release + 41) * 2_654_435_761 % 0x1000_0000)
}
