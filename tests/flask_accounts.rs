//! Members of a former Flask backend: Werkzeug's hashes, and what a login makes of them.

use std::time::Instant;

use members::{Account, Email};
use reqwest::StatusCode;

use crate::site::{PASSWORD, Site};

/// [`PASSWORD`] as Werkzeug stores it, computed by Python's `hashlib`; those without a count have
/// Werkzeug's own, 1,000,000 iterations.
const HASHES: [&str; 5] = [
    "scrypt:32768:8:1$n5n7WXbLqH2Mkf3p$1ce64ee974ab2774891d4b952ae492501462107e740ab622f3acaf5a12f1e0434b4b51918301560f618d65aa48090740043aec1085900f76b9957d0c0468141c",
    "pbkdf2:sha256:600000$PWqSyhbZrLes5K3e$08cc786d288022c6c2763e8a20805c57f4d70302f80ea712dc23afd927f6142b",
    "pbkdf2:sha512:210000$PWqSyhbZrLes5K3e$366dc99a8ccd11e40e42bc4ad51cbf189b96004e191de65dbbb078dbeeb129500fc40557f3df931bc4d4130b5f31dba6b6164e18156bfb7510115d323fa88e57",
    "pbkdf2:sha256$PWqSyhbZrLes5K3e$99e4bec5f0f8bafdbc0760853c5ffffb9413b591fcb548fc4a31865ed5bd10ed",
    "pbkdf2:sha512$PWqSyhbZrLes5K3e$b6787112d6f402e219a74a0ea2660b650f7000b4a86999a844ba0bf4a53bdcaf6227a5847d762f2d62e59c0436dcdff21ebca03ac84f4a25284bb2fbe41b3c4f",
];

const EMAIL: &str = "flask@club.example";

async fn flask_member(site: &Site, hash: &str) -> Account {
    site.add("flask", Some(PASSWORD)).await;
    let account = stored(site).await;
    assert!(site.members.set_password(&account, hash).await.unwrap());
    stored(site).await
}

async fn stored(site: &Site) -> Account {
    let email = Email::parse(EMAIL).unwrap();
    site.members.by_email(&email).await.unwrap().unwrap()
}

/// The old password opens the account; the hash is replaced by the first right login, and by
/// nothing else.
#[tokio::test]
async fn a_flask_password_works_and_is_hashed_anew() {
    for hash in HASHES {
        let site = Site::start().await;
        let imported = flask_member(&site, hash).await;
        let wrong = site.login(EMAIL, "not the password").await.status();
        assert_eq!(wrong, StatusCode::UNAUTHORIZED);
        assert_eq!(stored(&site).await.password_hash.as_deref(), Some(hash));
        assert_eq!(
            site.login(EMAIL, PASSWORD).await.status(),
            StatusCode::OK,
            "{hash}"
        );
        let rehashed = stored(&site).await;
        let now = rehashed.password_hash.unwrap();
        assert!(now.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{now}");
        assert_eq!(rehashed.version, imported.version, "nobody is signed out");
        assert_eq!(site.login(EMAIL, PASSWORD).await.status(), StatusCode::OK);
    }
}

/// A rehash that comes late can't bring an old password back.
#[tokio::test]
async fn a_rehash_never_overwrites_a_newer_password() {
    let site = Site::start().await;
    let imported = flask_member(&site, HASHES[0]).await;
    assert!(
        site.members
            .set_password(&imported, "$newer")
            .await
            .unwrap()
    );
    assert!(!site.members.rehash(&imported, "$late").await.unwrap());
    assert_eq!(stored(&site).await.password_hash.as_deref(), Some("$newer"));
    site.members.remove(&stored(&site).await).await.unwrap();
    assert!(!site.members.rehash(&imported, "$late").await.unwrap());
    let email = Email::parse(EMAIL).unwrap();
    assert_eq!(site.members.by_email(&email).await.unwrap(), None);
}

/// A hash that would take minutes or gigabytes is refused without being computed.
#[tokio::test]
async fn dear_hashes_are_not_computed() {
    let site = Site::start().await;
    let key = "ab".repeat(64);
    let mut account = flask_member(&site, HASHES[0]).await;
    for method in [
        "scrypt:1073741824:8:1",
        "scrypt:32768:8:1000",
        "pbkdf2:sha512:4000000000",
    ] {
        let hash = format!("{method}$salt${key}");
        assert!(site.members.set_password(&account, &hash).await.unwrap());
        let started = Instant::now();
        assert_eq!(
            site.login(EMAIL, PASSWORD).await.status(),
            StatusCode::UNAUTHORIZED
        );
        assert!(started.elapsed().as_secs() < 10, "{method}");
        account = stored(&site).await;
        assert_eq!(account.password_hash, Some(hash));
    }
}
