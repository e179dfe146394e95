violation contains {"msg": found.message, "details": details(found)} if {
  object.get(input.review, "operation", "CREATE") != "DELETE"
  not exempt
  some found in findings_of(input.review.object)
  not stood_before(found)
}

# A change is refused only for what the old object did not do already, in the container of the same name and image.
stood_before(found) if {
  input.review.operation == "UPDATE"
  some old in findings_of(input.review.oldObject)
  old.rule == found.rule
  old.list == found.list
  old.container == found.container
  old.image == found.image
  old.message == found.message
}

findings_of(obj) := found if {
  place := places[obj.kind]
  spec := object.get(obj, place, null)
  is_object(spec)
  found := findings(pod_of(spec, place))
} else := set()
