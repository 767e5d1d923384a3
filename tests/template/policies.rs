//! Who may do what, and who may call: what the linters don't look at.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::document::{Template, root};

/// X-Ray's two actions know no resource, so that `*` is the only one they can be granted on.
const WITHOUT_RESOURCES: [&str; 2] = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// Every statement of every role, with the role's id.
fn statements(template: &Template) -> Vec<(String, Value)> {
    let mut statements = Vec::new();
    for (id, role) in template.of_type("AWS::IAM::Role") {
        for policy in list(&role["Properties"]["Policies"]) {
            for statement in list(&policy["PolicyDocument"]["Statement"]) {
                statements.push((id.clone(), statement.clone()));
            }
        }
    }
    assert!(statements.len() > 20, "the roles were not read");
    statements
}

#[test]
fn no_role_has_a_managed_policy() {
    let template = Template::read();
    for (id, role) in template.of_type("AWS::IAM::Role") {
        let properties = &role["Properties"];
        assert!(properties.get("ManagedPolicyArns").is_none(), "{id}");
        let trust = &properties["AssumeRolePolicyDocument"]["Statement"];
        assert_eq!(
            trust[0]["Principal"],
            json!({"Service": "lambda.amazonaws.com"}),
            "{id}"
        );
    }
    assert!(template.of_type("AWS::IAM::ManagedPolicy").is_empty());
    assert!(template.of_type("AWS::IAM::Policy").is_empty());
}

#[test]
fn no_role_has_a_star() {
    for (id, statement) in statements(&Template::read()) {
        assert_eq!(statement["Effect"], "Allow", "{id}");
        assert!(statement.get("NotAction").is_none() && statement.get("NotResource").is_none());
        let actions: Vec<&str> = list(&statement["Action"])
            .into_iter()
            .map(|action| action.as_str().unwrap())
            .collect();
        assert!(
            actions.iter().all(|action| !action.contains('*')),
            "{id}: {actions:?}"
        );
        let has_star = list(&statement["Resource"])
            .iter()
            .any(|resource| **resource == "*");
        assert!(
            !has_star || actions == WITHOUT_RESOURCES,
            "{id}: {actions:?} on *"
        );
    }
}

/// The whole table is nobody's: each statement on it says which partitions. One function looks for a member's items in
/// all of them, and sees no more than their keys.
#[test]
fn roles_name_the_partitions_that_they_touch() {
    for (id, statement) in statements(&Template::read()) {
        if statement["Action"] == json!(["dynamodb:Scan"]) {
            assert_eq!(id, "RemoveMemberRole");
            let condition = &statement["Condition"];
            let seen = &condition["ForAllValues:StringEquals"]["dynamodb:Attributes"];
            assert_eq!(*seen, json!(["pk", "sk", "email"]));
            let select = &condition["StringEquals"]["dynamodb:Select"];
            assert_eq!(select, "SPECIFIC_ATTRIBUTES");
            continue;
        }
        if statement["Resource"]["Fn::GetAtt"] == "MembersTable.Arn" {
            let keys = &statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
            let keys = keys
                .as_array()
                .unwrap_or_else(|| panic!("{id}: {statement}"));
            assert!(
                keys.iter().all(|key| key.as_str().unwrap().ends_with("#*")),
                "{id}: {keys:?}"
            );
        }
    }
}

/// Whoever may write an account or read a signing key is written down here, too.
/// Whoever erases a member may delete every kind of item that names one by id or handle, as the table in ARCHITECTURE.md has them:
/// one that it may not delete would keep the member's account for good.
#[test]
fn whatever_names_a_member_can_be_erased() {
    let document = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let names_a_member = |key: &str| {
        let names = ["<id>", "<member id>", "<handle>"];
        names.iter().any(|name| key.contains(name))
    };
    let kinds: BTreeSet<&str> = document
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split('|');
            let (pk, sk) = (cells.next()?, cells.next()?);
            let (kind, _) = pk.split_once('#')?;
            (names_a_member(pk) || names_a_member(sk)).then_some(kind)
        })
        .collect();
    assert!(kinds.contains("MEMBER") && kinds.len() > 10, "{kinds:?}");
    let all = statements(&Template::read());
    let erases = all.iter().filter(|(id, statement)| {
        id == "RemoveMemberRole"
            && statement["Effect"] == "Allow"
            && list(&statement["Action"]).contains(&&json!("dynamodb:DeleteItem"))
    });
    let keys: BTreeSet<&str> = erases
        .flat_map(|(_, statement)| {
            let condition = &statement["Condition"]["ForAllValues:StringLike"];
            list(&condition["dynamodb:LeadingKeys"])
        })
        .filter_map(Value::as_str)
        .filter_map(|key| key.strip_suffix("#*"))
        .collect();
    let kept: Vec<_> = kinds.difference(&keys).collect();
    assert!(kept.is_empty(), "remove_member may not delete {kept:?}");
}

