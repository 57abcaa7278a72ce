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
		one, err := s.takeFile(r.Context(), part, result)
		if err != nil {
			s.log.Warn("upload refused", "code", problem(err).Code, "error", err.Error(), "client", client(r))
			result.refuse(brief(part.FileName()), err)
			continue
		}
		s.log.Info("photo stored", "photo", one.ID, "duplicate", one.Duplicate, "client", client(r))
		result.Stored = append(result.Stored, one)
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

func (s *Server) takeFile(ctx context.Context, part *multipart.Part, before *uploadResult) (stored, error) {
	arrived, err := spool(io.LimitReader(part, s.config.MaxUploadBytes+1))
	if err != nil {
		return stored{}, s.brokenUpload(err)
	}
	defer arrived.Close()
	leave, err := enter(s.uploads)
	if err != nil {
		return stored{}, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	data, err := readWhole(arrived, s.config.MaxUploadBytes)
	if err != nil {
		return stored{}, s.brokenUpload(err)
	}
	made, err := s.darkroom.develop(ctx, data, s.config.limits())
	if err != nil {
		return stored{}, err
	}
	p := made.photo(part.FileName())
	one := stored{File: brief(part.FileName()), ID: p.ID, Title: p.Title, Note: made.note}
	if first, found := s.first(ctx, p, made.full, before); found {
		one.ID, one.Title, one.Note, one.Duplicate = first.ID, first.Title, alreadyThere(first), true
	} else if err := s.store.put(ctx, p, made.full, made.thumbnail); err != nil {
		return stored{}, err
	}
	one.View = "/view/" + one.ID
	return one, nil
}

// first finds the photo with the same content that is in the gallery already, or that the same
// upload has stored.
func (s *Server) first(ctx context.Context, p photo, content []byte, before *uploadResult) (first photo, found bool) {
	var like []photo
	if list := s.catalog.get(ctx).list; list != nil {
		like = list.like(p.ID)
	}
	for _, one := range before.Stored {
		if other, _ := parsePhoto(one.ID); sameContent(p.ID, other.ID) {
			other.Title = one.Title
			like = append(like, other)
		}
	}
	for _, other := range like {
		if s.store.holds(ctx, other, content) {
			return other, true
		}
	}
	return photo{}, false
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
