package plan

import "testing"

func TestStandardQuotaCountsItsInstanceTypes(t *testing.T) {
	for name, want := range map[string]bool{
		"t4g.small": true, "m7g.large": true, "im4gn.large": true, "is4gen.medium": true, "i4i.large": true, "m7i-flex.large": true, "z1d.large": true,
		"inf2.xlarge": false, "hpc7g.4xlarge": false, "g5g.xlarge": false, "u-6tb1.metal": false, "trn1.2xlarge": false, "mac2.metal": false, "x2gd.medium": false,
	} {
		if got := IsStandard(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
