//! The item that stands in the tray: its icon, its tooltip and its menu, spoken over D-Bus.

use ksni::blocking::{Handle, TrayMethods};
use ksni::menu::StandardItem;
use ksni::{Category, Icon, MenuItem, OfflineReason, ToolTip};
use tauri::AppHandle;

use super::TrayPresence;
use super::icons::icons_of;
use super::status::{Shape, Status};
use crate::{closing, window};

/// The item, and the status that it shows.
pub(super) struct TrayItem {
    app: AppHandle,
    presence: TrayPresence,
    status: Status,
}

/// Shows the item as soon as there is a tray, now or later.
pub(super) fn show(
    app: AppHandle,
    presence: &TrayPresence,
) -> Result<Handle<TrayItem>, ksni::Error> {
    // Present until told otherwise: a missing tray is told while spawning.
    presence.set(true);
    let item = TrayItem { app, presence: presence.clone(), status: Status::unknown() };
    item.assume_sni_available(true).spawn().inspect_err(|_| presence.set(false))
}

impl TrayItem {
    /// Shows another status.
    pub(super) fn set_status(&mut self, status: Status) {
        self.status = status;
    }
}

impl ksni::Tray for TrayItem {
    fn id(&self) -> String {
        "undercroft".to_owned()
    }

    fn title(&self) -> String {
        "Undercroft".to_owned()
    }

    fn category(&self) -> Category {
        Category::ApplicationStatus
    }

    fn status(&self) -> ksni::Status {
        match self.status.shape {
            Shape::Attention => ksni::Status::NeedsAttention,
            Shape::Idle | Shape::Protected | Shape::Running => ksni::Status::Active,
        }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        icons_of(self.status.shape)
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        icons_of(Shape::Attention)
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            icon_pixmap: self.icon_pixmap(),
            title: self.title(),
            description: without_markup(&self.status.sentence),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        window::show(&self.app);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        vec![
            entry(&self.status.sentence, false, |_| {}),
            MenuItem::Separator,
            entry("Open Undercroft", true, |item: &mut Self| window::show(&item.app)),
            entry("Back up all now", self.status.can_back_up, |item: &mut Self| {
                super::back_up_all(&item.app);
            }),
            MenuItem::Separator,
            entry("Quit", true, |item: &mut Self| closing::quit(&item.app)),
        ]
    }

    fn watcher_online(&self) {
        self.presence.set(true);
    }

    fn watcher_offline(&self, reason: OfflineReason) -> bool {
        tracing::info!(?reason, "There is no tray");
        self.presence.set(false);
        window::show_unless_tray_returns(&self.app);
        true
    }
}

fn entry<F>(label: &str, enabled: bool, activate: F) -> MenuItem<TrayItem>
where
    F: Fn(&mut TrayItem) + Send + 'static,
{
    let label = label.replace('_', "__");
    StandardItem { label, enabled, activate: Box::new(activate), ..StandardItem::default() }.into()
}

/// A tooltip is markup for some trays; a project's name is not.
fn without_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
