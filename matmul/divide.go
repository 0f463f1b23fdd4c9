package matmul

import "weft/asm"

// division splits the rows and columns of C over a grid of workers.
type division struct {
	down, across int // workers in the grid
	columnGrain  int // the columns of a worker begin at a multiple
}

func (d *division) workers() int { return d.down * d.across }

// rows returns the rows [lo, hi) of a worker, of m.
func (d *division) rows(worker, m int) (lo, hi int) {
	return part(worker/d.across, d.down, m, 1)
}

// cols returns the columns [lo, hi) of a worker, of n.
func (d *division) cols(worker, n int) (lo, hi int) {
	return part(worker%d.across, d.across, n, d.columnGrain)
}

// part returns part i of n, divided into as many parts of whole grains as there
// are; the last grain may be partial.
func part(i, parts, n, grain int) (lo, hi int) {
	grains := (n + grain - 1) / grain
	return min(n, grains*i/parts*grain), min(n, grains*(i+1)/parts*grain)
}

// largest returns the size of the largest part.
func largest(parts, n, grain int) int {
	grains := (n + grain - 1) / grain
	return min(n, (grains+parts-1)/parts*grain)
}

// handover is the work that one more worker must save to be worth being called:
// 0.8 µs of AVX2, 0.35 of AVX-512, in registers of 16 columns times steps of k.
const handover = 2500

// divide chooses the grid whose busiest worker has least to do, the work being
// counted in registers times steps. Tiles take any number of rows alike (32×100×784
// by two workers takes 0.96 times as long as with 18 and 14 rows), of columns not.
// Every worker packs what it reads, so a grid costs nothing but what its parts read
// twice; of equal ones that is chosen which divides the columns.
func divide(m, n, k, workers int) division {
	best := division{1, 1, asm.PanelWidth}
	least := registers(n) * m * k
	if least <= handover {
		return best
	}
	for down := 1; down <= workers; down++ {
		for across := 1; across*down <= workers; across++ {
			d := division{down, across, asm.PanelWidth}
			if n <= 2*asm.PanelWidth*across {
				d.columnGrain = asm.PanelWidth / 2
			}
			work := registers(largest(across, n, d.columnGrain)) * largest(down, m, 1) * k
			if work += handover * (d.workers() - 1); work < least {
				best, least = d, work
			}
		}
	}
	return best
}

// divideColumns is divide for a product that goes through a scratch into columns
// of C, whose rows workers would otherwise share line by line.
func divideColumns(m, n, k, workers int) division {
	const grain = asm.PanelWidth / 4
	best := division{1, 1, grain}
	least := registers(n) * m * k
	for across := 2; across <= workers; across++ {
		if work := registers(largest(across, n, grain))*m*k + handover*(across-1); work < least {
			best, least = division{1, across, grain}, work
		}
	}
	return best
}

// registers counts the registers of 16 columns that a row of n columns fills.
func registers(n int) int { return (n + 15) / 16 }
