//! The tray's pixels: each state has its own shape, in two sizes.

use ksni::Icon;
use tauri::image::Image;
use tauri::include_image;
use undercroft_api::wire::Health;

const EMPTY: [Image<'static>; 2] =
    [include_image!("icons/tray/idle-24.png"), include_image!("icons/tray/idle-48.png")];
const PROTECTED: [Image<'static>; 2] =
    [include_image!("icons/tray/protected-24.png"), include_image!("icons/tray/protected-48.png")];
const RUNNING: [Image<'static>; 2] =
    [include_image!("icons/tray/running-24.png"), include_image!("icons/tray/running-48.png")];
const PAUSED: [Image<'static>; 2] =
    [include_image!("icons/tray/paused-24.png"), include_image!("icons/tray/paused-48.png")];
const WAITING: [Image<'static>; 2] =
    [include_image!("icons/tray/waiting-24.png"), include_image!("icons/tray/waiting-48.png")];
const WARNING: [Image<'static>; 2] =
    [include_image!("icons/tray/warning-24.png"), include_image!("icons/tray/warning-48.png")];
const ERROR: [Image<'static>; 2] =
    [include_image!("icons/tray/error-24.png"), include_image!("icons/tray/error-48.png")];

/// The icon that says this, in the sizes that a tray may choose from.
pub(super) fn icons_of(health: Health) -> Vec<Icon> {
    let images = match health {
        Health::Empty => &EMPTY,
        Health::Protected => &PROTECTED,
        Health::Running => &RUNNING,
        Health::Paused => &PAUSED,
        Health::Waiting => &WAITING,
        Health::Warning => &WARNING,
        Health::Error => &ERROR,
    };
    images.iter().map(to_argb).collect()
}

/// The tray wants alpha first, where a PNG has it last.
fn to_argb(image: &Image<'_>) -> Icon {
    let mut data = image.rgba().to_vec();
    for pixel in data.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    Icon {
        width: i32::try_from(image.width()).unwrap_or(0),
        height: i32::try_from(image.height()).unwrap_or(0),
        data,
    }
}
