//! Who may call what: every operation of `docs/openapi.yaml`, by every role, in every state of an account.
//!
//! The document is the one list: an operation's `security` names the role that a member needs. What is done with a request
//! that is let in is others' tests'; here it is refused as a request that says nothing, or finds nothing.

use std::collections::BTreeSet;

use auth::password::{self, Password};
use members::{Account, Email, Role};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::site::{PASSWORD, SignedIn, Site, body};
use crate::template::document::{Template, logical_id, root};

/// What an operation asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    Session(Role),
    /// The key of a site's builds.
    Key,
}

struct Operation {
    method: Method,
    /// As the document and the template write it.
    route: String,
    needs: Needs,
}

fn operations() -> Vec<Operation> {
    let text = std::fs::read_to_string(root().join("docs/openapi.yaml")).unwrap();
    let document: Value = serde_yaml::from_str(&text).unwrap();
    let mut operations = Vec::new();
    for (route, path) in document["paths"].as_object().unwrap() {
        if !route.starts_with("/api/") {
            continue;
        }
        for method in ["get", "post", "put", "patch", "delete"] {
            let Some(operation) = path.get(method) else {
                continue;
            };
            operations.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                route: route.clone(),
                needs: needs(&operation["security"]),
            });
        }
    }
    operations
}

fn needs(security: &Value) -> Needs {
    let schemes = security.as_array().map(Vec::as_slice).unwrap_or_default();
    // An empty one beside others: a session isn't needed.
    if schemes.iter().any(|scheme| scheme == &json!({})) {
        return Needs::Nothing;
    }
    let Some(scheme) = schemes.first() else {
        return Needs::Nothing;
    };
    let Some(roles) = scheme["bearer"].as_array() else {
        assert!(scheme["build"].is_array(), "{scheme}");
        return Needs::Key;
    };
    let role = roles
        .first()
        .map_or("member", |role| role.as_str().unwrap());
    Needs::Session(role.parse().unwrap())
}

/// What became of an account after its token was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Since {
    Nothing,
    Disabled,
    DisabledAndEnabled,
    SignedOut,
    NewPassword,
    Demoted,
    /// The role came after the token.
    Promoted,
    Left,
    Gone,
}

impl Since {
    const ALL: [Self; 9] = [
        Self::Nothing,
        Self::Disabled,
        Self::DisabledAndEnabled,
        Self::SignedOut,
        Self::NewPassword,
        Self::Demoted,
        Self::Promoted,
        Self::Left,
        Self::Gone,
    ];

    /// What happens, and the role with which the token works afterwards, if it does.
    async fn happen(self, site: &Site, member: &SignedIn, role: Role) -> Option<Role> {
        let members = &site.members;
        let account = account(site, &member.email).await;
        let give = async |role| assert!(members.set_role(&account, role).await.unwrap());
        if self != Self::Promoted {
            give(role).await;
        }
        let account = self::account(site, &member.email).await;
        match self {
            Self::Nothing => return Some(role),
            Self::Promoted => {
                give(role).await;
                return Some(role);
            }
            Self::Demoted if role == Role::Member => return Some(role),
            Self::Demoted => assert!(members.set_role(&account, Role::Member).await.unwrap()),
            Self::Disabled => assert!(members.set_disabled(&account, true).await.unwrap()),
            Self::DisabledAndEnabled => {
                assert!(members.set_disabled(&account, true).await.unwrap());
                assert!(members.set_disabled(&account, false).await.unwrap());
            }
            Self::SignedOut => assert!(members.sign_out(&account).await.unwrap()),
            Self::NewPassword => {
                let hash = password::hash(&Password::new(PASSWORD), rand::random()).unwrap();
                assert!(members.set_password(&account, &hash).await.unwrap());
            }
            Self::Left => assert!(members.leave(&account, 1).await.unwrap()),
            Self::Gone => {
                assert!(members.depart(&account, 1).await.unwrap());
                let going = self::account(site, &member.email).await;
                assert!(members.forget(&going, 1).await.unwrap());
            }
        }
        None
    }
}

async fn account(site: &Site, email: &str) -> Account {
    let email = Email::parse(email).unwrap();
    site.members.by_email(&email).await.unwrap().unwrap()
}

