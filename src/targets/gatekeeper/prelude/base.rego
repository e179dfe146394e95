details(found) := {"rule": found.rule, "list": found.list, "container": found.container, "pointer": found.pointer}

pod_of(spec, place) := {
  "item": spec, "pod": spec, "volume": {}, "list": "", "noun": "", "name": "", "image": "",
  "at": concat("/", array.concat([""], place)),
}

finding(x, rule, way, message) := {
  "rule": rule, "list": x.list, "container": x.name, "image": x.image,
  "pointer": concat("", [x.at, way]),
  "message": message,
}

nouns := {"containers": "container", "initContainers": "init container", "ephemeralContainers": "ephemeral container"}

containers(pod) := [x |
  some list in ["containers", "initContainers", "ephemeralContainers"]
  some c in each(pod, [list])
  is_object(c.item)
  x := {
    "item": c.item, "pod": c.pod, "volume": {}, "list": list, "noun": nouns[list],
    "name": text_at(c.item, ["name"]), "image": text_at(c.item, ["image"]), "at": c.at,
  }
]

each(of, path) := [x |
  some n, item in items(of.item, path)
  x := {
    "item": item, "pod": of.pod, "volume": of.volume, "list": of.list, "noun": of.noun, "name": of.name, "image": of.image,
    "at": concat("/", array.concat(array.concat([of.at], path), [format_int(n, 10)])),
  }
]

mounts(pod) := [x |
  some c in containers(pod)
  some m in each(c, ["volumeMounts"])
  is_object(m.item)
  some volume in items(pod.pod, ["volumes"])
  is_object(volume)
  text_at(volume, ["name"]) == text_at(m.item, ["name"])
  x := {
    "item": m.item, "pod": m.pod, "volume": volume, "list": m.list, "noun": m.noun, "name": m.name, "image": m.image,
    "at": m.at,
  }
]

items(v, path) := list if {
  list := field(v, path, null)
  is_array(list)
} else := []

# What is absent or null counts as the value given for it.
field(v, path, absent) := value if {
  is_object(v)
  value := object.get(v, path, null)
  value != null
} else := absent

itself(v, absent) := v if {
  v != null
} else := absent

text_at(v, path) := text if {
  text := field(v, path, "")
  is_string(text)
} else := ""

param(name, absent) := field(input, ["parameters", name], absent)

word(v) := upper(v) if {
  is_string(v)
} else := ""

shown(v) := v if {
  is_string(v)
} else := "" if {
  v == null
} else := json.marshal(v) if {
  is_number(v)
} else := json.marshal(v) if {
  is_boolean(v)
} else := "(no plain value)"
