//! The parameters through which every room reaches the outside world.

use std::sync::Arc;

use crate::{Clock, OsRandom, Random, SystemClock};

/// Time and chance, as parameters.
#[derive(Debug, Clone)]
pub struct World {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Throws the dice.
    pub random: Arc<dyn Random>,
}

impl World {
    /// The machine's own clock and random source.
    pub fn real() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(OsRandom) }
    }
}
