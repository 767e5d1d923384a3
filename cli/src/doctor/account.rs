//! Calls of the services that only the doctor asks: each has a client of hundreds of thousands of lines, and two calls are made.
//!
//! They go through the SDK's own orchestrator, so that connections, trusted certificates and time-outs are those of every
//! other call; what is ours is the request and its signature.

use std::convert::Infallible;
use std::time::SystemTime;

use anyhow::{Context as _, anyhow, ensure};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use hyper::Request;
use hyper::header::{ACCEPT, CONTENT_TYPE};
use serde_json::Value;

use crate::aws::Aws;

/// How long one call may take, with its retries.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(20);

/// How a service is called.
#[derive(Clone, Copy)]
enum Protocol {
    /// `GET` of a path.
    Rest,
    /// `POST` of JSON, with the operation and the version of JSON's types in headers.
    Json {
        target: &'static str,
        version: &'static str,
    },
    /// `POST` of a form.
    Query,
}

/// A call, before it is signed.
struct Call<'a> {
    /// As signatures name it.
    service: &'static str,
    /// As its addresses begin.
    host: &'static str,
    region: &'a str,
    protocol: Protocol,
    path: &'a str,
    body: String,
}

/// The state of one function.
pub(super) struct Function {
    /// `Active`, `Pending`, `Inactive` or `Failed`.
    pub(super) state: String,
    /// Of the last deployment: `Successful`, `InProgress` or `Failed`.
    pub(super) last_update: String,
    /// Whether somebody pressed “Throttle” in the console.
    pub(super) is_stopped: bool,
}

/// A certificate of AWS Certificate Manager.
pub(super) struct Certificate {
    /// Such as `ISSUED` or `PENDING_VALIDATION`.
    pub(super) status: String,
    /// In Unix seconds, once it is issued.
    pub(super) not_after: Option<f64>,
    pub(super) names: Vec<String>,
}

/// What an account answers.
pub(super) struct Account<'a> {
    aws: &'a Aws,
    region: String,
}

impl<'a> Account<'a> {
    pub(super) fn of(aws: &'a Aws) -> anyhow::Result<Self> {
        let region = aws.config().region().context("no region is set")?;
        Ok(Self {
            aws,
            region: region.to_string(),
        })
    }

    /// How many functions may run at the same moment.
    pub(super) async fn concurrency(&self) -> anyhow::Result<u64> {
        let answer = self.lambda("/2016-08-19/account-settings/").await?;
        let limit = answer["AccountLimit"]["ConcurrentExecutions"].as_u64();
        limit.context("Lambda names no limit")
    }

    pub(super) async fn function(&self, name: &str) -> anyhow::Result<Function> {
        let answer = self
            .lambda(&format!("/2015-03-31/functions/{name}"))
            .await?;
        let said = |field: &str| answer["Configuration"][field].as_str().unwrap_or_default();
        Ok(Function {
            state: said("State").to_owned(),
            last_update: said("LastUpdateStatus").to_owned(),
            is_stopped: answer["Concurrency"]["ReservedConcurrentExecutions"] == 0,
        })
    }

    async fn lambda(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.call(Call {
            service: "lambda",
            host: "lambda",
            region: &self.region,
            protocol: Protocol::Rest,
            path,
            body: String::new(),
        });
        Ok(serde_json::from_slice(&answer.await?)?)
    }

    /// The names of those among these alarms that have gone off. The service takes a hundred at once.
    pub(super) async fn alarms_gone_off(&self, names: &[&str]) -> anyhow::Result<Vec<String>> {
        let mut gone_off = Vec::new();
        for names in names.chunks(100) {
            let body = serde_json::json!({
                "AlarmNames": names, "StateValue": "ALARM", "MaxRecords": 100
            });
            let answer = self.call(Call {
                service: "monitoring",
                host: "monitoring",
                region: &self.region,
                protocol: Protocol::Json {
                    target: "GraniteServiceVersion20100801.DescribeAlarms",
                    version: "1.0",
                },
                path: "/",
                body: body.to_string(),
            });
            let answer: Value = serde_json::from_slice(&answer.await?)?;
            let alarms = answer["MetricAlarms"].as_array();
            let alarms = alarms.context("CloudWatch names no alarms")?;
            let ringing = alarms
                .iter()
                .filter_map(|alarm| alarm["AlarmName"].as_str());
            gone_off.extend(ringing.map(str::to_owned));
        }
        Ok(gone_off)
    }

