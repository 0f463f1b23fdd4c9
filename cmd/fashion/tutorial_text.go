package main

import (
	_ "embed" // the texts
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// tutorialEnglish is all that fashion tutorial says in English; its first lines describe
// the form.
//
//go:embed tutorial/en.md
var tutorialEnglish string

// tutorialText is the tutorial in one language.
type tutorialText struct {
	words map[string]string
	cells []tutorialCell // cell 1 first
}

// tutorialCell is a cell of the notebook as Keras has it.
type tutorialCell struct {
	title, python, printed string
	ranges                 map[string]string // of loss and accuracy, where they depend on chance
}

// parseTutorial reads a file such as tutorial/en.md.
func parseTutorial(text string) *tutorialText {
	head, rest, _ := strings.Cut(text, "\n## ")
	t := &tutorialText{words: map[string]string{}}
	for line := range strings.Lines(head) {
		if word, found := strings.CutPrefix(line, "- "); found {
			name, value, _ := strings.Cut(strings.TrimSpace(word), ": ")
			t.words[name] = value
		}
	}
	for _, section := range strings.Split(rest, "\n## ") {
		title, body, _ := strings.Cut(section, "\n")
		_, title, _ = strings.Cut(title, ". ")
		c := tutorialCell{title: title, python: block(body, "python"), printed: block(body, "text"), ranges: map[string]string{}}
		for line := range strings.Lines(body) {
			if row, found := strings.CutPrefix(line, "| "); found {
				for _, field := range strings.Split(strings.Trim(row, " |\n"), " | ") {
					name, value, _ := strings.Cut(field, " ")
					c.ranges[name] = value
				}
			}
		}
		t.cells = append(t.cells, c)
	}
	return t
}

// block returns the lines of a fenced block of a section, "" where it has none.
func block(section, language string) string {
	_, text, found := strings.Cut(section, "```"+language+"\n")
	if !found {
		return ""
	}
	text, _, _ = strings.Cut(text, "\n```")
	return text
}

// figures are the numbers in what a cell printed, which Keras and Weft print alike. An
// empty one is not there.
type figures struct{ parameters, loss, accuracy string }

var (
	parametersPattern = regexp.MustCompile(`Total params: ([\d,]+)`)
	lossPattern       = regexp.MustCompile(`loss: (\d\.\d{4}) - accuracy: (\d\.\d{4})`)
	evaluatePattern   = regexp.MustCompile(`\[(\d\.\d{4}), (\d\.\d{4})\]`)
)

// figuresOf finds the numbers: of several epochs, the last one's.
func figuresOf(printed string) (f figures) {
	if m := parametersPattern.FindStringSubmatch(printed); m != nil {
		f.parameters = m[1]
	}
	for _, pattern := range []*regexp.Regexp{lossPattern, evaluatePattern} {
		if all := pattern.FindAllStringSubmatch(printed, -1); all != nil {
			f.loss, f.accuracy = all[len(all)-1][1], all[len(all)-1][2]
		}
	}
	return f
}

// differences is the table at the end: each figure of each cell, as Keras and as Weft
// printed it. weft holds what was printed here, by the number of the cell.
func (t *tutorialText) differences(weft map[int]string) table {
	w := t.words
	rows := table{{w["cell"], w["figure"], w["keras"], w["weft"], w["difference"], w["range"]}}
	for i, cell := range t.cells {
		keras, here := figuresOf(cell.printed), figuresOf(weft[i+1])
		add := func(name, a, b string) {
			if a != "" && b != "" {
				rows.add(strconv.Itoa(i+1), w[name], a, b, t.difference(a, b), cell.ranges[name])
			}
		}
		add("parameters", keras.parameters, here.parameters)
		add("loss", keras.loss, here.loss)
		add("accuracy", keras.accuracy, here.accuracy)
	}
	return rows
}

// difference returns b − a as it is printed.
func (t *tutorialText) difference(a, b string) string {
	if a == b {
		return t.words["same"]
	}
	number := func(s string) float64 {
		v, _ := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
		return v
	}
	if strings.Contains(a, ".") {
		return fmt.Sprintf("%+.4f", number(b)-number(a))
	}
	return fmt.Sprintf("%+.0f", number(b)-number(a))
}
