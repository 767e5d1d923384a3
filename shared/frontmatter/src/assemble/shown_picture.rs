//! The picture that stands for a document, and its text (2.4.4).

use super::output::{Assembled, author};
use crate::body::{CleanOptions, resolve_image};
use crate::entry::fields;
use crate::entry::keys::{self, Keys};
use crate::record::Derived;
use crate::report::{Source, Warning};
use crate::yaml::Node;

pub(super) fn image(
    out: &mut Assembled,
    keys: &mut Keys,
    derived: &Derived,
    options: &CleanOptions<'_>,
    warnings: &mut Vec<Warning>,
) {
    let alt = keys.take("imageAlt", keys::text);
    let aliases = fields::spellings("image");
    let aliases: Vec<&str> = aliases.filter(|key| !keys.is_theme_map(key)).collect();
    let mut resolved = None;
    for alias in aliases {
        // The first that leads to a picture is taken.
        let Some(picture) = keys.take_spelled([alias], |entry| {
            keys::image(entry).map(|picture| (picture, entry.clone()))
        }) else {
            continue;
        };
        let ((address, own_alt), entry) = picture;
        let (found, told) = resolve_image(&address, options);
        match (found, &resolved) {
            (Some((url, found_alt)), None) => {
                warnings.extend(told);
                resolved = Some((url, own_alt.or(found_alt)));
            }
            (Some((url, _)), Some((first, _))) if url == *first => {}
            (Some(_), Some(_)) => keys.extra.push((entry.key, entry.value)),
            (None, _) => {
                warnings.extend(told.into_iter().map(|warning| Warning {
                    line: entry.line,
                    ..warning
                }));
                keys.extra.push((entry.key, entry.value));
            }
        }
    }
    let (image, source) = match (resolved, &derived.image) {
        (Some((url, own_alt)), _) => ((url, own_alt), Source::Frontmatter),
        (None, Some((url, own_alt))) => ((url.clone(), Some(own_alt.clone())), Source::Body),
        (None, None) => return,
    };
    out.push("image", Node::string(image.0), source);
    let alt = author(alt).or(image
        .1
        .filter(|alt| !alt.is_empty())
        .map(|alt| (alt, source)));
    if let Some((alt, source)) = alt {
        out.push("imageAlt", Node::string(alt), source);
    }
}
