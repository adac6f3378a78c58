//! Story points: 1, 2, 3, 5, 8 or 13, nothing between.

use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

/// The scale.
const SCALE: [i64; 6] = [1, 2, 3, 5, 8, 13];

/// A size on the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Points(i64);

impl Points {
    /// The size, when the number is on the scale.
    pub fn new(number: i64) -> Option<Self> {
        SCALE.contains(&number).then_some(Self(number))
    }

    /// The size nearest to a positive number, the larger one when two are equally near:
    /// an estimate that is too small hurts more. No size for anything else.
    pub fn nearest(number: f64) -> Option<Self> {
        if !number.is_finite() || number <= 0.0 {
            return None;
        }
        let distance = |size: &i64| (*size as f64 - number).abs();
        let nearest = SCALE.into_iter().rev().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        nearest.map(Self)
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl utoipa::PartialSchema for Points {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .enum_values(Some(SCALE))
            .description(Some("A size on the scale of story points"))
            .into()
    }
}

impl utoipa::ToSchema for Points {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_scale_is_accepted() {
        let accepted: Vec<i64> =
            (-20..100).filter(|number| Points::new(*number).is_some()).collect();
        assert_eq!(accepted, SCALE);
    }

    #[test]
    fn estimates_snap_to_the_scale() {
        let check = |number: f64, expected: Option<i64>| {
            assert_eq!(Points::nearest(number).map(Points::get), expected, "{number}");
        };
        check(0.0, None);
        check(-3.0, None);
        check(f64::NAN, None);
        check(f64::INFINITY, None);
        check(0.5, Some(1));
        check(1.0, Some(1));
        check(1.5, Some(2));
        check(4.0, Some(5));
        check(6.4, Some(5));
        check(6.5, Some(8));
        check(13.0, Some(13));
        check(21.0, Some(13));
        check(1e12, Some(13));
    }
}
