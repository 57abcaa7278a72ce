package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
)

const (
	slotTimeout = 30 * time.Second
	// fileTimeout limits the time in which each file of an upload is stored after it has arrived.
	fileTimeout  = 2 * time.Minute
	formOverhead = 1 << 20
	longestName  = 60
)

// uploadResult is the result of a request's files; it is also the JSON answer.
type uploadResult struct {
	Stored  []stored  `json:"stored"`
	Refused []refusal `json:"refused"`
}

type stored struct {
	File string `json:"file"`
	ID   string `json:"id"`
	View string `json:"view"`
	// Note says what of the file the photo does not show, if there is something.
	Note string `json:"note,omitempty"`
}

type refusal struct {
	File    string `json:"file,omitempty"`
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

func (s *Server) uploadPage(w http.ResponseWriter, r *http.Request) {
	err := s.authorize(r)
	switch {
	case err == nil:
		s.show(w, r, http.StatusOK, "upload", uploadResult{})
	case problem(err).Code == SignInFirst && !wantsJSON(r):
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	default:
		s.fail(w, r, err)
	}
}

// upload accepts files up to the limit, one after the other, and reports the result of each. Files
// of one request do not depend on each other: good ones are stored even if others are not.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	if err := s.authorize(r); err != nil {
		s.fail(w, r, err)
		return
	}
	leave, err := enter(s.arriving)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer leave()
	most := s.config.MaxUploadBytes*int64(s.config.MaxFiles) + formOverhead
	r.Body = http.MaxBytesReader(w, r.Body, most)
	form, err := r.MultipartReader()
	if err != nil {
		s.fail(w, r, &Error{BadRequest, "Send the files as a form (multipart/form-data), as this gallery's upload page does.", err})
		return
	}
	result := &uploadResult{Stored: []stored{}, Refused: []refusal{}}
	if err := s.takeFiles(http.NewResponseController(w), r, form, result); err != nil {
		result.refuse("", err)
	}
	s.catalog.outdate()
	s.answerUpload(w, r, result)
}

// enter takes a place, which leave frees, or returns Busy.
func enter(places chan struct{}) (leave func(), err error) {
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-time.After(slotTimeout):
		return nil, &Error{Code: Busy, Message: "Many uploads are running right now. Nothing of this was stored; please try again in a minute."}
	}
}

// takeFiles reads the form. Its error ends the upload; errors of single files are in the result.
func (s *Server) takeFiles(deadlines *http.ResponseController, r *http.Request, form *multipart.Reader, result *uploadResult) error {
	for files := 0; ; {
		part, err := form.NextPart()
		// However long it took to arrive. A connection without deadlines, as in a test, needs none.
		_ = deadlines.SetWriteDeadline(time.Now().Add(2 * fileTimeout))
		if errors.Is(err, io.EOF) && files == 0 {
			return &Error{Code: BadRequest, Message: "No photo was chosen. Choose one or more files, then upload."}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return s.brokenUpload(err)
		}
		if part.FileName() == "" {
			continue
		}
		if files++; files > s.config.MaxFiles {
			return &Error{Code: TooManyFiles, Message: fmt.Sprintf("More than %d files at once: the rest was left out. Upload them separately.", s.config.MaxFiles)}
		}
		name := brief(part.FileName())
		p, note, err := s.takeFile(r.Context(), part)
		if err != nil {
			s.log.Warn("upload refused", "code", problem(err).Code, "error", err.Error(), "client", client(r))
			result.refuse(name, err)
			continue
		}
		s.log.Info("photo stored", "photo", p.ID, "client", client(r))
		result.Stored = append(result.Stored, stored{name, p.ID, "/view/" + p.ID, note})
	}
}

