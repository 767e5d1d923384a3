//! JSON request bodies, read strictly.

use std::fmt;

use lambda_http::http::header;
use lambda_http::{Body, Request};
use languages::{Sentence, sentence};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use crate::{Error, Result};

/// Largest JSON body, in bytes: the longest password there is fits many times.
const MAX_JSON_BYTES: usize = 16 * 1024;

/// Up to here every whole number is a floating point number of its own: 2^53.
const MAX_EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

/// The object of a JSON body. A key that stands twice in it, or in an object inside it, is an
/// error; unknown keys are ignored.
pub struct JsonObject(Vec<(String, Value)>);

/// What an endpoint may ask for; anything else is only checked.
enum Value {
    Text(String),
    Whole(u64),
    Truth(bool),
    Object(JsonObject),
    Other,
}

impl JsonObject {
    /// Reads the body of `request`: `application/json`, UTF-8 without a byte order mark.
    pub fn read(request: &Request) -> Result<Self> {
        Self::read_up_to(request, MAX_JSON_BYTES)
    }

    /// The same for a body of at most `max_bytes`, which may hold a document.
    pub fn read_up_to(request: &Request, max_bytes: usize) -> Result<Self> {
        let body = body(request, max_bytes)?;
        serde_json::from_slice(body).map_err(|error| Error::BadRequest(why(&error)))
    }

    /// Whether there is anything under `key`.
    pub fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(name, _)| name == key)
    }

    /// Refuses what is under any key that isn't one of `known`.
    pub fn only(&self, known: &[&str]) -> Result<()> {
        let unknown = self.0.iter().map(|(name, _)| name.as_str());
        let Some(unknown) = unknown.into_iter().find(|name| !known.contains(name)) else {
            return Ok(());
        };
        let known = known.iter().map(|name| format!("“{name}”"));
        Err(Error::BadRequest(sentence!(
            "api.field_unknown",
            field = unknown.chars().take(40).collect::<String>(),
            fields = known.collect::<Vec<_>>().join(", ")
        )))
    }

    /// The string under `key`.
    pub fn string(&self, key: &str) -> Result<&str> {
        match self.0.iter().find(|(name, _)| name == key) {
            Some((_, Value::Text(value))) => Ok(value),
            Some(_) => Err(Error::BadRequest(sentence!(
                "api.field_not_a_string",
                field = key
            ))),
            None => Err(Error::BadRequest(sentence!(
                "api.field_missing",
                field = key
            ))),
        }
    }

    /// The `true` or `false` under `key`.
    pub fn truth(&self, key: &str) -> Result<bool> {
        match self.0.iter().find(|(name, _)| name == key) {
            Some((_, Value::Truth(value))) => Ok(*value),
            Some(_) => Err(Error::BadRequest(sentence!(
                "api.field_not_a_truth",
                field = key
            ))),
            None => Err(Error::BadRequest(sentence!(
                "api.field_missing",
                field = key
            ))),
        }
    }

    /// The object under `key`.
    pub fn object(&self, key: &str) -> Result<&Self> {
        match self.0.iter().find(|(name, _)| name == key) {
            Some((_, Value::Object(value))) => Ok(value),
            Some(_) => Err(Error::BadRequest(sentence!(
                "api.field_not_an_object",
                field = key
            ))),
            None => Err(Error::BadRequest(sentence!(
                "api.field_missing",
                field = key
            ))),
        }
    }

    /// The whole number under `key`, from 0 on.
    pub fn whole_number(&self, key: &str) -> Result<u64> {
        match self.0.iter().find(|(name, _)| name == key) {
            Some((_, Value::Whole(number))) => Ok(*number),
            Some(_) => Err(Error::BadRequest(sentence!(
                "api.field_not_a_whole_number",
                field = key
            ))),
            None => Err(Error::BadRequest(sentence!(
                "api.field_missing",
                field = key
            ))),
        }
    }
}

