//! Server-sent events, byte by byte: the framing that most providers stream in.
//!
//! One provider streams lines instead. Pure and push-driven, so that a stream may be cut anywhere. Only `data` matters to
//! the codecs; other fields and comments are read over.

use crate::stream::Framing;

/// Cuts bytes into the `data` of events, or into lines.
#[derive(Debug)]
pub(crate) struct Events {
    framing: Framing,
    /// The beginning of a line whose end has not come.
    line: Vec<u8>,
    data: Option<String>,
    previous_was_cr: bool,
}

impl Events {
    /// Nothing was read yet.
    pub const fn new(framing: Framing) -> Self {
        Self { framing, line: Vec::new(), data: None, previous_was_cr: false }
    }

    /// Takes the next bytes and shows the data of each event that they complete.
    pub fn push(&mut self, mut bytes: &[u8], mut show: impl FnMut(&str)) {
        while let Some(at) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let second_half_of_crlf = at == 0 && self.previous_was_cr && bytes[0] == b'\n';
            self.previous_was_cr = bytes[at] == b'\r';
            let (head, tail) = bytes.split_at(at);
            bytes = &tail[1..];
            if second_half_of_crlf {
                continue;
            }
            let event = if self.line.is_empty() {
                self.end_line(head)
            } else {
                self.line.extend_from_slice(head);
                let line = std::mem::take(&mut self.line);
                self.end_line(&line)
            };
            if let Some(event) = event {
                show(&event);
            }
        }
        if !bytes.is_empty() {
            self.previous_was_cr = false;
            self.line.extend_from_slice(bytes);
        }
    }

    /// How much of an event that is not complete is held, in bytes.
    pub fn held(&self) -> usize {
        self.line.len() + self.data.as_ref().map_or(0, String::len)
    }

    /// The data of an event whose closing blank line never came.
    pub fn rest(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        let event = if line.is_empty() { None } else { self.end_line(&line) };
        event.or_else(|| self.data.take())
    }

    fn end_line(&mut self, line: &[u8]) -> Option<String> {
        if self.framing == Framing::Lines {
            return (!line.is_empty()).then(|| String::from_utf8_lossy(line).into_owned());
        }
        if line.is_empty() {
            return self.data.take();
        }
        let line = String::from_utf8_lossy(line);
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

    fn pushed(events: &mut Events, bytes: &[u8]) -> Vec<String> {
        let mut seen = Vec::new();
        events.push(bytes, |event| seen.push(event.to_owned()));
        seen
    }

    #[test]
    fn lines_become_events_wherever_they_are_cut() {
        let check = |text: &str, expected: &[&str]| {
            let bytes = text.as_bytes();
            for cut in 0..=bytes.len() {
                let mut events = Events::new(Framing::ServerSentEvents);
                let mut seen = pushed(&mut events, &bytes[..cut]);
                seen.extend(pushed(&mut events, &bytes[cut..]));
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
            let mut events = Events::new(Framing::ServerSentEvents);
            pushed(&mut events, text.as_bytes());
            assert_eq!(events.rest().as_deref(), expected, "{text:?}");
        };
        check("data: a\n\n", None);
        check("data: a\n", Some("a"));
        check("data: a", Some("a"));
        check(": a", None);
        check("data: a\ndata: b", Some("a\nb"));
    }

    #[test]
    fn framed_by_lines_every_line_is_an_event() {
        let text = "{\"a\":1}\r\n\n{\"b\":2}\n{\"c\"";
        for cut in 0..=text.len() {
            let mut events = Events::new(Framing::Lines);
            let mut seen = pushed(&mut events, &text.as_bytes()[..cut]);
            seen.extend(pushed(&mut events, &text.as_bytes()[cut..]));
            assert_eq!(seen, ["{\"a\":1}", "{\"b\":2}"], "cut at {cut}");
            assert_eq!(events.rest().as_deref(), Some("{\"c\""));
        }
    }
}
