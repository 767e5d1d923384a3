//! The file of a sheet of slips to print, cut and hand out.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use endpoint::Language;
use membership::{SiteShown, Slip, sheet};

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
        mut self,
        slips: &[Slip],
        site: &SiteShown,
        until: &str,
    ) -> anyhow::Result<PathBuf> {
        let page = sheet::html(slips, site, until, self.language)?;
        self.file.write_all(page.as_bytes())?;
        Ok(self.path)
    }

    /// Removes the file. One that can't be removed is empty and does no harm.
    pub(super) fn discard(self) {
        drop(self.file);
        let _ = std::fs::remove_file(self.path);
    }
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
