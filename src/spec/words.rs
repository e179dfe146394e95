//! The closed vocabularies of the language: each word once, with the sentence that editors show for it.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A closed list of words: the enum, `ALL`, `name()`, reading, writing and the schema come from one table.
macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $text:literal])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[doc = $text])* $variant,)*
        }

        impl $name {
            /// Every word, in the order of the reference.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word as the spec writes it.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)*
                }
            }

            /// The value of a word.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = Cow::<'de, str>::deserialize(deserializer)?;
                Self::of(&word).ok_or_else(|| D::Error::custom(format_args!("unknown word `{word}`")))
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "description": concat!($($doc, "\n",)*).trim(),
                    "enum": [$($word),*],
                    "markdownEnumDescriptions": [$(concat!($($text, "\n",)*).trim()),*],
                })
            }
        }
    )*};
}

words! {
    /// The operating system under the nodes of a pool.
    Os {
        /// Debian 12 (bookworm).
        Debian12 = "debian-12",
        /// Debian 13 (trixie).
        Debian13 = "debian-13",
        /// Ubuntu 22.04 LTS.
        Ubuntu2204 = "ubuntu-22.04",
        /// Ubuntu 24.04 LTS.
        Ubuntu2404 = "ubuntu-24.04",
        /// Red Hat Enterprise Linux 9 and its rebuilds (Rocky, Alma).
        Rhel9 = "rhel-9",
        /// Red Hat Enterprise Linux 10 and its rebuilds (Rocky, Alma).
        Rhel10 = "rhel-10",
        /// Amazon Linux 2023.
        Al2023 = "al2023",
        /// Azure Linux 3.
        AzureLinux3 = "azure-linux-3",
        /// Bottlerocket: settings instead of scripts.
        Bottlerocket = "bottlerocket",
        /// Flatcar Container Linux: Ignition instead of scripts.
        Flatcar = "flatcar",
        /// Windows Server 2025.
        Windows2025 = "windows-2025",
        /// Any other system: not hardened here, and the report says so.
        Other = "other",
    }

    /// What the nodes of a pool do.
    Role {
        /// Runs the API server and its companions.
        ControlPlane = "control-plane",
        /// Runs workloads.
        Worker = "worker",
        /// Runs etcd alone (external etcd).
        Etcd = "etcd",
    }

    /// How people reach the nodes of a pool.
    Access {
        /// By ssh: sshd stays and is hardened.
        Ssh = "ssh",
        /// Not at all (console or the provider's session manager): sshd is off.
        None = "none",
    }

    /// What a duty, or an impersonation, lets somebody do.
    May {
        /// Read everything but secrets.
        View = "view",
        /// Read the logs of pods.
        ReadLogs = "read-logs",
        /// Create, change and delete workloads.
        Deploy = "deploy",
        /// Open a shell in a pod, attach to it, debug it.
        ExecDebug = "exec-debug",
        /// Restart, scale and roll back workloads.
        Rollout = "rollout",
        /// Read and write secrets.
        ManageSecrets = "manage-secrets",
        /// Cordon, drain and label nodes.
        NodeOps = "node-ops",
        /// Read roles, bindings, policies and events of the whole cluster.
        AuditRead = "audit-read",
    }

    /// What the audit log must be able to answer.
    AuditGoal {
        /// Who read or wrote which secret.
        SecretsAccess = "secrets-access",
        /// Who opened a shell in, attached to or forwarded a port of which pod.
        Exec = "exec",
        /// Who changed roles and bindings, and how.
        RbacChanges = "rbac-changes",
        /// Who acted as whom.
        Impersonation = "impersonation",
        /// Who changed admission and network policies, and how.
        PolicyChanges = "policy-changes",
        /// Who was refused at the door.
        AuthenticationFailures = "authentication-failures",
        /// Who changed nodes.
        NodeChanges = "node-changes",
        /// Every write.
        AllWrites = "all-writes",
    }

    /// A kind of log.
    LogSource {
        /// The operating system: journal, ssh, sudo, kernel, auditd.
        Node = "node",
        /// containerd, CRI-O or Docker.
        Runtime = "runtime",
        /// API server, audit log, scheduler, controller manager, kubelet.
        Kubernetes = "kubernetes",
        /// What pods write to standard output and standard error.
        Application = "application",
    }

    /// No agent for pod logs.
    NoCollector {
        /// No agent: pod logs stay on the nodes, or the nodes ship them.
        None = "none",
    }

    /// How kube-proxy programs Services.
    ProxyMode {
        /// nftables rules.
        Nftables = "nftables",
        /// iptables rules.
        Iptables = "iptables",
        /// IPVS tables; deprecated upstream.
        Ipvs = "ipvs",
        /// No kube-proxy: the CNI does its work.
        None = "none",
    }

    /// How Calico carries packets between nodes.
    Encapsulation {
        /// VXLAN (UDP 4789).
        Vxlan = "vxlan",
        /// VXLAN between subnets, plain routing inside one.
        VxlanCrossSubnet = "vxlan-cross-subnet",
        /// IP in IP (protocol 4).
        Ipip = "ipip",
        /// IP in IP between subnets, plain routing inside one.
        IpipCrossSubnet = "ipip-cross-subnet",
        /// Plain routing with BGP.
        None = "none",
    }

    /// How Cilium carries packets between nodes.
    Datapath {
        /// VXLAN (UDP 8472).
        Vxlan = "vxlan",
        /// Geneve (UDP 6081).
        Geneve = "geneve",
        /// Plain routing.
        Native = "native",
    }

    /// How Flannel carries packets between nodes.
    FlannelBackend {
        /// VXLAN (UDP 8472).
        Vxlan = "vxlan",
        /// Routes through the node's own network.
        HostGw = "host-gw",
        /// WireGuard (UDP 51820 and 51821).
        Wireguard = "wireguard",
    }

    /// How the CNI encrypts traffic between nodes.
    Encryption {
        /// WireGuard.
        Wireguard = "wireguard",
        /// IPsec (Cilium only).
        Ipsec = "ipsec",
    }

    /// Which engine enforces network policies beside Azure CNI.
    AzurePolicyEngine {
        /// Azure CNI powered by Cilium.
        Cilium = "cilium",
        /// Calico.
        Calico = "calico",
        /// Azure Network Policy Manager; its end is announced.
        Azure = "azure",
        /// None: network policies have no effect.
        None = "none",
    }

    /// How far encryption at rest has got. Stages are taken in order; each is its own rollout to every control plane.
    EncryptionStage {
        /// Plain objects are written and read, encrypted ones can be read.
        Prepare = "prepare",
        /// Encrypted objects are written, plain ones can still be read; every object is rewritten in this stage.
        Write = "write",
        /// Only encrypted objects can be read.
        Enforce = "enforce",
    }

    /// A Pod Security level.
    PodSecurity {
        /// No restriction.
        Privileged = "privileged",
        /// Stops known privilege escalations.
        Baseline = "baseline",
        /// Follows current practice of pod hardening.
        Restricted = "restricted",
    }

    /// What an unavailable policy webhook means.
    Failure {
        /// Requests are refused until it is back.
        Closed = "closed",
        /// Requests pass unjudged until it is back.
        Open = "open",
    }

    /// Who installs a program that policies depend on.
    Installed {
        /// You do, outside of what is built here.
        Owner = "owner",
        /// You do, with the values for its chart that are built here (`helm/`).
        Values = "values",
    }

    /// How the API endpoint of an EKS cluster is reached.
    Endpoint {
        /// Only from inside the VPC.
        Private = "private",
        /// Only through the public endpoint.
        Public = "public",
        /// From inside the VPC and through the public endpoint.
        Both = "both",
    }

    /// Who runs the nodes of an EKS cluster.
    EksNodes {
        /// Managed node groups.
        Managed = "managed",
        /// Your own auto scaling groups.
        SelfManaged = "self-managed",
        /// EKS Auto Mode: no node scripts, no kubelet files.
        Auto = "auto",
    }

    /// Who owns a resource that may exist already.
    Owner {
        /// It is created here.
        Harden = "harden",
        /// Your Terraform module creates it; it is referenced.
        Module = "module",
        /// It exists; it is referenced.
        Existing = "existing",
    }

    /// How the API server of an AKS cluster is reached.
    AksAccess {
        /// Public, from authorized ranges only.
        AuthorizedRanges = "authorized-ranges",
        /// Private cluster.
        Private = "private",
    }

    /// The price tier of an AKS cluster.
    AksTier {
        /// No service level.
        Free = "Free",
        /// With an uptime service level.
        Standard = "Standard",
        /// With long-term support.
        Premium = "Premium",
    }

    /// Who reboots nodes after a patch.
    Reboot {
        /// kured, in the declared window.
        Kured = "kured",
        /// The provider, by replacing nodes.
        Provider = "provider",
        /// You do, by other means.
        Owner = "owner",
    }

    /// Where the pipeline that scans images runs.
    Pipeline {
        /// GitHub Actions.
        Github = "github",
        /// GitLab CI.
        Gitlab = "gitlab",
    }

    /// What scans the images of running pods.
    ClusterScanner {
        /// Trivy Operator.
        TrivyOperator = "trivy-operator",
    }

    /// A transport protocol.
    Protocol {
        /// TCP, where nothing is said.
        Tcp = "TCP",
        /// UDP.
        Udp = "UDP",
        /// SCTP.
        Sctp = "SCTP",
    }

    /// What reaches a host: a transport protocol with its ports, or a protocol of IP that has none.
    HostProtocol {
        /// TCP, where nothing is said.
        Tcp = "TCP",
        /// UDP.
        Udp = "UDP",
        /// SCTP.
        Sctp = "SCTP",
        /// The authentication header of IPsec; it has no ports.
        Ah = "AH",
        /// The encrypted payload of IPsec; it has no ports.
        Esp = "ESP",
        /// Tunnels of GRE; it has no ports.
        Gre = "GRE",
        /// Who listens to which group of receivers; it has no ports.
        Igmp = "IGMP",
        /// Routes among routers, by OSPF; it has no ports.
        Ospf = "OSPF",
        /// Who holds a shared address, by VRRP (keepalived); it has no ports.
        Vrrp = "VRRP",
    }

    /// The level of controls that a profile selects.
    SelectLevel {
        /// Sound for every cluster.
        Baseline = "baseline",
        /// Costs something and is worth it in production.
        Restricted = "restricted",
        /// Only on request: known to break common set-ups.
        Optional = "optional",
    }

    /// A flow end that is neither a tier nor a peer.
    FlowWord {
        /// The cluster's DNS service (UDP and TCP), node-local caches included.
        Dns = "dns",
        /// The API server.
        KubeApi = "kube-api",
        /// The provider's metadata service.
        Metadata = "metadata",
        /// The nodes of the cluster.
        Nodes = "nodes",
        /// Public addresses: neither private ranges nor the metadata service.
        Internet = "internet",
        /// Every pod of the namespace at the other end.
        AnyInNamespace = "any-in-namespace",
    }

    /// A day of the week.
    Weekday {
        /// Monday.
        Monday = "Mon",
        /// Tuesday.
        Tuesday = "Tue",
        /// Wednesday.
        Wednesday = "Wed",
        /// Thursday.
        Thursday = "Thu",
        /// Friday.
        Friday = "Fri",
        /// Saturday.
        Saturday = "Sat",
        /// Sunday.
        Sunday = "Sun",
    }
}

impl HostProtocol {
    /// Its number among the protocols of IP, where it has no ports. Origin: IANA, Protocol Numbers.
    #[must_use]
    pub const fn number(self) -> Option<u8> {
        match self {
            HostProtocol::Tcp | HostProtocol::Udp | HostProtocol::Sctp => None,
            HostProtocol::Igmp => Some(2),
            HostProtocol::Gre => Some(47),
            HostProtocol::Esp => Some(50),
            HostProtocol::Ah => Some(51),
            HostProtocol::Ospf => Some(89),
            HostProtocol::Vrrp => Some(112),
        }
    }
}
