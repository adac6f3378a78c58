//! Rust source as its readers see it: code, text literals, comments, tests.

/// What a piece of source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Code,
    Literal,
    Comment,
}

/// A piece of source and the line it begins on.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub line: usize,
}

/// Cut source into code, literals and comments; nothing is lost.
pub fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    let mut line = 1;
    let mut push = |kind, from: usize, to: usize| {
        if from < to {
            let text = &source[from..to];
            pieces.push(Piece { kind, text, line });
            line += text.matches('\n').count();
        }
    };
    while at < source.len() {
        let rest = &source[at..];
        let found = comment(rest)
            .map(|length| (Kind::Comment, length))
            .or_else(|| literal(rest, &source[start..at]).map(|length| (Kind::Literal, length)));
        match found {
            Some((kind, length)) => {
                push(Kind::Code, start, at);
                push(kind, at, at + length);
                at += length;
                start = at;
            }
            None => at += character(rest).unwrap_or_else(|| width(rest)),
        }
    }
    push(Kind::Code, start, at);
    pieces
}

/// The source without its in-file tests: everything before `#[cfg(test)] mod … {`.
pub fn without_tests(source: &str) -> &str {
    let mut from = 0;
    while let Some(found) = source[from..].find("#[cfg(test)]") {
        let at = from + found;
        let mut after = source[at + "#[cfg(test)]".len()..].trim_start();
        while after.starts_with("#[") {
            after = after.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
        }
        if after.starts_with("mod ") {
            return &source[..at];
        }
        from = at + 1;
    }
    source
}

fn width(rest: &str) -> usize {
    rest.chars().next().map_or(1, char::len_utf8)
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += width(&rest[at..]);
        }
    }
    Some(rest.len())
}

/// A text literal: plain, or raw with its hashes. `before` is the code in front of it.
fn literal(rest: &str, before: &str) -> Option<usize> {
    if rest.starts_with('"') {
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|(_, c)| {
            let is_end = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            is_end
        });
        return Some(end.map_or(rest.len(), |(at, _)| at + 1));
    }
    let raw = rest.strip_prefix('r')?;
    let in_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if in_word && !before.ends_with('b') {
        return None;
    }
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    let body = raw[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(2 + hashes + length)
}

/// A character such as `'"'`, which must not open a text literal; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix('\'')?;
    if let Some(escape) = body.strip_prefix('\\') {
        let skipped = width(escape);
        let end = escape[skipped..].find('\'')?;
        return Some(2 + skipped + end + 1);
    }
    let width = width(body);
    body[width.min(body.len())..].starts_with('\'').then_some(2 + width)
}

#[test]
fn code_text_and_comments_are_told_apart() {
    fn check(source: &str, expected: &[(Kind, &str)]) {
        let found: Vec<_> = pieces(source).iter().map(|piece| (piece.kind, piece.text)).collect();
        assert_eq!(found, expected, "{source}");
    }
    use Kind::{Code, Comment, Literal};
    check("a // b\nc", &[(Code, "a "), (Comment, "// b"), (Code, "\nc")]);
    check("/* a /* b */ c */ d", &[(Comment, "/* a /* b */ c */"), (Code, " d")]);
    check(r#"f("a\"b")"#, &[(Code, "f("), (Literal, r#""a\"b""#), (Code, ")")]);
    check(r##"r#"a"b"# c"##, &[(Literal, r##"r#"a"b"#"##), (Code, " c")]);
    check(r#"'"' "x" '\'' 'a b"#, &[(Code, "'\"' "), (Literal, "\"x\""), (Code, r" '\'' 'a b")]);
    check(r#""http://x" y"#, &[(Literal, "\"http://x\""), (Code, " y")]);
    check(r#"for "a""#, &[(Code, "for "), (Literal, "\"a\"")]);
}

#[test]
fn lines_are_counted_across_pieces() {
    let lines: Vec<_> = pieces("a\n/* b\n */ \"c\n\"\nd").iter().map(|piece| piece.line).collect();
    assert_eq!(lines, [1, 2, 3, 3, 4]);
}

#[test]
fn in_file_tests_are_cut_off() {
    fn check(source: &str, expected: &str) {
        assert_eq!(without_tests(source), expected, "{source}");
    }
    check("fn a() {}\n#[cfg(test)]\nmod tests { }", "fn a() {}\n");
    check("a\n#[cfg(test)]\n#[allow(clippy::unwrap_used)]\nmod tests;", "a\n");
    check("#[cfg(test)]\nfn helper() {}\nb", "#[cfg(test)]\nfn helper() {}\nb");
}
