//! What keeps a spec from being answered.

use crate::{
    base::{Cidr, Date, KubeVersion, Minor},
    diag::{Entry, Label, Place, Problem, Severity},
    facts::WrongSize,
};

/// Every kind of diagnostic of this stage.
pub const ALL: &[Entry] = &[
    Entry::of::<BrokenFile>(),
    Entry::of::<DateInThePast>(),
    Entry::of::<DateMovedBack>(),
    Entry::of::<DuplicateProfile>(),
    Entry::of::<GraceTooFar>(),
    Entry::of::<GraceWithoutEffect>(),
    Entry::of::<MissingDecision>(),
    Entry::of::<NoControlPlane>(),
    Entry::of::<OpenToTheWorld>(),
    Entry::of::<PluginEnded>(),
    Entry::of::<ProfileConflict>(),
    Entry::of::<ProfileCycle>(),
    Entry::of::<ProfileIsBuiltIn>(),
    Entry::of::<SupportEnded>(),
    Entry::of::<SubnetSize>(),
    Entry::of::<UnknownProfile>(),
    Entry::of::<UnsupportedVersion>(),
    Entry::of::<MinorSkipped>(),
    Entry::of::<VersionBack>(),
    Entry::of::<UnusedWaiver>(),
    Entry::of::<WaiverForUnknownNamespace>(),
    Entry::of::<WaiverExpired>(),
];

/// Errors that are a judgement alone: every question is answered, and settings can be held against each other.
const OF_JUDGEMENT: [&str; 3] = [OpenToTheWorld::CODE, MinorSkipped::CODE, VersionBack::CODE];

/// Whether the answers are those of the spec although this error was told.
#[must_use]
pub fn leaves_answers_whole(code: &str) -> bool {
    OF_JUDGEMENT.contains(&code)
}

/// The text nearest to a name, as help.
fn did_you_mean(name: &str, names: &[String], otherwise: &str) -> String {
    let best = names
        .iter()
        .map(|candidate| (strsim::jaro_winkler(candidate, name), candidate))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((_, candidate)) => format!("did you mean `{candidate}`? {otherwise}"),
        None => otherwise.to_owned(),
    }
}

/// A file that the spec names cannot be read.
#[derive(Debug)]
pub(super) struct BrokenFile {
    pub(super) path: String,
    pub(super) why: String,
    pub(super) at: Option<Place>,
}

impl Problem for BrokenFile {
    const CODE: &'static str = "named-file";
    const MEANING: &'static str = "A file that the spec names cannot be read. Paths are relative to the workspace (the folder of \
        harden.yaml, or of the spec where there is none), and none may leave it.";

    fn message(&self) -> String {
        format!("cannot read `{}`: {}", self.path, self.why)
    }

    fn help(&self) -> String {
        "name a file inside the workspace, relative to its root".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "named here")).collect()
    }
}

/// The call builds for a day that is over, and something dated has happened since.
#[derive(Debug)]
pub(super) struct DateInThePast {
    pub(super) as_of: Date,
    /// Where the call says so.
    pub(super) asked: Place,
    /// What is due: the day, what it is, where it stands.
    pub(super) due: Vec<(Date, String, Option<Place>)>,
}

impl Problem for DateInThePast {
    const CODE: &'static str = "date-in-the-past";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "`--as-of` names a day that is over, and something dated has happened since: a waiver that has ended \
        counts again, or a step of the rollout is undone. Build for today, and treat what has ended.";

    fn message(&self) -> String {
        let due: Vec<String> = self.due.iter().map(|(day, what, _)| format!("{what} ({day})")).collect();
        format!("building for {} as asked leaves out what has happened since: {}", self.as_of, due.join(", "))
    }

    fn help(&self) -> String {
        "build with `--as-of today`, and treat what has ended or begun since".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let due = self.due.iter().filter_map(|(day, _, at)| Some(Label::new(at.clone()?, format!("counts from {day} on"))));
        std::iter::once(Label::new(self.asked.clone(), "this day is over")).chain(due).collect()
    }
}

