//! The ideas of Project Wycheproof's JSON Web Signature vectors for HS256, and of RFC 8725, as
//! tokens of our own.
//!
//! Where Wycheproof calls a vector valid that a strict reader must refuse (tcId 367, 370, 372 and
//! 373: a string that is valid in 357, and signatures with a `?`), we refuse: only what we would
//! write ourselves passes.

use hmac::{Hmac, KeyInit as _, Mac as _};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};

use super::*;

const NOW: u64 = 1_700_000_000;
const TTL: u64 = 600;
const KEY_1: [u8; 32] = [1; 32];
const KEY_2: [u8; 32] = [2; 32];

fn ring(signing: &str, keys: &[(&str, &[u8])]) -> KeyRing {
    let keys: serde_json::Map<String, Value> = keys
        .iter()
        .map(|(id, key)| {
            (
                (*id).to_owned(),
                json!(Base64UrlUnpadded::encode_string(key)),
            )
        })
        .collect();
    KeyRing::parse(&json!({"signing": signing, "keys": keys}).to_string()).unwrap()
}

fn tokens() -> Tokens {
    Tokens::new(
        ring("k1", &[("k1", &KEY_1), ("k2", &KEY_2)]),
        "https://site.example",
        "masthead",
        TTL,
    )
}

fn issued() -> String {
    tokens().issue("member", 3, NOW, [9; 16]).unwrap()
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

fn part(token: &str, index: usize) -> String {
    String::from_utf8(Base64UrlUnpadded::decode_vec(token.split('.').nth(index).unwrap()).unwrap())
        .unwrap()
}

fn mac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A token of any header and claims under the right key.
fn forged(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    let signed = format!("{}.{}", encoded(header), encoded(claims));
    format!("{signed}.{}", encoded(mac(&KEY_1, &signed)))
}

fn refused(token: &str) -> InvalidToken {
    tokens().verify(token, NOW).expect_err(token)
}

#[test]
fn what_is_issued_is_accepted() {
    let claims = tokens().verify(&issued(), NOW).unwrap();
    assert_eq!(
        (claims.sub.as_str(), claims.ver, claims.iat, claims.exp),
        ("member", 3, NOW, NOW + TTL)
    );
    assert_eq!(
        part(&issued(), 0),
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1"}"#
    );
    assert_eq!(
        forged(part(&issued(), 0), part(&issued(), 1)),
        issued(),
        "the forge writes what we write"
    );
}

#[test]
fn time_has_no_leeway() {
    let tokens = tokens();
    for (now, answer) in [
        (NOW - 1, Err(InvalidToken::Early)),
        (NOW, Ok(())),
        (NOW + TTL - 1, Ok(())),
        (NOW + TTL, Err(InvalidToken::Expired)),
        (u64::MAX, Err(InvalidToken::Expired)),
        (0, Err(InvalidToken::Early)),
    ] {
        assert_eq!(tokens.verify(&issued(), now).map(|_| ()), answer, "{now}");
    }
}

#[test]
fn a_ring_rotates_with_nobody_signed_out() {
    let make = |ring| Tokens::new(ring, "https://site.example", "masthead", TTL);
    let before = make(ring("k1", &[("k1", &KEY_1)]));
    let both = make(ring("k2", &[("k1", &KEY_1), ("k2", &KEY_2)]));
    let after = make(ring("k2", &[("k2", &KEY_2)]));
    let (old, new) = (
        before.issue("m", 1, NOW, [0; 16]).unwrap(),
        both.issue("m", 1, NOW, [0; 16]).unwrap(),
    );
    assert!(
        both.verify(&old, NOW).is_ok()
            && both.verify(&new, NOW).is_ok()
            && after.verify(&new, NOW).is_ok()
    );
    assert_eq!(after.verify(&old, NOW), Err(InvalidToken::Key));
    assert_eq!(before.verify(&new, NOW), Err(InvalidToken::Key));
}

/// Every substitution of one character.
#[test]
fn no_single_character_can_be_changed() {
    let (tokens, token) = (tokens(), issued());
    let mut tried = 0;
    for (at, original) in token.char_indices() {
        for other in ('\u{0}'..='\u{7f}').filter(|other| *other != original) {
            let mut changed = token.clone();
            changed.replace_range(at..=at, other.encode_utf8(&mut [0; 4]));
            assert!(tokens.verify(&changed, NOW).is_err(), "{at} {other:?}");
            tried += 1;
        }
    }
    assert!(tried >= 15_000, "{tried}");
}

/// Text around and inside a token.
#[test]
fn other_text_is_no_token() {
    let token = issued();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let standard = |text: &str| text.replace('-', "+").replace('_', "/");
    for wrong in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        format!("{token}="),
        format!("{token}=="),
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("{token}\0"),
        format!("{{{token}}}"),
        format!("\"{token}\""),
        format!("{token}?"),
        signed.to_owned(),
        format!("{signed}."),
        format!(".{claims}.{signature}"),
        format!("{header}..{signature}"),
        format!("{token}.{signature}"),
        format!("{signed}.{signature}.{signature}.{signature}"),
        format!("{header}=.{claims}.{signature}"),
        format!("{header}. {claims}.{signature}"),
        format!("{header}.{claims}.{}", &signature[..signature.len() - 1]),
        format!("{header}.{claims}.{}", encoded(&mac(&KEY_1, signed)[..31])),
        format!("{header}.{claims}.{}", encoded(vec![0; 32])),
        standard(&format!("{header}.{claims}.{}", encoded([0xfb; 32]))),
        "a".repeat(8 * 1024),
        json!({"payload": claims, "protected": header, "signature": signature}).to_string(),
    ] {
        refused(&wrong);
    }
    // The last character of a 32-byte signature has two bits that mean nothing: they must be zero.
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = alphabet.find(last).unwrap();
    for stray in 1..4 {
        let variant = alphabet.chars().nth(place + stray).unwrap();
        assert_eq!(
            refused(&format!("{}{variant}", &token[..token.len() - 1])),
            InvalidToken::Form
        );
    }
}