#[test]
fn few_functions_can_do_harm() {
    let who = |action: &str, on: &str| -> Vec<String> {
        let statements = statements(&Template::read());
        let able = statements.into_iter().filter(|(_, statement)| {
            list(&statement["Action"])
                .iter()
                .any(|named| **named == action)
                && statement.to_string().contains(on)
        });
        let mut able: Vec<String> = able.map(|(id, _)| id).collect();
        // A role may have a statement for each prefix.
        able.dedup();
        able
    };
    assert_eq!(
        who("dynamodb:UpdateItem", "EMAIL#*"),
        [
            "LeaveRole",
            "LoginRole",
            "MeRole",
            "ResizePictureRole",
            "RosterRole",
            "SendMailRole",
            "SetPasswordRole",
            "UploadProfilePicRole"
        ]
    );
    // Accounts are made by administrators alone, who look after rights as well; a member's own moves to another address.
    assert_eq!(who("dynamodb:PutItem", "EMAIL#*"), ["MeRole", "RosterRole"]);
    // An entry is written, and nothing over the web changes one or takes it away.
    for action in ["dynamodb:UpdateItem", "dynamodb:DeleteItem"] {
        assert_eq!(who(action, "AUDIT#*"), [""; 0], "{action}");
    }
    // Letters bring codes that open accounts.
    assert_eq!(
        who("s3:PutObject", "UploadsBucket.Arn}/mail/*"),
        [
            "ContentRole",
            "ForgotPasswordRole",
            "MeRole",
            "ReviewRole",
            "RosterRole"
        ]
    );
    assert_eq!(
        who("s3:GetObject", "UploadsBucket.Arn}/mail/*"),
        ["SendMailRole"]
    );
    assert_eq!(
        who("ses:SendEmail", "identity/${MailFrom}"),
        ["SendMailRole"]
    );
    assert_eq!(who("ses:SendEmail", "ses:FromAddress"), ["SendMailRole"]);
    assert_eq!(
        who("s3:PutObject", "UploadsBucket"),
        [
            "ContentRole",
            "ForgotPasswordRole",
            "MeRole",
            "RebuildSiteRole",
            "RemoveMemberRole",
            "RenameRole",
            "ResizePictureRole",
            // Asks for documents to be looked at.
            "ReviewRole",
            "RewriteReadmeRole",
            "RosterRole",
            "UploadFileRole",
            "UploadProfilePicRole",
            "UploadReadmeRole",
            "UploadUrlRole",
            "VersionsRole"
        ]
    );
    // A README comes from its author, or from what its author sent before.
    assert_eq!(
        who("s3:PutObject", "UploadsBucket.Arn}/readmes/*"),
        ["RenameRole", "UploadReadmeRole", "VersionsRole"]
    );
    // A file stays as it was sent.
    assert_eq!(
        who("s3:PutObject", "UploadsBucket.Arn}/files/*"),
        ["UploadFileRole", "UploadUrlRole"]
    );
    // A README is no matter of those two: they say that a picture changed, or that one is dealt with.
    assert_eq!(
        who("s3:PutObject", "UploadsBucket.Arn}/picture-changes/*"),
        ["ResizePictureRole", "UploadProfilePicRole"]
    );
    assert_eq!(
        who("s3:PutObject", "UploadsBucket.Arn}/pictures/*"),
        [
            "ResizePictureRole",
            // The word of another handle alone.
            "RosterRole",
            "UploadProfilePicRole",
            "UploadUrlRole"
        ]
    );
    assert_eq!(
        who("s3:PutObject", "ContentBucket"),
        [
            "ResizePictureRole",
            "RewriteReadmeRole",
            "UploadProfilePicRole"
        ]
    );
    let readers = who("secretsmanager:GetSecretValue", "SigningKeys");
    for without in ["ContentRole", "ResizePictureRole", "RewriteReadmeRole"] {
        assert!(
            !readers.contains(&without.to_owned()),
            "{without} needs no key"
        );
    }
    assert_eq!(who("secretsmanager:PutSecretValue", ""), [""; 0]);
}

