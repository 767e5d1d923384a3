//! `examples/deploy`: what deploys from GitHub names what is there, may do no more than it has to, and takes back what an alarm
//! tells of.

use std::collections::BTreeSet;
#[cfg(unix)]
use std::path::Path;
#[cfg(unix)]
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::document::{Template, root};

/// What a role of `examples/deploy/github-role.yaml` may do.
fn statements(id: &str) -> Vec<Value> {
    let template = Template::of("examples/deploy/github-role.yaml");
    let policies = &template.resource(id)["Properties"]["Policies"];
    let statements = policies[0]["PolicyDocument"]["Statement"].as_array();
    statements.unwrap().clone()
}

fn actions(statement: &Value) -> Vec<String> {
    match &statement["Action"] {
        Value::String(one) => vec![one.clone()],
        many => serde_json::from_value(many.clone()).unwrap(),
    }
}

#[test]
fn only_jobs_of_the_environment_become_the_role() {
    let template = Template::of("examples/deploy/github-role.yaml");
    let trust = &template.resource("Deploy")["Properties"]["AssumeRolePolicyDocument"]["Statement"];
    assert_eq!(trust.as_array().unwrap().len(), 1);
    assert_eq!(trust[0]["Action"], "sts:AssumeRoleWithWebIdentity");
    let claims = json!({
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": {"Fn::Sub": "repo:${Repository}:environment:${Environment}"}
    });
    // Equal and not like: a star in a claim would let other repositories in.
    assert_eq!(trust[0]["Condition"], json!({"StringEquals": claims}));
    for parameter in ["Repository", "Environment", "StackName"] {
        let pattern = template.0["Parameters"][parameter]["AllowedPattern"].as_str();
        let pattern = regex_lite::Regex::new(pattern.unwrap()).unwrap();
        for hostile in ["*", "a/*", "a/b:ref:refs/heads/main", "", "a b"] {
            assert!(!pattern.is_match(hostile), "{parameter}: {hostile}");
        }
    }
    let trust =
        &template.resource("Execution")["Properties"]["AssumeRolePolicyDocument"]["Statement"];
    assert_eq!(
        trust[0]["Principal"],
        json!({"Service": "cloudformation.amazonaws.com"})
    );
}

/// No action with a star, none on everything that could be on something, and no way to what members sent.
#[test]
fn neither_role_may_do_more_than_it_has_to() {
    let everywhere: BTreeSet<String> = [
        "cloudformation:GetTemplateSummary",
        "cloudwatch:DescribeAlarms",
        "lambda:GetEventSourceMapping",
        "lambda:ListEventSourceMappings",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeMetricFilters",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
        "secretsmanager:GetRandomPassword",
    ]
    .map(str::to_owned)
    .into();
    let never = [
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:DeleteTable",
        "iam:AttachRolePolicy",
        "lambda:InvokeFunction",
        "logs:GetLogEvents",
        "logs:FilterLogEvents",
        "s3:DeleteBucket",
        "secretsmanager:GetSecretValue",
        "secretsmanager:DeleteSecret",
        "sqs:ReceiveMessage",
    ];
    for id in ["Deploy", "Execution"] {
        for statement in statements(id) {
            assert_eq!(statement["Effect"], "Allow");
            for action in actions(&statement) {
                assert!(
                    !action.contains('*') && !never.contains(&action.as_str()),
                    "{id}: {action}"
                );
                let is_tied = !statement["Condition"].is_null();
                if statement["Resource"] == "*" && !is_tied {
                    assert!(everywhere.contains(&action), "{id}: {action} on everything");
                }
                if action.starts_with("s3:") && action.ends_with("Object") {
                    let on = statement["Resource"].to_string();
                    let is_ours =
                        on.contains("samclisourcebucket") || on.contains("contentbucket-*/page/*");
                    assert!(is_ours, "{id}: {action} on {on}");
                }
                if action == "iam:PassRole" {
                    assert!(
                        statement["Condition"]
                            .to_string()
                            .contains("iam:PassedToService")
                    );
                }
            }
        }
    }
}

