//go:build amd64 && !purego

package asm

import "testing"

// The block sizes of CPUs that are not at hand.
func TestBlocking(t *testing.T) {
	type sizes struct{ mc, kc, floatsA, floatsB, strideA int }
	for _, c := range []struct {
		cpu  string
		has  caches
		want sizes // with AVX-512
	}{
		{"Zen 5", caches{48 << 10, 1 << 20, false}, sizes{140, 2048, 72 << 10, 128 << 10, 1024}},
		{"Zen 4", caches{32 << 10, 1 << 20, false}, sizes{140, 2048, 72 << 10, 128 << 10, 512}},
		{"Sapphire and Emerald Rapids", caches{48 << 10, 2 << 20, true}, sizes{280, 1024, 216 << 10, 256 << 10, 1024}},
		{"Ice Lake server", caches{48 << 10, 1280 << 10, true}, sizes{280, 1024, 135 << 10, 160 << 10, 1024}},
		{"Rocket Lake", caches{48 << 10, 512 << 10, true}, sizes{280, 1024, 54 << 10, 64 << 10, 1024}},
		{"a quarter of a megabyte", caches{32 << 10, 256 << 10, true}, sizes{280, 512, 27 << 10, 32 << 10, 512}},
		{"unknown", caches{-1, -1, false}, sizes{140, 2048, 72 << 10, 128 << 10, 512}},
		{"unknown, of Intel", caches{0, 0, true}, sizes{280, 1024, 108 << 10, 128 << 10, 512}},
		{"absurd", caches{1, 1, false}, sizes{140, 256, 0, 0, 512}},
	} {
		k := avx2()
		k.MR, k.NR = 14, 32
		k.blockAVX512(c.has)
		if got := (sizes{k.MC, k.KC, k.FloatsA, k.FloatsB, k.StrideA}); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.cpu, got, c.want)
		}
		if c.has.l2 <= 4096 { // unknown, absurd
			continue
		}
		if a, b := 4*k.FloatsA, 4*k.FloatsB; a+b > c.has.l2 {
			t.Errorf("%s: %d KB of A and %d of B in %d of L2", c.cpu, a>>10, b>>10, c.has.l2>>10)
		}
		if panels := 4 * k.KC * (2*k.MR + k.NR); panels > c.has.l2 {
			t.Errorf("%s: two tiles of A and a panel of B have %d KB", c.cpu, panels>>10)
		}
	}
	for _, c := range []struct{ l2, floatsB int }{{512 << 10, 16 << 10}, {2 << 20, 64 << 10}, {0, 16 << 10}} {
		k := generic()
		k.blockAVX2(caches{l2: c.l2})
		if k.FloatsB != c.floatsB || k.KC != 512 || k.MC != 96 {
			t.Errorf("AVX2 with %d KB of L2: MC %d, KC %d, FloatsB %d", c.l2>>10, k.MC, k.KC, k.FloatsB)
		}
	}
}