/// Algorithms, each with the signature that it would have.
#[test]
fn only_hs256_is_an_algorithm() {
    let claims = part(&issued(), 1);
    let with = |alg: Value| {
        let mut header: Value = serde_json::from_str(&part(&issued(), 0)).unwrap();
        header["alg"] = alg;
        header.to_string()
    };
    for alg in [
        json!("none"),
        json!("None"),
        json!("nOnE"),
        json!("NONE"),
        json!("hs256"),
        json!("HS384"),
        json!("HS512"),
        json!("RS256"),
        json!("ES256"),
        json!("EdDSA"),
        json!("PS256"),
        json!(""),
        json!(" HS256"),
        json!(null),
        json!([]),
        json!(["HS256"]),
        json!(1),
        json!({}),
    ] {
        let header = with(alg);
        refused(&forged(&header, &claims));
        refused(&format!("{}.{}.", encoded(&header), encoded(&claims)));
    }
    let signed = format!("{}.{}", encoded(with(json!("HS384"))), encoded(&claims));
    let mut hs384 = Hmac::<Sha384>::new_from_slice(&KEY_1).unwrap();
    hs384.update(signed.as_bytes());
    refused(&format!(
        "{signed}.{}",
        encoded(hs384.finalize().into_bytes())
    ));
    let signed = format!("{}.{}", encoded(with(json!("HS512"))), encoded(&claims));
    let mut hs512 = Hmac::<Sha512>::new_from_slice(&KEY_1).unwrap();
    hs512.update(signed.as_bytes());
    refused(&format!(
        "{signed}.{}",
        encoded(hs512.finalize().into_bytes())
    ));
}

/// Keys that aren't the one that the header names.
#[test]
fn the_key_is_the_one_that_is_named() {
    let token = issued();
    let signed = token.rsplit_once('.').unwrap().0;
    for key in [&KEY_2[..], b"", &[0; 32], &KEY_1[..31], b"secret"] {
        assert_eq!(
            refused(&format!("{signed}.{}", encoded(mac(key, signed)))),
            InvalidToken::Signature
        );
    }
}

/// Headers that we don't write, rightly signed.
#[test]
fn foreign_headers_are_refused() {
    let (header, claims) = (part(&issued(), 0), part(&issued(), 1));
    let mut foreign: Vec<Vec<u8>> = [
        r#"{"alg":"HS256","kid":"k1"}"#,
        r#"{"typ":"at+jwt","kid":"k1"}"#,
        r#"{"typ":"at+jwt","alg":"HS256"}"#,
        r#"{"typ":"JWT","alg":"HS256","kid":"k1"}"#,
        r#"{"typ":"AT+JWT","alg":"HS256","kid":"k1"}"#,
        r#"{"typ":"application/at+jwt","alg":"HS256","kid":"k1"}"#,
        r#"{"typ":"refresh+jwt","alg":"HS256","kid":"k1"}"#,
        r#"{"typ":null,"alg":"HS256","kid":"k1"}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":""}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"../../dev/null"}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"'"}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1\u0000"}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":1}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":["k1"]}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k9"}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1","jwk":{"kty":"oct","k":"AQ"}}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1","jku":"http://127.0.0.1:9/"}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1","x5u":"http://127.0.0.1:9/"}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1","x5c":["AA=="]}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1","crit":["exp"]}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1","crit":[]}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1","b64":false}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1","zip":"DEF"}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1","enc":"A128GCM"}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k1","x":1}"#,
        r#"{"alg":"none","typ":"at+jwt","alg":"HS256","kid":"k1"}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"k2","kid":"k1"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"k1"}"#,
        r#"{"typ":"at+jwt", "alg":"HS256","kid":"k1"}"#,
        r#"{"typ":"at\u002bjwt","alg":"HS256","kid":"k1"}"#,
        "{\"typ\":\"at+jwt\",\"alg\":\"HS256\",\"kid\":\"k1\"}\n",
        "\u{feff}{\"typ\":\"at+jwt\",\"alg\":\"HS256\",\"kid\":\"k1\"}",
        "[]",
        "null",
        "",
        "{",
        "\"HS256\"",
    ]
    .iter()
    .map(|header| header.as_bytes().to_vec())
    .collect();
    foreign.push(header.encode_utf16().flat_map(u16::to_le_bytes).collect());
    foreign.push(b"{\"typ\":\"at+jwt\",\"alg\":\"HS256\",\"kid\":\"\xff\"}".to_vec());
    foreign.push(
        format!(
            r#"{{"typ":"at+jwt","alg":"HS256","kid":"{}"}}"#,
            "k".repeat(2048)
        )
        .into_bytes(),
    );
    for header in foreign {
        let error = refused(&forged(&header, &claims));
        assert!(
            matches!(error, InvalidToken::Header | InvalidToken::Key),
            "{error:?}: {}",
            String::from_utf8_lossy(&header)
        );
    }
}

