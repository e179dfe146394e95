// Strictdecode reads configuration files as the components of Kubernetes do, without their leniency: an
// unknown or duplicate field is an error. KubeletConfiguration and KubeProxyConfiguration are also defaulted
// and validated by the components' own code.
//
//	strictdecode FILE...
//
// It prints `ok GROUP/VERSION KIND` for every document that it accepts, and exits with 1 when it rejects any.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	policyconfig "k8s.io/apiserver/pkg/admission/plugin/policy/config/apis/policyconfig/install"
	resourcequota "k8s.io/apiserver/pkg/admission/plugin/resourcequota/apis/resourcequota/install"
	webhookadmission "k8s.io/apiserver/pkg/admission/plugin/webhook/config/apis/webhookadmission/install"
	"k8s.io/apiserver/pkg/apis/apiserver"
	apiserverinstall "k8s.io/apiserver/pkg/apis/apiserver/install"
	audit "k8s.io/apiserver/pkg/apis/audit/install"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	logsapi "k8s.io/component-base/logs/api/v1"
	_ "k8s.io/component-base/logs/json/register" // logging.format may be json
	metricsfeatures "k8s.io/component-base/metrics/features"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/scheme"
	_ "k8s.io/kubernetes/pkg/features" // registers the feature gates
	"k8s.io/kubernetes/pkg/kubelet/apis/config"
	kubelet "k8s.io/kubernetes/pkg/kubelet/apis/config/scheme"
	kubeletvalidation "k8s.io/kubernetes/pkg/kubelet/apis/config/validation"
	proxyconfig "k8s.io/kubernetes/pkg/proxy/apis/config"
	proxy "k8s.io/kubernetes/pkg/proxy/apis/config/scheme"
	proxyvalidation "k8s.io/kubernetes/pkg/proxy/apis/config/validation"
	eventratelimit "k8s.io/kubernetes/plugin/pkg/admission/eventratelimit/apis/eventratelimit/install"
	podsecurity "k8s.io/pod-security-admission/admission/api/scheme"
	"sigs.k8s.io/yaml"
)

// schemes are those of the components, one for each that reads files.
var schemes = []*runtime.Scheme{
	kubeletScheme(),
	proxy.Scheme,
	kubeadm.Scheme,
	podsecurity.Scheme,
	installed(apiserverinstall.Install),
	installed(audit.Install),
	installed(eventratelimit.Install),
	installed(policyconfig.Install),
	installed(resourcequota.Install),
	installed(webhookadmission.Install),
}

func kubeletScheme() *runtime.Scheme {
	scheme, _, err := kubelet.NewSchemeAndCodecs()
	utilruntime.Must(err)
	return scheme
}

func installed(install func(*runtime.Scheme)) *runtime.Scheme {
	scheme := runtime.NewScheme()
	install(scheme)
	return scheme
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: strictdecode FILE...")
		os.Exit(2)
	}
	// As the kubelet and kube-proxy do before they read their configuration.
	utilruntime.Must(logsapi.AddFeatureGates(utilfeature.DefaultMutableFeatureGate))
	utilruntime.Must(metricsfeatures.AddFeatureGates(utilfeature.DefaultMutableFeatureGate))

	failed := false
	for _, path := range os.Args[1:] {
		for _, err := range checkFile(path) {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

// checkFile checks every document of the stream and returns what is wrong with it.
func checkFile(path string) (problems []error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return []error{err}
	}
	documents := 0
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return append(problems, err)
		}
		if blank(document) {
			continue
		}
		documents++
		gvk, err := check(document)
		switch {
		case err == nil:
			fmt.Println("ok", gvk.GroupVersion(), gvk.Kind)
		case gvk == nil:
			problems = append(problems, fmt.Errorf("document %d: %w", documents, err))
		default:
			problems = append(problems, fmt.Errorf("document %d (%s %s): %w", documents, gvk.GroupVersion(), gvk.Kind, err))
		}
	}
	if documents == 0 {
		problems = append(problems, errors.New("no document"))
	}
	return problems
}

// blank tells whether the document holds nothing but comments.
func blank(document []byte) bool {
	var value any
	return yaml.Unmarshal(document, &value) == nil && value == nil
}

// check decodes one document strictly and validates it where the component's validation is at hand.
func check(document []byte) (*schema.GroupVersionKind, error) {
	asJSON, err := yaml.YAMLToJSON(document)
	if err != nil {
		return nil, err
	}
	gvk, err := json.DefaultMetaFactory.Interpret(asJSON)
	if err != nil {
		return nil, err
	}
	if gvk.Version == "" || gvk.Kind == "" {
		return nil, errors.New("apiVersion or kind is missing")
	}
	scheme := schemeOf(*gvk)
	if scheme == nil {
		return gvk, errors.New("no component has this kind in this version")
	}
	strict := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme,
		json.SerializerOptions{Yaml: true, Strict: true})
	external, _, err := strict.Decode(document, nil, nil)
	if err != nil {
		return gvk, err
	}
	internal, err := internalize(scheme, external)
	if err != nil {
		return gvk, err
	}
	return gvk, validate(internal)
}

func schemeOf(gvk schema.GroupVersionKind) *runtime.Scheme {
	for _, scheme := range schemes {
		if gvk.Version != runtime.APIVersionInternal && scheme.Recognizes(gvk) {
			return scheme
		}
	}
	return nil
}

// internalize does what a component does after decoding: default, then convert to its own version.
func internalize(scheme *runtime.Scheme, external runtime.Object) (internal runtime.Object, err error) {
	defer func() { // the kubelet's defaults panic on an unknown feature gate
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%v", reason)
		}
	}()
	scheme.Default(external)
	return scheme.ConvertToVersion(external, runtime.InternalGroupVersioner)
}

func validate(internal runtime.Object) error {
	switch object := internal.(type) {
	case *config.KubeletConfiguration:
		// These two are compared with the cgroup version of the machine that runs the check.
		object.FailCgroupV1, object.SingleProcessOOMKill = false, nil
		return kubeletvalidation.ValidateKubeletConfiguration(object, utilfeature.DefaultFeatureGate)
	case *proxyconfig.KubeProxyConfiguration:
		return proxyvalidation.Validate(object).ToAggregate()
	case *apiserver.AdmissionConfiguration:
		return checkPlugins(object)
	}
	return nil
}

// checkPlugins checks the documents that an AdmissionConfiguration holds in place of a file.
func checkPlugins(configuration *apiserver.AdmissionConfiguration) error {
	for _, plugin := range configuration.Plugins {
		if plugin.Configuration == nil {
			continue
		}
		if gvk, err := check(plugin.Configuration.Raw); err != nil {
			return fmt.Errorf("configuration of %s (%v): %w", plugin.Name, gvk, err)
		}
	}
	return nil
}
