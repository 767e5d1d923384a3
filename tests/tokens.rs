//! Bearer tokens over HTTP (hardening cases B).

use auth::token::{KeyRing, Tokens};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::site::{PASSWORD, SignedIn, Site, assert_error, body};

/// A part of a token, decoded: 0 the header, 1 the claims.
pub(crate) fn part(token: &str, index: usize) -> Value {
    let encoded = token.split('.').nth(index).expect("three parts");
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(encoded).expect("base64url"))
        .expect("JSON")
}

async fn me(site: &Site, authorization: &str) -> StatusCode {
    let request = site.get("/api/me").header("authorization", authorization);
    request.send().await.expect("an answer").status()
}

/// Signs any header and claims with the site's own key, their fields in the order in which a token
/// has them: so that it is their content that is refused.
fn forge(site: &Site, header: &Value, claims: &Value) -> String {
    let header = written(header, &["typ", "alg", "kid"]);
    let claims = written(claims, &["iss", "aud", "sub", "iat", "exp", "jti", "ver"]);
    forge_raw(site, header.as_bytes(), claims.as_bytes())
}

/// An object as JSON, the named fields first.
fn written(object: &Value, order: &[&str]) -> String {
    let object = object.as_object().expect("an object");
    let first = order.iter().filter_map(|name| object.get_key_value(*name));
    let rest = object
        .iter()
        .filter(|(name, _)| !order.contains(&name.as_str()));
    let fields: Vec<String> = first
        .chain(rest)
        .map(|(name, value)| format!("{}:{value}", json!(name)))
        .collect();
    format!("{{{}}}", fields.join(","))
}

fn forge_raw(site: &Site, header: &[u8], claims: &[u8]) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let ring: Value = serde_json::from_str(site.environment.required("JWT_KEYS").unwrap()).unwrap();
    let key = ring["keys"][ring["signing"].as_str().unwrap()]
        .as_str()
        .unwrap();
    let key = Base64UrlUnpadded::decode_vec(key).unwrap();
    let signed = format!(
        "{}.{}",
        Base64UrlUnpadded::encode_string(header),
        Base64UrlUnpadded::encode_string(claims)
    );
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(signed.as_bytes());
    format!(
        "{signed}.{}",
        Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes())
    )
}

fn header_and_claims(member: &SignedIn) -> (Value, Value) {
    (part(&member.token, 0), part(&member.token, 1))
}

#[tokio::test]
async fn a_token_says_what_it_is() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let (header, claims) = header_and_claims(&member);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("HS256"), &json!("at+jwt"))
    );
    assert_eq!(
        header.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["typ", "alg", "kid"]
    );
    assert_eq!(
        claims.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["iss", "aud", "sub", "iat", "exp", "jti", "ver"]
    );
    assert_eq!(
        (&claims["sub"], &claims["ver"]),
        (&json!(member.id), &json!(1))
    );
}

/// Where and how a token is sent.
#[tokio::test]
async fn a_token_travels_in_one_way_only() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let token = &member.token;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(
            me(&site, &format!("{scheme} {token}")).await,
            StatusCode::OK
        );
    }
    for value in [
        format!("Bearer  {token}"),
        format!("Bearer\t{token}"),
        "Bearer".to_owned(),
        format!("Bearer {token},Bearer {token}"),
        format!("Bearer {token}, Bearer {token}"),
        format!("Basic {token}"),
        token.clone(),
        format!("Bearer \"{token}\""),
    ] {
        assert_eq!(me(&site, &value).await, StatusCode::UNAUTHORIZED, "{value}");
    }
    let twice = site.get("/api/me").bearer_auth(token).bearer_auth(token);
    assert_error(twice.send().await.unwrap(), 401, "invalid_token").await;
    for request in [
        site.get("/api/me"),
        site.get(&format!("/api/me?access_token={token}")),
        site.get("/api/me").header(
            "cookie",
            format!("access_token={token}; Authorization=Bearer {token}"),
        ),
        site.get("/api/me")
            .header("x-authorization", format!("Bearer {token}")),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["www-authenticate"], "Bearer");
        assert_error(answer, 401, "invalid_token").await;
    }
}

