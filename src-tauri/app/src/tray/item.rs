//! The item that stands in the tray: its icon, its tooltip and its menu, spoken over D-Bus.

use ksni::blocking::{Handle, TrayMethods};
use ksni::menu::{StandardItem, SubMenu};
use ksni::{Category, Icon, MenuItem, OfflineReason, ToolTip};
use tauri::{AppHandle, Manager};
use undercroft_api::wire::{Health, PauseFor};
use undercroft_foundation::{Text, text};

use super::actions;
use super::icons::icons_of;
use super::status::{Offers, Status};
use crate::state::{AppState, TrayPresence};
use crate::{closing, window};

/// The page that finds files, whatever holds them.
const SEARCH_PAGE: &str = "#/search";

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
        match self.status.health {
            Health::Warning | Health::Error => ksni::Status::NeedsAttention,
            _ => ksni::Status::Active,
        }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        icons_of(self.status.health)
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        icons_of(self.status.health)
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            icon_pixmap: self.icon_pixmap(),
            title: self.title(),
            description: without_markup(&self.say(&self.status.sentence)),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        window::show(&self.app);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        vec![
            entry(&self.say(&self.status.sentence), false, |_| {}),
            MenuItem::Separator,
            entry(&self.say(&text!("Open Undercroft")), true, |item: &mut Self| {
                window::show(&item.app);
            }),
            entry(&self.say(&text!("Restore a file…")), true, |item: &mut Self| {
                window::show_page(&item.app, SEARCH_PAGE);
            }),
            self.saving(),
            self.backing_up(),
            self.pausing(),
            self.recent_runs(),
            MenuItem::Separator,
            entry(&self.say(&self.status.quitting), true, |item: &mut Self| {
                closing::quit(&item.app);
            }),
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

impl TrayItem {
    fn say(&self, text: &Text) -> String {
        self.app.state::<AppState>().say(text)
    }

    fn backing_up(&self) -> MenuItem<Self> {
        let enabled = self.status.can_back_up();
        let Offers::Plans(plans) = &self.status.offers else {
            return entry(&self.say(&text!("Back up all now")), enabled, |item: &mut Self| {
                actions::back_up_all(&item.app);
            });
        };
        let run = |(id, name): &(String, String)| {
            let id = id.clone();
            entry(name, enabled, move |item: &mut Self| actions::run_plan(&item.app, &id))
        };
        submenu(&self.say(&text!("Back up now")), enabled, plans.iter().map(run).collect())
    }

    fn saving(&self) -> MenuItem<Self> {
        let save = |(workspace, name): &(String, String)| {
            let workspace = workspace.clone();
            entry(name, true, move |item: &mut Self| actions::save_version(&item.app, &workspace))
        };
        let kept = &self.status.kept;
        submenu(
            &self.say(&text!("Save a version")),
            !kept.is_empty(),
            kept.iter().map(save).collect(),
        )
    }

    fn pausing(&self) -> MenuItem<Self> {
        if self.status.is_off {
            return entry(&self.say(&text!("Backups are off in the settings")), false, |_| {});
        }
        if self.status.paused {
            let label = self.say(&text!("Resume backups"));
            return entry(&label, true, |item: &mut Self| actions::resume(&item.app));
        }
        let pause = |label: Text, pause| {
            entry(&self.say(&label), true, move |item: &mut Self| actions::pause(&item.app, pause))
        };
        let ways = vec![
            pause(text!("For 1 hour"), PauseFor::OneHour),
            pause(text!("Until tomorrow"), PauseFor::UntilTomorrow),
            pause(text!("Until resumed"), PauseFor::UntilResumed),
        ];
        submenu(&self.say(&text!("Pause backups")), true, ways)
    }

    fn recent_runs(&self) -> MenuItem<Self> {
        let show = |(run, line): &(String, Text)| {
            let page = format!("#/activity?show=runs&run={run}");
            entry(&self.say(line), true, move |item: &mut Self| window::show_page(&item.app, &page))
        };
        let lines: Vec<_> = self.status.recent.iter().map(show).collect();
        submenu(&self.say(&text!("Recent runs")), !lines.is_empty(), lines)
    }
}

fn submenu(label: &str, enabled: bool, submenu: Vec<MenuItem<TrayItem>>) -> MenuItem<TrayItem> {
    SubMenu { label: label.to_owned(), enabled, submenu, ..SubMenu::default() }.into()
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
