//! How much memory is free.

/// The bytes that programs can still take, where the system tells.
pub(super) fn free() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

fn parse(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_memory_is_read() {
        let check = |text, expected| assert_eq!(parse(text), expected, "{text}");
        check("MemTotal: 9 kB\nMemAvailable:    2048 kB\nBuffers: 1 kB", Some(2_097_152));
        check("MemTotal: 9 kB", None);
        check("MemAvailable: many", None);
    }
}
