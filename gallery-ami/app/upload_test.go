package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestRefusedFilesAreNamedWithTheReason(t *testing.T) {
	good := asJPEG(t, scenery(40, 30))
	many := make([]upload, 4)
	for i := range many {
		many[i] = upload{"a.jpg", asJPEG(t, scenery(40, 30+i))}
	}
	for name, test := range map[string]struct {
		files   []upload
		status  int
		stored  int
		refused []Code
	}{
		"a good one":      {[]upload{{"a.jpg", good}}, 201, 1, nil},
		"bomb":            {[]upload{{"bomb.png", pngClaiming(60_000, 60_000)}}, 413, 0, []Code{TooManyPixels}},
		"truncated":       {[]upload{{"cut.jpg", good[:len(good)/2]}}, 422, 0, []Code{ImageDamaged}},
		"lying type":      {[]upload{{"a.jpg", []byte("<svg onload=alert(1)>")}}, 422, 0, []Code{NotAnImage}},
		"PNG named JPEG":  {[]upload{{"a.jpg", asPNG(t, scenery(4, 4))}}, 201, 1, nil},
		"oversize":        {[]upload{{"big.jpg", bytes.Repeat([]byte{0xFF}, 200_001)}}, 413, 0, []Code{FileTooLarge}},
		"too many":        {many, 422, 3, []Code{TooManyFiles}},
		"none":            {nil, 400, 0, []Code{BadRequest}},
		"good beside bad": {[]upload{{"bad.gif", []byte("GIF89a")}, {"a.jpg", good}}, 422, 1, []Code{ImageDamaged}},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, Config{MaxUploadBytes: 200_000, MaxFiles: 3})
			status, result, _ := sendFiles(t, s, testKey, test.files...)
			if status != test.status || len(result.Stored) != test.stored || len(result.Refused) != len(test.refused) {
				t.Fatalf("%d %+v", status, result)
			}
			for i, code := range test.refused {
				if result.Refused[i].Code != code || result.Refused[i].Message == "" {
					t.Errorf("refused: %+v", result.Refused[i])
				}
			}
			if listed := len(s.catalog.get(t.Context()).list.ids); listed != test.stored {
				t.Errorf("%d photos are listed", listed)
			}
		})
	}
}

var harmless = regexp.MustCompile(`^[0-9a-fx-]+-jpg\.(jpg|t-[0-9A-Za-z_-]{1,140})$`)