/// Reads a body of another shape than [`JsonObject`], of at most `max_bytes`: `application/json`,
/// UTF-8 without a byte order mark. Keys that `T` doesn't know are ignored.
pub fn json<T: DeserializeOwned>(request: &Request, max_bytes: usize) -> Result<T> {
    let body = body(request, max_bytes)?;
    serde_json::from_slice(body).map_err(|error| {
        Error::BadRequest(match error.classify() {
            Category::Data => sentence!(
                "api.body_of_another_shape",
                line = error.line(),
                column = error.column()
            ),
            _ => why(&error),
        })
    })
}

/// The bytes of a body that says it is JSON.
fn body(request: &Request, max_bytes: usize) -> Result<&[u8]> {
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(is_json) {
        return Err(Error::UnsupportedMediaType(sentence!(
            "api.body_wants_json"
        )));
    }
    let body: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    if body.len() > max_bytes {
        return Err(Error::TooLarge(sentence!(
            "api.body_too_large",
            kib = max_bytes / 1024
        )));
    }
    Ok(body)
}

/// The keys alone: a value may be a password.
impl fmt::Debug for JsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.0.iter().map(|(key, _)| key))
            .finish()
    }
}

/// `application/json` in any case, its only parameter a charset of UTF-8.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|media_type| media_type.eq_ignore_ascii_case("application/json"));
    is_json
        && parts
            .filter(|parameter| !parameter.is_empty())
            .all(|parameter| {
                parameter.split_once('=').is_some_and(|(name, value)| {
                    name.trim().eq_ignore_ascii_case("charset")
                        && value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
                })
            })
}

/// Serde's own words can quote the value, which may be a password; only the place is told.
fn why(error: &serde_json::Error) -> Sentence {
    if let Some(key) = error
        .to_string()
        .strip_prefix(DUPLICATE_KEY)
        .and_then(|rest| rest.split('”').next())
    {
        return sentence!("api.body_key_twice", key = key);
    }
    if error.classify() == Category::Data {
        return sentence!("api.body_not_an_object");
    }
    sentence!(
        "api.body_not_json",
        line = error.line(),
        column = error.column()
    )
}

const DUPLICATE_KEY: &str = "duplicate key “";

