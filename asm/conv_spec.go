package asm

// The convolution in Go: plain loops in the order of the chains.

func convForwardGo(c *Conv, y, x, w, bias []float32, n int) {
	c.checkForward(y, x, w, bias, n)
	rows, cols := c.rows(), c.cols()
	for s := range n {
		for r := range c.OH {
			for q := range c.OW {
				out := y[c.Y.Start+s*c.Y.Sample+r*c.Y.Row+q*c.Y.Col:][:c.Out]
				clear(out)
				copy(out, bias)
				i0, i1 := rows.inside(r)
				j0, j1 := cols.inside(q)
				for i := i0; i < i1; i++ {
					for j := j0; j < j1; j++ {
						in := x[c.X.Start+s*c.X.Sample+(r*c.SH+i*c.DH-c.Top)*c.X.Row+(q*c.SW+j*c.DW-c.Left)*c.X.Col:][:c.In]
						for k, v := range in {
							fmaPanels(out, v, w[((i*c.KW+j)*c.In+k)*PanelWidth:], c.Steps()*PanelWidth)
						}
					}
				}
			}
		}
	}
}

// fmaPanels continues a chain for each element of acc: acc[u] = fma(v, w[u],
// acc[u]), where the elements of w lie in panels of 32 at a distance.
func fmaPanels(acc []float32, v float32, w []float32, distance int) {
	for u := 0; u < len(acc); u += PanelWidth {
		part := acc[u:min(len(acc), u+PanelWidth)]
		row := w[u/PanelWidth*distance:][:len(part)]
		for i, b := range row {
			part[i] = fma32(v, b, part[i])
		}
	}
}

// convTurn is ConvTurn by the set's own Transpose.
func (k *Kernels) convTurn(c *Conv, turned, w []float32, from, to int) {
	c.checkTurn(turned, w, from, to)
	taps := c.KH * c.KW
	for p := from; p < to; p++ {
		channels := min(PanelWidth, c.In-p*PanelWidth)
		for t := range taps {
			for u := 0; u < c.Out; u += PanelWidth {
				k.Transpose(turned[((p*taps+taps-1-t)*c.Out+u)*PanelWidth:], PanelWidth,
					w[u*c.Steps()+(t*c.In+p*PanelWidth)*PanelWidth:], PanelWidth, channels, min(PanelWidth, c.Out-u))
			}
		}
	}
}

func convInputGradGo(c *Conv, dx, dy, turned []float32, n int) {
	c.checkInputGrad(dx, dy, turned, n)
	taps := c.KH * c.KW
	for s := range n {
		for q := range c.H {
			for p := range c.W {
				out := dx[c.X.Start+s*c.X.Sample+q*c.X.Row+p*c.X.Col:][:c.In]
				clear(out)
				for i := c.KH - 1; i >= 0; i-- { // rising rows of dy are falling taps
					r, ok := reaches(q+c.Top-i*c.DH, c.SH, c.OH)
					if !ok {
						continue
					}
					for j := c.KW - 1; j >= 0; j-- {
						o, ok := reaches(p+c.Left-j*c.DW, c.SW, c.OW)
						if !ok {
							continue
						}
						t := taps - 1 - (i*c.KW + j)
						for u, v := range dy[c.Y.Start+s*c.Y.Sample+r*c.Y.Row+o*c.Y.Col:][:c.Out] {
							fmaPanels(out, v, turned[(t*c.Out+u)*PanelWidth:], taps*c.Out*PanelWidth)
						}
					}
				}
			}
		}
	}
}

// reaches returns the output at whose tap 0 lies place, and whether there is one.
func reaches(place, stride, outputs int) (output int, ok bool) {
	if place < 0 || place%stride != 0 {
		return 0, false
	}
	return place / stride, place/stride < outputs
}

func convWeightGradGo(c *Conv, dw, x, dy []float32, n, from, to int, accumulate bool) {
	c.checkWeightGrad(dw, x, dy, n, from, to)
	rows, cols := c.rows(), c.cols()
	for slice := from; slice < to; slice++ {
		p, t := slice/(c.KH*c.KW), slice%(c.KH*c.KW)
		units := min(PanelWidth, c.Out-p*PanelWidth)
		sums := dw[slice*c.In*PanelWidth:][:c.In*PanelWidth]
		if !accumulate {
			for k := range c.In {
				clear(sums[k*PanelWidth:][:units])
			}
		}
		i, j := t/c.KW, t%c.KW
		r0, r1 := rows.outputs(i)
		q0, q1 := cols.outputs(j)
		for s := range n {
			for r := r0; r < r1; r++ {
				for q := q0; q < q1; q++ {
					grad := dy[c.Y.Start+s*c.Y.Sample+r*c.Y.Row+q*c.Y.Col+p*PanelWidth:][:units]
					in := x[c.X.Start+s*c.X.Sample+(r*c.SH+i*c.DH-c.Top)*c.X.Row+(q*c.SW+j*c.DW-c.Left)*c.X.Col:][:c.In]
					for k, v := range in {
						for u, g := range grad {
							sums[k*PanelWidth+u] = fma32(v, g, sums[k*PanelWidth+u])
						}
					}
				}
			}
		}
	}
}

func convBiasGradGo(c *Conv, db, dy []float32, n int, accumulate bool) {
	c.checkBiasGrad(db, dy, n)
	if !accumulate {
		clear(db[:c.Out])
	}
	for s := range n {
		for r := range c.OH {
			for q := range c.OW {
				for u, g := range dy[c.Y.Start+s*c.Y.Sample+r*c.Y.Row+q*c.Y.Col:][:c.Out] {
					db[u] += g
				}
			}
		}
	}
}
