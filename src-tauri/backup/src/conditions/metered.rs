//! Whether the network is metered, as NetworkManager tells it.

use std::time::Duration;

use zbus::blocking::{Proxy, connection::Builder};

/// The time that NetworkManager may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// Yes, and probably yes (`NMMetered`).
const METERED: [u32; 2] = [1, 3];

/// Whether the network is metered; it is taken not to be if nobody tells.
pub(super) fn is_metered() -> bool {
    ask().is_ok_and(|answer| METERED.contains(&answer))
}

fn ask() -> zbus::Result<u32> {
    let bus = Builder::system()?.method_timeout(PATIENCE).build()?;
    let name = "org.freedesktop.NetworkManager";
    Proxy::new(&bus, name, "/org/freedesktop/NetworkManager", name)?.get_property("Metered")
}
