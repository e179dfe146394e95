//! `diff` knows every kind of setting that is planned: whether it lets in, shuts out, lets off, sends or holds.

use harden::plan::Presence;

use super::{cases, none_in};

/// Settings that say nothing of who gets in or of what is held, whatever asks for them: places, versions, owners, forms of the
/// network.
const SAY_NOTHING: [&str; 14] = [
    "authorization/authorizers/",
    "cloud/access-entries/owner",
    "cloud/diagnostics/owner",
    "cloud/log-group/owner",
    "cloud/place",
    "cloud/provider",
    "cloud/settings/endpoint_private_access",
    "cloud/settings/network_",
    "cloud/settings/pod_cidr",
    "cloud/settings/sku_tier",
    "cloud/subscription-filter/owner",
    "cloud/version",
    "cloud/vpc-cni/owner",
    "cloud/vpc-cni/version",
];

#[test]
fn every_setting_says_what_it_means() {
    none_in(cases(), |case| {
        let settings = case.built.plan.settings();
        let unknown = settings.keys().filter(|key| key.presence() == Presence::Unknown).map(ToString::to_string);
        let silent =
            |key: &String| SAY_NOTHING.iter().any(|known| key.starts_with(known)) || key == "runtime/socket" || is_mirror(key);
        unknown.filter(|key| !silent(key)).collect()
    });
}

/// Images of a registry come from somebody, with a mirror as without.
fn is_mirror(key: &str) -> bool {
    key.starts_with("node/") && key.split('/').nth(2) == Some("mirror")
}
