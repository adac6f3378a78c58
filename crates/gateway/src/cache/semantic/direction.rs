//! What a vector says of a text: where it points, not how long it is.

/// How many products are added side by side, which lets the processor do them at once.
const LANES: usize = 8;

/// A vector of length one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Direction(Box<[f32]>);

impl Direction {
    /// Where a vector points; nowhere when it has no length, or none that is a number.
    pub(super) fn of(vector: &[f32]) -> Option<Self> {
        let length = product(vector, vector).sqrt();
        length.is_normal().then(|| Self(vector.iter().map(|number| number / length).collect()))
    }

    /// The cosine of the angle between two directions, -1 to 1. Vectors of different sizes
    /// have nothing in common.
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        if self.0.len() == other.0.len() { product(&self.0, &other.0) } else { -1.0 }
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
}

/// The dot product of two vectors of one size.
fn product(one: &[f32], other: &[f32]) -> f32 {
    let (ones, rest_of_one) = one.as_chunks::<LANES>();
    let (others, rest_of_other) = other.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (one, other) in ones.iter().zip(others) {
        for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
            *sum += one * other;
        }
    }
    let rest: f32 = rest_of_one.iter().zip(rest_of_other).map(|(one, other)| one * other).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn likeness_is_the_cosine_of_the_angle() {
        let check = |one: &[f32], other: &[f32], expected: f32| {
            let (one, other) = (Direction::of(one).unwrap(), Direction::of(other).unwrap());
            let found = one.likeness(&other);
            assert!((found - expected).abs() < 1e-5, "{one:?} {other:?}: {found}");
        };
        check(&[3.0, 4.0], &[3.0, 4.0], 1.0);
        check(&[3.0, 4.0], &[30.0, 40.0], 1.0);
        check(&[3.0, 4.0], &[-3.0, -4.0], -1.0);
        check(&[1.0, 0.0], &[0.0, 7.0], 0.0);
        check(&[1.0, 0.0], &[1.0, 1.0], 0.5_f32.sqrt());
        check(&[1.0], &[1.0, 0.0], -1.0);
        // more than fits side by side
        let [mut one, mut other] = [[0.0_f32; 19]; 2];
        (one[0], one[18]) = (0.6, 0.8);
        (other[0], other[18]) = (0.8, 0.6);
        check(&one, &other, 0.96);
    }

    #[test]
    fn what_has_no_length_points_nowhere() {
        let nothing: &[f32] = &[];
        for vector in [nothing, &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0]] {
            assert_eq!(Direction::of(vector), None, "{vector:?}");
        }
        assert_eq!(Direction::of(&[1.0; 10]).unwrap().bytes(), 40);
    }
}
