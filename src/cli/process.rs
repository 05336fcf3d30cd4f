//! What the system says of this process: how many files it may open, what it costs. Linux tells; elsewhere nothing is said.

use std::fs;

use crate::serve::exposition::{Form, Page};
use crate::serve::server::CONNECTIONS_MAX;

/// Files that are not connections of readers: the store, published files, the connections of a pass. At most; of a small
/// allowance a quarter.
const OTHER_FILES: usize = 256;
/// Ticks of a second in `/proc`, on every architecture that Linux still has.
const TICKS: f64 = 100.0;
/// Bytes of the unit of `/proc/self/status`.
const KIB: u64 = 1024;

/// Connections that may be let in at a time; where the system allows fewer than the server could bear, that is told.
pub(crate) fn connections_max() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let Some(files) = open_files(&limits) else { return CONNECTIONS_MAX };
    let places = places(files);
    if places < CONNECTIONS_MAX {
        say!(
            "feedatlas: the system lets this process open {files} files: at most {places} connections at a time, more wait; \
             `ulimit -n {}` before it starts (systemd: LimitNOFILE=, containers: --ulimit nofile=) lets in {CONNECTIONS_MAX}",
            CONNECTIONS_MAX + OTHER_FILES
        );
    }
    places
}

fn places(files: usize) -> usize {
    (files - OTHER_FILES.min(files / 4)).clamp(1, CONNECTIONS_MAX)
}

/// `Max open files            1024                 524288               files`: the first number holds.
fn open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Writes the numbers that Prometheus's own libraries tell of a process, under their names, and which version runs.
pub(crate) fn write_numbers(page: &mut Page) {
    page.family("feedatlas_build_info", Form::Gauge, "Always 1; the version that runs is in its label.");
    page.sample("feedatlas_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    let read = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
    let mut gauge = |name: &str, help: &str, value: Option<u64>| {
        if let Some(value) = value {
            page.family(name, Form::Gauge, help);
            page.sample(name, &[], value);
        }
    };
    gauge("process_resident_memory_bytes", "Memory that the process holds, in bytes.", resident(&read("status")));
    let open = fs::read_dir("/proc/self/fd").ok().map(|files| files.count() as u64);
    gauge("process_open_fds", "Files and connections that are open.", open);
    let most = open_files(&read("limits")).map(|most| most as u64);
    gauge("process_max_fds", "Files and connections that may be open.", most);
    if let Some(ticks) = cpu_ticks(&read("stat")) {
        page.family(
            "process_cpu_seconds_total",
            Form::Counter,
            "Processor time, user and system together, in seconds.",
        );
        #[expect(clippy::cast_precision_loss, reason = "exact for fifty thousand years")]
        page.sample("process_cpu_seconds_total", &[], ticks as f64 / TICKS);
    }
}

/// `VmRSS:     12345 kB`.
fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * KIB)
}

/// Fields 14 and 15 of `/proc/self/stat`; the second one is a name in brackets, and may hold anything.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_read() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max open files            1024                 524288               files\n";
        assert_eq!(open_files(limits), Some(1024));
        assert_eq!(open_files("Max open files            unlimited            unlimited            files"), None);
        assert_eq!([places(1024), places(100), places(1), places(1_000_000)], [768, 75, 1, CONNECTIONS_MAX]);
        assert_eq!(resident("Name:\tx\nVmRSS:\t   12 kB\n"), Some(12 * 1024));
        assert_eq!(cpu_ticks("7 (a) b) S 1 7 7 0 -1 4 5 0 0 0 30 12 0 0 20"), Some(42));
    }
}
