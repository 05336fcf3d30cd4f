//! What lies in `deploy/`: every file is read, by the program it is for where that is there, and its commands are held
//! against the program's own `--help`.
//!
//! A program that is not there is skipped in words, unless `FEEDATLAS_REQUIRE` names it.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use support::house::{House, PROGRAM};
use yaml_rust2::{Yaml, YamlLoader};

fn deploy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(deploy(name)).unwrap_or_else(|why| panic!("deploy/{name}: {why}"))
}

/// Whether a program is there; one that is required and is not is a failure.
fn is_there(name: &str, argument: &str) -> bool {
    let ran =
        Command::new(name).arg(argument).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let runs = ran.is_ok_and(|status| status.success());
    let required = std::env::var("FEEDATLAS_REQUIRE").unwrap_or_default();
    assert!(runs || !required.split(',').any(|tool| tool.trim() == name), "{name} is required, and is not there");
    if !runs {
        eprintln!("skipped: {name} is not there");
    }
    runs
}

/// Holds the words of a command line, from `feedatlas` on, against the program's own help.
fn hold(words: &[&str], place: &str) {
    let commands: Vec<&str> = words.iter().skip(1).take_while(|word| !word.starts_with('-')).copied().collect();
    // `store export FILE`: the second word is a command too; `run` and `serve` have none.
    let commands = if commands.first() == Some(&"store") { &commands[..2] } else { &commands[..1] };
    let help = Command::new(PROGRAM).args(commands).arg("--help").output().unwrap();
    assert!(help.status.success(), "{place}: no command `{}`", commands.join(" "));
    let help = String::from_utf8(help.stdout).unwrap();
    let known: BTreeSet<&str> =
        help.split(|c: char| c.is_whitespace() || c == ',').filter(|word| word.starts_with("--")).collect();
    for flag in words.iter().filter(|word| word.starts_with("--")) {
        assert!(known.contains(flag), "{place}: `{}` does not know {flag}", commands.join(" "));
    }
}

#[test]
fn every_file_is_told_of_and_every_folder_is_tested() {
    let told = text("README.md");
    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(deploy("")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            let name = entry.file_name().into_string().unwrap();
            assert!(told.contains(&format!("`{name}/`")), "deploy/README.md does not tell of {name}");
            folders.insert(name);
        }
    }
    let tested = ["caddy", "container", "cron", "kubernetes", "nginx", "object-store", "systemd"];
    assert_eq!(folders, tested.map(str::to_owned).into());
    // An operator's manual that names a file which is not there helps nobody.
    let manual = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/OPERATING.md")).unwrap();
    let named: Vec<&str> = manual
        .split(['`', '(', ')'])
        .filter(|word| word.starts_with("../deploy/") || word.starts_with("deploy/"))
        .collect();
    assert!(named.len() >= tested.len(), "docs/OPERATING.md leads to {named:?} alone");
    for name in named {
        let name = name.trim_start_matches("../").trim_start_matches("deploy/");
        assert!(deploy(name).exists(), "docs/OPERATING.md names deploy/{name}");
    }
}

#[test]
fn cron() {
    let text = text("cron/feedatlas.cron");
    let mut lines = 0;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words[0].contains('=') {
            continue;
        }
        lines += 1;
        // Minute, hour, day, month, weekday; in /etc/cron.d then a user, then the command. A `%` would end it.
        for (field, (least, most)) in words.iter().zip([(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]) {
            let (range, step) = field.split_once('/').unwrap_or((field, "1"));
            assert!(step.parse::<u32>().is_ok_and(|step| step > 0), "{line}");
            assert!(
                range == "*" || range.parse::<u32>().is_ok_and(|at| (least..=most).contains(&at)),
                "{line}: {field}"
            );
        }
        assert_eq!((words[5], words[6]), ("feedatlas", "feedatlas"), "a user, then the command: {line}");
        assert!(!line.contains('%'), "{line}");
        hold(&words[6..], "deploy/cron");
    }
    assert_eq!(lines, 2);
    assert!(text.ends_with('\n'), "cron leaves out a last line without an end");
}

/// `Key=value` of a unit, by section and key, in order; a comment is none.
fn unit(name: &str) -> BTreeMap<String, Vec<String>> {
    let mut section = String::new();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text(&format!("systemd/{name}")).lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name.to_owned();
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{name}: {line}"));
        found.entry(format!("{section}.{key}")).or_default().push(value.to_owned());
    }
    found
}

