//go:build (amd64 || arm64) && !purego

package asm

// gatherEdge is gatherGo for the rows from first on and the features from
// feature on.
func gatherEdge(xt, xr []float32, ld int, src []uint8, features int, rows []int32, first, feature int) {
	for i := first; i < len(rows); i++ {
		for f := feature; f < features; f++ {
			v := float32(src[int(rows[i])*features+f]) / 255
			xt[f*PanelWidth+i] = v
			if xr != nil {
				xr[i*ld+f] = v
			}
		}
	}
}
