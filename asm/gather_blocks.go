//go:build (amd64 || arm64) && !purego

package asm

// gatherFunc reads n rows of bytes, 1 ≤ n, and the given number of blocks of features of each,
// into columns of a panel. It writes as many columns as its set's blocks have, those
// beyond n from one of the rows; of more rows it reads no more:
//
//	for i < min(n, block) { for f < blocks·deep { xt[f·32+i] = float32(src[rows[i]·features+f])/255 } }
type gatherFunc func(xt *float32, src *uint8, features int, rows *int32, n, blocks int)

// gatherBlocks makes gatherGo with blocks of the given number of rows, a divisor of
// 16, deep features each, in assembly. The last features are a block that reaches
// back into what is read already.
func gatherBlocks(block, deep int, gather gatherFunc) func(xt []float32, src []uint8, features int, rows []int32, width int) {
	return func(xt []float32, src []uint8, features int, rows []int32, width int) {
		checkGather(xt, src, features, rows, width)
		if features < deep {
			gatherGo(xt, src, features, rows, width)
			return
		}
		for i := 0; i < len(rows); i += block {
			gather(&xt[i], &src[0], features, &rows[i], len(rows)-i, features/deep)
			if f := features - deep; features%deep != 0 {
				gather(&xt[f*PanelWidth+i], &src[f], features, &rows[i], len(rows)-i, 1)
			}
		}
		clearColumns(xt, len(rows), width, features)
	}
}

// gatherRowsFunc reads whole panels of features of n rows at src, and groups more,
// of as many features as its set's registers hold; stride is the distance of
// panels in bytes:
//
//	for i < n { for f < 32·panels + deep·groups { x[f/32·stride/4 + i·32 + f%32] = float32(src[rows[i]·features+f])/255 } }
type gatherRowsFunc func(x *float32, src *uint8, features int, rows *int32, n, panels, groups, stride int)

// gatherRowsGroups makes gatherRowsGo with whole groups of features in assembly.
func gatherRowsGroups(deep int, gather gatherRowsFunc) func(x []float32, src []uint8, features, first, n int, rows []int32) {
	return func(x []float32, src []uint8, features, first, n int, rows []int32) {
		checkGatherRows(x, src, features, first, n, rows)
		if len(rows) == 0 || n == 0 {
			return
		}
		panels, edge := n/PanelWidth, n%PanelWidth
		groups := edge / deep
		if panels+groups > 0 {
			gather(&x[0], &src[first], features, &rows[0], len(rows), panels, groups, len(rows)*PanelWidth*4)
		}
		if edge == 0 {
			return
		}
		x, first = x[panels*len(rows)*PanelWidth:], first+panels*PanelWidth
		for i, row := range rows {
			out := x[i*PanelWidth:][:PanelWidth]
			for f := groups * deep; f < edge; f++ {
				out[f] = float32(src[int(row)*features+first+f]) / 255
			}
			clear(out[edge:])
		}
	}
}

// prefetchFunc fetches the cache lines of n images:
//
//	for i < n { for f := 0; f < features; f += 64 { fetch src[rows[i]·features+f] } }
type prefetchFunc func(src *uint8, features int, rows *int32, n int)

// prefetchRows makes prefetchGo in assembly.
func prefetchRows(prefetch prefetchFunc) func(src []uint8, features int, rows []int32) {
	return func(src []uint8, features int, rows []int32) {
		checkPrefetch(src, features, rows)
		if len(rows) > 0 && features > 0 {
			prefetch(&src[0], features, &rows[0], len(rows))
		}
	}
}

// transposeFunc transposes square blocks, as large as its set's registers; strides
// and steps are in bytes:
//
//	for b < blocks { for i, j < size { dst[b·dstep + j·ds + i] = src[b·sstep + i·ss + j] } }
type transposeFunc func(dst *float32, ds, dstep int, src *float32, ss, sstep, blocks int)

// panelFromRowsBlocks makes panelFromRowsGo with whole blocks of the given size
// transposed in assembly.
func panelFromRowsBlocks(block int, transpose transposeFunc) func(xt, xr []float32, ld, n, features, width int) {
	return func(xt, xr []float32, ld, n, features, width int) {
		checkTranspose("PanelFromRows", xt, xr, ld, n, features, width, true)
		whole, blocks := n/block*block, features/block
		if blocks == 0 {
			whole = 0
		}
		for i := 0; i < whole; i += block {
			transpose(&xt[i], 4*PanelWidth, 4*PanelWidth*block, &xr[i*ld], 4*ld, 4*block, blocks)
			if f := features - block; features%block != 0 { // reaches back
				transpose(&xt[f*PanelWidth+i], 4*PanelWidth, 0, &xr[i*ld+f], 4*ld, 0, 1)
			}
		}
		for i := whole; i < n; i++ {
			for f := range features {
				xt[f*PanelWidth+i] = xr[i*ld+f]
			}
		}
		clearColumns(xt, n, width, features)
	}
}

// rowsFromPanelBlocks makes rowsFromPanelGo in the same way.
func rowsFromPanelBlocks(block int, transpose transposeFunc) func(xr []float32, ld int, xt []float32, n, features int) {
	return func(xr []float32, ld int, xt []float32, n, features int) {
		checkRowsFromPanel(xr, ld, xt, n, features)
		whole, blocks := n/block*block, features/block
		if blocks == 0 {
			whole = 0
		}
		for i := 0; i < whole; i += block {
			transpose(&xr[i*ld], 4*ld, 4*block, &xt[i], 4*PanelWidth, 4*PanelWidth*block, blocks)
			if f := features - block; features%block != 0 { // reaches back
				transpose(&xr[i*ld+f], 4*ld, 0, &xt[f*PanelWidth+i], 4*PanelWidth, 0, 1)
			}
		}
		for i := whole; i < n; i++ {
			for f := range features {
				xr[i*ld+f] = xt[f*PanelWidth+i]
			}
		}
	}
}

// transposeBlocks makes transposeGo with square blocks of the given size in
// assembly, along the longer side. At the edges a block reaches back into what
// is transposed already: it writes the same once more.
func transposeBlocks(block int, transpose transposeFunc) func(dst []float32, ds int, src []float32, ss, rows, cols int) {
	return func(dst []float32, ds int, src []float32, ss, rows, cols int) {
		checkTransposed(dst, ds, src, ss, rows, cols)
		if rows < block || cols < block {
			for j := range cols {
				for i := range rows {
					dst[j*ds+i] = src[i*ss+j]
				}
			}
			return
		}
		if cols >= rows {
			for i := 0; i < rows; i += block {
				i := min(i, rows-block)
				transpose(&dst[i], 4*ds, 4*ds*block, &src[i*ss], 4*ss, 4*block, cols/block)
				if j := cols - block; cols%block != 0 {
					transpose(&dst[j*ds+i], 4*ds, 0, &src[i*ss+j], 4*ss, 0, 1)
				}
			}
			return
		}
		for j := 0; j < cols; j += block {
			j := min(j, cols-block)
			transpose(&dst[j*ds], 4*ds, 4*block, &src[j], 4*ss, 4*ss*block, rows/block)
			if i := rows - block; rows%block != 0 {
				transpose(&dst[j*ds+i], 4*ds, 0, &src[i*ss+j], 4*ss, 0, 1)
			}
		}
	}
}
