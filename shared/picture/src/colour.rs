//! Colours: from the picture's own profile to sRGB, which is what a browser takes a file without
//! a profile for.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// Converts in place. A profile that is none for RGB, or can't be read, changes nothing.
pub(crate) fn to_srgb(image: &mut RgbImage, profile: Option<&[u8]>) {
    let Some(profile) = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok())
    else {
        return;
    };
    if profile.color_space != DataColorSpace::Rgb {
        return;
    }
    let srgb = ColorProfile::new_srgb();
    let transform =
        profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, TransformOptions::default());
    let Ok(transform) = transform else { return };
    let mut converted = vec![0; image.as_raw().len()];
    if transform.transform(image.as_raw(), &mut converted).is_ok() {
        image.copy_from_slice(&converted);
    }
}
