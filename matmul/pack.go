package matmul

import "weft/asm"

// reserve returns a slice of n floats in the buffer, which grows where it is too
// short.
func reserve(buffer *[]float32, n int) []float32 {
	if len(*buffer) < n {
		*buffer = asm.Aligned(n)
	}
	return (*buffer)[:n]
}

// pack copies m, of at most 32 columns, into rows of 32 floats whose ends become
// +0: panel[i·32 + j] = m[i, j].
func pack(panel []float32, m Matrix, kernels *asm.Kernels) {
	const width = asm.PanelWidth
	switch {
	case m.Rows == 0:
	case m.RowStride == 1 && m.ColStride >= m.Rows: // the columns are contiguous
		kernels.PanelFromRows(panel, m.Data, m.ColStride, m.Cols, m.Rows, width)
	case m.ColStride == 1 && m.Cols == width:
		for i := range m.Rows {
			*(*[width]float32)(panel[i*width:]) = *(*[width]float32)(m.Data[i*m.RowStride:])
		}
	default:
		for i := range m.Rows {
			row := panel[i*width:][:width]
			for j := range m.Cols {
				row[j] = m.Data[i*m.RowStride+j*m.ColStride]
			}
			clear(row[m.Cols:])
		}
	}
}

// copyElements copies the elements of src to those of dst, of the same sizes.
func copyElements(dst, src Matrix) {
	for i := range dst.Rows {
		for j := range dst.Cols {
			dst.Data[i*dst.RowStride+j*dst.ColStride] = src.Data[i*src.RowStride+j*src.ColStride]
		}
	}
}
