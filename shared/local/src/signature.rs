//! Signatures of AWS, version 4, as the clients of services make them that take a `POST`.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use hyper::header::{AUTHORIZATION, HeaderMap};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::environment::StoreKeys;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// A signature is taken for this long before and after its time, as AWS does.
const SKEW: Duration = Duration::from_mins(15);

/// What a request has to be for its signature to count.
pub(crate) struct Expected {
    /// As the signature's scope names the service.
    pub(crate) service: &'static str,
    pub(crate) path: &'static str,
    /// What has to be signed beside the body: whom the request is for, when, and what it asks.
    pub(crate) headers: &'static [&'static str],
}

/// Why a signature is not taken, in the words of AWS's own answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Missing,
    Incomplete,
    UnknownKey,
    Old,
    Wrong,
}

impl Refused {
    /// The error's name, and its sentence.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Missing => (
                "MissingAuthenticationTokenException",
                "The request is not signed. `masthead dev --print-env` prints the keys.",
            ),
            Self::Incomplete => (
                "IncompleteSignatureException",
                "The Authorization header has to be of AWS4-HMAC-SHA256, and host, x-amz-date and, for DynamoDB, x-amz-target signed.",
            ),
            Self::UnknownKey => (
                "UnrecognizedClientException",
                "The access key is not that of this stack. `masthead dev --print-env` prints it for the data folder that --data names.",
            ),
            Self::Old => (
                "InvalidSignatureException",
                "The signature's time is more than 15 minutes from that of this machine.",
            ),
            Self::Wrong => (
                "InvalidSignatureException",
                "The signature does not match the request and the secret key.",
            ),
        }
    }
}

/// A signature of a request whose body has still to come.
pub(crate) struct Signature {
    /// The canonical request, up to the body's digest.
    request: String,
    /// What is signed before the digest of the canonical request.
    scope: String,
    key: Vec<u8>,
    given: String,
}

impl Signature {
    /// Reads the signature of a `POST` with these headers.
    pub(crate) fn read(
        expected: &Expected,
        headers: &HeaderMap,
        keys: &StoreKeys,
        now: SystemTime,
    ) -> Result<Self, Refused> {
        let header = headers.get(AUTHORIZATION).ok_or(Refused::Missing)?;
        let header = header.to_str().map_err(|_| Refused::Incomplete)?;
        let parameters = header.strip_prefix(ALGORITHM).ok_or(Refused::Incomplete)?;
        let parameter = |name: &str| {
            let mut all = parameters.split(',').filter_map(|part| {
                let (found, value) = part.trim().split_once('=')?;
                (found == name).then_some(value)
            });
            all.next().ok_or(Refused::Incomplete)
        };
        let credential: Vec<&str> = parameter("Credential")?.split('/').collect();
        let [access_key_id, date, region, service, "aws4_request"] = credential[..] else {
            return Err(Refused::Incomplete);
        };
        if access_key_id != keys.access_key_id {
            return Err(Refused::UnknownKey);
        }
        let date_time = text(headers, "x-amz-date").ok_or(Refused::Incomplete)?;
        let signed = parameter("SignedHeaders")?;
        let is_signed = |name: &&str| signed.split(';').any(|signed| signed == *name);
        if service != expected.service || !expected.headers.iter().all(is_signed) {
            return Err(Refused::Incomplete);
        }
        let time = time(&date_time).ok_or(Refused::Incomplete)?;
        if !date_time.starts_with(date) || date.len() != 8 {
            return Err(Refused::Incomplete);
        }
        let between = now
            .duration_since(time)
            .unwrap_or_else(|later| later.duration());
        if between > SKEW {
            return Err(Refused::Old);
        }

        let mut request = format!("POST\n{}\n\n", expected.path);
        for name in signed.split(';') {
            let value = text(headers, name).ok_or(Refused::Incomplete)?;
            // Writing into a `String` can't fail.
            let _ = writeln!(request, "{name}:{value}");
        }
        let _ = write!(request, "\n{signed}\n");
        let key = generate_signing_key(&keys.secret_access_key, time, region, service);
        Ok(Self {
            request,
            scope: format!("{ALGORITHM}\n{date_time}\n{date}/{region}/{service}/aws4_request\n"),
            key: key.as_ref().to_vec(),
            given: parameter("Signature")?.to_owned(),
        })
    }

    /// Refuses a body that isn't the one that was signed.
    pub(crate) fn verify(&self, body: &[u8]) -> Result<(), Refused> {
        let request = format!("{}{}", self.request, digest(body));
        let signed = format!("{}{}", self.scope, digest(request.as_bytes()));
        let expected = calculate_signature(&self.key, signed.as_bytes());
        if expected.as_bytes().ct_eq(self.given.as_bytes()).into() {
            Ok(())
        } else {
            Err(Refused::Wrong)
        }
    }
}

/// A header's values as they are signed: runs of white space as one space, values joined by commas.
fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = Vec::new();
    for value in headers.get_all(name) {
        let words: Vec<&str> = value.to_str().ok()?.split_ascii_whitespace().collect();
        values.push(words.join(" "));
    }
    (!values.is_empty()).then(|| values.join(","))
}

/// The moment that `YYYYMMDDTHHMMSSZ` names.
fn time(text: &str) -> Option<SystemTime> {
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    let seconds = TimeZone::UTC.to_timestamp(civil).ok()?.as_second();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

fn digest(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}
