package asm

import "math"

// lanes16 is the state of a sum in sixteen lanes.
type lanes16 [16]float32

// fold adds the lanes: lane[l] += lane[l+h] for h = 8, 4, 2, 1.
func (lane *lanes16) fold() float32 {
	for h := 8; h > 0; h >>= 1 {
		for l := range lane[:h] {
			lane[l] += lane[l+h]
		}
	}
	return lane[0]
}

func sumGo(x []float32) float32 {
	var lane lanes16
	for ; len(x) >= 16; x = x[16:] {
		lane.add((*[16]float32)(x))
	}
	for l, v := range x {
		lane[l] += v
	}
	return lane.fold()
}

// add adds one element to each lane.
func (lane *lanes16) add(x *[16]float32) {
	for l, v := range x {
		lane[l] += v
	}
}

func maxGo(x []float32) float32 {
	m := math.Float32frombits(0xff800000)
	for _, v := range x {
		if v > m {
			m = v
		}
	}
	return m + 0 // −0 becomes +0, so that the order does not matter
}

func sumSamplesGo(dst, x []float32, panels, stride int) {
	checkSumSamples(dst, x, panels, stride)
	for i := range dst {
		var lane lanes16
		for p := range panels {
			row := (*[PanelWidth]float32)(x[p*stride+i*PanelWidth:])
			lane.add((*[16]float32)(row[:16]))
			lane.add((*[16]float32)(row[16:]))
		}
		dst[i] = lane.fold()
	}
}
