//! What the services' answers mean: a finding for each, and nobody is called.

use super::account::{Certificate, Function};
use super::finding::{ACCOUNT, DEPLOY, DOMAIN, Finding, LETTERS, NO_START, NOT_BUILT};

/// What new accounts have.
const FEW: u64 = 10;
/// A certificate that AWS hasn't renewed by then won't be by itself.
const SOON: f64 = 30.0 * 24.0 * 60.0 * 60.0;

/// What CloudFormation says of the last deployment.
pub(super) fn stack(name: &str, region: &str, status: &str) -> Finding {
    let said = format!("{name} in {region} is {status}");
    match status {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Finding::ok("stack", said),
        "UPDATE_ROLLBACK_COMPLETE" => Finding::warning(
            "stack",
            format!("{said}: the last deployment failed, and the one before it runs"),
            "look for the first resource that failed among the stack's events, and deploy again",
            DEPLOY,
        ),
        other if other.ends_with("_IN_PROGRESS") => Finding::warning(
            "stack",
            format!("{said}: a deployment is under way"),
            "wait for its end, and say this again",
            DEPLOY,
        ),
        _ => Finding::wrong(
            "stack",
            said,
            "look for the first resource that failed among the stack's events, and deploy again",
            DEPLOY,
        ),
    }
}

/// `None` where the function is ready.
pub(super) fn function(name: &str, function: &Function) -> Option<Finding> {
    let Function {
        state,
        last_update,
        is_stopped,
    } = function;
    if *is_stopped {
        return Some(Finding::wrong(
            "functions",
            format!("{name} may not run: its reserved concurrency is 0"),
            format!("`aws lambda delete-function-concurrency --function-name {name}`"),
            NO_START,
        ));
    }
    if state == "Failed" || last_update == "Failed" {
        return Some(Finding::wrong(
            "functions",
            format!("{name} is {state}, its last update {last_update}"),
            "deploy again",
            NO_START,
        ));
    }
    // A function that wasn't called for weeks is `Inactive`, and wakes at the next call.
    let is_ready = ["Active", "Inactive"].contains(&state.as_str()) && last_update == "Successful";
    (!is_ready).then(|| {
        Finding::warning(
            "functions",
            format!("{name} is {state}, its last update {last_update}"),
            "wait a minute, and say this again",
            NO_START,
        )
    })
}

pub(super) fn concurrency(limit: u64, queues: u64) -> Finding {
    let said = format!("{limit} functions may run at the same moment");
    let remedy = "ask for more, it is free: `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000`";
    if limit > FEW && queues >= limit {
        return Finding::wrong(
            "concurrency",
            format!("{said}, and the queues alone may take {queues}"),
            "lower PublishConcurrency and PictureConcurrency, or ask for more",
            ACCOUNT,
        );
    }
    if limit <= FEW {
        return Finding::warning(
            "concurrency",
            format!("{said}: too few for an evening on which everybody signs in"),
            remedy,
            ACCOUNT,
        );
    }
    Finding::ok("concurrency", said)
}

pub(super) fn certificate(domain: &str, certificate: &Certificate, now: u64) -> Finding {
    let Certificate {
        status,
        not_after,
        names,
    } = certificate;
    if status != "ISSUED" {
        return Finding::wrong(
            "certificate",
            format!("the certificate of {domain} is {status}"),
            "put the record into your DNS that `aws acm describe-certificate --region us-east-1` shows",
            DOMAIN,
        );
    }
    if !names.iter().any(|name| covers(name, domain)) {
        return Finding::wrong(
            "certificate",
            format!(
                "the certificate is for {}, and not for {domain}",
                names.join(", ")
            ),
            "ask for one of that name in us-east-1, and name it as CertificateArn",
            DOMAIN,
        );
    }
    #[expect(clippy::cast_precision_loss, reason = "days are told, not nanoseconds")]
    let left = not_after.map_or(f64::INFINITY, |not_after| not_after - now as f64);
    let days = (left / (24.0 * 60.0 * 60.0)).floor();
    if left <= 0.0 {
        return Finding::wrong(
            "certificate",
            format!("the certificate of {domain} is over"),
            "put the record back into your DNS by which AWS renews it, or ask for a new one",
            DOMAIN,
        );
    }
    if left < SOON {
        return Finding::warning(
            "certificate",
            format!(
                "the certificate of {domain} is over in {days} days, and AWS has not renewed it"
            ),
            "look whether the record by which AWS renews it is still in your DNS",
            DOMAIN,
        );
    }
    let until = if left.is_finite() {
        format!(", for {days} more days")
    } else {
        String::new()
    };
    Finding::ok("certificate", format!("{domain} has one{until}"))
}

/// Whether a certificate's name is that of a domain; a star is one label.
fn covers(name: &str, domain: &str) -> bool {
    let (name, domain) = (name.to_lowercase(), domain.to_lowercase());
    let by_star = name.strip_prefix("*.").is_some_and(|rest| {
        domain
            .split_once('.')
            .is_some_and(|(_, parent)| parent == rest)
    });
    name == domain || by_star
}

/// What SES thinks of the account.
pub(super) fn ses(is_out: bool, is_sending: bool, enforcement: Option<&str>) -> Vec<Finding> {
    let mut found = Vec::new();
    if !is_sending || enforcement == Some("SHUTDOWN") {
        found.push(Finding::wrong(
            "letters",
            "SES has stopped sending for this account",
            "read what AWS wrote, and answer in the console: SES, Account dashboard",
            LETTERS,
        ));
    } else if enforcement.is_some_and(|status| status != "HEALTHY") {
        found.push(Finding::warning(
            "letters",
            "SES looks into this account, since too many letters came back",
            "take addresses out that don't exist any more",
            LETTERS,
        ));
    }
    if !is_out {
        found.push(Finding::warning(
            "letters",
            "the account is in SES's sandbox: letters reach confirmed addresses alone",
            "ask AWS for production access",
            LETTERS,
        ));
    }
    found
}

