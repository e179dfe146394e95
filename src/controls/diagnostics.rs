//! What controls cannot say.

use crate::{
    base::Minor,
    diag::{Entry, Label, Place, Problem, Severity},
    facts::{self, GatekeeperNeed},
    plan::EncryptionStage,
};

use super::cloud::diagnostics::{NobodyComesIn, NodesLockedOut, ProviderMakesAnew, ReservedGroup, SourceFamily, TooManySources};

/// Every kind of diagnostic of this stage.
pub const ALL: &[Entry] = &[
    Entry::of::<AnonymousPath>(),
    Entry::of::<AuthorizerNotInFile>(),
    Entry::of::<ComponentNotDeclared>(),
    Entry::of::<DeliveryCutOff>(),
    Entry::of::<EncryptionChanged>(),
    Entry::of::<EncryptionDropped>(),
    Entry::of::<EncryptionStageFirst>(),
    Entry::of::<EncryptionStageSkipped>(),
    Entry::of::<GatekeeperTooOld>(),
    Entry::of::<GatekeeperUnknown>(),
    Entry::of::<HostWord>(),
    Entry::of::<IssuerIsClusterOwn>(),
    Entry::of::<IssuerPrefixReserved>(),
    Entry::of::<IssuerTwice>(),
    Entry::of::<IssuersShareNames>(),
    Entry::of::<MissingParameter>(),
    Entry::of::<NobodyComesIn>(),
    Entry::of::<NodesLockedOut>(),
    Entry::of::<ProviderMakesAnew>(),
    Entry::of::<SourceFamily>(),
    Entry::of::<ParameterConflict>(),
    Entry::of::<ParameterValue>(),
    Entry::of::<ProbesShutOut>(),
    Entry::of::<ReservedGroup>(),
    Entry::of::<TooManySources>(),
    Entry::of::<RetiredIssuerInUse>(),
    Entry::of::<RuntimeUnlisted>(),
    Entry::of::<ReservedIdentity>(),
    Entry::of::<UnknownCipher>(),
    Entry::of::<UnknownBenchmark>(),
    Entry::of::<UnknownControl>(),
    Entry::of::<UnknownParameter>(),
    Entry::of::<VersionSkew>(),
    Entry::of::<WaiverNeeded>(),
    Entry::of::<WaiverNotAtAdmission>(),
];

/// A control is selected, and nobody gives one of its parameters.
#[derive(Debug)]
pub(super) struct MissingParameter {
    pub(super) control: String,
    pub(super) name: String,
    pub(super) at: Option<Place>,
}

impl Problem for MissingParameter {
    const CODE: &'static str = "missing-parameter";
    const MEANING: &'static str = "A control is selected and neither the profiles nor the spec give one of its parameters. The built-in \
        profiles give all of them: extend one, or set the parameter.";

    fn message(&self) -> String {
        format!("parameter `{}` of control `{}` has no value", self.name, self.control)
    }

    fn help(&self) -> String {
        format!("extend a built-in profile, or write `controls: {{ {}: {{ with: {{ {}: ... }} }} }}`", self.control, self.name)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "these profiles do not give it")).collect()
    }
}

/// Two profiles give a parameter values that cannot be compared.
#[derive(Debug)]
pub(super) struct ParameterConflict {
    pub(super) control: String,
    pub(super) name: String,
    pub(super) first: (String, Place),
    pub(super) second: (String, Place),
}

impl Problem for ParameterConflict {
    const CODE: &'static str = "parameter-conflict";
    const MEANING: &'static str = "Two profiles of one cluster give different values for a parameter, and neither is stricter. Set the \
        parameter in the cluster, or keep one of the profiles.";

    fn message(&self) -> String {
        format!("profiles disagree about `{}` of `{}`: {} and {}", self.name, self.control, self.first.0, self.second.0)
    }

