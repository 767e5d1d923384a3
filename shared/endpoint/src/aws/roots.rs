//! The certificates that a store's own must lead to.
//!
//! AWS's services show certificates of Amazon Trust Services, whose five roots lie in `roots`, as bytes: reading them from text
//! was 7 % of the instructions of a start of `login`. Reading the system's 145 was 88 %. Where the way to AWS leads
//! through something that shows others (a company's proxy, AWS in China), `AWS_CA_BUNDLE` names a
//! file with those, as it does for the AWS CLI; in Lambda the system's own are
//! `/etc/pki/tls/certs/ca-bundle.crt`.

use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::{ClientConfig, RootCertStore};

use crate::{Environment, EnvironmentError};

/// Names a file of certificates in PEM that are trusted in the place of Amazon's five.
pub const CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// Amazon Root CA 1 to 4, and Starfield Services Root Certificate Authority - G2.
const AMAZON: [&[u8]; 5] = [
    include_bytes!("roots/amazon_root_ca_1.der"),
    include_bytes!("roots/amazon_root_ca_2.der"),
    include_bytes!("roots/amazon_root_ca_3.der"),
    include_bytes!("roots/amazon_root_ca_4.der"),
    include_bytes!("roots/starfield_services_root_ca_g2.der"),
];

/// TLS that trusts these.
pub(super) fn tls(environment: &Environment) -> Result<ClientConfig, EnvironmentError> {
    let unusable = |reason: String| Environment::unusable(CA_BUNDLE, reason);
    let roots = match environment.optional(CA_BUNDLE) {
        Some(path) => {
            let pem = std::fs::read(path)
                .map_err(|error| unusable(format!("the file can't be read: {error}")))?;
            trusting(CertificateDer::pem_slice_iter(&pem)).map_err(unusable)?
        }
        None => trusting(amazon().map(Ok)).map_err(unusable)?,
    };
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn amazon() -> impl Iterator<Item = CertificateDer<'static>> {
    AMAZON.into_iter().map(CertificateDer::from_slice)
}

/// These certificates, or a sentence that says why they can't be trusted.
fn trusting(
    certificates: impl Iterator<Item = Result<CertificateDer<'static>, pem::Error>>,
) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for (number, certificate) in certificates.enumerate() {
        let usable = certificate.map_err(|error| error.to_string());
        usable
            .and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()))
            .map_err(|error| format!("certificate {} of the file: {error}", number + 1))?;
    }
    if roots.is_empty() {
        return Err("the file holds no certificate in PEM".to_owned());
    }
    Ok(roots)
}

#[cfg(test)]
mod tests;
