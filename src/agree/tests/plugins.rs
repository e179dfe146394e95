//! Plugins that need a configuration of their own.

use super::*;

const FILE: &str = "admission-control-config-file";

fn enabled(plugin: &str) -> (Program, &'static str, String) {
    (API, "enable-admission-plugins", format!("NodeRestriction,{plugin}"))
}

/// A plan with the plugin and a file, which the control writes or the owner.
fn beside(plugin: &str, writer: Option<&'static str>) -> Plan {
    let (program, name, list) = enabled(plugin);
    let mut plan = mount(with(&[(program, name, list.as_str()), (API, FILE, "/etc/a.yaml")]), API, "/etc", MountType::Directory);
    if let Some(writer) = writer {
        let flags = &mut plan.components.get_mut(&API).unwrap().flags;
        flags.get_mut(FILE).unwrap().held.reasons = BTreeSet::from([control(writer)]);
    }
    plan
}

#[test]
fn every_plugin_with_a_configuration_needs_its_file() {
    let needing: Vec<&str> = crate::facts::plugins(empty("1.36.3").cluster.minor())
        .filter(|plugin| plugin.configuration)
        .map(|plugin| plugin.name)
        .collect();
    assert_eq!(needing, ["EventRateLimit", "ImagePolicyWebhook"]);
    for plugin in needing {
        let (program, name, list) = enabled(plugin);
        clashes(&with(&[(program, name, list.as_str())]), "plugin-without-configuration");
        clashes(&beside(plugin, Some("admission/pod-security")), "plugin-without-configuration");
        agrees(&beside(plugin, None));
    }
    agrees(&with(&[(API, "enable-admission-plugins", "NodeRestriction,PodNodeSelector")]));
}

#[test]
fn an_event_limit_that_is_planned_is_its_configuration() {
    let mut plan = beside("EventRateLimit", Some("admission/event-rate-limit"));
    let limit = EventLimit { kind: LimitType::Server, qps: 10, burst: 20, cache_size: 0 };
    plan.event_limits = Some(Held::new(vec![limit], control("admission/event-rate-limit")));
    agrees(&plan);
}

/// No control can hold what ImagePolicyWebhook needs: the help names those that stand in the way of the owner's file.
#[test]
fn the_help_can_be_followed() {
    let rule = RULES.iter().find(|rule| rule.id == "plugin-without-configuration").unwrap();
    let help = |plan: &Plan| (rule.check)(plan).remove(0).help;
    let image = help(&beside("ImagePolicyWebhook", Some("admission/pod-security")));
    assert!(image.contains("waive `admission/pod-security`") && image.contains(FILE), "{image}");
    let (program, name, list) = enabled("ImagePolicyWebhook");
    let alone = help(&with(&[(program, name, list.as_str())]));
    assert!(!alone.contains("waive") && alone.contains(FILE), "{alone}");
    let events = help(&beside("EventRateLimit", Some("admission/pod-security")));
    assert!(events.contains("select `admission/event-rate-limit`"), "{events}");
}
