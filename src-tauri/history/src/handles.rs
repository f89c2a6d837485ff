//! The handles by purpose that a history gives out.

use crate::consistency::HistoryMaintenance;
use crate::history::History;
use crate::save::HistoryWriter;
use crate::versions::reading::HistoryReader;

impl History {
    /// The handle for looking into versions.
    pub fn reader(&self) -> HistoryReader {
        HistoryReader::new(self)
    }

    /// The handle for making versions and bringing them back.
    pub fn writer(&self) -> HistoryWriter {
        HistoryWriter::new(self)
    }

    /// The handle for checking, thinning and compacting.
    pub fn maintenance(&self) -> HistoryMaintenance {
        HistoryMaintenance::new(self)
    }
}
