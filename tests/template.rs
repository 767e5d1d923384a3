//! `template.yaml`, read line by line: it names the same functions as the folders, the events and
//! the routes, and holds what no linter knows of.

pub(crate) mod document;
mod github;
mod policies;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use blobs::layout::{KEPT_DAYS, SourceKey};
use blobs::{Blobs, Condition};
use endpoint::{Environment, aws};
use reqwest::Method;
use serde_json::Value;

use crate::site::Site;
use document::{Template, logical_id, root};

/// The names of the folders under `functions/`.
fn folders() -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join("functions")).unwrap();
    entries
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// The event files, by the function that each is for.
fn events() -> BTreeMap<String, Vec<PathBuf>> {
    let mut events: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("events")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let function = name.split('.').next().unwrap().to_owned();
        events.entry(function).or_default().push(path);
    }
    events
}

/// One name runs through everything: a folder, its binary, its logical id and its event.
#[test]
fn folders_functions_and_events_name_the_same_set() {
    let template = Template::read();
    let functions: BTreeSet<String> = template.functions().keys().cloned().collect();
    assert_eq!(functions, folders());
    for (name, function) in template.functions() {
        assert_eq!(
            function["Metadata"]["BuildMethod"], "rust-cargolambda",
            "{name}"
        );
        assert_eq!(template.resource(&logical_id(&name)), &function, "{name}");
        let plain = root().join("events").join(format!("{name}.json"));
        assert!(plain.exists(), "{} is missing", plain.display());
    }
    let with_events: BTreeSet<String> = events().into_keys().collect();
    assert_eq!(with_events, folders(), "an event of no function");
}

/// Every function has a role, a log group that forgets, and an alarm; and what has a route has
/// everything that goes with one.
#[test]
fn every_function_has_its_role_log_and_alarm() {
    let template = Template::read();
    for name in template.functions().keys() {
        let id = logical_id(name);
        let function = &template.resource(&id)["Properties"];
        assert_eq!(
            function["Role"]["Fn::GetAtt"],
            format!("{id}Role.Arn"),
            "{name}"
        );
        assert!(
            function.get("Policies").is_none(),
            "{name}: SAM would make a role of its own"
        );

        let log = &template.resource(&format!("{id}Log"))["Properties"];
        assert_eq!(
            log["LogGroupName"]["Fn::Sub"],
            format!("/aws/lambda/${{{id}}}")
        );
        assert_eq!(log["RetentionInDays"]["Ref"], "LogRetentionDays");

        let alarm = &template.resource(&format!("{id}Alarm"))["Properties"];
        assert_eq!(alarm["MetricName"], "Errors", "{name}");
        assert_eq!(alarm["Dimensions"][0]["Value"]["Ref"], id);
        assert!(
            alarm["AlarmActions"].is_object(),
            "{name}: to the address, if there is one"
        );
        assert!(
            alarm["AlarmDescription"]
                .as_str()
                .unwrap()
                .starts_with(name)
        );

        if !template.routes_of(&id).is_empty() {
            let permission = &template.resource(&format!("{id}Permission"))["Properties"];
            assert_eq!(permission["FunctionName"]["Ref"], id, "{name}");
            let source = permission["SourceArn"]["Fn::Sub"].as_str().unwrap();
            assert!(source.contains("${Api}"), "{name}: {source}");
            let integration = &template.resource(&format!("{id}Integration"))["Properties"];
            let uri = integration["IntegrationUri"]["Fn::Sub"].as_str().unwrap();
            let named = format!("${{AWS::StackName}}-{name}");
            assert!(
                uri.ends_with(&format!(":function:{named}")),
                "{name}: {uri}"
            );
            assert_eq!(function["FunctionName"]["Fn::Sub"], named);
        }
    }
    for (id, log) in template.of_type("AWS::Logs::LogGroup") {
        assert_eq!(
            log["Properties"]["RetentionInDays"]["Ref"], "LogRetentionDays",
            "{id}"
        );
    }
}

/// Every event of a route is one that the API would send for it.
#[test]
fn events_are_of_the_routes_of_their_functions() {
    let template = Template::read();
    for (name, paths) in events() {
        let routes = template.routes_of(&logical_id(&name));
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            let event: Value = serde_json::from_str(&text).unwrap();
            let Some(key) = event.get("routeKey") else {
                assert!(routes.is_empty(), "{}: no event of the API", path.display());
                continue;
            };
            let key = key.as_str().unwrap();
            assert!(
                routes.iter().any(|route| route == key),
                "{}: {key}",
                path.display()
            );
            assert_eq!(
                event["requestContext"]["routeKey"],
                key,
                "{}",
                path.display()
            );
        }
    }
}