    fn help(&self) -> String {
        format!("set it in the cluster: `controls: {{ {}: {{ with: {{ {}: ... }} }} }}`", self.control, self.name)
    }

    fn labels(&self) -> Vec<Label> {
        vec![
            Label::new(self.first.1.clone(), format!("{} here", self.first.0)),
            Label::new(self.second.1.clone(), format!("{} here", self.second.0)),
        ]
    }
}

/// A parameter has a value of the wrong kind.
#[derive(Debug)]
pub(super) struct ParameterValue {
    pub(super) control: String,
    pub(super) name: String,
    pub(super) value: String,
    pub(super) expected: String,
    pub(super) at: Place,
}

impl Problem for ParameterValue {
    const CODE: &'static str = "parameter-value";
    const MEANING: &'static str = "A parameter of a control has a value that it does not take.";

    fn message(&self) -> String {
        format!("`{}` of control `{}` is {}, expected {}", self.name, self.control, self.value, self.expected)
    }

    fn help(&self) -> String {
        format!("write {}; `harden explain {}` shows its parameters", self.expected, self.control)
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), format!("expected {}", self.expected))]
    }
}

/// A profile, a choice or a waiver names a control that does not exist.
#[derive(Debug)]
pub(super) struct UnknownControl {
    pub(super) id: String,
    pub(super) nearest: String,
    pub(super) at: Option<Place>,
}

impl Problem for UnknownControl {
    const CODE: &'static str = "unknown-control";
    const MEANING: &'static str = "A profile, a choice under `controls` or a waiver names a control that does not exist.";

    fn message(&self) -> String {
        format!("unknown control `{}`", self.id)
    }

    fn help(&self) -> String {
        format!("did you mean `{}`? `harden controls` lists every id", self.nearest)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "no control has this id")).collect()
    }
}

/// A profile selects by a benchmark that does not exist.
#[derive(Debug)]
pub(super) struct UnknownBenchmark {
    pub(super) name: String,
    pub(super) at: Place,
}

impl Problem for UnknownBenchmark {
    const CODE: &'static str = "unknown-benchmark";
    const MEANING: &'static str = "A profile selects the controls of a benchmark that is not known, so it would select none.";

    fn message(&self) -> String {
        format!("unknown benchmark `{}`", self.name)
    }

    fn help(&self) -> String {
        let known = facts::benchmarks::SELECTABLE;
        let likeness = |known: &str| strsim::jaro_winkler(known, &self.name);
        let nearest = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let list = format!("the benchmarks are {}", known.join(", "));
        match nearest.filter(|nearest| likeness(nearest) > 0.8) {
            Some(nearest) => format!("did you mean `{nearest}`? {list}"),
            None => list,
        }
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "no benchmark has this name")]
    }
}

/// A parameter that the control does not have.
#[derive(Debug)]
pub(super) struct UnknownParameter {
    pub(super) control: String,
    pub(super) name: String,
    pub(super) known: Vec<String>,
    pub(super) at: Place,
}

impl Problem for UnknownParameter {
    const CODE: &'static str = "unknown-parameter";
    const MEANING: &'static str = "A control is given a parameter that it does not have.";

    fn message(&self) -> String {
        format!("control `{}` has no parameter `{}`", self.control, self.name)
    }

    fn help(&self) -> String {
        if self.known.is_empty() {
            "take it out: this control has no parameters".to_owned()
        } else {
            format!("did you mean one of its parameters: {}?", self.known.join(", "))
        }
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "no such parameter")]
    }
}

/// Something is weakened, and no waiver that counts says so.
#[derive(Debug)]
pub(super) struct WaiverNeeded {
    pub(super) control: String,
    pub(super) what: String,
    pub(super) at: Option<Place>,
}

impl Problem for WaiverNeeded {
    const CODE: &'static str = "waiver-needed";
    const MEANING: &'static str = "A control is switched off or given a weaker value than its profile's. That is possible only through a \
        waiver with an owner, a reason and an end.";