/// The entries of an object, none of them twice.
fn entries<'de, A: MapAccess<'de>>(
    mut map: A,
) -> std::result::Result<Vec<(String, Value)>, A::Error> {
    let mut entries: Vec<(String, Value)> = Vec::new();
    while let Some((key, value)) = map.next_entry::<String, Value>()? {
        if entries.iter().any(|(name, _)| *name == key) {
            let key: String = key.chars().take(40).collect();
            return Err(serde::de::Error::custom(format!("{DUPLICATE_KEY}{key}”")));
        }
        entries.push((key, value));
    }
    Ok(entries)
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct ObjectVisitor;

        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = JsonObject;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                map: A,
            ) -> std::result::Result<JsonObject, A::Error> {
                entries(map).map(JsonObject)
            }
        }

        deserializer.deserialize_map(ObjectVisitor)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct ValueVisitor;

        impl<'de> Visitor<'de> for ValueVisitor {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_str<E>(self, text: &str) -> std::result::Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }

            fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
                Ok(Value::Truth(value))
            }

            fn visit_i64<E>(self, _: i64) -> std::result::Result<Value, E> {
                Ok(Value::Other)
            }

            fn visit_u64<E>(self, number: u64) -> std::result::Result<Value, E> {
                Ok(Value::Whole(number))
            }

            // 169.0 is a whole number to JSON Schema, and to JavaScript the same as 169.
            fn visit_f64<E>(self, number: f64) -> std::result::Result<Value, E> {
                let is_whole = number.fract() == 0.0 && (0.0..=MAX_EXACT_FLOAT).contains(&number);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a whole number from 0 on that fits"
                )]
                Ok(if is_whole {
                    Value::Whole(number as u64)
                } else {
                    Value::Other
                })
            }

            fn visit_unit<E>(self) -> std::result::Result<Value, E> {
                Ok(Value::Other)
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut items: A,
            ) -> std::result::Result<Value, A::Error> {
                while items.next_element::<Value>()?.is_some() {}
                Ok(Value::Other)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<Value, A::Error> {
                entries(map).map(|entries| Value::Object(JsonObject(entries)))
            }
        }

        deserializer.deserialize_any(ValueVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::http;

    fn read(content_type: &str, body: impl Into<Vec<u8>>) -> Result<JsonObject> {
        let request = http::Request::builder()
            .header("content-type", content_type)
            .body(Body::Binary(body.into()))
            .unwrap();
        JsonObject::read(&request)
    }

    fn refusal(body: impl Into<Vec<u8>>) -> String {
        let error = read("application/json", body).unwrap_err();
        assert_eq!(error.status(), 400);
        error.to_string()
    }

    #[test]
    fn content_types() {
        for accepted in [
            "application/json",
            "Application/JSON;charset=UTF-8",
            "application/json; charset=\"utf-8\"",
            "application/json;",
        ] {
            assert!(read(accepted, "{}").is_ok(), "{accepted}");
        }
        for refused in [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=utf-16",
            "application/json; q",
            "application/jsonp",
            "application/problem+json",
        ] {
            assert_eq!(
                read(refused, "{}").unwrap_err().code(),
                "unsupported_media_type",
                "{refused}"
            );
        }
    }

    #[test]
    fn refusals_name_the_place_and_never_the_value() {
        assert_eq!(
            refusal(r#"{"email":"a","email":"b"}"#),
            "The key “email” stands in the request body twice."
        );
        assert_eq!(refusal("[1]"), "The request body must be one JSON object.");
        assert_eq!(
            refusal("{\"a\":\n hunter2}"),
            "The request body is not valid JSON (line 2, column 2)."
        );
        for broken in [
            "",
            "{",
            "{}x",
            "\u{feff}{}",
            "{\"a\":\"\\ud800\"}",
            "{'a':1}",
            "{\"a\":01}",
        ] {
            refusal(broken);
        }
        refusal(b"{\"a\":\"\xff\"}".to_vec());
        refusal("{\"a\":".repeat(1000));
        refusal(
            "{\"a\":1}"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>(),
        );
    }

    #[test]
    fn whole_numbers_are_typed() {
        let number = |text: &str| {
            let body = read("application/json", format!(r#"{{"size":{text}}}"#)).unwrap();
            body.whole_number("size").ok()
        };
        for (text, expected) in [
            ("0", 0),
            ("169", 169),
            ("169.0", 169),
            ("1.69e2", 169),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(number(text), Some(expected), "{text}");
        }
        for text in ["-1", "-1.0", "1.5", "1e300", "\"1\"", "null", "[1]"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn truths_are_typed() {
        let body = read(
            "application/json",
            r#"{"yes":true,"no":false,"text":"true"}"#,
        )
        .unwrap();
        assert!(body.truth("yes").unwrap());
        assert!(!body.truth("no").unwrap());
        assert_eq!(
            body.truth("text").unwrap_err().to_string(),
            "“text” must be true or false."
        );
        assert!(body.truth("none").is_err());
    }

    #[test]
    fn strings_are_typed() {
        let body = read(
            "application/json",
            r#"{"email":{"$ne":null},"password":"p","role":"admin"}"#,
        )
        .unwrap();
        assert_eq!(
            body.string("email").unwrap_err().to_string(),
            "“email” must be a string."
        );
        assert_eq!(body.string("password").unwrap(), "p");
        assert_eq!(
            body.string("code").unwrap_err().to_string(),
            "“code” is missing."
        );
    }

    #[test]
    fn what_is_not_asked_for_is_refused_by_name() {
        let body = read("application/json", r#"{"name":"Jo","role":"admin"}"#).unwrap();
        assert!(body.only(&["name", "role"]).is_ok());
        assert_eq!(
            body.only(&["name"]).unwrap_err().to_string(),
            "“role” is no field of this request, which takes “name” alone."
        );
    }

    #[test]
    fn a_large_body_is_refused_unread() {
        let body = format!("{{\"password\":\"{}\"}}", "x".repeat(1024 * 1024));
        assert_eq!(
            read("application/json", body).unwrap_err().code(),
            "too_large"
        );
    }
}