/// Headers that we don't write.
#[tokio::test]
async fn foreign_headers_are_refused_under_the_right_signature() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let (header, claims) = header_and_claims(&member);
    assert_eq!(
        me(&site, &format!("Bearer {}", forge(&site, &header, &claims))).await,
        StatusCode::OK,
        "the forge works"
    );

    let mut headers: Vec<Value> = Vec::new();
    for alg in [
        json!("none"),
        json!("None"),
        json!("nOnE"),
        json!("hs256"),
        json!("HS384"),
        json!("HS512"),
        json!("RS256"),
        json!(""),
        json!(null),
        json!([]),
    ] {
        let mut changed = header.clone();
        changed["alg"] = alg;
        headers.push(changed);
    }
    for typ in [
        json!("JWT"),
        json!("refresh+jwt"),
        json!("AT+JWT"),
        json!(null),
        json!(1),
    ] {
        let mut changed = header.clone();
        changed["typ"] = typ;
        headers.push(changed);
    }
    for kid in [
        json!(""),
        json!("x".repeat(2_048)),
        json!("../../dev/null"),
        json!("'"),
        json!("\u{0}"),
        json!(1),
        json!("retired"),
    ] {
        let mut changed = header.clone();
        changed["kid"] = kid;
        headers.push(changed);
    }
    for (name, value) in [
        ("jku", json!("http://127.0.0.1:9/")),
        ("jwk", json!({"kty": "oct", "k": "AAAA"})),
        ("x5u", json!("http://127.0.0.1:9/")),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("zip", json!("DEF")),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
    ] {
        let mut changed = header.clone();
        changed[name] = value;
        headers.push(changed);
    }
    for name in ["alg", "typ", "kid"] {
        let mut changed = header.clone();
        changed.as_object_mut().unwrap().remove(name);
        headers.push(changed);
    }
    for changed in headers {
        assert_eq!(
            me(
                &site,
                &format!("Bearer {}", forge(&site, &changed, &claims))
            )
            .await,
            StatusCode::UNAUTHORIZED,
            "{changed}"
        );
    }

    let header = written(&header, &["typ", "alg", "kid"]);
    let claims = written(&claims, &["iss", "aud", "sub", "iat", "exp", "jti", "ver"]);
    let twice = header.replacen('{', "{\"alg\":\"none\",", 1);
    let two_subs = claims.replacen('{', "{\"sub\":\"x\",", 1);
    let bom = format!("\u{feff}{header}");
    let wide: Vec<u8> = claims.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (header, claims) in [
        (twice.as_bytes(), claims.as_bytes()),
        (header.as_bytes(), two_subs.as_bytes()),
        (bom.as_bytes(), claims.as_bytes()),
        (header.as_bytes(), &wide),
        (header.as_bytes(), b"{\"sub\":\"\xff\"}"),
        (b"[]", claims.as_bytes()),
        (header.as_bytes(), b"null"),
    ] {
        assert_eq!(
            me(
                &site,
                &format!("Bearer {}", forge_raw(&site, header, claims))
            )
            .await,
            StatusCode::UNAUTHORIZED
        );
    }
}

/// Claims that are missing, of another type, or that we would not issue.
#[tokio::test]
async fn foreign_claims_are_refused_under_the_right_signature() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let (header, claims) = header_and_claims(&member);
    assert_eq!(
        forge(&site, &header, &claims),
        member.token,
        "the forge works"
    );
    let (iat, exp) = (
        claims["iat"].as_u64().unwrap(),
        claims["exp"].as_u64().unwrap(),
    );
    let mut cases: Vec<(&str, Value)> = Vec::new();
    for name in ["exp", "iat", "aud", "iss", "sub", "jti", "ver"] {
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!(true),
            json!(-1),
            json!(1.5),
            json!(""),
        ] {
            cases.push((name, value));
        }
    }
    cases.extend([
        ("aud", json!("x")),
        ("aud", json!(["x"])),
        ("aud", json!(["x", claims["aud"]])),
        ("aud", json!([claims["aud"]])),
        ("iss", json!("https://other.example")),
        ("iss", json!([claims["iss"]])),
        ("exp", json!(iat)),
        ("exp", json!(exp + 1)),
        ("exp", json!(1_000_000_000_000_000_000_u64)),
        ("exp", json!(exp.to_string())),
        ("iat", json!(iat + 3600)),
        ("ver", json!(0)),
        ("ver", json!(2)),
        ("ver", json!("1")),
        ("sub", json!("0197f0c4-6d1e-7cc3-9a4b-2f6f3a1c8d70")),
        ("nbf", json!(iat + 3600)),
    ]);
    for (name, value) in cases {
        let mut changed = claims.clone();
        changed[name] = value.clone();
        assert_eq!(
            me(
                &site,
                &format!("Bearer {}", forge(&site, &header, &changed))
            )
            .await,
            StatusCode::UNAUTHORIZED,
            "{name}: {value}"
        );
    }
    for name in ["exp", "iat", "aud", "iss", "sub", "jti", "ver"] {
        let mut changed = claims.clone();
        changed.as_object_mut().unwrap().remove(name);
        assert_eq!(
            me(
                &site,
                &format!("Bearer {}", forge(&site, &header, &changed))
            )
            .await,
            StatusCode::UNAUTHORIZED,
            "no {name}"
        );
    }
}