/// The call builds for a day before the recorded one.
#[derive(Debug)]
pub(super) struct DateMovedBack {
    pub(super) as_of: Date,
    pub(super) recorded: Date,
    /// Where the call says so.
    pub(super) asked: Place,
}

impl Problem for DateMovedBack {
    const CODE: &'static str = "date-moved-back";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "`--as-of` names a day before the one that the tree was last built for. What became of dates between the \
        two, such as the end of a waiver, is undone, and the earlier day is recorded.";

    fn message(&self) -> String {
        format!("the date moves back from {}, which the tree was built for, to {}", self.recorded, self.as_of)
    }

    fn help(&self) -> String {
        "leave `--as-of` out to keep the recorded date, or move it forward with `--as-of today`".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.asked.clone(), "an earlier day")]
    }
}

/// A reprieve that lasts so long that it is a second waiver.
#[derive(Debug)]
pub(super) struct GraceTooFar {
    pub(super) id: String,
    pub(super) until: Date,
    pub(super) as_of: Date,
    /// Where the call says so.
    pub(super) asked: Place,
    pub(super) at: Option<Place>,
}

impl Problem for GraceTooFar {
    const CODE: &'static str = "grace-too-far";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A reprieve of `--grace` lasts more than a year. It is meant for the days until the exception is fixed or \
        renewed; an exception that stays belongs into the waiver, where its owner and reason are read.";

    fn message(&self) -> String {
        format!("the reprieve of waiver `{}` lasts until {}, more than a year from {}", self.id, self.until, self.as_of)
    }

    fn help(&self) -> String {
        format!("set a later `expires` in the waiver, where it is reviewed, or take a nearer day for `--grace {}=DATE`", self.id)
    }

    fn labels(&self) -> Vec<Label> {
        let waiver = self.at.iter().map(|at| Label::new(at.clone(), "the waiver ends here"));
        std::iter::once(Label::new(self.asked.clone(), "a far day")).chain(waiver).collect()
    }
}

/// A reprieve that ends before the waiver does.
#[derive(Debug)]
pub(super) struct GraceWithoutEffect {
    pub(super) id: String,
    pub(super) expires: Date,
    /// Where the call says so.
    pub(super) asked: Place,
    pub(super) at: Option<Place>,
}

impl Problem for GraceWithoutEffect {
    const CODE: &'static str = "grace-without-effect";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A reprieve of `--grace` ends no later than the waiver itself, so it changes nothing. It would be recorded \
        and mislead whoever reads it.";

    fn message(&self) -> String {
        format!("the reprieve of waiver `{}` changes nothing: the waiver counts until {}", self.id, self.expires)
    }

    fn help(&self) -> String {
        "leave the reprieve out, or name a day after the end of the waiver".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let waiver = self.at.iter().map(|at| Label::new(at.clone(), "the waiver ends here"));
        std::iter::once(Label::new(self.asked.clone(), "no later than the waiver")).chain(waiver).collect()
    }
}

/// Two profiles of the workspace have one name.
#[derive(Debug)]
pub(super) struct DuplicateProfile {
    pub(super) name: String,
    pub(super) at: Place,
    pub(super) other: Place,
}

impl Problem for DuplicateProfile {
    const CODE: &'static str = "duplicate-profile";
    const MEANING: &'static str = "Two profiles of the workspace have the same name, so it is not clear which one a cluster means. \
        Rename one.";

    fn message(&self) -> String {
        format!("two profiles are called `{}`", self.name)
    }

    fn help(&self) -> String {
        "rename one of them".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "here"), Label::new(self.other.clone(), "and here")]
    }
}

/// A decision about security is missing.
#[derive(Debug)]
pub(super) struct MissingDecision {
    pub(super) field: &'static str,
    pub(super) why: &'static str,
    pub(super) example: &'static str,
    pub(super) at: Option<Place>,
}

impl Problem for MissingDecision {
    const CODE: &'static str = "missing-decision";
    const MEANING: &'static str = "A field that decides security is not set. Such a field has no default: a guess would either lock \
        somebody out or let everybody in.";

    fn message(&self) -> String {
        format!("`{}` is not decided: {}", self.field, self.why)
    }

