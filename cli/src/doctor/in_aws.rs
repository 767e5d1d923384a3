//! The stack in AWS: what its services say of it.

use aws_sdk_sqs::types::QueueAttributeName;
use endpoint::{Clock, configuration};
use futures::StreamExt as _;

use super::account::{Account, Certificate, Function};
use super::finding::{
    ACCOUNT, ALARMS, CONNECT, COSTS, DEAD_LETTERS, DEPLOY, DOMAIN, Finding, LETTERS, NO_START,
    NOT_BUILT,
};
use crate::aws::{Aws, Resource};
use crate::hook::Secret;

/// What new accounts have.
const FEW: u64 = 10;
/// Lambda's own for the queues: what can wait, and letters.
const OTHER_QUEUES: u64 = 4;
/// A certificate that AWS hasn't renewed by then won't be by itself.
const SOON: f64 = 30.0 * 24.0 * 60.0 * 60.0;
/// How many functions are asked for at the same time.
const AT_ONCE: usize = 5;

pub(super) async fn look(aws: &Aws) -> Vec<Finding> {
    let region = aws.config().region().map(ToString::to_string);
    let region = region.unwrap_or_default();
    let mut found = vec![judge_stack(aws.name(), &region, aws.status())];
    let resources = match aws.resources().await {
        Ok(resources) => resources,
        Err(cause) => {
            found.push(Finding::unknown("resources", &cause, DEPLOY));
            return found;
        }
    };
    match Account::of(aws) {
        Ok(account) => {
            found.extend(functions(&account, &resources).await);
            found.push(concurrency(&account, aws).await);
            found.extend(certificate(&account, aws).await);
            found.extend(alarms(&account, aws, &resources).await);
        }
        Err(cause) => found.push(Finding::unknown("account", &cause, DEPLOY)),
    }
    found.push(match dead_letters(aws).await {
        Ok(finding) => finding,
        Err(cause) => Finding::unknown("dead letters", &cause, DEAD_LETTERS),
    });
    found.extend(letters(aws).await);
    found.push(hook(aws).await);
    found.push(match builds(aws).await {
        Ok(finding) => finding,
        Err(cause) => Finding::unknown("builds", &cause, NOT_BUILT),
    });
    found.extend(answers(aws));
    found
}

/// What CloudFormation says of the last deployment.
fn judge_stack(name: &str, region: &str, status: &str) -> Finding {
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

/// The names of the stack's resources of a kind.
fn named<'a>(resources: &'a [Resource], kind: &str) -> Vec<&'a str> {
    let of_kind = resources.iter().filter(|resource| resource.kind == kind);
    of_kind.map(|resource| resource.name.as_str()).collect()
}

async fn functions(account: &Account<'_>, resources: &[Resource]) -> Vec<Finding> {
    let names = named(resources, "AWS::Lambda::Function");
    let count = names.len();
    let asked = names
        .into_iter()
        .map(|name| async move { (name, account.function(name).await) });
    // Collected: a stream over a closure isn't general enough to be sent between threads.
    let asked: Vec<_> = asked.collect();
    let asked: Vec<_> = futures::stream::iter(asked)
        .buffered(AT_ONCE)
        .collect()
        .await;
    let mut found = Vec::new();
    let mut unasked = 0;
    for (name, function) in asked {
        match function {
            Ok(function) => found.extend(judge_function(name, &function)),
            Err(cause) if unasked == 0 => {
                unasked += 1;
                found.push(Finding::unknown(
                    "functions",
                    &cause.context(name.to_owned()),
                    NO_START,
                ));
            }
            // One line says why; the reason is the same.
            Err(_) => unasked += 1,
        }
    }
    if count == 0 {
        found.push(Finding::wrong(
            "functions",
            "the stack has none",
            "deploy again",
            DEPLOY,
        ));
    } else if found.is_empty() {
        found.push(Finding::ok("functions", format!("all {count} are ready")));
    }
    found
}

