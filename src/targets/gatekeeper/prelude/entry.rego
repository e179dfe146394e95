violation contains {"msg": found.message, "details": details(found)} if {
  input.review.operation == "CONNECT"
  not exempt
  some found in entered
}

exempt if {
  some group in items(input, ["review", "userInfo", "groups"])
  some other in param("exemptGroups", [])
  group == other
}

entered := found if {
  spec := data.inventory.namespace[input.review.namespace].v1.Pod[input.review.name].spec
  is_object(spec)
  found := findings(pod_of(spec, ["spec"]))
} else := {unknown}
