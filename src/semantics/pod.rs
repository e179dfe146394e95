//! What the API server makes of a pod before policies see it: values that it fills in, and the token that it mounts.

use serde_json::{Value as Json, json};

use crate::policy::{Image, List, pod_spec};

const DEFAULT: &str = "default";

/// The namespace and the name of the service account of a pod, or of the pods that an object makes; `namespace` is that of the pod.
#[must_use]
pub fn account(object: &Json, namespace: &str) -> Option<(String, String)> {
    let (spec, _) = pod_spec(object)?;
    let named = ["serviceAccountName", "serviceAccount"]
        .into_iter()
        .find_map(|key| spec.get(key)?.as_str().filter(|name| !name.is_empty()));
    Some((namespace.to_owned(), named.unwrap_or(DEFAULT).to_owned()))
}

/// Whether the pod leaves it to the service account whether the token is mounted.
fn leaves_token_to_account(object: &Json) -> bool {
    pod_spec(object).is_some_and(|(spec, _)| spec.get("automountServiceAccountToken").is_none_or(Json::is_null))
}

/// The pod that an object is or makes, as policies see it; nothing for other objects. `mounts` is whether its service account
/// mounts the token unasked. A mount stands for itself as `automountServiceAccountToken: true` of the pod.
///
/// Pull policies: `Always` for images with the tag `latest` or with neither tag nor digest, else `IfNotPresent` (the defaults of core/v1).
#[must_use]
pub fn admitted(object: &Json, mounts: bool) -> Option<Json> {
    let mut spec = pod_spec(object)?.0.as_object()?.clone();
    for list in List::ALL {
        for container in spec.get_mut(list.field()).and_then(Json::as_array_mut).into_iter().flatten() {
            pulled(container, "image", "imagePullPolicy");
        }
    }
    for volume in spec.get_mut("volumes").and_then(Json::as_array_mut).into_iter().flatten() {
        if let Some(image) = volume.get_mut("image") {
            pulled(image, "reference", "pullPolicy");
        }
    }
    if leaves_token_to_account(object) && mounts {
        spec.insert("automountServiceAccountToken".to_owned(), Json::Bool(true));
    }
    Some(json!({ "apiVersion": "v1", "kind": "Pod", "spec": spec }))
}

/// Fills in when an image is pulled.
fn pulled(holder: &mut Json, image: &str, policy: &str) {
    let Some(holder) = holder.as_object_mut() else { return };
    let said = holder.get(policy).is_some_and(|said| said.as_str().is_none_or(|said| !said.is_empty()) && !said.is_null());
    if let (false, Some(text)) = (said, holder.get(image).and_then(Json::as_str)) {
        let image = Image::parse(text);
        let latest = image.tag == "latest" || (image.tag.is_empty() && image.digest.is_empty());
        holder.insert(policy.to_owned(), Json::from(if latest { "Always" } else { "IfNotPresent" }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pull_policies_are_filled_in() {
        for (image, wanted) in [
            ("a.example/b", "Always"),
            ("a.example/b:latest", "Always"),
            ("a.example/b:1", "IfNotPresent"),
            ("a.example/b@sha256:00", "IfNotPresent"),
            ("a.example:5000/b", "Always"),
        ] {
            let pod = json!({ "apiVersion": "v1", "kind": "Pod", "spec": { "initContainers": [{ "image": image }] } });
            assert_eq!(admitted(&pod, true).unwrap()["spec"]["initContainers"][0]["imagePullPolicy"], wanted, "{image}");
        }
        let said = json!({ "apiVersion": "v1", "kind": "Pod", "spec": { "containers": [{ "image": "b", "imagePullPolicy": "Never" }] } });
        assert_eq!(admitted(&said, false), Some(said));
    }

    #[test]
    fn tokens_come_from_the_account_unless_the_pod_says() {
        let job = |automount: &Json| {
            let template = json!({ "spec": { "automountServiceAccountToken": automount, "serviceAccount": "old" } });
            json!({ "apiVersion": "batch/v1", "kind": "Job", "spec": { "template": template } })
        };
        let is = |object: &Json, mounts| admitted(object, mounts).unwrap()["spec"]["automountServiceAccountToken"].clone();
        assert_eq!(is(&job(&Json::Null), true), true);
        assert_eq!(is(&job(&Json::Null), false), Json::Null);
        assert_eq!(is(&job(&json!(false)), true), false);
        assert_eq!(account(&job(&Json::Null), "shop"), Some(("shop".to_owned(), "old".to_owned())));
    }
}
