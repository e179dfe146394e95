# The object itself, or a pod that it owns. Anybody may write ownerReferences: they are believed of the controller alone, and where nobody asks
# for anything (an audit).
exempt if {
  some workload in param("exemptWorkloads", [])
  in_namespace(workload)
  is_behind(workload)
}

in_namespace(workload) if {
  namespace := text_at(input, ["review", "object", "metadata", "namespace"])
  field(workload, ["namespace"], namespace) == namespace
}

is_behind(workload) if {
  is_named(workload, text_at(input, ["review", "object", "kind"]), text_at(input, ["review", "object", "metadata", "name"]))
}

is_behind(workload) if {
  account := controllers[workload.kind]
  is_believed(account)
  some owner in items(input, ["review", "object", "metadata", "ownerReferences"])
  is_named(workload, text_at(owner, ["kind"]), text_at(owner, ["name"]))
  field(owner, ["controller"], false) == true
}

is_named(workload, kind, name) if {
  workload.kind == kind
  workload.name == name
}

is_believed(account) if account == text_at(input, ["review", "userInfo", "username"])

is_believed(_) if text_at(input, ["review", "operation"]) == ""
