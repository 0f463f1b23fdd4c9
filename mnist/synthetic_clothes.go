package mnist

// cut is a garment for the upper body, in the coordinates of the design: half
// widths from the axis, heights from the top of the shoulder seam at the neck.
type cut struct {
	shoulder, chest, waist, hem int // half widths
	top, length                 int // height of the neck in the image, and down to the hem
	neck, depth                 int // half width and depth of the neckline
	vee                         bool
	sleeve                      int // length, 0: none
	spread, cuff                int // how far the cuff stands off, and its width
}

// tShirt draws a T-shirt or top: short sleeves mostly, a print often.
func (a *artist) tShirt() {
	c := cut{
		shoulder: a.bell(72, 108), top: a.bell(-205, -160), length: a.bell(300, 395),
		neck: a.bell(24, 52), depth: a.bell(18, 70), vee: a.chance(25),
		sleeve: a.bell(70, 165), spread: a.bell(26, 80), cuff: a.bell(46, 72),
	}
	switch {
	case a.chance(14):
		c.sleeve, c.shoulder = 0, a.bell(54, 80)
	case a.chance(5):
		a.longSleeves(&c)
	}
	a.body(&c, 4, 14)
	a.top(&c)
	if a.chance(40) {
		a.print(&c)
	}
	if a.chance(4) {
		a.opening(&c, 30)
	}
}

// pullover draws a pullover: long sleeves, bands at hem and cuffs.
func (a *artist) pullover() {
	c := cut{
		shoulder: a.bell(74, 108), top: a.bell(-215, -165), length: a.bell(310, 400),
		neck: a.bell(24, 54), depth: a.bell(8, 44), vee: a.chance(18),
	}
	a.longSleeves(&c)
	if a.chance(8) {
		c.sleeve = a.bell(110, 200)
	}
	a.body(&c, -14, 6)
	a.top(&c)
	if a.chance(60) {
		a.band(&c)
	}
	if a.chance(24) {
		a.print(&c)
	}
	if a.chance(20) {
		a.hood(&c)
	}
}

// coat draws a coat: long, with long sleeves, open down the front.
func (a *artist) coat() {
	c := cut{
		shoulder: a.bell(74, 106), top: a.bell(-222, -185), length: a.bell(365, 440),
		neck: a.bell(20, 44), depth: a.bell(20, 100), vee: a.chance(70),
	}
	a.longSleeves(&c)
	a.body(&c, 0, 34)
	a.top(&c)
	if a.chance(90) {
		a.opening(&c, 70)
	}
	if a.chance(50) {
		a.collar(&c)
	}
	if a.chance(20) {
		a.hood(&c)
	}
	if a.chance(30) {
		a.pockets(&c)
	}
}

// shirt draws a shirt: short sleeves or long ones, a collar, buttons, a pocket.
func (a *artist) shirt() {
	c := cut{
		shoulder: a.bell(72, 106), top: a.bell(-215, -165), length: a.bell(305, 395),
		neck: a.bell(20, 48), depth: a.bell(12, 72), vee: a.chance(55),
	}
	switch {
	case a.chance(30):
		c.sleeve, c.spread, c.cuff = a.bell(80, 190), a.bell(24, 72), a.bell(44, 68)
	case a.chance(8):
		c.sleeve = 0
	default:
		a.longSleeves(&c)
	}
	a.body(&c, 0, 20)
	a.top(&c)
	open := a.chance(86)
	if open {
		a.opening(&c, 60)
	}
	if !open || a.chance(50) {
		a.collar(&c)
	}
	if a.chance(25) {
		a.pockets(&c)
	}
	if a.chance(8) {
		a.print(&c)
	}
}

