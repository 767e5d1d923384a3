//! A sheet of slips to print, cut and hand out.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use endpoint::{Language, Sentence, sentence};
use qrcode::{Color, QrCode};

use super::slip::{SiteShown, Slip};

/// Modules of white that a reader needs around a QR code (ISO/IEC 18004).
const QUIET_ZONE: usize = 4;

/// A sheet's file, made and still empty.
pub(super) struct Sheet {
    path: PathBuf,
    file: File,
    language: Language,
}

impl Sheet {
    /// Makes the file, readable by its owner only. One that exists is left alone: it may hold codes
    /// that nobody has written down elsewhere.
    pub(super) fn create(path: &Path, language: Language) -> anyhow::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(file) => Ok(Self {
                path: path.to_owned(),
                file,
                language,
            }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(anyhow!(
                "{} exists and may hold codes; choose another name",
                path.display()
            )),
            Err(error) => {
                Err(error).with_context(|| format!("{} can't be written", path.display()))
            }
        }
    }

    /// Writes one slip per member; `until` is the day on which the codes end.
    pub(super) fn write(
        self,
        slips: &[Slip],
        site: &SiteShown,
        until: &str,
    ) -> anyhow::Result<PathBuf> {
        let mut file = BufWriter::new(self.file);
        file.write_all(head(self.language).as_bytes())?;
        for slip in slips {
            file.write_all(section(slip, site, until, self.language)?.as_bytes())?;
        }
        file.write_all(b"</main>\n</html>\n")?;
        file.flush()?;
        Ok(self.path)
    }

    /// Removes the file. One that can't be removed is empty and does no harm.
    pub(super) fn discard(self) {
        drop(self.file);
        let _ = std::fs::remove_file(self.path);
    }
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

/// A QR code as one path of black runs, with what it is for who can't see it.
fn svg(text: &str, label: &str) -> anyhow::Result<String> {
    let code = QrCode::new(text).context("the link is too long for a QR code")?;
    let width = code.width();
    let size = width + 2 * QUIET_ZONE;
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                let (left, top, length) = (x + QUIET_ZONE, y + QUIET_ZONE, run.len());
                write!(path, "M{left} {top}h{length}v1h-{length}z")?;
            }
            x += run.len();
        }
    }
    Ok(format!(
        "<svg role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {size} {size}\" \
         shape-rendering=\"crispEdges\"><path d=\"{path}\"/></svg>"
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
        let mut dark = vec![Color::Light; code.width() * code.width()];
        for run in path.split('M').skip(1) {
            let numbers: Vec<usize> = run
                .split(|c: char| !c.is_ascii_digit())
                .filter(|digits| !digits.is_empty())
                .map(|digits| digits.parse().unwrap())
                .collect();
            let start = (numbers[1] - QUIET_ZONE) * code.width() + numbers[0] - QUIET_ZONE;
            dark[start..start + numbers[2]].fill(Color::Dark);
        }
        assert_eq!(dark, code.to_colors());
    }

    #[test]
    fn a_sheet_that_exists_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sheet.html");
        let written = Sheet::create(&path, Language::ENGLISH).unwrap();
        written.write(&[slip()], &club(), "2026-01-31").unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(Sheet::create(&path, Language::ENGLISH).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), before);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
