// Helmtemplate renders a chart with the values of a file as `helm template` does, for a cluster of the given version, and
// prints its objects; notes, partial templates and the folder crds are left out. MINOR is what the server says of itself
// where that is no plain number, as the minor `36+` of some providers.
//
//	helmtemplate CHART VALUES NAMESPACE VERSION [MINOR]
package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "helmtemplate:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 4 && len(arguments) != 5 {
		return fmt.Errorf("usage: helmtemplate CHART VALUES NAMESPACE VERSION [MINOR]")
	}
	chart, err := loader.LoadDir(arguments[0])
	if err != nil {
		return err
	}
	file, err := os.Open(filepath.Clean(arguments[1]))
	if err != nil {
		return err
	}
	defer file.Close()
	values, err := loader.LoadValues(file)
	if err != nil {
		return err
	}
	version, err := common.ParseKubeVersion(arguments[3])
	if err != nil {
		return err
	}
	if len(arguments) == 5 {
		version.Minor = arguments[4]
	}
	capabilities := common.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	release := common.ReleaseOptions{Name: chart.Name(), Namespace: arguments[2], Revision: 1, IsInstall: true}
	all, err := util.ToRenderValues(chart, values, release, capabilities)
	if err != nil {
		return err
	}
	rendered, err := engine.Engine{}.RenderWithContext(context.Background(), chart, all)
	if err != nil {
		return err
	}
	names := make([]string, 0, len(rendered))
	for name := range rendered {
		base := path.Base(name)
		if base != "NOTES.txt" && !strings.HasPrefix(base, "_") && strings.TrimSpace(rendered[name]) != "" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Printf("---\n# Source: %s\n%s\n", name, rendered[name])
	}
	return nil
}