/// The routes of the template, of `docs/openapi.yaml` and of the local gateway are the same.
#[tokio::test]
async fn routes_are_those_of_the_local_gateway_and_of_the_document() {
    let site = Site::start().await;
    let template = Template::read();
    let ids: Vec<String> = template
        .functions()
        .keys()
        .map(|name| logical_id(name))
        .collect();
    let routes: BTreeSet<String> = ids.iter().flat_map(|id| template.routes_of(id)).collect();
    let paths: BTreeSet<&str> = routes
        .iter()
        .filter_map(|key| key.strip_prefix("ANY "))
        .collect();
    assert_eq!(
        paths.len() + 1,
        routes.len(),
        "ANY, and $default: {routes:?}"
    );

    let text = std::fs::read_to_string(root().join("docs/openapi.yaml")).unwrap();
    let document: Value = serde_yaml::from_str(&text).unwrap();
    let documented = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str);
    let documented: BTreeSet<&str> = documented
        .filter(|path| path.starts_with("/api/"))
        .collect();
    assert_eq!(paths, documented);

    for path in paths {
        let path = path.replace("{slug}", "readme").replace("{handle}", "jo");
        let url = site.url(&path.replace("{id}", &"0".repeat(48)));
        let preflight = site.client.request(Method::OPTIONS, &url);
        assert_eq!(preflight.send().await.unwrap().status(), 204, "{path}");
    }
}

/// `cargo lambda watch` has the routes of the template.
#[test]
fn routes_are_those_of_the_watcher() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, rest) = text
        .split_once("[workspace.metadata.lambda.watch.router]\n")
        .unwrap();
    let watched: BTreeSet<(String, String)> = rest
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| {
            let (path, function) = line.split_once(" = ").unwrap();
            (unquoted(path), unquoted(function))
        })
        .collect();
    let template = Template::read();
    let mut routes = BTreeSet::new();
    for name in template.functions().into_keys() {
        for route in template.routes_of(&logical_id(&name)) {
            if let Some(path) = route.strip_prefix("ANY ") {
                routes.insert((path.to_owned(), name.clone()));
            }
        }
    }
    assert_eq!(watched, routes);
}

fn unquoted(text: &str) -> String {
    text.trim_matches('"').to_owned()
}

/// A function starts with the variables that the template gives it, and reads no other.
#[tokio::test]
async fn every_function_starts_with_what_the_template_gives_it() {
    let site = Site::start().await;
    let template = Template::read();
    for name in template.functions().keys() {
        let mut given = template.variables_of(&logical_id(name));
        // The allocator reads these, before anything of ours.
        given.retain(|name, _| !name.starts_with("MALLOC_"));
        let ours = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        let lambda_s = ours
            .iter()
            .map(|name| (*name, site.environment.required(name).unwrap()));
        let values = given.iter().map(|(name, value)| {
            let value = match name.as_str() {
                "JWT_KEYS_SECRET_ARN" => {
                    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:k"
                }
                "DEPLOY_HOOK_SECRET_ARN" => {
                    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:h"
                }
                "REBUILD_AT_MOST_MINUTES" => "10",
                "SITE_NAME" => "Chess Club",
                "DISTRIBUTION_ID" => "E1EXAMPLE",
                "EDGE_ID" => "51af3dc0-da77-11e4-872e-1234567db123",
                metrics::STACK => "masthead",
                _ if value.is_empty() => "",
                other => site.environment.required(other).unwrap(),
            };
            (name.as_str(), value)
        });
        let all: Vec<(&str, &str)> = values.chain(lambda_s).collect();
        start(name, &all.iter().copied().collect()).unwrap();

        // Each but those with a default is asked for by name.
        for left_out in given.keys().filter(|name| !is_optional(name)) {
            let fewer = all.iter().copied().filter(|(name, _)| name != left_out);
            let error = start(name, &fewer.collect()).unwrap_err().to_string();
            assert!(
                error.contains(left_out.as_str()),
                "{name} without {left_out}: {error}"
            );
        }
    }
}

