//! What the API server would refuse, or is not told.

use crate::{
    diag::{Label, Place, Problem, Severity},
    facts,
};

/// An issuer of service-account tokens is retired and named at once.
#[derive(Debug)]
pub(in crate::controls) struct RetiredIssuerInUse {
    pub(in crate::controls) issuer: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for RetiredIssuerInUse {
    const CODE: &'static str = "retired-issuer-in-use";
    const MEANING: &'static str = "The tokens of a retired issuer no longer count. An issuer that signs, or that your own configuration \
        names, cannot be retired: the API server takes the tokens of every issuer that it is told of.";

    fn message(&self) -> String {
        format!("issuer `{}` is retired, and the API server is still told of it", self.issuer)
    }

    fn help(&self) -> String {
        "take it out of `retired-issuers`, or name another issuer in your own configuration (`service-account-issuer`)".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "retired here")).collect()
    }
}

/// A path for anonymous requests that no request can have.
#[derive(Debug)]
pub(in crate::controls) struct AnonymousPath {
    pub(in crate::controls) path: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for AnonymousPath {
    const CODE: &'static str = "anonymous-path";
    const MEANING: &'static str = "The API server compares the paths that need no credentials with the whole path of a request: no \
        wildcard, no query, and `/` first. Another text would never match.";

    fn message(&self) -> String {
        format!("`{}` is no exact URL path", self.path)
    }

    fn help(&self) -> String {
        "write each path as the request has it, such as `/livez`".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "expected `/` first, and neither `*` nor `?`")).collect()
    }
}

/// Anonymous access would shut out the probes of the API server's own pod.
#[derive(Debug)]
pub(in crate::controls) struct ProbesShutOut {
    pub(in crate::controls) missing: Vec<String>,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for ProbesShutOut {
    const CODE: &'static str = "probes-shut-out";
    const MEANING: &'static str = "kubeadm's static pod probes `/livez` and `/readyz` of the API server without credentials. Where these \
        paths are not open the probes get 401, and the kubelet restarts the API server for ever.";

    fn message(&self) -> String {
        format!("the API server would never become ready: its probes are shut out of {}", quoted(&self.missing))
    }

    fn help(&self) -> String {
        format!("add {} to `paths` of `apiserver/anonymous-access`", quoted(&self.missing))
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "the probes of kubeadm are not among them")).collect()
    }
}

/// The authorization file is asked for, and an authorizer is configured that it does not carry.
#[derive(Debug)]
pub(in crate::controls) struct AuthorizerNotInFile {
    pub(in crate::controls) mode: String,
    pub(in crate::controls) at: Option<Place>,
    pub(in crate::controls) form: Option<Place>,
}

impl Problem for AuthorizerNotInFile {
    const CODE: &'static str = "authorizer-not-in-file";
    const MEANING: &'static str = "The authorization file takes the place of every authorization flag, and it is written for Node and RBAC \
        alone. The settings of another authorizer (a webhook, an ABAC policy) would be lost.";

    fn message(&self) -> String {
        format!("authorizer `{}` cannot be kept in an authorization file", self.mode)
    }

    fn help(&self) -> String {
        "write `form: flag` for `apiserver/authorization-mode`, or take the authorizer out".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let at = self.at.iter().map(|at| Label::new(at.clone(), format!("`{}` is asked for here", self.mode)));
        at.chain(self.form.iter().map(|at| Label::new(at.clone(), "the file is asked for here"))).collect()
    }
}

/// A declared issuer is the cluster's own.
#[derive(Debug)]
pub(in crate::controls) struct IssuerIsClusterOwn {
    pub(in crate::controls) name: String,
    pub(in crate::controls) url: String,
    pub(in crate::controls) at: Option<Place>,
    pub(in crate::controls) own: Option<Place>,
}

impl Problem for IssuerIsClusterOwn {
    const CODE: &'static str = "issuer-is-cluster-own";
    const MEANING: &'static str = "An issuer of people's tokens has the URL of the issuer of service-account tokens. The API server does \
        not start, since it could not tell the two kinds of tokens apart.";

    fn message(&self) -> String {
        format!("issuer `{}` is the cluster's own issuer of service-account tokens: `{}`", self.name, self.url)
    }

    fn help(&self) -> String {
        "take the issuer out: tokens of the cluster's own issuer are accepted without it".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let at = self.at.iter().map(|at| Label::new(at.clone(), "the same URL"));
        at.chain(self.own.iter().map(|at| Label::new(at.clone(), "the issuer of service-account tokens"))).collect()
    }
}

