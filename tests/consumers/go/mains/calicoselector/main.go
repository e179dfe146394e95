// Calicoselector says whether Calico's selectors match labels, with Calico's own parser and evaluation.
//
//	calicoselector < questions
//
// A question is a line of JSON, a selector and labels; for each the answer is a line, `true` or `false`. A selector that Calico does not
// read ends it with 1.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/projectcalico/calico/libcalico-go/lib/selector"
)

type question struct {
	Selector string            `json:"selector"`
	Labels   map[string]string `json:"labels"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "calicoselector:", err)
		os.Exit(1)
	}
}

func run() error {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var q question
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&q); err != nil {
			return err
		}
		parsed, err := selector.Parse(q.Selector)
		if err != nil {
			return fmt.Errorf("%q: %w", q.Selector, err)
		}
		fmt.Println(parsed.Evaluate(q.Labels))
	}
	return lines.Err()
}
