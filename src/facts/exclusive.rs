//! Flags of a program of which it takes one: with both it does not start.
//! Origin: `AdmissionOptions.Validate`, `BuiltInAuthenticationOptions.Validate` and `BuiltInAuthorizationOptions.Validate` of
//! kube-apiserver (pkg/kubeapiserver/options), read 2026-11-27.

use super::Program;

/// A flag that stands alone.
#[derive(Debug, Clone, Copy)]
pub struct ExclusiveFlag {
    /// The program.
    pub program: Program,
    /// The flag.
    pub flag: &'static str,
    /// Those that it excludes; a name that ends in `*` is every flag that begins so.
    pub others: &'static [&'static str],
}

const FLAGS: [ExclusiveFlag; 3] = [
    ExclusiveFlag {
        program: Program::KubeApiserver,
        flag: "admission-control",
        others: &["enable-admission-plugins", "disable-admission-plugins"],
    },
    ExclusiveFlag { program: Program::KubeApiserver, flag: "authentication-config", others: &["oidc-*"] },
    ExclusiveFlag {
        program: Program::KubeApiserver,
        flag: "authorization-config",
        others: &["authorization-mode", "authorization-webhook-*"],
    },
];

impl ExclusiveFlag {
    /// Whether it excludes another flag of its program.
    #[must_use]
    pub fn excludes(&self, name: &str) -> bool {
        self.others.iter().any(|other| other.strip_suffix('*').map_or(*other == name, |start| name.starts_with(start)))
    }
}

/// A flag that excludes others; nothing for one that does not.
#[must_use]
pub fn exclusive_flag(program: Program, flag: &str) -> Option<&'static ExclusiveFlag> {
    FLAGS.iter().find(|row| row.program == program && row.flag == flag)
}
