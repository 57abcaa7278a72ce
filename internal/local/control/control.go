// Package control is the loopback API of `gallery up` for what Step Functions does not cover: the
// status, the images, the end of an instance, its log. It shares a listener with the Step Functions
// API, below Prefix. Both refuse requests that do not name a loopback host, and those that are not
// signed with the key in KeyFile.
package control

// Prefix begins every path: GET status, GET images, GET samples, POST instances/{id}/terminate,
// POST instances/{id}/crash, GET instances/{id}/log, GET instances/{id}/shell, GET releases/{name}/logs, POST sizes, POST console,
// GET settings, POST settings, POST runs/{name}, POST runs/{name}/take. Bodies are JSON, a log is plain text. An error is {"code", "message"} with a 4xx or 5xx status.
const Prefix = "/local/v1/"

// Endpoint is written to EndpointFile in the data folder while `gallery up` runs, so that other
// commands find it.
type Endpoint struct {
	API          string `json:"api"` // http://127.0.0.1:PORT
	Gallery      string `json:"gallery"`
	Console      string `json:"console,omitempty"` // the page's URL, or "" if there is none; Client.Console returns one that opens it
	PID          int    `json:"pid"`
	Architecture string `json:"architecture"` // of the environment: arm64 or x86_64
	Key          string `json:"-"`            // of the API, from KeyFile; signs requests
}

// Opened is the answer to POST console.
type Opened struct {
	Address string `json:"address"` // opens the console once, or "" if there is none
}

// Shell is the answer to GET instances/{id}/shell.
type Shell struct {
	Folder      string   `json:"folder"`
	Environment []string `json:"environment"` // NAME=value
}

// Command is the body of POST runs/{name}. POST runs/{name}/take answers a release.RunResult.
type Command struct {
	Script []byte `json:"script"`
}

// The names of files and folders in the data folder.
const (
	EndpointFile  = "endpoint.json" // an Endpoint, while the cloud runs
	PhotosFolder  = "photos"        // the gallery's storage
	KeyFile       = "api.key"       // the Endpoint's Key, readable only by its owner, new at each start
	OpenFile      = "console.html"  // opens the console once in its owner's browser
	UploadKeyFile = "upload.key"
)
