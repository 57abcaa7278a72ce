package release

import (
	"slices"
	"strings"
	"testing"
)

func TestTagsAreReadAsTheyAreWritten(t *testing.T) {
	want := Tags{{"team", "web"}, {"cost-center", "42"}, {"Ort", "Zürich = Kreis 5"}}
	got, err := ParseTags(" team=web, cost-center = 42,Ort=Zürich = Kreis 5")
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if again, err := ParseTags(got.String()); err != nil || !slices.Equal(again, want) {
		t.Errorf("again: %v, %v", again, err)
	}
	if none, err := ParseTags(" "); none != nil || err != nil {
		t.Errorf("no text: %v, %v", none, err)
	}
}

func TestEveryProblemOfTagsIsNamedAtOnce(t *testing.T) {
	_, err := ParseTags("AWS:team=web,Photogallery:role=builder,team=aws:web,name=x,a=1,A=2,empty=,=x,no;=x," +
		strings.Repeat("k", 129) + "=v,long=" + strings.Repeat("v", 257))
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{
		`tag "AWS:team" with value "web": aws: begins`, `tag "Photogallery:role"`, `tag "team" with value "aws:web"`,
		`tag "name" with value "x": Photogallery gives`, `tag "A" is given twice, or once in another case`,
		`tag "empty" with value "": a tag has a key and a value`, `tag "" with`, `tag "no;" with value "x": only letters`,
		`kkk" with value "v": a key has at most 128`, `tag "long"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
}

func TestTagsFitAFunctionsSettings(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat("k=v,", 21), ",")
	if _, err := ParseTags(many); err == nil || !strings.Contains(err.Error(), "21 tags are more than 20") {
		t.Errorf("got %v", err)
	}
	long := "a=" + strings.Repeat("v", 256) + ",b=" + strings.Repeat("v", 256) + ",c=" + strings.Repeat("v", 256) + ",d=" + strings.Repeat("v", 256)
	if _, err := ParseTags(long); err == nil || !strings.Contains(err.Error(), "1035 bytes") {
		t.Errorf("got %v", err)
	}
}
