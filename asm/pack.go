package asm

func packGo(dst []float32, width int, src []float32, ss, rows, cols int) {
	checkPack(dst, width, src, ss, rows, cols)
	packColumns(dst, width, src, ss, rows, cols, 0)
}

// packColumns is packGo for the columns from first on, a multiple of the width.
func packColumns(dst []float32, width int, src []float32, ss, rows, cols, first int) {
	for j := first; j < cols; j += width {
		panel, columns := dst[j*rows:], min(width, cols-j)
		for i := range rows {
			copy(panel[i*width:][:columns], src[i*ss+j:])
		}
	}
}

func transposeGo(dst []float32, ds int, src []float32, ss, rows, cols int) {
	checkTransposed(dst, ds, src, ss, rows, cols)
	for j := range cols {
		for i := range rows {
			dst[j*ds+i] = src[i*ss+j]
		}
	}
}
