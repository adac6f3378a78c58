//! The graph of needs: its circles, and what comes before a step. Both take time in
//! proportion to the needs that are written, so that no definition is slow to check.

/// For each step, the steps that it waits for, directly or not.
#[derive(Debug)]
pub(super) struct Before(Vec<Vec<u64>>);

impl Before {
    /// Whether `step` waits for `other`.
    pub(super) fn contains(&self, step: usize, other: usize) -> bool {
        self.0[step].get(other / 64).is_some_and(|word| word & (1 << (other % 64)) != 0)
    }
}

/// What comes before each step, given what each needs; or the positions of a circle: each
/// waits for the next, and the last for the first.
pub(super) fn before(needs: &[&[usize]]) -> Result<Before, Vec<usize>> {
    let mut open: Vec<usize> = needs.iter().map(|needs| needs.len()).collect();
    let mut dependants = vec![Vec::new(); needs.len()];
    for (position, needs) in needs.iter().enumerate() {
        needs.iter().for_each(|need| dependants[*need].push(position));
    }
    let mut ready: Vec<usize> = (0..needs.len()).filter(|position| open[*position] == 0).collect();
    let mut before = vec![vec![0; needs.len().div_ceil(64)]; needs.len()];
    let mut done = 0;
    while let Some(position) = ready.pop() {
        done += 1;
        let mut mine = before[position].clone();
        mine[position / 64] |= 1 << (position % 64);
        for dependant in &dependants[position] {
            before[*dependant].iter_mut().zip(&mine).for_each(|(theirs, word)| *theirs |= word);
            open[*dependant] -= 1;
            if open[*dependant] == 0 {
                ready.push(*dependant);
            }
        }
    }
    if done == needs.len() { Ok(Before(before)) } else { Err(circle(needs, &open)) }
}

/// What is left open waits for a circle, so following open needs ends up in one.
fn circle(needs: &[&[usize]], open: &[usize]) -> Vec<usize> {
    let mut walk: Vec<usize> = open.iter().position(|count| *count > 0).into_iter().collect();
    while let Some(last) = walk.last() {
        let Some(next) = needs[*last].iter().copied().find(|need| open[*need] > 0) else { break };
        if let Some(start) = walk.iter().position(|position| *position == next) {
            return walk.split_off(start);
        }
        walk.push(next);
    }
    walk
}
