//go:build amd64 && !purego

package asm

import (
	"testing"

	"github.com/klauspost/cpuid/v2"
)

func TestSlow512(t *testing.T) {
	for _, c := range []struct {
		cpu           string
		vendor        cpuid.Vendor
		family, model int
		slow          bool
	}{
		{"Sky Lake-SP, Cascade Lake", cpuid.Intel, 6, 0x55, true},
		{"Ice Lake-SP", cpuid.Intel, 6, 0x6a, false},
		{"Sapphire Rapids", cpuid.Intel, 6, 0x8f, false},
		{"Zen 5", cpuid.AMD, 0x1a, 0x02, false},
		{"an AMD of the same numbers", cpuid.AMD, 6, 0x55, false},
		{"an Intel of another family", cpuid.Intel, 19, 0x55, false},
	} {
		if slow := slow512(c.vendor, c.family, c.model); slow != c.slow {
			t.Errorf("slow512 of %s = %v", c.cpu, slow)
		}
	}
}
