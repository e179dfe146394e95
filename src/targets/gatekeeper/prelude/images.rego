# References are taken apart first, then compared: the registry exactly, folders by whole segments.
parsed(ref) := {"registry": registry, "qualified": qualified, "path": path, "tag": tag, "digest": digest} if {
  halves := split(ref, "@")
  digest := concat("@", array.slice(halves, 1, count(halves)))
  parts := split(halves[0], "/")
  qualified := names_registry(parts)
  rest := rest_of(parts, qualified)
  last := split(rest[count(rest) - 1], ":")
  tag := concat(":", array.slice(last, 1, count(last)))
  names := array.concat(array.slice(rest, 0, count(rest) - 1), [last[0]])
  registry := registry_of(parts, qualified)
  path := with_library(registry, names)
}

names_registry(parts) := true if {
  count(parts) > 1
  is_registry(parts[0])
} else := false

is_registry(first) if count(split(first, ".")) > 1

is_registry(first) if count(split(first, ":")) > 1

is_registry(first) if first == "localhost"

is_registry(first) if first != lower(first)

rest_of(parts, qualified) := array.slice(parts, 1, count(parts)) if {
  qualified == true
} else := parts

registry_of(parts, qualified) := hub(parts[0]) if {
  qualified == true
} else := "docker.io"

hub(registry) := "docker.io" if {
  registry == "index.docker.io"
} else := registry

with_library(registry, names) := array.concat(["library"], names) if {
  registry == "docker.io"
  count(names) == 1
} else := names

image_from(ref, name) if {
  is_string(ref)
  image := parsed(ref)
  count([s | some s in image.path; s in {"", ".", ".."}]) == 0
  some allowed in param(name, [])
  folders := split(allowed, "/")
  hub(folders[0]) == image.registry
  own := array.slice(folders, 1, count(folders))
  count(image.path) > count(own)
  array.slice(image.path, 0, count(own)) == own
}

image_qualified(ref) if {
  is_string(ref)
  parsed(ref).qualified == true
}

image_pinned(ref) if {
  is_string(ref)
  pinned(parsed(ref).digest)
}

pinned(digest) if {
  startswith(digest, "sha256:")
  count(digest) == 71
}

image_latest(ref) if {
  is_string(ref)
  image := parsed(ref)
  not pinned(image.digest)
  image.tag in {"", "latest"}
}