    fn help(&self) -> String {
        format!("write, for example, `{}`", self.example)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), format!("`{}` belongs below this", self.field))).collect()
    }
}

/// No pool of a self-managed cluster runs the control plane.
#[derive(Debug)]
pub(super) struct NoControlPlane {
    pub(super) at: Option<Place>,
}

impl Problem for NoControlPlane {
    const CODE: &'static str = "no-control-plane";
    const MEANING: &'static str = "A cluster of kubeadm has a control plane of its own, and no pool has the role `control-plane`. Its nodes \
        would get no firewall before the API server and etcd, no closed key files and no script, and network policies would not find the API \
        server.";

    fn message(&self) -> String {
        "no pool of `platform.nodePools` has the role `control-plane`: nothing would guard the nodes of the API server and etcd"
            .to_owned()
    }

    fn help(&self) -> String {
        "add the pool, for example `{ name: control-plane, role: control-plane, os: debian-12, cidrs: [192.0.2.0/28] }`"
            .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "no control plane among them")).collect()
    }
}

/// The API server is open to every address, and no waiver says so.
#[derive(Debug)]
pub(super) struct OpenToTheWorld {
    pub(super) ranges: String,
    pub(super) at: Option<Place>,
}

impl Problem for OpenToTheWorld {
    const CODE: &'static str = "open-to-the-world";
    const MEANING: &'static str = "`api.sources` lets in every address, in one range or in several that together cover everything. \
        That is possible, but only through a waiver for `apiserver/api-sources`.";

    fn message(&self) -> String {
        format!("`api.sources` is open to every address ({})", self.ranges)
    }

    fn help(&self) -> String {
        "name the ranges that administrators come from, or add a waiver for `apiserver/api-sources`".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "lets everybody in")).collect()
    }
}

/// Two profiles of one cluster say different things, and neither is stricter.
#[derive(Debug)]
pub(super) struct ProfileConflict {
    pub(super) what: String,
    pub(super) first: String,
    pub(super) second: String,
    pub(super) at: Place,
    pub(super) other: Place,
}

impl Problem for ProfileConflict {
    const CODE: &'static str = "profile-conflict";
    const MEANING: &'static str = "Two profiles of one cluster give different values that cannot be compared, so the stricter one \
        cannot be taken. Set the value in the cluster, or keep one of the profiles.";

    fn message(&self) -> String {
        format!("profiles disagree about `{}`: `{}` and `{}`", self.what, self.first, self.second)
    }

    fn help(&self) -> String {
        format!("set `{}` in the cluster itself, or take one of the profiles out", self.what)
    }

    fn labels(&self) -> Vec<Label> {
        vec![
            Label::new(self.at.clone(), format!("`{}`", self.first)),
            Label::new(self.other.clone(), format!("`{}`", self.second)),
        ]
    }
}

/// A profile extends itself.
#[derive(Debug)]
pub(super) struct ProfileCycle {
    pub(super) chain: String,
    pub(super) at: Place,
}

impl Problem for ProfileCycle {
    const CODE: &'static str = "profile-cycle";
    const MEANING: &'static str = "A profile extends itself, directly or through others. Take one `extends` out of the circle.";

    fn message(&self) -> String {
        format!("profiles extend each other in a circle: {}", self.chain)
    }

    fn help(&self) -> String {
        "take one of these `extends` out".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "closes the circle")]
    }
}

/// A profile of the workspace takes the name of a built-in one.
#[derive(Debug)]
pub(super) struct ProfileIsBuiltIn {
    pub(super) name: String,
    pub(super) at: Place,
}

impl Problem for ProfileIsBuiltIn {
    const CODE: &'static str = "profile-is-built-in";
    const MEANING: &'static str = "A profile of the workspace has the name of a built-in one. The built-in names always mean the \
        same thing; choose another name and extend the built-in profile.";

    fn message(&self) -> String {
        format!("`{}` is a built-in profile", self.name)
    }

    fn help(&self) -> String {
        format!("choose another name and write `extends: [{}]`", self.name)
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "this name is taken")]
    }
}