// dress draws a dress: narrow, long, often flared.
func (a *artist) dress() {
	c := cut{
		shoulder: a.bell(40, 76), top: a.bell(-224, -190), length: a.bell(380, 440),
		neck: a.bell(18, 46), depth: a.bell(14, 90), vee: a.chance(35),
	}
	switch {
	case a.chance(30):
		c.sleeve, c.spread, c.cuff = a.bell(50, 130), a.bell(14, 54), a.bell(34, 54)
	case a.chance(22):
		a.longSleeves(&c)
		c.cuff -= 6
	}
	c.chest = c.shoulder + a.bell(-6, 10)
	c.waist = c.chest - a.bell(0, 22)
	c.hem = c.waist + a.bell(0, 80)
	c.neck = min(c.neck, c.shoulder-8)
	a.top(&c)
	if a.chance(28) { // a belt
		y := c.top + c.length*a.between(36, 48)/100
		w := c.waist + 6
		a.fill(a.path().box(-w, y, w, y+18), a.contrast(50), 0)
	}
	if a.chance(12) {
		a.opening(&c, 40)
	}
}

// trouser draws trousers: two legs that part below the hips.
func (a *artist) trouser() {
	top, bottom := a.bell(-222, -190), a.bell(150, 222)
	if a.chance(12) { // shorts
		bottom = a.bell(0, 120)
	}
	waist, hip := a.bell(40, 66), a.bell(52, 84)
	crotch := top + a.bell(100, 160)
	spread, cuff := a.bell(0, 44), a.bell(34, 62)
	gap := a.bell(2, 22)
	for _, s := range [2]int{-1, 1} {
		o := a.path().to(-s, top+6).to(s*waist, top).to(s*hip, crotch-30)
		outer := max(gap+spread/2+cuff, 30)
		o.to(s*outer, bottom).to(s*(outer-cuff), bottom+4).to(s*gap/2, crotch+20).to(-s, crotch)
		shade := a.level
		if s < 0 {
			shade -= a.between(-12, 24)
		}
		a.fill(o, shade, 256)
	}
	if a.chance(55) { // the waistband
		a.fill(a.path().to(-waist, top).to(waist, top).to(waist+3, top+20).to(-waist-3, top+20), a.contrast(36), 128)
	}
	if a.chance(45) { // the fly
		a.fill(a.path().to(-4, top+10).to(4, top+10).to(3, crotch).to(-3, crotch), a.level-a.between(20, 60), 128)
	}
}

// longSleeves gives a cut sleeves that reach the hem or nearly.
func (a *artist) longSleeves(c *cut) {
	c.sleeve = c.length * a.bell(72, 104) / 100
	c.spread = a.bell(12, 66)
	c.cuff = a.bell(32, 54)
}

// body chooses the widths below the shoulders; the hem is flared by a number
// between the given ones.
func (a *artist) body(c *cut, from, to int) {
	c.chest = c.shoulder + a.bell(-12, 6)
	c.waist = c.chest + a.bell(-16, 8)
	c.hem = c.waist + a.bell(from, to)
	c.neck = min(c.neck, c.shoulder-14)
}

// top draws sleeves and body.
func (a *artist) top(c *cut) {
	const slope = 22 // of the shoulder
	y, armpit := c.top, c.top+a.bell(84, 112)
	if c.sleeve > 0 {
		shade := a.level - a.bell(-6, 34)
		outer, inner := c.shoulder+c.spread+c.cuff/2, c.shoulder+c.spread-c.cuff/2
		end := y + slope + c.sleeve
		for _, s := range [2]int{-1, 1} {
			o := a.path().to(s*(c.shoulder-20), y+slope-6).curve(s*(c.shoulder+c.spread/2+22), y+slope+4, s*outer, end)
			o.to(s*inner, end+8).to(s*c.chest, max(armpit, y+slope+30)).to(s*(c.chest-14), armpit)
			a.fill(o, shade, 256)
		}
	}
	bottom := y + c.length
	middle := y + c.length*55/100
	half := append(make([][2]int, 0, 10), [2]int{0, y + c.depth})
	if !c.vee {
		half = append(half, [2]int{c.neck * 6 / 10, y + c.depth*8/10})
	}
	half = append(half, [2]int{c.neck, y}, [2]int{c.shoulder, y + slope}, [2]int{c.shoulder - 4, (y + slope + armpit) / 2}, [2]int{c.chest, armpit},
		[2]int{c.waist, middle}, [2]int{c.hem, bottom}, [2]int{c.hem / 2, bottom + 5}, [2]int{0, bottom + 5})
	a.fill(a.path().mirrored(half), a.level, 256)
	if a.chance(60) { // seams of the shoulders
		for _, s := range [2]int{-1, 1} {
			a.fill(a.path().to(s*(c.shoulder-3), y+slope).to(s*(c.shoulder+4), y+slope).to(s*(c.chest+3), armpit).to(s*(c.chest-4), armpit), a.level-a.between(20, 60), 200)
		}
	}
	if a.chance(45) { // the inside of the neck
		o := a.path().to(-c.neck, y).to(0, y-6).to(c.neck, y).to(0, y+max(c.depth-4, 6))
		a.fill(o, a.level-a.between(20, 90), 128)
	}
}