/// In AWS an address that is signed for browsers is below the one that the site names: the bucket's own, in its region.
#[tokio::test]
async fn files_are_put_where_the_site_says() {
    let template = Template::read();
    let named = &template.resource("Site")["Properties"]["Environment"]["Variables"]["UPLOADS_URL"];
    // CloudFormation makes of it what CloudFront is given of the other bucket: `<bucket>.s3.<region>.amazonaws.com`.
    assert_eq!(
        *named,
        serde_json::json!({"Fn::Sub": "https://${UploadsBucket.RegionalDomainName}"})
    );
    for region in ["eu-central-1", "us-east-1"] {
        let lambda_s = [
            ("AWS_REGION", region),
            ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ];
        let environment: Environment = lambda_s.into_iter().collect();
        let config = aws::config(&environment, aws::ENDPOINT_S3).unwrap();
        let put = Blobs::new(&config, "club-uploads")
            .presigned_put(
                "files/m/f",
                "image/png",
                9,
                HashMap::new(),
                Condition::Absent,
                Duration::from_mins(1),
            )
            .await
            .unwrap();
        let place = format!("https://club-uploads.s3.{region}.amazonaws.com/");
        assert!(put.url.starts_with(&place), "{}", put.url);
    }
}

fn is_optional(variable: &str) -> bool {
    let has_default = [
        "ALLOWED_ORIGINS",
        "BUILD_KEY_SHA256",
        "DEPLOY_HOOK_EVENT",
        "DEPLOY_HOOK_SECRET_ARN",
        "DEPLOY_HOOK_TOKEN",
        "DEPLOY_HOOK_URL",
        "DISTRIBUTION_ID",
        "EDGE_ID",
        "JWT_KEYS",
        "LINK_BASE",
        "MAIL_FROM",
        "MAX_FILES",
        "MAX_FILE_BYTES",
        "MAX_READMES",
        "MAX_README_BYTES_TOTAL",
        metrics::STACK,
        "MIN_PASSWORD_LENGTH",
        "PUBLIC_MEMBERS",
        "REBUILD_AT_MOST_MINUTES",
        "REVIEW",
        "SITE_NAME",
        "SITE_URL",
        "THEMES",
    ];
    variable.starts_with("AWS_ENDPOINT_URL_") || has_default.contains(&variable)
}

/// The state of the function named `name`, made and thrown away.
fn start(name: &str, environment: &Environment) -> anyhow::Result<()> {
    macro_rules! start {
        ($($function:ident)*) => {
            match name {
                $(stringify!($function) => $function::State::from_env(environment).map(drop),)*
                other => panic!("add {other} to this list"),
            }
        };
    }
    start!(audit content files forgot_password leave login me preview readmes rebuild_site remove_member rename resize_picture review rewrite_readme roster send_mail set_password site upload_file upload_profile_pic upload_readme upload_url versions)
}

/// What may be answered is what a function starts with.
#[test]
fn the_shortest_password_may_be_all_that_the_template_takes() {
    let template = Template::read();
    let parameter = &template.0["Parameters"]["MinPasswordLength"];
    for limit in ["MinValue", "Default", "MaxValue"] {
        let value = parameter[limit].to_string();
        let environment: Environment = [("MIN_PASSWORD_LENGTH", value.as_str())]
            .into_iter()
            .collect();
        assert!(
            endpoint::configuration::password_rules(&environment).is_ok(),
            "{limit}"
        );
    }
}

/// Only the site's origin has to be answered: Enter will do for everything else.
#[test]
fn every_parameter_but_the_origin_has_a_default_that_it_takes() {
    let template = Template::read();
    for (name, parameter) in template.0["Parameters"].as_object().unwrap() {
        let Some(default) = parameter.get("Default") else {
            assert_eq!(name, "SiteOrigin");
            continue;
        };
        if let (Some(pattern), Some(text)) =
            (parameter["AllowedPattern"].as_str(), default.as_str())
        {
            let pattern = regex_lite::Regex::new(pattern).unwrap();
            assert!(pattern.is_match(text), "{name}: {text}");
        }
    }
}