#[test]
fn systemd_units_say_what_they_must() {
    for name in ["feedatlas.service", "feedatlas-serve.service", "feedatlas-run.service"] {
        let unit = unit(name);
        let one = |key: &str| unit.get(&format!("Service.{key}")).map_or("", |values| values[0].as_str());
        let words: Vec<&str> = one("ExecStart").split_whitespace().collect();
        assert_eq!(words[0], "/usr/local/bin/feedatlas", "{name}");
        hold(&words, name);
        for (key, value) in [
            ("DynamicUser", "yes"),
            ("User", "feedatlas"),
            ("StateDirectory", "feedatlas"),
            ("NoNewPrivileges", "yes"),
            ("ProtectSystem", "strict"),
            ("ProtectHome", "yes"),
            ("PrivateTmp", "yes"),
            ("PrivateDevices", "yes"),
            ("CapabilityBoundingSet", ""),
            ("MemoryDenyWriteExecute", "yes"),
            ("RestrictAddressFamilies", "AF_INET AF_INET6"),
            ("SystemCallFilter", "@system-service"),
        ] {
            assert_eq!(one(key), value, "{name}: {key}");
        }
        if words.contains(&"serve") {
            assert_eq!(one("ExecReload"), "/bin/kill -HUP $MAINPID", "{name}");
            assert!(one("LimitNOFILE").parse::<u32>().unwrap() > 20_256, "{name}: fewer files than connections");
        }
    }
    assert_eq!(unit("feedatlas-run.service")["Service.SuccessExitStatus"], ["4"]);
    let timer = unit("feedatlas-run.timer");
    assert!(timer.contains_key("Timer.OnUnitInactiveSec"), "counted from the end of a pass, so that two never overlap");
}

#[test]
fn systemd_takes_the_units() {
    if !is_there("systemd-analyze", "--version") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut units = Vec::new();
    for name in ["feedatlas.service", "feedatlas-serve.service", "feedatlas-run.service", "feedatlas-run.timer"] {
        let unit = folder.path().join(name);
        fs::write(&unit, text(&format!("systemd/{name}")).replace("/usr/local/bin/feedatlas", PROGRAM)).unwrap();
        units.push(unit);
    }
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&units).output().unwrap();
    let words = String::from_utf8_lossy(&verified.stderr).into_owned();
    // Of units of the system itself it may complain as well.
    assert!(verified.status.success() && !words.contains("feedatlas"), "{words}");
    for service in units.iter().filter(|unit| unit.extension().is_some_and(|ending| ending == "service")) {
        // 0 is nothing to do harm with, 10 is everything; in tenths.
        let secure = Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--threshold=15"])
            .arg(service)
            .output()
            .unwrap();
        assert!(secure.status.success(), "{}", String::from_utf8_lossy(&secure.stdout));
    }
}

#[test]
fn container() {
    let text = text("container/Containerfile").replace("\\\n", " ");
    let lines: Vec<(&str, &str)> =
        text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' ')).collect();
    let last_from = lines.iter().rposition(|(word, _)| *word == "FROM").unwrap();
    let of = |word: &str| lines[last_from..].iter().find(|(found, _)| *found == word).map(|(_, rest)| rest.trim());
    assert!(lines[last_from].1.contains("nonroot"), "the last stage is small and not root");
    let user = of("USER").unwrap();
    assert!(
        user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)),
        "by number, as Kubernetes wants it: {user}"
    );
    assert_eq!(lines.iter().filter(|(word, _)| *word == "ADD").count(), 0, "nothing is fetched by ADD");
    assert!(lines.iter().any(|(word, rest)| *word == "RUN" && rest.contains("cargo build --locked --release")));
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let rust = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"');
    assert!(lines[0].1.contains(&format!("rust:{rust}-")), "built with the Rust that Cargo.toml names: {}", lines[0].1);
    let entry: Vec<String> = serde_json::from_str(of("ENTRYPOINT").unwrap()).unwrap();
    let arguments: Vec<String> = serde_json::from_str(of("CMD").unwrap()).unwrap();
    assert_eq!(entry, ["/usr/local/bin/feedatlas"]);
    let words: Vec<&str> = entry.iter().chain(&arguments).map(String::as_str).collect();
    hold(&words, "deploy/container");
    assert!(
        words.contains(&"0.0.0.0:8080") && of("EXPOSE") == Some("8080"),
        "it is reached from outside its own loopback"
    );
}

