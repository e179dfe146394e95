//! References of images, taken apart as container runtimes do: parsed first, compared by whole segments afterwards.

/// The reference of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image<'a> {
    /// The registry, `docker.io` where none is named.
    pub registry: &'a str,
    /// Whether the registry is named.
    pub qualified: bool,
    /// The folders and the name within the registry.
    pub path: Vec<&'a str>,
    /// The tag; empty where there is none.
    pub tag: &'a str,
    /// The digest; empty where there is none.
    pub digest: &'a str,
}

/// The registry that names without one mean.
const HUB: &str = "docker.io";
/// Its older name.
const OLD_HUB: &str = "index.docker.io";

impl<'a> Image<'a> {
    /// Takes a reference apart. Anything gives some parts.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let (name, digest) = text.split_once('@').unwrap_or((text, ""));
        let (first, rest) = match name.split_once('/') {
            Some((first, rest)) if is_registry(first) => (Some(first), rest),
            Some(_) | None => (None, name),
        };
        let last_at = rest.rfind('/').map_or(0, |at| at + 1);
        let (last, tag) = rest[last_at..].split_once(':').unwrap_or((&rest[last_at..], ""));
        let mut path: Vec<&str> = rest[..last_at].split('/').collect();
        path.pop();
        path.push(last);
        let registry = match first {
            Some(OLD_HUB) | None => HUB,
            Some(named) => named,
        };
        if registry == HUB && path.len() == 1 {
            path.insert(0, "library");
        }
        Image { registry, qualified: first.is_some(), path, tag, digest }
    }

    /// Whether names of images may lie in a registry, or in a folder of one: they take its first segment for a registry.
    #[must_use]
    pub fn may_be_from(allowed: &str) -> bool {
        is_registry(allowed.split('/').next().unwrap_or_default())
    }

    /// Whether every segment has a name, and none leads elsewhere.
    fn is_readable(&self) -> bool {
        self.path.iter().all(|segment| !matches!(*segment, "" | "." | ".."))
    }

    /// Whether it lies in a registry, or a folder of one: `registry.example/shop` holds `registry.example/shop/app`, not
    /// `registry.example/shopping/app`.
    #[must_use]
    pub fn is_from(&self, allowed: &str) -> bool {
        let mut segments = allowed.split('/');
        let registry = segments.next().unwrap_or_default();
        let folders: Vec<&str> = segments.collect();
        self.is_readable()
            && self.registry == if registry == OLD_HUB { HUB } else { registry }
            && self.path.len() > folders.len()
            && self.path.starts_with(&folders)
    }

    /// Whether a digest pins it: SHA-256, at full length.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.digest.strip_prefix("sha256:").is_some_and(|hash| hash.chars().count() == 64)
    }

    /// Whether it floats with what was pushed last.
    #[must_use]
    pub fn is_latest(&self) -> bool {
        !self.is_pinned() && matches!(self.tag, "" | "latest")
    }
}

/// Whether the part before the first `/` is a registry: it has a dot, a colon or a capital, or is `localhost`. Any other is a
/// folder of `docker.io`.
fn is_registry(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first != first.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let hash = "0".repeat(64);
        let pinned = format!("localhost:5000/x/y:1@sha256:{hash}");
        for (text, registry, path, tag, readable) in [
            ("nginx", "docker.io", "library/nginx", "", true),
            ("nginx:1.27", "docker.io", "library/nginx", "1.27", true),
            ("org/app", "docker.io", "org/app", "", true),
            ("index.docker.io/org/app", "docker.io", "org/app", "", true),
            ("docker.io/nginx", "docker.io", "library/nginx", "", true),
            ("quay.io/org/app:v1", "quay.io", "org/app", "v1", true),
            ("localhost/app", "localhost", "app", "", true),
            ("localhost:5000/app", "localhost:5000", "app", "", true),
            ("Org/app", "Org", "app", "", true),
            (&pinned, "localhost:5000", "x/y", "1", true),
            ("", "docker.io", "library/", "", false),
            ("quay.io//app", "quay.io", "/app", "", false),
            ("quay.io/org/../evil/app", "quay.io", "org/../evil/app", "", false),
            ("quay.io/org/", "quay.io", "org/", "", false),
        ] {
            let image = Image::parse(text);
            assert_eq!((image.registry, image.path.join("/").as_str(), image.tag), (registry, path, tag), "{text}");
            assert_eq!(image.is_readable(), readable, "{text}");
        }
        assert!(Image::parse(&pinned).is_pinned());
        assert!(Image::parse("a@sha256:0").is_latest());
    }

    #[test]
    fn a_registry_that_no_name_takes_for_one_is_known() {
        for (allowed, may) in [
            ("bitnami", false),
            ("nginx", false),
            ("quay/org", false),
            ("docker.io", true),
            ("localhost", true),
            ("registry:5000/x", true),
        ] {
            assert_eq!(Image::may_be_from(allowed), may, "{allowed}");
            assert_eq!(Image::parse(&format!("{allowed}/app/x")).is_from(allowed), may, "{allowed}");
        }
    }

    #[test]
    fn folders_are_compared_whole() {
        for (image, allowed, from) in [
            ("quay.io/org/app", "quay.io/org", true),
            ("quay.io/organisation/app", "quay.io/org", false),
            ("quay.io.evil.example/org/app", "quay.io", false),
            ("quay.io/org", "quay.io/org", false),
            ("quay.io/org/a/b", "quay.io/org", true),
            ("nginx", "docker.io/library", true),
            ("nginx", "index.docker.io", true),
            ("org/app", "docker.io/library", false),
            ("quay.io/org/../x/app", "quay.io/org", false),
        ] {
            assert_eq!(Image::parse(image).is_from(allowed), from, "{image} {allowed}");
        }
    }
}
