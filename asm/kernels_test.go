package asm

import (
	"strings"
	"testing"
)

func TestNamed(t *testing.T) {
	_, err := Named("sse9")
	if err == nil {
		t.Fatal(`Named("sse9"): no error`)
	}
	for _, k := range Available() {
		if !strings.Contains(err.Error(), k.Name) {
			t.Errorf("the error %q does not offer %s", err, k.Name)
		}
	}
	if !strings.Contains(err.Error(), "sse9") {
		t.Errorf("the error %q does not name what was asked for", err)
	}
}

func TestCheckEnvironment(t *testing.T) {
	if err := CheckEnvironment(); err != nil {
		t.Error(err)
	}
}