func TestHostileFileNamesStayOutOfStorageAndPages(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, Config{Storage: "file://" + folder})
	for i, name := range []string{
		"../../etc/passwd.jpg", `<img src=x onerror=alert(1)>.jpg`, "\u202Egpj.exe", strings.Repeat("x", 5000), "CON", ".attrs",
	} {
		status, result, _ := sendFiles(t, s, testKey, upload{name, asJPEG(t, scenery(4, 4+i))}, upload{name, []byte("no picture")})
		if status != 422 || len(result.Stored) != 1 || len(result.Refused) != 1 {
			t.Fatalf("%q: %d %+v", name, status, result)
		}
		if shown := []rune(result.Refused[0].File); len(shown) > longestName+1 || strings.ContainsAny(string(shown), "\u202E/") {
			t.Errorf("%q is shown as %q", name, string(shown))
		}
	}
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		id, _, _ := strings.Cut(entry.Name(), ".")
		if err == nil && !entry.IsDir() && (!photoID.MatchString(id) || !harmless.MatchString(entry.Name())) {
			t.Errorf("storage holds %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBrokenFormsAreRefused(t *testing.T) {
	s := startServer(t, Config{})
	for name, test := range map[string]struct{ contentType, body string }{
		"no form":     {"text/plain", "hello"},
		"no boundary": {"multipart/form-data", "hello"},
		"breaks off":  {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=photos; filename=a.jpg\r\n\r\nabc"},
	} {
		w := ask(t, s, "POST", "/upload", strings.NewReader(test.body), "Content-Type", test.contentType, "Authorization", "Bearer "+testKey)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), string(BadRequest)) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestUploadAnswersPeopleWithPages(t *testing.T) {
	s := startServer(t, Config{})
	session := sessionCookie + "=" + s.sessions.token(time.Now().Add(time.Hour))
	form := func(content string) (string, string) {
		return "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=photos; filename=\"<b>.jpg\"\r\n\r\n" + content + "\r\n--b--\r\n"
	}
	kind, body := form(string(asJPEG(t, scenery(4, 4))))
	w := ask(t, s, "POST", "/upload", strings.NewReader(body), "Content-Type", kind, "Cookie", session)
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/?added=1&show=") {
		t.Errorf("a good photo: %d %s", w.Code, w.Header().Get("Location"))
	}
	kind, body = form("no picture")
	w = ask(t, s, "POST", "/upload", strings.NewReader(body), "Content-Type", kind, "Cookie", session)
	if w.Code != 422 || !strings.Contains(w.Body.String(), "&lt;b&gt;.jpg") || !strings.Contains(w.Body.String(), "text/plain") {
		t.Errorf("a bad one: %d %s", w.Code, w.Body)
	}
	kind, body = form(string(pngWith(pngWith(asPNG(t, scenery(4, 4)), "acTL", "\x00\x00\x00\x02\x00\x00\x00\x00"), "eXIf", exif(binary.BigEndian, 2)[6:])))
	w = ask(t, s, "POST", "/upload", strings.NewReader(body), "Content-Type", kind, "Cookie", session)
	if w.Code != http.StatusCreated || !strings.Contains(w.Body.String(), "It is animated") {
		t.Errorf("an animated one: %d %s", w.Code, w.Body)
	}
}

func TestUploadsNeedTheKey(t *testing.T) {
	s := startServer(t, Config{})
	good := s.sessions.token(time.Now().Add(time.Hour))
	id := storeOne(t, s, upload{"a.jpg", asJPEG(t, scenery(4, 4))})
	for name, test := range map[string]struct {
		headers []string
		status  int
	}{
		"nothing":        {nil, 401},
		"wrong key":      {[]string{"Authorization", "Bearer " + testKey + "x"}, 401},
		"empty key":      {[]string{"Authorization", "Bearer "}, 401},
		"forged session": {[]string{"Cookie", sessionCookie + "=" + forge(good)}, 401},
		"ended session":  {[]string{"Cookie", sessionCookie + "=" + s.sessions.token(time.Now().Add(-time.Second))}, 401},
		"another's key":  {[]string{"Cookie", sessionCookie + "=" + newSessions("another upload key").token(time.Now().Add(time.Hour))}, 401},
		"no session":     {[]string{"Cookie", sessionCookie + "=%%%"}, 401},
		"cross-site":     {[]string{"Cookie", sessionCookie + "=" + good, "Sec-Fetch-Site", "cross-site"}, 403},
		"another origin": {[]string{"Cookie", sessionCookie + "=" + good, "Origin", "https://evil.example"}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			if w := ask(t, s, "POST", "/view/"+id+"/delete", nil, test.headers...); w.Code != test.status {
				t.Errorf("delete: %d", w.Code)
			}
			if w := ask(t, s, "GET", "/photos/"+id+".jpg", nil); w.Code != http.StatusOK {
				t.Errorf("the photo is gone: %d", w.Code)
			}
		})
	}
	if w := ask(t, s, "POST", "/view/"+id+"/delete", nil, "Cookie", sessionCookie+"="+good, "Origin", "http://example.com"); w.Code != http.StatusSeeOther {
		t.Errorf("delete with a session: %d", w.Code)
	}
	if w := ask(t, s, "GET", "/photos/"+id+".jpg", nil); w.Code != http.StatusNotFound {
		t.Errorf("the photo is still there: %d", w.Code)
	}
}

// forge changes a token's signature, whatever that was.
func forge(token string) string {
	swap := map[byte]string{'A': "B"}
	last := len(token) - 2
	return token[:last] + cmp.Or(swap[token[last]], "A") + token[last+1:]
}

func TestSignInGivesASessionThatScriptsAndOtherSitesCannotUse(t *testing.T) {
	s := startServer(t, Config{})
	form := strings.NewReader(url.Values{"key": {" " + testKey + "\n"}}.Encode())
	w := ask(t, s, "POST", "/login", form, "Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-Proto", "https")
	cookies := w.Result().Cookies()
	if w.Code != http.StatusSeeOther || len(cookies) != 1 {
		t.Fatalf("sign-in: %d %v", w.Code, cookies)
	}
	got := cookies[0]
	if !got.HttpOnly || !got.Secure || got.SameSite != http.SameSiteStrictMode || strings.Contains(got.Value, testKey) {
		t.Errorf("cookie: %+v", got)
	}
	if page := ask(t, s, "GET", "/upload", nil, "Cookie", got.Name+"="+got.Value); page.Code != http.StatusOK {
		t.Errorf("upload page: %d", page.Code)
	}
	if page := ask(t, s, "GET", "/upload", nil); page.Header().Get("Location") != "/login" {
		t.Errorf("upload page without session: %d %s", page.Code, page.Header())
	}
	if out := ask(t, s, "POST", "/logout", nil).Result().Cookies(); len(out) != 1 || out[0].MaxAge >= 0 {
		t.Errorf("sign-out: %v", out)
	}
}