/// Each kind of resource of the template is one that the role may make.
#[test]
fn cloudformation_may_make_what_the_template_has() {
    let may: BTreeSet<String> = statements("Execution").iter().flat_map(actions).collect();
    let template = Template::read();
    for (id, resource) in template.resources() {
        let kind = resource["Type"].as_str().unwrap();
        let needed = match kind {
            "AWS::ApiGatewayV2::Api"
            | "AWS::ApiGatewayV2::Integration"
            | "AWS::ApiGatewayV2::Route"
            | "AWS::ApiGatewayV2::Stage" => "apigateway:POST",
            "AWS::Budgets::Budget" => "budgets:ModifyBudget",
            "AWS::CloudFront::CachePolicy" => "cloudfront:CreateCachePolicy",
            "AWS::CloudFront::Distribution" => "cloudfront:UpdateDistribution",
            "AWS::CloudFront::Function" => "cloudfront:PublishFunction",
            "AWS::CloudFront::OriginAccessControl" => "cloudfront:CreateOriginAccessControl",
            "AWS::CloudFront::ResponseHeadersPolicy" => "cloudfront:CreateResponseHeadersPolicy",
            "AWS::CloudWatch::Alarm" => "cloudwatch:PutMetricAlarm",
            "AWS::CloudWatch::Dashboard" => "cloudwatch:PutDashboard",
            "AWS::DynamoDB::Table" => "dynamodb:UpdateTable",
            "AWS::IAM::Role" => "iam:PutRolePolicy",
            "AWS::Lambda::Permission" => "lambda:AddPermission",
            "AWS::Logs::LogGroup" => "logs:CreateLogGroup",
            "AWS::Logs::MetricFilter" => "logs:PutMetricFilter",
            "AWS::S3::Bucket" => "s3:PutBucketNotification",
            "AWS::S3::BucketPolicy" => "s3:PutBucketPolicy",
            "AWS::SES::EmailIdentity" => "ses:CreateEmailIdentity",
            "AWS::SNS::Topic" => "sns:Subscribe",
            "AWS::SQS::Queue" | "AWS::SQS::QueuePolicy" => "sqs:SetQueueAttributes",
            "AWS::SecretsManager::Secret" => "secretsmanager:CreateSecret",
            "AWS::Serverless::Function" => "lambda:UpdateFunctionCode",
            // Made by hand, with the account's own rights: docs/deploy.md says so. The other is for `sam local` alone.
            "AWS::KMS::Key" | "AWS::ApiGateway::RestApi" => continue,
            other => panic!("{id}: say what {other} needs"),
        };
        assert!(may.contains(needed), "{id}: {needed}");
    }
    // A queue's function is written in the function's block, and so is a schedule.
    for needed in [
        "lambda:CreateEventSourceMapping",
        "events:PutRule",
        "lambda:PutFunctionRecursionConfig",
        "lambda:PutFunctionEventInvokeConfig",
    ] {
        assert!(may.contains(needed), "{needed}");
    }
}

/// The job holds no secret, asks for no right but that to a token, and puts the page there as the document does.
#[test]
fn the_workflow_does_what_the_document_says() {
    let text = std::fs::read_to_string(root().join("examples/deploy/deploy.yml")).unwrap();
    let workflow: Value = serde_yaml::from_str(&text).unwrap();
    assert_eq!(workflow["permissions"], json!({}));
    let job = &workflow["jobs"]["deploy"];
    assert_eq!(
        job["permissions"],
        json!({"contents": "read", "id-token": "write"})
    );
    assert_eq!(job["environment"], "production");
    assert!(!text.contains("secrets."), "no secret is kept at GitHub");
    let steps = job["steps"].as_array().unwrap();
    let mut has_credentials = false;
    for step in steps {
        if let Some(uses) = step["uses"].as_str() {
            // A tag can be moved to other code.
            let (_, commit) = uses.split_once('@').unwrap();
            assert!(
                commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{uses}"
            );
            has_credentials |= uses.starts_with("aws-actions/configure-aws-credentials@");
        }
        let run = step["run"].as_str().unwrap_or_default();
        assert!(
            !run.contains("${{"),
            "what an expression holds would be run: {run}"
        );
        assert!(!(has_credentials && run.contains("pip install")), "{run}");
    }
    let document = std::fs::read_to_string(root().join("docs/deploy.md")).unwrap();
    let (_, section) = document.split_once("## 2. Put the page there").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let copies = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim);
        lines
            .filter(|line| line.starts_with("aws s3 cp"))
            .map(str::to_owned)
            .collect()
    };
    assert!(!copies(section).is_empty());
    assert_eq!(copies(&text), copies(section));
}

/// The alarms that are watched are the template's, and no more than CloudFormation takes.
#[test]
fn the_alarms_that_are_watched_are_there() {
    let script = std::fs::read_to_string(root().join("examples/deploy/deploy")).unwrap();
    let (_, rest) = script.split_once("watched=(").unwrap();
    let (watched, _) = rest.split_once(')').unwrap();
    let watched: Vec<&str> = watched.split_whitespace().collect();
    assert!((1..=5).contains(&watched.len()), "{watched:?}");
    let template = Template::read();
    for id in watched {
        assert_eq!(template.resource(id)["Type"], "AWS::CloudWatch::Alarm");
        assert!(
            template.resource(id).get("Condition").is_none(),
            "{id} is always there"
        );
    }
}

