//! The expressions of the policy on pulling images. Its rules are those of [`crate::policy::ALWAYS_PULL`]; that they say the same is judged
//! by the API server itself, with the cases of that policy.

use crate::policy::List;

/// What a new pod is given. Lists are merged by name: nothing else of a container changes.
pub(super) const SETS_PODS: &str = r#"Object{
  spec: Object.spec{
    containers: object.spec.containers.map(c, Object.spec.containers{name: c.name, imagePullPolicy: "Always"}),
    ?initContainers: has(object.spec.initContainers)
      ? optional.of(object.spec.initContainers.map(c, Object.spec.initContainers{name: c.name, imagePullPolicy: "Always"}))
      : optional.none(),
    ?volumes: has(object.spec.volumes) && object.spec.volumes.exists(v, has(v.image))
      ? optional.of(object.spec.volumes.filter(v, has(v.image)).map(v,
          Object.spec.volumes{name: v.name, image: Object.spec.volumes.image{pullPolicy: "Always"}}))
      : optional.none()
  }
}
"#;

/// The ephemeral containers that were there before: they cannot be changed.
pub(super) const THERE: &str = "oldObject.spec.?ephemeralContainers.orValue([]).map(c, c.name)";

/// What is given to an ephemeral container that is added.
pub(super) const SETS_EPHEMERAL: &str = r#"Object{
  spec: Object.spec{
    ?ephemeralContainers: has(object.spec.ephemeralContainers)
      ? optional.of(object.spec.ephemeralContainers.filter(c, !(c.name in variables.there)).map(c,
          Object.spec.ephemeralContainers{name: c.name, imagePullPolicy: "Always"}))
      : optional.none()
  }
}
"#;

/// What is refused, by name. What stood before is not refused again: neither its policy nor a volume can be changed.
pub(super) fn refused() -> String {
    let containers = |list: List| {
        let (field, noun) = (list.field(), list.noun());
        format!(
            r#"object.spec.?{field}.orValue([]).filter(c, c.?imagePullPolicy.orValue("") != "Always"
  && !(oldObject != null && oldObject.spec.?{field}.orValue([]).exists(o,
    o.name == c.name && o.image == c.image && o.?imagePullPolicy.orValue("") != "Always"))).map(c, "{noun} `" + c.name + "`")
"#
        )
    };
    let volumes = r#"object.spec.?volumes.orValue([]).filter(v, has(v.image) && v.image.?pullPolicy.orValue("") != "Always"
  && !(oldObject != null && oldObject.spec.?volumes.orValue([]).exists(o, o.name == v.name))).map(v, "volume `" + v.name + "`")
"#;
    List::ALL.map(containers).into_iter().chain([volumes.to_owned()]).collect::<Vec<_>>().join("+ ")
}

/// That nothing is refused.
pub(super) const NONE_IS_REFUSED: &str = "variables.refused.size() == 0";

/// What the caller is told.
pub(super) const MESSAGE: &str =
    r#"variables.refused.join(", ") + " would start from an image that the node holds already: set the pull policy to Always""#;
