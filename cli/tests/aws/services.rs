//! The services that `masthead doctor` asks, as far as it asks them: each answer can be another one.

use serde_json::{Value, json};

pub(crate) const DEAD_LETTERS: &str =
    "https://sqs.eu-central-1.amazonaws.com/123456789012/dead-letters";
const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:alarms";

/// What the services say.
pub(crate) struct Said {
    pub(crate) status: String,
    pub(crate) parameters: Vec<(&'static str, String)>,
    /// State and last update of the second function.
    pub(crate) function: (&'static str, &'static str),
    pub(crate) reserved: Option<u64>,
    pub(crate) concurrency: u64,
    pub(crate) alarms: Vec<String>,
    pub(crate) subscribed: u64,
    pub(crate) dead_letters: u64,
    /// Status, name and days until its end.
    pub(crate) certificate: (&'static str, &'static str, i32),
    pub(crate) is_verified: bool,
    pub(crate) is_out_of_sandbox: bool,
    pub(crate) enforcement: &'static str,
    /// A service that refuses whoever asks.
    pub(crate) refuses: Option<&'static str>,
}

impl Default for Said {
    fn default() -> Self {
        let parameters = [
            ("SiteOrigin", "http://localhost:4321"),
            ("AlarmAddress", "alarms@club.example"),
            ("MailFrom", "members@club.example"),
            ("DomainName", "members.club.example"),
            (
                "CertificateArn",
                "arn:aws:acm:us-east-1:123456789012:certificate/1",
            ),
            ("PublishConcurrency", "3"),
            ("PictureConcurrency", "2"),
            ("RebuildAtMostMinutes", "10"),
            ("ProtectTable", "yes"),
            ("BudgetDollars", "10"),
        ];
        Self {
            status: "UPDATE_COMPLETE".to_owned(),
            parameters: parameters
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
            function: ("Active", "Successful"),
            reserved: None,
            concurrency: 1000,
            alarms: Vec::new(),
            subscribed: 1,
            dead_letters: 0,
            certificate: ("ISSUED", "*.club.example", 200),
            is_verified: true,
            is_out_of_sandbox: true,
            enforcement: "HEALTHY",
            refuses: None,
        }
    }
}

impl Said {
    /// Answers another value to a question of the template.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let parameter = self.parameters.iter_mut().find(|(named, _)| *named == name);
        value.clone_into(&mut parameter.unwrap().1);
    }

    /// The stack's status and parameters, as CloudFormation tells them.
    pub(crate) fn deployed(&self) -> String {
        let each = self.parameters.iter().map(|(name, value)| {
            let value = escaped(value);
            format!("<member><ParameterKey>{name}</ParameterKey><ParameterValue>{value}</ParameterValue></member>")
        });
        format!(
            "<StackStatus>{}</StackStatus><Parameters>{}</Parameters>",
            escaped(&self.status),
            each.collect::<String>()
        )
    }

