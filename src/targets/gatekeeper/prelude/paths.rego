# Paths are compared segment by segment.
path_under(path, name, writable) if {
  is_string(path)
  startswith(path, "/")
  own := segments(path)
  count([s | some s in own; s == ".."]) == 0
  some allowed in param(name, [])
  may_be(allowed, writable)
  root := segments(allowed.path)
  count(root) <= count(own)
  array.slice(own, 0, count(root)) == root
}

may_be(_, writable) if writable == false

may_be(allowed, writable) if {
  writable == true
  field(allowed, ["readOnly"], false) == false
}

segments(path) := [s |
  some s in split(path, "/")
  s != ""
  s != "."
]
