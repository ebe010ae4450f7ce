package flame

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sizes of the picture.
const (
	width     = 1200.0
	rowHeight = 18.0
	head      = 64.0
	charWidth = 6.6
	narrowest = 0.3 // a narrower frame is not drawn, nor what it calls
)

// SVG draws a tree with its roots at the top. Title and names are escaped: they may
// come from a program that nobody knows.
func SVG(root *Frame, title, subtitle string) []byte {
	var b bytes.Buffer
	height := head + rowHeight*float64(root.Depth()) + 12
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="Liberation Mono, Menlo, monospace" font-size="11">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#fff"/>`+"\n")
	fmt.Fprintf(&b, `<text x="10" y="26" font-size="18" font-weight="bold" fill="#222">%s</text>`+"\n", escape(title))
	fmt.Fprintf(&b, `<text x="10" y="46" font-size="12" fill="#555">%s</text>`+"\n", escape(subtitle))
	if root.Value > 0 {
		draw(&b, root, root.Value, 10, head, (width-20)/float64(root.Value))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func draw(b *bytes.Buffer, f *Frame, all int64, x, y, scale float64) {
	w := float64(f.Value) * scale
	if w < narrowest {
		return
	}
	share := 100 * float64(f.Value) / float64(all)
	fmt.Fprintf(b, `<g><title>%s: %.2f %%</title><rect x="%.2f" y="%.2f" width="%.2f" height="%.2f" fill="%s" stroke="#fff" stroke-width="0.5"/>`,
		escape(f.Name), share, x, y, w, rowHeight, colour(f.Name))
	if room := int((w - 6) / charWidth); room >= 3 {
		fmt.Fprintf(b, `<text x="%.2f" y="%.2f">%s</text>`, x+3, y+13, escape(short(f.Name, room)))
	}
	b.WriteString("</g>\n")
	for _, c := range f.Children {
		draw(b, c, all, x, y+rowHeight, scale)
		x += float64(c.Value) * scale
	}
}

// colour tells packages apart; the same package has the same colour in every graph.
func colour(name string) string {
	pkg := name
	if i := strings.LastIndexByte(pkg, '/'); i >= 0 {
		pkg = pkg[i+1:]
	}
	pkg, _, _ = strings.Cut(pkg, ".")
	h := fnv.New32a()
	h.Write([]byte(pkg))
	return fmt.Sprintf("hsl(%d,60%%,78%%)", h.Sum32()%360)
}

// short keeps the end of a name, which tells more than its path.
func short(name string, room int) string {
	if utf8.RuneCountInString(name) <= room {
		return name
	}
	r := []rune(name)
	return "…" + string(r[len(r)-room+1:])
}

// escape makes text safe in SVG, which knows fewer characters than Go's strings.
func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError || r == 0xfffe || r == 0xffff {
			return '�'
		}
		return r
	}, s)
	return html.EscapeString(s)
}
