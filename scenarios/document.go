package scenarios

// A document is a scenario file as it was written. Its tags are what the reader,
// the schema and the reference know of the keys.
type document struct {
	Name    slug     `json:"name" jsonschema_description:"Names the scenario in commands and run directories: lower-case letters, digits, dots and dashes."`
	Title   word     `json:"title,omitempty" jsonschema_description:"One line that heads tables and charts; the name, if left out."`
	Server  program  `json:"server,omitempty" jsonschema_description:"A program that is measured in every cell in place of pushbench's own server; short for servers with one, named own. Running such a scenario runs its commands."`
	Servers programs `json:"servers,omitempty" jsonschema_description:"Several of them by name, which the factor server then takes: a mapping of names to what stands under server."`
	cells            // of the only group
	Groups  []group  `json:"groups,omitempty" jsonschema_description:"Several fields of cells; then matrix, cases, exclude and load stand in the groups alone."`
	Measure measure  `json:"measure,omitempty" jsonschema_description:"How long and how often cells are measured."`
	asked
}

// cells say which cells there are.
type cells struct {
	Matrix  matrix   `json:"matrix,omitempty" jsonschema_description:"Factors with the values to take: every combination is a cell. Factors that do not apply to a cell are dropped from it, and equal cells are one."`
	Cases   []single `json:"cases,omitempty" jsonschema_description:"Single cells, each a mapping of factors to a value. A factor that does not apply to the cell is a mistake."`
	Exclude []single `json:"exclude,omitempty" jsonschema_description:"Cells of the matrix to leave out: those that agree with every factor of one of these mappings."`
	Load    load     `json:"load,omitempty" jsonschema_description:"The load on every cell. Its factors may stand in the matrix or in a case instead."`
}

// A group is a field of cells with its own comparisons and charts.
type group struct {
	mark `json:"-"`
	Name slug `json:"name" jsonschema_description:"Names the group in tables: lower-case letters, digits, dots and dashes."`
	cells
	Measure times `json:"measure,omitempty" jsonschema_description:"Times of this group's cells, where they differ from the scenario's."`
	asked
}

// asked says what is made of a group's cells or, at top level, of all.
type asked struct {
	Compare comparisons `json:"compare,omitempty" jsonschema_description:"Ratios to take among the group's cells or, at top level, among all; one or a list."`
	Charts  []chart     `json:"charts,omitempty" jsonschema_description:"Pictures to draw of the group's cells or, at top level, of all."`
	Gate    []gateRule  `json:"gate,omitempty" jsonschema_description:"Rules by which a gate holds a change to the group's cells or, at top level, to all. Without any there are default ones."`
}

// times are those of one trial.
type times struct {
	Warmup span `json:"warmup,omitempty" jsonschema_description:"Time before the window of a trial, measured by nothing; 200ms if left out."`
	Window span `json:"window,omitempty" jsonschema_description:"Time that is measured in a trial; 500ms if left out."`
	// What a quick trial must not be shorter than.
	QuickWarmup span `json:"quick_warmup,omitempty" jsonschema_description:"Least warmup of a trial under --quick, where less would end before what is looked for; 50ms if left out, and never more than warmup."`
	QuickWindow span `json:"quick_window,omitempty" jsonschema_description:"Least window of a trial under --quick; 150ms if left out, and never more than window."`
}

// A measure says how long and how often.
type measure struct {
	mark `json:"-"`
	times
	Blocks blocks `json:"blocks,omitempty" jsonschema_description:"How many times each cell is run, in fresh processes."`
	Until  until  `json:"until,omitempty" jsonschema_description:"Half-width of a compared interval, relative to its middle, at which no more blocks are needed; 5% if left out."`
	Budget span   `json:"budget,omitempty" jsonschema_description:"Time after which a run ends with what it has; 5m if left out. The least number of blocks must fit in it."`
}

// blocks bounds the number of blocks.
type blocks struct {
	mark `json:"-"`
	Min  blockCount `json:"min,omitempty" jsonschema_description:"Blocks that are always run; 6 if left out. Fewer than 6 give no interval."`
	Max  blockCount `json:"max,omitempty" jsonschema_description:"Blocks after which a run ends; 20 if left out, or min if that is more."`
}

// A comparison asks for ratios.
type comparison struct {
	mark   `json:"-"`
	Factor factorName `json:"factor" jsonschema_description:"The factor whose values are compared."`
	Base   raw        `json:"base" jsonschema_description:"The value of the factor that the others are divided by."`
	Metric metricName `json:"metric" jsonschema_description:"The metric whose ratio is taken."`
}

// A chart asks for a picture.
type chart struct {
	mark   `json:"-"`
	Kind   chartKind  `json:"kind" jsonschema_description:"The sort of picture."`
	X      factorName `json:"x,omitempty" jsonschema_description:"The factor on the horizontal axis."`
	Series factorName `json:"series,omitempty" jsonschema_description:"The factor that tells the lines apart."`
	Metric metricName `json:"metric,omitempty" jsonschema_description:"The metric drawn, where it is not the usual one of the kind."`
	Mark   positive   `json:"mark,omitempty" jsonschema_description:"A horizontal line worth naming, such as 3.8."`
}

// A gateRule holds a change to one metric.
type gateRule struct {
	mark            `json:"-"`
	Metric          metricName `json:"metric" jsonschema_description:"The metric that may not become worse. Counts that the load determines are compared exactly, all else by intervals."`
	Cells           matrix     `json:"cells,omitempty" jsonschema_description:"The cells it is about: those that have one of the values of each of these factors; all, if left out."`
	LeastDifference until      `json:"least_difference,omitempty" jsonschema_description:"The least relative difference that matters; if left out, 2.5%, and any where counts are compared exactly."`
	Confidence      confidence `json:"confidence,omitempty" jsonschema_description:"The confidence of all of the gate's intervals together; 95% if left out."`
	MaxTime         span       `json:"max_time,omitempty" jsonschema_description:"Time of measuring after which the rule is left undecided; 5m if left out."`
}