// contrast returns a level that differs from the garment's by about d.
func (a *artist) contrast(d int) int {
	d += a.between(-20, 30)
	if a.level > 150 || a.level > 90 && a.chance(50) {
		return a.level - d
	}
	return a.level + d
}

// print draws a rectangle or a lozenge on the chest.
func (a *artist) print(c *cut) {
	w, h := a.bell(20, c.chest-14), a.bell(18, 80)
	y := c.top + c.depth + a.bell(24, 90) + h
	level := a.contrast(70)
	if a.chance(50) {
		a.fill(a.path().box(-w, y-h, w, y+h), level, 256)
		return
	}
	a.fill(a.path().to(0, y-h).to(w, y).to(0, y+h).to(-w, y), level, 256)
}

// opening draws the front's edge from neck to hem, with buttons in some percent
// of the cases and a gap in others.
func (a *artist) opening(c *cut, buttons int) {
	from, to := c.top+c.depth, c.top+c.length
	w := a.bell(5, 11)
	gap := 0
	level := a.contrast(85)
	if a.chance(22) { // open: what lies behind shows
		gap, level = a.bell(0, 34), a.between(0, 60)
	}
	a.fill(a.path().to(-w, from).to(w, from).to(w+gap, to+6).to(-w-gap, to+6), level, 64)
	if gap == 0 && a.chance(buttons) {
		level, step, r := a.contrast(90), a.bell(40, 80), a.bell(6, 10)
		x := a.bell(-10, 10)
		for y := from + 20; y < to-10; y += step {
			a.fill(a.path().box(x-r, y-r, x+r, y+r), level, 0)
		}
	}
}

// collar draws a turned-down collar or lapels.
func (a *artist) collar(c *cut) {
	level, drop, out := a.contrast(50), a.bell(24, 80), a.bell(4, 26)
	for _, s := range [2]int{-1, 1} {
		a.fill(a.path().to(s*c.neck, c.top-6).to(s*(c.neck+out), c.top+drop*6/10).to(s*c.neck/3, c.top+drop).to(s*4, c.top+c.depth), level, 200)
	}
}

// hood draws a hood behind the neck.
func (a *artist) hood(c *cut) {
	w, h := c.neck+a.bell(4, 22), a.bell(14, 40)
	o := a.path().to(-w, c.top+16).curve(0, c.top-2*h, w, c.top+16)
	a.fill(o.to(0, c.top+c.depth), a.level-a.between(10, 70), 200)
}

// band draws the bands of hem and cuffs.
func (a *artist) band(c *cut) {
	y, h := c.top+c.length, a.bell(16, 34)
	level := a.contrast(44)
	a.fill(a.path().to(-c.hem, y-h).to(c.hem, y-h).to(c.hem-4, y+4).to(4-c.hem, y+4), level, 200)
	outer, inner, end := c.shoulder+c.spread+c.cuff/2, c.shoulder+c.spread-c.cuff/2, c.top+22+c.sleeve
	for _, s := range [2]int{-1, 1} {
		a.fill(a.path().to(s*inner, end-h+6).to(s*outer, end-h).to(s*outer, end).to(s*inner, end+8), level, 200)
	}
}

// pockets draws one pocket or two.
func (a *artist) pockets(c *cut) {
	level, w, h := a.contrast(34), a.bell(16, 30), a.bell(8, 40)
	x, y := c.chest/2, c.top+c.length*a.between(28, 74)/100
	for s := -1; s <= 1; s += 2 {
		a.fill(a.path().box(s*x-w, y, s*x+w, y+h), level, 200)
		if a.chance(35) {
			return
		}
	}
}
