//! What the stores are asked for, counted: each operation by its name, and the units that DynamoDB bills it by.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use dynoxide::Result;
use serde_json::Value;

/// DynamoDB's operations that say what they consumed when they are asked to.
const BILLED: [&str; 10] = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

/// How often an operation was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Count {
    pub requests: u64,
    /// Read or write capacity units of DynamoDB, those of transactions doubled; 0 for S3.
    pub units: f64,
}

/// Counts by operation, as AWS spells it: `GetItem` and `GetObject`.
pub type Counts = BTreeMap<String, Count>;

/// Counts the requests of a stack that is started with it; its clones count together.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Mutex<Counts>>);

impl Calls {
    /// What was counted since the last time that this was asked.
    pub fn take(&self) -> Counts {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn note(&self, operation: &str, units: f64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(operation.to_owned()).or_default();
        count.requests += 1;
        count.units += units;
    }

    /// Has DynamoDB's `operation` say what it consumed, and counts it.
    pub(crate) fn metered(
        &self,
        operation: &str,
        body: &[u8],
        run: impl FnOnce(&[u8]) -> Result<String>,
    ) -> Result<String> {
        let asked = BILLED
            .contains(&operation)
            .then(|| serde_json::from_slice::<Value>(body).ok())
            .flatten();
        let Some(mut asked) = asked.filter(Value::is_object) else {
            self.note(operation, 0.0);
            return run(body);
        };
        asked["ReturnConsumedCapacity"] = "TOTAL".into();
        let answered = run(asked.to_string().as_bytes());
        let units = match &answered {
            Ok(answer) => consumed(answer),
            Err(_) => of_a_refusal(operation, &asked),
        };
        self.note(operation, units);
        answered
    }
}

/// The units that an answer tells of, those of all tables.
fn consumed(answer: &str) -> f64 {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let of = |capacity: &Value| capacity["CapacityUnits"].as_f64().unwrap_or_default();
    match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().map(of).sum(),
        table => of(table),
    }
}

/// DynamoDB bills a write whose condition doesn't hold, and its refusal doesn't say what for: taken for one unit
/// an item, two in a transaction.
fn of_a_refusal(operation: &str, asked: &Value) -> f64 {
    let items = asked["TransactItems"].as_array().map_or(0, Vec::len);
    match operation {
        "TransactWriteItems" => 2.0 * f64::from(u32::try_from(items).unwrap_or(u32::MAX)),
        _ => 1.0,
    }
}
