// Command pod-security holds the pod specs in the given files, one manifest each, against the Pod Security level
// "restricted", with the code that the API server runs. Prints one JSON line per check; a file without a pod spec, or
// of a kind that Kubernetes itself does not know, prints nothing, which the caller must notice.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/pod-security-admission/admission"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

type verdict struct {
	File    string `json:"file"`
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason"`
	Detail  string `json:"detail"`
}

func main() {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	must(err)
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	out := json.NewEncoder(os.Stdout)
	for _, file := range os.Args[1:] {
		text, err := os.ReadFile(file)
		must(err)
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode(text, nil, nil)
		if runtime.IsNotRegisteredError(err) {
			continue
		}
		must(err)
		metadata, spec, err := admission.DefaultPodSpecExtractor{}.ExtractPodSpec(object)
		if err != nil || spec == nil {
			continue // a kind without a pod spec
		}
		for _, result := range evaluator.EvaluatePod(restricted, metadata, spec) {
			must(out.Encode(verdict{file, result.Allowed, result.ForbiddenReason, result.ForbiddenDetail}))
		}
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
