// Constraintkinds reads the objects of files, templates first, as the admission webhook of Gatekeeper does: a template, a
// constraint or a mutation that it would refuse is an error (unknown fields are for the API server to refuse). It prints, as
// a JSON List, the definition that Gatekeeper makes of every template, so that an API server can judge constraints where no
// Gatekeeper runs.
//
//	constraintkinds FILE...
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/open-policy-agent/frameworks/constraint/pkg/apis"
	constraintclient "github.com/open-policy-agent/frameworks/constraint/pkg/client"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/drivers/rego"
	"github.com/open-policy-agent/gatekeeper/v3/apis/mutations/unversioned"
	mutationsv1 "github.com/open-policy-agent/gatekeeper/v3/apis/mutations/v1"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/gator/reader"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/mutators/assign"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/target"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/util"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "constraintkinds:", err)
		os.Exit(1)
	}
}

func run(files []string) error {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{apis.AddToScheme, apiextensionsv1.AddToScheme, mutationsv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	driver, err := rego.New()
	if err != nil {
		return err
	}
	client, err := constraintclient.NewClient(
		constraintclient.Targets(&target.K8sValidationTarget{}),
		constraintclient.Driver(driver),
		constraintclient.EnforcementPoints(util.WebhookEnforcementPoint, util.AuditEnforcementPoint),
	)
	if err != nil {
		return err
	}
	webhook := &webhook{scheme: scheme, client: client}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		objects, err := reader.ReadUnstructureds(text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for _, object := range objects {
			if err := webhook.judge(object); err != nil {
				return fmt.Errorf("%s: %s %s: %w", file, object.GetKind(), object.GetName(), err)
			}
		}
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"apiVersion": "v1", "kind": "List", "items": webhook.definitions})
}

type webhook struct {
	scheme      *runtime.Scheme
	client      *constraintclient.Client
	definitions []*apiextensionsv1.CustomResourceDefinition
}

// judge says what pkg/webhook/policy.go would say of the object.
func (w *webhook) judge(object *unstructured.Unstructured) error {
	if len(object.GetName()) > 63 {
		return fmt.Errorf("the name is longer than 63 characters")
	}
	switch kind := object.GroupVersionKind(); {
	case reader.IsTemplate(object):
		return w.template(object)
	case reader.IsConstraint(object):
		if err := w.client.ValidateConstraint(object); err != nil {
			return err
		}
		action, _, err := unstructured.NestedString(object.Object, "spec", "enforcementAction")
		if err != nil {
			return err
		}
		return util.ValidateEnforcementAction(util.EnforcementAction(action), object.Object)
	case kind.Group == mutationsv1.GroupVersion.Group && kind.Kind == "Assign":
		written, err := reader.ToStructured(w.scheme, object)
		if err != nil {
			return err
		}
		judged := &unversioned.Assign{}
		if err := w.scheme.Convert(written, judged, nil); err != nil {
			return err
		}
		return assign.IsValidAssign(judged)
	case kind.Group == "syncset.gatekeeper.sh" && kind.Kind == "SyncSet":
		return nil // only the API server judges it
	default:
		return fmt.Errorf("%s is not an object of Gatekeeper that is judged here", kind)
	}
}

// template compiles a template and keeps the definition that is made of it.
func (w *webhook) template(object *unstructured.Unstructured) error {
	template, err := reader.ToTemplate(w.scheme, object)
	if err != nil {
		return err
	}
	if _, err := w.client.AddTemplate(context.Background(), template); err != nil {
		return err
	}
	made, err := w.client.CreateCRD(context.Background(), template)
	if err != nil {
		return err
	}
	definition := &apiextensionsv1.CustomResourceDefinition{}
	if err := w.scheme.Convert(made, definition, nil); err != nil {
		return err
	}
	definition.SetGroupVersionKind(apiextensionsv1.SchemeGroupVersion.WithKind("CustomResourceDefinition"))
	w.definitions = append(w.definitions, definition)
	return nil
}
