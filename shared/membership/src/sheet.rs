//! A sheet of slips to print, cut and hand out.

use std::fmt::Write as _;

use anyhow::Context as _;
use languages::{Language, Sentence, sentence};
use qrcode::{Color, QrCode};

use crate::slip::{SiteShown, Slip};

/// Modules of white that a reader needs around a QR code (ISO/IEC 18004).
const QUIET_ZONE: usize = 4;

/// A page of one slip per member, whose codes are good before the day `until`. It loads nothing and runs nothing.
///
/// # Errors
/// A link is longer than a QR code can be.
pub fn html(
    slips: &[Slip],
    site: &SiteShown,
    until: &str,
    language: Language,
) -> anyhow::Result<String> {
    let mut page = head(language);
    for slip in slips {
        page += &section(slip, site, until, language)?;
    }
    page += "</main>\n</html>\n";
    Ok(page)
}

fn head(language: Language) -> String {
    let title = said(&sentence!("slip.title"), language);
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n{STYLE}"
    )
}

/// A sentence as HTML.
fn said(sentence: &Sentence, language: Language) -> String {
    escaped(&sentence.in_language(language))
}

const STYLE: &str = "<style>
  @page { margin: 12mm }
  body { margin: 0; font: 10.5pt/1.4 system-ui, sans-serif; color: #000; background: #fff }
  main { display: grid; grid-template-columns: 1fr 1fr }
  section { break-inside: avoid; box-sizing: border-box; padding: 6mm; border: 1px dashed #888; display: grid;
    grid-template-columns: 1fr 32mm; gap: 0 5mm; align-items: start }
  h2 { margin: 0; font-size: 13pt; overflow-wrap: anywhere }
  p { margin: 0 0 2mm; overflow-wrap: anywhere }
  .code { font: 700 13pt/1.4 ui-monospace, monospace; white-space: nowrap }
  .link { grid-column: 1 / -1; font-size: 8.5pt; margin: 2mm 0 0 }
  svg { width: 32mm; height: 32mm }
  @media (max-width: 40rem) { main { grid-template-columns: 1fr } }
</style>
</head>
<main>
";

fn section(
    slip: &Slip,
    site: &SiteShown,
    until: &str,
    language: Language,
) -> anyhow::Result<String> {
    let link = slip.link(&site.public_url);
    let (name, email, club) = (
        escaped(&slip.name),
        escaped(&slip.email),
        escaped(&site.name),
    );
    let join = format!("{}/join", site.public_url);
    let open = said(&sentence!("slip.open", address = join), language);
    let once = said(&sentence!("slip.works_once", date = until), language);
    let square = said(&sentence!("slip.square"), language);
    let code = &slip.code;
    let mut section = String::new();
    writeln!(
        section,
        "<section>\n<div>\n<p>{club}</p>\n<h2>{name}</h2>\n<p>{email}</p>\n\
         <p>{open}</p>\n\
         <p class=\"code\">{code}</p>\n<p>{once}</p>\n</div>\n{}\n\
         <p class=\"link\">{}</p>\n</section>",
        svg(&link, &square)?,
        escaped(&link)
    )?;
    Ok(section)
}

/// A QR code as one path, a line for each black run, with what it is for who can't see it. An answer of Lambda's has room for
/// a thousand of these.
fn svg(text: &str, label: &str) -> anyhow::Result<String> {
    let code = QrCode::new(text).context("the link is too long for a QR code")?;
    let width = code.width();
    let size = width + 2 * QUIET_ZONE;
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        write!(path, "M{QUIET_ZONE} {}.5", y + QUIET_ZONE)?;
        for run in row.chunk_by(|a, b| a == b) {
            let length = run.len();
            if run.first() == Some(&Color::Dark) {
                write!(path, "h{length}")?;
            } else {
                write!(path, "m{length} 0")?;
            }
        }
    }
    Ok(format!(
        "<svg role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {size} {size}\" \
         shape-rendering=\"crispEdges\"><path stroke=\"#000\" d=\"{path}\"/></svg>"
    ))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use auth::Code;

    fn slip() -> Slip {
        Slip {
            name: "Jo <script>alert(1)</script> & \"Doe\"".to_owned(),
            email: "jo@club.example".to_owned(),
            code: Code::new([255; 10]),
        }
    }

    fn club() -> SiteShown {
        SiteShown {
            name: "Chess & <b>Go</b>".to_owned(),
            public_url: "https://club.example".to_owned(),
        }
    }

    #[test]
    fn a_slip_holds_code_link_and_square_and_no_foreign_markup() {
        let section = section(&slip(), &club(), "2026-01-31", Language::ENGLISH).unwrap();
        for expected in [
            "<p class=\"code\">ZZZZ-ZZZZ-ZZZZ-ZZZZ</p>",
            "https://club.example/join#ZZZZ-ZZZZ-ZZZZ-ZZZZ",
            "until 2026-01-31",
            "<p>Chess &amp; &lt;b&gt;Go&lt;/b&gt;</p>",
            "Jo &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Doe&quot;",
            "<svg role=\"img\"",
        ] {
            assert!(section.contains(expected), "{expected} is not in {section}");
        }
        assert!(!section.contains("<script"), "{section}");
    }

    #[test]
    fn a_slip_speaks_the_language_of_the_class() {
        let german = "de".parse().unwrap();
        assert!(head(german).starts_with("<!doctype html>\n<html lang=\"de\">"));
        assert!(head(german).contains("<title>Einladungen</title>"));
        let section = section(&slip(), &club(), "2026-01-31", german).unwrap();
        for expected in [
            "<p>Öffne https://club.example/join oder scanne das Quadrat und wähle ein Passwort. Dein Code:</p>",
            "<p>Er gilt nur einmal, bis zum 2026-01-31.</p>",
            "aria-label=\"QR-Code des Links\"",
        ] {
            assert!(section.contains(expected), "{expected} is not in {section}");
        }
    }

    /// The path draws exactly the modules of the code.
    #[test]
    fn the_square_is_the_code() {
        let link = "https://club.example/join#ZZZZ-ZZZZ-ZZZZ-ZZZZ";
        let code = QrCode::new(link).unwrap();
        let drawn = svg(link, "").unwrap();
        let path = drawn
            .split("d=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let mut drawn = Vec::new();
        for (y, row) in path.split('M').skip(1).enumerate() {
            let start = format!("{QUIET_ZONE} {}.5", y + QUIET_ZONE);
            let runs = row.strip_prefix(start.as_str()).unwrap();
            for run in runs
                .split_inclusive(|c: char| c.is_ascii_alphabetic())
                .skip(1)
                .zip(runs.chars().filter(char::is_ascii_alphabetic))
            {
                let length = run.0.trim_end_matches(['h', 'm']).trim_end_matches(" 0");
                let colour = if run.1 == 'h' {
                    Color::Dark
                } else {
                    Color::Light
                };
                drawn.extend(std::iter::repeat_n(colour, length.parse().unwrap()));
            }
        }
        assert_eq!(drawn, code.to_colors());
    }
}
