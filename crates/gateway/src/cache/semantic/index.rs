//! What is kept, found by likeness within a bucket; bounded in number and in bytes, the oldest
//! out first.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use base::Timestamp;

use super::direction::Direction;
use crate::cache::key::Key;

/// How much there may be at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) entries: usize,
    pub(super) bytes: usize,
}

/// An answer, and where its question points.
#[derive(Debug)]
pub(super) struct Entry<A> {
    pub(super) direction: Direction,
    /// Until when it is given again.
    pub(super) until: Timestamp,
    /// How many bytes it takes.
    pub(super) bytes: usize,
    pub(super) answer: Arc<A>,
}

/// All entries. Those of one bucket answer questions that differ in nothing but words.
#[derive(Debug)]
pub(super) struct Index<A> {
    buckets: HashMap<Key, VecDeque<Entry<A>>>,
    /// The bucket of each entry in the order in which they came, as within each bucket.
    order: VecDeque<Key>,
    bytes: usize,
    room: Room,
}

impl<A> Index<A> {
    /// Keeps nothing yet.
    pub(super) fn new(room: Room) -> Self {
        Self { buckets: HashMap::new(), order: VecDeque::new(), bytes: 0, room }
    }

    /// The entry of a bucket that points most nearly in this direction, with its likeness.
    pub(super) fn nearest(
        &self,
        bucket: &Key,
        direction: &Direction,
        now: Timestamp,
    ) -> Option<(f32, &Entry<A>)> {
        let alive = self.buckets.get(bucket)?.iter().filter(|entry| now < entry.until);
        alive
            .map(|entry| (entry.direction.likeness(direction), entry))
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
    }

    /// Keeps an entry; the oldest ones make room for it, and those whose time is over go.
    pub(super) fn keep(&mut self, bucket: Key, entry: Entry<A>, now: Timestamp) {
        if self.room.entries == 0 || entry.bytes > self.room.bytes {
            return;
        }
        while self.oldest().is_some_and(|oldest| oldest.until <= now) || !self.has_room(&entry) {
            self.drop_oldest();
        }
        self.bytes += entry.bytes;
        self.order.push_back(bucket);
        self.buckets.entry(bucket).or_default().push_back(entry);
    }

    fn has_room(&self, entry: &Entry<A>) -> bool {
        self.order.len() < self.room.entries && self.bytes + entry.bytes <= self.room.bytes
    }

    fn oldest(&self) -> Option<&Entry<A>> {
        self.buckets.get(self.order.front()?)?.front()
    }

    fn drop_oldest(&mut self) {
        let Some(bucket) = self.order.pop_front() else { return };
        let Some(entries) = self.buckets.get_mut(&bucket) else { return };
        if let Some(entry) = entries.pop_front() {
            self.bytes -= entry.bytes;
        }
        if entries.is_empty() {
            self.buckets.remove(&bucket);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn entry(vector: &[f32], until: i64, bytes: usize, answer: u32) -> Entry<u32> {
        let direction = Direction::of(vector).unwrap();
        Entry { direction, until: at(until), bytes, answer: Arc::new(answer) }
    }

    fn answer(index: &Index<u32>, bucket: u8, vector: &[f32], now: i64) -> Option<u32> {
        let direction = Direction::of(vector).unwrap();
        index.nearest(&[bucket; 32], &direction, at(now)).map(|(_, entry)| *entry.answer)
    }

    #[test]
    fn the_nearest_of_a_bucket_is_found_and_none_of_another_one() {
        let mut index = Index::new(Room { entries: 10, bytes: 1_000 });
        index.keep([1; 32], entry(&[1.0, 0.0], 100, 1, 1), at(0));
        index.keep([1; 32], entry(&[1.0, 1.0], 100, 1, 2), at(0));
        index.keep([2; 32], entry(&[0.0, 1.0], 50, 1, 3), at(0));
        let check = |bucket: u8, vector: &[f32], now: i64, expected: Option<u32>| {
            assert_eq!(answer(&index, bucket, vector, now), expected, "{bucket} {vector:?} {now}");
        };
        check(1, &[5.0, 0.1], 0, Some(1));
        check(1, &[5.0, 4.0], 0, Some(2));
        check(1, &[0.0, 1.0], 0, Some(2));
        check(2, &[1.0, 0.0], 49, Some(3));
        check(2, &[1.0, 0.0], 50, None);
        check(3, &[1.0, 0.0], 0, None);
    }

    #[test]
    fn the_oldest_make_room_and_what_is_over_goes_first() {
        let mut index = Index::new(Room { entries: 3, bytes: 100 });
        for (number, bucket) in [(1, 1), (2, 2), (3, 1), (4, 3)] {
            index.keep([bucket; 32], entry(&[1.0], 100, 10, number), at(0));
        }
        let found = |index: &Index<u32>| [1, 2, 3].map(|bucket| answer(index, bucket, &[1.0], 0));
        // the first one is gone
        assert_eq!((index.order.len(), index.bytes), (3, 30));
        assert_eq!(found(&index), [Some(3), Some(2), Some(4)]);
        // one that is large takes the place of two
        index.keep([3; 32], entry(&[1.0], 200, 90, 5), at(1));
        assert_eq!((index.order.len(), index.bytes), (2, 100));
        assert_eq!(found(&index), [None, None, Some(5)]);
        // one that is too large leaves all as it is
        index.keep([1; 32], entry(&[1.0], 200, 101, 6), at(1));
        assert_eq!(found(&index), [None, None, Some(5)]);
        // at 100 the fourth one is over, at 200 all are
        index.keep([1; 32], entry(&[1.0], 300, 5, 7), at(100));
        assert_eq!((index.order.len(), index.bytes), (2, 95));
        index.keep([2; 32], entry(&[1.0], 300, 5, 8), at(200));
        assert_eq!((index.order.len(), index.bytes), (2, 10));
        assert_eq!((index.buckets.len(), found(&index)), (2, [Some(7), Some(8), None]));
        let mut none = Index::new(Room { entries: 0, bytes: 100 });
        none.keep([1; 32], entry(&[1.0], 100, 1, 1), at(0));
        assert_eq!(none.order.len(), 0);
    }
}
