//! Receivers of logs at a provider: CloudWatch sends to four kinds of ARN, Azure to resources by their ids.

use crate::{
    base::SpecPath,
    diag::Place,
    spec::{
        diagnostics::RelayForm,
        v1alpha1::{self as v1, ClusterSpec},
    },
};

use super::{arn::Arn, reader::Reader};

/// Holds the receivers of the spec against what the provider of its platform sends to.
pub(super) fn check(r: &mut Reader<'_>, spec: &ClusterSpec) {
    let platform = spec.platform.as_ref();
    let Some(siem) = spec.logging.as_ref().and_then(|logging| logging.siem.as_ref()) else { return };
    let at = SpecPath::new("/logging/siem");
    if let Some(eks) = platform.and_then(|platform| platform.eks.as_ref()) {
        if let Some(relay) = &siem.relay {
            from_cloudwatch(r, &at.child("relay"), relay, eks.region.as_deref());
        }
    } else if platform.is_some_and(|platform| platform.aks.is_some()) {
        let texts = [
            ("relay/destination", siem.relay.as_ref().and_then(|relay| relay.destination.as_deref()), RULE),
            ("eventHub/authorizationRule", siem.event_hub.as_ref().and_then(|hub| hub.authorization_rule.as_deref()), RULE),
            ("azureMonitor/workspace", siem.azure_monitor.as_ref().and_then(|monitor| monitor.workspace.as_deref()), WORKSPACE),
        ];
        for (field, text, form) in texts {
            if let Some(text) = text.filter(|text| !is_id(text, form)) {
                let at = field.split('/').fold(at.clone(), |at, part| at.child(part));
                let why = format!("`{text}` is no id of the kind that a diagnostic setting sends to");
                wrong(r, &at, why, format!("write the id of the resource: {form}"));
            }
        }
    }
}

/// The id of a rule of a namespace of Event Hubs; words in capitals stand for anything.
const RULE: &str = "/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.EventHub/namespaces/NAME/authorizationRules/RULE";
/// The id of a workspace of Log Analytics.
const WORKSPACE: &str = "/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.OperationalInsights/workspaces/NAME";

/// Whether a text is an id of a form. Azure does not tell upper from lower case in them.
fn is_id(text: &str, form: &str) -> bool {
    let is_open = |word: &str| word.bytes().all(|byte| byte.is_ascii_uppercase());
    let fits = |(part, word): (&str, &str)| match word {
        "" => part.is_empty(),
        word if is_open(word) => !part.is_empty(),
        word => part.eq_ignore_ascii_case(word),
    };
    text.split('/').count() == form.split('/').count() && text.split('/').zip(form.split('/')).all(fits)
}

/// What a subscription filter sends to, and whether CloudWatch takes on a role for it (`PutSubscriptionFilter`): "destinationArn for vendor
/// firehose cannot be used without roleArn", and none for a function, which has a permission of its own.
const TARGETS: [(&str, &str, Role); 4] = [
    ("firehose", "deliverystream/", Role::Needed),
    ("kinesis", "stream/", Role::Needed),
    ("lambda", "function:", Role::Refused),
    ("logs", "destination:", Role::Taken),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Needed,
    Refused,
    Taken,
}

fn from_cloudwatch(r: &mut Reader<'_>, at: &SpecPath, relay: &v1::Relay, region: Option<&str>) {
    let Some(text) = relay.destination.as_deref() else { return };
    let destination = at.child("destination");
    let target = Arn::of(text).filter(|arn| arn.resource.bytes().all(is_plain)).and_then(|arn| {
        let is_it = |(name, kind, _): &&(&str, &str, Role)| {
            *name == arn.service && arn.resource.strip_prefix(kind).is_some_and(|name| !name.is_empty())
        };
        TARGETS.iter().find(is_it).map(|(_, _, role)| (arn, *role))
    });
    let Some((target, role)) = target else {
        let help = "write the ARN of a Firehose stream, a Kinesis stream, a Lambda function or a destination of CloudWatch Logs, such as \
                    arn:aws:firehose:eu-west-1:111122223333:deliverystream/logs";
        return wrong(r, &destination, format!("`{text}` is nothing that CloudWatch sends logs to"), help.to_owned());
    };
    let is_name =
        |region: &&str| !region.is_empty() && region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if let Some(region) = region.filter(is_name).filter(|region| *region != target.region) {
        let why = format!("the receiver is in `{}`, and the cluster and its log group are in `{region}`", target.region);
        wrong(r, &destination, why, "name a receiver in the region of the cluster".to_owned());
    }
    role_fits(r, at, relay.role.as_deref(), &target, role);
}

/// Whether a role is named where one is needed and nowhere else, and whether CloudWatch may take it on for this receiver.
fn role_fits(r: &mut Reader<'_>, at: &SpecPath, named: Option<&str>, target: &Arn<'_>, role: Role) {
    let example = "arn:aws:iam::111122223333:role/logs";
    match (role, named) {
        (Role::Needed, None) if r.doubts().hide(&at.child("role")) => {}
        (Role::Needed, None) => {
            let why = format!("CloudWatch sends to `{}` by a role alone, and none is named", target.service);
            let help = format!("name under `role` the role that may write there, such as {example}");
            wrong(r, &at.child("destination"), why, help);
        }
        (Role::Refused, Some(_)) => {
            let why = "CloudWatch calls a function by the function's own permission, and takes no role for it".to_owned();
            wrong(r, &at.child("role"), why, "leave `role` out; `terraform/ADOPT.md` names the permission".to_owned());
        }
        (_, Some(role)) if !is_role(role) => {
            let why = format!("`{role}` is no role");
            wrong(r, &at.child("role"), why, format!("write the ARN of a role, such as {example}"));
        }
        // A stream belongs to the account of the log group, and so does a role that can be passed; a destination may be of another account.
        (Role::Needed, Some(role)) => {
            if let Some(foreign) = Arn::of(role).filter(|arn| arn.account != target.account && arn.partition == target.partition)
            {
                let why = format!("the role is of account `{}`, and the receiver of `{}`", foreign.account, target.account);
                let help = "name a role of the account of the cluster and its receiver; into another account logs go by a destination of \
                            CloudWatch Logs there (arn:aws:logs:REGION:ACCOUNT:destination:NAME)";
                wrong(r, &at.child("role"), why, help.to_owned());
            }
        }
        (Role::Refused | Role::Taken, _) => {}
    }
}

/// What names of these resources are made of; pages put them into commands.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte)
}

fn is_role(text: &str) -> bool {
    Arn::of_iam(text).and_then(|resource| resource.strip_prefix("role/")).is_some_and(|name| !name.is_empty())
}

fn wrong(r: &mut Reader<'_>, at: &SpecPath, why: String, help: String) {
    let place: Place = r.value_place(at);
    r.push(RelayForm { why, help, place });
}
