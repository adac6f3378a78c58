//! What a client has heard of an agent's answer while it was being written, and what is
//! still missing when it is whole. What was said stays said: nothing is said twice, and
//! words that turn out not to be the answer's end in an error.

/// The words so far.
#[derive(Debug, Default)]
pub(super) struct Said {
    attempt: u64,
    /// The words of the model call under way that were passed on, without a hole.
    call: String,
    /// Whether an earlier call of this answer said something.
    spoke_before: bool,
    /// Whether nothing more is passed on before the end: a piece was missed, or another
    /// attempt begins at the beginning.
    is_mute: bool,
}

/// What stands between the words of two calls of one answer.
const BETWEEN: &str = "\n\n";

impl Said {
    /// A model call begins.
    pub(super) fn call(&mut self, attempt: u64) {
        if self.is_mute {
            return;
        }
        let spoke = self.spoke_before || !self.call.is_empty();
        if attempt > self.attempt && spoke {
            self.is_mute = true;
            return;
        }
        self.attempt = attempt;
        self.spoke_before = spoke;
        self.call.clear();
    }

    /// A piece of the answer; gives what to pass on.
    pub(super) fn piece(&mut self, attempt: u64, text: &str) -> Option<String> {
        if self.is_mute || text.is_empty() {
            return None;
        }
        if attempt != self.attempt {
            self.call(attempt);
            if self.is_mute {
                return None;
            }
        }
        let passed = self.after_others(text);
        self.call.push_str(text);
        Some(passed)
    }

    /// Pieces may have been missed.
    pub(super) fn missed(&mut self) {
        self.is_mute = true;
    }

    /// What is missing of the whole answer; `None` when something else was said.
    pub(super) fn rest(&self, whole: &str) -> Option<String> {
        if self.call.is_empty() {
            return Some(self.after_others(whole));
        }
        // white space and fences around an answer are no part of it
        if self.call.contains(whole) {
            return Some(String::new());
        }
        whole.strip_prefix(self.call.trim_start()).map(str::to_owned)
    }

    fn after_others(&self, text: &str) -> String {
        let between = if self.spoke_before && self.call.is_empty() { BETWEEN } else { "" };
        format!("{between}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    enum News {
        Call(u64),
        Piece(u64, &'static str),
        Missed,
    }
    use News::{Call, Missed, Piece};

    /// Everything that is passed on, and what the end adds.
    fn check(news: &[News], whole: &str, heard: &str, rest: Option<&str>) {
        let mut said = Said::default();
        let mut passed = String::new();
        for one in news {
            match one {
                Call(attempt) => said.call(*attempt),
                Piece(attempt, text) => passed.extend(said.piece(*attempt, text)),
                Missed => said.missed(),
            }
        }
        assert_eq!(passed, heard);
        assert_eq!(said.rest(whole).as_deref(), rest, "after {heard:?}");
    }

    #[test]
    fn nothing_is_said_twice_and_nothing_is_left_out() {
        check(&[], "whole", "", Some("whole"));
        check(&[Call(1), Piece(1, "wh"), Piece(1, "ole")], "whole", "whole", Some(""));
        check(&[Call(1), Piece(1, "wh")], "whole", "wh", Some("ole"));
        // white space around it
        check(&[Call(1), Piece(1, " whole\n")], "whole", " whole\n", Some(""));
        check(&[Call(1), Piece(1, "\nwh")], "whole", "\nwh", Some("ole"));
        // a piece was missed: the end brings the rest
        check(&[Call(1), Piece(1, "wh"), Missed, Piece(1, "le")], "whole", "wh", Some("ole"));
        // words before a tool is used
        let tool = [Call(1), Piece(1, "let me look"), Call(1), Piece(1, "it is")];
        check(&tool, "it is", "let me look\n\nit is", Some(""));
        check(&[Call(1), Piece(1, "hm"), Call(1)], "it is", "hm", Some("\n\nit is"));
        check(&[Call(1), Call(1), Piece(1, "it is")], "it is", "it is", Some(""));
    }

    #[test]
    fn another_attempt_is_heard_only_where_nothing_was_said() {
        check(&[Call(1), Call(2), Piece(2, "yes")], "yes", "yes", Some(""));
        check(&[Piece(1, "y"), Piece(2, "yes")], "yes", "y", Some("es"));
        check(&[Call(1), Piece(1, "no"), Call(2), Piece(2, "yes")], "yes", "no", None);
        check(&[Piece(1, "a"), Call(1), Piece(1, "b"), Call(2)], "c", "a\n\nb", None);
    }
}