pub(super) fn builds(rebuild: &members::Rebuild, at_most_minutes: u64, now_ms: u64) -> Finding {
    let minutes = |since: u64| now_ms.saturating_sub(since) / 60_000;
    if rebuild.failures > 0 {
        return Finding::wrong(
            "builds",
            format!(
                "no build could be started, {} times by now",
                rebuild.failures
            ),
            "look into the log of `rebuild_site`, and set the hook anew",
            NOT_BUILT,
        );
    }
    // A run each minute, and one that takes up to a minute.
    let waiting = rebuild.waiting_since_ms.map(minutes);
    if let Some(waiting) = waiting.filter(|waiting| *waiting > at_most_minutes + 3) {
        return Finding::wrong(
            "builds",
            format!("changes have waited for a build for {waiting} minutes"),
            "look whether the schedule of `rebuild_site` is enabled",
            NOT_BUILT,
        );
    }
    match rebuild.started_at_ms.map(minutes) {
        Some(ago) => Finding::ok(
            "builds",
            format!("the last one was started {ago} minutes ago"),
        ),
        None => Finding::ok("builds", "none was started yet"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict::{Ok as Fine, Warning, Wrong};
    use super::*;

    #[test]
    fn a_deployment_is_judged_by_its_status() {
        for (status, verdict) in [
            ("CREATE_COMPLETE", Fine),
            ("UPDATE_COMPLETE", Fine),
            ("UPDATE_ROLLBACK_COMPLETE", Warning),
            ("UPDATE_IN_PROGRESS", Warning),
            ("ROLLBACK_COMPLETE", Wrong),
            ("UPDATE_ROLLBACK_FAILED", Wrong),
            ("", Wrong),
        ] {
            assert_eq!(super::stack("m", "r", status).verdict, verdict, "{status}");
        }
    }

    #[test]
    fn a_function_is_judged_by_its_state() {
        let judged = |state: &str, last_update: &str, is_stopped| {
            let function = Function {
                state: state.to_owned(),
                last_update: last_update.to_owned(),
                is_stopped,
            };
            super::function("f", &function).map(|found| found.verdict)
        };
        assert_eq!(judged("Active", "Successful", false), None);
        assert_eq!(judged("Inactive", "Successful", false), None);
        assert_eq!(judged("Pending", "InProgress", false), Some(Warning));
        assert_eq!(judged("Active", "Failed", false), Some(Wrong));
        assert_eq!(judged("Failed", "Successful", false), Some(Wrong));
        assert_eq!(judged("Active", "Successful", true), Some(Wrong));
    }

    #[test]
    fn concurrency_is_held_against_what_the_queues_take() {
        assert_eq!(super::concurrency(1000, 9).verdict, Fine);
        assert_eq!(super::concurrency(10, 9).verdict, Warning);
        assert_eq!(super::concurrency(50, 60).verdict, Wrong);
    }

    #[test]
    fn a_certificate_is_judged_by_its_status_names_and_end() {
        let now = 1_800_000_000_u64;
        let judged = |status: &str, days: i32, name: &str| {
            let certificate = Certificate {
                status: status.to_owned(),
                not_after: Some(1_800_000_000.0 + f64::from(days) * 86_400.0),
                names: vec![name.to_owned()],
            };
            super::certificate("members.club.example", &certificate, now).verdict
        };
        assert_eq!(judged("ISSUED", 200, "members.club.example"), Fine);
        assert_eq!(judged("ISSUED", 200, "*.club.example"), Fine);
        assert_eq!(judged("ISSUED", 200, "*.example"), Wrong);
        assert_eq!(judged("ISSUED", 200, "club.example"), Wrong);
        assert_eq!(judged("ISSUED", 29, "members.club.example"), Warning);
        assert_eq!(judged("ISSUED", -1, "members.club.example"), Wrong);
        assert_eq!(
            judged("PENDING_VALIDATION", 200, "members.club.example"),
            Wrong
        );
    }

    #[test]
    fn ses_is_judged_by_what_it_says_of_the_account() {
        let judged = |is_out, is_sending, status| -> Vec<_> {
            let found = super::ses(is_out, is_sending, status);
            found.iter().map(|found| found.verdict).collect()
        };
        assert_eq!(judged(true, true, Some("HEALTHY")), []);
        assert_eq!(judged(false, true, Some("HEALTHY")), [Warning]);
        assert_eq!(judged(true, true, Some("PROBATION")), [Warning]);
        assert_eq!(judged(true, false, Some("HEALTHY")), [Wrong]);
        assert_eq!(judged(false, true, Some("SHUTDOWN")), [Wrong, Warning]);
    }

    #[test]
    fn builds_are_judged_by_what_waits() {
        let now = 100_000_000_u64;
        let judged = |waiting: Option<u64>, failures| {
            let rebuild = members::Rebuild {
                waiting_since_ms: waiting.map(|minutes| now - minutes * 60_000),
                failures,
                ..members::Rebuild::default()
            };
            super::builds(&rebuild, 10, now).verdict
        };
        assert_eq!(judged(None, 0), Fine);
        assert_eq!(judged(Some(10), 0), Fine);
        assert_eq!(judged(Some(14), 0), Wrong);
        assert_eq!(judged(None, 1), Wrong);
    }
}
