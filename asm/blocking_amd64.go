//go:build amd64 && !purego

package asm

import "github.com/klauspost/cpuid/v2"

// caches describes the memory of a core: the sizes of its own caches in bytes, 0 or less
// where they are unknown, and whether Intel made it.
type caches struct {
	l1, l2 int
	intel  bool
}

// hostCaches returns those that cpuid reports.
func hostCaches() caches {
	c := cpuid.CPU.Cache
	return caches{c.L1D, c.L2, cpuid.CPU.VendorID == cpuid.Intel}
}

// known returns the caches with sizes for those that are unknown: of Zen 3 to 5 and most
// of Intel's since 2021.
func (c caches) known(l2 int) caches {
	if c.l1 <= 0 {
		c.l1 = 32 << 10
	}
	if c.l2 <= 0 {
		c.l2 = l2
	}
	return c
}

// blockAVX2 sets the block sizes of a product with AVX2. KC: a panel of 16 columns of B,
// 32 KB, passes L1 with the rows of A from L2, 200 to 300 KB of a small one of 512; with
// 1 and 2 MB of L2 other sizes are no faster. FloatsB: 256×256×256 takes 0.96 times as
// long in place as with panels (2 MB, Emerald Rapids), 0.99 times on Zen 5.
func (k *Kernels) blockAVX2(c caches) {
	c = c.known(512 << 10)
	k.MC, k.KC, k.KCShort, k.NC, k.FloatsA, k.FloatsB = 96, 512, 400, 1024, 144*512, c.l2/4/8
}

// blockAVX512 sets the block sizes of a product with AVX-512. A step of 28 multiply-adds
// takes 184 bytes of A and B, 13 a cycle, and L2 gives 48 to 64: B need not stay in L1.
// So chains are long: each part of a chain less saves reading C and writing it.
//
//   - A block of A takes 9/32 of L2; on Zen 5 anything from 3/16 to 1/2 is as fast. Intel's
//     servers read L3 more slowly, and a panel of B serves more rows: 27/64.
//   - A B that half of L2 holds is read where it lies: 256×256×256 takes 0.93 to 0.95 times
//     as long as with panels.
//   - KC is the largest power of two for which two tiles of rows of A fit in the block
//     and a panel of B in a quarter of L2: on Zen 5 2048×2048×2048 took 1.15 and 1.05 times
//     as long with 512 and 1024 steps. On Emerald Rapids 1024 steps and 280 rows take 0.84
//     times as long as 2048 and 140.
//   - 14 rows that lie a multiple of 4 KB apart fall on one set of L1, which has 8 places
//     where L1 has 32 KB, 12 where it has 48: then every 2 KB are too close.
func (k *Kernels) blockAVX512(c caches) {
	c = c.known(1 << 20)
	floats := c.l2 / 4
	k.MC, k.NC, k.KCShort, k.PackNR = 140, 1024, 256, k.NR
	k.FloatsA, k.FloatsB, k.KC = floats*9/32, floats/2, 2048
	if c.intel {
		k.MC, k.FloatsA, k.KC = 280, floats*27/64, 1024
	}
	for k.KC > k.KCShort && (2*k.MR*k.KC > k.FloatsA || k.NR*k.KC > floats/4) {
		k.KC /= 2
	}
	k.FarA, k.StrideA = 1<<30, 1024
	if c.l1 < 48<<10 {
		k.StrideA = 512
	}
}