/// Policies of buckets and queues: everybody is refused without TLS, and each service that is let
/// in is tied to this account.
#[test]
fn stores_let_nobody_in_but_those_of_this_account() {
    let template = Template::read();
    let kinds = ["AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"];
    for (id, policy) in kinds.iter().flat_map(|kind| template.of_type(kind)) {
        let mut only_tls = false;
        // A queue that a statement forgets is one that anybody may send to in the clear.
        let queues: Vec<&Value> = list(&policy["Properties"]["Queues"])
            .into_iter()
            .map(|queue| &queue["Ref"])
            .collect();
        for statement in list(&policy["Properties"]["PolicyDocument"]["Statement"]) {
            if !queues.is_empty() {
                let named = list(&statement["Resource"]).into_iter();
                let named: Vec<Value> = named
                    .map(|queue| json!(queue["Fn::GetAtt"].as_str().unwrap().strip_suffix(".Arn")))
                    .collect();
                assert_eq!(named.iter().collect::<Vec<_>>(), queues, "{id}");
            }
            let insecure = json!({"Bool": {"aws:SecureTransport": "false"}});
            if statement["Effect"] == "Deny" {
                assert_eq!(statement["Condition"], insecure, "{id}");
                only_tls = true;
                continue;
            }
            let service = statement["Principal"]["Service"].as_str();
            assert!(
                service.is_some_and(|name| name.ends_with(".amazonaws.com")),
                "{id}"
            );
            let action = statement["Action"].as_str().unwrap();
            assert!(!action.contains('*'), "{id}: {action}");
            let condition = statement["Condition"].to_string();
            assert!(condition.contains("AWS::AccountId"), "{id}: {condition}");
        }
        assert!(only_tls, "{id}");
    }
    for (id, permission) in template.of_type("AWS::Lambda::Permission") {
        assert!(permission["Properties"]["SourceArn"].is_object(), "{id}");
    }
}

/// No secret stands in the template, and none is a parameter: SAM takes no empty answer for one that doesn't show.
#[test]
fn no_secret_stands_in_the_template() {
    let template = Template::read();
    let sounds_secret = |name: &str| {
        let name = name.to_uppercase();
        ["SECRET", "PASSWORD", "TOKEN", "JWT", "CREDENTIAL", "HOOK"]
            .iter()
            .any(|word| name.contains(word))
    };
    let globals = &template.0["Globals"]["Function"];
    let functions = template.functions();
    for function in functions
        .values()
        .map(|function| &function["Properties"])
        .chain([globals])
    {
        for (name, value) in function["Environment"]["Variables"].as_object().unwrap() {
            let harmless = ["MIN_PASSWORD_LENGTH"].contains(&name.as_str());
            if sounds_secret(name) && !harmless {
                assert!(
                    value == "" || value["Ref"] == "SigningKeys" || value["Ref"] == "DeployHook",
                    "{name}: {value}"
                );
            }
        }
    }
    for (name, parameter) in template.0["Parameters"].as_object().unwrap() {
        assert!(parameter.get("NoEcho").is_none(), "{name}");
        let harmless = ["MinPasswordLength"].contains(&name.as_str());
        assert!(!sounds_secret(name) || harmless, "{name}");
    }
    // A key in base64 or hexadecimal is a run of at least 32 characters, with digits among them.
    let mut stack = vec![&template.0["Resources"]];
    while let Some(value) = stack.pop() {
        match value {
            Value::Object(entries) => stack.extend(entries.values()),
            Value::Array(items) => stack.extend(items),
            Value::String(text) => {
                let mut runs = text.split(|c: char| !c.is_ascii_alphanumeric());
                let is_random =
                    |run: &str| run.len() >= 32 && run.contains(|c: char| c.is_ascii_digit());
                assert!(!runs.any(is_random), "{text}");
            }
            _ => {}
        }
    }
}