func TestWrongKeysAreThrottledByAddress(t *testing.T) {
	s, now := newSessions(testKey), time.Now()
	for i := range attemptBurst {
		if err := s.check("wrong", "192.0.2.1", now); problem(err).Code != WrongKey {
			t.Fatalf("attempt %d: %v", i, err)
		}
	}
	if err := s.check(testKey, "192.0.2.1", now); err == nil || problem(err).Code != TooManyAttempts {
		t.Errorf("after the burst: %v", err)
	}
	if err := s.check(testKey, "192.0.2.2", now); err != nil {
		t.Errorf("another address: %v", err)
	}
	if err := s.check(testKey, "192.0.2.1", now.Add(attemptInterval)); err != nil {
		t.Errorf("after a while: %v", err)
	}
	for i := range 2 * maxAddresses {
		_ = s.check("wrong", string(rune(i)), now)
	}
	if len(s.owed) > maxAddresses {
		t.Errorf("%d addresses are remembered", len(s.owed))
	}
}

func TestClientIsWhatTheNearestProxySaw(t *testing.T) {
	for header, want := range map[string]string{"": "192.0.2.1", "198.51.100.7": "198.51.100.7", "6.6.6.6, 198.51.100.7": "198.51.100.7", "nonsense": "192.0.2.1"} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.RemoteAddr = "192.0.2.1:5000"
		if header != "" {
			r.Header.Set("X-Forwarded-For", header)
		}
		if got := client(r); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}

func TestUploadsCanBeOff(t *testing.T) {
	s, err := New(t.Context(), Config{Address: "127.0.0.1:0", Storage: "mem://", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if status, _, refused := sendFiles(t, s, "", upload{"a.jpg", nil}); status != http.StatusForbidden || refused.Code != UploadsOff {
		t.Errorf("upload: %d %+v", status, refused)
	}
	if page := ask(t, s, "GET", "/", nil).Body.String(); strings.Contains(page, "/upload") {
		t.Error("the index offers an upload")
	}
}

func TestPhotoThatCannotBeStoredWholeIsNotStoredAtAll(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, Config{Storage: "file://" + folder})
	p := newPhoto(time.Now(), nil, "jpg", 4, 3)
	if err := os.Mkdir(filepath.Join(folder, p.thumbKey()), 0o700); err != nil { // in the thumbnail's way
		t.Fatal(err)
	}
	if err := s.store.put(t.Context(), p, []byte("photo"), []byte("small")); err == nil {
		t.Fatal("the photo was stored")
	}
	for _, sub := range []string{photosFolder, thumbsFolder} {
		left, err := os.ReadDir(filepath.Join(folder, sub))
		if err != nil || len(left) != 0 {
			t.Errorf("%s holds %v: %v", sub, left, err)
		}
	}
}

// A listing at any moment, and after a kill, has whole photos only.
func TestPhotoIsNeverHalfStored(t *testing.T) {
	storage, bucket := newTroubled()
	s, p := &store{bucket: bucket, shared: true}, newPhoto(time.Now(), nil, "jpg", 4, 3)
	p.Title = "Beach"
	storage.begin(func(context.Context) error {
		storage.mu.Lock()
		defer storage.mu.Unlock()
		if storage.objects[p.thumbKey()] != nil && storage.objects[p.photoKey()] == nil {
			t.Error("there is a thumbnail without its photo")
		}
		return nil
	})
	if err := s.put(t.Context(), p, []byte("photo"), []byte("small")); err != nil {
		t.Fatal(err)
	}
	if found, err := s.list(t.Context()); err != nil || len(found.ids) != 1 || found.photo(p.ID) != p {
		t.Errorf("listed are %v, %v", found, err)
	}
	if err := s.remove(t.Context(), p); err != nil || len(storage.objects) != 0 {
		t.Errorf("%v, left is %v", err, storage.objects)
	}
}

func TestUnreadableFolderIsAnErrorNotAnEmptyGallery(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, Config{Storage: "file://" + folder})
	if err := os.RemoveAll(filepath.Join(folder, thumbsFolder)); err != nil {
		t.Fatal(err)
	}
	if w := ask(t, s, "GET", "/healthz", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("healthz: %d %s", w.Code, w.Body)
	}
	if _, err := New(t.Context(), Config{Address: ":0", Storage: "file:///dev/null/photos"}); problem(err).Code != StorageUnavailable {
		t.Errorf("New: %v", err)
	}
}