/// The status and the code of an answer to a call that says nothing.
async fn call(site: &Site, operation: &Operation, token: Option<&str>) -> (StatusCode, String) {
    let path = operation.route.replace("{slug}", "no-such-document");
    let path = path.replace("{handle}", "no-such-member");
    let path = path.replace("{id}", &"0".repeat(48));
    let request = site.request(operation.method.clone(), &path);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let request = if operation.method == Method::GET {
        request
    } else {
        request.json(&json!({}))
    };
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let code = if status.is_success() {
        String::new()
    } else {
        body(answer).await["code"].as_str().unwrap().to_owned()
    };
    (status, code)
}

/// What refuses whoever asks.
const CLOSED: [&str; 3] = ["invalid_token", "invalid_credentials", "forbidden"];

#[tokio::test]
async fn every_route_by_every_role_in_every_state_of_an_account() {
    let site = Site::start().await;
    let operations = operations();
    // Somebody is left who can sign in, whatever happens to the others.
    let keeper = site.member("keeper").await;
    let account = account(&site, &keeper.email).await;
    assert!(site.members.set_role(&account, Role::Admin).await.unwrap());

    for operation in &operations {
        for token in [None, Some("a.b.c")] {
            let (status, code) = call(&site, operation, token).await;
            let named = format!("{} {} {token:?}", operation.method, operation.route);
            match operation.needs {
                Needs::Session(_) => {
                    assert_eq!(
                        (status.as_u16(), code.as_str()),
                        (401, "invalid_token"),
                        "{named}"
                    );
                }
                Needs::Key => assert_eq!(status, 401, "{named}"),
                Needs::Nothing => assert_ne!(code, "forbidden", "{named}"),
            }
        }
    }
    for since in Since::ALL {
        for role in Role::ALL {
            let handle = format!("{since:?}-{role}").to_lowercase();
            let member = site.member(&handle).await;
            let works = since.happen(&site, &member, role).await;
            for operation in &operations {
                let Needs::Session(needed) = operation.needs else {
                    continue;
                };
                let (status, code) = call(&site, operation, Some(&member.token)).await;
                let named = format!("{} {} by {handle}", operation.method, operation.route);
                assert!(!status.is_server_error(), "{named}: {status}");
                match works {
                    None => assert_eq!(code, "invalid_token", "{named}"),
                    Some(role) if role < needed => assert_eq!(code, "forbidden", "{named}"),
                    Some(_) => assert!(!CLOSED.contains(&code.as_str()), "{named}: {code}"),
                }
                assert_eq!(
                    status == StatusCode::FORBIDDEN,
                    code == "forbidden",
                    "{named}"
                );
            }
        }
    }
}

/// The functions that write what only those with a role may do are those whose every operation asks for one; nobody else's role in
/// AWS reaches the entries.
#[test]
fn functions_that_act_for_others_are_those_whose_operations_ask_for_a_role() {
    let template = Template::read();
    let operations = operations();
    let (mut acting, mut asking) = (BTreeSet::new(), BTreeSet::new());
    for name in template.functions().into_keys() {
        let role = template.resource(&format!("{}Role", logical_id(&name)));
        let statements = &role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
        let reaches = |partition: &str| {
            let all = statements.as_array().unwrap().iter();
            all.filter(|statement| statement.to_string().contains(partition))
                .flat_map(|statement| match &statement["Action"] {
                    Value::Array(actions) => actions.clone(),
                    one => vec![one.clone()],
                })
                .map(|action| action.as_str().unwrap().to_owned())
                .collect::<BTreeSet<_>>()
        };
        let entries = reaches("AUDIT#");
        for action in &entries {
            assert!(
                ["dynamodb:PutItem", "dynamodb:Query"].contains(&action.as_str()),
                "{name} changes entries by {action}"
            );
        }
        if entries.contains("dynamodb:PutItem") {
            acting.insert(name.clone());
        }
        let routes = template.routes_of(&logical_id(&name));
        let own = operations
            .iter()
            .filter(|operation| routes.contains(&format!("ANY {}", operation.route)));
        let own: Vec<&Operation> = own.collect();
        let asks = |operation: &&Operation| matches!(operation.needs, Needs::Session(role) if role > Role::Member);
        let asked = own
            .iter()
            .copied()
            .filter(|operation| asks(operation))
            .count();
        assert!(
            asked == 0 || asked == own.len(),
            "{name} serves everybody, too"
        );
        if own
            .iter()
            .any(|operation| asks(operation) && operation.method != Method::GET)
        {
            asking.insert(name);
        }
    }
    assert_eq!(acting, asking);
}
