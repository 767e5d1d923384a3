//! Addresses of videos and of other pages that no picture shows.

use crate::body::media::is_recording;

/// A page that players are embedded from: how the player's address begins, and how that of the page does.
static PLAYERS: [(&str, &str); 9] = [
    ("youtube.com/embed/", "https://www.youtube.com/watch?v="),
    (
        "youtube-nocookie.com/embed/",
        "https://www.youtube.com/watch?v=",
    ),
    ("youtube.com/v/", "https://www.youtube.com/watch?v="),
    ("player.vimeo.com/video/", "https://vimeo.com/"),
    (
        "dailymotion.com/embed/video/",
        "https://www.dailymotion.com/video/",
    ),
    ("loom.com/embed/", "https://www.loom.com/share/"),
    ("open.spotify.com/embed/", "https://open.spotify.com/"),
    ("codepen.io/embed/", "https://codepen.io/pen/"),
    (
        "platform.twitter.com/embed/Tweet.html?id=",
        "https://x.com/i/status/",
    ),
];

/// How addresses of pages begin that notes embed like a picture.
static PAGES: [&str; 12] = [
    "youtube.com/watch",
    "youtube.com/shorts/",
    "youtube.com/live/",
    "youtube.com/embed/",
    "youtube.com/playlist",
    "youtu.be/",
    "vimeo.com/",
    "player.vimeo.com/",
    "dailymotion.com/video/",
    "loom.com/share/",
    "bilibili.com/video/",
    "asciinema.org/a/",
];
/// Hosts of posts, which have a number behind this.
static POSTS: [&str; 2] = ["twitter.com/", "x.com/"];
const POST: &str = "/status/";
/// What services show of such a page as a picture.
const PICTURES: [&str; 6] = [".svg", ".png", ".gif", ".jpg", ".jpeg", ".webp"];

/// An address without its scheme and `www.`; `None` where it isn't one of the web.
fn host_and_path(url: &str) -> Option<&str> {
    let rest = ["https://", "http://", "//"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme))?;
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    Some(rest.strip_prefix("m.").unwrap_or(rest))
}

/// Whether a picture's address leads to a video, a recording or a post.
pub(super) fn is_video(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    if is_recording(path) {
        return true;
    }
    let is_picture = PICTURES
        .iter()
        .any(|ending| path.to_ascii_lowercase().ends_with(ending));
    !is_picture
        && host_and_path(url).is_some_and(|rest| {
            PAGES.iter().any(|page| rest.starts_with(page))
                || (POSTS.iter().any(|host| rest.starts_with(host)) && rest.contains(POST))
        })
}

/// The page that shows what a frame shows; `None` where the frame's address isn't one of the web.
pub(super) fn page(url: &str) -> Option<String> {
    let rest = host_and_path(url).filter(|rest| !rest.is_empty())?;
    let player = PLAYERS
        .iter()
        .find_map(|(player, page)| Some((rest.strip_prefix(player)?, page)));
    if let Some((behind, page)) = player {
        let id = behind
            .split(['?', '&', '#', '/'])
            .next()
            .unwrap_or_default();
        let whole = behind.split(['?', '#']).next().unwrap_or_default();
        // Others than videos have a path.
        let id = if page.ends_with('=') { id } else { whole };
        if !id.is_empty() && id != "videoseries" {
            return Some(format!("{page}{id}"));
        }
    }
    Some(match url.strip_prefix("//") {
        Some(rest) => format!("https://{rest}"),
        None => url.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_lead_to_their_pages() {
        for (player, expected) in [
            (
                "https://www.youtube.com/embed/abc123DEF45?start=3",
                Some("https://www.youtube.com/watch?v=abc123DEF45"),
            ),
            (
                "//www.youtube-nocookie.com/embed/abc",
                Some("https://www.youtube.com/watch?v=abc"),
            ),
            (
                "https://player.vimeo.com/video/12?h=1",
                Some("https://vimeo.com/12"),
            ),
            (
                "https://maps.example/x?y=z",
                Some("https://maps.example/x?y=z"),
            ),
            ("//maps.example/x", Some("https://maps.example/x")),
            ("javascript:alert(1)", None),
            ("http://", None),
            ("frame.html", None),
        ] {
            assert_eq!(page(player).as_deref(), expected, "{player}");
        }
    }

    #[test]
    fn videos_are_told_from_pictures() {
        for url in [
            "https://youtu.be/abc",
            "https://www.youtube.com/watch?v=abc",
            "https://e.org/a.mp4?x=1",
            "clips/a.webm",
            "https://x.com/ada/status/12",
        ] {
            assert!(is_video(url), "{url}");
        }
        for url in [
            "https://img.youtube.com/vi/abc/0.jpg",
            "https://asciinema.org/a/14.svg",
            "https://e.org/mp4.png",
            "https://x.com/ada.png",
            "https://github.com/o/r/assets/1/2",
        ] {
            assert!(!is_video(url), "{url}");
        }
    }
}