    fn message(&self) -> String {
        format!("{} of control `{}` needs a waiver", self.what, self.control)
    }

    fn help(&self) -> String {
        format!(
            "add a waiver with `control: {}`, an owner, a reason and `expires`; below `controls` and `namespaces` name its id here as `waiver:`",
            self.control
        )
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "weakened here")).collect()
    }
}

/// An issuer of service-account tokens is retired and named at once.
#[derive(Debug)]
pub(super) struct RetiredIssuerInUse {
    pub(super) issuer: String,
    pub(super) at: Option<Place>,
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
pub(super) struct AnonymousPath {
    pub(super) path: String,
    pub(super) at: Option<Place>,
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
pub(super) struct ProbesShutOut {
    pub(super) missing: Vec<String>,
    pub(super) at: Option<Place>,
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
pub(super) struct AuthorizerNotInFile {
    pub(super) mode: String,
    pub(super) at: Option<Place>,
    pub(super) form: Option<Place>,
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

/// The spec no longer declares the encryption that the last build wrote.
#[derive(Debug)]
pub(super) struct EncryptionDropped {
    pub(super) last: String,
    pub(super) at: Option<Place>,
}

impl Problem for EncryptionDropped {
    const CODE: &'static str = "encryption-dropped";
    const MEANING: &'static str = "The last build encrypted stored objects, and the spec no longer asks for it. Without its key the API \
        server cannot read an encrypted object: the secrets of the cluster would be lost to it. The way back goes stage by stage.";

    fn message(&self) -> String {
        format!("`api.encryptionAtRest` is gone, and the last build was at stage `{}`", self.last)
    }

    fn help(&self) -> String {
        "declare it again and go back one stage in each build, from `enforce` to `write` to `prepare`; rewrite every object at \
         `prepare`, then move the cluster's folder away and declare nothing"
            .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "nothing is declared here")).collect()
    }
}

/// The first build of a cluster is at a later stage of encryption.
#[derive(Debug)]
pub(super) struct EncryptionStageFirst {
    pub(super) stage: EncryptionStage,
    pub(super) at: Option<Place>,
}

impl Problem for EncryptionStageFirst {
    const CODE: &'static str = "encryption-stage-first";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The first build of a cluster asks for stage `write` or `enforce`, and no earlier build says that the \
        stages before it were rolled out. In a running cluster a server without the key could not read what another has encrypted, and \
        at `enforce` no server could read the objects that are still plain.";

    fn message(&self) -> String {
        format!("nothing was built before stage `{}` of encryption", self.stage.name())
    }

    fn help(&self) -> String {
        let before = match self.stage {
            EncryptionStage::Prepare | EncryptionStage::Write => "every server already has the key",
            EncryptionStage::Enforce => "every server already has the key and every object is encrypted",
        };
        format!("right for a new cluster without objects, or where {before}; otherwise begin with `stage: prepare`")
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "the first stage of this cluster")).collect()
    }
}

/// The spec encrypts otherwise than the last build did.
#[derive(Debug)]
pub(super) struct EncryptionChanged {
    pub(super) what: String,
    pub(super) last: &'static str,
    pub(super) help: &'static str,
    pub(super) at: Option<Place>,
}

impl Problem for EncryptionChanged {
    const CODE: &'static str = "encryption-changed";
    const MEANING: &'static str = "Provider, KMS name or resources are not those of the last build. The API server reads an encrypted object \
        only with the provider and the name that wrote it, and only while its resource is listed; at `enforce` it does not read a plain \
        object of a listed resource. The objects would be lost to it.";

    fn message(&self) -> String {
        format!("encryption is not that of the last build, at stage `{}`: {}", self.last, self.what)
    }

    fn help(&self) -> String {
        self.help.to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "not as the last build had it")).collect()
    }
}

