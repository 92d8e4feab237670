//! The part of JSON Schema (draft 2020-12) that `docs/schema` uses, and no more: a keyword that is not
//! known here is a fault, so that no schema says what is not checked. The validators at hand bring some
//! fifty packages along.

use kd_audit::scalar::{Interval, Rational};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// All schemas, by file name.
pub struct Schemas(BTreeMap<String, Value>);

/// A pattern is checked by the reader of what it describes, which is stricter.
const RATIONAL: &str = "^-?[0-9]+(/[1-9][0-9]*)?$";
const HEX: &str = "^-?(0x[01](\\.[0-9a-f]+)?p[+-][0-9]+|inf)$";

impl Schemas {
    /// Reads `docs/schema`.
    pub fn load() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| {
            let entry = entry.unwrap();
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), serde_json::from_str(&text).unwrap())
        });
        Self(files.collect())
    }

    /// The names of the files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What a document does not meet; empty if it is valid.
    pub fn faults(&self, file: &str, document: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(file, &self.0[file], document, "", &mut faults);
        faults
    }

    fn is_valid(&self, file: &str, schema: &Value, value: &Value) -> bool {
        let mut faults = Vec::new();
        self.check(file, schema, value, "", &mut faults);
        faults.is_empty()
    }

    fn check(&self, file: &str, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        if *schema == Value::Bool(true) {
            return;
        }
        let rules = schema.as_object().unwrap_or_else(|| panic!("{file}: {schema} at {at}"));
        let mut fault = |text: String| faults.push(format!("{at}: {text}"));
        for (keyword, rule) in rules {
            match keyword.as_str() {
                "$schema" => assert_eq!(rule, "https://json-schema.org/draft/2020-12/schema"),
                "title" | "description" | "$defs" => {}
                "type" => {
                    let known: Vec<&Value> =
                        rule.as_array().map_or(vec![rule], |v| v.iter().collect());
                    if !known.iter().any(|kind| is_a(value, kind.as_str().unwrap())) {
                        fault(format!("{} is not {rule}", short(value)));
                    }
                }
                "const" if value != rule => fault(format!("{} is not {rule}", short(value))),
                "enum" if !rule.as_array().unwrap().contains(value) => {
                    fault(format!("{} is none of {rule}", short(value)));
                }
                "minimum" if value.as_f64().is_some_and(|v| v < rule.as_f64().unwrap()) => {
                    fault(format!("{value} is below {rule}"));
                }
                "minItems" | "maxItems" => {
                    let (limit, count) = (rule.as_u64().unwrap(), value.as_array().map(Vec::len));
                    let few = count.is_some_and(|count| (count as u64) < limit);
                    let many = count.is_some_and(|count| (count as u64) > limit);
                    if if keyword == "minItems" { few } else { many } {
                        fault(format!("{count:?} items against {keyword} {limit}"));
                    }
                }
                "pattern" if value.is_string() => {
                    let good = match rule.as_str().unwrap() {
                        RATIONAL => serde_json::from_value::<Rational>(value.clone())
                            .is_ok_and(|number| number.to_string() == *value),
                        HEX => Interval::parse_hex_f64(value.as_str().unwrap()).is_some(),
                        other => panic!("{file}: the pattern {other} is not checked"),
                    };
                    if !good {
                        fault(format!("{} does not match {rule}", short(value)));
                    }
                }
                "required" => {
                    let names = rule.as_array().unwrap().iter().filter_map(Value::as_str);
                    let lacks =
                        |name: &&str| value.as_object().is_some_and(|v| !v.contains_key(*name));
                    names.filter(lacks).for_each(|name| fault(format!("there is no {name:?}")));
                }
                "const"
                | "enum"
                | "minimum"
                | "pattern"
                | "properties"
                | "additionalProperties"
                | "items"
                | "oneOf"
                | "anyOf"
                | "$ref" => {}
                other => panic!("{file}: the keyword {other} is not checked"),
            }
        }
        self.check_parts(file, rules, value, at, faults);
        for (keyword, several) in [("oneOf", false), ("anyOf", true)] {
            let Some(cases) = rules.get(keyword).and_then(Value::as_array) else { continue };
            let count = cases.iter().filter(|case| self.is_valid(file, case, value)).count();
            if count == 0 || (count > 1 && !several) {
                faults.push(format!("{at}: {} fits {count} cases of {keyword}", short(value)));
            }
        }
        if let Some(target) = rules.get("$ref").and_then(Value::as_str) {
            let (other, path) = target.split_once('#').unwrap_or((target, ""));
            let other = if other.is_empty() { file } else { other };
            let found = self.0[other].pointer(path);
            let found = found.unwrap_or_else(|| panic!("{file}: {target} is not there"));
            self.check(other, found, value, at, faults);
        }
    }

    fn check_parts(
        &self,
        file: &str,
        rules: &Map<String, Value>,
        value: &Value,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        for (k, item) in value.as_array().into_iter().flatten().enumerate() {
            if let Some(rule) = rules.get("items") {
                self.check(file, rule, item, &format!("{at}/{k}"), faults);
            }
        }
        for (name, field) in value.as_object().into_iter().flatten() {
            let at = format!("{at}/{name}");
            let known = rules.get("properties").and_then(|properties| properties.get(name));
            match known.or(rules.get("additionalProperties")) {
                Some(Value::Bool(false)) => faults.push(format!("{at} is not documented")),
                Some(rule) => self.check(file, rule, field, &at, faults),
                None => {}
            }
        }
    }
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("there is no type {other}"),
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(60).collect()
}
