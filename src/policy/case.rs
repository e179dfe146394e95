//! Cases of a policy: objects or requests with the verdict in their name, judged by every engine that enforces the policy.

use serde_json::Value as Json;

use super::json::{at, text};

/// A case: a file of the policy's folder.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// The name of its file without the ending: `allowed-...`, `denied-...`, or `inventory-...` for objects that others look up.
    pub name: &'static str,
    /// Its text: an object, or an AdmissionReview.
    pub text: &'static str,
    /// Which of the policy's sets of parameters it is judged with.
    pub set: usize,
}

impl Case {
    /// Whether requests of it are refused; nothing for the inventory.
    #[must_use]
    pub fn is_denied(&self) -> Option<bool> {
        match self.name.split_once('-') {
            Some(("allowed", _)) => Some(false),
            Some(("denied", _)) => Some(true),
            Some(_) | None => None,
        }
    }
}

/// What admission is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// The object; nothing on DELETE.
    pub object: Option<&'a Json>,
    /// The old object, on UPDATE.
    pub old: Option<&'a Json>,
    /// The namespace of the request.
    pub namespace: &'a str,
    /// The name of the object that the request goes to.
    pub name: &'a str,
    /// What is done, as AdmissionReview spells it; empty where nothing is done and the object is only looked at.
    pub operation: &'a str,
    /// The name of the caller.
    pub user: &'a str,
    /// The groups of the caller.
    pub groups: &'a [Json],
}

impl<'a> Request<'a> {
    /// The creation of an object.
    #[must_use]
    pub fn create(object: &'a Json) -> Self {
        Request { object: Some(object), operation: "CREATE", ..Request::default() }
    }

    /// What a file asks: an AdmissionReview as it says, any other object as if it were created.
    #[must_use]
    pub fn of(file: &'a Json) -> Self {
        let Some(request) = at(file, &["request"]).filter(|_| text(file, &["kind"]) == "AdmissionReview") else {
            return Request::create(file);
        };
        let operation = text(request, &["operation"]);
        Request {
            object: at(request, &["object"]).filter(|_| operation != "DELETE"),
            old: at(request, &["oldObject"]).filter(|_| operation == "UPDATE"),
            namespace: text(request, &["namespace"]),
            name: text(request, &["name"]),
            operation,
            user: text(request, &["userInfo", "username"]),
            groups: super::json::items(request, &["userInfo", "groups"]),
        }
    }
}