/// The spec goes more than one stage of encryption at once.
#[derive(Debug)]
pub(super) struct EncryptionStageSkipped {
    pub(super) last: &'static str,
    pub(super) wanted: &'static str,
    pub(super) next: &'static str,
    pub(super) at: Option<Place>,
}

impl Problem for EncryptionStageSkipped {
    const CODE: &'static str = "encryption-stage-skipped";
    const MEANING: &'static str = "API servers take a new encryption file one by one. Between two neighbouring stages each of them reads \
        what the others write; over a skipped stage one server would write what another cannot read.";

    fn message(&self) -> String {
        format!("encryption goes from stage `{}` to `{}` at once", self.last, self.wanted)
    }

    fn help(&self) -> String {
        format!(
            "write `stage: {}`, build, and roll it out to every control-plane node first; if no cluster was made from the last build, \
             move its folder away",
            self.next
        )
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), format!("the last build was at stage `{}`", self.last))).collect()
    }
}

/// A declared issuer is the cluster's own.
#[derive(Debug)]
pub(super) struct IssuerIsClusterOwn {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) at: Option<Place>,
    pub(super) own: Option<Place>,
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
pub(super) struct IssuerPrefixReserved {
    pub(super) name: String,
    pub(super) prefix: String,
    pub(super) at: Option<Place>,
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
pub(super) struct IssuerTwice {
    pub(super) url: String,
    pub(super) first: Option<Place>,
    pub(super) second: Option<Place>,
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
pub(super) struct IssuersShareNames {
    pub(super) field: &'static str,
    pub(super) first: (String, String, Option<Place>),
    pub(super) second: (String, String, Option<Place>),
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
pub(super) struct UnknownCipher {
    name: String,
    nearest: String,
    at: Option<Place>,
}

impl UnknownCipher {
    /// The problem of a name, with the known name that resembles it most.
    pub(super) fn of(name: &str, at: Option<Place>) -> Self {
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

/// A text that is to become a line of a file on the node, and is no such line.
#[derive(Debug)]
pub(super) struct HostWord {
    pub(super) text: String,
    pub(super) expected: &'static str,
    pub(super) at: Option<Place>,
}

impl Problem for HostWord {
    const CODE: &'static str = "host-word";
    const MEANING: &'static str = "A kernel setting or the name of a module becomes a line of a file on the node. Characters that neither \
        needs are refused, since they could become another line.";

    fn message(&self) -> String {
        format!("`{}` cannot be written to the node: expected {}", self.text.escape_debug(), self.expected)
    }

    fn help(&self) -> String {
        "write letters, digits, `.`, `_`, `-` and, in values, `/`, `,` and blanks alone".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "one of these")).collect()
    }
}

/// A runtime that its makers do not list with the Kubernetes minor.
#[derive(Debug)]
pub(super) struct RuntimeUnlisted {
    pub(super) runtime: String,
    pub(super) minor: Minor,
    pub(super) listed: String,
    pub(super) at: Option<Place>,
}

impl Problem for RuntimeUnlisted {
    const CODE: &'static str = "runtime-unlisted";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The makers of containerd and CRI-O publish which of their versions go with which Kubernetes minor, and \
        this pairing is not among them. It may run; nobody looks after it.";

    fn message(&self) -> String {
        format!("{} is not listed with Kubernetes {}", self.runtime, self.minor)
    }

    fn help(&self) -> String {
        format!("take one of {}", self.listed)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this version")).collect()
    }
}

/// A version that the owner's files pin does not go with the Kubernetes that is declared.
#[derive(Debug)]
pub(super) struct VersionSkew {
    pub(super) program: String,
    pub(super) minor: Minor,
    pub(super) listed: String,
    pub(super) at: Option<Place>,
}

impl Problem for VersionSkew {
    const CODE: &'static str = "version-skew";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The owner's configuration pins a program to a version that lies outside what goes with the declared \
        Kubernetes: older than kubeadm lets through, or newer than what it deploys itself. It may run; nobody tests the two together.";

