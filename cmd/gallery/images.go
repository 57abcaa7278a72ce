package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/environment"
)

func imagesCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "images",
		Short: "List the images that releases made, newest first",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return onCloud(command, func(c cloud) error {
				images, err := c.Images(command.Context())
				if err != nil {
					return err
				}
				if len(images) == 0 && !wantsJSON(command) {
					fmt.Fprintln(command.ErrOrStderr(), "There is no image: the first release makes one.")
					return nil
				}
				return show(command, images, []string{"IMAGE", "VERSION", "USE", "SIZE", "CREATED", "BASE", "RELEASE"}, imageRow)
			})
		},
	}
	addJSONFlag(command)
	return command
}

func imageRow(i environment.Image) []any {
	use := "spare"
	switch {
	case i.State != "available":
		use = i.State
	case i.Serving:
		use = "serves"
	case i.Former:
		use = "a rollback returns to it"
	}
	return []any{i.ID, i.Version, use, sizeOf(i.Bytes), i.Created.Local().Format(time.DateTime), baseInShort(i.Base, time.Now()), i.Release}
}

func sizeOf(bytes int64) string {
	if bytes < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(bytes)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}
