//! What the expressions of a trigger read, and checking that they read nothing else.

use std::collections::BTreeSet;

use engine::expression::{Expression, Template};
use serde_json::Value as Json;
use web::{Error, Result, invalid};

/// The longest expression or mapping, in bytes.
const LONGEST: usize = 64 * 1024;

/// A condition that reads these roots.
pub(crate) fn condition(field: &str, text: &str, roots: &[&str]) -> Result<Expression> {
    let inside = text.trim();
    let inside = inside.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
    let inside = inside.unwrap_or(text).trim();
    if inside.len() > LONGEST {
        return Err(too_long(field));
    }
    let expression = engine::expression::parse(inside)
        .map_err(|error| invalid(field, format!("cannot be read: {}", error.message)))?;
    check(field, &expression, roots)?;
    Ok(expression)
}

/// A mapping to inputs: an object whose texts may hold expressions that read these roots.
pub(crate) fn mapping(field: &str, value: &Json, roots: &[&str]) -> Result<Template> {
    if !value.is_object() {
        return Err(invalid(field, "has to be an object of inputs"));
    }
    if value.to_string().len() > LONGEST {
        return Err(too_long(field));
    }
    let template = Template::parse(value)
        .map_err(|error| invalid(field, format!("cannot be read: {}", error.message)))?;
    for expression in template.expressions() {
        check(field, expression, roots)?;
    }
    Ok(template)
}

fn check(field: &str, expression: &Expression, roots: &[&str]) -> Result<()> {
    let mut unknown = BTreeSet::new();
    expression.walk(&mut |inside| {
        if let Expression::Root(name) = inside
            && !roots.contains(&name.as_str())
        {
            unknown.insert(name.clone());
        }
    });
    match unknown.first() {
        None => Ok(()),
        Some(name) => {
            let roots = roots.join(" and ");
            Err(invalid(field, format!("reads the unknown \"{name}\"; here it can read {roots}")))
        }
    }
}

fn too_long(field: &str) -> Error {
    invalid(field, format!("is longer than {LONGEST} bytes; let the workflow do the work"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_read_what_is_there() {
        let check = |text: &str, part: Option<&str>| match (condition("if", text, &["event"]), part)
        {
            (Ok(_), None) => {}
            (Err(error), Some(part)) => {
                assert!(error.detail().contains(part), "{}", error.detail());
            }
            (other, _) => panic!("{text}: {other:?}"),
        };
        check("event.item.column == 'done'", None);
        check("${{ event.status == 'failed' }}", None);
        check("steps.a.outputs.b == 1", Some("\"steps\""));
        check("event.", Some("cannot be read"));
    }

    #[test]
    fn mappings_are_objects() {
        let scope = json!({"body": {"issue": {"title": "Broken"}}});
        let template =
            mapping("inputs", &json!({"title": "${{ body.issue.title }}!"}), &["body"]).unwrap();
        assert_eq!(template.eval(&scope).unwrap(), json!({"title": "Broken!"}));
        assert!(mapping("inputs", &json!("${{ body }}"), &["body"]).is_err());
        assert!(mapping("inputs", &json!({"a": "${{ event.x }}"}), &["body"]).is_err());
    }
}
