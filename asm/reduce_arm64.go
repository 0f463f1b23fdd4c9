//go:build arm64 && !purego

package asm

// The reductions in reduce.go.

func sumNEONAsm(x *float32, n int) float32
func maxNEONAsm(x *float32, n int) float32
func sumSamplesNEONAsm(dst, x *float32, n, panels, stride int)

func sumNEON(x []float32) float32 { return sumNEONAsm(at(x), len(x)) }
func maxNEON(x []float32) float32 { return maxNEONAsm(at(x), len(x)) }
