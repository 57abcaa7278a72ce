package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"photogallery/gallery-ami/app"
	"photogallery/release"
)

func uploadKeyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "upload-key",
		Short: "Print the key that the gallery asks for before it takes an upload",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return onCloud(command, func(c cloud) error {
				key, err := c.UploadKey(command.Context())
				if err == nil {
					fmt.Fprintln(command.OutOrStdout(), key)
				}
				return err
			})
		},
	}
}

func uploadCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "upload FILE...",
		Short: "Put photos into the gallery's storage, past its server",
		Long: `Put photos into the gallery's storage, past its server: checked, without
their metadata, with thumbnails and a title from the file's name, as an upload
is. The gallery shows them at once, and also where it takes no uploads. A photo
that is there already is not stored again. Files that are refused do not keep
others out; with --json they are listed with a code and the reason.`,
		Args: func(command *cobra.Command, arguments []string) error {
			if len(arguments) == 0 {
				return release.Errorf(release.InvalidRequest, "%s takes the photos to upload: JPEG, PNG, GIF or WebP files", command.CommandPath())
			}
			return nil
		},
		RunE: func(command *cobra.Command, arguments []string) error {
			return onCloud(command, func(c cloud) error { return c.upload(command, arguments) })
		},
	}
	addJSONFlag(command)
	return command
}

// uploaded is the result of a file: a photo in the gallery, or why there is none.
type uploaded struct {
	File    string   `json:"file"`
	ID      string   `json:"id,omitempty"`
	Note    string   `json:"note,omitempty"` // that the photo was there before, or does not show all of the file
	Code    app.Code `json:"code,omitempty"`
	Message string   `json:"message,omitempty"`
}

// upload stores the files, reports each that is refused, and fails if there is one. A storage error
// ends it, after it has reported the results so far.
func (c cloud) upload(command *cobra.Command, files []string) (err error) {
	album, err := c.album(command.Context())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, album.Close()) }()
	var all, stored []uploaded
	var trouble error
	for _, file := range files {
		one, err := addFile(command, album, file)
		if err != nil {
			trouble = err
			break
		}
		all = append(all, one)
		if words := one.Note + one.Message; words != "" {
			fmt.Fprintf(command.ErrOrStderr(), "%s: %s\n", file, words)
		}
		if one.ID != "" {
			stored = append(stored, one)
		}
	}
	refused := len(all) - len(stored)
	if wantsJSON(command) {
		stored = all
	}
	if err := show(command, stored, []string{"FILE", "PHOTO"}, func(u uploaded) []any { return []any{u.File, u.ID} }); err != nil || trouble != nil {
		return errors.Join(trouble, err)
	}
	if refused > 0 {
		return release.Errorf(release.InvalidRequest, "not in the gallery, for the reasons above: %d of %d files", refused, len(files))
	}
	return nil
}

// unreadable is the code for a file that cannot be read.
const unreadable app.Code = "Unreadable"

// addFile stores one file, or returns why that file is refused. Its error is a storage error.
func addFile(command *cobra.Command, album *app.Album, path string) (uploaded, error) {
	content, err := contentOf(path)
	id, note := "", ""
	if err == nil {
		id, note, err = album.Add(command.Context(), path, bytes.NewReader(content))
	}
	var known *app.Error
	switch {
	case err == nil:
		return uploaded{File: path, ID: id, Note: note}, nil
	case errors.As(err, &known) && known.Code != app.StorageUnavailable && known.Code != app.StorageFull:
		return uploaded{File: path, Code: known.Code, Message: messageOf(err)}, nil
	}
	return uploaded{}, err
}

// maxRead is more than a gallery reads of one file.
const maxRead = 32 << 20

func contentOf(path string) (content []byte, err error) {
	file, err := os.Open(filepath.Clean(path))
	if err == nil {
		defer file.Close() // it was only read
		content, err = io.ReadAll(io.LimitReader(file, maxRead))
	}
	if errors.Is(err, syscall.EISDIR) {
		return nil, &app.Error{Code: unreadable, Message: "This is a folder: name the photos in it, as in " + filepath.Join(path, "*.jpg") + "."}
	}
	if err != nil {
		return nil, &app.Error{Code: unreadable, Message: "It cannot be read: " + err.Error()}
	}
	return content, nil
}
