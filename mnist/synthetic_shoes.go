package mnist

// shoe is a shoe from the side, its toe on the left.
type shoe struct {
	toe, heel int // x of the ends
	ground    int // y of the sole's lower edge
	sole      int // thickness
	lift      int // of the heel
}

// shoe chooses the proportions.
func (a *artist) shoe(lift int) shoe {
	a.lower()
	return shoe{toe: a.bell(-212, -168), heel: a.bell(160, 210), ground: a.bell(50, 110), sole: a.bell(10, 30), lift: lift}
}

// soleOf draws the sole, and the heel where there is one.
func (a *artist) soleOf(s shoe, level int) {
	g, h := s.ground, s.ground-s.lift // of toe and heel
	arch := s.heel - (s.heel-s.toe)*a.between(30, 42)/100
	ball := s.toe + (s.heel-s.toe)*a.between(30, 42)/100
	o := a.path().to(s.toe, g-s.sole).to(s.toe+10, g).to(ball, g).to(arch, h).to(s.heel, h)
	o.to(s.heel, h-s.sole).to(arch, h-s.sole).to(ball, g-s.sole)
	a.fill(o, level, 64)
	if s.lift > 8 {
		w := a.bell(12, min(s.heel-arch, 150-s.lift*3/4))
		top := a.bell(w, w+20)
		a.fill(a.path().to(s.heel-top, h-2).to(s.heel, h-2).to(s.heel-4, g).to(s.heel-4-w, g), level, 64)
	}
}

// upper draws the upper of a closed shoe: from the toe over the instep to the
// collar, whose front is at x, whose height is h above the sole.
func (a *artist) upper(s shoe, toe, x, h, front int) {
	g, e := s.ground-s.sole+4, s.ground-s.sole-s.lift+4
	top := e - h
	o := a.path().to(s.toe+4, g).to(s.toe, g-toe/2).curve(s.toe+10, g-toe, s.toe+60, g-toe-8)
	o.curve((s.toe+60+x)/2, g-toe-14, x, top+front)
	o.to(x+12, top).to(s.heel-12, top-4).to(s.heel, (top+e)/2).to(s.heel-2, e)
	ball := s.toe + (s.heel-s.toe)*36/100
	o.to(s.heel-(s.heel-s.toe)*36/100, e).to(ball, g)
	a.fill(o, a.level, 256)
	if a.chance(30) { // the mouth
		a.fill(a.path().to(x+14, top+2).to(s.heel-14, top-2).to(s.heel-18, top+12).to(x+16, top+16), a.level-a.between(40, 110), 0)
	}
}

// sneaker draws a low closed shoe, laced or not.
func (a *artist) sneaker() {
	s := a.shoe(0)
	toe, h := a.bell(38, 84), a.bell(74, 140)
	if a.chance(14) {
		h += a.bell(10, 80) // a high one
	}
	x := a.bell(-20, 80)
	a.upper(s, toe, x, h, a.bell(0, 24))
	a.soleOf(s, a.contrast(60))
	if a.chance(55) { // laces
		level, n := a.contrast(60), a.between(2, 5)
		for i := range n {
			u := s.toe + 90 + (x-s.toe-90)*i/n
			v := s.ground - s.sole - toe - (h-toe)*i/n
			a.fill(a.path().to(u-4, v).to(u+6, v-4).to(u+24, v+26).to(u+14, v+30), level, 0)
		}
	}
	if a.chance(45) { // a stripe on the side
		level, u, w := a.contrast(70), a.bell(-60, 80), a.bell(6, 18)
		y := s.ground - s.sole
		for range a.between(1, 3) {
			a.fill(a.path().to(u, y).to(u+w, y).to(u+w+30, y-toe).to(u+30, y-toe), level, 128)
			u += 2*w + 6
		}
	}
	if a.chance(30) { // a toe cap
		a.fill(a.path().to(s.toe+4, s.ground-s.sole).to(s.toe+4, s.ground-s.sole-toe/2).to(s.toe+50, s.ground-s.sole-toe).to(s.toe+60, s.ground-s.sole), a.contrast(40), 128)
	}
}

// ankleBoot draws a shoe whose shaft rises above the ankle.
func (a *artist) ankleBoot() {
	lift := a.bell(0, 34)
	if a.chance(25) {
		lift = a.bell(30, 90)
	}
	s := a.shoe(lift)
	s.ground = a.bell(110, 190)
	h := a.bell(110, 270) - lift/2
	x := a.bell(0, 70)
	toe := a.bell(36, 74)
	a.upper(s, toe, x, h, a.bell(0, 16))
	a.soleOf(s, a.contrast(40))
	top := s.ground - s.sole - lift - h
	if a.chance(45) { // a zip or an elastic side
		u, w := a.bell(x+20, s.heel-30), a.bell(3, 18)
		a.fill(a.path().to(u, top+4).to(u+w, top+4).to(u+w-4, top+h*8/10).to(u-4, top+h*8/10), a.contrast(40), 64)
	}
	if a.chance(30) { // laces
		level, n := a.contrast(50), a.between(2, 5)
		for i := range n {
			v := top + 20 + (h-toe-10)*i/n
			a.fill(a.path().to(x-8, v).to(x+22, v+10).to(x+22, v+18).to(x-8, v+8), level, 0)
		}
	}
	if a.chance(30) { // a cuff
		a.fill(a.path().to(x, top+24).to(x+10, top).to(s.heel-10, top-4).to(s.heel-6, top+22), a.contrast(40), 200)
	}
}

