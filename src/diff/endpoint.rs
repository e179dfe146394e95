//! The public endpoint of a managed cluster: its ranges count while it is there, and without any it is open to everybody.

use std::cmp::Ordering;

use crate::plan::{SettingKey, strictness};

use super::{Direction, Side};

/// What lists who may reach the endpoint, and the setting that shuts it, with the value that does.
const ENDPOINTS: [(&str, &str, &str); 2] = [
    ("cloud/settings/public_access_cidrs", "cloud/settings/endpoint_public_access", "false"),
    ("cloud/settings/authorized_ip_ranges", "cloud/settings/private_cluster_enabled", "true"),
];

/// The direction of ranges that one of two builds alone has; nothing for settings of another kind.
pub(super) fn direction(key: &str, (old, new): (&Side, &Side)) -> Option<Direction> {
    let (_, switch, shut) = ENDPOINTS.iter().find(|(ranges, _, _)| *ranges == key)?;
    let ranges = |side: &Side| {
        let value = |key: &str| side.settings.get(key).map(|found| found.value.clone());
        let is_shut = value(switch).as_deref() == Some(*shut);
        (!is_shut).then(|| value(key))
    };
    let key: SettingKey = key.parse().ok()?;
    let everybody = key.unset()?;
    Some(match (ranges(old), ranges(new)) {
        (None, None) => Direction::Unclear,
        (None, Some(_)) => Direction::Opens,
        (Some(_), None) => Direction::Hardens,
        (Some(from), Some(to)) => {
            let or_everybody = |ranges: Option<String>| ranges.unwrap_or_else(|| everybody.to_owned());
            match strictness(&key, &or_everybody(to), &or_everybody(from)) {
                Some(Ordering::Greater) => Direction::Hardens,
                Some(Ordering::Less) | None => Direction::Opens,
                Some(Ordering::Equal) => Direction::Unclear,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::told;

    #[test]
    fn a_shut_endpoint_hardens_and_an_open_one_opens() {
        let (eks, cidrs) = ("cloud/settings/endpoint_public_access", "cloud/settings/public_access_cidrs");
        let both = [(eks, "true"), (cidrs, "203.0.113.0/24")];
        let shut = [(eks, "false")];
        let hardens = [format!("hardens {eks}: true -> false"), format!("hardens {cidrs}: 203.0.113.0/24 -> -")];
        assert_eq!(told(&both, &shut), hardens);
        let opens = [format!("opens {eks}: false -> true"), format!("opens {cidrs}: - -> 203.0.113.0/24")];
        assert_eq!(told(&shut, &both), opens);
        assert_eq!(told(&both, &both[..1]), [format!("opens {cidrs}: 203.0.113.0/24 -> -")]);
        assert_eq!(told(&both[..1], &both), [format!("hardens {cidrs}: - -> 203.0.113.0/24")]);
        let (aks, ranges) = ("cloud/settings/private_cluster_enabled", "cloud/settings/authorized_ip_ranges");
        let public = [(ranges, "203.0.113.0/24")];
        let private = [(aks, "true")];
        assert_eq!(
            told(&public, &private),
            [format!("hardens {ranges}: 203.0.113.0/24 -> -"), format!("hardens {aks}: - -> true")]
        );
        assert_eq!(told(&private, &public), [format!("opens {ranges}: - -> 203.0.113.0/24"), format!("opens {aks}: true -> -")]);
    }
}
