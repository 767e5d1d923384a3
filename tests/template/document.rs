//! `template.yaml` as JSON, with CloudFormation's tags in their long form.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use serde_yaml::Value as Yaml;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// `upload_readme` is `UploadReadme` in the template.
pub(crate) fn logical_id(name: &str) -> String {
    let words = name
        .split('_')
        .map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect()
}

pub(crate) struct Template(pub(crate) Value);

impl Template {
    pub(crate) fn read() -> Self {
        Self::of("template.yaml")
    }

    pub(crate) fn of(file: &str) -> Self {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        Self(json_from(serde_yaml::from_str(&text).unwrap()))
    }

    pub(crate) fn resources(&self) -> &Map<String, Value> {
        self.0["Resources"].as_object().unwrap()
    }

    pub(crate) fn resource(&self, id: &str) -> &Value {
        self.resources()
            .get(id)
            .unwrap_or_else(|| panic!("no resource {id}"))
    }

    pub(crate) fn of_type(&self, kind: &str) -> Vec<(&String, &Value)> {
        let all = self.resources().iter();
        all.filter(|(_, resource)| resource["Type"] == kind)
            .collect()
    }

    /// A number, or the default of the parameter that says it.
    pub(crate) fn number(&self, value: &Value) -> u64 {
        let default = value["Ref"]
            .as_str()
            .map(|name| &self.0["Parameters"][name]["Default"]);
        default
            .unwrap_or(value)
            .as_u64()
            .unwrap_or_else(|| panic!("{value} is no number"))
    }

    /// The functions by the names of their binaries.
    pub(crate) fn functions(&self) -> BTreeMap<String, Value> {
        let functions = self.of_type("AWS::Serverless::Function").into_iter();
        functions
            .map(|(_, function)| {
                let binary = function["Metadata"]["BuildProperties"]["Binary"]
                    .as_str()
                    .unwrap();
                (binary.to_owned(), function.clone())
            })
            .collect()
    }

    /// The route keys that lead to a function.
    pub(crate) fn routes_of(&self, id: &str) -> Vec<String> {
        let target = format!("integrations/${{{id}Integration}}");
        let routes = self.of_type("AWS::ApiGatewayV2::Route").into_iter();
        routes
            .filter(|(_, route)| route["Properties"]["Target"]["Fn::Sub"] == *target)
            .map(|(_, route)| route["Properties"]["RouteKey"].as_str().unwrap().to_owned())
            .collect()
    }

    /// A function's environment. The values are as the template has them: `""`, or the name of the
    /// variable where it is something that only AWS knows.
    pub(crate) fn variables_of(&self, id: &str) -> BTreeMap<String, String> {
        let globals = &self.0["Globals"]["Function"]["Environment"]["Variables"];
        let own = &self.resource(id)["Properties"]["Environment"]["Variables"];
        let all = [globals, own]
            .into_iter()
            .filter_map(Value::as_object)
            .flatten();
        all.map(|(name, value)| {
            let value = if value == "" {
                String::new()
            } else {
                name.clone()
            };
            (name.clone(), value)
        })
        .collect()
    }
}

fn json_from(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let tag = tag.trim_start_matches('!');
            let name = if matches!(tag, "Ref" | "Condition") {
                tag.to_owned()
            } else {
                format!("Fn::{tag}")
            };
            json!({ name: json_from(tagged.value) })
        }
        Yaml::Mapping(mapping) => {
            let entries = mapping.into_iter().map(|(key, value)| {
                let key = key
                    .as_str()
                    .map_or_else(|| format!("{key:?}"), str::to_owned);
                (key, json_from(value))
            });
            Value::Object(entries.collect())
        }
        Yaml::Sequence(items) => items.into_iter().map(json_from).collect(),
        scalar => serde_json::to_value(scalar).unwrap(),
    }
}
