//! Whether an address may stand in a page, read as a browser reads it.

use std::sync::LazyLock;

use url::Url;

use crate::policy::{POLICY, Schemes};

/// Where an address without a scheme leads.
static SOMEWHERE: LazyLock<Option<Url>> =
    LazyLock::new(|| Url::parse("https://masthead.invalid/a/").ok());

/// What HTML takes for white space.
const WHITE_SPACE: [char; 5] = ['\t', '\n', '\u{c}', '\r', ' '];

/// Whether a link may lead there.
pub(crate) fn is_link(address: &str) -> bool {
    is_allowed(address, |schemes| &schemes.link)
}

/// Whether a picture may be loaded from there, or is in its address itself.
pub(crate) fn is_image(address: &str) -> bool {
    is_shown(address, |schemes| &schemes.image) || is_picture_itself(address)
}

/// Whether sound or a moving picture may be loaded from there.
pub(crate) fn is_media(address: &str) -> bool {
    is_shown(address, |schemes| &schemes.media)
}

fn is_allowed(address: &str, of: fn(&Schemes) -> &Vec<String>) -> bool {
    let read = Url::options().base_url(SOMEWHERE.as_ref()).parse(address);
    read.is_ok_and(|url| {
        of(POLICY.schemes)
            .iter()
            .any(|scheme| scheme == url.scheme())
    })
}

/// What a page shows by itself lies somewhere in the web, or below the site's root: a document has no folder.
fn is_shown(address: &str, of: fn(&Schemes) -> &Vec<String>) -> bool {
    is_allowed(address, of) && (address.starts_with('/') || Url::parse(address).is_ok())
}

fn is_picture_itself(address: &str) -> bool {
    let Some((kind, data)) = address
        .strip_prefix("data:image/")
        .and_then(|rest| rest.split_once(";base64,"))
    else {
        return false;
    };
    let is_of_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    POLICY
        .schemes
        .picture_types
        .iter()
        .any(|known| known == kind)
        && data.bytes().all(is_of_base64)
}

/// A `srcset` without the candidates that can't be shown, as HTML's standard has it read.
pub(crate) fn image_set(value: &str) -> Option<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches(|c| c == ',' || WHITE_SPACE.contains(&c));
        if rest.is_empty() {
            break;
        }
        let end = rest.find(WHITE_SPACE).unwrap_or(rest.len());
        let (written, behind) = rest.split_at(end);
        rest = behind;
        let address = written.trim_end_matches(',');
        let mut descriptor = "";
        if address == written {
            let end = rest.find(',').unwrap_or(rest.len());
            (descriptor, rest) = rest.split_at(end);
        }
        let descriptor = descriptor.trim_matches(WHITE_SPACE);
        if is_shown(address, |schemes| &schemes.image) && is_descriptor(descriptor) {
            // A comma within an address would end it in the eyes of those who cut at commas.
            let candidate = format!("{} {descriptor}", address.replace(',', "%2C"));
            kept.push(candidate.trim_end().to_owned());
        }
    }
    (!kept.is_empty()).then(|| kept.join(", "))
}

/// Nothing, or a width or density such as `2x`.
fn is_descriptor(text: &str) -> bool {
    let is_of_number = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    text.is_empty()
        || text
            .strip_suffix(['w', 'x'])
            .is_some_and(|number| !number.is_empty() && number.bytes().all(is_of_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_where_the_table_says() {
        for good in [
            "https://e.example/",
            "mailto:a@e.example",
            "/jo/note/",
            "#part",
            "note",
            "tel:1",
        ] {
            assert!(is_link(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVa\tScRiPt:alert(1)",
            "\u{1}javascript:alert(1)",
            " \n javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://e.example/x",
        ] {
            assert!(!is_link(bad), "{bad}");
        }
    }

    #[test]
    fn pictures_have_whole_addresses() {
        for good in [
            "https://e.example/a.png",
            "/files/a.png",
            "data:image/png;base64,AA==",
        ] {
            assert!(is_image(good), "{good}");
        }
        for bad in [
            "a.png",
            "data:image/svg+xml;base64,AA==",
            "data:image/png,x",
            "data:text/html;base64,AA==",
        ] {
            assert!(!is_image(bad), "{bad}");
        }
        assert!(!is_media("data:image/png;base64,AA=="));
    }

    #[test]
    fn candidates_that_can_t_be_shown_go() {
        let set = "javascript:x 1x, https://e.example/a,b.png 2x, a.png 3x, /c.png, /d.png 2q";
        assert_eq!(
            image_set(set).as_deref(),
            Some("https://e.example/a%2Cb.png 2x, /c.png")
        );
        assert_eq!(image_set("a.png"), None);
        assert_eq!(image_set(" , ,"), None);
    }
}
