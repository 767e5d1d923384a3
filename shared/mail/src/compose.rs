//! A letter as it is handed over: headers, plain text and HTML.

use std::time::{Duration, UNIX_EPOCH};

use languages::Language;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use members::Email;

use crate::parts::{html, line, text};
use crate::{Message, deliverable};

const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
const LIST_UNSUBSCRIBE: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe");

/// Who writes.
#[derive(Debug, Clone, Copy)]
pub struct Club<'a> {
    /// What the members call their club, school or team.
    pub name: &'a str,
    /// The address that letters come from.
    pub from: &'a Email,
    /// Where members sign in, without a slash at its end.
    pub public_url: &'a str,
}

/// A letter to `to` at `now`, in Unix seconds, as the bytes of a message (RFC 5322). `id` is in its Message-ID and nowhere else.
///
/// # Errors
/// One of the two addresses is none that mail delivers to.
pub fn compose(
    club: &Club<'_>,
    to: &Email,
    message: &Message<'_>,
    language: Language,
    now: u64,
    id: &str,
) -> anyhow::Result<Vec<u8>> {
    let letter = message.letter(club);
    let name = line(club.name);
    let subject = letter.subject.in_language(language);
    let from = deliverable(club.from)?;
    let message_id = format!("<{id}@{}>", from.domain());
    let header = |name: &HeaderName, value: String| HeaderValue::new(name.clone(), value);
    let mut builder = lettre::Message::builder()
        .from(Mailbox::new(Some(name.clone()), from))
        .to(Mailbox::new(None, deliverable(to)?))
        .subject(subject.clone())
        .date(UNIX_EPOCH + Duration::from_secs(now))
        .message_id(Some(message_id))
        // No machine answers it (RFC 3834).
        .raw_header(header(&AUTO_SUBMITTED, "auto-generated".to_owned()));
    if letter.can_be_turned_off {
        let settings = format!("<{}/#letters>", club.public_url);
        builder = builder.raw_header(header(&LIST_UNSUBSCRIBE, settings));
    }
    let part = |kind: ContentType, body: String| SinglePart::builder().header(kind).body(body);
    let both = MultiPart::alternative()
        .boundary(format!("letter-{id}"))
        .singlepart(part(
            ContentType::TEXT_PLAIN,
            text(&letter.parts, &name, language),
        ))
        .singlepart(part(
            ContentType::TEXT_HTML,
            html(&letter.parts, &subject, &name, language),
        ));
    Ok(builder.multipart(both)?.formatted())
}
