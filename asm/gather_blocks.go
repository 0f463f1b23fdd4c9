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

// transposeFunc transposes square blocks, as large as its set's registers; strides
// and steps are in bytes:
//
//	for b < blocks { for i, j < size { dst[b·dstep + j·ds + i] = src[b·sstep + i·ss + j] } }
type transposeFunc func(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)

// panelFromRowsBlocks is panelFromRowsGo with whole blocks of the given size
// transposed in assembly.
func panelFromRowsBlocks(xt, xr []float32, ld, n, features, width, block int, transpose transposeFunc) {
	checkTranspose("PanelFromRows", xt, xr, ld, n, features, width, true)
	whole, blocks := n/block*block, features/block
	if blocks == 0 {
		whole = 0
	}
	for i := 0; i < whole; i += block {
		transpose(&xt[i], 4*PanelWidth, 4*PanelWidth*block, &xr[i*ld], 4*ld, 4*block, blocks)
	}
	for i := range n {
		f := 0
		if i < whole {
			f = blocks * block
		}
		for ; f < features; f++ {
			xt[f*PanelWidth+i] = xr[i*ld+f]
		}
	}
	clearColumns(xt, n, width, features)
}

// rowsFromPanelBlocks is rowsFromPanelGo in the same way.
func rowsFromPanelBlocks(xr []float32, ld int, xt []float32, n, features, block int, transpose transposeFunc) {
	checkRowsFromPanel(xr, ld, xt, n, features)
	whole, blocks := n/block*block, features/block
	if blocks == 0 {
		whole = 0
	}
	for i := 0; i < whole; i += block {
		transpose(&xr[i*ld], 4*ld, 4*block, &xt[i], 4*PanelWidth, 4*PanelWidth*block, blocks)
	}
	for i := range n {
		f := 0
		if i < whole {
			f = blocks * block
		}
		for ; f < features; f++ {
			xr[i*ld+f] = xt[f*PanelWidth+i]
		}
	}
}
