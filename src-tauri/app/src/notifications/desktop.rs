//! A word through the desktop's own notifications, where there are any.

/// Shows a notification; a desktop without them shows nothing.
#[cfg(target_os = "linux")]
pub(crate) fn notify(title: &str, text: &str) {
    if let Err(error) = send(title, text) {
        tracing::info!(%error, "No notification could be shown");
    }
}

/// Shows nothing here; the page says it too.
#[cfg(not(target_os = "linux"))]
pub(crate) fn notify(_title: &str, _text: &str) {}

#[cfg(target_os = "linux")]
fn send(title: &str, text: &str) -> zbus::Result<()> {
    use std::collections::HashMap;

    use zbus::zvariant::Value;

    const NAME: &str = "org.freedesktop.Notifications";
    let connection = zbus::blocking::Connection::session()?;
    let server =
        zbus::blocking::Proxy::new(&connection, NAME, "/org/freedesktop/Notifications", NAME)?;
    let asked = server.call::<_, _, Vec<String>>("GetCapabilities", &());
    let is_markup = asked.is_ok_and(|all| all.iter().any(|it| it == "body-markup"));
    let text = if is_markup { escape_markup(text) } else { text.to_owned() };
    let no_actions: &[&str] = &[];
    let hints = HashMap::from([("desktop-entry", Value::from("undercroft-desktop"))]);
    let body = ("Undercroft", 0_u32, "undercroft-desktop", title, text, no_actions, hints, -1_i32);
    server.call::<_, _, u32>("Notify", &body).map(drop)
}

/// The text as markup that shows it: names of files and projects hold no links and no pictures.
#[cfg(target_os = "linux")]
fn escape_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::escape_markup;

    #[test]
    fn names_are_no_markup() {
        let name = "<a href=\"http://x\">R&D</a>";
        assert_eq!(escape_markup(name), "&lt;a href=\"http://x\"&gt;R&amp;D&lt;/a&gt;");
    }
}