    fn message(&self) -> String {
        format!("{} does not go with Kubernetes {}", self.program, self.minor)
    }

    fn help(&self) -> String {
        format!("take one of {}, or leave the field out: kubeadm deploys one that fits", self.listed)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this version")).collect()
    }
}

/// What a control takes away from the delivery identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CutOff {
    /// Its token.
    Token,
    /// Its way to the API server, from this namespace, by this control.
    ApiServer { namespace: String, control: &'static str, port: u16 },
}

/// A control takes away what the delivery identity needs.
#[derive(Debug)]
pub(super) struct DeliveryCutOff {
    pub(super) account: String,
    pub(super) what: CutOff,
    pub(super) at: Option<Place>,
    pub(super) other: Option<Place>,
}

impl Problem for DeliveryCutOff {
    const CODE: &'static str = "delivery-cut-off";
    const MEANING: &'static str = "The identity that deploys into the cluster would lose what it needs: its token, because it runs as the service \
        account `default` of a governed namespace, or its way to the API server, because its namespace is isolated and no flow leads from \
        there to `kube-api`. It could not deliver any more, not even the change that takes this back.";

    fn message(&self) -> String {
        match &self.what {
            CutOff::Token => format!("the delivery identity `{}` would lose its token", self.account),
            CutOff::ApiServer { .. } => {
                format!("the delivery identity `{}` would not reach the API server any more", self.account)
            }
        }
    }

    fn help(&self) -> String {
        match &self.what {
            CutOff::Token => {
                "give the deployer a service account of its own, or waive `rbac/default-service-account` for the namespace"
                    .to_owned()
            }
            CutOff::ApiServer { namespace, control, .. } => {
                let waive =
                    if *control == "network/default-deny" { "; or waive `network/default-deny` for the namespace" } else { "" };
                format!(
                    "declare the deployer and its way (`network: {{ peers: {{ deployer: {{ namespace: {namespace}, selector: {{}} }} }}, flows: \
                     [{{ name: delivery, from: deployer, to: kube-api }}] }}`), and those to what it delivers from{waive}"
                )
            }
        }
    }

    fn labels(&self) -> Vec<Label> {
        let mut labels: Vec<Label> = self.at.iter().map(|at| Label::new(at.clone(), "deploys as this account")).collect();
        let why = match &self.what {
            CutOff::Token => "the token of `default` is not mounted here".to_owned(),
            CutOff::ApiServer { namespace, port, .. } => {
                format!("pods of `{namespace}` are isolated, and no flow leads from there to the API server (port {port})")
            }
        };
        labels.extend(self.other.iter().map(|at| Label::new(at.clone(), why.clone())));
        labels
    }
}

/// Rights are asked for or for acting as a name that Kubernetes keeps for itself.
#[derive(Debug)]
pub(super) struct ReservedIdentity {
    pub(super) what: &'static str,
    pub(super) name: String,
    pub(super) at: Option<Place>,
}

impl Problem for ReservedIdentity {
    const CODE: &'static str = "reserved-identity";
    const MEANING: &'static str = "A duty, the group for emergencies or an impersonation names a user or group that begins with `system:`. \
        Kubernetes keeps these for itself: `system:authenticated` is everybody, `system:masters` may do everything past RBAC.";

    fn message(&self) -> String {
        format!("{} `{}` belongs to Kubernetes", self.what, self.name)
    }

    fn help(&self) -> String {
        format!("name a {} of your own; its name comes from a certificate or a token", self.what)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "a name that begins with `system:`")).collect()
    }
}

/// A namespace of a known component that no addon declares.
#[derive(Debug)]
pub(super) struct ComponentNotDeclared {
    pub(super) namespace: String,
    pub(super) component: &'static str,
    pub(super) says: &'static str,
    pub(super) policies: String,
    pub(super) at: Option<Place>,
}

impl Problem for ComponentNotDeclared {
    const CODE: &'static str = "component-not-declared";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The spec speaks of a namespace in which a known component is published, and `platform.addons` does not \
        declare the component. Policies spare what is declared: if it runs there, its pods will be refused when they are next created.";

