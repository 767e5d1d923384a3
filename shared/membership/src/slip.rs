//! What a member is handed: a code to type, and a link that holds it.

use auth::Code;
use members::IssuedCode;

/// One member's slip.
#[derive(Debug)]
pub struct Slip {
    pub name: String,
    pub email: String,
    pub code: Code,
}

/// What slips say of the site.
#[derive(Debug, Clone)]
pub struct SiteShown {
    /// As the members call it.
    pub name: String,
    pub public_url: String,
}

/// A new code, issued at `now` in Unix seconds, and what is stored of it.
pub fn new_code(now: u64) -> (Code, IssuedCode) {
    let code = Code::new(rand::random());
    let issued = IssuedCode::new(code.digest(), now);
    (code, issued)
}

impl Slip {
    /// The code stands behind the `#`: a browser keeps that to itself, so it reaches no server's log.
    pub fn link(&self, public_url: &str) -> String {
        format!("{public_url}/join#{}", self.code)
    }
}
