//! TLS versions and cipher suites of every server.

use crate::{
    facts,
    plan::{Plan, Program, SettingKey},
};

use super::settings::{Clash, Rule, Side, text};

/// What one server is told about TLS.
struct Server {
    program: Program,
    minimum: Option<(String, Side)>,
    ciphers: Option<(Vec<String>, Side)>,
}

/// The flags of each program that hold the oldest version and the suites.
const FLAGS: [(Program, &str, &str); 5] = [
    (Program::KubeApiserver, "tls-min-version", "tls-cipher-suites"),
    (Program::KubeControllerManager, "tls-min-version", "tls-cipher-suites"),
    (Program::KubeScheduler, "tls-min-version", "tls-cipher-suites"),
    (Program::Kubelet, "tls-min-version", "tls-cipher-suites"),
    (Program::Etcd, "tls-min-version", "cipher-suites"),
];

fn servers(plan: &Plan) -> Vec<Server> {
    let server = |(program, minimum, ciphers): (Program, &str, &str)| {
        let flag = |name: &str| Some((text(plan, program, name)?, Side::flag(plan, program, name)?));
        let list = |(text, side): (String, Side)| (text.split(',').map(|name| name.trim().to_owned()).collect(), side);
        Server { program, minimum: flag(minimum), ciphers: flag(ciphers).map(list) }
    };
    FLAGS.into_iter().map(server).chain([kubelet_file(plan)]).collect()
}

/// What the kubelet's file says.
fn kubelet_file(plan: &Plan) -> Server {
    let program = Program::Kubelet;
    let field = |name: &str| {
        let held = plan.component(program).fields.get(name)?;
        Some((held.value.clone(), Side::of(&SettingKey::Field(program, name.to_owned()), held)))
    };
    let minimum = field("tlsMinVersion").and_then(|(value, side)| Some((value.as_str()?.to_owned(), side)));
    let ciphers = field("tlsCipherSuites").and_then(|(value, side)| {
        let names = value.as_array()?.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
        Some((names, side))
    });
    Server { program, minimum, ciphers }
}

fn is_tls13(minimum: Option<&(String, Side)>) -> bool {
    minimum.is_some_and(|(version, _)| version == "VersionTLS13" || version == "TLS1.3")
}

pub(super) const TLS13_WITH_CIPHERS: Rule = Rule {
    id: "tls13-with-ciphers",
    about: "TLS 1.3 is the oldest version, and a list of cipher suites is given. The suites of TLS 1.3 cannot be chosen: etcd does not \
        start with both, and the Kubernetes components take the list without any effect.",
    check: tls13_with_ciphers,
};

fn tls13_with_ciphers(plan: &Plan) -> Vec<Clash> {
    let clash = |server: Server| {
        let tls13 = is_tls13(server.minimum.as_ref());
        let (Some((_, minimum)), Some((_, ciphers)), true) = (server.minimum, server.ciphers, tls13) else { return None };
        Some(Clash {
            message: format!(
                "{} is given cipher suites beside a minimum of TLS 1.3, where they cannot be chosen",
                server.program
            ),
            help: "take the list out, or lower the minimum to TLS 1.2".to_owned(),
            a: ciphers,
            b: Some(minimum),
        })
    };
    servers(plan).into_iter().filter_map(clash).collect()
}

pub(super) const CIPHERS_WITHOUT_HTTP2: Rule = Rule {
    id: "ciphers-without-http2",
    about: "A list of cipher suites lacks the suite that HTTP/2 demands: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 or its ECDSA twin. API \
        server, controller manager, scheduler and etcd stop some seconds after their start; a list of 256-bit suites alone is the \
        usual cause.",
    check: ciphers_without_http2,
};

fn ciphers_without_http2(plan: &Plan) -> Vec<Clash> {
    let without_http2 = text(plan, Program::KubeApiserver, "disable-http2-serving").is_some_and(|value| value == "true");
    let clash = |server: Server| {
        let exempt = is_tls13(server.minimum.as_ref()) || (server.program == Program::KubeApiserver && without_http2);
        let (names, side) = server.ciphers?;
        if exempt || names.iter().any(|name| facts::is_http2_cipher(name)) {
            return None;
        }
        Some(Clash {
            message: format!("the cipher suites of {} hold none that HTTP/2 can use: the program would stop", server.program),
            help: "add `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`; kubeadm's certificates are RSA".to_owned(),
            a: side,
            b: None,
        })
    };
    servers(plan).into_iter().filter_map(clash).collect()
}

pub(super) const UNKNOWN_CIPHER_SUITE: Rule = Rule {
    id: "unknown-cipher-suite",
    about: "A list of cipher suites holds a name that no component knows: it would not start. The names are Go's.",
    check: unknown_cipher,
};

fn unknown_cipher(plan: &Plan) -> Vec<Clash> {
    let mut clashes = Vec::new();
    for server in servers(plan) {
        let Some((names, side)) = server.ciphers else { continue };
        for name in names.iter().filter(|name| facts::cipher(name).is_none()) {
            clashes.push(Clash {
                message: format!("{} does not know the cipher suite `{name}`", server.program),
                help: nearest(name).map_or_else(
                    || "write the name as Go's `crypto/tls` does, `TLS_...`".to_owned(),
                    |known| format!("did you mean `{known}`?"),
                ),
                a: side.clone(),
                b: None,
            });
        }
    }
    clashes
}

/// The known name that is most like a text, if any is close.
fn nearest(name: &str) -> Option<&'static str> {
    let alike = |known: &str| strsim::jaro_winkler(known, name);
    let known = facts::ciphers().iter().map(|cipher| cipher.name);
    known.max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|known| alike(known) > 0.8)
}