func TestSamplesAreStoredOnceForAll(t *testing.T) {
	config := Config{Storage: "file://" + t.TempDir(), Samples: true}
	first := startServer(t, config)
	found, err := first.store.list(t.Context())
	if err != nil || len(found.ids) != 6 || len(found.titles) != 6 {
		t.Fatalf("samples: %+v, %v", found, err)
	}
	ids := found.ids
	if err := first.store.bucket.Delete(t.Context(), samplesKey); err != nil { // as if both had started together
		t.Fatal(err)
	}
	for _, id := range ids {
		p, _ := parsePhoto(id)
		content, err := first.store.bucket.ReadAll(t.Context(), p.photoKey())
		if err != nil || len(content) > 120_000 {
			t.Errorf("%s has %d bytes: %v", id, len(content), err)
		}
		if err := first.store.bucket.Delete(t.Context(), p.thumbKey()); err != nil {
			t.Fatal(err)
		}
	}
	again, err := startServer(t, config).store.list(t.Context())
	if err != nil || strings.Join(again.ids, " ") != strings.Join(ids, " ") {
		t.Errorf("the second instance stored %v: %v", again, err)
	}
	for _, id := range ids {
		if err := first.removePhoto(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if back, err := startServer(t, config).store.list(t.Context()); err != nil || len(back.ids)+len(back.titles) != 0 {
		t.Errorf("deleted samples came back: %v %v", back, err)
	}
}

func TestIDsTellTheirPhotoAndSortNewestFirst(t *testing.T) {
	early := newPhoto(time.Date(2020, 1, 2, 3, 4, 5, 6e6, time.UTC), nil, "png", 4032, 3024)
	late := newPhoto(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), nil, "jpg", 1, 1)
	if late.ID >= early.ID {
		t.Errorf("%s comes before %s", early.ID, late.ID)
	}
	if again, ok := parsePhoto(early.ID); !ok || again != early {
		t.Errorf("%+v reads back as %+v", early, again)
	}
	for _, id := range []string{"", "x", early.ID + "/..", "../" + early.ID, early.ID + "\n", strings.ToUpper(early.ID), early.ID + ".tmp"} {
		if _, ok := parsePhoto(id); ok {
			t.Errorf("%q passes for a photo", id)
		}
	}
}

func TestLogHoldsNoSecret(t *testing.T) {
	var log bytes.Buffer
	s := startServer(t, Config{Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	for _, key := range []string{testKey, "the wrong upload key"} {
		if _, err := io.Copy(io.Discard, ask(t, s, "POST", "/login", strings.NewReader(url.Values{"key": {key}}.Encode()), "Content-Type", "application/x-www-form-urlencoded").Body); err != nil {
			t.Fatal(err)
		}
		sendFiles(t, s, key, upload{"a.jpg", []byte("no picture")})
	}
	if !strings.Contains(log.String(), string(WrongKey)) || strings.Contains(log.String(), testKey) || strings.Contains(log.String(), "the wrong upload key") {
		t.Errorf("the log:\n%s", &log)
	}
}

func TestWrongSettingsAreReportedTogether(t *testing.T) {
	env := map[string]string{"PORT": "http", "PHOTOS": "ftp://x", "SAMPLES": "maybe", "UPLOAD_KEY": "short"}
	_, err := ConfigFromEnv(func(name string) string { return env[name] })
	var known *Error
	if !errors.As(err, &known) || known.Code != InvalidConfig {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"http", "ftp://x", "SAMPLES=\"maybe\"", "5 characters"} {
		if !strings.Contains(known.Message, want) {
			t.Errorf("%q does not tell of %q", known.Message, want)
		}
	}
	for _, storage := range []string{"", "s3://", "file://relative/x", "file:///x?y=1", "mem", "::"} {
		if _, err := parseStorage(storage); err == nil {
			t.Errorf("%q passes for a storage", storage)
		}
	}
}

func TestSettingsComeFromTheEnvironment(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(testKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"HOST": "127.0.0.9", "PORT": "81", "PHOTOS": "s3://b?region=eu-central-1&prefix=p/", "UPLOAD_KEY_FILE": key, "INSTANCE_ID": "i-1", "ZONE": "z", "RELEASE": "r", "REFUSE_NAMES": "1"}
	config, err := ConfigFromEnv(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	if config.Address != "127.0.0.9:81" || config.UploadKey != testKey || !config.AllowUpload || config.Instance != "i-1" || config.Zone != "z" || config.Release != "r" || config.Samples || !config.RefuseNames {
		t.Errorf("%+v", config)
	}
}

func TestUploadWithAnUnfitNameSaysSo(t *testing.T) {
	s := startServer(t, Config{})
	body := "--b\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a\x01\nb.jpg\"\r\n\r\nx\r\n--b--\r\n"
	w := ask(t, s, "POST", "/upload", strings.NewReader(body), "Content-Type", "multipart/form-data; boundary=b", "Authorization", "Bearer "+testKey)
	if !strings.Contains(w.Body.String(), "name of a file") || strings.Contains(w.Body.String(), "broke off") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