/// `None` where the function is ready.
fn judge_function(name: &str, function: &Function) -> Option<Finding> {
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

async fn concurrency(account: &Account<'_>, aws: &Aws) -> Finding {
    let limit = match account.concurrency().await {
        Ok(limit) => limit,
        Err(cause) => return Finding::unknown("concurrency", &cause, ACCOUNT),
    };
    let number = |name| {
        aws.parameter(name)
            .and_then(|value| value.parse::<u64>().ok())
    };
    let queues =
        number("PublishConcurrency").unwrap_or(3) + number("PictureConcurrency").unwrap_or(2);
    judge_concurrency(limit, queues + OTHER_QUEUES)
}

fn judge_concurrency(limit: u64, queues: u64) -> Finding {
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

async fn certificate(account: &Account<'_>, aws: &Aws) -> Option<Finding> {
    let domain = aws.parameter("DomainName")?;
    let Some(arn) = aws.parameter("CertificateArn") else {
        return Some(Finding::wrong(
            "certificate",
            format!("{domain} has no certificate"),
            "ask for one in us-east-1, and name it as CertificateArn",
            DOMAIN,
        ));
    };
    Some(match account.certificate(arn).await {
        Ok(certificate) => {
            let now = Clock::system().unix_seconds();
            judge_certificate(domain, &certificate, now)
        }
        Err(cause) => Finding::unknown("certificate", &cause, DOMAIN),
    })
}

fn judge_certificate(domain: &str, certificate: &Certificate, now: u64) -> Finding {
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

async fn alarms(account: &Account<'_>, aws: &Aws, resources: &[Resource]) -> Vec<Finding> {
    let names = named(resources, "AWS::CloudWatch::Alarm");
    let mut found = match account.alarms_gone_off(&names).await {
        Err(cause) => vec![Finding::unknown("alarms", &cause, ALARMS)],
        Ok(gone_off) if gone_off.is_empty() => {
            vec![Finding::ok(
                "alarms",
                format!("none of {} has gone off", names.len()),
            )]
        }
        Ok(gone_off) => gone_off
            .iter()
            .map(|name| {
                let by_name = resources.iter().find(|resource| resource.name == *name);
                let id = by_name.map_or(name.as_str(), |resource| resource.id.as_str());
                let said = format!("{id} has gone off");
                Finding::wrong("alarms", said, "do what stands beside its name", ALARMS)
            })
            .collect(),
    };
    let Some(address) = aws.parameter("AlarmAddress") else {
        found.push(Finding::warning(
            "told",
            "nobody is told of alarms",
            "set AlarmAddress, and deploy",
            ALARMS,
        ));
        return found;
    };
    let topic = named(resources, "AWS::SNS::Topic").first().copied();
    let subscribed = match topic {
        Some(topic) => account.subscribed(topic).await,
        None => Ok(0),
    };
    found.push(match subscribed {
        Ok(0) => Finding::wrong(
            "told",
            format!("{address} has not confirmed that it wants to be told of alarms"),
            "open the link of the mail from AWS Notifications; where it is lost, take AlarmAddress out, deploy, and set it again",
            ALARMS,
        ),
        Ok(_) => Finding::ok("told", format!("{address} is told of alarms")),
        Err(cause) => Finding::unknown("told", &cause, ALARMS),
    });
    found
}

async fn dead_letters(aws: &Aws) -> anyhow::Result<Finding> {
    let answer = aws_sdk_sqs::Client::new(aws.config())
        .get_queue_attributes()
        .queue_url(aws.output("DeadLetters")?)
        .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
        .send()
        .await?;
    let count = answer.attributes();
    let count = count.and_then(|all| all.get(&QueueAttributeName::ApproximateNumberOfMessages));
    let count: u64 = count
        .and_then(|count| count.parse().ok())
        .unwrap_or_default();
    if count == 0 {
        return Ok(Finding::ok("dead letters", "there are none"));
    }
    Ok(Finding::wrong(
        "dead letters",
        format!("there are {count}"),
        "find the cause in the log of `rewrite_readme`, `resize_picture` or `send_mail`, and send them back",
        DEAD_LETTERS,
    ))
}

async fn letters(aws: &Aws) -> Vec<Finding> {
    let Some(from) = aws.parameter("MailFrom") else {
        return vec![Finding::ok(
            "letters",
            "the site sends none: MailFrom is empty",
        )];
    };
    let client = aws_sdk_sesv2::Client::new(aws.config());
    let identity = client
        .get_email_identity()
        .email_identity(from)
        .send()
        .await;
    let account = client.get_account().send().await;
    let mut found = Vec::new();
    match identity {
        Ok(identity) if identity.verified_for_sending_status() => {}
        Ok(_) => found.push(Finding::wrong(
            "letters",
            format!("{from} is not confirmed: SES sends nothing"),
            "open the link of the mail that AWS sent there",
            LETTERS,
        )),
        Err(cause) => found.push(Finding::unknown("letters", &cause.into(), LETTERS)),
    }
    match account {
        Ok(account) => found.extend(judge_ses(
            account.production_access_enabled(),
            account.sending_enabled(),
            account.enforcement_status(),
        )),
        Err(cause) => found.push(Finding::unknown("letters", &cause.into(), LETTERS)),
    }
    if found.is_empty() {
        found.push(Finding::ok("letters", format!("they come from {from}")));
    }
    found
}

/// What SES thinks of the account.
fn judge_ses(is_out: bool, is_sending: bool, enforcement: Option<&str>) -> Vec<Finding> {
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

/// What starts a build. A site that reads Masthead when a page is asked for needs nothing.
async fn hook(aws: &Aws) -> Finding {
    let read = async {
        let stored = Secret::of(aws)?.read().await?;
        stored
            .hook()
            .map_err(|reason| anyhow::anyhow!("the hook can't be used: {reason}"))
    };
    match read.await {
        Ok(Some(hook)) => Finding::ok("hook", format!("builds are started at {}", hook.host())),
        Ok(None) => Finding::warning(
            "hook",
            "nothing starts a build of the site when something is published",
            "`masthead hook set --aws`, unless the site needs no build",
            CONNECT,
        ),
        Err(cause) => Finding::unknown("hook", &cause, NOT_BUILT),
    }
}

/// Whether changes wait for a build longer than they should.
async fn builds(aws: &Aws) -> anyhow::Result<Finding> {
    let members = configuration::members(&aws.environment().await?)?;
    let rebuild = members.rebuild().await?;
    let at_most = aws
        .parameter("RebuildAtMostMinutes")
        .and_then(|value| value.parse().ok());
    let now_ms = Clock::system().unix_milliseconds();
    Ok(judge_builds(&rebuild, at_most.unwrap_or(10), now_ms))
}

fn judge_builds(rebuild: &members::Rebuild, at_most_minutes: u64, now_ms: u64) -> Finding {
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

/// Answers to the template's questions that nobody means so.
fn answers(aws: &Aws) -> Vec<Finding> {
    let mut found = Vec::new();
    found.push(if aws.parameter("ProtectTable") == Some("yes") {
        Finding::ok("table", "nobody deletes the members' table by mistake")
    } else {
        Finding::warning(
            "table",
            "the members' table can be deleted by mistake",
            "set ProtectTable=yes once the site works, and deploy",
            DEPLOY,
        )
    });
    let has_budget = aws
        .parameter("BudgetDollars")
        .is_some_and(|dollars| dollars != "0");
    if has_budget && aws.parameter("AlarmAddress").is_none() {
        found.push(Finding::wrong(
            "budget",
            "BudgetDollars is set, and nobody is told",
            "set AlarmAddress, and deploy",
            COSTS,
        ));
    }
    found
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
            assert_eq!(judge_stack("m", "r", status).verdict, verdict, "{status}");
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
            judge_function("f", &function).map(|found| found.verdict)
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
        assert_eq!(judge_concurrency(1000, 9).verdict, Fine);
        assert_eq!(judge_concurrency(10, 9).verdict, Warning);
        assert_eq!(judge_concurrency(50, 60).verdict, Wrong);
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
            judge_certificate("members.club.example", &certificate, now).verdict
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
            let found = judge_ses(is_out, is_sending, status);
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
            judge_builds(&rebuild, 10, now).verdict
        };
        assert_eq!(judged(None, 0), Fine);
        assert_eq!(judged(Some(10), 0), Fine);
        assert_eq!(judged(Some(14), 0), Wrong);
        assert_eq!(judged(None, 1), Wrong);
    }
}