/// Pages of named sites alone may call the API.
#[test]
fn no_origin_is_a_star() {
    let template = Template::read();
    let site = &template.0["Parameters"]["SiteOrigin"];
    assert!(site.get("Default").is_none(), "the administrator names it");
    let pattern = regex_lite::Regex::new(site["AllowedPattern"].as_str().unwrap()).unwrap();
    for good in [
        "https://club.example",
        "http://localhost:4321",
        "https://a.example,https://b.example",
    ] {
        assert!(pattern.is_match(good), "{good}");
    }
    for bad in [
        "*",
        "https://*",
        "https://*.example",
        "null",
        "https://club.example/",
        "",
        "https://a.example, https://b.example",
    ] {
        assert!(!pattern.is_match(bad), "{bad}");
    }
    let origins = template.0["Globals"]["Function"]["Environment"]["Variables"]["ALLOWED_ORIGINS"]
        .to_string();
    assert!(!origins.contains('*'), "{origins}");
    for (id, api) in template.of_type("AWS::ApiGatewayV2::Api") {
        // It would answer in the place of the functions, which know the sites.
        assert!(api["Properties"].get("CorsConfiguration").is_none(), "{id}");
    }
}

/// Hashing costs money: its routes take fewer requests than others.
#[test]
fn routes_are_throttled() {
    let template = Template::read();
    let stage = &template.resource("ApiStage")["Properties"];
    let all = template.number(&stage["DefaultRouteSettings"]["ThrottlingRateLimit"]);
    for key in [
        "ANY /api/login",
        "ANY /api/set_password",
        "ANY /api/forgot_password",
        "ANY /api/me/delete",
        "ANY /api/upload_profile_pic",
        "ANY /api/upload_url",
        "ANY /api/members/public",
    ] {
        let own = template.number(&stage["RouteSettings"][key]["ThrottlingRateLimit"]);
        assert!(own < all, "{key}");
    }
    let format = stage["AccessLogSettings"]["Format"].as_str().unwrap();
    let logged: Value = serde_json::from_str(&format.replace('\n', "")).unwrap();
    assert!(!logged.to_string().to_lowercase().contains("authorization"));
    // The one header that the API can log holds the viewer's address, put there by CloudFront.
    assert_eq!(logged["viewer"], "$context.identity.userAgent");
    let function = &template.resource("ViewerAddress")["Properties"]["FunctionCode"];
    let code = function.as_str().unwrap();
    for header in ["user-agent", "masthead-viewer"] {
        let set = format!("event.request.headers['{header}'] = {{ value: event.viewer.ip }};");
        assert!(code.contains(&set), "{code}");
    }
}

/// A flood of requests for what is published costs the functions one answer in ten seconds: no header and no further
/// parameter of a requester makes an answer that is not kept yet, and nothing but the list is kept.
#[test]
fn what_is_published_is_kept_at_the_edge_for_ten_seconds() {
    let template = Template::read();
    let distribution = &template.resource("Distribution")["Properties"]["DistributionConfig"];
    let behaviours = list(&distribution["CacheBehaviors"]);
    let paths: Vec<&str> = behaviours
        .iter()
        .map(|behaviour| behaviour["PathPattern"].as_str().unwrap())
        .collect();
    // The first that fits counts.
    assert_eq!(
        paths[..3],
        ["/api/content", "/api/members/public", "/api/*"]
    );
    for public in &behaviours[..2] {
        assert_eq!(public["CachePolicyId"]["Ref"], "ManifestCaching");
        // What is kept was answered to somebody else: who may read it across origins is CloudFront's to say.
        assert_eq!(public["ResponseHeadersPolicyId"]["Ref"], "PublicHeaders");
    }
    assert_eq!(
        behaviours[2]["CachePolicyId"], "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "AWS's CachingDisabled"
    );

    let policy = &template.resource("ManifestCaching")["Properties"]["CachePolicyConfig"];
    assert_eq!(
        (&policy["MinTTL"], &policy["DefaultTTL"]),
        (&0.into(), &0.into())
    );
    assert_eq!(policy["MaxTTL"], 10);
    let key = &policy["ParametersInCacheKeyAndForwardedToOrigin"];
    assert_eq!(key["CookiesConfig"]["CookieBehavior"], "none");
    assert_eq!(key["HeadersConfig"]["HeaderBehavior"], "none");
    assert_eq!(
        key["QueryStringsConfig"]["QueryStrings"],
        serde_json::json!(["cursor", "id", "since"])
    );

    let headers =
        |id: &str| template.resource(id)["Properties"]["ResponseHeadersPolicyConfig"].clone();
    assert_eq!(
        headers("PublicHeaders")["CorsConfig"]["OriginOverride"],
        true
    );
    let security = ["PublicHeaders", "SecurityHeaders"].map(|id| {
        let mut security = headers(id)["SecurityHeadersConfig"].clone();
        let policy = security["ContentSecurityPolicy"].take();
        let policy = policy["ContentSecurityPolicy"].as_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(
            policy.ends_with("frame-ancestors 'none'; sandbox"),
            "{policy}"
        );
        security
    });
    assert_eq!(security[0], security[1]);
}