/// No profile has this name.
#[derive(Debug)]
pub(super) struct UnknownProfile {
    pub(super) name: String,
    pub(super) names: Vec<String>,
    pub(super) at: Place,
}

impl Problem for UnknownProfile {
    const CODE: &'static str = "unknown-profile";
    const MEANING: &'static str = "A cluster or a profile names a profile that is neither built in nor in the workspace.";

    fn message(&self) -> String {
        format!("unknown profile `{}`", self.name)
    }

    fn help(&self) -> String {
        let list = format!("the profiles are {}", self.names.join(", "));
        did_you_mean(&self.name, &self.names, &list)
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "no profile has this name")]
    }
}

/// The tables do not reach this version.
#[derive(Debug)]
pub(super) struct UnsupportedVersion {
    pub(super) cannot: &'static str,
    pub(super) version: String,
    pub(super) why: String,
    pub(super) help: String,
    pub(super) at: Option<Place>,
}

impl Problem for UnsupportedVersion {
    const CODE: &'static str = "unsupported-version";
    const MEANING: &'static str = "Artifacts are built only for the minors whose flags, gates, plugins and fields are known by table. \
        Older minors can be checked, not built; newer ones need rows first.";

    fn message(&self) -> String {
        format!("cannot {} for Kubernetes {}: {}", self.cannot, self.version, self.why)
    }

    fn help(&self) -> String {
        self.help.clone()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "the version is set here")).collect()
    }
}

/// The version is more than one minor above that of the last build.
#[derive(Debug)]
pub(super) struct MinorSkipped {
    pub(super) last: KubeVersion,
    pub(super) wanted: KubeVersion,
    pub(super) next: Minor,
    pub(super) at: Option<Place>,
}

impl Problem for MinorSkipped {
    const CODE: &'static str = "minor-skipped";
    const MEANING: &'static str = "A cluster goes up one minor at a time: API servers may be one minor apart, kubeadm and the providers refuse to \
        skip one, and objects and files may need the version in between to be read.";

    fn message(&self) -> String {
        format!("the last build was for Kubernetes {}, and this one is for {}: a minor is skipped", self.last, self.wanted)
    }

    fn help(&self) -> String {
        format!(
            "ask `kubectl version`: where the cluster runs {}, write a version of {}, build, and bring it there first; where it runs another \
             version already, or none was made from the last build, move the folder of that build away",
            self.last, self.next
        )
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "the version is set here")).collect()
    }
}

/// The version is below that of the last build.
#[derive(Debug)]
pub(super) struct VersionBack {
    pub(super) last: KubeVersion,
    pub(super) wanted: KubeVersion,
    pub(super) at: Option<Place>,
}

impl Problem for VersionBack {
    const CODE: &'static str = "version-back";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "No cluster goes back to an older version: etcd may hold what the older API server cannot read, and kubeadm and \
        the providers refuse it. A build that goes back is right only where the newer one was never applied.";

    fn message(&self) -> String {
        format!("the last build was for Kubernetes {}, and this one goes back to {}", self.last, self.wanted)
    }

    fn help(&self) -> String {
        "go on only if the newer tree was never applied; a cluster that runs it stays there, or is restored from a snapshot"
            .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "the version is set here")).collect()
    }
}

/// A range of pods or Services has a size that kubeadm refuses.
#[derive(Debug)]
pub(super) struct SubnetSize {
    pub(super) range: Cidr,
    pub(super) wrong: WrongSize,
    pub(super) at: Option<Place>,
}

impl Problem for SubnetSize {
    const CODE: &'static str = "subnet-size";
    const MEANING: &'static str = "kubeadm refuses the size of this range, in every version that is built for. A range of Services has at \
        most 20 bits behind its prefix and at least ten addresses; one of pods is at least as large as the part that each node gets of it \
        (a /24 of IPv4, a /64 of IPv6, or what `node-cidr-mask-size-ipv4` and `-ipv6` of kube-controller-manager say) and at most 65536 \
        times as large.";

    fn message(&self) -> String {
        format!("`{}` {}", self.range, self.wrong.why)
    }

