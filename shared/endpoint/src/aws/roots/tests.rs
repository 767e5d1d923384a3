use std::io::Write as _;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

/// Mozilla's list, as a crate has it: the five stand in it byte for byte, and go when Mozilla takes
/// them out.
#[test]
fn the_pinned_roots_are_amazon_s_five_of_mozilla_s_list() {
    let of_amazon = |certificate: &&CertificateDer<'static>| {
        let text = String::from_utf8_lossy(certificate);
        text.contains("Amazon Root CA")
            || text.contains("Starfield Services Root Certificate Authority - G2")
    };
    let mut mozilla_s: Vec<_> = webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter(of_amazon)
        .cloned()
        .collect();
    assert_eq!(mozilla_s.len(), 5);
    mozilla_s.sort_by(|one, other| one.as_ref().cmp(other.as_ref()));
    let mut pinned: Vec<_> = amazon().collect();
    pinned.sort_by(|one, other| one.as_ref().cmp(other.as_ref()));
    assert!(pinned == mozilla_s, "the roots aren't what Mozilla lists");
    assert_eq!(trusting(amazon().map(Ok)).unwrap().len(), 5);
}

#[test]
fn a_bundle_that_can_t_be_used_stops_the_start_and_is_named() {
    let file = |text: &[u8]| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        file
    };
    let refused = |path: &str| {
        let environment = Environment::from_iter([(CA_BUNDLE, path)]);
        tls(&environment).unwrap_err().to_string()
    };
    let path = |file: &tempfile::NamedTempFile| file.path().to_str().unwrap().to_owned();

    let absent = refused("/nowhere/bundle.pem");
    assert!(absent.contains("AWS_CA_BUNDLE") && absent.contains("can't be read"));
    let empty = file(b"not a certificate\n");
    assert!(refused(&path(&empty)).contains("no certificate"));
    let whole = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let whole = whole.cert.pem();
    let damaged = whole.replacen("\nMII", "\nAAA", 1);
    assert_ne!(damaged, whole);
    let damaged = file(damaged.as_bytes());
    assert!(refused(&path(&damaged)).contains("certificate 1 of the file"));
    let cut = file(&whole.as_bytes()[..whole.len() - 40]);
    assert!(refused(&path(&cut)).contains("certificate 1 of the file"));
}

/// A server with a certificate of its own making; returns its address and the certificate.
async fn server() -> (String, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(socket).await else {
                continue;
            };
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await;
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n{\"SecretString\":\"\"}";
            let _ = stream.write_all(&answer[..]).await;
            let _ = stream.shutdown().await;
        }
    });
    (format!("https://localhost:{port}/"), cert.pem())
}

/// Reads a secret of that server; what went wrong, with all its causes.
async fn read(url: &str, bundle: Option<&str>) -> Result<(), String> {
    let mut set = vec![
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "k"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        (crate::aws::ENDPOINT_SECRETS_MANAGER, url),
    ];
    set.extend(bundle.map(|path| (CA_BUNDLE, path)));
    let environment = Environment::from_iter(set);
    let config = crate::aws::config(&environment, crate::aws::ENDPOINT_SECRETS_MANAGER).unwrap();
    let client = aws_sdk_secretsmanager::Client::new(&config);
    let read = client.get_secret_value().secret_id("keys").send().await;
    read.map(|_| ()).map_err(|error| format!("{error:?}"))
}

#[tokio::test]
async fn whose_certificate_leads_elsewhere_is_refused_unless_a_bundle_names_it() {
    let (url, pem) = server().await;
    let refused = read(&url, None).await.unwrap_err();
    assert!(refused.contains("UnknownIssuer"), "{refused}");

    let mut bundle = tempfile::NamedTempFile::new().unwrap();
    bundle.write_all(pem.as_bytes()).unwrap();
    assert_eq!(read(&url, bundle.path().to_str()).await, Ok(()));
}
