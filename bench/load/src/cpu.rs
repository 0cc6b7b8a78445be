//! Processor time and memory of a process, as the kernel counts them.

use std::fs;

/// Nanoseconds that all threads of the process have run, in user and in kernel mode:
/// `/proc/PID/task/*/schedstat`. 0 where there is no such file.
///
/// A thread that has ended takes its share with it; the measured servers end none.
pub fn nanos(pid: u32) -> u64 {
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return 0;
    };
    tasks
        .filter_map(|task| {
            let text = fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        })
        .sum()
}

/// Resident memory in bytes: `VmRSS` of `/proc/PID/status`.
pub fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
        .map_or(0, |kib| kib * 1024)
}
