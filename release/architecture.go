package release

// The architectures that an environment may have, in the words of EC2 and Lambda.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ProcessorInfo.html
// https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html
const (
	ARM64 = "arm64"
	X8664 = "x86_64"
)

// Architectures lists them; the first is the default.
func Architectures() []string { return []string{ARM64, X8664} }

// ArchitectureOf returns the architecture of machines that Go knows as goarch, or the default where AWS
// has none of that kind.
func ArchitectureOf(goarch string) string {
	if goarch == "amd64" {
		return X8664
	}
	return ARM64
}
