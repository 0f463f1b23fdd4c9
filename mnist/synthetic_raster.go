package mnist

// Coordinates: a garment is designed in sixteenths of a pixel around the middle
// of the image, x to the right and y down. The frame takes it to 1/256 of a
// pixel from the upper left corner.
const (
	subPixel = 256 // units of a pixel in the raster
	subRows  = 4   // lines sampled in a row of pixels
	lines    = side * subRows

	wholeBits = 10 // the cover of a whole pixel is subRows·subPixel = 1<<wholeBits
	corners   = 32 // that an outline may have: a line crosses no more edges
)

// point is a point of the raster.
type point struct{ x, y int32 }

// frame is the affine map from the design to the raster: the factors in 1/256,
// the shift in sixteenths of a pixel.
type frame struct{ xx, xy, yx, yy, x, y int32 }

func (f *frame) apply(x, y int) point {
	u, v := int32(x), int32(y)
	return point{
		x: side*subPixel/2 + 16*f.x + (u*f.xx+v*f.xy)/16,
		y: side*subPixel/2 + 16*f.y + (u*f.yx+v*f.yy)/16,
	}
}

// outline is a polygon on its way to the raster.
type outline struct {
	frame  *frame
	x, y   int // the last corner in the design
	points []point
	store  [corners]point
}

// canvas is an image under work.
type canvas struct {
	frame  frame
	pixels [area]int32 // 0 is black, 255 white, what is beyond is clipped at the end
	hand   outline     // the outline in hand: one at a time

	crossings [lines][corners]int32 // of the outline with each line
	counts    [lines]int32          // 0 between two outlines
	cover     [side + 1]int32       // of a row of pixels, whole for all of one; 0 between two rows
}

// path begins an outline.
func (c *canvas) path() *outline {
	c.hand.frame, c.hand.points = &c.frame, c.hand.store[:0]
	return &c.hand
}

// to adds a corner.
func (o *outline) to(x, y int) *outline {
	o.x, o.y = x, y
	o.points = append(o.points, o.frame.apply(x, y))
	return o
}

// curve adds a quadratic Bézier curve from the last corner towards (x1, y1) and
// on to (x2, y2), in four pieces.
func (o *outline) curve(x1, y1, x2, y2 int) *outline {
	x0, y0 := o.x, o.y
	for t := 1; t <= 4; t++ {
		a, b, c := (4-t)*(4-t), 2*t*(4-t), t*t
		o.to((a*x0+b*x1+c*x2)/16, (a*y0+b*y1+c*y2)/16)
	}
	return o
}

// box adds the corners of a rectangle.
func (o *outline) box(x0, y0, x1, y1 int) *outline {
	return o.to(x0, y0).to(x1, y0).to(x1, y1).to(x0, y1)
}

// mirrored adds a right half, from the top of the axis to its bottom, and its
// reflection.
func (o *outline) mirrored(half [][2]int) *outline {
	for _, p := range half {
		o.to(p[0], p[1])
	}
	for i := len(half) - 1; i >= 0; i-- {
		o.to(-half[i][0], half[i][1])
	}
	return o
}

// fill paints the inside of an outline by the even-odd rule, over what is there,
// with a level and strength/256 of the cloth. Pixels on the edge are blended by
// their cover.
func (a *artist) fill(o *outline, level, strength int) {
	top, bottom := a.scan(o.points)
	for row := top / subRows; row*subRows < bottom; row++ {
		left, right := a.coverRow(row)
		if left >= right {
			continue
		}
		pixels, cloth, cover := a.pixels[row*side+left:row*side+right], a.cloth[row*side+left:row*side+right], a.cover[left:right]
		for i, c := range cover {
			shade := int32(level) + cloth[i]*int32(strength)>>8
			pixels[i] += (shade - pixels[i]) * c >> wholeBits
			cover[i] = 0
		}
	}
}

// scan finds where an outline crosses each line and returns the first line that
// it may touch and the one after the last.
func (c *canvas) scan(points []point) (top, bottom int) {
	low, high := int32(side*subPixel), int32(0)
	for _, p := range points {
		low, high = min(low, p.y), max(high, p.y)
	}
	const step = subPixel / subRows
	top = max(int(low/step), 0)
	bottom = min(int(high/step)+1, lines)
	p := points[len(points)-1]
	for _, q := range points {
		a, b := p, q
		p = q
		if a.y > b.y {
			a, b = b, a
		}
		// Lines lie at y = step·l + step/2, those with a.y ≤ y < b.y are crossed.
		first := max((int(a.y)+step/2-1)/step, top)
		last := min((int(b.y)+step/2-1)/step, bottom)
		if first >= last {
			continue
		}
		slope := (int64(b.x-a.x) << 16) / int64(b.y-a.y)
		x := int64(a.x)<<16 + slope*int64(first*step+step/2-int(a.y))
		for l := first; l < last; l++ {
			c.crossings[l][c.counts[l]] = min(max(int32(x>>16), 0), side*subPixel)
			c.counts[l]++
			x += slope * step
		}
	}
	return top, bottom
}

// coverRow adds up the cover of a row of pixels and returns the range that it
// touched.
func (c *canvas) coverRow(row int) (left, right int) {
	left, right = side, 0
	for l := row * subRows; l < (row+1)*subRows; l++ {
		n := c.counts[l]
		xs := c.crossings[l][:n]
		c.counts[l] = 0
		for i := 1; i < len(xs); i++ {
			for j := i; j > 0 && xs[j] < xs[j-1]; j-- {
				xs[j], xs[j-1] = xs[j-1], xs[j]
			}
		}
		for i := 0; i+1 < len(xs); i += 2 {
			from, to := xs[i], xs[i+1]
			first, last := int(uint32(from)/subPixel), int(uint32(to)/subPixel)
			left, right = min(left, first), max(right, min(last+1, side))
			if first == last {
				c.cover[first] += to - from
				continue
			}
			c.cover[first] += subPixel - from&(subPixel-1)
			for x := first + 1; x < last; x++ {
				c.cover[x] += subPixel
			}
			c.cover[last] += to & (subPixel - 1)
		}
	}
	return left, right
}
