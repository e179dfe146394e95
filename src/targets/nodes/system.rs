//! Files of the system: sshd, journal, core dumps, sudo, unattended upgrades.

use crate::{
    base::Lines,
    plan::{HostOs, HostRule, SystemdFile},
};

use super::{
    Pool, Rule,
    file::{HostFile, Kind, form, origin},
};

pub(super) fn files(pool: &Pool<'_>) -> Vec<HostFile> {
    [sshd, journald, coredump, manager, limits, sudo, sudo_log, upgrades].into_iter().filter_map(|make| make(pool)).collect()
}

/// The lines of the rules that a function takes; nothing where there are none.
fn lines(pool: &Pool<'_>, line: impl Fn(&Rule<'_>) -> Option<String>) -> Option<Lines> {
    let mut found = Lines::default();
    for rule in pool.rules() {
        if let Some(text) = line(rule) {
            found.push(&text, &origin(rule));
        }
    }
    (found.count() > 0).then_some(found)
}

/// Lines below a section.
fn section(name: &str, lines: Lines) -> Lines {
    let mut all = Lines::of(format!("[{name}]"), &form());
    all.extend(lines);
    all
}

/// Scanners of Debian read the main file alone; on Ubuntu they know drop-ins. For sshd the first value wins.
fn sshd(pool: &Pool<'_>) -> Option<HostFile> {
    let body =
        lines(
            pool,
            |rule| if let HostRule::Sshd(keyword) = rule.rule { Some(format!("{keyword} {}", rule.held.value)) } else { None },
        )?;
    let purpose = "Keywords of sshd; the first value wins, so they stand before everything else.";
    let (path, kind) = match pool.os {
        HostOs::Debian12 | HostOs::Debian13 => ("/etc/ssh/sshd_config", Kind::Head),
        HostOs::Ubuntu2404 => ("/etc/ssh/sshd_config.d/00-harden.conf", Kind::Whole),
    };
    Some(HostFile { kind, validator: "sshd".to_owned(), effect: "ssh", ..HostFile::new(path, purpose, body) })
}

fn systemd(pool: &Pool<'_>, file: SystemdFile) -> Option<Lines> {
    lines(pool, |rule| {
        if let HostRule::Systemd(of, key) = rule.rule
            && of == file
        {
            Some(format!("{key}={}", rule.held.value))
        } else {
            None
        }
    })
}

fn journald(pool: &Pool<'_>) -> Option<HostFile> {
    let body = section("Journal", systemd(pool, SystemdFile::Journald)?);
    let file = HostFile::new("/etc/systemd/journald.conf.d/90-harden.conf", "The journal, on disk and with a limit.", body);
    Some(HostFile { effect: "journald", ..file })
}

fn coredump(pool: &Pool<'_>) -> Option<HostFile> {
    let body = section("Coredump", systemd(pool, SystemdFile::Coredump)?);
    Some(HostFile::new("/etc/systemd/coredump.conf.d/90-harden.conf", "Core dumps are not kept.", body))
}

fn manager(pool: &Pool<'_>) -> Option<HostFile> {
    let body = section("Manager", systemd(pool, SystemdFile::Manager)?);
    Some(HostFile::new("/etc/systemd/system.conf.d/90-harden.conf", "Limits of services that set none themselves.", body))
}

/// `*` does not hold root: pam_limits applies what names root alone (limits.conf(5)).
fn limits(pool: &Pool<'_>) -> Option<HostFile> {
    let mut body = Lines::default();
    for rule in pool.rules().filter(|rule| rule.rule == HostRule::CoreLimit) {
        for who in ["*", "root"] {
            body.push(&format!("{who} hard core {}", rule.held.value), &origin(rule));
        }
    }
    (body.count() > 0).then(|| HostFile::new("/etc/security/limits.d/90-harden.conf", "Core files of sessions.", body))
}

fn sudo(pool: &Pool<'_>) -> Option<HostFile> {
    let body = lines(pool, |rule| {
        let HostRule::Sudo(key) = rule.rule else { return None };
        let value = (rule.held.value != "yes").then(|| format!("=\"{}\"", rule.held.value));
        Some(format!("Defaults {key}{}", value.unwrap_or_default()))
    })?;
    let file = HostFile::new("/etc/sudoers.d/90-harden", "How sudo runs commands.", body);
    Some(HostFile { mode: "0440", validator: "visudo".to_owned(), ..file })
}

/// The log of sudo grows for ever by itself.
fn sudo_log(pool: &Pool<'_>) -> Option<HostFile> {
    let rule = pool.rules().find(|rule| rule.rule == HostRule::Sudo("logfile"))?;
    let path = &rule.held.value;
    let text = format!(
        "{path} {{\n    weekly\n    rotate 8\n    compress\n    delaycompress\n    missingok\n    notifempty\n    create 0600 root root\n}}\n"
    );
    let file =
        HostFile::new("/etc/logrotate.d/harden-sudo", "Keeps eight weeks of the log of sudo.", Lines::of(text, &origin(rule)));
    Some(HostFile { validator: "logrotate".to_owned(), ..file })
}

fn upgrades(pool: &Pool<'_>) -> Option<HostFile> {
    let held =
        lines(
            pool,
            |rule| if let HostRule::UpgradeHold(package) = rule.rule { Some(format!("    \"^{package}\";")) } else { None },
        );
    let options = lines(pool, |rule| {
        if let HostRule::UpgradeOption(key) = rule.rule { Some(format!("{key} \"{}\";", rule.held.value)) } else { None }
    })?;
    let mut body = options;
    if let Some(held) = held {
        body.push("Unattended-Upgrade::Package-Blacklist {", &form());
        body.extend(held);
        body.push("};", &form());
    }
    let file = HostFile::new(
        "/etc/apt/apt.conf.d/52harden-upgrades",
        "Unattended upgrades: never of Kubernetes or the runtime, and no reboot by themselves.",
        body,
    );
    Some(HostFile { validator: "apt".to_owned(), ..file })
}
