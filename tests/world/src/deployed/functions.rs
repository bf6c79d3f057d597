//! The processes of the functions, of this stack only.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::Place;
use crate::deployed::stack::folder;

/// State `ESTABLISHED` in `/proc/net/tcp`.
const ESTABLISHED: &str = "01";

/// The prefix of 127.0.0.1 there.
const LOOPBACK: &str = "0100007F:";

/// The environment variable that names a process's function.
const FUNCTION_NAME: &[u8] = b"AWS_LAMBDA_FUNCTION_NAME=";

/// Kills the process of a function that holds a connection to this port of 127.0.0.1, as soon as there is one.
pub async fn kill_while_connected(place: &Place, folder: &str, port: u16) {
    let name = place.stack().function(folder);
    for _ in 0..400 {
        let sockets = sockets(|_, to| to == port);
        let connected = processes()
            .filter(|process| process.function == name)
            .find(|process| holds_one_of(process.pid, &sockets));
        if let Some(process) = connected {
            assert!(process.kill(), "{process:?} could be killed");
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no process of {name} is connected to port {port}");
}

/// A process that a function runs in.
#[derive(Debug)]
pub struct Process {
    pub pid: u32,
    /// The function's physical name.
    pub function: String,
}

impl Process {
    /// The process whose connection from one port of 127.0.0.1 to another this is.
    pub fn behind(from: u16, to: u16) -> Option<Self> {
        let sockets = sockets(|local, remote| (local, remote) == (from, to));
        processes().find(|process| holds_one_of(process.pid, &sockets))
    }

    /// Kills it; false where it had ended already.
    pub fn kill(&self) -> bool {
        let killed = Command::new("kill").args(["-9", &self.pid.to_string()]).status();
        killed.is_ok_and(|status| status.success())
    }
}

/// Kills every running process of a function; false where there was none.
pub fn kill(place: &Place, folder: &str) -> bool {
    let name = place.stack().function(folder);
    let killed = processes().filter(|process| process.function == name && process.kill());
    killed.count() > 0
}

/// The processes of functions: they run from this stack's folder, and their environment names the function.
fn processes() -> impl Iterator<Item = Process> {
    let folder = folder().join("tmp");
    let entries = fs::read_dir("/proc").unwrap();
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter_map(move |pid: u32| {
        let program = fs::read_link(format!("/proc/{pid}/exe")).ok()?;
        if !program.starts_with(&folder) {
            return None;
        }
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        let function = environment
            .split(|byte| *byte == 0)
            .find_map(|entry| entry.strip_prefix(FUNCTION_NAME))?;
        Some(Process {
            pid,
            function: String::from_utf8_lossy(function).into_owned(),
        })
    })
}

/// The inodes of open connections on 127.0.0.1, chosen by their two ports.
fn sockets(is_wanted: impl Fn(u16, u16) -> bool) -> HashSet<String> {
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let rows = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let port = |address: Option<&&str>| {
        let port = address?.strip_prefix(LOOPBACK)?;
        u16::from_str_radix(port, 16).ok()
    };
    rows.filter(|row| row.get(3) == Some(&ESTABLISHED))
        .filter(|row| matches!((port(row.get(1)), port(row.get(2))), (Some(own), Some(other)) if is_wanted(own, other)))
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