    fn help(&self) -> String {
        self.wrong.help.clone()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this range")).collect()
    }
}

/// A waiver that nothing uses.
#[derive(Debug)]
pub(crate) struct UnusedWaiver {
    pub(crate) id: String,
    pub(crate) control: String,
    pub(crate) at: Option<Place>,
}

impl Problem for UnusedWaiver {
    const CODE: &'static str = "unused-waiver";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A waiver has no effect: no control, namespace or parameter refers to it, or what it waives does \
        not arise. An exception that nobody needs should not wait for a day on which it does harm.";

    fn message(&self) -> String {
        format!("waiver `{}` for `{}` has no effect", self.id, self.control)
    }

    fn help(&self) -> String {
        format!("take it out, or refer to it (`controls: {{ {}: {{ apply: false, waiver: {} }} }}`)", self.control, self.id)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "nothing uses it")).collect()
    }
}

/// A waiver is for a namespace that the spec names nowhere else.
#[derive(Debug)]
pub(super) struct WaiverForUnknownNamespace {
    pub(super) waiver: String,
    pub(super) namespace: String,
    pub(super) known: Vec<String>,
    pub(super) at: Option<Place>,
}

impl Problem for WaiverForUnknownNamespace {
    const CODE: &'static str = "waiver-for-unknown-namespace";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The scope of a waiver names a namespace that `namespaces` does not declare and that is none of the system's. The exception holds \
         for whatever has that name, today or later; often the name is misspelt and what was meant is still refused.";

    fn message(&self) -> String {
        format!("waiver `{}` is for the namespace `{}`, which is not declared", self.waiver, self.namespace)
    }
    fn help(&self) -> String {
        let declare = format!("add `{{ name: {} }}` to `namespaces` if it is there, else take the waiver out", self.namespace);
        did_you_mean(&self.namespace, &self.known, &declare)
    }
    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "not in `namespaces`")).collect()
    }
}

/// A waiver has ended.
#[derive(Debug)]
pub(super) struct WaiverExpired {
    pub(super) id: String,
    pub(super) expires: Date,
    pub(super) as_of: Date,
    pub(super) at: Option<Place>,
}

impl Problem for WaiverExpired {
    const CODE: &'static str = "waiver-expired";
    const MEANING: &'static str = "A waiver has ended. Fix what it excused and take it out, extend it knowingly, or record a reprieve \
        with `--grace ID=DATE`.";

    fn message(&self) -> String {
        format!("waiver `{}` expired on {} (building for {})", self.id, self.expires, self.as_of)
    }

    fn help(&self) -> String {
        format!("fix what it excused and take it out, set a later date, or build with `--grace {}=DATE`", self.id)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this waiver has ended")).collect()
    }
}

/// Something declared gets no security fixes any more.
#[derive(Debug)]
pub(super) struct SupportEnded {
    pub(super) says: &'static str,
    pub(super) end: Option<Date>,
    pub(super) at: Option<Place>,
}

impl Problem for SupportEnded {
    const CODE: &'static str = "support-ended";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A release that the spec declares had no support any more on the day of the build: holes found since stay \
        open. What is written is right for that release all the same.";

    fn message(&self) -> String {
        match self.end {
            Some(end) => format!("{} until {end}: that day is over", self.says),
            None => format!("{}: no longer", self.says),
        }
    }

    fn help(&self) -> String {
        "upgrade to a release that gets security fixes, or declare the one that runs; `due` tells the next such day ahead"
            .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "declared here")).collect()
    }
}

/// A network plug-in that nobody repairs any more.
#[derive(Debug)]
pub(super) struct PluginEnded {
    pub(super) at: Option<Place>,
}

impl Problem for PluginEnded {
    const CODE: &'static str = "plugin-ended";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The declared network plug-in has come to its end: holes in it stay open. What is built for it holds as far \
        as it goes.";

    fn message(&self) -> String {
        "Weave Net is archived since June 2024: nobody repairs it".to_owned()
    }

    fn help(&self) -> String {
        "move to a network plug-in that is maintained, such as Calico or Cilium".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this plug-in enforces the network policies")).collect()
    }
}
