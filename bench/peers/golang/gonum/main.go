// Command gonum measures the products of gonum's own BLAS.
package main

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"peers/golang/peer"
)

func main() {
	peer.Arguments()
	var implementation gonum.Implementation
	transpose := map[bool]blas.Transpose{false: blas.NoTrans, true: blas.Trans}
	peer.Serve("", map[string]peer.Maker{
		"blas sgemm": peer.Sgemm(func(p *peer.Product) {
			implementation.Sgemm(transpose[p.TransA], transpose[p.TransB], p.M, p.N, p.K, 1, p.A, p.LDA, p.B, p.LDB, 0, p.C, p.N)
		}),
	})
}
