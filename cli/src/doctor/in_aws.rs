//! The stack in AWS: what its services say of it.

use aws_sdk_sqs::types::QueueAttributeName;
use endpoint::{Clock, configuration};
use futures::StreamExt as _;

use super::account::Account;
use super::finding::{
    ACCOUNT, ALARMS, CONNECT, COSTS, DEAD_LETTERS, DEPLOY, DOMAIN, Finding, LETTERS, NO_START,
    NOT_BUILT,
};
use super::judged;
use crate::aws::{Aws, Resource};
use crate::hook::Secret;

/// Lambda's own for the queues: what can wait, and letters.
const OTHER_QUEUES: u64 = 4;
/// How many functions are asked for at the same time.
const AT_ONCE: usize = 5;

pub(super) async fn look(aws: &Aws) -> Vec<Finding> {
    let region = aws.config().region().map(ToString::to_string);
    let region = region.unwrap_or_default();
    let mut found = vec![judged::stack(aws.name(), &region, aws.status())];
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
            Ok(function) => found.extend(judged::function(name, &function)),
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
    judged::concurrency(limit, queues + OTHER_QUEUES)
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
            judged::certificate(domain, &certificate, now)
        }
        Err(cause) => Finding::unknown("certificate", &cause, DOMAIN),
    })
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
        Ok(account) => found.extend(judged::ses(
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
    Ok(judged::builds(&rebuild, at_most.unwrap_or(10), now_ms))
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