/// What holds data stays when the stack goes, and can be brought back.
#[test]
fn data_is_kept() {
    let template = Template::read();
    let kinds = [
        "AWS::DynamoDB::Table",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
        "AWS::KMS::Key",
    ];
    for (id, resource) in kinds.iter().flat_map(|kind| template.of_type(kind)) {
        // The hook is at the host, who shows it again. CloudFormation would write over it if its first value changed.
        if id == "DeployHook" {
            assert_eq!(resource["Properties"]["SecretString"], "{}");
            continue;
        }
        // A first deployment that fails leaves nothing behind; one that worked stays.
        assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate", "{id}");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{id}");
    }
    for (id, bucket) in template.of_type("AWS::S3::Bucket") {
        let properties = &bucket["Properties"];
        assert_eq!(
            properties["VersioningConfiguration"]["Status"], "Enabled",
            "{id}"
        );
        let private = properties["PublicAccessBlockConfiguration"]
            .as_object()
            .unwrap();
        assert!(
            private.len() == 4 && private.values().all(|block| *block == true),
            "{id}"
        );
    }
    let table = &template.resource("MembersTable")["Properties"];
    // With it from the start CloudFormation could not take back what a failed deployment made.
    let protected = serde_json::json!(["IsTableProtected", true, false]);
    assert_eq!(table["DeletionProtectionEnabled"]["Fn::If"], protected);
    assert_eq!(template.0["Parameters"]["ProtectTable"]["Default"], "no");
    assert_eq!(
        table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        true
    );
    assert_eq!(
        table["TimeToLiveSpecification"]["AttributeName"],
        "expires_at"
    );
    // As CloudFormation would put a new key ring in the place of the old one if it ever changed.
    let made = &template.resource("SigningKeys")["Properties"]["GenerateSecretString"];
    let pinned = serde_json::json!({
        "SecretStringTemplate": r#"{"signing":"k1"}"#, "GenerateStringKey": "k1", "PasswordLength": 64,
        "ExcludePunctuation": true, "RequireEachIncludedType": false
    });
    assert_eq!(*made, pinned);
}

/// What members are told of how long something can come back is what the bucket does.
#[test]
fn what_was_replaced_or_deleted_is_kept_as_long_as_members_are_told() {
    let template = Template::read();
    let bucket = &template.resource("UploadsBucket")["Properties"];
    let rules = bucket["LifecycleConfiguration"]["Rules"]
        .as_array()
        .unwrap();
    // A rule for a prefix is none for READMEs; one for all is.
    let days: Vec<u64> = rules
        .iter()
        .filter(|rule| {
            let prefix = rule["Prefix"].as_str().unwrap_or_default();
            SourceKey::all().starts_with(prefix)
        })
        .filter_map(|rule| rule["NoncurrentVersionExpiration"]["NoncurrentDays"].as_u64())
        .collect();
    assert_eq!(days, [KEPT_DAYS]);
    for document in ["docs/members.md", "docs/openapi.yaml"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        assert!(text.contains(&format!("{KEPT_DAYS} days")), "{document}");
    }
}

/// The functions learn which language a client speaks; what caches keep doesn't differ by it.
#[test]
fn cloudfront_passes_on_which_language_a_client_speaks() {
    /// AWS's `AllViewerExceptHostHeader`.
    const ALL_HEADERS: &str = "b689b0a8-53d0-40ab-baf2-68738e2966ac";
    let template = Template::read();
    let distribution = &template.resource("Distribution")["Properties"]["DistributionConfig"];
    let behaviors = distribution["CacheBehaviors"].as_array().unwrap().iter();
    let of_the_api = behaviors.filter(|behavior| behavior["TargetOriginId"] == "api");
    let policies: Vec<&Value> = of_the_api.map(|of| &of["OriginRequestPolicyId"]).collect();
    assert_eq!(policies, [ALL_HEADERS; 3]);
    let kept = &template.resource("ManifestCaching")["Properties"]["CachePolicyConfig"];
    let parted_by = &kept["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"];
    assert_eq!(parted_by["HeaderBehavior"], "none");
}

