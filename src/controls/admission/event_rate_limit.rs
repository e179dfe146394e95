//! Limits how fast events may be written, with numbers derived from the size of the cluster.

use crate::{
    base::{Area, Level},
    controls::{Applies, Control, Param, ParamKind, Stricter, by_platform},
    facts,
    plan::{EventLimit, LimitType, Lowering, Outcome, Scope},
    resolve::{Resolved, Size, SizeFrom},
};

use super::{configuration, enable, strokes};

const ID: &str = "admission/event-rate-limit";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Admission,
    title: "limit how fast events may be written",
    level: Level::Restricted,
    doc: include_str!("event_rate_limit.md"),
    params: &[
        Param {
            name: "events-per-pod",
            kind: ParamKind::Int { min: 1, max: 1_000 },
            stricter: Stricter::Lower,
            about: "events that the start of one pod writes: a fifth of the pods may start at once",
        },
        Param {
            name: "share",
            kind: ParamKind::Int { min: 1, max: 100 },
            stricter: Stricter::Lower,
            about: "percent of the whole that one namespace or one user may write",
        },
    ],
    applies,
    lower,
};

/// The least rate and burst of the whole cluster: a small cluster must still start.
const LEAST_QPS: i64 = 50;
const LEAST_BURST: i64 = 500;

/// The most: what a large store takes beside its other writes. More would be no limit.
const MOST_QPS: i64 = 1_000;
const MOST_BURST: i64 = 10_000;

/// What client-go lets one source write about one object: a burst of 25, then one in five minutes. Only other writers feel this limit.
const OBJECT: EventLimit = EventLimit { kind: LimitType::SourceAndObject, qps: 1, burst: 25, cache_size: CACHE };

/// The default of the plugin; fewer buckets than keys would forget limits.
const CACHE: i64 = 4_096;

/// The providers do not run it, and a policy engine counts nothing.
fn applies(cluster: &Resolved) -> Applies {
    let eks = (Outcome::Impossible, facts::id::EKS_EVENT_LIMIT);
    by_platform(cluster, eks, (Outcome::Impossible, facts::id::AKS_EVENT_LIMIT))
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (per_pod, cause) = cluster.int(ID, "events-per-pod");
    let (share, _) = cluster.int(ID, "share");
    let limits = limits(cluster.size, per_pod, share);
    enable(out, "EventRateLimit");
    configuration::open(out);
    let asked = out.reason().cause;
    let detail = detail(cluster.size, &limits);
    let held = out.because(cause).held(limits);
    out.plan_mut().event_limits = Some(held);
    out.because(asked);
    strokes::enforced(out, detail);
    if cluster.size.from == SizeFrom::Ranges {
        let detail = "declare `platform.size`: the limits are made for as many nodes as the ranges of the pools hold";
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::SIZE_NOT_DECLARED, detail);
    }
    let gap = "the scheduler and newer controllers write there; quotas do not count events, flow control slows their writers";
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::EVENT_RATE_LIMIT_CORE, gap);
}

/// A fifth of the pods may start at once (burst), and a tenth of the pods may write one event each second for good (rate).
fn limits(size: Size, per_pod: i64, share: i64) -> Vec<EventLimit> {
    let burst = (size.pods / 5).saturating_mul(per_pod).clamp(LEAST_BURST, MOST_BURST);
    let qps = (size.pods / 10).clamp(LEAST_QPS, MOST_QPS);
    let part = |whole: i64| (whole.saturating_mul(share) / 100).max(1);
    let keys = size.pods.saturating_mul(2).saturating_add(size.nodes).clamp(CACHE, i64::from(i32::MAX));
    vec![
        EventLimit { kind: LimitType::Server, qps, burst, cache_size: 0 },
        EventLimit { kind: LimitType::Namespace, qps: part(qps), burst: part(burst), cache_size: CACHE },
        EventLimit {
            kind: LimitType::User,
            qps: part(qps),
            burst: part(burst),
            cache_size: CACHE.max(size.nodes.saturating_mul(2)),
        },
        EventLimit { cache_size: keys, ..OBJECT },
    ]
}

fn detail(size: Size, limits: &[EventLimit]) -> String {
    let numbers: Vec<String> =
        limits.iter().map(|limit| format!("{} {} a second, {} at once", limit.kind.name(), limit.qps, limit.burst)).collect();
    let counted = match size.from {
        SizeFrom::Declared => "declared",
        SizeFrom::Nodes => "counted, with 110 pods on a node",
        SizeFrom::Ranges => "not declared: the most that the ranges of the pools hold, with 110 pods on a node",
    };
    let nodes = if size.nodes == 1 { "1 node".to_owned() } else { format!("{} nodes", size.nodes) };
    format!("each API server by itself, for {nodes} and {} pods ({counted}): {}", size.pods, numbers.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derives_numbers_from_the_size() {
        let of = |pods| limits(Size { nodes: 30, pods, from: SizeFrom::Declared }, 5, 50);
        let numbers: Vec<_> = of(900).iter().map(|limit| (limit.qps, limit.burst)).collect();
        assert_eq!(numbers, [(90, 900), (45, 450), (45, 450), (1, 25)]);
        assert_eq!((of(1)[0].qps, of(1)[0].burst), (LEAST_QPS, LEAST_BURST));
        assert_eq!((of(i64::MAX)[0].qps, of(i64::MAX)[0].burst), (MOST_QPS, MOST_BURST));
    }
}
