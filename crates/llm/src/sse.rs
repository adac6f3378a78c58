//! Server-sent events, byte by byte: the framing that most providers stream in.
//!
//! Pure and push-driven, so that a stream may be cut anywhere. Only `data` matters to
//! the codecs; other fields and comments are read over.

/// Cuts bytes into the `data` of events.
#[derive(Debug, Default)]
pub(crate) struct Events {
    line: Vec<u8>,
    data: Option<String>,
    previous_was_cr: bool,
}

impl Events {
    /// Takes the next bytes and returns the data of each event that they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut events = Vec::new();
        for byte in bytes {
            let second_half_of_crlf = self.previous_was_cr && *byte == b'\n';
            self.previous_was_cr = *byte == b'\r';
            match byte {
                b'\n' if second_half_of_crlf => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                _ => self.line.push(*byte),
            }
        }
        events
    }

    /// The data of an event whose closing blank line never came.
    pub fn rest(&mut self) -> Option<String> {
        let event = self.end_line();
        event.or_else(|| self.data.take())
    }

    fn end_line(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return self.data.take();
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_start_matches('\u{feff}');
        if let Some(value) = line.strip_prefix("data:") {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_events_wherever_they_are_cut() {
        let check = |text: &str, expected: &[&str]| {
            let bytes = text.as_bytes();
            for cut in 0..=bytes.len() {
                let mut events = Events::default();
                let mut seen = events.push(&bytes[..cut]);
                seen.extend(events.push(&bytes[cut..]));
                assert_eq!(seen, expected, "{text:?} cut at {cut}");
            }
        };
        check("data: a\n\ndata: b\n\n", &["a", "b"]);
        check("data: a\r\n\r\ndata:b\r\n\r\n", &["a", "b"]);
        check("data: a\r\rdata: b\r\r", &["a", "b"]);
        check(": ping\n\nevent: x\nid: 1\ndata: a\ndata: b\n\n", &["a\nb"]);
        check("\u{feff}data: é✓\n\n", &["é✓"]);
        check("data:\n\ndata\n\n\n\n", &[""]);
        check("data: unfinished\n", &[]);
    }

    #[test]
    fn rest_is_what_no_blank_line_closed() {
        let check = |text: &str, expected: Option<&str>| {
            let mut events = Events::default();
            events.push(text.as_bytes());
            assert_eq!(events.rest().as_deref(), expected, "{text:?}");
        };
        check("data: a\n\n", None);
        check("data: a\n", Some("a"));
        check("data: a", Some("a"));
        check(": a", None);
        check("data: a\ndata: b", Some("a\nb"));
    }
}
