package asm

func gatherGo(xt []float32, src []uint8, features int, rows []int32, width int) {
	checkGather(xt, src, features, rows, width)
	if features == 0 {
		return
	}
	for i, row := range rows {
		column := xt[i : (features-1)*PanelWidth+i+1]
		for f, u := range src[int(row)*features:][:features] {
			column[f*PanelWidth] = float32(u) / 255
		}
	}
	clearColumns(xt, len(rows), width, features)
}

func gatherRowsGo(x []float32, src []uint8, features, first, n int, rows []int32) {
	checkGatherRows(x, src, features, first, n, rows)
	for i, row := range rows {
		image := src[int(row)*features+first:][:n]
		for f := 0; f < n; f += PanelWidth {
			out := x[(f/PanelWidth*len(rows)+i)*PanelWidth:][:PanelWidth]
			panel := image[f:min(f+PanelWidth, n)]
			for j, u := range panel {
				out[j] = float32(u) / 255
			}
			clear(out[len(panel):])
		}
	}
}

// prefetchGo has no way to tell the CPU.
func prefetchGo(src []uint8, features int, rows []int32) { checkPrefetch(src, features, rows) }

func panelFromRowsGo(xt, xr []float32, ld, n, features, width int) {
	checkTranspose("PanelFromRows", xt, xr, ld, n, features, width, true)
	if features == 0 {
		return
	}
	for i := range n {
		column := xt[i : (features-1)*PanelWidth+i+1]
		for f, v := range xr[i*ld:][:features] {
			column[f*PanelWidth] = v
		}
	}
	clearColumns(xt, n, width, features)
}

// clearColumns sets columns from ≤ i < to of a panel to +0.
func clearColumns(xt []float32, from, to, features int) {
	if from == to {
		return
	}
	for f := range features {
		clear(xt[f*PanelWidth+from : f*PanelWidth+to])
	}
}

func rowsFromPanelGo(xr []float32, ld int, xt []float32, n, features int) {
	checkRowsFromPanel(xr, ld, xt, n, features)
	if features == 0 {
		return
	}
	for i := range n {
		column := xt[i : (features-1)*PanelWidth+i+1]
		row := xr[i*ld:][:features]
		for f := range row {
			row[f] = column[f*PanelWidth]
		}
	}
}
