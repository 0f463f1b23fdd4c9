package asm

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// required tells whether this run must cover what: a set of kernels, or
// "binutils". The environment variable WEFT_REQUIRE lists such things; what it
// lists and is missing fails instead of being skipped.
func required(what string) bool {
	return slices.Contains(strings.Fields(os.Getenv("WEFT_REQUIRE")), what)
}

// TestRequiredSets fails where this CPU or build lacks a set that WEFT_REQUIRE
// lists, so that a run which is to cover the set cannot pass without it.
func TestRequiredSets(t *testing.T) {
	for _, what := range strings.Fields(os.Getenv("WEFT_REQUIRE")) {
		if _, set := inherited[what]; !set && what != "binutils" && what != "data" {
			t.Errorf("WEFT_REQUIRE lists %q, which no test knows", what)
		}
	}
	for name := range inherited {
		if !required(name) {
			continue
		}
		if _, err := Named(name); err != nil {
			t.Errorf("WEFT_REQUIRE lists it: %v", err)
		}
	}
}

// compared counts the calls of each set that were compared with the
// specification.
var compared = struct {
	sync.Mutex
	calls map[string]int
}{calls: map[string]int{}}

// countCompared counts one compared call.
func countCompared(k *Kernels) {
	compared.Lock()
	defer compared.Unlock()
	compared.calls[k.Name]++
}

// TestMain prints how many calls of each set were compared.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, k := range Available() {
		fmt.Printf("asm: %s: %d calls compared with the specification\n", k.Name, compared.calls[k.Name])
	}
	os.Exit(code)
}