    fn message(&self) -> String {
        format!("policies `{}` would refuse {} in `{}`: no addon declares it", self.policies, self.says, self.namespace)
    }

    fn help(&self) -> String {
        format!("if it runs there, add `{}` to `platform.addons`; else nothing is to be done", self.component)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "where it is published")).collect()
    }
}

/// A waiver is limited to a workload that admission cannot tell from others.
#[derive(Debug)]
pub(super) struct WaiverNotAtAdmission {
    pub(super) id: String,
    pub(super) control: String,
    pub(super) workload: String,
    pub(super) why: &'static str,
    /// Whether the policy changes pods instead of refusing them.
    pub(super) set: bool,
    pub(super) at: Option<Place>,
}

impl Problem for WaiverNotAtAdmission {
    const CODE: &'static str = "waiver-not-at-admission";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A waiver is limited to a workload whose pods admission cannot tell from those of others. `harden check` \
        honours it for the object of that kind and name, and the policy engine does to its pods what it does to all: what it could go by, such as \
        an owner that a pod names, anybody could write.";

    fn message(&self) -> String {
        format!(
            "waiver `{}` for `{}` does not reach admission: the pods of `{}` are {} all the same",
            self.id,
            self.control,
            self.workload,
            if self.set { "set" } else { "refused" }
        )
    }

    fn help(&self) -> String {
        let namespace = "waive a namespace of its own (`scope: { namespace: NAME }`)";
        if self.set {
            return format!("{namespace}: the policy sets what it finds, and spares whole namespaces alone");
        }
        format!("{namespace}, or a DaemonSet, StatefulSet, ReplicaSet, Job or Pod by its name")
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), self.why)).collect()
    }
}

/// Gatekeeper lacks what an emitted object needs.
#[derive(Debug)]
pub(super) struct GatekeeperTooOld {
    pub(super) version: String,
    pub(super) need: &'static GatekeeperNeed,
    pub(super) at: Option<Place>,
    pub(super) asked: Option<Place>,
}

impl Problem for GatekeeperTooOld {
    const CODE: &'static str = "gatekeeper-too-old";
    const MEANING: &'static str = "An object that would be written needs something that the declared version of Gatekeeper does not have. The API \
        server would refuse the object, or drop the field that it lives by.";

    fn message(&self) -> String {
        let (major, minor) = self.need.since;
        format!("{} came with Gatekeeper {major}.{minor}, and {} is declared", self.need.what, self.version)
    }

    fn help(&self) -> String {
        let (major, minor) = self.need.since;
        format!("update Gatekeeper to {major}.{minor} or newer, and declare it: {}", self.need.before)
    }

    fn labels(&self) -> Vec<Label> {
        let mut labels: Vec<Label> = self.at.iter().map(|at| Label::new(at.clone(), "this version")).collect();
        labels.extend(self.asked.iter().map(|at| Label::new(at.clone(), "this asks for it")));
        labels
    }
}

/// Gatekeeper in a version that nobody looked at.
#[derive(Debug)]
pub(super) struct GatekeeperUnknown {
    pub(super) version: String,
    pub(super) newest: (u16, u16),
    pub(super) at: Option<Place>,
}

impl Problem for GatekeeperUnknown {
    const CODE: &'static str = "gatekeeper-unknown";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The declared version of Gatekeeper is newer than those that this version of harden knows. What is written may \
        still be right; nobody looked.";

    fn message(&self) -> String {
        let (major, minor) = self.newest;
        format!("Gatekeeper {} is not known: {major}.{minor} is the newest version that was looked at", self.version)
    }

    fn help(&self) -> String {
        "run `gator verify tests/gator/suite.yaml` with the gator of that version, or look for a newer harden".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this version")).collect()
    }
}
