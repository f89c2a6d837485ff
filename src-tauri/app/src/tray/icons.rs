//! The tray's pixels: each state has its own shape, in two sizes.

use ksni::Icon;
use tauri::image::Image;
use tauri::include_image;

use super::status::Shape;

const IDLE: [Image<'static>; 2] =
    [include_image!("icons/tray/idle-24.png"), include_image!("icons/tray/idle-48.png")];
const PROTECTED: [Image<'static>; 2] =
    [include_image!("icons/tray/protected-24.png"), include_image!("icons/tray/protected-48.png")];
const RUNNING: [Image<'static>; 2] =
    [include_image!("icons/tray/running-24.png"), include_image!("icons/tray/running-48.png")];
const ATTENTION: [Image<'static>; 2] =
    [include_image!("icons/tray/attention-24.png"), include_image!("icons/tray/attention-48.png")];

/// The icon of this shape in the sizes that a tray may choose from.
pub(super) fn icons_of(shape: Shape) -> Vec<Icon> {
    let images = match shape {
        Shape::Idle => &IDLE,
        Shape::Protected => &PROTECTED,
        Shape::Running => &RUNNING,
        Shape::Attention => &ATTENTION,
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