/// What the alarm counts is in the API's log, under the names that the log has.
#[test]
fn refused_logins_are_counted_and_told() {
    let template = Template::read();
    let filter = &template.resource("RefusedLogins")["Properties"];
    let log = &template.resource("ApiStage")["Properties"]["AccessLogSettings"];
    assert_eq!(filter["LogGroupName"]["Ref"], "ApiLog");
    assert_eq!(log["DestinationArn"]["Fn::GetAtt"], "ApiLog.Arn");
    let format = log["Format"].as_str().unwrap().replace('\n', "");
    let logged: Value = serde_json::from_str(&format).unwrap();
    assert_eq!(logged["route"], "$context.routeKey");
    assert_eq!(logged["status"], "$context.status");
    let pattern = filter["FilterPattern"].as_str().unwrap();
    for named in ["ANY /api/login", "ANY /api/set_password"] {
        assert!(pattern.contains(&format!("$.route = \"{named}\"")));
        let routes = template.of_type("AWS::ApiGatewayV2::Route");
        assert!(
            routes
                .iter()
                .any(|(_, route)| route["Properties"]["RouteKey"] == named)
        );
    }
    for refused in ["401", "429"] {
        assert!(pattern.contains(&format!("$.status = \"{refused}\"")));
    }
    let alarm = &template.resource("RefusedLoginsAlarm")["Properties"];
    let counted = &filter["MetricTransformations"][0];
    assert_eq!(alarm["MetricName"], counted["MetricName"]);
    assert_eq!(alarm["Namespace"], counted["MetricNamespace"]);
    assert_eq!(alarm["AlarmActions"][0]["Ref"], "Alarms");
}

/// A limit for each source costs money: it is there for whoever asks for it.
#[test]
fn logins_can_be_limited_for_each_source() {
    let template = Template::read();
    assert_eq!(template.0["Parameters"]["WebAclArn"]["Default"], "");
    let distribution = &template.resource("Distribution")["Properties"]["DistributionConfig"];
    assert_eq!(distribution["WebACLId"]["Fn::If"][0], "HasWebAcl");
    let acl = Template::of("web-acl.yaml");
    let rule = &acl.resource("WebAcl")["Properties"]["Rules"][0]["Statement"]["RateBasedStatement"];
    assert_eq!(rule["AggregateKeyType"], "IP");
    for path in ["/api/login", "/api/set_password", "/api/forgot_password"] {
        assert!(rule["ScopeDownStatement"].to_string().contains(path));
    }
}

/// What the gateway answers by itself, such as 429, is a status to a page of the site and no broken line: CloudFront says who
/// may read it, and leaves the functions' own word alone.
#[test]
fn answers_of_the_gateway_itself_may_be_read_by_the_site() {
    let template = Template::read();
    let behaviors =
        &template.resource("Distribution")["Properties"]["DistributionConfig"]["CacheBehaviors"];
    let mut of_the_api = 0;
    for behavior in list(behaviors) {
        if behavior["TargetOriginId"] != "api" {
            continue;
        }
        of_the_api += 1;
        let policy = behavior["ResponseHeadersPolicyId"]["Ref"].as_str().unwrap();
        let cors =
            &template.resource(policy)["Properties"]["ResponseHeadersPolicyConfig"]["CorsConfig"];
        let origins = &cors["AccessControlAllowOrigins"]["Items"]["Fn::Split"];
        assert_eq!(*origins, json!([",", {"Ref": "SiteOrigin"}]), "{policy}");
        assert_eq!(cors["AccessControlAllowCredentials"], false, "{policy}");
        let exposed = list(&cors["AccessControlExposeHeaders"]["Items"]);
        assert!(exposed.contains(&&json!("Retry-After")), "{policy}");
    }
    assert!(of_the_api >= 1);
}
