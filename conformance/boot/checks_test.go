//go:build boot

package boot

// The checks, by what holds.
const (
	asRule          = "the build's result is an event that the stack's rule matches, with a detail that resume reads"
	retried         = "a result that EventBridge refuses is sent again"
	lastWords       = "a build that fails tells the command and the log's last words"
	flask           = "the lesson's Flask app is installed by pip, from a folder of wheels, and answers"
	safetyNet       = "a shutdown is scheduled within 45 minutes while a builder lives"
	buildLog        = "the build's log is kept in CloudWatch Logs"
	tokenOnly       = "the instance metadata is read with a token alone"
	holdsService    = "the image has the service and what the distribution had"
	noTrace         = "the image has nothing else of its build"
	inOrder         = "the builder shuts down in order: the image's file system is clean"
	noHostKey       = "the image has no SSH host key"
	noAuthorized    = "the image has no authorized key"
	noLog           = "the image has no log"
	noHistory       = "the image has no history of a shell"
	noSeed          = "the image has no random seed"
	noMachineID     = "the image's machine ID is empty"
	noCloudInit     = "the image has no state of cloud-init"
	noBundle        = "the image has no bundle and no temporary file"
	noSettings      = "the image has neither settings nor an upload key"
	noSudo          = "the image lets no user of the builder become root"
	noCredential    = "the image has no credential"
	builtOnce       = "a builder that boots again builds nothing, reports nothing and cleans up after itself again"
	serves          = "an instance of the image serves on port 80"
	ownID           = "two instances have machine IDs of their own"
	ownKeys         = "two instances have SSH host keys of their own"
	ownUserData     = "user data runs on a new instance ID"
	oneUserData     = "user data runs once: not when the instance boots again"
	enabled         = "an instance that boots again serves"
	ownUser         = "the service runs as a user of its own, with the capability to listen on port 80 alone"
	keyOfService    = "the upload key can be read by root and the service alone"
	oneKey          = "two instances have one upload key"
	ownSettings     = "two fleets have their own settings and secrets, as variables and as credentials, from the first boot on"
	secretOfService = "a secret can be read by root and the service alone"
	restarted       = "a service that crashes is started again"
	stopped         = "a service that is told to stop ends by itself"
	logged          = "the service and the boot log to the files that the CloudWatch agent is told of"
	rotated         = "the service's log is rotated every ten minutes"
)

// checks has them in the order of a release.
var checks = []string{asRule, retried, lastWords, flask, safetyNet, buildLog, tokenOnly, inOrder, holdsService, noTrace, noHostKey, noAuthorized, noLog, noHistory, noSeed,
	noMachineID, noCloudInit, noBundle, noSettings, noSudo, noCredential, builtOnce, serves, ownID, ownKeys, ownUserData, oneUserData, enabled,
	ownUser, keyOfService, oneKey, ownSettings, secretOfService, restarted, stopped, logged, rotated}