/// In the place of the AWS CLI: notes what it is told, and answers as far as the script asks.
#[cfg(unix)]
const AWS: &str = r#"#!/usr/bin/env bash
printf '%s\n' "$*" >>"$FAKE/calls"
case "$*" in
  *describe-stack-resource*) echo "masthead-alarm-1" ;;
  *describe-alarms*) printf '%s\tarn:aws:cloudwatch:eu-central-1:1:alarm:masthead-alarm-1\n' "$(cat "$FAKE/state")" ;;
  *aws-sam-cli-managed-default*) echo bucket ;;
  *get-template-summary*) printf 'SiteOrigin\tAlarmAddress\tIsNew\n' ;;
  *'Parameters[].ParameterKey'*) printf 'SiteOrigin\tAlarmAddress\tIsGone\n' ;;
  *'wait change-set-create-complete'*) [[ ! -e $FAKE/unchanged ]] ;;
  *describe-change-set*) cat "$FAKE/unchanged" ;;
  *'wait stack-update-complete'*) [[ ! -e $FAKE/rolled-back ]] ;;
  *describe-stack-events*) printf 'Login\tUPDATE_FAILED\tno\n' ;;
esac
"#;
#[cfg(unix)]
const SAM: &str = "#!/usr/bin/env bash\nprintf 'sam %s\\n' \"$*\" >>\"$FAKE/calls\"\n";

#[cfg(unix)]
fn deploy(fake: &Path, unwatched: bool) -> (Output, String) {
    use std::os::unix::fs::PermissionsExt as _;
    for (name, text) in [("aws", AWS), ("sam", SAM)] {
        let path = fake.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let _ = std::fs::remove_file(fake.join("calls"));
    let output = Command::new("bash")
        .arg(root().join("examples/deploy/deploy"))
        .arg("masthead")
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", fake.display()))
        .env("FAKE", fake)
        .env("AWS_REGION", "eu-central-1")
        .env("MASTHEAD_UNWATCHED", if unwatched { "yes" } else { "no" })
        .output()
        .unwrap();
    let calls = std::fs::read_to_string(fake.join("calls")).unwrap_or_default();
    (output, calls)
}

/// The script watches, keeps every answer, and says how it ended.
#[cfg(unix)]
#[test]
fn a_deployment_is_watched_and_every_answer_kept() {
    let fake = std::env::temp_dir().join(format!("masthead-deploy-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir(&fake).unwrap();
    std::fs::write(fake.join("state"), "OK").unwrap();
    let (output, calls) = deploy(&fake, false);
    assert!(output.status.success(), "{output:?}");
    let made = calls
        .lines()
        .find(|line| line.contains("create-change-set"))
        .unwrap();
    for part in [
        "ParameterKey=SiteOrigin,UsePreviousValue=true ParameterKey=AlarmAddress,UsePreviousValue=true --",
        "MonitoringTimeInMinutes=10",
        "https://bucket.s3.eu-central-1.amazonaws.com/masthead/deploy-",
    ] {
        assert!(made.contains(part), "{made}");
    }
    assert_eq!(made.matches("Type=AWS::CloudWatch::Alarm").count(), 5);
    assert!(
        !made.contains("IsGone") && !made.contains("IsNew"),
        "{made}"
    );
    assert!(calls.contains("execute-change-set"));

    // One that an alarm takes back.
    std::fs::write(fake.join("rolled-back"), "").unwrap();
    let (output, _) = deploy(&fake, false);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("UPDATE_FAILED") && said.contains("taken back"),
        "{said}"
    );
    std::fs::remove_file(fake.join("rolled-back")).unwrap();

    // Nothing to do, and what can't be done.
    std::fs::write(
        fake.join("unchanged"),
        "The submitted information didn't contain changes.",
    )
    .unwrap();
    let (output, calls) = deploy(&fake, false);
    assert!(
        output.status.success() && calls.contains("delete-change-set"),
        "{output:?}"
    );
    assert!(!calls.contains("execute-change-set"));
    std::fs::write(fake.join("unchanged"), "Template error").unwrap();
    let (output, _) = deploy(&fake, false);
    assert!(!output.status.success(), "{output:?}");
    std::fs::remove_file(fake.join("unchanged")).unwrap();

    // An alarm that has gone off already would take every deployment back, and the one that mends it, too.
    std::fs::write(fake.join("state"), "ALARM").unwrap();
    let (output, calls) = deploy(&fake, false);
    assert!(
        !output.status.success() && !calls.contains("create-change-set"),
        "{output:?}"
    );
    let (output, calls) = deploy(&fake, true);
    assert!(output.status.success(), "{output:?}");
    assert!(calls.contains("RollbackTriggers=[],"), "{calls}");
    std::fs::remove_dir_all(&fake).unwrap();
}
