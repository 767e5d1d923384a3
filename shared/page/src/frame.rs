//! The frame that a preview is shown in.

use crate::escape::escape;

/// The frame's document. `{site}` stands for the site's public address, whose pictures and files are all that it loads;
/// `{html}` for what is shown.
///
/// No element is closed in it, so that HTML which closes what it didn't open finds nothing but the body.
pub const FRAME: &str = include_str!("frame.html");

/// The `sandbox` attribute of the frame: nothing is allowed, neither scripts nor forms nor windows nor the page around it.
pub const SANDBOX: &str = "";

/// The frame's document with what it shows.
pub fn framed(public_url: &str, html: &str) -> String {
    let mut site = String::new();
    escape(&mut site, public_url);
    // The site's address first: HTML may hold the mark of it.
    FRAME
        .replacen("{site}", &site, 2)
        .replacen("{html}", html, 1)
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding as _};
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_policy_names_the_frame_s_own_style_and_the_site_s_pictures() {
        let document = framed("https://club.example", "<p>{site} {html}</p>");
        assert!(document.ends_with("<p>{site} {html}</p>"), "{document}");
        let (_, style) = FRAME.split_once("<style>").unwrap();
        let (style, _) = style.split_once("</style>").unwrap();
        let digest = Base64::encode_string(&Sha256::digest(style));
        let policy = format!(
            "default-src 'none'; img-src https://club.example/pictures/ https://club.example/files/ data:; \
             style-src 'sha256-{digest}'; form-action 'none'; base-uri 'none'"
        );
        let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
        assert!(document.contains(&meta), "{document}\n{meta}");
        let before = document.split_once("<style>").unwrap().0;
        assert!(
            before.contains(&meta),
            "the policy stands before what it is for"
        );
    }
}