/// Whatever an object says of itself, and whether or not CloudFront can be told: what was taken away or replaced is asked for
/// again in time.
#[test]
fn cloudfront_keeps_nothing_of_the_bucket_longer_than_five_minutes() {
    let template = Template::read();
    let distribution = &template.resource("Distribution")["Properties"]["DistributionConfig"];
    let behaviors = distribution["CacheBehaviors"].as_array().unwrap().iter();
    let behaviors = behaviors.chain([&distribution["DefaultCacheBehavior"]]);
    let of_the_bucket = behaviors.filter(|behavior| behavior["TargetOriginId"] != "api");
    let mut longest = BTreeMap::new();
    for behavior in of_the_bucket {
        let policy = behavior["CachePolicyId"]["Ref"].as_str();
        let policy = template.resource(policy.expect("a policy of our own"));
        let seconds = policy["Properties"]["CachePolicyConfig"]["MaxTTL"].as_u64();
        let path = behavior["PathPattern"].as_str().unwrap_or("the page");
        longest.insert(path.to_owned(), seconds.unwrap());
    }
    insta::assert_json_snapshot!(longest, @r#"
    {
      "/content/*": 60,
      "/files/*": 300,
      "/pictures/*": 300,
      "the page": 60
    }
    "#);
}

/// The site is looked at every minute, as the look itself counts on.
#[test]
fn builds_are_started_by_the_schedule() {
    let template = Template::read();
    let function = &template.resource("RebuildSite")["Properties"];
    let schedule = &function["Events"]["EveryMinute"];
    assert_eq!(schedule["Type"], "Schedule");
    assert_eq!(schedule["Properties"]["Schedule"], "rate(1 minute)");
    let intervals = rebuild_site::Intervals::default();
    assert_eq!(intervals.look.as_secs(), 60);
    // Who sets nothing gets in AWS what `masthead dev` does.
    let at_most = &template.0["Parameters"]["RebuildAtMostMinutes"];
    let minutes = at_most["Default"].as_u64().unwrap();
    assert_eq!(minutes * 60, intervals.at_most.as_secs());
    for limit in ["MinValue", "MaxValue"] {
        let minutes = at_most[limit].to_string();
        let set: Environment = [("REBUILD_AT_MOST_MINUTES", minutes.as_str())]
            .into_iter()
            .collect();
        assert!(rebuild_site::Intervals::from_env(&set).is_ok(), "{limit}");
    }
    // The next run is the next try: Lambda's own would come while it waits.
    assert_eq!(function["EventInvokeConfig"]["MaximumRetryAttempts"], 0);
    // Another run takes the turn after a minute.
    assert!(
        function["Timeout"].as_u64().unwrap() < rebuild_site::Intervals::default().turn.as_secs()
    );
    let rewriting = &template.resource("RewriteReadme")["Properties"]["Timeout"];
    let settle = rebuild_site::Intervals::default().settle.as_secs();
    assert!(
        rewriting.as_u64().unwrap() * 2 <= settle,
        "a change may come so long after its note"
    );
}

/// Who left is erased by the next run, whatever the last one left undone.
#[test]
fn who_left_is_looked_for_by_the_schedule() {
    let template = Template::read();
    let function = &template.resource("RemoveMember")["Properties"];
    let schedule = &function["Events"]["EveryMinute"]["Properties"]["Schedule"];
    assert_eq!(schedule, "rate(1 minute)");
    assert_eq!(function["EventInvokeConfig"]["MaximumRetryAttempts"], 0);
    assert_eq!(
        function["Timeout"].as_u64(),
        Some(remove_member::TIMEOUT.as_secs())
    );
    // No request that came before the tombstone is at work for longer than is waited.
    let requests = template.0["Globals"]["Function"]["Timeout"].as_u64();
    assert_eq!(requests, Some(removal::REQUEST_SECONDS));
}

/// A new stack takes over what a deleted one left. What it imports it must know for its own, and change nothing of it.
#[test]
fn what_is_kept_can_be_taken_over() {
    let (template, kept) = (Template::read(), Template::of("docs/kept.yaml"));
    let is_data = |id: &&String| {
        [
            "MembersTable",
            "UploadsBucket",
            "ContentBucket",
            "SigningKeys",
        ]
        .contains(&id.as_str())
    };
    assert!(kept.resources().keys().all(|id| is_data(&id)));
    assert_eq!(kept.resources().len(), 4);
    for (id, resource) in kept.resources() {
        let own = template.resource(id);
        for attribute in ["Type", "DeletionPolicy", "UpdateReplacePolicy"] {
            assert_eq!(resource[attribute], own[attribute], "{id}");
        }
        for (name, value) in resource["Properties"].as_object().into_iter().flatten() {
            assert_eq!(*value, own["Properties"][name], "{id}: {name}");
        }
    }
    let text = std::fs::read_to_string(root().join("docs/deploy.md"))
        .unwrap()
        .replace('\\', "");
    for id in kept.resources().keys() {
        let named = format!("\"LogicalResourceId\":\"{id}\"");
        assert!(text.contains(&named), "{named}");
    }
}

/// Names that an account has once, whatever the region: two regions may hold a stack of the same name.
#[test]
fn names_that_are_global_hold_the_region() {
    let template = Template::read();
    let resources = template.resources().iter();
    let cloudfront = resources.filter(|(_, resource)| {
        let kind = resource["Type"].as_str().unwrap();
        kind.starts_with("AWS::CloudFront::") && kind != "AWS::CloudFront::Distribution"
    });
    let mut named = 0;
    for (id, resource) in cloudfront {
        let properties = &resource["Properties"];
        let config = properties.as_object().unwrap().values();
        let name = [properties]
            .into_iter()
            .chain(config)
            .find_map(|level| level["Name"]["Fn::Sub"].as_str());
        let name = name.unwrap_or_else(|| panic!("{id} has no name"));
        assert!(
            name.starts_with("${AWS::StackName}-${AWS::Region}-"),
            "{id}: {name}"
        );
        named += 1;
    }
    assert!(named >= 7, "{named} were read");
}

/// What docs/deploy.md allows a stack's name to be fits into every name that is made of it.
#[test]
fn the_longest_stack_name_fits_everywhere() {
    let text = std::fs::read_to_string(root().join("docs/deploy.md")).unwrap();
    let (_, rest) = text.split_once("A stack's name has at most ").unwrap();
    let longest: usize = rest.split(' ').next().unwrap().parse().unwrap();
    // Functions of Lambda and of CloudFront and origin access controls have the least room.
    let room = 64;
    let longest_region = "ap-northeast-1".len();
    let template = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let names = template.lines().filter_map(|line| {
        let name = line
            .trim()
            .strip_prefix("Name: !Sub '")
            .or_else(|| line.trim().strip_prefix("FunctionName: !Sub '"))?;
        Some(name.trim_end_matches('\''))
    });
    let mut left = Vec::new();
    for name in names {
        let without = name
            .replace("${AWS::StackName}", "")
            .replace("${AWS::Region}", &"r".repeat(longest_region));
        assert!(!without.contains("${"), "{name}");
        left.push(room - without.len());
    }
    assert_eq!(left.iter().min(), Some(&longest), "{left:?}");
}

/// An upload that can't be converted is tried five times, put aside, and told of.
#[test]
fn uploads_are_not_lost_on_the_way() {
    let template = Template::read();
    for (id, queue_id, mapping, tries) in [
        ("RewriteReadme", "UploadsQueue", "Uploads", 5),
        ("RewriteReadme", "LaterQueue", "Later", 5),
        ("ResizePicture", "PicturesQueue", "Uploads", 5),
        // SES may be down for an hour.
        ("SendMail", "MailQueue", "Outbox", 15),
    ] {
        let function = &template.resource(id)["Properties"];
        let queue = &template.resource(queue_id)["Properties"];
        let timeout = function["Timeout"].as_u64().unwrap();
        assert!(queue["VisibilityTimeout"].as_u64().unwrap() >= 6 * timeout);
        assert_eq!(queue["MessageRetentionPeriod"], 14 * 24 * 60 * 60);
        assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], tries);
        assert_eq!(
            queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"],
            "DeadLetters.Arn"
        );
        let mapping = &function["Events"][mapping]["Properties"];
        assert_eq!(mapping["Queue"]["Fn::GetAtt"], format!("{queue_id}.Arn"));
        assert_eq!(
            mapping["FunctionResponseTypes"][0],
            "ReportBatchItemFailures"
        );
        // A new account has ten in all, and members who sign in need some of them.
        let most = template.number(&mapping["ScalingConfig"]["MaximumConcurrency"]);
        assert!((2..=3).contains(&most), "{queue_id}: {most}");
        assert_eq!(function["RecursiveLoop"], "Terminate");
    }
    // Each key that a function writes to the bucket comes to the queue of the one that waits for it.
    let notified = &template.resource("UploadsBucket")["Properties"]["NotificationConfiguration"];
    let notified: Vec<String> = notified["QueueConfigurations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let rule = &one["Filter"]["S3Key"]["Rules"][0];
            let texts = [&rule["Value"], &one["Event"], &one["Queue"]["Fn::GetAtt"]];
            texts.map(|text| text.as_str().unwrap()).join(" ")
        })
        .collect();
    assert_eq!(
        notified,
        [
            "readmes/ s3:ObjectCreated:* UploadsQueue.Arn",
            "readmes/ s3:ObjectRemoved:* UploadsQueue.Arn",
            "picture-changes/ s3:ObjectCreated:* UploadsQueue.Arn",
            "name-changes/ s3:ObjectCreated:* UploadsQueue.Arn",
            "file-changes/ s3:ObjectCreated:* UploadsQueue.Arn",
            "now/ s3:ObjectCreated:* UploadsQueue.Arn",
            "later/ s3:ObjectCreated:* LaterQueue.Arn",
            "pictures/ s3:ObjectCreated:* PicturesQueue.Arn",
            "files/ s3:ObjectCreated:* PicturesQueue.Arn",
            "files/ s3:ObjectRemoved:* PicturesQueue.Arn",
            "mail/ s3:ObjectCreated:* MailQueue.Arn",
        ]
    );
    // What can wait never has as much of the function as what members wait for.
    let turns = |mapping: &str| {
        let events = &template.resource("RewriteReadme")["Properties"]["Events"];
        events[mapping]["Properties"]["ScalingConfig"]["MaximumConcurrency"].clone()
    };
    assert_eq!(turns("Uploads")["Ref"], "PublishConcurrency");
    let fewest = template.0["Parameters"]["PublishConcurrency"]["MinValue"].as_u64();
    assert!(turns("Later").as_u64().unwrap() < fewest.unwrap());
    // What can wait is given to the function in batches as large as what members wait for, of which it has taken the measure; a
    // picture comes alone.
    let batch = |id: &str, mapping: &str| {
        let events = &template.resource(id)["Properties"]["Events"];
        events[mapping]["Properties"]["BatchSize"].clone()
    };
    for mapping in ["Uploads", "Later"] {
        assert_eq!(batch("RewriteReadme", mapping)["Ref"], "ConversionBatch");
    }
    assert_eq!(batch("ResizePicture", "Uploads"), 1);
    // Above it Lambda wants to wait for a batch, and the function works on no more at once.
    let batches = &template.0["Parameters"]["ConversionBatch"];
    assert_eq!(batches["MinValue"], 1);
    assert_eq!(batches["MaxValue"], 10);
    let timeouts = ["RewriteReadme", "ResizePicture", "SendMail"]
        .map(|id| template.resource(id)["Properties"]["Timeout"].as_u64());
    assert_eq!(timeouts, [Some(uploads::TIMEOUT.as_secs()); 3]);
    assert_eq!(
        template.resource("DeadLettersAlarm")["Properties"]["Threshold"],
        0
    );
}

