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

// strideOf returns a distance for rows of n floats in a buffer: an odd number of
// cache lines, so that the rows of a tile do not fall on the same sets of L1. Rows
// of 1024 floats without a gap made a tile of Zen 3 2.6 times as slow, rows of
// 512 1.6 times.
func strideOf(n int) int { return ((n+15)/16 | 1) * 16 }

// pack copies rows q … q+rows−1 and columns j … j+cols−1 of b into panels of that
// width, [rows][width] each.
func pack(panels []float32, width int, b *Matrix, q, j, rows, cols int, kernels *asm.Kernels) {
	if rows == 0 || cols == 0 {
		return
	}
	if b.ColStride == 1 {
		kernels.Pack(panels, width, b.from(q, j), b.RowStride, rows, cols)
		return
	}
	for w := 0; w < cols; w += width {
		n := min(width, cols-w)
		copyMatrix(kernels, Matrix{panels[w*rows:], rows, n, width, 1}, Matrix{b.from(q, j+w), rows, n, b.RowStride, b.ColStride})
	}
}

// copyMatrix copies the elements of src to those of dst, of the same sizes.
func copyMatrix(kernels *asm.Kernels, dst, src Matrix) {
	switch {
	case dst.ColStride == 1 && src.ColStride == 1:
		for i := range dst.Rows {
			copy(dst.Data[i*dst.RowStride:][:dst.Cols], src.Data[i*src.RowStride:])
		}
	case dst.ColStride == 1 && src.RowStride == 1:
		kernels.Transpose(dst.Data, dst.RowStride, src.Data, src.ColStride, src.Cols, src.Rows)
	case dst.RowStride == 1 && src.ColStride == 1:
		kernels.Transpose(dst.Data, dst.ColStride, src.Data, src.RowStride, src.Rows, src.Cols)
	default:
		copyElements(dst, src)
	}
}

// copyElements is copyMatrix for any strides.
func copyElements(dst, src Matrix) {
	for i := range dst.Rows {
		for j := range dst.Cols {
			dst.Data[i*dst.RowStride+j*dst.ColStride] = src.Data[i*src.RowStride+j*src.ColStride]
		}
	}
}
