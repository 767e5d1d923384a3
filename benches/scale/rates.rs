//! What a member does in a month, as `docs/deploy.md` says it.

/// Of a month.
pub(crate) const DAYS: f64 = 30.0;
/// Of a day.
pub(crate) const HOURS: f64 = 24.0;
/// Of a month: so often functions look that a schedule wakes each minute.
pub(crate) const MINUTES: f64 = DAYS * HOURS * 60.0;

pub(crate) const SIGN_INS: f64 = 8.0;
/// Documents published, new or anew.
pub(crate) const PUBLISHED: f64 = 4.0;
/// Profile pictures replaced.
pub(crate) const PICTURES: f64 = 1.0;
/// Profile pictures taken away with none in their place.
pub(crate) const PICTURES_REMOVED: f64 = 0.02;
/// All that changes what is published.
pub(crate) const CHANGES: f64 = PUBLISHED + PICTURES;
/// Of each of two kinds of requests: for the account, and for the reports.
pub(crate) const READS: f64 = 30.0;
/// Pictures and files that visitors of the site load from Masthead.
pub(crate) const VIEWS: f64 = 100.0;
/// Of these, the part that CloudFront has to ask S3 for.
pub(crate) const VIEWS_NOT_CACHED: f64 = 0.1;
pub(crate) const VIEW_BYTES: f64 = 15_000.0;

/// What a member's objects take in S3: four documents as uploaded and as published, twelve former versions of 90 days, a
/// profile's picture in three sizes, and a picture for a document.
pub(crate) const OBJECT_BYTES: f64 =
    4.0 * 4_000.0 + 4.0 * 5_000.0 + 12.0 * 4_000.0 + 60_000.0 + 1_200_000.0;