/// A prefix makes names that the cluster keeps for itself.
#[derive(Debug)]
pub(in crate::controls) struct IssuerPrefixReserved {
    pub(in crate::controls) name: String,
    pub(in crate::controls) prefix: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for IssuerPrefixReserved {
    const CODE: &'static str = "issuer-prefix-reserved";
    const MEANING: &'static str = "Names that begin `system:` belong to the cluster itself: nodes, controllers, `system:masters`. An issuer \
        whose names get this prefix, the beginning of it, or none could make any of them. A waiver for \
        `apiserver/structured-authentication` allows an empty prefix or the beginning of `system:`.";

    fn message(&self) -> String {
        let prefix = if self.prefix.is_empty() { "empty".to_owned() } else { format!("`{}`", self.prefix) };
        format!("issuer `{}` could make names of the cluster's own: its prefix is {prefix}", self.name)
    }

    fn help(&self) -> String {
        format!("write a prefix of the issuer's own, such as `{}:`", self.name)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "with this a name can begin `system:`")).collect()
    }
}

/// Two issuers with one URL.
#[derive(Debug)]
pub(in crate::controls) struct IssuerTwice {
    pub(in crate::controls) url: String,
    pub(in crate::controls) first: Option<Place>,
    pub(in crate::controls) second: Option<Place>,
}

impl Problem for IssuerTwice {
    const CODE: &'static str = "issuer-twice";
    const MEANING: &'static str = "Two issuers have the same URL. The API server does not start: it could not tell which mapping a token \
        means. One issuer can have several audiences.";

    fn message(&self) -> String {
        format!("two issuers have the URL `{}`", self.url)
    }

    fn help(&self) -> String {
        "make them one issuer, with the audiences of both".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let first = self.first.iter().map(|at| Label::new(at.clone(), "first here"));
        first.chain(self.second.iter().map(|at| Label::new(at.clone(), "and again here"))).collect()
    }
}

/// One issuer can make names of another.
#[derive(Debug)]
pub(in crate::controls) struct IssuersShareNames {
    pub(in crate::controls) field: &'static str,
    pub(in crate::controls) first: (String, String, Option<Place>),
    pub(in crate::controls) second: (String, String, Option<Place>),
}

impl Problem for IssuersShareNames {
    const CODE: &'static str = "issuers-share-names";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The prefixes of two issuers are equal, or one begins with the other. Whoever chooses names at one of \
        them can become a user or a group of the other.";

    fn message(&self) -> String {
        let ((first, a, _), (second, b, _)) = (&self.first, &self.second);
        format!("issuers `{first}` and `{second}` can make the same names: the prefixes of `{}` are `{a}` and `{b}`", self.field)
    }

    fn help(&self) -> String {
        format!("give each a prefix of its own, such as `{}:` and `{}:`", self.first.0, self.second.0)
    }

    fn labels(&self) -> Vec<Label> {
        let first = self.first.2.iter().map(|at| Label::new(at.clone(), "this issuer"));
        first.chain(self.second.2.iter().map(|at| Label::new(at.clone(), "and this one"))).collect()
    }
}

/// A cipher suite that no component knows.
#[derive(Debug)]
pub(in crate::controls) struct UnknownCipher {
    name: String,
    nearest: String,
    at: Option<Place>,
}

impl UnknownCipher {
    /// The problem of a name, with the known name that resembles it most.
    pub(in crate::controls) fn of(name: &str, at: Option<Place>) -> Self {
        let likeness = |known: &str| strsim::jaro_winkler(known, name);
        let nearest = facts::ciphers().iter().map(|cipher| cipher.name).max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        UnknownCipher { name: name.to_owned(), nearest: nearest.unwrap_or_default().to_owned(), at }
    }
}

impl Problem for UnknownCipher {
    const CODE: &'static str = "unknown-cipher";
    const MEANING: &'static str = "A component stops at a cipher suite that it does not know. The names are those of Go.";

    fn message(&self) -> String {
        format!("no component knows the cipher suite `{}`", self.name)
    }

    fn help(&self) -> String {
        format!("did you mean `{}`?", self.nearest)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), format!("`{}` is no suite", self.name))).collect()
    }
}

/// Names in backticks, separated by commas.
fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
