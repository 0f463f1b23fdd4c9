package main

import (
	"slices"
	"strings"
)

// didYouMean returns a question for a word that is unknown, where one of the known ones
// is near, else "". It is appended to an error.
func didYouMean(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return ": did you mean " + near + "?"
	}
	return ""
}

// nearest returns the known word that a misspelt one most likely means, "" where none is
// near: one that it begins, or one with at most a third of its letters wrong.
func nearest(word string, known []string) string {
	best, least := "", 0
	word = strings.ToLower(strings.TrimLeft(word, "-"))
	for _, k := range known {
		bare := strings.ToLower(strings.TrimLeft(k, "-"))
		n := distance(word, bare)
		if len(word) >= 3 && (strings.HasPrefix(bare, word) || strings.HasPrefix(word, bare) && len(bare) >= 3) {
			n = min(n, 1)
		}
		if n <= max(1, len(word)/3) && n < len(bare) && (best == "" || n < least) {
			best, least = k, n
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace, or exchange with the next one,
// that make a into b: the optimal string alignment distance.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			n := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				n = min(n, rows[i-2][j-2]+1)
			}
			rows[i][j] = n
		}
	}
	return rows[len(x)][len(y)]
}

// unknownFlag says what is wrong with a flag that a command does not have: which one may
// be meant, or whose it is.
func (f *flags) unknownFlag(name string) error {
	var own, owners, words []string
	for _, c := range commands() {
		g := newFlags(c)
		c.define(g)
		words = append(words, c.name)
		for _, flag := range g.names() {
			switch {
			case c.name == f.command.name:
				own = append(own, "-"+flag)
			case flag == name:
				owners = append(owners, c.name)
			}
		}
	}
	switch {
	case len(owners) > 0:
		return usagef("-%s is not a flag of %s, but of %s", name, f.command.name, strings.Join(owners, ", "))
	case slices.Contains(words, name):
		return usagef("no flag -%s: did you mean fashion %s?", name, name)
	}
	return usagef("no flag -%s%s", name, didYouMean(name, own))
}
