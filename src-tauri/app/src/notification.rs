//! A word through the desktop's own notifications, where there are any.

/// Shows a notification; a desktop without them shows nothing.
#[cfg(target_os = "linux")]
pub(crate) fn show(title: &str, text: &str) {
    if let Err(error) = notify(title, text) {
        tracing::info!(%error, "No notification could be shown");
    }
}

/// Shows nothing here; the page says it too.
#[cfg(not(target_os = "linux"))]
pub(crate) fn show(_title: &str, _text: &str) {}

#[cfg(target_os = "linux")]
fn notify(title: &str, text: &str) -> zbus::Result<()> {
    use std::collections::HashMap;

    use zbus::zvariant::Value;

    let no_actions: &[&str] = &[];
    let hints = HashMap::from([("desktop-entry", Value::from("Undercroft"))]);
    let body = ("Undercroft", 0_u32, "undercroft-desktop", title, text, no_actions, hints, -1_i32);
    zbus::blocking::Connection::session()?.call_method(
        Some("org.freedesktop.Notifications"),
        "/org/freedesktop/Notifications",
        Some("org.freedesktop.Notifications"),
        "Notify",
        &body,
    )?;
    Ok(())
}
