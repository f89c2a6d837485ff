//! The config file on its storage.

use undercroft_foundation::{Result, reach_write_point};

use super::Storage;
use crate::format::config::Config;
use crate::format::crypto::Key;

const CONFIG: &str = "config";

impl Storage {
    /// Whether there is a config, and with it a repository.
    pub(crate) fn has_config(&self) -> Result<bool> {
        Ok(self.provider.size(CONFIG)?.is_some())
    }

    /// Reads the config.
    pub(crate) fn read_config(&self, key: &Key) -> Result<Config> {
        Config::open(&mut self.provider.read(CONFIG)?, key, &self.location())
    }

    /// Writes the config.
    pub(crate) fn write_config(&self, config: &Config, key: &Key) -> Result<()> {
        self.provider.write(CONFIG, &[&config.seal(key, &*self.world.random)?])?;
        reach_write_point("repository.config-written");
        Ok(())
    }
}
