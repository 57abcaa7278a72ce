package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"photogallery/gallery-ami/app"
	"photogallery/internal/release"
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
		Long: `Put photos into the gallery's storage, past its server: checked and encoded
anew, with thumbnails, as an upload is. The gallery shows them at once, and
also where it takes no uploads.`,
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

// uploaded is a photo in the gallery.
type uploaded struct {
	File string `json:"file"`
	ID   string `json:"id"`
}

// upload stores what it can, tells of each file that it cannot, and fails if there is one.
func (c cloud) upload(command *cobra.Command, files []string) (err error) {
	album, err := c.album(command.Context())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, album.Close()) }()
	var stored []uploaded
	refused := 0
	for _, file := range files {
		id, err := addFile(command, album, file)
		var known *app.Error
		switch {
		case err == nil:
			stored = append(stored, uploaded{file, id})
		case errors.As(err, &known) && known.Code != app.StorageUnavailable && known.Code != app.StorageFull, errors.Is(err, errUnreadable):
			refused++
			fmt.Fprintf(command.ErrOrStderr(), "%s: %s\n", file, messageOf(err))
		default:
			return err
		}
	}
	if err := show(command, stored, []string{"FILE", "PHOTO"}, func(u uploaded) []any { return []any{u.File, u.ID} }); err != nil {
		return err
	}
	if refused > 0 {
		return release.Errorf(release.InvalidRequest, "not in the gallery, for the reasons above: %d of %d files", refused, len(files))
	}
	return nil
}

// errUnreadable is a file that this machine does not give.
var errUnreadable = errors.New("it cannot be read")

func addFile(command *cobra.Command, album *app.Album, path string) (id string, err error) {
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		return "", fmt.Errorf("%w: %w", errUnreadable, err)
	}
	defer file.Close() // it was only read
	return album.Add(command.Context(), file)
}
