package scenarios

import (
	"fmt"
	"strings"
)

// unknown says that word is none of names: the nearest one where there is one
// that near, else all of them.
func unknown(what, word string, names []string) string {
	if len(word) > 64 { // no name is that long, and distances cost time
		return fmt.Sprintf("unknown %s %.32q…; there are %s", what, word, strings.Join(names, ", "))
	}
	best, least := "", 1+max(len(word), 4)/2
	for _, n := range names {
		if d := distance(strings.ToLower(word), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	if best != "" {
		return fmt.Sprintf("unknown %s %q; did you mean %s?", what, word, best)
	}
	return fmt.Sprintf("unknown %s %q; there are %s", what, word, strings.Join(names, ", "))
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b (optimal string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			replace := rows[i-1][j-1]
			if s[i-1] != t[j-1] {
				replace++
			}
			rows[i][j] = min(replace, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(s)][len(t)]
}
