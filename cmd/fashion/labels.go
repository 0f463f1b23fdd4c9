package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"weft/mnist"
)

// mostLabels is more bytes than a file of the names of classes has.
const mostLabels = 1 << 20

// readLabels reads the names of classes: one a line, that of class 0 first, or a mapping as
// EMNIST has it, lines of a class and the character codes that it is for ("36 97", "1 65 97").
func readLabels(path string) ([]string, error) {
	b, err := readRegular(path, mostLabels)
	if err != nil {
		return nil, fmt.Errorf("-labels: %w", err)
	}
	text := strings.TrimPrefix(string(b), "\ufeff")
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("-labels: %s is not UTF-8 text: give the name of a class in each line", path)
	}
	var names []string
	for line := range strings.Lines(strings.TrimRight(text, " \t\r\n")) {
		names = append(names, strings.TrimSpace(line))
	}
	if mapped := mapping(names); mapped != nil {
		names = mapped
	}
	for i, name := range names {
		if name == "" {
			return nil, fmt.Errorf("-labels: line %d of %s is empty: give the name of a class in each line", i+1, path)
		}
		if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return nil, fmt.Errorf("-labels: line %d of %s has a control character: give the name of a class in each line", i+1, path)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("-labels: %s is empty: give the name of a class in each line", path)
	}
	return names, nil
}

// mapping returns the names in lines of EMNIST's form, nil where the lines are of
// another: a class whose number no line has is called by it.
func mapping(lines []string) []string {
	var names []string
	for _, line := range lines {
		var numbers []int
		for _, field := range strings.Fields(line) {
			n, err := strconv.Atoi(field)
			if err != nil || n < 0 || n > utf8.MaxRune {
				return nil
			}
			numbers = append(numbers, n)
		}
		if len(numbers) < 2 || numbers[0] > mostClasses {
			return nil
		}
		for len(names) <= numbers[0] {
			names = append(names, strconv.Itoa(len(names)))
		}
		names[numbers[0]] = ""
		for _, code := range numbers[1:] {
			if c := string(rune(code)); !strings.Contains(names[numbers[0]], c) {
				names[numbers[0]] += c
			}
		}
	}
	return names
}

// mostClasses is the largest number of a class.
const mostClasses = 65535

// readRegular reads a file that has at most the given bytes. What is not a regular file is
// refused before it is opened: a pipe need not end.
func readRegular(path string, most int64) ([]byte, error) {
	info, err := regular(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%s has %d bytes, more than the %d that such a file has", path, info.Size(), most)
	}
	return os.ReadFile(path)
}

// regular returns an error for what is not a regular file.
func regular(path string) (os.FileInfo, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	return info, err
}

// fashionName is what a model is called that was trained on garments: its file then says
// what its outputs are.
const fashionName = "fashion-mnist"

// modelName returns the name of a model that is trained on a set, "" for Keras's.
func modelName(s *mnist.Set) string {
	if s.Source() == mnist.Unverified {
		return ""
	}
	return fashionName
}
