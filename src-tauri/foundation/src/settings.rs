//! Settings in layers: defaults < file < environment < flags.

/// Stand-in until the layers are written.
#[derive(Debug, Clone, Default)]
pub struct Settings;
/// One layer.
#[derive(Debug, Clone, Default)]
pub struct SettingsLayer;