    /// The answer to a call, where it is one of the doctor's. Each has to be signed for its service.
    pub(crate) fn answer(&self, head: &str, target: &str, body: &str) -> Option<(u16, String)> {
        let line = head.lines().next().unwrap();
        let path = line.split(' ').nth(1).unwrap();
        let (service, answer) = if path == "/2016-08-19/account-settings/" {
            let limit = json!({ "AccountLimit": { "ConcurrentExecutions": self.concurrency } });
            ("lambda", limit.to_string())
        } else if let Some(name) = path.strip_prefix("/2015-03-31/functions/") {
            ("lambda", self.function(name).to_string())
        } else if target == "graniteserviceversion20100801.describealarms" {
            let asked: Value = serde_json::from_str(body).unwrap();
            assert_eq!(
                asked["AlarmNames"],
                json!(["masthead-LoginAlarm-1", "masthead-MeAlarm-1"])
            );
            let alarms = self
                .alarms
                .iter()
                .map(|name| json!({ "AlarmName": name, "StateValue": "ALARM" }));
            let alarms: Vec<Value> = alarms.collect();
            ("monitoring", json!({ "MetricAlarms": alarms }).to_string())
        } else if target == "certificatemanager.describecertificate" {
            assert!(head.contains("/us-east-1/acm/aws4_request"), "{head}");
            ("acm", self.certificate().to_string())
        } else if target == "amazonsqs.getqueueattributes" {
            let asked: Value = serde_json::from_str(body).unwrap();
            assert_eq!(asked["QueueUrl"], DEAD_LETTERS);
            let count = self.dead_letters.to_string();
            let count = json!({ "Attributes": { "ApproximateNumberOfMessages": count } });
            ("sqs", count.to_string())
        } else if body.starts_with("Action=ListStackResources") {
            ("cloudformation", resources())
        } else if body.starts_with("Action=GetTopicAttributes") {
            assert!(
                body.contains("TopicArn=arn%3Aaws%3Asns%3Aeu-central-1"),
                "{body}"
            );
            let count = self.subscribed;
            let topic = format!(
                "<GetTopicAttributesResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><GetTopicAttributesResult><Attributes>\
                 <entry><key>SubscriptionsPending</key><value>0</value></entry>\
                 <entry><key>SubscriptionsConfirmed</key><value>{count}</value></entry>\
                 </Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>"
            );
            ("sns", topic)
        } else if path == "/v2/email/account" {
            let account = json!({
                "ProductionAccessEnabled": self.is_out_of_sandbox,
                "SendingEnabled": self.enforcement != "SHUTDOWN",
                "EnforcementStatus": self.enforcement,
            });
            ("ses", account.to_string())
        } else if path == "/v2/email/identities/members%40club.example" {
            let identity = json!({ "VerifiedForSendingStatus": self.is_verified });
            ("ses", identity.to_string())
        } else {
            return None;
        };
        assert!(head.contains(&format!("/{service}/aws4_request")), "{head}");
        if self.refuses == Some(service) {
            let refused = json!({ "__type": "AccessDeniedException", "Message": "no \u{1b}[2J" });
            return Some((403, refused.to_string()));
        }
        Some((200, answer))
    }

    fn function(&self, name: &str) -> Value {
        let (state, last_update) = if name == "masthead-me" {
            self.function
        } else {
            ("Active", "Successful")
        };
        let mut function = json!({
            "Configuration": { "State": state, "LastUpdateStatus": last_update }
        });
        if let Some(reserved) = self.reserved.filter(|_| name == "masthead-me") {
            function["Concurrency"] = json!({ "ReservedConcurrentExecutions": reserved });
        }
        function
    }

    fn certificate(&self) -> Value {
        let (status, name, days) = self.certificate;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let not_after = now.unwrap().as_secs_f64() + f64::from(days) * 86_400.0;
        json!({ "Certificate": {
            "Status": status, "SubjectAlternativeNames": [name], "NotAfter": not_after
        } })
    }
}

/// The stack's resources.
fn resources() -> String {
    let all = [
        ("Login", "AWS::Lambda::Function", "masthead-login"),
        ("Me", "AWS::Lambda::Function", "masthead-me"),
        (
            "LoginAlarm",
            "AWS::CloudWatch::Alarm",
            "masthead-LoginAlarm-1",
        ),
        ("MeAlarm", "AWS::CloudWatch::Alarm", "masthead-MeAlarm-1"),
        ("Alarms", "AWS::SNS::Topic", TOPIC),
    ];
    let all = all.map(|(id, kind, name)| {
            format!(
                "<member><LogicalResourceId>{id}</LogicalResourceId><ResourceType>{kind}</ResourceType>\
                 <PhysicalResourceId>{name}</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus>\
                 <LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp></member>"
            )
        });
    format!(
        "<ListStackResourcesResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><ListStackResourcesResult>\
             <StackResourceSummaries>{}</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>",
        all.concat()
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
