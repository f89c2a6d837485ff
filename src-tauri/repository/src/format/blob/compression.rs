//! How hard content is compressed.

/// Whether and how hard content is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Fast, and not at all where it does not pay.
    #[default]
    Auto,
    /// Not at all (folders' trees are compressed all the same, as the format wants).
    Off,
    /// As small as is reasonable.
    Max,
}

impl Compression {
    pub(crate) fn level(self) -> i32 {
        match self {
            // A tenth faster than 3, and about as small as what restic stores.
            Self::Auto | Self::Off => 2,
            Self::Max => 15,
        }
    }

    /// The shortest match that is looked for in content of this length; 0 for the level's own.
    ///
    /// Short matches save little in files of these lengths, but take their time, and again when
    /// they are decompressed. Measured on the Linux source: a tenth faster than level 2 as it is,
    /// and 0.3 % larger. The smallest files need every match; large ones often are binaries, which
    /// lose more by it and gain nothing.
    pub(super) fn min_match(self, length: usize) -> u32 {
        match (self, length) {
            (Self::Max, _) => 0,
            (_, 0x1001..=0x4000) => 5,
            (_, 0x4001..=0x2_0000) => 6,
            _ => 0,
        }
    }
}
