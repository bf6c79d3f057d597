//! The processes that the functions run in. Only those of this very stack are ever touched.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::Stack;
use crate::stack::root;

/// State `ESTABLISHED` in `/proc/net/tcp`.
const ESTABLISHED: &str = "01";

/// Kills the process of a function that holds a connection to this port of 127.0.0.1, as soon as there is one.
pub async fn kill_while_connected(stack: &Stack, folder: &str, port: u16) {
    let name = stack.function(folder);
    for _ in 0..400 {
        let sockets = sockets_to(port);
        let connected = processes(name)
            .into_iter()
            .find(|pid| holds_one_of(*pid, &sockets));
        if let Some(pid) = connected {
            let killed = Command::new("kill")
                .args(["-9", &pid.to_string()])
                .status()
                .unwrap();
            assert!(killed.success(), "process {pid} of {name} could be killed");
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no process of {name} is connected to port {port}");
}

/// The processes of a function: run from this checkout's own stack, and named by their environment.
fn processes(name: &str) -> Vec<u32> {
    let folder = root().join(".local/tmp");
    let variable = format!("AWS_LAMBDA_FUNCTION_NAME={name}");
    let is_ours = |pid: &u32| {
        let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        program.starts_with(&folder)
            && environment
                .split(|byte| *byte == 0)
                .any(|entry| entry == variable.as_bytes())
    };
    let entries = fs::read_dir("/proc").unwrap();
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(is_ours).collect()
}

/// The inodes of open connections to this port of 127.0.0.1.
fn sockets_to(port: u16) -> HashSet<String> {
    let peer = format!("0100007F:{port:04X}");
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let rows = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.get(2) == Some(&peer.as_str()) && row.get(3) == Some(&ESTABLISHED))
        .filter_map(|row| row.get(9).map(|inode| format!("socket:[{inode}]")))
        .collect()
}

fn holds_one_of(pid: u32, sockets: &HashSet<String>) -> bool {
    let Ok(files) = fs::read_dir(format!("/proc/{pid}/fd")) else {
        return false;
    };
    files
        .filter_map(|file| fs::read_link(file.ok()?.path()).ok())
        .any(|target: PathBuf| target.to_str().is_some_and(|target| sockets.contains(target)))
}