/// docs/deploy.md says what was measured of each memory that the functions behind queues may be given, and what they have by default.
#[test]
fn what_conversion_may_be_given_was_measured() {
    let template = Template::read();
    let document = std::fs::read_to_string(root().join("docs/deploy.md")).unwrap();
    let (_, measured) = document
        .split_once("\n## How large the functions are\n")
        .unwrap();
    let (measured, _) = measured.split_once("\n## ").unwrap();
    let grouped = |memory: u64| match memory {
        0..1000 => memory.to_string(),
        _ => format!("{},{:03}", memory / 1000, memory % 1000),
    };
    let parameters = [
        ("RewriteReadme", "ConversionMemory"),
        ("ResizePicture", "PictureMemory"),
    ];
    for (id, parameter) in parameters {
        assert_eq!(
            template.resource(id)["Properties"]["MemorySize"]["Ref"],
            parameter
        );
        let described = &template.0["Parameters"][parameter];
        let allowed: Vec<u64> = described["AllowedValues"]
            .as_array()
            .unwrap()
            .iter()
            .map(|memory| memory.as_u64().unwrap())
            .collect();
        for memory in &allowed {
            let row = format!("\n| {} MB", grouped(*memory));
            assert!(measured.contains(&row), "no row of {memory} MB");
        }
        let default = described["Default"].as_u64().unwrap();
        assert!(allowed.contains(&default), "{parameter}");
        let said = format!("`{parameter}` ({})", grouped(default));
        assert!(measured.contains(&said), "{said} isn't said");
    }
    let batch = template.0["Parameters"]["ConversionBatch"]["Default"]
        .as_u64()
        .unwrap();
    let said = format!("`ConversionBatch` ({batch})");
    assert!(measured.contains(&said), "{said} isn't said");
    // Without them the same documents take more than the default gives.
    let variables = &template.resource("RewriteReadme")["Properties"]["Environment"]["Variables"];
    for (name, value) in [
        ("MALLOC_ARENA_MAX", "1"),
        ("MALLOC_MMAP_THRESHOLD_", "1048576"),
    ] {
        assert_eq!(variables[name], value, "{name}");
    }
}

