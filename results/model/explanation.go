package model

import (
	"fmt"

	"github.com/pushbench/pushbench/results"
)

// An Explanation is what the model makes of a stored run.
type Explanation struct {
	Cells     []Explained `json:"cells"`
	Constants []Constant  `json:"constants"` // fitted to all cells
	Scores    []Score     `json:"scores"`    // of cells by constants fitted to the others
	Unknown   int         `json:"cells_unknown"`
	Crowded   int         `json:"trials_crowded"`
	Warnings  []string    `json:"warnings,omitempty"`
}

// An Explained is a cell with prediction and measurement. Predictions rest on the
// half of the cells that it is not in, and are nil where those were too few.
type Explained struct {
	Cell     string   `json:"cell"`
	Class    string   `json:"class"`
	Limit    Limit    `json:"limit,omitempty"`
	Measured Figures  `json:"measured"`
	Expected *Figures `json:"predicted"`
	// Apart are the relative errors of the prediction.
	Apart *Figures `json:"error,omitempty"`
}

// Figures are a cell's speed and cost.
type Figures struct {
	Rate float64  `json:"messages_per_second"`
	CPU  *float64 `json:"server_cpu_seconds_per_message"`
}

// A Score says how many held-out cells of a class were predicted closely.
type Score struct {
	Class  string `json:"class"`
	Cells  int    `json:"cells"`
	Rate   int    `json:"throughput_within"`
	CPU    int    `json:"cpu_within"`
	Unsaid int    `json:"not_predicted"`
}

// Close is the relative error up to which a prediction counts as close.
const Close = 0.2

// Explain fits the model to a run and tests it on the same run, each half of the
// cells by the other.
func Explain(m results.Manifest, trials []results.Trial) (Explanation, error) {
	cells, crowded := Observe(m, trials)
	if len(cells) == 0 {
		return Explanation{}, fmt.Errorf("no cell of this run is of a kind the model knows: bare TCP, one connection, nodelay on, and strategy direct, rawwrite, bufio, ring or writev; `pushbench run model` measures such cells")
	}
	e := Explanation{Constants: Fit(cells).Constants(), Unknown: len(m.Plan.Cells) - len(cells), Crowded: crowded}
	scores := map[string]*Score{}
	for _, t := range Halves(cells) {
		s := scores[t.class()]
		if s == nil {
			s = &Score{Class: t.class()}
			scores[t.class()] = s
		}
		x := explained(t)
		e.Cells = append(e.Cells, x)
		s.add(x)
	}
	for _, c := range classes {
		if s := scores[c]; s != nil {
			e.Scores = append(e.Scores, *s)
		}
	}
	if e.Crowded > 0 {
		e.Warnings = append(e.Warnings, fmt.Sprintf("left out %d trials in which other programs had the server's core for over a quarter of the time", e.Crowded))
	}
	if e.Unknown > 0 {
		e.Warnings = append(e.Warnings, fmt.Sprintf("the model knows nothing of %d cells, or no usable trial of them", e.Unknown))
	}
	return e, nil
}

func explained(t Test) Explained {
	x := Explained{Cell: t.ID, Class: t.class(), Measured: Figures{t.Observation.Rate, known(t.Observation.CPU)}}
	if !(t.Prediction.Rate > 0) {
		return x
	}
	x.Limit = t.Limits
	rate, cpu := t.Errors()
	x.Expected = &Figures{t.Prediction.Rate, known(t.Prediction.CPU)}
	x.Apart = &Figures{Rate: rate}
	if x.Expected.CPU != nil && x.Measured.CPU != nil {
		x.Apart.CPU = &cpu
	}
	return x
}

func known(v float64) *float64 {
	if !(v > 0) {
		return nil
	}
	return &v
}

func (s *Score) add(x Explained) {
	s.Cells++
	if x.Apart == nil {
		s.Unsaid++
		return
	}
	if Within(x.Apart.Rate, Close) {
		s.Rate++
	}
	if x.Apart.CPU != nil && Within(*x.Apart.CPU, Close) {
		s.CPU++
	}
}
