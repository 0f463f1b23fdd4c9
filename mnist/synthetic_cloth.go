package mnist

// weave chooses the cloth: folds, and stripes, checks, a run of light or specks
// on them.
func (a *artist) weave() {
	// Folds: two triangle waves of light, across the image and down it.
	const most = 63 // of a phase
	px, py, depth := a.between(5, 16), a.between(9, 40), a.bell(0, 36)
	ox, oy, lean := a.between(7, most-7), a.between(0, most), a.between(-1, 1)
	var across, down [side + most]int32
	for i := range across {
		across[i], down[i] = int32(depth*triangle(i, px)>>9), int32(depth*triangle(i, py)>>9)
	}
	for y := range side {
		row, fold := a.cloth[y*side:][:side], down[y+oy]
		for x, v := range across[ox+y*lean/4:][:side] {
			row[x] = v + fold
		}
	}
	strength := int32(a.between(20, 100))
	if a.chance(50) {
		strength = max(-strength, int32(60-a.level)) // never black: some folds take 36
	}
	p, duty, phase := a.between(3, 9), a.between(1, 3), a.between(0, 63)
	switch kind := a.between(0, 99); {
	case kind < 50: // plain
	case kind < 61:
		a.stripe(strength, p, duty, phase, 0, 1)
	case kind < 68:
		a.stripe(strength, p, duty, phase, 1, 0)
	case kind < 76:
		a.stripe(strength/2, p, duty, phase, 0, 1)
		a.stripe(strength/2, p, duty, phase, 1, 0)
	case kind < 81:
		a.stripe(strength, p+2, duty+1, phase, 1, 1)
	case kind < 92: // light runs down
		for y := range side {
			for x := range side {
				a.cloth[y*side+x] += strength * int32(y-side/2) / (side / 2)
			}
		}
	default: // specks
		for i := 0; i < area; i += 64 {
			bits := a.Uint64()
			bits &= a.Uint64() // a quarter of the pixels
			for j := i; j < min(i+64, area); j++ {
				a.cloth[j] += strength * int32(bits&1)
				bits >>= 1
			}
		}
	}
}

// triangle is a wave of period p between −256 and 256.
func triangle(x, p int) int {
	t := x % p
	return min(t, p-t)*1024/p - 256
}

// stripe adds stripes across the direction (dx, dy), duty of each p pixels wide.
func (a *artist) stripe(strength int32, p, duty, phase, dx, dy int) {
	var wave [2 * side]int32
	for i := range wave {
		if (i+phase)%p < duty {
			wave[i] = strength
		}
	}
	for y := range side {
		row := a.cloth[y*side:][:side]
		for x := range row {
			row[x] += wave[x*dx+y*dy]
		}
	}
}

// flaws damages some images: a shadow, a hole, a shred of something else.
func (a *artist) flaws() {
	if a.chance(16) { // a shadow or a reflection over one side
		x, w := a.between(-200, 200), a.between(20, 110)
		factor := int32(a.between(110, 200))
		for y := range side {
			for i := range side {
				if d := (i-side/2)*16 + y*4 - 56 - x; d > -w && d < w {
					a.pixels[y*side+i] = a.pixels[y*side+i] * factor >> 8
				}
			}
		}
	}
	if a.chance(14) { // something lies over it, or a piece is gone
		x, y, w, h := a.between(-190, 190), a.between(-190, 190), a.between(14, 60), a.between(14, 60)
		level := 0
		if a.chance(40) {
			level = a.between(0, 255)
		}
		a.fill(a.path().to(x-w, y-h/2).to(x+w/2, y-h).to(x+w, y+h/2).to(x-w/2, y+h), level, 64)
	}
}

// develop adds the noise of the camera and stores the pixels.
func (a *artist) develop(dst []uint8) {
	noise := int32(a.bell(2, 28))
	fog := int32(0)
	if a.chance(15) {
		fog = int32(a.between(2, 22))
	}
	var bits uint64
	for i, v := range a.pixels {
		if i%8 == 0 {
			bits = a.Uint64()
		}
		n := int32(bits&255) - 128
		bits >>= 8
		if v > 0 {
			v += n * noise >> 7
		} else if fog > 0 {
			v += (n + 128) * fog >> 8
		}
		dst[i] = uint8(min(max(v, 0), 255))
	}
}
