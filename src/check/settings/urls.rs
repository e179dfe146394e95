//! URLs of etcd: in plain HTTP nobody shows a certificate, whatever else is set. What kubeadm writes for each node itself no plan
//! holds.

use std::collections::BTreeMap;

use crate::{
    diag::Place,
    plan::{Program, SettingKey},
    targets::{Form, Written},
};

use super::{Asked, Judge, Said, defaults, values};

/// A flag that holds URLs, the control that wants TLS there, and what is without it.
struct Urls {
    control: &'static str,
    program: Program,
    flag: &'static str,
    plain: &'static str,
}

const CLIENTS: &str =
    "whoever reaches it reads and changes every object without a certificate, whatever `--client-cert-auth` says";
const STORE: &str =
    "every object crosses the network as it is, Secrets too, and no certificate shows that it is etcd who answers";

/// Origin: etcd, embed/etcd.go ("scheme is http or unix while --client-cert-auth is enabled; ignoring client cert auth for this
/// URL", the same of peers), tried with 3.6 on 2026-11-27: objects are read and written without a certificate, through URLs for
/// HTTP alone too; its client drops credentials for `http` (client/v3/internal/endpoint).
const URLS: [Urls; 7] = [
    Urls { control: "etcd/client-tls", program: Program::Etcd, flag: "listen-client-urls", plain: CLIENTS },
    Urls { control: "etcd/client-tls", program: Program::Etcd, flag: "listen-client-http-urls", plain: CLIENTS },
    Urls {
        control: "etcd/client-tls",
        program: Program::Etcd,
        flag: "advertise-client-urls",
        plain: "clients that learn of it speak without TLS",
    },
    Urls {
        control: "etcd/peer-tls",
        program: Program::Etcd,
        flag: "listen-peer-urls",
        plain: "whoever reaches it speaks as a member without a certificate, whatever `--peer-client-cert-auth` says",
    },
    Urls {
        control: "etcd/peer-tls",
        program: Program::Etcd,
        flag: "initial-advertise-peer-urls",
        plain: "members that learn of it speak without TLS",
    },
    Urls { control: "apiserver/etcd-tls", program: Program::KubeApiserver, flag: "etcd-servers", plain: STORE },
    Urls { control: "apiserver/etcd-tls", program: Program::KubeApiserver, flag: "etcd-servers-overrides", plain: STORE },
];

impl Judge<'_, '_> {
    /// Judges the URLs of a flag; `false` where none of them is plain HTTP, or nobody asks.
    pub(super) fn urls(&mut self, key: &SettingKey, written: &[Written]) -> bool {
        let SettingKey::Flag(program, flag) = key else { return false };
        let row = URLS.iter().find(|row| row.program == *program && row.flag == flag);
        let (Some(row), Some(last)) = (row, written.last()) else { return false };
        let text = values::effective(key, written).join(",");
        self.plain(row, &format!("`--{flag}` holds"), &text, &last.place)
    }

    /// What a pod is not told counts too: etcd listens in plain HTTP then.
    pub(super) fn urls_left_out(&mut self, said: &Said) {
        let Form::Pod(program) = self.form else { return };
        for row in URLS.iter().filter(|row| row.program == program && row.flag.starts_with("listen-")) {
            let key = SettingKey::Flag(program, row.flag.to_owned());
            let default = defaults::of(self.form, self.subject.reader, &key, self.plan()).filter(|_| !said.contains_key(&key));
            if let Some(default) = default {
                let place = self.subject.place.clone();
                self.plain(row, &format!("`--{}` is not set, and the default is", row.flag), &default, &place);
            }
        }
    }

    /// The servers of a cluster whose etcd kubeadm does not run.
    pub(super) fn external_etcd(&mut self, others: &BTreeMap<String, Written>) {
        let Some(row) = URLS.iter().find(|row| row.flag == "etcd-servers") else { return };
        for (_, value) in others.iter().filter(|(path, _)| path.starts_with("/etcd/external/endpoints/")) {
            self.plain(row, "the endpoint is", &value.text, &value.place);
        }
    }

    /// Tells of every URL in plain HTTP that the plan does not have itself.
    fn plain(&mut self, row: &Urls, is: &str, text: &str, place: &Place) -> bool {
        let Some(control) = values::in_force(self.plan(), row.control) else { return false };
        let planned = self.plan().component(row.program).flag_text(row.flag).unwrap_or_default();
        let own: Vec<&str> = each(&planned).collect();
        let plain: Vec<&str> = each(text).filter(|url| is_plain(url) && !own.contains(url)).collect();
        for url in &plain {
            let message = format!("{is} `{url}`: {}", row.plain);
            let asked = Asked { control: Some(control), asked: true };
            self.told(asked, place.clone(), message, format!("write `https{}`", &url["http".len()..]));
        }
        !plain.is_empty()
    }
}

/// The URLs of a value, those of overrides (`/events#URL;URL`) too.
fn each(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';']).map(|url| url.rsplit('#').next().unwrap_or(url).trim())
}

/// Go reads the scheme of a URL in any case.
fn is_plain(url: &str) -> bool {
    url.get(.."http://".len()).is_some_and(|start| start.eq_ignore_ascii_case("http://"))
}
