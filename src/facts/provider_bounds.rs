//! Bounds of versions of a Terraform provider, as Terraform reads them, and which of them the emitted text was compared with.

use crate::base::Platform;

/// The bounds of the Terraform providers between which every emitted name exists (checked against the schemas of aws 5.99.1 and 6.69.1,
/// azurerm 4.81.0 and 5.10.0).
const AWS_BOUNDS: &str = ">= 5.99, < 7";

/// The same for Azure.
const AZURERM_BOUNDS: &str = ">= 4.81, < 6";

/// The oldest release of azurerm that is known to move a cluster to an overlay and to another data plane in place: before
/// terraform-provider-azurerm#30958 and #30959 it made the cluster anew. In which release they came was not found; 4.81 has them.
const AZURERM_MOVES_NETWORKS: Release = [4, 81, 0];

type Release = [u16; 3];

/// The releases that a constraint lets in; one that it leaves out in between (`!=`) is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderBounds {
    /// The first.
    from: Release,
    /// The first after the last, where there is a last.
    below: Option<Release>,
}

impl ProviderBounds {
    /// The bounds that a constraint says; nothing where Terraform would not read it.
    #[must_use]
    pub fn of(constraint: &str) -> Option<Self> {
        let mut bounds = ProviderBounds { from: [0, 0, 0], below: None };
        for part in constraint.split(',') {
            let part = part.trim();
            let at = part.find(|c: char| c.is_ascii_digit())?;
            let (operator, version) = (part[..at].trim_end(), &part[at..]);
            let numbers: Vec<u16> = version.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
            let [major, minor, patch] = match *numbers.as_slice() {
                [major] => [major, 0, 0],
                [major, minor] => [major, minor, 0],
                [major, minor, patch] => [major, minor, patch],
                _ => return None,
            };
            let exact = [major, minor, patch];
            let next = [major, minor, patch.saturating_add(1)];
            match operator {
                "" | "=" => bounds.narrow(exact, Some(next)),
                "!=" => {}
                ">" => bounds.narrow(next, None),
                ">=" => bounds.narrow(exact, None),
                "<" => bounds.narrow([0, 0, 0], Some(exact)),
                "<=" => bounds.narrow([0, 0, 0], Some(next)),
                // The last number that is written may rise: a major alone has no end (hashicorp/go-version, constraintPessimistic).
                "~>" => bounds.narrow(
                    exact,
                    match numbers.len() {
                        1 => None,
                        2 => Some([major.saturating_add(1), 0, 0]),
                        _ => Some([major, minor.saturating_add(1), 0]),
                    },
                ),
                _ => return None,
            }
        }
        Some(bounds)
    }

    fn narrow(&mut self, from: Release, below: Option<Release>) {
        self.from = self.from.max(from);
        self.below = self.below.into_iter().chain(below).min();
    }

    /// Whether no release at all can be within them.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.below.is_some_and(|below| below <= self.from)
    }

    /// Whether each release that they let in was one that the emitted text is known to fit.
    #[must_use]
    pub fn is_read(self, platform: Platform) -> bool {
        let read = ProviderBounds::of(read_bounds(platform));
        read.is_some_and(|read| {
            let ends = match (self.below, read.below) {
                (Some(below), Some(last)) => below <= last,
                (_, last) => last.is_none(),
            };
            self.from >= read.from && ends
        })
    }
}

/// The bounds that were read, for the provider of a platform.
#[must_use]
pub const fn read_bounds(platform: Platform) -> &'static str {
    match platform {
        Platform::Aks => AZURERM_BOUNDS,
        Platform::Eks | Platform::Kubeadm => AWS_BOUNDS,
    }
}

/// Whether every release of azurerm that a constraint lets in is known to change the network of a cluster in place.
#[must_use]
pub fn azurerm_moves_networks(constraint: &str) -> bool {
    ProviderBounds::of(constraint).is_some_and(|bounds| bounds.from >= AZURERM_MOVES_NETWORKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_of_a_constraint_counts() {
        for (constraint, known) in [
            (">= 4.46", false),
            ("< 6, >= 4.81", true),
            ("~> 4.46", false),
            ("~> 5.0", true),
            ("5.10.0", true),
            ("= 4.50.0", false),
            ("< 6", false),
            ("!= 4.90", false),
            (">= 4.46, >= 4.82", true),
        ] {
            assert_eq!(azurerm_moves_networks(constraint), known, "{constraint}");
        }
    }

    #[test]
    fn bounds_are_those_of_terraform() {
        use Platform::{Aks, Eks};
        for (constraint, platform, read) in [
            (AWS_BOUNDS, Eks, true),
            (AZURERM_BOUNDS, Aks, true),
            ("~> 5.99", Eks, true),
            ("~> 6.28.1", Eks, true),
            ("6.0.0", Eks, true),
            (">= 6, <= 6.99", Eks, true),
            ("> 5.99, != 6.3, < 7", Eks, true),
            ("~> 4.67", Eks, false),
            ("~> 5.98.0", Eks, false),
            ("~> 6", Eks, false),
            ("~> 7.0", Eks, false),
            (">= 6.0", Eks, false),
            ("~> 6.0", Aks, false),
            (">= 3.0, < 4", Aks, false),
            ("!= 5.0", Aks, false),
        ] {
            let bounds = ProviderBounds::of(constraint).unwrap();
            assert_eq!((bounds.is_read(platform), bounds.is_empty()), (read, false), "{constraint}");
        }
        for empty in [">= 8, < 7", "< 6, > 5.99.4, < 5.99.5", "5.99.0, 6.0.0", "< 0"] {
            assert!(ProviderBounds::of(empty).unwrap().is_empty(), "{empty}");
        }
        for other in ["", "=> 5", "latest", ">= 5.x", "5.0.0.0", "~ 5", ">= 5,", ">= 99999"] {
            assert_eq!(ProviderBounds::of(other), None, "{other}");
        }
    }
}