    /// A certificate. CloudFront takes those of us-east-1 alone.
    pub(super) async fn certificate(&self, arn: &str) -> anyhow::Result<Certificate> {
        let region = arn.split(':').nth(3).unwrap_or("us-east-1");
        let answer = self.call(Call {
            service: "acm",
            host: "acm",
            region,
            protocol: Protocol::Json {
                target: "CertificateManager.DescribeCertificate",
                version: "1.1",
            },
            path: "/",
            body: serde_json::json!({ "CertificateArn": arn }).to_string(),
        });
        let answer: Value = serde_json::from_slice(&answer.await?)?;
        let certificate = &answer["Certificate"];
        let status = certificate["Status"].as_str();
        let names = certificate["SubjectAlternativeNames"].as_array();
        let names = names.into_iter().flatten().filter_map(Value::as_str);
        Ok(Certificate {
            status: status.context("it has no status")?.to_owned(),
            not_after: certificate["NotAfter"].as_f64(),
            names: names.map(str::to_owned).collect(),
        })
    }

    /// How many have confirmed that they want to be told of alarms.
    pub(super) async fn subscribed(&self, topic: &str) -> anyhow::Result<u64> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", "GetTopicAttributes");
        form.append_pair("Version", "2010-03-31");
        form.append_pair("TopicArn", topic);
        let answer = self.call(Call {
            service: "sns",
            host: "sns",
            region: &self.region,
            protocol: Protocol::Query,
            path: "/",
            body: form.finish(),
        });
        subscriptions(std::str::from_utf8(&answer.await?)?)
    }

    /// Makes a call. An answer that is an error is one, with the service's own word for it.
    async fn call(&self, call: Call<'_>) -> anyhow::Result<Vec<u8>> {
        let config = self.aws.config();
        let suffix = if call.region.starts_with("cn-") {
            "amazonaws.com.cn"
        } else {
            "amazonaws.com"
        };
        let own = format!("https://{}.{}.{suffix}", call.host, call.region);
        let endpoint = config.endpoint_url().unwrap_or(&own).trim_end_matches('/');
        let mut request = request(&call, endpoint)?;
        self.sign(&call, &mut request).await?;
        let client = config.http_client().context("there is no HTTP client")?;
        let operation = Operation::builder()
            .service_name(call.service)
            .operation_name("Describe")
            .behavior_version(BehaviorVersion::latest())
            .http_client(client)
            .endpoint_url(endpoint)
            .no_auth()
            .standard_retry(&RetryConfig::standard().with_max_attempts(2))
            .timeout_config(TimeoutConfig::builder().operation_timeout(TIMEOUT).build())
            .sleep_impl(TokioSleep::new())
            .serializer(|request: Request<String>| {
                let request = request.map(aws_smithy_types::body::SdkBody::from);
                Ok(HttpRequest::try_from(request)?)
            })
            .deserializer::<_, Infallible>(|response| {
                let body = response.body().bytes().unwrap_or_default().to_vec();
                Ok((response.status().as_u16(), body))
            })
            .build();
        let (status, body) = operation.invoke(request).await.map_err(|error| {
            let cause = error
                .into_source()
                .map_or_else(|error| anyhow!("{error}"), |cause| anyhow!(cause));
            cause.context(format!("{} can't be reached", call.service))
        })?;
        ensure!(
            (200..300).contains(&status),
            "{} answers with status {status}: {}",
            call.service,
            error_in(&body)
        );
        Ok(body)
    }

    async fn sign(&self, call: &Call<'_>, request: &mut Request<String>) -> anyhow::Result<()> {
        let identity = self.aws.credentials().await?.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(call.region)
            .name(call.service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = request.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let signable = SignableRequest::new(
            request.method().as_str(),
            request.uri().to_string(),
            headers,
            SignableBody::Bytes(request.body().as_bytes()),
        )?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        instructions.apply_to_request_http1x(request);
        Ok(())
    }
}

