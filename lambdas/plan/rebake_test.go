package plan_test

import (
	"strings"
	"testing"
	"time"

	"photogallery/release"
)

// offers publishes a base image with its date.
func (c *cloud) offers(id string, created time.Time) {
	c.fabric.Do(func() {
		c.ec2.AddBaseImage(id, release.ARM64, created)
		c.ssm.Set(release.BaseImageParameter(release.ARM64), id)
	})
}

// servesImage records an image with such a base as the one that serves.
func (c *cloud) servesImage(on string) release.Current {
	c.Helper()
	serving := release.Current{
		Serving: true, Release: "r0", Version: "1.4", MinSize: 3, MaxSize: 4, InstanceType: "t4g.small",
		Settings: strings.Repeat("5", 64), Bundle: bundleOf("other"), Digest: "of a former recipe", DefaultBundle: bundleOf("former"), TeardownAt: time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
	}
	serving.Image = c.image(map[string]string{
		release.TagEnvironment: "main", release.TagDigest: serving.Digest, release.TagBase: on, release.TagBundle: serving.Bundle.URL(),
	})
	c.serves(serving)
	return serving
}

func TestRebakeNeedsANewerBaseImage(t *testing.T) {
	tests := map[string]struct {
		recorded string
		offered  string
		age      time.Duration // of what is offered, before the recorded one
		bakes    bool
	}{
		"the same":                        {base, base, 0, false},
		"a newer one":                     {base, "ami-00000001", -time.Hour, true},
		"an older one":                    {base, "ami-00000001", time.Hour, false},
		"the recorded one is gone":        {"ami-0000dead", base, 0, true},
		"an image from before the record": {"", base, 0, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inCloud(t, func(c *cloud) {
				c.offers(test.offered, time.Now().Add(-test.age))
				serving := c.servesImage(test.recorded)
				got := c.mustPlan(`{"rebakeIfNewer": true, "strategy": "blueGreen"}`)
				if bakes := got.Unchanged == ""; bakes != test.bakes {
					t.Fatalf("got %+v", got)
				}
				if !test.bakes {
					if !strings.Contains(got.Unchanged, serving.Image) || !strings.Contains(got.Unchanged, test.offered) || !strings.HasPrefix(got.Note, "nothing to do: ") {
						t.Errorf("got %+v", got)
					}
					return
				}
				kept := got.Rebake && got.Image == "" && got.Bundle == serving.Bundle && got.Version == serving.Version && got.MinSize == serving.MinSize &&
					got.MaxSize == serving.MaxSize && got.InstanceType == serving.InstanceType && got.TeardownAt == serving.TeardownAt && got.TTLSeconds == 0 &&
					got.Settings == serving.Settings && got.Configured == got.Settings
				if !kept || got.Strategy != release.BlueGreen || got.Digest != digestOf(serving.Bundle) {
					t.Errorf("of %+v it plans %+v", serving, got)
				}
			})
		})
	}
}

func TestRebakeKeepsTheStrategyUnlessItAsksForAnother(t *testing.T) {
	for more, want := range map[string]release.Strategy{
		``: release.Rolling, `, "bakeTime": "10m"`: release.Rolling,
		`, "strategy": "blueGreen"`: release.BlueGreen, `, "traffic": [50, 100]`: release.BlueGreen, `, "approval": true`: release.BlueGreen,
	} {
		inCloud(t, func(c *cloud) {
			c.offers("ami-00000001", time.Now().Add(time.Hour))
			serving := c.servesImage(base)
			serving.Strategy = release.Rolling
			c.serves(serving)
			if got := c.mustPlan(`{"rebakeIfNewer": true` + more + `}`); got.Strategy != want {
				t.Errorf("with %s it is %s, want %s", more, got.Strategy, want)
			}
		})
	}
}

func TestRebakeWhereNothingServesHasNothingToDo(t *testing.T) {
	inCloud(t, func(c *cloud) {
		for _, recorded := range []release.Current{{}, {Image: "ami-0123456789abcdef0", Bundle: bundleOf("other")}} {
			c.serves(recorded)
			if got := c.mustPlan(release.RebakeRequest); got.Unchanged != "nothing serves" {
				t.Errorf("got %+v", got)
			}
		}
	})
}