/// The dashboard shows what functions count, under the names that they count by, and is one of those that are free: three with
/// fifty metrics each.
#[test]
fn the_dashboard_shows_what_functions_count() {
    let template = Template::read();
    let board = template.resource("Board");
    assert_eq!(board["Condition"], "HasDashboard");
    assert_eq!(template.0["Parameters"]["Dashboard"]["Default"], "no");
    let body = board["Properties"]["DashboardBody"]["Fn::Sub"].as_str();
    let body: Value = serde_json::from_str(body.unwrap()).unwrap();
    let widgets = body["widgets"].as_array().unwrap();
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for widget in widgets {
        let properties = &widget["properties"];
        assert!(properties["title"].is_string(), "{widget}");
        for metric in properties["metrics"].as_array().unwrap() {
            let mut parts = metric.as_array().unwrap().clone();
            parts.retain(Value::is_string);
            // Namespace, name, and pairs of a dimension.
            assert_eq!(parts.len() % 2, 0, "{metric}");
            // What the names of resources are put into has to be a resource.
            for part in &parts {
                let text = part.as_str().unwrap();
                let Some(named) = text.strip_prefix("${") else {
                    continue;
                };
                let id = named.trim_end_matches('}').split('.').next().unwrap();
                assert!(
                    id == "AWS::StackName" || template.resources().contains_key(id),
                    "{text}"
                );
            }
            shown.insert(Value::from(parts).to_string());
        }
    }
    assert!((20..=50).contains(&shown.len()), "{} metrics", shown.len());
    let counted: BTreeSet<String> = shown
        .iter()
        .filter(|metric| metric.starts_with(&format!("[\"{}\"", metrics::NAMESPACE)))
        .cloned()
        .collect();
    let expected = metrics::TABLE.iter().map(|described| {
        let (namespace, dimension) = (metrics::NAMESPACE, metrics::DIMENSION);
        serde_json::json!([namespace, described.name, dimension, "${AWS::StackName}"]).to_string()
    });
    assert_eq!(counted, expected.collect::<BTreeSet<_>>());
    // Whoever counts is told the stack, where there is a dashboard; nobody pays for what nobody looks at.
    let told = serde_json::json!(["HasDashboard", {"Ref": "AWS::StackName"}, ""]);
    let mut counting = Vec::new();
    for (name, function) in template.functions() {
        let variables = &function["Properties"]["Environment"]["Variables"];
        if let Some(stack) = variables.get(metrics::STACK) {
            assert_eq!(stack["Fn::If"], told, "{name}");
            counting.push(name);
        }
    }
    assert_eq!(
        counting,
        ["leave", "login", "me", "rewrite_readme", "set_password"]
    );
}

