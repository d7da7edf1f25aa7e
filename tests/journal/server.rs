//! A real PostgreSQL server, started by the tests themselves and gone with them.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

struct Server {
    port: u16,
    /// Its standard input is held open by this process: the server ends when it closes, however that comes about.
    _watched: Child,
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Returns whether there is a server to try; in CI there must be one.
pub fn there() -> bool {
    let there = SERVER.get_or_init(start).is_some();
    if !there {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed, and in CI its tests may not be skipped");
        skipped("PostgreSQL is not installed (Debian: apt-get install postgresql), so journals there are not tried.");
    }
    there
}

/// Says loudly that something was not tried.
#[expect(clippy::print_stderr, reason = "whoever runs the tests must see it")]
pub fn skipped(why: &str) {
    eprintln!("\n*** SKIPPED: {why} ***\n");
}

/// Makes a database of its own and returns its address.
pub fn database() -> String {
    let server = SERVER.get_or_init(start).as_ref().unwrap();
    let name = format!("turf{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut client = postgres::Client::connect(&address(server.port, "postgres"), postgres::NoTls).unwrap();
    client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    address(server.port, &name)
}

fn address(port: u16, database: &str) -> String {
    format!("postgres://turf:secret@127.0.0.1:{port}/{database}")
}

/// The folder of the server's programs.
fn programs() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = installed.map(|v| v.path().join("bin")).filter(|b| b.join("initdb").exists()).collect();
    versions.sort();
    let on_path = std::env::var_os("PATH").and_then(|all| std::env::split_paths(&all).find(|f| f.join("initdb").exists()));
    versions.pop().or(on_path)
}

fn start() -> Option<Server> {
    let programs = programs()?;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // The server refuses to run as root; the Debian package makes a user for it.
    let root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n");
    let script = format!(
        r#"set -e
        folder=$(mktemp -d /tmp/turf-postgres-XXXXXX)
        trap 'rm -rf "$folder"' EXIT
        printf secret > "$folder/password"
        "{bin}/initdb" -D "$folder/data" -U turf -A scram-sha-256 --pwfile="$folder/password" --no-sync >/dev/null
        "{bin}/postgres" -D "$folder/data" -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="$folder" \
            -c max_connections=64 >"$folder/log" 2>&1 </dev/null &
        server=$!
        cat >/dev/null || true
        kill -INT $server 2>/dev/null || true
        wait $server 2>/dev/null || true"#,
        bin = programs.display(),
    );
    let mut command = if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg("bash");
        command
    } else {
        Command::new("bash")
    };
    #[expect(clippy::zombie_processes, reason = "it ends with this process, whose end it waits for")]
    let watched = command.args(["-c", &script]).current_dir("/tmp").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    for _ in 0..600 {
        if postgres::Client::connect(&address(port, "postgres"), postgres::NoTls).is_ok() {
            return Some(Server { port, _watched: watched });
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("PostgreSQL is installed in {} and does not start", programs.display());
}
