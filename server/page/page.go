// Package page is a page that shows a live stream in a browser. It takes JSON
// messages from /stream or /ws beside it, and nothing from anywhere else.
package page

import (
	"embed"
	"net/http"
)

//go:embed index.html page.css icon.svg *.js
var files embed.FS

// policy lets the page load its own files and reach its own server, and nothing
// more; text in it that looks like a script is not run.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// Handler serves the page at / and its files beside it.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "index.html")
	})
	for _, name := range []string{"page.css", "icon.svg", "page.js", "source.js", "tally.js", "chart.js"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, files, name)
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		mux.ServeHTTP(w, r)
	})
}
