//! Writes the audit log into a folder of the node, bounded in age, number and size.

use crate::{
    base::{Area, Cause, Level, Platform, SpecPath},
    controls::{Applies, Control, Param, ParamKind, Stricter, cloud, diagnostics::WaiverNeeded},
    facts,
    plan::{Ground, Lowering, MountType, Outcome, Program, Scope, host_paths},
    resolve::Resolved,
};

use super::{audit_volume, strokes};

const ID: &str = "apiserver/audit-log";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Logging,
    title: "keep the audit log on the node, bounded in age, number and size",
    level: Level::Baseline,
    doc: include_str!("audit_log.md"),
    params: &[
        Param {
            name: "maxage",
            kind: ParamKind::Int { min: 1, max: 36_500 },
            stricter: Stricter::Higher,
            about: "days that rotated files are kept, unless the spec says `retentionDays`",
        },
        Param {
            name: "maxbackup",
            kind: ParamKind::Int { min: 1, max: 100_000 },
            stricter: Stricter::Higher,
            about: "rotated files that are kept, at least",
        },
        Param {
            name: "maxsize",
            kind: ParamKind::Int { min: 1, max: 10_000 },
            stricter: Stricter::Higher,
            about: "megabytes after which the file is rotated",
        },
        Param {
            name: "disk",
            kind: ParamKind::Int { min: 100, max: 10_000_000 },
            stricter: Stricter::Higher,
            about: "megabytes of disk that the log may take when `retentionDays` and `eventsPerSecond` ask for more files",
        },
        Param {
            name: "mode",
            kind: ParamKind::Choice(&["batch", "blocking", "blocking-strict"]),
            stricter: Stricter::Later,
            about: "batch drops events under load, blocking waits for the disk, blocking-strict refuses what it cannot record",
        },
    ],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    match cluster.platform {
        Platform::Kubeadm => Applies::Yes,
        Platform::Eks => {
            cloud::instead(cluster, "cloud/control-plane-logs", facts::id::EKS_AUDIT_LOG, facts::id::PROVIDER_LOGS_UNASKED)
        }
        Platform::Aks => {
            cloud::instead(cluster, "cloud/control-plane-logs", facts::id::AKS_AUDIT_LOG, facts::id::PROVIDER_LOGS_UNASKED)
        }
    }
}

const PROGRAM: Program = Program::KubeApiserver;

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    out.flag_text(PROGRAM, "audit-log-path", host_paths::AUDIT_LOG);
    out.mount(PROGRAM, "audit-log", host_paths::folder(host_paths::AUDIT_LOG), MountType::DirectoryOrCreate, false);
    let (mode, cause) = cluster.text(ID, "mode");
    out.because(cause).flag_text(PROGRAM, "audit-log-mode", mode);
    let (size, cause) = cluster.int(ID, "maxsize");
    out.because(cause).flag_int(PROGRAM, "audit-log-maxsize", size);
    let age = age(cluster, out);
    let (files, cause) = files(cluster, age);
    out.because(cause).flag_int(PROGRAM, "audit-log-maxbackup", files);
    out.because(asked);
    answer(cluster, out, age, files);
}

fn logging(field: &str) -> SpecPath {
    SpecPath::new("/logging/audit").child(field)
}

/// The days that files are kept: the spec's, which may go below the profile's only through a waiver.
fn age(cluster: &Resolved, out: &mut Lowering<'_>) -> i64 {
    let (least, cause) = cluster.int(ID, "maxage");
    let days = match cluster.audit.retention_days {
        None => {
            out.because(cause);
            least
        }
        Some(days) => {
            out.because(Cause::Spec(logging("retentionDays")));
            if days < least {
                below_the_profile(cluster, out, days, least);
            }
            days
        }
    };
    out.flag_int(PROGRAM, "audit-log-maxage", days);
    days
}

fn below_the_profile(cluster: &Resolved, out: &mut Lowering<'_>, days: i64, least: i64) {
    let waiver = cluster.waivers_for(ID).find(|waiver| waiver.narrow.is_none());
    match waiver {
        Some(waiver) => out.verdict_on(
            Scope::Cluster,
            Outcome::Waived,
            Ground::Waiver(waiver.id.clone()),
            format!("{days} days instead of {least}"),
        ),
        None => {
            let at = out.place(&Cause::Spec(logging("retentionDays")));
            let what = format!("`retentionDays: {days}`, weaker than the profile's `maxage: {least}`");
            out.diagnostics().push(WaiverNeeded { control: ID.to_owned(), what, at });
        }
    }
}

/// The files that are kept: enough for the declared rate and days, as far as the disk may be used.
fn files(cluster: &Resolved, days: i64) -> (i64, Cause) {
    let (least, cause) = cluster.int(ID, "maxbackup");
    let (disk, _) = cluster.int(ID, "disk");
    let (size, _) = cluster.int(ID, "maxsize");
    match (cluster.audit.events_per_second, cluster.audit.retention_days) {
        (Some(rate), Some(_)) => {
            let most = (disk / size.max(1)).max(least);
            let wanted = audit_volume::files(rate, days, size).clamp(least, most);
            (wanted, if wanted == least { cause } else { Cause::Spec(logging("eventsPerSecond")) })
        }
        (Some(_) | None, Some(_) | None) => (least, cause),
    }
}

/// What becomes of the declared days and rate: the files may hold less than the days.
fn answer(cluster: &Resolved, out: &mut Lowering<'_>, days: i64, files: i64) {
    let (size, _) = cluster.int(ID, "maxsize");
    let (rate, retention) = (cluster.audit.events_per_second, cluster.audit.retention_days);
    let kept = rate.map(|rate| {
        format!("{files} files of {size} MB hold {} at {rate} events a second", audit_volume::holds(rate, files, size))
    });
    let keys = ["audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"].map(strokes::flag_key);
    strokes::intents_by(cluster, out, &logging("eventsPerSecond"), &keys);
    // The file that is written comes on top of those that were rotated.
    let disk = format!("at most {} MB of disk on each control-plane node", files.saturating_add(1).saturating_mul(size));
    strokes::enforced(out, kept.as_ref().map_or_else(|| disk.clone(), |kept| format!("{kept}; {disk}")));
    let enough = rate.is_some_and(|rate| audit_volume::files(rate, days, size) <= files);
    if enough || retention.is_none() {
        strokes::intents_by(cluster, out, &logging("retentionDays"), &keys);
        return;
    }
    let detail = match kept {
        Some(kept) => format!("{kept}: ship the log off the node to keep {days} days"),
        None => format!("without `eventsPerSecond` it is not known whether {files} files of {size} MB hold {days} days"),
    };
    let ground = Ground::Fact(facts::id::AUDIT_LOG_ROTATION);
    strokes::intents(cluster, out, &logging("retentionDays"), Outcome::Weaker, &ground, &detail);
    out.verdict_on(Scope::Cluster, Outcome::Weaker, ground, detail);
}