func (s *Server) brokenUpload(err error) error {
	var known *Error
	var tooLarge *http.MaxBytesError
	var malformed textproto.ProtocolError
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, syscall.ENOSPC):
		return storageError(err)
	case errors.As(err, &tooLarge):
		return &Error{FileTooLarge, fmt.Sprintf("The upload is larger than %s MB in all: the rest was left out. Upload fewer files at once.", millions(tooLarge.Limit)), err}
	case errors.As(err, &malformed):
		return &Error{BadRequest, "The name of a file has a character that a form cannot hold. Files not listed as stored were not stored; rename it and upload them again.", err}
	}
	return &Error{BadRequest, "The upload broke off before its end. Files not listed as stored were not stored; upload them again.", err}
}

func (s *Server) takeFile(ctx context.Context, part *multipart.Part) (p photo, note string, err error) {
	arrived, err := spool(io.LimitReader(part, s.config.MaxUploadBytes+1))
	if err != nil {
		return photo{}, "", s.brokenUpload(err)
	}
	defer arrived.Close()
	leave, err := enter(s.uploads)
	if err != nil {
		return photo{}, "", err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	data, err := readWhole(arrived, s.config.MaxUploadBytes)
	if err != nil {
		return photo{}, "", s.brokenUpload(err)
	}
	picture, err := s.develop(ctx, data)
	if err != nil {
		return photo{}, "", err
	}
	p, err = s.store.add(ctx, picture)
	return p, picture.note, err
}

// spool writes an arriving file to the disk, where it has no name, so that slow clients cost no
// memory.
func spool(from io.Reader) (*os.File, error) {
	file, err := os.CreateTemp("", "upload-*")
	if err != nil {
		return nil, storageError(err)
	}
	_, err = io.Copy(file, from)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err = errors.Join(err, os.Remove(file.Name())); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// readWhole reads a file. One larger than the limit is FileTooLarge.
func readWhole(file io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &Error{Code: FileTooLarge, Message: fmt.Sprintf("The file is larger than %s MB. Save it smaller, or with more compression.", millions(limit))}
	}
	return data, err
}

// develop decodes one picture at a time. Decoding takes more memory than anything else in this
// program, so the memory is also given back at once.
func (s *Server) develop(ctx context.Context, data []byte) (picture, error) {
	select {
	case s.developing <- struct{}{}:
	case <-ctx.Done():
		return picture{}, ctx.Err()
	}
	defer func() { <-s.developing }()
	developed, err := develop(data, s.config.limits())
	if developed.width*developed.height > 1_000_000 {
		debug.FreeOSMemory()
	}
	return developed, err
}

func (u *uploadResult) refuse(file string, err error) {
	known := problem(err)
	u.Refused = append(u.Refused, refusal{file, known.Code, known.Message})
}

// status returns 201 if all was stored, that of the first refusal if nothing was, or else 422.
func (u *uploadResult) status() int {
	switch {
	case len(u.Refused) == 0:
		return http.StatusCreated
	case len(u.Stored) == 0:
		return (&Error{Code: u.Refused[0].Code}).status()
	}
	return http.StatusUnprocessableEntity
}

func (s *Server) answerUpload(w http.ResponseWriter, r *http.Request, result *uploadResult) {
	switch {
	case wantsJSON(r):
		s.answerJSON(w, result.status(), result)
	case len(result.Refused) == 0 && !slices.ContainsFunc(result.Stored, func(s stored) bool { return s.Note != "" }):
		newest := result.Stored[len(result.Stored)-1].ID
		http.Redirect(w, r, "/?added="+strconv.Itoa(len(result.Stored))+"&show="+newest, http.StatusSeeOther)
	default:
		s.show(w, r, result.status(), "upload", *result)
	}
}

// brief makes a visitor's own words fit to be shown back: short and printable.
func brief(text string) string {
	letters := []rune(strings.Map(func(letter rune) rune {
		if unicode.IsPrint(letter) {
			return letter
		}
		return unicode.ReplacementChar
	}, text))
	if len(letters) > longestName {
		letters = append(letters[:longestName], '…')
	}
	return string(letters)
}

// millions formats a limit of bytes in megabytes, of pixels in megapixels.
func millions(count int64) string { return strconv.FormatFloat(float64(count)/1e6, 'f', -1, 64) }
