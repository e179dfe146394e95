//! Where logs go.

use crate::diag::{Label, Place, Problem, Severity};

/// Nodes ship over TLS to a receiver that is named by its address.
#[derive(Debug)]
pub(in crate::controls) struct ReceiverByAddress {
    pub(in crate::controls) host: String,
    /// Whether the agent in the cluster ships there too.
    pub(in crate::controls) by_agent: bool,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for ReceiverByAddress {
    const CODE: &'static str = "receiver-by-address";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "Nodes ship their logs over TLS to a receiver that is named by its address. rsyslog of Debian and Ubuntu looks for \
        that text among the DNS names and the common name of the receiver's certificate, and not among its addresses: a certificate that holds \
        the address in the usual way is refused, nothing arrives, and the queue of every node fills until lines are lost.";

    fn message(&self) -> String {
        format!("nodes refuse the receiver `{}` unless its certificate holds that address as a DNS name", self.host)
    }

    fn help(&self) -> String {
        let host = &self.host;
        let beside = if self.by_agent { format!(" beside `IP:{host}`, which the agent asks for") } else { String::new() };
        format!(
            "name the receiver as its certificate does (`host: siem.example.com`), or let the certificate hold `DNS:{host}`{beside}"
        )
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "an address, which rsyslog compares with names")).collect()
    }
}