// sandal draws a sole and straps with gaps between them.
func (a *artist) sandal() {
	lift := a.bell(0, 20)
	if a.chance(45) {
		lift = a.bell(30, 150)
	}
	s := a.shoe(lift)
	s.ground += 20 + lift/2 + a.bell(-10, 20)
	s.sole = a.bell(14, 46)
	a.soleOf(s, a.level)
	g, e := s.ground-s.sole+4, s.ground-s.sole-lift+4
	width := s.heel - s.toe
	y := func(x int) int { return g + (e-g)*min(max(x-s.toe-width/3, 0), width/3)/(width/3) }
	strap := a.level - a.between(-40, 60)
	// Straps over the toes: each a thin arch from the sole.
	x := s.toe + a.between(20, 60)
	for range a.between(1, 3) {
		w, rise, thick := a.bell(60, 120), a.bell(40, 100), a.bell(16, 44)
		o := a.path().to(x, y(x)).curve(x+w/2, y(x)-2*rise, x+w, y(x+w))
		o.to(x+w-thick, y(x+w)).curve(x+w/2, y(x)-2*rise+2*thick, x+thick, y(x))
		a.fill(o, strap, 256)
		x += a.bell(24, 90)
	}
	if a.chance(70) { // the strap round the heel and over the instep
		h, thick := a.bell(50, 140), a.bell(14, 34)
		a.fill(a.path().to(s.heel, e).to(s.heel+4, e-h).to(s.heel-thick, e-h).to(s.heel-thick, e), strap, 256)
		front := s.heel - a.bell(80, 170)
		a.fill(a.path().to(s.heel, e-h).to(front, e-h+a.bell(-20, 30)).to(front, e-h+thick+a.bell(-10, 30)).to(s.heel, e-h+thick), strap, 256)
		if a.chance(55) {
			a.fill(a.path().to(front, e-h).to(front+thick, e-h).to(front+thick-20, y(front)).to(front-20, y(front)), strap, 256)
		}
	}
	if a.chance(28) { // a closed toe
		a.fill(a.path().to(s.toe+4, g).to(s.toe, g-24).to(s.toe+60, g-a.bell(40, 80)).to(s.toe+110, g), a.level, 256)
	}
}

// bag draws a bag: a box or a sack with a handle, a strap or nothing.
func (a *artist) bag() {
	a.lower()
	w, h := a.bell(100, 212), a.bell(70, 170)
	y := a.bell(-10, 60) // of the middle
	taper, sag := a.bell(-40, 46), a.bell(0, 26)
	top, bottom := y-h, y+h
	if a.chance(86) {
		rise, in, thick := a.bell(30, 190), w*a.between(30, 92)/100, a.bell(8, 30)
		rise = min(rise, top+214)
		if rise > 20 {
			level := a.level - a.between(-30, 50)
			o := a.path().to(-in, top+8).curve(-in*8/10, top-rise, 0, top-rise).curve(in*8/10, top-rise, in, top+8)
			o.to(in-thick, top+8).curve(in*7/10-thick/2, top-rise+thick, 0, top-rise+thick)
			o.curve(thick/2-in*7/10, top-rise+thick, thick-in, top+8)
			a.fill(o, level, 200)
		}
	}
	o := a.path().to(0, top+sag/2).to(w-taper/2, top).to(w, y).to(w+taper/2-6, bottom-8).to(w+taper/2-18, bottom)
	o.to(0, bottom+sag/3).to(-w-taper/2+18, bottom).to(-w-taper/2+6, bottom-8).to(-w, y).to(-w+taper/2, top)
	a.fill(o, a.level, 256)
	if a.chance(40) { // a flap
		d := a.bell(30, h+20)
		a.fill(a.path().to(-w+taper/2, top).to(w-taper/2, top).to(w-10, top+d*6/10).to(0, top+d).to(10-w, top+d*6/10), a.contrast(24), 256)
	}
	if a.chance(40) { // a clasp
		r, v := a.bell(6, 16), top+a.bell(10, h)
		a.fill(a.path().box(-r, v-r, r, v+r), a.contrast(90), 0)
	}
	if a.chance(30) { // a zip or seam across
		v := top + a.bell(14, h)
		a.fill(a.path().to(-w+8, v).to(w-8, v).to(w-8, v+7).to(8-w, v+7), a.contrast(50), 64)
	}
}
