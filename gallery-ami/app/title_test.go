package app

import (
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestFileNameBecomesATitle(t *testing.T) {
	for name, want := range map[string]string{
		"Beach.jpg":                    "Beach",
		`C:\Users\owner\Beach.JPEG`:    "Beach",
		"../../etc/passwd":             "passwd",
		"a.b.webp":                     "a.b",
		"Rome, 12. March":              "Rome, 12. March",
		"  two\n\twords .png":          "two words",
		".jpg":                         "",
		"___.jpg":                      "",
		"":                             "",
		"\u202Egpj.exe":                "gpj",
		"<img onerror=alert(1)>.jpg":   "<img onerror=alert(1)>",
		"Straße – 東京.jpg":              "Straße – 東京",
		"\xFF\xFE.jpg":                 "",
		"zero\x00byte.jpg":             "zero byte",
		strings.Repeat("京", 99) + ".j": strings.Repeat("京", longestTitle/3),
	} {
		got := titleOf(name)
		if got != want || len(got) > longestTitle || !utf8.ValidString(got) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
		p := newPhoto(time.Now(), nil, "jpg", 1, 1)
		p.Title = got
		list := &names{titles: map[string]string{}}
		list.add(strings.TrimPrefix(p.titleKey(), thumbsFolder))
		if read := list.photo(p.ID).Title; read != got {
			t.Errorf("%q is read back as %q", got, read)
		}
		if len(p.titleKey()) > 255 {
			t.Errorf("its key has %d bytes", len(p.titleKey()))
		}
	}
}

func TestTitleIsShownEscapedAndRemovedWithItsPhoto(t *testing.T) {
	for name, storage := range map[string]string{"folder": "file://" + t.TempDir(), "bucket": "mem://"} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, Config{Storage: storage})
			id := storeOne(t, s, upload{`"><script>x.jpg`, asJPEG(t, scenery(40, 30))})
			untitled := storeOne(t, s, upload{"_.jpg", asJPEG(t, scenery(50, 30))})
			for _, path := range []string{"/", "/view/" + id} {
				page := ask(t, s, "GET", path, nil).Body.String()
				if strings.Contains(page, "<script>x") || !strings.Contains(page, `alt="&#34;&gt;&lt;script&gt;x"`) {
					t.Errorf("%s:\n%s", path, page)
				}
			}
			if page := ask(t, s, "GET", "/view/"+untitled, nil).Body.String(); !strings.Contains(page, `alt="Photo added on `) {
				t.Errorf("without a title:\n%s", page)
			}
			for _, one := range []string{id, untitled} {
				ask(t, s, "POST", "/view/"+one+"/delete", nil, "Authorization", "Bearer "+testKey)
			}
			left, err := s.store.list(t.Context())
			if err != nil || len(left.ids)+len(left.titles) != 0 {
				t.Errorf("left are %+v, %v", left, err)
			}
		})
	}
}

func TestSamePhotoIsStoredOnce(t *testing.T) {
	s := startServer(t, Config{})
	photo := asJPEG(t, scenery(40, 30))
	first := storeOne(t, s, upload{"first.jpg", photo})
	private := withPrivate(t, photo)
	status, result, _ := sendFiles(t, s, testKey, upload{"second.jpg", private})
	if status != http.StatusOK || len(result.Stored) != 1 {
		t.Fatalf("%d %+v", status, result)
	}
	if again := result.Stored[0]; again.ID != first || !again.Duplicate || again.Title != "first" || !strings.Contains(again.Note, "already") || again.File != "second.jpg" {
		t.Errorf("the second is %+v", again)
	}
	other := asJPEG(t, scenery(40, 31))
	status, result, _ = sendFiles(t, s, testKey, upload{"a.jpg", other}, upload{"b.jpg", photo}, upload{"c.jpg", other})
	if status != http.StatusCreated || result.New() != 1 || result.Stored[1].ID != first || result.Stored[2].ID != result.Stored[0].ID || result.Stored[2].Title != "a" {
		t.Errorf("three at once: %d %+v", status, result)
	}
	ask(t, s, "POST", "/view/"+first+"/delete", nil, "Authorization", "Bearer "+testKey)
	if again := storeOne(t, s, upload{"third.jpg", photo}); again == first {
		t.Error("a deleted photo is taken for one that is there")
	}
}

// An id holds a part of the hash only, and anybody can make two files of which that part is the
// same.
func TestLikePhotosAreComparedByteByByte(t *testing.T) {
	for name, storage := range map[string]string{"folder": "file://" + t.TempDir(), "bucket": "mem://"} {
		s := startServer(t, Config{Storage: storage})
		photo := asJPEG(t, scenery(40, 30))
		p := newPhoto(time.Now(), photo, "jpg", 40, 30)
		for what, content := range map[string][]byte{"another": []byte("another photo"), "the beginning": photo[:len(photo)-1], "more": append(photo[:len(photo):len(photo)], 0)} {
			if err := s.store.put(t.Context(), p, content, content); err != nil {
				t.Fatal(err)
			}
			s.catalog.outdate()
			if one, found := s.first(t.Context(), p, photo, &uploadResult{}); found {
				t.Errorf("%s: %s passes for the photo: %+v", name, what, one)
			}
		}
		if err := s.store.put(t.Context(), p, photo, photo); err != nil {
			t.Fatal(err)
		}
		if _, found := s.first(t.Context(), p, photo, &uploadResult{}); !found {
			t.Errorf("%s: the photo itself is not found", name)
		}
	}
}
