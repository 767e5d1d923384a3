//! stub
pub struct Picture {
    pub extension: &'static str,
    pub content_type: &'static str,
    pub renditions: Vec<Rendition>,
}
pub struct Rendition {
    pub size: u32,
    pub bytes: Vec<u8>,
}
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Unsupported(String),
    #[error("{0}")]
    TooLarge(String),
    #[error("{0}")]
    Invalid(String),
}
pub fn renditions(_b: &[u8]) -> Result<Picture, Refused> {
    Err(Refused::Invalid(String::new()))
}
