package netem

// A Feature is something emulated networks stand on.
type Feature struct {
	Name      string `json:"name"`
	Available bool   `json:"available"`
	Needed    string `json:"needed"`           // for what
	Reason    string `json:"reason,omitempty"` // why it is not available, and the remedy
}
