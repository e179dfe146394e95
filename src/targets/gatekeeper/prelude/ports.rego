port_in(port, name) if {
  is_number(port)
  some span in param(name, [])
  span.first <= port
  port <= span.last
}