/// The request of a call, without its signature.
fn request(call: &Call<'_>, endpoint: &str) -> anyhow::Result<Request<String>> {
    let uri = format!("{endpoint}{}", call.path);
    let request = Request::builder().uri(uri).header(ACCEPT, "*/*");
    let request = match call.protocol {
        Protocol::Rest => request,
        Protocol::Json { target, version } => request
            .method("POST")
            .header(CONTENT_TYPE, format!("application/x-amz-json-{version}"))
            .header("x-amz-target", target),
        Protocol::Query => request
            .method("POST")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded"),
    };
    Ok(request.body(call.body.clone())?)
}

/// What a service calls its error.
fn error_in(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let fields = ["__type", "Code", "message", "Message"];
    let said: Vec<&str> = fields
        .iter()
        .filter_map(|field| json[field].as_str())
        .collect();
    if !said.is_empty() {
        return said.join(", ");
    }
    let tree = roxmltree::Document::parse(&text);
    let said = tree.ok().and_then(|tree| {
        let mut nodes = tree.descendants();
        let code = nodes.find(|node| node.tag_name().name() == "Code")?;
        Some(code.text()?.to_owned())
    });
    said.unwrap_or_else(|| "no reason is given".to_owned())
}

/// How many subscriptions are confirmed, by the attributes of a topic.
fn subscriptions(xml: &str) -> anyhow::Result<u64> {
    let tree = roxmltree::Document::parse(xml).context("the topic's attributes can't be read")?;
    let is_entry = |node: &roxmltree::Node<'_, '_>| node.tag_name().name() == "entry";
    let text = |entry: roxmltree::Node<'_, '_>, name: &str| {
        let mut children = entry.children();
        let child = children.find(|child| child.tag_name().name() == name)?;
        Some(child.text()?.to_owned())
    };
    let mut entries = tree.descendants().filter(is_entry);
    let confirmed = entries.find_map(|entry| {
        let is_it = text(entry, "key")? == "SubscriptionsConfirmed";
        is_it.then(|| text(entry, "value"))?
    });
    let confirmed = confirmed.context("SNS says nothing of subscriptions")?;
    confirmed.parse().context("SNS counts no subscriptions")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_s_subscriptions_are_read() {
        let entry = |key: &str, value: &str| {
            format!("<entry><key>{key}</key><value>{value}</value></entry>")
        };
        let topic = |entries: &str| {
            format!(
                "<GetTopicAttributesResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><GetTopicAttributesResult>\
                 <Attributes>{entries}</Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>"
            )
        };
        let both = entry("SubscriptionsPending", "1") + &entry("SubscriptionsConfirmed", "2");
        assert_eq!(subscriptions(&topic(&both)).unwrap(), 2);
        for odd in [
            topic(""),
            topic(&entry("SubscriptionsConfirmed", "many")),
            "<".to_owned(),
        ] {
            assert!(subscriptions(&odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_service_s_own_word_for_an_error_is_told() {
        for (body, told) in [
            (
                r#"{"__type":"AccessDenied","Message":"no"}"#,
                "AccessDenied, no",
            ),
            (
                "<E xmlns=\"x\"><Error><Code>NotFound</Code></Error></E>",
                "NotFound",
            ),
            ("a proxy", "no reason is given"),
        ] {
            assert_eq!(error_in(body.as_bytes()), told);
        }
    }
}