/// A document of a kind.
fn kind<'a>(documents: &'a [Yaml], kind: &str) -> &'a Yaml {
    documents.iter().find(|document| document["kind"].as_str() == Some(kind)).unwrap_or_else(|| panic!("no {kind}"))
}

#[test]
fn kubernetes() {
    let documents = YamlLoader::load_from_str(&text("kubernetes/feedatlas.yaml")).unwrap();
    let job = &kind(&documents, "CronJob")["spec"];
    assert_eq!(job["concurrencyPolicy"].as_str(), Some("Forbid"));
    let run = &job["jobTemplate"]["spec"]["template"];
    let deployment = &kind(&documents, "Deployment")["spec"];
    let serve = &deployment["template"];
    assert_eq!(job["jobTemplate"]["spec"]["backoffLimit"].as_i64(), Some(0), "the next pass is the second try");
    for pod in [run, serve] {
        let spec = &pod["spec"];
        assert_eq!(spec["securityContext"]["runAsNonRoot"].as_bool(), Some(true));
        assert_eq!(spec["securityContext"]["seccompProfile"]["type"].as_str(), Some("RuntimeDefault"));
        assert_eq!(spec["automountServiceAccountToken"].as_bool(), Some(false));
        let container = &spec["containers"][0];
        let context = &container["securityContext"];
        assert_eq!(context["readOnlyRootFilesystem"].as_bool(), Some(true));
        assert_eq!(context["allowPrivilegeEscalation"].as_bool(), Some(false));
        assert_eq!(context["capabilities"]["drop"][0].as_str(), Some("ALL"));
        assert!(container["resources"]["limits"]["memory"].as_str().is_some());
        let arguments: Vec<&str> = container["args"].as_vec().unwrap().iter().filter_map(Yaml::as_str).collect();
        hold(&[&["feedatlas"], arguments.as_slice()].concat(), "deploy/kubernetes");
        let volumes: BTreeSet<&str> =
            spec["volumes"].as_vec().unwrap().iter().filter_map(|volume| volume["name"].as_str()).collect();
        for mount in container["volumeMounts"].as_vec().unwrap() {
            assert!(volumes.contains(mount["name"].as_str().unwrap()));
        }
        let folder = container["volumeMounts"][1]["mountPath"].as_str();
        assert_eq!(folder, Some("/data"));
    }
    // What only shows cannot write.
    assert_eq!(serve["spec"]["containers"][0]["volumeMounts"][1]["readOnly"].as_bool(), Some(true));
    let probe = |name: &str| serve["spec"]["containers"][0][name]["httpGet"]["path"].as_str();
    assert_eq!((probe("livenessProbe"), probe("readinessProbe")), (Some("/healthz"), Some("/readyz")));
    let labels = &serve["metadata"]["labels"];
    for selector in [&deployment["selector"]["matchLabels"], &kind(&documents, "Service")["spec"]["selector"]] {
        assert_eq!(selector, labels);
    }
    let house = House::new(&[], "");
    let config = kind(&documents, "ConfigMap")["data"]["feeds.toml"].as_str().unwrap();
    fs::write(house.path("feeds.toml"), config).unwrap();
    let checked = house.run(&["check"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    assert!(config.contains("\"/data/store\"") && config.contains("\"/data/public\""));
}

/// A program that ends with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts a program, and waits until it listens.
fn start(command: &mut Command, port: u16) -> Running {
    let running = Running(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    for _ in 0..200 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return running;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{command:?} does not listen on port {port}");
}

/// Status and headers of an answer, the names in small letters.
fn head(port: u16, path: &str, headers: &str) -> (u16, BTreeMap<String, String>) {
    use std::io::{Read, Write};
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: news.example.org\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, _) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    (status, headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect())
}

/// A published folder, and `serve` over it.
fn published() -> (House, u16, Running) {
    let house = House::new(&[], "");
    // A pass without a source publishes empty feeds of every land.
    assert_eq!(house.run(&["run"]).code, Some(0));
    let port = free_port();
    let serve = start(&mut house.command(&["serve", "--listen", &format!("127.0.0.1:{port}")]), port);
    (house, port, serve)
}

/// Runs nginx with one of our files put into an otherwise empty configuration.
fn nginx(house: &House, site: &str, port: u16) -> Running {
    let folder = house.path("nginx");
    fs::create_dir_all(&folder).unwrap();
    let place = folder.display();
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {place}/{kind};\n"))
        .concat();
    // As root its workers would be somebody else, who may not see a temporary folder.
    let owner = fs::metadata("/proc/self").map_or(1, |own| std::os::unix::fs::MetadataExt::uid(&own));
    let user = if owner == 0 { "user root;\n" } else { "" };
    let text = format!(
        "{user}daemon off;\npid {place}/pid;\nerror_log {place}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{paths}{site}\n}}\n"
    );
    let config = folder.join("nginx.conf");
    fs::write(&config, text).unwrap();
    let tested =
        Command::new("nginx").arg("-t").arg("-c").arg(&config).arg("-e").arg(folder.join("e")).output().unwrap();
    assert!(tested.status.success(), "{}", String::from_utf8_lossy(&tested.stderr));
    start(Command::new("nginx").arg("-c").arg(&config).arg("-e").arg(folder.join("e")), port)
}

#[test]
fn nginx_in_front() {
    if !is_there("nginx", "-v") {
        return;
    }
    let (house, serve_port, _serve) = published();
    let port = free_port();
    // Everything but the certificate, which nobody here has.
    let site: String = text("nginx/proxy.conf")
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{serve_port}"))
        .replace("listen 443 ssl http2;", &format!("listen 127.0.0.1:{port};"))
        .replace("listen 80;", &format!("listen 127.0.0.1:{};", free_port()))
        .lines()
        .filter(|line| !line.contains("[::]") && !line.contains("ssl_certificate"))
        .map(|line| line.to_owned() + "\n")
        .collect();
    let _nginx = nginx(&house, &site, port);
    for coding in ["", "Accept-Encoding: gzip\r\n", "Accept-Encoding: br\r\n"] {
        let ((_, through), (_, own)) =
            (head(port, "/feeds/kndr.xml", coding), head(serve_port, "/feeds/kndr.xml", coding));
        for name in ["etag", "content-encoding", "content-type", "cache-control", "vary", "content-security-policy"] {
            assert_eq!(through.get(name), own.get(name), "{coding}{name}");
        }
        assert!(through.contains_key("strict-transport-security"));
        let condition = format!("{coding}If-None-Match: {}\r\n", own["etag"]);
        assert_eq!(head(port, "/feeds/kndr.xml", &condition).0, 304);
    }
    let (status, moved) = head(port, "/feeds/north-korea.xml", "");
    assert_eq!((status, moved.get("location").map(String::as_str)), (308, Some("/feeds/kndr.xml")));
    assert_eq!(head(port, "/metrics", "").0, 404);
}

#[test]
fn nginx_alone() {
    if !is_there("nginx", "-v") {
        return;
    }
    let (house, serve_port, _serve) = published();
    let port = free_port();
    let site = text("nginx/folder.conf")
        .replace("listen 80;", &format!("listen 127.0.0.1:{port};"))
        .replace("/var/lib/feedatlas/public", &house.path("public").display().to_string());
    let _nginx = nginx(&house, &site, port);
    for path in [
        "/",
        "/kndr/",
        "/feeds/kndr.xml",
        "/feeds/all.atom",
        "/feeds/kndr.json",
        "/feeds.opml",
        "/sitemap.xml",
        "/status.json",
        "/favicon.svg",
        "/robots.txt",
    ] {
        let ((status, alone), (_, own)) = (head(port, path, ""), head(serve_port, path, ""));
        assert_eq!(status, 200, "{path}");
        for name in [
            "content-type",
            "cache-control",
            "content-security-policy",
            "access-control-allow-origin",
            "referrer-policy",
            "x-content-type-options",
        ] {
            assert_eq!(alone.get(name), own.get(name), "{path}: {name}");
        }
    }
    let (_, packed) = head(port, "/feeds/kndr.xml", "Accept-Encoding: gzip\r\n");
    assert_eq!(packed.get("content-encoding").map(String::as_str), Some("gzip"));
    fs::write(house.path("public/.kndr.xml.tmp"), "half").unwrap();
    assert_eq!(head(port, "/.kndr.xml.tmp", "").0, 404);
}

#[test]
fn caddy() {
    if !is_there("caddy", "version") {
        return;
    }
    for (name, wanted) in [
        ("caddy/proxy.Caddyfile", vec!["\"reverse_proxy\"", "127.0.0.1:8080", "Strict-Transport-Security"]),
        ("caddy/folder.Caddyfile", vec!["\"file_server\"", "\"precompressed\"", "application/rss+xml; charset=utf-8"]),
    ] {
        let adapted = Command::new("caddy")
            .args(["adapt", "--adapter", "caddyfile", "--config"])
            .arg(deploy(name))
            .output()
            .unwrap();
        assert!(adapted.status.success(), "{name}: {}", String::from_utf8_lossy(&adapted.stderr));
        let read: serde_json::Value = serde_json::from_slice(&adapted.stdout).unwrap();
        for word in wanted {
            assert!(read.to_string().contains(word), "{name}: {word}");
        }
    }
}

/// Whether a path is one of a pattern of `aws s3`, in which `*` stands for anything, `/` too.
fn is_like(path: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => path == pattern,
        Some((before, rest)) => path
            .strip_prefix(before)
            .is_some_and(|path| (0..=path.len()).any(|at| path.is_char_boundary(at) && is_like(&path[at..], rest))),
    }
}

#[test]
fn object_store() {
    let (house, serve_port, _serve) = published();
    let tools = house.path("tools");
    fs::create_dir_all(&tools).unwrap();
    // Writes each call down, an argument a line, calls apart by an empty one.
    fs::write(tools.join("aws"), "#!/bin/sh\nfor word; do printf '%s\\n' \"$word\"; done >> calls; echo >> calls\n")
        .unwrap();
    std::os::unix::fs::symlink(PROGRAM, tools.join("feedatlas")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(tools.join("aws"), mode).unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let pushed = Command::new("sh")
        .arg(deploy("object-store/push.sh"))
        .args(["feeds.toml", "public", "s3://bucket"])
        .current_dir(house.path(""))
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(pushed.status.success(), "{}", String::from_utf8_lossy(&pushed.stderr));
    let calls = fs::read_to_string(house.path("calls")).unwrap();
    let calls: Vec<Vec<&str>> = calls.trim_end().split("\n\n").map(|call| call.lines().collect()).collect();
    assert!(calls.iter().all(|call| call[..4] == ["s3", "sync", "public", "s3://bucket"]));
    let (last, puts) = calls.split_last().unwrap();
    assert!(last.contains(&"--delete") && puts.iter().all(|call| !call.contains(&"--delete")));
    let is_chosen = |call: &[&str], path: &str| {
        // The last pattern that fits decides.
        let pairs = call.windows(2).filter(|pair| matches!(pair[0], "--include" | "--exclude"));
        pairs.rev().find(|pair| is_like(path, pair[1])).is_none_or(|pair| pair[0] == "--include")
    };
    for path in [
        "index.html",
        "kndr/index.html",
        "feeds/kndr.xml",
        "feeds/all.atom",
        "feeds/kndr.json",
        "feeds.opml",
        "sitemap.xml",
        "status.json",
        "favicon.svg",
        "robots.txt",
    ] {
        let by: Vec<&Vec<&str>> = puts.iter().filter(|call| is_chosen(call, path)).collect();
        assert_eq!(by.len(), 1, "{path} is put once");
        let said = |flag: &str| by[0].windows(2).find(|pair| pair[0] == flag).map(|pair| pair[1].to_owned());
        let (status, own) = head(serve_port, &format!("/{path}"), "");
        assert_eq!(status, 200, "{path}");
        assert_eq!(said("--content-type").as_ref(), own.get("content-type"), "{path}");
        assert_eq!(said("--cache-control").as_ref(), own.get("cache-control"), "{path}");
    }
    let pages = ["a/x/index.html", "feeds/kndr/2024-01.xml"];
    assert!(pages.iter().all(|path| puts.iter().filter(|call| is_chosen(call, path)).count() == 1));
    for path in ["feeds/kndr.xml.gz", "index.html.br", "feeds/.kndr.xml.tmp", ".index.html.tmp"] {
        assert!(calls.iter().all(|call| !is_chosen(call, path)), "{path} stays behind");
    }
}