/// Text that is no token of ours.
#[tokio::test]
async fn malformed_tokens_are_refused() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let token = member.token.as_str();
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("three parts")
    };
    let flipped = if token.ends_with('A') { "B" } else { "A" };
    for wrong in [
        format!("{token}="),
        format!("{{{token}}}"),
        format!("{header}.{claims}"),
        format!("{token}.{signature}"),
        format!("{token}.{signature}.{signature}"),
        format!("{header}..{signature}"),
        format!("{header}.{claims}."),
        format!(".{claims}.{signature}"),
        "..".to_owned(),
        format!("{}{flipped}", &token[..token.len() - 1]),
        format!("{header}.{claims}.{}", signature.replace(['-', '_'], "+")) + "/",
        "a".repeat(8 * 1024),
    ] {
        assert_eq!(
            me(&site, &format!("Bearer {wrong}")).await,
            StatusCode::UNAUTHORIZED,
            "{wrong}"
        );
    }
    let status = me(&site, &format!("Bearer {}", "a".repeat(10_240))).await;
    assert!(
        [
            StatusCode::UNAUTHORIZED,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
        ]
        .contains(&status),
        "{status}"
    );
    assert_eq!(me(&site, &format!("Bearer {token}")).await, StatusCode::OK);
}

/// Tokens of another key, issuer or lifetime are none of ours.
#[tokio::test]
async fn tokens_of_another_deployment_are_refused() {
    let site = Site::start().await;
    let member = site.member("jo").await;
    let claims = part(&member.token, 1);
    let now = claims["iat"].as_u64().unwrap();
    let other_key =
        r#"{"signing":"k1","keys":{"k1":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}"#;
    let own_key = site.environment.required("JWT_KEYS").unwrap();
    let (issuer, audience) = (
        claims["iss"].as_str().unwrap(),
        claims["aud"].as_str().unwrap(),
    );
    for (key, issuer, audience, ttl, works) in [
        (own_key, issuer, audience, 43_200, true),
        (own_key, issuer, audience, 43_201, false),
        (own_key, "https://other.example", audience, 43_200, false),
        (own_key, issuer, "other", 43_200, false),
        (other_key, issuer, audience, 43_200, false),
    ] {
        let tokens = Tokens::new(KeyRing::parse(key).unwrap(), issuer, audience, ttl);
        let token = tokens.issue(&member.id, 1, now, [7; 16]).unwrap();
        assert_eq!(
            me(&site, &format!("Bearer {token}")).await.is_success(),
            works,
            "{issuer} {audience} {ttl}"
        );
    }
}

/// A changed password, `disable` and `remove` end every session at once.
#[tokio::test]
async fn sessions_end_with_the_account() {
    let site = Site::start().await;
    for (handle, change) in [("changes", 0), ("disabled", 1), ("removed", 2)] {
        let member = site.member(handle).await;
        let account = site.members.by_id(&member.id).await.unwrap().unwrap();
        match change {
            0 => assert!(site.members.set_password(&account, "x").await.unwrap()),
            1 => assert!(site.members.set_disabled(&account, true).await.unwrap()),
            _ => site.members.remove(&account).await.unwrap(),
        }
        let answer = site
            .get("/api/me")
            .bearer_auth(&member.token)
            .send()
            .await
            .unwrap();
        assert_error(answer, 401, "invalid_token").await;
        let status = site.login(&member.email, PASSWORD).await.status();
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    let member = site.member("stays").await;
    let answer = site
        .get("/api/me")
        .bearer_auth(&member.token)
        .send()
        .await
        .unwrap();
    assert_eq!(body(answer).await["member"]["handle"], "stays");
}
