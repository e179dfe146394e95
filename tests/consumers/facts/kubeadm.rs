//! kubeadm: its gates, and the etcd image that it deploys.

use harden::{
    base::{KubeVersion, Minor},
    facts,
};

use super::{asked, extra};
use crate::programs;

#[test]
fn kubeadm() {
    for minor in [Some(36), Some(37), extra()].into_iter().flatten() {
        let Some(built) = programs::find(&format!("k1{minor}"), "kubeadm") else { continue };
        let version = built.says(&["version", "-o", "short"]);
        let version: KubeVersion = version.trim().parse().expect("kubeadm says its version");
        assert_eq!(version.minor, Minor(minor));

        let images = built.says(&["config", "images", "list", &format!("--kubernetes-version=v{version}")]);
        let tag = images.lines().find_map(|line| line.split_once("/etcd:")).map(|(_, tag)| tag);
        let image = facts::etcd_image(KubeVersion { minor: asked(minor), ..version });
        assert_eq!(tag, image.map(|image| image.tag), "the etcd image of kubeadm {version}");

        let help = built.says(&["init", "--help"]);
        for name in ["RootlessControlPlane", "NodeLocalCRISocket", "PublicKeysECDSA", "ControlPlaneKubeletLocalMode"] {
            let listed = help.contains(&format!("{name}=true|false"));
            assert_eq!(listed, facts::kubeadm_gate(name, asked(minor)).is_known(), "gate {name} of kubeadm {version}");
        }
    }
}
