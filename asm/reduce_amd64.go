//go:build amd64 && !purego

package asm

// The reductions in reduce.go.

func sumAVX512Asm(x *float32, n int) float32
func maxAVX512Asm(x *float32, n int) float32
func sumSamplesAVX512Asm(dst, x *float32, n, panels, stride int)

func sumAVX512(x []float32) float32 { return sumAVX512Asm(at(x), len(x)) }
func maxAVX512(x []float32) float32 { return maxAVX512Asm(at(x), len(x)) }

// The reductions in reduce.go.

func sumAVX2Asm(x *float32, n int) float32
func maxAVX2Asm(x *float32, n int) float32
func sumSamplesAVX2Asm(dst, x *float32, n, panels, stride int)

func sumAVX2(x []float32) float32 { return sumAVX2Asm(at(x), len(x)) }
func maxAVX2(x []float32) float32 { return maxAVX2Asm(at(x), len(x)) }
