//! The jobs themselves, for GitHub Actions and GitLab. Values reach the shell through the environment alone.

use crate::{
    base::Artifact,
    plan::{Held, Plan, patching_key},
    targets::origins,
    yaml::Out,
};

use super::yaml_file;

/// The steps between a checkout and a pushed image, each as `(name, command)`.
const STEPS: [(&str, &str); 3] = [
    ("Build", "docker build --tag \"$IMAGE\" -- \"$CONTEXT\""),
    ("Scan", "\"$HARDEN_TREE/ci/scan-image.sh\" \"$IMAGE\""),
    ("Push", "docker push -- \"$IMAGE\""),
];

pub(super) fn emit(plan: &Plan) -> Option<Artifact> {
    let pipeline = plan.patching.pipeline.as_ref()?;
    let tree = format!("out/{}", plan.cluster.name);
    match pipeline.value.as_str() {
        "gitlab" => gitlab(pipeline, &tree),
        _ => github(pipeline, &tree),
    }
}

fn github(pipeline: &Held<String>, tree: &str) -> Option<Artifact> {
    let input = |about: &str, default: Option<&str>| {
        let mut out = Out::map([("description", Out::str(about)), ("type", Out::str("string"))]);
        match default {
            Some(default) => {
                out.set("required", Out::bool(false));
                out.set("default", Out::str(default));
            }
            None => out.set("required", Out::bool(true)),
        }
        out
    };
    let inputs = Out::map([
        ("runner", input("The label of a runner of yours that has docker, trivy, jq and a login to the registry", None)),
        ("image", input("The image with its registry and tag", None)),
        ("context", input("The folder that is built", Some("."))),
        ("tree", input("The folder of the cluster that harden wrote, in this repository", Some(tree))),
    ]);
    let environment =
        Out::map([("IMAGE", "${{ inputs.image }}"), ("CONTEXT", "${{ inputs.context }}"), ("HARDEN_TREE", "${{ inputs.tree }}")]);
    let checkout =
        Out::map([("uses", Out::str("actions/checkout@v4")), ("with", Out::map([("persist-credentials", Out::bool(false))]))]);
    let steps = std::iter::once(checkout).chain(STEPS.iter().map(|(name, run)| Out::map([("name", *name), ("run", *run)])));
    let job = Out::map([("runs-on", Out::str("${{ inputs.runner }}")), ("env", environment), ("steps", Out::list(steps))]);
    let out = Out::map([
        ("name", Out::str("image")),
        ("on", Out::map([("workflow_call", Out::map([("inputs", inputs)]))])),
        ("permissions", Out::map([("contents", "read"), ("packages", "write")])),
        ("jobs", Out::map([("image", job)])),
    ]);
    let purpose = [
        "Builds an image, scans it, and pushes it only when the scan passes. Copy it to .github/workflows/image.yaml of the repository of the \
         image and call it from there. GitHub's own machines are new for each run and have neither trivy nor a login to your registry: name a \
         runner of yours that has both, with docker and jq.",
        "The folder ci/ of the cluster belongs into that repository too, under the path in `tree`: bring it there again after every build of \
         harden, since waivers and deadlines stand in it.",
        "No action of others is used; pin actions/checkout to a commit that you have read.",
    ];
    yaml_file("github-image.yaml", &purpose, out.with(&origins::setting(&patching_key("pipeline"), pipeline)))
}

fn gitlab(pipeline: &Held<String>, tree: &str) -> Option<Artifact> {
    let job = Out::map([
        ("stage", Out::str("build")),
        ("variables", Out::map([("IMAGE", "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"), ("CONTEXT", "."), ("HARDEN_TREE", tree)])),
        ("script", Out::list(STEPS.iter().map(|(_, command)| *command))),
    ]);
    let out = Out::map([("image-build-scan-push", job)]);
    let purpose = [
        "Builds an image, scans it, and pushes it only when the scan passes. Include it in .gitlab-ci.yml; trivy, jq, docker and a login to \
         the registry have to be on the runner.",
        "The folder ci/ of the cluster belongs into the repository of the image too, under the path in HARDEN_TREE: bring it there again after \
         every build of harden, since waivers and deadlines stand in it.",
    ];
    yaml_file("gitlab-image.yaml", &purpose, out.with(&origins::setting(&patching_key("pipeline"), pipeline)))
}
