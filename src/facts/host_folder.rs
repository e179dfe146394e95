//! Folders of a node that give it away to a pod that mounts them.
//! Origin: kubernetes.io, Volumes (hostPath) and Pod Security Standards; what kubelets, runtimes and kubeadm keep where, source
//! 1.36.3.

/// What it takes to have the node through a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Harm {
    /// Reading is enough: keys, tokens, or a socket, which a mount for reading leaves open.
    Read,
    /// What is written there runs as root, or is believed.
    Written,
}

/// A row of the table: the folder or file, what it takes, why.
type Row = (&'static str, Harm, &'static str);

const DOCKER: &str = "whoever reaches the socket of Docker starts privileged containers";
const CONTAINERD: &str = "whoever reaches the socket of containerd starts privileged containers";
const CRIO: &str = "whoever reaches the socket of CRI-O starts privileged containers";
const KUBELET: &str = "the kubelet keeps the tokens and Secrets of every pod there";

const ROWS: &[Row] = &[
    ("/boot", Harm::Written, "the node boots what lies there"),
    ("/dev", Harm::Read, "the disks of the node are there"),
    ("/etc/cron.d", Harm::Written, "the node runs what lies there as root"),
    ("/etc/kubernetes", Harm::Read, "the keys of the node, and on the control plane those of the cluster, are there"),
    ("/etc/systemd", Harm::Written, "the node runs what lies there as root"),
    ("/opt/cni/bin", Harm::Written, "the runtime runs what lies there as root"),
    ("/proc", Harm::Read, "every process of the node is there, with its secrets and its files"),
    ("/root", Harm::Read, "the keys of the node's administrator are there"),
    ("/run/containerd/containerd.sock", Harm::Read, CONTAINERD),
    ("/run/crio/crio.sock", Harm::Read, CRIO),
    ("/run/docker.sock", Harm::Read, DOCKER),
    ("/sys", Harm::Written, "settings of the kernel are there"),
    ("/usr/bin", Harm::Written, "the node runs what lies there as root"),
    ("/usr/lib", Harm::Written, "programs of the node load what lies there"),
    ("/var/lib/containerd", Harm::Written, "containers are made of what lies there"),
    ("/var/lib/docker", Harm::Written, "containers are made of what lies there"),
    ("/var/lib/etcd", Harm::Read, "every object of the cluster is there"),
    ("/var/lib/kubelet/pki", Harm::Read, "the key of the node is there"),
    ("/var/lib/kubelet/pods", Harm::Read, KUBELET),
    ("/var/run/containerd/containerd.sock", Harm::Read, CONTAINERD),
    ("/var/run/crio/crio.sock", Harm::Read, CRIO),
    ("/var/run/docker.sock", Harm::Read, DOCKER),
];

/// Why a folder gives the node away to whoever may mount it, or what lies in it; nothing where none of the table does.
#[must_use]
pub fn gives_the_node_away(folder: &str, read_only: bool) -> Option<&'static str> {
    let segments = |path: &'_ str| -> Vec<String> {
        path.split('/').filter(|segment| !matches!(*segment, "" | ".")).map(str::to_owned).collect()
    };
    let own = segments(folder);
    let meant = |(path, harm, _): &&Row| {
        let row = segments(path);
        (*harm == Harm::Read || !read_only) && (row.starts_with(&own) || (*path != "/dev" && own.starts_with(&row)))
    };
    ROWS.iter().find(meant).map(|(_, _, why)| *why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_with_the_node_in_them_are_known() {
        for (folder, read_only, away) in [
            ("/", true, true),
            ("/etc", true, true),
            ("/etc/kubernetes/pki", true, true),
            ("/etc/ssl/certs", false, false),
            ("/var", true, true),
            ("/var/run/", true, true),
            ("/var//run/docker.sock", true, true),
            ("/var/lib/kubelet/plugins", false, false),
            ("/var/lib/kubelet", true, true),
            ("/var/log/shop", false, false),
            ("/dev/dri", false, false),
            ("/dev", true, true),
            ("/sys", true, false),
            ("/sys/fs", false, true),
            ("/usr", true, false),
            ("/usr/share/x", false, false),
        ] {
            assert_eq!(gives_the_node_away(folder, read_only).is_some(), away, "{folder} {read_only}");
        }
    }
}