/// Claims that we don't write, rightly signed.
#[test]
fn foreign_claims_are_refused() {
    let header = part(&issued(), 0);
    let ours: Value = serde_json::from_str(&part(&issued(), 1)).unwrap();
    // In the order in which we write them, so that only the value is foreign.
    let write = |claims: &Value| {
        let order = ["iss", "aud", "sub", "iat", "exp", "jti", "ver"];
        let fields: Vec<String> = order
            .iter()
            .filter_map(|name| Some(format!("\"{name}\":{}", claims.get(name)?)))
            .collect();
        format!("{{{}}}", fields.join(","))
    };
    assert_eq!(forged(&header, write(&ours)), issued());
    for name in ["iss", "aud", "sub", "iat", "exp", "jti", "ver"] {
        let mut missing = ours.clone();
        missing.as_object_mut().unwrap().remove(name);
        assert_eq!(
            refused(&forged(&header, write(&missing))),
            InvalidToken::Claims,
            "{name}"
        );
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!(true),
            json!(""),
            json!(-1),
            json!(1.5),
            json!(0),
            json!([ours[name]]),
        ] {
            let mut changed = ours.clone();
            changed[name] = value;
            let error = refused(&forged(&header, write(&changed)));
            assert!(
                matches!(error, InvalidToken::Claims | InvalidToken::Expired),
                "{error:?} {name}: {changed}"
            );
        }
    }
    for (name, value) in [
        ("aud", json!("other")),
        ("aud", json!("masthead ")),
        ("iss", json!("https://site.example.evil")),
        ("iss", json!("https://site.example/")),
        ("exp", json!(NOW)),
        ("exp", json!(NOW - 1)),
        ("exp", json!(NOW + TTL + 1)),
        ("exp", json!(1_000_000_000_000_000_000_u64)),
        ("exp", json!(u64::MAX)),
        ("iat", json!(NOW + TTL)),
        ("jti", json!("short")),
        ("jti", json!("?".repeat(22))),
    ] {
        let mut changed = ours.clone();
        changed[name] = value.clone();
        assert_eq!(
            refused(&forged(&header, write(&changed))),
            InvalidToken::Claims,
            "{name}: {value}"
        );
    }
    let mut future = ours.clone();
    (future["iat"], future["exp"]) = (json!(NOW + 1), json!(NOW + TTL));
    assert_eq!(
        refused(&forged(&header, write(&future))),
        InvalidToken::Early
    );

    let claims = part(&issued(), 1);
    let in_another_order = {
        let inner = claims.trim_matches(['{', '}']);
        let fields: Vec<&str> = inner.split(',').rev().collect();
        format!("{{{}}}", fields.join(","))
    };
    for foreign in [
        claims.replacen('{', "{\"nbf\":0,", 1),
        claims.replacen('{', "{\"sub\":\"other\",", 1),
        claims.replacen(':', ": ", 1),
        format!("{claims} "),
        format!("\u{feff}{claims}"),
        claims.replace("member", "m\\u0065mber"),
        in_another_order,
    ] {
        assert_eq!(
            refused(&forged(&header, &foreign)),
            InvalidToken::Claims,
            "{foreign}"
        );
    }
    refused(&forged(
        &header,
        claims
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect::<Vec<u8>>(),
    ));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(token in ".*", header in ".*", claims in ".*") {
        prop_assert!(tokens().verify(&token, NOW).is_err());
        prop_assert!(tokens().verify(&forged(header, claims), NOW).is_err());
    }
}