/// Those that count are those that call what counts.
#[test]
fn functions_that_count_are_told_the_stack() {
    let template = Template::read();
    for name in template.functions().keys() {
        let folder = root().join("functions").join(name).join("src");
        let counts = sources(&folder)
            .iter()
            .any(|text| text.contains("metrics::record") || text.contains("endpoint::guess("));
        let variables = template.variables_of(&logical_id(name));
        assert_eq!(variables.contains_key(metrics::STACK), counts, "{name}");
    }
}

/// The text of every file in a folder and in those in it.
fn sources(folder: &std::path::Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(sources(&path));
        } else {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
    texts
}

/// A budget is asked for, and tells the address of the alarms.
#[test]
fn a_budget_is_there_for_whoever_asks_for_one_and_is_told() {
    let template = Template::read();
    assert_eq!(template.0["Parameters"]["BudgetDollars"]["Default"], 0);
    let budget = template.resource("Budget");
    assert_eq!(budget["Condition"], "HasBudget");
    let both = serde_json::json!([
        {"Condition": "HasAlarmAddress"},
        {"Fn::Not": [{"Fn::Equals": [{"Ref": "BudgetDollars"}, 0]}]}
    ]);
    assert_eq!(template.0["Conditions"]["HasBudget"]["Fn::And"], both);
    let limit = &budget["Properties"]["Budget"]["BudgetLimit"];
    assert_eq!(limit["Amount"]["Ref"], "BudgetDollars");
    let notices = budget["Properties"]["NotificationsWithSubscribers"].as_array();
    let kinds: Vec<&str> = notices
        .unwrap()
        .iter()
        .map(|notice| {
            assert_eq!(notice["Subscribers"][0]["Address"]["Ref"], "AlarmAddress");
            notice["Notification"]["NotificationType"].as_str().unwrap()
        })
        .collect();
    assert_eq!(kinds, ["FORECASTED", "ACTUAL"]);
}
