// Package control is the small loopback API of `gallery up` for what Step Functions has no word
// for: what runs, which images there are, ending an instance, an instance's output. It stands on
// the same listener as the Step Functions API, below Prefix; requests that do not name a loopback
// host are refused, as there, and so are those that are not signed with the key in KeyFile.
package control

// Prefix begins every path: GET status, GET images, GET samples, POST instances/{id}/terminate, POST
// instances/{id}/crash, GET instances/{id}/log, POST console. Bodies are JSON, a log is plain text. An error is
// {"code", "message"} with a status of 4xx or 5xx.
const Prefix = "/local/v1/"

// Endpoint is what `gallery up` writes to EndpointFile in its data folder while it runs, so that
// the other commands find it.
type Endpoint struct {
	API     string `json:"api"` // http://127.0.0.1:PORT
	Gallery string `json:"gallery"`
	Console string `json:"console,omitempty"` // the page's URL, which Client.Console makes one to open of, or "" if there is none
	PID     int    `json:"pid"`
	Key     string `json:"-"` // of the API, from KeyFile; requests are signed with it
}

// Opened is the answer to POST console.
type Opened struct {
	Address string `json:"address"` // opens the console once, or "" if there is none
}

// What is in the data folder, by name.
const (
	EndpointFile  = "endpoint.json" // an Endpoint, while the cloud runs
	PhotosFolder  = "photos"        // the gallery's storage
	KeyFile       = "api.key"       // the Endpoint's Key, readable by its owner alone, new at each start
	OpenFile      = "console.html"  // leads a browser of its owner to the console, once
	UploadKeyFile = "upload.key"
)
